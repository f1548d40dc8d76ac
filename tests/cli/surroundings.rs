//! Tests unusual environments: no home, closed descriptors, full devices, tiny limits, other languages, enormous
//! paths. Each ends with a defined exit code, without a crash, partial output or loss.

use crate::sandbox::{Invocation, Outcome, Sandbox};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

/// Verbs of every kind: that read, that write, that output values, that need no vault.
const LINES: &[&[&str]] = &[
    &["list", "-q"],
    &["get", "NAME"],
    &["show", "NAME", "--json"],
    &["vault", "verify"],
    &["set", "NAME"],
    &["set", "OTHER", "--generate", "32"],
    &["update", "NAME", "--description", "d"],
    &["rotate", "NAME", "--generate", "16"],
    &["export", "--format", "json", "--all"],
    &["inject", "-i", "template"],
    &["run", "-e", "A=NAME", "--", "printenv", "A"],
    &["key", "list"],
    &["workspace", "create", "staging"],
    &["check"],
    &["status"],
    &["completions", "bash"],
    &["--help"],
];

/// The documented codes, and the child's own of `run`.
fn is_defined(code: i32) -> bool {
    matches!(code, 0..=9 | 125..=127 | 141)
}

/// A vault in which every one of the lines can succeed.
fn filled() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("NAME", sandbox.secret("value"));
    let template = sandbox.home().join("template");
    fs::write(template, "{{ kluis://NAME }}").unwrap();
    sandbox
}

/// Checks the promises for every end. Returns the code.
fn sane(what: &str, outcome: Outcome) -> i32 {
    let (code, told) = (outcome.code, outcome.stderr.clone());
    assert!(is_defined(code), "{what}: {code}: {told}");
    for defect in ["a defect in kluis", "panicked", "memory allocation of"] {
        assert!(!told.contains(defect), "{what}: {told}");
    }
    if code != 0 {
        let printed = String::from_utf8_lossy(&outcome.stdout);
        assert_eq!(printed, "", "{what}: a part of a result with code {code}");
    }
    outcome.any_stdout().any_stderr().ends();
    code
}

/// Runs every line, each in a copy of its own, changed by `change`. Afterwards the vault must open completely,
/// with its old content. Returns the number of successes.
fn each(sandbox: &Sandbox, what: &str, change: impl Fn(Invocation<'_>) -> Invocation<'_>) -> usize {
    let mut succeeded = 0;
    for line in LINES {
        let copy = sandbox.copy();
        let what = format!("{what}: {line:?}");
        let code = sane(&what, change(copy.kluis(*line)).run());
        succeeded += usize::from(code == 0);
        still_whole(&copy, &what);
    }
    succeeded
}

fn still_whole(sandbox: &Sandbox, what: &str) {
    let verified = sandbox.kluis(["vault", "verify"]).run();
    assert_eq!(verified.code, 0, "{what}: {}", verified.stderr);
    verified.any_stdout().any_stderr().ends();
    let next = sandbox.kluis(["set", "NEXT"]).stdin("v").run();
    next.any_stdout().exits(0);
}

#[test]
fn all_of_it_works_where_nothing_is_strange() {
    let sandbox = filled();
    // `set` without a value, and `check` without a project file.
    assert_eq!(each(&sandbox, "as usual", |line| line), LINES.len() - 2);
}

fn at_home<'s>(home: Option<&str>, line: Invocation<'s>) -> Invocation<'s> {
    match home {
        Some(home) => line.env("HOME", home),
        None => line.without("HOME"),
    }
}

#[test]
fn without_a_home_named_paths_work_and_the_rest_give_hints() {
    let sandbox = filled();
    let vault = sandbox.vault();
    let homes: [Option<&str>; 6] = [
        None,
        Some(""),
        Some("relative"),
        Some("/nonexistent"),
        Some("/dev/null"),
        Some("/proc"),
    ];
    for home in homes {
        let lost = sandbox.copy();
        let listed = at_home(home, lost.kluis(["list"])).run();
        let told = listed.stderr.contains("kluis: hint: ");
        assert!(told, "{home:?}: {}", listed.stderr);
        let unnamed = matches!(home, None | Some(""));
        assert_eq!(
            sane("list", listed),
            if unnamed { 2 } else { 3 },
            "{home:?}"
        );
        for line in [
            &["list", "-q"][..],
            &["get", "NAME"],
            &["set", "NAME", "--generate", "8"],
            &["run", "-e", "A=NAME", "--", "true"],
        ] {
            let copy = sandbox.copy();
            let named = at_home(home, copy.kluis(line)).env("KLUIS_VAULT", copy.vault());
            assert_eq!(sane("named", named.run()), 0, "{home:?}: {line:?}");
            still_whole(&copy, "named");
        }
    }
    assert!(vault.exists());
}

/// A file system that is read-only from the home on, in a mount namespace; `None` if that is refused.
fn read_only(sandbox: &Sandbox) -> Option<[OsString; 5]> {
    let home = sandbox.home().to_str().unwrap();
    let script = format!(
        "mount --bind '{home}' '{home}' && mount -o remount,bind,ro '{home}' || exit 99; exec \"$@\""
    );
    let under = ["unshare", "-rm", "sh", "-c", &script].map(OsString::from);
    let tried = Command::new(&under[0])
        .args(&under[1..])
        .args(["sh", "true"])
        .output();
    tried
        .is_ok_and(|output| output.status.success())
        .then_some(under)
}

#[test]
fn with_a_read_only_home_reading_works_and_writing_says_why() {
    let sandbox = filled();
    if read_only(&sandbox).is_none() {
        return eprintln!("skipped: no file system may be mounted here");
    }
    for line in LINES {
        let copy = sandbox.copy();
        let before = copy.bytes();
        let under = read_only(&copy).unwrap();
        let under = under
            .iter()
            .map(OsString::as_os_str)
            .chain([OsStr::new("sh")]);
        let outcome = copy.kluis(*line).under(under).run();
        let told = outcome.stderr.clone();
        let writes =
            ["update", "rotate", "workspace"].contains(&line[0]) || line.contains(&"OTHER");
        let code = sane(&format!("{line:?}"), outcome);
        if writes {
            assert_eq!(code, 1, "{line:?}");
            assert!(told.contains("Read-only file system"), "{line:?}: {told}");
        } else {
            let fails = matches!(line[0], "set" | "check");
            assert_eq!(code != 0, fails, "{line:?}: {told}");
        }
        assert!(copy.bytes() == before, "{line:?}");
        still_whole(&copy, "read-only");
    }
}

#[test]
fn a_closed_descriptor_is_never_reused_for_a_file() {
    let sandbox = filled();
    for closed in 0..8 {
        let closing = (0..3).filter(|descriptor| closed >> descriptor & 1 == 1);
        let closing: Vec<String> = closing.map(|number| format!("exec {number}>&-")).collect();
        let script = format!("true; {}", closing.join("; "));
        let succeeded = each(&sandbox, &script, |line| {
            line.prepared(script.trim_end_matches("; "))
        });
        assert_eq!(succeeded, LINES.len() - 2, "{script}");
    }
    // Output goes nowhere, and above all not into the vault, which is the next file to be opened.
    let closed = "exec 0>&- 1>&- 2>&-";
    let set = sandbox.kluis(["set", "OTHER", "--generate", "32"]);
    set.prepared(closed).run().exits(0);
    for name in ["NAME", "OTHER"] {
        let get = sandbox.kluis(["get", name]).prepared("exec 1>&-");
        get.run().exits(0);
    }
    still_whole(&sandbox, closed);
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let sandbox = filled();
    for line in LINES {
        let copy = sandbox.copy();
        let outcome = copy.kluis(*line).prepared("exec > /dev/full").run();
        let told = outcome.stderr.clone();
        let code = sane(&format!("{line:?}"), outcome);
        match line[0] {
            "update" => assert_eq!(code, 0),
            // The child fails because of it, not kluis.
            "run" => assert_ne!(code, 0),
            "set" if line.len() == 2 => assert_eq!(code, 7),
            "check" => assert_eq!(code, 3),
            _ => {
                assert_eq!(code, 1, "{line:?}");
                let why = "cannot write to stdout: No space left on device";
                assert!(told.contains(why), "{line:?}: {told}");
            }
        }
        still_whole(&copy, "/dev/full");
    }
    // A key whose token could not be printed is not kept, and a failure without output is still a failure.
    let token = sandbox.kluis(["key", "add", "--full", "--token"]);
    let told = token.prepared("exec > /dev/full").run();
    told.stderr_has("kluis key remove key_").exits(1);
    let missing = sandbox.kluis(["get", "nope"]);
    missing.prepared("exec 2> /dev/full").run().exits(3);
}

#[test]
fn sixteen_descriptors_are_enough_and_fewer_are_an_error() {
    let sandbox = filled();
    let enough = LINES.len() - 2;
    let with = |count: u32| {
        let limit = format!("ulimit -n {count}");
        each(&sandbox, &limit, |line| line.prepared(&limit))
    };
    assert_eq!(with(16), enough);
    assert!(with(4) < enough);
}

/// Tries every amount of memory from 1 MiB besides the program itself: commands with little need work, and
/// Argon2id, with the greatest need, works or fails with an error.
#[test]
fn missing_memory_is_an_error_and_missing_threads_are_not() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let open = |sandbox: &Sandbox, limit: &str| {
        let verify = sandbox.kluis(["vault", "verify"]).prepared(limit);
        verify.env("KLUIS_PASSPHRASE_FILE", &passphrase).run()
    };
    let starts = |limit: &str| {
        let version = sandbox.kluis(["--version"]).prepared(limit).run();
        let starts = version.code == 0;
        version.any_stdout().any_stderr().ends();
        starts
    };
    let before = sandbox.bytes();
    let (mut done, mut refused) = (0, 0);
    for mebibytes in (10..=60).step_by(2) {
        if !starts(&format!("ulimit -v {}", (mebibytes - 1) * 1024)) {
            continue;
        }
        let limit = format!("ulimit -v {}", mebibytes * 1024);
        let outcome = open(&sandbox, &limit);
        let told = outcome.stderr.clone();
        match sane(&limit, outcome) {
            0 => done += 1,
            code => {
                assert_eq!(code, 1, "{limit}: {told}");
                let why = "not enough memory to derive a key from the passphrase";
                assert!(told.contains(why), "{limit}: {told}");
                refused += 1;
            }
        }
    }
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
    assert!(sandbox.bytes() == before);
}

#[test]
fn memory_that_may_be_swapped_is_reported_and_the_agent_works() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let unlock = sandbox.kluis(["unlock"]).prepared("ulimit -l 0");
    let unlocked = unlock.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
    sane("unlock", unlocked);
    sandbox.kluis(["list"]).run().any_stderr().exits(0);
    sandbox.kluis(["lock", "-q"]).run().exits(0);
}

#[test]
fn no_language_changes_a_byte() {
    let sandbox = filled();
    let all = |language: &[(&str, &str)]| {
        let lines = LINES.iter().filter(|line| !line.contains(&"--generate"));
        let all = lines.map(|line| {
            let copy = sandbox.copy();
            let command = copy.kluis(*line).without("LANG");
            let command = language
                .iter()
                .fold(command, |command, (name, value)| command.env(name, value));
            let outcome = command.run();
            let home = copy.home().to_str().unwrap().to_owned();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&home, "HOME");
            let said = (text(&outcome.stdout), outcome.stderr.replace(&home, "HOME"));
            // The copy's workspace has an id of its own.
            let printed = if line[0] == "workspace" {
                String::new()
            } else {
                said.0
            };
            (sane("language", outcome), printed, said.1)
        });
        all.collect::<Vec<_>>()
    };
    let expected = all(&[("LANG", "C.UTF-8")]);
    for language in [
        &[][..],
        &[("LANG", "C")],
        &[("LANG", "tr_TR.UTF-8")],
        &[("LC_ALL", "ja_JP.SJIS")],
        &[("LC_ALL", "nonsense"), ("LANGUAGE", "\u{1b}[31m")],
        &[("LC_CTYPE", "UTF-8"), ("LC_NUMERIC", "de_DE.UTF-8")],
    ] {
        assert_eq!(all(language), expected, "{language:?}");
    }
    // The Turkish i, in both directions.
    let turkish = |line: &[&str]| sandbox.kluis(line).env("LC_ALL", "tr_TR.UTF-8");
    turkish(&["create", "API_id", "--generate", "8"])
        .run()
        .any_stdout()
        .exits(0);
    let shown = turkish(&["show", "API_id", "--json"]).run();
    assert_eq!(shown.json()["env_key"], "API_ID");
    shown.any_stdout().exits(0);
    turkish(&["get", "apI_id"]).run().any_stderr().exits(3);
}

#[test]
fn a_path_that_is_too_long_is_an_error_that_leaves_nothing() {
    let sandbox = filled();
    let long = |letters: usize| sandbox.home().join("p".repeat(letters));
    let names = || fs::read_dir(sandbox.home()).unwrap().count();
    let before = names();
    let deep = format!("{}v", format!("{}/", "d".repeat(200)).repeat(25));
    for path in [
        long(256).into_os_string(),
        long(4_090).into_os_string(),
        OsString::from(deep),
    ] {
        for line in [&["list"][..], &["init", "--token"], &["set", "NAME"]] {
            let there = sandbox.kluis(line).env("KLUIS_VAULT", &path).stdin("v");
            let code = sane("too long", there.run());
            assert_eq!(code, 1, "{line:?}");
        }
    }
    assert_eq!(names(), before);
    // The longest name leaves no room for that of the lock beside it, nor for `.prev`.
    for letters in [238, 247, 250, 255] {
        let path = long(letters);
        let made = sandbox
            .kluis(["init", "--token"])
            .env("KLUIS_VAULT", &path)
            .run();
        sandbox.keep_token(&made.stdout);
        let token = String::from_utf8(made.stdout.clone()).unwrap();
        if sane("long", made) != 0 {
            assert!(!path.exists(), "{letters}: a part of a vault");
            continue;
        }
        for value in ["one", "two"] {
            let set = sandbox.kluis(["set", "NAME"]).env("KLUIS_VAULT", &path);
            let set = set.env("KLUIS_TOKEN", token.trim_end()).stdin(value).run();
            assert_eq!(sane("long", set), 0, "{letters}: no change is possible");
        }
    }
}

#[test]
fn a_deleted_or_non_utf8_folder_is_no_obstacle() {
    let sandbox = filled();
    let strange = sandbox.home().join(OsStr::from_bytes(b"no\xfftext"));
    fs::create_dir(&strange).unwrap();
    let removed = "mkdir gone && cd gone && rmdir ../gone";
    for line in LINES.iter().filter(|line| line[0] != "inject") {
        let usual = sane("here", sandbox.copy().kluis(*line).run());
        let copy = sandbox.copy();
        let there = copy.kluis(*line).within(&strange).run();
        assert_eq!(sane("no text", there), usual, "{line:?}");
        let copy = sandbox.copy();
        let nowhere = copy.kluis(*line).prepared(removed).run();
        assert_eq!(sane("nowhere", nowhere), usual, "{line:?}");
    }
}
