//! `--path`: the part of a JSON or YAML input to import, written as for jq: `.data.data`, `."tls.crt".pem`.
//!
//! A text on the way, or at its end, is read as JSON: AWS keeps a whole object in one text.

use super::json;
use super::nesting::shown;
use super::tree::{Node, Tree};
use crate::vault::rule::RuleViolation;
use std::str::FromStr;

/// The greatest number of listed names.
const MAX_LISTED: usize = 10;

/// The names from the outermost object to the part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreePath(Vec<String>);

#[derive(Debug, thiserror::Error)]
#[error("write names after dots, such as .data.data or .\"a.b\"")]
pub struct NoPath;

impl FromStr for TreePath {
    type Err = NoPath;

    fn from_str(text: &str) -> Result<Self, NoPath> {
        let mut names = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.strip_prefix('.').ok_or(NoPath)?;
            let (name, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or(NoPath)?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if name.is_empty() {
                return Err(NoPath);
            }
            names.push(name.to_owned());
            rest = after;
        }
        if names.is_empty() {
            return Err(NoPath);
        }
        Ok(Self(names))
    }
}

impl TreePath {
    /// Whether its first name is this one.
    pub fn begins_with(&self, name: &str) -> bool {
        self.0.first().is_some_and(|first| first == name)
    }

    /// The part of the tree at this path.
    pub fn part_of(&self, tree: Tree) -> Result<Tree, RuleViolation> {
        let mut part = tree;
        for (depth, name) in self.0.iter().enumerate() {
            let (passed, next) = (&self.0[..depth], &self.0[..=depth]);
            part = member(opened(part, passed)?, name, next)?;
        }
        opened(part, &self.0)
    }
}

/// The tree, or the one in its text.
fn opened(tree: Tree, path: &[String]) -> Result<Tree, RuleViolation> {
    let Node::Text(text) = &tree.node else {
        return Ok(tree);
    };
    json::tree_in(text, tree.place).map_err(|RuleViolation { kind, .. }| {
        let (place, path) = (tree.place, shown(path));
        let rule = format!("{place}: .{path} is a text, and not JSON: it holds no names");
        RuleViolation::new(rule, kind)
    })
}

/// The one member of this name. `path` leads to it.
fn member(tree: Tree, name: &str, path: &[String]) -> Result<Tree, RuleViolation> {
    let mut found: Option<Tree> = None;
    let mut others = Vec::new();
    let members = match tree.node {
        Node::Mapping(members) => members,
        _ => Vec::new(),
    };
    for (its, member) in members {
        if its != name {
            if others.len() < MAX_LISTED {
                others.push(shown(&[its]));
            }
        } else if let Some(first) = &found {
            let (first, second, path) = (first.place, member.place, shown(path));
            let rule = format!("the input has .{path} twice, at {first} and at {second}");
            return Err(RuleViolation::new(rule, "duplicate"));
        } else {
            found = Some(member);
        }
    }
    found.ok_or_else(|| {
        let there = if others.is_empty() {
            "it has no names there".to_owned()
        } else {
            format!("the names there are {}", others.join(", "))
        };
        let rule = format!("the input has no .{}; {there}", shown(path));
        RuleViolation::new(rule, "missing")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    fn at(path: &str, input: &str) -> Result<Vec<(String, String)>, Vec<String>> {
        let path: TreePath = path.parse().unwrap();
        let rules = Rules {
            path: Some(&path),
            ..Rules::default()
        };
        let gathered = read(Format::Json, input, rules)?;
        let pairs = pairs(&gathered).into_iter();
        Ok(pairs
            .map(|(name, value)| (name.into(), value.into()))
            .collect())
    }

    #[test]
    fn a_path_has_names_after_dots_or_in_quotes() {
        for (text, names) in [
            (".data", &["data"][..]),
            (".data.data", &["data", "data"]),
            (".\"a.b\".c", &["a.b", "c"]),
        ] {
            assert_eq!(text.parse::<TreePath>().unwrap().0, names);
        }
        for text in ["", ".", "data", ".a.", "..a", ".\"a", ".\"a\"b", ".\"\""] {
            assert!(text.parse::<TreePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_answer_of_vault_and_of_aws_is_imported() {
        let vault = r#"{"lease_id": "", "data": {"data": {"user": "u", "pass": "p"}, "metadata": {"version": 3}}}"#;
        let expected = [("user", "u"), ("pass", "p")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(at(".data.data", vault).unwrap(), expected);
        let aws =
            r#"{"Name": "prod", "SecretString": "{\"user\": \"u\", \"pass\": \"p\", \"in\": 5}"}"#;
        assert_eq!(at(".SecretString", aws).unwrap()[..2], expected);
        let within = r#"{"a": "{\"b\": {\"user\": \"u\", \"pass\": \"p\"}}"}"#;
        assert_eq!(at(".a.b", within).unwrap(), expected);
    }

    #[test]
    fn a_path_to_nothing_lists_names_and_no_value() {
        for (path, told) in [
            (
                ".date",
                "the input has no .date; the names there are data, n, t, t",
            ),
            (
                ".data.x",
                "the input has no .data.x; the names there are user",
            ),
            (".n.x", "the input has no .n.x; it has no names there"),
            (".t", "the input has .t twice, at line 1 and at line 2"),
            (
                ".data.user",
                "line 1: .data.user is a text, and not JSON: it holds no names",
            ),
        ] {
            let input = "{\"data\": {\"user\": \"hunter2 {\"}, \"n\": [], \"t\": {},\n\"t\": {}}";
            assert_eq!(at(path, input).unwrap_err(), [told]);
        }
    }
}
