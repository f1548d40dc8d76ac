//! What commands print about secrets, for people and for programs. Never a value.

use super::Context;
use crate::error::Error;
use crate::vault::secret::Secret;
use crate::vault::time::Timestamp;
use crate::vault::{Changed, Vault, Written};
use serde::Serialize;

/// The object of `show --json`; without its slots, a row of `list --json`.
#[derive(Serialize)]
pub struct Shown<'a> {
    id: String,
    workspace: &'a str,
    name: &'a str,
    description: &'a str,
    env_key: &'a str,
    allowed_domains: Vec<&'a str>,
    app_count: usize,
    #[serde(flatten)]
    slots: Slots<'a>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Slots<'a> {
    Each {
        slots: Vec<ShownSlot<'a>>,
    },
    Counted {
        effective_slot: Option<u64>,
        slot_count: usize,
    },
}

#[derive(Serialize)]
struct ShownSlot<'a> {
    slot: u64,
    checksum: &'a str,
    effective: bool,
}

impl<'a> Shown<'a> {
    /// With every slot, for one secret.
    pub fn whole(secret: &'a Secret, app_count: usize, now: Timestamp) -> Self {
        let effective = secret.effective(now.seconds());
        let slots = secret.slots.iter().enumerate();
        let slots = slots.map(|(position, slot)| ShownSlot {
            slot: slot.slot,
            checksum: &slot.checksum,
            effective: effective == Some(position),
        });
        Self::new(
            secret,
            app_count,
            Slots::Each {
                slots: slots.collect(),
            },
        )
    }

    /// With the slots counted, for a list.
    pub fn row(secret: &'a Secret, app_count: usize, now: Timestamp) -> Self {
        let effective = secret.effective(now.seconds());
        let effective_slot = effective.map(|position| secret.slots[position].slot);
        let slot_count = secret.slots.len();
        Self::new(
            secret,
            app_count,
            Slots::Counted {
                effective_slot,
                slot_count,
            },
        )
    }

    fn new(secret: &'a Secret, app_count: usize, slots: Slots<'a>) -> Self {
        Self {
            id: secret.id.to_string(),
            workspace: &secret.workspace_name,
            name: secret.name.as_str(),
            description: secret.description.as_str(),
            env_key: secret.env_key.as_str(),
            allowed_domains: secret.allowed_domains.iter().collect(),
            app_count,
            slots,
            created_at: secret.created_at.rfc3339(),
            updated_at: secret.updated_at.rfc3339(),
        }
    }
}

/// What `create` and `set` say when they are done: the id, or the whole object.
pub fn print_written(
    context: &mut Context,
    vault: &Vault,
    changed: &Changed<Secret>,
) -> Result<(), Error> {
    let secret = &changed.result;
    note_unchanged(context, changed.written);
    if context.json {
        print_json(context, vault, secret)?;
    } else {
        context.ui.line(&secret.id.to_string())?;
    }
    Ok(())
}

/// The object of `show --json`.
pub fn print_json(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    let app_count = vault.app_count(secret)?;
    let shown = Shown::whole(secret, app_count, context.now);
    Ok(context.ui.json(&shown)?)
}

/// Says that nothing was written, where that is so.
pub fn note_unchanged(context: &mut Context, written: Written) {
    if written == Written::Unchanged {
        context.ui.note("unchanged");
    }
}
