//! The option that names a user.

use crate::error::Error;
use crate::settings::hosts::Username;
use crate::vault;

/// Parses a username from the command line.
pub fn parse_username(text: &str) -> Result<Username, Error> {
    let username = Username::parse(text);
    Ok(username.map_err(|broken| vault::Error::invalid("username", broken))?)
}
