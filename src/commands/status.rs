//! `status`: prints which vault is in use and why, and what opens it. Asks for nothing and changes nothing.

use super::Command;
use crate::agent;
use crate::context::Context;
use crate::context::agent::{Found, NOT_IN_MEMORY};
use crate::context::key_file::KeyFile;
use crate::error::{Error, Exit};
use crate::keyring::identity::Stored;
use crate::keyring::token::Token;
use crate::keyring::{self, unlock};
use crate::report::agent::{AgentJson, access};
use crate::sealed::header::Header;
use crate::settings::Source;
use crate::vault::Vault;
use crate::vault::time::rough_duration;
use serde::Serialize;

/// Show which vault, which key, and whether it opens
///
/// Prints the vault and what named it, the workspace, the key that opens the vault, and the project file.
/// Asks for nothing. Exits with 0 if the vault opens without a question, with 5 if it is older than this machine
/// knows or damaged, and else with 4.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis status
  kluis status --quiet 2>/dev/null || kluis unlock
  kluis status --json | jq -r .opens_with")]
pub struct Status {}

/// A way to open the vault without a question.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Opener {
    Token,
    KeyFile,
    PassphraseFile,
    Agent,
}

#[derive(Serialize)]
struct StatusJson {
    /// Whether the agent has a key of this vault.
    unlocked: bool,
    vault: String,
    vault_source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_with: Option<Opener>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<ProjectJson>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    agent: Option<AgentJson>,
}

#[derive(Serialize)]
struct ProjectJson {
    path: String,
    trusted: bool,
}

impl Command for Status {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        context.refuse_questions();
        let project = project(context);
        let read = context
            .store()
            .and_then(|store| Ok(Vault::read_public(&store)?));
        let (header, histories) = match read {
            Ok(read) => read,
            Err(error) => {
                // Any other failure may also be one of the output.
                if matches!(error.exit(), Exit::Denied | Exit::NotFound) {
                    print_places(context, project)?;
                }
                return Err(error);
            }
        };
        context.check_pin(&header)?;
        let held = Found::look(&header)?.status;
        let stale = context.refuse_stale_unopened(&header, &histories);
        let opener = opener(context, &header, held.is_some())?;
        // Other commands would refuse the vault, whatever opens it.
        let opener = opener.filter(|_| stale.is_ok());
        if held.is_some_and(|held| !held.memory_locked) {
            context.ui.warning(NOT_IN_MEMORY);
        }
        if context.json {
            context.ui.json(&StatusJson {
                unlocked: held.is_some(),
                vault: context.settings.vault.path().display().to_string(),
                vault_source: context.settings.vault_source,
                workspace: context.workspace().map(ToString::to_string),
                opens_with: opener,
                project,
                agent: held.map(AgentJson::new),
            })?;
        } else if !context.quiet {
            print(context, project, held, opener)?;
        }
        match opener {
            _ if stale.is_err() => stale,
            Some(_) => Ok(()),
            None => Err(Error::NoneHeld {
                has_passphrase: unlock::passphrase_keys(&header).next().is_some(),
            }),
        }
    }
}

/// The first way that opens the vault without a question, in the order in which every command tries them. Does
/// not try a passphrase file, because that takes half a second.
fn opener(context: &mut Context, header: &Header, is_held: bool) -> Result<Option<Opener>, Error> {
    if let Some(token) = &context.settings.unlocking.token {
        unlock::with_token(header, &Token::parse(token)?)?;
        return Ok(Some(Opener::Token));
    }
    if let Some(token) = context.named_token()? {
        unlock::with_token(header, &Token::parse(token)?)?;
        return Ok(Some(Opener::KeyFile));
    }
    if context.settings.unlocking.passphrase_file.is_some() {
        return Ok(Some(Opener::PassphraseFile));
    }
    if is_held {
        return Ok(Some(Opener::Agent));
    }
    let Some(file) = context.settings.unlocking.key_file.clone() else {
        return Ok(None);
    };
    let Ok(Some(KeyFile::Key(stored))) = context.take_key_file(&file.path) else {
        return Ok(None);
    };
    let is_known = unlock::identity_keys(header, &stored.public())
        .next()
        .is_some();
    match stored {
        Stored::Bare(_) if is_known && context.is_pinned(header)? => Ok(Some(Opener::KeyFile)),
        _ if !is_known && file.is_named() => Err(keyring::Error::WrongKeyFile.into()),
        _ => Ok(None),
    }
}

fn project(context: &mut Context) -> Option<ProjectJson> {
    let path = context.project_context.path()?.to_owned();
    let file = context.project().ok().flatten();
    let trusted = file.is_some_and(|file| context.may_follow(&file));
    let path = path.display().to_string();
    Some(ProjectJson { path, trusted })
}

/// Prints the places, although the vault cannot be read.
fn print_places(context: &mut Context, project: Option<ProjectJson>) -> Result<(), Error> {
    if context.json || context.quiet {
        return Ok(());
    }
    let mut fields = places(context);
    fields.extend(project.map(project_field));
    Ok(context.ui.fields(&fields)?)
}

/// The vault and the workspace, and the reason for each.
fn places(context: &Context) -> Vec<(&'static str, String)> {
    let path = context.settings.vault.path().display().to_string();
    let source = source_words(context.settings.vault_source);
    let mut fields = vec![("vault", format!("{path} ({source})"))];
    if let Some(workspace) = context.workspace() {
        let source = source_words(context.settings.workspace_source);
        fields.push(("workspace", format!("{workspace} ({source})")));
    }
    fields
}

fn project_field(ProjectJson { path, trusted }: ProjectJson) -> (&'static str, String) {
    let trusted = if trusted { "trusted" } else { "not trusted" };
    ("project", format!("{path} ({trusted})"))
}

fn print(
    context: &mut Context,
    project: Option<ProjectJson>,
    held: Option<agent::Status>,
    opener: Option<Opener>,
) -> Result<(), Error> {
    let mut fields = places(context);
    let opens = match (opener, held) {
        (Some(Opener::Token), _) => "yes, with KLUIS_TOKEN".to_owned(),
        (Some(Opener::KeyFile), _) => "yes, with the key file".to_owned(),
        (Some(Opener::PassphraseFile), _) => "yes, with the passphrase file".to_owned(),
        (Some(Opener::Agent), Some(held)) => {
            let [idle, left] = [held.idle_left, held.left].map(rough_duration);
            let access = access(held);
            format!("yes, unlocked for {access}: locks after {idle} without use, {left} at most")
        }
        (Some(Opener::Agent), None) | (None, _) => "no".to_owned(),
    };
    fields.push(("opens", opens));
    fields.extend(project.map(project_field));
    Ok(context.ui.fields(&fields)?)
}

fn source_words(source: Source) -> &'static str {
    match source {
        Source::Flag => "from the command line",
        Source::Environment => "from the environment",
        Source::ProjectFile => "from kluis.toml",
        Source::UserFile => "from the user file",
        Source::Default => "the default",
    }
}
