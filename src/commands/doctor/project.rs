//! Checks the project file here and the list of trusted project files.

use super::finding::Finding;
use crate::context::Context;
use crate::context::project_context::ignored;
use crate::project::{Extent, TrustStore};
use crate::report::counted::counted;
use std::path::Path;

pub fn examine(context: &mut Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(here(context));
    findings.extend(
        context
            .project_context
            .trust_store()
            .map(|list| trust(&list)),
    );
    findings
}

fn here(context: &mut Context) -> Option<Finding> {
    let check = "project";
    let file = match context.project() {
        Ok(file) => file?,
        Err(error) => return Some(Finding::of_error(check, &error)),
    };
    Some(match context.follow(&file, Extent::Everything) {
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
    let mut projects = list.projects().iter();
    if let Some(gone) = projects.find(|known| !is_there(&known.path)) {
        let path = &gone.path;
        return Finding::warn(
            check,
            format!("{path} was deleted after you trusted it"),
            "run `kluis trust --remove FOLDER` to stop trusting it",
        );
    }
    let trusted = counted(list.projects().len(), "trusted project file");
    Finding::ok(check, trusted)
}

/// A bare repository has the file only in its worktrees.
fn is_there(path: &str) -> bool {
    let path = Path::new(path);
    path.exists()
        || path
            .parent()
            .is_some_and(|folder| folder.join("HEAD").exists())
}
