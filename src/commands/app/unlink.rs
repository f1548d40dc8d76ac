//! `app unlink`: removes a link of an app; the secret stays.

use super::link::change_links;
use crate::args::secret::{parse_app, parse_key};
use crate::commands::Command;
use crate::completion::words::AppWord;
use crate::context::Context;
use crate::error::Error;

/// Remove a link of an app
///
/// The secret stays, and so do other links to it.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis app unlink billing STRIPE_KEY")]
pub struct Unlink {
    /// The name of the app, or WORKSPACE/NAME
    #[arg(value_name = "APP")]
    app: AppWord,

    /// The variable of the link
    #[arg(value_name = "ENV_KEY")]
    key: String,
}

impl Command for Unlink {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (name, env_key) = (parse_app(&self.app)?, parse_key(&self.key)?);
        let workspace = context.workspace().cloned();
        change_links(context, &name, |change| {
            Ok(change.unlink_app(workspace.as_ref(), &name, &env_key)?)
        })
    }
}
