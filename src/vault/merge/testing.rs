//! Reads every value of a copy, for the tests of merging.

use super::copy::{Copy, Version};
use crate::keyring::Keyring;
use crate::vault::Error;
use crate::vault::workspace::Workspace;

/// Every value of a section, also of deleted secrets.
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
