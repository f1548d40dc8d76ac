//! The result of reading an import: names with valid values, or mistakes with their places.
//!
//! A message shows only text that can be a secret's name, and never a value: if a value of several lines lacks
//! its quotes, part of it is in the place of a name.

use super::ciphertext;
use super::gathered::{Entry, Gathered, LeftOut, Warning};
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::error::Detail;
use crate::vault::name::SecretName;
use crate::vault::rule::{RuleViolation, unquoted};
use crate::vault::value::check_value;
use std::collections::HashMap;
use std::fmt;

const REFERENCE: &str = "the value is a reference to 1Password: import the output of `op inject` to have what it stands for";

/// More entries than this are a mistake, and would fill the memory.
pub const MAX_ENTRIES: usize = 100_000;

/// The greatest number of names in one warning; more are only counted.
const MAX_WARNED: usize = 1_000;

/// The greatest number of reported mistakes; more are only counted.
const MAX_TOLD: usize = 10;

/// What happens to a name with an empty value.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Empty {
    #[default]
    #[value(name = "skip")]
    Skipped,
    #[value(name = "fail")]
    Refused,
}

/// What happens to a name that the input gives again.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Repeated {
    #[default]
    Fail,
    Last,
    First,
    Number,
}

/// A place in the input, counted from one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location {
    Line(usize),
    /// For input with NUL-terminated variables, which has no lines.
    Variable(usize),
    /// For items of a password manager, whose lines mean nothing to people.
    Item(usize),
}

impl Location {
    pub fn number(self) -> usize {
        match self {
            Self::Line(number) | Self::Variable(number) | Self::Item(number) => number,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Variable(number) => write!(f, "variable {number}"),
            Self::Item(number) => write!(f, "item {number}"),
        }
    }
}

/// Collects and checks the entries that a format reads.
pub struct Entries {
    empty: Empty,
    repeated: Repeated,
    gathered: Gathered,
    /// The place where each name was given, and its position among the entries, if it is one.
    given: HashMap<SecretName, (Location, Option<usize>)>,
    /// The last number given to a name.
    numbers: HashMap<SecretName, usize>,
    mistakes: Vec<Detail>,
    /// The number of mistakes beyond the reported ones.
    more: usize,
}

impl Entries {
    pub fn new(empty: Empty) -> Self {
        Self {
            empty,
            repeated: Repeated::Fail,
            gathered: Gathered::default(),
            given: HashMap::new(),
            numbers: HashMap::new(),
            mistakes: Vec::new(),
            more: 0,
        }
    }

    /// Sets the handling of a repeated name.
    pub fn on_repeat(self, repeated: Repeated) -> Self {
        Self { repeated, ..self }
    }

    /// Adds a name and its value; `None` is a null, which is left out. Fails only if there are too many.
    pub fn push(
        &mut self,
        place: Location,
        name: &[u8],
        value: impl Into<Option<Plaintext>>,
    ) -> Result<(), RuleViolation> {
        match SecretName::parse(&String::from_utf8_lossy(name)) {
            Ok(name) => {
                let env_key = EnvKey::parse(name.as_str()).ok();
                self.take(place, name, value.into(), env_key, None)
            }
            Err(broken) => {
                self.check_room(place)?;
                let RuleViolation { rule, kind } = unquoted("name", broken);
                self.tell(None, RuleViolation::new(format!("{place}: {rule}"), kind));
                Ok(())
            }
        }
    }

    /// Adds the name and the value of a line. Refuses a line that is rather the end of a Base64 text without
    /// quotes: it would be shown as a name.
    pub fn push_line(
        &mut self,
        place: Location,
        name: &[u8],
        value: Plaintext,
    ) -> Result<(), RuleViolation> {
        if self.refuses_line(place, name, value.expose())? {
            return Ok(());
        }
        self.push(place, name, value)
    }

    /// Refuses a line that is rather a part of a text of several lines without quotes.
    pub fn refuses_line(
        &mut self,
        place: Location,
        name: &[u8],
        value: &[u8],
    ) -> Result<bool, RuleViolation> {
        let rule = if is_base64_end(name, value) {
            "this looks like a line of Base64: put a value of several lines in quotes"
        } else if is_pem_begin(value) {
            "this is the first line of a PEM text: put a value of several lines in quotes"
        } else {
            return Ok(false);
        };
        self.check_room(place)?;
        self.refuse(place, rule, "value_error");
        Ok(true)
    }

    /// Adds a value whose name was made from `origin`.
    pub fn push_from(
        &mut self,
        place: Location,
        name: SecretName,
        value: impl Into<Option<Plaintext>>,
        origin: Option<&str>,
    ) -> Result<(), RuleViolation> {
        self.take(place, name, value.into(), None, origin)
    }

    fn take(
        &mut self,
        place: Location,
        name: SecretName,
        value: Option<Plaintext>,
        env_key: Option<EnvKey>,
        origin: Option<&str>,
    ) -> Result<(), RuleViolation> {
        self.check_room(place)?;
        let mut entry = Entry {
            workspace: None,
            name,
            env_key,
            origin: origin.map(str::to_owned),
            value: None,
        };
        let earlier = self.given.get(&entry.name).copied();
        if let Some((first, _)) = earlier
            && !self.has_room_for(&mut entry, place, first)
        {
            return Ok(());
        }
        let name = entry.name.clone();
        entry.value = match self.checked(value, place, &name) {
            Ok(value) => value,
            Err(broken) => {
                self.tell(Some(&name), broken);
                self.given.entry(name).or_insert((place, None));
                return Ok(());
            }
        };
        if entry.value.as_ref().is_some_and(is_reference) {
            self.warn(place, name.as_str(), REFERENCE);
        }
        let replaced = match (self.repeated, earlier) {
            (Repeated::Last, Some((_, position))) => position,
            _ => None,
        };
        let position = replaced.unwrap_or(self.gathered.entries.len());
        self.given.insert(name, (place, Some(position)));
        match replaced {
            Some(position) => self.gathered.entries[position] = entry,
            None => self.gathered.entries.push(entry),
        }
        Ok(())
    }

    /// Decides about an entry whose name was given before, at `first`. It may give it another name.
    fn has_room_for(&mut self, entry: &mut Entry, place: Location, first: Location) -> bool {
        let name = entry.name.clone();
        match self.repeated {
            Repeated::Fail => {
                let rule = format!(
                    "{name} is given twice, at {first} and at {place}; --on-repeat last, first or number chooses"
                );
                self.tell(Some(&name), RuleViolation::new(rule, "duplicate"));
                false
            }
            Repeated::First => {
                let why = format!("{place} gives it again; the value at {first} counts");
                self.leave_out(name.as_str(), &why);
                false
            }
            Repeated::Last => {
                let why = format!("{place} gives it again; the value at {first} does not count");
                self.leave_out(name.as_str(), &why);
                true
            }
            Repeated::Number => match self.numbered(&name) {
                Ok(numbered) => {
                    entry.env_key = EnvKey::parse(numbered.as_str()).ok();
                    entry.origin.get_or_insert_with(|| name.to_string());
                    entry.name = numbered;
                    true
                }
                Err(RuleViolation { rule, kind }) => {
                    let rule = format!("{place}: {name} with a number: {rule}");
                    self.tell(Some(&name), RuleViolation::new(rule, kind));
                    false
                }
            },
        }
    }

    /// The name with the next number that is free in the input.
    fn numbered(&mut self, name: &SecretName) -> Result<SecretName, RuleViolation> {
        let number = self.numbers.entry(name.clone()).or_insert(1);
        loop {
            *number += 1;
            let numbered = SecretName::parse(&format!("{name}_{number}"))?;
            if !self.given.contains_key(&numbered) {
                return Ok(numbered);
            }
        }
    }

    /// The value to import; `None` if it is left out.
    fn checked(
        &self,
        value: Option<Plaintext>,
        place: Location,
        name: &SecretName,
    ) -> Result<Option<Plaintext>, RuleViolation> {
        let Some(value) = value else {
            return Ok(None);
        };
        if value.len() == 0 {
            let rule =
                format!("{place}: {name} is empty; to leave out empty values, add --on-empty skip");
            return match self.empty {
                Empty::Skipped => Ok(None),
                Empty::Refused => Err(RuleViolation::too_short(rule)),
            };
        }
        check_value(value.len()).map_err(|RuleViolation { rule, kind }| {
            RuleViolation::new(format!("{place}: {name}: {rule}"), kind)
        })?;
        if let Some(way) = ciphertext::of_value(name.as_str(), value.expose()) {
            let rule = format!("{place}: {name} is still encrypted: {way}");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        Ok(Some(value))
    }

    fn check_room(&self, place: Location) -> Result<(), RuleViolation> {
        let Gathered {
            entries, left_out, ..
        } = &self.gathered;
        if entries.len() + left_out.len() < MAX_ENTRIES {
            return Ok(());
        }
        let rule = format!("{place}: an import can have at most {MAX_ENTRIES} names");
        Err(RuleViolation::new(rule, "too_long"))
    }

    /// Records a part that is not imported, for the report.
    pub fn leave_out(&mut self, what: &str, why: &str) {
        let (what, why) = (what.to_owned(), why.to_owned());
        self.gathered.left_out.push(LeftOut { what, why });
    }

    /// Records a name without a value. Text that is not a name is a mistake: it may be part of a value.
    pub fn leave_out_name(
        &mut self,
        place: Location,
        name: &str,
        why: &str,
    ) -> Result<(), RuleViolation> {
        self.check_room(place)?;
        if EnvKey::parse(name).is_ok() && !has_both_cases(name.as_bytes()) {
            self.leave_out(name, &format!("{place}: {why}"));
        } else {
            self.refuse(place, "this line has no NAME=", "value_error");
        }
        Ok(())
    }

    /// Records a doubt about a name.
    pub fn warn(&mut self, place: Location, name: &str, what: &str) {
        let name = SecretName::parse(name);
        let shown = name.as_ref().map_or("a value", SecretName::as_str);
        let shown = format!("{shown} ({place})");
        let mut warnings = self.gathered.warnings.iter_mut();
        match warnings.find(|warning| warning.what == what) {
            Some(warning) if warning.names.len() == MAX_WARNED => warning.more += 1,
            Some(warning) => warning.names.push(shown),
            None => self.gathered.warnings.push(Warning {
                names: vec![shown],
                more: 0,
                what: what.to_owned(),
            }),
        }
    }

    /// Records a mistake at a place, and continues.
    pub fn refuse(&mut self, place: Location, rule: &str, kind: &'static str) {
        self.tell(None, RuleViolation::new(format!("{place}: {rule}"), kind));
    }

    /// Records a mistake in a part of the input that the message names.
    pub fn refuse_whole(&mut self, broken: RuleViolation) {
        self.tell(None, broken);
    }

    /// Records that the value of a name is not text; `rule` continues the sentence after the name.
    pub fn refuse_value(&mut self, place: Location, name: &[u8], rule: &str) {
        let name = str::from_utf8(name).ok().map(SecretName::parse);
        let name = name.and_then(Result::ok);
        let shown = name.as_ref().map_or("a value", SecretName::as_str);
        let broken = RuleViolation::new(format!("{place}: {shown} {rule}"), "string_type");
        self.tell(name.as_ref(), broken);
    }

    fn tell(&mut self, name: Option<&SecretName>, broken: RuleViolation) {
        if self.mistakes.len() == MAX_TOLD {
            self.more += 1;
            return;
        }
        let place = name.map(|name| name.as_str().into());
        self.mistakes
            .push(Detail::at(place.into_iter().collect(), broken));
    }

    fn is_empty(&self) -> bool {
        let Gathered {
            entries, left_out, ..
        } = &self.gathered;
        entries.is_empty() && left_out.is_empty() && self.mistakes.is_empty()
    }

    /// All entries, unless there were mistakes or `read` failed.
    pub fn finish(mut self, read: Result<(), RuleViolation>) -> Result<Gathered, Vec<Detail>> {
        match read {
            Ok(()) if self.is_empty() => {
                let rule = "the input is empty";
                self.tell(None, RuleViolation::new(rule, "missing"));
            }
            Ok(()) => {}
            Err(broken) => self.mistakes.push(Detail::at(Vec::new(), broken)),
        }
        if self.more > 0 {
            let rule = format!("and {} more mistakes", self.more);
            let broken = RuleViolation::new(rule, "too_long");
            self.mistakes.push(Detail::at(Vec::new(), broken));
        }
        if self.mistakes.is_empty() {
            return Ok(self.gathered);
        }
        Err(self.mistakes)
    }
}

fn is_reference(value: &Plaintext) -> bool {
    value.expose().starts_with(b"op://")
}

/// Whether a line is the last of a Base64 text: four letters for each three bytes, with `=` for those that are missing.
fn is_base64_end(name: &[u8], value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    let padding = match value {
        b"" => 1,
        b"=" => 2,
        _ => return false,
    };
    let length = name.len() + padding;
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    length >= SHORTEST
        && length.is_multiple_of(4)
        && name.iter().all(is_letter)
        && has_both_cases(name)
}

/// Whether a value is a header of PEM (RFC 7468) and nothing else.
fn is_pem_begin(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.starts_with(b"-----BEGIN ") && value.ends_with(b"-----") && !value.contains(&b'\n')
}

/// Variables are mostly in capitals, or in small letters.
fn has_both_cases(name: &[u8]) -> bool {
    name.iter().any(u8::is_ascii_uppercase) && name.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::reading::pairs;
    use crate::vault::value::MAX_VALUE_BYTES;

    fn read(empty: Empty, given: &[(&str, &str)]) -> Result<Vec<Entry>, Vec<Detail>> {
        let gathered = read_all(Entries::new(empty), given);
        gathered.map(|gathered| gathered.entries)
    }

    fn read_all(mut entries: Entries, given: &[(&str, &str)]) -> Result<Gathered, Vec<Detail>> {
        for (at, (name, value)) in given.iter().enumerate() {
            let value = Plaintext::new(value.as_bytes().to_vec());
            let pushed = entries.push(Location::Line(at + 1), name.as_bytes(), value);
            pushed.unwrap();
        }
        entries.finish(Ok(()))
    }

    fn mistakes(given: &[(&str, &str)]) -> Vec<String> {
        let details = read(Empty::Refused, given).err().unwrap();
        details.into_iter().map(|detail| detail.msg).collect()
    }

    #[test]
    fn names_and_values_come_back_in_their_order() {
        let entries = read(Empty::Refused, &[("B", "1"), ("a.b", "2")]).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["B", "a.b"]);
        assert_eq!(entries[1].value.as_ref().unwrap().expose(), b"2");
    }

    #[test]
    fn a_repeated_name_is_reported_with_both_places() {
        assert_eq!(
            mistakes(&[("A", "1"), ("B", "2"), ("A", "1")]),
            [
                "A is given twice, at line 1 and at line 3; --on-repeat last, first or number chooses"
            ]
        );
        // An empty one counts, too.
        let twice = read(Empty::Skipped, &[("A", ""), ("A", "1")]);
        assert_eq!(twice.err().unwrap()[0].kind, "duplicate");
    }

    #[test]
    fn a_repeated_name_is_decided_by_choice_and_reported() {
        let given = [("A", "1"), ("A_2", "x"), ("A", "2"), ("A", "3")];
        for (repeated, kept, left_out) in [
            (Repeated::First, vec![("A", "1"), ("A_2", "x")], 2),
            (Repeated::Last, vec![("A", "3"), ("A_2", "x")], 2),
            (
                Repeated::Number,
                vec![("A", "1"), ("A_2", "x"), ("A_3", "2"), ("A_4", "3")],
                0,
            ),
        ] {
            let entries = Entries::new(Empty::Refused).on_repeat(repeated);
            let gathered = read_all(entries, &given).ok().unwrap();
            assert_eq!(pairs(&gathered), kept, "{repeated:?}");
            assert_eq!(gathered.left_out.len(), left_out, "{repeated:?}");
        }
        let entries = Entries::new(Empty::Skipped).on_repeat(Repeated::Last);
        let gathered = read_all(entries, &[("A", ""), ("A", "1")]).ok().unwrap();
        assert_eq!(pairs(&gathered), [("A", "1")]);
        let why = "line 2 gives it again; the value at line 1 does not count";
        assert_eq!(gathered.left_out[0].why, why);
    }

    #[test]
    fn an_empty_value_is_refused_or_left_out() {
        assert_eq!(
            mistakes(&[("A", "1"), ("B", "")]),
            ["line 2: B is empty; to leave out empty values, add --on-empty skip"]
        );
        let entries = read(Empty::Skipped, &[("A", "1"), ("B", "")]).unwrap();
        assert!(entries[0].value.is_some() && entries[1].value.is_none());
    }

    #[test]
    fn a_value_that_is_too_long_is_reported_by_name() {
        let long = "v".repeat(MAX_VALUE_BYTES + 1);
        assert!(read(Empty::Refused, &[("A", &long[1..])]).is_ok());
        assert_eq!(
            mistakes(&[("A", &long)]),
            ["line 1: A: a value can have at most 65,536 bytes"]
        );
    }

    #[test]
    fn a_value_encrypted_by_sops_is_recognised() {
        assert_eq!(
            mistakes(&[("A", "ENC[AES256_GCM,data:hunter2,iv:x,tag:y,type:str]")]),
            ["line 1: A is still encrypted: import the output of `sops decrypt`"]
        );
    }

    #[test]
    fn an_invalid_name_is_never_repeated() {
        let long = "hunter2".repeat(20);
        for name in ["hunter2/x", "-hunter2", "hunter2 x", "\u{1b}hunter2", &long] {
            let told = mistakes(&[(name, "v")]);
            assert!(told[0].starts_with("line 1: "), "{told:?}");
            assert!(!told[0].contains("hunter2"), "{told:?}");
        }
        assert_eq!(
            mistakes(&[("", "v")]),
            ["line 1: the name of a secret cannot be empty"]
        );
    }

    #[test]
    fn every_mistake_is_reported_up_to_a_limit() {
        let many: Vec<_> = (0..MAX_TOLD + 5).map(|_| ("A", "")).collect();
        let told = mistakes(&many);
        assert_eq!(told.len(), MAX_TOLD + 1);
        assert_eq!(told[MAX_TOLD], "and 5 more mistakes");
    }

    #[test]
    fn an_empty_input_is_a_mistake_and_too_much_ends_the_reading() {
        assert_eq!(mistakes(&[]), ["the input is empty"]);
        let mut entries = Entries::new(Empty::Refused);
        let mut push = |number: usize| {
            let value = Plaintext::new(b"v".to_vec());
            entries.push(
                Location::Line(number),
                format!("N{number}").as_bytes(),
                value,
            )
        };
        for number in 0..MAX_ENTRIES {
            push(number).unwrap();
        }
        assert_eq!(push(MAX_ENTRIES).unwrap_err().kind, "too_long");
    }
}
