//! Opens the written bytes of a change before they replace the vault.

use super::{ChangeKind, Draft};
use crate::keyring::Keyring;
use crate::sealed::header::Header;
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::Index;
use crate::sealed::key::Key;
use crate::sealed::record::RecordId;
use crate::sealed::{self, Part};
use crate::store::Snapshot;
use crate::vault::lookup::{reached, verify};
use crate::vault::page::Located;
use crate::vault::view::{Scan, View};
use crate::vault::workspace::Workspace;
use crate::vault::{Error, decrypt};
use std::collections::BTreeMap;

impl Draft<'_> {
    /// Compares the stored bytes, and opens the header, the workspaces, and every touched record with every
    /// value. The bytes are to replace `before`.
    pub fn confirm(
        &mut self,
        stored: Snapshot,
        before: &Header,
    ) -> Result<(View, Vec<Workspace>), Error> {
        let stored = View::load(stored, Scan::Bytes)?;
        if stored.layout.header != self.header || !self.bytes.are(stored.file()) {
            return Err(lost());
        }
        let keyring = match &mut self.successor {
            Some(new) => new,
            None => &mut *self.keyring,
        };
        // A key with a new secret has already opened its own new line.
        let own = keyring.key();
        let line = |header: &Header| {
            let line = header.content().key(own);
            line.map(Key::public_part)
        };
        if line(&self.header) == line(before) {
            keyring.follow(&self.header)?;
        }
        let workspaces = reached(keyring, &stored)?;
        if self.is_merged {
            stored.layout.check_pages(stored.file())?;
            stored.layout.check_records(stored.file())?;
            verify(&stored, keyring, &workspaces)?;
        }
        check_touched(&self.touched, &stored, keyring, &workspaces)?;
        Ok((stored, workspaces))
    }
}

fn check_touched(
    touched: &[(WorkspaceId, Index, ChangeKind)],
    stored: &View,
    keyring: &dyn Keyring,
    workspaces: &[Workspace],
) -> Result<(), Error> {
    let mut kinds: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for &(workspace, index, kind) in touched {
        kinds.entry(workspace).or_default().insert(index, kind);
    }
    // A workspace that was deleted is not among them.
    for workspace in workspaces {
        let Some(kinds) = kinds.get(&workspace.id) else {
            continue;
        };
        let indexes: Vec<Index> = kinds.keys().copied().collect();
        stored.each_index(keyring, workspace.id, &indexes, |index, found| {
            let is_written = kinds.get(&index) == Some(&ChangeKind::Written);
            match found {
                Some(found) if is_written => check_opens(&found, keyring, workspace),
                None if !is_written => Ok(()),
                _ => Err(lost()),
            }
        })?;
    }
    Ok(())
}

/// Opens a record and each of its values.
fn check_opens(found: &Located, keyring: &dyn Keyring, workspace: &Workspace) -> Result<(), Error> {
    if let RecordId::App(_) = found.id {
        decrypt::app(keyring, workspace, &found.entry()?, &found.record()?)?;
        return Ok(());
    }
    let (secret, record) = decrypt::located(workspace, found)?;
    let slots = (0..secret.slots.len()).map(|slot| Ok((&secret, slot, record.sealed(slot)?)));
    decrypt::values(keyring, slots.collect::<Result<_, Error>>()?)?;
    Ok(())
}

fn lost() -> Error {
    sealed::Error::Damaged(Part::End).into()
}
