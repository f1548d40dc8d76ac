//! Decrypts records into the domain's types, and checks what the seal does not prove: the name belongs to the
//! index, the counts agree, the checksum is that of the value.

use super::Error;
use super::app::AppRecord;
use super::secret::{Secret, checksum};
use super::selected::Selected;
use super::value::check_value;
use super::workspace::Workspace;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::record::{Index, Record, RecordId, RecordKind};
use crate::sealed::{self, Part, header, meta};
use std::mem::take;

/// Workspaces by their lines: a keyring elsewhere is asked once for all of them.
pub fn workspaces(
    keyring: &dyn Keyring,
    lines: &[&header::Workspace],
) -> Result<Vec<Workspace>, Error> {
    let sealed = lines.iter();
    let sealed = sealed.map(|line| (AadContext::WorkspaceAbout(line.id), line.about.clone()));
    let texts = keyring.open_all(&sealed.collect::<Vec<_>>())?;
    let each = lines.iter().zip(&texts);
    each.map(|(line, text)| {
        meta::decode(text)
            .and_then(|meta| Workspace::from_meta(line.id, &meta).ok())
            .ok_or_else(|| sealed::Error::Damaged(Part::Workspace(line.id)).into())
    })
    .collect()
}

pub fn secret(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    id: SecretId,
    record: &Record<'_>,
) -> Result<Secret, Error> {
    let text = keyring.open(AadContext::SecretMeta(workspace.id, id), &record.meta()?)?;
    let secret = decode(workspace, id, record, &text)?;
    let index = keyring.index(workspace.id, RecordKind::Secret, secret.name.as_str())?;
    check_index(record, index)?;
    Ok(secret)
}

/// Every secret of a page with its record. The agent gets two requests for all of them.
pub fn secrets<'r, 'p>(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    page: &'r [Record<'p>],
) -> Result<Vec<(Secret, &'r Record<'p>)>, Error> {
    let mut found = Vec::with_capacity(page.len());
    let mut sealed = Vec::with_capacity(page.len());
    for record in page {
        if let RecordId::Secret(id) = record.id {
            found.push((id, record));
            sealed.push((AadContext::SecretMeta(workspace.id, id), record.meta()?));
        }
    }
    let texts = keyring.open_all(&sealed)?;
    let mut secrets = Vec::with_capacity(found.len());
    for ((id, record), text) in found.into_iter().zip(&texts) {
        secrets.push((decode(workspace, id, record, text)?, record));
    }
    let names: Vec<_> = secrets
        .iter()
        .map(|(secret, _)| secret.name.as_str())
        .collect();
    let indexes = keyring.index_all(workspace.id, RecordKind::Secret, &names)?;
    for ((_, record), index) in secrets.iter().zip(indexes) {
        check_index(record, index)?;
    }
    Ok(secrets)
}

fn decode(
    workspace: &Workspace,
    id: SecretId,
    record: &Record<'_>,
    text: &Plaintext,
) -> Result<Secret, Error> {
    let damaged = || Error::from(record.damaged());
    let meta: meta::Secret<'_> = meta::decode(text).ok_or_else(damaged)?;
    let secret = Secret::from_meta(id, workspace, meta).map_err(|_| damaged())?;
    if secret.slots.len() != record.slot_count() {
        return Err(damaged());
    }
    Ok(secret)
}

fn check_index(record: &Record<'_>, index: Index) -> Result<(), Error> {
    if index == record.index {
        Ok(())
    } else {
        Err(record.damaged().into())
    }
}

/// The value of the slot at this position in the secret's list.
pub fn value(
    keyring: &dyn Keyring,
    secret: &Secret,
    position: usize,
    ciphertext: &[u8],
) -> Result<Plaintext, Error> {
    let value = keyring.open(place(secret, position), ciphertext)?;
    check(secret, position, &value)?;
    Ok(value)
}

/// Secrets with the values of their slots; each slot is given by position and ciphertext.
pub fn selected(
    keyring: &dyn Keyring,
    mut chosen: Vec<(Secret, usize, Vec<u8>)>,
) -> Result<Vec<Selected>, Error> {
    let wanted = chosen.iter_mut();
    let wanted = wanted.map(|(secret, position, sealed)| (&*secret, *position, take(sealed)));
    let values = values(keyring, wanted.collect())?;
    let each = chosen.into_iter().zip(values);
    let each = each.map(|((secret, position, _), value)| Selected {
        slot: secret.slots[position].slot,
        secret,
        value,
    });
    Ok(each.collect())
}

/// The values of slots of several secrets; each slot is given by position and ciphertext.
pub fn values(
    keyring: &dyn Keyring,
    wanted: Vec<(&Secret, usize, Vec<u8>)>,
) -> Result<Vec<Plaintext>, Error> {
    let (slots, sealed): (Vec<_>, Vec<_>) = wanted
        .into_iter()
        .map(|(secret, position, sealed)| ((secret, position), (place(secret, position), sealed)))
        .unzip();
    let values = keyring.open_all(&sealed)?;
    for ((secret, position), value) in slots.into_iter().zip(&values) {
        check(secret, position, value)?;
    }
    Ok(values)
}

fn place(secret: &Secret, position: usize) -> AadContext {
    AadContext::Value(secret.workspace, secret.id, secret.slots[position].slot)
}

fn check(secret: &Secret, position: usize, value: &Plaintext) -> Result<(), Error> {
    let is_whole = check_value(value.len()).is_ok()
        && checksum(value.expose()) == secret.slots[position].checksum;
    if is_whole {
        Ok(())
    } else {
        Err(sealed::Error::Damaged(Part::Record(secret.id.to_string())).into())
    }
}

pub fn app(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    id: AppId,
    record: &Record<'_>,
) -> Result<AppRecord, Error> {
    let damaged = || Error::from(record.damaged());
    let text = keyring.open(AadContext::AppMeta(workspace.id, id), &record.meta()?)?;
    let meta: meta::App = meta::decode(&text).ok_or_else(damaged)?;
    if keyring.index(workspace.id, RecordKind::App, &meta.name)? != record.index {
        return Err(damaged());
    }
    AppRecord::from_meta(id, &meta).map_err(|_| damaged())
}
