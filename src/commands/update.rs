//! `update`: changes some fields of a secret, all or none of them.

use super::Command;
use crate::args::content::{Content, ContentArgs, ProvidedValues, UnlistedSlots};
use crate::args::fields::ClearArgs;
use crate::args::secret::SecretArgument;
use crate::args::time::parse_slot;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{note_unchanged, note_version_before, print_json};
use crate::report::warnings;
use crate::vault::change::SecretUpdate;
use crate::vault::name::SecretName;
use crate::vault::{self, Scan, Written};

/// Change fields of a secret
///
/// Changes only the fields that you name. If one of them cannot be changed, none is. Sets a new value only
/// with --value, --value-file or --generate.
///
/// A new value becomes a new version: `kluis rollback` brings back the one before. If nothing is different, the
/// vault file stays byte for byte the same. Does not read from a pipe without --value.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis update github_token --description 'read only'
  printf %s \"$NEW\" | kluis update github_token --value
  kluis update old_name --name new_name
  printf %s \"$NEXT\" | kluis update api_key --value --slot 2027-01-01T00:00:00Z")]
pub struct Update {
    #[command(flatten)]
    secret: SecretArgument,

    /// Rename the secret; its id and links stay
    #[arg(long, value_name = "NAME", conflicts_with = "input")]
    name: Option<String>,

    #[command(flatten)]
    content: ContentArgs,

    #[command(flatten)]
    clear: ClearArgs,

    #[command(flatten)]
    version: VersionArgs,

    /// Read a new value from a pipe, or ask for it
    #[arg(long, conflicts_with = "input")]
    value: bool,

    /// Drop the version that starts at this time; may be repeated
    #[arg(
        long,
        value_name = "TIME",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    remove_slot: Vec<String>,

    /// Drop all versions that you do not give
    #[arg(long, hide_short_help = true)]
    replace: bool,
}

impl Command for Update {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.whole()?;
        let reads = self.reads()?;
        let name = self.name.as_deref().map(SecretName::parse).transpose();
        let name = name.map_err(|broken| vault::Error::invalid("name", broken))?;
        let Content {
            name: read,
            mut fields,
            mut values,
        } = self.content.read(context)?;
        self.clear.clear(&mut fields);
        let remove = self.removed(context, &values)?;
        let mut vault = context.open(Scan::Lookup)?;
        if reads {
            let secret = vault.secret(context.workspace(), &reference);
            let secret = context.found(&vault, secret)?;
            vault.check_may_write(secret.workspace)?;
            values = self.content.read_value(context)?;
        }
        let others = if self.replace {
            UnlistedSlots::Go
        } else {
            UnlistedSlots::Stay
        };
        let update = SecretUpdate {
            name: name.or(read),
            fields,
            values: values.for_update(others, self.version.version(context)),
            remove,
        };
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let old = change.look_up(workspace.as_ref(), &reference)?;
            let new = change.update_secret(workspace.as_ref(), &reference, update)?;
            Ok((old, new))
        })?;
        let (old, secret) = changed.result;
        note_unchanged(context, changed.written);
        if changed.written != Written::Unchanged {
            context.ui.done(&format!("changed {}", secret.path()));
        }
        if let Some(old) = old {
            note_version_before(context, &old, &secret);
        }
        warnings::warn_versions(context, &secret);
        if context.json {
            print_json(context, &vault, &secret)?;
        }
        Ok(())
    }
}

impl Update {
    /// Whether a value is read. Options about its source or slot need one.
    fn reads(&self) -> Result<bool, Error> {
        let source = self.content.source();
        let reads = self.value || source.names_a_source();
        if source.is_raw() && !reads {
            return Err(Error::usage("--raw needs a value: add --value"));
        }
        if self.content.names_a_slot() && !reads {
            return Err(Error::usage("--slot needs a value: add --value"));
        }
        if self.replace && !reads && !self.content.is_json() {
            return Err(Error::usage("--replace needs a value: add --value"));
        }
        Ok(reads)
    }

    fn removed(&self, context: &Context, read: &ProvidedValues) -> Result<Vec<u64>, Error> {
        let mut removed = Vec::with_capacity(self.remove_slot.len());
        let put = self.content.slot_number(context)?;
        for text in &self.remove_slot {
            let slot = parse_slot("remove_slot", text, context.now)?;
            if put == Some(slot) || read.has_slot(slot) {
                return Err(Error::usage("one slot cannot be both written and removed"));
            }
            if !removed.contains(&slot) {
                removed.push(slot);
            }
        }
        Ok(removed)
    }
}
