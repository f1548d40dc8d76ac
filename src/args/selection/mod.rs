//! Selects the secrets for a command, and their environment keys: named one by one, by an app, all of them, or as
//! the project file lists them.

mod chosen;
mod compose;
mod except;
mod keep_existing;
mod pairs;
mod values;

pub use chosen::{Selection, check_entry, check_workspace};
pub use compose::Composed;
pub use pairs::{parse_file, parse_keys, parse_pair};
pub use values::is_absence;

use super::destination::{DestinationArgs, check_names};
use super::moment::MomentArgs;
use super::secret::parse_app;
use crate::completion::words::{AppWord, OptionalPairWord, SecretWord};
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::error::{Blocked, Error};
use crate::plaintext::Plaintext;
use crate::report::warnings;
use crate::vault::Vault;
use crate::vault::reference::Reference;
use chosen::{Chosen, Listed};
use except::Except;
use keep_existing::KeepExisting;
use values::Values;

#[derive(clap::Args)]
pub struct SelectionArgs {
    /// Set the variable KEY to the secret REF; may be repeated
    ///
    /// Without KEY it is the secret's own environment key. Added to the variables of kluis.toml.
    #[arg(short, value_name = "[KEY=]REF")]
    env: Vec<OptionalPairWord>,

    /// Set the variables that this app links: its name, or WORKSPACE/NAME
    #[arg(long, value_name = "APP")]
    app: Option<AppWord>,

    /// Set the variable of every secret in the workspace
    #[arg(long)]
    all: bool,

    /// Leave out this variable or secret; may be repeated
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    except: Vec<SecretWord>,

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
