//! Tests vaults in git work trees: no copy from before a change gets into a commit, however the vault got there,
//! and a hostile repository causes no write elsewhere.

use crate::crash::trace;
use crate::file_systems::{failing, mounted};
use crate::sandbox::{Invocation, Sandbox, git};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no git");
    }
    found
}

/// A repository with a commit.
fn repository(sandbox: &Sandbox, name: &str) -> PathBuf {
    let tree = sandbox.home().join(name);
    fs::create_dir(&tree).unwrap();
    git(&tree, &["init", "-q"]);
    fs::write(tree.join("file"), "").unwrap();
    git(&tree, &["add", "-A"]);
    git(&tree, &["commit", "-qm", "one"]);
    tree
}

fn set<'s>(sandbox: &'s Sandbox, vault: &Path, value: &str) -> Invocation<'s> {
    let set = sandbox.kluis(["set", "name", "--accept-older", "--vault"]);
    set.and(vault).stdin(value)
}

fn change(sandbox: &Sandbox, vault: &Path, value: &str) {
    let set = set(sandbox, vault, value).run();
    // It may print that the vault is in a work tree now.
    set.any_stdout().any_stderr().exits(0);
}

fn get(sandbox: &Sandbox, vault: &Path) -> Vec<u8> {
    let got = sandbox.kluis(["get", "name", "--vault"]).and(vault).run();
    let value = got.stdout.clone();
    got.any_stdout().any_stderr().exits(0);
    value
}

/// The files that `git add -A` adds.
fn added(tree: &Path) -> Vec<String> {
    git(tree, &["add", "-A"]);
    let mut listed = Command::new("git");
    let listed = listed.arg("-C").arg(tree).args(["ls-files", "-z"]).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    let names = listed.split_terminator('\0').map(str::to_owned);
    names.filter(|name| name != "file").collect()
}

/// All files below a folder, with their contents.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.push((path.clone(), Vec::new()));
            found.extend(contents(&path));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            found.push((path, bytes));
        }
    }
    found.sort();
    found
}

fn previous(git_folder: &Path) -> PathBuf {
    let mut kept = fs::read_dir(git_folder.join("kluis")).unwrap();
    let path = kept.next().unwrap().unwrap().path();
    assert!(kept.next().is_none());
    path
}

#[test]
fn the_copy_lies_in_the_git_folder_and_restore_finds_it() {
    if !has_git() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let main = repository(&sandbox, "main");
    git(&main, &["worktree", "add", "-q", "../linked"]);
    let other = repository(&sandbox, "other");
    let allowed = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
    git(&other, &[&allowed[..], &["../main", "sub"]].concat());
    for (tree, folder) in [
        (main.clone(), main.join(".git")),
        (
            sandbox.home().join("linked"),
            main.join(".git/worktrees/linked"),
        ),
        (other.join("sub"), other.join(".git/modules/sub")),
    ] {
        // Each is on a machine of its own: the one before ends with a new public key.
        sandbox.forget();
        let vault = tree.join("deep/v.kluis");
        fs::create_dir(tree.join("deep")).unwrap();
        fs::copy(sandbox.vault(), &vault).unwrap();
        change(&sandbox, &vault, "one");
        let before = fs::read(&vault).unwrap();
        change(&sandbox, &vault, "two");
        let kept = previous(&folder);
        assert!(fs::read(&kept).unwrap() == before, "{}", tree.display());
        assert_eq!(added(&tree), ["deep/v.kluis"]);
        let doctor = sandbox.kluis(["doctor", "--json", "--vault"]).and(&vault);
        let found = doctor.run();
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(text.contains(kept.to_str().unwrap()), "{text}");
        found.any_stdout().any_stderr().ends();
        let restore = sandbox.kluis(["vault", "restore", "-y", "--vault"]);
        restore.and(&vault).run().any_stdout().any_stderr().exits(0);
        assert_eq!(get(&sandbox, &vault), b"one", "{}", tree.display());
        assert_eq!(added(&tree), ["deep/v.kluis"]);
        // A copy that a removed key would open is removed.
        let rekey = sandbox.kluis(["vault", "rekey", "--vault"]).and(&vault);
        rekey.run().any_stdout().any_stderr().exits(0);
        assert!(!kept.exists(), "{}", kept.display());
        assert_eq!(added(&tree), ["deep/v.kluis"]);
    }
}

#[test]
fn two_vaults_of_one_name_keep_a_copy_each() {
    if !has_git() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let tree = repository(&sandbox, "tree");
    let vaults = ["one", "two"].map(|folder| {
        let vault = tree.join(folder).join("v.kluis");
        fs::create_dir(tree.join(folder)).unwrap();
        fs::copy(sandbox.vault(), &vault).unwrap();
        change(&sandbox, &vault, folder);
        change(&sandbox, &vault, "last");
        vault
    });
    for (vault, value) in vaults.iter().zip(["one", "two"]) {
        let restore = sandbox.kluis(["vault", "restore", "-y", "--vault"]);
        restore.and(vault).run().any_stdout().any_stderr().exits(0);
        assert_eq!(get(&sandbox, vault), value.as_bytes());
    }
    assert_eq!(fs::read_dir(tree.join(".git/kluis")).unwrap().count(), 2);
}

#[test]
fn a_copy_that_came_along_goes_with_the_next_change() {
    if !has_git() {
        return;
    }
    // The vault was moved into a work tree, or the work tree was made around it.
    for is_moved in [true, false] {
        let sandbox = Sandbox::with_vault();
        let folder = sandbox.home().join("folder");
        fs::create_dir(&folder).unwrap();
        let vault = folder.join("v.kluis");
        fs::copy(sandbox.vault(), &vault).unwrap();
        change(&sandbox, &vault, "one");
        let beside = folder.join(".v.kluis.prev");
        assert!(beside.exists());
        let (tree, vault) = if is_moved {
            let tree = repository(&sandbox, "tree");
            for name in ["v.kluis", ".v.kluis.prev", ".v.kluis.lock"] {
                fs::rename(folder.join(name), tree.join(name)).unwrap();
            }
            let vault = tree.join("v.kluis");
            (tree, vault)
        } else {
            git(&folder, &["init", "-q"]);
            (folder, vault)
        };
        // Until then you can restore it.
        let restore = sandbox.kluis(["vault", "restore", "-n", "--vault"]);
        restore.and(&vault).run().any_stdout().any_stderr().exits(0);
        let doctor = sandbox.kluis(["doctor", "-q", "--vault"]).and(&vault).run();
        let found = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(found.contains(".v.kluis.prev"), "{found}");
        doctor.any_stdout().any_stderr().ends();
        change(&sandbox, &vault, "two");
        assert!(!tree.join(".v.kluis.prev").exists());
        assert_eq!(added(&tree), ["v.kluis"]);
    }
}

/// The leftovers of an interrupted writer, too.
#[test]
fn leftovers_in_the_git_folder_go_with_the_next_change() {
    if !has_git() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let tree = repository(&sandbox, "tree");
    let vault = tree.join("v.kluis");
    fs::copy(sandbox.vault(), &vault).unwrap();
    change(&sandbox, &vault, "one");
    let kept = previous(&tree.join(".git"));
    let name = kept.file_name().unwrap().to_str().unwrap();
    let left = kept.with_file_name(format!("{name}.0123456789abcdef.tmp"));
    fs::write(&left, "left").unwrap();
    change(&sandbox, &vault, "two");
    assert!(!left.exists());
    assert_eq!(previous(&tree.join(".git")), kept);
}

/// A way for an archive to lead elsewhere, given the folder of the work tree and a folder of yours.
type Trap = (&'static str, fn(&Path, &Path));

const TRAPS: [Trap; 6] = [
    ("a file that names a folder", |tree, victim| {
        let text = format!("gitdir: {}\n", victim.display());
        fs::write(tree.join(".git"), text).unwrap();
    }),
    ("a file that names it by a link", |tree, victim| {
        symlink(victim, tree.join("inner")).unwrap();
        fs::write(tree.join(".git"), "gitdir: inner\n").unwrap();
    }),
    ("a link", |tree, victim| {
        symlink(victim, tree.join(".git")).unwrap();
    }),
    ("a link to our folder in it", |tree, victim| {
        fs::create_dir(tree.join(".git")).unwrap();
        symlink(victim, tree.join(".git/kluis")).unwrap();
    }),
    ("links to the folder and the list in it", |tree, victim| {
        fs::create_dir_all(tree.join(".git/kluis")).unwrap();
        symlink(victim, tree.join(".git/info")).unwrap();
        symlink(victim, tree.join(".git/kluis/inner")).unwrap();
    }),
    ("a link to the list", |tree, victim| {
        fs::create_dir_all(tree.join(".git/info")).unwrap();
        symlink(victim.join("file"), tree.join(".git/info/exclude")).unwrap();
    }),
];

#[test]
fn a_hostile_repository_gets_nothing_written_elsewhere() {
    for (what, lay) in TRAPS {
        let sandbox = Sandbox::with_vault();
        let (tree, victim) = (sandbox.home().join("tree"), sandbox.home().join("victim"));
        for folder in [&tree, &victim] {
            fs::create_dir(folder).unwrap();
        }
        // It looks like a repository.
        fs::create_dir(victim.join("info")).unwrap();
        for (name, text) in [
            ("HEAD", "ref: refs/heads/main\n"),
            ("file", "mine"),
            ("config", ""),
        ] {
            fs::write(victim.join(name), text).unwrap();
        }
        lay(&tree, &victim);
        let before = contents(&victim);
        let vault = tree.join("v.kluis");
        fs::copy(sandbox.vault(), &vault).unwrap();
        for value in ["one", "two"] {
            let set = set(&sandbox, &vault, value).run();
            assert_eq!(set.code, 0, "{what}: {}", set.stderr);
            set.any_stdout().any_stderr().exits(0);
        }
        let rekey = sandbox.kluis(["vault", "rekey", "--vault"]).and(&vault);
        rekey.run().any_stdout().any_stderr().exits(0);
        assert!(contents(&victim) == before, "{what}");
        assert!(!tree.join(".v.kluis.prev").exists(), "{what}");
        assert_eq!(get(&sandbox, &vault), b"two", "{what}");
    }
}

#[test]
fn without_a_safe_place_a_warning_says_that_no_copy_is_kept() {
    let sandbox = Sandbox::with_vault();
    let tree = sandbox.home().join("tree");
    fs::create_dir(&tree).unwrap();
    symlink("..", tree.join(".git")).unwrap();
    let vault = tree.join("v.kluis");
    fs::copy(sandbox.vault(), &vault).unwrap();
    let warned = set(&sandbox, &vault, "one").run();
    let why = "no copy from before this change was kept";
    warned.any_stdout().stderr_has(why).exits(0);
    // A damaged vault is still kept when you restore another: it may be the only one.
    let good = sandbox.home().join("good.kluis");
    fs::copy(&vault, &good).unwrap();
    fs::write(&vault, "damaged").unwrap();
    let restore = sandbox
        .kluis(["vault", "restore", "-y", "--vault"])
        .and(&vault);
    restore.and(&good).run().any_stdout().any_stderr().exits(0);
    assert_eq!(fs::read(tree.join(".v.kluis.prev")).unwrap(), b"damaged");
}

/// A removed key would open it.
#[test]
fn a_copy_that_cannot_be_removed_safely_is_told() {
    if !has_git() {
        return;
    }
    let warning = "a copy from before this change may remain in the git folder";
    for shared in [".git", ".git/kluis"] {
        let sandbox = Sandbox::with_vault();
        let tree = repository(&sandbox, "tree");
        let vault = tree.join("v.kluis");
        fs::copy(sandbox.vault(), &vault).unwrap();
        change(&sandbox, &vault, "one");
        let kept = previous(&tree.join(".git"));
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(tree.join(shared), open).unwrap();
        let rekey = || {
            let rekey = sandbox.kluis(["vault", "rekey", "--vault"]).and(&vault);
            rekey.run().any_stdout()
        };
        rekey().stderr_has(warning).exits(0);
        assert!(kept.exists(), "{shared}");
        fs::remove_file(&kept).unwrap();
        let silent = rekey();
        assert!(!silent.stderr.contains(warning), "{}", silent.stderr);
        silent.any_stderr().exits(0);
    }
}

#[test]
fn a_broken_disk_in_the_git_folder_is_an_error_and_no_gap() {
    if !has_git() || !trace::is_possible() {
        return;
    }
    let warning = "no copy from before this change was kept";
    let sandbox = Sandbox::with_vault();
    let tree = repository(&sandbox, "tree");
    let vault = tree.join("v.kluis");
    fs::copy(sandbox.vault(), &vault).unwrap();
    change(&sandbox, &vault, "one");
    let before = fs::read(&vault).unwrap();
    let struck = |error: &str| {
        let mut under = failing(&[&format!("mkdirat:error={error}")]);
        under.extend(["-P".to_owned(), tree.join(".git").display().to_string()]);
        set(&sandbox, &vault, error).under(under).run()
    };
    for error in ["EIO", "ENOSPC", "EROFS", "EDQUOT"] {
        let failed = struck(error);
        assert!(!failed.stderr.contains(warning), "{}", failed.stderr);
        failed
            .stderr_has("could not make room for a copy of")
            .exits(1);
        assert!(fs::read(&vault).unwrap() == before, "{error}");
    }
    let gap = struck("EACCES");
    gap.any_stdout().stderr_has(warning).exits(0);
    assert_eq!(get(&sandbox, &vault), b"EACCES");
}

/// The git folder may be in another file system than the vault.
#[test]
fn a_git_folder_in_another_file_system_gets_a_copy() {
    if !has_git() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let tree = repository(&sandbox, "tree");
    let vault = tree.join("v.kluis");
    fs::copy(sandbox.vault(), &vault).unwrap();
    change(&sandbox, &vault, "one");
    let before = fs::read(&vault).unwrap();
    fs::write(sandbox.home().join("three"), "three").unwrap();
    let script = "mount -t tmpfs -o mode=0700 kluis tree/.git && \"$KLUIS\" set name --accept-older --vault tree/v.kluis > /dev/null < three && cp tree/.git/kluis/* copied";
    let Some(there) = mounted(sandbox.kluis(["--version"]), script, &[]) else {
        return;
    };
    let there = there.env("KLUIS", crate::sandbox::KLUIS).run();
    there.any_stdout().exits(0);
    assert_eq!(get(&sandbox, &vault), b"three");
    assert!(fs::read(sandbox.home().join("copied")).unwrap() == before);
}

/// Kills at each call that changes files, up to and beyond the last one made.
#[test]
fn a_kill_at_any_call_puts_no_copy_into_a_commit() {
    if !has_git() || !trace::is_possible() {
        return;
    }
    let (mut killed, mut done) = (0, 0);
    for call in [
        "mkdirat", "linkat", "renameat", "fsync", "unlinkat", "write",
    ] {
        for nth in 1..=8 {
            let sandbox = Sandbox::with_vault();
            let tree = repository(&sandbox, "tree");
            let vault = tree.join("v.kluis");
            fs::copy(sandbox.vault(), &vault).unwrap();
            fs::write(tree.join(".v.kluis.prev"), "from before it was here").unwrap();
            change(&sandbox, &vault, "one");
            let fault = format!("{call}:signal=SIGKILL:when={nth}");
            let struck = set(&sandbox, &vault, "two").under(failing(&[&fault])).run();
            match struck.code {
                0 => done += 1,
                _ => killed += 1,
            }
            struck.any_stdout().any_stderr().ends();
            let value = get(&sandbox, &vault);
            assert!(value == b"one" || value == b"two", "{fault}");
            assert_eq!(added(&tree), ["v.kluis"], "{fault}");
            change(&sandbox, &vault, "three");
            assert_eq!(added(&tree), ["v.kluis"], "{fault}");
            // Only the one copy is left.
            let kept = previous(&tree.join(".git"));
            assert!(kept.exists(), "{fault}");
            assert_eq!(get(&sandbox, &vault), b"three", "{fault}");
        }
    }
    assert!(killed > 12 && done > 4, "{killed} killed, {done} done");
}
