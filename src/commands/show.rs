//! `show`: prints everything about a secret except its value.

use super::Command;
use crate::args::secret_or_picker::PickedArgument;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::print_json;
use crate::report::warnings;
use crate::vault::Scan;
use crate::vault::secret::Secret;
use crate::vault::time::{Timestamp, exact_duration};

/// Show everything about a secret except its value
///
/// --json also prints a checksum of each value, its SHA-256. Do not publish it: an attacker can find a short
/// value by trying all short values.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis show github_token
  kluis show github_token --json | jq -r .updated_at")]
pub struct Show {
    #[command(flatten)]
    secret: PickedArgument,
}

impl Command for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let secret = vault.secret(context.workspace(), &reference);
        let secret = context.found(&vault, secret)?;
        warnings::warn_versions(context, &secret);
        if context.json {
            return print_json(context, &vault, &secret);
        }
        let app_count = vault.app_count(&secret)?;
        print(context, &secret, app_count)
    }
}

fn print(context: &mut Context, secret: &Secret, app_count: usize) -> Result<(), Error> {
    let domains = secret.allowed_domains.iter().collect::<Vec<_>>().join(", ");
    let now = context.now.seconds();
    let policy = secret.rotate_every.map(exact_duration).unwrap_or_default();
    let expires = secret
        .expires_at
        .map(Timestamp::rfc3339)
        .unwrap_or_default();
    let due = match secret.due(now) {
        Some(due) => format!("{}, since {}", due.word(), due.at()),
        None => String::new(),
    };
    let mut fields = vec![
        ("name", secret.name.to_string()),
        ("id", secret.id.to_string()),
        ("workspace", secret.workspace_name.to_string()),
        ("description", secret.description.as_str().to_owned()),
        ("env key", secret.env_key.to_string()),
        ("allowed domains", domains),
        ("apps", app_count.to_string()),
        ("rotate every", policy),
        ("expires", expires),
        ("due", due),
        ("created", secret.created_at.rfc3339()),
        ("updated", secret.updated_at.rfc3339()),
    ];
    for (position, slot) in secret.slots.iter().enumerate() {
        let state = secret.state(position, now).word();
        let told = match Timestamp::from_seconds(slot.slot) {
            Some(begins) if slot.slot > 0 && !slot.pending => {
                format!("{}, {state}, from {begins}", slot.slot)
            }
            _ => format!("{}, {state}", slot.slot),
        };
        fields.push(("slot", told));
    }
    Ok(context.ui.fields(&fields)?)
}
