//! Tests how a vault's file is written: links, modes, odd files, leftovers, and the files beside it.

use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// A free lock may be held a moment longer: a process that another test starts inherits it until its `exec`.
const PATIENCE: Duration = Duration::from_secs(30);

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let vault = directory.path().join("v");
    (directory, vault)
}

fn sealed(bytes: &[u8]) -> SealedBytes<'static> {
    SealedBytes::for_test(bytes)
}

fn change(vault: &Path, bytes: &[u8], previous: Previous) -> Result<(), Error> {
    let store = FileStore::new(vault);
    let mut transaction = store.begin(PATIENCE)?;
    transaction.stage(&sealed(bytes))?;
    transaction.commit(previous)
}

fn keep(vault: &Path, bytes: &[u8]) -> Result<(), Error> {
    change(vault, bytes, Previous::Keep)
}

fn begin_error(vault: &Path) -> Error {
    FileStore::new(vault)
        .begin(PATIENCE)
        .map(|_| ())
        .unwrap_err()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Runs a program, because macOS has no safe system call for it.
fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn everything_written_is_for_the_owner_only() {
    let (directory, _) = place();
    let vault = directory.path().join("new/er/v");
    keep(&vault, b"one").unwrap();
    keep(&vault, b"two").unwrap();
    let parent = vault.parent().unwrap();
    assert_eq!(names(parent), [".v.lock", ".v.prev", "v"]);
    for name in names(parent) {
        assert_eq!(mode(&parent.join(&name)), 0o600, "{name}");
    }
    assert_eq!(mode(parent), 0o700);
    assert_eq!(mode(parent.parent().unwrap()), 0o700);
}

#[test]
fn a_vault_keeps_its_mode_but_nobody_executes_it() {
    let (directory, vault) = place();
    fs::write(&vault, "one").unwrap();
    for (before, after) in [
        (0o600, 0o600),
        (0o644, 0o644),
        (0o640, 0o640),
        (0o400, 0o400),
        (0o7777, 0o664),
        (0o666, 0o664),
    ] {
        fs::set_permissions(&vault, Permissions::from_mode(before)).unwrap();
        keep(&vault, format!("{before:o}").as_bytes()).unwrap();
        assert_eq!(mode(&vault), after, "{before:o}");
    }
    assert_eq!(mode(&directory.path().join(".v.lock")), 0o660);
}

#[test]
fn a_linked_vault_is_written_where_it_really_lies() {
    let (directory, link) = place();
    let real = directory.path().join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("vault"), "one").unwrap();
    symlink("real/vault", &link).unwrap();
    keep(&link, b"two").unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("real/vault"));
    assert_eq!(fs::read(real.join("vault")).unwrap(), b"two");
    assert_eq!(names(&real), [".vault.lock", ".vault.prev", "vault"]);
    assert_eq!(names(directory.path()), ["real", "v"]);
    let loaded = FileStore::new(&link).load().unwrap();
    assert_eq!(loaded.read_all(9).unwrap(), b"two");
}

#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let (directory, link) = place();
    symlink("nowhere", &link).unwrap();
    let Error::Refused { problem, .. } = begin_error(&link) else {
        panic!("not refused")
    };
    assert_eq!(problem, "is a link to nothing");
    assert_eq!(names(directory.path()), ["v"]);
    let absent = FileStore::new(&link).load();
    assert!(matches!(absent, Err(Error::NotFound { .. })));
}

#[test]
fn an_irregular_vault_file_is_refused_and_untouched() {
    let (directory, vault) = place();
    let refused_both_ways = |path: &Path| {
        let reading = FileStore::new(path).load().unwrap_err();
        assert!(matches!(reading, Error::Refused { .. }), "{reading:?}");
        let writing = begin_error(path);
        assert!(matches!(writing, Error::Refused { .. }), "{writing:?}");
    };
    make_pipe(&vault);
    let before = fs::metadata(&vault).unwrap();
    refused_both_ways(&vault);
    assert_eq!(fs::metadata(&vault).unwrap().ino(), before.ino());
    let socket = directory.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    refused_both_ways(&socket);
    let folder = directory.path().join("folder");
    fs::create_dir(&folder).unwrap();
    refused_both_ways(&folder);
    refused_both_ways(Path::new("/"));
    refused_both_ways(Path::new("/dev/null"));
    assert_eq!(names(directory.path()), ["folder", "socket", "v"]);
}

#[test]
fn a_path_through_a_file_leads_to_no_vault() {
    let (_directory, vault) = place();
    fs::write(&vault, "one").unwrap();
    let below = vault.join("v");
    let reading = FileStore::new(&below).load();
    assert!(matches!(reading, Err(Error::NotFound { .. })));
    let writing = begin_error(&below);
    assert!(matches!(writing, Error::NotWritten { .. }), "{writing:?}");
    assert_eq!(fs::read(&vault).unwrap(), b"one");
}

#[test]
fn directories_that_others_may_write_are_refused() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    for (mode, refused) in [(0o720, true), (0o702, true), (0o1777, true), (0o755, false)] {
        fs::set_permissions(directory.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(
            matches!(keep(&vault, b"two"), Err(Error::Refused { .. })),
            refused,
            "{mode:o}"
        );
        FileStore::new(&vault).load().unwrap();
    }
}

#[test]
fn an_irregular_lock_file_is_refused() {
    let (directory, vault) = place();
    let lock = directory.path().join(".v.lock");
    symlink("elsewhere", &lock).unwrap();
    let refused = begin_error(&vault);
    assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
    assert_eq!(names(directory.path()), [".v.lock"]);
    fs::remove_file(&lock).unwrap();
    make_pipe(&lock);
    let refused = begin_error(&vault);
    assert!(matches!(refused, Error::Refused { .. }), "{refused:?}");
}

#[test]
fn a_lock_deleted_under_a_writer_costs_that_change_only() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    let store = FileStore::new(&vault);
    let mut first = store.begin(PATIENCE).unwrap();
    first.stage(&sealed(b"first")).unwrap();
    fs::remove_file(directory.path().join(".v.lock")).unwrap();
    keep(&vault, b"second").unwrap();
    let lost = first.commit(Previous::Keep).unwrap_err();
    assert!(matches!(lost, Error::ChangedUnderneath { .. }), "{lost:?}");
    assert_eq!(fs::read(&vault).unwrap(), b"second");
    assert_eq!(names(directory.path()), [".v.lock", ".v.prev", "v"]);
}

#[test]
fn leftovers_of_this_vault_are_removed_and_nothing_else_is() {
    let (directory, vault) = place();
    let at = |name: &str| directory.path().join(name);
    let foreign = [
        ".v.0123456789abcdeF.tmp",
        ".v.0123456789abcde.tmp",
        ".v.0123456789abcdef0.tmp",
        ".v.0123456789abcdef.tmp.tmp",
        ".w.0123456789abcdef.tmp",
        "v.0123456789abcdef.tmp",
        ".v.prev",
    ];
    for name in foreign {
        fs::write(at(name), name).unwrap();
    }
    fs::create_dir(at(".v.00000000000000aa.tmp")).unwrap();
    symlink(".v.prev", at(".v.00000000000000bb.tmp")).unwrap();
    let before = names(directory.path());
    fs::write(at(".v.0123456789abcdef.tmp"), "left").unwrap();
    FileStore::new(&vault).begin(PATIENCE).unwrap();
    let mut after = names(directory.path());
    after.retain(|name| name != ".v.lock");
    assert_eq!(after, before);
}

#[test]
fn the_bytes_before_a_change_are_kept_or_removed() {
    let (directory, vault) = place();
    let previous = directory.path().join(".v.prev");
    keep(&vault, b"one").unwrap();
    assert!(!previous.exists());
    keep(&vault, b"two").unwrap();
    assert_eq!(fs::read(&previous).unwrap(), b"one");
    keep(&vault, b"three").unwrap();
    assert_eq!(fs::read(&previous).unwrap(), b"two");
    assert_eq!(fs::metadata(&previous).unwrap().nlink(), 1);
    change(&vault, b"four", Previous::Remove).unwrap();
    assert_eq!(names(directory.path()), [".v.lock", "v"]);
    change(&vault, b"five", Previous::Remove).unwrap();
    assert_eq!(fs::read(&vault).unwrap(), b"five");
}

#[test]
fn a_writer_killed_before_its_last_step_blocks_no_other() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    // The previous bytes are already a link to the vault, which was not replaced.
    fs::hard_link(&vault, directory.path().join(".v.prev")).unwrap();
    keep(&vault, b"two").unwrap();
    assert_eq!(names(directory.path()), [".v.lock", ".v.prev", "v"]);
    assert_eq!(fs::read(directory.path().join(".v.prev")).unwrap(), b"one");
    assert_eq!(fs::read(&vault).unwrap(), b"two");
}

#[test]
fn without_links_the_previous_bytes_are_copied() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    let store = FileStore::new(&vault);
    let transaction = store.transaction(PATIENCE).unwrap();
    let seen = transaction.seen.as_ref().unwrap();
    // There is no name to link to, but the file is still open.
    fs::remove_file(&vault).unwrap();
    let place = PreviousPlace::beside(&transaction.directory);
    let kept = transaction.keep(seen, &place).unwrap();
    kept.replace(&transaction.directory.previous()).unwrap();
    assert_eq!(fs::read(directory.path().join(".v.prev")).unwrap(), b"one");
    assert_eq!(names(directory.path()), [".v.lock", ".v.prev"]);
}

#[test]
fn a_file_larger_than_a_vault_is_not_copied() {
    let (directory, vault) = place();
    let huge = fs::File::create(&vault).unwrap();
    huge.set_len(SealedBytes::MAX + 1).unwrap();
    let store = FileStore::new(&vault);
    let transaction = store.transaction(PATIENCE).unwrap();
    let seen = transaction.seen.as_ref().unwrap();
    fs::remove_file(&vault).unwrap();
    let place = PreviousPlace::beside(&transaction.directory);
    let refused = transaction.keep(seen, &place).map(|_| ()).unwrap_err();
    assert!(matches!(refused, Error::NotWritten { .. }), "{refused:?}");
    assert_eq!(names(directory.path()), [".v.lock"]);
}

#[test]
fn a_file_that_replaced_the_new_bytes_is_noticed() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    let store = FileStore::new(&vault);
    for previous in [Previous::Keep, Previous::KeepLast, Previous::Remove] {
        let mut transaction = store.begin(PATIENCE).unwrap();
        transaction.stage(&sealed(b"two")).unwrap();
        let temporary = names(directory.path())
            .into_iter()
            .find(|name| name.contains(".tmp"));
        let temporary = directory.path().join(temporary.unwrap());
        fs::remove_file(&temporary).unwrap();
        symlink("elsewhere", &temporary).unwrap();
        let noticed = transaction.commit(previous).unwrap_err();
        assert!(matches!(noticed, Error::Displaced { .. }), "{noticed:?}");
        // The other process owned that name; the bytes before the change are kept at their usual place.
        assert_eq!(fs::read_link(&vault).unwrap(), Path::new("elsewhere"));
        let kept = fs::read(directory.path().join(".v.prev")).ok();
        let expected = (previous != Previous::Remove).then(|| b"one".to_vec());
        assert_eq!(kept, expected);
        fs::remove_file(&vault).unwrap();
        keep(&vault, b"one").unwrap();
    }
}

#[test]
fn previous_bytes_that_cannot_be_kept_stop_the_change() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    fs::create_dir(directory.path().join(".v.prev")).unwrap();
    let stopped = keep(&vault, b"two").unwrap_err();
    assert!(matches!(stopped, Error::NotWritten { .. }), "{stopped:?}");
    assert_eq!(fs::read(&vault).unwrap(), b"one");
    assert_eq!(names(directory.path()), [".v.lock", ".v.prev", "v"]);
}

#[test]
fn previous_bytes_that_cannot_be_removed_stop_the_change() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    fs::create_dir(directory.path().join(".v.prev")).unwrap();
    let told = change(&vault, b"two", Previous::Remove).unwrap_err();
    assert!(matches!(told, Error::NotWritten { .. }), "{told:?}");
    assert_eq!(fs::read(&vault).unwrap(), b"one");
}

#[test]
fn a_vault_edited_in_place_is_noticed_by_size_or_time() {
    for (theirs, later) in [("longer", Duration::ZERO), ("six", Duration::from_nanos(1))] {
        let (directory, vault) = place();
        keep(&vault, b"one").unwrap();
        let time = fs::metadata(&vault).unwrap().modified().unwrap();
        let store = FileStore::new(&vault);
        let mut transaction = store.begin(PATIENCE).unwrap();
        transaction.stage(&sealed(b"two")).unwrap();
        fs::write(&vault, theirs).unwrap();
        let file = fs::File::options().write(true).open(&vault).unwrap();
        file.set_modified(time + later).unwrap();
        let error = transaction.commit(Previous::Keep).unwrap_err();
        let noticed = matches!(error, Error::ChangedUnderneath { .. });
        assert!(noticed, "{theirs}: {error:?}");
        assert_eq!(fs::read_to_string(&vault).unwrap(), theirs);
        assert_eq!(names(directory.path()), [".v.lock", "v"]);
    }
}

#[test]
fn a_vault_removed_underneath_does_not_come_back() {
    let (directory, vault) = place();
    keep(&vault, b"one").unwrap();
    let store = FileStore::new(&vault);
    let mut transaction = store.begin(PATIENCE).unwrap();
    transaction.stage(&sealed(b"two")).unwrap();
    fs::remove_file(&vault).unwrap();
    let error = transaction.commit(Previous::Keep).unwrap_err();
    assert!(
        matches!(error, Error::ChangedUnderneath { .. }),
        "{error:?}"
    );
    assert_eq!(names(directory.path()), [".v.lock"]);
}

#[test]
fn nothing_is_left_of_a_change_that_was_not_committed() {
    let (directory, vault) = place();
    let store = FileStore::new(&vault);
    let mut transaction = store.begin(PATIENCE).unwrap();
    transaction.stage(&sealed(b"one")).unwrap();
    transaction.stage(&sealed(b"two")).unwrap();
    assert_eq!(names(directory.path()).len(), 2);
    drop(transaction);
    assert_eq!(names(directory.path()), [".v.lock"]);
}

#[test]
fn staging_in_a_directory_that_is_gone_fails() {
    let (directory, _) = place();
    let parent = directory.path().join("gone");
    let store = FileStore::new(parent.join("v"));
    let mut transaction = store.begin(PATIENCE).unwrap();
    fs::remove_dir_all(&parent).unwrap();
    let failed = transaction.stage(&sealed(b"one")).unwrap_err();
    assert!(matches!(failed, Error::NotWritten { .. }), "{failed:?}");
    assert!(names(directory.path()).is_empty());
}

#[test]
fn a_commit_of_nothing_changes_nothing() {
    let (_directory, vault) = place();
    keep(&vault, b"one").unwrap();
    let store = FileStore::new(&vault);
    let nothing = store.begin(PATIENCE).unwrap().commit(Previous::Keep);
    assert!(matches!(nothing, Err(Error::NotWritten { .. })));
    assert_eq!(fs::read(&vault).unwrap(), b"one");
}

#[test]
fn readers_see_the_whole_old_or_the_whole_new_bytes() {
    const BYTES: usize = 100_000;
    let (_directory, vault) = place();
    keep(&vault, &vec![0; BYTES]).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for change in 1..100 {
                keep(&vault, &vec![change; BYTES]).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let vault = FileStore::new(&vault).load().unwrap();
            let bytes = vault.read_all(u64::MAX).unwrap();
            assert_eq!(bytes.len(), BYTES);
            assert!(bytes.iter().all(|byte| *byte == bytes[0]));
        }
    });
}

#[test]
fn errors_name_the_file_that_was_not_changed() {
    let (_directory, vault) = place();
    fs::create_dir(&vault).unwrap();
    let refused = begin_error(&vault).to_string();
    assert_eq!(
        refused,
        format!("{} is a directory; nothing was written", vault.display())
    );
    let below = begin_error(Path::new("/dev/null/v")).to_string();
    assert_eq!(
        below,
        "could not find /dev/null/v; the vault was not changed"
    );
}

#[test]
fn a_vault_that_was_judged_is_not_reached_through_a_link() {
    let directory = tempfile::tempdir().unwrap();
    let real = fs::canonicalize(directory.path()).unwrap();
    let (judged, other) = (real.join("a/b"), real.join("other/b"));
    for folder in [&judged, &other] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("v.kluis"), "sealed").unwrap();
    }
    let store = FileStore::at(judged.join("v.kluis"));
    assert_eq!(store.load().unwrap().len(), 6);
    drop(store.begin(PATIENCE).unwrap());
    // A link to a complete vault replaces each part of the path.
    for (part, target) in [
        ("a/b/v.kluis", "other/b/v.kluis"),
        ("a/b", "other/b"),
        ("a", "other"),
    ] {
        let (part, aside) = (real.join(part), real.join("aside"));
        fs::rename(&part, &aside).unwrap();
        symlink(real.join(target), &part).unwrap();
        assert!(store.load().is_err(), "{}", part.display());
        assert!(store.begin(PATIENCE).is_err(), "{}", part.display());
        fs::remove_file(&part).unwrap();
        fs::rename(&aside, &part).unwrap();
    }
    assert!(store.load().is_ok());
    assert!(!other.join(".v.kluis.lock").exists());
}
