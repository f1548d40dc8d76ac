//! Opens a value in an editor: a file in memory that exists only while the editor runs. No shell starts the
//! editor, and its environment contains no credential of Kluis.

use super::child::{Ended, Relay, SignalRelay};
use super::memory_place;
use super::private_temp_file::PrivateTempFile;
use super::process::{self, find, not_started};
use crate::plaintext::Plaintext;
use crate::platform::process::Hardened;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// POSIX systems always have it.
const DEFAULT_EDITOR: &str = "vi";

const SCRIPT: &[u8; 2] = b"#!";

/// Makes the editor leave nothing behind: swap files, backups and undo files may be anywhere, and the list of
/// registers contains deleted text. The last option comes after the user's own settings.
const VIM_OPTIONS: [&str; 5] = [
    "-n",
    "-i",
    "NONE",
    "-c",
    "set nobackup nowritebackup noundofile",
];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no directory in memory (tmpfs), and kluis does not edit a value on a disk")]
    NoMemory,
    #[error("cannot start the editor")]
    NotStarted(#[source] process::Error),
    #[error("cannot put the value into a file in memory")]
    NotPut(#[source] io::Error),
    #[error("the editor {} with {}; nothing was changed", .ended.verb(), .ended.number())]
    Failed { ended: EndedBadly },
    #[error("cannot read the file that the editor left; nothing was changed")]
    Gone(#[source] io::Error),
}

/// The ways in which an editor ends without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBadly {
    Code(i32),
    Signal(i32),
    Unknown,
}

impl EndedBadly {
    fn verb(self) -> &'static str {
        match self {
            Self::Code(_) | Self::Unknown => "ended",
            Self::Signal(_) => "was killed",
        }
    }

    fn number(self) -> String {
        match self {
            Self::Code(code) => format!("exit code {code}"),
            Self::Signal(signal) => format!("signal {signal}"),
            Self::Unknown => "an unknown exit code".to_owned(),
        }
    }
}

/// An installed editor, and the place in memory for its file.
pub struct Editor {
    program: PathBuf,
    typed: OsString,
    arguments: Vec<OsString>,
    place: PathBuf,
    is_named: bool,
}

impl Editor {
    /// The editor that VISUAL or EDITOR names, with its arguments split at white space.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let named = ["VISUAL", "EDITOR"].into_iter().filter_map(&variable);
        let mut lines = named.map(|line| words(&line));
        let line = lines.find(|words| !words.is_empty());
        let is_named = line.is_some();
        let line = line.unwrap_or_else(|| vec![DEFAULT_EDITOR.into()]);
        let mut arguments = line.into_iter();
        let typed = arguments.next().unwrap_or_default();
        let path = variable("PATH");
        let program = find(&typed, path.as_deref()).map_err(Error::NotStarted)?;
        let (program, typed) = vim_itself(&program, path.as_deref()).unwrap_or((program, typed));
        let arguments: Vec<OsString> = arguments.collect();
        let quiet = quiet_options(&program, &arguments, path.as_deref());
        let place = memory_place::find(variable);
        Ok(Self {
            arguments: arguments.into_iter().chain(quiet).collect(),
            program,
            typed,
            place: place.ok_or(Error::NoMemory)?,
            is_named,
        })
    }

    /// Whether a variable names the editor: then it may be a program that needs no terminal.
    pub fn is_named(&self) -> bool {
        self.is_named
    }

    /// Opens the value in the editor, then calls `read` with the resulting file. The editor writes to `screen`,
    /// because stdout is for results only.
    pub fn edit<T>(
        &self,
        value: &Plaintext,
        screen: OwnedFd,
        hardened: Hardened,
        read: impl FnOnce(File) -> io::Result<T>,
    ) -> Result<T, Error> {
        // Created first, and so dropped last: a signal must not leave the file behind.
        let attention = SignalRelay::start(Relay::default()).map_err(Error::NotPut)?;
        let file = PrivateTempFile::new(value, &self.place).map_err(Error::NotPut)?;
        let mut command = Command::new(&self.program);
        command.arg0(&self.typed).args(&self.arguments);
        command.arg(file.path()).stdout(screen);
        for (name, _) in std::env::vars_os() {
            if name.as_bytes().starts_with(b"KLUIS_") {
                command.env_remove(name);
            }
        }
        let ended = attention.run(command, hardened);
        let ended = ended
            .map_err(|error| Error::NotStarted(not_started(&self.program, &self.typed, error)))?;
        let ended = match ended {
            Ended::Exited(0) => {
                let read = file.open().and_then(read).map_err(Error::Gone);
                drop(file);
                match attention.heard() {
                    None => return read,
                    Some(signal) => EndedBadly::Signal(signal),
                }
            }
            Ended::Exited(code) => EndedBadly::Code(code),
            Ended::Signalled(signal) => EndedBadly::Signal(signal),
            Ended::Unknown => EndedBadly::Unknown,
        };
        Err(Error::Failed { ended })
    }
}

/// Splits a command at white space only, without a shell's rules.
fn words(line: &OsStr) -> Vec<OsString> {
    let words = line.as_bytes().split(u8::is_ascii_whitespace);
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| OsStr::from_bytes(word).to_owned())
        .collect()
}

/// The real vim behind `vi`. On Fedora `vi` is a script that starts vim, and vim must be started directly to get
/// its options.
fn vim_itself(program: &Path, path: Option<&OsStr>) -> Option<(PathBuf, OsString)> {
    let is_vi = program.file_name() == Some(OsStr::new(DEFAULT_EDITOR));
    if !is_vi || !is_script(program).unwrap_or(false) {
        return None;
    }
    let vim = OsString::from("vim");
    Some((find(&vim, path).ok()?, vim))
}

fn is_script(program: &Path) -> io::Result<bool> {
    let mut start = [0; SCRIPT.len()];
    File::open(program)?.read_exact(&mut start)?;
    Ok(&start == SCRIPT)
}

/// Options that keep vim and its relatives from storing a value anywhere; `vi` is often one of them, and a program
/// such as `env` or `nice` may start it.
fn quiet_options(
    program: &Path,
    arguments: &[OsString],
    path: Option<&OsStr>,
) -> impl Iterator<Item = OsString> + use<> {
    let started = arguments
        .iter()
        .filter_map(|argument| find(argument, path).ok());
    let is_vim = is_vim(program) || started.into_iter().any(|program| is_vim(&program));
    let options = if is_vim { &VIM_OPTIONS[..] } else { &[] };
    options.iter().map(OsString::from)
}

/// Whether a program is vim or one of its relatives, which take the same options.
fn is_vim(program: &Path) -> bool {
    let program = program
        .canonicalize()
        .unwrap_or_else(|_| program.to_owned());
    let name = program.file_name().unwrap_or_default().as_bytes();
    let name = name.strip_prefix(b"g").unwrap_or(name);
    name.starts_with(b"vim") || name == b"nvim"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::test_program::write_program;

    #[test]
    fn a_command_is_parted_by_white_space_alone() {
        let parted = |line: &str| words(OsStr::new(line));
        assert_eq!(parted("code --wait"), ["code", "--wait"]);
        assert_eq!(parted("  vi\t"), ["vi"]);
        assert_eq!(parted("x \"a b\" $(id);"), ["x", "\"a", "b\"", "$(id);"]);
        assert!(parted(" ").is_empty());
    }

    #[test]
    fn the_first_variable_that_says_something_names_the_editor() {
        let found = |visual: &str, editor: &str| {
            let editor = Editor::find(|name| {
                let text = match name {
                    "VISUAL" => visual,
                    "EDITOR" => editor,
                    "PATH" => "/usr/bin:/bin",
                    _ => return None,
                };
                Some(text.into())
            });
            editor.map(|editor| (editor.typed, editor.arguments)).ok()
        };
        let named = |program: &str, argument: &str| Some((program.into(), vec![argument.into()]));
        assert_eq!(found("true a", "false b"), named("true", "a"));
        assert_eq!(found(" ", "false b"), named("false", "b"));
        assert_eq!(found("no-such-editor", "true b"), None);
        assert_eq!(found("./true b", "true b"), None);
    }

    #[test]
    fn a_script_that_is_called_vi_is_passed_over_for_vim() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let make = |name: &str, text: &str| write_program(&path.join(name), text);
        let found = || {
            let editor = Editor::find(|name| (name == "PATH").then(|| path.into())).unwrap();
            let program = editor.program.file_name().unwrap().to_owned();
            (program, editor.typed, editor.arguments.len())
        };
        make("vi", "#!/bin/sh\nexec vim \"$@\"\n");
        assert_eq!(found(), ("vi".into(), "vi".into(), 0));
        make("vim", "");
        assert_eq!(found(), ("vim".into(), "vim".into(), VIM_OPTIONS.len()));
        make("vi", "\x7fELF");
        assert_eq!(found(), ("vi".into(), "vi".into(), 0));
    }

    #[test]
    fn only_vim_gets_vim_options() {
        let told = |program: &str| quiet_options(Path::new(program), &[], None).count();
        for vim in [
            "/nowhere/vim",
            "/nowhere/nvim",
            "/nowhere/vim.basic",
            "/nowhere/gvim",
        ] {
            assert_eq!(told(vim), VIM_OPTIONS.len(), "{vim}");
        }
        // Started by another program.
        let directory = tempfile::tempdir().unwrap();
        for name in ["vim", "env", "nice", "nano"] {
            write_program(&directory.path().join(name), "");
        }
        std::os::unix::fs::symlink("vim", directory.path().join("v")).unwrap();
        let by = |line: &str| {
            let arguments = words(OsStr::new(line));
            let path = Some(directory.path().as_os_str());
            quiet_options(Path::new("/nowhere/env"), &arguments, path).count()
        };
        for line in ["vim", "A=b vim", "nice -n 5 vim", "v -X", "-S nice vim"] {
            assert_eq!(by(line), VIM_OPTIONS.len(), "{line}");
        }
        assert_eq!(by("nice nano"), 0);
        for other in ["/nowhere/nano", "/nowhere/code", "/nowhere/vi"] {
            assert_eq!(told(other), 0, "{other}");
        }
    }
}
