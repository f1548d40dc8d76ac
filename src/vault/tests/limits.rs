//! Tests that the documented limits are the real ones.

use crate::sealed::{SealedBytes, header};
use crate::vault::{description, domain, name, slot, value};

const TEXT: &str = include_str!("../../help/references.rs");

#[test]
fn the_documented_limits_are_enforced() {
    let grouped = |number: usize| match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    };
    for (limit, told) in [
        (value::MAX_VALUE_BYTES, "value        1 to {} bytes"),
        (
            description::MAX_DESCRIPTION_CHARACTERS,
            "description  {} characters",
        ),
        (slot::MAX_SLOTS, "versions     {} of one secret"),
        (domain::MAX_ALLOWED_DOMAINS, "hosts        {} of one secret"),
        (
            usize::try_from(SealedBytes::MAX >> 20).unwrap(),
            "vault        {} MiB",
        ),
        (header::MAX_WORKSPACES, ", {} workspaces"),
        (header::MAX_KEYS, ", {} keys"),
        (header::MAX_PASSPHRASES, "{} of them passphrases"),
        (name::MAX_SECRET_NAME_CHARACTERS, "secret     1 to {} of"),
        (name::MAX_WORKSPACE_NAME_CHARACTERS, "workspace  1 to {} of"),
    ] {
        let told = told.replace("{}", &grouped(limit));
        assert!(TEXT.contains(&told), "{told}");
    }
}
