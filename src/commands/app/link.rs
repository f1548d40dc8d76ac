//! `app link`: gives an app a secret under an environment key.

use crate::args::secret::{self, parse_app, parse_key, whole};
use crate::commands::Command;
use crate::completion::words::{AppWord, PairWord};
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;
use crate::report::secret::note_unchanged;
use crate::vault::Scan;
use crate::vault::app_reference::AppReference;
use crate::vault::change::Change;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::Reference;

/// Link variables of an app to secrets
///
/// Makes all of the links, or none. Replaces a link that the app has under the same variable. A link stays when you
/// rename or move the secret. It always takes the current value. Your key must write the workspace of the app
/// and that of each secret.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app link billing DATABASE_URL=database_url
  kluis app link billing STRIPE_KEY=payments/stripe_key PGPASSWORD=db_password")]
pub struct Link {
    /// The name of the app, or WORKSPACE/NAME
    #[arg(value_name = "APP")]
    app: AppWord,

    /// The variable that `kluis run --app` sets, and the secret: its name, WORKSPACE/NAME or id
    #[arg(value_name = "KEY=REF", required = true)]
    links: Vec<PairWord>,
}

impl Command for Link {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_app(&self.app)?;
        let links = self.links.iter().map(|link| parse_link(link));
        let links = links.collect::<Result<Vec<_>, Error>>()?;
        let workspace = context.workspace().cloned();
        change_links(context, &name, |change| {
            for (env_key, reference) in &links {
                change.link_app(workspace.as_ref(), &name, env_key, reference)?;
            }
            Ok(())
        })
    }
}

fn parse_link(link: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = link.split_once('=').ok_or_else(|| Error::Usage {
        message: "a link needs KEY=REF".into(),
        hint: Some("such as kluis app link billing DATABASE_URL=database_url".into()),
    })?;
    Ok((parse_key(key)?, whole(secret::parse(reference, true)?)?))
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
