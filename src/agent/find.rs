//! Finds the agents that got a key in another environment, such as a cron job, `su`, or another XDG_RUNTIME_DIR:
//! `lock` must reach them all.
//!
//! A process notes the agent's socket in the state directory before it sends a key. A note is only a path: the
//! agent at that path is checked like any other.

use super::socket::SocketPath;
use crate::platform::directory;
use crate::platform::private_file::{self, Durability, PrivateFile};
use crate::platform::state_file;
use crate::sealed::sign::sha256;
use data_encoding::HEXLOWER;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FOLDER: &str = "kluis/agents";
/// More than the path of any socket.
const MAX_NOTE_BYTES: usize = 4096;
/// The time that an agent has to accept a connection. If it takes longer, its note stays.
const PATIENCE: Duration = Duration::from_millis(100);

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

    /// Notes a socket, and drops the notes about agents that have ended: each cron job may use another folder.
    /// The socket in the state directory itself is always found.
    pub fn add(&self, place: &SocketPath) -> io::Result<()> {
        if SocketPath::find(None, Some(&self.state)).is_ok_and(|own| own == *place) {
            return Ok(());
        }
        let folder = state_file::lock(&self.folder())?;
        // Under the lock, so that an agent that starts meanwhile keeps its note.
        for noted in self.notes() {
            if noted != *place && matches!(noted.connect(PATIENCE), Ok(None)) {
                self.forget(&noted);
            }
        }
        let path = place.socket();
        let temporary = private_file::temporary_name(OsStr::new("agent"))?;
        let bytes = path.as_os_str().as_bytes();
        let note = PrivateFile::holding(&folder, temporary, bytes, Durability::Unsynced)?;
        note.replace(&name(place))
    }

    /// All noted sockets, and the one in the state directory, each once and after `own`.
    pub fn all(&self, own: Option<SocketPath>) -> Vec<SocketPath> {
        let mut found: Vec<SocketPath> = own.into_iter().collect();
        let usual = SocketPath::find(None, Some(&self.state)).ok();
        for place in usual.into_iter().chain(self.notes()) {
            if !found.contains(&place) {
                found.push(place);
            }
        }
        found
    }

    /// The noted sockets.
    fn notes(&self) -> impl Iterator<Item = SocketPath> {
        let folder = self.folder();
        let names = directory::names(&folder).unwrap_or_default().into_iter();
        names.filter_map(move |name| {
            let text = state_file::read(&folder.join(name), MAX_NOTE_BYTES).ok()??;
            SocketPath::at(Path::new(OsStr::from_bytes(&text)))
        })
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
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    fn place(path: &str) -> SocketPath {
        SocketPath::at(Path::new(path)).unwrap()
    }

    /// A listening socket below this folder.
    fn listening(above: &Path) -> (SocketPath, UnixListener) {
        let place = SocketPath::find(None, Some(above)).unwrap();
        let _lock = place.lock().unwrap();
        let listener = place.bind().unwrap();
        (place, listener)
    }

    #[test]
    fn notes_about_ended_agents_go_when_another_is_noted() {
        let (state, run) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let known = KnownAgents::new(state.path());
        let (alive, _listener) = listening(&run.path().join("alive"));
        known.add(&alive).unwrap();
        for number in 0..20 {
            let folder = run.path().join(number.to_string());
            let (ended, listener) = listening(&folder);
            known.add(&ended).unwrap();
            drop(listener);
            // Its folder is gone, or only the process.
            if number % 2 == 0 {
                fs::remove_dir_all(folder).unwrap();
            }
        }
        let (last, _listener) = listening(&run.path().join("last"));
        known.add(&last).unwrap();
        let found = known.all(None);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.contains(&alive) && found.contains(&last));
    }

    #[test]
    fn noted_agents_are_found_once_and_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let known = KnownAgents::new(state.path());
        let usual = SocketPath::find(None, Some(state.path())).unwrap();
        assert_eq!(known.all(None).as_slice(), std::slice::from_ref(&usual));
        known.add(&usual).unwrap();
        assert!(!state.path().join(FOLDER).exists());
        let run = tempfile::tempdir().unwrap();
        let (one, _first) = listening(&run.path().join("a b"));
        let (two, _second) = listening(&run.path().join("x"));
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
