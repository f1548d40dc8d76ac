//! One item of a password manager: a title in folders, with fields. Each field becomes a secret of its own. A
//! field that cannot become one is named in the report, and nothing is merged silently.

use crate::import::entries::{Entries, Location, Repeated};
use crate::plaintext::Plaintext;
use crate::vault::name::SecretName;
use crate::vault::rule::RuleViolation;
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name of an item whose title has no usable character.
const UNNAMED: &str = "unnamed";

/// Which fields of an item are imported.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Wanted {
    #[default]
    All,
    Password,
}

pub struct Item {
    /// Folders and title, joined by `/`, as the other program shows them.
    path: String,
    /// The main value, which gets the item's name without an addition.
    main: Option<Plaintext>,
    /// The fields with their names in the other program; several may share one.
    fields: Vec<(String, Plaintext)>,
    left_out: Vec<String>,
}

impl Item {
    pub fn new<'f>(folders: impl IntoIterator<Item = &'f str>, title: &'f str) -> Self {
        let folders = folders.into_iter().filter(|folder| !folder.is_empty());
        let parts: Vec<&str> = folders.chain([title]).collect();
        Self {
            path: parts.join("/"),
            main: None,
            fields: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Sets the main value. An empty one is ignored.
    pub fn main(&mut self, value: Plaintext) {
        if value.len() > 0 {
            self.main = Some(value);
        }
    }

    pub fn field(&mut self, name: &str, value: Plaintext) {
        if value.len() > 0 {
            self.fields.push((name.to_owned(), value));
        }
    }

    /// Records a part that has no place in a vault, for the report.
    pub fn leave_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }

    /// Each value with its addition to the item's name; repeated additions are numbered.
    fn named(self) -> Vec<(String, Plaintext)> {
        let mut used = HashSet::new();
        let fields = self.fields.into_iter().map(|(name, value)| {
            let name = match in_name(&name.replace('/', " ")) {
                name if name.is_empty() => "_field".to_owned(),
                name => format!("_{name}"),
            };
            let mut addition = name.clone();
            let mut count = 1;
            while !used.insert(addition.clone()) {
                count += 1;
                addition = format!("{name}_{count}");
            }
            (addition, value)
        });
        let main = self.main.map(|value| (String::new(), value));
        main.into_iter().chain(fields).collect()
    }
}

/// Turns items into entries.
pub struct Items<'e> {
    entries: &'e mut Entries,
    wanted: Wanted,
    repeated: Repeated,
    /// The item that has each name.
    owners: HashMap<String, String>,
    /// The last number given to an item of this name.
    numbers: HashMap<String, usize>,
}

impl<'e> Items<'e> {
    pub fn new(entries: &'e mut Entries, wanted: Wanted, repeated: Repeated) -> Self {
        Self {
            entries,
            wanted,
            repeated,
            owners: HashMap::new(),
            numbers: HashMap::new(),
        }
    }

    /// Names an item and adds it; fails only if there are too many.
    pub fn push(&mut self, place: Location, mut item: Item) -> Result<(), RuleViolation> {
        let path = item.path.clone();
        if self.wanted == Wanted::Password && !item.fields.is_empty() {
            let others: Vec<String> = item.fields.drain(..).map(|(name, _)| name).collect();
            item.leave_out(format!(
                "fields other than the password: {}",
                others.join(", ")
            ));
        }
        for what in item.left_out.drain(..) {
            self.entries.leave_out(&path, &what);
        }
        let values = item.named();
        if values.is_empty() {
            self.entries.leave_out(&path, "it has no value");
            return Ok(());
        }
        let own = name_of(&path);
        let mut name = own.clone();
        // Each title continues with its last number, so that many items with one title are fast.
        while let Some(taken) = self.taken(&name, &values) {
            if self.repeated != Repeated::Number {
                let rule = format!(
                    "\"{}\" and \"{path}\" would both be {taken}; to number the second, add --on-repeat number",
                    self.owners[&taken]
                );
                self.entries.refuse(place, &rule, "duplicate");
                return Ok(());
            }
            let number = self.numbers.entry(own.clone()).or_insert(1);
            *number += 1;
            name = format!("{own}_{number}");
        }
        let origin = (name != path).then_some(&*path);
        for (addition, value) in values {
            let full = format!("{name}{addition}");
            match SecretName::parse(&full) {
                Ok(full) => self.entries.push_from(place, full, value, origin)?,
                Err(RuleViolation { rule, kind }) => {
                    let rule = format!("{rule}; give \"{path}\" another title");
                    self.entries.refuse(place, &rule, kind);
                }
            }
            self.owners.insert(full, path.clone());
        }
        Ok(())
    }

    /// Records a doubt about an item.
    pub fn warn(&mut self, place: Location, item: &Item, what: &str) {
        self.entries.warn(place, &name_of(&item.path), what);
    }

    /// Records a mistake, and continues.
    pub fn refuse(&mut self, place: Location, rule: &str) {
        self.entries.refuse(place, rule, "value_error");
    }

    /// Records a part that belongs to no item.
    pub fn leave_out(&mut self, what: &str, why: &str) {
        self.entries.leave_out(what, why);
    }

    /// The first of an item's names that another item has.
    fn taken(&self, name: &str, values: &[(String, Plaintext)]) -> Option<String> {
        let mut names = values
            .iter()
            .map(|(addition, _)| format!("{name}{addition}"));
        names.find(|full| self.owners.contains_key(full))
    }
}

/// The name of an item: its folders and title, with the characters that names allow, joined by dots.
pub fn name_of(path: &str) -> String {
    let parts = path.split('/').map(in_name).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join(".");
    match name.trim_start_matches('-') {
        "" | "." | ".." => UNNAMED.to_owned(),
        name => name.to_owned(),
    }
}

/// Makes a text part of a name: drops accents, and replaces every other character that names do not allow by one
/// `_`, with none at the ends. Replaces `=` as well, because an argument could not contain it.
fn in_name(text: &str) -> String {
    let mut name = String::new();
    let mut gap = false;
    for letter in text.nfkd().filter(|&letter| !is_combining_mark(letter)) {
        if letter.is_ascii_alphanumeric() || "_+-@#$.".contains(letter) {
            if gap && !name.is_empty() {
                name.push('_');
            }
            gap = false;
            name.push(letter);
        } else {
            gap = true;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::entries::Empty;
    use crate::import::gathered::Gathered;
    use proptest::prelude::*;

    fn value(text: &str) -> Plaintext {
        Plaintext::new(text.into())
    }

    fn item(path: &str, main: &str, fields: &[(&str, &str)]) -> Item {
        let mut item = Item::new([], path);
        item.main(value(main));
        for (name, text) in fields {
            item.field(name, value(text));
        }
        item
    }

    fn gathered(
        wanted: Wanted,
        repeated: Repeated,
        items: Vec<Item>,
    ) -> Result<Gathered, Vec<String>> {
        let mut entries = Entries::new(Empty::Refused);
        let mut all = Items::new(&mut entries, wanted, repeated);
        for (at, item) in items.into_iter().enumerate() {
            all.push(Location::Item(at + 1), item).unwrap();
        }
        let finished = entries.finish(Ok(()));
        finished.map_err(|details| details.into_iter().map(|detail| detail.msg).collect())
    }

    fn names(gathered: &Gathered) -> Vec<(&str, &[u8])> {
        let entries = gathered.entries.iter();
        let pair =
            entries.map(|entry| (entry.name.as_str(), entry.value.as_ref().unwrap().expose()));
        pair.collect()
    }

    #[test]
    fn folders_and_titles_become_names() {
        for (path, name) in [
            ("GitHub", "GitHub"),
            ("Work/My bank (EU)", "Work.My_bank_EU"),
            ("Zürich: café/naïve", "Zurich_cafe.naive"),
            ("a=b", "a_b"),
            ("//x/ /y//", "x.y"),
            ("-n", "n"),
            ("db.prod@eu_1+2#$", "db.prod@eu_1+2#$"),
            ("銀行", "unnamed"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("\u{1b}[2J", "2J"),
        ] {
            assert_eq!(name_of(path), name, "{path:?}");
        }
    }

    #[test]
    fn the_main_value_has_the_name_and_every_field_an_addition() {
        let fields = [
            ("username", "u"),
            ("PIN code", "1"),
            ("url", "a"),
            ("url", "b"),
            ("?", "c"),
            ("notes", ""),
        ];
        let all = gathered(
            Wanted::All,
            Repeated::Fail,
            vec![item("My bank", "p", &fields)],
        )
        .unwrap();
        let expected: [(&str, &[u8]); 6] = [
            ("My_bank", b"p"),
            ("My_bank_username", b"u"),
            ("My_bank_PIN_code", b"1"),
            ("My_bank_url", b"a"),
            ("My_bank_url_2", b"b"),
            ("My_bank_field", b"c"),
        ];
        assert_eq!(names(&all), expected);
        assert_eq!(all.entries[1].origin.as_deref(), Some("My bank"));
        let only = gathered(
            Wanted::Password,
            Repeated::Fail,
            vec![item("A", "p", &fields)],
        )
        .unwrap();
        assert_eq!(names(&only).len(), 1);
        assert_eq!(only.entries[0].origin, None);
        assert_eq!(
            only.left_out[0].why,
            "fields other than the password: username, PIN code, url, url, ?"
        );
    }

    #[test]
    fn an_item_without_a_value_is_reported() {
        let told = gathered(
            Wanted::Password,
            Repeated::Fail,
            vec![item("A", "p", &[]), item("B", "", &[("url", "u")])],
        );
        let told = told.unwrap().left_out;
        assert_eq!(
            (&*told[0].what, &*told[0].why),
            ("B", "fields other than the password: url")
        );
        assert_eq!((&*told[1].what, &*told[1].why), ("B", "it has no value"));
    }

    #[test]
    fn items_with_one_name_get_distinct_names_or_are_reported() {
        let items = || {
            vec![
                item("My bank", "1", &[("user", "a")]),
                item("My bank", "2", &[("user", "b")]),
                item("My  bank!", "3", &[]),
                item("My bank user", "4", &[]),
            ]
        };
        let told = gathered(Wanted::All, Repeated::Fail, items())
            .err()
            .unwrap();
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(
            told[2],
            "item 4: \"My bank\" and \"My bank user\" would both be My_bank_user; to number the second, add --on-repeat number"
        );
        let numbered = gathered(Wanted::All, Repeated::Number, items()).unwrap();
        let expected: [(&str, &[u8]); 6] = [
            ("My_bank", b"1"),
            ("My_bank_user", b"a"),
            ("My_bank_2", b"2"),
            ("My_bank_2_user", b"b"),
            ("My_bank_3", b"3"),
            ("My_bank_user_2", b"4"),
        ];
        assert_eq!(names(&numbered), expected);
    }

    #[test]
    fn an_invalid_name_is_reported_and_not_shortened() {
        let told = gathered(
            Wanted::All,
            Repeated::Fail,
            vec![item(&"x".repeat(129), "hunter2", &[])],
        );
        let told = told.err().unwrap();
        assert!(
            told[0].starts_with("item 1: the name of a secret can have at most 128 characters"),
            "{told:?}"
        );
    }

    proptest! {
        #[test]
        fn no_value_is_lost_whatever_the_items_are_named(
            given in prop::collection::vec(("[a-b /_2é]{0,4}", prop::collection::vec("[a-b _2]{0,3}", 0..4)), 1..12)
        ) {
            let mut count = 0;
            let items = given.iter().map(|(title, fields)| {
                let mut item = Item::new([], title);
                item.main(value("v"));
                for field in fields {
                    item.field(field, value("w"));
                }
                count += 1 + fields.len();
                item
            });
            let items = items.collect();
            let all = gathered(Wanted::All, Repeated::Number, items).unwrap();
            prop_assert_eq!(all.entries.len(), count);
        }
    }
}
