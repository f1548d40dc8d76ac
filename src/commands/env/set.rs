//! `env set`: adds a variable to the project file, or changes it.

use super::change::{Consent, Target, refused};
use crate::args::secret::parse_key;
use crate::commands::Command;
use crate::completion::words::PairWord;
use crate::context::Context;
use crate::error::Error;
use crate::project::{Composition, Encoding, edit};
use crate::vault;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;

/// Add a variable to kluis.toml, or change it
///
/// The text after = is a reference to a secret: a name, WORKSPACE/NAME or an id. With an option it is a text for the
/// file itself, which is no place for a secret.
///
/// If you trusted the file in that workspace before, you trust it with this change.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis env set DATABASE_URL=database_url
  kluis env set --url DATABASE_URL='postgres://{db_user}:{db_password}@db/app'
  kluis env set --value LOG_LEVEL=warn -w production
  kluis env set --file TLS_KEY=tls_key")]
pub struct Set {
    /// The variable, and the secret or text that it gets
    #[arg(value_name = "KEY=REF", required = true)]
    variables: Vec<PairWord>,

    /// The text itself is the value
    #[arg(long, group = "kind")]
    value: bool,

    /// The text has secrets in braces: 'user={db_user}'
    #[arg(long, group = "kind")]
    text: bool,

    /// The same for a URL: each secret is percent-encoded
    #[arg(long, group = "kind")]
    url: bool,

    /// Leave the variable out if the secret does not exist
    #[arg(long, conflicts_with = "value")]
    optional: bool,

    /// Give the path of a file that holds the value
    #[arg(long)]
    file: bool,
}

impl Command for Set {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let target = Target::of(context)?;
        let mut text = target.file.text.clone();
        for variable in &self.variables {
            let (key, source) = variable.split_once('=').ok_or_else(|| Error::Usage {
                message: if self.value || self.text || self.url {
                    "env set needs KEY=TEXT".into()
                } else {
                    "env set needs KEY=REF".into()
                },
                hint: Some("such as kluis env set DATABASE_URL=database_url".into()),
            })?;
            let key = parse_key(key)?;
            let value = self.value_of(source)?;
            let is_reference = !self.has_options();
            let table = target.workspace.as_ref();
            text = edit::set(&text, table, &key, &value, is_reference)
                .map_err(|error| refused(error, &target, &line(&key, &value)))?;
        }
        if text == target.file.text {
            context.ui.note("unchanged: the file says so already");
            return Ok(());
        }
        target.write(text, Consent::ToTheChange, context)?;
        for variable in &self.variables {
            let key = variable.split('=').next().unwrap_or_default();
            let what = if self.value {
                " to a text in the file, which is no place for a secret"
            } else {
                "; `kluis check` says whether its secrets are there"
            };
            context.ui.note(&format!("set {key}{what}"));
        }
        Ok(())
    }
}

impl Set {
    fn has_options(&self) -> bool {
        self.value || self.text || self.url || self.optional || self.file
    }

    /// The right side of the line, in TOML.
    fn value_of(&self, source: &str) -> Result<String, Error> {
        let member = if self.value {
            "value"
        } else if self.text || self.url {
            let encoding = if self.url {
                Encoding::Url
            } else {
                Encoding::AsItIs
            };
            Composition::parse(source, encoding).map_err(mistaken)?;
            if self.url { "url" } else { "text" }
        } else {
            let reference = Reference::parse(source);
            reference.map_err(|broken| vault::Error::invalid("env", broken))?;
            "secret"
        };
        // A JSON string is a basic string of TOML.
        let quoted = serde_json::Value::from(source).to_string();
        if !self.has_options() {
            return Ok(quoted);
        }
        let mut members = vec![format!("{member} = {quoted}")];
        if self.optional {
            members.push("optional = true".to_owned());
        }
        if self.file {
            members.push("as = \"file\"".to_owned());
        }
        Ok(format!("{{ {} }}", members.join(", ")))
    }
}

fn mistaken(rule: &'static str) -> Error {
    vault::Error::invalid("env", RuleViolation::mismatch(rule)).into()
}

fn line(key: &EnvKey, value: &str) -> String {
    format!("{key} = {value}")
}
