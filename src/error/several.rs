//! Several failures that are told at once, so that nobody mends one and meets the next: a line each for people,
//! and the same for programs in one line and in `detail`.

use super::{Error, Exit, hint};
use crate::vault;
use crate::vault::error::{Detail, Step};

/// More are only counted.
const MAX_TOLD: usize = 10;

impl Error {
    /// The message for people: where there is more than one, on a line of its own.
    pub fn text(&self) -> String {
        let (what, all): (_, Vec<String>) = match self {
            Self::BeforeStart(error) => return error.text(),
            Self::Withheld(errors) if errors.len() > 1 => {
                ("secrets cannot be given", errors.iter().map(told).collect())
            }
            Self::Vault(vault::Error::Invalid(details)) if details.len() > 1 => {
                ("mistakes", details.iter().map(Detail::message).collect())
            }
            _ => return self.message(),
        };
        let mut text = format!("{} {what}:", all.len());
        // Whoever mends a file wants every mistake; more secrets than that have one reason.
        let most = match self {
            Self::Withheld(_) => MAX_TOLD,
            _ => all.len(),
        };
        for line in all.iter().take(most) {
            text.extend(["\n  ", line]);
        }
        if all.len() > most {
            text.extend(["\n  and ", &(all.len() - most).to_string(), " more"]);
        }
        text
    }
}

/// The same in one line.
pub fn message(errors: &[vault::Error]) -> String {
    if let [one] = errors {
        return one.to_string();
    }
    let all: Vec<_> = errors.iter().take(MAX_TOLD).map(told).collect();
    let list = all.join("; ");
    match errors.len() {
        count if count > MAX_TOLD => format!(
            "{count} secrets cannot be given: {list}; and {} more",
            count - MAX_TOLD
        ),
        count => format!("{count} secrets cannot be given: {list}"),
    }
}

/// Which code a script is told: as in `check`, what is not there comes before what is not allowed.
pub fn kind(errors: &[vault::Error]) -> Exit {
    let kinds: Vec<_> = errors.iter().map(super::of_vault).collect();
    let missing = kinds.iter().find(|kind| matches!(kind, Exit::NotFound));
    missing.or(kinds.first()).copied().unwrap_or(Exit::Failed)
}

pub fn detail(errors: &[vault::Error]) -> Vec<Detail> {
    if errors.len() < 2 {
        return Vec::new();
    }
    let each = errors.iter().take(MAX_TOLD).map(|error| Detail {
        loc: path(error).map(Step::from).into_iter().collect(),
        msg: told(error),
        kind: super::of_vault(error).word(),
    });
    each.collect()
}

/// Each secret that is bound is named as --reveal takes it.
pub fn hint(errors: &[vault::Error]) -> Option<String> {
    let denied = errors.iter().filter_map(|error| match error {
        vault::Error::Denied { name, .. } => Some(format!("--reveal {name}")),
        _ => None,
    });
    let denied: Vec<_> = denied.collect();
    if denied.is_empty() {
        return match errors {
            [one] => hint::hint_of_vault(one),
            _ => Some("`kluis show` tells what a secret has; -e KEY=REF gives chosen ones".into()),
        };
    }
    let more = if denied.len() > MAX_TOLD {
        ", and so on"
    } else {
        ""
    };
    let words = denied.iter().take(MAX_TOLD).map(String::as_str);
    let words = words.collect::<Vec<_>>().join(" ");
    Some(format!(
        "say where the values go with --for, or hand them out anyway with {words}{more}; `kluis update` changes the list"
    ))
}

/// The error, and what is known beside it that helps.
fn told(error: &vault::Error) -> String {
    match error {
        vault::Error::NotEffective {
            first: Some(first), ..
        } => format!("{error}: the first becomes effective at {first}"),
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
