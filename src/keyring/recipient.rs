//! A public key as you give it away, `klp_…`. With it the owner of a vault can add you; it reveals nothing else.

use super::{Error, base62};
use crate::sealed::id::VaultId;
use crate::sealed::seed::{PublicKey, seal_grant};

pub const PREFIX: &str = "klp_";
const PUBLIC_BYTES: usize = 32;

/// The text to give away.
pub fn encode(public: &PublicKey) -> String {
    base62::encode(PREFIX, public).to_string()
}

/// Parses `klp_…`, ignoring white space around it. Refuses a low-order point, because anyone could open a
/// grant to it.
pub fn parse(text: &str) -> Result<PublicKey, Error> {
    let public = base62::decode::<PUBLIC_BYTES>(PREFIX, text.trim());
    let public = *public.ok_or(Error::MistypedPublicKey)?;
    match seal_grant(VaultId::from_bits(0), &public, "", b"") {
        Some(_) => Ok(public),
        None => Err(Error::MistypedPublicKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::derive::Key;
    use crate::sealed::id::KeyId;
    use crate::sealed::seed::Seed;

    #[test]
    fn a_public_key_reads_back_as_it_was_written() {
        let secret = Key::new([5; PUBLIC_BYTES]);
        let seed = Seed::new(secret, VaultId::from_bits(1), KeyId::from_bits(2));
        let text = encode(&seed.public());
        assert!(text.starts_with("klp_") && text.len() == 53, "{text}");
        assert_eq!(parse(&text).ok(), Some(seed.public()));
        assert_eq!(parse(&format!(" {text}\n")).ok(), Some(seed.public()));
    }

    #[test]
    fn an_invalid_public_key_is_refused() {
        let text = encode(&[9; PUBLIC_BYTES]);
        assert!(parse(&text).is_ok());
        let one_letter = text.replacen(
            &text[20..21],
            if &text[20..21] == "a" { "b" } else { "a" },
            1,
        );
        for wrong in [
            "",
            "klp_",
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("klp_", "kls_"),
            &one_letter,
            &encode(&[0; PUBLIC_BYTES]),
        ] {
            assert!(
                matches!(parse(wrong), Err(Error::MistypedPublicKey)),
                "{wrong}"
            );
        }
    }
}
