//! Another copy of the vault: first read and verified as far as that needs no key, then its records, each opened
//! to the last value.

use crate::keyring::Keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::Entry;
use crate::sealed::file::{Layout, slice, split};
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::page::ids;
use crate::sealed::record::RecordId;
use crate::store::Store;
use crate::vault::app::App;
use crate::vault::secret::Secret;
use crate::vault::slot::Slot;
use crate::vault::view::{Extent, Scan, View};
use crate::vault::workspace::Workspace;
use crate::vault::{Error, decrypt};
use std::collections::BTreeMap;

/// One of the two copies that are merged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Ours,
    Theirs,
}

impl Side {
    pub fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }

    pub(super) fn position(self) -> usize {
        match self {
            Self::Ours => 0,
            Self::Theirs => 1,
        }
    }
}

/// A copy of a vault: every signature, page and record is valid as far as that can be checked without a key.
pub struct Copy<'v> {
    view: Held<'v>,
}

enum Held<'v> {
    Own(Box<View>),
    Lent(&'v View),
}

impl Copy<'static> {
    pub fn read(store: &dyn Store) -> Result<Self, Error> {
        let view = View::load(store.load()?, Scan::Everything)?;
        view.layout.check_records(view.file())?;
        Ok(Self {
            view: Held::Own(Box::new(view)),
        })
    }
}

impl<'v> Copy<'v> {
    /// The vault to be changed, after the same checks.
    pub(super) fn lent(view: &'v View) -> Self {
        Self {
            view: Held::Lent(view),
        }
    }

    pub(super) fn view(&self) -> &View {
        match &self.view {
            Held::Own(view) => view,
            Held::Lent(view) => view,
        }
    }

    pub fn layout(&self) -> &Layout {
        &self.view().layout
    }

    /// The bytes of a section.
    pub(super) fn section_bytes(&self, id: WorkspaceId) -> Option<&[u8]> {
        let range = self.layout().range(id)?;
        Some(slice(self.view().file(), range))
    }

    /// The ids in a section, which are in the clear.
    pub(super) fn ids(&self, workspace: WorkspaceId) -> Vec<RecordId> {
        let pages = self.layout().pages();
        let pages = pages.filter(|(id, ..)| *id == workspace);
        let of_page = |(_, page, range)| {
            let (line, _) = split(page, slice(self.view().file(), range));
            ids(line).collect::<Vec<_>>()
        };
        pages.flat_map(of_page).collect()
    }

    /// [`records`] of this copy.
    pub(super) fn records(
        &self,
        keyring: &dyn Keyring,
        home: &Workspace,
    ) -> Result<Records, Error> {
        records(self.view(), keyring, home)
    }
}

/// Every record of a section, each value opened once. None if the copy has no such section.
pub fn records(view: &View, keyring: &dyn Keyring, home: &Workspace) -> Result<Records, Error> {
    let mut all = Records::default();
    if view.layout.section(home.id).is_none() {
        return Ok(all);
    }
    view.each_page(keyring, home.id, Extent::Records, |page, entries| {
        for (position, entry) in entries.into_iter().enumerate() {
            let record = page.record(position)?;
            let is_new = match &entry {
                Entry::App(_) => {
                    let app = decrypt::app(keyring, home, &entry, &record)?;
                    all.apps.insert(app.id, app).is_none()
                }
                Entry::Secret(_) => {
                    let secret = decrypt::secret(home, record.id, entry)?;
                    decrypt::check_count(&secret, &record)?;
                    let sealed = (0..record.count()).map(|slot| record.sealed(slot));
                    let sealed = sealed.collect::<Result<Vec<_>, _>>()?;
                    let slots = sealed.iter().cloned().enumerate();
                    let slots = slots.map(|(slot, sealed)| (&secret, slot, sealed));
                    decrypt::values(keyring, slots.collect())?;
                    let id = secret.id;
                    let new = Record::new(secret, sealed);
                    all.secrets.insert(id, new).is_none()
                }
            };
            if !is_new {
                return Err(record.damaged().into());
            }
        }
        Ok(())
    })?;
    Ok(all)
}

/// The content of a section.
#[derive(Default)]
pub struct Records {
    pub secrets: BTreeMap<SecretId, Record>,
    pub apps: BTreeMap<AppId, App>,
}

/// A section of the result, with each copy's content of it.
pub struct Part {
    pub home: Workspace,
    /// The side whose bytes it keeps; `None` if it is written anew.
    pub taken: Option<Side>,
    pub ours: Records,
    pub theirs: Records,
    pub base: Base,
    /// The side that is so far ahead that its list does not show whether the other is only older.
    pub ahead: Option<Side>,
}

/// The common ancestor of both copies of a section.
pub enum Base {
    Unknown,
    /// This side's section: the other's was made from it.
    Side(Side),
    Own(Records),
}

impl Part {
    pub fn base(&self) -> Option<&Records> {
        match &self.base {
            Base::Unknown => None,
            Base::Side(Side::Ours) => Some(&self.ours),
            Base::Side(Side::Theirs) => Some(&self.theirs),
            Base::Own(records) => Some(records),
        }
    }
}

/// A secret with its ciphertexts.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its slots are those of `versions`.
    pub secret: Secret,
    pub versions: Vec<Version>,
}

/// One version of a value, sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Version {
    pub slot: Slot,
    /// The place that its ciphertext is sealed for.
    pub place: AadContext,
    pub sealed: Vec<u8>,
}

impl Record {
    fn new(secret: Secret, sealed: Vec<Vec<u8>>) -> Self {
        let (home, id) = (secret.workspace, secret.id);
        let slots = secret.slots.iter().zip(sealed);
        let versions = slots.map(|(slot, sealed)| Version {
            slot: slot.clone(),
            place: AadContext::Value(home, id, slot.slot),
            sealed,
        });
        Self {
            versions: versions.collect(),
            secret,
        }
    }

    /// Replaces its versions.
    pub fn set_versions(&mut self, versions: Vec<Version>) {
        self.secret.slots = versions.iter().map(|one| one.slot.clone()).collect();
        self.versions = versions;
    }

    /// The place of a version's value in the secret's present state.
    pub fn place(&self, version: &Version) -> AadContext {
        AadContext::Value(self.secret.workspace, self.secret.id, version.slot.slot)
    }
}
