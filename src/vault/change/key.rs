//! Putting a key's new line into the header.

use super::Change;
use crate::sealed::header::Key;
use crate::vault::Error;

impl Change<'_> {
    /// Replaces the key of the same id.
    pub fn replace_key(&mut self, key: Key) -> Result<(), Error> {
        self.check_full_access()?;
        let lines = &mut self.change_header()?.keys;
        match lines.iter_mut().find(|line| line.id == key.id) {
            Some(line) => {
                *line = key;
                Ok(())
            }
            None => Err(crate::keyring::Error::KeyChanged.into()),
        }
    }
}
