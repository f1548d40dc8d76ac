//! Lets you pick one name from a list at the terminal; typing narrows the list.
//!
//! It draws below the line of the question, and leaves only the answer, in one line. It gets names, and never a
//! value.

use std::fmt::Write;
use std::io::{self, Read};
use std::time::Duration;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use super::columns::{cut, cut_front, width};
use super::escape::for_terminal;
use super::tty::{Echo, Keys, Tty};
use super::{ColorChoice, Error, Ui};

/// The greatest number of names shown at once.
const MAX_LINES: usize = 10;

/// Used if a terminal does not know its size.
const USUAL_SIZE: (usize, usize) = (80, 24);

/// The rest of a key sequence that begins with Escape arrives within this time.
const KEY_PATIENCE: Duration = Duration::from_millis(50);

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Moves to the beginning of the line and clears the rest of the screen.
const CLEAR: &str = "\r\x1b[J";

impl Ui {
    /// Whether you can be asked to pick: stdin and stderr are a terminal, and questions are allowed.
    pub fn can_pick(&self) -> bool {
        let streams = &self.streams;
        let is_terminal = streams.in_is_terminal && streams.err_columns.is_some();
        self.options.interactive && !self.options.json && is_terminal
    }

    /// The position of the picked name. Escape and Ctrl-C cancel.
    pub fn pick(&mut self, prompt: &str, names: &[String]) -> Result<usize, Error> {
        let is_colored = self.options.color != ColorChoice::Never;
        let tty = self.tty(Echo::Hidden)?;
        let mut keys = tty.keys();
        let mut picker = Picker::new(names);
        loop {
            let size = tty.size().unwrap_or(USUAL_SIZE);
            tty.draw(&picker.frame(prompt, size, is_colored))?;
            match read_key(&tty, &mut keys) {
                Ok(Key::Enter) => {
                    if let Some(picked) = picker.picked() {
                        let name = for_terminal(&names[picked]);
                        tty.say(&format!("{CLEAR}{prompt}: {name}\n"))?;
                        return Ok(picked);
                    }
                }
                Ok(Key::Escape) => return cancelled(&tty),
                Ok(key) => picker.press(key),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return cancelled(&tty),
                Err(error) => return Err(Error::Read(error)),
            }
        }
    }
}

fn cancelled<T>(tty: &Tty) -> Result<T, Error> {
    tty.say(CLEAR)?;
    Err(Error::Cancelled)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    Letter(char),
    Backspace,
    /// Ctrl-U
    Erase,
    Up,
    Down,
    PageUp,
    PageDown,
    Enter,
    Escape,
    Other,
}

fn read_key(tty: &Tty, keys: &mut Keys) -> io::Result<Key> {
    Ok(match read_byte(keys)? {
        b'\r' | b'\n' => Key::Enter,
        0x7f | 0x08 => Key::Backspace,
        0x15 => Key::Erase,
        0x10 => Key::Up,
        0x0e | b'\t' => Key::Down,
        0x04 => Key::Escape,
        0x1b if !tty.has_key(KEY_PATIENCE) => Key::Escape,
        0x1b => read_sequence(tty, keys)?,
        letter @ 0x20..0x7f => Key::Letter(char::from(letter)),
        _ => Key::Other,
    })
}

/// Reads the sequence after Escape: `[` or `O`, parameters, and one letter (ECMA-48).
fn read_sequence(tty: &Tty, keys: &mut Keys) -> io::Result<Key> {
    let first = read_byte(keys)?;
    if first != b'[' && first != b'O' {
        return Ok(Key::Other);
    }
    let mut parameter = 0;
    while tty.has_key(KEY_PATIENCE) {
        match (parameter, read_byte(keys)?) {
            (_, b'A') => return Ok(Key::Up),
            (_, b'B') => return Ok(Key::Down),
            (b'5', b'~') => return Ok(Key::PageUp),
            (b'6', b'~') => return Ok(Key::PageDown),
            (_, 0x40..0x7f) => break,
            (_, next) => parameter = next,
        }
    }
    Ok(Key::Other)
}

fn read_byte(keys: &mut Keys) -> io::Result<u8> {
    let mut byte = [0];
    match keys.read(&mut byte) {
        Ok(_) => Ok(byte[0]),
        // As at a hidden prompt, which refuses a tab.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(b'\t'),
        Err(error) => Err(error),
    }
}

/// The text typed so far, the names that match it, and the selected name.
struct Picker<'n> {
    names: &'n [String],
    matcher: Matcher,
    typed: String,
    fitting: Vec<usize>,
    pointed: usize,
}

impl<'n> Picker<'n> {
    fn new(names: &'n [String]) -> Self {
        Self {
            names,
            matcher: Matcher::new(Config::DEFAULT),
            typed: String::new(),
            fitting: (0..names.len()).collect(),
            pointed: 0,
        }
    }

    fn picked(&self) -> Option<usize> {
        self.fitting.get(self.pointed).copied()
    }

    fn press(&mut self, key: Key) {
        let last = self.fitting.len().saturating_sub(1);
        match key {
            Key::Up => self.pointed = self.pointed.saturating_sub(1),
            Key::Down => self.pointed = (self.pointed + 1).min(last),
            Key::PageUp => self.pointed = self.pointed.saturating_sub(MAX_LINES),
            Key::PageDown => self.pointed = (self.pointed + MAX_LINES).min(last),
            Key::Letter(letter) => {
                self.typed.push(letter);
                self.narrow();
            }
            Key::Backspace => {
                self.typed.pop();
                self.narrow();
            }
            Key::Erase => {
                self.typed.clear();
                self.narrow();
            }
            Key::Enter | Key::Escape | Key::Other => {}
        }
    }

    /// Sorts the best match first; keeps the given order for equal matches.
    fn narrow(&mut self) {
        let pattern = Pattern::parse(&self.typed, CaseMatching::Ignore, Normalization::Never);
        let all = (0..self.names.len()).map(|position| Named {
            position,
            name: &self.names[position],
        });
        let fitting = pattern.match_list(all, &mut self.matcher);
        self.fitting = fitting
            .into_iter()
            .map(|(named, _)| named.position)
            .collect();
        self.pointed = 0;
    }

    /// Draws the whole list from the prompt's line on, and moves the cursor back to that line.
    fn frame(&self, prompt: &str, (columns, lines): (usize, usize), is_colored: bool) -> String {
        let style = |style: &'static str| if is_colored { style } else { "" };
        let (bold, dim, plain) = (style(BOLD), style(DIM), style(PLAIN));
        // One column is left for the cursor.
        let room = columns.saturating_sub(1);
        let question = cut_front(&format!("{prompt}: {}", self.typed), room);
        let mut frame = format!("{CLEAR}{question}");
        // Two more lines: the prompt, and the number of names.
        let shown = MAX_LINES.min(lines.saturating_sub(2)).max(1);
        let first = (self.pointed + 1).saturating_sub(shown);
        let mut drawn = 0;
        for (at, &position) in self.fitting.iter().enumerate().skip(first).take(shown) {
            let name = for_terminal(&self.names[position]);
            let name = cut(&name, columns.saturating_sub(3));
            // Writing into a string never fails.
            let _ = if at == self.pointed {
                write!(frame, "\n{bold}> {name}{plain}")
            } else {
                write!(frame, "\n  {name}")
            };
            drawn += 1;
        }
        let (fitting, all) = (self.fitting.len(), self.names.len());
        let count = cut(&format!("{fitting} of {all}"), columns.saturating_sub(3));
        let _ = write!(frame, "\n  {dim}{count}{plain}\x1b[{}A\r", drawn + 1);
        let column = width(&question);
        let _ = write!(frame, "\x1b[{column}C");
        frame
    }
}

/// A name for the matcher.
struct Named<'n> {
    position: usize,
    name: &'n str,
}

impl AsRef<str> for Named<'_> {
    fn as_ref(&self) -> &str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count)
            .map(|number| format!("name_{number:05}"))
            .collect()
    }

    fn typed<'n>(names: &'n [String], text: &str) -> Picker<'n> {
        let mut picker = Picker::new(names);
        for letter in text.chars() {
            picker.press(Key::Letter(letter));
        }
        picker
    }

    #[test]
    fn typing_narrows_the_names() {
        let names = ["db_password", "db_user", "github_token", "web"].map(String::from);
        for (text, picked) in [
            ("", Some(0)),
            ("git", Some(2)),
            ("dbu", Some(1)),
            ("GHT", Some(2)),
            ("user db", Some(1)),
            ("nothing", None),
        ] {
            assert_eq!(typed(&names, text).picked(), picked, "{text}");
        }
        let mut picker = typed(&names, "webx");
        assert_eq!(picker.picked(), None);
        picker.press(Key::Backspace);
        assert_eq!(picker.picked(), Some(3));
        picker.press(Key::Erase);
        assert_eq!(picker.fitting.len(), 4);
    }

    #[test]
    fn the_pointer_stays_among_the_names() {
        let names = names(12);
        let mut picker = Picker::new(&names);
        for (key, pointed) in [
            (Key::Up, 0),
            (Key::Down, 1),
            (Key::PageDown, 11),
            (Key::Down, 11),
            (Key::PageUp, 1),
        ] {
            picker.press(key);
            assert_eq!(picker.picked(), Some(pointed), "{key:?}");
        }
        let mut empty = typed(&names, "zzz");
        for key in [Key::Down, Key::Up, Key::PageDown] {
            empty.press(key);
            assert_eq!(empty.picked(), None);
        }
    }

    #[test]
    fn a_frame_fits_the_terminal_and_ends_where_it_began() {
        let mut names = names(30);
        names.extend(["x".repeat(128), "密".repeat(64)]);
        let mut picker = Picker::new(&names);
        for _ in 0..names.len() {
            for (columns, lines) in [(80, 24), (40, 24), (20, 5), (8, 2)] {
                let frame = picker.frame("Secret", (columns, lines), false);
                let frame = frame.strip_prefix(CLEAR).unwrap();
                let (drawn, back) = frame.split_once('\x1b').unwrap();
                let drawn: Vec<&str> = drawn.lines().collect();
                assert!(drawn.len() <= lines.max(3), "{columns}x{lines}: {drawn:?}");
                assert!(
                    back.starts_with(&format!("[{}A\r", drawn.len() - 1)),
                    "{back:?}"
                );
                for line in &drawn {
                    assert!(width(line) < columns, "{columns}: {line}");
                }
                let pointed: Vec<_> = drawn.iter().filter(|line| line.starts_with("> ")).collect();
                assert_eq!(pointed.len(), 1, "{drawn:?}");
            }
            picker.press(Key::Down);
        }
    }

    #[test]
    fn colour_is_left_out_where_it_is_not_wanted() {
        let names = names(3);
        let picker = Picker::new(&names);
        assert!(picker.frame("Secret", (80, 24), true).contains(BOLD));
        let plain = picker.frame("Secret", (80, 24), false);
        assert!(
            !plain.contains("\x1b[1m") && !plain.contains("\x1b[2m"),
            "{plain:?}"
        );
    }
}
