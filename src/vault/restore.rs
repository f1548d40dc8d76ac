//! Replaces a vault with a kept copy: compares the two first, and writes only after opening everything in the
//! copy.

use super::app::Target;
use super::env_key::EnvKey;
use super::lookup::Vault;
use super::page::OpenPage;
use super::revision::Revision;
use super::secret::Secret;
use super::view::Extent;
use super::workspace::Workspace;
use super::{Error, LinkedApp, decrypt};
use crate::keyring::{Keyring, about};
use crate::sealed::entry::Entry;
use crate::sealed::file::{SectionBytes, assemble, slice};
use crate::sealed::id::{AppId, KeyId, SecretId, WorkspaceId};
use crate::sealed::key::Key;
use crate::sealed::{self, Part, SealedBytes};
use crate::store::{self, Previous, Snapshot, Store};
use std::collections::BTreeMap;
use std::time::Duration;

/// The content of a vault for comparing two copies, without values.
pub struct Inventory {
    pub revision: Revision,
    secrets: BTreeMap<SecretId, Secret>,
    keys: BTreeMap<KeyId, Opener>,
    workspaces: BTreeMap<WorkspaceId, Workspace>,
    /// By path.
    apps: BTreeMap<String, AppId>,
    links: BTreeMap<(String, EnvKey), Target>,
}

/// A key, and its line without the parts that every new grant seals anew.
#[derive(PartialEq, Eq)]
struct Opener {
    label: String,
    line: String,
}

/// The effect of restoring on one thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// It exists only in the copy.
    Returns,
    /// It changes back to the copy's state.
    Reverts,
    /// It exists only in the vault.
    Lost,
}

/// The differences between the copy and the vault.
#[derive(Default)]
pub struct Differences<'a> {
    pub secrets: Vec<(Effect, &'a Secret)>,
    /// By label, or by id if it has none.
    pub keys: Vec<(Effect, String)>,
    pub workspaces: Vec<(Effect, String)>,
    pub apps: Vec<(Effect, String)>,
    /// Each link as app and environment key.
    pub links: Vec<(Effect, (String, EnvKey))>,
}

impl Inventory {
    /// What restoring `self` in place of `present` changes.
    pub fn differences<'a>(&'a self, present: &'a Self) -> Differences<'a> {
        let mut secrets: Vec<_> = compare(&self.secrets, &present.secrets)
            .map(|(effect, _, secret)| (effect, secret))
            .collect();
        secrets.sort_by_key(|(effect, secret)| (*effect, secret.path()));
        let keys = compare(&self.keys, &present.keys).map(|(effect, id, key)| {
            let name = if key.label.is_empty() {
                id.to_string()
            } else {
                key.label.clone()
            };
            (effect, name)
        });
        let workspaces = compare(&self.workspaces, &present.workspaces);
        let apps = compare(&self.apps, &present.apps);
        let links = compare(&self.links, &present.links);
        Differences {
            secrets,
            keys: keys.collect(),
            workspaces: in_order(workspaces.map(|(effect, _, one)| (effect, one.name.to_string()))),
            apps: in_order(apps.map(|(effect, path, _)| (effect, path.clone()))),
            links: in_order(links.map(|(effect, link, _)| (effect, link.clone()))),
        }
    }

    pub fn secret_count(&self) -> usize {
        self.secrets.len()
    }
}

fn compare<'a, I: Ord, T: PartialEq>(
    copy: &'a BTreeMap<I, T>,
    present: &'a BTreeMap<I, T>,
) -> impl Iterator<Item = (Effect, &'a I, &'a T)> {
    let kept = copy.iter().filter_map(|(id, thing)| {
        let effect = match present.get(id) {
            None => Effect::Returns,
            Some(other) if other != thing => Effect::Reverts,
            Some(_) => return None,
        };
        Some((effect, id, thing))
    });
    let gone = present
        .iter()
        .filter(|(id, _)| !copy.contains_key(id))
        .map(|(id, thing)| (Effect::Lost, id, thing));
    kept.chain(gone)
}

fn in_order<T: Ord>(differences: impl Iterator<Item = (Effect, T)>) -> Vec<(Effect, T)> {
    let mut differences: Vec<_> = differences.collect();
    differences.sort();
    differences
}

impl Vault {
    /// The whole content, which takes full access. Opens the values and drops them.
    pub fn inventory(&self) -> Result<Inventory, Error> {
        if !self.keyring.has_full_access() {
            return Err(crate::keyring::Error::NeedsFullAccess.into());
        }
        self.verify()?;
        let keyring = self.keyring.as_ref();
        let mut secrets = BTreeMap::new();
        for workspace in &self.workspaces {
            let all = |page: &OpenPage<'_>, entries: Vec<Entry<'_>>| {
                for (id, entry) in page.records.iter().zip(entries) {
                    if let Entry::Secret(_) = entry {
                        let mut secret = decrypt::secret(workspace, *id, entry)?;
                        // Links are compared separately.
                        secret.apps.clear();
                        secrets.insert(secret.id, secret);
                    }
                }
                Ok(())
            };
            self.view
                .each_page(keyring, workspace.id, Extent::Index, all)?;
        }
        let (mut apps, mut links) = (BTreeMap::new(), BTreeMap::new());
        for LinkedApp { app, .. } in self.apps()? {
            let path = app.path();
            let of_app = app.links.into_iter();
            links.extend(of_app.map(|(key, target)| ((path.clone(), key), target)));
            apps.insert(path, app.id);
        }
        let content = self.header().content();
        let keys = content.keys.iter();
        let keys = keys.map(|key| Ok((key.id, opener(keyring, key)?)));
        Ok(Inventory {
            revision: self.revision(),
            secrets,
            keys: keys.collect::<Result<_, Error>>()?,
            workspaces: self
                .workspaces
                .iter()
                .map(|one| (one.id, one.clone()))
                .collect(),
            apps,
            links,
        })
    }

    /// The vault's bytes. Not after [`Scan::Lookup`](super::Scan::Lookup).
    pub fn bytes(&self) -> &[u8] {
        self.view.file()
    }

    /// The sealed bytes, and the key that opened them. Not after
    /// [`Scan::Lookup`](super::Scan::Lookup).
    pub fn into_parts(self) -> Result<(SealedBytes<'static>, Box<dyn Keyring>), Error> {
        let layout = &self.view.layout;
        let workspaces = layout.header.content().workspaces.iter();
        let sections = workspaces.map(|workspace| {
            let range = layout.range(workspace.id);
            let range = range.ok_or(sealed::Error::Damaged(Part::Workspace(workspace.id)))?;
            Ok(SectionBytes::Kept(slice(self.view.file(), range).into()))
        });
        let sections = sections.collect::<Result<Vec<_>, Error>>()?;
        let bytes = assemble(&layout.header, sections)?.into_owned();
        Ok((bytes, self.keyring))
    }
}

fn opener(keyring: &dyn Keyring, key: &Key) -> Result<Opener, Error> {
    Ok(Opener {
        label: about::readable(keyring, key)?
            .unwrap_or_else(about::unreadable)
            .label,
        line: key.public_part(),
    })
}

/// The bytes in the vault's place, kept for comparison.
#[derive(PartialEq, Eq)]
pub enum Found {
    Whole(Vec<u8>),
    /// Larger than a vault can be, and never read. Contains the size.
    Oversized(u64),
}

impl Found {
    pub fn read(snapshot: &Snapshot) -> Result<Self, store::Error> {
        match snapshot.len() {
            bytes if bytes > SealedBytes::MAX => Ok(Self::Oversized(bytes)),
            _ => snapshot.read_all(SealedBytes::MAX).map(Self::Whole),
        }
    }

    /// Whether they are these pieces.
    pub fn is<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let Self::Whole(whole) = self else {
            return false;
        };
        let mut pieces = pieces.into_iter();
        let rest = pieces.try_fold(whole.as_slice(), |rest, piece| rest.strip_prefix(piece));
        rest.is_some_and(<[u8]>::is_empty)
    }
}

/// Replaces the vault in `store` with `copy`, and keeps it as the previous one. The vault must still be
/// `present`, which the copy was compared with. `expect` is called just before the replacement: if the process is
/// killed in between, the vault is newer than expected, never older.
pub fn restore(
    store: &dyn Store,
    copy: &SealedBytes<'_>,
    present: Option<&Found>,
    patience: Duration,
    expect: impl FnOnce(),
) -> Result<(), Error> {
    let mut transaction = store.begin(patience)?;
    let found = transaction.current()?;
    let found = found.as_ref().map(Found::read).transpose()?;
    if found.as_ref() != present {
        let place = store.place();
        return Err(store::Error::ChangedUnderneath { place }.into());
    }
    let staged = transaction.stage(copy)?;
    if !staged.is(copy)? {
        let place = store.place();
        return Err(store::Error::NotStored { place }.into());
    }
    expect();
    Ok(transaction.commit(Previous::KeepLast)?)
}
