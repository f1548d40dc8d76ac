//! Merges the records of all sections that the key may write, by their ids: one side may have moved a record that
//! the other changed. Then makes names unique, and points links at the present place of their secrets.

use super::app;
use super::copy::{Record, Records, Side};
use super::report::{Kind, Report};
use super::secret::{self, Circumstances};
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::record::RecordId;
use crate::vault::Error;
use crate::vault::app::{App, Target};
use crate::vault::name::{AppName, SecretName};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The records of the result.
#[derive(Default)]
pub struct Contents {
    pub secrets: BTreeMap<SecretId, Record>,
    pub apps: BTreeMap<AppId, App>,
}

/// One copy's records of several sections. They are borrowed: together they may be as large as the file.
#[derive(Default, Clone)]
pub struct Held<'p> {
    pub secrets: BTreeMap<SecretId, &'p Record>,
    pub apps: BTreeMap<AppId, &'p App>,
}

impl<'p> Held<'p> {
    /// Adds the records of a section. An id that occurs twice is damage.
    pub fn add(&mut self, records: &'p Records) -> Result<(), Error> {
        for (id, record) in &records.secrets {
            if self.secrets.insert(*id, record).is_some() {
                return Err(RecordId::Secret(*id).damaged().into());
            }
        }
        for (id, app) in &records.apps {
            if self.apps.insert(*id, app).is_some() {
                return Err(RecordId::App(*id).damaged().into());
            }
        }
        Ok(())
    }

    /// Adds the records of another section or copy. Of two records with one id the first stays.
    pub fn add_others(
        &mut self,
        secrets: &'p BTreeMap<SecretId, Record>,
        apps: &'p BTreeMap<AppId, App>,
    ) {
        for (id, record) in secrets {
            self.secrets.entry(*id).or_insert(record);
        }
        for (id, app) in apps {
            self.apps.entry(*id).or_insert(app);
        }
    }
}

/// The input of a merge.
pub struct Sides<'c> {
    pub ours: &'c Held<'c>,
    pub theirs: &'c Held<'c>,
    /// The common ancestor. A record that is not in it is new on its side, or its origin is unknown.
    pub base: &'c Held<'c>,
    /// Whether the base of this workspace is known.
    pub has_base: &'c dyn Fn(WorkspaceId) -> bool,
    /// The ids in sections that are taken unchanged, with their sections.
    pub elsewhere: &'c HashMap<RecordId, WorkspaceId>,
}

pub fn merge(
    sides: &Sides<'_>,
    known: &Circumstances<'_>,
    report: &mut Report,
) -> Result<Contents, Error> {
    let mut merged = Contents::default();
    let renewed = secrets(sides, known, report, &mut merged)?;
    apps(sides, known, report, &mut merged);
    let mut ids = HashMap::new();
    unite_secrets(sides, known, report, &mut merged, &mut ids)?;
    let mut app_ids = HashMap::new();
    unite_apps(sides, known, report, &mut merged, &mut app_ids);
    name_secrets(sides, report, &mut merged);
    name_apps(sides, report, &mut merged);
    let led = |target: Target| {
        let record = RecordId::Secret(target.secret);
        let is_meant = sides.elsewhere.get(&record) != Some(&target.workspace);
        let renewed = renewed.get(&target.secret).filter(|_| is_meant);
        let secret = *renewed.unwrap_or(&target.secret);
        *ids.get(&secret).unwrap_or(&secret)
    };
    lead_links(&mut merged, led, &app_ids);
    Ok(merged)
}

/// Merges the secrets. Returns the new ids of secrets whose own id is in another section, too.
fn secrets(
    sides: &Sides<'_>,
    known: &Circumstances<'_>,
    report: &mut Report,
    merged: &mut Contents,
) -> Result<HashMap<SecretId, SecretId>, Error> {
    let (ours, theirs, base) = (
        &sides.ours.secrets,
        &sides.theirs.secrets,
        &sides.base.secrets,
    );
    for (id, our) in ours {
        let our: &Record = our;
        let was = base.get(id).copied();
        let record = match (theirs.get(id), was) {
            (Some(their), was) => Some(secret::merge(our, their, was, known, report)?),
            (None, None) => {
                let secret = &our.secret;
                if !(sides.has_base)(secret.workspace) {
                    let text = format!("only in {}: kept", known.labels.ours);
                    report.add(secret.path(), Kind::OneSided, text);
                }
                Some(our.clone())
            }
            // It was moved to a section that this key does not write.
            (None, Some(was))
                if sides.elsewhere.contains_key(&RecordId::Secret(*id)) && was == our =>
            {
                None
            }
            (None, Some(_)) => Some(kept_as_deleted(our, &known.labels.theirs, known, report)),
        };
        merged.secrets.extend(record.map(|record| (*id, record)));
    }
    for (id, their) in theirs {
        if ours.contains_key(id) {
            continue;
        }
        let record = match base.get(id) {
            // Ours may have deleted it for good, longer ago than the lists show.
            None if known.ahead.get(&their.secret.workspace) == Some(&Side::Ours) => {
                Some(kept_as_deleted(their, &known.labels.ours, known, report))
            }
            None => {
                let state = if their.secret.is_deleted() {
                    "deleted, "
                } else {
                    ""
                };
                let text = format!("{state}new in {}", known.labels.theirs);
                report.add(their.secret.path(), Kind::Added, text);
                Some(Record::clone(their))
            }
            Some(was) if was == their => None,
            Some(_) => Some(kept_as_deleted(their, &known.labels.ours, known, report)),
        };
        merged.secrets.extend(record.map(|record| (*id, record)));
    }
    let taken = |id: &SecretId| sides.elsewhere.contains_key(&RecordId::Secret(*id));
    let mut renewed = HashMap::new();
    for id in merged
        .secrets
        .keys()
        .copied()
        .filter(taken)
        .collect::<Vec<_>>()
    {
        // One id twice would be damage for a reader of both sections.
        if let Some(mut record) = merged.secrets.remove(&id) {
            record.secret.id = SecretId::random();
            renewed.insert(id, record.secret.id);
            merged.secrets.insert(record.secret.id, record);
        }
    }
    Ok(renewed)
}

/// A secret that one side removed for good, kept as deleted so that the other side does not lose it.
fn kept_as_deleted(
    record: &Record,
    removing: &str,
    known: &Circumstances<'_>,
    report: &mut Report,
) -> Record {
    let mut record = record.clone();
    if record.secret.deleted_at.is_none() {
        record.secret.deleted_at = Some(known.now.max(record.secret.created_at));
        let text = format!("deleted for good in {removing}: kept as deleted");
        report.add(record.secret.path(), Kind::Deleted, text);
    }
    record
}

fn apps(sides: &Sides<'_>, known: &Circumstances<'_>, report: &mut Report, merged: &mut Contents) {
    let (ours, theirs, base) = (&sides.ours.apps, &sides.theirs.apps, &sides.base.apps);
    for (id, our) in ours {
        let app = match (theirs.get(id), base.get(id)) {
            (Some(their), was) => app::merge(our, their, was.copied(), known, report),
            (None, Some(was)) if was == our => continue,
            (None, _) => App::clone(our),
        };
        merged.apps.insert(*id, app);
    }
    for (id, their) in theirs {
        let is_removed = base.get(id).is_some_and(|was| was == their);
        if ours.contains_key(id) || is_removed {
            continue;
        }
        if known.ahead.get(&their.workspace) == Some(&Side::Ours) {
            let (first, other) = (&known.labels.ours, &known.labels.theirs);
            let text = format!("app, only in {other}: left out, {first} may have deleted it");
            report.add(their.path(), Kind::LeftOut, text);
        } else {
            let text = format!("app, new in {}", known.labels.theirs);
            report.add(their.path(), Kind::Added, text);
            merged.apps.insert(*id, App::clone(their));
        }
    }
}

/// Unites secrets of one name that each side made: one secret with the id of ours.
fn unite_secrets(
    sides: &Sides<'_>,
    known: &Circumstances<'_>,
    report: &mut Report,
    merged: &mut Contents,
    ids: &mut HashMap<SecretId, SecretId>,
) -> Result<(), Error> {
    let key = |record: &Record| (record.secret.workspace, record.secret.name.clone());
    let is_made = |id: &SecretId, there: &Held<'_>, other: &Held<'_>| {
        let is_known = other.secrets.contains_key(id) || sides.base.secrets.contains_key(id);
        there.secrets.contains_key(id) && !is_known
    };
    let live = |merged: &Contents, there: &Held<'_>, other: &Held<'_>| {
        let all = merged.secrets.iter();
        let all =
            all.filter(|(id, record)| !record.secret.is_deleted() && is_made(id, there, other));
        all.map(|(id, record)| (key(record), *id))
            .collect::<BTreeMap<_, _>>()
    };
    let our_made = live(merged, sides.ours, sides.theirs);
    let their_made = live(merged, sides.theirs, sides.ours);
    for (place, their) in their_made {
        let Some(our) = our_made.get(&place) else {
            continue;
        };
        let Some(theirs) = merged.secrets.remove(&their) else {
            continue;
        };
        if let Some(ours) = merged.secrets.get_mut(our) {
            report.entries.retain(|entry| {
                entry.path != theirs.secret.path()
                    || !matches!(entry.kind, Kind::Added | Kind::OneSided)
            });
            *ours = secret::merge(ours, &theirs, None, known, report)?;
            ids.insert(their, *our);
        }
    }
    Ok(())
}

fn unite_apps(
    sides: &Sides<'_>,
    known: &Circumstances<'_>,
    report: &mut Report,
    merged: &mut Contents,
    ids: &mut HashMap<AppId, AppId>,
) {
    let made = |there: &Held<'_>, other: &Held<'_>| {
        let all = there
            .apps
            .iter()
            .filter(|(id, _)| !other.apps.contains_key(id) && !sides.base.apps.contains_key(id));
        all.map(|(id, app)| ((app.workspace, app.name.as_str().to_owned()), *id))
            .collect::<BTreeMap<_, _>>()
    };
    let our_made = made(sides.ours, sides.theirs);
    for (place, their) in made(sides.theirs, sides.ours) {
        let Some(our) = our_made.get(&place) else {
            continue;
        };
        let (Some(theirs), Some(ours)) = (merged.apps.remove(&their), merged.apps.get_mut(our))
        else {
            continue;
        };
        *ours = app::merge(ours, &theirs, None, known, report);
        let text = "app made on both sides: one app, the links of both";
        report.add(ours.path(), Kind::BothMade, text);
        ids.insert(their, *our);
    }
}

/// Gives each secret a unique name. A name of two different secrets stays with the one that has it in ours.
fn name_secrets(sides: &Sides<'_>, report: &mut Report, merged: &mut Contents) {
    let our_name = |id: &SecretId| {
        let ours = sides.ours.secrets.get(id)?;
        let is_live = !ours.secret.is_deleted();
        is_live.then(|| (ours.secret.workspace, ours.secret.name.clone()))
    };
    let place = |record: &Record| (record.secret.workspace, record.secret.name.clone());
    let live: Vec<SecretId> = {
        let all = merged.secrets.iter();
        let all = all.filter(|(_, record)| !record.secret.is_deleted());
        let mut all: Vec<_> = all
            .map(|(id, record)| {
                (
                    our_name(id) != Some(place(record)),
                    our_name(id).is_none(),
                    *id,
                )
            })
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(.., id)| id).collect()
    };
    let mut taken: HashSet<(WorkspaceId, SecretName)> = HashSet::new();
    let wanted: HashSet<_> = merged.secrets.values().map(place).collect();
    for id in live {
        let Some(record) = merged.secrets.get_mut(&id) else {
            continue;
        };
        let home = record.secret.workspace;
        if taken.insert((home, record.secret.name.clone())) {
            continue;
        }
        let before = our_name(&id).filter(|(workspace, _)| *workspace == home);
        let before = before.map(|(_, name)| name);
        let free = numbered(record.secret.name.to_string(), 128, SecretName::parse);
        let mut names = before.into_iter().chain(free);
        let found = names.find(|name| {
            let place = (home, name.clone());
            !taken.contains(&place) && !wanted.contains(&place)
        });
        if let Some(name) = found {
            let text = format!("another secret has this name: it is called {name} now");
            report.add(record.secret.path(), Kind::Renamed, text);
            taken.insert((home, name.clone()));
            record.secret.name = name;
        }
    }
}

fn name_apps(sides: &Sides<'_>, report: &mut Report, merged: &mut Contents) {
    let mut ids: Vec<AppId> = merged.apps.keys().copied().collect();
    let has_name_in_ours = |id: &AppId, app: &App| {
        let ours = sides.ours.apps.get(id);
        ours.is_some_and(|ours| ours.name == app.name)
    };
    ids.sort_by_key(|id| merged.apps.get(id).map(|app| !has_name_in_ours(id, app)));
    let place = |app: &App| (app.workspace, app.name.as_str().to_owned());
    let wanted: HashSet<_> = merged.apps.values().map(place).collect();
    let mut taken = HashSet::new();
    for id in ids {
        let Some(app) = merged.apps.get_mut(&id) else {
            continue;
        };
        if taken.insert(place(app)) {
            continue;
        }
        let mut names = numbered(app.name.to_string(), 63, AppName::parse);
        let found = names.find(|name| {
            let place = (app.workspace, name.as_str().to_owned());
            !taken.contains(&place) && !wanted.contains(&place)
        });
        if let Some(name) = found {
            let text = format!("another app has this name: it is called {name} now");
            report.add(app.path(), Kind::Renamed, text);
            app.name = name;
            taken.insert(place(app));
        }
    }
}

/// `name-2`, `name-3` and so on, of limited length in characters.
fn numbered<T, E>(
    name: String,
    most: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> impl Iterator<Item = T> {
    (2..).filter_map(move |number: usize| {
        let end = format!("-{number}");
        let start: String = name.chars().take(most - end.len()).collect();
        parse(&(start + &end)).ok()
    })
}

/// Points every link at the present id and workspace of its secret and its app.
fn lead_links(
    merged: &mut Contents,
    led: impl Fn(Target) -> SecretId,
    app_ids: &HashMap<AppId, AppId>,
) {
    let homes = merged.secrets.iter();
    let homes: HashMap<SecretId, WorkspaceId> = homes
        .map(|(id, record)| (*id, record.secret.workspace))
        .collect();
    for target in merged
        .apps
        .values_mut()
        .flat_map(|app| app.links.values_mut())
    {
        let secret = led(*target);
        let workspace = *homes.get(&secret).unwrap_or(&target.workspace);
        *target = Target { workspace, secret };
    }
    for record in merged.secrets.values_mut() {
        let links = &mut record.secret.apps;
        for link in links.iter_mut() {
            link.app = *app_ids.get(&link.app).unwrap_or(&link.app);
        }
        links.sort_unstable();
        links.dedup();
    }
}
