//! Selects the secrets a command works with, and their environment keys: named one by one, by an app, all of
//! them, or as the project file lists them.

mod compose;
mod except;
mod keep_existing;
mod values;

pub use compose::Composed;
pub use values::is_absence;

use super::destination::{DestinationArgs, check_names};
use super::moment::MomentArgs;
use super::secret::{parse_app, parse_key};
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::error::{Blocked, Error};
use crate::plaintext::Plaintext;
use crate::project::{Delivery, Entry, Extent, Project, RunOptions};
use crate::report::warnings;
use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::{self, Vault};
use except::Except;
use keep_existing::KeepExisting;
use values::Values;

#[derive(clap::Args)]
pub struct SelectionArgs {
    /// Set the variable KEY to the secret REF; may be repeated
    ///
    /// Without KEY it is the secret's own environment key. Added to the variables of kluis.toml.
    #[arg(short, value_name = "[KEY=]REF")]
    env: Vec<String>,

    /// Set the variables that this app links: its name, or WORKSPACE/NAME
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Set the variable of every secret in the workspace
    #[arg(long)]
    all: bool,

    /// Leave out this variable or secret; may be repeated
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    except: Vec<String>,

    /// Do not use [env] of kluis.toml
    #[arg(long, hide_short_help = true)]
    no_env: bool,

    /// Keep variables that are set already, or only these
    ///
    /// A variable that is set to nothing counts as not set.
    #[arg(
        long,
        value_name = "KEY,…",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        hide_short_help = true
    )]
    keep_existing: Option<Vec<String>>,

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
    ignores_env: bool,
    listed: Listed,
    except: Except,
    keep_existing: KeepExisting,
    environment: Environment,
}

/// A secret that was named by `-e`.
struct Chosen {
    /// `None`: the secret's own.
    key: Option<EnvKey>,
    reference: Reference,
    is_file: bool,
}

/// The variables of the project file.
#[derive(Default)]
struct Listed {
    /// What errors call the file.
    file: String,
    entries: Vec<Entry>,
    /// The workspaces whose variables differ, and the one that these entries are of.
    distinguished: Vec<WorkspaceName>,
    workspace: Option<WorkspaceName>,
}

impl SelectionArgs {
    /// Parses the arguments, which may select nothing.
    pub fn parse(&self) -> Result<Selection, Error> {
        let environment = Environment::new(parse_keys(&self.allow_env)?);
        let chosen = self.env.iter().map(|text| Chosen::parse(text));
        let chosen = chosen.collect::<Result<Vec<_>, Error>>()?;
        for key in chosen.iter().filter_map(|chosen| chosen.key.as_ref()) {
            environment.check_key(key)?;
        }
        let app = self.app.as_deref().map(parse_app).transpose()?;
        Ok(Selection {
            chosen,
            ignores_env: self.no_env || self.all || app.is_some(),
            app,
            all: self.all,
            listed: Listed::default(),
            except: Except::new(&self.except),
            keep_existing: KeepExisting::parse(self.keep_existing.as_deref())?,
            environment,
        })
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
        selection.listed.check_workspace(vault, context)?;
        let environment = Values::new(vault, &destination, choice, context).fill(selection)?;
        let more = more.map(|reference| {
            let selected = vault.value(context.workspace(), reference, choice, &destination);
            let selected = selected.map_err(|error| vault.suggest(context.workspace(), error));
            let selected = selected.map_err(|error| Error::Blocked(vec![Blocked::of(error)]))?;
            warnings::warn(context, &selected.secret);
            Ok::<_, Error>(selected.value)
        });
        let more = more.transpose()?;
        check_names(&destination)?;
        Ok((environment, more))
    }
}

impl Selection {
    /// Adds files that are chosen by name.
    pub fn with_files(mut self, files: Vec<(EnvKey, Reference)>) -> Result<Self, Error> {
        for (key, reference) in files {
            if self
                .chosen
                .iter()
                .any(|chosen| chosen.key.as_ref() == Some(&key))
            {
                let message =
                    format!("{key} is chosen twice: by --file, and by -e or another --file");
                return Err(Error::usage(message));
            }
            self.environment.check_key(&key)?;
            self.chosen.push(Chosen {
                key: Some(key),
                reference,
                is_file: true,
            });
        }
        Ok(self)
    }

    /// Whether some of them must be files.
    pub fn has_files(&self) -> bool {
        let mut entries = self.listed.entries.iter();
        self.chosen.iter().any(|chosen| chosen.is_file) || entries.any(is_file)
    }

    /// The same without those that must be files, and their variables.
    pub fn without_files(mut self) -> (Self, Vec<EnvKey>) {
        let entries = std::mem::take(&mut self.listed.entries);
        let (files, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_file);
        self.listed.entries = others;
        let is_given = |key: &EnvKey| {
            self.except.leaves_out(Some(key), None)
                || self
                    .chosen
                    .iter()
                    .any(|chosen| chosen.key.as_ref() == Some(key))
        };
        let keys = files.into_iter().map(|file| file.key);
        let keys = keys.filter(|key| !is_given(key)).collect();
        (self, keys)
    }

    /// Adds the variables of the project file, unless others were chosen instead; it is an error if nothing is
    /// selected then. Call it before the vault is opened, so that you are not asked for a passphrase in vain.
    pub fn with_project(mut self, context: &mut Context) -> Result<Self, Error> {
        if !self.ignores_env
            && let Some(file) = context.project()?
        {
            let workspace = context.workspace().cloned();
            let entries = file.project.env(workspace.as_ref());
            if !entries.is_empty() {
                context.follow(&file, Extent::Everything)?;
                for entry in &entries {
                    self.environment.check_key(&entry.key)?;
                }
                self.listed = Listed {
                    file: file.name(),
                    entries: entries.into_iter().cloned().collect(),
                    distinguished: file.project.workspaces().cloned().collect(),
                    workspace,
                };
            }
        }
        let is_empty = self.chosen.is_empty() && self.app.is_none() && !self.all;
        if is_empty && self.listed.entries.is_empty() {
            return Err(Error::Usage {
                message: "no secret is selected".into(),
                hint: Some(
                    "choose secrets with -e KEY=REF, --app NAME or --all, or list them under [env] in kluis.toml"
                        .into(),
                ),
            });
        }
        Ok(self)
    }

    /// What the project file says about `run`, which holds whatever else is chosen.
    pub fn with_run_options(&mut self, context: &mut Context) -> Result<RunOptions, Error> {
        let file = context.project()?;
        let Some(file) = file.filter(|file| file.project.run != RunOptions::default()) else {
            return Ok(RunOptions::default());
        };
        context.follow(&file, Extent::Everything)?;
        let Project { run, .. } = &file.project;
        if run.keep_existing {
            self.keep_existing = KeepExisting::All;
        }
        Ok(*run)
    }

    /// The same for a reader that accepts NUL.
    pub fn with_any_bytes(mut self) -> Self {
        self.environment.allow_nul();
        self
    }
}

impl Listed {
    /// Fails if the key implies another workspace than the one whose variables were chosen before it was known.
    fn check_workspace(&self, vault: &Vault, context: &Context) -> Result<(), Error> {
        if self.workspace.is_some() || self.distinguished.is_empty() {
            return Ok(());
        }
        let name = &vault.workspace(context.workspace())?.name;
        if name.as_str() == WorkspaceName::DEFAULT || !self.distinguished.contains(name) {
            return Ok(());
        }
        Err(Error::Usage {
            message: format!(
                "this key opens the workspace {name}, which has variables of its own in kluis.toml"
            ),
            hint: Some(format!(
                "name the workspace: -w {name}, or KLUIS_WORKSPACE={name}"
            )),
        })
    }
}

impl Chosen {
    fn parse(text: &str) -> Result<Self, Error> {
        if text.contains('=') {
            let (key, reference) = parse_pair(text)?;
            return Ok(Self::value(Some(key), reference));
        }
        Ok(Self::value(None, parse_reference("env", text)?))
    }

    fn value(key: Option<EnvKey>, reference: Reference) -> Self {
        Self {
            key,
            reference,
            is_file: false,
        }
    }
}

pub fn parse_pair(pair: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = pair.split_once('=').ok_or_else(|| Error::Usage {
        message: "-e needs KEY=REF".into(),
        hint: Some("such as -e GITHUB_TOKEN=github_token".into()),
    })?;
    Ok((parse_key(key)?, parse_reference("env", reference)?))
}

/// The same for --file.
pub fn parse_file(pair: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = pair.split_once('=').ok_or_else(|| Error::Usage {
        message: "--file needs KEY=REF".into(),
        hint: Some("such as --file TLS_KEY=tls_key".into()),
    })?;
    Ok((parse_key(key)?, parse_reference("file", reference)?))
}

fn parse_reference(option: &str, text: &str) -> Result<Reference, Error> {
    let reference = Reference::parse(text);
    Ok(reference.map_err(|broken| vault::Error::invalid(option, broken))?)
}

pub fn parse_keys(keys: &[String]) -> Result<Vec<EnvKey>, Error> {
    keys.iter().map(|key| parse_key(key)).collect()
}

fn is_file(entry: &Entry) -> bool {
    entry.delivery != Delivery::Value
}
