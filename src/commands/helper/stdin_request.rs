//! Reads the request of a program from stdin: within a bound, wiped, and never quoted.

use crate::context::Context;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::{bounded_read, stdin};
use crate::vault;
use crate::vault::rule::RuleViolation;
use anyhow::Context as _;
use std::fs::File;
use std::io::Read;

/// Far more than any program sends.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Reads a request to its end. It may contain a password, so it is wiped, and never quoted.
pub fn read(from: impl Read) -> Result<Plaintext, Error> {
    let read = bounded_read::read(from, MAX_REQUEST_BYTES + 1);
    let read = read.context("cannot read the request on stdin")?;
    if read.len() > MAX_REQUEST_BYTES {
        let rule = format!("a request can have at most {MAX_REQUEST_BYTES} bytes");
        return Err(refused(RuleViolation::too_long(rule)));
    }
    Ok(read.into())
}

/// The error for a request that breaks the protocol.
pub fn refused(broken: RuleViolation) -> Error {
    vault::Error::invalid("request", broken).into()
}

/// Opens stdin for a request. The passphrase cannot come from there as well.
pub fn stream(context: &Context) -> Result<File, Error> {
    context.check_stdin("the passphrase and the request")?;
    Ok(stdin::file().context("cannot read the request on stdin")?)
}
