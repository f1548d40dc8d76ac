//! Tests `env`, which changes one variable of a project file and keeps every other byte, and `init --project`.

use crate::sandbox::{Outcome, Sandbox};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

struct Project {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Project {
    fn new() -> Self {
        let sandbox = Sandbox::empty();
        let folder = sandbox.home().join("project");
        fs::create_dir(&folder).unwrap();
        let project = Self { sandbox, folder };
        let made = project.kluis(&["init", "--project"]);
        made.stderr_has("kluis.toml: add variables with `kluis env set`")
            .exits(0);
        project
    }

    fn kluis(&self, arguments: &[&str]) -> Outcome {
        let command = self.sandbox.kluis(arguments);
        command.within(&self.folder).run()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.folder.join("kluis.toml")).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.folder.join("kluis.toml"), text).unwrap();
    }
}

const MADE: &str = "# Which vault this project uses, and which variables `kluis run` gives to a command.\nvault = \"secrets.kluis\"\n";

#[test]
fn init_makes_a_project_that_is_trusted_and_ready() {
    let project = Project::new();
    assert_eq!(project.text(), MADE);
    let create = project.sandbox.kluis(["set", "db"]).within(&project.folder);
    create
        .stdin("a value")
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    project
        .kluis(&["env", "set", "DB=db"])
        .stderr("kluis: note: set DB; `kluis check` says whether its secrets are there\n")
        .exits(0);
    assert_eq!(project.text(), format!("{MADE}\n[env]\nDB = \"db\"\n"));
    let run = ["run", "--", "sh", "-c", "printf %s \"$DB\""];
    project.kluis(&run).stdout("a value").exits(0);
    project
        .kluis(&["env", "unset", "DB"])
        .stderr("kluis: note: removed DB\n")
        .exits(0);
    assert_eq!(project.text(), MADE);

    let again = project.kluis(&["init", "--project"]);
    again.stderr_has("there is already a project file").exits(6);
    assert_eq!(project.text(), MADE);
}

#[test]
fn init_names_the_vault_that_an_option_names() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.home().join("project");
    fs::create_dir_all(folder.join("deep")).unwrap();
    let init = |vault: &str| {
        let arguments = ["init", "--project", "--token", "--vault", vault];
        let made = sandbox.kluis(arguments).within(&folder).run();
        made.any_stdout().any_stderr().exits(0);
        let text = fs::read_to_string(folder.join("kluis.toml")).unwrap();
        fs::remove_file(folder.join("kluis.toml")).unwrap();
        text
    };
    assert!(init("deep/a.kluis").ends_with("vault = \"deep/a.kluis\"\n"));
    let elsewhere = sandbox.home().join("b \"q\".kluis");
    let escaped = elsewhere.display().to_string().replace('"', "\\\"");
    let text = init(elsewhere.to_str().unwrap());
    assert!(
        text.ends_with(&format!("vault = \"{escaped}\"\n")),
        "{text}"
    );
}

#[test]
fn each_kind_of_variable_is_written_as_the_manual_says() {
    let project = Project::new();
    for (arguments, line) in [
        (&["A=a"][..], "A = \"a\""),
        (&["A=w/b"], "A = \"w/b\""),
        (&["--value", "A=x=\"y\\"], "A = { value = \"x=\\\"y\\\\\" }"),
        (
            &["--url", "A=h://{u}:{p}@h"],
            "A = { url = \"h://{u}:{p}@h\" }",
        ),
        (&["--text", "A={{{u}}}"], "A = { text = \"{{{u}}}\" }"),
        (
            &["--optional", "A=a"],
            "A = { secret = \"a\", optional = true }",
        ),
        // Its options stay, and only the secret changes.
        (&["A=c"], "A = { secret = \"c\", optional = true }"),
        (&["--file", "A=a"], "A = { secret = \"a\", as = \"file\" }"),
    ] {
        let line_of_command = [&["env", "set"], arguments].concat();
        project.kluis(&line_of_command).any_stderr().exits(0);
        assert_eq!(project.text(), format!("{MADE}\n[env]\n{line}\n"));
    }
    let same = project.kluis(&["env", "set", "--file", "A=a"]);
    same.stderr("kluis: note: unchanged: the file says so already\n")
        .exits(0);
    let of_workspace = ["env", "set", "-w", "production", "A=z", "B=b"];
    project.kluis(&of_workspace).any_stderr().exits(0);
    assert!(
        project
            .text()
            .ends_with("\n[workspaces.production.env]\nA = \"z\"\nB = \"b\"\n")
    );
    project
        .kluis(&["env", "list", "-w", "production"])
        .stdout("A\tz\t\t\nB\tb\t\t\n")
        .exits(0);
    project
        .kluis(&["env", "list"])
        .stdout("A\ta\tfile\t\n")
        .exits(0);
    let json = project.kluis(&["env", "list", "--json", "-w", "production"]);
    let object = json.json();
    assert_eq!(object["workspace"], "production");
    assert_eq!(object["count"], 2);
    assert_eq!(object["entries"][0]["source"], "z");
    json.any_stdout().exits(0);
    project
        .kluis(&["env", "list", "-q", "-w", "production"])
        .stdout("A\nB\n")
        .exits(0);
    project
        .kluis(&["env", "unset", "-w", "production", "A", "NONE"])
        .stderr("kluis: note: unchanged: kluis.toml has no NONE there\nkluis: note: removed A there: the one under [env] counts again\n")
        .exits(0);
}

#[test]
fn a_workspace_can_leave_a_variable_out_and_take_it_back() {
    let project = Project::new();
    project.kluis(&["env", "set", "A=a"]).any_stderr().exits(0);
    let before = project.text();
    let unset = ["env", "unset", "-w", "production", "A"];
    project
        .kluis(&unset)
        .stderr("kluis: note: A is left out in that workspace\n")
        .exits(0);
    assert_eq!(
        project.text(),
        format!("{before}\n[workspaces.production.env]\nA = false\n")
    );
    project
        .kluis(&["env", "list", "-q", "-w", "production"])
        .stdout("")
        .exits(0);
    project
        .kluis(&unset)
        .stderr("kluis: note: removed A there: the one under [env] counts again\n")
        .exits(0);
    assert_eq!(project.text(), before);
}

#[test]
fn a_change_is_trusted_only_where_the_file_was() {
    let project = Project::new();
    project.kluis(&["env", "set", "A=a"]).any_stderr().exits(0);
    project.kluis(&["trust"]).stderr_has("unchanged").exits(0);
    // Another person adds a line: the next change includes theirs, which you have not agreed to.
    project.write(&format!("{}B = \"b\"\n", project.text()));
    project.kluis(&["env", "set", "C=c"]).any_stderr().exits(0);
    let refused = project.kluis(&["run", "--", "true"]);
    refused
        .stderr_has("needs your trust again for: B, C")
        .exits(125);
}

#[test]
fn nothing_is_written_that_was_not_asked_for() {
    let project = Project::new();
    let refused = |arguments: &[&str], told: &str, code: i32| {
        let before = project.text();
        let line = [&["env"], arguments].concat();
        project.kluis(&line).stderr_has(told).exits(code);
        assert_eq!(project.text(), before);
    };
    refused(&["set", "A"], "env set needs KEY=REF", 2);
    refused(&["set", "A=postgres://u:p@h"], "", 7);
    refused(&["set", "A-B=a"], "cannot be an environment variable", 7);
    refused(&["set", "--url", "A={"], "a { is not closed", 7);
    refused(&["set", "--url", "--text", "A=a"], "", 2);
    project.write("vault = 'secrets.kluis'\nenv = { A = 'a' }\n");
    refused(
        &["set", "B=b"],
        "only you can change; nothing was written",
        2,
    );
    refused(
        &["unset", "A"],
        "only you can change; nothing was written",
        2,
    );
    project.write("vault = 'secrets.kluis'\n[env]\nA = = 1\n");
    refused(
        &["set", "B=b"],
        "line 3, column 5: this is not valid TOML",
        7,
    );

    let path = project.folder.join("kluis.toml");
    fs::rename(&path, project.folder.join("real.toml")).unwrap();
    project
        .kluis(&["env", "list", "--no-project"])
        .stderr_has("there is no project file")
        .exits(3);
    fs::write(project.folder.join("real.toml"), MADE).unwrap();
    symlink("real.toml", &path).unwrap();
    refused(&["set", "A=a"], "it is a link", 1);
}

#[test]
fn the_mode_of_the_file_stays() {
    let project = Project::new();
    let path = project.folder.join("kluis.toml");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o644);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    project.kluis(&["env", "set", "A=a"]).any_stderr().exits(0);
    assert_eq!(mode(), 0o664);
}

#[test]
fn of_changes_at_once_none_is_lost() {
    let project = Project::new();
    let names: Vec<String> = (0..12).map(|i| format!("V{i}")).collect();
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            let set = ["env", "set", "-q", &format!("{name}=a")];
            let set = project.sandbox.kluis(set).within(&project.folder);
            set.command().spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let listed = project.kluis(&["env", "list", "-q"]);
    let text = String::from_utf8(listed.stdout.clone()).unwrap();
    listed.any_stdout().exits(0);
    let mut found: Vec<_> = text.lines().collect();
    found.sort_unstable();
    let mut names: Vec<_> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(found, names);
}

#[test]
fn a_change_waits_for_another_only_so_long() {
    let project = Project::new();
    let other = fs::File::open(&project.folder).unwrap();
    other.lock().unwrap();
    let set = ["env", "set", "A=a", "--lock-timeout", "0s"];
    project
        .kluis(&set)
        .stderr_has("another process is using")
        .exits(9);
    assert_eq!(project.text(), MADE);
    drop(other);
    project.kluis(&set).stderr_has("note: set A").exits(0);
}

#[test]
fn what_an_editor_writes_meanwhile_is_kept() {
    let project = Project::new();
    let set = project.sandbox.kluis(["env", "set", "A=a"]);
    let delay = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync",
    ];
    let delay = delay
        .into_iter()
        .chain(["-e", "inject=fsync:delay_enter=1500000"]);
    let mut command = set.within(&project.folder).under(delay).command();
    let Ok(mut child) = command.stderr(std::process::Stdio::piped()).spawn() else {
        return eprintln!("skipped: there is no strace");
    };
    // When the new file waits to be made durable.
    let is_waiting = || {
        let mut entries = fs::read_dir(&project.folder).unwrap().flatten();
        entries.any(|entry| entry.file_name().to_string_lossy().ends_with(".tmp"))
    };
    let begun = std::time::Instant::now();
    while !is_waiting() {
        if begun.elapsed().as_secs() > 20 || child.try_wait().unwrap().is_some() {
            let _ = child.kill();
            return eprintln!("skipped: strace cannot delay a call here");
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let theirs = format!("{MADE}[env]\nTHEIRS = \"b\"\n");
    project.write(&theirs);
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("changed") && said.contains("meanwhile"),
        "{said}"
    );
    assert_eq!(project.text(), theirs);
}

#[test]
fn what_comes_to_light_below_a_removed_line_is_not_agreed_to() {
    let project = Project::new();
    project.write(&format!(
        "{MADE}[env]\nB = \"mine\"\n[workspaces.default.env]\nB = {{ value = \"safe\" }}\n"
    ));
    project.kluis(&["trust", "--yes"]).any_stderr().exits(0);
    project.kluis(&["run", "--", "true"]).exits(0);
    let unset = ["env", "unset", "-w", "default", "B"];
    project.kluis(&unset).any_stderr().exits(0);
    let run = project.kluis(&["run", "--", "true"]);
    run.stderr_has("needs your trust again for: B").exits(125);
}
