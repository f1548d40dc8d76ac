//! Checks the project file here and the list of trusted project files.

use super::finding::Finding;
use crate::context::Context;
use crate::project::{Agreement, TrustStore, hash};
use std::path::Path;

pub fn examine(context: &mut Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(here(context));
    findings.extend(context.project_context.agreed().map(|list| trust(&list)));
    findings
}

fn here(context: &mut Context) -> Option<Finding> {
    let check = "project";
    let file = match context.project() {
        Ok(file) => file?,
        Err(error) => return Some(Finding::of_error(check, &error)),
    };
    Some(match context.follow(&file) {
        Ok(()) => Finding::ok(check, format!("{} is followed", file.path.display())),
        Err(error) => Finding::advice_of_error(check, &error),
    })
}

fn trust(list: &TrustStore) -> Finding {
    let check = "trust";
    if let Some(problem) = list.problem() {
        let place = list.place().display();
        return Finding::fail(
            check,
            format!("{place} {problem}: nothing counts as trusted"),
            format!("look at it, remove {place}, and `kluis trust` again where it is needed"),
        );
    }
    let stale = list.agreements().iter().find(|agreed| !is_same(agreed));
    if let Some(stale) = stale {
        let path = &stale.path;
        return Finding::warn(
            check,
            format!("{path} is gone or has changed since it was trusted"),
            "`kluis trust` there trusts it as it is now; `kluis trust --remove FOLDER` forgets it",
        );
    }
    let count = list.agreements().len();
    Finding::ok(
        check,
        format!("{count} project file(s) are trusted, unchanged"),
    )
}

fn is_same(agreed: &Agreement) -> bool {
    hash(Path::new(&agreed.path)).is_ok_and(|sha256| sha256 == agreed.sha256)
}
