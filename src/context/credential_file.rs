//! Files that hold a passphrase, a token or a key, and who else may read them.

use crate::error::Error;
use crate::plaintext::Plaintext;
use anyhow::Context as _;
use rustix::process::geteuid;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// More than any passphrase or token, so that naming `/dev/zero` by mistake ends.
const MAX_CREDENTIAL_BYTES: usize = 4096;
const OTHERS: u32 = 0o077;

/// Whether a path names no file but stdin.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A passphrase or token from a file, one final newline aside; `-` is stdin.
pub fn read_credential(path: &Path, what: &'static str) -> Result<Plaintext, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_CREDENTIAL_BYTES + 1));
    let file = if is_stdin(path) {
        Ok(Box::new(io::stdin()) as Box<dyn Read>)
    } else {
        File::open(path).map(|file| Box::new(file) as Box<dyn Read>)
    };
    file.and_then(|file| {
        file.take(MAX_CREDENTIAL_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
    })
    .with_context(|| format!("cannot read the {what} from {}", path.display()))?;
    Ok(Plaintext::new(std::mem::take(&mut *bytes)).without_final_newline())
}

/// Whether there can be no such file. A service often has /dev/null as its home, below which there is nothing.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Whether others may touch a file of one's own: that is mended with `chmod`, while a file of somebody else's,
/// such as one that a container is given, has the mode that they chose.
pub fn is_exposed(found: &Metadata) -> bool {
    found.is_file() && found.uid() == geteuid().as_raw() && found.mode() & OTHERS != 0
}
