//! Several failures in one report, so that you can mend them all at once: a line each for people, and the same
//! for programs in one line and in `detail`.

use super::Exit;
use super::kind::of_vault;
use crate::vault;
use crate::vault::error::{Detail, Step};

/// Any more are only counted.
pub const MAX_LISTED: usize = 10;

/// The same in one line.
pub fn message(errors: &[vault::Error]) -> String {
    if let [one] = errors {
        return one.to_string();
    }
    let (heading, lines) = listed(errors);
    format!("{heading}: {}", lines.join("; "))
}

/// The heading, and a line for each of the first; the last says how many more.
pub fn listed(errors: &[vault::Error]) -> (String, Vec<String>) {
    let mut lines: Vec<_> = errors.iter().take(MAX_LISTED).map(explained).collect();
    let more = errors.len() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    (format!("{} secrets are not available", errors.len()), lines)
}

/// The exit code: as in `check`, a missing secret comes before one that is not allowed.
pub fn kind(errors: &[vault::Error]) -> Exit {
    let kinds: Vec<_> = errors.iter().map(of_vault).collect();
    let missing = kinds.iter().find(|kind| matches!(kind, Exit::NotFound));
    missing.or(kinds.first()).copied().unwrap_or(Exit::Failed)
}

pub fn detail(errors: &[vault::Error]) -> Vec<Detail> {
    if errors.len() < 2 {
        return Vec::new();
    }
    let each = errors.iter().take(MAX_LISTED).map(|error| Detail {
        loc: path(error).map(Step::from).into_iter().collect(),
        msg: explained(error),
        kind: of_vault(error).word(),
    });
    each.collect()
}

/// The error with its hint.
fn explained(error: &vault::Error) -> String {
    match error {
        vault::Error::NotEffective {
            first: Some(first), ..
        } => format!("{error}: its first value becomes effective at {first}"),
        vault::Error::NotFound {
            near: Some(near), ..
        } => format!("{error}: did you mean {near}?"),
        _ => error.to_string(),
    }
}

fn path(error: &vault::Error) -> Option<&str> {
    match error {
        vault::Error::Denied { name, .. }
        | vault::Error::NotEffective { name, .. }
        | vault::Error::NotFound { name, .. } => Some(name),
        _ => None,
    }
}
