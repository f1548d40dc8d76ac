//! `history`: lists a secret's slots and the state of each.

use super::Command;
use crate::args::secret_or_picker::PickedArgument;
use crate::context::Context;
use crate::error::Error;
use crate::report::warnings;
use crate::ui::Table;
use crate::vault::Scan;
use crate::vault::checksum::Checksum;
use crate::vault::secret::Secret;
use crate::vault::slot::Slot;
use crate::vault::time::{Timestamp, rough_duration};
use serde::Serialize;

/// Show the versions of a secret
///
/// Prints a row for each version, the oldest first: its slot number, its state, and since when or from when
/// it is in effect. The state is past, effective, scheduled or pending. It never prints a value: `kluis get
/// --slot` does.
///
/// --json also prints a checksum of each value, its SHA-256. Do not publish it: an attacker can find a short
/// value by trying all short values.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis history db_password
  kluis history db_password --json | jq -r '.slots[].slot'")]
pub struct History {
    #[command(flatten)]
    secret: PickedArgument,
}

#[derive(Serialize)]
struct Document<'a> {
    id: String,
    workspace: &'a str,
    name: &'a str,
    slots: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    slot: u64,
    state: &'static str,
    /// Absent for a number beyond the year 9999.
    #[serde(skip_serializing_if = "Option::is_none")]
    begins_at: Option<String>,
    checksum: Checksum,
    written_at: String,
}

impl Command for History {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let secret = vault.secret(context.workspace(), &reference);
        let secret = context.found(&vault, secret)?;
        warnings::warn_versions(context, &secret);
        let now = context.now.seconds();
        let rows = secret.slots.iter().enumerate().map(|(position, slot)| Row {
            slot: slot.slot,
            state: secret.state(position, now).word(),
            begins_at: Timestamp::from_seconds(slot.slot).map(Timestamp::rfc3339),
            checksum: slot.checksum,
            written_at: slot.written_at.rfc3339(),
        });
        let rows: Vec<Row> = rows.collect();
        if context.json {
            return Ok(context.ui.json(&document(&secret, rows))?);
        }
        let headings = ["SLOT", "STATE", "BEGINS", "AGE"];
        let mut table = Table::new(headings).with_states("STATE");
        for (slot, row) in secret.slots.iter().zip(rows) {
            table.row([
                row.slot.to_string(),
                row.state.to_owned(),
                begins(slot),
                age(slot, now),
            ]);
        }
        Ok(context.ui.table(&table)?)
    }
}

fn document(secret: &Secret, slots: Vec<Row>) -> Document<'_> {
    Document {
        id: secret.id.to_string(),
        workspace: secret.workspace_name.as_str(),
        name: secret.name.as_str(),
        slots,
    }
}

/// The beginning, to the second. Slot 0 has always been there, and a pending slot begins when you resume it.
fn begins(slot: &Slot) -> String {
    if slot.pending {
        return "not yet".to_owned();
    }
    match Timestamp::from_seconds(slot.slot) {
        _ if slot.slot == 0 => "always".to_owned(),
        Some(time) => time.rfc3339().replace(".000Z", "Z"),
        None => "never".to_owned(),
    }
}

/// The time since it began or was written, whichever came later, or the time until it begins.
fn age(slot: &Slot, now: u64) -> String {
    if slot.slot > now && !slot.pending && !slot.has_begun(now) {
        return format!("in {}", rough_duration(slot.slot - now));
    }
    rough_duration(now.saturating_sub(slot.in_use_since()))
}
