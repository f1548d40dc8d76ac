//! `import`: many secrets from one file, all of them or none.

mod dotenv;
mod entries;
mod environment;
mod format;
mod json;
mod summary;
mod yaml;
mod yaml_type;

use super::context::is_stdin;
use super::input::read_bounded;
use super::{Context, Verb, stdin};
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::vault;
use crate::vault::change::{Change, Fields, NewSecret, SecretUpdate, Values};
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::{Secret, checksum};
use crate::vault::{Scan, Vault};
use anyhow::Context as _;
use entries::{Empty, Entry};
use format::Format;
use std::fs::File;
use std::path::PathBuf;
use summary::{Fate, Summary};

/// Read many secrets from a file
///
/// Each name becomes a secret of that name, and its environment key too where it can be one. All of them
/// are written at once, or none: not when a name is taken by another value, nor when a value is empty. A
/// value that is there already changes nothing. Prints what became of each name.
///
/// `dotenv` is read as python-dotenv reads it, without interpolation; `json` and `yaml` are one flat object
/// of names and strings; `env` is what `env -0` prints, or `env` where no value has a second line. The file
/// stays as it is, with its values in the clear: delete it when they are here.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis import .env --format dotenv --dry-run
  kluis import secrets.json --format json --on-conflict replace
  env -0 | kluis import --format env --skip-empty -w staging")]
pub struct Import {
    /// The file to read; `-`, or none, is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// How the file is written
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Format,

    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// What to do with a name that has another value already: fail, keep that (skip), or replace it
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        hide_possible_values = true
    )]
    on_conflict: OnConflict,

    /// Leave out names with an empty value
    #[arg(long)]
    skip_empty: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
enum OnConflict {
    #[default]
    Fail,
    Skip,
    Replace,
}

impl Verb for Import {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let entries = self.read(context)?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let workspace = workspace.as_ref();
        let summary = if self.dry_run {
            let second = context.now.seconds();
            let fates = self.decide(&entries, second, |secret| {
                look_up(&vault, workspace, secret)
            })?;
            context
                .ui
                .note("a dry run: nothing is written, this is what would be done");
            Summary::new(&entries, &fates)
        } else {
            let changed = context.change_in(&mut vault, |change| {
                let second = change.now().seconds();
                let fates =
                    self.decide(&entries, second, |secret| change.look_up(workspace, secret))?;
                let summary = Summary::new(&entries, &fates);
                for (entry, fate) in entries.into_iter().zip(fates) {
                    write(change, workspace, entry, fate)?;
                }
                Ok(summary)
            })?;
            changed.result
        };
        summary.print(context)
    }
}

impl Import {
    /// Asks nobody for anything: broken input is told before the vault is unlocked.
    fn read(&self, context: &Context) -> Result<Vec<Entry>, Error> {
        let empty = if self.skip_empty {
            Empty::Skipped
        } else {
            Empty::Refused
        };
        let entries = self.format.read(&self.input(context)?, empty);
        Ok(entries.map_err(vault::Error::Invalid)?)
    }

    fn input(&self, context: &Context) -> Result<Plaintext, Error> {
        if let Some(path) = self.file.as_deref().filter(|path| !is_stdin(path)) {
            let read = File::open(path).and_then(|mut file| read_bounded(&mut file));
            return Ok(read.context("the file to import could not be read")?);
        }
        let passphrase = context.settings.unlocking.passphrase_file.as_deref();
        if passphrase.is_some_and(is_stdin) {
            return Err(Error::usage(
                "the passphrase and the import cannot both come from stdin",
            ));
        }
        let stream = stdin::unbuffered().context("stdin could not be read")?;
        let mut stream = stream.ok_or_else(|| {
            Error::usage("stdin is a terminal, which would show the values: name a file")
        })?;
        Ok(read_bounded(&mut stream).context("stdin could not be read")?)
    }

    /// What is to become of each name, in the order of the input, or all that stands in the way.
    fn decide(
        &self,
        entries: &[Entry],
        second: u64,
        mut look_up: impl FnMut(&Reference) -> Result<Option<Secret>, vault::Error>,
    ) -> Result<Vec<Fate>, Error> {
        let mut fates = Vec::with_capacity(entries.len());
        let mut taken = Vec::new();
        for entry in entries {
            let secret = look_up(&reference(entry))?;
            let fate = match (&entry.value, secret) {
                (None, _) => Fate::Skipped,
                (Some(_), None) => Fate::Created,
                (Some(value), Some(secret)) if holds(&secret, value, second) => Fate::Unchanged,
                (Some(_), Some(secret)) => match self.on_conflict {
                    OnConflict::Skip => Fate::Skipped,
                    OnConflict::Replace => {
                        secret.check_settled()?;
                        Fate::Updated
                    }
                    OnConflict::Fail => {
                        taken.push(secret.path());
                        Fate::Skipped
                    }
                },
            };
            fates.push(fate);
        }
        if taken.is_empty() {
            return Ok(fates);
        }
        Err(conflict(&taken).into())
    }
}

/// Whether a value is the one effective now.
fn holds(secret: &Secret, value: &Plaintext, second: u64) -> bool {
    let effective = secret.effective(second);
    effective.is_some_and(|position| secret.slots[position].checksum == checksum(value.expose()))
}

fn conflict(taken: &[String]) -> vault::Error {
    const MAX_SHOWN: usize = 10;
    let shown = &taken[..taken.len().min(MAX_SHOWN)];
    let more = match taken.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    vault::Error::InUse {
        message: format!(
            "there with another value already: {}{more}; nothing was written",
            shown.join(", ")
        ),
        hint: "--on-conflict replace gives them the new values, --on-conflict skip keeps the old ones",
        ids: Vec::new(),
    }
}

fn reference(entry: &Entry) -> Reference {
    Reference::to(Target::Name(entry.name.clone()))
}

fn look_up(
    vault: &Vault,
    workspace: Option<&WorkspaceName>,
    reference: &Reference,
) -> Result<Option<Secret>, vault::Error> {
    match vault.secret(workspace, reference) {
        Ok(secret) => Ok(Some(secret)),
        Err(vault::Error::NotFound { what: "secret", .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(
    change: &mut Change<'_>,
    workspace: Option<&WorkspaceName>,
    entry: Entry,
    fate: Fate,
) -> Result<(), vault::Error> {
    let reference = reference(&entry);
    let Entry { name, value } = entry;
    match (fate, value) {
        (Fate::Created, Some(value)) => {
            let fields = Fields {
                env_key: EnvKey::parse(name.as_str()).ok(),
                ..Fields::default()
            };
            let slots = vec![(0, value)];
            let new = NewSecret {
                name,
                fields,
                slots,
            };
            change.create_secret(workspace, new)?;
        }
        (Fate::Updated, Some(value)) => {
            let update = SecretUpdate {
                values: Values::Effective(value),
                ..SecretUpdate::default()
            };
            change.update_secret(workspace, &reference, update)?;
        }
        (_, _) => {}
    }
    Ok(())
}
