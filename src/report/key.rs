//! Prints a key as JSON, and its reach in words.

use crate::context::Context;
use crate::vault::change::OtherSigner;
use crate::vault::key::{Access, Key};
use crate::vault::time::Timestamp;
use serde::Serialize;

/// A key as JSON.
#[derive(Serialize)]
pub struct KeyJson<'a> {
    pub id: String,
    kind: &'static str,
    label: &'a str,
    access: &'static str,
    /// Empty for full access, which reaches every workspace.
    workspaces: Vec<&'a str>,
    read_only: bool,
    created_at: String,
    not_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<&'a str>,
}

impl<'a> KeyJson<'a> {
    pub fn new(key: &'a Key) -> Self {
        let (access, workspaces) = match &key.access {
            Access::Full => ("full", Vec::new()),
            Access::Workspaces(reach) => {
                let names = reach.iter().map(|reach| reach.workspace.name.as_str());
                ("workspaces", names.collect())
            }
        };
        Self {
            id: key.id.to_string(),
            kind: key.kind.word(),
            label: &key.label,
            access,
            workspaces,
            read_only: key.is_read_only(),
            created_at: key.created_at.rfc3339(),
            not_after: key.not_after.map(Timestamp::rfc3339),
            public_key: key.recipient.as_deref(),
        }
    }
}

/// The reach of a key, in words: `full`, or `read staging, write default`.
pub fn reach(key: &Key) -> String {
    match &key.access {
        Access::Full => "full".to_owned(),
        Access::Workspaces(reach) if reach.is_empty() => "nothing".to_owned(),
        Access::Workspaces(reach) => {
            let reach = reach.iter().map(|reach| {
                let how = if reach.write { "write" } else { "read" };
                format!("{how} {}", reach.workspace.name)
            });
            reach.collect::<Vec<_>>().join(", ")
        }
    }
}

/// `token ci (key_…, read staging)`
pub fn named(key: &Key) -> String {
    format!(
        "{} {} ({}, {})",
        key.kind.text(),
        key.label,
        key.id,
        reach(key)
    )
}

/// A question, with the keys that are lost if you answer yes.
pub fn question(question: &str, lost: &[&Key]) -> String {
    let keys: Vec<_> = lost.iter().map(|key| named(key)).collect();
    if keys.is_empty() {
        return question.to_owned();
    }
    let keys = keys.join("; ");
    format!("{question} These keys are removed with it, and must be added again: {keys}")
}

/// Warns of keys that were removed with a change.
pub fn add_again(context: &mut Context, keys: &[Key]) {
    for key in keys {
        context.ui.warning(&format!(
            "also removed: {}. Add it again with `kluis key add`",
            named(key)
        ));
    }
}

/// Prints the consequences of the vault's new public key for the other keys.
pub fn other_signer(context: &mut Context, pin: &str, others: &OtherSigner) {
    add_again(context, &others.dropped);
    for key in &others.to_pin {
        let key = named(key);
        context.ui.warning(&format!(
            "the owner of the {key} must use the new pin: {pin}"
        ));
    }
    context
        .ui
        .note(&format!("the vault has a new public key to pin: {pin}"));
    if !others.trusting_old.is_empty() {
        let keys: Vec<_> = others.trusting_old.iter().map(named).collect();
        context.ui.note(&format!(
            "these keys still trust the old public key, so an attacker with the old key or passphrase could make a false vault that opens with them: {}; `kluis key renew` or the new pin ends that",
            keys.join("; ")
        ));
    }
}
