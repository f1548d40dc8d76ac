//! Reads files that contain a passphrase, a token or a key, and checks who else may read them.

use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::permissions::{Others, is_us};
use crate::platform::{bounded_read, descriptors, stdin};
use anyhow::Context as _;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// More than any passphrase or token. The limit ends the reading of `/dev/zero`, given by mistake.
const MAX_CREDENTIAL_BYTES: usize = 4096;

/// Whether a path means stdin.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The content of such a file.
pub struct CredentialFile {
    /// Without one final newline.
    pub text: Plaintext,
    /// Whether others may read or write the file.
    pub is_exposed: bool,
}

/// Reads a passphrase, a token or a key from a file; `-` is stdin. Checks the opened file itself: another file
/// may have taken its name meanwhile.
pub fn read_credential(path: &Path, what: &'static str) -> Result<CredentialFile, Error> {
    let read = if is_stdin(path) {
        stdin::file().and_then(|file| {
            let text = read(file.try_clone()?)?;
            descriptors::withhold(&file)?;
            Ok((text, false))
        })
    } else {
        File::open(path).and_then(|file| {
            descriptors::withhold(&file)?;
            let is_exposed = is_exposed(&file.metadata()?);
            Ok((read(file)?, is_exposed))
        })
    };
    let (text, is_exposed) =
        read.with_context(|| format!("cannot read the {what} from {}", path.display()))?;
    Ok(CredentialFile { text, is_exposed })
}

/// Hides a named file from every program that is started from now on. The file may not be needed.
pub fn withhold(path: &Path) -> Result<(), Error> {
    let withheld = if is_stdin(path) {
        descriptors::empty_stdin()
    } else {
        descriptors::withhold_unopened(path)
    };
    unless_absent(path, withheld)
}

/// The same for a file that is read later.
pub fn withhold_unread(path: &Path) -> Result<(), Error> {
    if is_stdin(path) {
        return Ok(());
    }
    unless_absent(path, descriptors::withhold_unread(path))
}

/// Ignores a file that is missing or cannot be examined: reading it will report the error.
fn unless_absent(path: &Path, withheld: io::Result<()>) -> Result<(), Error> {
    match withheld {
        Err(_) if path.metadata().is_err() => Ok(()),
        withheld => Ok(withheld.context("cannot keep the descriptor of a credential")?),
    }
}

fn read(file: File) -> io::Result<Plaintext> {
    let read = bounded_read::read(file, MAX_CREDENTIAL_BYTES + 1)?;
    Ok(Plaintext::from(read).without_final_newline())
}

/// Whether the file cannot exist. A service often has /dev/null as its home, and no file can be below that.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Whether others may read or write a file of your own, which you can fix with `chmod`. For a file of another
/// user, such as one mounted into a container, its owner chooses the mode.
pub fn is_exposed(found: &Metadata) -> bool {
    found.is_file() && is_us(found.uid()) && Others::of(found).may_do_anything()
}
