//! What the tests of merging do to records that no verb does here, and how they look at all of them.

use super::copy::{Copy, Record, Version};
use super::write::{secret_index, stored_secret};
use crate::keyring::Keyring;
use crate::vault::Error;
use crate::vault::change::Change;
use crate::vault::time::Timestamp;
use crate::vault::workspace::Workspace;

/// Deletes a secret so that it can be restored, or restores one.
pub fn mark_deleted(
    change: &mut Change<'_>,
    path: &str,
    deleted_at: Option<Timestamp>,
) -> Result<(), Error> {
    let copy = Copy::lent(change.view());
    for home in change.workspaces().to_vec() {
        let records = copy.records(change.keyring(), &home)?;
        let there = |record: &&Record| record.secret.path() == path;
        let mut found = records.secrets.values().filter(there);
        if deleted_at.is_none() && found.clone().any(|one| !one.secret.is_deleted()) {
            let (what, name) = ("secret", path.to_owned());
            return Err(Error::Exists { what, name });
        }
        let found = found.find(|record| record.secret.is_deleted() == deleted_at.is_none());
        if let Some(record) = found {
            change.remove_record(home.id, secret_index(change.keyring(), record)?)?;
            let mut record = record.clone();
            record.secret.deleted_at = deleted_at;
            let index = secret_index(change.keyring(), &record)?;
            let stored = stored_secret(change.keyring(), &record)?;
            return change.put_record(home.id, index, stored);
        }
    }
    Err(Error::absent("secret", path))
}

/// Every value of a section, also of what is deleted.
pub fn all_values(
    copy: &Copy<'_>,
    keyring: &dyn Keyring,
    home: &Workspace,
) -> Result<Vec<Vec<u8>>, Error> {
    let records = copy.records(keyring, home)?;
    let versions = records.secrets.values().flat_map(|record| &record.versions);
    let open = |version: &Version| {
        Ok(keyring
            .open(version.place, &version.sealed)?
            .expose()
            .to_vec())
    };
    versions.map(open).collect()
}
