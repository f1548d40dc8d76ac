//! Looks up secrets and workspaces in an unlocked vault.

use super::destination::Destination;
use super::linking::Apps;
use super::name::WorkspaceName;
use super::page::OpenPage;
use super::reference::{Reference, Target};
use super::revision::Revision;
use super::secret::Secret;
use super::selected::Selected;
use super::similar::nearest;
use super::slot::Choice;
use super::view::{Extent, Scan, View};
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::keyring::{self, Keyring, Reach, about};
use crate::plaintext::Plaintext;
use crate::sealed::entry::Entry;
use crate::sealed::header::{self, Header};
use crate::sealed::history::PartHistory;
use crate::sealed::id::{KeyId, VaultId, WorkspaceId};
use crate::sealed::index::RecordKind;
use crate::sealed::record::{Record, RecordId};
use crate::sealed::sign::Digest;
use crate::sealed::{self, Part};
use crate::store::Store;
use std::collections::HashSet;

/// More bytes than the first line of a vault.
const FIRST_LINE_BYTES: usize = 256;

/// A vault and the key that opened it.
pub struct Vault {
    pub store: Box<dyn Store>,
    pub keyring: Box<dyn Keyring>,
    pub view: View,
    /// The workspaces that the key reaches, in the header's order.
    pub workspaces: Vec<Workspace>,
    /// The header that the keyring last followed. It may be newer than the vault's header after a change that
    /// failed.
    pub followed: Digest,
}

/// A secret, and the number of apps that link it.
pub struct Listed {
    pub secret: Box<Secret>,
    pub app_count: usize,
}

/// The numbers of things that `verify` opened.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub workspaces: usize,
    pub secrets: usize,
    pub values: usize,
    pub apps: usize,
}

impl Vault {
    /// Loads a vault, checks everything that needs no key, and only then calls `unlock` for a keyring.
    pub fn open<E: From<Error>>(
        store: Box<dyn Store>,
        scan: Scan,
        unlock: impl FnOnce(&Header) -> Result<Box<dyn Keyring>, E>,
    ) -> Result<Self, E> {
        let view = View::load(store.load().map_err(Error::from)?, scan)?;
        let keyring = unlock(&view.layout.header)?;
        let workspaces = reached(keyring.as_ref(), &view)?;
        let followed = view.layout.header.digest();
        Ok(Self {
            store,
            keyring,
            view,
            workspaces,
            followed,
        })
    }

    /// Reads the vault again, because another process may have changed it.
    pub fn reload(&mut self) -> Result<(), Error> {
        let view = self.view.again(self.store.load()?)?;
        follow(
            self.keyring.as_mut(),
            &mut self.followed,
            &view.layout.header,
        )?;
        self.workspaces = reached(self.keyring.as_ref(), &view)?;
        self.view = view;
        Ok(())
    }

    /// The key that opened it.
    pub fn key(&self) -> KeyId {
        self.keyring.key()
    }

    pub fn histories(&self) -> Vec<PartHistory> {
        self.view.layout.histories()
    }

    pub fn revision(&self) -> Revision {
        Revision::of(&self.view.layout)
    }

    /// The id in the first line of a vault, before any check; `None` if there is no vault.
    pub fn peek_id(store: &dyn Store) -> Option<VaultId> {
        let file = store.load().ok()?;
        let length =
            usize::try_from(file.len()).map_or(FIRST_LINE_BYTES, |all| all.min(FIRST_LINE_BYTES));
        header::vault_id(&file.read_at(0, length).ok()?)
    }

    /// The header of a vault, after every check that needs no key.
    pub fn read_header(store: &dyn Store) -> Result<Header, Error> {
        let view = View::load(store.load()?, Scan::Lookup)?;
        Ok(view.layout.header)
    }

    /// Like `read_header`, with the histories of all parts.
    pub fn read_public(store: &dyn Store) -> Result<(Header, Vec<PartHistory>), Error> {
        let view = View::load(store.load()?, Scan::Lookup)?;
        let histories = view.layout.histories();
        Ok((view.layout.header, histories))
    }

    pub fn workspaces(&self) -> &[Workspace] {
        &self.workspaces
    }

    pub fn header(&self) -> &Header {
        &self.view.layout.header
    }

    /// The workspace with this name. Without a name: the only one that the key reaches, or `default`.
    pub fn workspace(&self, name: Option<&WorkspaceName>) -> Result<&Workspace, Error> {
        find_workspace(
            &self.workspaces,
            self.view.layout.header.content().workspaces.len(),
            name,
        )
    }

    /// Refuses a read-only key before you are asked for a value that it could not write.
    pub fn check_may_write(&self, workspace: WorkspaceId) -> Result<(), Error> {
        match self.keyring.reach(workspace) {
            Some(Reach::Write) => Ok(()),
            Some(Reach::Read) => Err(keyring::Error::ReadOnly.into()),
            None => Err(keyring::Error::OutOfReach.into()),
        }
    }

    /// The secret of a reference. Without a workspace in it, looks in `workspace`.
    pub fn secret(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Secret, Error> {
        self.with_secret(workspace, reference, |secret, _| Ok(secret))
    }

    /// The value of the chosen slot, if it may go to `destination`. A slot in the reference takes precedence over
    /// `choice`.
    pub fn value(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        choice: Choice,
        destination: &Destination,
    ) -> Result<Selected, Error> {
        let choice = reference.slot.map_or(choice, Choice::Number);
        self.with_secret(workspace, reference, |secret, record| {
            destination.check(&secret)?;
            let position = secret.choose(choice)?;
            let ciphertext = record.sealed(position)?;
            let value = decrypt::value(self.keyring.as_ref(), &secret, position, &ciphertext)?;
            let slot = secret.slots[position].slot;
            Ok(Selected {
                secret,
                slot,
                value,
            })
        })
    }

    /// The value of an unfinished rotation, to finish it.
    pub fn pending_value(&self, reference: &Reference) -> Result<Plaintext, Error> {
        self.with_secret(None, reference, |secret, record| {
            let position = secret.pending();
            let position = position.ok_or_else(|| no_pending(&secret.path()))?;
            let ciphertext = record.sealed(position)?;
            decrypt::value(self.keyring.as_ref(), &secret, position, &ciphertext)
        })
    }

    fn with_secret<T>(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        with: impl FnOnce(Secret, &Record<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let named = reference.workspace.as_ref().or(workspace);
        let keyring = self.keyring.as_ref();
        let (home, found) = match &reference.secret {
            Target::Name(name) => {
                let home = self.workspace(named)?;
                let found = self
                    .view
                    .find(keyring, home.id, RecordKind::Secret, name.as_str())?;
                let found = found.ok_or_else(|| no_secret(Some(home), name.as_str()))?;
                (home, found)
            }
            Target::Id(id) => {
                let home = named.map(|name| self.workspace(Some(name))).transpose()?;
                let record = RecordId::Secret(*id);
                let mut place = None;
                for workspace in places(&self.workspaces, home, reference) {
                    let found = self.view.find_id(keyring, workspace.id, record)?;
                    if let Some(found) = found
                        && place.replace((workspace, found)).is_some()
                    {
                        return Err(record.damaged().into());
                    }
                }
                place.ok_or_else(|| no_secret(home, &id.to_string()))?
            }
        };
        let (secret, record) = decrypt::located(home, &found)?;
        secret.check_not_deleted()?;
        with(secret, &record)
    }

    /// Calls `with` for every secret of a workspace that is not deleted, page by page, unsorted.
    fn each_secret(
        &self,
        workspace: &Workspace,
        extent: Extent,
        mut with: impl FnMut(Secret, &OpenPage<'_>, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let keyring = self.keyring.as_ref();
        self.view
            .each_page(keyring, workspace.id, extent, |page, entries| {
                for (position, entry) in entries.into_iter().enumerate() {
                    if matches!(entry, Entry::App(_)) {
                        continue;
                    }
                    let secret = decrypt::secret(workspace, page.records[position], entry)?;
                    if !secret.is_deleted() {
                        with(secret, page, position)?;
                    }
                }
                Ok(())
            })
    }

    /// Every secret of a workspace with its number of apps, sorted by name.
    pub fn list(&self, workspace: &Workspace) -> Result<Vec<Listed>, Error> {
        let mut listed = Vec::new();
        let mut apps = Apps::of(&self.view, self.keyring.as_ref(), &self.workspaces);
        self.each(workspace, |secret| {
            listed.push(Listed {
                app_count: apps.linking(&secret)?.len(),
                secret: Box::new(secret),
            });
            Ok(())
        })?;
        listed.sort_unstable_by(|one, other| one.secret.name.cmp(&other.secret.name));
        Ok(listed)
    }

    /// Calls `with` for every secret of a workspace, unsorted.
    pub fn each(
        &self,
        workspace: &Workspace,
        mut with: impl FnMut(Secret) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.map(
            workspace,
            |secrets| secrets,
            |secrets| secrets.into_iter().try_for_each(&mut with),
        )
    }

    /// Calls `map` for the secrets of some pages at a time, perhaps in two threads, and `with` for each result:
    /// for many secrets that need not be in memory at once.
    pub fn map<T: Send>(
        &self,
        workspace: &Workspace,
        map: impl Fn(Vec<Secret>) -> T + Sync,
        with: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let keyring = self.keyring.as_ref();
        let mapped = |page: &OpenPage<'_>, entries: Vec<Entry<'_>>| {
            let mut secrets = Vec::with_capacity(entries.len());
            for (id, entry) in page.records.iter().zip(entries) {
                if !matches!(entry, Entry::App(_)) {
                    let secret = decrypt::secret(workspace, *id, entry)?;
                    if !secret.is_deleted() {
                        secrets.push(secret);
                    }
                }
            }
            Ok(map(secrets))
        };
        self.view
            .map_pages(keyring, workspace.id, Extent::Index, mapped, with)
    }

    /// The names of a workspace's secrets, unsorted.
    pub fn names(&self, workspace: &Workspace) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        self.each(workspace, |secret| {
            names.push(secret.name.to_string());
            Ok(())
        })?;
        Ok(names)
    }

    /// The chosen value of every wanted secret of a workspace, by name. For a secret that gives none, because it
    /// is not effective or may not go there, the reason.
    pub fn values(
        &self,
        workspace: &Workspace,
        choice: Choice,
        destination: &Destination,
        is_wanted: impl Fn(&Secret) -> bool,
    ) -> Result<(Vec<Selected>, Vec<Error>), Error> {
        let keyring = self.keyring.as_ref();
        let (mut chosen, mut blocked) = (Vec::new(), Vec::new());
        self.each_secret(workspace, Extent::Records, |secret, page, at| {
            if !is_wanted(&secret) {
                return Ok(());
            }
            let allowed = destination.check(&secret);
            match allowed.and_then(|()| secret.choose(choice)) {
                Ok(position) => {
                    let record = page.record(at)?;
                    decrypt::check_count(&secret, &record)?;
                    chosen.push((secret, position, record.sealed(position)?));
                }
                Err(error) => blocked.push((secret.name, error)),
            }
            Ok(())
        })?;
        let mut selected = decrypt::selected(keyring, chosen)?;
        selected.sort_unstable_by(|one, other| one.secret.name.cmp(&other.secret.name));
        blocked.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let blocked = blocked.into_iter().map(|(_, error)| error).collect();
        Ok((selected, blocked))
    }

    /// Opens everything that the key reaches: every record and every value, also of deleted secrets.
    pub fn verify(&self) -> Result<Verified, Error> {
        let keyring = self.keyring.as_ref();
        if keyring.has_full_access() {
            for line in &self.header().content().keys {
                about::of(keyring, line)?;
            }
        }
        verify(&self.view, keyring, &self.workspaces)
    }

    /// The number of secrets in a workspace.
    pub fn secret_count(&self, workspace: &Workspace) -> Result<usize, Error> {
        Ok(self.names(workspace)?.len())
    }
}

/// Opens everything that the key reaches: every record and every value, also of deleted secrets.
pub fn verify(
    view: &View,
    keyring: &dyn Keyring,
    workspaces: &[Workspace],
) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    let mut ids = HashSet::new();
    for workspace in workspaces {
        verified.workspaces += 1;
        let all = |page: &OpenPage<'_>, entries: Vec<Entry<'_>>| {
            let mut secrets = Vec::with_capacity(entries.len());
            for (position, entry) in entries.into_iter().enumerate() {
                let record = page.record(position)?;
                if !ids.insert(record.id) {
                    return Err(record.damaged().into());
                }
                if matches!(entry, Entry::App(_)) {
                    decrypt::app(keyring, workspace, &entry, &record)?;
                    verified.apps += 1;
                } else {
                    let secret = decrypt::secret(workspace, record.id, entry)?;
                    decrypt::check_count(&secret, &record)?;
                    secrets.push((secret, record));
                }
            }
            let slots = secrets.iter().flat_map(|(secret, record)| {
                let slots = 0..secret.slots.len();
                slots.map(move |slot| Ok((secret, slot, record.sealed(slot)?)))
            });
            let slots = slots.collect::<Result<Vec<_>, Error>>()?;
            verified.values += decrypt::values(keyring, slots)?.len();
            verified.secrets += secrets.len();
            Ok(())
        };
        view.each_page(keyring, workspace.id, Extent::Records, all)?;
    }
    Ok(verified)
}

/// Makes a keyring follow a header, unless it already did.
pub fn follow(
    keyring: &mut dyn Keyring,
    followed: &mut Digest,
    header: &Header,
) -> Result<(), Error> {
    if header.digest() != *followed {
        keyring.follow(header)?;
        *followed = header.digest();
    }
    Ok(())
}

/// The workspaces that a keyring reaches.
pub fn reached(keyring: &dyn Keyring, view: &View) -> Result<Vec<Workspace>, Error> {
    let lines = view.layout.header.content().workspaces.iter();
    let lines: Vec<_> = lines
        .filter(|line| keyring.reach(line.id).is_some())
        .collect();
    let workspaces = decrypt::workspaces(keyring, &lines)?;
    let mut names = HashSet::new();
    for workspace in &workspaces {
        if !names.insert(&workspace.name) {
            return Err(sealed::Error::Damaged(Part::Workspace(workspace.id)).into());
        }
    }
    Ok(workspaces)
}

/// Finds a workspace among those that the key reaches; `all` are those that exist.
pub fn find_workspace<'a>(
    reached: &'a [Workspace],
    all: usize,
    name: Option<&WorkspaceName>,
) -> Result<&'a Workspace, Error> {
    let default = WorkspaceName::default();
    let name = match (name, reached) {
        (Some(name), _) => name,
        (None, [only]) => return Ok(only),
        (None, _) => &default,
    };
    let found = reached.iter().find(|workspace| workspace.name == *name);
    found.ok_or_else(|| {
        let name = name.to_string();
        if reached.len() < all {
            Error::OutOfReach { name }
        } else {
            let near = nearest(&name, reached.iter().map(|one| one.name.as_str()));
            Error::NotFound {
                what: "workspace",
                near: near.map(str::to_owned),
                name,
                within: None,
            }
        }
    })
}

/// The workspaces that may contain a secret with this id: the one of the reference, or any. All of them are
/// searched, because a writer of one may have copied the id of a secret in another.
pub fn places<'a>(
    reached: &'a [Workspace],
    home: Option<&'a Workspace>,
    reference: &Reference,
) -> Vec<&'a Workspace> {
    match (home, &reference.workspace) {
        (Some(home), Some(_)) => vec![home],
        _ => reached.iter().collect(),
    }
}

pub fn no_secret(workspace: Option<&Workspace>, name: &str) -> Error {
    Error::NotFound {
        what: "secret",
        name: name.to_owned(),
        within: workspace.map(|workspace| workspace.name.to_string()),
        near: None,
    }
}

/// The error when no rotation is pending.
pub fn no_pending(path: &str) -> Error {
    Error::absent("unfinished rotation", format!("of {path}"))
}
