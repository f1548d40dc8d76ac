//! Reads `netrc`: `machine HOST login NAME password VALUE`, as Python's netrc and curl do. `default` means every
//! other host. A macro is left out.

use super::item::{Item, Items};
use crate::import::entries::Location;
use crate::import::formats::cursor::{Cursor, Growing};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

const WRITTEN_DIFFERENTLY: &str =
    "curl and Python read #, quotes or backslashes differently; taken as Python does";

pub fn read(input: &Plaintext, items: &mut Items<'_>) -> Result<(), RuleViolation> {
    let mut cursor = Cursor::new(text(input)?.as_bytes());
    let mut machine: Option<Machine> = None;
    while let Some(word) = word(&mut cursor)? {
        let place = word.place;
        let field = match word.keyword() {
            b"machine" => {
                let host = argument(&mut cursor, place)?;
                end(machine.replace(Machine::new(place, &host.shown())), items)?;
                continue;
            }
            b"default" => {
                end(machine.replace(Machine::new(place, "default")), items)?;
                continue;
            }
            b"macdef" => {
                let name = argument(&mut cursor, place)?;
                if !skip_macro(&mut cursor) {
                    let rule =
                        format!("{place}: the macro that begins here has no empty line at its end");
                    return Err(RuleViolation::new(rule, "value_error"));
                }
                items.leave_out(&name.shown(), "it is a macro");
                end(machine.take(), items)?;
                continue;
            }
            b"login" | b"user" => Some("username"),
            b"account" => Some("account"),
            b"password" => None,
            _ => return Err(no_keyword(place)),
        };
        let value = argument(&mut cursor, place)?;
        let Some(machine) = &mut machine else {
            return Err(no_keyword(place));
        };
        machine.is_special |= value.is_special;
        if machine.given.contains(&field) {
            let rule = "this machine has such a value already";
            items.refuse(place, rule);
            continue;
        }
        machine.given.push(field);
        match field {
            Some(name) => machine.item.field(name, value.text),
            None => machine.item.main(value.text),
        }
    }
    end(machine, items)
}

/// The machine that is being read.
struct Machine {
    place: Location,
    item: Item,
    /// The fields so far; `None` is the password.
    given: Vec<Option<&'static str>>,
    /// Whether one of its values is special.
    is_special: bool,
}

impl Machine {
    fn new(place: Location, host: &str) -> Self {
        Self {
            place,
            item: Item::new([], host),
            given: Vec::new(),
            is_special: false,
        }
    }
}

/// Adds a machine that is complete.
fn end(machine: Option<Machine>, items: &mut Items<'_>) -> Result<(), RuleViolation> {
    let Some(machine) = machine else {
        return Ok(());
    };
    if machine.is_special {
        items.warn(machine.place, &machine.item, WRITTEN_DIFFERENTLY);
    }
    items.push(machine.place, machine.item)
}

fn no_keyword(place: Location) -> RuleViolation {
    let rule = format!(
        "{place}: a word is none of machine, default, login, account, password and macdef; put a value with spaces in double quotes"
    );
    RuleViolation::new(rule, "value_error")
}

struct Word {
    place: Location,
    text: Plaintext,
    /// Whether it begins with `#`, or contains a quotation mark or a backslash.
    is_special: bool,
}

impl Word {
    /// A keyword is written without quotes.
    fn keyword(&self) -> &[u8] {
        if self.is_special {
            b""
        } else {
            self.text.expose()
        }
    }

    /// The name of a host or a macro.
    fn shown(&self) -> String {
        String::from_utf8_lossy(self.text.expose()).into_owned()
    }
}

/// The word after a keyword, which may begin with `#`.
fn argument(cursor: &mut Cursor<'_>, keyword: Location) -> Result<Word, RuleViolation> {
    cursor.take_while(|byte| byte.is_ascii_whitespace());
    let word = begun(cursor)?;
    word.ok_or_else(|| {
        let rule = format!("{keyword}: the file ends before the value that begins here");
        RuleViolation::new(rule, "value_error")
    })
}

/// The next word that is no comment.
fn word(cursor: &mut Cursor<'_>) -> Result<Option<Word>, RuleViolation> {
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace());
        if cursor.peek() != Some(b'#') {
            return begun(cursor);
        }
        cursor.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    }
}

/// The word that begins here.
fn begun(cursor: &mut Cursor<'_>) -> Result<Option<Word>, RuleViolation> {
    let place = cursor.place();
    let unclosed = || {
        let rule = format!("{place}: a quotation mark is not closed");
        RuleViolation::new(rule, "value_error")
    };
    if cursor.peek().is_none() {
        return Ok(None);
    }
    let mut value = Growing::default();
    let mut is_special = cursor.peek() == Some(b'#');
    let is_quoted = cursor.eat(b"\"");
    is_special |= is_quoted;
    loop {
        match cursor.peek() {
            None if is_quoted => return Err(unclosed()),
            None => break,
            Some(byte) if !is_quoted && byte.is_ascii_whitespace() => break,
            Some(b'"') if is_quoted => {
                cursor.next();
                break;
            }
            Some(b'\\') => {
                is_special = true;
                cursor.next();
                if let Some(byte) = cursor.next() {
                    value.push(byte);
                }
            }
            Some(byte) => {
                is_special |= byte == b'"';
                value.push(byte);
                cursor.next();
            }
        }
    }
    Ok(Some(Word {
        place,
        text: value.into(),
        is_special,
    }))
}

/// Moves past a macro, which goes on to an empty line; false if there is none.
fn skip_macro(cursor: &mut Cursor<'_>) -> bool {
    cursor.take_line();
    while cursor.next().is_some() {
        let is_end = cursor.peek().is_none();
        let line = cursor.take_line();
        if is_end {
            return false;
        }
        if line.is_empty() || line == b"\r" {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    #[test]
    fn each_machine_has_a_password_and_fields() {
        let input = "# c\nmachine api.example.com\n  login ann\n  password s3=cret # note\nmachine b.example.com login \"o o\" password \"a\\\"b c\" account x\n\nmacdef init\ncd pub\nls\n\ndefault login any password #1\n";
        let gathered = read(Format::Netrc, input, Rules::default()).unwrap();
        let expected = [
            ("api.example.com", "s3=cret"),
            ("api.example.com_username", "ann"),
            ("b.example.com", "a\"b c"),
            ("b.example.com_username", "o o"),
            ("b.example.com_account", "x"),
            ("default", "#1"),
            ("default_username", "any"),
        ];
        assert_eq!(pairs(&gathered), expected);
        assert_eq!(gathered.left_out[0].what, "init");
        let warned: Vec<_> = gathered
            .warnings
            .iter()
            .map(|one| one.names.join(","))
            .collect();
        assert_eq!(warned, ["b.example.com (line 5),default (line 11)"]);
    }

    #[test]
    fn a_mistake_has_its_line_and_repeats_nothing() {
        for (input, said) in [
            (
                "machine a\npassword x hunter2\n",
                "line 2: a word is none of machine,",
            ),
            ("password hunter2\n", "line 1: a word is none of machine,"),
            (
                "machine a password\n",
                "line 1: the file ends before the value",
            ),
            (
                "machine a password x password hunter2\n",
                "line 1: this machine has such a value already",
            ),
            (
                "macdef m\nhunter2\n",
                "line 1: the macro that begins here has no empty line",
            ),
            (
                "machine a password \"hunter2\n",
                "line 1: a quotation mark is not closed",
            ),
        ] {
            let told = read(Format::Netrc, input, Rules::default()).err().unwrap();
            assert!(
                told[0].starts_with(said) && !told[0].contains("hunter2"),
                "{told:?}"
            );
        }
    }
}
