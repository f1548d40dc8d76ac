//! `app create`: makes an app without links.

use crate::args::secret::parse_name;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;

/// Create an app
///
/// Prints its id. The app has no links yet: `kluis app link` adds them.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis app create billing")]
pub struct Create {
    /// The name of the app
    #[arg(value_name = "APP")]
    app: String,
}

impl Command for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.app)?;
        let workspace = context.workspace().cloned();
        let changed = context.change(|change| Ok(change.create_app(workspace.as_ref(), name)?))?;
        let app = changed.result;
        if context.json {
            return Ok(context.ui.json(&AppJson::new(&app))?);
        }
        Ok(context.ui.line(&app.id.to_string())?)
    }
}
