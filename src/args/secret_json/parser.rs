//! Parses and checks the JSON of `--input`. It finds every mistake and names its place.
//!
//! A message names at most a field; it never quotes what the field was given.
//!
//! `serde_json` reads the text; only the fields are checked here. A derived `Deserialize` with
//! serde_path_to_error was tried: 287 lines instead of 340. It accepts a list as an object, stops at the first
//! mistake, and tells its kind only in a message, which quotes its input and may change.

use super::fields::{Input, MAX_INPUT_BYTES};
use crate::json::{self, MAX_PARTS, NoString, document, is_null, items, members};
use crate::plaintext::Plaintext;
use crate::vault::description::Description;
use crate::vault::domain::{AllowedDomains, MAX_ALLOWED_DOMAINS};
use crate::vault::env_key::EnvKey;
use crate::vault::error::{Detail, Step};
use crate::vault::name::SecretName;
use crate::vault::rule::{RuleViolation, quoted, unquoted};
use crate::vault::slot::MAX_SLOTS;
use crate::vault::value::check_value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A longer text, or one with other characters, may be a value and is not shown.
const MAX_SHOWN_CHARACTERS: usize = 24;

const SECRET_FIELDS: &[&str] = &[
    "name",
    "description",
    "comment",
    "value",
    "env_key",
    "allowed_domains",
    "secret_slots",
];
const SLOT_FIELDS: &[&str] = &["slot", "value"];

const _: () = assert!(MAX_PARTS > MAX_SLOTS && MAX_PARTS > MAX_ALLOWED_DOMAINS);

/// Fields in the answers of Kluis or of similar services, which cannot be set.
const READ_ONLY_FIELDS: &[&str] = &[
    "_id",
    "app_count",
    "checksum",
    "createdDate",
    "created_at",
    "effective",
    "effective_slot",
    "id",
    "slot_count",
    "slots",
    "updatedDate",
    "updated_at",
    "workspace",
];

/// The known fields of one object, with their values.
type Fields<'j> = BTreeMap<&'static str, &'j RawValue>;

/// Walks through the object and collects mistakes. Its results are valid only if there are none.
#[derive(Default)]
pub struct Parser {
    details: Vec<Detail>,
    /// The path to the present part.
    place: Vec<Step>,
}

impl Parser {
    pub fn parse(mut self, text: &Plaintext) -> Result<Input, Vec<Detail>> {
        let input = self.document(text);
        if self.details.is_empty() {
            return Ok(input.unwrap_or_default());
        }
        Err(self.details)
    }

    fn refuse(&mut self, broken: RuleViolation) {
        self.details.push(Detail::at(self.place.clone(), broken));
    }

    /// The present part, as the beginning of a message.
    fn subject(&self) -> &str {
        match self.place.last() {
            Some(Step::Field(field)) => field,
            Some(Step::Position(_)) => "each item of the list",
            None => "the input",
        }
    }

    /// Goes one step further in while `look` runs.
    fn inside<T>(&mut self, step: impl Into<Step>, look: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(step.into());
        let seen = look(self);
        self.place.pop();
        seen
    }

    fn document(&mut self, text: &Plaintext) -> Option<Input> {
        if text.len() > MAX_INPUT_BYTES {
            let rule = format!("the input can have at most {} MiB", MAX_INPUT_BYTES >> 20);
            self.refuse(RuleViolation::new(rule, "too_long"));
            return None;
        }
        let json = match document(text.expose()) {
            Ok(json) => json,
            Err(wrong) => {
                let (line, column) = (wrong.line, wrong.column);
                let rule = format!("the input is not valid JSON at line {line}, column {column}");
                self.refuse(RuleViolation::new(rule, "json_invalid"));
                return None;
            }
        };
        let is_wrapped = members(json, MAX_PARTS).is_some_and(|members| {
            let mut names = members.into_iter().map(|(name, _)| name);
            names.any(|name| known(name, &["secret"]).is_some())
        });
        if !is_wrapped {
            return self.secret(json);
        }
        let secret = *self.fields(json, &["secret"])?.get("secret")?;
        self.inside("secret", |parser| parser.secret(secret))
    }

    fn secret(&mut self, json: &RawValue) -> Option<Input> {
        let mut fields = self.fields(json, SECRET_FIELDS)?;
        // Some services write "not given" as null.
        fields.retain(|_, given| !is_null(given));
        if fields.contains_key("description") && fields.contains_key("comment") {
            let rule = "comment and description are the same field: give one of them";
            self.inside("comment", |parser| parser.refuse(value_error(rule)));
        }
        if fields.contains_key("value") && fields.contains_key("secret_slots") {
            let rule = "give value or secret_slots, not both";
            self.inside("secret_slots", |parser| parser.refuse(value_error(rule)));
        }
        let description = self.text(&fields, "description", Description::parse);
        Some(Input {
            name: self.text(&fields, "name", SecretName::parse),
            description: description.or(self.text(&fields, "comment", Description::parse)),
            env_key: self.text(&fields, "env_key", EnvKey::parse),
            allowed_domains: self.field(&fields, "allowed_domains", Self::domains),
            value: self.field(&fields, "value", Self::value),
            slots: self
                .field(&fields, "secret_slots", Self::slots)
                .unwrap_or_default(),
        })
    }

    /// The result of `read` for a field, if it is there.
    fn field<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &'static str,
        read: impl FnOnce(&mut Self, &RawValue) -> Option<T>,
    ) -> Option<T> {
        let given = *fields.get(name)?;
        self.inside(name, |parser| read(parser, given))
    }

    fn text<T>(
        &mut self,
        fields: &Fields<'_>,
        name: &'static str,
        parse: fn(&str) -> Result<T, RuleViolation>,
    ) -> Option<T> {
        self.field(fields, name, |parser, given| {
            let text = parser.string(given)?;
            // The text came from UTF-8, so nothing is lost.
            match parse(&String::from_utf8_lossy(text.expose())) {
                Ok(parsed) => return Some(parsed),
                Err(broken) => parser.refuse(unquoted(name, broken)),
            }
            None
        })
    }

    fn value(&mut self, json: &RawValue) -> Option<Plaintext> {
        let value = self.string(json)?;
        match check_value(value.len()) {
            Ok(()) => return Some(value),
            Err(broken) => self.refuse(broken),
        }
        None
    }

    fn domains(&mut self, json: &RawValue) -> Option<AllowedDomains> {
        let rule = format!("a secret can have at most {MAX_ALLOWED_DOMAINS} allowed domains");
        let items = self.items(json, MAX_ALLOWED_DOMAINS, &rule)?;
        let (mut positions, mut patterns) = (Vec::new(), Vec::new());
        for (position, item) in items.into_iter().enumerate() {
            if let Some(pattern) = self.inside(position, |parser| parser.string(item)) {
                positions.push(position);
                patterns.push(String::from_utf8_lossy(pattern.expose()).into_owned());
            }
        }
        match AllowedDomains::parse(&patterns) {
            Ok(domains) => return Some(domains),
            Err(refused) => {
                for (at, broken) in refused {
                    self.inside(positions[at], |parser| parser.refuse(broken));
                }
            }
        }
        None
    }

    fn slots(&mut self, json: &RawValue) -> Option<Vec<(u64, Plaintext)>> {
        let rule = format!(
            "a secret can have at most {MAX_SLOTS} versions: drop old ones with `kluis vault prune NAME`, or with `kluis rotate NAME --keep N`"
        );
        let items = self.items(json, MAX_SLOTS, &rule)?;
        let mut slots = BTreeMap::new();
        for (position, item) in items.into_iter().enumerate() {
            self.inside(position, |parser| {
                let fields = parser.fields(item, SLOT_FIELDS)?;
                for field in SLOT_FIELDS {
                    if !fields.contains_key(field) {
                        let broken =
                            RuleViolation::new("a slot needs both slot and value", "missing");
                        parser.inside(*field, |parser| parser.refuse(broken));
                    }
                }
                let slot = parser.field(&fields, "slot", Self::slot);
                let value = parser.field(&fields, "value", Self::value);
                if slots.insert(slot?, value).is_some() {
                    let broken = RuleViolation::new("this slot is given twice", "duplicate");
                    parser.inside("slot", |parser| parser.refuse(broken));
                }
                Some(())
            });
        }
        let whole = |(slot, value): (u64, Option<Plaintext>)| Some((slot, value?));
        slots.into_iter().map(whole).collect()
    }

    fn slot(&mut self, json: &RawValue) -> Option<u64> {
        let digits = json.get().strip_prefix('-').unwrap_or(json.get());
        let (rule, kind) = if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            ("a slot must be a whole number, without quotes", "int_type")
        } else if digits != json.get() {
            ("a slot must be 0 or greater", "greater_than_equal")
        } else if let Ok(slot) = digits.parse() {
            return Some(slot);
        } else {
            ("a slot must be below 2^64", "less_than_equal")
        };
        self.refuse(RuleViolation::new(rule, kind));
        None
    }

    fn string(&mut self, json: &RawValue) -> Option<Plaintext> {
        match json::string(json) {
            Ok(text) => return Some(text),
            Err(NoString::OtherType) => {
                let rule = format!("{} must be a string", self.subject());
                self.refuse(RuleViolation::new(rule, "string_type"));
            }
            Err(NoString::Surrogate) => {
                let rule = format!(
                    "{} contains a broken \\u escape: half of a surrogate pair",
                    self.subject()
                );
                self.refuse(RuleViolation::new(rule, "string_unicode"));
            }
        }
        None
    }

    fn items<'j>(
        &mut self,
        json: &'j RawValue,
        most: usize,
        rule: &str,
    ) -> Option<Vec<&'j RawValue>> {
        let Some(mut items) = items(json, MAX_PARTS) else {
            self.refuse(RuleViolation::new(
                format!("{} must be a list", self.subject()),
                "list_type",
            ));
            return None;
        };
        if items.len() > most {
            self.refuse(RuleViolation::new(rule, "too_long"));
            items.truncate(most);
        }
        Some(items)
    }

    /// The members of an object that are `allowed` and occur once.
    fn fields<'j>(&mut self, json: &'j RawValue, allowed: &[&'static str]) -> Option<Fields<'j>> {
        let Some(members) = members(json, MAX_PARTS) else {
            self.refuse(RuleViolation::new(
                format!("{} must be an object", self.subject()),
                "dict_type",
            ));
            return None;
        };
        let mut fields = Fields::new();
        for (name, given) in members {
            let Some(field) = known(name, allowed) else {
                self.refuse_unknown(name, allowed);
                continue;
            };
            if fields.contains_key(field) {
                let broken = RuleViolation::new(format!("{field} is given twice"), "duplicate");
                self.inside(field, |parser| parser.refuse(broken));
            } else {
                fields.insert(field, given);
            }
        }
        Some(fields)
    }

    fn refuse_unknown(&mut self, name: &RawValue, allowed: &[&str]) {
        let name = field_name(name);
        let shown = name.as_deref().map_or("this".to_owned(), quoted);
        let is_read_only = |name| READ_ONLY_FIELDS.contains(&name);
        let rule = if name.as_deref().is_some_and(is_read_only) {
            format!("{shown} is read-only: leave it out")
        } else if allowed == ["secret"] {
            format!("{shown} cannot stand beside secret: put it inside, or leave it out")
        } else {
            format!("{shown} is not a field here: use {}", allowed.join(", "))
        };
        let broken = RuleViolation::new(rule, "extra_forbidden");
        match name {
            Some(name) => self.inside(name.as_str(), |parser| parser.refuse(broken)),
            None => self.refuse(broken),
        }
    }
}

/// The field that a member's name means.
fn known(name: &RawValue, fields: &[&'static str]) -> Option<&'static str> {
    let name = json::string(name).ok()?;
    let mut fields = fields.iter().copied();
    fields.find(|field| field.as_bytes() == name.expose())
}

/// A member's name, if it may be a field's name and so may be shown.
fn field_name(name: &RawValue) -> Option<String> {
    let name = json::string(name).ok()?;
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_shown = (1..=MAX_SHOWN_CHARACTERS).contains(&name.len());
    let name = str::from_utf8(name.expose()).ok()?;
    (is_shown && name.as_bytes().iter().all(is_allowed)).then(|| name.to_owned())
}

fn value_error(rule: &str) -> RuleViolation {
    RuleViolation::new(rule, "value_error")
}

#[cfg(test)]
mod tests;
