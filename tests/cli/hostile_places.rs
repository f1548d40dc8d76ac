//! Tests folders that an attacker prepared, or changes during a write: files are private under every umask, no
//! link is followed, only the vault is written, and no race is won.

use crate::sandbox::{Outcome, Sandbox, make_pipe};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Renames and links that an attacker makes in the short run.
const SHORT: usize = 10_000;
const LONG: usize = 100_000;

const VICTIM: &[u8] = b"not to be written";

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A change that writes something new each time.
fn change(sandbox: &Sandbox, vault: &Path, number: usize) -> Outcome {
    let number = number.to_string();
    let line = [
        "update",
        "name",
        "--accept-older",
        "--lock-timeout",
        "1s",
        "--description",
        &number,
    ];
    sandbox.kluis(line).env("KLUIS_VAULT", vault).run()
}

fn beside(sandbox: &Sandbox, suffix: &str) -> PathBuf {
    sandbox
        .vault()
        .with_file_name(format!(".default.kluis.{suffix}"))
}

/// Every file and folder below.
fn below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            below(&path, into);
        }
        into.push(path);
    }
}

#[test]
fn under_every_umask_files_are_0600_and_folders_0700() {
    for umask in ["000", "022", "077", "177", "777"] {
        let sandbox = Sandbox::empty();
        let prepared = |line: &[&str]| sandbox.kluis(line).prepared(&format!("umask {umask}"));
        let made = prepared(&["init", "--token"]).run();
        sandbox.keep_token(&made.stdout);
        let token = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().any_stderr().exits(0);
        let output = sandbox.given_path("output");
        let template = sandbox.given("template", "{{ kluis://name }}");
        let project = sandbox.home().join("kluis.toml");
        fs::write(&project, "[env]\nA = 'name'\n").unwrap();
        for line in [
            &["create", "name", "--generate", "8"][..],
            &["set", "name", "--generate", "9"],
            &["key", "new", "-o", "identity.given"],
            &[
                "inject",
                "-i",
                template.to_str().unwrap(),
                "-o",
                output.to_str().unwrap(),
            ],
            &["trust", "--yes"],
            &["list"],
        ] {
            let ran = prepared(line).env("KLUIS_TOKEN", token.trim_end()).run();
            ran.any_stdout().any_stderr().exits(0);
        }
        let mut made = Vec::new();
        below(sandbox.home(), &mut made);
        // Made by the test itself.
        made.retain(|path| *path != template && *path != project);
        assert!(made.len() >= 12, "{made:?}");
        let wrong = made.into_iter().filter_map(|path| {
            let folder = fs::symlink_metadata(&path).unwrap().is_dir();
            let expected = if folder { 0o700 } else { 0o600 };
            let found = mode(&path);
            (found != expected).then(|| format!("{found:o} {}", path.display()))
        });
        let wrong: Vec<String> = wrong.collect();
        assert!(wrong.is_empty(), "umask {umask}: {wrong:?}");
    }
}

#[test]
fn an_agent_listens_privately_under_every_umask() {
    for umask in ["000", "777"] {
        let sandbox = crate::agent::vault("v");
        let unlock = crate::agent::unlock(&sandbox, &[]).prepared(&format!("umask {umask}"));
        unlock.run().any_stderr().exits(0);
        assert_eq!(mode(&sandbox.agent_socket()), 0o600, "{umask}");
        assert_eq!(
            mode(sandbox.agent_socket().parent().unwrap()),
            0o700,
            "{umask}"
        );
    }
}

#[test]
fn an_irregular_file_in_place_of_the_lock_is_refused() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let victim = sandbox.home().join("victim");
    fs::write(&victim, VICTIM).unwrap();
    set_mode(&victim, 0o644);
    let lock = beside(&sandbox, "lock");
    let lay: [(&str, &dyn Fn()); 6] = [
        ("link", &|| symlink(&victim, &lock).unwrap()),
        ("link to nothing", &|| {
            symlink("made", &lock).unwrap();
        }),
        ("pipe", &|| make_pipe(&lock)),
        ("folder", &|| fs::create_dir(&lock).unwrap()),
        ("socket", &|| drop(UnixListener::bind(&lock).unwrap())),
        ("device", &|| symlink("/dev/full", &lock).unwrap()),
    ];
    for (what, lay) in lay {
        fs::remove_file(&lock)
            .or_else(|_| fs::remove_dir(&lock))
            .unwrap_or_default();
        lay();
        change(&sandbox, &sandbox.vault(), 1)
            .stderr_has("nothing was written")
            .exits(1);
        assert!(sandbox.bytes() == before, "{what}");
        assert_eq!(fs::read(&victim).unwrap(), VICTIM, "{what}");
        assert!(!sandbox.vault().with_file_name("made").exists(), "{what}");
    }
}

#[test]
fn a_link_in_place_of_the_previous_copy_is_never_followed() {
    let sandbox = Sandbox::with_vault();
    let victim = sandbox.home().join("victim");
    fs::write(&victim, VICTIM).unwrap();
    set_mode(&victim, 0o644);
    let previous = beside(&sandbox, "prev");
    let lay: [(&str, &dyn Fn(), i32); 5] = [
        ("link", &|| symlink(&victim, &previous).unwrap(), 0),
        (
            "hard link",
            &|| fs::hard_link(&victim, &previous).unwrap(),
            0,
        ),
        ("pipe", &|| make_pipe(&previous), 0),
        (
            "socket",
            &|| drop(UnixListener::bind(&previous).unwrap()),
            0,
        ),
        ("folder", &|| fs::create_dir(&previous).unwrap(), 1),
    ];
    for (what, lay, code) in lay {
        let _ = fs::remove_file(&previous);
        lay();
        let before = sandbox.bytes();
        let changed = ["set", "name", "--generate", "8", "--description", what];
        let ran = sandbox.kluis(changed).run();
        assert_eq!(ran.code, code, "{what}: {}", ran.stderr);
        ran.any_stdout().any_stderr().ends();
        assert_eq!(fs::read(&victim).unwrap(), VICTIM, "{what}");
        assert_eq!(mode(&victim), 0o644, "{what}");
        if code == 0 {
            assert_eq!(fs::read(&previous).unwrap(), before, "{what}");
            assert_eq!(mode(&previous), 0o600, "{what}");
        } else {
            assert!(sandbox.bytes() == before, "{what}");
        }
    }
}

#[test]
fn another_name_for_the_vault_keeps_the_bytes_that_it_had() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let other = sandbox.home().join("other");
    fs::hard_link(sandbox.vault(), &other).unwrap();
    let before = fs::read(&other).unwrap();
    sandbox.create("more", "v");
    assert_eq!(fs::read(&other).unwrap(), before);
    assert!(sandbox.bytes() != before);
}

#[test]
fn another_users_vault_is_readable_and_stays_theirs_by_root() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: only root gives files away");
    }
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    chown(sandbox.vault(), Some(12345), Some(12345)).unwrap();
    set_mode(&sandbox.vault(), 0o666);
    assert_eq!(sandbox.get("name"), b"v");
    sandbox.create("more", "v");
    let found = fs::metadata(sandbox.vault()).unwrap();
    assert_eq!((found.uid(), found.gid()), (12345, 12345));
    // But not all users may write it any more.
    assert_eq!(mode(&sandbox.vault()), 0o664);
}

/// Runs `write` again and again until the attacker has acted this often; returns the number of runs.
fn race(meddle: impl Fn(usize) + Sync, times: usize, mut write: impl FnMut(usize)) -> usize {
    let (done, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            let meddled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for turn in 0..times {
                    meddle(turn);
                    done.fetch_add(1, Ordering::Relaxed);
                    // It may have to share a processor: let others run.
                    if turn % 8 == 0 {
                        thread::yield_now();
                    }
                }
            }));
            failed.store(meddled.is_err(), Ordering::Relaxed);
            done.store(times, Ordering::Relaxed);
        });
        let mut writes = 0;
        while done.load(Ordering::Relaxed) < times || writes < 20 {
            write(writes);
            writes += 1;
        }
        assert!(!failed.load(Ordering::Relaxed));
        writes
    })
}

/// Links to a file of the attacker replace the files that a writer makes beside the vault, over and over.
fn links_in_the_way(times: usize) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let folder = sandbox.vault().parent().unwrap().to_owned();
    let victim = sandbox.home().join("victim");
    fs::write(&victim, VICTIM).unwrap();
    set_mode(&victim, 0o644);
    let (previous, lock) = (beside(&sandbox, "prev"), beside(&sandbox, "lock"));
    let trap = sandbox.home().join("trap");
    let meddle = |turn: usize| match turn % 4 {
        0 => {
            let _ = fs::remove_file(&trap);
            let _ = symlink(&victim, &trap);
            let _ = fs::rename(&trap, &previous);
        }
        1 => {
            let _ = fs::remove_file(&lock);
            let _ = symlink(&victim, &lock);
        }
        2 => drop(fs::remove_file(&lock)),
        _ => {
            // Every file that was just made in the folder.
            let entries = fs::read_dir(&folder).unwrap().flatten();
            let mut made =
                entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "tmp"));
            if let Some(made) = made.next() {
                let _ = fs::remove_file(&trap);
                let _ = symlink(&victim, &trap);
                let _ = fs::rename(&trap, made.path());
            }
        }
    };
    let (mut done, mut swapped, mut kept) = (0, 0, sandbox.bytes());
    let writes = race(meddle, times, |number| {
        let ran = change(&sandbox, &sandbox.vault(), number);
        let code = ran.code;
        assert!([0, 1, 6, 9].contains(&code), "{code}: {}", ran.stderr);
        done += usize::from(code == 0);
        ran.any_stdout().any_stderr().ends();
        assert_eq!(fs::read(&victim).unwrap(), VICTIM);
        // A user who may rename in the folder can give the vault's name to a link, even by way of a temporary
        // file in the last moment. Nothing may be written through it.
        if fs::symlink_metadata(sandbox.vault()).unwrap().is_symlink() {
            swapped += 1;
            fs::remove_file(sandbox.vault()).unwrap();
            fs::write(sandbox.vault(), &kept).unwrap();
            set_mode(&sandbox.vault(), 0o600);
        }
        assert_eq!(mode(&sandbox.vault()), 0o600);
        kept = sandbox.bytes();
    });
    assert_eq!(mode(&victim), 0o644);
    eprintln!(
        "links: {times} turns of an attacker, {writes} writers, {done} of them done, {swapped} links"
    );
    let _ = fs::remove_file(&lock);
    let _ = fs::remove_file(&previous);
    sandbox
        .kluis(["vault", "verify", "--accept-older"])
        .run()
        .any_stdout()
        .exits(0);
}

/// The folder of the vault is exchanged with one that all users may write, over and over.
fn folders_exchanged(times: usize) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let (good, open) = (sandbox.home().join("good"), sandbox.home().join("open"));
    fs::create_dir(&good).unwrap();
    set_mode(&good, 0o700);
    fs::copy(sandbox.vault(), good.join("v.kluis")).unwrap();
    fs::create_dir(&open).unwrap();
    set_mode(&open, 0o777);
    let way = sandbox.home().join("way");
    let other = sandbox.home().join("other-way");
    symlink(&good, &way).unwrap();
    let meddle = |round| {
        let target = if round % 2 == 0 { &open } else { &good };
        symlink(target, &other).unwrap();
        fs::rename(&other, &way).unwrap();
    };
    let vault = way.join("v.kluis");
    let mut done = 0;
    let writes = race(meddle, times, |number| {
        let init = sandbox.kluis(["init", "--token"]);
        let init = init.env("KLUIS_VAULT", &vault).run();
        for ran in [change(&sandbox, &vault, number), init] {
            sandbox.keep_token(&ran.stdout);
            assert!(
                [0, 1, 3, 6].contains(&ran.code),
                "{}: {}",
                ran.code,
                ran.stderr
            );
            done += usize::from(ran.code == 0);
            ran.any_stdout().any_stderr().ends();
        }
        assert_eq!(
            fs::read_dir(&open).unwrap().count(),
            0,
            "something was written where all may write"
        );
    });
    eprintln!(
        "folders: {times} exchanges by an attacker, {writes} times two writers, {done} of them done"
    );
}

#[test]
fn links_in_the_way_of_a_writer_win_no_race() {
    links_in_the_way(SHORT);
}

#[test]
fn a_folder_that_is_exchanged_under_a_writer_wins_no_race() {
    folders_exchanged(SHORT);
}

#[test]
#[ignore = "takes minutes: tests/PROGRAMME.md"]
fn no_race_is_won_in_a_long_run() {
    links_in_the_way(LONG);
    folders_exchanged(LONG);
}
