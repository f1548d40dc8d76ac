//! Resolves all links of a path.

use crate::platform::directory::or_here;
use std::fs;
use std::path::{Path, PathBuf};

/// Resolves a path whose last parts may not exist yet. `None` if that is impossible: after a dangling link, or
/// with `..` below a missing directory.
pub fn resolve(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Some(real);
    }
    if fs::symlink_metadata(path).is_ok() {
        return None;
    }
    let name = path.file_name()?;
    Some(resolve(or_here(path.parent()?))?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_also_to_what_does_not_exist_yet() {
        let directory = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(directory.path()).unwrap();
        let at = |path: &str| resolve(&real.join("project").join(path));
        fs::create_dir_all(real.join("project/deep")).unwrap();
        fs::write(real.join("mine"), "").unwrap();
        for (name, target) in [
            ("file", "../mine"),
            ("directory", ".."),
            ("nowhere", "../absent"),
            ("loop", "loop"),
        ] {
            symlink(target, real.join("project").join(name)).unwrap();
        }
        for (path, leads_to) in [
            ("deep", Some("project/deep")),
            ("absent/below", Some("project/absent/below")),
            ("deep/../deep/new", Some("project/deep/new")),
            ("file", Some("mine")),
            ("directory/mine", Some("mine")),
            ("directory/new", Some("new")),
            ("nowhere", None),
            ("loop", None),
            ("absent/../own", None),
        ] {
            assert_eq!(at(path), leads_to.map(|end| real.join(end)), "{path}");
        }
    }
}
