//! Merges another copy of the vault into it. Two people changed one vault, and git cannot choose between them.
//!
//! Ancestry decides, not git: each signed part lists its last ancestors. A part that one side made from the
//! other's is taken over byte for byte. A section that both changed is written anew by a key that may write it,
//! with the ancestors of both. A header that both changed is refused, unless one side's signer was retired by the
//! other's succession. Git's base counts only where it is an ancestor of both; without it nothing counts as
//! removed. Of two sections that are further apart than their lists reach, the one behind may only be old. If it
//! is theirs, a secret that only theirs has is kept as deleted, a version goes below our value, and no link or
//! app is taken: ours may have removed them on purpose. A header of theirs that is so far ahead is refused. No
//! value of ours is dropped, except a version that had not begun and that the other side took back.
//!
//! A secret that both sides made under one name becomes one secret, with the versions of both and the id of ours.
//! Links to theirs then lead to it, and so do links to a secret that one side moved. An app that both made
//! becomes one app with the links of both; under one variable ours stays. Where a name is taken otherwise, the
//! secret of the other side gets a number after its name. A section that the key cannot write is taken unchanged:
//! a link there to the id of theirs leads to nothing, and gives nothing.
//!
//! Against a hostile copy, with the tests of `vault::tests::merging::hostile` and `links`:
//!
//! - an older copy changes nothing: `an_older_copy_changes_nothing`; a copy too far behind to compare makes no
//!   old value effective and nothing live: `a_copy_far_behind_brings_nothing_back`,
//!   `a_copy_far_behind_brings_no_dropped_version_into_use`, `a_copy_far_behind_links_nothing`;
//! - the branch of a removed owner adds no key: `a_removed_owner_adds_no_key`, even if it names our header as its
//!   ancestor: `a_header_that_claims_our_history_is_refused`;
//! - a section that a removed writer signed later is refused by name: `a_removed_writer_is_refused_by_name`;
//! - a deleted secret stays deleted: `a_deleted_secret_does_not_come_back`;
//! - more hosts, new links and changed variables are reported: `more_hosts_and_links_are_reported`.
//!
//! Not prevented: a writer of a workspace can name ancestors whose changes it dropped.

pub mod ancestry;
mod app;
pub mod copy;
mod refusal;
pub mod report;
mod secret;
mod slots;
#[cfg(test)]
pub mod testing;
mod union;
mod write;

use super::Error;
use super::change::Change;
use super::lookup::reached;
use super::workspace::Workspace;
use crate::keyring::{self, Keyring, Reach};
use crate::sealed::SealedBytes;
use crate::sealed::file::{Layout, SectionBytes, assemble};
use crate::sealed::header::{Content, Header};
use crate::sealed::history::{MAX_ANCESTORS, PartHistory};
use crate::sealed::id::WorkspaceId;
use crate::sealed::record::RecordId;
use crate::sealed::section::Section;
use ancestry::{Ancestry, Fate, Plan, compare, header_history, history};
pub use copy::Copy;
use copy::{Base, Part, Records, Side};
pub use report::{Kind, Labels, Report};
use secret::Circumstances;
use std::collections::{HashMap, HashSet};
use union::{Contents, Held, Sides};

const UNSEEN: &str =
    "your key does not open this workspace: kluis could not look for wider hosts and new links";

/// The result of a merge.
pub struct Outcome {
    pub report: Report,
    /// The histories of the parts that are unchanged on one side. Judge them like those of a vault that was
    /// opened; the other parts were made from both sides.
    pub kept: Vec<PartHistory>,
    pub workspaces: Vec<Workspace>,
    /// Whether it changes the vault.
    pub changes: bool,
}

/// Merges a copy into the vault to be changed. The change writes the result.
pub fn merge(
    change: &mut Change<'_>,
    theirs: &Copy<'_>,
    base: Option<&Copy<'_>>,
    labels: &Labels,
) -> Result<Outcome, Error> {
    let ours = Copy::lent(change.view());
    let known = change.workspaces().to_vec();
    let name = |id: WorkspaceId| {
        let found = known.iter().find(|one| one.id == id);
        found.map_or_else(|| id.to_string(), |found| found.name.to_string())
    };
    let plan = Plan::of(&ours, theirs, base, &name)?;
    let mut report = Report::default();
    // Read with the keys of our header; a section that is merged has the same keys in the other.
    let mut our_records = Vec::new();
    for home in &known {
        our_records.push((home.id, ours.records(change.keyring(), home)?));
    }
    if plan.header == Side::Theirs {
        change.take_header(&theirs.layout().header)?;
    }
    let mut kept = vec![header_history(
        &[&ours, theirs][plan.header.position()].layout().header,
    )];
    tell_header(&plan, [&ours, theirs], labels, &mut report);
    let views = [ours.view(), theirs.view()];
    let workspaces = reached(change.keyring(), views[plan.header.position()])?;
    let mut parts = Vec::new();
    let mut taken = Vec::new();
    let mut elsewhere = HashMap::new();
    for (id, fate) in &plan.sections {
        let side = match fate {
            Fate::Take(side) => *side,
            Fate::Merge => Side::Ours,
        };
        let copies = [&ours, theirs];
        let home = workspaces.iter().find(|home| home.id == *id);
        let may_write = change.keyring().reach(*id) == Some(Reach::Write);
        let is_writable = may_write && has_one_key(&plan, copies, *id);
        let home = match home {
            Some(home) if is_writable => home,
            _ if *fate == Fate::Merge => {
                return Err(not_merged(home, &name(*id), change.keyring()));
            }
            _ => {
                let ids = copies[side.position()].ids(*id).into_iter();
                elsewhere.extend(ids.map(|record| (record, *id)));
                if side == Side::Theirs {
                    write::take(change, theirs, *id);
                    let sections = copies.map(|copy| copy.layout().section(*id).map(Section::id));
                    let is_new = sections[0] != sections[1];
                    match home {
                        Some(home) if is_new => {
                            let found = our_records.iter().position(|(found, _)| found == id);
                            let our = found.map(|at| our_records.swap_remove(at).1);
                            let their = theirs.records(change.keyring(), home)?;
                            taken.push([our.unwrap_or_default(), their]);
                        }
                        None if is_new => report.add(name(*id), Kind::Unseen, UNSEEN),
                        _ => {}
                    }
                }
                continue;
            }
        };
        let found = our_records.iter().position(|(found, _)| found == id);
        let mut our = found
            .map(|at| our_records.swap_remove(at).1)
            .unwrap_or_default();
        for record in our.secrets.values_mut() {
            record.secret.workspace_name.clone_from(&home.name);
        }
        for app in our.apps.values_mut() {
            app.workspace_name.clone_from(&home.name);
        }
        let their = theirs.records(change.keyring(), home)?;
        let base = base_of(copies, base, home, change.keyring())?;
        parts.push(Part {
            home: home.clone(),
            taken: match fate {
                Fate::Take(side) => Some(*side),
                Fate::Merge => None,
            },
            ours: our,
            theirs: their,
            base,
            ahead: ahead(copies, *id),
        });
    }
    let contents = united(&parts, &taken, &elsewhere, labels, change, &mut report)?;
    for part in parts {
        write::write(change, theirs, &part, &contents)?;
    }
    kept.extend(kept_sections(change, &plan, [&ours, theirs]));
    report.finish();
    Ok(Outcome {
        report,
        kept,
        workspaces,
        changes: change.takes_anything(),
    })
}

/// The common ancestor of a section, as far as it is known.
fn base_of(
    copies: [&Copy<'_>; 2],
    base: Option<&Copy<'_>>,
    home: &Workspace,
    keyring: &dyn Keyring,
) -> Result<Base, Error> {
    Ok(match older(copies, home.id) {
        Some(side) => Base::Side(side),
        None => match base.filter(|base| counts(base, copies, home.id)) {
            Some(base) => Base::Own(base.records(keyring, home)?),
            None => Base::Unknown,
        },
    })
}

/// The histories of the sections that are taken unchanged from one side.
fn kept_sections(change: &Change<'_>, plan: &Plan, copies: [&Copy<'_>; 2]) -> Vec<PartHistory> {
    let mut kept = Vec::new();
    for (id, _) in &plan.sections {
        let sections = copies.map(|copy| copy.layout().section(*id));
        kept.extend(sections.into_iter().flatten().filter_map(|section| {
            let is_theirs = change.takes(section);
            let is_ours = sections[0] == Some(section) && change.keeps(*id);
            (is_theirs || is_ours).then(|| history(section))
        }));
    }
    kept
}

/// Reports what a header loses.
fn tell_header(plan: &Plan, copies: [&Copy<'_>; 2], labels: &Labels, report: &mut Report) {
    let headers = copies.map(|copy| header_history(&copy.layout().header));
    if let Ancestry::Far(side) = compare(&headers[0], &headers[1]) {
        let ahead = labels.of(side);
        let text = format!(
            "keys and workspaces of {ahead} are taken: more than {MAX_ANCESTORS} revisions lie between the two"
        );
        report.add("vault", Kind::LeftOut, text);
    }
    if plan.header == Side::Theirs {
        for change in changed_keys(copies.map(|copy| copy.layout().header.content())) {
            report.add("vault", Kind::Keys, change);
        }
    }
    if plan.retired == Some(Side::Theirs) {
        let text = format!(
            "what {} changed in keys and workspaces is left out: its key was replaced",
            labels.theirs
        );
        report.add("vault", Kind::LeftOut, text);
    }
}

/// The keys that only one header has, or that differ under the same id.
pub fn changed_keys([before, after]: [&Content; 2]) -> Vec<String> {
    // With another signer every key that stays is made anew.
    let same_signer = before.verify == after.verify;
    let lines = |content: &Content| {
        let known = content.keys.iter();
        let known = known.map(|key| (key.id, Some((key.public_part(), key.grant.clone()))));
        let to_come = content.keys_to_come.iter().map(|key| (key.id, None));
        known.chain(to_come).collect::<Vec<_>>()
    };
    let (before, after) = (lines(before), lines(after));
    let mut changes = Vec::new();
    for (id, line) in &after {
        match before.iter().find(|(known, _)| known == id) {
            None => changes.push(format!(
                "the key {id} is new: `kluis key list` shows how far it reaches"
            )),
            Some((_, old)) if same_signer && old != line => {
                changes.push(format!("the key {id} was made anew"));
            }
            Some(_) => {}
        }
    }
    let gone = before
        .iter()
        .filter(|(id, _)| !after.iter().any(|(kept, _)| kept == id));
    changes.extend(gone.map(|(id, _)| format!("the key {id} is gone")));
    changes
}

/// A result that needed no key.
pub struct Sealed<'c> {
    pub bytes: SealedBytes<'c>,
    pub header: &'c Header,
    pub histories: Vec<PartHistory>,
}

/// Merges without a key: takes each part unchanged from one side. `None` if both sides changed a section.
pub fn without_key<'c>(
    ours: &'c Copy<'_>,
    theirs: &'c Copy<'_>,
    base: Option<&Copy<'_>>,
) -> Result<Option<Sealed<'c>>, Error> {
    let plan = Plan::of(ours, theirs, base, &|id| id.to_string())?;
    if !plan.needs_no_key() {
        return Ok(None);
    }
    let copies = [ours, theirs];
    let mut ids = HashSet::new();
    let mut sections = Vec::with_capacity(plan.sections.len());
    for (id, fate) in &plan.sections {
        let Fate::Take(side) = fate else {
            return Ok(None);
        };
        let copy = copies[side.position()];
        // Only a key can tell that one side moved a secret and the other did not.
        if !copy.ids(*id).into_iter().all(|id| ids.insert(id)) {
            return Ok(None);
        }
        let bytes = copy.section_bytes(*id).unwrap_or_default();
        sections.push(SectionBytes::Kept(bytes.into()));
    }
    let header = &copies[plan.header.position()].layout().header;
    let bytes = assemble(header, sections)?;
    let histories = check(&bytes)?;
    Ok(Some(Sealed {
        bytes,
        header,
        histories,
    }))
}

/// Checks the result as a reader without a key does.
fn check(bytes: &SealedBytes<'_>) -> Result<Vec<PartHistory>, Error> {
    let file: Vec<u8> = bytes.pieces().flatten().copied().collect();
    let layout = Layout::read(file.len() as u64, |at, length| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let part = file.get(at..).and_then(|rest| rest.get(..length));
        let part = part.ok_or(crate::sealed::Error::Damaged(crate::sealed::Part::End))?;
        Ok::<_, Error>(part.to_vec())
    })?;
    layout.check_pages(&file)?;
    layout.check_records(&file)?;
    Ok(layout.histories())
}

/// The records of the result.
fn united(
    parts: &[Part],
    taken: &[[Records; 2]],
    elsewhere: &HashMap<RecordId, WorkspaceId>,
    labels: &Labels,
    change: &Change<'_>,
    report: &mut Report,
) -> Result<Contents, Error> {
    let (mut ours, mut theirs, mut base) = (Held::default(), Held::default(), Held::default());
    for part in parts {
        ours.add(&part.ours)?;
        theirs.add(&part.theirs)?;
        // The bases of two sections contain a moved secret twice, if they are of different ages.
        if let Some(records) = part.base() {
            base.add_others(&records.secrets, &records.apps);
        }
    }
    let has_base = |id: WorkspaceId| {
        let part = parts.iter().find(|part| part.home.id == id);
        part.is_some_and(|part| part.base().is_some())
    };
    let sides = Sides {
        ours: &ours,
        theirs: &theirs,
        base: &base,
        has_base: &has_base,
        elsewhere,
    };
    let far = parts.iter();
    let far = far.filter_map(|part| Some((part.home.id, part.ahead?)));
    let known = Circumstances {
        labels,
        now: change.now(),
        ahead: far.collect(),
    };
    let mut contents = union::merge(&sides, &known, report)?;
    for record in contents.secrets.values_mut() {
        let home = parts
            .iter()
            .find(|part| part.home.id == record.secret.workspace);
        if let Some(home) = home {
            record.secret.workspace_name.clone_from(&home.home.name);
        }
    }
    let mut result = Held::default();
    result.add_others(&contents.secrets, &contents.apps);
    // Sections that the key reads and does not write are only compared.
    for [our, their] in taken {
        ours.add_others(&our.secrets, &our.apps);
        result.add_others(&their.secrets, &their.apps);
    }
    write::compare(&ours, &result, report);
    Ok(contents)
}

/// The side whose section the other's was made from.
fn older(copies: [&Copy<'_>; 2], id: WorkspaceId) -> Option<Side> {
    let sections = copies.map(|copy| copy.layout().section(id));
    let [Some(ours), Some(theirs)] = sections else {
        // A new section was made from nothing.
        return match sections {
            [None, _] => Some(Side::Ours),
            [_, None] => Some(Side::Theirs),
            _ => None,
        };
    };
    match compare(&history(ours), &history(theirs)) {
        Ancestry::Same => Some(Side::Ours),
        Ancestry::Newer(side) => Some(side.other()),
        Ancestry::Fork | Ancestry::Far(_) => None,
    }
}

fn ahead(copies: [&Copy<'_>; 2], id: WorkspaceId) -> Option<Side> {
    let sections = copies.map(|copy| copy.layout().section(id));
    let [Some(ours), Some(theirs)] = sections else {
        return None;
    };
    match compare(&history(ours), &history(theirs)) {
        Ancestry::Far(side) => Some(side),
        Ancestry::Same | Ancestry::Newer(_) | Ancestry::Fork => None,
    }
}

/// Whether the base of git is an ancestor of both sections.
fn counts(base: &Copy<'_>, copies: [&Copy<'_>; 2], id: WorkspaceId) -> bool {
    let Some(section) = base.layout().section(id) else {
        return false;
    };
    let is_of_this_vault = copies.iter().all(|copy| {
        let vault = |copy: &Copy<'_>| copy.layout().header.content().vault;
        vault(copy) == vault(base)
    });
    let lists =
        |other: &Section| other.id() == section.id() || other.seal().ancestors.lists(section.id());
    let mut sections = copies.iter().map(|copy| copy.layout().section(id));
    is_of_this_vault && sections.all(|other| other.is_some_and(lists))
}

/// Whether every copy of this section is under the keys of the result.
fn has_one_key(plan: &Plan, copies: [&Copy<'_>; 2], id: WorkspaceId) -> bool {
    let verify = |copy: &Copy<'_>| {
        let content = copy.layout().header.content();
        content.workspace(id).map(|line| line.verify)
    };
    let result = verify(copies[plan.header.position()]);
    copies
        .iter()
        .all(|copy| verify(copy).is_none_or(|key| Some(key) == result))
}

fn not_merged(home: Option<&Workspace>, name: &str, keyring: &dyn Keyring) -> Error {
    match home {
        Some(home) if keyring.reach(home.id) == Some(Reach::Read) => {
            keyring::Error::ReadOnly.into()
        }
        _ => Error::OutOfReach {
            name: name.to_owned(),
        },
    }
}
