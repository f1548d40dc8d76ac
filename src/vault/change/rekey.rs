//! Seals every record of a workspace under new keys, after opening all of them with the old ones. The content
//! stays the same: ids, dates, slots, links.

use super::Change;
use super::key::named;
use super::pages::{Pages, Stored};
use super::successor::Successor;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::renew::{Renewal, Renewed, Trust};
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::Entry;
use crate::sealed::meta;
use crate::sealed::record::{Record, write};
use crate::vault::key::Key;
use crate::vault::view::Extent;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, Verified, decrypt};
use std::collections::HashSet;

/// The result of a rekey.
pub struct Rekeyed {
    /// The records that were opened and sealed again.
    pub done: Verified,
    /// Keys that were removed with it, and must be issued again.
    pub dropped: Vec<Key>,
}

impl Change<'_> {
    /// Gives the vault a new root key and every workspace new keys. If trust passes on, every key that could
    /// unlock before still can.
    pub fn rekey(&mut self, owner: &mut LocalKeyring, trust: Trust) -> Result<Rekeyed, Error> {
        self.lead(owner)?;
        let keys = self.keys(owner)?;
        let renewed = self.renewed(owner, Renewal::Rekey, trust)?;
        let dropped = named(&keys, &renewed.dropped);
        let done = self.succeed(renewed)?;
        Ok(Rekeyed { done, dropped })
    }

    /// New keys for the header of this change.
    pub(super) fn renewed(
        &mut self,
        owner: &LocalKeyring,
        renewal: Renewal,
        trust: Trust,
    ) -> Result<Renewed, Error> {
        let content = self.change_header()?.clone();
        Ok(owner.renew(&content, content.revision(), renewal, trust)?)
    }

    /// Replaces the old keys with new ones. Returns the number of records that were opened and sealed again.
    pub(super) fn succeed(&mut self, renewed: Renewed) -> Result<Verified, Error> {
        let Renewed {
            keyring,
            mut content,
            workspaces,
            ..
        } = renewed;
        let mut done = Verified::default();
        let mut ids = HashSet::new();
        let renewed = self.workspaces.iter();
        let renewed = renewed.filter(|one| workspaces.contains(&one.id));
        for workspace in renewed.cloned().collect::<Vec<_>>() {
            let home = workspace.id;
            if let Some(line) = content.workspaces.iter_mut().find(|line| line.id == home) {
                let about = meta::encode(&workspace.to_meta());
                line.about = keyring.seal(AadContext::WorkspaceAbout(home), &about)?;
            }
            let (view, old) = (self.view, &*self.keyring);
            let mut records = Vec::new();
            view.each_page(old, home, Extent::Records, |page, entries| {
                for (position, entry) in entries.into_iter().enumerate() {
                    let record = page.record(position)?;
                    if !ids.insert(record.id) {
                        return Err(record.damaged().into());
                    }
                    let (kind, name) = entry.sorted_by(record.id);
                    let index = keyring.index(home, kind, &name)?;
                    let text = entry.text();
                    let sealed = resealed(old, &keyring, &workspace, entry, &record, &mut done)?;
                    let stored = Stored {
                        id: record.id,
                        entry: text,
                        line: write(record.id, &sealed).into(),
                    };
                    records.push((index, stored));
                }
                Ok(())
            })?;
            self.sections.insert(home, Pages::empty(home));
            for (index, record) in records {
                self.put(home, index, record)?;
            }
            done.workspaces += 1;
        }
        let header = self.change_header()?;
        (header.verify, header.keys, header.workspaces) =
            (content.verify, content.keys, content.workspaces);
        header.keys_to_come = content.keys_to_come;
        header.successions = content.successions;
        self.successor = Some(Successor {
            keyring,
            workspaces,
        });
        Ok(done)
    }
}

/// Reseals the ciphertexts of a record's line under new keys.
fn resealed(
    old: &dyn Keyring,
    new: &dyn Keyring,
    home: &Workspace,
    entry: Entry<'_>,
    record: &Record<'_>,
    done: &mut Verified,
) -> Result<Vec<Vec<u8>>, Error> {
    if matches!(entry, Entry::App(_)) {
        let app = decrypt::app(old, home, &entry, record)?;
        done.apps += 1;
        let place = AadContext::Links(home.id, app.id);
        return Ok(vec![new.seal(place, app.links_text().as_bytes())?]);
    }
    let secret = decrypt::secret(home, record.id, entry)?;
    decrypt::check_count(&secret, record)?;
    let mut sealed = Vec::with_capacity(secret.slots.len());
    for (position, slot) in secret.slots.iter().enumerate() {
        let value = decrypt::value(old, &secret, position, &record.sealed(position)?)?;
        let place = AadContext::Value(home.id, secret.id, slot.slot);
        sealed.push(new.seal(place, value.expose())?);
    }
    done.secrets += 1;
    done.values += sealed.len();
    Ok(sealed)
}
