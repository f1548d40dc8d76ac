//! Finds the git work tree and the repository of a vault, if there are any, and reads small files there.

use super::file::regular;
use crate::platform::bounded_read;
use rustix::fs::{CWD, OFlags};
use std::path::{Path, PathBuf};

const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Whether the vault is in a git work tree, with links resolved.
pub fn holds(vault: &Path) -> bool {
    repository(vault).is_some()
}

/// The `.git` of the vault's work tree: a directory, or a file that names one.
pub fn repository(vault: &Path) -> Option<PathBuf> {
    above(&vault.canonicalize().ok()?)
}

/// Like `repository`, for a real path, which need not exist.
pub fn above(vault: &Path) -> Option<PathBuf> {
    vault
        .ancestors()
        .skip(1)
        .map(|directory| directory.join(".git"))
        .find(|git| git.exists())
}

/// The text of a small regular file.
pub fn read(path: &Path) -> Option<String> {
    let found = regular::open(CWD, path, OFlags::RDONLY).ok()?;
    let bytes = bounded_read::read(found.file, MAX_FILE_BYTES).ok()?;
    Some(str::from_utf8(&bytes).ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_vault_lies_in_a_work_tree_where_it_really_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let (tree, outside) = (
            directory.path().join("tree"),
            directory.path().join("outside"),
        );
        fs::create_dir_all(tree.join("deep")).expect("a directory");
        fs::create_dir(&outside).expect("a directory");
        let (vault, link) = (tree.join("deep/a.kluis"), outside.join("a.kluis"));
        fs::write(&vault, "").expect("a vault");
        symlink(&vault, &link).expect("a link");
        for vault in [&vault, &link] {
            assert!(!holds(vault));
        }
        fs::write(tree.join(".git"), "").expect("written");
        for vault in [&vault, &link] {
            assert!(holds(vault));
        }
        assert!(!holds(&tree.join("deep/missing.kluis")));
    }
}
