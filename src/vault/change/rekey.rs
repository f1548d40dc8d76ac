//! Seals every record of a workspace under new keys, after opening all of them with the old ones. The content
//! stays: ids, dates, slots, links.

use super::Change;
use super::key::named;
use super::successor::Successor;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::renew::{Renewal, Renewed, Trust};
use crate::sealed::aad_context::AadContext;
use crate::sealed::meta;
use crate::sealed::pages::Pages;
use crate::sealed::record::{Index, Record, RecordId, RecordKind, write};
use crate::vault::key::Key;
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
    /// Gives the vault a new root key and every workspace new keys. If trust passes on, all keys that could
    /// unlock still can.
    pub fn rekey(&mut self, owner: &mut LocalKeyring, trust: Trust) -> Result<Rekeyed, Error> {
        self.lead(owner)?;
        let keys = self.keys(owner)?;
        let renewed = self.renewed(owner, Renewal::Rekey, trust)?;
        let dropped = named(&keys, &renewed.dropped);
        let done = self.succeed(renewed)?;
        Ok(Rekeyed { done, dropped })
    }

    /// New keys for the header that this change makes.
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
        let (mut ids, mut apps) = (HashSet::new(), HashSet::new());
        let renewed = self.workspaces.iter();
        let renewed = renewed.filter(|one| workspaces.contains(&one.id));
        for workspace in renewed.cloned().collect::<Vec<_>>() {
            let home = workspace.id;
            if let Some(line) = content.workspaces.iter_mut().find(|line| line.id == home) {
                let about = meta::encode(&workspace.to_meta());
                line.about = keyring.seal(AadContext::WorkspaceAbout(home), &about)?;
            }
            let mut records = Vec::new();
            self.view.each(home, |record| {
                // A secret lies in one workspace; an app has a record in each one that it links into.
                let place = matches!(record.id, RecordId::App(_)).then_some(home);
                if !ids.insert((place, record.id)) {
                    return Err(record.damaged().into());
                }
                records.push(match record.id {
                    RecordId::Secret(_) => {
                        done.secrets += 1;
                        done.values += record.slot_count();
                        secret(self.keyring, &keyring, &workspace, record)?
                    }
                    RecordId::App(_) => {
                        let (name, index, line) = app(self.keyring, &keyring, &workspace, record)?;
                        apps.insert(name);
                        (index, line)
                    }
                });
                Ok(())
            })?;
            self.sections.insert(home, Pages::empty(home));
            for (index, line) in records {
                self.put(home, index, line)?;
            }
            done.workspaces += 1;
        }
        done.apps = apps.len();
        let header = self.change_header()?;
        (header.verify, header.keys, header.workspaces) =
            (content.verify, content.keys, content.workspaces);
        header.successions = content.successions;
        self.successor = Some(Successor {
            keyring,
            workspaces,
        });
        Ok(done)
    }
}

fn secret(
    old: &dyn Keyring,
    new: &dyn Keyring,
    home: &Workspace,
    record: &Record<'_>,
) -> Result<(Index, String), Error> {
    let RecordId::Secret(id) = record.id else {
        return Err(record.damaged().into());
    };
    let secret = decrypt::secret(old, home, id, record)?;
    let mut values = Vec::with_capacity(secret.slots.len());
    for (position, slot) in secret.slots.iter().enumerate() {
        let value = decrypt::value(old, &secret, position, &record.slot(position)?)?;
        let place = AadContext::Value(home.id, id, slot.slot);
        values.push(new.seal(place, value.expose())?);
    }
    let place = AadContext::SecretMeta(home.id, id);
    let sealed = new.seal(place, &meta::encode(&secret.to_meta()))?;
    let index = new.index(home.id, RecordKind::Secret, secret.name.as_str())?;
    Ok((index, write(record.id, index, &sealed, &values)))
}

/// Also returns the app's name.
fn app(
    old: &dyn Keyring,
    new: &dyn Keyring,
    home: &Workspace,
    record: &Record<'_>,
) -> Result<(String, Index, String), Error> {
    let RecordId::App(id) = record.id else {
        return Err(record.damaged().into());
    };
    let app = decrypt::app(old, home, id, record)?;
    let sealed = new.seal(
        AadContext::AppMeta(home.id, id),
        &meta::encode(&app.to_meta()),
    )?;
    let index = new.index(home.id, RecordKind::App, app.name.as_str())?;
    Ok((
        app.name.to_string(),
        index,
        write(record.id, index, &sealed, &[]),
    ))
}
