//! `run`: becomes a command that finds secrets in its environment.

use super::{Context, Verb};
use crate::deliver::environment::Environment;
use crate::deliver::process;
use crate::error::Error;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::{Reference, Target};
use crate::vault::{self, Scan};
use std::ffi::OsString;

/// Run a command with secrets in its environment
///
/// Nothing is given unless it is named: -e one by one, --all for every secret of the workspace under its
/// environment key. The command replaces this process: no shell, the same process id, its own signals
/// and exit code. It never sees KLUIS_TOKEN or another credential of kluis. Every failure before it
/// starts is 125; 126 and 127 say that the command is not executable or not there.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis run -e GITHUB_TOKEN=github_token -- gh repo list
  kluis run --all -w staging -- ./server
  kluis run -e PGPASSWORD=production/db_password -- psql -h db.example.org")]
pub struct Run {
    /// Give the variable KEY the secret REF, such as `name` or `workspace/name`; may be repeated
    #[arg(short, value_name = "KEY=REF")]
    env: Vec<String>,

    /// Give every secret of the workspace under its environment key
    #[arg(long)]
    all: bool,

    /// Allow the variable KEY, which can make programs load or run something else; may be repeated
    #[arg(long, value_name = "KEY")]
    allow_env: Vec<String>,

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
        let allowed = self
            .allow_env
            .iter()
            .map(|key| parse_key(key))
            .collect::<Result<Vec<_>, _>>()?;
        let chosen = self
            .env
            .iter()
            .map(|pair| parse_pair(pair))
            .collect::<Result<Vec<_>, _>>()?;
        if chosen.is_empty() && !self.all {
            return Err(Error::Usage {
                message: "no secret is selected".into(),
                hint: Some(
                    "name them with -e KEY=REF, or give all of the workspace with --all".into(),
                ),
            });
        }
        let (typed, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| Error::usage("the command is missing"))?;
        let path = std::env::var_os("PATH");
        let program = process::find(typed, path.as_deref())?;

        let mut environment = Environment::new(allowed);
        for (key, _) in &chosen {
            environment.check_key(key)?;
        }
        let scan = if self.all {
            Scan::Everything
        } else {
            Scan::Lookup
        };
        let vault = context.open(scan)?;
        if self.all {
            let workspace = vault.workspace(context.workspace())?;
            for selected in vault.values(workspace, context.now)? {
                let reference = Reference {
                    workspace: Some(workspace.name.clone()),
                    secret: Target::Name(selected.secret.name.clone()),
                    slot: None,
                };
                let key = selected.secret.env_key;
                // Named with -e as well: that choice replaces this one.
                if !chosen.iter().any(|(named, _)| *named == key) {
                    environment.insert(key, reference, selected.value)?;
                }
            }
        }
        for (key, reference) in chosen {
            let selected = vault.value(context.workspace(), &reference, context.now)?;
            environment.insert(key, reference, selected.value)?;
        }
        drop(vault);
        context.ui.finish()?;
        let failed = context
            .hardened
            .restore_for_child(|| process::replace(&program, typed, arguments, &environment));
        Err(failed.into())
    }
}

fn parse_pair(pair: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = pair.split_once('=').ok_or_else(|| Error::Usage {
        message: "-e takes KEY=REF".into(),
        hint: Some("such as -e GITHUB_TOKEN=github_token".into()),
    })?;
    let reference = Reference::parse(reference);
    Ok((
        parse_key(key)?,
        reference.map_err(|broken| vault::Error::invalid("env", broken))?,
    ))
}

fn parse_key(key: &str) -> Result<EnvKey, Error> {
    Ok(EnvKey::parse(key).map_err(|broken| vault::Error::invalid("env_key", broken))?)
}
