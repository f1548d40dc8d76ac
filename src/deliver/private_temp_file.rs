//! A value in a private file, alone in a folder of its own. A program may write to the file and put other files
//! beside it. Dropping this removes all of them.

use super::private_temp_folder::PrivateTempFolder;
use crate::plaintext::Plaintext;
use crate::platform::private_file;
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const NAME: &str = "value";

pub struct PrivateTempFile(PrivateTempFolder);

impl PrivateTempFile {
    /// A file with exactly these bytes, in a new folder below `above`. While a process that started meanwhile
    /// runs, the folder does not count as a leftover.
    pub fn new(value: &Plaintext, above: &Path) -> io::Result<Self> {
        let mut folder = PrivateTempFolder::new(above)?;
        folder.share()?;
        let mut file = private_file::create_new(folder.descriptor(), NAME.as_ref())?;
        file.write_all(value.expose())?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join(NAME)
    }

    /// Opens the present file for reading. It may have been replaced by another file, but not by a link.
    pub fn open(&self) -> io::Result<File> {
        let no_link = OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(no_link).open(self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    const VALUE: &[u8] = b"a\0b\n\xff\r\n\n";

    #[test]
    fn it_is_the_owners_alone_and_gone_afterwards() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let file = PrivateTempFile::new(&value, above.path()).unwrap();
        let path = file.path();
        assert_eq!(fs::read(&path).unwrap(), VALUE);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        // A file that an editor left there.
        fs::write(path.with_extension("swp"), VALUE).unwrap();
        drop(file);
        assert_eq!(fs::read_dir(&above).unwrap().count(), 0);
    }

    #[test]
    fn a_replaced_file_is_read_unless_it_is_a_link() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let file = PrivateTempFile::new(&value, above.path()).unwrap();
        let other = file.path().with_extension("new");
        fs::write(&other, b"new").unwrap();
        fs::rename(&other, file.path()).unwrap();
        assert_eq!(io::read_to_string(file.open().unwrap()).unwrap(), "new");
        fs::remove_file(file.path()).unwrap();
        assert!(file.open().is_err());
        std::os::unix::fs::symlink("/etc/hostname", file.path()).unwrap();
        assert!(file.open().is_err());
    }
}
