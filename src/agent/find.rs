//! Finds the agents that were given a key in other surroundings, such as a cron job, `su`, or another
//! XDG_RUNTIME_DIR: `lock` must reach them all.
//!
//! Whoever gives an agent a key first notes its socket in the state directory. A note is only a path: what listens
//! there is checked like any other agent.

use super::socket::SocketPath;
use crate::platform::private_file::{self, Durability, PrivateFile};
use crate::platform::state_file;
use crate::sealed::sign::sha256;
use data_encoding::HEXLOWER;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const FOLDER: &str = "kluis/agents";
/// Longer than the path of any socket.
const MAX_NOTE_BYTES: usize = 4096;
/// Notes that are read. They are removed when nothing listens there, so there are few.
const MAX_NOTES: usize = 256;

/// The notes about agents in a state directory.
pub struct KnownAgents {
    state: PathBuf,
}

impl KnownAgents {
    pub fn new(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
        }
    }

    /// Notes a socket. The one in the state directory itself is always found.
    pub fn add(&self, place: &SocketPath) -> io::Result<()> {
        if SocketPath::find(None, Some(&self.state)).is_ok_and(|own| own == *place) {
            return Ok(());
        }
        let folder = state_file::lock(&self.folder())?;
        let path = place.socket();
        let temporary = private_file::temporary_name(OsStr::new("agent"))?;
        let bytes = path.as_os_str().as_bytes();
        let note = PrivateFile::holding(&folder, temporary, bytes, Durability::Unsynced)?;
        note.replace(&name(place))
    }

    /// All that were noted, and the one in the state directory, each of them once and after `own`.
    pub fn all(&self, own: Option<SocketPath>) -> Vec<SocketPath> {
        let mut found: Vec<SocketPath> = own.into_iter().collect();
        let entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let notes = entries.take(MAX_NOTES).filter_map(|entry| {
            let text = state_file::read(&entry.path(), MAX_NOTE_BYTES).ok()??;
            SocketPath::at(Path::new(OsStr::from_bytes(&text)))
        });
        let usual = SocketPath::find(None, Some(&self.state)).ok();
        for place in usual.into_iter().chain(notes) {
            if !found.contains(&place) {
                found.push(place);
            }
        }
        found
    }

    /// Removes the note about a socket.
    pub fn forget(&self, place: &SocketPath) {
        if let Ok(folder) = File::open(self.folder()) {
            let _ = rustix::fs::unlinkat(folder, name(place), rustix::fs::AtFlags::empty());
        }
    }

    fn folder(&self) -> PathBuf {
        self.state.join(FOLDER)
    }
}

fn name(place: &SocketPath) -> OsString {
    HEXLOWER
        .encode(&sha256(place.socket().as_os_str().as_bytes()))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn place(path: &str) -> SocketPath {
        SocketPath::at(Path::new(path)).unwrap()
    }

    #[test]
    fn noted_agents_are_found_once_and_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let known = KnownAgents::new(state.path());
        let usual = SocketPath::find(None, Some(state.path())).unwrap();
        assert_eq!(known.all(None).as_slice(), std::slice::from_ref(&usual));
        known.add(&usual).unwrap();
        assert!(!state.path().join(FOLDER).exists());
        let (one, two) = (
            place("/run/a b/kluis/agent.sock"),
            place("/x/kluis/agent.sock"),
        );
        for noted in [&one, &two, &one] {
            known.add(noted).unwrap();
        }
        let found = known.all(Some(two.clone()));
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], two);
        assert!(found.contains(&one));
        known.forget(&one);
        known.forget(&one);
        assert_eq!(known.all(Some(two.clone())), [two, usual]);
    }

    #[test]
    fn what_is_no_note_is_passed_over() {
        let state = tempfile::tempdir().unwrap();
        let known = KnownAgents::new(state.path());
        known.add(&place("/x/kluis/agent.sock")).unwrap();
        let folder = state.path().join(FOLDER);
        for (name, text) in [
            ("a", ""),
            ("b", "relative/kluis/agent.sock"),
            ("c", "/etc/passwd"),
            ("d", "/x/kluis/other.sock"),
            ("e", &"/".repeat(MAX_NOTE_BYTES + 1)),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        symlink("/dev/zero", folder.join("f")).unwrap();
        fs::create_dir(folder.join("g")).unwrap();
        assert_eq!(known.all(None).len(), 2);
    }
}
