//! The options for the destination of a command's values.

use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::error::Error;
use crate::vault::destination::{Destination, Name, Revealed};
use crate::vault::host::Host;
use crate::vault::reference::Reference;
use crate::vault::{self, Vault};
use std::ffi::OsString;

/// For commands that take several secrets: each that goes anywhere is named.
#[derive(clap::Args)]
pub struct DestinationArgs {
    /// Name the host, for secrets bound to hosts
    #[arg(long = "for", value_name = "URL|HOST")]
    destination: Option<String>,

    /// Use the secret NAME although it is bound to hosts; may be repeated
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    reveal: Vec<SecretWord>,
}

/// For commands that take one secret.
#[derive(clap::Args)]
pub struct OneDestinationArgs {
    /// Name the host, for a secret bound to hosts
    #[arg(long = "for", value_name = "URL|HOST")]
    destination: Option<String>,

    /// Use the value although it is bound to hosts
    #[arg(long, conflicts_with = "destination", hide_short_help = true)]
    reveal: bool,
}

impl OneDestinationArgs {
    /// Whether you allow the value to go anywhere.
    pub fn is_anywhere(&self) -> bool {
        self.reveal
    }

    /// The same options, as words of a command line.
    pub fn words(&self) -> impl Iterator<Item = OsString> {
        let destination = self.destination.as_ref();
        let destination = destination.map(|place| format!("--for={place}"));
        let reveal = self.reveal.then(|| "--reveal".to_owned());
        destination.into_iter().chain(reveal).map(OsString::from)
    }

    pub fn destination(&self) -> Result<Destination, Error> {
        if self.reveal {
            return Ok(Destination::anywhere());
        }
        Ok(Destination {
            host: parse_host(self.destination.as_deref())?,
            revealed: Revealed::None,
        })
    }
}

impl DestinationArgs {
    /// The destination. A name without a workspace belongs to the workspace in use.
    pub fn destination(&self, context: &Context, vault: &Vault) -> Result<Destination, Error> {
        let revealed = |name: &SecretWord| {
            let mut reference =
                Reference::parse(name).map_err(|broken| vault::Error::invalid("reveal", broken))?;
            if reference.workspace.is_none() {
                reference.workspace = Some(vault.workspace(context.workspace())?.name.clone());
            }
            Ok::<_, Error>(Name::new(reference))
        };
        let named = self.reveal.iter().map(revealed);
        let named = named.collect::<Result<Vec<_>, _>>()?;
        Ok(Destination {
            host: parse_host(self.destination.as_deref())?,
            revealed: Revealed::Named(named),
        })
    }
}

/// Reports a name that matched no secret: it may be misspelt. Call it after all secrets were requested.
pub fn check_names(destination: &Destination) -> Result<(), Error> {
    destination.unmet().map_or(Ok(()), |reference| {
        Err(Error::Usage {
            message: format!("--reveal {reference} names none of the secrets of this command"),
            hint: Some("for a secret of another workspace, write --reveal WORKSPACE/NAME".into()),
        })
    })
}

pub fn parse_host(text: Option<&str>) -> Result<Option<Host>, Error> {
    let host = text.map(Host::parse).transpose();
    Ok(host.map_err(|broken| vault::Error::invalid("for", broken))?)
}
