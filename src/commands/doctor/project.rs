//! Checks the project file here and the list of trusted project files.

use super::finding::Finding;
use crate::context::Context;
use crate::context::project_context::ignored;
use crate::project::{Agreement, TrustStore, hash};
use crate::report::counted::counted;
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
        Ok(()) => Finding::ok(check, format!("{} is in use", file.path.display())),
        Err(error) => Finding::advice_of_error(check, &error),
    })
}

fn trust(list: &TrustStore) -> Finding {
    let check = "trust";
    if let Some(problem) = ignored(list) {
        let place = list.place().display();
        return Finding::fail(
            check,
            problem,
            format!("check {place}, remove it, then run `kluis trust` again in each project"),
        );
    }
    let stale = list.agreements().iter().find(|agreed| !is_same(agreed));
    if let Some(stale) = stale {
        let path = &stale.path;
        return Finding::warn(
            check,
            format!("{path} was changed or deleted after you trusted it"),
            "run `kluis trust` in the project's folder to trust kluis.toml again, or `kluis trust --remove FOLDER` to stop trusting it",
        );
    }
    let trusted = counted(list.agreements().len(), "trusted project file");
    Finding::ok(check, format!("{trusted}, none changed since"))
}

fn is_same(agreed: &Agreement) -> bool {
    hash(Path::new(&agreed.path)).is_ok_and(|sha256| sha256 == agreed.sha256)
}
