//! Names the texts in a tree: those of a mapping, of mappings within it, and of a list of names and values.
//!
//! A nested name is a mistake unless you asked to join names: `kluis` never guesses how. A name with characters
//! that a secret's name cannot have is adapted like the title of an item, and reported.

use super::tree::{Node, Tree};
use crate::import::entries::{Entries, Location};
use crate::import::managers::item::name_of;
use crate::plaintext::Plaintext;
use crate::vault::name::SecretName;
use crate::vault::rule::{RuleViolation, unquoted};
use std::collections::BTreeSet;

/// The metadata that sops adds to an encrypted file.
const SOPS: &str = "sops";

/// The greatest shown length of a path: more would not help.
const MAX_SHOWN_CHARACTERS: usize = 100;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Nesting {
    #[default]
    Refused,
    /// The names on the path are joined with `_`.
    Joined,
}

/// Imports a whole tree. `mapping` is the format's word for one, such as "an object".
pub fn read(
    tree: Tree,
    nesting: Nesting,
    mapping: &'static str,
    into: &mut Entries,
) -> Result<(), RuleViolation> {
    let mut reader = Reader {
        nesting,
        mapping,
        path: Vec::new(),
        into,
    };
    match tree.node {
        Node::Null => Ok(()),
        Node::Mapping(members) => reader.mapping(members),
        Node::List(items) if are_pairs(&items) => reader.pairs(items),
        _ => {
            let place = tree.place;
            let rule = format!(
                "{place}: the input must be {mapping} of names and strings, or a list with a name and a value in each item"
            );
            Err(RuleViolation::new(rule, "dict_type"))
        }
    }
}

/// Adds a value under the names on its path, joined with `_`.
pub fn push(
    into: &mut Entries,
    place: Location,
    path: &[String],
    value: Option<Plaintext>,
) -> Result<(), RuleViolation> {
    let joined = path.join("_");
    if SecretName::parse(&joined).is_ok() {
        return into.push(place, joined.as_bytes(), value);
    }
    let is_empty = path.iter().all(String::is_empty);
    let parts = path.iter().map(|name| name_of(name));
    let adapted = if is_empty {
        String::new()
    } else {
        parts.collect::<Vec<_>>().join("_")
    };
    match SecretName::parse(&adapted) {
        Ok(name) => into.push_from(place, name, value, Some(&path.join("."))),
        Err(broken) => {
            let RuleViolation { rule, kind } = unquoted("name", broken);
            let rule = if is_empty {
                rule
            } else {
                format!("{}: {rule}", shown(path))
            };
            into.refuse(place, &rule, kind);
            Ok(())
        }
    }
}

/// A path for a message.
pub fn shown(path: &[String]) -> String {
    let path = path.join(".");
    match path.char_indices().nth(MAX_SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path,
    }
}

struct Reader<'e> {
    nesting: Nesting,
    mapping: &'static str,
    /// The names of the open mappings.
    path: Vec<String>,
    into: &'e mut Entries,
}

impl Reader<'_> {
    fn mapping(&mut self, members: Vec<(String, Tree)>) -> Result<(), RuleViolation> {
        for (name, tree) in members {
            self.path.push(name);
            self.member(tree)?;
            self.path.pop();
        }
        Ok(())
    }

    fn member(&mut self, tree: Tree) -> Result<(), RuleViolation> {
        let Tree { place, node } = tree;
        match node {
            Node::Text(value) => push(self.into, place, &self.path, Some(value))?,
            Node::Null => push(self.into, place, &self.path, None)?,
            Node::Mapping(_) if self.path == [SOPS] => {
                let rule =
                    "belongs to a file that sops encrypted: import the output of `sops decrypt`";
                self.refuse(place, rule);
            }
            Node::Mapping(members) if self.nesting == Nesting::Joined => self.mapping(members)?,
            Node::Mapping(_) => {
                let what = self.mapping;
                let rule = format!(
                    "is {what}, not a string; to join nested names with _, add --nested; to take one part, add --path"
                );
                self.refuse(place, &rule);
            }
            Node::List(items) if are_pairs(&items) => {
                let path = shown(&self.path);
                let rule = format!(
                    "is a list, not a string; to import its names and values alone, add --path .{path}"
                );
                self.refuse(place, &rule);
            }
            Node::List(_) => self.refuse(place, "is a list, not a string"),
            Node::Other(rule) => self.refuse(place, rule),
        }
        Ok(())
    }

    fn refuse(&mut self, place: Location, rule: &str) {
        let rule = format!("{} {rule}", shown(&self.path));
        self.into.refuse(place, &rule, "string_type");
    }

    /// Reads a list with a name and a value in each item.
    fn pairs(&mut self, items: Vec<Tree>) -> Result<(), RuleViolation> {
        let mut others = BTreeSet::new();
        for item in items {
            let Node::Mapping(members) = item.node else {
                continue;
            };
            let (mut name, mut value) = (String::new(), None);
            for (its, tree) in members {
                match (Role::of(&its), tree.node) {
                    (Role::Name, Node::Text(text)) => {
                        name = String::from_utf8_lossy(text.expose()).into_owned();
                    }
                    (Role::Value, node) => {
                        let place = item.place;
                        value = Some(Tree { place, node });
                    }
                    (_, Node::Null) => {}
                    (_, Node::Text(text)) if text.len() == 0 => {}
                    (_, _) => {
                        others.insert(its);
                    }
                }
            }
            if let Some(value) = value {
                self.path.push(name);
                self.member(value)?;
                self.path.pop();
            }
        }
        if !others.is_empty() {
            let others: Vec<String> = others.into_iter().map(|name| shown(&[name])).collect();
            self.into.leave_out("the members", &others.join(", "));
        }
        Ok(())
    }
}

/// The role of a member of an item in a list of names and values.
#[derive(PartialEq, Eq)]
enum Role {
    Name,
    Value,
    Other,
}

impl Role {
    fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "key" | "name" => Self::Name,
            "value" => Self::Value,
            _ => Self::Other,
        }
    }
}

/// Whether each item has exactly one name, which is a text, and one value.
fn are_pairs(items: &[Tree]) -> bool {
    let is_pair = |item: &Tree| {
        let Node::Mapping(members) = &item.node else {
            return false;
        };
        let count = |role: &Role| {
            let those = members.iter().filter(|(name, _)| Role::of(name) == *role);
            those.count()
        };
        let has_name = members
            .iter()
            .any(|(name, tree)| Role::of(name) == Role::Name && matches!(tree.node, Node::Text(_)));
        has_name && count(&Role::Name) == 1 && count(&Role::Value) == 1
    };
    !items.is_empty() && items.iter().all(is_pair)
}
