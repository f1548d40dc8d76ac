//! The context of every command: its settings, its output, and its access to the vault.

pub mod agent;
pub mod confirm;
pub mod credential_file;
pub mod key_file;
mod key_file_unlock;
mod open;
pub mod passphrase_prompt;
pub mod project_context;
pub mod project_trust;
pub mod rollback_check;
pub mod rollback_guard;
pub mod system_clock;
mod trust_anchor;
pub mod unattended;
mod unlock;
pub mod vault_key_pin;

pub use open::Merging;

use crate::error::Error;
use crate::platform::bounded_read;
use crate::platform::process::Hardened;
use crate::settings::directories::{home_directory, known, user_file};
use crate::settings::{self, Flags, Interaction, Settings, UserFile};
use crate::ui::{ColorChoice, Ui};
use crate::vault::clock::Clock;
use crate::vault::name::WorkspaceName;
use crate::vault::time::Timestamp;
use anyhow::Context as _;
use credential_file::is_absent;
use key_file::KeyFile;
use project_context::{ProjectChoice, ProjectContext};
use rollback_guard::RollbackGuard;
use std::fs::File;
use std::path::Path;
use system_clock::SystemClock;

const MAX_USER_FILE_BYTES: usize = 64 * 1024;

/// The caller of the command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// You, or a script of yours.
    User,
    /// A program that needs a password, perhaps in a repository that you only cloned. `kluis` then follows no
    /// project file and asks only for a passphrase.
    Program,
}

/// The global options that are not settings.
pub struct GlobalFlags {
    pub caller: Caller,
    pub json: bool,
    pub quiet: bool,
    pub yes: bool,
    pub accept_older: bool,
    pub project: ProjectChoice,
}

pub struct Context<'u> {
    pub ui: &'u mut Ui,
    pub settings: Settings,
    /// The time when this command started or unlocked the vault, taken after you typed the passphrase.
    pub now: Timestamp,
    pub json: bool,
    pub quiet: bool,
    pub yes: bool,
    pub hardened: Hardened,
    pub caller: Caller,
    pub project_context: ProjectContext,
    pub rollback_guard: RollbackGuard,
    key_file: Option<KeyFile>,
    /// Whether `kluis` asked you for a passphrase to unlock with.
    pub typed: bool,
    /// Whether a lasting change was written. A later failure does not undo it.
    pub changed: bool,
    /// The definition of the whole command line.
    pub command: fn() -> clap::Command,
}

impl<'u> Context<'u> {
    pub fn new(
        flags: Flags,
        global_flags: GlobalFlags,
        ui: &'u mut Ui,
        hardened: Hardened,
        command: fn() -> clap::Command,
    ) -> Result<Self, Error> {
        let GlobalFlags {
            caller,
            json,
            quiet,
            yes,
            accept_older,
            project,
        } = global_flags;
        let directories = settings::Directories {
            home: home_directory(),
            data: known("XDG_DATA_HOME", dirs::data_dir),
            config: known("XDG_CONFIG_HOME", dirs::config_dir),
        };
        let config = user_file();
        let text = config.as_deref().map(read_user_file).transpose()?.flatten();
        let user_file = match (&config, &text) {
            (Some(path), Some(text)) => Some(UserFile { path, text }),
            _ => None,
        };
        let project = match caller {
            Caller::User => project,
            Caller::Program => ProjectChoice::None,
        };
        let project_context = ProjectContext::look(project, directories.home.as_deref())?;
        let settings = settings::settle(
            flags,
            &|name| std::env::var_os(name),
            project_context.config_values(),
            user_file,
            &directories,
        )?;
        ui.configure(crate::ui::Options {
            json,
            quiet,
            color: settings.color.into(),
            interactive: settings.interaction == Interaction::Allowed,
        });
        for path in settings.unlocking.named_files() {
            credential_file::withhold_unread(path)?;
        }
        let rollback_guard = RollbackGuard::new(accept_older, settings.vault.path());
        Ok(Self {
            ui,
            settings,
            now: SystemClock.now(),
            json,
            quiet,
            yes,
            hardened,
            caller,
            project_context,
            rollback_guard,
            key_file: None,
            typed: false,
            changed: false,
            command,
        })
    }

    /// Hides named credentials from programs. Call it before starting one: this also covers a credential that was
    /// not read because another one took precedence.
    pub fn withhold_credentials(&self) -> Result<(), Error> {
        let mut files = self.settings.unlocking.named_files();
        files.try_for_each(credential_file::withhold)
    }

    /// Turns off all questions from here on, even at a terminal.
    pub fn refuse_questions(&mut self) {
        self.settings.interaction = Interaction::Refused;
        self.ui.configure(crate::ui::Options {
            json: self.json,
            quiet: self.quiet,
            color: self.settings.color.into(),
            interactive: false,
        });
    }

    /// Tests whether links in a folder belong to a project: `kluis` does not write through them to a file that
    /// you name.
    pub fn in_project() -> impl Fn(&Path) -> bool {
        ProjectContext::in_project(home_directory().as_deref())
    }

    pub fn workspace(&self) -> Option<&WorkspaceName> {
        self.settings.workspace.as_ref()
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

fn read_user_file(path: &Path) -> Result<Option<String>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => {
            let message = format!("cannot read the user file {}", path.display());
            return Err(anyhow::Error::new(error).context(message).into());
        }
    };
    let bytes = bounded_read::read(file, MAX_USER_FILE_BYTES)
        .with_context(|| format!("cannot read the user file {}", path.display()))?;
    let origin = "the user file";
    let text = str::from_utf8(&bytes).map_err(|_| settings::Error::NotText { origin })?;
    Ok(Some(text.to_owned()))
}
