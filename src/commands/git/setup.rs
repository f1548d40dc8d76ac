//! Sets up git to merge and show vaults: a line in .gitattributes, which the repository shares, and settings,
//! which each clone has.

use crate::context::Context;
use crate::error::Error;
use crate::platform::bounded_read;
use crate::platform::directory::or_here;
use crate::platform::git;
use crate::platform::plain_file;
use crate::settings::directories::home_directory;
use crate::store::work_tree;
use crate::ui::Answer;
use anyhow::Context as _;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub const ATTRIBUTES: &str = "*.kluis merge=kluis diff=kluis -text";

/// The same, as `git check-attr` prints it.
pub const MERGED: [&str; 2] = [": merge: kluis", ": text: unset"];
pub const SHOWN: &str = ": diff: kluis";

pub const DRIVER: (&str, &str) = (
    "merge.kluis.driver",
    "kluis git merge-file %O %A %B --path=%P --labels %X %Y",
);
pub const TEXTCONV: (&str, &str) = ("diff.kluis.textconv", "kluis git textconv --");
/// Must not be on: git would keep the output.
pub const CACHE: &str = "diff.kluis.cachetextconv";

const SETTINGS: [(&str, &str); 3] = [
    DRIVER,
    // The base of several bases is never shown: git takes one side.
    ("merge.kluis.recursive", "binary"),
    TEXTCONV,
];

const LOCAL: &str = "--local";

const MAX_ATTRIBUTES_BYTES: usize = 1024 * 1024;

/// The attributes and settings of one clone, or of all repositories of this user.
pub struct Setup {
    /// The file with the line of attributes.
    pub attributes: PathBuf,
    scope: &'static str,
    folder: PathBuf,
}

impl Setup {
    /// For this clone, or for every repository of this user.
    pub fn find(is_global: bool) -> Result<Self, Error> {
        let folder = std::env::current_dir().context("cannot find the current folder")?;
        if is_global {
            let named = ask(
                &folder,
                &[
                    "config",
                    "--global",
                    "--type=path",
                    "--get",
                    "core.attributesFile",
                ],
            )?;
            let attributes = match named.filter(|path| !path.is_empty()) {
                Some(path) => PathBuf::from(path),
                None => default_attributes().context("set HOME or XDG_CONFIG_HOME")?,
            };
            return Ok(Self {
                attributes,
                scope: "--global",
                folder,
            });
        }
        Self::of(&folder)?.ok_or_else(|| Error::Usage {
            message: "this folder is not in a git work tree".into(),
            hint: Some("go to your clone, or add --global for all of them".into()),
        })
    }

    /// For the clone that this folder is in.
    fn of(folder: &Path) -> Result<Option<Self>, Error> {
        let top = ask(folder, &["rev-parse", "--show-toplevel"])?;
        let top = top.filter(|top| !top.is_empty()).map(PathBuf::from);
        Ok(top.map(|folder| Self {
            attributes: folder.join(".gitattributes"),
            scope: LOCAL,
            folder,
        }))
    }

    /// The value of a setting.
    pub fn get(&self, name: &str) -> Result<Option<String>, Error> {
        ask(&self.folder, &["config", self.scope, "--get", name])
    }

    pub fn set(&self, name: &str, value: &str) -> Result<(), Error> {
        // Replaces all of several values.
        let arguments = ["config", self.scope, "--replace-all", name, value];
        self.done(&arguments, name)
    }

    pub fn unset(&self, name: &str) -> Result<(), Error> {
        self.done(&["config", self.scope, "--unset-all", name], name)
    }

    fn done(&self, arguments: &[&str], name: &str) -> Result<(), Error> {
        match ask(&self.folder, arguments)? {
            Some(_) => Ok(()),
            None => Err(anyhow::anyhow!("git could not change its setting {name}").into()),
        }
    }

    /// The lines of the attributes; none if there is no such file.
    pub fn lines(&self) -> Result<Vec<String>, Error> {
        let shown = self.attributes.display();
        // For your own attributes, a linked file is accepted.
        if self.scope == LOCAL && self.attributes.is_symlink() {
            return Err(anyhow::anyhow!(
                "{shown} is a link, and git reads no attributes through it"
            )
            .into());
        }
        let file = match File::open(&self.attributes) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(anyhow::Error::new(error)
                    .context(format!("cannot read {shown}"))
                    .into());
            }
        };
        let bytes = bounded_read::read(file, MAX_ATTRIBUTES_BYTES)
            .with_context(|| format!("cannot read {shown}"))?;
        let text = str::from_utf8(&bytes).with_context(|| format!("{shown} is not UTF-8"))?;
        Ok(text.split_terminator('\n').map(str::to_owned).collect())
    }

    /// Replaces the lines of the attributes. Removes the file if there are none.
    pub fn write_lines(&self, lines: &[String]) -> Result<(), Error> {
        let write = || {
            if lines.is_empty() {
                return fs::remove_file(&self.attributes);
            }
            if let Some(parent) = self.attributes.parent() {
                fs::create_dir_all(parent)?;
            }
            plain_file::replace(&self.attributes, (lines.join("\n") + "\n").as_bytes())
        };
        let shown = self.attributes.display();
        Ok(write().with_context(|| format!("cannot write {shown}"))?)
    }

    /// Adds the line and the settings; returns whether anything changed.
    pub fn install(&self) -> Result<bool, Error> {
        let mut lines = self.lines()?;
        let mut has_changed = false;
        for (name, value) in SETTINGS {
            if self.get(name)?.as_deref() != Some(value) {
                self.set(name, value)?;
                has_changed = true;
            }
        }
        if !lines.iter().any(|line| line.trim() == ATTRIBUTES) {
            lines.push(ATTRIBUTES.to_owned());
            self.write_lines(&lines)?;
            has_changed = true;
        }
        Ok(has_changed)
    }

    /// Removes everything that [`Setup::install`] adds; returns whether anything changed. Keeps a setting with
    /// another value.
    pub fn uninstall(&self) -> Result<bool, Error> {
        let mut lines = self.lines()?;
        let mut has_changed = false;
        for (name, value) in SETTINGS {
            if self.get(name)?.as_deref() == Some(value) {
                self.unset(name)?;
                has_changed = true;
            }
        }
        let before = lines.len();
        lines.retain(|line| line.trim() != ATTRIBUTES);
        if lines.len() < before {
            self.write_lines(&lines)?;
            has_changed = true;
        }
        Ok(has_changed)
    }

    /// Whether the line and all settings are there.
    pub fn is_installed(&self) -> Result<bool, Error> {
        for (name, value) in SETTINGS {
            if self.get(name)?.as_deref() != Some(value) {
                return Ok(false);
            }
        }
        Ok(self.lines()?.iter().any(|line| line.trim() == ATTRIBUTES))
    }
}

fn default_attributes() -> Option<PathBuf> {
    let config = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty());
    let config = config.map(PathBuf::from);
    let home = || Some(home_directory()?.join(".config"));
    let config = config.or_else(home)?;
    Some(config.join("git/attributes"))
}

fn ask(folder: &Path, arguments: &[&str]) -> Result<Option<String>, Error> {
    git::run(folder, arguments).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Missing {
            program: "git",
            hint: "install git, or put it on PATH",
        },
        _ => anyhow::Error::new(error).context("cannot run git").into(),
    })
}

/// Offers to set up git for a new vault in a work tree. Its failure does not fail the command.
pub fn offer(context: &mut Context) {
    let folder = context.settings.vault.path().parent();
    let folder = folder.map(|folder| or_here(folder).to_owned());
    let path = context.settings.vault.path();
    let is_ours = path.extension() == Some(OsStr::new("kluis")) && work_tree::holds(path);
    let Some(folder) = folder.filter(|_| is_ours) else {
        return;
    };
    if context.withhold_credentials().is_err() {
        return;
    }
    let Ok(Some(setup)) = Setup::of(&folder) else {
        return;
    };
    if setup.is_installed().unwrap_or(true) {
        return;
    }
    let question = "Let git merge and show this vault, as `kluis git install` does?";
    let is_wanted = context.ui.can_ask()
        && !context.yes
        && context.ui.confirm(question, Answer::Yes).unwrap_or(false);
    if !is_wanted {
        context.ui.note(
            "the vault is in a git work tree: `kluis git install` lets git merge and show it",
        );
        return;
    }
    match setup.install() {
        Ok(_) => context
            .ui
            .note("git merges and shows vaults here now; commit .gitattributes"),
        Err(error) => {
            let problem = error.message();
            context.ui.warning(&problem);
        }
    }
}
