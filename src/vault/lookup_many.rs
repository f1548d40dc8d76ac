//! Looks up many values at once, for programs and templates: searches each section once, and sends the agent a
//! few requests for all values instead of four for each.

use super::destination::Destination;
use super::lookup::{Vault, places};
use super::name::WorkspaceName;
use super::page::Located;
use super::reference::{Reference, Target};
use super::selected::Selected;
use super::slot::Choice;
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::sealed::index::RecordKind;
use crate::sealed::record::RecordId;
use std::collections::HashSet;

/// What to look up for a reference, with its position.
struct Wanted<'a> {
    at: usize,
    homes: Vec<&'a Workspace>,
    secret: &'a Target,
}

/// A found record, and the position of its reference.
type FoundRecord = (usize, Located);

impl Vault {
    /// The results of [`Vault::value`] for each reference, in order.
    pub fn each_value(
        &self,
        workspace: Option<&WorkspaceName>,
        references: &[&Reference],
        choice: Choice,
        destination: &Destination,
    ) -> Vec<Result<Selected, Error>> {
        let found = self.at_once(workspace, references, choice, destination);
        let mut found = found.unwrap_or_default().into_iter().peekable();
        let each = references.iter().enumerate();
        each.map(
            |(at, reference)| match found.next_if(|(found, _)| *found == at) {
                Some((_, selected)) => Ok(selected),
                // A single lookup gives the reason why there is no value.
                None => self.value(workspace, reference, choice, destination),
            },
        )
        .collect()
    }

    /// The values of those references that have one and may go there, in order.
    fn at_once(
        &self,
        workspace: Option<&WorkspaceName>,
        references: &[&Reference],
        choice: Choice,
        destination: &Destination,
    ) -> Result<Vec<(usize, Selected)>, Error> {
        let keyring = self.keyring.as_ref();
        let wanted = self.wanted(workspace, references);
        let mut met = HashSet::new();
        let mut secrets = Vec::with_capacity(references.len());
        for home in &self.workspaces {
            for (at, found) in self.places_in(home, &wanted)? {
                let (secret, record) = decrypt::located(home, &found)?;
                if secret.is_deleted() {
                    continue;
                }
                // Found in two workspaces: a writer copied the id, and the right one is unknown.
                if !met.insert(at) {
                    return Ok(Vec::new());
                }
                let choice = references[at].slot.map_or(choice, Choice::Number);
                if let (Ok(()), Ok(slot)) = (destination.check(&secret), secret.choose(choice)) {
                    let sealed = record.sealed(slot)?;
                    secrets.push((at, (secret, slot, sealed)));
                }
            }
        }
        secrets.sort_by_key(|(at, _)| *at);
        let (positions, chosen): (Vec<_>, Vec<_>) = secrets.into_iter().unzip();
        let selected = decrypt::selected(keyring, chosen)?;
        Ok(positions.into_iter().zip(selected).collect())
    }

    /// The lookups for each reference; none for a reference whose workspace does not exist.
    fn wanted<'a>(
        &'a self,
        workspace: Option<&WorkspaceName>,
        references: &[&'a Reference],
    ) -> Vec<Wanted<'a>> {
        let all = references.iter().enumerate();
        all.filter_map(|(at, reference)| {
            let named = reference.workspace.as_ref().or(workspace);
            let homes = match &reference.secret {
                Target::Name(_) => vec![self.workspace(named).ok()?],
                Target::Id(_) => {
                    let home = named.map(|name| self.workspace(Some(name))).transpose();
                    places(&self.workspaces, home.ok()?, reference)
                }
            };
            Some(Wanted {
                at,
                homes,
                secret: &reference.secret,
            })
        })
        .collect()
    }

    /// The places of the wanted records in one workspace.
    fn places_in(
        &self,
        home: &Workspace,
        wanted: &[Wanted<'_>],
    ) -> Result<Vec<FoundRecord>, Error> {
        let (mut names, mut ids) = (Vec::new(), Vec::new());
        let here = |wanted: &&Wanted<'_>| wanted.homes.iter().any(|one| one.id == home.id);
        for Wanted { at, secret, .. } in wanted.iter().filter(here) {
            match secret {
                Target::Name(name) => names.push((*at, name.as_str())),
                Target::Id(id) => ids.push((*at, RecordId::Secret(*id))),
            }
        }
        let keyring = self.keyring.as_ref();
        let mut places = Vec::with_capacity(names.len() + ids.len());
        let texts: Vec<_> = names
            .iter()
            .map(|(_, name)| (RecordKind::Secret, *name))
            .collect();
        let found = self.view.find_all(keyring, home.id, &texts)?;
        for ((at, _), found) in names.into_iter().zip(found) {
            places.extend(found.map(|found| (at, found)));
        }
        if !ids.is_empty() {
            let wanted = ids.iter().map(|(_, id)| *id).collect();
            let found = self.view.find_ids(keyring, home.id, &wanted)?;
            let found = ids
                .iter()
                .filter_map(|(at, id)| Some((*at, found.get(id)?.clone())));
            places.extend(found);
        }
        Ok(places)
    }
}
