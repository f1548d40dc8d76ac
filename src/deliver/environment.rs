//! Builds a child's environment: that of this process without Kluis' own credentials, plus the chosen values.
//!
//! A secret must never become a variable that makes the child load or run something else.

use super::risky_variables::{Risk, risk};
use super::value_files::{self, NewFolder, ValueFiles};
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::reference::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStringExt;

/// Kluis' own credentials, which no child may see.
const OWN_VARIABLES: &[&str] = &["KLUIS_KEY_FILE"];
const OWN_PREFIXES: &[&str] = &["KLUIS_TOKEN", "KLUIS_PASSPHRASE"];

/// The variables that a command keeps if it gets no others: the search path, the user and home, and the locale.
const ESSENTIAL_NAMES: &[&str] = &[
    "PATH", "HOME", "TERM", "LANG", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR",
];
const ESSENTIAL_PREFIX: &str = "LC_";

/// Whether this variable is a credential of Kluis, which is removed from every child.
pub fn is_own(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    OWN_VARIABLES.iter().any(|own| name == own.as_bytes())
        || OWN_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// The chosen values by key.
pub struct Environment {
    allowed: BTreeSet<EnvKey>,
    values: BTreeMap<EnvKey, (Origin, Plaintext)>,
    /// The values that become files, before they are written.
    files: BTreeMap<EnvKey, File>,
    inherited: Inherited,
    /// Secrets that are part of a value.
    parts: Vec<(EnvKey, Plaintext)>,
    allows_nul: bool,
}

struct File {
    origin: Origin,
    name: FileName,
    value: Plaintext,
}

/// The source of a value.
#[derive(Clone, PartialEq, Eq)]
pub enum Origin {
    Secret(Reference),
    /// A text with secrets in it.
    Composition,
    /// A text of the project file, or the variable's earlier value. It is not secret.
    Text,
}

impl Origin {
    fn is_secret(&self) -> bool {
        *self != Self::Text
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(reference) => reference.fmt(out),
            Self::Composition | Self::Text => out.write_str("a text of the project file"),
        }
    }
}

/// The choice of this process's variables that a child also gets; never our own credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inherited {
    All,
    Essential,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{first} and {second} would both be the variable {key}")]
    Taken {
        key: EnvKey,
        first: String,
        second: String,
    },
    #[error("{first} and {second} would both be the file {name}")]
    SameFile {
        name: FileName,
        first: EnvKey,
        second: EnvKey,
    },
    #[error("{key} can make a program load or run other code, so no secret is put into it")]
    Refused { key: EnvKey },
    #[error("{key} can make a program talk to another place, so only a choice by name gives it")]
    Redirects { key: EnvKey },
    #[error(
        "{key} can make a program talk to another place, so no text of a project file is put into it"
    )]
    RedirectsText { key: EnvKey },
    #[error("the variable {key} of {secret} is not in capitals, so --all does not give it")]
    NotInCapitals { key: EnvKey, secret: String },
    #[error("{key} is a variable of kluis itself, so no secret is put into it")]
    Own { key: EnvKey },
    #[error("the value for {key} contains a NUL, which an environment variable cannot hold")]
    Nul { key: EnvKey },
}

impl Environment {
    /// An environment without values that accepts the `allowed` keys.
    pub fn new(allowed: impl IntoIterator<Item = EnvKey>) -> Self {
        Self {
            allowed: allowed.into_iter().collect(),
            values: BTreeMap::new(),
            files: BTreeMap::new(),
            inherited: Inherited::All,
            parts: Vec::new(),
            allows_nul: false,
        }
    }

    /// Accepts values with NUL, too: no process is started with this environment, and its reader has other rules.
    pub fn allow_nul(&mut self) {
        self.allows_nul = true;
    }

    /// Whether a secret may have this key; call it before any value is opened.
    pub fn check_key(&self, key: &EnvKey) -> Result<(), Error> {
        self.risk_of(key).map(drop)
    }

    /// The same for a key that you did not name yourself: a colleague may have added the secret or the link.
    pub fn check_unnamed_key(&self, key: &EnvKey) -> Result<(), Error> {
        match self.risk_of(key)? {
            Some(_) => Err(Error::Redirects { key: key.clone() }),
            None => Ok(()),
        }
    }

    /// The same for a key whose value is a text of a project file.
    pub fn check_text_key(&self, key: &EnvKey) -> Result<(), Error> {
        match self.risk_of(key)? {
            Some(_) => Err(Error::RedirectsText { key: key.clone() }),
            None => Ok(()),
        }
    }

    /// The risk of a key that may be given by name, unless you allow it.
    fn risk_of(&self, key: &EnvKey) -> Result<Option<Risk>, Error> {
        if is_own(OsStr::new(key.as_str())) {
            return Err(Error::Own { key: key.clone() });
        }
        match risk(key.as_str()) {
            None => Ok(None),
            Some(_) if self.allowed.contains(key) => Ok(None),
            Some(Risk::Runs) => Err(Error::Refused { key: key.clone() }),
            Some(Risk::Redirects) => Ok(Some(Risk::Redirects)),
        }
    }

    /// The same for the key of a secret among all in a workspace. Some programs read a variable in any case of
    /// letters; no convention writes such a name by accident.
    pub fn check_key_of(&self, key: &EnvKey, secret: &Reference) -> Result<(), Error> {
        self.check_unnamed_key(key)?;
        let is_usual = |letter: char| matches!(letter, 'A'..='Z' | '0'..='9' | '_');
        if key.as_str().chars().all(is_usual) || self.allowed.contains(key) {
            return Ok(());
        }
        let (key, secret) = (key.clone(), secret.to_string());
        Err(Error::NotInCapitals { key, secret })
    }

    /// Adds a value under this key; an error leaves the environment unchanged.
    pub fn insert(&mut self, key: EnvKey, origin: Origin, value: Plaintext) -> Result<(), Error> {
        self.check_key(&key)?;
        if !self.allows_nul && value.expose().contains(&0) {
            return Err(Error::Nul { key });
        }
        self.check_free(&key, &origin)?;
        self.values.insert(key, (origin, value));
        Ok(())
    }

    /// Keeps a variable of this process unchanged.
    pub fn keep(&mut self, key: EnvKey, value: Plaintext) {
        self.values.insert(key, (Origin::Text, value));
    }

    /// Adds a secret that is part of the value of this key.
    pub fn add_part(&mut self, key: EnvKey, secret: Plaintext) {
        self.parts.push((key, secret));
    }

    /// Adds a value as a file with this name. Its path becomes the variable when the file is written.
    pub fn insert_file(
        &mut self,
        key: EnvKey,
        origin: Origin,
        name: FileName,
        value: Plaintext,
    ) -> Result<(), Error> {
        self.check_key(&key)?;
        self.check_free(&key, &origin)?;
        if let Some((first, _)) = self.files.iter().find(|(_, file)| file.name == name) {
            let (first, second) = (first.clone(), key);
            return Err(Error::SameFile {
                name,
                first,
                second,
            });
        }
        let file = File {
            origin,
            name,
            value,
        };
        self.files.insert(key, file);
        Ok(())
    }

    fn check_free(&self, key: &EnvKey, second: &Origin) -> Result<(), Error> {
        let value = self.values.get(key).map(|(origin, _)| origin);
        let file = self.files.get(key).map(|file| &file.origin);
        value.or(file).map_or(Ok(()), |first| {
            Err(Error::Taken {
                key: key.clone(),
                first: first.to_string(),
                second: second.to_string(),
            })
        })
    }

    /// Writes the values that are files, and adds their paths. `None` if there are none. A child can open them
    /// until the result is dropped.
    pub fn write_files(
        &mut self,
        folder: NewFolder,
    ) -> Result<Option<ValueFiles>, value_files::Error> {
        if self.files.is_empty() {
            return Ok(None);
        }
        let written = folder.open()?;
        for (key, file) in std::mem::take(&mut self.files) {
            let path = written.add(&file.name, &file.value)?;
            let path = Plaintext::new(path.into_os_string().into_vec());
            self.values.insert(key, (Origin::Text, path));
        }
        Ok(Some(written))
    }

    /// Gives a child only the chosen values and a few variables that every program needs.
    pub fn inherit_essentials(&mut self) {
        self.inherited = Inherited::Essential;
    }

    /// Whether a child gets this variable of this process.
    pub fn inherits(&self, name: &OsStr) -> bool {
        let essential =
            |name: &str| ESSENTIAL_NAMES.contains(&name) || name.starts_with(ESSENTIAL_PREFIX);
        match self.inherited {
            Inherited::All => !is_own(name),
            Inherited::Essential => name.to_str().is_some_and(essential),
        }
    }

    /// Variables and their values, sorted; a file that is written with its path.
    pub fn iter(&self) -> impl Iterator<Item = (&EnvKey, &Plaintext)> {
        self.values.iter().map(|(key, (_, value))| (key, value))
    }

    /// Every secret with its key, including those that become files and those that are part of a value.
    pub fn secrets(&self) -> impl Iterator<Item = (&EnvKey, &Plaintext)> {
        let values = self.values.iter();
        let values = values.map(|(key, (origin, value))| (key, origin, value));
        let files = self.files.iter();
        let files = files.map(|(key, file)| (key, &file.origin, &file.value));
        let secrets = values
            .chain(files)
            .filter(|(_, origin, _)| origin.is_secret());
        let whole = secrets.map(|(key, _, value)| (key, value));
        whole.chain(self.parts.iter().map(|(key, secret)| (key, secret)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> EnvKey {
        EnvKey::parse(text).unwrap()
    }

    fn insert(
        environment: &mut Environment,
        name: &str,
        reference: &str,
        value: &[u8],
    ) -> Result<(), Error> {
        let origin = Origin::Secret(Reference::parse(reference).unwrap());
        environment.insert(key(name), origin, Plaintext::new(value.to_vec()))
    }

    #[test]
    fn a_key_that_redirects_is_given_only_by_name() {
        let environment = Environment::new([key("HTTPS_PROXY"), key("lower")]);
        let reference = Reference::parse("staging/a").unwrap();
        let unnamed = |name| environment.check_unnamed_key(&key(name));
        let of_all = |name| environment.check_key_of(&key(name), &reference);
        for name in ["DOCKER_HOST", "docker_host", "PIP_INDEX_URL", "KUBECONFIG"] {
            assert!(environment.check_key(&key(name)).is_ok(), "{name}");
            assert!(
                matches!(unnamed(name), Err(Error::Redirects { .. })),
                "{name}"
            );
            assert!(of_all(name).is_err(), "{name}");
        }
        for name in [
            "HTTPS_PROXY",
            "DATABASE_URL",
            "_1",
            "CARGO_REGISTRY_TOKEN",
            "lower",
        ] {
            assert!(unnamed(name).is_ok() && of_all(name).is_ok(), "{name}");
        }
        assert!(unnamed("mixedCase").is_ok());
        let refused = of_all("mixedCase").unwrap_err().to_string();
        assert!(refused.starts_with("the variable mixedCase of staging/a is not in capitals"));
        for check in [unnamed("LD_PRELOAD"), of_all("CC")] {
            assert!(matches!(check, Err(Error::Refused { .. })));
        }
    }

    #[test]
    fn a_refused_key_is_accepted_when_allowed_by_name() {
        let mut environment = Environment::new([key("NODE_OPTIONS")]);
        assert!(insert(&mut environment, "NODE_OPTIONS", "a", b"--use-openssl-ca").is_ok());
        let error = insert(&mut environment, "LD_PRELOAD", "a", b"x").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("LD_PRELOAD can make a program load or run other code"),
            "{error}"
        );
        assert!(matches!(
            insert(&mut environment, "node_options", "a", b"x"),
            Err(Error::Refused { .. })
        ));
    }

    #[test]
    fn no_permission_gives_a_child_our_own_credentials() {
        for name in [
            "KLUIS_TOKEN",
            "KLUIS_TOKEN_FILE",
            "KLUIS_PASSPHRASE_FILE",
            "KLUIS_KEY_FILE",
        ] {
            let mut environment = Environment::new([key(name)]);
            assert!(
                matches!(
                    insert(&mut environment, name, "a", b"x"),
                    Err(Error::Own { .. })
                ),
                "{name}"
            );
            assert!(is_own(OsStr::new(name)), "{name}");
        }
        for name in [
            "KLUIS_VAULT",
            "KLUIS_WORKSPACE",
            "kluis_token",
            "MY_KLUIS_TOKEN",
            "KLUIS_KEY_FILE_X",
        ] {
            assert!(!is_own(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_child_inherits_all_but_our_own_or_only_the_essentials() {
        let mut environment = Environment::new([]);
        let inherits = |environment: &Environment, name| environment.inherits(OsStr::new(name));
        for (name, by_default, essential) in [
            ("PATH", true, true),
            ("LC_ALL", true, true),
            ("LC_", true, true),
            ("TZ", true, true),
            ("path", true, false),
            ("LD_PRELOAD", true, false),
            ("AWS_SECRET_ACCESS_KEY", true, false),
            ("KLUIS_VAULT", true, false),
            ("KLUIS_TOKEN", false, false),
        ] {
            assert_eq!(inherits(&environment, name), by_default, "{name}");
            environment.inherit_essentials();
            assert_eq!(inherits(&environment, name), essential, "{name}");
            environment.inherited = Inherited::All;
        }
    }

    #[test]
    fn two_secrets_under_one_key_are_both_named_and_the_first_stays() {
        let mut environment = Environment::new([]);
        insert(&mut environment, "KEY", "staging/one", b"1").unwrap();
        let error = insert(&mut environment, "KEY", "two", b"2").unwrap_err();
        assert_eq!(
            error.to_string(),
            "staging/one and two would both be the variable KEY"
        );
        let values: Vec<_> = environment
            .iter()
            .map(|(_, value)| value.expose())
            .collect();
        assert_eq!(values, [b"1"]);
    }

    #[test]
    fn no_two_files_have_one_name_and_no_two_secrets_one_key() {
        let mut environment = Environment::new([]);
        let mut add = |of: &str, reference: &str, file: &str| {
            let origin = Origin::Secret(Reference::parse(reference).unwrap());
            let (name, value) = (FileName::parse(file).unwrap(), Plaintext::new(b"v".into()));
            let added = environment.insert_file(key(of), origin, name, value);
            added.map_err(|error| error.to_string())
        };
        add("A", "staging/tls", "tls").unwrap();
        add("B", "tls", "TLS").unwrap();
        assert_eq!(
            add("C", "tls", "tls").unwrap_err(),
            "A and C would both be the file tls"
        );
        assert_eq!(
            add("A", "other", "other").unwrap_err(),
            "staging/tls and other would both be the variable A"
        );
        assert!(add("LD_PRELOAD", "a", "a").is_err());
        assert!(matches!(
            insert(&mut environment, "B", "x", b"x"),
            Err(Error::Taken { .. })
        ));
        let secrets: Vec<_> = environment.secrets().map(|(key, _)| key.as_str()).collect();
        assert_eq!(secrets, ["A", "B"]);
        assert_eq!(environment.iter().count(), 0);
    }

    #[test]
    fn a_value_with_a_nul_is_refused_by_key() {
        let mut environment = Environment::new([]);
        let error = insert(&mut environment, "KEY", "a", b"se\0cret").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value for KEY contains a NUL, which an environment variable cannot hold"
        );
        assert_eq!(environment.iter().count(), 0);
    }
}
