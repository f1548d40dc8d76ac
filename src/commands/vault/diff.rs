//! `vault diff`: compares two vaults, or two workspaces.

use crate::args::workspace::parse_name;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::store::file::FileStore;
use crate::ui::Table;
use crate::vault::difference::{Difference, Side, What, differences};
use crate::vault::name::WorkspaceName;
use crate::vault::{self, Scan, Vault};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Compare two vaults or two workspaces
///
/// Prints which secrets and apps are only in A, only in B, or differ, and in which fields. Never prints a value. An
/// argument with a slash, or that ends in .kluis, is a file; otherwise it is a workspace. Both must be of one kind.
///
/// A file may be older than the vault in use: its age is not judged.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault diff staging production
  kluis vault diff ~/backup/default.kluis ./secrets.kluis --exit-code")]
pub struct Diff {
    /// A file or a workspace
    #[arg(value_name = "A")]
    first: String,

    /// The file or workspace to compare it with
    #[arg(value_name = "B")]
    second: String,

    /// Exit with 1 if they differ; `code` of --json is then `differs`, and never for a failure
    #[arg(long)]
    exit_code: bool,
}

#[derive(Serialize)]
struct DifferenceJson<'d> {
    name: &'d str,
    state: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'d [&'static str],
}

impl Command for Diff {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let [first, second] = match (is_file(&self.first), is_file(&self.second)) {
            (true, true) => [
                of_file(context, &self.first)?,
                of_file(context, &self.second)?,
            ],
            (false, false) => {
                let names = [parse_name(&self.first)?, parse_name(&self.second)?];
                of_workspaces(context, &names)?
            }
            _ => {
                return Err(Error::Usage {
                    message: "one is a file and the other a workspace".into(),
                    hint: Some("name two files, such as ./a.kluis, or two workspaces".into()),
                });
            }
        };
        let found = differences(&first, &second, context.now);
        print(context, &found)?;
        if found.is_empty() || !self.exit_code {
            return Ok(());
        }
        context.ui.flush()?;
        Err(Error::Differs)
    }
}

fn is_file(argument: &str) -> bool {
    let has_ending = Path::new(argument)
        .extension()
        .is_some_and(|ending| ending == "kluis");
    argument.contains('/') || has_ending
}

fn of_file(context: &mut Context, path: &str) -> Result<Side, Error> {
    let store = Box::new(FileStore::new(path));
    let opened = Vault::open(store, Scan::Everything, |header| context.keyring(header));
    let side = opened.and_then(|vault| Ok(Side::of_vault(&vault)?));
    side.map_err(|error| Error::InFile {
        path: PathBuf::from(path),
        error: Box::new(error),
    })
}

fn of_workspaces(context: &mut Context, names: &[WorkspaceName; 2]) -> Result<[Side; 2], Error> {
    let vault = context.open(Scan::Everything)?;
    let side = |name: &WorkspaceName| {
        let workspace = vault.workspace(Some(name))?;
        Side::of_workspace(&vault, workspace)
    };
    let sides = side(&names[0]).and_then(|first| Ok::<_, vault::Error>([first, side(&names[1])?]));
    context.found(&vault, sides)
}

fn print(context: &mut Context, found: &[Difference]) -> Result<(), Error> {
    let state = |what: &What| match what {
        What::OnlyFirst => "only_a",
        What::OnlySecond => "only_b",
        What::Differs(_) => "differs",
    };
    let fields = |what: &'_ What| match what {
        What::Differs(fields) => fields.clone(),
        What::OnlyFirst | What::OnlySecond => Vec::new(),
    };
    if context.json {
        let fields: Vec<_> = found.iter().map(|one| fields(&one.what)).collect();
        let rows = found
            .iter()
            .zip(&fields)
            .map(|(one, fields)| DifferenceJson {
                name: &one.path,
                state: state(&one.what),
                fields,
            });
        return Ok(context.ui.json(&rows.collect::<Vec<_>>())?);
    }
    let mut table = Table::new(["NAME", "STATE", "FIELDS"]);
    for one in found {
        let word = state(&one.what).replace('_', " ");
        table.row([one.path.as_str(), &word, &fields(&one.what).join(", ")]);
    }
    context.ui.table(&table)?;
    if found.is_empty() {
        context.ui.note("no difference");
    }
    Ok(())
}
