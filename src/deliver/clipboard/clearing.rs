//! The process that outlives `get --clip`: it waits, clears the clipboard if the value is still there, and ends.
//! It knows only a fingerprint of the value.
//!
//! It is a fresh start of this program, because a fork would keep our secrets in memory. It has a session of its
//! own, so it survives a closed terminal; it clears at once when it is asked to end.

use super::fingerprint::{self, Fingerprint};
use super::tool::Tool;
use crate::deliver::environment::Environment;
use crate::deliver::process::prepare;
use crate::platform::process::own_file;
use crate::platform::signals::{self, Notice, Watch};
use rustix::process::setsid;
use rustix::stdio::{stdin, stdout};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The first argument of that process.
pub const WORD: &str = "clear-clipboard";

/// Written once the process no longer depends on its parent.
const READY: &[u8] = b".";

/// A waiting process. Dropping this ends it without clearing.
pub struct Clearing(Option<Child>);

impl Clearing {
    /// Passes the fingerprint through a pipe: as an argument it would help others to guess a short value.
    pub fn start(tool: &Tool, fingerprint: &Fingerprint, seconds: u64) -> io::Result<Self> {
        let program = own_file()?;
        let [copier, paster] = tool.programs().map(OsString::from);
        let arguments = [WORD.into(), seconds.to_string().into(), copier, paster];
        let inherited = std::env::vars_os().map(|(name, _)| name);
        let nothing = Environment::new([]);
        let mut command = prepare(
            &program,
            OsStr::new("kluis"),
            &arguments,
            &nothing,
            inherited,
        );
        // It keeps no directory in use, and has none of our streams.
        let command = command.current_dir("/").stderr(Stdio::null());
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut clearing = Self(Some(child));
        clearing.brief(fingerprint)?;
        Ok(clearing)
    }

    fn brief(&mut self, fingerprint: &Fingerprint) -> io::Result<()> {
        let streams = self
            .0
            .as_mut()
            .map(|child| (child.stdin.take(), child.stdout.take()));
        let Some((Some(mut stdin), Some(mut stdout))) = streams else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        stdin.write_all(&fingerprint.to_bytes())?;
        drop(stdin);
        stdout.read_exact(&mut [0; READY.len()])
    }

    /// Leaves the process alone to do its work.
    pub fn go_on(mut self) {
        self.0 = None;
    }
}

impl Drop for Clearing {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Runs as that process, with the arguments after [`WORD`]; `None` if they are invalid.
pub fn run(arguments: &[OsString]) -> Option<io::Result<()>> {
    let [seconds, copier, paster] = arguments else {
        return None;
    };
    let seconds = seconds.to_str()?.parse().ok()?;
    let tool = Tool::at(copier.into(), paster.into())?;
    Some(wait_and_clear(&tool, Duration::from_secs(seconds)))
}

fn wait_and_clear(tool: &Tool, patience: Duration) -> io::Result<()> {
    let mut fingerprint = [0; fingerprint::BYTES];
    File::from(stdin().try_clone_to_owned()?).read_exact(&mut fingerprint)?;
    let fingerprint = Fingerprint::from_bytes(&fingerprint);
    // This fails only for the leader of a group or session, which already has its own.
    let _ = setsid();
    signals::see_children_end()?;
    let (teller, heard) = mpsc::channel();
    let _watch = Watch::start(move |notice| {
        if matches!(notice, Notice::End(_)) {
            let _ = teller.send(());
        }
    })?;
    rustix::io::write(stdout(), READY)?;
    let _ = heard.recv_timeout(patience);
    if tool.still_holds(&fingerprint) && !tool.clear() {
        return Err(io::Error::other("the clipboard was not cleared"));
    }
    Ok(())
}
