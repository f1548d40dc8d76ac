//! Merges apps: their links unite by variable.

use super::copy::Side;
use super::report::{Kind, Report};
use super::secret::Circumstances;
use crate::vault::app::App;
use std::collections::BTreeMap;

/// Merges ours and theirs of one app; `base` is the state that both came from, if it is known. The result has the
/// id of ours.
pub fn merge(
    ours: &App,
    theirs: &App,
    base: Option<&App>,
    known: &Circumstances<'_>,
    report: &mut Report,
) -> App {
    // Theirs is unchanged, so ours counts, even if a clock makes theirs look newer.
    if ours == theirs || base == Some(theirs) {
        return ours.clone();
    }
    let may_be_old = known.ahead_of(ours.workspace, theirs.workspace) == Some(Side::Ours);
    let base = base.filter(|_| !may_be_old);
    let mut merged = ours.clone();
    let was = base.map(|base| &base.name);
    let mut both = Vec::new();
    if ours.name != theirs.name && was != Some(&theirs.name) {
        if was == Some(&ours.name) {
            merged.name = theirs.name.clone();
        } else {
            both.push("name".to_owned());
        }
    }
    let mut links = BTreeMap::new();
    for key in ours.links.keys().chain(theirs.links.keys()) {
        let (our, their) = (ours.links.get(key), theirs.links.get(key));
        let was = base.and_then(|base| base.links.get(key));
        let kept = if our == their || (base.is_some() && their == was) {
            our
        } else if base.is_some() && our == was {
            their
        } else {
            if our.is_some() && their.is_some() {
                both.push(key.to_string());
            }
            if may_be_old && our.is_none() {
                report.add(ours.path(), Kind::LeftOut, known.left_out_link(key));
            }
            our.or(their.filter(|_| !may_be_old))
        };
        if let Some(target) = kept {
            links.insert(key.clone(), *target);
        }
    }
    merged.links = links;
    merged.created_at = ours.created_at.min(theirs.created_at);
    merged.updated_at = ours.updated_at.max(theirs.updated_at);
    both.dedup();
    if !both.is_empty() {
        let (what, label) = (both.join(", "), &known.labels.ours);
        let text = format!("both changed: {what} of {label} kept");
        report.add(merged.path(), Kind::BothChanged, text);
    }
    merged
}
