//! `--columns name=Title,value=Password,username=Login`: the meaning of the columns of a CSV.

use crate::vault::rule::RuleViolation;
use std::str::FromStr;

/// The content of a column of a CSV.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning<'c> {
    Title,
    /// The folders of the item.
    Folder,
    Password,
    Field(&'c str),
    /// A field with the column's own name.
    Other,
    Note,
    /// The type of the item.
    Kind,
    /// Whether the item is in the archive, which counts as deleted.
    Archived,
    /// A column without secrets.
    Ignored,
}

/// Each field with the heading of its column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns(Vec<(String, String)>);

#[derive(Debug, thiserror::Error)]
pub enum NoColumns {
    #[error("write pairs of a field and a heading, such as name=Title,value=Password")]
    Pair,
    #[error("{0} is missing: name=HEADING and value=HEADING are needed")]
    Missing(&'static str),
    #[error("a field is given twice")]
    Twice,
}

impl FromStr for Columns {
    type Err = NoColumns;

    fn from_str(text: &str) -> Result<Self, NoColumns> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in text.split(',') {
            let (field, heading) = pair.split_once('=').ok_or(NoColumns::Pair)?;
            let (field, heading) = (field.trim(), heading.trim());
            if field.is_empty() || heading.is_empty() {
                return Err(NoColumns::Pair);
            }
            if pairs.iter().any(|(its, _)| its == field) {
                return Err(NoColumns::Twice);
            }
            pairs.push((field.to_owned(), heading.to_owned()));
        }
        for needed in ["name", "value"] {
            if !pairs.iter().any(|(field, _)| field == needed) {
                return Err(NoColumns::Missing(needed));
            }
        }
        Ok(Self(pairs))
    }
}

impl Columns {
    /// The meaning of each column of this header; every named one must be there.
    pub fn meanings(&self, header: &[String]) -> Result<Vec<(String, Meaning<'_>)>, RuleViolation> {
        let is_there =
            |heading: &String| header.iter().any(|its| its.eq_ignore_ascii_case(heading));
        if let Some((_, heading)) = self.0.iter().find(|(_, heading)| !is_there(heading)) {
            let rule = format!("the first line has no column {heading}");
            return Err(RuleViolation::new(rule, "missing"));
        }
        let columns = header.iter().map(|its| {
            let mut named = self
                .0
                .iter()
                .filter(|(_, heading)| heading.eq_ignore_ascii_case(its));
            let meaning = match named.next() {
                None => Meaning::Ignored,
                Some((field, _)) => match field.as_str() {
                    "name" => Meaning::Title,
                    "value" => Meaning::Password,
                    "folder" => Meaning::Folder,
                    field => Meaning::Field(field),
                },
            };
            (its.clone(), meaning)
        });
        Ok(columns.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_pairs_names_the_value_and_its_name() {
        let columns: Columns = "name=Title, value=Pass word,user=Login=x".parse().unwrap();
        assert_eq!(columns.0[1], ("value".into(), "Pass word".into()));
        assert_eq!(columns.0[2], ("user".into(), "Login=x".into()));
        for text in [
            "",
            "name",
            "name=",
            "name=A,",
            "=A",
            "name=A",
            "value=A",
            "name=A,value=B,name=C",
        ] {
            assert!(text.parse::<Columns>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_heading_that_is_not_there_is_an_error() {
        let columns: Columns = "name=Title,value=Password".parse().unwrap();
        let header = |names: &[&str]| names.iter().map(|&name| name.into()).collect::<Vec<_>>();
        let told = columns
            .meanings(&header(&["Title", "hunter2"]))
            .unwrap_err();
        assert_eq!(told.rule, "the first line has no column Password");
        let found = columns
            .meanings(&header(&["password", "x", "TITLE"]))
            .unwrap();
        let meanings: Vec<_> = found.into_iter().map(|(_, meaning)| meaning).collect();
        assert_eq!(
            meanings,
            [Meaning::Password, Meaning::Ignored, Meaning::Title]
        );
    }
}
