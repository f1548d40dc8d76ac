//! `trust`: shows which secrets a project file uses, and remembers that you agreed.

use super::Command;
use crate::context::Context;
use crate::context::confirm::confirm_or;
use crate::context::project_trust::no_project;
use crate::error::Error;
use crate::project::{
    Agreement, Delivery, Entry, FILE_NAME, Presence, ProjectFile, TrustState, resolve,
};
use crate::ui::{Table, for_terminal};
use crate::vault::name::{AppName, WorkspaceName};
use anyhow::Context as _;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Trust the project file in this folder
///
/// The project file kluis.toml may use a vault in its own folder. It needs your trust to use any other vault:
/// otherwise a repository that you cloned could give your secrets to its own programs.
///
/// Shows the vault, the workspace and the secrets that kluis.toml would use, and asks. Without a terminal it
/// needs --yes. Prints the SHA-256 of the file. Run it again after every change of kluis.toml, and if you use
/// it with another vault.
///
/// In CI, set KLUIS_TRUST_PROJECT to that SHA-256 instead, as `sha256sum kluis.toml` prints it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis trust
  kluis trust --list
  kluis trust --remove
  kluis trust --remove ~/old-project")]
pub struct Trust {
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
struct Trusted<'a> {
    path: String,
    sha256: &'a str,
    vault: String,
    workspace: Option<&'a str>,
    app: Option<&'a str>,
    pin: Option<&'a str>,
    env: Vec<Variable>,
}

#[derive(Serialize)]
struct Variable {
    env_key: String,
    secret: String,
    optional: bool,
    file: bool,
}

#[derive(Serialize)]
struct TrustListJson<'a> {
    count: usize,
    projects: &'a [Agreement],
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
        let place = place(context)?;
        let agreement = agreement(&file, &place, context)?;
        let mut trust_store = context.trust_store()?;
        if trust_store.about(&file, &place) == TrustState::Trusted {
            context
                .ui
                .note("unchanged: this project file is trusted already");
        } else {
            agree(&file, &place, context)?;
            trust_store.insert(agreement);
            let place = trust_store.place().display().to_string();
            trust_store
                .save()
                .with_context(|| format!("cannot write {place}; nothing was trusted"))?;
        }
        if context.json {
            let trusted = trusted(&file, &place);
            return Ok(context.ui.json(&trusted)?);
        }
        Ok(context.ui.line(&file.sha256)?)
    }
}

/// The real path of the vault that the file draws on: its own, or another one in use. It is resolved only
/// once, so that you agree to what was shown, even if a link changes meanwhile.
fn place(context: &Context) -> Result<PathBuf, Error> {
    let used = context.settings.vault.path();
    Ok(resolve(used).with_context(|| format!("cannot find out where {} leads", used.display()))?)
}

/// The file and the vault that you are asked to trust.
fn agreement(file: &ProjectFile, place: &Path, context: &Context) -> Result<Agreement, Error> {
    let text = |path: &Path| {
        let text = path.to_str().map(str::to_owned);
        text.with_context(|| {
            format!(
                "the path {} is not valid UTF-8, so it cannot be trusted",
                path.display()
            )
        })
    };
    Ok(Agreement {
        path: text(&file.path)?,
        sha256: file.sha256.clone(),
        vault: text(place)?,
        trusted_at: context.now.rfc3339(),
    })
}

/// Shows which secrets the file uses, and asks.
fn agree(file: &ProjectFile, place: &Path, context: &mut Context) -> Result<(), Error> {
    let shown = describe(file, place);
    if context.yes {
        context.ui.note(&shown);
        return Ok(());
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

/// One line per item. Text from the file is escaped here, so that a newline in it cannot imitate our lines.
fn describe(file: &ProjectFile, place: &Path) -> String {
    let shown = trusted(file, place);
    let location = if file.owns_place(place) {
        "inside its folder"
    } else {
        "outside its folder"
    };
    let mut lines = vec![
        format!("{} takes secrets from", for_terminal(&shown.path)),
        format!("  vault      {} ({location})", for_terminal(&shown.vault)),
    ];
    let names = [
        ("workspace", shown.workspace),
        ("app", shown.app),
        ("pin", shown.pin),
    ];
    for (label, name) in names {
        lines.extend(name.map(|name| format!("  {label:<10} {}", for_terminal(name))));
    }
    lines.extend(shown.env.iter().map(Variable::describe));
    lines.join("\n")
}

impl Variable {
    fn describe(&self) -> String {
        let (env_key, secret) = (&self.env_key, &self.secret);
        let form = if self.file { ", as a file" } else { "" };
        let optional = if self.optional { ", optional" } else { "" };
        format!("  {env_key} = {secret}{form}{optional}")
    }
}

fn trusted<'a>(file: &'a ProjectFile, place: &Path) -> Trusted<'a> {
    let project = &file.project;
    let variable = |entry: &Entry| Variable {
        env_key: entry.key.to_string(),
        secret: entry.reference.to_string(),
        optional: entry.presence == Presence::Optional,
        file: entry.delivery == Delivery::File,
    };
    Trusted {
        path: file.path.display().to_string(),
        sha256: &file.sha256,
        vault: place.display().to_string(),
        workspace: project.workspace.as_ref().map(WorkspaceName::as_str),
        app: project.app.as_ref().map(AppName::as_str),
        pin: project.pin.as_deref(),
        env: project.env.iter().map(variable).collect(),
    }
}

/// Forgets the consent for the file, even if it no longer exists.
fn remove(context: &mut Context, folder: Option<&Path>) -> Result<(), Error> {
    let path = match folder {
        Some(folder) => project_file_in(folder)?,
        // This works even if the file cannot be read.
        None => context.project_path()?,
    };
    let mut trust_store = context.trust_store()?;
    if !path.to_str().is_some_and(|path| trust_store.remove(path)) {
        let path = path.display();
        context
            .ui
            .note(&format!("unchanged: {path} is not trusted"));
        return Ok(());
    }
    let place = trust_store.place().display().to_string();
    trust_store
        .save()
        .with_context(|| format!("cannot write {place}; the project file is still trusted"))?;
    Ok(())
}

/// The path of the project file in a folder, or of the file itself where that is named.
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
    let agreements = trust_store.agreements();
    if context.json {
        return Ok(context.ui.json(&TrustListJson {
            count: agreements.len(),
            projects: agreements,
        })?);
    }
    if agreements.is_empty() {
        context.ui.note("no project files are trusted");
        return Ok(());
    }
    let mut table = Table::new(["PROJECT FILE", "SHA-256", "TRUSTED SINCE"]);
    for agreement in agreements {
        table.row([&agreement.path, &agreement.sha256, &agreement.trusted_at]);
    }
    Ok(context.ui.table(&table)?)
}
