//! Changes the terminal's modes for one question, and restores them afterwards.
//!
//! However the question ends (an answer, Ctrl-C, a signal, a stop), echo is on again. A hidden answer must never
//! be shown, and text typed after it must not reach the shell.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
    tcsetattr,
};

use super::Error;
use super::wrap::wrapped;
use crate::platform::signals::{self, Notice, Watch};
use crate::platform::terminal::{columns, in_foreground, lines};

const PATH: &str = "/dev/tty";

/// Whether typed characters are visible.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    Shown,
    Hidden,
}

/// The terminal during a question; dropping it restores the terminal.
pub(super) struct Tty {
    terminal: Arc<Terminal>,
    _watch: Watch,
}

struct Terminal {
    file: File,
    found: Termios,
    asking: Mutex<Asking>,
}

/// The actions to repeat after a stop.
#[derive(Default)]
struct Asking {
    hidden: Option<Termios>,
    prompt: String,
}

impl Tty {
    /// Opens the controlling terminal, whatever stdin and stdout are.
    pub fn open(echo: Echo) -> Result<Self, Error> {
        let file = File::options().read(true).write(true).open(PATH);
        let file = file.map_err(|_| Error::NoTerminal)?;
        if !in_foreground(&file) {
            // A job in the background waits here for `fg`; until then the modes belong to the shell.
            let _ = kill_current_process_group(Signal::TTIN);
            if !in_foreground(&file) {
                return Err(Error::NoTerminal);
            }
        }
        let found = tcgetattr(&file).map_err(|_| Error::NoTerminal)?;
        let hidden = (echo == Echo::Hidden).then(|| hidden(&found));
        let terminal = Arc::new(Terminal {
            file,
            found,
            asking: Mutex::default(),
        });
        let listener = Arc::clone(&terminal);
        let watch = Watch::start(move |notice| listener.on_signal(notice)).map_err(Error::Read)?;
        if let Some(hidden) = hidden {
            let mut asking = terminal.asking();
            // Before the prompt is shown, so that an answer typed at once is hidden, too.
            terminal.set(&hidden, OptionalActions::Now)?;
            asking.hidden = Some(hidden);
        }
        Ok(Self {
            terminal,
            _watch: watch,
        })
    }

    /// Drops typed text that was not read yet.
    pub fn forget_typed(&self) {
        let _ = tcflush(&self.terminal.file, QueueSelector::IFlush);
    }

    /// Shows a prompt, and shows it again after a stop.
    pub fn ask(&self, prompt: &str) -> Result<(), Error> {
        let prompt = match columns(&self.terminal.file) {
            Some(columns) => wrapped(prompt, columns, 0),
            None => prompt.to_owned(),
        };
        self.draw(&prompt)
    }

    /// Draws a picture that fits the terminal, and draws it again after a stop.
    pub fn draw(&self, picture: &str) -> Result<(), Error> {
        picture.clone_into(&mut self.terminal.asking().prompt);
        self.say(picture)
    }

    pub fn say(&self, text: &str) -> Result<(), Error> {
        self.write(text.as_bytes())
    }

    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut file = &self.terminal.file;
        file.write_all(bytes).map_err(Error::Read)
    }

    /// Reads one visible line with its newline; empty at the end of input.
    pub fn line(&self) -> io::Result<String> {
        let mut line = String::new();
        // The terminal returns one line at a time, so nothing is read ahead.
        BufReader::new(&self.terminal.file).read_line(&mut line)?;
        Ok(line)
    }

    /// Columns and lines, if the terminal knows them.
    pub fn size(&self) -> Option<(usize, usize)> {
        let file = &self.terminal.file;
        Some((usize::from(columns(file)?), usize::from(lines(file)?)))
    }

    /// Whether another key arrives within this time.
    pub fn has_key(&self, patience: Duration) -> bool {
        let mut waiting = [PollFd::new(&self.terminal.file, PollFlags::IN)];
        let patience = Timespec::try_from(patience).ok();
        poll(&mut waiting, patience.as_ref()).is_ok_and(|ready| ready > 0)
    }

    /// The hidden keys, read only as far as needed.
    pub fn keys(&self) -> Keys {
        Keys(Arc::clone(&self.terminal))
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.terminal.put_back();
    }
}

impl Terminal {
    fn on_signal(&self, notice: Notice) {
        match notice {
            Notice::End(signal) => {
                self.put_back();
                let _ = (&self.file).write_all(b"\n");
                // The thread that asks cannot be woken from its read.
                std::process::exit(128 + signal);
            }
            Notice::Stop => {
                self.give_back(&self.asking());
                signals::stop();
                // Without job control it continues without having stopped.
                self.hide(&self.asking());
            }
            Notice::Continued => self.ask_again(),
            Notice::Other(_) => {}
        }
    }

    fn ask_again(&self) {
        let asking = self.asking();
        self.hide(&asking);
        // In the background the read stops the process, and `fg` continues here.
        if in_foreground(&self.file) {
            let _ = (&self.file).write_all(asking.prompt.as_bytes());
        }
    }

    fn hide(&self, asking: &Asking) {
        if let Some(hidden) = &asking.hidden
            && in_foreground(&self.file)
        {
            let _ = self.set(hidden, OptionalActions::Now);
        }
    }

    /// Ends the question for good: a stop does not repeat it.
    fn put_back(&self) {
        let mut asking = self.asking();
        self.give_back(&asking);
        *asking = Asking::default();
    }

    fn give_back(&self, asking: &Asking) {
        // In the background the terminal belongs to the shell, and changing it would stop us.
        if asking.hidden.is_some() && in_foreground(&self.file) {
            // Drops keys typed or pasted after the answer: the shell would run them.
            let _ = self.set(&self.found, OptionalActions::Flush);
        }
    }

    fn set(&self, modes: &Termios, when: OptionalActions) -> Result<(), Error> {
        tcsetattr(&self.file, when, modes).map_err(|error| Error::Read(error.into()))
    }

    fn asking(&self) -> MutexGuard<'_, Asking> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes typed at a hidden prompt. It handles Ctrl-C and Ctrl-Z itself, because the terminal no longer does.
pub(super) struct Keys(Arc<Terminal>);

impl Read for Keys {
    /// Errors are of kind `Interrupted` if you cancel, and `InvalidInput` at a tab, which would otherwise vanish
    /// silently from a pasted secret.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let codes = &self.0.found.special_codes;
        let Some(key) = buffer.get_mut(..1) else {
            return Ok(0);
        };
        loop {
            match (&self.0.file).read(key) {
                Ok(0) => return Err(io::ErrorKind::Interrupted.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if key[0] == codes[SpecialCodeIndex::VINTR] {
                return Err(io::ErrorKind::Interrupted.into());
            } else if key[0] == codes[SpecialCodeIndex::VSUSP] {
                kill_current_process_group(Signal::TSTP)?;
            } else if key[0] == b'\t' {
                return Err(io::ErrorKind::InvalidInput.into());
            } else {
                return Ok(1);
            }
        }
    }
}

/// The original modes without echo, line editing, and keys that send signals.
fn hidden(found: &Termios) -> Termios {
    let mut modes = found.clone();
    modes.local_modes -= LocalModes::ECHO
        | LocalModes::ECHONL
        | LocalModes::ICANON
        | LocalModes::ISIG
        | LocalModes::IEXTEN;
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    modes
}
