//! Names secrets that were deleted long ago and still keep their values.

use super::finding::Finding;
use crate::report::counted::counted;
use crate::vault::time::Timestamp;
use crate::vault::{Error, Vault};

/// The days after which deleted secrets are reported.
const MAX_DAYS: u64 = 30;

/// `None` if no secret was deleted that long ago, as far as the key sees.
pub fn examine(vault: &Vault, now: Timestamp) -> Option<Finding> {
    match long_deleted(vault, now) {
        Ok(0) => None,
        Ok(count) => Some(Finding::warn(
            "deleted",
            format!(
                "{} kept for more than {MAX_DAYS} days after deletion, with all values",
                counted(count, "secret")
            ),
            format!(
                "`kluis list --deleted` shows them, `kluis vault prune --deleted --older-than {MAX_DAYS}d` drops them for ever"
            ),
        )),
        Err(error) => Some(Finding::of_error("deleted", &error.into())),
    }
}

fn long_deleted(vault: &Vault, now: Timestamp) -> Result<usize, Error> {
    let until = now.seconds().saturating_sub(MAX_DAYS * 86_400);
    let mut count = 0;
    for workspace in vault.workspaces() {
        let deleted = vault.deleted(workspace)?;
        let times = deleted.iter().filter_map(|secret| secret.deleted_at);
        count += times.filter(|time| time.seconds() < until).count();
    }
    Ok(count)
}
