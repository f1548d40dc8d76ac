//! Several failures in one report, so that you can fix them all at once: a line each for people; for programs the
//! same in one line and in `detail`.

use super::Exit;
use super::kind::of_vault;
use crate::vault;
use crate::vault::error::{Detail, Step};
use std::fmt;

/// The greatest number of listed failures; more are only counted.
pub const MAX_LISTED: usize = 10;

/// A secret that a command cannot have, and the place that requested it.
#[derive(Debug)]
pub struct Blocked {
    /// Such as a line of the project file.
    pub place: Option<String>,
    pub error: vault::Error,
}

impl Blocked {
    /// Requested on the command line.
    pub fn of(error: vault::Error) -> Self {
        let place = None;
        Self { place, error }
    }

    pub fn at(place: Option<&str>, error: vault::Error) -> Self {
        let place = place.map(str::to_owned);
        Self { place, error }
    }

    /// The error with its hint.
    fn explained(&self) -> String {
        let error = &self.error;
        match error {
            vault::Error::NotEffective {
                first: Some(first), ..
            } => format!("{self}: its first value becomes effective at {first}"),
            vault::Error::NotFound {
                near: Some(near), ..
            } => format!("{self}: did you mean {near}?"),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        self.error.fmt(out)
    }
}

/// The same in one line.
pub fn message(errors: &[Blocked]) -> String {
    if let [one] = errors {
        return one.to_string();
    }
    let (heading, lines) = listed(errors);
    format!("{heading}: {}", lines.join("; "))
}

/// The heading, and a line for each of the first; the last gives the number of the others.
pub fn listed(errors: &[Blocked]) -> (String, Vec<String>) {
    let mut lines: Vec<_> = errors
        .iter()
        .take(MAX_LISTED)
        .map(Blocked::explained)
        .collect();
    let more = errors.len() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    (format!("{} secrets are not available", errors.len()), lines)
}

/// The exit code: as in `check`, a missing secret takes precedence over one that is not allowed.
pub fn kind(errors: &[Blocked]) -> Exit {
    let kinds: Vec<_> = errors
        .iter()
        .map(|blocked| of_vault(&blocked.error))
        .collect();
    let missing = kinds.iter().find(|kind| matches!(kind, Exit::NotFound));
    missing.or(kinds.first()).copied().unwrap_or(Exit::Failed)
}

pub fn detail(errors: &[Blocked]) -> Vec<Detail> {
    if errors.len() < 2 {
        return Vec::new();
    }
    let each = errors.iter().take(MAX_LISTED).map(|blocked| Detail {
        loc: path(&blocked.error).map(Step::from).into_iter().collect(),
        msg: blocked.explained(),
        kind: of_vault(&blocked.error).word(),
    });
    each.collect()
}

fn path(error: &vault::Error) -> Option<&str> {
    match error {
        vault::Error::Denied { name, .. }
        | vault::Error::NotEffective { name, .. }
        | vault::Error::NotFound { name, .. } => Some(name),
        _ => None,
    }
}
