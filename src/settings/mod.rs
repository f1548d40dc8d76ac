//! Decides the vault, workspace, waiting time and colour. The order is flag > environment > project file >
//! user file > default.
//!
//! A pure function of its arguments: it reads no file and no variable, and quotes nothing that could be a
//! secret.

pub mod directories;
pub mod hosts;
mod user_file;

use crate::plaintext::Plaintext;
use crate::vault::name::WorkspaceName;
use crate::vault::pin::Pin;
use crate::vault::rule::RuleViolation;
use crate::vault::time::parse_duration;
use hosts::Hosts;
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

const DEFAULT_VAULT: &str = "kluis/default.kluis";
const DEFAULT_KEY_FILE: &str = "kluis/key";
/// How many past versions of a secret stay.
const DEFAULT_KEEP: usize = 10;
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
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The source of a setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// How many past versions of a secret stay when a new one is added.
    pub keep: usize,
    pub color: Color,
    pub interaction: Interaction,
    /// Only a vault with this public key is opened, and one that was made from what a long pin names.
    pub pin: Option<Pin>,
    pub unlocking: Unlocking,
    pub auto_agent: AutoAgent,
    /// The secrets that helpers give, by host.
    pub hosts: Hosts,
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

/// The environment's variables. An empty one counts as unset, except where it controls a check: CI systems set
/// an empty one when nothing is configured.
#[derive(Clone, Copy)]
struct Variables<'e>(&'e dyn Fn(&str) -> Option<OsString>);

impl Variables<'_> {
    fn get(self, name: &str) -> Option<OsString> {
        self.0(name).filter(|value| !value.is_empty())
    }

    fn path(self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    fn text(self, origin: &'static str) -> Result<Option<String>, Error> {
        let text = self.get(origin).map(OsString::into_string).transpose();
        text.map_err(|_| Error::NotText { origin })
    }

    /// The text of a variable that controls a check.
    fn check(self, origin: &'static str) -> Result<Option<String>, Error> {
        if self.0(origin).is_some_and(|value| value.is_empty()) {
            return Err(Error::EmptyCheck { origin });
        }
        self.text(origin)
    }
}

/// Decides every setting. `environment` returns the value of a variable.
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
    let variables = Variables(environment);
    let (vault, vault_source) = if let Some(typed) = flags.vault {
        (file_place("--vault", typed)?, Source::Flag)
    } else if let Some(value) = variables.get("KLUIS_VAULT") {
        (file_place("KLUIS_VAULT", value)?, Source::Environment)
    } else {
        listed_vault(project.vault, user.vault, directories)?
    };
    let (workspace, workspace_source) = if let Some(typed) = flags.workspace {
        let name = parse_workspace("--workspace", &typed)?;
        (Some(name), Source::Flag)
    } else if let Some(value) = variables.text("KLUIS_WORKSPACE")? {
        let name = parse_workspace("KLUIS_WORKSPACE", &value)?;
        (Some(name), Source::Environment)
    } else {
        listed(project.workspace, user.workspace)
    };
    let lock_timeout = match flags.lock_timeout {
        Some(typed) => Some(parse_timeout("--lock-timeout", &typed)?),
        None => user.lock_timeout,
    };
    let non_interactive = variables
        .get("KLUIS_NON_INTERACTIVE")
        .filter(|value| value != "0" && value != "false")
        .map(|_| Interaction::Refused);
    let pin = match flags.pin {
        Some(typed) => Some(parse_pin("--pin", &typed)?),
        None => variables
            .check("KLUIS_PIN")?
            .map(|text| parse_pin("KLUIS_PIN", &text))
            .transpose()?,
    };
    // A key that you name with an option comes before those of the environment.
    let names_key = flags.key_file.is_some() || flags.passphrase_file.is_some();
    let (token, passphrase_file) = if names_key {
        (None, None)
    } else {
        let token = variables.get("KLUIS_TOKEN");
        (token, variables.path("KLUIS_PASSPHRASE_FILE"))
    };
    let key_file_variable = variables.path("KLUIS_KEY_FILE").filter(|_| !names_key);
    Ok(Settings {
        vault,
        vault_source,
        workspace,
        workspace_source,
        lock_timeout: lock_timeout.unwrap_or(DEFAULT_LOCK_TIMEOUT),
        keep: user.keep.unwrap_or(DEFAULT_KEEP),
        color: color(flags.color, environment)
            .or(user.color)
            .unwrap_or_default(),
        interaction: flags.interaction.or(non_interactive).unwrap_or_default(),
        pin,
        auto_agent: user.auto_agent.unwrap_or_default(),
        hosts: user.hosts,
        unlocking: Unlocking {
            token: token.map(|token| Plaintext::new(token.into_encoded_bytes())),
            passphrase_file: flags.passphrase_file.or(passphrase_file),
            key_file: key_file(flags.key_file, key_file_variable, directories),
        },
    })
}

/// The setting of the project file or the user file.
fn listed<T>(project: Option<T>, user: Option<T>) -> (Option<T>, Source) {
    match (project, user) {
        (Some(value), _) => (Some(value), Source::ProjectFile),
        (None, Some(value)) => (Some(value), Source::UserFile),
        (None, None) => (None, Source::Default),
    }
}

fn listed_vault(
    project: Option<PathBuf>,
    user: Option<PathBuf>,
    directories: &Directories,
) -> Result<(VaultPlace, Source), Error> {
    let (path, source) = listed(project, user);
    let origin = "the default vault";
    let default = || Some(directories.data.as_ref()?.join(DEFAULT_VAULT));
    let path = path.or_else(default).ok_or(Error::NoHome { origin })?;
    Ok((VaultPlace(path), source))
}

impl Unlocking {
    /// The files with a credential that were named.
    pub fn named_files(&self) -> impl Iterator<Item = &Path> {
        let key_file = self.key_file.as_ref().filter(|file| file.is_named());
        let key_file = key_file.map(|file| &*file.path);
        self.passphrase_file.as_deref().into_iter().chain(key_file)
    }
}

fn key_file(
    flag: Option<PathBuf>,
    variable: Option<PathBuf>,
    directories: &Directories,
) -> Option<KeyFilePath> {
    let (path, source) = if let Some(path) = flag {
        (path, Source::Flag)
    } else if let Some(path) = variable {
        (path, Source::Environment)
    } else {
        let config = directories.config.as_ref()?;
        (config.join(DEFAULT_KEY_FILE), Source::Default)
    };
    Some(KeyFilePath { path, source })
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
