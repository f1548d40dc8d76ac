//! Finds the git work tree and the repository that a vault lies in, if there are any.

use std::path::{Path, PathBuf};

/// Whether the vault lies in a git work tree, with links resolved.
pub fn holds(vault: &Path) -> bool {
    repository(vault).is_some()
}

/// The `.git` of the vault's work tree: a directory, or a file that names one.
pub fn repository(vault: &Path) -> Option<PathBuf> {
    let vault = vault.canonicalize().ok()?;
    vault
        .ancestors()
        .skip(1)
        .map(|directory| directory.join(".git"))
        .find(|git| git.exists())
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
