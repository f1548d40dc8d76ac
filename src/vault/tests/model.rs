//! Compares a vault with a simple map after every change: after reopening, both have the same content, and
//! unchanged parts have kept their bytes.

use super::apart::{Apart, PageApart, Raw};
use super::{Owned, keyring, now, open, open_in, reference, workspace_name};
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::index::RecordKind;
use crate::store::Previous;
use crate::vault::change::{
    Change, Contents, Deletion, Fields, NewSecret, References, SecretUpdate, Values,
    WorkspaceUpdate,
};
use crate::vault::description::Description;
use crate::vault::destination::Destination;
use crate::vault::name::SecretName;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan, Written};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// Values by name, by workspace.
type Model = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

#[derive(Clone, Debug)]
enum Step {
    /// So many secrets at once, from this number on.
    Create(usize, usize, u8),
    Update(usize, usize, Vec<u8>),
    Describe(usize, usize, String),
    Rename(usize, usize, usize),
    /// So many secrets at once, from this number on.
    Delete(usize, usize, u8),
    /// Sets every field to its present value.
    Nothing(usize, usize),
    CreateWorkspace(usize),
    RenameWorkspace(usize, usize),
    DeleteWorkspace(usize),
}

const NAMES: usize = 150;
const WORKSPACES: [&str; 3] = ["default", "staging", "third"];

fn step() -> impl Strategy<Value = Step> {
    // Mostly in `default`, so that its pages grow, split and join.
    let workspace = || prop_oneof![4 => Just(0), 1 => 1..WORKSPACES.len()];
    let name = || 0..NAMES;
    let other = || 1..WORKSPACES.len();
    prop_oneof![
        4 => (workspace(), name(), prop_oneof![1 => Just(1), 2 => 20..90_u8]).prop_map(|(w, n, many)| Step::Create(w, n, many)),
        3 => (workspace(), name(), prop::collection::vec(any::<u8>(), 1..200)).prop_map(|(w, n, value)| Step::Update(w, n, value)),
        1 => (workspace(), name(), "[a-z]{0,80}").prop_map(|(w, n, text)| Step::Describe(w, n, text)),
        3 => (workspace(), name(), name()).prop_map(|(w, n, to)| Step::Rename(w, n, to)),
        3 => (workspace(), name(), prop_oneof![3 => Just(1), 1 => 1..20_u8]).prop_map(|(w, n, many)| Step::Delete(w, n, many)),
        1 => (workspace(), name()).prop_map(|(w, n)| Step::Nothing(w, n)),
        2 => other().prop_map(Step::CreateWorkspace),
        1 => (other(), other()).prop_map(|(from, to)| Step::RenameWorkspace(from, to)),
        1 => other().prop_map(Step::DeleteWorkspace),
    ]
}

/// The step, mostly aimed at an existing secret: chance alone would seldom hit one.
fn aimed(mut step: Step, model: &Model) -> Step {
    if let Step::Update(w, n, _)
    | Step::Describe(w, n, _)
    | Step::Rename(w, n, _)
    | Step::Delete(w, n, 1)
    | Step::Nothing(w, n) = &mut step
        && let Some(secrets) = model.get(WORKSPACES[*w])
        && !n.is_multiple_of(8)
        && let Some(name) = secrets.keys().nth(*n % secrets.len().max(1))
    {
        *n = name.trim_start_matches("name-").parse().unwrap();
    }
    step
}

fn name(number: usize) -> String {
    format!("name-{}", number % NAMES)
}

fn secret_name(number: usize) -> SecretName {
    SecretName::parse(&name(number)).unwrap()
}

/// The names that a step may touch, in its workspace.
fn touched(step: &Step) -> (&'static str, BTreeSet<String>) {
    match *step {
        Step::Create(w, n, many) | Step::Delete(w, n, many) => (
            WORKSPACES[w],
            (n..n + usize::from(many)).map(name).collect(),
        ),
        Step::Update(w, n, _) | Step::Describe(w, n, _) => (WORKSPACES[w], [name(n)].into()),
        Step::Rename(w, n, to) => (WORKSPACES[w], [name(n), name(to)].into()),
        Step::Nothing(..)
        | Step::CreateWorkspace(_)
        | Step::RenameWorkspace(..)
        | Step::DeleteWorkspace(_) => ("", BTreeSet::new()),
    }
}

/// Does the step in the model; returns whether it is allowed.
fn expect(model: &mut Model, step: &Step) -> bool {
    let secrets = |model: &mut Model, w: usize| model.get(WORKSPACES[w]).cloned();
    match step {
        Step::Create(w, n, many) => {
            let Some(mut secrets) = secrets(model, *w) else {
                return false;
            };
            for n in *n..n + usize::from(*many) {
                if secrets
                    .insert(name(n), format!("value {n}").into())
                    .is_some()
                {
                    return false;
                }
            }
            model.insert(WORKSPACES[*w].into(), secrets);
        }
        Step::Update(w, n, value) => {
            let secrets = model.get_mut(WORKSPACES[*w]);
            let Some(old) = secrets.and_then(|secrets| secrets.get_mut(&name(*n))) else {
                return false;
            };
            old.clone_from(value);
        }
        Step::Describe(w, n, _) | Step::Nothing(w, n) => {
            return secrets(model, *w).is_some_and(|secrets| secrets.contains_key(&name(*n)));
        }
        Step::Rename(w, n, to) => {
            let Some(secrets) = model.get_mut(WORKSPACES[*w]) else {
                return false;
            };
            let free = n == to || !secrets.contains_key(&name(*to));
            let Some(value) = secrets.get(&name(*n)).filter(|_| free).cloned() else {
                return false;
            };
            secrets.remove(&name(*n));
            secrets.insert(name(*to), value);
        }
        Step::Delete(w, n, many) => {
            let Some(mut secrets) = secrets(model, *w) else {
                return false;
            };
            for n in *n..n + usize::from(*many) {
                if secrets.remove(&name(n)).is_none() {
                    return false;
                }
            }
            model.insert(WORKSPACES[*w].into(), secrets);
        }
        Step::CreateWorkspace(w) => {
            if model.contains_key(WORKSPACES[*w]) {
                return false;
            }
            model.insert(WORKSPACES[*w].into(), BTreeMap::new());
        }
        Step::RenameWorkspace(from, to) => {
            if from != to && model.contains_key(WORKSPACES[*to]) {
                return false;
            }
            let Some(secrets) = model.remove(WORKSPACES[*from]) else {
                return false;
            };
            model.insert(WORKSPACES[*to].into(), secrets);
        }
        Step::DeleteWorkspace(w) => return model.remove(WORKSPACES[*w]).is_some(),
    }
    true
}

fn act(change: &mut Change<'_>, model: &Model, step: &Step) -> Result<(), Error> {
    let path = |w: usize, n: usize| reference(&format!("{}/{}", WORKSPACES[w], name(n)));
    let mut update = |w, n, update| change.update_secret(None, &path(w, n), update).map(|_| ());
    match step {
        Step::Create(w, n, many) => (*n..n + usize::from(*many)).try_for_each(|n| {
            let new =
                NewSecret::with_value(secret_name(n), Plaintext::new(format!("value {n}").into()));
            change
                .create_secret(Some(&workspace_name(WORKSPACES[*w])), new)
                .map(|_| ())
        }),
        Step::Update(w, n, value) => {
            let values = Values::Effective(Plaintext::new(value.clone()));
            update(
                *w,
                *n,
                SecretUpdate {
                    values,
                    ..SecretUpdate::default()
                },
            )
        }
        Step::Describe(w, n, text) => {
            let description = Some(Description::parse(text).unwrap());
            update(
                *w,
                *n,
                SecretUpdate {
                    fields: Fields {
                        description,
                        ..Fields::default()
                    },
                    ..SecretUpdate::default()
                },
            )
        }
        Step::Rename(w, n, to) => {
            let name = Some(secret_name(*to));
            update(
                *w,
                *n,
                SecretUpdate {
                    name,
                    ..SecretUpdate::default()
                },
            )
        }
        Step::Nothing(w, n) => {
            let value = model
                .get(WORKSPACES[*w])
                .and_then(|secrets| secrets.get(&name(*n)));
            let secret = change.look_up(None, &path(*w, *n))?;
            let update = SecretUpdate {
                name: secret.as_ref().map(|secret| secret.name.clone()),
                fields: Fields {
                    description: secret.as_ref().map(|secret| secret.description.clone()),
                    env_key: secret.map(|secret| secret.env_key),
                    ..Fields::default()
                },
                values: value.map_or(Values::Keep, |value| {
                    Values::Effective(Plaintext::new(value.clone()))
                }),
                remove: Vec::new(),
            };
            change
                .update_secret(None, &path(*w, *n), update)
                .map(|_| ())
        }
        Step::Delete(w, n, many) => (*n..n + usize::from(*many)).try_for_each(|n| {
            change
                .delete_secret(None, &path(*w, n), References::Keep, Deletion::Forever)
                .map(|_| ())
        }),
        Step::CreateWorkspace(w) => {
            let name = workspace_name(WORKSPACES[*w]);
            change
                .create_workspace(name, Description::default())
                .map(|_| ())
        }
        Step::RenameWorkspace(from, to) => {
            let name = Some(workspace_name(WORKSPACES[*to]));
            let update = WorkspaceUpdate {
                name,
                ..WorkspaceUpdate::default()
            };
            change
                .update_workspace(&workspace_name(WORKSPACES[*from]), update)
                .map(|_| ())
        }
        Step::DeleteWorkspace(w) => {
            let name = workspace_name(WORKSPACES[*w]);
            change.delete_workspace(&name, Contents::Delete).map(|_| ())
        }
    }
}

/// The content of a vault, all of it opened.
fn contents(bytes: &[u8], owned: &Owned) -> Model {
    let vault = open(bytes, &owned.token, Scan::Everything).unwrap();
    let verified = vault.verify().unwrap();
    let all = vault.workspaces().iter().map(|workspace| {
        let listed = vault.list(workspace).unwrap();
        let (values, blocked) = vault
            .values(
                workspace,
                Choice::Now(now()),
                &Destination::default(),
                |_| true,
            )
            .unwrap();
        assert!(blocked.is_empty());
        let values: BTreeMap<_, _> = values
            .into_iter()
            .map(|selected| {
                (
                    selected.secret.name.to_string(),
                    selected.value.expose().to_vec(),
                )
            })
            .collect();
        assert!(
            listed
                .iter()
                .map(|listed| listed.secret.name.as_str())
                .eq(values.keys())
        );
        (workspace.name.to_string(), values)
    });
    let all: Model = all.collect();
    let count: usize = all.values().map(BTreeMap::len).sum();
    assert_eq!(
        (verified.workspaces, verified.secrets, verified.values),
        (all.len(), count, count)
    );
    all
}

/// By workspace: its pages, each with its opened records.
type Pages = HashMap<String, Vec<(PageApart, Vec<Raw>)>>;

fn pages(bytes: &[u8], owned: &Owned) -> Pages {
    let vault = open(bytes, &owned.token, Scan::Lookup).unwrap();
    let keyring = keyring(bytes, &owned.token).unwrap();
    let sections = Apart::of(bytes).sections.into_iter().enumerate();
    let sections = sections.map(|(position, section)| {
        let workspace = &vault.workspaces()[position];
        let pages = section.pages.into_iter().map(|page| {
            let records = page.open(&keyring, workspace.id);
            (page, records)
        });
        (workspace.name.to_string(), pages.collect())
    });
    sections.collect()
}

/// Pages have 1 to 64 records; one with fewer than 16 has no neighbour that it fits in with.
fn check_pages(pages: &Pages) {
    for pages in pages.values() {
        let sizes: Vec<_> = pages.iter().map(|(_, records)| records.len()).collect();
        assert!(
            sizes.iter().all(|size| (1..=64).contains(size)),
            "{sizes:?}"
        );
        let records = pages.iter().flat_map(|(_, records)| records);
        assert!(records.is_sorted_by(|one, next| one.index < next.index));
    }
}

/// Checks that every untouched record kept its line, and that every page except theirs and the next kept its
/// bytes.
fn check_kept(before: &[u8], after: &[u8], owned: &Owned, step: &Step) {
    let (workspace, names) = touched(step);
    let (old, new) = (pages(before, owned), pages(after, owned));
    check_pages(&new);
    for (name, old) in &old {
        if workspace != name {
            let kept = |pages: &Pages| pages.values().any(|pages| pages == old);
            let deleted = matches!(step, Step::DeleteWorkspace(w) if WORKSPACES[*w] == name);
            assert!(deleted || kept(&new), "{name} changed by {step:?}");
            continue;
        }
        let id = {
            let vault = open(after, &owned.token, Scan::Lookup).unwrap();
            vault.workspace(Some(&workspace_name(name))).unwrap().id
        };
        let keyring = owned.keyring();
        let index_of = |name: &String| keyring.index(id, RecordKind::Secret, name).unwrap();
        let indexes: BTreeSet<_> = names.iter().map(index_of).collect();
        let kept: Vec<_> = new[name].iter().flat_map(|(_, records)| records).collect();
        for record in old.iter().flat_map(|(_, records)| records) {
            assert!(
                indexes.contains(&record.index) || kept.contains(&record),
                "{step:?}"
            );
        }
        let changed = old.iter().filter(|page| !new[name].contains(page)).count();
        assert!(
            changed <= 2 * names.len(),
            "{changed} pages for {} names",
            names.len()
        );
    }
}

/// Returns whether the step was done.
fn take(owned: &Owned, model: &mut Model, step: &Step) -> bool {
    let before = owned.bytes();
    let mut expected = model.clone();
    let possible = expect(&mut expected, step);
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let changed = vault.change(now(), Duration::ZERO, Previous::Keep, |change| {
        act(change, model, step)
    });
    let after = owned.bytes();
    if possible {
        let written = changed.unwrap().written;
        assert_eq!(written == Written::Replaced, before != after, "{step:?}");
        *model = expected;
        let nothing = match step {
            Step::Nothing(..) => true,
            Step::Rename(_, n, to) => name(*n) == name(*to),
            Step::RenameWorkspace(from, to) => from == to,
            _ => before == after,
        };
        assert_eq!(nothing, before == after, "{step:?}");
    } else {
        let error = changed
            .err()
            .unwrap_or_else(|| panic!("{step:?} is not possible"));
        let known = matches!(error, Error::NotFound { .. } | Error::Exists { .. });
        assert!(known, "{step:?}: {error}");
        assert_eq!(before, after, "{step:?}");
    }
    check_kept(&before, &after, owned, step);
    assert_eq!(&contents(&after, owned), model, "{step:?}");
    possible && before != after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vault_behaves_like_a_map(steps in prop::collection::vec(step(), 8..24)) {
        let owned = Owned::new();
        let mut model = Model::from([("default".into(), BTreeMap::new())]);
        for step in steps {
            let step = aimed(step, &model);
            take(&owned, &mut model, &step);
        }
    }
}

/// Runs the steps that split and join pages, independent of chance.
#[test]
fn pages_split_and_join_and_keep_their_bytes() {
    let owned = Owned::new();
    let mut model = Model::from([("default".into(), BTreeMap::new())]);
    let mut most = 0;
    let mut sizes = BTreeSet::new();
    let create = (0..NAMES).map(|n| Step::Create(0, n, 1));
    let delete = (0..NAMES).map(|n| Step::Delete(0, n * 7 % NAMES, 1));
    for step in create.chain(delete) {
        assert!(take(&owned, &mut model, &step), "{step:?}");
        let pages = Apart::of(&owned.bytes()).sections.remove(0).pages;
        most = most.max(pages.len());
        sizes.extend(pages.iter().map(|page| page.lines.len() - 1));
    }
    assert!(
        most >= 3 && sizes.contains(&64),
        "{most} pages of {sizes:?}"
    );
    assert!(Apart::of(&owned.bytes()).sections[0].pages.is_empty());
}
