//! From sealed records to the domain, with everything checked that the seal alone does not prove: that
//! the name belongs to the index, the counts agree, the checksum is the value's.

use super::Error;
use super::app::AppRecord;
use super::secret::{Secret, checksum};
use super::value::check_value;
use super::workspace::Workspace;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::header;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::place::Place;
use crate::sealed::record::{Kind, Record};
use crate::sealed::{self, Part, meta};

pub fn workspace(keyring: &dyn Keyring, line: &header::Workspace) -> Result<Workspace, Error> {
    let text = keyring.open(Place::WorkspaceAbout(line.id), &line.about)?;
    meta::decode(&text)
        .and_then(|meta| Workspace::from_meta(line.id, &meta).ok())
        .ok_or_else(|| sealed::Error::Damaged(Part::Workspace(line.id)).into())
}

pub fn secret(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    id: SecretId,
    record: &Record<'_>,
) -> Result<Secret, Error> {
    let damaged = || Error::from(record.damaged());
    let text = keyring.open(Place::SecretMeta(workspace.id, id), &record.meta()?)?;
    let meta: meta::Secret<'_> = meta::decode(&text).ok_or_else(damaged)?;
    let secret = Secret::from_meta(id, workspace, meta).map_err(|_| damaged())?;
    let index = keyring.index(workspace.id, Kind::Secret, secret.name.as_str())?;
    if index != record.index || secret.slots.len() != record.slot_count() {
        return Err(damaged());
    }
    Ok(secret)
}

/// The value of the slot at a position of the secret's list.
pub fn value(
    keyring: &dyn Keyring,
    secret: &Secret,
    position: usize,
    ciphertext: &[u8],
) -> Result<Plaintext, Error> {
    let slot = &secret.slots[position];
    let place = Place::Value(secret.workspace, secret.id, slot.slot);
    let value = keyring.open(place, ciphertext)?;
    if check_value(value.len()).is_err() || checksum(value.expose()) != slot.checksum {
        return Err(sealed::Error::Damaged(Part::Record(secret.id.to_string())).into());
    }
    Ok(value)
}

pub fn app(
    keyring: &dyn Keyring,
    workspace: &Workspace,
    id: AppId,
    record: &Record<'_>,
) -> Result<AppRecord, Error> {
    let damaged = || Error::from(record.damaged());
    let text = keyring.open(Place::AppMeta(workspace.id, id), &record.meta()?)?;
    let meta: meta::App = meta::decode(&text).ok_or_else(damaged)?;
    if keyring.index(workspace.id, Kind::App, &meta.name)? != record.index {
        return Err(damaged());
    }
    AppRecord::from_meta(id, &meta).map_err(|_| damaged())
}
