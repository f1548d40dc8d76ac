//! Finds the git folder of the work tree that a vault lies in, as `git rev-parse --git-dir` does: `.git` itself, or
//! for a linked work tree and a submodule the folder that the file `.git` names.
//!
//! Another user's repository may name any folder there. A folder elsewhere counts only if it names the work tree
//! in turn, which only a user who can write to it can achieve. Links are not followed.

use super::work_tree::{self, read};
use crate::platform::permissions::{Others, is_us};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The git folder of a work tree.
#[derive(PartialEq, Eq, Debug)]
pub enum GitFolder {
    /// There is no work tree.
    None,
    /// Its real path, and the root of the work tree.
    Ours { path: PathBuf, root: PathBuf },
    /// The folder is another user's, others can write to it, or it leads elsewhere: nothing may be written there.
    Unsafe,
}

impl GitFolder {
    /// The git folder of a vault at this real path, which need not exist.
    pub fn of(vault: &Path) -> Self {
        let Some(entry) = work_tree::above(vault) else {
            return Self::None;
        };
        ours(&entry).unwrap_or(Self::Unsafe)
    }
}

fn ours(entry: &Path) -> Option<GitFolder> {
    let root = entry.parent()?;
    let found = fs::symlink_metadata(entry).ok()?;
    if !is_us(found.uid()) {
        return None;
    }
    let path = if found.is_dir() {
        entry.to_owned()
    } else if found.is_file() {
        named(entry, root)?
    } else {
        return None;
    };
    let found = fs::symlink_metadata(&path).ok()?;
    let is_private = is_us(found.uid()) && !Others::beyond_private_group(&found).may_write();
    (found.is_dir() && is_private).then(|| GitFolder::Ours {
        path,
        root: root.to_owned(),
    })
}

/// The folder that a file `.git` names, if it names this work tree in turn.
fn named(entry: &Path, root: &Path) -> Option<PathBuf> {
    let text = read(entry)?;
    let named = text.strip_prefix("gitdir:")?.trim();
    let path = fs::canonicalize(root.join(named)).ok()?;
    let is_linked = || {
        let back = read(&path.join("gitdir"))?;
        Some(fs::canonicalize(path.join(back.trim_end())).ok()? == entry)
    };
    let is_submodule = || {
        let back = work_tree_of(&read(&path.join("config"))?)?;
        Some(fs::canonicalize(path.join(back)).ok()? == root)
    };
    let names_back = is_linked() == Some(true) || is_submodule() == Some(true);
    names_back.then_some(path)
}

/// `core.worktree` in the text of a configuration, as git writes it.
fn work_tree_of(config: &str) -> Option<String> {
    let mut is_core = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            is_core = line.eq_ignore_ascii_case("[core]");
        } else if is_core
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case("worktree")
        {
            return Some(value.trim().trim_matches('"').to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use tempfile::TempDir;

    /// A folder, by its real path.
    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(folder.path()).unwrap();
        (folder, real)
    }

    fn git(folder: &Path, line: &[&str]) -> bool {
        let own = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.c",
            "-c",
            "protocol.file.allow=always",
        ];
        let ran = Command::new("git")
            .current_dir(folder)
            .args(own)
            .args(line)
            .output();
        ran.is_ok_and(|ran| ran.status.success())
    }

    fn path_of(found: &GitFolder) -> Option<&Path> {
        match found {
            GitFolder::Ours { path, .. } => Some(path),
            GitFolder::None | GitFolder::Unsafe => None,
        }
    }

    #[test]
    fn the_folder_is_the_one_that_git_uses() {
        let (_kept, base) = folder();
        let main = base.join("main");
        fs::create_dir(&main).unwrap();
        if !git(&main, &["init", "-q"]) {
            return; // there is no git
        }
        fs::write(main.join("file"), "").unwrap();
        assert!(git(&main, &["add", "-A"]) && git(&main, &["commit", "-qm", "one"]));
        assert!(git(&main, &["worktree", "add", "-q", "../linked"]));
        let other = base.join("other");
        fs::create_dir(&other).unwrap();
        assert!(git(&other, &["init", "-q"]));
        assert!(git(&other, &["submodule", "add", "-q", "../main", "sub"]));
        for tree in [&main, &base.join("linked"), &other, &other.join("sub")] {
            let deep = tree.join("deep/er");
            fs::create_dir_all(&deep).unwrap();
            let asked = ["rev-parse", "--absolute-git-dir"];
            let told = Command::new("git").current_dir(&deep).args(asked).output();
            let told = String::from_utf8(told.unwrap().stdout).unwrap();
            let told = fs::canonicalize(told.trim_end()).unwrap();
            let found = GitFolder::of(&deep.join("v.kluis"));
            assert_eq!(path_of(&found), Some(&*told), "{}", tree.display());
        }
        assert_eq!(GitFolder::of(&base.join("v.kluis")), GitFolder::None);
    }

    #[test]
    fn a_folder_that_does_not_name_the_work_tree_is_unsafe() {
        let (_kept, base) = folder();
        let (victim, clone) = (base.join("victim"), base.join("clone"));
        for folder in [&victim, &clone] {
            fs::create_dir(folder).unwrap();
        }
        let vault = clone.join("v.kluis");
        let entry = clone.join(".git");
        let absolute = format!("gitdir: {}\n", victim.display());
        for text in [
            "",
            "gitdir: ../victim\n",
            "gitdir: ../absent\n",
            "gitdir: .\n",
            &absolute,
        ] {
            fs::write(&entry, text).unwrap();
            assert_eq!(GitFolder::of(&vault), GitFolder::Unsafe, "{text}");
        }
        // A work tree of another name.
        fs::write(
            victim.join("gitdir"),
            base.join("else/.git").display().to_string(),
        )
        .unwrap();
        fs::write(
            victim.join("config"),
            "[core]\n\tworktree = ../else\n[x]\nworktree=../clone\n",
        )
        .unwrap();
        fs::write(&entry, &absolute).unwrap();
        assert_eq!(GitFolder::of(&vault), GitFolder::Unsafe);
        fs::write(victim.join("config"), "[core]\n\tworktree = ../clone\n").unwrap();
        assert_eq!(path_of(&GitFolder::of(&vault)), Some(&*victim));
    }

    #[test]
    fn links_pipes_and_folders_of_others_are_unsafe() {
        let (_kept, base) = folder();
        let (victim, clone) = (base.join("victim"), base.join("clone"));
        for folder in [&victim, &clone] {
            fs::create_dir(folder).unwrap();
        }
        let (vault, entry) = (clone.join("v.kluis"), clone.join(".git"));
        symlink(&victim, &entry).unwrap();
        assert_eq!(GitFolder::of(&vault), GitFolder::Unsafe);
        fs::remove_file(&entry).unwrap();
        let made = Command::new("mkfifo").arg(&entry).status().unwrap();
        assert!(made.success());
        assert_eq!(GitFolder::of(&vault), GitFolder::Unsafe);
        fs::remove_file(&entry).unwrap();
        fs::create_dir(&entry).unwrap();
        assert_eq!(path_of(&GitFolder::of(&vault)), Some(&*entry));
        let shared = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(&entry, shared).unwrap();
        assert_eq!(GitFolder::of(&vault), GitFolder::Unsafe);
    }
}
