//! What every verb is given: where to speak, the settings, and the way into the vault.

use super::clock::SystemClock;
use super::identity_file::is_exposed;
use super::project_file::{Surroundings, Word};
use super::seen::{Seen, Sight};
use crate::error::Error;
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::keyring::unlock;
use crate::keyring::{self, Keyring, base62};
use crate::plaintext::Plaintext;
use crate::platform::process::Hardened;
use crate::sealed::header::Header;
use crate::sealed::kdf;
use crate::sealed::sign::VerifyKey;
use crate::settings::{self, Flags, Interaction, Settings, UserFile};
use crate::store::Previous;
use crate::store::file::FileStore;
use crate::ui::{ColorChoice, Ui};
use crate::vault::change::Change;
use crate::vault::clock::Clock;
use crate::vault::key;
use crate::vault::name::WorkspaceName;
use crate::vault::time::Timestamp;
use crate::vault::{self, Changed, Scan, Vault, Written};
use anyhow::Context as _;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any passphrase or token, so that naming `/dev/zero` by mistake ends.
const MAX_CREDENTIAL_BYTES: usize = 4096;
const MAX_USER_FILE_BYTES: u64 = 64 * 1024;
const VAULT_KEY_PREFIX: &str = "klv_";

/// The global options that are no settings.
#[derive(Clone, Copy)]
pub struct Switches {
    pub json: bool,
    pub quiet: bool,
    pub yes: bool,
    pub accept_older: bool,
}

pub struct Context<'u> {
    pub ui: &'u mut Ui,
    pub settings: Settings,
    /// When this command was started, or the vault was unlocked: not before whoever had to type did.
    pub now: Timestamp,
    pub json: bool,
    pub quiet: bool,
    pub yes: bool,
    pub hardened: Hardened,
    pub(super) surroundings: Surroundings,
    pub(super) seen: Seen,
    /// Whether somebody was asked for a passphrase to unlock with.
    pub(super) typed: bool,
    /// Whether anything was written that stays, whatever fails now.
    pub changed: bool,
    /// The definition of the whole command line.
    pub command: fn() -> clap::Command,
}

impl<'u> Context<'u> {
    pub fn new(
        flags: Flags,
        switches: Switches,
        ui: &'u mut Ui,
        hardened: Hardened,
        command: fn() -> clap::Command,
    ) -> Result<Self, Error> {
        let Switches {
            json,
            quiet,
            yes,
            accept_older,
        } = switches;
        let directories = settings::Directories {
            home: known("HOME", dirs::home_dir),
            data: known("XDG_DATA_HOME", dirs::data_dir),
            config: known("XDG_CONFIG_HOME", dirs::config_dir),
        };
        let config = user_file();
        let text = config.as_deref().map(read_user_file).transpose()?.flatten();
        let user_file = match (&config, &text) {
            (Some(path), Some(text)) => Some(UserFile { path, text }),
            _ => None,
        };
        let surroundings = Surroundings::look(directories.home.as_deref());
        let settings = settings::settle(
            flags,
            &|name| std::env::var_os(name),
            surroundings.wishes(),
            user_file,
            &directories,
        )?;
        ui.configure(crate::ui::Options {
            json,
            quiet,
            color: settings.color.into(),
            interactive: settings.interaction == Interaction::Allowed,
        });
        Ok(Self {
            ui,
            settings,
            now: SystemClock.now(),
            json,
            quiet,
            yes,
            hardened,
            surroundings,
            seen: Seen::new(accept_older),
            typed: false,
            changed: false,
            command,
        })
    }

    /// From here on nobody is asked, whoever is there.
    pub fn ask_nobody(&mut self) {
        self.settings.interaction = Interaction::Refused;
        self.ui.configure(crate::ui::Options {
            json: self.json,
            quiet: self.quiet,
            color: self.settings.color.into(),
            interactive: false,
        });
    }

    pub fn workspace(&self) -> Option<&WorkspaceName> {
        self.settings.workspace.as_ref()
    }

    /// Where the vault rests, unless it is a project file that says so and nobody agreed to that.
    pub fn store(&mut self) -> Result<FileStore, Error> {
        self.check_source(self.settings.vault_source)?;
        Ok(FileStore::new(self.settings.vault.path()))
    }

    /// Opens the vault with whatever key there is.
    pub fn open(&mut self, scan: Scan) -> Result<Vault, Error> {
        self.check_source(self.settings.workspace_source)?;
        self.open_by(scan, Self::keyring)
    }

    /// Opens the vault with the keyring that `unlock` makes, unless it is older than what was seen here.
    pub fn open_by(
        &mut self,
        scan: Scan,
        unlock: impl FnOnce(&mut Self, &Header) -> Result<Box<dyn Keyring>, Error>,
    ) -> Result<Vault, Error> {
        let store = Box::new(self.store()?);
        let mut vault = Vault::open(store, scan, |header| unlock(self, header))?;
        self.now = SystemClock.now();
        self.recognise(&mut vault)?;
        Ok(vault)
    }

    /// Opens the vault to change who may unlock it. That takes full access, and a keyring of this
    /// process's own beside the vault's: it makes grants, which nothing does on another's behalf.
    pub fn open_as_owner(&mut self) -> Result<(Vault, LocalKeyring), Error> {
        let mut owner = None;
        let vault = self.open_by(Scan::Everything, |context, header| {
            let keyring = context.unlock(header)?;
            keyring.master()?;
            owner = Some(keyring.clone());
            Ok(Box::new(keyring))
        })?;
        Ok((vault, owner.ok_or(keyring::Error::NeedsFullAccess)?))
    }

    /// What was looked up in the vault, or why not, with the name that may have been meant.
    pub fn found<T>(&self, vault: &Vault, found: Result<T, vault::Error>) -> Result<T, Error> {
        found.map_err(|error| vault.suggest(self.workspace(), error).into())
    }

    /// Opens the vault and changes it under the writers' lock.
    pub fn change<T>(
        &mut self,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        let mut vault = self.open(Scan::Lookup)?;
        self.change_in(&mut vault, act)
    }

    /// Changes a vault that is open already: who is asked for a value has unlocked it by then.
    pub fn change_in<T>(
        &mut self,
        vault: &mut Vault,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        self.replace(vault, Previous::Keep, act)
    }

    /// As [`Context::change_in`], and keeps no bytes from before: they open with what is taken away.
    pub fn change_for_good<T>(
        &mut self,
        vault: &mut Vault,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        self.replace(vault, Previous::Remove, act)
    }

    /// Changes a vault that is open already, and says what becomes of the bytes before.
    fn replace<T>(
        &mut self,
        vault: &mut Vault,
        previous: Previous,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        let patience = self.settings.lock_timeout;
        let opened = Sight::of(vault);
        let changed = vault.change(SystemClock, patience, previous, |change| {
            self.seen.look_again(&opened);
            let (signer, there) = (change.content().verify, change.ages());
            self.refuse_other_key(change.content(), &there)?;
            self.refuse_older(&there, change.workspaces())?;
            let done = act(change)?;
            let content = change.content();
            let found = (&signer, there.as_slice());
            self.seen
                .expect_change(content.vault, found, &content.verify);
            Ok(done)
        });
        // What was written is shown as it is now: a slot that has just begun is effective.
        self.now = SystemClock.now();
        match changed {
            Ok(changed) => {
                self.changed |= changed.written == Written::Replaced;
                self.remember(vault);
                Ok(changed)
            }
            Err(Error::Vault(error)) => self.found(vault, Err(error)),
            Err(error) => Err(error),
        }
    }

    /// Unlocks in this process, whatever the agent holds, by the first way that applies, unless the key has
    /// expired as far as can be told.
    pub fn unlock(&mut self, header: &Header) -> Result<LocalKeyring, Error> {
        let keyring = self.unlock_first(header)?;
        key::check_expiry(&keyring, header, self.now)?;
        Ok(keyring)
    }

    /// A token, a token's file, a passphrase's file, an identity, a prompt.
    fn unlock_first(&mut self, header: &Header) -> Result<LocalKeyring, Error> {
        self.check_pin(header)?;
        let likely = self.seen.recall(header).opened_by();
        let unlocking = &self.settings.unlocking;
        if let Some(token) = &unlocking.token {
            let token = Token::parse(token).map_err(|error| match error {
                keyring::Error::EmptyToken => Error::BlankToken,
                error => error.into(),
            })?;
            return Ok(unlock::with_token(header, &token)?);
        }
        if let Some(path) = &unlocking.token_file {
            let path = path.clone();
            let token = self.read_key(&path, "token")?;
            return Ok(unlock::with_token(header, &Token::parse(&token)?)?);
        }
        let passphrase_file = unlocking.passphrase_file.clone();
        if passphrase_file.is_none()
            && let Some(keyring) = self.unlock_with_identity(header)?
        {
            return Ok(keyring);
        }
        if unlock::passphrase_keys(header).next().is_none() {
            return Err(match passphrase_file {
                Some(_) => keyring::Error::NoPassphraseKey.into(),
                None => no_key(),
            });
        }
        let open = |context: &Self, passphrase: &kdf::Passphrase| {
            let _working = context.ui.progress("unlocking", None);
            unlock::with_passphrase(header, passphrase, likely)
        };
        if let Some(path) = passphrase_file {
            let read = self.read_key(&path, "passphrase")?;
            let passphrase = kdf::Passphrase::new(&read).map_err(keyring::Error::NoPassphrase)?;
            return Ok(open(self, &passphrase)?);
        }
        if self.settings.interaction == Interaction::Refused {
            return Err(Error::Locked);
        }
        match self.open_typed(header, "Passphrase", open) {
            Err(Error::Ui(crate::ui::Error::NoTerminal)) => Err(Error::Locked),
            opened => opened,
        }
    }

    /// What [`read_credential`] reads to unlock with. A file that is not there gives no key, which is no
    /// failure of the disk.
    fn read_key(&mut self, path: &Path, what: &'static str) -> Result<Plaintext, Error> {
        let read = match read_credential(path, what) {
            Err(Error::Failed(error)) if error.downcast_ref().is_some_and(is_absent) => {
                let path = path.to_owned();
                return Err(Error::NoKeyFile { what, path });
            }
            read => read?,
        };
        self.warn_if_exposed(path, what);
        Ok(read)
    }

    /// A file that others may touch is told of and no more: what a CI service puts there has the mode that
    /// it chose.
    pub(super) fn warn_if_exposed(&mut self, path: &Path, what: &'static str) {
        if !is_stdin(path) && fs::metadata(path).is_ok_and(|found| is_exposed(&found)) {
            let path = path.display();
            self.ui.warning(&format!(
                "others may read or write the file with the {what}: `chmod 600 {path}`"
            ));
        }
    }

    pub(super) fn check_pin(&mut self, header: &Header) -> Result<(), Error> {
        let Some(pinned) = self.pin(Word::Own)? else {
            return Ok(());
        };
        if parse_vault_key(&pinned)? != header.content().verify {
            let found = vault_key(header);
            return Err(Error::NotPinned { found });
        }
        Ok(())
    }
}

impl From<settings::Color> for ColorChoice {
    fn from(color: settings::Color) -> Self {
        match color {
            settings::Color::Auto => Self::Auto,
            settings::Color::Always => Self::Always,
            settings::Color::Never => Self::Never,
        }
    }
}

/// In CI a variable is often set to a secret that is not there.
fn no_key() -> Error {
    let is_set = std::env::var_os("KLUIS_TOKEN").is_some();
    let token = if is_set { "empty" } else { "not set" };
    Error::NoKey { token }
}

/// The vault's public key as people pin it.
pub fn vault_key(header: &Header) -> String {
    encode_vault_key(&header.content().verify)
}

pub fn encode_vault_key(key: &VerifyKey) -> String {
    base62::encode(VAULT_KEY_PREFIX, key).to_string()
}

/// A public key as somebody pinned it, white space around it aside.
pub fn parse_vault_key(text: &str) -> Result<VerifyKey, Error> {
    let key = base62::decode::<32>(VAULT_KEY_PREFIX, text.trim());
    key.map(|key| *key)
        .ok_or_else(|| Error::usage("the vault key is mistyped: its checksum does not match"))
}

/// Whether a path names no file but stdin.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A passphrase or token from a file, one final newline aside; `-` is stdin.
pub fn read_credential(path: &Path, what: &'static str) -> Result<Plaintext, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_CREDENTIAL_BYTES + 1));
    let file = if is_stdin(path) {
        Ok(Box::new(io::stdin()) as Box<dyn Read>)
    } else {
        File::open(path).map(|file| Box::new(file) as Box<dyn Read>)
    };
    file.and_then(|file| {
        file.take(MAX_CREDENTIAL_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
    })
    .with_context(|| format!("the {what} could not be read from {}", path.display()))?;
    Ok(Plaintext::new(std::mem::take(&mut *bytes)).without_final_newline())
}

/// A directory of the user's, when `variable` or HOME says where. Otherwise the C library would be asked
/// who the user is, for which it loads plugins: in a program linked statically that can crash.
pub fn known(variable: &str, directory: fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let is_said = |variable| std::env::var_os(variable).is_some_and(|path| !path.is_empty());
    let is_absolute = |path: OsString| Path::new(&path).is_absolute();
    let named = is_said("HOME") || std::env::var_os(variable).is_some_and(is_absolute);
    named.then(directory).flatten()
}

/// Where what is worth keeping lies, but is missed by nobody; not every system has a place of its own for it.
pub fn state_directory() -> Option<PathBuf> {
    known("XDG_STATE_HOME", dirs::state_dir).or_else(|| known("XDG_DATA_HOME", dirs::data_dir))
}

/// Whether there can be no such file. A service often has /dev/null as its home, below which there is nothing.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Where this user's own settings are, if there are any.
pub fn user_file() -> Option<PathBuf> {
    let config = known("XDG_CONFIG_HOME", dirs::config_dir)?;
    Some(config.join("kluis/config.toml"))
}

fn read_user_file(path: &Path) -> Result<Option<String>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => {
            let message = format!("the user file {} could not be read", path.display());
            return Err(anyhow::Error::new(error).context(message).into());
        }
    };
    let mut bytes = Vec::new();
    file.take(MAX_USER_FILE_BYTES)
        .read_to_end(&mut bytes)
        .with_context(|| format!("the user file {} could not be read", path.display()))?;
    let origin = "the user file";
    let text = String::from_utf8(bytes).map_err(|_| settings::Error::NotText { origin })?;
    Ok(Some(text))
}
