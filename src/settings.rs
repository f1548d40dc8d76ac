//! Which vault, workspace, patience and colour are meant: flag > environment > project file > user file
//! > default.
//!
//! A pure function of what it is given: it reads no file and no variable, and quotes nothing that could
//! be a secret.

mod user_file;

use crate::plaintext::Plaintext;
use crate::vault::name::WorkspaceName;
use crate::vault::revision::Revision;
use crate::vault::rule::Broken;
use crate::vault::time::parse_duration;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

const DEFAULT_VAULT: &str = "kluis/default.kluis";
const DEFAULT_IDENTITY: &str = "kluis/identity";
const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The global options as they were typed.
#[derive(Default)]
pub struct Flags {
    pub vault: Option<OsString>,
    pub workspace: Option<String>,
    pub lock_timeout: Option<String>,
    pub color: Option<Color>,
    pub interaction: Option<Interaction>,
    pub vault_key: Option<String>,
    pub passphrase_file: Option<PathBuf>,
    pub identity: Option<PathBuf>,
}

/// What the project file says; empty without one. Whether it may be followed is asked before what it
/// settled is used.
#[derive(Default)]
pub struct Project {
    pub vault: Option<PathBuf>,
    pub workspace: Option<WorkspaceName>,
}

/// The user file as it was read, `None` when there is none.
#[derive(Clone, Copy)]
pub struct UserFile<'a> {
    pub path: &'a Path,
    pub text: &'a str,
}

/// Where this user's things are, as far as the system knows.
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

/// Whether anybody may be asked.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Interaction {
    #[default]
    Allowed,
    Refused,
}

/// Whether the agent is given the key that a prompt has unlocked with.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AutoAgent {
    #[default]
    Ask,
    Always,
    Never,
}

/// Where a vault rests. Only files so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VaultPlace(PathBuf);

impl VaultPlace {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Who settled something.
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
    /// `None`: nobody named one; a key may imply it, else it is `default`.
    pub workspace: Option<WorkspaceName>,
    pub workspace_source: Source,
    pub lock_timeout: Duration,
    pub color: Color,
    pub interaction: Interaction,
    /// The vault's public key, pinned by the user.
    pub vault_key: Option<String>,
    /// An older vault is refused, whatever was seen here.
    pub min_revision: Option<Revision>,
    pub unlocking: Unlocking,
    pub auto_agent: AutoAgent,
}

/// The ways to unlock that were named; in which order they count is not said here.
pub struct Unlocking {
    pub token: Option<Plaintext>,
    pub token_file: Option<PathBuf>,
    pub passphrase_file: Option<PathBuf>,
    /// `None` when nobody named one and there is no home directory.
    pub identity: Option<IdentityFile>,
}

/// Where an identity is, if it is there, and who says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdentityFile {
    pub path: PathBuf,
    pub source: Source,
}

impl Unlocking {
    /// Whether none was named, so that the agent is asked, and then a person.
    pub fn is_open(&self) -> bool {
        self.token.is_none() && self.token_file.is_none() && self.passphrase_file.is_none()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{origin}: {broken}")]
    Broken {
        origin: &'static str,
        broken: Broken,
    },
    #[error("{origin}: {broken}")]
    Workspace {
        origin: &'static str,
        broken: Broken,
    },
    #[error("{origin} is empty")]
    Empty { origin: &'static str },
    #[error("{origin} is not UTF-8")]
    NotText { origin: &'static str },
    #[error("{origin} names a URL, but only vaults in files are supported")]
    Url { origin: &'static str },
    #[error(
        "{} cannot be read at line {line}, column {column}: it takes vault, workspace and lock_timeout, \
         each a text in quotes, color, which is \"auto\", \"always\" or \"never\", and auto_agent, which is \"ask\", \"always\" or \"never\"", path.display()
    )]
    UserFile {
        path: PathBuf,
        line: usize,
        column: usize,
    },
    #[error("there is no home directory to find {origin} in")]
    NoHome { origin: &'static str },
}

/// Settles every setting. `environment` gives a variable's value; an empty one counts as unset, but for those
/// that say what must be checked: CI systems give an empty one where nothing was configured.
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
        Some(value) if value.is_empty() => Err(Error::Empty { origin: name }),
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
    let vault_key = match flags.vault_key {
        Some(typed) => Some(typed),
        None => must_say("KLUIS_VAULT_KEY")?,
    };
    let min_revision = must_say("KLUIS_MIN_REVISION")?.map(|text| parse_revision(&text));
    let default_identity = || Some(directories.config.as_ref()?.join(DEFAULT_IDENTITY));
    let identity = if let Some(path) = flags.identity {
        Some((path, Source::Flag))
    } else if let Some(path) = path("KLUIS_IDENTITY") {
        Some((path, Source::Environment))
    } else {
        default_identity().map(|path| (path, Source::Default))
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
        vault_key,
        min_revision: min_revision.transpose()?,
        auto_agent: user.auto_agent.unwrap_or_default(),
        unlocking: Unlocking {
            token: variable("KLUIS_TOKEN").map(|token| Plaintext::new(token.into_encoded_bytes())),
            token_file: path("KLUIS_TOKEN_FILE"),
            passphrase_file: flags
                .passphrase_file
                .or_else(|| path("KLUIS_PASSPHRASE_FILE")),
            identity: identity.map(|(path, source)| IdentityFile { path, source }),
        },
    })
}

/// What the command line and the environment say of colour, which is known before the user file is read.
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

fn parse_revision(text: &str) -> Result<Revision, Error> {
    let origin = "KLUIS_MIN_REVISION";
    Revision::parse(text.trim()).map_err(|broken| Error::Broken { origin, broken })
}

fn file_place(origin: &'static str, text: OsString) -> Result<VaultPlace, Error> {
    if text.is_empty() {
        // Most likely `--vault "$UNSET"`: the default vault is not what was meant.
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
mod tests {
    use super::*;

    /// Everything `settle` looks at; a test changes what it is about.
    #[derive(Default)]
    struct Given {
        flags: Flags,
        environment: Vec<(&'static str, OsString)>,
        project: Project,
        user_file: Option<&'static str>,
    }

    impl Given {
        fn variable(mut self, name: &'static str, value: &str) -> Self {
            self.environment.push((name, value.into()));
            self
        }

        fn settle(self) -> Result<Settings, Error> {
            let find = |name: &str| {
                let found = self.environment.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.clone())
            };
            let path = Path::new("/config/kluis/config.toml");
            let directories = Directories {
                home: Some("/home/ada".into()),
                data: Some("/data".into()),
                config: Some("/config".into()),
            };
            let user_file = self.user_file.map(|text| UserFile { path, text });
            settle(self.flags, &find, self.project, user_file, &directories)
        }

        fn vault(self) -> PathBuf {
            self.settle().unwrap().vault.path().to_owned()
        }

        fn error(self) -> String {
            self.settle().err().unwrap().to_string()
        }
    }

    fn user_file(text: &'static str) -> Given {
        Given {
            user_file: Some(text),
            ..Given::default()
        }
    }

    fn flags(flags: Flags) -> Given {
        Given {
            flags,
            ..Given::default()
        }
    }

    #[test]
    fn without_any_wish_the_defaults_hold() {
        let settings = Given::default().settle().unwrap();
        assert_eq!(settings.vault.path(), "/data/kluis/default.kluis");
        assert_eq!(settings.vault_source, Source::Default);
        assert_eq!(settings.workspace, None);
        assert_eq!(settings.workspace_source, Source::Default);
        assert_eq!(settings.lock_timeout, Duration::from_secs(10));
        assert_eq!(settings.color, Color::Auto);
        assert_eq!(settings.interaction, Interaction::Allowed);
        assert_eq!(settings.vault_key, None);
        assert!(settings.unlocking.token.is_none());
    }

    #[test]
    fn each_source_gives_way_to_the_one_before_it() {
        let text = "vault = '/user'\nworkspace = 'user'\nlock_timeout = '1m'\ncolor = 'always'";
        let mut expected = vec![("/user", "user", Source::UserFile)];
        let mut given = vec![user_file(text)];
        let project = || Project {
            vault: Some("/project".into()),
            workspace: Some(WorkspaceName::parse("project").unwrap()),
        };
        expected.push(("/project", "project", Source::ProjectFile));
        given.push(Given {
            project: project(),
            ..user_file(text)
        });
        expected.push(("/variable", "variable", Source::Environment));
        given.push(
            Given {
                project: project(),
                ..user_file(text)
            }
            .variable("KLUIS_VAULT", "/variable")
            .variable("KLUIS_WORKSPACE", "variable"),
        );
        expected.push(("/flag", "flag", Source::Flag));
        let typed = Flags {
            vault: Some("/flag".into()),
            workspace: Some("flag".into()),
            ..Flags::default()
        };
        given.push(
            Given {
                flags: typed,
                project: project(),
                ..user_file(text)
            }
            .variable("KLUIS_VAULT", "/variable")
            .variable("KLUIS_WORKSPACE", "variable"),
        );
        for (given, (vault, workspace, source)) in given.into_iter().zip(expected) {
            let settings = given.settle().unwrap();
            assert_eq!(settings.vault.path(), vault);
            assert_eq!(settings.vault_source, source);
            assert_eq!(settings.workspace_source, source);
            assert_eq!(settings.workspace.unwrap().as_str(), workspace);
            assert_eq!(settings.lock_timeout, Duration::from_mins(1));
            assert_eq!(settings.color, Color::Always);
        }
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let mut given = user_file("color = 'always'");
        for name in [
            "KLUIS_VAULT",
            "KLUIS_WORKSPACE",
            "KLUIS_NON_INTERACTIVE",
            "NO_COLOR",
            "KLUIS_TOKEN",
            "KLUIS_TOKEN_FILE",
            "KLUIS_PASSPHRASE_FILE",
            "KLUIS_IDENTITY",
        ] {
            given = given.variable(name, "");
        }
        let settings = given.settle().unwrap();
        assert_eq!(settings.vault.path(), "/data/kluis/default.kluis");
        assert_eq!(settings.interaction, Interaction::Allowed);
        assert_eq!(settings.color, Color::Always);
        assert!(settings.unlocking.token.is_none());
        assert_eq!(settings.unlocking.token_file, None);
        assert_eq!(settings.unlocking.passphrase_file, None);
        assert_eq!(settings.unlocking.identity.unwrap().source, Source::Default);
    }

    #[test]
    fn what_must_be_checked_is_not_left_out_for_an_empty_variable() {
        for name in ["KLUIS_VAULT_KEY", "KLUIS_MIN_REVISION"] {
            let settled = Given::default().variable(name, "").settle();
            let refused = matches!(settled, Err(Error::Empty { origin }) if origin == name);
            assert!(refused, "{name}");
        }
        // The option says what is checked.
        let flags = Flags {
            vault_key: Some("flag".into()),
            ..Flags::default()
        };
        let given = Given {
            flags,
            ..Given::default()
        };
        let settings = given.variable("KLUIS_VAULT_KEY", "").settle().unwrap();
        assert_eq!(settings.vault_key.as_deref(), Some("flag"));
    }

    #[test]
    fn an_identity_is_named_by_option_or_variable_or_lies_where_it_always_does() {
        let named = |given: Given| given.settle().unwrap().unlocking.identity.unwrap();
        let expected = |path: &str, source| IdentityFile {
            path: path.into(),
            source,
        };
        assert_eq!(
            named(Given::default()),
            expected("/config/kluis/identity", Source::Default)
        );
        let variable = || Given::default().variable("KLUIS_IDENTITY", "variable");
        assert_eq!(named(variable()), expected("variable", Source::Environment));
        let typed = Flags {
            identity: Some("flag".into()),
            ..Flags::default()
        };
        let given = Given {
            flags: typed,
            ..variable()
        };
        assert_eq!(named(given), expected("flag", Source::Flag));
    }

    #[test]
    fn non_interactive_is_anything_but_0_and_false() {
        for (value, expected) in [
            ("1", Interaction::Refused),
            ("yes", Interaction::Refused),
            ("0", Interaction::Allowed),
            ("false", Interaction::Allowed),
        ] {
            let given = Given::default().variable("KLUIS_NON_INTERACTIVE", value);
            assert_eq!(given.settle().unwrap().interaction, expected, "{value}");
        }
        let given = flags(Flags {
            interaction: Some(Interaction::Refused),
            ..Flags::default()
        });
        let settings = given
            .variable("KLUIS_NON_INTERACTIVE", "0")
            .settle()
            .unwrap();
        assert_eq!(settings.interaction, Interaction::Refused);
    }

    #[test]
    fn no_color_beats_the_user_file_and_the_flag_beats_both() {
        let given = || user_file("color = 'always'").variable("NO_COLOR", "0");
        assert_eq!(given().settle().unwrap().color, Color::Never);
        let typed = Flags {
            color: Some(Color::Auto),
            ..Flags::default()
        };
        let given = Given {
            flags: typed,
            ..given()
        };
        assert_eq!(given.settle().unwrap().color, Color::Auto);
    }

    #[test]
    fn a_path_in_the_user_file_is_relative_to_that_file_and_may_begin_at_home() {
        assert_eq!(
            user_file("vault = 'a.kluis'").vault(),
            Path::new("/config/kluis/a.kluis")
        );
        assert_eq!(
            user_file("vault = '~/a.kluis'").vault(),
            Path::new("/home/ada/a.kluis")
        );
        assert_eq!(
            user_file("vault = '~bob/a'").vault(),
            Path::new("/config/kluis/~bob/a")
        );
        assert_eq!(
            Given::default().variable("KLUIS_VAULT", "~/a").vault(),
            Path::new("~/a")
        );
        assert_eq!(
            Given::default().variable("KLUIS_VAULT", "a").vault(),
            Path::new("a")
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_path_need_not_be_utf8_but_a_name_must() {
        use std::os::unix::ffi::OsStringExt;
        let strange = || OsString::from_vec(b"/v\xffault".to_vec());
        let given = flags(Flags {
            vault: Some(strange()),
            ..Flags::default()
        });
        assert_eq!(given.vault(), PathBuf::from(strange()));
        let environment = vec![("KLUIS_VAULT", strange())];
        assert_eq!(
            Given {
                environment,
                ..Given::default()
            }
            .vault(),
            PathBuf::from(strange())
        );
        let environment = vec![("KLUIS_WORKSPACE", strange())];
        let given = Given {
            environment,
            ..Given::default()
        };
        assert_eq!(given.error(), "KLUIS_WORKSPACE is not UTF-8");
    }

    #[test]
    fn a_url_is_refused_without_being_quoted() {
        for url in [
            "https://u:hunter2@h/v",
            "s3://hunter2",
            "file:///hunter2",
            "S3+x://hunter2",
        ] {
            let message = Given::default().variable("KLUIS_VAULT", url).error();
            assert_eq!(
                message,
                "KLUIS_VAULT names a URL, but only vaults in files are supported"
            );
        }
        assert!(
            user_file("vault = 'https://h/v'")
                .error()
                .contains("names a URL")
        );
        for path in ["./s3://v", "a:b", "://v", "1s://v", "/a://b"] {
            assert_eq!(
                Given::default().variable("KLUIS_VAULT", path).vault(),
                Path::new(path)
            );
        }
    }

    #[test]
    fn an_empty_vault_option_is_not_the_default_vault() {
        let given = flags(Flags {
            vault: Some("".into()),
            ..Flags::default()
        });
        assert_eq!(given.error(), "--vault is empty");
        assert_eq!(
            user_file("vault = ''").error(),
            "vault in the user file is empty"
        );
    }

    #[test]
    fn a_user_file_that_cannot_be_read_is_named_by_place_and_never_quoted() {
        for (text, place) in [
            ("vault = 'a'\n  hunter2 = 'x'", "line 2, column 3"),
            ("vault = 'a'\nworkspace = hunter2", "line 2, column 13"),
            ("# é\ncolor = 'hunter2'", "line 2, column 9"),
            ("vault = 'é' hunter2", "line 1, column 13"),
            ("lock_timeout = 10", "line 1, column 16"),
            ("vault = 'a'\nvault = 'hunter2'", "line 2, column 1"),
            ("[hunter2]\nvault = 'a'", "line 1, column 2"),
        ] {
            let message = user_file(text).error();
            let start = format!("/config/kluis/config.toml cannot be read at {place}: it takes");
            assert!(message.starts_with(&start), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_broken_setting_says_where_it_came_from() {
        let message = user_file("lock_timeout = '10'").error();
        assert!(
            message.starts_with("lock_timeout in the user file: a duration is like"),
            "{message}"
        );
        let message = Given::default().variable("KLUIS_WORKSPACE", "a b").error();
        assert!(
            message.starts_with("KLUIS_WORKSPACE: \"a b\" cannot be"),
            "{message}"
        );
    }

    #[test]
    fn without_a_home_a_named_vault_still_works() {
        let nowhere = Directories::default();
        let none = settle(
            Flags::default(),
            &|_| None,
            Project::default(),
            None,
            &nowhere,
        );
        assert!(matches!(none, Err(Error::NoHome { .. })));
        let named = Flags {
            vault: Some("v".into()),
            ..Flags::default()
        };
        assert!(settle(named, &|_| None, Project::default(), None, &nowhere).is_ok());
    }

    #[test]
    fn the_ways_to_unlock_come_from_options_and_variables() {
        let typed = Flags { ..Flags::default() };
        let given = flags(typed)
            .variable("KLUIS_TOKEN", "token")
            .variable("KLUIS_PASSPHRASE_FILE", "/passphrase");
        let unlocking = given.settle().unwrap().unlocking;
        assert_eq!(unlocking.token.unwrap().expose(), b"token");
        assert_eq!(unlocking.passphrase_file.unwrap(), Path::new("/passphrase"));
    }
}
