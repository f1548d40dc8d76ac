//! Makes vaults with a fault in a record at the right place.

use super::super::super::apart::{Hostile as Sealed, PageApart, Raw, app};
use super::super::super::everything;
use super::super::Vector;
use super::Base;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry;
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::line::encode;
use crate::sealed::record::RecordId;

impl Base {
    /// Records at the right place that do not open, or have forbidden content.
    #[expect(clippy::too_many_lines, reason = "one entry for each fault")]
    pub(super) fn records(&self) -> Vec<Vector> {
        let default = self.apart().workspace(0);
        let hostile = |change: &dyn Fn(&mut Sealed<'_>), edit: &dyn Fn(String) -> String| {
            let mut secret = Sealed::new("name", &[b"first", b"second"]);
            change(&mut secret);
            let raw = secret.raw(&self.keyring, default, edit);
            self.with_pages(&[vec![raw]])
        };
        let changed = |change: &dyn Fn(&mut Sealed<'_>)| hostile(change, &|entry| entry);
        let spelt = |edit: &dyn Fn(String) -> String| hostile(&|_| (), edit);
        let raw = self.raw();
        let with = |change: &dyn Fn(&mut Raw)| {
            let mut one = raw[0].clone();
            change(&mut one);
            self.with_pages(&[vec![one]])
        };
        let padded_as = |change: &dyn Fn(&mut Vec<u8>)| {
            let text = format!("[{}]", raw[0].entry);
            let length = u32::try_from(text.len()).unwrap();
            let mut padded = [&length.to_be_bytes()[..], text.as_bytes()].concat();
            padded.resize(padded.len().next_multiple_of(64), 0);
            assert!(!(text.len() + 4).is_multiple_of(64) && padded.len() < 1_024);
            change(&mut padded);
            let mut page = PageApart::seal(&self.keyring, default, &raw[..1]);
            let place = AadContext::Index(default, page.first);
            let sealed = self.keyring.seal_padded(place, padded).unwrap();
            let old = page.lines[0].split('"').nth(3).unwrap().to_owned();
            page.lines[0] = page.lines[0].replace(&old, &encode(&sealed));
            self.with_lines(vec![page])
        };
        everything(&padded_as(&|_| ()), &self.owned.token).unwrap();
        let RecordId::Secret(id) = raw[0].id else {
            panic!("a secret");
        };
        let again = Sealed {
            id,
            ..Sealed::new("again", &[b"value"])
        };
        let again = again.raw(&self.keyring, default, |entry| entry);
        let mut twice = [raw[0].clone(), again];
        twice.sort_by_key(|raw| raw.index);
        let links = |links: &[(&str, WorkspaceId, SecretId)]| {
            let raw = app(&self.keyring, default, AppId::random(), "web", links);
            self.with_pages(&[vec![raw]])
        };
        vec![
            self.vector(
                "index-base64",
                "base64 with padding in an index",
                self.with_changed_lines(|lines| {
                    lines[0] = lines[0].replacen("\",\"records\"", "=\",\"records\"", 1);
                }),
            ),
            self.vector(
                "value-base64",
                "base64 of another alphabet in a value",
                self.with_changed_lines(|lines| lines[1] = lines[1].replace("[\"", "[\"-")),
            ),
            self.vector(
                "value-moved",
                "another record's value",
                with(&|one| one.line.clone_from(&raw[1].line)),
            ),
            self.vector(
                "id-moved",
                "another record's id",
                with(&|one| one.id = raw[1].id),
            ),
            self.vector(
                "id-twice",
                "two secrets of one id",
                self.with_pages(&[twice.to_vec()]),
            ),
            self.vector(
                "links-order",
                "links out of order",
                links(&[("B", default, id), ("A", default, id)]),
            ),
            self.vector(
                "links-key",
                "a link's variable with =",
                links(&[("A=B", default, id)]),
            ),
            self.vector(
                "links-values",
                "an app with a secret's line",
                with(&|one| one.id = RecordId::App(AppId::from_bits(1))),
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
                "entry-space",
                "a space in an entry",
                spelt(&|entry| entry.replacen(':', ": ", 1)),
            ),
            self.vector(
                "entry-member",
                "an unknown member of an entry",
                spelt(&|entry| entry.replacen('}', ",\"more\":1}", 1)),
            ),
            self.vector(
                "entry-null",
                "null for what may be absent",
                spelt(&|entry| entry.replacen("\"slots\"", "\"expires_at\":null,\"slots\"", 1)),
            ),
            self.vector(
                "entry-usual",
                "a usual value that is not left out",
                spelt(&|entry| entry.replacen(":2}", ":1}", 1)),
            ),
            self.vector(
                "entry-escape",
                "a letter as an escape",
                spelt(&|entry| entry.replacen("\"KEY\"", "\"\\u004bEY\"", 1)),
            ),
            self.vector(
                "entry-more",
                "an entry too many",
                spelt(&|entry| format!("{entry},{entry}")),
            ),
            self.vector(
                "name",
                "a name with a path in it",
                changed(&|secret| {
                    secret.name = "../name".into();
                    secret.entry.name = "../name".into();
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
                changed(&|secret| secret.entry.env_key = Some("A=B".into())),
            ),
            self.vector(
                "env-key-usual",
                "the key of the name, not left out",
                changed(&|secret| secret.entry.env_key = Some("NAME".into())),
            ),
            self.vector(
                "apps-twice",
                "an app's link twice",
                changed(&|secret| {
                    let link = entry::AppLink {
                        app: AppId::from_bits(1),
                        workspace: default,
                        env_key: "A".into(),
                    };
                    secret.entry.apps = vec![link.clone(), link];
                }),
            ),
            self.vector(
                "deleted-index",
                "a deleted secret under its name's index",
                changed(&|secret| secret.entry.deleted_at = Some(3)),
            ),
            self.vector(
                "domains",
                "domains out of order",
                changed(&|secret| {
                    secret.entry.allowed_domains = vec!["b.example".into(), "a.example".into()];
                }),
            ),
            self.vector(
                "slots-order",
                "slots that descend",
                changed(&|secret| {
                    secret.entry.slots.reverse();
                    secret.values.reverse();
                }),
            ),
            self.vector(
                "slots-count",
                "a value too many",
                changed(&|secret| secret.entry.slots.truncate(1)),
            ),
            self.vector(
                "slots-none",
                "a secret without slots",
                changed(&|secret| {
                    secret.entry.slots.clear();
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
