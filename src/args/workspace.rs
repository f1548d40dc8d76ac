//! The arguments that give a workspace its name and description.

use crate::error::Error;
use crate::vault;
use crate::vault::description::Description;
use crate::vault::name::WorkspaceName;

pub fn parse_name(text: &str) -> Result<WorkspaceName, Error> {
    Ok(WorkspaceName::parse(text).map_err(|broken| vault::Error::invalid("workspace", broken))?)
}

pub fn parse_description(text: &str) -> Result<Description, Error> {
    Ok(Description::parse(text).map_err(|broken| vault::Error::invalid("description", broken))?)
}
