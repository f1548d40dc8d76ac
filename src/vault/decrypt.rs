//! Turns opened entries and ciphertexts into the domain's types. Checks what the seal does not prove: the counts
//! agree, and each checksum is that of its value.

use super::Error;
use super::app::App;
use super::checksum::Checksum;
use super::page::Located;
use super::secret::Secret;
use super::selected::Selected;
use super::value::check_value;
use super::workspace::Workspace;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::{self, Entry};
use crate::sealed::record::{Record, RecordId};
use crate::sealed::{self, Part, header, meta};
use std::mem::take;

/// Workspaces from their lines, with one request to the keyring for all of them.
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

/// The secret of an entry, deleted or not.
pub fn secret(workspace: &Workspace, id: RecordId, entry: Entry<'_>) -> Result<Secret, Error> {
    match (id, entry) {
        (RecordId::Secret(secret), Entry::Secret(entry)) => {
            let secret = Secret::from_entry(secret, workspace, entry);
            secret.map_err(|_| id.damaged().into())
        }
        _ => Err(id.damaged().into()),
    }
}

/// A secret and its record, which must have a value for each slot.
pub fn located<'p>(
    workspace: &Workspace,
    found: &'p Located,
) -> Result<(Secret, Record<'p>), Error> {
    let secret = secret(workspace, found.id, found.entry()?)?;
    let record = found.record()?;
    check_count(&secret, &record)?;
    Ok((secret, record))
}

pub fn check_count(secret: &Secret, record: &Record<'_>) -> Result<(), Error> {
    if secret.slots.len() == record.count() {
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

/// Secrets with the values of their slots. Each slot is given by position and ciphertext.
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

/// The values of slots of several secrets. Each slot is given by position and ciphertext.
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

/// Reseals a value's ciphertext for another place.
pub fn resealed(
    keyring: &dyn Keyring,
    from: AadContext,
    ciphertext: &[u8],
    to: AadContext,
) -> Result<Vec<u8>, Error> {
    let value = keyring.open(from, ciphertext)?;
    Ok(keyring.seal(to, value.expose())?)
}

fn place(secret: &Secret, position: usize) -> AadContext {
    AadContext::Value(secret.workspace, secret.id, secret.slots[position].slot)
}

fn check(secret: &Secret, position: usize, value: &Plaintext) -> Result<(), Error> {
    let is_whole = check_value(value.len()).is_ok()
        && Checksum::of(value.expose()) == secret.slots[position].checksum;
    if is_whole {
        Ok(())
    } else {
        Err(sealed::Error::Damaged(Part::Record(secret.id.to_string())).into())
    }
}

/// An app with its links.
pub fn app(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    entry: &Entry<'_>,
    record: &Record<'_>,
) -> Result<App, Error> {
    let damaged = || Error::from(record.damaged());
    let (RecordId::App(id), Entry::App(entry)) = (record.id, entry) else {
        return Err(damaged());
    };
    let sealed = record.sealed(0)?;
    let text = keyring.open(AadContext::Links(workspace.id, id), &sealed)?;
    let text = std::str::from_utf8(text.expose()).map_err(|_| damaged())?;
    let links = entry::parse_links(text).ok_or_else(damaged)?;
    App::from_entry(id, workspace, entry, links).map_err(|_| damaged())
}
