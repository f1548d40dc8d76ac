//! Tests outputs that are not plain files and outputs that cannot be written: each is an error, and nobody's file
//! is lost.

use crate::sandbox::{Invocation, Sandbox, make_pipe};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, Instant};

fn with_secret() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    sandbox
}

fn masked<'s>(sandbox: &'s Sandbox, script: &str) -> Invocation<'s> {
    sandbox.kluis(["run", "--mask", "-e", "V=name", "--", "sh", "-c", script])
}

#[test]
fn a_full_device_behind_a_mask_is_an_error() {
    let sandbox = with_secret();
    // The command has ended before it could notice.
    for script in ["echo $V", "echo $V >&2", "printf %s $V; trap '' PIPE"] {
        let both = "exec > /dev/full 2> log; ";
        let stream = if script.contains(">&2") {
            "exec 2> /dev/full"
        } else {
            both.trim_end_matches("; ")
        };
        let ran = masked(&sandbox, script).prepared(stream).run();
        ran.any_stderr().exits(1);
    }
    let told = fs::read_to_string(sandbox.home().join("log")).unwrap();
    let why = "the output of the command could not be written: No space left on device";
    assert!(told.contains(why), "{told}");
    // Its own failure takes precedence, and without output there is none.
    let full = "exec > /dev/full";
    let ran = masked(&sandbox, "echo $V; exit 7").prepared(full).run();
    ran.any_stderr().exits(7);
    masked(&sandbox, "true").prepared(full).run().exits(0);
}

#[test]
fn a_closed_reader_behind_a_mask_is_never_exit_code_0() {
    let sandbox = with_secret();
    let shell = "\"$@\" | sleep 0; echo ${PIPESTATUS[0]}";
    for script in [
        "sleep 0.3; echo $V",
        "trap '' PIPE; sleep 0.3; echo $V; exit 0",
    ] {
        let ran = masked(&sandbox, script).under(["bash", "-c", shell, "bash"]);
        ran.run().any_stderr().stdout("141\n").exits(0);
    }
    let ran = masked(&sandbox, "sleep 0.3").under(["bash", "-c", shell, "bash"]);
    ran.run().stdout("0\n").exits(0);
}

/// A kind of file, the way to make it at a path, and the reason why nothing is written there.
type Place = (&'static str, fn(&Path), &'static str);

const PLACES: [Place; 6] = [
    (
        "a directory",
        |path| fs::create_dir(path).unwrap(),
        "is a directory",
    ),
    (
        "a link",
        |path| symlink("victim", path).unwrap(),
        "is a link",
    ),
    (
        "a link to nothing",
        |path| symlink("absent", path).unwrap(),
        "is a link",
    ),
    (
        "a device",
        |path| symlink("/dev/null", path).unwrap(),
        "is a link",
    ),
    (
        "a socket",
        |path| drop(UnixListener::bind(path).unwrap()),
        "is not a regular file",
    ),
    (
        "a read-only file",
        |path| {
            fs::write(path, "theirs").unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o444)).unwrap();
        },
        "is read-only",
    ),
];

fn seen(path: &Path) -> (bool, bool, Option<Vec<u8>>) {
    let found = fs::symlink_metadata(path).unwrap();
    (found.is_dir(), found.is_symlink(), fs::read(path).ok())
}

#[test]
fn what_is_no_plain_file_stays_what_it_is() {
    let sandbox = with_secret();
    let victim = sandbox.home().join("victim");
    fs::write(&victim, "mine").unwrap();
    let out = sandbox.home().join("out");
    for (what, lay, why) in PLACES {
        lay(&out);
        let before = seen(&out);
        let inject = sandbox.kluis(["inject", "-o", "out"]);
        let refused = inject.stdin("{{ kluis://name }}").run();
        assert!(refused.stderr.contains(why), "{what}: {}", refused.stderr);
        assert!([1, 2].contains(&refused.code), "{what}");
        refused.any_stderr().ends();
        let new = sandbox.kluis(["key", "new", "-o", "out"]).run();
        assert_ne!(new.code, 0, "{what}");
        new.any_stdout().any_stderr().ends();
        assert_eq!(seen(&out), before, "{what}");
        assert_eq!(fs::read(&victim).unwrap(), b"mine", "{what}");
        if out.is_dir() && !out.is_symlink() {
            fs::remove_dir(&out).unwrap();
        } else {
            fs::remove_file(&out).unwrap();
        }
    }
    let device = sandbox.kluis(["inject", "-o", "/dev/full"]);
    let refused = device.stdin("{{ kluis://name }}").run();
    refused
        .stderr_has("is a device; nothing was written")
        .exits(1);
    let stdout = sandbox
        .kluis(["inject", "-o", "/dev/stdout"])
        .prepared("exec > /dev/full");
    let failed = stdout.stdin("{{ kluis://name }}").run();
    failed.stderr_has("could not write all of it").exits(1);
}

#[test]
fn a_pipe_that_nobody_reads_is_an_error_after_a_while() {
    let sandbox = with_secret();
    let pipe = sandbox.home().join("pipe");
    make_pipe(&pipe);
    let started = Instant::now();
    let inject = sandbox.kluis(["inject", "-o", "pipe"]);
    let refused = inject.stdin("{{ kluis://name }}").run();
    refused.stderr_has("is a pipe that nobody reads").exits(1);
    let waited = started.elapsed();
    assert!(
        waited > Duration::from_secs(9) && waited < Duration::from_secs(30),
        "{waited:?}"
    );
    // A reader that stops in the middle.
    let large = "v".repeat(60_000);
    sandbox.create("large", &large);
    let template = "{{ kluis://large }}".repeat(4);
    let script = "head -c 10 pipe > /dev/null & \"$@\"; code=$?; wait; exit $code";
    let inject = sandbox.kluis(["inject", "-o", "pipe"]).stdin(template);
    let failed = inject.under(["sh", "-c", script, "sh"]).run();
    failed
        .stderr_has("could not write all of it to pipe: Broken pipe")
        .exits(1);
    fs::remove_file(pipe).unwrap();
}
