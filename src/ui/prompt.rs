//! Asks questions on the terminal itself: stdin and stdout may be a pipe or a file.
//!
//! A hidden answer goes directly into a [`Plaintext`] and is never repeated, not even in an error.

use std::io;

use rpassword::{ConfigBuilder, read_password_with_config};

use super::escape::for_terminal_lines;
use super::tty::{Echo, Tty};
use super::{Error, Ui};
use crate::plaintext::Plaintext;

const MAX_TRIES: usize = 3;

/// The meaning of an empty answer for [`Ui::confirm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

/// The effect of an empty line at the first of two hidden questions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EmptyLine {
    /// It is an entry like any other.
    Counts,
    /// It ends the questions.
    Ends,
}

impl Ui {
    /// Asks for a secret that is not shown; `prompt` is without a colon.
    pub fn hidden(&mut self, prompt: &str) -> Result<Plaintext, Error> {
        read_hidden(&self.tty(Echo::Hidden)?, prompt)
    }

    /// Asks twice, and starts again until both entries are equal. An empty line at the first question may end it
    /// at once.
    pub fn hidden_twice(
        &mut self,
        prompt: &str,
        again: &str,
        empty: EmptyLine,
    ) -> Result<Plaintext, Error> {
        let tty = self.tty(Echo::Hidden)?;
        for tries_left in (0..MAX_TRIES).rev() {
            let first = read_hidden(&tty, prompt)?;
            let is_done = empty == EmptyLine::Ends && first.len() == 0;
            if is_done || first.same_as(&read_hidden(&tty, again)?) {
                return Ok(first);
            }
            if tries_left > 0 {
                tty.say("The two differ. Try again.\n")?;
            }
        }
        Err(Error::Mismatch)
    }

    /// Asks until the answer is yes or no; an empty line is the default.
    pub fn confirm(&mut self, question: &str, default: Answer) -> Result<bool, Error> {
        let choices = match default {
            Answer::Yes => "[Y/n]",
            Answer::No => "[y/N]",
        };
        let tty = self.tty(Echo::Shown)?;
        // Text typed before the question is no answer to it.
        tty.forget_typed();
        loop {
            match meaning(
                &read_line(&tty, &format!("{question} {choices} "))?,
                default,
            ) {
                Some(answer) => return Ok(answer == Answer::Yes),
                None => tty.say("Please answer yes or no.\n")?,
            }
        }
    }

    /// Shows a new secret only on the terminal, because stdout may go to a file.
    pub fn reveal(&mut self, label: &str, secret: &Plaintext) -> Result<(), Error> {
        let tty = self.tty(Echo::Shown)?;
        tty.say(&for_terminal_lines(label))?;
        tty.write(secret.expose())?;
        tty.say("\n")
    }

    pub(super) fn tty(&mut self, echo: Echo) -> Result<Tty, Error> {
        if !self.options.interactive {
            return Err(Error::NoTerminal);
        }
        if self.stdout_is_terminal() {
            // Earlier output comes before the question. `finish` reports an error of this.
            let _ = io::Write::flush(&mut self.streams.out);
        }
        Tty::open(echo)
    }
}

fn read_hidden(tty: &Tty, prompt: &str) -> Result<Plaintext, Error> {
    tty.ask(&for_terminal_lines(&format!("{prompt}: ")))?;
    // rpassword edits the line; only the guard changes the terminal's modes.
    let config = ConfigBuilder::new()
        .input_reader(tty.keys())
        .output_discard()
        .build();
    let typed = read_password_with_config(config).map(|typed| {
        // rpassword replaces bytes that are not UTF-8, so this differs from the typed text.
        let distorted = typed.contains(char::REPLACEMENT_CHARACTER);
        (Plaintext::new(typed.into_bytes()), distorted)
    });
    tty.say("\n")?;
    match typed {
        Ok((typed, false)) => Ok(typed),
        Ok((_, true)) => Err(unusable("what was typed is not UTF-8")),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Error::Cancelled,
            io::ErrorKind::InvalidInput => unusable("a tab cannot be typed here"),
            _ => Error::Read(error),
        }),
    }
}

fn read_line(tty: &Tty, prompt: &str) -> Result<String, Error> {
    tty.ask(&for_terminal_lines(prompt))?;
    let line = tty.line().map_err(Error::Read)?;
    if line.is_empty() {
        tty.say("\n")?;
        return Err(Error::Cancelled);
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn meaning(line: &str, default: Answer) -> Option<Answer> {
    match line.trim().to_ascii_lowercase().as_str() {
        "" => Some(default),
        "y" | "yes" => Some(Answer::Yes),
        "n" | "no" => Some(Answer::No),
        _ => None,
    }
}

fn unusable(why: &'static str) -> Error {
    Error::Read(io::Error::new(io::ErrorKind::InvalidInput, why))
}
