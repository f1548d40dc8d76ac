//! Selects the secrets a command works with, and their environment keys: named one by one, by an app, all of
//! them, or as the project file lists them.

use super::destination::{DestinationArgs, check_names};
use super::moment::MomentArgs;
use super::secret::{parse_app, parse_key};
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::deliver::value_file::ValueFile;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::project::{self, Delivery, Extent, Presence};
use crate::report::warnings;
use crate::vault::app_reference::AppReference;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
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

    /// Set the variables that this app links: its name, or WORKSPACE/NAME
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Set the variable of every secret in the workspace
    #[arg(long)]
    all: bool,

    /// Allow the variable KEY, such as PATH, which can make programs run other code; may be repeated
    #[arg(long, value_name = "KEY", hide_short_help = true)]
    allow_env: Vec<String>,

    #[command(flatten)]
    moment: MomentArgs,

    #[command(flatten)]
    destination: DestinationArgs,
}

/// The selection, as far as it is known without the vault.
pub struct Selection {
    chosen: Vec<Chosen>,
    app: Option<AppReference>,
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
            app: self.app.as_deref().map(parse_app).transpose()?,
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
        let choice = self.moment.choice(context)?;
        let environment = selection.resolve(vault, &destination, choice, context)?;
        let more = more.map(|reference| {
            let selected = vault.value(context.workspace(), reference, choice, &destination);
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
        context.follow(&file, Extent::Everything)?;
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
        self,
        vault: &Vault,
        destination: &Destination,
        choice: Choice,
        context: &mut Context,
    ) -> Result<Environment, Error> {
        for chosen in &self.chosen {
            check_delivery(chosen, self.receiver)?;
        }
        let is_chosen = |key: &EnvKey| self.chosen.iter().any(|named| named.key == *key);
        let links = self
            .app
            .as_ref()
            .map(|app| vault.links(context.workspace(), app));
        let links = links.map(|links| context.found(vault, links)).transpose()?;
        let mut links = links.unwrap_or_default();
        links.retain(|(key, _)| !is_chosen(key));
        for (key, _) in &links {
            self.environment.check_unnamed_key(key)?;
        }
        let mut values = Values {
            vault,
            destination,
            choice,
            workspace: context.workspace().cloned(),
            context,
            environment: self.environment,
            blocked: Vec::new(),
        };
        if self.all {
            // The app may have the same secret under the same key: that is one choice, made twice.
            values.give_all(|link| is_chosen(&link.0) || links.contains(link))?;
        }
        values.give_named(links, self.chosen)?;
        if !values.blocked.is_empty() {
            return Err(Error::Blocked(values.blocked));
        }
        Ok(values.environment)
    }
}

/// The values on their way into the environment. Every blocked secret is reported at once, and then none is
/// given.
struct Values<'a, 'c> {
    vault: &'a Vault,
    destination: &'a Destination,
    choice: Choice,
    workspace: Option<WorkspaceName>,
    context: &'a mut Context<'c>,
    environment: Environment,
    blocked: Vec<vault::Error>,
}

impl Values<'_, '_> {
    /// Gives every secret of the workspace, except those that are given otherwise.
    fn give_all(&mut self, is_given: impl Fn(&(EnvKey, Reference)) -> bool) -> Result<(), Error> {
        let vault = self.vault;
        let workspace = vault.workspace(self.workspace.as_ref())?;
        let (all, blocked) = vault.values(workspace, self.choice, self.destination)?;
        self.blocked.extend(blocked);
        for selected in all {
            let key = selected.secret.env_key.clone();
            let by_name = within(workspace, Target::Name(selected.secret.name.clone()));
            let link = (key, by_name);
            if !is_given(&link) {
                let (key, by_name) = link;
                self.environment.check_key_of(&key, &by_name)?;
                self.give(key, by_name, selected, Delivery::Value)?;
            }
        }
        Ok(())
    }

    /// Gives the secrets that an app links and those that were chosen one by one.
    fn give_named(
        &mut self,
        links: Vec<(EnvKey, Reference)>,
        chosen: Vec<Chosen>,
    ) -> Result<(), Error> {
        let linked = links.iter().map(|(_, reference)| reference);
        let all = linked.chain(chosen.iter().map(|choice| &choice.reference));
        let all: Vec<_> = all.collect();
        let workspace = self.workspace.clone();
        let workspace = workspace.as_ref();
        let found = self
            .vault
            .each_value(workspace, &all, self.choice, self.destination);
        let mut found = found.into_iter();
        for ((key, reference), found) in links.into_iter().zip(&mut found) {
            if let Some(selected) = self.held(found)? {
                self.give(key, reference, selected, Delivery::Value)?;
            }
        }
        for (choice, found) in chosen.into_iter().zip(found) {
            match found {
                Err(error) if choice.presence == Presence::Optional && is_absence(&error) => {
                    self.destination.pass_over(workspace, &choice.reference);
                }
                found => {
                    let found = found.map_err(|error| self.vault.suggest(workspace, error));
                    if let Some(selected) = self.held(found)? {
                        self.give(choice.key, choice.reference, selected, choice.delivery)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The found secret. A missing, ineffective or blocked one is collected with the others.
    fn held(&mut self, found: Result<Selected, vault::Error>) -> Result<Option<Selected>, Error> {
        match found {
            Ok(selected) => Ok(Some(selected)),
            Err(error) if is_absence(&error) || matches!(error, vault::Error::Denied { .. }) => {
                let text = error.to_string();
                if !self.blocked.iter().any(|told| told.to_string() == text) {
                    self.blocked.push(error);
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn give(
        &mut self,
        key: EnvKey,
        reference: Reference,
        selected: Selected,
        delivery: Delivery,
    ) -> Result<(), Error> {
        if !self.blocked.is_empty() {
            return Ok(());
        }
        warnings::warn(self.context, &selected.secret);
        match delivery {
            Delivery::Value => self.environment.insert(key, reference, selected.value)?,
            Delivery::File => {
                let file = ValueFile::new(&selected.value)
                    .with_context(|| format!("cannot make the file for {key}"))?;
                self.environment.insert_file(key, reference, file)?;
            }
        }
        Ok(())
    }
}

/// Whether there is no value: no such secret, no such slot, or none effective.
pub fn is_absence(error: &vault::Error) -> bool {
    matches!(
        error,
        vault::Error::NotFound {
            what: "secret" | "slot",
            ..
        } | vault::Error::Deleted { .. }
            | vault::Error::NotEffective { .. }
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
