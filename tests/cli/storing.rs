//! Tests the vault as a file: who may read it, what kind of file it may be, and that no acknowledged write is
//! lost.

use crate::sandbox::{KLUIS, Sandbox, make_pipe};
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The names in a directory.
fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn written_files_are_private_under_any_umask() {
    let sandbox = Sandbox::with_vault();
    let vault = sandbox.home().join("new/er/v.kluis");
    let there = ["--vault", vault.to_str().unwrap()];
    let init = ["init", "--token"].iter().chain(&there);
    let made = sandbox.kluis(init).prepared("umask 000").run();
    let token = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().any_stderr().exits(0);
    let create = || {
        let create = ["create", "--generate", "8", "name"].iter().chain(&there);
        let create = sandbox.kluis(create).env("KLUIS_TOKEN", token.trim_end());
        create.prepared("umask 000")
    };
    create().run().any_stdout().exits(0);
    let directory = vault.parent().unwrap();
    let files = [".v.kluis.lock", ".v.kluis.prev", "v.kluis"];
    assert!(
        names(directory).iter().eq(files.iter()),
        "{:?}",
        names(directory)
    );
    for file in files {
        assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
    }
    assert_eq!(
        (mode(directory), mode(directory.parent().unwrap())),
        (0o700, 0o700)
    );

    fs::set_permissions(&vault, Permissions::from_mode(0o644)).unwrap();
    let delete = ["delete", "name", "-y"].iter().chain(&there);
    let delete = sandbox.kluis(delete).env("KLUIS_TOKEN", token.trim_end());
    delete.run().exits(0);
    // A mode that you chose stays.
    assert_eq!(mode(&vault), 0o644);
}

#[test]
fn an_irregular_file_is_refused_at_once_and_left_alone() {
    let sandbox = Sandbox::with_vault();
    let at = |name: &str| sandbox.home().join(name);
    fs::create_dir(at("directory")).unwrap();
    make_pipe(&at("pipe"));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink("/dev/null", at("link")).unwrap();
    symlink("loop", at("loop")).unwrap();
    let before = names(sandbox.home());
    let started = Instant::now();
    for (place, said) in [
        (at("directory"), "is a directory"),
        (at("pipe"), "is a pipe"),
        (at("socket"), "is a socket"),
        (at("link"), "is a device"),
        (at("loop"), "could not open"),
        ("/dev/null".into(), "is a device"),
        ("/dev/zero".into(), "is a device"),
        ("/".into(), "is a directory"),
    ] {
        for line in [
            &["list"][..],
            &["init", "--token"],
            &["create", "a", "--generate", "8"],
        ] {
            let there = ["--vault", place.to_str().unwrap()];
            let line = line.iter().chain(&there);
            sandbox.kluis(line).run().stderr_has(said).exits(1);
        }
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(names(sandbox.home()), before);
    assert!(names(&at("directory")).is_empty());
}

#[test]
fn a_link_to_an_irregular_file_is_refused_and_left_alone() {
    let sandbox = Sandbox::with_vault();
    let at = |name: &str| sandbox.home().join(name);
    fs::write(at("notes"), "not a vault").unwrap();
    symlink("notes", at("link")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    for (name, codes) in [("link", [5, 6, 5]), ("dangling", [3, 2, 3])] {
        let lines = [
            &["list"][..],
            &["init", "--token"],
            &["create", "a", "--generate", "8"],
        ];
        for (line, code) in lines.into_iter().zip(codes) {
            let there = ["--vault", name];
            let line = line.iter().chain(&there);
            sandbox.kluis(line).run().any_stderr().exits(code);
        }
    }
    assert_eq!(fs::read(at("notes")).unwrap(), b"not a vault");
    assert!(!at("nowhere").exists());
    assert!(at("link").is_symlink() && at("dangling").is_symlink());
}

#[test]
fn a_link_to_a_vault_is_written_through_and_stays_a_link() {
    let sandbox = Sandbox::with_vault();
    let links = sandbox.home().join("links");
    fs::create_dir(&links).unwrap();
    symlink("../.local/share/kluis/default.kluis", links.join("one")).unwrap();
    symlink("one", links.join("two")).unwrap();
    let create = ["create", "name", "--generate", "8", "--vault", "two"];
    let created = sandbox.kluis(create).within(&links).run();
    created.any_stdout().exits(0);
    sandbox
        .kluis(["list", "-q"])
        .run()
        .stdout("name\n")
        .exits(0);
    assert!(links.join("one").is_symlink() && links.join("two").is_symlink());
    assert_eq!(names(&links).len(), 2);
    assert!(
        sandbox
            .vault()
            .with_file_name(".default.kluis.prev")
            .exists()
    );
}

#[test]
fn a_directory_that_others_may_write_is_read_and_not_written() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let directory = sandbox.vault().parent().unwrap().to_owned();
    let before = sandbox.bytes();
    for open in [0o777, 0o1777, 0o707] {
        fs::set_permissions(&directory, Permissions::from_mode(open)).unwrap();
        let create = sandbox.kluis(["create", "other", "--generate", "8"]).run();
        create
            .stderr_has("is in a directory that other users can write to")
            .exits(1);
        assert_eq!(sandbox.get("name"), b"v");
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn the_bytes_before_the_last_change_are_kept() {
    let sandbox = Sandbox::with_vault();
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    let mut before = sandbox.bytes();
    for line in [
        &["create", "name", "--generate", "8"][..],
        &["update", "name", "--description", "d"],
        &["workspace", "create", "staging"],
        &["delete", "name", "--forever", "--yes"],
    ] {
        sandbox.kluis(line).run().any_stdout().exits(0);
        assert_eq!(fs::read(&previous).unwrap(), before, "{line:?}");
        before = sandbox.bytes();
    }
    // Their purpose: the deleted secret is there again.
    fs::copy(&previous, sandbox.vault()).unwrap();
    sandbox
        .kluis(["list", "-q", "--accept-older"])
        .run()
        .stdout("name\n")
        .exits(0);
}

#[test]
fn a_change_of_nothing_keeps_the_same_files() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    sandbox.create("taken", "v");
    let state = || {
        let directory = sandbox.vault().parent().unwrap().to_owned();
        let states = names(&directory).into_iter().map(|name| {
            let found = fs::metadata(directory.join(&name)).unwrap();
            (
                name,
                found.ino(),
                found.mtime_nsec(),
                found.mode(),
                found.len(),
            )
        });
        states.collect::<Vec<_>>()
    };
    let before = state();
    for (line, code) in [
        (&["update", "name"][..], 0),
        (&["set", "name"], 0),
        (&["workspace", "update", "default", "--description", ""], 0),
        (&["create", "name"], 6),
        (&["update", "name", "--name", "taken"], 6),
        (&["delete", "nope", "-y"], 3),
        (&["get", "name"], 0),
        (&["list"], 0),
        (&["vault", "verify"], 0),
    ] {
        sandbox
            .kluis(line)
            .stdin("v")
            .run()
            .any_stdout()
            .any_stderr()
            .exits(code);
        assert_eq!(state(), before, "{line:?}");
    }
}

#[test]
fn the_next_writer_removes_a_killed_writers_files() {
    let sandbox = Sandbox::with_vault();
    let at = |name: &str| sandbox.vault().with_file_name(name);
    let stale = at(".default.kluis.0123456789abcdef.tmp");
    let foreign = [
        ".other.kluis.0123456789abcdef.tmp",
        ".default.kluis.mine.tmp",
        "notes",
    ];
    for path in foreign.iter().map(|name| at(name)).chain([stale.clone()]) {
        fs::write(path, "left").unwrap();
    }
    sandbox.kluis(["list"]).run().any_stderr().exits(0);
    assert!(stale.exists(), "who reads takes nothing away");
    sandbox.create("name", "v");
    assert!(!stale.exists());
    assert!(foreign.iter().all(|name| at(name).exists()));
}

#[test]
fn a_file_that_may_not_grow_is_a_failure_that_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let before = (sandbox.bytes(), names(sandbox.vault().parent().unwrap()));
    for limit in ["ulimit -f 0", "ulimit -f 4"] {
        let create = sandbox.kluis(["create", "other", "--generate", "8"]);
        let failed = create.prepared(limit).run();
        failed.stderr_has("the vault was not changed").exits(1);
        let after = (sandbox.bytes(), names(sandbox.vault().parent().unwrap()));
        assert_eq!(after, before, "{limit}");
    }
    assert_eq!(sandbox.get("name"), b"v");
}

#[test]
fn a_read_only_file_system_is_read_and_not_written() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    // In a separate mount namespace: 99 means that there can be none.
    let script = r#"
        cd "$HOME" && mkdir disk || exit 99
        mount -t tmpfs -o mode=700 none disk 2>/dev/null || exit 99
        export KLUIS_VAULT="$HOME/disk/v.kluis"
        cp .local/share/kluis/default.kluis "$KLUIS_VAULT"
        mount -o remount,ro none disk || exit 99
        "$KLUIS" create other --generate 8; echo $?
        "$KLUIS" set name </dev/null; echo $?
        "$KLUIS" list -q; "$KLUIS" vault verify >/dev/null && ls -A disk
    "#;
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-c", script]);
    unshare
        .env("KLUIS", KLUIS)
        .env("HOME", sandbox.home())
        .env("KLUIS_TOKEN", sandbox.token());
    let Ok(output) = unshare.output() else {
        return eprintln!("skipped: there is no unshare");
    };
    let said = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(99) || said.contains("unshare failed") {
        return eprintln!("skipped: no file system may be mounted here");
    }
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "1\n7\nname\nv.kluis\n", "{said}");
    let told = "the vault was not changed: Read-only file system";
    assert_eq!(said.matches(told).count(), 1, "{said}");
}

#[test]
fn the_file_shows_neither_names_nor_descriptions_nor_keys() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["workspace", "create", "acquisition"])
        .run()
        .any_stdout()
        .exits(0);
    let line = [
        "create",
        "merger_key",
        "-w",
        "acquisition",
        "--description",
        "for the lawyers",
    ];
    let create = sandbox.kluis(
        line.iter()
            .chain(&["--env-key", "TARGET", "--generate", "8"]),
    );
    create.run().any_stdout().exits(0);
    let bytes = String::from_utf8_lossy(&sandbox.bytes()).to_lowercase();
    for word in [
        "acquisition",
        "merger",
        "lawyers",
        "target",
        "default",
        sandbox.token().as_str(),
    ] {
        assert!(!bytes.contains(&word.to_lowercase()), "{word}");
    }
}
