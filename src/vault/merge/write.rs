//! Puts the merged records into the change, and reports how the result differs from ours.

use super::copy::{Copy, Part, Record, Records, Side};
use super::report::{Kind, Report, widened};
use super::union::{Contents, Held};
use crate::keyring::Keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::Index;
use crate::sealed::record::{RecordId, write as write_line};
use crate::vault::Error;
use crate::vault::app::App;
use crate::vault::change::{Change, Stored};
use crate::vault::decrypt;
use std::collections::BTreeMap;

/// Takes over their section unchanged.
pub fn take(change: &mut Change<'_>, theirs: &Copy<'_>, id: WorkspaceId) {
    let section = theirs.layout().section(id);
    if let (Some(section), Some(bytes)) = (section, theirs.section_bytes(id)) {
        change.take_section(section, bytes.to_vec());
    }
}

/// Writes a section of the result. It keeps the bytes of the side that it would be taken from if nothing differs.
pub fn write(
    change: &mut Change<'_>,
    theirs: &Copy<'_>,
    part: &Part,
    contents: &Contents,
) -> Result<(), Error> {
    let home = part.home.id;
    let result = of_section(contents, home);
    let their_section = theirs.layout().section(home);
    match part.taken {
        Some(Side::Ours) if are_equal(&result, &part.ours) => return Ok(()),
        Some(Side::Theirs) if are_equal(&result, &part.theirs) => {
            take(change, theirs, home);
            return Ok(());
        }
        Some(Side::Theirs) => {
            change.join_section(home, their_section)?;
            change.clear_section(home);
            return put_all(change, &result, &Records::default());
        }
        Some(Side::Ours) | None => change.join_section(home, their_section)?,
    }
    for (id, record) in &part.ours.secrets {
        let kept = result.secrets.get(id);
        // Through the agent an index is a request to another process.
        if kept == Some(record) {
            continue;
        }
        let index = secret_index(change.keyring(), record)?;
        let is_there = match kept {
            Some(kept) => secret_index(change.keyring(), kept)? == index,
            None => false,
        };
        if !is_there {
            change.remove_record(home, index)?;
        }
    }
    for (id, app) in &part.ours.apps {
        let is_there = result
            .apps
            .get(id)
            .is_some_and(|kept| kept.name == app.name);
        if !is_there {
            let index = app_index(change.keyring(), app)?;
            change.remove_record(home, index)?;
        }
    }
    put_all(change, &result, &part.ours)
}

/// Puts the records that differ from those in the section.
fn put_all(change: &mut Change<'_>, result: &Records, there: &Records) -> Result<(), Error> {
    for (id, record) in &result.secrets {
        if there.secrets.get(id) == Some(record) {
            continue;
        }
        let index = secret_index(change.keyring(), record)?;
        let stored = stored_secret(change.keyring(), record)?;
        change.put_record(record.secret.workspace, index, stored)?;
    }
    for (id, app) in &result.apps {
        if there.apps.get(id) == Some(app) {
            continue;
        }
        let place = AadContext::Links(app.workspace, app.id);
        let sealed = change.keyring().seal(place, app.links_text().as_bytes())?;
        let index = app_index(change.keyring(), app)?;
        let id = RecordId::App(app.id);
        let stored = Stored {
            id,
            entry: app.to_entry().text(),
            line: write_line(id, &[sealed]).into(),
        };
        change.put_record(app.workspace, index, stored)?;
    }
    Ok(())
}

/// A record's line. A value that stays at its place keeps its ciphertext.
pub fn stored_secret(keyring: &dyn Keyring, record: &Record) -> Result<Stored<'static>, Error> {
    let mut sealed = Vec::with_capacity(record.versions.len());
    for version in &record.versions {
        let place = record.place(version);
        sealed.push(if place == version.place {
            version.sealed.clone()
        } else {
            decrypt::resealed(keyring, version.place, &version.sealed, place)?
        });
    }
    let id = RecordId::Secret(record.secret.id);
    Ok(Stored {
        id,
        entry: record.secret.to_entry().text(),
        line: write_line(id, &sealed).into(),
    })
}

pub fn secret_index(keyring: &dyn Keyring, record: &Record) -> Result<Index, Error> {
    let id = RecordId::Secret(record.secret.id);
    let entry = record.secret.to_entry();
    let (kind, name) = entry.sorted_by(id);
    Ok(keyring.index(record.secret.workspace, kind, &name)?)
}

fn app_index(keyring: &dyn Keyring, app: &App) -> Result<Index, Error> {
    let entry = app.to_entry();
    let (kind, name) = entry.sorted_by(RecordId::App(app.id));
    Ok(keyring.index(app.workspace, kind, &name)?)
}

/// The records of the result in this workspace.
fn of_section(contents: &Contents, home: WorkspaceId) -> Records {
    let secrets = contents.secrets.iter();
    let secrets = secrets.filter(|(_, record)| record.secret.workspace == home);
    let apps = contents
        .apps
        .iter()
        .filter(|(_, app)| app.workspace == home);
    Records {
        secrets: secrets.map(|(id, record)| (*id, record.clone())).collect(),
        apps: apps.map(|(id, app)| (*id, app.clone())).collect(),
    }
}

/// Whether both have the same content; ciphertexts may differ.
fn are_equal(one: &Records, other: &Records) -> bool {
    let fields = |records: &Records| -> BTreeMap<_, _> {
        let all = records.secrets.iter();
        all.map(|(id, record)| (*id, record.secret.to_entry().text()))
            .collect()
    };
    fields(one) == fields(other) && one.apps == other.apps
}

/// Reports what you must check before you use the result: more hosts, new links, other variables.
pub fn compare(ours: &Held<'_>, result: &Held<'_>, report: &mut Report) {
    for (id, record) in &result.secrets {
        let Some(before) = ours.secrets.get(id).map(|before| &before.secret) else {
            continue;
        };
        let (after, path) = (&record.secret, record.secret.path());
        let was = before.path();
        if was != path {
            report.add(&path, Kind::Moved, format!("was {was}"));
        }
        if let Some(text) = widened(&before.allowed_domains, &after.allowed_domains) {
            report.add(&path, Kind::Widened, text);
        }
        if before.env_key != after.env_key {
            let text = format!(
                "is the variable {} now, was {}",
                after.env_key, before.env_key
            );
            report.add(&path, Kind::EnvKey, text);
        }
    }
    for (id, app) in &result.apps {
        let before = ours.apps.get(id);
        for (key, target) in &app.links {
            let was = before.and_then(|before| before.links.get(key));
            if was == Some(target) {
                continue;
            }
            let secret = result.secrets.get(&target.secret);
            let secret =
                secret.map_or_else(|| target.secret.to_string(), |record| record.secret.path());
            report.add(app.path(), Kind::Linked, format!("gets {secret} as {key}"));
        }
    }
}
