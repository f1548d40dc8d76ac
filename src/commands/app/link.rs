//! `app link`: gives an app a secret under an environment key.

use crate::args::secret::{SecretArgument, parse_key, parse_name};
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;
use crate::report::secret::note_unchanged;
use crate::vault::Scan;
use crate::vault::change::Change;
use crate::vault::name::AppName;

/// Link a variable of an app to a secret
///
/// Replaces the link that the app has under this variable. The link stays when you rename or move the secret.
/// It always takes the current value.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app link billing DATABASE_URL database_url
  kluis app link billing STRIPE_KEY payments/stripe_key")]
pub struct Link {
    /// The name of the app
    #[arg(value_name = "APP")]
    app: String,

    /// The variable that `kluis run --app` sets
    #[arg(value_name = "ENV_KEY")]
    key: String,

    #[command(flatten)]
    secret: SecretArgument,
}

impl Command for Link {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (name, env_key) = (parse_name(&self.app)?, parse_key(&self.key)?);
        let reference = self.secret.whole()?;
        let workspace = context.workspace().cloned();
        change_links(context, &name, |change| {
            Ok(change.link_app(&name, &env_key, workspace.as_ref(), &reference)?)
        })
    }
}

/// Changes the links of an app; with `--json` prints the app afterwards.
pub fn change_links(
    context: &mut Context,
    name: &AppName,
    act: impl FnOnce(&mut Change<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut vault = context.open(Scan::Lookup)?;
    let changed = context.change_in(&mut vault, act)?;
    note_unchanged(context, changed.written);
    if context.json {
        let app = vault.app(name)?;
        context.ui.json(&AppJson::new(&app))?;
    }
    Ok(())
}
