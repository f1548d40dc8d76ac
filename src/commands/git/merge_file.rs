//! `git merge-file`, which git calls to merge a vault. It gets three temporary files, and replaces ours with the
//! result.
//!
//! It never asks. If it cannot merge, ours stays unchanged, and git keeps the conflict.

use crate::commands::Command;
use crate::context::{Context, Merging};
use crate::error::{Error, Exit};
use crate::keyring;
use crate::report::merging::{heading, lines};
use crate::store::file::FileStore;
use crate::store::git_exclude;
use crate::store::scratch::ScratchStore;
use crate::vault::merge::{Copy, Labels, changed_keys, without_key};
use crate::vault::{self, Scan, Vault};
use std::path::{Path, PathBuf};

/// Merge a vault for git
///
/// Git calls this, after `kluis git install`. OURS becomes the result. Exits with 1 and leaves OURS as it is where
/// the two cannot be merged.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git config merge.kluis.driver 'kluis git merge-file %O %A %B --path=%P --labels %X %Y'")]
pub struct MergeFile {
    /// The version that both were made from
    #[arg(value_name = "BASE")]
    base: PathBuf,

    /// Our version, which is replaced
    #[arg(value_name = "OURS")]
    ours: PathBuf,

    /// Their version
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,

    /// Where the vault lies in the work tree
    #[arg(long, value_name = "PATH")]
    path: PathBuf,

    /// The names that git gives the two versions
    #[arg(long, num_args = 2, value_names = ["OURS", "THEIRS"], allow_hyphen_values = true)]
    labels: Vec<String>,
}

const NO_KEY: &str = "no key here";
const UNFIT_KEY: &str = "the key here does not open or may not write all that changed";

/// The reason why it was not merged, in one line.
enum Obstacle {
    NoKey,
    Other(Error),
}

impl<E: Into<Error>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Command for MergeFile {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let here = std::env::current_dir().unwrap_or_default();
        context.be_unattended(here.join(&self.path));
        // A fresh clone does not yet ignore the leftovers of a killed merge.
        git_exclude::add(&here.join(&self.path));
        let path = shown(&self.path);
        self.merge(context).map_err(|obstacle| {
            let (why, hint) = match obstacle {
                Obstacle::NoKey => {
                    let why = "both sides changed it, and there is no key here";
                    (why.to_owned(), Some(with_a_key(&self.path)))
                }
                Obstacle::Other(error) if error.was_replaced() => return error,
                Obstacle::Other(error) => match key_obstacle(&error) {
                    Some(why) => (why, Some(with_a_key(&self.path))),
                    None => (error.message(), error.report().hint),
                },
            };
            Error::NotMerged { path, why, hint }
        })
    }
}

impl MergeFile {
    fn merge(&self, context: &mut Context) -> Result<(), Obstacle> {
        let store = ScratchStore::new(&self.ours, &self.path);
        store.remove_left();
        let theirs = read(&self.theirs)?;
        // git has no base if both sides added the file, and a mixture if there are several.
        let base = read(&self.base).ok();
        let opened = Vault::open(
            Box::new(ScratchStore::new(&self.ours, &self.path)),
            Scan::Lookup,
            |header| context.keyring(header),
        );
        let labels = self.labels();
        let mut vault = match opened {
            Ok(vault) => vault,
            Err(error) if is_locked(&error) => {
                let sides = (&theirs, base.as_ref());
                return self.merge_locked(context, &store, sides, &labels, NO_KEY);
            }
            Err(error) => return Err(error.into()),
        };
        let merging = Merging {
            theirs: &theirs,
            base: base.as_ref(),
            labels: &labels,
            is_rehearsal: false,
        };
        let merged = match context.merge_unseen(&mut vault, &merging) {
            // A key that may not write can still merge the parts that need no key.
            Err(Error::Vault(
                error @ (vault::Error::OutOfReach { .. }
                | vault::Error::Keyring(
                    keyring::Error::ReadOnly | keyring::Error::OutOfReach,
                )),
            )) => {
                let sides = (&theirs, base.as_ref());
                let locked = self.merge_locked(context, &store, sides, &labels, UNFIT_KEY);
                return match locked {
                    Err(Obstacle::NoKey) => Err(error.into()),
                    done => done,
                };
            }
            merged => merged?,
        };
        self.tell(context, &labels, lines(&merged.report));
        Ok(())
    }

    /// Takes each part from the side that changed it. `unseen` is the reason why the content was not examined.
    fn merge_locked(
        &self,
        context: &mut Context,
        store: &ScratchStore,
        (theirs, base): (&Copy<'_>, Option<&Copy<'_>>),
        labels: &Labels,
        unseen: &str,
    ) -> Result<(), Obstacle> {
        let ours = read(&self.ours)?;
        let merged = without_key(&ours, theirs, base)?;
        let merged = merged.ok_or(Obstacle::NoKey)?;
        context.check_pin(merged.header)?;
        context.refuse_before_pin(&merged.histories, &[])?;
        context.refuse_stale_unopened(merged.header, &merged.histories)?;
        store.replace(&merged.bytes).map_err(vault::Error::from)?;
        let line = format!("  {unseen}: kluis could not look for wider hosts and new links");
        let mut told = vec![line];
        let keys = changed_keys([ours.layout().header.content(), merged.header.content()]);
        told.extend(keys.into_iter().map(|change| format!("  vault  {change}")));
        self.tell(context, labels, told);
        Ok(())
    }

    /// Prints to stderr, which git passes on.
    fn tell(&self, context: &mut Context, labels: &Labels, mut lines: Vec<String>) {
        let path = shown(&self.path);
        lines.insert(0, format!("{path}: {}", heading(labels)));
        context.ui.note(&lines.join("\n"));
    }

    fn labels(&self) -> Labels {
        let label = |position: usize, usual: &str| {
            let given = self.labels.get(position).map(String::as_str);
            // Before 2.44 git leaves the placeholders unchanged. A subject may follow the id of a commit.
            let given = given.filter(|label| !label.starts_with('%'));
            let short = given
                .and_then(|label| label.split(" (").next())
                .map(str::trim);
            let short = short.filter(|label| !label.is_empty());
            abbreviated(short.unwrap_or(usual)).to_owned()
        };
        Labels {
            ours: label(0, "ours"),
            theirs: label(1, "theirs"),
        }
    }
}

/// The beginning of a commit's whole id, or the label as it is.
fn abbreviated(label: &str) -> &str {
    const ID_CHARACTERS: [usize; 2] = [40, 64]; // SHA-1, SHA-256
    const SHORT_CHARACTERS: usize = 10;
    let is_id =
        ID_CHARACTERS.contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        &label[..SHORT_CHARACTERS]
    } else {
        label
    }
}

/// A name from the repository in a message: it cannot add lines of its own.
fn shown(path: &Path) -> String {
    path.display().to_string().escape_debug().to_string()
}

fn read(path: &Path) -> Result<Copy<'static>, vault::Error> {
    Copy::read(&FileStore::new(path))
}

/// Whether there is no key here, rather than a wrong vault.
fn is_locked(error: &Error) -> bool {
    matches!(error, Error::NotPinned { .. }) || error.exit() == Exit::Locked
}

/// The reason why the key here does not suffice, if another one would.
fn key_obstacle(error: &Error) -> Option<String> {
    Some(match error {
        Error::Vault(vault::Error::Keyring(keyring::Error::ReadOnly)) => {
            "both sides changed it, and the key here only reads".to_owned()
        }
        Error::Vault(vault::Error::OutOfReach { name }) => {
            format!("both sides changed the workspace {name}, which the key here does not open")
        }
        Error::Vault(vault::Error::Keyring(keyring::Error::KeyChanged)) => {
            "the key here was changed or removed in their version".to_owned()
        }
        _ => return None,
    })
}

/// The command that merges again. git names the path from the top of the work tree, and you may be below it.
/// After `--` it cannot be the subject of a commit.
fn with_a_key(path: &Path) -> String {
    let Some(path) = path.to_str() else {
        return "kluis unlock, then `git checkout --merge` and `git add` with its path".to_owned();
    };
    let quoted = format!("':/{}'", path.replace('\'', r"'\''"));
    format!("kluis unlock && git checkout --merge -- {quoted} && git add -- {quoted}")
}
