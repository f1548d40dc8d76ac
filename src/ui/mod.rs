//! The only code that prints or prompts.
//!
//! stdout is for results only; notes, warnings and errors go to stderr, questions to the terminal itself. A value
//! is printed only by [`Ui::value`]. Nothing here reads the environment, panics on a closed stream, or sends
//! unescaped text from outside to a terminal.

mod columns;
mod error;
mod escape;
mod picker;
mod progress;
mod prompt;
mod state;
mod streams;
mod table;
mod tty;
mod wrap;

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::OwnedFd;

use rustix::stdio::{stderr, stdout};
use serde::Serialize;
use zeroize::Zeroizing;

pub use error::Error;
pub use escape::for_terminal;
pub use prompt::{Answer, EmptyLine};
pub use streams::stdout_is_discarded;
pub use table::Table;

use escape::{for_json, for_terminal_lines, indented_lines};
use state::Colors;
use streams::Streams;
use wrap::wrapped;

/// The way to print, as flags and environment decide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Objects for programs instead of text, on both streams.
    pub json: bool,
    /// No notes; warnings and errors stay.
    pub quiet: bool,
    pub color: ColorChoice,
    /// Whether questions may be asked.
    pub interactive: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Even if stderr is no terminal.
    Always,
    Never,
}

/// The user's terminal and streams, for commands.
pub struct Ui {
    options: Options,
    streams: Streams,
    warnings: Vec<String>,
}

impl Ui {
    pub fn new(options: Options) -> Self {
        Self::on(Streams::standard(), options)
    }

    fn on(streams: Streams, options: Options) -> Self {
        Self {
            options,
            streams,
            warnings: Vec::new(),
        }
    }

    /// Changes the options, once the settings are known.
    pub fn configure(&mut self, options: Options) {
        self.options = options;
    }

    /// The columns of stdout, if it is a terminal.
    pub fn columns(&self) -> Option<u16> {
        self.streams.out_columns
    }

    /// Whether a person reads stdout, and not a pipe.
    pub fn stdout_is_terminal(&self) -> bool {
        self.streams.out_columns.is_some()
    }

    /// The stream on which a full-screen program may draw: stdout, or stderr when results go elsewhere.
    pub fn screen(&mut self) -> io::Result<OwnedFd> {
        if self.stdout_is_terminal() {
            self.streams.out.flush()?;
            return stdout().try_clone_to_owned();
        }
        stderr().try_clone_to_owned()
    }

    /// Whether a started program can ask at its stdin, and is allowed to.
    pub fn can_ask(&self) -> bool {
        self.options.interactive && self.streams.in_is_terminal
    }

    /// Whether stderr is a terminal, too: then no program collects the output around the question.
    pub fn can_ask_aloud(&self) -> bool {
        self.can_ask() && self.streams.err_columns.is_some()
    }

    /// Prints the exact bytes of a secret, unbuffered. On a terminal it adds a missing final newline, and escapes
    /// characters that the terminal would obey.
    pub fn value(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if !self.stdout_is_terminal() {
            return self.unbuffered(bytes);
        }
        let escaped = match std::str::from_utf8(bytes).map(for_terminal_lines) {
            Ok(Cow::Borrowed(_)) => None,
            Ok(Cow::Owned(escaped)) => Some(Zeroizing::new(escaped)),
            Err(_) => Some(Zeroizing::new(bytes.escape_ascii().to_string())),
        };
        let shown = escaped.as_ref().map_or(bytes, |text| text.as_bytes());
        self.unbuffered(shown)?;
        if !bytes.ends_with(b"\n") {
            self.unbuffered(b"\n")?;
        }
        if escaped.is_some() {
            self.warning("the value is shown escaped: it could control your terminal, or is not text; a pipe gets its exact bytes");
        }
        Ok(())
    }

    /// Prints a document without secrets, byte for byte.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.streams.out.write_all(bytes).map_err(unwritten)
    }

    /// Prints one line of a result, escaped; a narrow terminal wraps it.
    pub fn line(&mut self, line: &str) -> Result<(), Error> {
        let line = for_terminal(line);
        match self.streams.out_columns {
            Some(columns) => self.raw(wrapped(&line, columns, 0).as_bytes())?,
            None => self.raw(line.as_bytes())?,
        }
        self.raw(b"\n")
    }

    /// Prints a text of paragraphs, terms and examples, written for 80 columns; wraps it between words for a
    /// narrower terminal.
    pub fn page(&mut self, text: &str) -> Result<(), Error> {
        match self.streams.out_columns {
            Some(columns) => self.raw(wrap::page(text, columns).as_bytes()),
            None => self.raw(text.as_bytes()),
        }
    }

    /// Prints labelled texts about one thing; leaves out an empty text.
    pub fn fields(&mut self, fields: &[(&str, String)]) -> Result<(), Error> {
        let told = fields.iter().filter(|(_, text)| !text.is_empty());
        let longest = told.clone().map(|(label, _)| label.len()).max();
        for (label, text) in told {
            let text = for_terminal(text);
            let line = match self.streams.out_columns {
                Some(columns) => wrap::field(label, &text, columns, longest.unwrap_or_default()),
                None => format!("{label:<16} {text}\n"),
            };
            self.raw(line.as_bytes())?;
        }
        Ok(())
    }

    /// Prints a table, in the form that suits the reader of stdout.
    pub fn table(&mut self, table: &Table) -> Result<(), Error> {
        match self.streams.out_columns {
            Some(columns) => {
                let colors = match self.options.color {
                    ColorChoice::Never => Colors::None,
                    ColorChoice::Auto | ColorChoice::Always => Colors::Shown,
                };
                self.raw(table.for_terminal(columns, colors).as_bytes())
            }
            None => self.raw(table.for_pipe().as_bytes()),
        }
    }

    /// Prints these rows of a table in this order, for a program.
    pub fn rows(
        &mut self,
        table: &Table,
        rows: impl IntoIterator<Item = Range<usize>>,
    ) -> Result<(), Error> {
        let text = table.for_pipe();
        rows.into_iter()
            .try_for_each(|row| self.raw(text[row].as_bytes()))
    }

    /// Prints one JSON document, unbuffered like a value, because that of `get --json` contains one.
    pub fn json(&mut self, document: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(document).map(Zeroizing::new);
        let mut text = text.map_err(|error| Error::Write(error.into()))?;
        text.push('\n');
        self.unbuffered(for_json(&text).as_bytes())
    }

    /// Prints information for people, except with `--quiet` or `--json`.
    pub fn note(&mut self, message: &str) {
        if !self.options.quiet && !self.options.json {
            self.say(Level::Note, message);
        }
    }

    /// Reports a change, if a person watches; programs have the exit code.
    pub fn done(&mut self, message: &str) {
        if self.streams.err_columns.is_some() {
            self.note(message);
        }
    }

    /// Prints a warning; with `--json` it waits for [`Ui::finish`].
    pub fn warning(&mut self, message: &str) {
        if self.options.json {
            self.warnings.push(message.to_owned());
        } else {
            self.say(Level::Warning, message);
        }
    }

    /// Prints why the command failed and what to type next. With `--json` it prints only `object`, which has the
    /// same content.
    pub fn error(&mut self, message: &str, hint: Option<&str>, object: &impl Serialize) {
        if self.options.json {
            self.warnings.clear();
            self.write_object(object);
            return;
        }
        self.say(Level::Error, message);
        if let Some(hint) = hint {
            self.say(Level::Hint, hint);
        }
    }

    /// Prints the usage to a user who typed no command.
    pub fn guide(&mut self, text: &str) {
        self.write_stderr(text);
    }

    /// Writes the results before a failure is reported. With `--json` no warnings follow, because the failure is
    /// the one object.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.streams.out.flush().map_err(unwritten)
    }

    /// Ends a successful command: writes the rest of its results and warnings.
    ///
    /// The results have arrived only if this returned `Ok`.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.flush()?;
        if !self.warnings.is_empty() {
            let warnings = std::mem::take(&mut self.warnings);
            self.write_object(&serde_json::json!({ "warnings": warnings }));
        }
        Ok(())
    }

    fn unbuffered(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let out = &mut self.streams.out;
        out.flush().map_err(unwritten)?;
        out.get_mut().write_all(bytes).map_err(unwritten)
    }

    fn say(&mut self, level: Level, message: &str) {
        if self.stdout_is_terminal() {
            // On one terminal results and messages stay in order. `finish` reports an error of this.
            let _ = self.streams.out.flush();
        }
        // Our own further lines are indented: any other line break is part of a name.
        let mut message = for_terminal_lines(&indented_lines(message)).into_owned();
        if let Some(columns) = self.streams.err_columns {
            let used = format!("kluis: {} ", level.label(false)).len();
            message = wrapped(&message, columns, used);
        }
        let label = level.label(self.colors_stderr());
        self.write_stderr(&format!("kluis: {label} {message}\n"));
    }

    fn write_object(&mut self, object: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(object) {
            self.write_stderr(&format!("{}\n", for_json(&text)));
        }
    }

    /// Writes to stderr. If stderr is closed or full, the message is lost.
    fn write_stderr(&mut self, text: &str) {
        let _ = self.streams.err.write_all(text.as_bytes());
    }

    fn colors_stderr(&self) -> bool {
        match self.options.color {
            ColorChoice::Always => true,
            ColorChoice::Auto => self.streams.err_columns.is_some(),
            ColorChoice::Never => false,
        }
    }
}

#[derive(Clone, Copy)]
enum Level {
    Note,
    Warning,
    Error,
    Hint,
}

impl Level {
    fn label(self, colored: bool) -> &'static str {
        match (self, colored) {
            (Self::Note, _) => "note:",
            (Self::Hint, _) => "hint:",
            (Self::Warning, false) => "warning:",
            (Self::Warning, true) => "\x1b[33mwarning:\x1b[0m",
            (Self::Error, false) => "error:",
            (Self::Error, true) => "\x1b[1;31merror:\x1b[0m",
        }
    }
}

/// Makes a panic print only its place: its message may contain a secret.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = format!("kluis: error: a defect in kluis, at {place}; nothing more was done\n");
        let _ = io::stderr().write_all(text.as_bytes());
    }));
}

fn unwritten(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::Unread,
        _ => Error::Write(error),
    }
}

#[cfg(test)]
mod tests;
