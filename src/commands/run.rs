//! `run`: becomes a command that finds secrets in its environment.

use super::selection::SelectionArgs;
use super::{Context, Verb};
use crate::deliver::process;
use crate::error::Error;
use std::ffi::OsString;

/// Run a command with secrets in its environment
///
/// Nothing is given unless it is named: -e one by one, --app for what an app links, --all for every secret
/// of the workspace under its environment key; what -e names comes before the others. The command replaces
/// this process: no shell, the same process id, its own signals and exit code. It never sees KLUIS_TOKEN or
/// another credential of kluis. Every failure before it starts is 125; 126 and 127 say that the command is
/// not executable or not there.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis run -e GITHUB_TOKEN=github_token -- gh repo list
  kluis run --app billing -- ./server
  kluis run --all -w staging -- ./server
  kluis run -e PGPASSWORD=production/db_password -- psql -h db.example.org")]
pub struct Run {
    #[command(flatten)]
    selection: SelectionArgs,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Verb for Run {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let started = self.start(context);
        started.map_err(|error| Error::BeforeStart(Box::new(error)))
    }
}

impl Run {
    /// Returns only when something went wrong.
    fn start(&self, context: &mut Context) -> Result<(), Error> {
        let selection = self.selection.parse()?;
        let (typed, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| Error::usage("the command is missing"))?;
        let path = std::env::var_os("PATH");
        let program = process::find(typed, path.as_deref())?;
        let vault = context.open(selection.scan())?;
        let environment = self.selection.fill(selection, &vault, context)?;
        drop(vault);
        context.ui.finish()?;
        let failed = context
            .hardened
            .restore_for_child(|| process::replace(&program, typed, arguments, &environment));
        Err(failed.into())
    }
}
