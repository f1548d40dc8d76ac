//! Finds the secret for a host, and is the only place that decides whether a helper may give it.
//!
//! It tries in this order: the secret that the caller's own configuration names, the login of the host in your
//! settings, the secret that is bound most closely to the host. A value that may not go there is not given; a
//! warning gives the reason.

use crate::context::Context;
use crate::error::Error;
use crate::report::warnings;
use crate::settings::hosts::{HostPort, Login, Username};
use crate::vault::destination::{Destination, Revealed};
use crate::vault::reference::{Reference, Target};
use crate::vault::rule::RuleViolation;
use crate::vault::slot::Choice;
use crate::vault::{self, Scan, Selected, Vault};

/// Bytes that end a line or a text in some program.
const LINE_ENDS: [u8; 3] = [b'\n', b'\r', 0];

/// The request of a program.
pub struct Request {
    /// `None` if there is no host, or one that kluis cannot compare: then only an unrestricted secret is given.
    pub place: Option<HostPort>,
    /// The user whose password is requested, if that matters.
    pub username: Option<Username>,
    pub transport: Transport,
}

/// The way that a value travels to the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// Encrypted, or a way that we do not judge.
    Accepted,
    /// In the clear, so that anyone on the way can read it.
    Clear,
}

/// The protocols that git and others encrypt.
const ENCRYPTED: [&str; 5] = ["https", "imaps", "smtps", "ftps", "ssh"];

impl Transport {
    /// The transport of this protocol. A request that names none counts as clear.
    pub fn over(protocol: Option<&str>) -> Self {
        let is_encrypted = |protocol: &str| ENCRYPTED.contains(&&*protocol.to_ascii_lowercase());
        if protocol.is_some_and(is_encrypted) {
            Self::Accepted
        } else {
            Self::Clear
        }
    }
}

/// A value that may be given, and its user, if known.
pub struct Credential {
    pub username: Option<Username>,
    selected: Selected,
}

impl Credential {
    /// The value, for a program that reads a line.
    pub fn line(&self) -> Result<&[u8], Error> {
        let value = self.selected.value.expose();
        if value.iter().any(|byte| LINE_ENDS.contains(byte)) {
            return Err(self.unfit("has a line break or NUL, which this program cannot read"));
        }
        Ok(value)
    }

    /// The value, for a program that reads text.
    pub fn text(&self) -> Result<&str, Error> {
        let text = std::str::from_utf8(self.selected.value.expose());
        text.map_err(|_| self.unfit("is not UTF-8, which this program cannot read"))
    }

    fn unfit(&self, why: &str) -> Error {
        let rule = format!("the value of {} {why}", self.selected.secret.path());
        vault::Error::invalid("value", RuleViolation::mismatch(rule)).into()
    }
}

/// The credential for a request; `None` if there is none. `login` comes from the caller's configuration.
pub fn find(
    context: &mut Context,
    login: Option<Login>,
    request: Request,
) -> Result<Option<Credential>, Error> {
    let settings = &context.settings;
    let of_host = || settings.hosts.login(request.place.as_ref()?).cloned();
    let Some(login) = login.or_else(of_host) else {
        return closest(context, request);
    };
    let differs = |wanted: &Username| login.username.as_ref().is_some_and(|own| own != wanted);
    if request.username.as_ref().is_some_and(differs) || !may_travel(context, &request) {
        return Ok(None);
    }
    let destination = Destination {
        host: request.place.map(|place| place.host),
        revealed: Revealed::None,
    };
    let vault = context.open(Scan::Lookup)?;
    match give(context, &vault, &login.secret, &destination) {
        Ok(selected) => Ok(Some(Credential {
            username: request.username.or(login.username),
            selected,
        })),
        Err(Error::Vault(error @ vault::Error::Denied { .. })) => {
            context.ui.warning(&error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The credential of a named secret, for the destination that was named with it.
pub fn named(
    context: &mut Context,
    secret: &Reference,
    destination: &Destination,
) -> Result<Credential, Error> {
    let vault = context.open(Scan::Lookup)?;
    Ok(Credential {
        username: None,
        selected: give(context, &vault, secret, destination)?,
    })
}

/// The credential of the one secret that is bound to the host most closely.
fn closest(context: &mut Context, request: Request) -> Result<Option<Credential>, Error> {
    let Some(place) = &request.place else {
        return Ok(None);
    };
    if !may_travel(context, &request) {
        return Ok(None);
    }
    let vault = context.open(Scan::Lookup)?;
    let home = vault.workspace(context.workspace());
    let found = home.and_then(|home| vault.closest(home, &place.host));
    let found = context.found(&vault, found)?;
    let secret = match found.as_slice() {
        [] => return Ok(None),
        [one] => one,
        several => {
            let paths: Vec<_> = several.iter().map(vault::secret::Secret::path).collect();
            context.ui.warning(&format!(
                "{} are bound to {} equally closely, so kluis gives none of them: name one in [hosts] of your settings, or with --secret",
                paths.join(" and "),
                place.host.as_str()
            ));
            return Ok(None);
        }
    };
    let reference = Reference {
        workspace: Some(secret.workspace_name.clone()),
        ..Reference::to(Target::Id(secret.id))
    };
    let destination = Destination {
        host: Some(place.host.clone()),
        revealed: Revealed::None,
    };
    Ok(Some(Credential {
        selected: give(context, &vault, &reference, &destination)?,
        username: request.username,
    }))
}

fn give(
    context: &mut Context,
    vault: &Vault,
    secret: &Reference,
    destination: &Destination,
) -> Result<Selected, Error> {
    let choice = Choice::Now(context.now);
    let selected = vault.value(context.workspace(), secret, choice, destination);
    let selected = context.found(vault, selected)?;
    warnings::warn(context, &selected.secret);
    Ok(selected)
}

/// Whether nobody on the way can read the value.
fn may_travel(context: &mut Context, request: &Request) -> bool {
    let is_local = request.place.as_ref().is_some_and(HostPort::is_local);
    if request.transport == Transport::Accepted || is_local {
        return true;
    }
    let place = request.place.as_ref();
    let place = place.map_or_else(|| "this host".to_owned(), ToString::to_string);
    context.ui.warning(&format!(
        "kluis gives no password for {place} over plain http, which anyone on the way can read: use https"
    ));
    false
}
