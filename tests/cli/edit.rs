//! Tests `edit`: the editor gets a value in memory, and its result is accepted or refused.

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use crate::test_program::write_program;
use rustix::process::Signal;
use std::fs;
use std::path::PathBuf;

/// An editor that is a script; the file is its last argument.
fn editor(sandbox: &Sandbox, steps: &str) -> PathBuf {
    let script = format!("#!/bin/sh\nfor file; do :; done\n{steps}\n");
    let path = sandbox.given_path("editor");
    write_program(&path, &script);
    path
}

fn edit<'s>(sandbox: &'s Sandbox, line: &str, steps: &str) -> Invocation<'s> {
    let editor = editor(sandbox, steps);
    sandbox.kluis(line.split(' ')).env("EDITOR", editor)
}

/// The files in memory with the value of a test.
fn left_in_memory(mark: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir("/dev/shm").unwrap();
    let ours = entries.map(|entry| entry.unwrap().path());
    let ours = ours.filter(|path| path.to_string_lossy().contains("kluis-"));
    let holds = |path: &PathBuf| {
        let value = fs::read_to_string(path.join("value")).unwrap_or_default();
        value.contains(mark)
    };
    ours.filter(holds).collect()
}

#[test]
fn the_edited_value_becomes_a_version_and_the_one_before_stays() {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    let new = sandbox.secret("new");
    sandbox.create("name", &old);
    let steps = format!("cp {} \"$file\"", sandbox.given("new", &new).display());
    edit(&sandbox, "edit name", &steps).run().exits(0);
    assert_eq!(sandbox.get("name"), new.as_bytes());
    let (slots, effective) = sandbox.slots("name");
    assert_eq!((slots.len(), slots.last().copied()), (2, effective));
    assert_eq!(sandbox.prints(["get", "name", "--previous"], ""), old);
    let json = edit(
        &sandbox,
        "edit name --json",
        &format!("printf %s {old} >\"$file\""),
    )
    .run();
    assert_eq!(json.json(), sandbox.show("name"));
    assert_eq!(json.json()["previous_slot"], effective.unwrap());
    json.any_stdout().exits(0);
    assert_eq!(sandbox.get("name"), old.as_bytes());
    sandbox
        .kluis(["rollback", "name"])
        .run()
        .any_stdout()
        .exits(0);
    assert_eq!(sandbox.get("name"), new.as_bytes());
    assert!(left_in_memory(&old).is_empty());
    assert!(left_in_memory(&new).is_empty());
}

#[test]
fn with_keep_0_an_edited_value_overwrites() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let steps = "printf %s new-value >\"$file\"";
    edit(&sandbox, "edit name --keep 0", steps).run().exits(0);
    assert_eq!(sandbox.slots("name").0.len(), 1);
    assert_eq!(sandbox.get("name"), b"new-value");
    // There is one way: the option that once asked for a version is gone.
    let gone = edit(&sandbox, "edit name --rotate", steps).run();
    gone.stderr_has("there is no option --rotate here").exits(2);
}

#[test]
fn an_unchanged_value_is_not_written() {
    let sandbox = Sandbox::with_vault();
    for (name, value) in [
        ("one", "a line"),
        ("two", "two\nlines\n"),
        ("bare", "two\nlines"),
    ] {
        sandbox.create(name, "x");
        let update = sandbox.kluis(["update", name, "--value", "--raw"]);
        update.stdin(value).run().exits(0);
    }
    let bytes = sandbox.bytes();
    // An editor that adds a newline at the end of the file, if there is none.
    let adds = "[ -z \"$(tail -c 1 \"$file\")\" ] || echo >>\"$file\"";
    for name in ["one", "two", "bare"] {
        for steps in [":", adds] {
            let done = edit(&sandbox, &format!("edit {name}"), steps).run();
            done.stderr("kluis: note: unchanged\n").exits(0);
            let done = edit(&sandbox, &format!("edit {name} --keep 0 -q"), steps).run();
            done.exits(0);
        }
    }
    assert_eq!(sandbox.bytes(), bytes);
    // A newline added to an existing one is intended.
    edit(&sandbox, "edit two", "echo >>\"$file\"")
        .run()
        .exits(0);
    assert_eq!(sandbox.get("two"), b"two\nlines\n\n");
}

#[test]
fn an_editor_that_fails_or_leaves_nothing_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let bytes = sandbox.bytes();
    for (steps, said, code) in [
        (
            "echo new >\"$file\"; exit 3",
            "the editor ended with exit code 3; nothing was changed",
            1,
        ),
        (
            "echo new >\"$file\"; kill -9 $$",
            "the editor was killed with signal 9; nothing",
            1,
        ),
        (
            "rm \"$file\"",
            "cannot read the file that the editor left; nothing was changed",
            1,
        ),
        (
            "rm \"$file\"; ln -s /etc/hostname \"$file\"",
            "cannot read the file that the editor left",
            1,
        ),
        (": >\"$file\"", "value", 7),
        ("echo >\"$file\"", "value", 7),
        ("head -c 70000 /dev/zero >\"$file\"", "65,536", 7),
    ] {
        let failed = edit(&sandbox, "edit name", steps).run();
        failed.stderr_has(said).exits(code);
        assert_eq!(sandbox.bytes(), bytes, "{steps}");
    }
    assert!(left_in_memory(&value).is_empty());
}

#[test]
fn the_edited_file_is_private_and_the_editor_gets_no_credential() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let told = sandbox.given_path("told");
    let steps = format!(
        "{{ stat -c %a \"$file\" \"$(dirname \"$file\")\"; stat -f -c %T \"$file\"; \
         env | grep -c ^KLUIS_; echo \"$file\"; cat \"$file\"; }} >{}; echo swap >\"$file.swp\"",
        told.display()
    );
    edit(&sandbox, "edit name", &steps)
        .run()
        .any_stderr()
        .exits(0);
    let told = String::from_utf8(sandbox.was_given("told")).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..4], ["600", "700", "tmpfs", "0"], "{told}");
    assert!(!lines[4].contains("name"), "{told}");
    assert_eq!(lines[5], "a value");
    let folder = PathBuf::from(lines[4]);
    assert!(!folder.parent().unwrap().exists(), "{told}");
}

#[test]
fn the_editor_may_have_arguments_and_no_shell_reads_them() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let path = editor(&sandbox, "printf '%s ' \"$#\" \"$1\" \"$2\" >\"$file\"");
    for variable in ["VISUAL", "EDITOR"] {
        let line = format!("{}  --wait  $(id)", path.display());
        let edit = sandbox.kluis(["edit", "name"]).env("EDITOR", "false");
        edit.env(variable, line).run().exits(0);
        assert_eq!(sandbox.get("name"), b"3 --wait $(id) ", "{variable}");
        sandbox.prints(["update", "name", "--value"], "a value");
    }
}

/// An editor would wait for keys that are never typed.
#[test]
fn without_a_terminal_only_a_named_editor_starts() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    for line in [
        "edit name",
        "edit name --json",
        "edit name --non-interactive",
    ] {
        let refused = sandbox.kluis(line.split(' ')).run();
        refused.stderr_has("editing needs a terminal").exits(2);
    }
}

#[test]
fn an_unwritable_secret_is_refused_before_the_editor_starts() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    sandbox.create("binary", b"\xff\xfe");
    let create = ["create", "bound", "--allow-domain", "api.example.com"];
    sandbox.prints(create, sandbox.secret("bound"));
    let later = ["create", "later", "--slot", "2999-01-01T00:00:00Z"];
    sandbox.prints(later, sandbox.secret("later"));
    let add = ["key", "add", "--full", "-q", "--token", "--read-only"];
    let token = sandbox.prints(add, "");
    sandbox.keep_token(token.as_bytes());
    let started = sandbox.given_path("started");
    let steps = format!(": >{}", started.display());
    let reader = edit(&sandbox, "edit name", &steps).env("KLUIS_TOKEN", token.trim_end());
    reader.run().any_stderr().exits(8);
    for (line, said, code) in [
        ("edit nome", "did you mean name?", 3),
        ("edit", "<SECRET> is missing", 2),
        ("edit bound", "bound may only go to api.example.com", 8),
        ("edit bound --for example.com", "not to example.com", 8),
        ("edit binary", "the value is not UTF-8 text", 7),
        ("edit later", "default/later has no effective value", 3),
        (
            "edit kluis://name?slot=0 --literal-name",
            "remove ?slot= from the address",
            2,
        ),
    ] {
        edit(&sandbox, line, &steps)
            .run()
            .stderr_has(said)
            .exits(code);
    }
    let none = sandbox
        .kluis(["edit", "name"])
        .env("EDITOR", "no-such-editor");
    let none = none.run().stderr_has("there is no command no-such-editor");
    none.stderr_has("name another editor, such as with EDITOR=nano")
        .exits(1);
    assert!(!started.exists());
    for line in ["edit bound --for api.example.com", "edit bound --reveal"] {
        let done = edit(&sandbox, line, &steps).run();
        done.stderr("kluis: note: unchanged\n").exits(0);
    }
    assert!(started.exists());
}

#[test]
fn a_value_that_changed_meanwhile_is_not_overwritten() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let steps = format!(
        "printf theirs | KLUIS_TOKEN={} {} update name --value; printf mine >\"$file\"",
        sandbox.token(),
        crate::sandbox::KLUIS
    );
    for line in ["edit name", "edit name --keep 0"] {
        let update = sandbox
            .kluis(["update", "name", "--value"])
            .stdin("a value");
        update.run().any_stderr().exits(0);
        // Here the token is in a script, which the search skips.
        let failed = edit(&sandbox, line, &steps).run();
        failed
            .stderr_has("another process changed the value of default/name meanwhile")
            .exits(6);
        assert_eq!(sandbox.get("name"), b"theirs");
    }
    // A change of another field is no conflict.
    let steps = format!(
        "KLUIS_TOKEN={} {} update name --description new; printf mine >\"$file\"",
        sandbox.token(),
        crate::sandbox::KLUIS
    );
    edit(&sandbox, "edit name", &steps).run().exits(0);
    assert_eq!(sandbox.get("name"), b"mine");
    assert_eq!(sandbox.show("name")["description"], "new");
}

#[test]
fn ending_kluis_ends_the_editor_and_removes_the_file() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let bytes = sandbox.bytes();
    let path = editor(&sandbox, "echo ready; exec sleep 60");
    let edit = sandbox.kluis(["edit", "name"]).env("EDITOR", &path);
    let mut screen = Screen::start(edit.command_at_terminal(), 80);
    screen.shows("ready");
    assert_eq!(left_in_memory(&value).len(), 1);
    screen.signal(Signal::TERM);
    let (shown, code) = screen.ends();
    assert!(
        shown.contains("the editor was killed with signal 15"),
        "{shown}"
    );
    assert_eq!(code, 1);
    assert!(left_in_memory(&value).is_empty());
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn vim_edits_a_value_and_leaves_nothing_behind() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    if !PathBuf::from("/usr/bin/vim").exists() {
        return eprintln!("skipped: there is no vim");
    }
    // Settings that would keep copies of everything, everywhere.
    let keep = sandbox.home().join("keep");
    fs::create_dir(&keep).unwrap();
    let keep = keep.display();
    let settings = format!(
        "set nocompatible backup writebackup undofile swapfile\n\
         set backupdir={keep} undodir={keep} directory={keep} viminfo='100,n{keep}/info\n"
    );
    fs::write(sandbox.home().join(".vimrc"), settings).unwrap();
    let edit = |line: &str, typed: &str| {
        let edit = sandbox.kluis(["edit", "name"]);
        let edit = edit.env("EDITOR", line).env("TERM", "xterm");
        let mut screen = Screen::start(edit.command_at_terminal(), 80);
        screen.shows(&value);
        screen.types(typed);
        assert_eq!(screen.ends().1, 0, "{line}");
        assert!(left_in_memory(&value).is_empty(), "{line}");
    };
    edit("vim", &format!("ddinew-{value}\x1b:w\r:wq\r"));
    assert_eq!(sandbox.get("name"), format!("new-{value}").as_bytes());
    for line in [
        "env vim",
        "env A=b vim",
        "nice -n 1 vim -f",
        "/usr/bin/env /usr/bin/vim",
    ] {
        edit(line, "yyp:w\rdd:wq\r");
    }
    // At the end the sandbox searches every file of the home for the value.
}

#[test]
fn what_a_killed_edit_leaves_is_found_and_removed() {
    use rustix::process::{Pid, kill_process};
    // Below the shared memory, separate from those of other tests.
    let memory = std::path::Path::new("/dev/shm");
    let own = tempfile::Builder::new()
        .prefix("of-a-test-")
        .tempdir_in(memory);
    let Ok(own) = own else {
        return eprintln!("skipped: no memory as a directory here");
    };
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let left = || fs::read_dir(own.path().join("kluis")).unwrap().count();
    let doctor = || {
        let doctor = sandbox.kluis(["doctor", "--json"]);
        let found = doctor.env("XDG_RUNTIME_DIR", own.path()).run();
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        found.any_stdout().any_stderr().ends();
        text.contains("\"leftover\"")
    };
    for line in ["lock", "run -e V=name -- true", "edit name"] {
        let steps = "echo $$ > id; exec sleep 100";
        let mut killed = edit(&sandbox, "edit name", steps)
            .env("XDG_RUNTIME_DIR", own.path())
            .command();
        let mut killed = killed.stdin(std::process::Stdio::null()).spawn().unwrap();
        let id = sandbox.home().join("id");
        let editor = loop {
            let text = fs::read_to_string(&id).unwrap_or_default();
            if let Ok(id) = text.trim_end().parse() {
                break Pid::from_raw(id).unwrap();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        // `env` starts it in a session of its own: its child is the command.
        let children = std::process::Command::new("ps")
            .args(["-o", "ppid=", "-p", &editor.as_raw_nonzero().to_string()])
            .output();
        let parent = String::from_utf8(children.unwrap().stdout).unwrap();
        let parent = Pid::from_raw(parent.trim().parse().unwrap()).unwrap();
        kill_process(parent, Signal::KILL).unwrap();
        killed.wait().unwrap();
        // The editor still has it.
        assert!(!doctor(), "{line}");
        let lock = sandbox.kluis(["lock"]).env("XDG_RUNTIME_DIR", own.path());
        lock.run().any_stderr().exits(0);
        assert_eq!(left(), 1, "{line}");
        kill_process(editor, Signal::KILL).unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !doctor() {
            assert!(std::time::Instant::now() < deadline, "{line}");
        }
        let next = edit(&sandbox, line, "true").env("XDG_RUNTIME_DIR", own.path());
        next.run()
            .stderr_has("removed a value that an interrupted")
            .ends();
        assert_eq!(left(), 0, "{line}");
        fs::remove_file(id).unwrap();
    }
}
