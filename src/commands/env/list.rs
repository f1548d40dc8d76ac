//! `env list`: prints the variables of the project file in the workspace in use.

use crate::commands::Command;
use crate::context::Context;
use crate::context::project_trust::no_project;
use crate::error::Error;
use crate::project::{Absence, Delivery, Entry};
use crate::ui::Table;
use crate::vault::file_name::FileName;
use crate::vault::name::WorkspaceName;
use serde::Serialize;

/// List the variables of kluis.toml
///
/// Prints what each variable comes from in the workspace in use. Needs no key and no trust, since it only reads
/// the file. `kluis check` tells whether the secrets are there.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis env list
  kluis env list -w production --json")]
pub struct List {}

#[derive(Serialize)]
struct EnvJson<'a> {
    workspace: &'a str,
    count: usize,
    entries: Vec<EntryJson<'a>>,
}

#[derive(Serialize)]
struct EntryJson<'a> {
    env_key: &'a str,
    /// `secret`, `value`, `text` or `url`.
    kind: &'static str,
    source: String,
    file: bool,
    filename: Option<&'a str>,
    optional: bool,
    default: Option<&'a str>,
    keep_existing: bool,
    description: Option<&'a str>,
}

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let file = context.project()?.ok_or_else(no_project)?;
        let workspace = context.workspace().cloned();
        let entries = file.project.env(workspace.as_ref());
        if context.json {
            return Ok(context.ui.json(&EnvJson {
                workspace: WorkspaceName::or_default(workspace.as_ref()),
                count: entries.len(),
                entries: entries.into_iter().map(EntryJson::new).collect(),
            })?);
        }
        if context.quiet {
            for entry in entries {
                context.ui.line(entry.key.as_str())?;
            }
            return Ok(());
        }
        if entries.is_empty() {
            context
                .ui
                .note("the project file lists no variables under [env]");
            return Ok(());
        }
        let mut table = Table::new(["ENV KEY", "SOURCE", "OPTIONS", "DESCRIPTION"]);
        for entry in entries {
            let description = entry.description.clone().unwrap_or_default();
            table.row([
                entry.key.as_str(),
                &entry.source.to_string(),
                &options(entry),
                &description,
            ]);
        }
        Ok(context.ui.table(&table)?)
    }
}

impl<'a> EntryJson<'a> {
    fn new(entry: &'a Entry) -> Self {
        let (file, filename) = match &entry.delivery {
            Delivery::Value => (false, None),
            Delivery::File { name } => (true, name.as_ref().map(FileName::as_str)),
        };
        Self {
            env_key: entry.key.as_str(),
            kind: entry.source.kind(),
            source: entry.source.text(),
            file,
            filename,
            optional: entry.absence == Absence::LeftOut,
            default: match &entry.absence {
                Absence::Replaced(text) => Some(text),
                Absence::Refused | Absence::LeftOut => None,
            },
            keep_existing: entry.keep_existing,
            description: entry.description.as_deref(),
        }
    }
}

fn options(entry: &Entry) -> String {
    let mut words = Vec::new();
    if let Delivery::File { name } = &entry.delivery {
        let name = name.as_ref().map(|name| format!(" {name}"));
        words.push(format!("file{}", name.unwrap_or_default()));
    }
    match &entry.absence {
        Absence::Refused => {}
        Absence::LeftOut => words.push("optional".to_owned()),
        Absence::Replaced(text) => words.push(format!("default {text:?}")),
    }
    if entry.keep_existing {
        words.push("keeps existing".to_owned());
    }
    words.join(", ")
}
