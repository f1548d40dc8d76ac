//! `doctor`: checks the vault's surroundings and suggests fixes. It changes nothing, never asks a question, and
//! prints nothing that would help an attacker to unlock the vault.

mod access;
mod agent;
mod deleted;
mod finding;
mod git;
mod keys;
mod links;
mod place;
mod process;
mod project;
mod shell;
mod unlocking;

use super::Command;
use crate::context::Context;
use crate::error::Error;
use crate::ui::Table;
use crate::vault::Vault;
use finding::{Finding, Grade};
use serde::Serialize;

/// Find problems around the vault and say how to fix them
///
/// Checks who else may read or write the vault, its folder and your key files; the cost of guessing a
/// passphrase; whether an older copy would be noticed; and git, the project file, the agent, memory,
/// completions and the manual. If it can open the vault without asking for a passphrase, it also checks the
/// keys, such as whether you could lose the last one.
///
/// Changes nothing and asks for nothing. `kluis vault verify` checks the secrets. Each finding is ok, warn or
/// fail. Exits with 1 if one is fail, else with 0. --quiet leaves out what is ok.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis doctor
  kluis doctor --quiet
  kluis doctor --json | jq -r '.findings[] | select(.state == \"fail\") | .hint'")]
pub struct Doctor {}

#[derive(Serialize)]
struct DoctorJson {
    ok: bool,
    findings: Vec<Finding>,
}

impl Command for Doctor {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        context.refuse_questions();
        let findings = examine(context);
        let failed = findings.iter().filter(|found| found.state == Grade::Fail);
        let count = failed.count();
        print(context, findings, count == 0)?;
        if count == 0 {
            return Ok(());
        }
        context.ui.flush()?;
        Err(Error::DoctorFailed { count })
    }
}

fn examine(context: &mut Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    let header = match context.store() {
        Err(error) => {
            findings.push(Finding::of_error("vault", &error));
            None
        }
        Ok(store) => {
            let header = Vault::read_header(&store).map_err(Error::from);
            findings.extend(place::examine(&store, header.as_ref(), context.now));
            // git gets none of the credentials.
            let is_withheld = context.withhold_credentials().is_ok();
            if let (true, Ok(places)) = (is_withheld, store.places()) {
                findings.extend(git::examine(&places.vault));
            }
            let header = header.ok();
            if let Some(header) = &header {
                findings.extend(keys::examine(context, store, header));
            }
            header
        }
    };
    findings.extend(unlocking::examine(&context.settings.unlocking));
    findings.extend(project::examine(context));
    findings.push(agent::examine(header.as_ref()));
    findings.extend(process::examine(context.hardened));
    findings.extend(shell::examine(context));
    findings
}

fn print(context: &mut Context, mut findings: Vec<Finding>, ok: bool) -> Result<(), Error> {
    if context.quiet {
        findings.retain(|found| found.state != Grade::Ok);
    }
    if context.json {
        return Ok(context.ui.json(&DoctorJson { ok, findings })?);
    }
    let mut table = Table::new(["STATE", "CHECK", "FINDING", "HINT"]);
    for found in findings {
        table.row([
            found.state.word(),
            found.check,
            &found.finding,
            found.hint.as_deref().unwrap_or_default(),
        ]);
    }
    Ok(context.ui.table(&table)?)
}
