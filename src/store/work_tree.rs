//! Whether a vault lies in a git work tree, and where that has its repository.

use std::path::{Path, PathBuf};

/// Whether the vault lies in a git work tree, links resolved.
pub fn holds(vault: &Path) -> bool {
    repository(vault).is_some()
}

/// The `.git` of the work tree that the vault lies in: a directory, or a file that names one.
pub fn repository(vault: &Path) -> Option<PathBuf> {
    let vault = vault.canonicalize().ok()?;
    vault
        .ancestors()
        .skip(1)
        .map(|directory| directory.join(".git"))
        .find(|git| git.exists())
}
