//! The argument that says where a secret goes: `NAME` or `workspace/NAME`.

use super::secret::{parse, whole};
use crate::error::Error;
use crate::vault;
use crate::vault::change::NewPlace;
use crate::vault::name::SecretName;
use crate::vault::reference::{Reference, Target};

/// Parses `NAME` or `workspace/NAME`.
pub fn parse_new_place(text: &str, literal_name: bool) -> Result<NewPlace, Error> {
    let Reference {
        workspace, secret, ..
    } = whole(parse(text, literal_name)?)?;
    let name = match secret {
        Target::Name(name) => Ok(name),
        // An id is never a name of your choice: the rule for names says so.
        Target::Id(id) => SecretName::parse(&id.to_string()),
    };
    let name = name.map_err(|broken| vault::Error::invalid("name", broken))?;
    Ok(NewPlace {
        workspace,
        name: Some(name),
    })
}
