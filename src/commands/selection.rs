//! Which secrets a command is given, and under which keys: named one by one, by an app, or all of them.

use super::app::parse_name;
use super::destination::DestinationArgs;
use super::{Context, attention};
use crate::deliver::environment::Environment;
use crate::error::Error;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::AppName;
use crate::vault::reference::{Reference, Target};
use crate::vault::slot::Choice;
use crate::vault::workspace::Workspace;
use crate::vault::{self, Scan, Selected, Vault};

#[derive(clap::Args)]
pub struct SelectionArgs {
    /// Give the variable KEY the secret REF, such as `name` or `workspace/name`; may be repeated
    #[arg(short, value_name = "KEY=REF")]
    env: Vec<String>,

    /// Give the secrets that this app links, each under the key of its link
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Give every secret of the workspace under its environment key
    #[arg(long)]
    all: bool,

    /// Allow the variable KEY, which can make programs load or run something else; may be repeated
    #[arg(long, value_name = "KEY")]
    allow_env: Vec<String>,

    #[command(flatten)]
    destination: DestinationArgs,
}

/// What the arguments select, as far as that is known without the vault.
pub struct Selection {
    chosen: Vec<(EnvKey, Reference)>,
    app: Option<AppName>,
    all: bool,
    environment: Environment,
}

impl SelectionArgs {
    /// Reads the arguments; selecting nothing is an error.
    pub fn parse(&self) -> Result<Selection, Error> {
        let allowed = self.allow_env.iter().map(|key| parse_key(key));
        let allowed = allowed.collect::<Result<Vec<_>, _>>()?;
        let chosen = self.env.iter().map(|pair| parse_pair(pair));
        let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
        let app = self.app.as_deref().map(parse_name).transpose()?;
        if chosen.is_empty() && app.is_none() && !self.all {
            return Err(Error::Usage {
                message: "no secret is selected".into(),
                hint: Some(
                    "name them with -e KEY=REF, give those of an app with --app, or all of the workspace with --all"
                        .into(),
                ),
            });
        }
        let environment = Environment::new(allowed);
        for (key, _) in &chosen {
            environment.check_key(key)?;
        }
        Ok(Selection {
            chosen,
            app,
            all: self.all,
            environment,
        })
    }

    /// Opens what is selected.
    pub fn fill(
        &self,
        selection: Selection,
        vault: &Vault,
        context: &mut Context,
    ) -> Result<Environment, Error> {
        let destination = self.destination.destination(context, vault)?;
        selection.fill(vault, &destination, context)
    }
}

impl Selection {
    /// How much of the vault is needed.
    pub fn scan(&self) -> Scan {
        if self.all {
            Scan::Everything
        } else {
            Scan::Lookup
        }
    }

    /// A key that is chosen by name is that choice, whatever else has it.
    fn fill(
        mut self,
        vault: &Vault,
        destination: &Destination,
        context: &mut Context,
    ) -> Result<Environment, Error> {
        let chosen = self.chosen;
        let is_chosen = |key: &EnvKey| chosen.iter().any(|(named, _)| named == key);
        let mut links = self
            .app
            .as_ref()
            .map_or(Ok(Vec::new()), |app| vault.links(app))?;
        links.retain(|(key, _)| !is_chosen(key));
        for (key, _) in &links {
            self.environment.check_key(key)?;
        }
        let now = context.now;
        let workspace_in_use = context.workspace().cloned();
        let mut give = |key: EnvKey, reference: Reference, selected: Selected| {
            attention::warn(context, &selected.secret);
            self.environment.insert(key, reference, selected.value)
        };
        if self.all {
            let workspace = vault.workspace(workspace_in_use.as_ref())?;
            for selected in vault.values(workspace, now, destination)? {
                let key = selected.secret.env_key.clone();
                let by_id = within(workspace, Target::Id(selected.secret.id));
                // The app has this very secret under this key: it is one choice, made twice.
                let is_linked = links.contains(&(key.clone(), by_id));
                if !is_chosen(&key) && !is_linked {
                    let by_name = within(workspace, Target::Name(selected.secret.name.clone()));
                    give(key, by_name, selected)?;
                }
            }
        }
        for (key, reference) in links {
            let selected = vault.value(None, &reference, Choice::At(now), destination)?;
            let by_name = Reference {
                secret: Target::Name(selected.secret.name.clone()),
                ..reference
            };
            give(key, by_name, selected)?;
        }
        for (key, reference) in chosen {
            let workspace = workspace_in_use.as_ref();
            let selected = vault.value(workspace, &reference, Choice::At(now), destination)?;
            give(key, reference, selected)?;
        }
        Ok(self.environment)
    }
}

fn within(workspace: &Workspace, secret: Target) -> Reference {
    Reference {
        workspace: Some(workspace.name.clone()),
        secret,
        slot: None,
    }
}

pub fn parse_pair(pair: &str) -> Result<(EnvKey, Reference), Error> {
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

pub fn parse_key(key: &str) -> Result<EnvKey, Error> {
    Ok(EnvKey::parse(key).map_err(|broken| vault::Error::invalid("env_key", broken))?)
}
