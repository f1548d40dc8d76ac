//! Parses one variable: a reference in quotes, or a table with one source and its options.

use super::{Member, Mistake, Reader, members};
use crate::project::composition::{Composition, Encoding};
use crate::project::entry::{Absence, Delivery, Entry, Source};
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::reference::Reference;
use toml::Spanned;
use toml::de::DeValue;

pub const MEMBERS: [&str; 10] = [
    "secret",
    "value",
    "text",
    "url",
    "optional",
    "default",
    "keep_existing",
    "description",
    "as",
    "filename",
];
pub const ENTRY: &str =
    "a variable must be a secret in quotes, false, or a table such as { value = \"8080\" }";
pub const SOURCE: &str = "a variable has exactly one of secret, value, text and url";
pub const REFERENCE: &str =
    "write which secret, never its value: name, workspace/name, an id or kluis://workspace/name";
pub const AS: &str = "as can only be \"env\" or \"file\"";
pub const FILENAME: &str = "filename needs as = \"file\"";
pub const ABSENCE: &str = "a variable has optional = true or a default, not both";
pub const LITERAL: &str = "a value that stands here is always there: remove optional and default";

/// The options, before they are checked together.
#[derive(Default)]
struct Options {
    source: Option<Source>,
    optional: bool,
    default: Option<String>,
    keep_existing: bool,
    description: Option<String>,
    is_file: bool,
    filename: Option<FileName>,
}

impl Reader<'_> {
    pub(super) fn entry(
        &self,
        key: &EnvKey,
        (name, value): Member<'_, '_>,
    ) -> Result<Entry, Mistake> {
        let at = name.span().start;
        let options = match value.get_ref() {
            DeValue::String(_) => Options {
                source: Some(Source::Secret(self.reference(value)?)),
                ..Options::default()
            },
            DeValue::Table(table) => self.options(members(table))?,
            _ => return Err(self.mistake(value.span().start, ENTRY)),
        };
        let source = options.source.ok_or_else(|| self.mistake(at, SOURCE))?;
        let absence = match (options.optional, options.default) {
            (false, None) => Absence::Refused,
            _ if matches!(source, Source::Literal(_)) => return Err(self.mistake(at, LITERAL)),
            (true, None) => Absence::LeftOut,
            (false, Some(text)) => Absence::Replaced(text),
            (true, Some(_)) => return Err(self.mistake(at, ABSENCE)),
        };
        let delivery = match (options.is_file, options.filename) {
            (true, name) => Delivery::File { name },
            (false, None) => Delivery::Value,
            (false, Some(_)) => return Err(self.mistake(at, FILENAME)),
        };
        let (line, _) = self.place(at);
        Ok(Entry {
            key: key.clone(),
            source,
            delivery,
            absence,
            keep_existing: options.keep_existing,
            description: options.description,
            line,
        })
    }

    fn options(&self, members: Vec<Member<'_, '_>>) -> Result<Options, Mistake> {
        let mut options = Options::default();
        for (name, value) in members {
            let at = value.span().start;
            let text = || self.string(value).map(str::to_owned);
            match name.get_ref().as_ref() {
                member @ ("secret" | "value" | "text" | "url") => {
                    if options.source.is_some() {
                        return Err(self.mistake(name.span().start, SOURCE));
                    }
                    options.source = Some(self.source(member, value)?);
                }
                "optional" => options.optional = self.boolean(value)?,
                "default" => options.default = Some(text()?),
                "keep_existing" => options.keep_existing = self.boolean(value)?,
                "description" => options.description = Some(text()?),
                "as" => {
                    options.is_file = match value.get_ref().as_str() {
                        Some("file") => true,
                        Some("env") => false,
                        _ => return Err(self.mistake(at, AS)),
                    }
                }
                "filename" => {
                    let name = FileName::parse(self.string(value)?);
                    options.filename = Some(name.map_err(|broken| self.mistake(at, broken.rule))?);
                }
                _ => return Err(self.unknown(name, &MEMBERS, "a variable")),
            }
        }
        Ok(options)
    }

    fn source(&self, member: &str, value: &Spanned<DeValue<'_>>) -> Result<Source, Mistake> {
        let encoding = match member {
            "secret" => return self.reference(value).map(Source::Secret),
            "value" => return Ok(Source::Literal(self.string(value)?.to_owned())),
            "url" => Encoding::Url,
            _ => Encoding::AsItIs,
        };
        let composition = Composition::parse(self.string(value)?, encoding);
        let composition = composition.map_err(|rule| self.mistake(value.span().start, rule))?;
        Ok(Source::Composed(composition))
    }

    fn reference(&self, value: &Spanned<DeValue<'_>>) -> Result<Reference, Mistake> {
        Reference::parse(self.string(value)?)
            .map_err(|_| self.mistake(value.span().start, REFERENCE))
    }
}
