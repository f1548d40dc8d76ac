//! Builds a child's environment: that of this process without Kluis' own credentials, plus the chosen values.
//!
//! A secret must never become a variable that makes the child load or run something else.

use super::value_file::ValueFile;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::Reference;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::sync::LazyLock;

/// Prefixes of variables that tell a loader, a shell or a tool what to load or run. The list cannot be
/// complete.
const REFUSED_PREFIXES: &[&str] = &[
    "LD_",
    "DYLD_",
    "_RLD",
    "BASH_FUNC_",
    "GIT_",
    "NPM_CONFIG_",
    "COMPLUS_",
    "COR_",
    "CORECLR_",
    "LUA_CPATH",
    "LUA_INIT",
    "LUA_PATH",
    "OPENSSL_",
    "R_ENVIRON",
    "R_PROFILE",
    "XDG_",
    "KLUIS_",
];

/// The same as whole names: loaders, shells, interpreters, C libraries, programs that tools start, network
/// settings, and the user's identity.
const REFUSED_NAMES: &str = "
    PATH IFS ENV BASH_ENV SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND CDPATH ZDOTDIR FPATH INPUTRC
    PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS PYTHONINSPECT PYTHONUSERBASE PYTHONBREAKPOINT PYTHONEXECUTABLE
    PERL5LIB PERL5OPT PERL5DB PERL5SHELL PERLLIB RUBYOPT RUBYLIB GEM_HOME GEM_PATH BUNDLE_GEMFILE
    NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_REPL_EXTERNAL_MODULE ELECTRON_RUN_AS_NODE
    JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JAVA_OPTS CLASSPATH MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS
    DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS PHPRC PHP_INI_SCAN_DIR
    JULIA_LOAD_PATH JULIA_DEPOT_PATH ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS TCLLIBPATH GUILE_LOAD_PATH EMACSLOADPATH VIMINIT EXINIT
    RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTFLAGS GOFLAGS GOENV MAKEFLAGS MAKEFILES TAR_OPTIONS
    GCONV_PATH LOCPATH NLSPATH GLIBC_TUNABLES GETCONF_DIR MALLOC_TRACE HOSTALIASES RES_OPTIONS RESOLV_HOST_CONF LOCALDOMAIN
    TZDIR TERMINFO TERMINFO_DIRS TERMCAP
    EDITOR VISUAL PAGER MANPAGER LESSOPEN LESSCLOSE LESSKEY BROWSER FCEDIT SUDO_EDITOR SYSTEMD_EDITOR SYSTEMD_PAGER
    KUBE_EDITOR PSQL_EDITOR PSQL_PAGER PSQLRC SSH_ASKPASS SUDO_ASKPASS RSYNC_RSH CVS_RSH SVN_SSH HGRCPATH GNUPGHOME
    HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY CURL_HOME WGETRC KRB5_CONFIG
    SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE
    QT_PLUGIN_PATH GTK_MODULES GTK_PATH GIO_MODULE_DIR GIO_EXTRA_MODULES GST_PLUGIN_PATH VK_LAYER_PATH
    HOME USER LOGNAME SHELL TMPDIR
    PSMODULEPATH COMSPEC PATHEXT WINDIR USERPROFILE
";

/// Kluis' own credentials, which no child may see.
const OWN_VARIABLES: &[&str] = &["KLUIS_KEY_FILE"];
const OWN_PREFIXES: &[&str] = &["KLUIS_TOKEN", "KLUIS_PASSPHRASE"];

/// The variables that a command keeps when it gets no others: how to find programs, who and where the user
/// is, and the locale.
const ESSENTIAL_NAMES: &[&str] = &[
    "PATH", "HOME", "TERM", "LANG", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR",
];
const ESSENTIAL_PREFIX: &str = "LC_";

/// Whether a secret may become this variable only with `--allow-env`. Case is ignored, as some readers do.
pub fn refused(name: &str) -> bool {
    // Split once: for a hundred secrets, splitting each time would add a tenth to the time.
    static NAMES: LazyLock<HashSet<&str>> =
        LazyLock::new(|| REFUSED_NAMES.split_ascii_whitespace().collect());
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name[..])
        || REFUSED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

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
    values: BTreeMap<EnvKey, (Reference, Plaintext)>,
    inherited: Inherited,
    /// Kept as long as a child may open them.
    files: Vec<(EnvKey, ValueFile)>,
    allows_nul: bool,
}

/// Which variables of this process a child also gets; never our own credentials.
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
    #[error("{key} can make a program load or run other code, so no secret is put into it")]
    Refused { key: EnvKey },
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
            inherited: Inherited::All,
            files: Vec::new(),
            allows_nul: false,
        }
    }

    /// Accepts values with NUL, too: no process is started with this environment, and its reader has other
    /// rules.
    pub fn allow_nul(&mut self) {
        self.allows_nul = true;
    }

    /// Whether a secret may have this key; call it before any value is opened.
    pub fn check_key(&self, key: &EnvKey) -> Result<(), Error> {
        if is_own(OsStr::new(key.as_str())) {
            return Err(Error::Own { key: key.clone() });
        }
        if refused(key.as_str()) && !self.allowed.contains(key) {
            return Err(Error::Refused { key: key.clone() });
        }
        Ok(())
    }

    /// Adds the value of `reference` under this key; an error leaves the environment unchanged.
    pub fn insert(
        &mut self,
        key: EnvKey,
        reference: Reference,
        value: Plaintext,
    ) -> Result<(), Error> {
        self.check_key(&key)?;
        if !self.allows_nul && value.expose().contains(&0) {
            return Err(Error::Nul { key });
        }
        if let Some((first, _)) = self.values.get(&key) {
            let (first, second) = (first.to_string(), reference.to_string());
            return Err(Error::Taken { key, first, second });
        }
        self.values.insert(key, (reference, value));
        Ok(())
    }

    /// Adds the path of a file with the value of `reference` under this key, and keeps the file.
    pub fn insert_file(
        &mut self,
        key: EnvKey,
        reference: Reference,
        file: ValueFile,
    ) -> Result<(), Error> {
        let path = file.path().into_os_string().into_vec();
        self.insert(key.clone(), reference, Plaintext::new(path))?;
        self.files.push((key, file));
        Ok(())
    }

    /// A child then gets only the chosen values and a few variables that every program needs.
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

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&EnvKey, &Plaintext)> {
        self.values.iter().map(|(key, (_, value))| (key, value))
    }

    /// Calls `see` with every secret and its key; for a file with its content, not its path.
    pub fn visit_secrets(&self, mut see: impl FnMut(&EnvKey, &Plaintext)) -> io::Result<()> {
        for (key, value) in self.iter() {
            match self.files.iter().find(|(of, _)| of == key) {
                Some((_, file)) => see(key, &file.read()?),
                None => see(key, value),
            }
        }
        Ok(())
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
        let reference = Reference::parse(reference).unwrap();
        environment.insert(key(name), reference, Plaintext::new(value.to_vec()))
    }

    #[test]
    fn variables_that_load_code_are_refused_in_any_case() {
        for name in [
            "LD_PRELOAD",
            "ld_preload",
            "DYLD_INSERT_LIBRARIES",
            "_RLD_LIST",
            "BASH_FUNC_ls",
            "GIT_SSH_COMMAND",
            "npm_config_script_shell",
            "PATH",
            "Path",
            "NODE_OPTIONS",
            "PSModulePath",
            "ComSpec",
            "https_proxy",
            "KLUIS_VAULT",
            "kluis_vault",
        ] {
            assert!(refused(name), "{name}");
        }
        for name in [
            "DATABASE_URL",
            "LD",
            "PATHS",
            "MY_PATH",
            "GITHUB_TOKEN",
            "NODE_ENV",
            "HOMEPAGE",
            "KLUIS",
        ] {
            assert!(!refused(name), "{name}");
        }
    }

    #[test]
    fn the_lists_are_written_in_the_case_they_are_compared_in() {
        for name in REFUSED_NAMES
            .split_ascii_whitespace()
            .chain(REFUSED_PREFIXES.iter().copied())
        {
            assert_eq!(name, name.to_ascii_uppercase());
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
