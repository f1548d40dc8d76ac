//! `trust`: shows what a project file uses, and remembers that you agreed.

use super::Command;
use crate::context::Context;
use crate::context::confirm::confirm_or;
use crate::context::project_trust::{Proposal, describe, no_project, update};
use crate::error::Error;
use crate::project::{
    Access, Agreement, Extent, FILE_NAME, ProjectFile, TrustedProject, in_main_worktree,
};
use crate::ui::Table;
use anyhow::Context as _;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Trust the project file in this folder
///
/// The project file kluis.toml decides which vault, workspace and secrets a command uses. Kluis follows it only
/// after you agreed: otherwise a repository that you cloned could give your secrets to its own programs.
///
/// Shows what kluis.toml would use, and asks. Without a terminal it needs --yes. You agree to the vault, the
/// workspace, the app, the pin, and each variable with its secret. Comments, order and fewer variables need no
/// new trust. Anything else that is new does, and every command that needs it asks you at a terminal.
///
/// In a script or in CI, name the file with --project or KLUIS_PROJECT instead: that agrees to all of it for
/// one command. Anyone who can change the job can change that file, too: give the job a token that opens only the
/// secrets it needs.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis trust
  kluis trust --all-workspaces
  kluis trust --list
  kluis trust --remove
  kluis trust --remove ~/old-project")]
pub struct Trust {
    /// Agree to the variables of every workspace that the file names
    #[arg(long, conflicts_with_all = ["list", "remove"])]
    all_workspaces: bool,

    /// List the project files that you trust
    #[arg(long, conflicts_with = "remove")]
    list: bool,

    /// Stop trusting the project file
    #[arg(long)]
    remove: bool,

    /// With --remove: the folder of the project file, even if it is gone
    #[arg(value_name = "FOLDER", requires = "remove")]
    folder: Option<PathBuf>,
}

#[derive(Serialize)]
struct TrustedJson<'a> {
    path: String,
    #[serde(flatten)]
    access: &'a Access,
}

#[derive(Serialize)]
struct TrustListJson<'a> {
    count: usize,
    projects: &'a [TrustedProject],
}

impl Command for Trust {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        if self.list {
            return list(context);
        }
        if self.remove {
            return remove(context, self.folder.as_deref());
        }
        let file = context.project()?.ok_or_else(no_project)?;
        if file.path.file_name().is_none_or(|name| name != FILE_NAME) {
            return Err(Error::Usage {
                message: format!(
                    "{} is followed only where you name it, which agrees to it",
                    file.path.display()
                ),
                hint: Some(
                    "use `kluis trust` for a kluis.toml, which kluis finds by itself".into(),
                ),
            });
        }
        let extent = Extent::of_variables(self.all_workspaces);
        let proposal = context.proposal(&file, extent)?;
        let access = proposal.access.clone();
        if proposal.changes.is_empty() {
            context
                .ui
                .note("unchanged: you trust this project file already");
        } else {
            ask(&file, &proposal, context)?;
            context.agree(proposal)?;
        }
        if context.json {
            let path = file.path.display().to_string();
            let trusted = TrustedJson {
                path,
                access: &access,
            };
            context.ui.json(&trusted)?;
        }
        Ok(())
    }
}

/// Shows the new content of the file, and asks.
fn ask(file: &ProjectFile, proposal: &Proposal, context: &mut Context) -> Result<(), Error> {
    let shown = describe(file, proposal);
    if context.yes {
        context.ui.note(&shown);
        return Ok(());
    }
    if !context.ui.can_ask() {
        context.ui.note(&shown);
    }
    let unasked = || Error::Usage {
        message: "trusting a project file needs your yes, but there is no terminal to ask at"
            .into(),
        hint: Some("read kluis.toml, then run `kluis trust --yes`".into()),
    };
    confirm_or(
        context,
        &format!("{shown}\nTrust this project file?"),
        unasked,
    )
}

/// Forgets the consent for the file, even if it no longer exists.
fn remove(context: &mut Context, folder: Option<&Path>) -> Result<(), Error> {
    let path = match folder {
        Some(folder) => project_file_in(folder)?,
        // This works even if the file cannot be read.
        None => context
            .project_context
            .path()
            .ok_or_else(no_project)?
            .to_owned(),
    };
    let path = in_main_worktree(&path);
    let mut trust_store = context.trust_store()?;
    let outcome = "the project file is still trusted";
    let removed = update(&mut trust_store, outcome, |list| {
        path.to_str().is_some_and(|path| list.remove(path))
    })?;
    if !removed {
        let path = path.display();
        context
            .ui
            .note(&format!("unchanged: {path} is not trusted"));
    }
    Ok(())
}

/// The path of the project file in a folder, or of the file itself if you named that.
fn project_file_in(folder: &Path) -> Result<PathBuf, Error> {
    let real = fs::canonicalize(folder).or_else(|_| std::path::absolute(folder));
    let real = real.context("cannot find the folder")?;
    if real.file_name().is_some_and(|name| name == FILE_NAME) {
        return Ok(real);
    }
    Ok(real.join(FILE_NAME))
}

fn list(context: &mut Context) -> Result<(), Error> {
    let trust_store = context.trust_store()?;
    let projects = trust_store.projects();
    if context.json {
        return Ok(context.ui.json(&TrustListJson {
            count: projects.len(),
            projects,
        })?);
    }
    if projects.is_empty() {
        context.ui.note("you trust no project file");
        return Ok(());
    }
    let mut table = Table::new(["PROJECT FILE", "VAULT", "VARIABLES", "TRUSTED SINCE"]);
    for TrustedProject { path, agreed } in projects {
        for Agreement { trusted_at, access } in agreed {
            let variables = access.env.values().flat_map(BTreeMap::keys);
            let variables: BTreeSet<&str> = variables.map(String::as_str).collect();
            let variables: Vec<&str> = variables.into_iter().collect();
            let variables = variables.join(" ");
            table.row([path, &access.vault.path, &variables, trusted_at]);
        }
    }
    Ok(context.ui.table(&table)?)
}
