//! The folders in memory for values as files. Elsewhere a file would be written to a disk.

use super::private_temp_folder;
use crate::platform::directory::is_in_memory;
use crate::platform::permissions::{Others, is_us, is_us_or_root};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// In the folder of your session.
const OWN_FOLDER: &str = "kluis";

/// Linux offers memory as a folder here, besides the user's own.
const SHARED_MEMORY: &str = "/dev/shm";

/// The restricted deletion flag: only the owner of a file may rename or remove it.
const STICKY: u32 = 0o1000;

/// The folder for new values; it may not exist yet. `variable` reads the environment.
pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    places(variable).next()
}

/// The same, for a command that this process waits for. Only Linux says which folder is in memory: on other systems
/// it is the folder for temporary files.
pub fn find_for_child(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let temporary = (!cfg!(target_os = "linux")).then(std::env::temp_dir);
    find(variable).or(temporary)
}

/// The folders with values that killed processes left behind.
pub fn leftovers(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let found = places(variable).flat_map(|place| private_temp_folder::leftovers(&place));
    found.collect()
}

/// Removes them; returns their number.
pub fn remove_leftovers(variable: impl Fn(&str) -> Option<OsString>) -> usize {
    let removed = places(variable).map(|place| private_temp_folder::remove_leftovers(&place));
    removed.sum()
}

/// Below the folder of your session, and in the memory that all users share.
fn places(variable: impl Fn(&str) -> Option<OsString>) -> impl Iterator<Item = PathBuf> {
    let session = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = session.filter(|session| session.is_absolute() && is_in_memory(session));
    let session =
        session.filter(|session| fs::metadata(session).is_ok_and(|found| is_ours(&found)));
    let own = session.map(|session| session.join(OWN_FOLDER));
    let own = own.filter(|own| match fs::symlink_metadata(own) {
        Ok(found) => is_ours(&found) && is_in_memory(own),
        Err(error) => error.kind() == ErrorKind::NotFound,
    });
    let shared = PathBuf::from(SHARED_MEMORY);
    let shared = Some(shared).filter(|shared| is_in_memory(shared) && keeps_names(shared));
    own.into_iter().chain(shared)
}

/// Whether only this user can put anything into this folder.
fn is_ours(found: &Metadata) -> bool {
    found.is_dir() && is_us(found.uid()) && !Others::of(found).may_write()
}

/// Whether no other user but root can rename or replace this user's files in the folder.
fn keeps_names(folder: &Path) -> bool {
    let keeps = |found: Metadata| {
        let is_sticky = found.mode() & STICKY != 0;
        is_us_or_root(found.uid()) && (is_sticky || !Others::of(&found).may_write())
    };
    fs::metadata(folder).is_ok_and(keeps)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn chosen(session: &Path) -> Option<PathBuf> {
        find(|name| (name == "XDG_RUNTIME_DIR").then(|| session.into()))
    }

    #[test]
    fn the_folder_of_the_session_is_used_only_if_it_is_yours() {
        let Ok(session) = tempfile::tempdir_in(SHARED_MEMORY) else {
            return; // no memory as a folder here
        };
        let (session, own) = (session.path(), session.path().join(OWN_FOLDER));
        let shared = Some(PathBuf::from(SHARED_MEMORY));
        let set_mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        assert_eq!(chosen(session).as_ref(), Some(&own));
        for (mode, expected) in [(0o777, &shared), (0o1777, &shared), (0o720, &shared)] {
            set_mode(session, mode).unwrap();
            assert_eq!(chosen(session), *expected, "{mode:o}");
        }
        set_mode(session, 0o700).unwrap();
        fs::create_dir(&own).unwrap();
        assert_eq!(chosen(session).as_ref(), Some(&own));
        set_mode(&own, 0o777).unwrap();
        assert_eq!(chosen(session), shared);
        fs::remove_dir(&own).unwrap();
        for target in ["/dev/shm", "/nowhere"] {
            symlink(target, &own).unwrap();
            assert_eq!(chosen(session), shared, "{target}");
            fs::remove_file(&own).unwrap();
        }
        fs::write(&own, "").unwrap();
        assert_eq!(chosen(session), shared);
        for session in ["", "relative", "/nowhere", "/proc", "/"] {
            assert_eq!(chosen(Path::new(session)), shared, "{session}");
        }
    }

    #[test]
    fn a_shared_folder_where_others_can_rename_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, expected) in [(0o1777, true), (0o777, false), (0o755, true)] {
            fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
            assert_eq!(keeps_names(folder.path()), expected, "{mode:o}");
        }
    }
}
