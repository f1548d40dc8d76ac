//! The argument that names a key, by its id or its label.

use crate::error::Error;
use crate::sealed::id::KeyId;
use crate::vault;
use crate::vault::key::{Key, Label};
use crate::vault::similar::nearest;

/// The key with this id, or the only one with this label. Never repeats a token given by mistake.
pub fn find_key<'k>(keys: &'k [Key], named: &str) -> Result<&'k Key, Error> {
    if KeyId::parse(named).is_none() && Label::parse(named).is_err() {
        return Err(Error::Usage {
            message: "this is neither the id nor the label of a key".into(),
            hint: Some("run `kluis key list` to see the ids and labels".into()),
        });
    }
    let is_meant = |key: &&Key| match KeyId::parse(named) {
        Some(id) => key.id == id,
        None => key.label == named,
    };
    let found: Vec<&Key> = keys.iter().filter(is_meant).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => {
            let labels = keys.iter().map(|key| key.label.as_str());
            Err(vault::Error::NotFound {
                what: "key",
                name: named.to_owned(),
                within: None,
                near: nearest(named, labels).map(str::to_owned),
            }
            .into())
        }
        several => Err(vault::Error::InUse {
            message: format!("{} keys have the label {named}", several.len()),
            hint: "give the id of one, which `kluis key list` shows",
            ids: several.iter().map(|key| key.id.to_string()).collect(),
        }
        .into()),
    }
}
