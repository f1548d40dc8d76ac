//! `key list`: lists the keys of the vault.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::key::{KeyJson, reach};
use crate::ui::Table;
use crate::vault::Scan;
use crate::vault::key::Key;
use serde::Serialize;

/// List the keys of the vault
///
/// Shows what each key reaches and when it expires, never a passphrase or a token.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key list
  kluis key list --json | jq -r '.keys[] | select(.read_only).id'")]
pub struct List {}

#[derive(Serialize)]
struct KeyListJson<'a> {
    keys: Vec<KeyJson<'a>>,
}

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Lookup)?;
        let keys = vault.keys()?;
        if context.json {
            let keys = keys.iter().map(KeyJson::new).collect();
            return Ok(context.ui.json(&KeyListJson { keys })?);
        }
        if context.quiet {
            for key in &keys {
                context.ui.line(&key.id.to_string())?;
            }
            return Ok(());
        }
        let headings = ["KEY", "KIND", "LABEL", "REACH", "CREATED", "EXPIRES"];
        let mut table = Table::new(headings);
        for key in &keys {
            table.row([
                key.id.to_string(),
                key.kind.text().to_owned(),
                key.label.clone(),
                reach(key),
                context.when(key.created_at),
                expires(key, context),
            ]);
        }
        context.ui.table(&table)?;
        for key in keys.iter().filter(|key| key.has_expired(context.now)) {
            context.ui.warning(&format!(
                "the key {} ({}) has expired: remove it with `kluis key remove {}`",
                key.label, key.id, key.id
            ));
        }
        Ok(())
    }
}

fn expires(key: &Key, context: &Context) -> String {
    match key.not_after {
        None => String::new(),
        Some(at) if key.has_expired(context.now) => format!("expired {}", context.when(at)),
        Some(at) => context.when(at),
    }
}
