//! Tests which source decides the vault, workspace and colour: flag, then environment, then user file, then
//! default.

use crate::sandbox::{Invocation, Sandbox};
use std::fs;
use std::path::PathBuf;

/// A home with a vault, a workspace of each name, and in each one secret of the same name.
fn three_workspaces() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("default", "x");
    for name in ["one", "two", "three"] {
        sandbox
            .kluis(["workspace", "create", name])
            .run()
            .any_stdout()
            .exits(0);
        let create = ["create", name, "-w", name, "--generate", "8"];
        sandbox.kluis(create).run().any_stdout().exits(0);
    }
    sandbox
}

fn user_file(sandbox: &Sandbox, text: &str) -> PathBuf {
    let directory = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("config.toml");
    fs::write(&path, text).unwrap();
    path
}

fn lists(list: Invocation<'_>, expected: &str) {
    list.run().stdout(format!("{expected}\n")).exits(0);
}

#[test]
fn the_workspace_is_flag_then_variable_then_file_then_default() {
    let sandbox = three_workspaces();
    let list = || sandbox.kluis(["list", "-q"]);
    lists(list(), "default");
    user_file(&sandbox, "workspace = \"one\"");
    lists(list(), "one");
    lists(list().env("KLUIS_WORKSPACE", "two"), "two");
    lists(list().env("KLUIS_WORKSPACE", ""), "one");
    for flag in ["-wthree", "--workspace=three"] {
        lists(
            sandbox
                .kluis(["list", "-q", flag])
                .env("KLUIS_WORKSPACE", "two"),
            "three",
        );
        lists(
            sandbox
                .kluis([flag, "list", "-q"])
                .env("KLUIS_WORKSPACE", "two"),
            "three",
        );
    }
    // The reference itself takes precedence over all of them.
    let get = ["show", "default/default", "-w", "three", "--json"];
    let shown = sandbox.kluis(get).run();
    assert_eq!(shown.json()["workspace"], "default");
    shown.any_stdout().exits(0);
}

#[test]
fn the_vault_is_flag_then_variable_then_file_then_default() {
    let sandbox = Sandbox::with_vault();
    let default = fs::read(sandbox.vault()).unwrap();
    sandbox.create("default", "x");
    let mut places = Vec::new();
    for name in ["flag", "variable", "file"] {
        // The same vault with another secret in it.
        let place = sandbox.home().join(name);
        fs::write(&place, &default).unwrap();
        let create = [
            "create",
            name,
            "--generate",
            "8",
            "--vault",
            place.to_str().unwrap(),
            "--accept-older",
        ];
        sandbox.kluis(create).run().any_stdout().exits(0);
        places.push(place);
    }
    let list = || sandbox.kluis(["list", "-q", "--accept-older"]);
    lists(list(), "default");
    user_file(&sandbox, "vault = \"~/file\"");
    lists(list(), "file");
    user_file(&sandbox, "vault = \"../../file\"");
    lists(list(), "file");
    lists(list().env("KLUIS_VAULT", &places[1]), "variable");
    lists(list().env("KLUIS_VAULT", "variable"), "variable");
    lists(list().env("KLUIS_VAULT", ""), "file");
    let flag = sandbox.kluis(["list", "-q", "--accept-older", "--vault", "flag"]);
    lists(flag.env("KLUIS_VAULT", &places[1]), "flag");
    let elsewhere = sandbox.kluis(["list", "-q", "--accept-older", "--vault", "../flag"]);
    lists(elsewhere.within(sandbox.home().join(".config")), "flag");
}

#[test]
fn the_xdg_directories_are_followed() {
    let sandbox = Sandbox::empty();
    let data = sandbox.home().join("data");
    let init = sandbox
        .kluis(["init", "--token"])
        .env("XDG_DATA_HOME", &data);
    init.run().any_stdout().any_stderr().exits(0);
    assert!(data.join("kluis/default.kluis").exists());
    let config = sandbox.home().join("config/kluis");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "vault = 1").unwrap();
    let list = sandbox
        .kluis(["list"])
        .env("XDG_CONFIG_HOME", sandbox.home().join("config"));
    list.run()
        .stderr_has("config.toml, line 1, column 9")
        .exits(2);
}

#[test]
fn without_a_home_the_vault_must_be_named_and_nss_is_not_used() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let homeless = |line: &[&str]| sandbox.kluis(line).without("HOME");
    for home in [None, Some("")] {
        let mut list = homeless(&["list"]);
        if let Some(home) = home {
            list = list.env("HOME", home);
        }
        let list = list.env("XDG_DATA_HOME", "relative");
        list.run().stderr_has("HOME is not set").exits(2);
    }
    let vault = sandbox.vault();
    lists(
        homeless(&["list", "-q", "--vault", vault.to_str().unwrap()]),
        "name",
    );
    let data = sandbox.home().join(".local/share");
    lists(
        homeless(&["list", "-q"]).env("XDG_DATA_HOME", &data),
        "name",
    );
    user_file(&sandbox, "vault = \"~/vault\"");
    let config = sandbox.home().join(".config");
    let list = homeless(&["list"]).env("XDG_CONFIG_HOME", config);
    list.run().stderr_has("HOME is not set").exits(2);
}

#[test]
fn colour_is_for_terminals_or_on_request_never_on_stdout() {
    let sandbox = Sandbox::with_vault();
    let red = "kluis: \u{1b}[1;31merror:\u{1b}[0m there is no secret nope";
    let plain = "kluis: error: there is no secret nope";
    let get = |color: &[&str]| sandbox.kluis(["get", "nope"].iter().chain(color));
    get(&[]).run().stderr_has(plain).exits(3);
    get(&["--color", "auto"]).run().stderr_has(plain).exits(3);
    get(&["--color", "always"]).run().stderr_has(red).exits(3);
    get(&["--color", "always"])
        .env("NO_COLOR", "1")
        .run()
        .stderr_has(red)
        .exits(3);
    user_file(&sandbox, "color = \"always\"");
    get(&[]).run().stderr_has(red).exits(3);
    get(&[])
        .env("NO_COLOR", "1")
        .run()
        .stderr_has(plain)
        .exits(3);
    get(&[]).env("NO_COLOR", "").run().stderr_has(red).exits(3);
    get(&["--color", "never"]).run().stderr_has(plain).exits(3);
    get(&["--json"])
        .run()
        .stderr_has("{\"error\":\"there is no secret nope")
        .exits(3);
    sandbox.create("name", "v");
    for line in [
        &["list"][..],
        &["show", "name"],
        &["vault", "verify"],
        &["workspace", "list"],
    ] {
        let printed = sandbox.kluis(line).run();
        assert!(!printed.stdout.contains(&0x1b), "{line:?}");
        printed.any_stdout().exits(0);
    }
}

#[test]
fn a_lock_timeout_comes_from_the_flag_or_the_user_file() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    user_file(&sandbox, "lock_timeout = \"0s\"");
    let lock = fs::File::open(sandbox.vault().with_file_name(".default.kluis.lock")).unwrap();
    lock.lock().unwrap();
    let create = sandbox.kluis(["create", "other", "--generate", "8"]);
    create.run().stderr_has("for 0 s").exits(9);
    let flag = ["create", "other", "--generate", "8", "--lock-timeout", "1s"];
    sandbox.kluis(flag).run().stderr_has("for 1 s").exits(9);
}

#[test]
fn quiet_leaves_out_notes_and_keeps_errors() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    sandbox
        .kluis(["update", "name"])
        .run()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    sandbox.kluis(["update", "name", "-q"]).run().exits(0);
    sandbox.kluis(["-q", "update", "name"]).run().exits(0);
    sandbox
        .kluis(["get", "nope", "-q"])
        .run()
        .stderr_has("there is no secret nope")
        .exits(3);
}
