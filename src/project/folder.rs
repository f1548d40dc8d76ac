//! Decides which vaults belong to a project file: those in its folder, once every link is followed.

use super::ProjectFile;
use rustix::process::geteuid;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const ROOT: u32 = 0;

impl ProjectFile {
    /// Whether a vault lies in this file's folder and belongs to the same user. A vault that does not exist
    /// yet will belong to us.
    pub fn owns(&self, vault: &Path) -> bool {
        resolve(vault).is_some_and(|real| self.owns_place(&real))
    }

    /// The same for a resolved path.
    pub fn owns_place(&self, real: &Path) -> bool {
        let maker = match fs::metadata(real) {
            Ok(found) => found.uid(),
            Err(_) => geteuid().as_raw(),
        };
        let one_user = self
            .owner
            .is_some_and(|owner| owner == maker || owner == ROOT);
        one_user && real.starts_with(&self.folder)
    }
}

/// Resolves a path whose last parts may not exist yet. `None` if that is not possible: behind a dangling
/// link, or with `..` below a missing directory.
pub fn resolve(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Some(real);
    }
    if fs::symlink_metadata(path).is_ok() {
        return None;
    }
    let name = path.file_name()?;
    let parent = path.parent()?;
    let parent = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    Some(resolve(parent)?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{FILE_NAME, Project};
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    struct Given {
        directory: TempDir,
        file: ProjectFile,
    }

    fn given() -> Given {
        let directory = tempfile::tempdir().unwrap();
        let folder = fs::canonicalize(directory.path()).unwrap().join("project");
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/own"), "").unwrap();
        fs::write(folder.join("../mine"), "").unwrap();
        let file = ProjectFile {
            path: folder.join(FILE_NAME),
            folder,
            sha256: String::new(),
            project: Project::default(),
            owner: Some(geteuid().as_raw()),
        };
        Given { directory, file }
    }

    #[test]
    fn a_vault_in_the_folder_is_its_own_and_every_other_is_not() {
        let Given { directory, file } = given();
        let in_folder = |path: &str| file.owns(&file.folder.join(path));
        for own in ["deep/own", "absent", "absent/below", "deep/../deep/own"] {
            assert!(in_folder(own), "{own}");
        }
        for other in [
            "../mine",
            "deep/../../mine",
            "absent/../../mine",
            "absent/../own",
            "../absent",
            "..",
            "/dev/null",
        ] {
            assert!(!in_folder(other), "{other}");
        }
        // A folder whose name merely begins with the other's name.
        let beside = directory.path().join("project-of-others");
        fs::create_dir(&beside).unwrap();
        assert!(!file.owns(&beside.join("v")));
        assert!(!file.owns(Path::new("relative-to-the-working-directory")));
    }

    #[test]
    fn links_are_followed_before_inside_is_judged() {
        let Given {
            directory: _kept,
            file,
        } = given();
        for (name, target) in [
            ("file", "../mine"),
            ("directory", ".."),
            ("nowhere", "../absent"),
            ("loop", "loop"),
        ] {
            symlink(target, file.folder.join(name)).unwrap();
        }
        for outside in ["file", "directory/mine", "directory/new", "nowhere", "loop"] {
            assert!(!file.owns(&file.folder.join(outside)), "{outside}");
        }
        symlink("deep", file.folder.join("inside")).unwrap();
        assert!(file.owns(&file.folder.join("inside/own")));
        let from_outside = file.folder.join("../entry");
        symlink("project/deep/own", &from_outside).unwrap();
        assert!(file.owns(&from_outside));
    }

    #[test]
    fn a_file_of_another_user_owns_no_vault_of_ours() {
        let Given {
            directory: _kept,
            mut file,
        } = given();
        let ours = geteuid().as_raw();
        let vault = file.folder.join("deep/own");
        let new = file.folder.join("new");
        for (owner, expected) in [
            (Some(ours), true),
            (Some(ROOT), true),
            (Some(ours + 1), false),
            (None, false),
        ] {
            file.owner = owner;
            assert_eq!(file.owns(&vault), expected, "{owner:?}");
            assert_eq!(file.owns(&new), expected, "{owner:?}");
        }
    }
}
