//! Tests file systems with missing features: unsupported calls, no locks, and files that cannot be replaced
//! because they are mounted one by one.
//!
//! `strace` makes calls fail; mounts are made in a namespace. If either is refused, the tests print so and pass.

use crate::crash::trace;
use crate::sandbox::{Invocation, Outcome, Sandbox};
use std::fs;
use std::path::Path;
use std::process::Command;

const WARNING: &str = "this file system cannot confirm that it survives a power cut";

/// The command under which system calls fail, such as `fsync:error=EINVAL`.
pub fn failing(faults: &[&str]) -> Vec<String> {
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null"];
    let mut line: Vec<String> = strace.map(str::to_owned).to_vec();
    for fault in faults {
        line.extend(["-e".to_owned(), format!("inject={fault}")]);
    }
    line
}

fn set<'s>(sandbox: &'s Sandbox, value: &str) -> Invocation<'s> {
    sandbox.kluis(["set", "name"]).stdin(value)
}

/// Changes a vault with these faults; returns the sandbox for a look at the result.
fn changes(faults: &[&str]) -> (Outcome, Sandbox) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let done = set(&sandbox, "new").under(failing(faults)).run();
    let value = sandbox.get("name");
    let expected: &[u8] = if done.code == 0 { b"new" } else { b"old" };
    assert_eq!(value, expected, "{faults:?}: {}", done.stderr);
    (done, sandbox)
}

#[test]
fn a_sync_that_is_unknown_is_a_warning_and_exit_code_0() {
    if !trace::is_possible() {
        return;
    }
    for error in ["EINVAL", "ENOSYS", "EOPNOTSUPP"] {
        let (done, _) = changes(&[&format!("fsync,fdatasync:error={error}")]);
        done.any_stdout().stderr_has(WARNING).exits(0);
    }
    // In JSON, it is one of the warnings.
    let sandbox = Sandbox::with_vault();
    let set = sandbox.kluis(["set", "name", "--json"]).stdin("v");
    let done = set.under(failing(&["fsync:error=EINVAL"])).run();
    assert!(done.stderr.contains(WARNING), "{}", done.stderr);
    done.any_stdout().any_stderr().exits(0);
}

#[test]
fn a_sync_that_fails_is_an_error_whatever_it_is_of() {
    if !trace::is_possible() {
        return;
    }
    for error in ["EIO", "ENOSPC", "EROFS", "EDQUOT"] {
        let (failed, sandbox) = changes(&[&format!("fsync,fdatasync:error={error}")]);
        assert!(!failed.stderr.contains(WARNING));
        failed.stderr_has("kluis: error: ").exits(1);
        sandbox
            .kluis(["vault", "verify"])
            .run()
            .any_stdout()
            .exits(0);
    }
    // Only for the folder: the change is there, and the exit code says that it may be lost.
    let sandbox = Sandbox::with_vault();
    let syncs = ["1", "2", "3", "4", "5", "6"];
    let told = syncs.map(|nth| {
        let fault = format!("fsync:error=EIO:when={nth}");
        let done = set(&sandbox, nth).under(failing(&[&fault])).run();
        let told = done.stderr.clone();
        let code = done.code;
        done.any_stdout().any_stderr().ends();
        (code, told.contains("may be lost in a power cut"))
    });
    assert!(told.contains(&(1, true)), "{told:?}");
}

/// Each call that a file system or a sandbox may not support, with its possible errors.
const UNKNOWN: &[(&str, &[&str])] = &[
    ("fchmod", &["EPERM", "ENOSYS", "EOPNOTSUPP", "EINVAL"]),
    ("fchown", &["EPERM", "ENOSYS", "EINVAL"]),
    (
        "linkat",
        &["EPERM", "ENOSYS", "EOPNOTSUPP", "EXDEV", "EMLINK"],
    ),
    ("statx", &["ENOSYS", "EPERM"]),
    ("fgetxattr", &["ENOSYS", "EOPNOTSUPP", "EPERM"]),
    ("fremovexattr", &["ENOSYS", "EOPNOTSUPP"]),
    ("renameat2", &["EINVAL", "ENOSYS", "EPERM", "EOPNOTSUPP"]),
    ("madvise", &["EINVAL", "ENOSYS"]),
];

#[test]
fn unknown_calls_cost_neither_a_change_nor_a_new_vault() {
    if !trace::is_possible() {
        return;
    }
    for (call, errors) in UNKNOWN {
        for error in *errors {
            let fault = format!("{call}:error={error}");
            let (done, sandbox) = changes(&[&fault]);
            done.any_stdout().any_stderr().exits(0);
            let kept = sandbox.vault().with_file_name(".default.kluis.prev");
            assert!(kept.exists(), "{fault}");
            let made = Sandbox::empty();
            let init = made.kluis(["init", "--token"]).under(failing(&[&fault]));
            let init = init.run();
            assert_eq!(init.code, 0, "{fault}: {}", init.stderr);
            init.any_stdout().any_stderr().exits(0);
            assert!(made.vault().exists(), "{fault}");
        }
    }
}

/// Neither renaming without replacing nor links, as on FAT with FUSE.
#[test]
fn a_new_vault_needs_no_links_and_replaces_nothing() {
    if !trace::is_possible() {
        return;
    }
    let faults = ["renameat2:error=EINVAL", "linkat:error=EPERM"];
    let sandbox = Sandbox::empty();
    let init = |sandbox: &Sandbox| {
        let init = sandbox.kluis(["init", "--token"]).under(failing(&faults));
        init.run()
    };
    init(&sandbox).any_stdout().any_stderr().exits(0);
    let before = sandbox.bytes();
    init(&sandbox)
        .stderr_has("there is already a vault")
        .exits(6);
    assert!(sandbox.bytes() == before);
    let key = sandbox.home().join("mine.key");
    fs::write(&key, "mine").unwrap();
    let new = sandbox.kluis(["key", "new", "-o", "mine.key"]);
    let refused = new.under(failing(&faults)).run();
    refused.any_stdout().any_stderr().exits(6);
    assert_eq!(fs::read(&key).unwrap(), b"mine");
}

#[test]
fn an_empty_file_of_a_killed_init_says_what_to_do() {
    if !trace::is_possible() {
        return;
    }
    let mut faults = vec!["renameat2:error=EINVAL", "linkat:error=EPERM"];
    faults.extend(["rename,renameat:signal=SIGKILL:when=1"]);
    let sandbox = Sandbox::empty();
    let killed = sandbox.kluis(["init", "--token"]).under(failing(&faults));
    killed.run().any_stdout().any_stderr().ends();
    assert_eq!(fs::read(sandbox.vault()).unwrap(), b"");
    let refused = sandbox.kluis(["init", "--token"]).run();
    refused
        .stderr_has("an interrupted `kluis init` may have left it: then delete the file")
        .exits(6);
    let listed = sandbox.kluis(["list"]).run();
    listed
        .stderr_has("an empty file may be left of an interrupted `kluis init`")
        .exits(5);
    fs::remove_file(sandbox.vault()).unwrap();
    let init = sandbox.kluis(["init", "--token"]).run();
    init.any_stdout().any_stderr().exits(0);
}

#[test]
fn a_folder_that_may_not_be_listed_holds_a_vault() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with_vault();
    let folder = sandbox.vault().parent().unwrap().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o300)).unwrap();
    let set = set(&sandbox, "v");
    // Root may list everything, unless it drops that right.
    let done = if rustix::process::geteuid().is_root() {
        let dropped = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];
        set.under(dropped).run()
    } else {
        set.run()
    };
    done.any_stdout().stderr_has(WARNING).exits(0);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(sandbox.get("name"), b"v");
}

#[test]
fn without_locks_a_change_is_refused_with_a_hint() {
    if !trace::is_possible() {
        return;
    }
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINVAL"] {
        let fault = format!("flock:error={error}");
        let (refused, sandbox) = changes(&[&fault]);
        let told = refused.stderr.clone();
        assert!(told.contains("could not lock "), "{told}");
        assert!(told.contains("; the vault was not changed: "), "{told}");
        refused
            .stderr_has("keep the vault on a local disk")
            .exits(1);
        let got = sandbox.kluis(["get", "name"]).under(failing(&[&fault]));
        got.run().stdout("old").exits(0);
    }
}

fn unshare() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-rm"]];
    let found = ways.into_iter().find(|way| {
        let mount = ["mount", "-t", "tmpfs", "kluis", "/mnt"];
        let tried = Command::new(way[0]).args(&way[1..]).args(mount).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no file system may be mounted here");
    }
    found
}

/// In a mount namespace where this was done first.
pub fn mounted<'s>(
    invocation: Invocation<'s>,
    script: &str,
    then: &[String],
) -> Option<Invocation<'s>> {
    let script = format!("{script} || exit 99; exec \"$@\"");
    let mut line: Vec<&str> = unshare()?.to_vec();
    line.extend(["sh", "-c", &script, "sh"]);
    line.extend(then.iter().map(String::as_str));
    Some(invocation.under(line))
}

fn bind(file: &Path) -> String {
    let file = file.display();
    format!("mount --bind '{file}' '{file}'")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_vault_mounted_alone_is_read_and_not_changed() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let folder = sandbox.vault().parent().unwrap().to_owned();
    let (before, beside) = (sandbox.bytes(), names(&folder));
    let kept = fs::read(folder.join(".default.kluis.prev")).unwrap();
    let script = bind(&sandbox.vault());
    let Some(refused) = mounted(set(&sandbox, "new"), &script, &[]) else {
        return;
    };
    let refused = refused.run();
    let told = refused.stderr.clone();
    assert!(told.contains("is mounted as a single file"), "{told}");
    refused
        .stderr_has("mount the folder of the vault instead")
        .exits(1);
    let get = mounted(sandbox.kluis(["get", "name"]), &script, &[]).unwrap();
    get.run().stdout("old").exits(0);
    let doctor = sandbox.kluis(["doctor", "-q"]);
    let doctor = mounted(doctor, &script, &[]).unwrap().run();
    let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(found.contains("mount its folder instead"), "{found}");
    doctor.any_stdout().any_stderr().ends();
    assert_eq!(names(&folder), beside);
    let still = fs::read(folder.join(".default.kluis.prev")).unwrap();
    assert!(still == kept);
    // If the system does not report it, replacing the file fails, with the same hint.
    if trace::is_possible() {
        let blind = failing(&["statx:error=ENOSYS"]);
        let refused = mounted(set(&sandbox, "new"), &script, &blind).unwrap();
        let refused = refused.run();
        refused
            .stderr_has("mount the folder of the vault instead")
            .exits(1);
        for error in ["EBUSY", "EXDEV"] {
            let fault = format!("rename,renameat,renameat2:error={error}");
            let (refused, _) = changes(&[&fault]);
            refused
                .stderr_has("mount the folder of the vault instead")
                .exits(1);
        }
    }
    assert!(sandbox.bytes() == before);
}

/// A home on NFS: no locks for folders. The memory is written without one.
#[test]
fn what_was_seen_is_remembered_without_a_lock_for_the_folder() {
    if !trace::is_possible() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let state = sandbox.home().join(".local/state/kluis/vaults");
    let before = fs::read(
        fs::read_dir(&state)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path(),
    )
    .unwrap();
    let mut under = failing(&["flock:error=EBADF"]);
    under.extend(["-P".to_owned(), state.display().to_string()]);
    let done = set(&sandbox, "v").under(under).run();
    done.any_stdout().exits(0);
    let after = fs::read(
        fs::read_dir(&state)
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path(),
    )
    .unwrap();
    assert!(before != after);
}
