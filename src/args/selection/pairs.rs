//! Parses variables and their secrets from the command line: `KEY=REF`.

use crate::args::secret::parse_key;
use crate::error::Error;
use crate::vault;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::Reference;

pub fn parse_pair(pair: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = pair.split_once('=').ok_or_else(|| Error::Usage {
        message: "-e needs KEY=REF".into(),
        hint: Some("such as -e GITHUB_TOKEN=github_token".into()),
    })?;
    Ok((parse_key(key)?, parse_reference("env", reference)?))
}

/// The same for --file.
pub fn parse_file(pair: &str) -> Result<(EnvKey, Reference), Error> {
    let (key, reference) = pair.split_once('=').ok_or_else(|| Error::Usage {
        message: "--file needs KEY=REF".into(),
        hint: Some("such as --file TLS_KEY=tls_key".into()),
    })?;
    Ok((parse_key(key)?, parse_reference("file", reference)?))
}

pub fn parse_reference(option: &str, text: &str) -> Result<Reference, Error> {
    let reference = Reference::parse(text);
    Ok(reference.map_err(|broken| vault::Error::invalid(option, broken))?)
}

pub fn parse_keys(keys: &[String]) -> Result<Vec<EnvKey>, Error> {
    keys.iter().map(|key| parse_key(key)).collect()
}
