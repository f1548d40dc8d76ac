//! Tests `import` of a folder of dotenv files, each into a workspace of its own.

use crate::sandbox::Sandbox;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// A folder with these files.
fn folder(sandbox: &Sandbox, files: &[(&str, &str)]) -> PathBuf {
    let folder = sandbox.home().join("project");
    fs::create_dir(&folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn workspaces(sandbox: &Sandbox) -> String {
    sandbox.prints(["workspace", "list", "-q"], "")
}

#[test]
fn each_file_goes_to_the_workspace_of_its_name() {
    let sandbox = Sandbox::with_vault();
    let made = sandbox.kluis(["workspace", "create", "staging"]).run();
    made.any_stdout().exits(0);
    let folder = folder(
        &sandbox,
        &[
            (".env", "URL=here\nKEY=k\n"),
            (".env.staging", "URL=there\n"),
            ("production.env", "URL=far\n"),
            (".env.example", "URL=\n"),
            (".env.empty", "# nothing\n"),
            (".env.keys", "DOTENV_PRIVATE_KEY=\"ab\"\n"),
            (".env.vault", "DOTENV_VAULT_CI=\"x\"\n"),
            (".env.bak", "URL=old\n"),
            (".env~", "URL=older\n"),
            (".envrc", "use nix\n"),
            ("README.md", "no variable\n"),
        ],
    );
    fs::create_dir(folder.join(".env.d")).unwrap();
    let line = ["import", folder.to_str().unwrap(), "--format", "dotenv"];
    let said = "\
new workspace production
created URL
created KEY
created staging/URL
created production/URL
left out .env.bak: it is a backup
left out .env.d: it is not a file
left out .env.empty: it has no variables
left out .env.example: it is an example
left out .env.keys: it holds the keys of dotenvx, not variables
left out .env.vault: it belongs to dotenv-vault
left out .env~: it is a backup
";
    let before = sandbox.bytes();
    let dry = sandbox.kluis(line.iter().chain(&["--dry-run"])).run();
    dry.stdout(said.replace("created", "would be created"))
        .stderr_has("dry run")
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
    sandbox.kluis(line).run().stdout(said).exits(0);
    assert_eq!(sandbox.get("default/URL"), b"here");
    assert_eq!(sandbox.get("staging/URL"), b"there");
    assert_eq!(sandbox.get("production/URL"), b"far");
    let again = sandbox.kluis(line.iter().chain(&["--json"])).run();
    let report = again.json();
    again.any_stdout().exits(0);
    let all = json!(["URL", "KEY", "staging/URL", "production/URL"]);
    assert_eq!(report["unchanged"], all);
    assert!(report.get("new_workspaces").is_none());
}

#[test]
fn one_mistake_or_conflict_in_a_folder_imports_nothing() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("value");
    let folder = folder(
        &sandbox,
        &[(".env", "A=1\n"), (".env.staging", "A=1\nB=\n")],
    );
    let before = sandbox.bytes();
    let import = || {
        sandbox
            .kluis(["import", folder.to_str().unwrap(), "--on-empty", "fail"])
            .run()
    };
    import()
        .stderr_has(".env.staging: line 2: B is empty")
        .exits(7);
    fs::write(folder.join(".env.staging"), "A=1\n").unwrap();
    fs::write(folder.join("staging.env"), "A=2\n").unwrap();
    import()
        .stderr_has("staging.env: .env.staging would be the workspace staging as well")
        .exits(7);
    fs::remove_file(folder.join("staging.env")).unwrap();
    fs::write(folder.join(".env.default"), "A=2\n").unwrap();
    import()
        .stderr_has(".env.default: .env would be the workspace default as well")
        .exits(7);
    fs::rename(folder.join(".env.default"), folder.join(".env.a b")).unwrap();
    import()
        .stderr_has("cannot be the name of a workspace")
        .exits(7);
    fs::remove_file(folder.join(".env.a b")).unwrap();
    assert_eq!(sandbox.bytes(), before);
    sandbox.create("A", &secret);
    let before = sandbox.bytes();
    import()
        .stderr_has("these secrets exist with another value: default/A; nothing was written")
        .exits(6);
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(workspaces(&sandbox), "default\n");
}

#[test]
fn a_folder_without_variables_or_of_another_format_is_refused() {
    let sandbox = Sandbox::with_vault();
    let folder = folder(&sandbox, &[("README.md", "x")]);
    let import = |format: &str| {
        let line = ["import", folder.to_str().unwrap(), "--format", format];
        sandbox.kluis(line).run()
    };
    import("dotenv")
        .stderr_has("no .env file in the folder has a variable")
        .exits(7);
    import("json")
        .stderr_has("cannot read the file to import")
        .exits(1);
}
