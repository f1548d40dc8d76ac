//! Selects the secrets a command works with, and their environment keys: named one by one, by an app, all of
//! them, or as the project file lists them.

use super::destination::{DestinationArgs, check_names};
use super::secret::{parse_key, parse_name};
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::deliver::value_file::ValueFile;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::project::{self, Delivery, Presence};
use crate::report::warnings;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::AppName;
use crate::vault::reference::{Reference, Target};
use crate::vault::slot::Choice;
use crate::vault::workspace::Workspace;
use crate::vault::{self, Selected, Vault};
use anyhow::Context as _;

#[derive(clap::Args)]
pub struct SelectionArgs {
    /// Set the variable KEY to the secret REF; may be repeated
    #[arg(short, value_name = "KEY=REF")]
    env: Vec<String>,

    /// Set the variables that this app links
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Set the variable of every secret in the workspace
    #[arg(long)]
    all: bool,

    /// Allow the variable KEY, such as PATH, which can make programs run other code; may be repeated
    #[arg(long, value_name = "KEY", hide_short_help = true)]
    allow_env: Vec<String>,

    #[command(flatten)]
    destination: DestinationArgs,
}

/// The selection, as far as it is known without the vault.
pub struct Selection {
    chosen: Vec<Chosen>,
    app: Option<AppName>,
    all: bool,
    receiver: Receiver,
    environment: Environment,
}

/// A variable, named together with its secret.
type Chosen = project::Entry;

/// What gets the values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// A command that inherits this process's descriptors.
    Child,
    /// A program that reads the output later; no file lives that long.
    Reader,
}

impl SelectionArgs {
    /// Parses the arguments, which may select nothing.
    pub fn parse(&self) -> Result<Selection, Error> {
        let allowed = parse_keys(&self.allow_env)?;
        let chosen = self.env.iter().map(|pair| {
            let (key, reference) = parse_pair(pair)?;
            Ok(Chosen {
                key,
                reference,
                delivery: Delivery::Value,
                presence: Presence::Required,
            })
        });
        let mut selection = Selection {
            chosen: Vec::new(),
            app: self.app.as_deref().map(parse_name).transpose()?,
            all: self.all,
            receiver: Receiver::Reader,
            environment: Environment::new(allowed),
        };
        selection.choose(chosen.collect::<Result<_, Error>>()?)?;
        Ok(selection)
    }

    /// Opens the selected secrets.
    pub fn resolve(
        &self,
        selection: Selection,
        vault: &Vault,
        context: &mut Context,
    ) -> Result<Environment, Error> {
        let (environment, _) = self.resolve_with(selection, None, vault, context)?;
        Ok(environment)
    }

    /// The same, and one more secret for the same destination.
    pub fn resolve_with(
        &self,
        selection: Selection,
        more: Option<&Reference>,
        vault: &Vault,
        context: &mut Context,
    ) -> Result<(Environment, Option<Plaintext>), Error> {
        let destination = self.destination.destination(context, vault)?;
        let environment = selection.resolve(vault, &destination, context)?;
        let now = Choice::At(context.now);
        let more = more.map(|reference| {
            let selected = vault.value(context.workspace(), reference, now, &destination);
            let selected = selected.map_err(|error| vault.suggest(context.workspace(), error));
            let selected = selected.map_err(|error| Error::Blocked(vec![error]))?;
            warnings::warn(context, &selected.secret);
            Ok::<_, Error>(selected.value)
        });
        let more = more.transpose()?;
        check_names(&destination)?;
        Ok((environment, more))
    }
}

impl Selection {
    /// For a command that this process becomes or starts: it can get files, and the selection may be empty.
    pub fn for_child(self) -> Self {
        let receiver = Receiver::Child;
        Self { receiver, ..self }
    }

    /// Uses the project file if nothing is selected; it is an error if that lists nothing either. Call it
    /// before the vault is opened, so that you are not asked for a passphrase in vain.
    pub fn or_project(mut self, context: &mut Context) -> Result<Self, Error> {
        if !self.chosen.is_empty() || self.app.is_some() || self.all {
            return Ok(self);
        }
        let file = context.project()?;
        let file = file.filter(|file| !file.project.env.is_empty());
        let file = file.ok_or_else(|| Error::Usage {
            message: "no secret is selected".into(),
            hint: Some(
                "choose secrets with -e KEY=REF, --app NAME or --all, or list them under [env] in kluis.toml"
                    .into(),
            ),
        })?;
        context.follow(&file)?;
        self.choose(file.project.env.clone())?;
        Ok(self)
    }

    fn choose(&mut self, chosen: Vec<Chosen>) -> Result<(), Error> {
        for Chosen { key, .. } in &chosen {
            self.environment.check_key(key)?;
        }
        self.chosen = chosen;
        Ok(())
    }

    /// The same for a reader that accepts NUL.
    pub fn with_any_bytes(mut self) -> Self {
        self.environment.allow_nul();
        self
    }

    /// A key that you chose by name comes before any other use of it.
    fn resolve(
        mut self,
        vault: &Vault,
        destination: &Destination,
        context: &mut Context,
    ) -> Result<Environment, Error> {
        let chosen = std::mem::take(&mut self.chosen);
        for choice in &chosen {
            check_delivery(choice, self.receiver)?;
        }
        let is_chosen = |key: &EnvKey| chosen.iter().any(|named| named.key == *key);
        let links = self.app.as_ref().map(|app| vault.links(app));
        let links = links.map(|links| context.found(vault, links)).transpose()?;
        let mut links = links.unwrap_or_default();
        links.retain(|(key, _)| !is_chosen(key));
        for (key, _) in &links {
            self.environment.check_key(key)?;
        }
        let now = context.now;
        let workspace_in_use = context.workspace().cloned();
        // Every blocked secret is reported at once, and then none is given.
        let mut blocked = Vec::new();
        let mut give = |key: EnvKey, reference: Reference, selected: Selected, delivery| {
            warnings::warn(context, &selected.secret);
            match delivery {
                Delivery::Value => self.environment.insert(key, reference, selected.value)?,
                Delivery::File => {
                    let file = ValueFile::new(&selected.value)
                        .with_context(|| format!("cannot make the file for {key}"))?;
                    self.environment.insert_file(key, reference, file)?;
                }
            }
            Ok::<_, Error>(())
        };
        if self.all {
            let workspace = vault.workspace(workspace_in_use.as_ref())?;
            let (all, kept) = vault.values(workspace, now, destination)?;
            blocked.extend(kept);
            for selected in all {
                let key = selected.secret.env_key.clone();
                let by_id = within(workspace, Target::Id(selected.secret.id));
                // The app has the same secret under this key: that is one choice, made twice.
                let is_linked = links.contains(&(key.clone(), by_id));
                if blocked.is_empty() && !is_chosen(&key) && !is_linked {
                    let by_name = within(workspace, Target::Name(selected.secret.name.clone()));
                    give(key, by_name, selected, Delivery::Value)?;
                }
            }
        }
        let workspace = workspace_in_use.as_ref();
        let linked = links.iter().map(|(_, reference)| reference);
        let all: Vec<_> = linked
            .chain(chosen.iter().map(|choice| &choice.reference))
            .collect();
        let found = vault.each_value(workspace, &all, Choice::At(now), destination);
        let mut found = found.into_iter();
        for ((key, reference), selected) in links.into_iter().zip(&mut found) {
            let Some(selected) = held(selected, &mut blocked)? else {
                continue;
            };
            let by_name = Reference {
                secret: Target::Name(selected.secret.name.clone()),
                ..reference
            };
            if blocked.is_empty() {
                give(key, by_name, selected, Delivery::Value)?;
            }
        }
        for (choice, found) in chosen.into_iter().zip(found) {
            match found {
                Err(error) if choice.presence == Presence::Optional && is_absence(&error) => {
                    destination.pass_over(workspace, &choice.reference);
                }
                found => {
                    let found = found.map_err(|error| vault.suggest(workspace, error));
                    if let Some(found) = held(found, &mut blocked)?
                        && blocked.is_empty()
                    {
                        give(choice.key, choice.reference, found, choice.delivery)?;
                    }
                }
            }
        }
        if !blocked.is_empty() {
            return Err(Error::Blocked(blocked));
        }
        Ok(self.environment)
    }
}

/// The found secret. A missing, ineffective or blocked one is collected with the others.
fn held(
    found: Result<Selected, vault::Error>,
    blocked: &mut Vec<vault::Error>,
) -> Result<Option<Selected>, Error> {
    match found {
        Ok(selected) => Ok(Some(selected)),
        Err(error) if is_absence(&error) || matches!(error, vault::Error::Denied { .. }) => {
            let is_told = blocked
                .iter()
                .any(|told| told.to_string() == error.to_string());
            if !is_told {
                blocked.push(error);
            }
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether there is no value: no such secret, no such slot, or none effective.
pub fn is_absence(error: &vault::Error) -> bool {
    matches!(
        error,
        vault::Error::NotFound {
            what: "secret" | "slot",
            ..
        } | vault::Error::NotEffective { .. }
    )
}

/// A file must live as long as the reader of its path. If it is not in memory, it would have to be removed
/// after the command, which this process may have become.
fn check_delivery(choice: &Chosen, receiver: Receiver) -> Result<(), Error> {
    if choice.delivery == Delivery::Value {
        return Ok(());
    }
    let key = &choice.key;
    match receiver {
        Receiver::Child if cfg!(target_os = "linux") => Ok(()),
        Receiver::Child => Err(Error::usage(format!(
            "{key} must be a file, which `run` can give only on Linux"
        ))),
        Receiver::Reader => Err(Error::Usage {
            message: format!("{key} must be a file, which only `kluis run` can give"),
            hint: Some("use `kluis run`, or choose other secrets with -e KEY=REF".into()),
        }),
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
        message: "-e needs KEY=REF".into(),
        hint: Some("such as -e GITHUB_TOKEN=github_token".into()),
    })?;
    let reference = Reference::parse(reference);
    Ok((
        parse_key(key)?,
        reference.map_err(|broken| vault::Error::invalid("env", broken))?,
    ))
}

pub fn parse_keys(keys: &[String]) -> Result<Vec<EnvKey>, Error> {
    keys.iter().map(|key| parse_key(key)).collect()
}
