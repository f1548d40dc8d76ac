//! `vault`: verifies, re-encrypts, restores, merges, compares and prunes the whole file.

mod diff;
mod merge;
mod prune;
mod rekey;
mod restore;
mod verify;

/// Check, renew or restore the whole file
///
/// The vault is one encrypted file. `verify` checks it and prints its pin, `restore` undoes the last change
/// of the whole file, `rekey` replaces its keys, `merge` takes over what changed in another copy, `diff` compares
/// two vaults or workspaces, and `prune` makes it smaller.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault verify
  kluis vault restore --dry-run")]
pub struct Vault {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs! { Vault:
    Verify(verify::Verify),
    Rekey(rekey::Rekey),
    Restore(restore::Restore),
    Merge(merge::Merge),
    Diff(diff::Diff),
    Prune(prune::Prune),
}
