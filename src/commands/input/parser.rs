//! From the JSON of `--input` to checked fields: every mistake is found, and named by its place.
//!
//! A message shows at most the name of a field, never anything that was given for one.

use super::raw_json::{self, MAX_PARTS, NoString, document, is_null, items, members};
use super::{Input, MAX_INPUT_BYTES};
use crate::plaintext::Plaintext;
use crate::vault::description::Description;
use crate::vault::domain::{AllowedDomains, MAX_ALLOWED_DOMAINS};
use crate::vault::env_key::EnvKey;
use crate::vault::error::{Detail, Step};
use crate::vault::name::SecretName;
use crate::vault::rule::{Broken, quoted};
use crate::vault::slot::MAX_SLOTS;
use crate::vault::value::check_value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What is longer, or has other characters, is no name of a field and may be a value.
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

/// What Kluis, or a service with such requests, answers with and does not take.
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

/// The fields of one object that may be there, each with what it was given.
type Fields<'j> = BTreeMap<&'static str, &'j RawValue>;

/// Goes through the object and collects what is wrong with it. What it gives back is of use only when
/// nothing is.
#[derive(Default)]
pub struct Parser {
    details: Vec<Detail>,
    /// The way to what is looked at now.
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

    fn refuse(&mut self, broken: Broken) {
        self.details.push(Detail::at(self.place.clone(), broken));
    }

    /// What is looked at, as a message begins with it.
    fn subject(&self) -> &str {
        match self.place.last() {
            Some(Step::Field(field)) => field,
            Some(Step::Position(_)) => "what is in the list",
            None => "the input",
        }
    }

    /// Takes one step further in for as long as `look` runs.
    fn inside<T>(&mut self, step: impl Into<Step>, look: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(step.into());
        let seen = look(self);
        self.place.pop();
        seen
    }

    fn document(&mut self, text: &Plaintext) -> Option<Input> {
        if text.len() > MAX_INPUT_BYTES {
            let rule = format!("the input has at most {} MiB", MAX_INPUT_BYTES >> 20);
            self.refuse(Broken::new(rule, "too_long"));
            return None;
        }
        let json = match document(text.expose()) {
            Ok(json) => json,
            Err(wrong) => {
                let (line, column) = (wrong.line, wrong.column);
                let rule = format!("the input is not JSON: see line {line}, column {column}");
                self.refuse(Broken::new(rule, "json_invalid"));
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
        // A service may spell "not given" this way.
        fields.retain(|_, given| !is_null(given));
        if fields.contains_key("description") && fields.contains_key("comment") {
            let rule = "comment is another word for description: give one of them";
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

    /// What `read` makes of a field, if it is there.
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
        parse: fn(&str) -> Result<T, Broken>,
    ) -> Option<T> {
        self.field(fields, name, |parser, given| {
            let text = parser.string(given)?;
            // It came from UTF-8, so nothing is lost.
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
        let rule = format!("a secret has at most {MAX_ALLOWED_DOMAINS} allowed domains");
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
            "a secret has at most {MAX_SLOTS} slots: drop older ones with `kluis prune`, or with --keep of `kluis rotate`"
        );
        let items = self.items(json, MAX_SLOTS, &rule)?;
        let mut slots = BTreeMap::new();
        for (position, item) in items.into_iter().enumerate() {
            self.inside(position, |parser| {
                let fields = parser.fields(item, SLOT_FIELDS)?;
                for field in SLOT_FIELDS {
                    if !fields.contains_key(field) {
                        let broken = Broken::new("a slot has a slot and a value", "missing");
                        parser.inside(*field, |parser| parser.refuse(broken));
                    }
                }
                let slot = parser.field(&fields, "slot", Self::slot);
                let value = parser.field(&fields, "value", Self::value);
                if slots.insert(slot?, value).is_some() {
                    let broken = Broken::new("each slot is given once", "duplicate");
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
            ("a slot is a whole number, without quotes", "int_type")
        } else if digits != json.get() {
            ("a slot is 0 or greater", "greater_than_equal")
        } else if let Ok(slot) = digits.parse() {
            return Some(slot);
        } else {
            ("a slot is below 2^64", "less_than_equal")
        };
        self.refuse(Broken::new(rule, kind));
        None
    }

    fn string(&mut self, json: &RawValue) -> Option<Plaintext> {
        match raw_json::string(json) {
            Ok(text) => return Some(text),
            Err(NoString::OtherType) => {
                let rule = format!("{} is a string", self.subject());
                self.refuse(Broken::new(rule, "string_type"));
            }
            Err(NoString::Surrogate) => {
                let rule = format!("{} has half of a surrogate pair in it", self.subject());
                self.refuse(Broken::new(rule, "string_unicode"));
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
            self.refuse(Broken::new(
                format!("{} is a list", self.subject()),
                "list_type",
            ));
            return None;
        };
        if items.len() > most {
            self.refuse(Broken::new(rule, "too_long"));
            items.truncate(most);
        }
        Some(items)
    }

    /// The members of an object, if they are among the `allowed` ones and there once.
    fn fields<'j>(&mut self, json: &'j RawValue, allowed: &[&'static str]) -> Option<Fields<'j>> {
        let Some(members) = members(json, MAX_PARTS) else {
            self.refuse(Broken::new(
                format!("{} is an object", self.subject()),
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
                let broken = Broken::new(format!("{field} is given once"), "duplicate");
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
            format!("nothing stands beside secret: put {shown} inside it, or leave it out")
        } else {
            format!("{shown} is no field here: there are {}", allowed.join(", "))
        };
        let broken = Broken::new(rule, "extra_forbidden");
        match name {
            Some(name) => self.inside(name.as_str(), |parser| parser.refuse(broken)),
            None => self.refuse(broken),
        }
    }
}

/// Which of these fields a member's name is.
fn known(name: &RawValue, fields: &[&'static str]) -> Option<&'static str> {
    let name = raw_json::string(name).ok()?;
    let mut fields = fields.iter().copied();
    fields.find(|field| field.as_bytes() == name.expose())
}

/// A member's name, if it could be a field's and may be shown.
fn field_name(name: &RawValue) -> Option<String> {
    let name = raw_json::string(name).ok()?;
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_shown = (1..=MAX_SHOWN_CHARACTERS).contains(&name.len());
    let name = str::from_utf8(name.expose()).ok()?;
    (is_shown && name.as_bytes().iter().all(is_allowed)).then(|| name.to_owned())
}

/// The rule without the name that it quotes: here that may be a value in the wrong place.
pub fn unquoted(field: &str, broken: Broken) -> Broken {
    if broken.kind != "string_pattern_mismatch" {
        return broken;
    }
    match field {
        "name" => Broken::mismatch(
            "a name has A-Z a-z 0-9 _ + = - @ # $ . and does not begin with -, nor is it . or .. or like an id",
        ),
        "env_key" => {
            Broken::mismatch("an environment key has A-Z a-z 0-9 _ and does not begin with a digit")
        }
        _ => broken,
    }
}

fn value_error(rule: &str) -> Broken {
    Broken::new(rule, "value_error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::value::MAX_VALUE_BYTES;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn parse(text: impl Into<Vec<u8>>) -> Result<Input, Vec<Detail>> {
        Input::parse(&Plaintext::new(text.into()))
    }

    /// Every mistake as programs see it, without its words.
    fn mistakes(text: impl Into<Vec<u8>>) -> Value {
        let details = parse(text).err().unwrap();
        let details = details
            .iter()
            .map(|detail| json!([detail.loc, detail.kind]));
        details.collect()
    }

    fn bytes(value: Option<Plaintext>) -> Option<Vec<u8>> {
        value.map(|value| value.expose().to_vec())
    }

    fn slots(input: Input) -> Vec<(u64, Vec<u8>)> {
        let slots = input.slots.into_iter();
        slots
            .map(|(slot, value)| (slot, value.expose().to_vec()))
            .collect()
    }

    #[test]
    fn a_body_that_creates_a_secret_at_wix_is_taken_as_it_stands() {
        let input = parse(
            r#"{
  "secret": {
    "name": "secret_key",
    "description": "AWS secret access key",
    "value": "Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118"
  }
}"#,
        );
        let input = input.unwrap();
        assert_eq!(input.name.unwrap().as_str(), "secret_key");
        assert_eq!(input.description.unwrap().as_str(), "AWS secret access key");
        assert_eq!(
            bytes(input.value).unwrap(),
            b"Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118"
        );
        assert!(input.env_key.is_none() && input.allowed_domains.is_none());
        assert!(input.slots.is_empty());
    }

    #[test]
    fn a_body_that_updates_a_secret_at_wix_is_taken_as_it_stands() {
        let input = parse(
            r#"{ "secret": { "name": "updated_secret_key", "description": "AWS secret access key", "value": "44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70" } }"#,
        );
        let input = input.unwrap();
        assert_eq!(input.name.unwrap().as_str(), "updated_secret_key");
        assert_eq!(
            bytes(input.value).unwrap(),
            b"44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70"
        );
    }

    #[test]
    fn a_body_for_gcore_is_taken_with_its_slots_in_order() {
        let input = parse(
            r#"{"name": "token-secret", "comment": "Updated description", "secret_slots": [
                {"slot": 1704067200, "value": "P@ssw0rd123!"}, {"value": "original_password", "slot": 0}]}"#,
        );
        let input = input.unwrap();
        assert_eq!(input.name.as_ref().unwrap().as_str(), "token-secret");
        assert_eq!(
            input.description.as_ref().unwrap().as_str(),
            "Updated description"
        );
        let expected = [
            (0, b"original_password".to_vec()),
            (1_704_067_200, b"P@ssw0rd123!".to_vec()),
        ];
        assert_eq!(slots(input), expected);
    }

    #[test]
    fn a_body_for_nairi_is_taken_as_it_stands() {
        let input = parse(
            r#"{
        "value": "postgresql://new-connection...",
        "allowed_domains": ["*.newdomain.com"]
      }"#,
        );
        let input = input.unwrap();
        assert_eq!(
            bytes(input.value).unwrap(),
            b"postgresql://new-connection..."
        );
        let domains = input.allowed_domains.unwrap();
        assert_eq!(domains.iter().collect::<Vec<_>>(), ["*.newdomain.com"]);
    }

    #[test]
    fn an_empty_body_and_nulls_give_nothing() {
        for body in [
            "{}",
            " {\n} ",
            r#"{"secret": {}}"#,
            r#"{"description": null, "value": null}"#,
            r#"{"name":null,"comment":null,"env_key":null,"allowed_domains":null,"secret_slots":null}"#,
        ] {
            let input = parse(body).unwrap();
            assert!(input.name.is_none() && input.description.is_none());
            assert!(input.env_key.is_none() && input.allowed_domains.is_none());
            assert!(input.value.is_none() && input.slots.is_empty());
        }
        let input = parse(r#"{"description": "a", "comment": null, "env_key": "K"}"#).unwrap();
        assert_eq!(input.description.unwrap().as_str(), "a");
        assert_eq!(input.env_key.unwrap().as_str(), "K");
        let cleared = parse(r#"{"description": "", "allowed_domains": []}"#).unwrap();
        assert_eq!(cleared.description.unwrap().as_str(), "");
        assert!(cleared.allowed_domains.unwrap().is_empty());
    }

    #[test]
    fn every_mistake_in_the_whole_has_its_place_and_kind() {
        for (text, expected) in [
            ("", json!([[[], "json_invalid"]])),
            ("{", json!([[[], "json_invalid"]])),
            ("{} x", json!([[[], "json_invalid"]])),
            ("{\"value\": 'x'}", json!([[[], "json_invalid"]])),
            ("[]", json!([[[], "dict_type"]])),
            ("null", json!([[[], "dict_type"]])),
            ("\"secret\"", json!([[[], "dict_type"]])),
            (r#"{"secret": null}"#, json!([[["secret"], "dict_type"]])),
            (r#"{"secret": ["x"]}"#, json!([[["secret"], "dict_type"]])),
            (
                r#"{"secret": {"secret": {}}}"#,
                json!([[["secret", "secret"], "extra_forbidden"]]),
            ),
            (
                r#"{"secret": {}, "name": "a"}"#,
                json!([[["name"], "extra_forbidden"]]),
            ),
            (
                r#"{"secret": {}, "secret": {}}"#,
                json!([[["secret"], "duplicate"]]),
            ),
        ] {
            assert_eq!(mistakes(text), expected, "{text}");
        }
    }

    #[test]
    fn every_mistake_in_a_field_has_its_place_and_kind() {
        let long = "x".repeat(MAX_VALUE_BYTES + 1);
        for (text, expected) in [
            (r#"{"name": 1}"#, json!([[["name"], "string_type"]])),
            (
                r#"{"secret": {"name": 1}}"#,
                json!([[["secret", "name"], "string_type"]]),
            ),
            (r#"{"name": ""}"#, json!([[["name"], "string_too_short"]])),
            (
                r#"{"name": "a b"}"#,
                json!([[["name"], "string_pattern_mismatch"]]),
            ),
            (
                r#"{"description": ["a"]}"#,
                json!([[["description"], "string_type"]]),
            ),
            (
                r#"{"description": "\u0000"}"#,
                json!([[["description"], "string_pattern_mismatch"]]),
            ),
            (r#"{"comment": {}}"#, json!([[["comment"], "string_type"]])),
            (
                r#"{"comment": "a", "description": "a"}"#,
                json!([[["comment"], "value_error"]]),
            ),
            (
                r#"{"env_key": "1A"}"#,
                json!([[["env_key"], "string_pattern_mismatch"]]),
            ),
            (r#"{"value": 1}"#, json!([[["value"], "string_type"]])),
            (r#"{"value": ""}"#, json!([[["value"], "string_too_short"]])),
            (
                &format!("{{\"value\": \"{long}\"}}"),
                json!([[["value"], "string_too_long"]]),
            ),
            (
                r#"{"value": "\ud800"}"#,
                json!([[["value"], "string_unicode"]]),
            ),
            (
                r#"{"value": "a", "value": "a"}"#,
                json!([[["value"], "duplicate"]]),
            ),
            (
                r#"{"value": "a", "\u0076alue": "b"}"#,
                json!([[["value"], "duplicate"]]),
            ),
            (
                r#"{"value": null, "value": "b"}"#,
                json!([[["value"], "duplicate"]]),
            ),
            (
                r#"{"value": "a", "secret_slots": []}"#,
                json!([[["secret_slots"], "value_error"]]),
            ),
            (
                r#"{"allowed_domains": "a.example"}"#,
                json!([[["allowed_domains"], "list_type"]]),
            ),
            (
                r#"{"allowed_domains": ["a.example", 1, "*", "b.example", "*.com"]}"#,
                json!([
                    [["allowed_domains", 1], "string_type"],
                    [["allowed_domains", 2], "string_pattern_mismatch"],
                    [["allowed_domains", 4], "string_pattern_mismatch"],
                ]),
            ),
            (
                r#"{"app_count": 1}"#,
                json!([[["app_count"], "extra_forbidden"]]),
            ),
            (r#"{"Value": "a"}"#, json!([[["Value"], "extra_forbidden"]])),
            (r#"{"two words": "a"}"#, json!([[[], "extra_forbidden"]])),
            (r#"{"": "a"}"#, json!([[[], "extra_forbidden"]])),
            (
                r#"{"secret": {"\ud800": "a"}}"#,
                json!([[["secret"], "extra_forbidden"]]),
            ),
            (
                r#"{"secret_slots": {}}"#,
                json!([[["secret_slots"], "list_type"]]),
            ),
            (
                r#"{"secret_slots": [1]}"#,
                json!([[["secret_slots", 0], "dict_type"]]),
            ),
            (
                r#"{"secret_slots": [null]}"#,
                json!([[["secret_slots", 0], "dict_type"]]),
            ),
        ] {
            assert_eq!(mistakes(text), expected, "{text:.60}");
        }
    }

    #[test]
    fn every_mistake_in_a_slot_has_its_place_and_kind() {
        for (item, expected) in [
            ("{}", json!([[["slot"], "missing"], [["value"], "missing"]])),
            (r#"{"value": "a"}"#, json!([[["slot"], "missing"]])),
            (r#"{"slot": 1}"#, json!([[["value"], "missing"]])),
            (
                r#"{"slot": 1, "value": null}"#,
                json!([[["value"], "string_type"]]),
            ),
            (
                r#"{"slot": 1, "value": ""}"#,
                json!([[["value"], "string_too_short"]]),
            ),
            (
                r#"{"slot": null, "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": 1.0, "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": 1e3, "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": "5", "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": true, "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": [5], "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": -1, "value": "a"}"#,
                json!([[["slot"], "greater_than_equal"]]),
            ),
            (
                r#"{"slot": -1.5, "value": "a"}"#,
                json!([[["slot"], "int_type"]]),
            ),
            (
                r#"{"slot": 18446744073709551616, "value": "a"}"#,
                json!([[["slot"], "less_than_equal"]]),
            ),
            (
                r#"{"slot": 1, "slot": 2, "value": "a"}"#,
                json!([[["slot"], "duplicate"]]),
            ),
            (
                r#"{"slot": 7, "value": "a"}"#,
                json!([[["slot"], "duplicate"]]),
            ),
            (
                r#"{"slot": 1, "value": "a", "checksum": "5e"}"#,
                json!([[["checksum"], "extra_forbidden"]]),
            ),
            (
                r#"{"slot": 1, "value": "a", "name": "a"}"#,
                json!([[["name"], "extra_forbidden"]]),
            ),
        ] {
            let text = format!(r#"{{"secret_slots": [{{"slot": 7, "value": "v"}}, {item}]}}"#);
            let mut expected = expected;
            for mistake in expected.as_array_mut().unwrap() {
                let field = mistake[0][0].take();
                mistake[0] = json!(["secret_slots", 1, field]);
            }
            assert_eq!(mistakes(text), expected, "{item}");
        }
        let greatest = r#"{"secret_slots": [{"slot": 18446744073709551615, "value": "a"}]}"#;
        assert_eq!(slots(parse(greatest).unwrap())[0].0, u64::MAX);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = r#"{"secret": {"name": "", "env_key": 5, "value": "", "app_count": 3,
            "allowed_domains": ["https://api.example.com"], "secret_slots": [{"slot": -1}, 2]}}"#;
        let expected = json!([
            [["secret", "app_count"], "extra_forbidden"],
            [["secret", "secret_slots"], "value_error"],
            [["secret", "name"], "string_too_short"],
            [["secret", "env_key"], "string_type"],
            [["secret", "allowed_domains", 0], "string_pattern_mismatch"],
            [["secret", "value"], "string_too_short"],
            [["secret", "secret_slots", 0, "value"], "missing"],
            [["secret", "secret_slots", 0, "slot"], "greater_than_equal"],
            [["secret", "secret_slots", 1], "dict_type"],
        ]);
        assert_eq!(mistakes(text), expected);
    }

    #[test]
    fn a_list_has_at_most_a_hundred_items() {
        let slots = |count| {
            let items = (0..count).map(|slot| json!({"slot": slot, "value": "a"}));
            json!({"secret_slots": items.collect::<Value>()}).to_string()
        };
        assert_eq!(parse(slots(100)).unwrap().slots.len(), 100);
        let details = parse(slots(101)).err().unwrap();
        assert_eq!(details[0].kind, "too_long");
        assert!(details[0].msg.contains("kluis prune"), "{}", details[0].msg);
        assert_eq!(details.len(), 1);
        let domains = |count| json!({"allowed_domains": vec!["a.example"; count]}).to_string();
        assert!(parse(domains(100)).is_ok());
        assert_eq!(
            mistakes(domains(101)),
            json!([[["allowed_domains"], "too_long"]])
        );
    }

    #[test]
    fn a_field_that_is_only_answered_is_called_read_only() {
        for field in READ_ONLY_FIELDS {
            let details = parse(format!(r#"{{"{field}": 1}}"#)).err().unwrap();
            assert_eq!(
                details[0].msg,
                format!("\"{field}\" is read-only: leave it out")
            );
        }
        let details = parse(r#"{"vlaue": 1}"#).err().unwrap();
        assert!(details[0].msg.starts_with("\"vlaue\" is no field here"));
    }

    #[test]
    fn a_value_in_the_wrong_place_is_in_no_message() {
        const CANARY: &str = "correct-horse battery:staple";
        for text in [
            CANARY.to_owned(),
            format!("\"{CANARY}\""),
            format!("{{\"{CANARY}\": 1}}"),
            format!("{{\"secret\": {{\"{CANARY}\": 1}}, \"{CANARY}\": 2}}"),
            format!("{{\"secret\": \"{CANARY}\"}}"),
            format!("{{\"value\": {CANARY}}}"),
            format!("{{\"value\": [\"{CANARY}\"]}}"),
            format!("{{\"value\": \"{CANARY}\", \"value\": \"{CANARY}\"}}"),
            format!("{{\"value\": \"{CANARY}\\ud800\"}}"),
            format!("{{\"value\": \"{CANARY}"),
            format!("{{\"value\": \"{CANARY}\", \"secret_slots\": [\"{CANARY}\"]}}"),
            format!("{{\"name\": \"{CANARY}\"}}"),
            format!("{{\"name\": \"{CANARY}{}\"}}", "x".repeat(128)),
            format!("{{\"env_key\": \"{CANARY}\"}}"),
            format!("{{\"description\": \"{CANARY}\\u0000\"}}"),
            format!("{{\"description\": [\"{CANARY}\"]}}"),
            format!("{{\"allowed_domains\": [\"{CANARY}\"]}}"),
            format!("{{\"allowed_domains\": \"{CANARY}\"}}"),
            format!("{{\"secret_slots\": [{{\"slot\": \"{CANARY}\", \"{CANARY}\": 1}}]}}"),
            format!("{{\"secret_slots\": {{\"{CANARY}\": 1}}}}"),
        ] {
            let error = vault_error(parse(text.as_str()).err().unwrap());
            assert!(!error.contains("horse"), "{text}: {error}");
        }
        // A key of a service would look like a field's name but for its length.
        let key = "x".repeat(MAX_SHOWN_CHARACTERS + 1);
        let error = vault_error(parse(format!("{{\"{key}\": 1}}")).err().unwrap());
        assert!(!error.contains(&key), "{error}");
    }

    /// All that a person or a program is told.
    fn vault_error(details: Vec<Detail>) -> String {
        let told = serde_json::to_string(&details).unwrap();
        told + &crate::vault::Error::Invalid(details).to_string()
    }

    #[test]
    fn what_is_deep_or_large_ends_well() {
        let depth = 1_000_000;
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(mistakes(deep.as_str()), json!([[[], "dict_type"]]));
        let deep = format!(r#"{{"name": {deep}, "x": {deep}}}"#);
        let expected = json!([[["x"], "extra_forbidden"], [["name"], "string_type"]]);
        assert_eq!(mistakes(deep), expected);
        assert_eq!(mistakes("[".repeat(depth)), json!([[[], "json_invalid"]]));
        let deep = r#"{"secret":"#.repeat(depth) + "1" + &"}".repeat(depth);
        let expected = json!([[["secret", "secret"], "extra_forbidden"]]);
        assert_eq!(mistakes(deep), expected);
        let wide = format!("{{{}\"x\": 1}}", "\"a\": 1,".repeat(depth));
        assert_eq!(mistakes(wide).as_array().unwrap().len(), MAX_PARTS);

        let escaped = "\\u0001".repeat(MAX_VALUE_BYTES);
        let slot = |slot| format!(r#"{{"slot": {slot}, "value": "{escaped}"}}"#);
        let items: Vec<String> = (0..MAX_SLOTS).map(slot).collect();
        let mut largest = format!(r#"{{"secret_slots": [{}]}}"#, items.join(",")).into_bytes();
        largest.resize(MAX_INPUT_BYTES, b' ');
        let slots = parse(largest.as_slice()).unwrap().slots;
        assert!(
            slots
                .iter()
                .all(|(_, value)| value.len() == MAX_VALUE_BYTES)
        );
        largest.push(b' ');
        assert_eq!(mistakes(largest), json!([[[], "too_long"]]));
    }

    proptest! {
        #[test]
        fn any_value_comes_through(value in any::<String>(), slot in any::<u64>()) {
            prop_assume!(!value.is_empty());
            let whole = json!({ "value": &value }).to_string();
            prop_assert_eq!(bytes(parse(whole).unwrap().value).unwrap(), value.as_bytes());
            let item = serde_json::to_string_pretty(&json!({"secret": {"secret_slots": [{"slot": slot, "value": &value}]}}));
            prop_assert_eq!(slots(parse(item.unwrap()).unwrap()), [(slot, value.into_bytes())]);
        }

        #[test]
        fn no_text_is_too_strange(text in r#"[{}\[\],:"a1 \\-]{0,40}|\{"(name|value|secret|secret_slots)": ?.{0,20}\}"#) {
            if let Err(details) = parse(text) {
                prop_assert!(!details.is_empty());
            }
        }
    }
}
