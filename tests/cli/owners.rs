//! Tests who may use a vault after a change: mode, group and owner stay the same, a group can share a vault, and
//! root locks nobody out.
//!
//! Most of it takes root and other users. Without them, the tests print so and pass.

use crate::agent_hostile::{has, is_root, reachable};
use crate::sandbox::{Invocation, Sandbox};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

const ADA: u32 = 64_101;
const GRACE: u32 = 64_102;
const STRANGER: u32 = 64_103;
const TEAM: u32 = 64_200;

fn is_possible() -> bool {
    is_root("being another user") && has("setpriv") && reachable()
}

/// Runs it as this user, in the group of the team unless it is the stranger.
fn by(invocation: Invocation<'_>, user: u32) -> Invocation<'_> {
    let groups = if user == STRANGER {
        "--clear-groups".to_owned()
    } else {
        format!("--groups={TEAM}")
    };
    let ids = [format!("--reuid={user}"), format!("--regid={user}"), groups];
    let line = [&["setpriv".to_owned()][..], &ids, &["--".to_owned()]].concat();
    let state = format!("state-{user}");
    invocation
        .env("XDG_STATE_HOME", std::env::temp_dir().join(state))
        .under(line)
}

/// A folder for all, and in it one that the team shares.
fn team(sandbox: &Sandbox, mode: u32) -> PathBuf {
    let folder = sandbox.home().join("team");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(sandbox.home(), Permissions::from_mode(0o711)).unwrap();
    chown(&folder, Some(ADA), Some(TEAM)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
    folder.join("v.kluis")
}

/// Mode, owner and group.
fn of(path: &Path) -> (u32, u32, u32) {
    let found = fs::symlink_metadata(path).unwrap();
    (found.mode() & 0o7777, found.uid(), found.gid())
}

fn beside(vault: &Path, suffix: &str) -> PathBuf {
    vault.with_file_name(format!(".v.kluis.{suffix}"))
}

/// A vault there, made by this user, with a token that everyone in the test knows.
fn made(sandbox: &Sandbox, vault: &Path, user: u32) -> String {
    let init = sandbox.kluis(["init", "--token", "--vault"]);
    let init = by(init.and(vault), user).run();
    assert_eq!(init.code, 0, "{}", init.stderr);
    let token = String::from_utf8(init.stdout.clone()).unwrap();
    init.any_stdout().any_stderr().exits(0);
    sandbox.keep(token.trim_end().as_bytes());
    token.trim_end().to_owned()
}

fn set<'s>(sandbox: &'s Sandbox, vault: &Path, token: &str, value: &str) -> Invocation<'s> {
    let set = sandbox.kluis(["set", "name", "--vault"]).and(vault);
    set.env("KLUIS_TOKEN", token).stdin(value)
}

fn get(sandbox: &Sandbox, vault: &Path, token: &str, user: u32) -> Vec<u8> {
    let get = sandbox.kluis(["get", "name", "--vault"]).and(vault);
    let got = by(get.env("KLUIS_TOKEN", token), user).run();
    let value = got.stdout.clone();
    assert_eq!(got.code, 0, "{}", got.stderr);
    got.any_stdout().any_stderr().exits(0);
    value
}

#[test]
fn a_group_shares_a_vault_in_a_setgid_folder_under_any_umask() {
    if !is_possible() {
        return;
    }
    for umask in ["022", "077", "002"] {
        let sandbox = Sandbox::empty();
        let vault = team(&sandbox, 0o2770);
        let token = made(&sandbox, &vault, ADA);
        assert_eq!(of(&vault), (0o660, ADA, TEAM));
        for (user, value) in [(GRACE, "of grace"), (ADA, "of ada"), (GRACE, "again")] {
            let umasked = format!("umask {umask}; exec \"$@\"");
            let mut line = vec!["sh".to_owned(), "-c".to_owned(), umasked, "sh".to_owned()];
            line.extend(
                [
                    "setpriv",
                    &format!("--reuid={user}"),
                    &format!("--regid={user}"),
                ]
                .map(str::to_owned),
            );
            line.extend([format!("--groups={TEAM}"), "--".to_owned()]);
            let done = set(&sandbox, &vault, &token, value).under(line).run();
            assert_eq!(done.code, 0, "{umask} {user}: {}", done.stderr);
            done.any_stdout().any_stderr().exits(0);
            assert_eq!(of(&vault), (0o660, user, TEAM));
            let (mode, _, group) = of(&beside(&vault, "lock"));
            assert_eq!((mode, group), (0o660, TEAM));
            for reader in [ADA, GRACE] {
                assert_eq!(get(&sandbox, &vault, &token, reader), value.as_bytes());
            }
        }
    }
}

#[test]
fn a_folder_of_a_group_is_refused_unless_the_vault_is_shared() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::empty();
    // Without setgid a new file is of another group.
    let vault = team(&sandbox, 0o770);
    let init = sandbox.kluis(["init", "--token", "--vault"]).and(&vault);
    let refused = by(init, ADA).run();
    refused.stderr_has("`chmod g+s` on the folder").exits(1);
    let folder = vault.parent().unwrap();
    fs::set_permissions(folder, Permissions::from_mode(0o700)).unwrap();
    let token = made(&sandbox, &vault, ADA);
    fs::set_permissions(folder, Permissions::from_mode(0o770)).unwrap();
    assert_eq!(of(&vault), (0o600, ADA, ADA));
    for (mode, group, code) in [
        (0o600, TEAM, 1),
        (0o660, ADA, 1),
        (0o640, TEAM, 1),
        (0o660, TEAM, 0),
    ] {
        chown(&vault, None, Some(group)).unwrap();
        fs::set_permissions(&vault, Permissions::from_mode(mode)).unwrap();
        let done = by(set(&sandbox, &vault, &token, "v"), ADA).run();
        assert_eq!(done.code, code, "{mode:o} {group}: {}", done.stderr);
        assert_eq!(
            code == 1,
            done.stderr.contains("is not shared with that group")
        );
        done.any_stdout().any_stderr().ends();
    }
    assert_eq!(of(&vault), (0o660, ADA, TEAM));
    let doctor = sandbox.kluis(["doctor", "--vault"]).and(&vault);
    let doctor = by(doctor.env("KLUIS_TOKEN", &token), ADA).run();
    let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let shared = format!("shared with the group {TEAM}");
    assert!(found.contains(&shared), "{found}");
    doctor.any_stdout().any_stderr().ends();
    // If everybody may write, a group does not help.
    fs::set_permissions(folder, Permissions::from_mode(0o2777)).unwrap();
    let refused = by(set(&sandbox, &vault, &token, "w"), ADA).run();
    refused.stderr_has("other users can write to").exits(1);
}

/// `sudo kluis set`, once.
#[test]
fn what_root_changes_stays_its_users() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::empty();
    let vault = team(&sandbox, 0o700);
    let token = made(&sandbox, &vault, ADA);
    by(set(&sandbox, &vault, &token, "one"), ADA)
        .run()
        .any_stdout()
        .exits(0);
    let home = sandbox.home().join("team");
    for removed in [None, Some("lock"), Some("prev")] {
        if let Some(removed) = removed {
            fs::remove_file(beside(&vault, removed)).unwrap();
        }
        let value = format!("of root {removed:?}");
        // As under a sudo that keeps HOME: the state directory is the user's, too.
        let by_root = set(&sandbox, &vault, &token, &value).env("HOME", &home);
        by_root.run().any_stdout().any_stderr().exits(0);
        for (name, path) in [
            ("vault", vault.clone()),
            ("lock", beside(&vault, "lock")),
            ("prev", beside(&vault, "prev")),
        ] {
            let (mode, owner, _) = of(&path);
            assert_eq!((mode, owner), (0o600, ADA), "{name} {removed:?}");
        }
        assert!(!home.join(".local").exists(), "{removed:?}");
        let value = format!("of ada {removed:?}");
        by(set(&sandbox, &vault, &token, &value), ADA)
            .run()
            .any_stdout()
            .exits(0);
        assert_eq!(get(&sandbox, &vault, &token, ADA), value.as_bytes());
    }
}

#[test]
fn a_lock_that_root_made_is_named_and_found_by_doctor() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::empty();
    let vault = team(&sandbox, 0o700);
    let token = made(&sandbox, &vault, ADA);
    let lock = beside(&vault, "lock");
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    fs::set_permissions(&lock, Permissions::from_mode(0o600)).unwrap();
    let refused = by(set(&sandbox, &vault, &token, "v"), ADA).run();
    let told = refused.stderr.clone();
    assert!(told.contains("could not open the lock "), "{told}");
    refused.stderr_has("remove the lock file").exits(1);
    let doctor = sandbox.kluis(["doctor", "-q", "--vault"]).and(&vault);
    let doctor = by(doctor.env("KLUIS_TOKEN", &token), ADA).run();
    let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(
        found.contains(&format!("`rm -f {}`", lock.display())),
        "{found}"
    );
    doctor.any_stdout().any_stderr().exits(1);
    // After a change by root it belongs to the owner of the vault, and also after its removal.
    set(&sandbox, &vault, &token, "r")
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    by(set(&sandbox, &vault, &token, "v"), ADA)
        .run()
        .any_stdout()
        .exits(0);
    // A user can take a lock that they may only read: this mode is no error.
    chown(&lock, Some(0), Some(0)).unwrap();
    fs::set_permissions(&lock, Permissions::from_mode(0o644)).unwrap();
    by(set(&sandbox, &vault, &token, "w"), ADA)
        .run()
        .any_stdout()
        .exits(0);
}

/// A user may put any file in the place of the lock, and wait for root.
#[test]
fn root_gives_no_file_away_that_is_no_lock() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::empty();
    let vault = team(&sandbox, 0o700);
    let token = made(&sandbox, &vault, ADA);
    let lock = beside(&vault, "lock");
    let secret = sandbox.home().join("of-root");
    fs::write(&secret, "").unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
    for text in ["", "something"] {
        fs::remove_file(&lock).unwrap();
        fs::write(&secret, text).unwrap();
        fs::hard_link(&secret, &lock).unwrap();
        set(&sandbox, &vault, &token, text)
            .run()
            .any_stdout()
            .any_stderr()
            .ends();
        assert_eq!(of(&secret), (0o600, 0, 0), "{text:?}");
    }
    fs::remove_file(&secret).unwrap();
    set(&sandbox, &vault, &token, "x")
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    assert_eq!(
        of(&lock),
        (0o600, 0, 0),
        "it is not empty, so it is no lock"
    );
}

#[test]
fn a_group_that_cannot_be_kept_is_a_warning_and_gets_nothing() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::empty();
    let vault = team(&sandbox, 0o700);
    let token = made(&sandbox, &vault, ADA);
    // A group that she is not in.
    chown(&vault, Some(ADA), Some(STRANGER)).unwrap();
    fs::set_permissions(&vault, Permissions::from_mode(0o640)).unwrap();
    let done = by(set(&sandbox, &vault, &token, "v"), ADA).run();
    done.any_stdout()
        .stderr_has("the owner or group of the vault could not be kept")
        .exits(0);
    let (mode, owner, group) = of(&vault);
    assert_eq!((mode, owner), (0o600, ADA));
    assert_ne!(group, STRANGER);
}

#[test]
fn an_access_control_list_stays_and_a_default_one_adds_nobody() {
    if !is_root("another user's list") || !has("setfacl") || !has("getfacl") {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let vault = sandbox.vault();
    let acl = |options: &[&str], path: &Path| {
        let mut setfacl = std::process::Command::new("setfacl");
        setfacl.args(options).arg(path).status().unwrap().success()
    };
    let list = |path: &Path| {
        let mut getfacl = std::process::Command::new("getfacl");
        let listed = getfacl.args(["-cpn"]).arg(path).output().unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    let named = format!("u:{GRACE}:rw");
    if !acl(&["-m", &named], &vault) {
        return eprintln!("skipped: no access control lists here");
    }
    let before = list(&vault);
    assert!(before.contains(&format!("user:{GRACE}:rw-")), "{before}");
    sandbox.create("one", "1");
    assert_eq!(list(&vault), before);
    assert!(acl(&["-b"], &vault));
    fs::set_permissions(&vault, Permissions::from_mode(0o640)).unwrap();
    let folder = vault.parent().unwrap();
    assert!(acl(&["-d", "-m", &named], folder));
    sandbox.create("two", "2");
    let after = list(&vault);
    assert!(!after.contains(&GRACE.to_string()), "{after}");
    assert_eq!(of(&vault).0, 0o640);
}
