//! Decides the vault, workspace, waiting time and colour. The order is flag > environment > project file >
//! user file > default.
//!
//! A pure function of its arguments: it reads no file and no variable, and quotes nothing that could be a
//! secret.

pub mod directories;
mod user_file;

use crate::plaintext::Plaintext;
use crate::vault::name::WorkspaceName;
use crate::vault::pin::Pin;
use crate::vault::rule::RuleViolation;
use crate::vault::time::parse_duration;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

const DEFAULT_VAULT: &str = "kluis/default.kluis";
const DEFAULT_KEY_FILE: &str = "kluis/key";
const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The global options as typed.
#[derive(Default)]
pub struct Flags {
    pub vault: Option<OsString>,
    pub workspace: Option<String>,
    pub lock_timeout: Option<String>,
    pub color: Option<Color>,
    pub interaction: Option<Interaction>,
    pub pin: Option<String>,
    pub passphrase_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
}

/// The project file's values; empty without one. Consent is checked before a value from it is used.
#[derive(Default)]
pub struct Project {
    pub vault: Option<PathBuf>,
    pub workspace: Option<WorkspaceName>,
}

/// The user file's text; `None` if there is none.
#[derive(Clone, Copy)]
pub struct UserFile<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

/// The user's directories, as far as the system knows them.
#[derive(Default)]
pub struct Directories {
    pub home: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub config: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether questions may be asked.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Interaction {
    #[default]
    Allowed,
    Refused,
}

/// Whether a key that a prompt unlocked is given to the agent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoAgent {
    #[default]
    Ask,
    Always,
    Never,
}

/// The place of a vault: a file, so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VaultPlace(PathBuf);

impl VaultPlace {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The source of a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    Flag,
    Environment,
    ProjectFile,
    UserFile,
    Default,
}

pub struct Settings {
    pub vault: VaultPlace,
    pub vault_source: Source,
    /// `None` if no source names one: then the key may imply it, else it is `default`.
    pub workspace: Option<WorkspaceName>,
    pub workspace_source: Source,
    pub lock_timeout: Duration,
    pub color: Color,
    pub interaction: Interaction,
    /// Only a vault with this public key, at this revision or a newer one, is opened.
    pub pin: Option<Pin>,
    pub unlocking: Unlocking,
    pub auto_agent: AutoAgent,
}

/// The named ways to unlock, in no particular order.
pub struct Unlocking {
    pub token: Option<Plaintext>,
    pub passphrase_file: Option<PathBuf>,
    /// `None` if none was named and there is no home directory.
    pub key_file: Option<KeyFilePath>,
}

/// The path of a key file, which may be missing, and its source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyFilePath {
    pub path: PathBuf,
    pub source: Source,
}

impl KeyFilePath {
    /// Whether you named it; otherwise it is the default path.
    pub fn is_named(&self) -> bool {
        self.source != Source::Default
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{origin}: {broken}")]
    Broken {
        origin: &'static str,
        broken: RuleViolation,
    },
    #[error("{origin}: {broken}")]
    Workspace {
        origin: &'static str,
        broken: RuleViolation,
    },
    #[error("{origin} is empty")]
    Empty { origin: &'static str },
    /// An empty pin would check nothing.
    #[error("{origin} is empty")]
    EmptyCheck { origin: &'static str },
    #[error("{origin} is not valid UTF-8")]
    NotText { origin: &'static str },
    #[error("{origin} is a URL, but a vault must be a local file")]
    Url { origin: &'static str },
    #[error("{}, line {line}, column {column}: not a valid setting", path.display())]
    UserFile {
        path: PathBuf,
        line: usize,
        column: usize,
    },
    #[error("cannot find {origin}: HOME is not set")]
    NoHome { origin: &'static str },
}

/// Decides every setting. `environment` returns the value of a variable. An empty variable counts as unset,
/// except where it controls a check: CI systems set an empty one when nothing is configured.
pub fn settle(
    flags: Flags,
    environment: &dyn Fn(&str) -> Option<OsString>,
    project: Project,
    user_file: Option<UserFile<'_>>,
    directories: &Directories,
) -> Result<Settings, Error> {
    let user = user_file
        .map(|file| file.read(directories))
        .transpose()?
        .unwrap_or_default();
    let variable = |name| environment(name).filter(|value| !value.is_empty());
    let path = |name| variable(name).map(PathBuf::from);
    let text = |name| match variable(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(Error::NotText { origin: name }),
    };
    let must_say = |name| match environment(name) {
        Some(value) if value.is_empty() => Err(Error::EmptyCheck { origin: name }),
        _ => text(name),
    };

    let (vault, vault_source) = if let Some(typed) = flags.vault {
        (file_place("--vault", typed)?, Source::Flag)
    } else if let Some(value) = variable("KLUIS_VAULT") {
        (file_place("KLUIS_VAULT", value)?, Source::Environment)
    } else if let Some(path) = project.vault {
        (VaultPlace(path), Source::ProjectFile)
    } else if let Some(path) = user.vault {
        (VaultPlace(path), Source::UserFile)
    } else {
        let data = directories.data.as_ref();
        let origin = "the default vault";
        let data = data.ok_or(Error::NoHome { origin })?;
        (VaultPlace(data.join(DEFAULT_VAULT)), Source::Default)
    };
    let (workspace, workspace_source) = if let Some(typed) = flags.workspace {
        let name = parse_workspace("--workspace", &typed)?;
        (Some(name), Source::Flag)
    } else if let Some(value) = text("KLUIS_WORKSPACE")? {
        let name = parse_workspace("KLUIS_WORKSPACE", &value)?;
        (Some(name), Source::Environment)
    } else if let Some(name) = project.workspace {
        (Some(name), Source::ProjectFile)
    } else if let Some(name) = user.workspace {
        (Some(name), Source::UserFile)
    } else {
        (None, Source::Default)
    };
    let lock_timeout = match flags.lock_timeout {
        Some(typed) => Some(parse_timeout("--lock-timeout", &typed)?),
        None => user.lock_timeout,
    };
    let non_interactive = variable("KLUIS_NON_INTERACTIVE")
        .filter(|value| value != "0" && value != "false")
        .map(|_| Interaction::Refused);
    let pin = match flags.pin {
        Some(typed) => Some(parse_pin("--pin", &typed)?),
        None => must_say("KLUIS_PIN")?
            .map(|text| parse_pin("KLUIS_PIN", &text))
            .transpose()?,
    };
    let default_key_file = || Some(directories.config.as_ref()?.join(DEFAULT_KEY_FILE));
    let key_file = if let Some(path) = flags.key_file {
        Some((path, Source::Flag))
    } else if let Some(path) = path("KLUIS_KEY_FILE") {
        Some((path, Source::Environment))
    } else {
        default_key_file().map(|path| (path, Source::Default))
    };
    Ok(Settings {
        vault,
        vault_source,
        workspace,
        workspace_source,
        lock_timeout: lock_timeout.unwrap_or(DEFAULT_LOCK_TIMEOUT),
        color: color(flags.color, environment)
            .or(user.color)
            .unwrap_or_default(),
        interaction: flags.interaction.or(non_interactive).unwrap_or_default(),
        pin,
        auto_agent: user.auto_agent.unwrap_or_default(),
        unlocking: Unlocking {
            token: variable("KLUIS_TOKEN").map(|token| Plaintext::new(token.into_encoded_bytes())),
            passphrase_file: flags
                .passphrase_file
                .or_else(|| path("KLUIS_PASSPHRASE_FILE")),
            key_file: key_file.map(|(path, source)| KeyFilePath { path, source }),
        },
    })
}

/// The colour setting of the command line and the environment, which is needed before the user file is read.
pub fn color(flag: Option<Color>, environment: &dyn Fn(&str) -> Option<OsString>) -> Option<Color> {
    let is_unwanted = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
    flag.or(is_unwanted.then_some(Color::Never))
}

fn parse_workspace(origin: &'static str, text: &str) -> Result<WorkspaceName, Error> {
    WorkspaceName::parse(text).map_err(|broken| Error::Workspace { origin, broken })
}

fn parse_timeout(origin: &'static str, text: &str) -> Result<Duration, Error> {
    parse_duration(text).map_err(|broken| Error::Broken { origin, broken })
}

fn parse_pin(origin: &'static str, text: &str) -> Result<Pin, Error> {
    Pin::parse(text).map_err(|broken| Error::Broken { origin, broken })
}

fn file_place(origin: &'static str, text: OsString) -> Result<VaultPlace, Error> {
    if text.is_empty() {
        // Most likely `--vault "$UNSET"`: using the default vault would be wrong.
        return Err(Error::Empty { origin });
    }
    if is_url(&text) {
        return Err(Error::Url { origin });
    }
    Ok(VaultPlace(text.into()))
}

/// RFC 3986's scheme, then `://`.
fn is_url(text: &OsStr) -> bool {
    let bytes = text.as_encoded_bytes();
    let scheme = bytes
        .windows(3)
        .position(|window| window == b"://")
        .map(|end| &bytes[..end]);
    scheme.is_some_and(|scheme| {
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(allowed)
    })
}

#[cfg(test)]
mod tests;
