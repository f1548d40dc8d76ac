//! Opens the selected secrets and puts them into an environment. Reports all unavailable secrets in one error,
//! and then gives none.

use super::chosen::{Chosen, Listed, Selection};
use super::compose::Composed;
use crate::context::Context;
use crate::deliver::environment::{Environment, Origin};
use crate::error::{Blocked, Error};
use crate::plaintext::Plaintext;
use crate::project::{Absence, Delivery, Entry, Source};
use crate::report::warnings;
use crate::sealed::id::SecretId;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::{Reference, Target};
use crate::vault::slot::Choice;
use crate::vault::{self, Selected, Vault};
use std::collections::{BTreeSet, HashSet};

pub struct Values<'a, 'c> {
    vault: &'a Vault,
    destination: &'a Destination,
    choice: Choice,
    workspace: Option<WorkspaceName>,
    context: &'a mut Context<'c>,
    environment: Environment,
    blocked: Vec<Blocked>,
    /// A secret in several variables causes one warning.
    warned: HashSet<SecretId>,
}

/// A variable to look up, and the place where it was chosen, for errors.
struct Wanted {
    entry: Entry,
    place: Option<String>,
}

type Found = Result<Selected, vault::Error>;

impl<'a, 'c> Values<'a, 'c> {
    pub fn new(
        vault: &'a Vault,
        destination: &'a Destination,
        choice: Choice,
        context: &'a mut Context<'c>,
    ) -> Self {
        Self {
            vault,
            destination,
            choice,
            workspace: context.workspace().cloned(),
            context,
            environment: Environment::new([]),
            blocked: Vec::new(),
            warned: HashSet::new(),
        }
    }

    /// Fills the environment. A variable that you named takes precedence over any other use of its key.
    pub fn fill(mut self, mut selection: Selection) -> Result<Environment, Error> {
        self.environment = std::mem::replace(&mut selection.environment, Environment::new([]));
        let links = self.links(&selection)?;
        let chosen = std::mem::take(&mut selection.chosen);
        let chosen = self.kept_apart(chosen, &selection);
        let mut named: BTreeSet<EnvKey> = chosen.iter().filter_map(|one| one.key.clone()).collect();
        named.extend(self.environment.iter().map(|(key, _)| key.clone()));
        let linked = links.iter().map(|(key, reference)| Wanted {
            entry: Entry::of_secret(key.clone(), reference.clone()),
            place: None,
        });
        let listed = std::mem::take(&mut selection.listed).wanted();
        let mut wanted = Vec::new();
        for one in linked.chain(listed) {
            if self.is_wanted(&one.entry, &named, &selection)? {
                wanted.push(one);
            }
        }
        let mut found = self.look_up(&chosen, &wanted).into_iter();
        for (one, found) in chosen.into_iter().zip(&mut found) {
            named.extend(self.give_chosen(one, found)?);
        }
        if selection.all {
            self.give_all(&selection, &named, &links)?;
        }
        for Wanted { entry, place } in wanted {
            let found: Vec<Found> = found.by_ref().take(entry.references().len()).collect();
            if !named.contains(&entry.key) {
                self.give_entry(&entry, place.as_deref(), found)?;
            }
        }
        if !self.blocked.is_empty() {
            return Err(Error::Blocked(self.blocked));
        }
        selection.except.check_met()?;
        Ok(self.environment)
    }

    /// The variables that the app links.
    fn links(&mut self, selection: &Selection) -> Result<Vec<(EnvKey, Reference)>, Error> {
        let Some(app) = &selection.app else {
            return Ok(Vec::new());
        };
        let links = self.vault.links(self.workspace.as_ref(), app);
        let links = self.context.found(self.vault, links)?;
        for (key, _) in links.iter().filter(|(key, _)| !selection.chooses(key)) {
            self.environment.check_unnamed_key(key)?;
        }
        Ok(links)
    }

    /// The named secrets, without those that are left out or keep their value.
    fn kept_apart(&mut self, chosen: Vec<Chosen>, selection: &Selection) -> Vec<Chosen> {
        let mut left = Vec::with_capacity(chosen.len());
        for one in chosen {
            let kept = one
                .key
                .as_ref()
                .and_then(|key| Some((key, selection.keep_existing.value(key, false)?)));
            if selection
                .except
                .leaves_out(one.key.as_ref(), Some(&one.reference))
            {
                self.pass_over([&one.reference]);
            } else if let Some((key, value)) = kept {
                self.environment.keep(key.clone(), value);
                self.pass_over([&one.reference]);
            } else {
                left.push(one);
            }
        }
        left
    }

    /// Whether the entry must be looked up: nothing else gives its variable.
    fn is_wanted(
        &mut self,
        entry: &Entry,
        named: &BTreeSet<EnvKey>,
        selection: &Selection,
    ) -> Result<bool, Error> {
        let key = &entry.key;
        let secret = match &entry.source {
            Source::Secret(reference) => Some(reference),
            Source::Literal(_) | Source::Composed(_) => None,
        };
        let is_left_out = selection.except.leaves_out(Some(key), secret);
        if is_left_out || named.contains(key) {
            self.pass_over(entry.references());
            return Ok(false);
        }
        if let Some(value) = selection.keep_existing.value(key, entry.keep_existing) {
            self.environment.check_key(key)?;
            self.environment.keep(key.clone(), value);
            self.pass_over(entry.references());
            return Ok(false);
        }
        Ok(true)
    }

    fn pass_over<'r>(&self, references: impl IntoIterator<Item = &'r Reference>) {
        for reference in references {
            self.destination
                .pass_over(self.workspace.as_ref(), reference);
        }
    }

    /// A value for each reference, in order.
    fn look_up(&self, chosen: &[Chosen], wanted: &[Wanted]) -> Vec<Found> {
        let chosen = chosen.iter().map(|one| &one.reference);
        let listed = wanted.iter().flat_map(|one| one.entry.references());
        let all: Vec<_> = chosen.chain(listed).collect();
        self.vault
            .each_value(self.workspace.as_ref(), &all, self.choice, self.destination)
    }

    /// Gives a named secret and returns its key.
    fn give_chosen(&mut self, one: Chosen, found: Found) -> Result<Option<EnvKey>, Error> {
        let Some(selected) = self.held(found, None)? else {
            return Ok(one.key);
        };
        let key = if let Some(key) = one.key {
            key
        } else {
            let key = selected.secret.env_key.clone();
            self.environment.check_unnamed_key(&key)?;
            key
        };
        self.warn(&selected);
        let origin = Origin::Secret(one.reference);
        if one.is_file {
            let name = FileName::of(&selected.secret.name);
            self.insert_file(key.clone(), origin, name, selected.value)?;
        } else {
            self.insert(key.clone(), origin, selected.value)?;
        }
        Ok(Some(key))
    }

    fn give_entry(
        &mut self,
        entry: &Entry,
        place: Option<&str>,
        found: Vec<Found>,
    ) -> Result<(), Error> {
        let is_absent = |found: &Found| matches!(found, Err(error) if is_absence(error));
        if entry.absence != Absence::Refused && found.iter().any(is_absent) {
            self.pass_over(entry.references());
            return match &entry.absence {
                Absence::Replaced(text) => self.deliver(entry, None, Composed::text(text)),
                Absence::Refused | Absence::LeftOut => Ok(()),
            };
        }
        let mut values = Vec::with_capacity(found.len());
        let mut secret = None;
        for found in found {
            if let Some(selected) = self.held(found, place)? {
                self.warn(&selected);
                secret = Some(selected.secret.name);
                values.push(selected.value);
            }
        }
        if !self.blocked.is_empty() {
            return Ok(());
        }
        match Composed::new(&entry.source, values) {
            Some(composed) => self.deliver(entry, secret.as_ref(), composed),
            None => Ok(()),
        }
    }

    /// Gives every secret of the workspace, except those that are given otherwise.
    fn give_all(
        &mut self,
        selection: &Selection,
        named: &BTreeSet<EnvKey>,
        links: &[(EnvKey, Reference)],
    ) -> Result<(), Error> {
        let vault = self.vault;
        let workspace = vault.workspace(self.workspace.as_ref())?;
        let by_name = |secret: &vault::secret::Secret| Reference {
            workspace: Some(workspace.name.clone()),
            secret: Target::Name(secret.name.clone()),
            slot: None,
        };
        let is_left_out = |secret: &vault::secret::Secret| {
            let (key, reference) = (&secret.env_key, by_name(secret));
            selection.except.leaves_out(Some(key), Some(&reference))
        };
        let all = vault.values(workspace, self.choice, self.destination, |secret| {
            !is_left_out(secret)
        });
        let (all, blocked) = all?;
        self.blocked.extend(blocked.into_iter().map(Blocked::of));
        for selected in all {
            let link = (selected.secret.env_key.clone(), by_name(&selected.secret));
            // The app may have the same secret under the same key: that is the same choice twice.
            if named.contains(&link.0) || links.contains(&link) {
                continue;
            }
            let (key, by_name) = link;
            self.environment.check_key_of(&key, &by_name)?;
            if let Some(value) = selection.keep_existing.value(&key, false) {
                self.environment.keep(key, value);
                continue;
            }
            self.warn(&selected);
            self.insert(key, Origin::Secret(by_name), selected.value)?;
        }
        Ok(())
    }

    /// The found secret. Collects a missing, ineffective or denied one with the others.
    fn held(&mut self, found: Found, place: Option<&str>) -> Result<Option<Selected>, Error> {
        match found {
            Ok(selected) => Ok(Some(selected)),
            Err(error) if is_absence(&error) || matches!(error, vault::Error::Denied { .. }) => {
                let error = self.vault.suggest(self.workspace.as_ref(), error);
                let blocked = Blocked::at(place, error);
                let text = blocked.to_string();
                if !self.blocked.iter().any(|told| told.to_string() == text) {
                    self.blocked.push(blocked);
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn warn(&mut self, selected: &Selected) {
        if self.warned.insert(selected.secret.id) {
            warnings::warn(self.context, &selected.secret);
        }
    }

    fn deliver(
        &mut self,
        entry: &Entry,
        secret: Option<&SecretName>,
        composed: Composed,
    ) -> Result<(), Error> {
        let Composed {
            origin,
            value,
            parts,
        } = composed;
        let key = entry.key.clone();
        match &entry.delivery {
            Delivery::Value => self.insert(key, origin, value)?,
            Delivery::File { .. } => {
                let secret = secret.filter(|_| matches!(entry.source, Source::Secret(_)));
                self.insert_file(key, origin, entry.file_name(secret), value)?;
            }
        }
        for part in parts {
            self.environment.add_part(entry.key.clone(), part);
        }
        Ok(())
    }

    fn insert_file(
        &mut self,
        key: EnvKey,
        origin: Origin,
        name: FileName,
        value: Plaintext,
    ) -> Result<(), Error> {
        if self.blocked.is_empty() {
            self.environment.insert_file(key, origin, name, value)?;
        }
        Ok(())
    }

    fn insert(&mut self, key: EnvKey, origin: Origin, value: Plaintext) -> Result<(), Error> {
        // After a failure nothing is given.
        if self.blocked.is_empty() {
            self.environment.insert(key, origin, value)?;
        }
        Ok(())
    }
}

impl Listed {
    fn wanted(self) -> impl Iterator<Item = Wanted> {
        let file = self.file;
        self.entries.into_iter().map(move |entry| Wanted {
            place: Some(format!("{file}:{}: {}", entry.line, entry.key)),
            entry,
        })
    }
}

/// Whether there is no value: no such secret, no such slot, or none effective.
pub fn is_absence(error: &vault::Error) -> bool {
    matches!(
        error,
        vault::Error::NotFound {
            what: "secret" | "slot",
            ..
        } | vault::Error::Deleted { .. }
            | vault::Error::NotEffective { .. }
    )
}
