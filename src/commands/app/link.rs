//! `app link`: gives an app a secret under an environment key.

use crate::args::secret::{SecretArgument, parse_app, parse_key};
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;
use crate::report::secret::note_unchanged;
use crate::vault::Scan;
use crate::vault::app_reference::AppReference;
use crate::vault::change::Change;

/// Link a variable of an app to a secret
///
/// Replaces the link that the app has under this variable. The link stays when you rename or move the secret.
/// It always takes the current value. Your key must write the workspace of the app and that of the secret.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app link billing DATABASE_URL database_url
  kluis app link billing STRIPE_KEY payments/stripe_key")]
pub struct Link {
    /// The name of the app, or WORKSPACE/NAME
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
        let (name, env_key) = (parse_app(&self.app)?, parse_key(&self.key)?);
        let reference = self.secret.whole()?;
        let workspace = context.workspace().cloned();
        change_links(context, &name, |change| {
            Ok(change.link_app(workspace.as_ref(), &name, &env_key, &reference)?)
        })
    }
}

/// Changes the links of an app; with `--json` prints the app afterwards.
pub fn change_links(
    context: &mut Context,
    name: &AppReference,
    act: impl FnOnce(&mut Change<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut vault = context.open(Scan::Lookup)?;
    let changed = context.change_in(&mut vault, act)?;
    note_unchanged(context, changed.written);
    if context.json {
        let app = vault.app(context.workspace(), name)?;
        context.ui.json(&AppJson::new(&app))?;
    }
    Ok(())
}
