//! `key list`

use crate::commands::{Context, Verb};
use crate::error::Error;
use crate::ui::Table;
use crate::vault::Scan;
use crate::vault::key::{Access, Key};
use crate::vault::time::Timestamp;
use serde::Serialize;

/// List the keys, never what opens them
///
/// With what each reaches and until when it is meant to be used. A date that is over is marked as expired,
/// and stays what it is: advice, unless `key remove` takes the key away.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key list
  kluis key list --json | jq -r '.keys[] | select(.read_only).id'")]
pub struct List {}

/// A key for programs.
#[derive(Serialize)]
pub struct Shown<'a> {
    pub id: String,
    kind: &'static str,
    label: &'a str,
    access: &'static str,
    /// Empty for full access, which reaches all.
    workspaces: Vec<&'a str>,
    read_only: bool,
    created_at: String,
    not_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
}

impl<'a> Shown<'a> {
    pub fn new(key: &'a Key) -> Self {
        let (access, workspaces) = match &key.access {
            Access::Full => ("full", Vec::new()),
            Access::Workspaces(reach) => {
                let names = reach.iter().map(|reach| reach.workspace.name.as_str());
                ("workspaces", names.collect())
            }
        };
        Self {
            id: key.id.to_string(),
            kind: key.kind.word(),
            label: &key.label,
            access,
            workspaces,
            read_only: key.is_read_only(),
            created_at: key.created_at.rfc3339(),
            not_after: key.not_after.map(Timestamp::rfc3339),
            recipient: key.recipient.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    keys: Vec<Shown<'a>>,
}

impl Verb for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Everything)?;
        let keys = vault.keys()?;
        if context.json {
            let keys = keys.iter().map(Shown::new).collect();
            return Ok(context.ui.json(&Listing { keys })?);
        }
        if context.quiet {
            for key in &keys {
                context.ui.line(&key.id.to_string())?;
            }
            return Ok(());
        }
        let headings = ["KEY", "KIND", "LABEL", "REACH", "CREATED", "EXPIRES"];
        let mut table = Table::new(headings);
        for key in &keys {
            table.row([
                key.id.to_string(),
                key.kind.word().to_owned(),
                key.label.clone(),
                reach(key),
                context.when(key.created_at),
                expires(key, context),
            ]);
        }
        context.ui.table(&table)?;
        for key in keys.iter().filter(|key| key.has_expired(context.now)) {
            context.ui.warning(&format!(
                "the key {} ({}) expired: `kluis key remove {}` takes it away",
                key.label, key.id, key.id
            ));
        }
        Ok(())
    }
}

/// How far a key reaches, in words: `full`, or `read staging, write default`.
pub fn reach(key: &Key) -> String {
    match &key.access {
        Access::Full => "full".to_owned(),
        Access::Workspaces(reach) if reach.is_empty() => "nothing".to_owned(),
        Access::Workspaces(reach) => {
            let reach = reach.iter().map(|reach| {
                let how = if reach.write { "write" } else { "read" };
                format!("{how} {}", reach.workspace.name)
            });
            reach.collect::<Vec<_>>().join(", ")
        }
    }
}

fn expires(key: &Key, context: &Context) -> String {
    match key.not_after {
        None => String::new(),
        Some(at) if key.has_expired(context.now) => format!("expired {}", context.when(at)),
        Some(at) => context.when(at),
    }
}
