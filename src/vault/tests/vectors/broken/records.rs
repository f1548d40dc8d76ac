//! Makes vaults with a fault in a record that lies in the right place.

use super::super::super::apart::{Hostile as Sealed, index};
use super::super::super::everything;
use super::super::Vector;
use super::Base;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::SecretId;
use crate::sealed::line::encode;
use crate::sealed::meta;

impl Base {
    /// Records that lie right and do not open, or say what they may not.
    #[expect(clippy::too_many_lines, reason = "one entry for each fault")]
    pub(super) fn records(&self) -> Vec<Vector> {
        let default = self.apart().workspace(0);
        let hostile = |change: &dyn Fn(&mut Sealed<'_>), edit: &dyn Fn(String) -> String| {
            let mut secret = Sealed::new("name", &[b"first", b"second"]);
            change(&mut secret);
            let line = secret.line(&self.keyring, default, edit);
            self.with_pages(vec![vec![line]])
        };
        let changed = |change: &dyn Fn(&mut Sealed<'_>)| hostile(change, &|meta| meta);
        let spelt = |edit: &dyn Fn(String) -> String| hostile(&|_| (), edit);
        let lines = self.apart().sections[0].pages.concat();
        let part = |line: &str, at: usize| line.split('"').nth(at).unwrap().to_owned();
        let value = lines[0].replace(&part(&lines[0], 15), &part(&lines[1], 15));
        let id = lines[0].replace(&part(&lines[0], 3), &part(&lines[1], 3));
        let padded = lines[0].replacen("\",\"slots\"", "=\",\"slots\"", 1);
        let padded_as = |change: &dyn Fn(&mut Vec<u8>)| {
            let secret = Sealed::new("name", &[b"first", b"second"]);
            let meta = meta::encode(&secret.meta);
            let length = u32::try_from(meta.len()).unwrap();
            let mut padded = [&length.to_be_bytes()[..], &meta].concat();
            padded.resize(padded.len().next_multiple_of(64), 0);
            assert!(!(meta.len() + 4).is_multiple_of(64) && padded.len() < 1_024);
            change(&mut padded);
            let place = AadContext::SecretMeta(default, secret.id);
            let sealed = self.keyring.seal_padded(place, padded).unwrap();
            let line = secret.line(&self.keyring, default, |meta| meta);
            let line = line.replace(&part(&line, 11), &encode(&sealed));
            self.with_pages(vec![vec![line]])
        };
        everything(&padded_as(&|_| ()), &self.owned.token).unwrap();
        let mut twice = [lines[0].clone(), {
            let id = SecretId::parse(&part(&lines[0], 3)).unwrap();
            let again = Sealed {
                id,
                ..Sealed::new("again", &[b"value"])
            };
            again.line(&self.keyring, default, |meta| meta)
        }];
        twice.sort_by_key(|line| index(line));
        vec![
            self.vector(
                "meta-base64",
                "base64 with padding in a record",
                self.with_pages(vec![vec![padded]]),
            ),
            self.vector(
                "value-moved",
                "another record's value",
                self.with_pages(vec![vec![value]]),
            ),
            self.vector(
                "id-moved",
                "another record's id",
                self.with_pages(vec![vec![id]]),
            ),
            self.vector(
                "id-twice",
                "two secrets of one id",
                self.with_pages(vec![twice.to_vec()]),
            ),
            self.vector(
                "padding-set",
                "padding that is not zero",
                padded_as(&|padded| {
                    *padded.last_mut().unwrap() = 1;
                }),
            ),
            self.vector(
                "padding-long",
                "a step of padding too many",
                padded_as(&|padded| {
                    padded.resize(padded.len() + 64, 0);
                }),
            ),
            self.vector(
                "padding-none",
                "no padding",
                padded_as(&|padded| {
                    let length = u32::from_be_bytes(padded[..4].try_into().unwrap());
                    padded.truncate(4 + length as usize);
                }),
            ),
            self.vector(
                "padding-length",
                "a length beyond the end",
                padded_as(&|padded| padded[2] = 4),
            ),
            self.vector(
                "meta-space",
                "a space in the metadata",
                spelt(&|meta| meta.replacen(':', ": ", 1)),
            ),
            self.vector(
                "meta-member",
                "an unknown member of the metadata",
                spelt(&|meta| meta.replacen('{', "{\"more\":1,", 1)),
            ),
            self.vector(
                "meta-null",
                "null for what may be absent",
                spelt(&|meta| meta.replacen("\"slots\"", "\"expires_at\":null,\"slots\"", 1)),
            ),
            self.vector(
                "meta-escape",
                "a letter as an escape",
                spelt(&|meta| meta.replacen("\"KEY\"", "\"\\u004bEY\"", 1)),
            ),
            self.vector(
                "name",
                "a name with a path in it",
                changed(&|secret| {
                    secret.name = "../name".into();
                    secret.meta.name = "../name".into();
                }),
            ),
            self.vector(
                "index",
                "another name's index",
                changed(&|secret| secret.index = Some("other".into())),
            ),
            self.vector(
                "env-key",
                "an environment key with =",
                changed(&|secret| secret.meta.env_key = "A=B".into()),
            ),
            self.vector(
                "domains",
                "domains out of order",
                changed(&|secret| {
                    secret.meta.allowed_domains = vec!["b.example".into(), "a.example".into()];
                }),
            ),
            self.vector(
                "slots-order",
                "slots that descend",
                changed(&|secret| {
                    secret.meta.slots.reverse();
                    secret.values.reverse();
                }),
            ),
            self.vector(
                "slots-count",
                "a value too many",
                changed(&|secret| drop(secret.meta.slots.pop())),
            ),
            self.vector(
                "slots-none",
                "a secret without slots",
                changed(&|secret| {
                    secret.meta.slots.clear();
                    secret.values.clear();
                }),
            ),
            self.vector(
                "checksum",
                "another value's checksum",
                changed(&|secret| secret.values[1] = b"third".to_vec()),
            ),
            self.vector(
                "value-empty",
                "an empty value",
                changed(&|secret| *secret = Sealed::new("name", &[b""])),
            ),
        ]
    }
}
