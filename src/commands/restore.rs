//! `restore`: brings back deleted secrets, all or none.

use super::Command;
use crate::args::secret::{parse, whole};
use crate::args::secret_or_picker::PickedDeletedArguments;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SecretJson, short_path};
use crate::report::warnings;
use crate::vault::change::Restored;
use crate::vault::linking::FoundApp;
use crate::vault::name::SecretName;
use crate::vault::reference::Reference;
use crate::vault::time::Timestamp;
use crate::vault::{self, Scan, Vault};
use serde::Serialize;

/// Bring back a deleted secret
///
/// Brings back the secret of this name that was deleted last, or the one with this id, with its id, its versions and
/// its dates. It brings back all that you name, or none. If the name is taken meanwhile (exit code 6), --name gives
/// it another one.
///
/// Links of apps that were removed with it are not made again: it prints the commands that make them.
/// `kluis vault restore` brings back the whole file from before the last change.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis restore github_token
  kluis restore github_token --name old_github_token
  kluis restore sec_0123456789ABCDEFGHJKMNPQRS")]
pub struct Restore {
    #[command(flatten)]
    secrets: PickedDeletedArguments,

    /// Restore it under this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Serialize)]
struct RestoredJson<'a> {
    restored: Vec<RestoredSecretJson<'a>>,
}

#[derive(Serialize)]
struct RestoredSecretJson<'a> {
    #[serde(flatten)]
    secret: SecretJson<'a>,
    removed_links: Vec<RemovedLinkJson<'a>>,
}

#[derive(Serialize)]
struct RemovedLinkJson<'a> {
    /// `null` if the app is gone or the key does not open it.
    app: Option<String>,
    env_key: &'a str,
}

impl Command for Restore {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secrets.whole(context)?;
        let name = self.name.as_deref().map(SecretName::parse).transpose();
        let name = name.map_err(|broken| vault::Error::invalid("name", broken))?;
        if name.is_some() && named.len() > 1 {
            return Err(Error::usage("--name is for one secret"));
        }
        let mut vault = context.open(Scan::Lookup)?;
        let references = if named.is_empty() {
            vec![pick(context, &vault)?]
        } else {
            named
        };
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.restore_secrets(workspace.as_ref(), &references, name.as_ref())?)
        })?;
        for restored in &changed.result {
            let path = restored.secret.path();
            context.ui.done(&format!("restored {path}"));
            note_links(context, &vault, restored)?;
            warnings::warn(context, &restored.secret);
        }
        if context.json {
            let shown = changed.result.iter();
            let shown = shown.map(|restored| json(&vault, restored, context.now));
            let restored = shown.collect::<Result<_, _>>()?;
            context.ui.json(&RestoredJson { restored })?;
        }
        Ok(())
    }
}

/// The deleted secret that you pick from the workspace in use.
fn pick(context: &mut Context, vault: &Vault) -> Result<Reference, Error> {
    let workspace = vault.workspace(context.workspace())?;
    let deleted = vault.deleted(workspace)?;
    if deleted.is_empty() {
        return Err(Error::Usage {
            message: format!("the workspace {} has no deleted secrets", workspace.name),
            hint: Some(
                "`kluis vault restore` brings back the file from before the last change".into(),
            ),
        });
    }
    let rows = deleted.iter().map(|secret| {
        let since = secret.deleted_at.map(|time| context.when(time));
        format!("{}  deleted {}", secret.name, since.unwrap_or_default())
    });
    let rows: Vec<_> = rows.collect();
    let picked = context.ui.pick("Deleted secret", &rows)?;
    whole(parse(&deleted[picked].id.to_string(), true)?)
}

fn json<'a>(
    vault: &Vault,
    restored: &'a Restored,
    now: Timestamp,
) -> Result<RestoredSecretJson<'a>, Error> {
    let secret = &restored.secret;
    let links = restored.removed_links.iter().map(|link| {
        let app = match vault.app_of(link)? {
            FoundApp::There(app) => Some(app.path()),
            FoundApp::Missing | FoundApp::OutOfReach => None,
        };
        Ok::<_, Error>(RemovedLinkJson {
            app,
            env_key: link.env_key.as_str(),
        })
    });
    Ok(RestoredSecretJson {
        secret: SecretJson::whole(secret, vault.app_count(secret)?, now),
        removed_links: links.collect::<Result<_, _>>()?,
    })
}

/// Prints how to make the removed links again.
fn note_links(context: &mut Context, vault: &Vault, restored: &Restored) -> Result<(), Error> {
    let path = short_path(&restored.secret);
    for link in &restored.removed_links {
        let key = &link.env_key;
        let told = match vault.app_of(link)? {
            FoundApp::There(app) => {
                format!(
                    "`kluis app link {} {key}={path}` makes its link again",
                    app.path()
                )
            }
            FoundApp::Missing => format!("an app that is gone linked it as {key}"),
            FoundApp::OutOfReach => {
                format!("an app that your key does not open linked it as {key}")
            }
        };
        context.ui.note(&told);
    }
    Ok(())
}
