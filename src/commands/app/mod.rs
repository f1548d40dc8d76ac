//! `app`: named consumers, and the secrets that they are given.

mod create;
mod delete;
mod link;
mod list;
mod show;
mod sync;
mod unlink;

pub use show::Shown;

use super::output::note_unchanged;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault::change::Change;
use crate::vault::name::AppName;
use crate::vault::{self, Scan};

/// Manage apps and the secrets they depend on
///
/// An app is a named consumer of secrets. Each of its links gives one secret, of any workspace, under an
/// environment key: `kluis run --app APP` gives a command all of them. A linked secret is not deleted.
#[derive(clap::Args)]
pub struct App {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    Create(create::Create),
    Link(link::Link),
    Unlink(unlink::Unlink),
    List(list::List),
    Show(show::Show),
    Delete(delete::Delete),
    Sync(sync::Sync),
}

impl Verb for App {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::Create(verb) => verb.run(context),
            Subverb::Link(verb) => verb.run(context),
            Subverb::Unlink(verb) => verb.run(context),
            Subverb::List(verb) => verb.run(context),
            Subverb::Show(verb) => verb.run(context),
            Subverb::Delete(verb) => verb.run(context),
            Subverb::Sync(verb) => verb.run(context),
        }
    }
}

pub fn parse_name(text: &str) -> Result<AppName, Error> {
    Ok(AppName::parse(text).map_err(|broken| vault::Error::invalid("app", broken))?)
}

/// Changes the links of an app, and with `--json` shows it as it is then.
fn change_links(
    context: &mut Context,
    name: &AppName,
    act: impl FnOnce(&mut Change<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut vault = context.open(Scan::Lookup)?;
    let changed = context.change_in(&mut vault, act)?;
    note_unchanged(context, changed.written);
    if context.json {
        let app = vault.app(name)?;
        context.ui.json(&Shown::new(&app))?;
    }
    Ok(())
}
