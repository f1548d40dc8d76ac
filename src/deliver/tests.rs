//! Tests what a hostile writer of secrets cannot do through the environment of a program that uses them.

use super::environment::{Environment, Error, Origin};
use crate::plaintext::Plaintext;
use crate::vault::Scan;
use crate::vault::change::{Fields, NewSecret};
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::SecretName;
use crate::vault::slot::Choice;
use crate::vault::tests::{Owned, now, open, reference};

#[test]
fn a_secret_that_wants_to_be_ld_preload_opens_and_goes_nowhere() {
    let owned = Owned::new();
    let key = EnvKey::parse("LD_PRELOAD").unwrap();
    owned.change(|change| {
        let new = NewSecret {
            name: SecretName::parse("name").unwrap(),
            fields: Fields {
                env_key: Some(key.clone()),
                ..Fields::default()
            },
            slots: vec![(0, Plaintext::new(b"/tmp/evil.so".to_vec()))],
        };
        change.create_secret(None, new)
    });
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let selected = vault
        .value(
            None,
            &reference("name"),
            Choice::At(now()),
            &Destination::default(),
        )
        .unwrap();
    assert_eq!(selected.secret.env_key, key);

    let mut environment = Environment::new([]);
    let refused = environment.insert(
        selected.secret.env_key,
        Origin::Secret(reference("name")),
        selected.value,
    );
    assert!(matches!(refused, Err(Error::Refused { .. })));
    assert_eq!(environment.iter().count(), 0);
}
