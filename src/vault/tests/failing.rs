//! Tests a store that fails in the middle of a change: the vault stays unchanged, in the file and in memory.

use super::{Owned, now, open_in, put, reference};
use crate::store::Previous;
use crate::store::memory::Fault;
use crate::vault::destination::Destination;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan, Vault};
use std::time::Duration;

fn add(vault: &mut Vault, path: &str) -> Result<(), Error> {
    let act = |change: &mut crate::vault::change::Change<'_>| put(change, path, "value");
    vault
        .change(now(), Duration::ZERO, Previous::Keep, act)
        .map(|_| ())
}

#[test]
fn a_vault_is_still_good_after_a_change_that_failed() {
    for fault in [
        Fault::Begin,
        Fault::Current,
        Fault::Stage,
        Fault::StageOtherBytes,
        Fault::Commit,
    ] {
        let owned = Owned::with(&[("default/name", "value")]);
        let before = owned.bytes();
        let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        owned.store.fail(fault);
        // A new workspace: the keyring moves to a header that is never stored.
        assert!(add(&mut vault, "staging/name").is_err(), "{fault:?}");
        assert_eq!(owned.bytes(), before, "{fault:?}");
        add(&mut vault, "default/other").unwrap();
        add(&mut vault, "staging/name").unwrap();
        let workspaces = vault
            .workspaces()
            .iter()
            .map(|workspace| workspace.name.as_str());
        assert_eq!(workspaces.collect::<Vec<_>>(), ["default", "staging"]);
    }
}

#[test]
fn a_vault_in_memory_shows_its_change() {
    let owned = Owned::with(&[("default/name", "value")]);
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    add(&mut vault, "default/other").unwrap();
    let read = vault
        .value(
            None,
            &reference("other"),
            Choice::At(now()),
            &Destination::default(),
        )
        .unwrap();
    assert_eq!(read.value.expose(), b"value");
}
