//! Makes the value of a variable from its source and the values of its secrets.

use crate::deliver::environment::Origin;
use crate::deliver::formats::page::Page;
use crate::deliver::template::encode_url;
use crate::plaintext::Plaintext;
use crate::project::{Composition, Encoding, Part, Source};

/// The value of a variable.
pub struct Composed {
    pub origin: Origin,
    pub value: Plaintext,
    /// The secrets in it.
    pub parts: Vec<Plaintext>,
}

impl Composed {
    /// A text that is not secret.
    pub fn text(text: &str) -> Self {
        Self {
            origin: Origin::Text,
            value: Plaintext::new(text.as_bytes().to_vec()),
            parts: Vec::new(),
        }
    }

    /// Makes it from the values of the source's references, in order. `None` if the value of a secret is missing.
    pub fn new(source: &Source, mut values: Vec<Plaintext>) -> Option<Self> {
        Some(match source {
            Source::Literal(text) => Self::text(text),
            Source::Secret(reference) => Self {
                origin: Origin::Secret(reference.clone()),
                value: values.pop()?,
                parts: Vec::new(),
            },
            Source::Composed(composition) => Self {
                origin: Origin::Composition,
                value: compose(composition, &values),
                parts: values,
            },
        })
    }
}

/// The text with `values` in the place of its references, in order.
fn compose(composition: &Composition, values: &[Plaintext]) -> Plaintext {
    let mut page = Page::default();
    let mut values = values.iter();
    for part in &composition.parts {
        match (part, composition.encoding) {
            (Part::Text(text), _) => page.text(text),
            (Part::Secret(_), encoding) => {
                let value = values.next().map_or(&[][..], Plaintext::expose);
                match encoding {
                    Encoding::AsItIs => page.bytes(value),
                    Encoding::Url => encode_url(value, &mut page),
                }
            }
        }
    }
    page.finish()
}
