//! A value as a command's standard input: the command reads exactly its bytes, then the end.

use crate::plaintext::Plaintext;
use rustix::stdio::dup2_stdin;
use std::fs::File;
use std::io;

/// Replaces the standard input of this process, and of everything that it becomes or starts from now on. No other
/// descriptor of the value stays open, and the file has no name.
pub fn replace(value: &Plaintext) -> io::Result<()> {
    Ok(dup2_stdin(&nameless(value)?)?)
}

/// A file in memory with exactly these bytes, at its beginning. Nobody can change it.
#[cfg(target_os = "linux")]
fn nameless(value: &Plaintext) -> io::Result<File> {
    use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, memfd_create};
    use rustix::io::Errno;
    use std::io::{Seek, Write};

    crate::platform::signals::survive_file_size_limit();
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // A system may insist on the flag (vm.memfd_noexec); before Linux 6.3 it does not exist.
    let created = match memfd_create("value", flags | MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => memfd_create("value", flags),
        created => created,
    };
    let mut file = File::from(created?);
    file.write_all(value.expose())?;
    file.rewind()?;
    fchmod(&file, Mode::RUSR)?;
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    fcntl_add_seals(&file, seals)?;
    Ok(file)
}

/// A temporary file with exactly these bytes; its name is removed at once.
#[cfg(not(target_os = "linux"))]
fn nameless(value: &Plaintext) -> io::Result<File> {
    let place = std::env::temp_dir();
    super::private_temp_file::PrivateTempFile::new(value, &place)?.open()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const VALUE: &[u8] = b"a\0b\nc'\"\\$(id)\xff\r\n\n";

    #[test]
    fn it_holds_exactly_the_value_from_its_beginning() {
        let mut file = nameless(&Plaintext::new(VALUE.to_vec())).unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert_eq!(read, VALUE);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn no_process_can_change_it() {
        use std::io::Write;
        let mut file = nameless(&Plaintext::new(VALUE.to_vec())).unwrap();
        assert!(file.write(b"x").is_err());
        assert!(file.set_len(0).is_err());
    }
}
