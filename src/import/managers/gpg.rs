//! Decrypts one file of a password store with `gpg`, which asks for its own passphrase if needed.
//!
//! The plaintext stays in memory, and gpg's own error messages are not repeated. gpg gets no credential of
//! Kluis.

use crate::deliver::environment::is_own;
use crate::deliver::process::find;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::{bounded_read, signals};
use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{io, thread};

/// Finding and typing a passphrase may take a while.
const PATIENCE: Duration = Duration::from_mins(3);

/// The greatest length of a decrypted file: several fields of 64 KiB.
const MAX_PLAIN_BYTES: usize = 1 << 20;

const POLL: Duration = Duration::from_millis(2);

/// Whether gpg may ask for a passphrase.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Allowed,
    Refused,
}

pub struct Gpg {
    program: PathBuf,
    asking: Asking,
    patience: Duration,
}

/// The reasons why there is no plaintext.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("gpg could not decrypt it")]
    Refused,
    #[error("gpg took longer than {} seconds", .0.as_secs())]
    Late(Duration),
    #[error("it is larger than 1 MiB")]
    TooLong,
    #[error("cannot start gpg")]
    NotStarted,
}

impl Gpg {
    pub fn find(asking: Asking) -> Result<Self, Error> {
        let path = std::env::var_os("PATH");
        let program = find(OsStr::new("gpg"), path.as_deref()).map_err(|_| Error::Missing {
            program: "gpg",
            hint: "install GnuPG, which decrypts the files of a password store",
        })?;
        signals::see_children_end().map_err(anyhow::Error::from)?;
        Ok(Self {
            program,
            asking,
            patience: PATIENCE,
        })
    }

    pub fn decrypt(&self, file: File) -> Result<Plaintext, Failure> {
        let mut child = self
            .command()
            .stdin(file)
            .spawn()
            .map_err(|_| Failure::NotStarted)?;
        let output = self.output(&mut child);
        if output.is_err() {
            // gpg may be waiting for input, or for us to continue reading.
            let _ = child.kill();
        }
        let ended = child.wait();
        // Output before a broken checksum is not trusted.
        let is_whole = ended.is_ok_and(|status| status.success());
        output.and_then(|plain| {
            if is_whole {
                Ok(plain)
            } else {
                Err(Failure::Refused)
            }
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--batch", "--quiet"]);
        if self.asking == Asking::Refused {
            command.args(["--pinentry-mode", "error"]);
        }
        command.arg("--decrypt");
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_own(name)) {
            command.env_remove(name);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Reads its stdout until it is closed and gpg ends, within the time limit.
    fn output(&self, child: &mut Child) -> Result<Plaintext, Failure> {
        let late = || Failure::Late(self.patience);
        let deadline = Instant::now() + self.patience;
        let stdout = child.stdout.take().ok_or(Failure::NotStarted)?;
        let (sender, receiver) = mpsc::channel::<io::Result<Plaintext>>();
        thread::spawn(move || {
            // If it was too late, the receiver is gone.
            let _ =
                sender.send(bounded_read::read(stdout, MAX_PLAIN_BYTES + 1).map(Plaintext::from));
        });
        let read = receiver.recv_timeout(self.patience).map_err(|_| late())?;
        let plain = read.map_err(|_| Failure::Refused)?;
        if plain.len() > MAX_PLAIN_BYTES {
            return Err(Failure::TooLong);
        }
        while !matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            if Instant::now() > deadline {
                return Err(late());
            }
            thread::sleep(POLL);
        }
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::test_program::write_program;

    /// Decrypts a file with this script in place of gpg.
    fn with(script: &str) -> Result<Plaintext, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("gpg");
        write_program(&program, &format!("#!/bin/sh\n{script}\n"));
        let gpg = Gpg {
            program: program.clone(),
            asking: Asking::Refused,
            patience: Duration::from_secs(2),
        };
        gpg.decrypt(File::open(&program).unwrap())
    }

    #[test]
    fn its_output_counts_only_when_it_succeeds() {
        let plain = with("cat > /dev/null; printf 'hunter2\\n'; echo \"$@\" | tr -d -c '\\n-z'");
        assert!(plain.unwrap().expose().starts_with(b"hunter2\n"));
        assert_eq!(with("echo hunter2; exit 2").err(), Some(Failure::Refused));
        assert_eq!(
            with("echo hunter2; kill -9 $$").err(),
            Some(Failure::Refused)
        );
    }

    #[test]
    fn one_that_never_ends_is_ended() {
        assert_eq!(with("cat /dev/zero").err(), Some(Failure::TooLong));
        for script in ["exec sleep 60", "exec >&-; exec sleep 60"] {
            let started = Instant::now();
            assert_eq!(
                with(script).err(),
                Some(Failure::Late(Duration::from_secs(2)))
            );
            assert!(started.elapsed() < Duration::from_secs(20));
        }
    }
}
