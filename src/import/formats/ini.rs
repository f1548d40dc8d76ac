//! Reads `ini`, as Python's configparser and the AWS tools do: `name = value` or `name: value` below a `[section]`.
//! A line that is indented further continues the value; a comment is a line that begins with `#` or `;`.
//!
//! There is no standard. `kluis` warns by name where other programs read a value differently.

use super::path::TreePath;
use super::tree::{Node, Tree};
use crate::import::entries::{Entries, Location};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

const QUOTED: &str = "some programs take off the quotes; taken with them";
const COMMENTED: &str =
    "some programs take the text after ; or # for a comment; taken as part of the value";
const CONTINUED: &str =
    "some programs join a line that ends with \\ to the next one; taken as it is";
const CASE: &str = "Python's configparser takes names that differ only in their case for one";
const EXPANDED: &str =
    "some programs replace %(…), %% or ${…} by something else; taken as it is written";
const INHERITED_SECTION: &str = "DEFAULT";
const INHERITED: &str = "Python's configparser gives the values of DEFAULT to every section";

/// The whole input as a tree of sections. Warnings are for the section on the path, or for all.
pub fn tree(
    input: &Plaintext,
    path: Option<&TreePath>,
    into: &mut Entries,
) -> Result<Tree, RuleViolation> {
    let mut file = File::default();
    // A line ends with LF, CR or both, as Python reads a text.
    let text = text(input)?;
    let ends = |letter| letter == '\n' || letter == '\r';
    let mut number = 0;
    let mut rest = Some(text);
    while let Some(text) = rest {
        let end = text.find(ends);
        let line = &text[..end.unwrap_or(text.len())];
        number += 1;
        file.line(Location::Line(number), line, into)?;
        rest = end.map(|end| {
            let after = &text[end..];
            after.strip_prefix("\r\n").unwrap_or(&after[1..])
        });
    }
    file.end_option();
    for (section, members) in &file.sections {
        if section == INHERITED_SECTION || path.is_none_or(|path| path.begins_with(section)) {
            warn(section, members, into);
        }
    }
    let mut members = Vec::new();
    for (section, options) in file.sections {
        if section.is_empty() {
            members.extend(options);
        } else if let Some((_, first)) = options.first() {
            let place = first.place;
            let node = Node::Mapping(options);
            members.push((section, Tree { place, node }));
        }
    }
    let (place, node) = (Location::Line(1), Node::Mapping(members));
    Ok(Tree { place, node })
}

type Options = Vec<(String, Tree)>;

#[derive(Default)]
struct File<'t> {
    /// The first has no name if the file does not begin with one.
    sections: Vec<(String, Options)>,
    /// The position of each section: one that is given again goes on.
    positions: HashMap<&'t str, usize>,
    current: usize,
    open: Option<Open<'t>>,
}

/// An option whose value may continue.
struct Open<'t> {
    name: String,
    place: Location,
    indent: usize,
    /// Its lines, without the blanks around them.
    lines: Vec<&'t str>,
}

impl<'t> File<'t> {
    fn line(
        &mut self,
        place: Location,
        line: &'t str,
        into: &mut Entries,
    ) -> Result<(), RuleViolation> {
        let content = line.trim();
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(open) = &mut self.open
            && (content.is_empty() || indent > open.indent)
        {
            open.lines.push(content);
            return Ok(());
        }
        if content.is_empty() {
            return Ok(());
        }
        self.end_option();
        let section = content.strip_prefix('[').and_then(|rest| {
            let (name, _) = rest.rsplit_once(']')?;
            (!name.is_empty()).then_some(name)
        });
        if let Some(name) = section {
            self.begin(name);
        } else if let Some(at) = content.find(['=', ':']) {
            let (name, value) = (content[..at].trim_end(), content[at + 1..].trim_start());
            if into.refuses_line(place, name.as_bytes(), value.as_bytes())? {
                return Ok(());
            }
            self.open = Some(Open {
                name: name.to_owned(),
                place,
                indent,
                lines: vec![value],
            });
        } else {
            into.refuse(
                place,
                "this line is no NAME = VALUE and no [SECTION]",
                "value_error",
            );
        }
        Ok(())
    }

    fn begin(&mut self, section: &'t str) {
        let next = self.sections.len();
        self.current = *self.positions.entry(section).or_insert(next);
        if self.current == next {
            self.sections.push((section.to_owned(), Vec::new()));
        }
    }

    fn end_option(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if self.sections.is_empty() {
            self.begin("");
        }
        let bytes = open.lines.iter().map(|line| line.len() + 1).sum();
        let mut value = Zeroizing::new(Vec::with_capacity(bytes));
        for line in open.lines {
            value.extend_from_slice(line.as_bytes());
            value.push(b'\n');
        }
        let length = value.trim_ascii_end().len();
        value.truncate(length);
        let (place, node) = (open.place, Node::Text(value.into()));
        if let Some((_, options)) = self.sections.get_mut(self.current) {
            options.push((open.name, Tree { place, node }));
        }
    }
}

/// Warns of values that programs read differently.
fn warn(section: &str, options: &Options, into: &mut Entries) {
    let mut names = HashSet::new();
    for (name, tree) in options {
        let Node::Text(value) = &tree.node else {
            continue;
        };
        let value = value.expose();
        let shown = if section.is_empty() {
            name.clone()
        } else {
            format!("{section}.{name}")
        };
        let mut warn = |what| into.warn(tree.place, &shown, what);
        if let [first @ (b'"' | b'\''), .., last] = value
            && first == last
        {
            warn(QUOTED);
        }
        let begins = value.first().is_some_and(|byte| b";#".contains(byte));
        let begins_comment =
            |pair: &[u8]| pair[0].is_ascii_whitespace() && matches!(pair[1], b';' | b'#');
        if begins || value.contains(&b';') || value.windows(2).any(begins_comment) {
            warn(COMMENTED);
        }
        if value.ends_with(b"\\") {
            warn(CONTINUED);
        }
        if !names.insert(name.to_lowercase()) {
            warn(CASE);
        }
        let expands = |mark| memchr::memmem::find(value, mark).is_some();
        if expands(b"%(") || expands(b"%%") || expands(b"${") {
            warn(EXPANDED);
        }
        if section == INHERITED_SECTION {
            warn(INHERITED);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::import::formats::nesting::Nesting;
    use crate::import::formats::path::TreePath;
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};

    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s/1\n[profile prod] ; x\naws_access_key_id=AKIA2\n[default]\nregion=x\n";

    fn read_at(path: &str, input: &str) -> Vec<(String, String)> {
        let path: TreePath = path.parse().unwrap();
        let rules = Rules {
            path: Some(&path),
            ..Rules::default()
        };
        pairs_or_empty(read(Format::Ini, input, rules).unwrap())
    }

    fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        pairs.into()
    }

    #[test]
    fn a_section_is_read_alone_or_joined() {
        let told = read(Format::Ini, CREDENTIALS, Rules::default())
            .err()
            .unwrap();
        assert!(
            told[0].starts_with("line 2: default is a section, not a string"),
            "{told:?}"
        );
        let found = read_at(".default", CREDENTIALS);
        let expected = owned([
            ("aws_access_key_id", "AKIA1"),
            ("aws_secret_access_key", "s/1"),
            ("region", "x"),
        ]);
        assert_eq!(found, expected);
        let found = read_at(".profile prod", CREDENTIALS);
        assert_eq!(found, owned([("aws_access_key_id", "AKIA2")]));
        let rules = Rules {
            nesting: Nesting::Joined,
            ..Rules::default()
        };
        let all = pairs_or_empty(read(Format::Ini, CREDENTIALS, rules).unwrap());
        assert_eq!(all[3].0, "profile_prod_aws_access_key_id");
    }

    #[test]
    fn values_are_read_as_configparser_reads_them() {
        let input = "; c\n  # c\nA = x = y : z\r\nB: two\n  lines\n\n   after a gap\n\nC =\nD=#x\n E = not a continuation of nothing\n";
        let found = pairs_or_empty(read(Format::Ini, input, Rules::default()).unwrap());
        let expected = owned([
            ("A", "x = y : z"),
            ("B", "two\nlines\n\nafter a gap"),
            ("C", ""),
            ("D", "#x\nE = not a continuation of nothing"),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn where_programs_differ_there_is_a_warning_by_name() {
        let input = "A = \"x\"\rB = x ; y\nC = %(A)s\nD = it's\nE = a#b\nF = x\\\ne = y\n";
        let gathered = read(Format::Ini, input, Rules::default()).unwrap();
        let warned: Vec<_> = gathered
            .warnings
            .iter()
            .map(|one| one.names.join(","))
            .collect();
        assert_eq!(
            warned,
            [
                "A (line 1)",
                "B (line 2)",
                "C (line 3)",
                "F (line 6)",
                "e (line 7)"
            ]
        );
    }

    #[test]
    fn a_line_that_is_nothing_is_refused_and_not_repeated() {
        let told = read(Format::Ini, "[a]\nhunter2\n[]\n", Rules::default());
        let said = |line| format!("line {line}: this line is no NAME = VALUE and no [SECTION]");
        assert_eq!(told.err().unwrap(), [said(2), said(3)]);
    }
}
