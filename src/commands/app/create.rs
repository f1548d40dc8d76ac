//! `app create`: makes an app without links.

use crate::args::secret::parse_app;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;

/// Create an app
///
/// Prints its id. The app has no links yet: `kluis app link` adds them. It belongs to one workspace: the one in
/// use, or the one that you name.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app create billing
  kluis app create production/billing")]
pub struct Create {
    /// The name of the app, or WORKSPACE/NAME
    #[arg(value_name = "APP")]
    app: String,
}

impl Command for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let app = parse_app(&self.app)?;
        let workspace = context.workspace().cloned();
        let changed = context.change(|change| Ok(change.create_app(workspace.as_ref(), &app)?))?;
        let app = changed.result;
        if context.json {
            return Ok(context.ui.json(&AppJson::bare(&app))?);
        }
        Ok(context.ui.line(&app.id.to_string())?)
    }
}
