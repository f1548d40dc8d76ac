//! Merges one secret: each field by itself, and its versions by number.

use super::copy::{Record, Side, Version};
use super::refusal::refuse;
use super::report::{Kind, Labels, Report};
use super::slots::{self, Unfit};
use crate::sealed::id::WorkspaceId;
use crate::vault::Error;
use crate::vault::app::AppLink;
use crate::vault::checksum::Checksum;
use crate::vault::env_key::EnvKey;
use crate::vault::secret::Secret;
use crate::vault::time::Timestamp;
use std::collections::{BTreeSet, HashMap};

/// The facts for a merge beside the records.
pub struct Circumstances<'l> {
    pub labels: &'l Labels,
    pub now: Timestamp,
    /// The sections in which one side is too far ahead to tell whether the other is only older.
    pub ahead: HashMap<WorkspaceId, Side>,
}

/// Merges ours and theirs of one secret; `base` is the state that both came from, if it is known. The result has
/// the id of ours.
pub fn merge(
    ours: &Record,
    theirs: &Record,
    base: Option<&Record>,
    known: &Circumstances<'_>,
    report: &mut Report,
) -> Result<Record, Error> {
    // Theirs is unchanged, so ours counts, even if a clock makes theirs look newer.
    if ours == theirs || base == Some(theirs) {
        return Ok(ours.clone());
    }
    let (our, their, was) = (&ours.secret, &theirs.secret, base.map(|base| &base.secret));
    let ahead = known.ahead_of(our.workspace, their.workspace);
    let mut both = Vec::new();
    let mut merged = our.clone();
    macro_rules! field {
        ($name:literal, $field:ident) => {
            let was = was.map(|was| &was.$field);
            match choose(&our.$field, &their.$field, was) {
                Choice::Ours => {}
                Choice::Theirs => merged.$field.clone_from(&their.$field),
                Choice::Both => both.push($name),
            }
        };
    }
    field!("name", name);
    field!("description", description);
    field!("variable", env_key);
    field!("allowed domains", allowed_domains);
    field!("rotation", rotate_every);
    field!("expiry", expires_at);
    let is_moved = choose(
        &our.workspace,
        &their.workspace,
        was.map(|was| &was.workspace),
    );
    match is_moved {
        Choice::Theirs => {
            merged.workspace = their.workspace;
            merged.workspace_name = their.workspace_name.clone();
        }
        Choice::Both => both.push("workspace"),
        Choice::Ours => {}
    }
    merged.created_at = our.created_at.min(their.created_at);
    merged.updated_at = our.updated_at.max(their.updated_at).max(merged.created_at);
    merged.deleted_at = deleted_at(our, their, was);
    let path = merged.path();
    if ahead == Some(Side::Ours) {
        for link in their.apps.iter().filter(|link| !our.apps.contains(link)) {
            report.add(&path, Kind::LeftOut, known.left_out_link(&link.env_key));
        }
    } else {
        merged.apps = apps(our, their, was);
    }
    if !both.is_empty() {
        let fields = both.join(", ");
        let text = format!("both changed: {fields} of {} kept", known.labels.ours);
        report.add(&path, Kind::BothChanged, text);
    }
    let united = slots::unite(
        &ours.versions,
        &theirs.versions,
        base.map(|base| base.versions.as_slice()),
        ahead,
        known.now,
    );
    let united = united.map_err(|unfit| unfit_error(&path, unfit))?;
    let (first, other) = (&known.labels.ours, &known.labels.theirs);
    for number in united.put_below {
        let is = |one: &&Version| one.slot.slot == number;
        let checksum = theirs.versions.iter().find(is).map(|one| one.slot.checksum);
        let mut kept = united.versions.iter();
        let text = if kept.any(|one| Some(one.slot.checksum) == checksum) {
            format!("slot {number} of {other} may be old: kept below the value of {first}")
        } else {
            format!("slot {number} of {other} may be old: left out")
        };
        report.add(&path, Kind::LeftOut, text);
    }
    for number in united.taken_back {
        let text = format!("{} took back slot {number}", known.labels.theirs);
        report.add(&path, Kind::TakenBack, text);
    }
    let mut record = Record {
        secret: merged,
        versions: Vec::new(),
    };
    record.set_versions(united.versions);
    tell(ours, theirs, base, &record, known, report);
    Ok(record)
}

impl Circumstances<'_> {
    /// The side that is so far ahead, for a secret in one workspace of ours and in another of theirs.
    pub fn ahead_of(&self, ours: WorkspaceId, theirs: WorkspaceId) -> Option<Side> {
        let sides = [ours, theirs].map(|id| self.ahead.get(&id).copied());
        let is_ours = sides.contains(&Some(Side::Ours));
        if is_ours { Some(Side::Ours) } else { sides[0] }
    }

    /// The note about a link that only theirs has and that is not taken.
    pub fn left_out_link(&self, env_key: &EnvKey) -> String {
        let labels = self.labels;
        format!(
            "the link {env_key} of {} is left out: {} may have removed it",
            labels.theirs, labels.ours
        )
    }
}

enum Choice {
    Ours,
    Theirs,
    /// Both changed it, or it is unknown who did; ours stays.
    Both,
}

fn choose<T: PartialEq>(ours: &T, theirs: &T, was: Option<&T>) -> Choice {
    if ours == theirs || was == Some(theirs) {
        Choice::Ours
    } else if was == Some(ours) {
        Choice::Theirs
    } else {
        Choice::Both
    }
}

/// When the result is deleted. A secret that only one side has as deleted is deleted, unless it already was
/// before: then the other side restored it.
fn deleted_at(ours: &Secret, theirs: &Secret, was: Option<&Secret>) -> Option<Timestamp> {
    match (ours.deleted_at, theirs.deleted_at) {
        (None, None) => None,
        (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
        (Some(at), None) | (None, Some(at)) => {
            let was_deleted = was.is_some_and(|was| was.deleted_at == Some(at));
            (!was_deleted).then_some(at)
        }
    }
}

/// The links of both, without those that one side removed.
fn apps(ours: &Secret, theirs: &Secret, was: Option<&Secret>) -> Vec<AppLink> {
    let sets = [ours, theirs].map(|secret| secret.apps.iter().collect::<BTreeSet<_>>());
    let all = sets[0].union(&sets[1]);
    let is_removed = |link: &AppLink| {
        let was_there = was.is_some_and(|was| was.apps.contains(link));
        was_there && !sets.iter().all(|set| set.contains(link))
    };
    let kept = all.filter(|link| !is_removed(link));
    kept.map(|link| (*link).clone()).collect()
}

/// Reports versions and deletions that a person must know of.
fn tell(
    ours: &Record,
    theirs: &Record,
    base: Option<&Record>,
    merged: &Record,
    known: &Circumstances<'_>,
    report: &mut Report,
) {
    let (path, labels) = (merged.secret.path(), known.labels);
    let was = base.map(|base| &base.secret);
    let [our_new, their_new] = [
        new_checksums(ours, theirs, base),
        new_checksums(theirs, ours, base),
    ];
    if merged.secret.is_deleted() {
        let (deleting, other, is_changed) = if ours.secret.is_deleted() {
            (&labels.ours, &labels.theirs, !their_new.is_empty())
        } else {
            (&labels.theirs, &labels.ours, !our_new.is_empty())
        };
        let both_deleted = ours.secret.is_deleted() && theirs.secret.is_deleted();
        if is_changed && !both_deleted {
            let text = format!(
                "deleted in {deleting}, changed in {other}: kept as deleted, with both versions"
            );
            report.add(path, Kind::Deleted, text);
        } else if !ours.secret.is_deleted() {
            report.add(path, Kind::Deleted, format!("deleted in {deleting}"));
        }
        return;
    }
    if ours.secret.id != theirs.secret.id {
        let text = "made on both sides: one secret, both versions";
        report.add(&path, Kind::BothMade, text);
    }
    if was.is_some_and(Secret::is_deleted) && ours.secret.is_deleted() {
        report.add(&path, Kind::Added, format!("restored in {}", labels.theirs));
    }
    if our_new.is_empty() || their_new.is_empty() {
        return;
    }
    let secret = &merged.secret;
    let effective = secret.effective(known.now.seconds());
    let effective = effective.map(|position| secret.slots[position].checksum);
    let (first, other, of_other) = match effective {
        Some(checksum) if their_new.contains(&checksum) => (&labels.theirs, &labels.ours, our_new),
        _ => (&labels.ours, &labels.theirs, their_new),
    };
    let mut slots = secret.slots.iter().rev();
    if let Some(slot) = slots.find(|slot| of_other.contains(&slot.checksum)) {
        let text = format!(
            "both changed: {first} is effective; {other} is slot {}",
            slot.slot
        );
        report.add(path, Kind::BothChanged, text);
    }
}

/// The values that one side has and neither the other nor the base has.
fn new_checksums(of: &Record, other: &Record, base: Option<&Record>) -> Vec<Checksum> {
    let has = |record: &Record, checksum: Checksum| {
        let mut slots = record.secret.slots.iter();
        slots.any(|slot| slot.checksum == checksum)
    };
    let all = of.secret.slots.iter().map(|slot| slot.checksum);
    let new = all.filter(|checksum| {
        !has(other, *checksum) && !base.is_some_and(|base| has(base, *checksum))
    });
    new.collect()
}

fn unfit_error(path: &str, unfit: Unfit) -> Error {
    match unfit {
        Unfit::TwoPending => refuse(
            format!("both sides have an unfinished rotation of {path}"),
            "finish one of them: `kluis rotate NAME --resume` or `--discard`; nothing was written",
        ),
        Unfit::TooMany(count) => refuse(
            format!("{path} would have {count} versions, and 100 is the most"),
            "drop old versions on one side with `kluis vault prune NAME`; nothing was written",
        ),
    }
}
