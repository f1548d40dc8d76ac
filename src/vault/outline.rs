//! A vault as lines of text to compare: names, fields and slots. Each value is 8 digits of a digest under a key
//! of the workspace, which shows a change and allows no guessing.

use super::Error;
use super::app::Target;
use super::env_key::EnvKey;
use super::lookup::Vault;
use super::merge::copy::{Record, Records, records};
use super::revision::Revision;
use super::time::{Timestamp, exact_duration};
use super::workspace::Workspace;
use crate::keyring::Keyring;
use crate::sealed::file::Layout;
use crate::sealed::id::SecretId;
use crate::sealed::index::RecordKind;
use data_encoding::HEXLOWER;
use std::collections::BTreeMap;

/// The bytes shown of a digest: enough to see a change.
const DIGEST_BYTES: usize = 4;

/// Everything that the key reaches, line by line, sorted by name. Needs a vault of which every page was read.
pub fn outline(vault: &Vault) -> Result<Vec<String>, Error> {
    let keyring = vault.keyring.as_ref();
    let mut lines = vec![format!("revision {}", vault.revision())];
    let mut all = Vec::new();
    for workspace in &vault.workspaces {
        all.push((workspace, records(&vault.view, keyring, workspace)?));
    }
    let paths: BTreeMap<SecretId, String> = all
        .iter()
        .flat_map(|(_, records)| records.secrets.values())
        .map(|record| (record.secret.id, record.secret.path()))
        .collect();
    for (workspace, records) in &all {
        section(keyring, workspace, records, &paths, &mut lines)?;
    }
    for line in &vault.header().content().workspaces {
        if !vault.workspaces.iter().any(|one| one.id == line.id) {
            lines.push(format!("{}: not for this key", line.id));
        }
    }
    Ok(lines)
}

/// What is visible without a key: revisions and sizes.
pub fn locked(layout: &Layout) -> Vec<String> {
    let content = layout.header.content();
    let mut lines = vec![
        "locked: no key opens it here".to_owned(),
        format!("revision {}", Revision::of(layout)),
    ];
    for section in layout.sections() {
        let (id, revision, bytes) = (
            section.seal().workspace,
            section.id().number,
            section.bytes(),
        );
        lines.push(format!("{id}: revision {revision}, {bytes} bytes"));
    }
    let keys = content.keys.iter().map(|key| format!("{}", key.id));
    lines.extend(keys);
    lines
}

fn section(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    records: &Records,
    paths: &BTreeMap<SecretId, String>,
    lines: &mut Vec<String>,
) -> Result<(), Error> {
    let name = &workspace.name;
    if !workspace.description.as_str().is_empty() {
        lines.push(format!(
            "{name}: description {:?}",
            workspace.description.as_str()
        ));
    }
    let mut secrets: Vec<&Record> = records.secrets.values().collect();
    secrets.sort_by_key(|record| {
        (
            record.secret.is_deleted(),
            record.secret.path(),
            record.secret.id,
        )
    });
    for record in secrets {
        secret(keyring, record, lines)?;
    }
    let mut apps: Vec<_> = records.apps.values().collect();
    apps.sort_by_key(|app| app.path());
    for app in apps {
        let path = app.path();
        lines.push(format!("{path}: app"));
        for (key, Target { secret, .. }) in &app.links {
            let target = paths.get(secret).cloned();
            let target = target.unwrap_or_else(|| secret.to_string());
            lines.push(format!("{path}: {key} = {target}"));
        }
    }
    Ok(())
}

fn secret(keyring: &dyn Keyring, record: &Record, lines: &mut Vec<String>) -> Result<(), Error> {
    let secret = &record.secret;
    let path = match secret.deleted_at {
        None => secret.path(),
        Some(at) => {
            let path = format!("{} ({})", secret.path(), secret.id);
            lines.push(format!("{path}: deleted {}", rounded(at)));
            path
        }
    };
    let mut field = |what: &str, text: String| lines.push(format!("{path}: {what} {text}"));
    if !secret.description.as_str().is_empty() {
        field("description", format!("{:?}", secret.description.as_str()));
    }
    if secret.env_key != EnvKey::from_name(&secret.name) {
        field("variable", secret.env_key.to_string());
    }
    if !secret.allowed_domains.is_empty() {
        let domains: Vec<_> = secret.allowed_domains.iter().collect();
        field("allowed domains", domains.join(", "));
    }
    if let Some(seconds) = secret.rotate_every {
        field("rotate every", exact_duration(seconds));
    }
    if let Some(at) = secret.expires_at {
        field("expires", rounded(at));
    }
    let names = secret
        .slots
        .iter()
        .map(|slot| format!("{} {}", secret.id, slot.checksum));
    let names: Vec<_> = names.collect();
    let names: Vec<_> = names
        .iter()
        .map(|name| (RecordKind::Value, name.as_str()))
        .collect();
    let digests = keyring.index_all(secret.workspace, &names)?;
    for (slot, digest) in secret.slots.iter().zip(digests) {
        let digest = HEXLOWER.encode(&digest.bytes()[..DIGEST_BYTES]);
        let pending = if slot.pending { ", pending" } else { "" };
        field("slot", format!("{}: {digest}{pending}", slot.slot));
    }
    Ok(())
}

fn rounded(at: Timestamp) -> String {
    at.rfc3339()
}
