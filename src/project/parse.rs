//! Parses a project file. A mistake is reported by line, column and rule, and never by its text: there may be a
//! value where a reference belongs.

use super::{Delivery, Entry, Presence, Project};
use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

const MEMBERS: &str = "a project file can have vault, workspace, app, pin and [env]";
const TEXT: &str = "this must be a text in quotes";
const VAULT: &str = "vault must be the path of a file, such as \"secrets.kluis\"";
const WORKSPACE: &str =
    "workspace must be 1 to 63 of a-z A-Z 0-9 _ . - and begin with a letter or digit";
const APP: &str = "app must be 1 to 63 of a-z A-Z 0-9 _ . - and begin with a letter or digit; WORKSPACE/ may come before it";
const ENV: &str = "env must be a table, with a line [env] above the variables";
const KEY: &str = "a variable must be 1 to 255 of A-Z a-z 0-9 _ and cannot begin with a digit";
const SECRET: &str =
    "a variable must be a name in quotes, or { secret = \"name\", as = \"file\", optional = true }";
const REFERENCE: &str =
    "write which secret, never its value: name, workspace/name, an id or kluis://workspace/name";
const AS: &str = "as can only be \"file\"";
const OPTIONAL: &str = "optional must be true or false";

/// A mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {rule}")]
pub struct Mistake {
    pub line: usize,
    /// Counted in characters.
    pub column: usize,
    pub rule: &'static str,
}

type Member<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// Parses a file that was found in `folder`.
pub fn parse(text: &str, folder: &Path, home: Option<&Path>) -> Result<Project, Mistake> {
    let reader = Reader { text, folder, home };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let twice = error.message().contains("duplicate key");
        let rule = if twice {
            "this is given twice"
        } else {
            "this is not valid TOML"
        };
        reader.mistake(at, rule)
    })?;
    reader.project(table.get_ref())
}

struct Reader<'t> {
    text: &'t str,
    folder: &'t Path,
    home: Option<&'t Path>,
}

impl Reader<'_> {
    fn project(&self, table: &DeTable<'_>) -> Result<Project, Mistake> {
        let mut project = Project::default();
        for member in members(table) {
            let (name, value) = member;
            let at = value.span().start;
            match name.get_ref().as_ref() {
                "vault" => project.vault = Some(self.vault(value)?),
                "workspace" => {
                    let name = WorkspaceName::parse(self.string(value)?);
                    project.workspace = Some(name.map_err(|_| self.mistake(at, WORKSPACE))?);
                }
                "app" => {
                    let name = AppReference::parse(self.string(value)?);
                    project.app = Some(name.map_err(|_| self.mistake(at, APP))?);
                }
                "pin" => project.pin = Some(self.string(value)?.to_owned()),
                "env" => {
                    let table = value.get_ref().as_table();
                    let table = table.ok_or_else(|| self.mistake(at, ENV))?;
                    let entries = members(table).into_iter().map(|member| self.entry(member));
                    project.env = entries.collect::<Result<_, _>>()?;
                }
                _ => return Err(self.mistake(name.span().start, MEMBERS)),
            }
        }
        Ok(project)
    }

    /// `~/` is the home directory, because no shell expands this text.
    fn vault(&self, value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Mistake> {
        let text = self.string(value)?;
        let mistake = || self.mistake(value.span().start, VAULT);
        if text.is_empty() || text.contains(char::is_control) || text.contains("://") {
            return Err(mistake());
        }
        match text.strip_prefix("~/") {
            Some(rest) => Ok(self.home.ok_or_else(mistake)?.join(rest)),
            None => Ok(self.folder.join(text)),
        }
    }

    fn entry(&self, (name, value): Member<'_, '_>) -> Result<Entry, Mistake> {
        let key =
            EnvKey::parse(name.get_ref()).map_err(|_| self.mistake(name.span().start, KEY))?;
        let mut entry = Entry {
            key,
            reference: match value.get_ref() {
                DeValue::String(_) => self.reference(value)?,
                DeValue::Table(table) => match table.get("secret") {
                    Some(secret) => self.reference(secret)?,
                    None => return Err(self.mistake(name.span().start, SECRET)),
                },
                _ => return Err(self.mistake(value.span().start, SECRET)),
            },
            delivery: Delivery::Value,
            presence: Presence::Required,
        };
        let options = value.get_ref().as_table().map(members).unwrap_or_default();
        for (name, value) in options {
            let at = value.span().start;
            match name.get_ref().as_ref() {
                "secret" => {}
                "as" if value.get_ref().as_str() == Some("file") => {
                    entry.delivery = Delivery::File;
                }
                "as" => return Err(self.mistake(at, AS)),
                "optional" => match value.get_ref().as_bool() {
                    Some(true) => entry.presence = Presence::Optional,
                    Some(false) => {}
                    None => return Err(self.mistake(at, OPTIONAL)),
                },
                _ => return Err(self.mistake(name.span().start, SECRET)),
            }
        }
        Ok(entry)
    }

    fn reference(&self, value: &Spanned<DeValue<'_>>) -> Result<Reference, Mistake> {
        Reference::parse(self.string(value)?)
            .map_err(|_| self.mistake(value.span().start, REFERENCE))
    }

    fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Mistake> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.mistake(value.span().start, TEXT))
    }

    fn mistake(&self, at: usize, rule: &'static str) -> Mistake {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Mistake {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            rule,
        }
    }
}

/// In the order of the file: the table itself is sorted by name.
fn members<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Member<'a, 'i>> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(name, _)| name.span().start);
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Project, Mistake> {
        parse(text, Path::new("/project"), Some(Path::new("/home/ada")))
    }

    fn entry(text: &str) -> Entry {
        let mut project = read(&format!("[env]\nKEY = {text}")).unwrap();
        project.env.remove(0)
    }

    #[test]
    fn the_example_in_the_manual_parses_as_documented() {
        let text = r#"
            vault = "secrets.kluis"          # relative to this file
            workspace = "staging"
            app = "billing"
            pin = "klv_x"
            [env]
            DATABASE_URL = "database_url"
            STRIPE_KEY   = "payments/stripe_key"
            TLS_KEY      = { secret = "tls-key", as = "file" }
            OPTIONAL     = { secret = "flag", optional = true }
            A_SLOT       = "kluis://payments/key?slot=7"
        "#;
        let project = read(text).unwrap();
        assert_eq!(project.vault.unwrap(), Path::new("/project/secrets.kluis"));
        assert_eq!(project.workspace.unwrap().as_str(), "staging");
        assert_eq!(project.app.unwrap().to_string(), "billing");
        assert_eq!(project.pin.unwrap(), "klv_x");
        let shown: Vec<String> = project
            .env
            .iter()
            .map(|entry| format!("{} {}", entry.key, entry.reference))
            .collect();
        assert_eq!(
            shown,
            [
                "DATABASE_URL database_url",
                "STRIPE_KEY payments/stripe_key",
                "TLS_KEY tls-key",
                "OPTIONAL flag",
                "A_SLOT kluis://payments/key?slot=7",
            ]
        );
        let files = project.env.iter().map(|entry| entry.delivery);
        let files: Vec<_> = files.map(|delivery| delivery == Delivery::File).collect();
        assert_eq!(files, [false, false, true, false, false]);
        let optional = project.env.iter().map(|entry| entry.presence);
        let optional: Vec<_> = optional.map(|one| one == Presence::Optional).collect();
        assert_eq!(optional, [false, false, false, true, false]);
    }

    #[test]
    fn an_empty_file_says_nothing() {
        for text in ["", "# nothing\n", "[env]"] {
            assert_eq!(read(text), Ok(Project::default()));
        }
    }

    #[test]
    fn a_variable_may_have_a_table_of_its_own() {
        let text = "[env.KEY]\nsecret = 'a'\noptional = true\nas = 'file'";
        let project = read(text).unwrap();
        assert_eq!(project.env[0].delivery, Delivery::File);
        assert_eq!(project.env[0].presence, Presence::Optional);
        assert_eq!(
            entry("{ secret = 'a', optional = false }").presence,
            Presence::Required
        );
    }

    #[test]
    fn a_vault_is_relative_to_the_file_or_to_home() {
        for (text, path) in [
            ("a/b", "/project/a/b"),
            ("../b", "/project/../b"),
            ("/b", "/b"),
            ("~/b", "/home/ada/b"),
            ("~bob/b", "/project/~bob/b"),
        ] {
            let project = read(&format!("vault = '{text}'")).unwrap();
            assert_eq!(project.vault.unwrap(), Path::new(path));
        }
        let homeless = parse("vault = '~/b'", Path::new("/project"), None);
        assert_eq!(homeless.unwrap_err().rule, VAULT);
    }

    #[test]
    fn a_mistake_is_reported_by_place_and_rule_and_never_quoted() {
        for (text, line, column, rule) in [
            ("vault = 'a'\n  hunter2 = 'x'", 2, 3, MEMBERS),
            ("[hunter2]\na = 'b'", 1, 2, MEMBERS),
            ("vault = ''", 1, 9, VAULT),
            ("vault = 's3://hunter2'", 1, 9, VAULT),
            ("vault = \"hunter2\\u0000\"", 1, 9, VAULT),
            ("vault = \"a\\ntouch b\\n#.kluis\"", 1, 9, VAULT),
            ("vault = \"a\\u007f\"", 1, 9, VAULT),
            ("vault = 7", 1, 9, TEXT),
            ("# é\n'é' = 1", 2, 1, MEMBERS),
            ("workspace = 'hunter2 x'", 1, 13, WORKSPACE),
            ("app = '/hunter2'", 1, 7, APP),
            ("pin = ['hunter2']", 1, 7, TEXT),
            ("env = 'hunter2'", 1, 7, ENV),
            ("[[env]]\nA = 'hunter2'", 1, 1, ENV),
            ("[env]\nhunter2-x = 'a'", 2, 1, KEY),
            ("[env]\nA = 'postgres://u:hunter2@h/d'", 2, 5, REFERENCE),
            ("[env]\nA = 'a'\nB = 12345", 3, 5, SECRET),
            ("[env]\nA = ['hunter2']", 2, 5, SECRET),
            ("[env]\nA = { value = 'hunter2' }", 2, 1, SECRET),
            ("[env]\nA = { secret = 'a', hunter2 = 1 }", 2, 21, SECRET),
            ("[env]\nA = { secret = 'hunter 2' }", 2, 16, REFERENCE),
            ("[env]\nA = { secret = 'a', as = 'hunter2' }", 2, 26, AS),
            ("[env]\nA = { secret = 'a', as = true }", 2, 26, AS),
            (
                "[env]\nA = { secret = 'a', optional = 'hunter2' }",
                2,
                32,
                OPTIONAL,
            ),
            ("vault = 'hunter2' x", 1, 19, "this is not valid TOML"),
            ("vault = hunter2", 1, 9, "this is not valid TOML"),
            (
                "vault = 'a'\nvault = 'hunter2'",
                2,
                1,
                "this is given twice",
            ),
            ("[env]\nA = 'a'\nA = 'hunter2'", 3, 1, "this is given twice"),
            ("[env]\n[env]", 2, 2, "this is given twice"),
        ] {
            let mistake = read(text).unwrap_err();
            assert_eq!(mistake, Mistake { line, column, rule }, "{text}");
            assert!(!mistake.to_string().contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn nesting_without_end_is_a_mistake_and_no_crash() {
        let text = format!("env = {}", "[".repeat(60_000));
        assert!(read(&text).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z_= \n\\[\\]{}'\"#.,0-9\u{0}é]{0,80}") {
            let _ = read(&text);
        }
    }
}
