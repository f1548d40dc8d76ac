//! Changes one variable in the text of a project file, and keeps every other byte. Parsing the text before and
//! after proves that nothing else changed.

use super::parse::parse;
use super::{Project, Setting};
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The table of a variable: that of a workspace, or `None` for `[env]`.
pub type Table<'a> = Option<&'a WorkspaceName>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("this variable is written in a way that only you can change")]
    ByHand,
    #[error("it is no project file")]
    Mistaken,
}

/// The text with `key = value` in the table, where `value` is TOML. Replaces an existing value. In a table with a
/// secret, replaces only the secret if `is_reference`.
pub fn set(
    text: &str,
    table: Table<'_>,
    key: &EnvKey,
    value: &str,
    is_reference: bool,
) -> Result<String, Error> {
    let parsed = DeTable::parse(text).map_err(|_| Error::Mistaken)?;
    let found = find(parsed.get_ref(), table);
    let edited = match found.and_then(|found| found.entry(key)) {
        Some(entry) => {
            let secret = entry.value.get_ref().as_table();
            let secret = secret.and_then(|members| members.get("secret"));
            let replaced = secret.filter(|_| is_reference).unwrap_or(entry.value);
            splice(text, replaced.span(), value)
        }
        None => insert(text, found, table, &format!("{key} = {value}"))?,
    };
    let before = settings(text, table)?;
    let after = settings(&edited, table).map_err(|_| Error::ByHand)?;
    let is_as_meant = after.get(key).is_some() && after.without(key) == before.without(key);
    is_as_meant.then_some(edited).ok_or(Error::ByHand)
}

/// The text without the variable; `None` if it has no such variable. Also removes the table if it is then empty
/// and at the end.
pub fn unset(text: &str, table: Table<'_>, key: &EnvKey) -> Result<Option<String>, Error> {
    let parsed = DeTable::parse(text).map_err(|_| Error::Mistaken)?;
    let Some(found) = find(parsed.get_ref(), table) else {
        return Ok(None);
    };
    let Some(entry) = found.entry(key) else {
        return Ok(None);
    };
    let line = entry.line(text).ok_or(Error::ByHand)?;
    let mut edited = splice(text, without_break_before(text, line), "");
    if found
        .table
        .get_ref()
        .as_table()
        .is_some_and(|all| all.len() == 1)
    {
        edited = without_empty_table(edited, found.table.span());
    }
    let before = settings(text, table)?;
    let after = settings(&edited, table).map_err(|_| Error::ByHand)?;
    let is_as_meant = after.get(key).is_none() && after.without(key) == before.without(key);
    is_as_meant.then_some(Some(edited)).ok_or(Error::ByHand)
}

/// A table of variables in the parsed text.
#[derive(Clone, Copy)]
struct Found<'a, 'i> {
    table: &'a Spanned<DeValue<'i>>,
}

struct Entry<'a, 'i> {
    key: Range<usize>,
    value: &'a Spanned<DeValue<'i>>,
}

fn find<'a, 'i>(root: &'a DeTable<'i>, table: Table<'_>) -> Option<Found<'a, 'i>> {
    let table = match table {
        None => root.get("env")?,
        Some(workspace) => {
            let all = root.get("workspaces")?.get_ref().as_table()?;
            let one = all.get(workspace.as_str())?.get_ref().as_table()?;
            one.get("env")?
        }
    };
    Some(Found { table })
}

impl<'a, 'i> Found<'a, 'i> {
    fn entries(self) -> impl Iterator<Item = (&'a str, Entry<'a, 'i>)> {
        let members = self.table.get_ref().as_table();
        members.into_iter().flatten().map(|(name, value)| {
            let key = name.span();
            (name.get_ref().as_ref(), Entry { key, value })
        })
    }

    fn entry(self, key: &EnvKey) -> Option<Entry<'a, 'i>> {
        let mut entries = self.entries();
        entries.find_map(|(name, entry)| (name == key.as_str()).then_some(entry))
    }
}

impl Entry<'_, '_> {
    /// The lines of the entry with the last line break, if they contain nothing else but a comment.
    fn line(&self, text: &str) -> Option<Range<usize>> {
        let start = text[..self.key.start].rfind('\n').map_or(0, |at| at + 1);
        let from_value = &text[self.value.span().end.max(self.key.end)..];
        let length = from_value.find('\n').map_or(from_value.len(), |at| at + 1);
        let rest = from_value[..length].trim();
        let is_alone = text[start..self.key.start].trim().is_empty()
            && (rest.is_empty() || rest.starts_with('#'));
        is_alone.then(|| start..text.len() - from_value.len() + length)
    }
}

/// The text with a new line in the table: after its last entry, after its header, or in a new table at the end.
fn insert(
    text: &str,
    found: Option<Found<'_, '_>>,
    table: Table<'_>,
    line: &str,
) -> Result<String, Error> {
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let Some(found) = found else {
        let header = match table {
            None => "[env]".to_owned(),
            Some(workspace) => format!("[workspaces.{}.env]", quoted(workspace)),
        };
        let gap = if text.is_empty() { "" } else { line_break };
        let lines = format!("{gap}{header}{line_break}{line}");
        return Ok(append(text, &lines, line_break));
    };
    let last = found.entries().map(|(_, entry)| entry);
    let end = if let Some(last) = last.max_by_key(|entry| entry.key.start) {
        last.line(text).ok_or(Error::ByHand)?.end
    } else {
        let header = found.table.span();
        let after = text[header.end..].find('\n');
        after.map_or(text.len(), |at| header.end + at + 1)
    };
    let (before, after) = text.split_at(end);
    if before.ends_with('\n') {
        return Ok(format!("{before}{line}{line_break}{after}"));
    }
    Ok(append(before, line, line_break))
}

/// Appends lines. Ends in a line break only if the text did.
fn append(text: &str, lines: &str, line_break: &str) -> String {
    if text.is_empty() || text.ends_with('\n') {
        format!("{text}{lines}{line_break}")
    } else {
        format!("{text}{line_break}{lines}")
    }
}

fn splice(text: &str, range: Range<usize>, by: &str) -> String {
    [&text[..range.start], by, &text[range.end..]].concat()
}

/// The last line of a text may have no line break; then the one before it is removed with it.
fn without_break_before(text: &str, line: Range<usize>) -> Range<usize> {
    if text[line.clone()].ends_with('\n') {
        return line;
    }
    let before = &text[..line.start];
    let before = before.strip_suffix('\n').unwrap_or(before);
    before.strip_suffix('\r').unwrap_or(before).len()..line.end
}

/// Removes a header at the end of the text, and the blank line before it.
fn without_empty_table(text: String, header: Range<usize>) -> String {
    let is_last = text
        .get(header.end..)
        .is_some_and(|rest| rest.trim().is_empty());
    let Some(before) = text.get(..header.start).filter(|_| is_last) else {
        return text;
    };
    let trimmed = before.strip_suffix('\n').unwrap_or(before);
    let trimmed = trimmed.strip_suffix('\r').unwrap_or(trimmed);
    if before.is_empty() {
        return String::new();
    }
    if !trimmed.is_empty() && !trimmed.ends_with('\n') {
        return text;
    }
    let ends = text.ends_with('\n');
    let start = if ends {
        trimmed
    } else {
        trimmed.trim_end_matches(['\r', '\n'])
    };
    start.to_owned()
}

fn quoted(workspace: &WorkspaceName) -> String {
    let name = workspace.as_str();
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if name.chars().all(is_bare) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

/// The settings in a text, with the given table separate.
#[derive(PartialEq)]
struct Settings {
    table: Vec<Setting>,
    others: Project,
}

impl Settings {
    fn get(&self, key: &EnvKey) -> Option<&Setting> {
        self.table.iter().find(|setting| setting.key == *key)
    }

    fn without(&self, key: &EnvKey) -> (Vec<&Setting>, &Project) {
        let others = self.table.iter().filter(|setting| setting.key != *key);
        (others.collect(), &self.others)
    }
}

/// Parses the settings. Positions in the text do not count.
fn settings(text: &str, table: Table<'_>) -> Result<Settings, Error> {
    let home = Some(Path::new("/"));
    let mut project = parse(text, Path::new("/"), home).map_err(|_| Error::Mistaken)?;
    let of_workspaces = project.of_workspaces.values_mut().flatten();
    for setting in project.env.iter_mut().chain(of_workspaces) {
        if let Some(entry) = &mut setting.entry {
            entry.line = 0;
        }
    }
    let table = match table {
        None => std::mem::take(&mut project.env),
        Some(workspace) => project.of_workspaces.remove(workspace).unwrap_or_default(),
    };
    Ok(Settings {
        table,
        others: project,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> EnvKey {
        EnvKey::parse(text).unwrap()
    }

    fn staging() -> WorkspaceName {
        WorkspaceName::parse("staging.eu").unwrap()
    }

    #[test]
    fn a_value_is_replaced_where_it_stands() {
        for (text, is_reference, edited) in [
            (
                "[env]\nA = 'a' # why\nB = 'b'",
                true,
                "[env]\nA = \"x\" # why\nB = 'b'",
            ),
            (
                "[env]\n  A   =   \"a\"\r\n",
                true,
                "[env]\n  A   =   \"x\"\r\n",
            ),
            (
                "env = { A = 'a', B = 'b' }",
                true,
                "env = { A = \"x\", B = 'b' }",
            ),
            ("env.A = 'a'", true, "env.A = \"x\""),
            (
                "[env]\nA = { secret = 'a', optional = true }",
                true,
                "[env]\nA = { secret = \"x\", optional = true }",
            ),
            ("[env]\nA = { value = 'a' }", true, "[env]\nA = \"x\""),
            (
                "[env]\nA = { secret = 'a', optional = true }",
                false,
                "[env]\nA = \"x\"",
            ),
            ("[env]\nA = false", true, "[env]\nA = \"x\""),
            (
                "[env.A]\nsecret = 'a'\noptional = true",
                true,
                "[env.A]\nsecret = \"x\"\noptional = true",
            ),
        ] {
            assert_eq!(
                set(text, None, &key("A"), "\"x\"", is_reference).unwrap(),
                edited
            );
        }
        let of_its_own = set("[env.A]\nvalue = 'a'", None, &key("A"), "\"x\"", true);
        assert_eq!(of_its_own, Err(Error::ByHand));
        assert_eq!(
            set("[env", None, &key("A"), "\"x\"", true),
            Err(Error::Mistaken)
        );
    }

    #[test]
    fn a_new_variable_comes_last_in_its_table() {
        let staging = staging();
        for (text, table, edited) in [
            ("", None, "[env]\nA = \"x\"\n"),
            ("# c\n", None, "# c\n\n[env]\nA = \"x\"\n"),
            ("vault = 'v'", None, "vault = 'v'\n\n[env]\nA = \"x\""),
            ("[env]", None, "[env]\nA = \"x\""),
            (
                "[env] # c\n\n[run]\n",
                None,
                "[env] # c\nA = \"x\"\n\n[run]\n",
            ),
            (
                "[env]\nB = 'b' # c\n# d\n\n[run]",
                None,
                "[env]\nB = 'b' # c\nA = \"x\"\n# d\n\n[run]",
            ),
            (
                "[env]\r\nB = 'b'\r\n",
                None,
                "[env]\r\nB = 'b'\r\nA = \"x\"\r\n",
            ),
            (
                "[env]\nB = \"\"\"\nb\"\"\"\n",
                None,
                "[env]\nB = \"\"\"\nb\"\"\"\nA = \"x\"\n",
            ),
            (
                "[env]\nA = 'a'\n",
                Some(&staging),
                "[env]\nA = 'a'\n\n[workspaces.\"staging.eu\".env]\nA = \"x\"\n",
            ),
            (
                "[workspaces.'staging.eu'.env]\nB = 'b'\n[env]\n",
                Some(&staging),
                "[workspaces.'staging.eu'.env]\nB = 'b'\nA = \"x\"\n[env]\n",
            ),
        ] {
            // A text that is only B would be mistaken, so B is a literal.
            let text = &text.replace("\"\"\"\nb\"\"\"", "{ value = \"\"\"\nb\"\"\" }");
            let edited = edited.replace("\"\"\"\nb\"\"\"", "{ value = \"\"\"\nb\"\"\" }");
            assert_eq!(set(text, table, &key("A"), "\"x\"", true).unwrap(), edited);
        }
        let inline = set("env = { B = 'b' }", None, &key("A"), "\"x\"", true);
        assert_eq!(inline, Err(Error::ByHand));
    }

    #[test]
    fn what_is_not_alone_on_its_line_is_not_removed() {
        for text in [
            "env = { A = 'a', B = 'b' }",
            "env.A = 'a'",
            "[env.A]\nsecret = 'a'",
        ] {
            assert_eq!(unset(text, None, &key("A")), Err(Error::ByHand), "{text}");
        }
        for text in ["", "[env]", "[env]\nB = 'b'"] {
            assert_eq!(unset(text, None, &key("A")), Ok(None));
        }
        let commented = "[env]\n# why\nA = 'a' # c\n";
        let edited = unset(commented, None, &key("A")).unwrap().unwrap();
        assert_eq!(edited, "[env]\n# why\n");
    }

    /// Lines of a project file, with comments, blank lines and other tables.
    fn file() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just("# a comment"),
            Just(""),
            Just("  "),
            Just("B = 'b' # why"),
            Just("  C = { secret = \"c\", optional = true }"),
            Just("D = { value = \"\"\"\nA = 'no'\n\"\"\" }"),
        ];
        let table = (
            prop::sample::select(vec!["[run]", "[env]", "[workspaces.x.env] # t", "[env.Z]"]),
            prop::collection::vec(line, 0..5),
        );
        let top =
            prop::sample::subsequence(vec!["# top", "vault = 'v' # it", "", "pin = 'p'"], 0..4);
        let ends = prop::sample::select(vec!["\n", "\r\n"]);
        (top, prop::collection::vec(table, 0..4), ends, any::<bool>()).prop_map(
            |(top, tables, end, is_ended)| {
                let mut lines: Vec<String> = top.into_iter().map(str::to_owned).collect();
                let mut seen = Vec::new();
                for (header, body) in tables {
                    if seen.contains(&header) {
                        continue;
                    }
                    seen.push(header);
                    lines.push(header.to_owned());
                    let mut keys = Vec::new();
                    match header {
                        "[run]" => lines.push("mask = true".to_owned()),
                        "[env.Z]" => lines.push("secret = 'z'".to_owned()),
                        _ => {
                            for line in body {
                                let key = line.trim_start().chars().next();
                                if line.contains('=') && keys.contains(&key) {
                                    continue;
                                }
                                keys.push(key);
                                lines.push(line.replace('\n', end));
                            }
                        }
                    }
                }
                lines.join(end) + if is_ended { end } else { "" }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_set_and_unset_again_leaves_every_byte(text in file(), is_of_workspace in any::<bool>()) {
            let workspace = WorkspaceName::parse("x").unwrap();
            let table = is_of_workspace.then_some(&workspace);
            let read = settings(&text, table);
            // An empty table at the end looks like one that was added.
            let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("");
            prop_assume!(read.is_ok() && !last.trim_start().starts_with('['));
            match set(&text, table, &key("A"), "\"a\"", true) {
                Ok(edited) => {
                    prop_assert_ne!(&edited, &text);
                    prop_assert_eq!(unset(&edited, table, &key("A")), Ok(Some(text)));
                }
                Err(error) => prop_assert_eq!(error, Error::ByHand),
            }
        }
    }
}
