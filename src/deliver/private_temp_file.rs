//! A value in a private file, alone in its own directory. Dropping it removes the directory and everything in
//! it; killing the process does not.

use crate::plaintext::Plaintext;
use crate::platform::permissions::PRIVATE_FOLDER;
use crate::platform::private_file;
use data_encoding::HEXLOWER;
use rustix::fs::CWD;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub struct PrivateTempFile {
    directory: PathBuf,
}

impl PrivateTempFile {
    /// A file with exactly these bytes, in a new directory below `above`.
    pub fn new(value: &Plaintext, above: &Path) -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let directory = above.join(format!("kluis-{}", HEXLOWER.encode(&random)));
        DirBuilder::new().mode(PRIVATE_FOLDER).create(&directory)?;
        let file = Self { directory };
        private_file::create_new(CWD, &file.path())?.write_all(value.expose())?;
        Ok(file)
    }

    pub fn path(&self) -> PathBuf {
        self.directory.join("value")
    }

    /// Opens the present file for reading. It may have been replaced by another file, but not by a link.
    pub fn open(&self) -> io::Result<File> {
        let no_link = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(no_link).open(self.path())
    }
}

impl Drop for PrivateTempFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const VALUE: &[u8] = b"a\0b\n\xff\r\n\n";

    fn mode(path: impl AsRef<Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn it_is_the_owners_alone_and_gone_afterwards() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let file = PrivateTempFile::new(&value, above.path()).unwrap();
        let path = file.path();
        assert_eq!(fs::read(&path).unwrap(), VALUE);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let other = PrivateTempFile::new(&value, above.path()).unwrap();
        assert_ne!(other.path(), path);
        // A file that an editor left there.
        fs::write(path.with_extension("swp"), VALUE).unwrap();
        drop(file);
        drop(other);
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
