//! Files that hold a passphrase, a token or a key, and who else may read them.

use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::permissions::{Others, is_us};
use crate::platform::{bounded_read, stdin};
use anyhow::Context as _;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// More than any passphrase or token, so that naming `/dev/zero` by mistake ends.
const MAX_CREDENTIAL_BYTES: usize = 4096;

/// Whether a path names no file but stdin.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A passphrase or token from a file, one final newline aside; `-` is stdin.
pub fn read_credential(path: &Path, what: &'static str) -> Result<Plaintext, Error> {
    let file = if is_stdin(path) {
        stdin::file()
    } else {
        File::open(path)
    };
    let read = file.and_then(|file| bounded_read::read(file, MAX_CREDENTIAL_BYTES + 1));
    let read =
        read.with_context(|| format!("the {what} could not be read from {}", path.display()))?;
    Ok(Plaintext::from(read).without_final_newline())
}

/// Whether there can be no such file. A service often has /dev/null as its home, below which there is nothing.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Whether others may touch a file of one's own: that is mended with `chmod`, while a file of somebody else's,
/// such as one that a container is given, has the mode that they chose.
pub fn is_exposed(found: &Metadata) -> bool {
    found.is_file() && is_us(found.uid()) && Others::of(found).may_do_anything()
}
