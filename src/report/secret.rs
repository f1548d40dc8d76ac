//! Prints information about secrets, as text and as JSON. It never prints a value.

use super::warnings;
use crate::context::Context;
use crate::error::Error;
use crate::vault::change::Rotated;
use crate::vault::checksum::Checksum;
use crate::vault::name::WorkspaceName;
use crate::vault::policy::Due;
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;
use crate::vault::time::{Timestamp, rough_duration};
use crate::vault::{Changed, Vault, Written};
use serde::Serialize;

/// The object of `show --json`; without slots, one row of `list --json`.
#[derive(Serialize)]
pub struct SecretJson<'a> {
    id: String,
    workspace: &'a str,
    name: &'a str,
    description: &'a str,
    env_key: &'a str,
    allowed_domains: Vec<&'a str>,
    app_count: usize,
    #[serde(flatten)]
    slots: Slots,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotate_every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When the secret is or was due, by its rotation period or its expiry date.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<&'static str>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<String>,
}

/// The object of `list --json`.
#[derive(Serialize)]
pub struct SecretListJson<'a> {
    pub count: usize,
    pub secrets: Vec<SecretJson<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Slots {
    Each {
        slots: Vec<SlotJson>,
        /// The slot that `rollback` brings back.
        previous_slot: Option<u64>,
    },
    Counted {
        effective_slot: Option<u64>,
        slot_count: usize,
    },
}

#[derive(Serialize)]
struct SlotJson {
    slot: u64,
    checksum: Checksum,
    effective: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pending: bool,
}

impl<'a> SecretJson<'a> {
    /// One secret with every slot.
    pub fn whole(secret: &'a Secret, app_count: usize, now: Timestamp) -> Self {
        let effective = secret.effective(now.seconds());
        let slots = secret.slots.iter().enumerate();
        let slots = slots.map(|(position, slot)| SlotJson {
            slot: slot.slot,
            checksum: slot.checksum,
            effective: effective == Some(position),
            pending: slot.pending,
        });
        Self::new(
            secret,
            app_count,
            now,
            Slots::Each {
                slots: slots.collect(),
                previous_slot: secret.previous(now.seconds()),
            },
        )
    }

    /// One row of a list, with the number of slots.
    pub fn row(secret: &'a Secret, app_count: usize, now: Timestamp) -> Self {
        let effective = secret.effective(now.seconds());
        let effective_slot = effective.map(|position| secret.slots[position].slot);
        let slot_count = secret.slots.len();
        Self::new(
            secret,
            app_count,
            now,
            Slots::Counted {
                effective_slot,
                slot_count,
            },
        )
    }

    fn new(secret: &'a Secret, app_count: usize, now: Timestamp, slots: Slots) -> Self {
        let now = now.seconds();
        Self {
            id: secret.id.to_string(),
            workspace: secret.workspace_name.as_str(),
            name: secret.name.as_str(),
            description: secret.description.as_str(),
            env_key: secret.env_key.as_str(),
            allowed_domains: secret.allowed_domains.iter().collect(),
            app_count,
            slots,
            rotate_every: secret.rotate_every,
            expires_at: secret.expires_at.map(Timestamp::rfc3339),
            due_at: secret.next_due(now).map(|due| due.at().rfc3339()),
            due: secret.due(now).map(Due::word),
            created_at: secret.created_at.rfc3339(),
            updated_at: secret.updated_at.rfc3339(),
            deleted_at: secret.deleted_at.map(Timestamp::rfc3339),
        }
    }
}

/// Whether `set` found the secret or made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOutcome {
    Created,
    Updated,
}

/// Prints the result of `create` and `set`: a sentence at a terminal, the id in a pipe, or the object of
/// `show --json`.
pub fn print_written(
    context: &mut Context,
    vault: &Vault,
    changed: &Changed<Secret>,
    outcome: SetOutcome,
) -> Result<(), Error> {
    let secret = &changed.result;
    if !context.json && context.ui.stdout_is_terminal() {
        let word = match (changed.written, outcome) {
            (Written::Unchanged, _) => "unchanged:",
            (Written::Replaced, SetOutcome::Created) => "created",
            (Written::Replaced, SetOutcome::Updated) => "updated",
        };
        let name = short_path(secret);
        if outcome == SetOutcome::Created {
            note_deleted(context, vault, secret)?;
        }
        return Ok(context.ui.line(&format!("{word} {name}"))?);
    }
    note_unchanged(context, changed.written);
    if context.json {
        return print_json(context, vault, secret);
    }
    Ok(context.ui.line(&secret.id.to_string())?)
}

/// Notes that an older secret of this name can still be restored.
fn note_deleted(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    let reference = Reference::to(Target::Name(secret.name.clone()));
    let deleted = vault.deleted_as(Some(&secret.workspace_name), &reference)?;
    if let Some(last) = deleted.first() {
        context.ui.done(&format!(
            "this is a new secret: `kluis restore {} --name NEW` brings back the deleted one",
            last.id
        ));
    }
    Ok(())
}

/// The name as you would type it: with its workspace, unless that is the default one.
pub fn short_path(secret: &Secret) -> String {
    if secret.workspace_name.as_str() == WorkspaceName::DEFAULT {
        secret.name.to_string()
    } else {
        secret.path()
    }
}

/// Prints the object of `show --json`.
pub fn print_json(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    let app_count = vault.app_count(secret)?;
    let shown = SecretJson::whole(secret, app_count, context.now);
    Ok(context.ui.json(&shown)?)
}

/// A note that another value will replace the present one, if one does.
fn scheduled_note(secret: &Secret, second: u64) -> Option<String> {
    let next = secret.next_scheduled(second)?;
    let begins = Timestamp::from_seconds(next)?;
    let path = secret.path();
    Some(format!(
        "another value of {path} becomes effective at {begins}: `kluis update {path} --remove-slot {next}` drops it"
    ))
}

/// Prints the result of a rotation: the slot's number, or the whole object.
pub fn print_rotated(context: &mut Context, vault: &Vault, rotated: &Rotated) -> Result<(), Error> {
    let secret = &rotated.secret;
    if let Some(note) = scheduled_note(secret, rotated.slot) {
        context.ui.note(&note);
    }
    let now = context.now.seconds();
    let is_scheduled = secret
        .number(rotated.slot)
        .is_some_and(|position| !secret.slots[position].has_begun(now));
    if let Some(begins) = Timestamp::from_seconds(rotated.slot).filter(|_| is_scheduled) {
        let (path, left) = (secret.path(), rough_duration(rotated.slot - now));
        context.ui.done(&format!(
            "the new value of {path} becomes effective at {begins}, in {left}"
        ));
    }
    warnings::warn(context, secret);
    if context.json {
        return print_json(context, vault, secret);
    }
    Ok(context.ui.line(&rotated.slot.to_string())?)
}

/// At a terminal, explains how to undo a change of the value, and when another value replaces it.
pub fn note_version_before(context: &mut Context, old: &Secret, new: &Secret) {
    let second = context.now.seconds();
    if !has_new_version(context, old, new) {
        return;
    }
    if let Some(note) = scheduled_note(new, second) {
        context.ui.done(&note);
    }
    if new.previous(second).is_some() {
        let path = new.path();
        context
            .ui
            .done(&format!("the version before: `kluis rollback {path}`"));
    }
}

/// Whether another version is in use than before.
pub fn has_new_version(context: &Context, old: &Secret, new: &Secret) -> bool {
    let second = context.now.seconds();
    let number = |secret: &Secret| Some(secret.slots[secret.effective(second)?].slot);
    number(old) != number(new)
}

/// Prints a note if nothing was written.
pub fn note_unchanged(context: &mut Context, written: Written) {
    if written == Written::Unchanged {
        context.ui.note("unchanged");
    }
}
