//! Reads files that hold a passphrase, a token or a key, and checks who else may read them.

use crate::error::Error;
use crate::plaintext::Plaintext;
use anyhow::Context as _;
use rustix::process::geteuid;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use zeroize::Zeroizing;

/// Longer than any passphrase or token. The limit ends the reading of `/dev/zero`, given by mistake.
const MAX_CREDENTIAL_BYTES: usize = 4096;
const OTHERS: u32 = 0o077;

/// Whether a path means stdin and not a file.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a passphrase or token from a file, without one final newline; `-` is stdin.
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

/// Whether the file cannot exist. A service often has /dev/null as its home, and nothing lies below that.
pub fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Whether others may read or write a file of your own, which `chmod` can fix. A file of another user, such
/// as one mounted into a container, has the mode that its owner chose.
pub fn is_exposed(found: &Metadata) -> bool {
    found.is_file() && found.uid() == geteuid().as_raw() && found.mode() & OTHERS != 0
}
