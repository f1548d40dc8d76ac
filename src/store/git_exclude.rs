//! Keeps a vault's lock and previous bytes out of a git repository: names them in `info/exclude`.
//!
//! Convenience only: whatever fails is left as it is, and no file but that one is touched.

use super::file::regular;
use super::work_tree;
use rustix::fs::{CWD, OFlags};
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Names `.NAME.lock`, `.NAME.prev` and temporary files, where the vault lies in a work tree.
pub fn add(vault: &Path) {
    let _ = try_add(vault);
}

fn try_add(vault: &Path) -> Option<()> {
    let name = vault.file_name()?.to_str()?;
    let info = common_directory(&work_tree::repository(vault)?)?.join("info");
    fs::create_dir_all(&info).ok()?;
    let exclude = info.join("exclude");
    let held = read(&exclude).unwrap_or_default();
    let mut added = String::new();
    for pattern in [
        format!(".{name}.lock"),
        format!(".{name}.prev*"),
        format!(".{name}.*.tmp"),
    ] {
        if !held.lines().any(|line| line == pattern) {
            added.push_str(&pattern);
            added.push('\n');
        }
    }
    if added.is_empty() {
        return Some(());
    }
    if !held.is_empty() && !held.ends_with('\n') {
        added.insert(0, '\n');
    }
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(exclude)
        .ok()?;
    file.write_all(added.as_bytes()).ok()
}

/// Every line by which git leaves something out around the vault, the one that counts most last; `None`
/// outside of a work tree.
pub fn lines(vault: &Path) -> Option<Vec<String>> {
    let repository = work_tree::repository(vault)?;
    let (vault, root) = (vault.canonicalize().ok()?, repository.parent()?);
    let exclude = common_directory(&repository).map(|git| git.join("info/exclude"));
    let mut folders: Vec<&Path> = vault
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(root))
        .collect();
    folders.reverse();
    let ignores = folders.into_iter().map(|folder| folder.join(".gitignore"));
    let files = exclude.into_iter().chain(ignores);
    let texts: Vec<String> = files.filter_map(|file| read(&file)).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(lines.map(str::to_owned).collect())
}

/// Where the repository is: `.git` itself, or for a linked work tree the directory it came from.
fn common_directory(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_path_buf());
    }
    let text = read(git)?;
    let named = git
        .parent()?
        .join(text.strip_prefix("gitdir: ")?.trim_end());
    match read(&named.join("commondir")) {
        Some(common) => Some(named.join(common.trim_end())),
        None => Some(named),
    }
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    let found = regular::open(CWD, path, OFlags::RDONLY).ok()?;
    found
        .file
        .take(MAX_FILE_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_added_once() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(directory.path().join(".git/info")).expect("a repository");
        fs::create_dir_all(directory.path().join("deep/er")).expect("a directory");
        let vault = directory.path().join("deep/er/a.kluis");
        fs::write(&vault, "").expect("a vault");
        let exclude = directory.path().join(".git/info/exclude");
        fs::write(&exclude, "mine").expect("an exclude file");
        add(&vault);
        add(&vault);
        let expected = "mine\n.a.kluis.lock\n.a.kluis.prev*\n.a.kluis.*.tmp\n";
        assert_eq!(fs::read_to_string(exclude).expect("written"), expected);
    }

    #[test]
    fn a_linked_work_tree_leads_to_its_repository() {
        let directory = tempfile::tempdir().expect("a directory");
        let (main, linked) = (
            directory.path().join("main"),
            directory.path().join("linked"),
        );
        fs::create_dir_all(main.join(".git/worktrees/linked")).expect("a repository");
        fs::create_dir_all(&linked).expect("a work tree");
        let named = main.join(".git/worktrees/linked");
        fs::write(named.join("commondir"), "../..\n").expect("written");
        fs::write(
            linked.join(".git"),
            format!("gitdir: {}\n", named.display()),
        )
        .expect("written");
        fs::write(linked.join("a.kluis"), "").expect("a vault");
        add(&linked.join("a.kluis"));
        assert!(main.join(".git/info/exclude").exists());
    }

    #[test]
    fn outside_of_a_work_tree_nothing_is_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let vault = directory.path().join("a.kluis");
        fs::write(&vault, "").expect("a vault");
        add(&vault);
        assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 1);
    }
}
