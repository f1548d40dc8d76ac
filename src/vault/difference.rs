//! Compares two vaults, or two workspaces of one, by name: things on one side only, and fields that differ.
//! Compares values by their checksums and never shows them.

use super::Error;
use super::lookup::Vault;
use super::merge::copy::{Records, records};
use super::secret::Secret;
use super::time::Timestamp;
use super::workspace::Workspace;
use std::collections::BTreeMap;

/// A difference between the two sides.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// `workspace/name`, or the name alone if two workspaces are compared.
    pub path: String,
    pub what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub enum What {
    OnlyFirst,
    OnlySecond,
    /// The fields that differ.
    Differs(Vec<&'static str>),
}

/// The secrets and apps of one side, by the name to compare.
#[derive(Default)]
pub struct Side {
    secrets: BTreeMap<String, Secret>,
    /// The variables of an app, each with the name of its secret.
    apps: BTreeMap<String, BTreeMap<String, String>>,
}

impl Side {
    /// Everything that the key reaches.
    pub fn of_vault(vault: &Vault) -> Result<Self, Error> {
        let mut side = Self::default();
        for workspace in &vault.workspaces {
            side.add(vault, workspace, &format!("{}/", workspace.name))?;
        }
        Ok(side)
    }

    pub fn of_workspace(vault: &Vault, workspace: &Workspace) -> Result<Self, Error> {
        let mut side = Self::default();
        side.add(vault, workspace, "")?;
        Ok(side)
    }

    fn add(&mut self, vault: &Vault, workspace: &Workspace, prefix: &str) -> Result<(), Error> {
        let Records { secrets, apps } = records(&vault.view, vault.keyring.as_ref(), workspace)?;
        let names: BTreeMap<_, _> = secrets
            .iter()
            .map(|(id, record)| (*id, record.secret.name.to_string()))
            .collect();
        for record in secrets.into_values() {
            if !record.secret.is_deleted() {
                let path = format!("{prefix}{}", record.secret.name);
                self.secrets.insert(path, record.secret);
            }
        }
        for app in apps.into_values() {
            let links = app.links.iter().map(|(key, target)| {
                let name = names.get(&target.secret).cloned();
                (
                    key.to_string(),
                    name.unwrap_or_else(|| target.secret.to_string()),
                )
            });
            let links = links.collect();
            self.apps.insert(format!("{prefix}{}", app.name), links);
        }
        Ok(())
    }
}

/// Sorted by path.
pub fn differences(first: &Side, second: &Side, now: Timestamp) -> Vec<Difference> {
    let mut all = compare(&first.secrets, &second.secrets, |one, other| {
        fields(one, other, now)
    });
    all.extend(compare(&first.apps, &second.apps, |one, other| {
        if one == other {
            Vec::new()
        } else {
            vec!["links"]
        }
    }));
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

fn compare<T>(
    first: &BTreeMap<String, T>,
    second: &BTreeMap<String, T>,
    fields: impl Fn(&T, &T) -> Vec<&'static str>,
) -> Vec<Difference> {
    let paths: std::collections::BTreeSet<_> = first.keys().chain(second.keys()).collect();
    let each = paths.into_iter().filter_map(|path| {
        let what = match (first.get(path), second.get(path)) {
            (Some(_), None) => What::OnlyFirst,
            (None, Some(_)) => What::OnlySecond,
            (Some(one), Some(other)) => match fields(one, other) {
                none if none.is_empty() => return None,
                fields => What::Differs(fields),
            },
            (None, None) => return None,
        };
        Some(Difference {
            path: path.clone(),
            what,
        })
    });
    each.collect()
}

/// The fields that differ. Dates do not count: they record when something was done.
fn fields(one: &Secret, other: &Secret, now: Timestamp) -> Vec<&'static str> {
    let value = |secret: &Secret| {
        let effective = secret.effective(now.seconds());
        effective.map(|position| secret.slots[position].checksum.bytes())
    };
    let versions = |secret: &Secret| {
        let slots = secret.slots.iter();
        let slots = slots.map(|slot| (slot.slot, slot.checksum.bytes(), slot.pending));
        slots.collect::<Vec<_>>()
    };
    [
        ("value", value(one) != value(other)),
        ("versions", versions(one) != versions(other)),
        ("description", one.description != other.description),
        ("variable", one.env_key != other.env_key),
        (
            "allowed domains",
            one.allowed_domains != other.allowed_domains,
        ),
        ("rotation", one.rotate_every != other.rotate_every),
        ("expiry", one.expires_at != other.expires_at),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Scan;
    use crate::vault::change::{Deletion, References};
    use crate::vault::tests::{Owned, now, open, put, reference, workspace_name};

    #[test]
    fn two_sides_are_compared_by_name_and_field() {
        let owned = Owned::with(&[
            ("default/same", "1"),
            ("default/other", "2"),
            ("default/gone", "3"),
            ("staging/same", "1"),
            ("staging/other", "4"),
            ("staging/new", "5"),
        ]);
        let vault = |bytes: &[u8]| open(bytes, &owned.token, Scan::Everything).unwrap();
        let before = owned.bytes();
        let one = vault(&before);
        let side = |name: &str| {
            let workspace = one.workspace(Some(&workspace_name(name))).unwrap();
            Side::of_workspace(&one, workspace).unwrap()
        };
        let told = |all: Vec<Difference>| {
            let all = all
                .into_iter()
                .map(|one| format!("{} {:?}", one.path, one.what));
            all.collect::<Vec<_>>()
        };
        let found = differences(&side("default"), &side("staging"), now());
        assert_eq!(
            told(found),
            [
                "gone OnlyFirst",
                "new OnlySecond",
                "other Differs([\"value\", \"versions\"])"
            ]
        );
        owned.change(|change| {
            put(change, "default/new", "6")?;
            let gone = reference("default/gone");
            change.delete_secret(None, &gone, References::Keep, Deletion::Forever)
        });
        let [first, second] =
            [&before, &owned.bytes()].map(|bytes| Side::of_vault(&vault(bytes)).unwrap());
        assert_eq!(
            told(differences(&first, &second, now())),
            ["default/gone OnlyFirst", "default/new OnlySecond"]
        );
        assert!(differences(&second, &second, now()).is_empty());
    }
}
