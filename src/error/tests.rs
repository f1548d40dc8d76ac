//! Tests that no failure repeats a value, a passphrase or a token. A type for secrets cannot be a field of an
//! error, because errors can be printed for debugging and secrets cannot.

mod fields;

use super::Error;
use crate::keyring::recipient;
use crate::vault;
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::host::Host;
use crate::vault::key::Label;
use crate::vault::name::{AppName, SecretName, WorkspaceName};
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;
use crate::vault::time::{Timestamp, parse_duration};
use fields::take_apart;

/// The error as people, programs and a debugger see it.
fn renderings(error: &Error) -> [String; 3] {
    let report = serde_json::to_string(&error.report()).unwrap();
    [error.message(), format!("{error:?}"), report]
}

/// Input that may contain a secret by mistake is never repeated.
#[test]
fn a_failure_never_repeats_a_misplaced_secret() {
    const SECRET: &str = "Zq7\u{e9} vK-2x!Wm\u{1b}9pT";
    let long = SECRET.repeat(200);
    for secret in [
        SECRET,
        &long,
        &format!("kls_{SECRET}"),
        &format!("kli_{SECRET}"),
    ] {
        let invalid = |broken: RuleViolation| Error::from(vault::Error::invalid("field", broken));
        let mut failures: Vec<Error> = vec![recipient::parse(secret).err().unwrap().into()];
        let domains = AllowedDomains::parse(&[secret.to_owned()]).err().unwrap();
        let broken = [
            Timestamp::parse(secret).err(),
            parse_duration(secret).err(),
            Host::parse(secret).err(),
            EnvKey::parse(secret).err(),
            FileName::parse(secret).err(),
            SecretName::parse(secret).err(),
            WorkspaceName::parse(secret).err(),
            AppName::parse(secret).err(),
            Label::parse(secret).err(),
            Reference::parse(secret).err(),
            Description::parse(secret).err(),
        ];
        let broken = broken.into_iter().flatten();
        failures.extend(
            broken
                .chain(domains.into_iter().map(|(_, one)| one))
                .map(invalid),
        );
        assert!(failures.len() > 10, "{}", failures.len());
        for failure in &failures {
            take_apart(failure);
            for shown in renderings(failure) {
                for six in SECRET.chars().collect::<Vec<_>>().windows(6) {
                    let six: String = six.iter().collect();
                    assert!(!shown.contains(&six), "{six:?} in {shown}");
                }
            }
        }
    }
}
