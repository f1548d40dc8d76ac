//! Makes vaults of many secrets for the benchmarks, in one change: `create` would write the whole file for
//! each secret.

use super::change::NewSecret;
use super::create::{Keys, New};
use super::name::SecretName;
use super::time::Timestamp;
use super::{Error, Scan, Vault};
use crate::keyring::unlock;
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::store::file::FileStore;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

const NOW: i64 = 1_767_225_600_000;

/// Makes `$KLUIS_LARGE_DIRECTORY/vault.kluis` with `$KLUIS_LARGE_SECRETS` secrets, `secret_0` and so on, each
/// with a value of 40 characters, and its token in `token` beside it.
#[test]
#[ignore = "makes what `cargo bench` measures"]
fn make() {
    let directory = PathBuf::from(env::var_os("KLUIS_LARGE_DIRECTORY").unwrap());
    let secrets: usize = env::var("KLUIS_LARGE_SECRETS").unwrap().parse().unwrap();
    fs::create_dir_all(&directory).unwrap();
    let store = || FileStore::new(directory.join("vault.kluis"));
    let now = Timestamp::from_milliseconds(NOW).unwrap();
    let keys = Keys {
        key_file: None,
        passphrase: None,
        token: Some("token"),
    };
    let new = New::make(&keys, now).unwrap();
    new.store_in(&store(), Duration::ZERO).unwrap();
    let token = new.token.unwrap();
    fs::write(directory.join("token"), token.text().expose()).unwrap();
    let unlock = |header: &_| {
        let keyring = unlock::with_token(header, &token)?;
        Ok::<_, Error>(Box::new(keyring) as _)
    };
    let mut vault = Vault::open(Box::new(store()), Scan::Everything, unlock).unwrap();
    let made = vault.change(now, Duration::ZERO, Previous::Remove, |change| {
        for secret in 0..secrets {
            let name = SecretName::parse(&format!("secret_{secret}")).unwrap();
            let value = Plaintext::new(format!("{secret:->40}").into_bytes());
            let new = NewSecret::with_value(name, value);
            change.create_secret(None, new)?;
        }
        Ok::<_, Error>(())
    });
    made.unwrap();
}
