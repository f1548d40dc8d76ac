//! `helper docker`: a credential helper in the protocol of docker-credential-helpers, which docker, podman,
//! skopeo, buildah and crane use. If it fails, they show its stdout.

use super::credential::{self, Request, Transport};
use super::install::{self, Existing, Installed};
use super::stdin_request::{self, refused};
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::platform::process::installed_file;
use crate::settings::hosts::{HostPort, Username};
use crate::vault::rule::RuleViolation;
use anyhow::{Context as _, anyhow};
use clap::builder::ValueParser;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// docker looks for a helper of this name on PATH.
pub const PROGRAM: &str = "docker-credential-kluis";

/// By these words docker recognises a missing login, which is no failure: it continues without one.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// Give docker the password for a registry
///
/// A credential helper for docker, podman, skopeo and others. They start a program with the name
/// docker-credential-kluis, which --install makes: a link to `kluis`. Then name the registry in
/// `credHelpers` of ~/.docker/config.json.
///
/// The protocol has no place for --secret: write the secret and the username for the registry into [hosts] of
/// ~/.config/kluis/config.toml, as `kluis help helper` shows. For Docker Hub the host is "index.docker.io".
///
/// `get` prints the login as JSON, `list` the registries in [hosts]. `store` and `erase`, which `docker login` and
/// `docker logout` use, fail: use `kluis set` and `kluis delete`. You need no `docker login`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis helper docker --install
  kluis helper docker list

In ~/.docker/config.json:
  {\"credHelpers\": {\"registry.example.com\": \"kluis\"}}")]
pub struct Docker {
    /// Link docker-credential-kluis in this folder [default: the folder of kluis]
    #[arg(
        long = "install",
        value_name = "FOLDER",
        num_args = 0..=1,
        default_missing_value = "",
        value_parser = ValueParser::os_string(),
        conflicts_with = "operation"
    )]
    install_in: Option<OsString>,

    /// With --install: replace a file that is there
    #[arg(long, requires = "install_in")]
    force: bool,

    /// The request of docker: `get`, `list`, `store` or `erase`
    #[arg(value_name = "OPERATION", required_unless_present = "install_in")]
    operation: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

impl Command for Docker {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        if let Some(folder) = &self.install_in {
            return self.link(context, Path::new(folder));
        }
        let answered = match self.operation.as_deref() {
            Some("get") => get(context),
            Some("list") => list(context),
            Some("store" | "erase") => Err(read_only()),
            _ => Err(Error::usage(
                "docker's operations are get, list, store and erase",
            )),
        };
        if let Err(error) = &answered
            && !matches!(error, Error::Ended(_) | Error::Ui(_))
        {
            let shown = format!("kluis: {}\n", error.message());
            // If the reader is gone, the failure itself matters more.
            let _ = context.ui.raw(shown.as_bytes());
        }
        answered
    }
}

impl Docker {
    fn link(&self, context: &mut Context, folder: &Path) -> Result<(), Error> {
        let program = installed_file().context("cannot find the program file of kluis")?;
        let folder = match program.parent() {
            Some(beside) if folder.as_os_str().is_empty() => beside,
            _ => folder,
        };
        let path = folder.join(PROGRAM);
        let changed = install::link(&path, &program, Existing::unless(self.force))?;
        if context.json {
            return Ok(context.ui.json(&Installed::new(&path, changed))?);
        }
        let place = path.display();
        let done = if changed { "made" } else { "unchanged:" };
        context.ui.note(&format!(
            "{done} {place}; now name the registry in ~/.docker/config.json: {{\"credHelpers\": {{\"registry.example.com\": \"kluis\"}}}}"
        ));
        if !is_on_path(&path) {
            context.ui.warning(&format!(
                "docker looks for {PROGRAM} on PATH, where this folder is not"
            ));
        }
        Ok(())
    }
}

fn is_on_path(program: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::fs::canonicalize(program.parent().unwrap_or(program)).ok();
    let mut folders = std::env::split_paths(&path);
    folders.any(|folder| found.is_some() && std::fs::canonicalize(folder).ok() == found)
}

fn get(context: &mut Context) -> Result<(), Error> {
    let stream = stdin_request::stream(context)?;
    let read = stdin_request::read(stream)?;
    let server_url = std::str::from_utf8(read.expose()).map(str::trim);
    let server_url =
        server_url.map_err(|_| refused(RuleViolation::mismatch("the address must be UTF-8")))?;
    let Some(credential) = credential::find(context, None, request(server_url))? else {
        context.ui.raw(format!("{NOT_FOUND}\n").as_bytes())?;
        return Err(Error::Ended(1));
    };
    let username = credential.username.as_ref().ok_or_else(no_username)?;
    Ok(context.ui.json(&Answer {
        server_url,
        username: username.as_str(),
        secret: credential.text()?,
    })?)
}

/// The registry of an address such as `https://index.docker.io/v1/`, `registry.example.com:5000/team` or
/// `registry.example.com`.
fn request(server_url: &str) -> Request {
    let (scheme, place) = match server_url.split_once("://") {
        Some((scheme, _)) => (scheme, server_url),
        None => ("https", server_url.split('/').next().unwrap_or_default()),
    };
    Request {
        place: HostPort::parse(place).ok(),
        username: None,
        transport: Transport::over(Some(scheme)),
    }
}

fn list(context: &mut Context) -> Result<(), Error> {
    let hosts = context.settings.hosts.iter();
    let logins: BTreeMap<String, &str> = hosts
        .map(|(place, login)| {
            let username = login.username.as_ref().map(Username::as_str);
            (place.to_string(), username.unwrap_or_default())
        })
        .collect();
    Ok(context.ui.json(&logins)?)
}

fn read_only() -> Error {
    anyhow!("kluis stores and erases nothing for docker, and you need no `docker login`: run `kluis set`, and name the secret in [hosts] of your settings").into()
}

fn no_username() -> Error {
    anyhow!(
        "there is a secret for this registry, but no username: add it to [hosts] of your settings"
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_docker_names_the_registry() {
        for (address, place, transport) in [
            (
                "https://index.docker.io/v1/",
                "index.docker.io",
                Transport::Accepted,
            ),
            (
                "registry.example.com",
                "registry.example.com",
                Transport::Accepted,
            ),
            (
                "registry.example.com:5000/team",
                "registry.example.com:5000",
                Transport::Accepted,
            ),
            ("http://localhost:5000", "localhost:5000", Transport::Clear),
        ] {
            let found = request(address);
            assert_eq!(found.place.unwrap().to_string(), place, "{address}");
            assert_eq!(found.transport, transport, "{address}");
        }
        for address in ["", "/", "a b", "https://", "registry.example.com\nx"] {
            assert!(request(address).place.is_none(), "{address:?}");
        }
    }
}
