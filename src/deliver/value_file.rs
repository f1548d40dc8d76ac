//! A value as a file, for programs that take a path instead of a variable.
//!
//! Only this process, and what it starts as the same user, can read it. On Linux it is never on a disk or in a
//! directory, and cannot be changed.

#[cfg(not(target_os = "linux"))]
use super::private_temp_file::PrivateTempFile;
use crate::plaintext::Plaintext;
use std::io;
use std::path::PathBuf;

/// A file that holds a value while this lives and, on Linux, while a process lives that inherited it.
pub struct ValueFile(
    #[cfg(target_os = "linux")] in_memory::File,
    #[cfg(not(target_os = "linux"))] PrivateTempFile,
);

impl ValueFile {
    /// A file with exactly these bytes; every process started meanwhile inherits it.
    pub fn new(value: &Plaintext) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        let file = in_memory::File::new(value)?;
        #[cfg(not(target_os = "linux"))]
        let file = PrivateTempFile::new(value, &place())?;
        Ok(Self(file))
    }

    /// The path for a child and its children; each opens it at its beginning.
    pub fn path(&self) -> PathBuf {
        self.0.path()
    }

    /// Reads its content.
    pub fn read(&self) -> io::Result<Plaintext> {
        std::fs::read(self.path()).map(Plaintext::new)
    }
}

#[cfg(target_os = "linux")]
mod in_memory {
    use crate::plaintext::Plaintext;
    use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, memfd_create};
    use rustix::io::{Errno, FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
    use std::fs;
    use std::io::{self, Seek, Write};
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::path::PathBuf;

    /// The lower numbers are those that shell scripts redirect, as in `exec 3<file`.
    const MIN_DESCRIPTOR: i32 = 10;

    pub struct File(OwnedFd);

    impl File {
        pub fn new(value: &Plaintext) -> io::Result<Self> {
            let mut written = fs::File::from(create()?);
            written.write_all(value.expose())?;
            // A process that reads the descriptor itself starts at the beginning, too.
            written.rewind()?;
            fchmod(&written, Mode::RUSR)?;
            let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
            fcntl_add_seals(&written, seals)?;
            let file = Self(fcntl_dupfd_cloexec(&written, MIN_DESCRIPTOR)?);
            fcntl_setfd(&file.0, FdFlags::empty())?;
            // A missing /proc must be reported before a command is started.
            fs::metadata(file.path())?;
            Ok(file)
        }

        pub fn path(&self) -> PathBuf {
            // Without this process's id: no other process may look into it.
            format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
        }
    }

    fn create() -> io::Result<OwnedFd> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        // A system may insist on the flag (vm.memfd_noexec); before Linux 6.3 it does not exist.
        match memfd_create("value", flags | MemfdFlags::NOEXEC_SEAL) {
            Err(Errno::INVAL) => Ok(memfd_create("value", flags)?),
            created => Ok(created?),
        }
    }
}

/// The user's directory for files of the session, else the one for temporary files.
#[cfg(not(target_os = "linux"))]
fn place() -> PathBuf {
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    own.filter(|own| own.is_absolute() && own.is_dir())
        .unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    const VALUE: &[u8] = b"a\0b\nc'\"\\$(id)\xff\r\n\n";

    fn value() -> Plaintext {
        Plaintext::new(VALUE.to_vec())
    }

    fn printed_by(script: &str, file: &ValueFile) -> Vec<u8> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("FILE", file.path());
        shell.output().unwrap().stdout
    }

    #[test]
    fn a_child_and_its_child_can_read_the_exact_bytes_repeatedly() {
        let file = ValueFile::new(&value()).unwrap();
        let twice = [VALUE, VALUE].concat();
        assert_eq!(printed_by("cat \"$FILE\" \"$FILE\"", &file), twice);
        let grandchild = "sh -c 'sh -c \"cat \\\"\\$FILE\\\"; :\"; cat \"$FILE\"; :'; :";
        assert_eq!(printed_by(grandchild, &file), twice);
        assert_eq!(fs::read(file.path()).unwrap(), VALUE);
    }

    #[test]
    fn two_files_are_apart() {
        let one = ValueFile::new(&value()).unwrap();
        let two = ValueFile::new(&Plaintext::new(b"two".to_vec())).unwrap();
        assert_ne!(one.path(), two.path());
        assert_eq!(fs::read(one.path()).unwrap(), VALUE);
        assert_eq!(fs::read(two.path()).unwrap(), b"two");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_read_only_and_only_its_owner_opens_it() {
        use std::os::unix::fs::MetadataExt;
        let file = ValueFile::new(&value()).unwrap();
        let mode = fs::metadata(file.path()).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o400);
        // Root may open anything; the seal still holds.
        let opened = fs::OpenOptions::new().write(true).open(file.path());
        if let Ok(opened) = opened {
            assert!(opened.set_len(0).is_err());
            assert!(io::Write::write(&mut &opened, b"x").is_err());
        }
        assert_eq!(fs::read(file.path()).unwrap(), VALUE);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_script_that_opens_files_of_its_own_does_not_lose_it() {
        let file = ValueFile::new(&value()).unwrap();
        let script = "exec 3</dev/null 4</dev/null 9</dev/null; cat \"$FILE\" 2>&1";
        assert_eq!(printed_by(script, &file), VALUE);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_started_afterwards_finds_nothing() {
        let file = ValueFile::new(&value()).unwrap();
        let path = file.path();
        let same = |path| fs::read(path).is_ok_and(|found| found == VALUE);
        assert!(same(&path));
        drop(file);
        assert!(!same(&path));
    }
}
