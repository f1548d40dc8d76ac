//! `app delete`: removes an app and its links, and no secret.

use crate::args::secret::parse_app;
use crate::commands::Command;
use crate::completion::words::AppWord;
use crate::context::Context;
use crate::context::confirm::{UNDO, confirm};
use crate::error::Error;
use crate::report::counted::counted;
use crate::vault::Scan;

/// Delete an app with its links
///
/// The secrets stay. Until the next change, `kluis vault restore` brings the app back. Asks first; without a terminal it needs --yes.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis app delete billing --yes")]
pub struct Delete {
    /// The name of the app, or WORKSPACE/NAME
    #[arg(value_name = "APP")]
    app: AppWord,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_app(&self.app)?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let workspace = workspace.as_ref();
        let links = context
            .found(&vault, vault.app(workspace, &name))?
            .links
            .len();
        let links = counted(links, "link");
        confirm(context, &format!("Delete the app {name} and its {links}?"))?;
        context.change_in(
            &mut vault,
            |change| Ok(change.delete_app(workspace, &name)?),
        )?;
        context.ui.done(&format!("deleted the app {name}; {UNDO}"));
        Ok(())
    }
}
