//! Reads the content that `create`, `set` and `update` write into a secret: from options, or from one JSON
//! object.

use super::fields::FieldArgs;
use super::secret::{NameArgument, read_value};
use super::secret_json::{self, Input};
use super::time::parse_slot;
use super::value::ValueArgs;
use crate::context::Context;
use crate::context::credential_file::is_stdin;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::report::warnings;
use crate::vault::change::{Change, Fields, NewSecret, NewVersion, Values};
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::rule::RuleViolation;
use crate::vault::secret::Secret;
use crate::vault::{self, Scan, Vault};
use std::path::PathBuf;

/// The word for the version in use, in the place of a slot.
const EFFECTIVE: &str = "effective";

#[derive(clap::Args)]
pub struct ContentArgs {
    #[command(flatten)]
    source: ValueArgs,

    #[command(flatten)]
    fields: FieldArgs,

    /// Put the value into the version that starts at this time, or `effective`
    ///
    /// It replaces the value of that version, which is not kept. `effective` is the version in use.
    #[arg(
        long,
        value_name = "TIME",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    slot: Option<String>,

    /// Read the secret as a JSON object from this file; `-` is stdin
    ///
    /// Its members: `name`, `description`, `env_key`, `allowed_domains`, and either `value` or `secret_slots`, a
    /// list of objects with `slot` and `value`.
    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        conflicts_with_all = [
            "description", "env_key", "allow_domain", "slot", "value_file", "generate", "raw",
        ]
    )]
    input: Option<PathBuf>,
}

/// The given content, all of it valid.
#[derive(Default)]
pub struct Content {
    /// Only from JSON; an argument overrides it.
    pub name: Option<SecretName>,
    pub fields: Fields,
    pub values: ProvidedValues,
}

#[derive(Default)]
pub enum ProvidedValues {
    #[default]
    Nothing,
    /// A value without a slot number.
    Value(Plaintext),
    /// A value for the version in use.
    Effective(Plaintext),
    /// Each number once.
    Slots(Vec<(u64, Plaintext)>),
}

impl ContentArgs {
    pub fn is_json(&self) -> bool {
        self.input.is_some()
    }

    pub fn names_a_slot(&self) -> bool {
        self.slot.is_some()
    }

    pub fn source(&self) -> &ValueArgs {
        &self.source
    }

    /// Reads the fields, and with `--input` everything. Warns of a key that no process may get. Asks nothing, so
    /// call it before the vault is unlocked.
    pub fn read(&self, context: &mut Context) -> Result<Content, Error> {
        let content = self.parse(context)?;
        warnings::warn_refused(context, content.fields.env_key.as_ref());
        Ok(content)
    }

    fn parse(&self, context: &Context) -> Result<Content, Error> {
        let mut content = Content {
            fields: self.fields.fields(context.now)?,
            ..Content::default()
        };
        // Mistakes in options are reported before you are asked for a value.
        self.slot_number(context)?;
        let Some(path) = &self.input else {
            return Ok(content);
        };
        if is_stdin(path) {
            context.check_stdin("the passphrase and the input")?;
        }
        let Input {
            name,
            description,
            env_key,
            allowed_domains,
            value,
            slots,
        } = secret_json::read(path)?;
        content.name = name;
        content.fields.description = description;
        content.fields.env_key = env_key;
        content.fields.allowed_domains = allowed_domains;
        content.values = match value {
            Some(value) => ProvidedValues::Value(value),
            None if slots.is_empty() => ProvidedValues::Nothing,
            None => ProvidedValues::Slots(slots),
        };
        Ok(content)
    }

    /// Reads the value from the one place that applies, for the named slot.
    pub fn read_value(&self, context: &mut Context) -> Result<ProvidedValues, Error> {
        let value = read_value(&self.source, context)?;
        if self.slot.as_deref() == Some(EFFECTIVE) {
            return Ok(ProvidedValues::Effective(value));
        }
        Ok(match self.slot_number(context)? {
            Some(slot) => ProvidedValues::Slots(vec![(slot, value)]),
            None => ProvidedValues::Value(value),
        })
    }

    pub fn slot_number(&self, context: &Context) -> Result<Option<u64>, Error> {
        let slot = self.slot.as_deref().filter(|text| *text != EFFECTIVE);
        slot.map(|text| parse_slot("slot", text, context.now))
            .transpose()
    }
}

#[derive(clap::Args)]
pub struct NamedContentArgs {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    content: ContentArgs,
}

/// The content of a secret that may not exist yet, and its place.
pub struct NamedContent {
    pub workspace: Option<WorkspaceName>,
    pub name: SecretName,
    pub fields: Fields,
    pub values: ProvidedValues,
}

impl NamedContentArgs {
    pub fn is_generated(&self) -> bool {
        self.content.source.is_generated()
    }

    /// Whether a value of several lines came from stdin together with options for fields. You may have meant it
    /// for another command, such as a loop that reads its lines.
    pub fn may_have_swallowed(&self, named: &NamedContent) -> bool {
        let ProvidedValues::Value(value) = &named.values else {
            return false;
        };
        let is_piped = !self.content.is_json() && self.content.source.reads_stdin();
        is_piped && !named.fields.is_empty() && value.has_newline()
    }

    /// Opens the vault, checks that the key may write to it, and then asks for a value.
    pub fn read(&self, context: &mut Context) -> Result<(Vault, NamedContent), Error> {
        self.name.check(context)?;
        let content = self.content.read(context)?;
        let new = self.name.name_or(content.name)?;
        let workspace = new.workspace(context);
        let vault = context.open(Scan::Lookup)?;
        let home = vault.workspace(workspace.as_ref()).map(|home| home.id);
        vault.check_may_write(context.found(&vault, home)?)?;
        let values = if self.content.is_json() {
            content.values
        } else {
            self.content.read_value(context)?
        };
        let named = NamedContent {
            workspace,
            name: new.name,
            fields: content.fields,
            values,
        };
        Ok((vault, named))
    }
}

impl NamedContent {
    pub fn create(self, change: &mut Change<'_>) -> Result<Secret, Error> {
        let new = NewSecret {
            name: self.name,
            fields: self.fields,
            slots: self.values.for_new()?,
        };
        Ok(change.create_secret(self.workspace.as_ref(), new)?)
    }
}

/// Whether slots that the input does not list stay in the secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnlistedSlots {
    Stay,
    Go,
}

impl ProvidedValues {
    pub fn has_slot(&self, number: u64) -> bool {
        matches!(self, Self::Slots(slots) if slots.iter().any(|(slot, _)| *slot == number))
    }

    /// The slots of a new secret: a value without a slot number gets slot 0.
    pub fn for_new(self) -> Result<Vec<(u64, Plaintext)>, Error> {
        match self {
            Self::Value(value) | Self::Effective(value) => Ok(vec![(0, value)]),
            Self::Slots(slots) => Ok(slots),
            Self::Nothing => {
                let broken =
                    RuleViolation::new("a new secret needs value or secret_slots", "missing");
                Err(vault::Error::invalid("value", broken).into())
            }
        }
    }

    /// The change of an existing secret; a value without a slot number becomes this version.
    pub fn for_update(self, others: UnlistedSlots, version: NewVersion) -> Values {
        match (self, others) {
            (Self::Nothing, UnlistedSlots::Stay) => Values::Keep,
            (Self::Nothing, UnlistedSlots::Go) => Values::Replace(Vec::new()),
            (Self::Value(value), UnlistedSlots::Stay) => Values::New(value, version),
            (Self::Effective(value), UnlistedSlots::Stay) => Values::Effective(value),
            (Self::Value(value) | Self::Effective(value), UnlistedSlots::Go) => {
                Values::Replace(vec![(0, value)])
            }
            (Self::Slots(slots), UnlistedSlots::Stay) => Values::Merge(slots),
            (Self::Slots(slots), UnlistedSlots::Go) => Values::Replace(slots),
        }
    }
}
