//! `vault merge`: takes over the changes in another copy of the vault.

use crate::commands::Command;
use crate::context::{Context, Merging};
use crate::error::Error;
use crate::report::merging::{MergedEntry, entries, heading, lines};
use crate::store::file::FileStore;
use crate::vault::merge::{Copy, Labels};
use crate::vault::{Scan, Written};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Take over what changed in another copy of the vault
///
/// Two people changed one vault: this keeps the changes of both. A secret that both changed keeps both values as
/// versions. A field that both changed stays as it is here. Prints each secret that you should look at: changed on
/// both sides, allowed to go to more hosts, or linked to an app.
///
/// Each part of a vault lists the states that it was made from. By that `kluis` sees which copy is newer, and an
/// older copy changes nothing. Without --base, nothing counts as deleted because the other copy lacks it. Changes of
/// keys on both sides, and changes signed by a key that was removed, are refused (exit code 6).
///
/// In a git work tree `kluis git install` makes git do this by itself.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault merge ~/laptop/default.kluis --dry-run
  kluis vault merge ~/laptop/default.kluis")]
pub struct Merge {
    /// The other copy of the vault
    #[arg(value_name = "FILE")]
    other: PathBuf,

    /// The copy that both were made from, to see what was deleted
    #[arg(long, value_name = "FILE")]
    base: Option<PathBuf>,

    /// Show what would change, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct MergeJson<'a> {
    other: String,
    /// Whether the vault has changed, or would change with `--dry-run`.
    changed: bool,
    report: Vec<MergedEntry<'a>>,
}

impl Command for Merge {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let theirs = read(&self.other)?;
        let base = self.base.as_deref().map(read).transpose()?;
        let labels = Labels {
            ours: "this vault".into(),
            theirs: self.other.display().to_string(),
        };
        let mut vault = context.open(Scan::Lookup)?;
        let merging = Merging {
            theirs: &theirs,
            base: base.as_ref(),
            labels: &labels,
            is_rehearsal: self.dry_run,
        };
        let merged = context.merge_in(&mut vault, &merging)?;
        let changed = if self.dry_run {
            merged.result.changes
        } else {
            merged.written == Written::Replaced
        };
        let report = &merged.result.report;
        if context.json {
            return Ok(context.ui.json(&MergeJson {
                other: labels.theirs,
                changed,
                report: entries(report),
            })?);
        }
        for line in lines(report) {
            context.ui.line(line.trim_start())?;
        }
        context.ui.note(&match (changed, self.dry_run) {
            (false, _) => "unchanged: this vault has everything that the other copy has".to_owned(),
            (true, true) => {
                "nothing was changed: without --dry-run the copy would be merged".to_owned()
            }
            (true, false) => heading(&labels),
        });
        Ok(())
    }
}

/// Reads another copy. An error names it, because the vault in use is not damaged.
fn read(path: &Path) -> Result<Copy<'static>, Error> {
    Copy::read(&FileStore::new(path)).map_err(|error| Error::InFile {
        path: path.to_owned(),
        error: Box::new(error.into()),
    })
}
