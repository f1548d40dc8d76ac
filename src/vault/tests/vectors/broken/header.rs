//! Makes vaults with a fault in the header: in its text, or in its content.

use super::super::super::apart::Apart;
use super::super::super::{Owned, granted_to, header};
use super::super::Vector;
use super::super::good::{CHEAP, PASSPHRASE, by_token};
use super::Base;
use crate::keyring::master::Master;
use crate::keyring::renew::Trust;
use crate::sealed::header::Content;
use crate::sealed::id::KeyId;
use crate::sealed::key::{Bond, Key, Lock};
use crate::sealed::succession::Succession;
use serde_json::json;

impl Base {
    /// Faults of the header's text, signed with the fault.
    #[expect(clippy::too_many_lines, reason = "one entry for each fault")]
    pub(super) fn header_text(&self) -> Vec<Vector> {
        let edited = |edit: &dyn Fn(String) -> String| {
            let mut apart = self.apart();
            apart.edit_header(self.master(), edit);
            apart.join()
        };
        let replaced = |from: &str, to: &str| {
            let (from, to) = (from.to_owned(), to.to_owned());
            edited(&|text| {
                assert!(text.contains(&from), "{from}");
                text.replacen(&from, &to, 1)
            })
        };
        let kdf = |to: &str| replaced("{\"m\":8192,\"t\":1,\"p\":1}", to);
        let by_passphrase = || json!({"passphrase": PASSPHRASE});
        let bounds = |name: &str, about: &'static str, to: &str| {
            self.unlocked_by(name, about, kdf(to), by_passphrase())
        };
        vec![
            bounds(
                "kdf-memory-high",
                "more than 1 GiB of memory",
                "{\"m\":1048577,\"t\":1,\"p\":1}",
            ),
            bounds(
                "kdf-memory-low",
                "less than 8 MiB of memory",
                "{\"m\":8191,\"t\":1,\"p\":1}",
            ),
            bounds("kdf-passes", "17 passes", "{\"m\":8192,\"t\":17,\"p\":1}"),
            bounds("kdf-lanes", "no lane", "{\"m\":8192,\"t\":1,\"p\":0}"),
            bounds(
                "kdf-work",
                "3 GiB-passes",
                "{\"m\":1048576,\"t\":3,\"p\":1}",
            ),
            self.vector(
                "member",
                "an unknown member of a key",
                replaced(",\"about\"", ",\"more\":1,\"about\""),
            ),
            self.vector(
                "kind",
                "a token's line as a key of a kind to come",
                replaced("\"kind\":\"token\"", "\"kind\":\"otken\""),
            ),
            self.vector(
                "kind-word",
                "a kind of key with a capital letter",
                replaced("\"kind\":\"token\"", "\"kind\":\"Token\""),
            ),
            self.vector(
                "kind-order",
                "a key of a kind to come before others",
                replaced("\"kind\":\"passphrase\"", "\"kind\":\"to-come\""),
            ),
            self.vector(
                "kind-about",
                "a key of a kind to come whose notes are not at the end",
                edited(&|text| {
                    let (before, rest) = text.split_once("\"kind\":\"token\"").unwrap();
                    let (line, rest) = rest.split_once('\n').unwrap();
                    let line = line.replace("\"}", "\",\"more\":1}");
                    format!("{before}\"kind\":\"to-come\"{line}\n{rest}")
                }),
            ),
            self.vector(
                "not-after",
                "a key that expires after the end of 9999",
                edited(&|text| {
                    let (before, rest) = text.split_once("\",\"anchor\"").unwrap();
                    format!("{before}\",\"not_after\":253402300800000,\"anchor\"{rest}")
                }),
            ),
            self.vector(
                "space",
                "a space in the last line",
                replaced(",\"ancestors\":", ", \"ancestors\":"),
            ),
            self.vector(
                "order",
                "two members in each other's place",
                edited(&|text| {
                    let (lines, last) = text.rsplit_once('\n').unwrap();
                    let (revision, ancestors) =
                        last.trim_start_matches('{').split_once(',').unwrap();
                    format!("{lines}\n{{{ancestors},{revision}")
                }),
            ),
            self.vector(
                "padded",
                "base64 with padding",
                edited(&|text| {
                    let (before, rest) = text.split_once("\"verify\":\"").unwrap();
                    let (verify, rest) = rest.split_once('"').unwrap();
                    format!("{before}\"verify\":\"{verify}=\"{rest}")
                }),
            ),
            self.vector(
                "zero",
                "a revision with a zero before it",
                replaced("{\"header\":", "{\"header\":0"),
            ),
            self.vector(
                "revision",
                "a revision of 2^53",
                edited(&|text| {
                    let (before, rest) = text.split_once("{\"header\":").unwrap();
                    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
                    format!("{before}{{\"header\":9007199254740992{rest}")
                }),
            ),
            self.vector(
                "ancestors",
                "a header without its first ancestor",
                edited(&|text| {
                    let (before, list) = text.rsplit_once("\"ancestors\":[[1,").unwrap();
                    let (_, rest) = list.split_once(']').unwrap();
                    format!("{before}\"ancestors\":[{}", rest.trim_start_matches(','))
                }),
            ),
            self.vector(
                "key-twice",
                "a key twice",
                edited(&|text| {
                    let line = text.split_inclusive('\n').nth(1).unwrap().to_owned();
                    text.replacen(&line, &format!("{line}{line}"), 1)
                }),
            ),
            self.vector(
                "nine-passphrases",
                "nine passphrases",
                edited(&|text| {
                    let line = text.split_inclusive('\n').nth(1).unwrap().to_owned();
                    let id = &line[8..38];
                    let copies =
                        (0..8).map(|bits| line.replace(id, &KeyId::from_bits(bits).to_string()));
                    text.replacen(&line, &(line.clone() + &copies.collect::<String>()), 1)
                }),
            ),
            self.vector(
                "lines",
                "a key behind the workspaces",
                edited(&|text| {
                    let mut lines: Vec<_> = text.split('\n').collect();
                    let key = lines.remove(2);
                    lines.insert(lines.len() - 1, key);
                    lines.join("\n")
                }),
            ),
        ]
    }

    /// Contents of a header that do not fit together, signed by the owner or by another.
    #[expect(clippy::too_many_lines, reason = "one entry for each fault")]
    pub(super) fn header_content(&self) -> Vec<Vector> {
        let changed = |change: &dyn Fn(&mut Content)| {
            let mut apart = self.apart();
            apart.change_header(self.master(), change);
            apart.join()
        };
        let bond = |key: &mut Key, change: &dyn Fn(&mut Bond)| match &mut key.lock {
            Lock::Passphrase { bond, .. } | Lock::Token { bond, .. } => change(bond),
            Lock::Identity => {}
        };
        let attacker = Master::random(header(&self.owned.bytes()).content().vault);
        let mut signed_anew = self.apart();
        signed_anew.change_header(&attacker, |content| {
            content.verify = attacker.verify();
            let lines = content.keys.iter().map(|line| granted_to(&attacker, line));
            content.keys = lines.collect();
        });
        let about = br#"{"name":"default","description":"","created_at":1,"updated_at":1}"#;
        vec![
            self.vector(
                "forged",
                "signed and granted by someone else",
                signed_anew.join(),
            ),
            self.vector(
                "commit",
                "another commitment",
                changed(&|content| {
                    bond(&mut content.keys[1], &|bond| bond.commit[0] ^= 1);
                }),
            ),
            self.unlocked_by(
                "passphrase",
                "another salt",
                changed(&|content| {
                    if let Lock::Passphrase { salt, .. } = &mut content.keys[0].lock {
                        salt[0] ^= 1;
                    }
                }),
                json!({"passphrase": PASSPHRASE}),
            ),
            self.vector(
                "kind-changed",
                "a token's line as a passphrase's",
                changed(&|content| {
                    if let Lock::Token { salt, bond } = content.keys[1].lock.clone() {
                        let kdf = CHEAP;
                        content.keys[1].lock = Lock::Passphrase { kdf, salt, bond };
                    }
                }),
            ),
            self.vector(
                "anchor",
                "another key's anchor",
                changed(&|content| {
                    let other = content.keys[0].bond().unwrap().anchor.clone();
                    bond(&mut content.keys[1], &|bond| bond.anchor.clone_from(&other));
                }),
            ),
            self.vector(
                "grant",
                "another key's grant",
                changed(&|content| {
                    content.keys[1].grant = content.keys[0].grant.clone();
                }),
            ),
            self.vector(
                "public",
                "another key's public half",
                changed(&|content| {
                    content.keys[1].public = content.keys[0].public;
                }),
            ),
            self.vector(
                "wrapped",
                "another workspace's keys",
                changed(&|content| {
                    content.workspaces[1].wrapped = content.workspaces[0].wrapped.clone();
                }),
            ),
            self.vector(
                "about",
                "another workspace's name",
                changed(&|content| {
                    content.workspaces[1].about = content.workspaces[0].about.clone();
                }),
            ),
            self.vector(
                "name-twice",
                "two workspaces of one name",
                changed(&|content| {
                    let keys = self.master().workspace(&content.workspaces[1]).unwrap();
                    content.workspaces[1].about = keys.seal_about(about);
                }),
            ),
            self.vector(
                "older",
                "a section older than the header knows",
                changed(&|content| {
                    content.workspaces[0].section.number += 1;
                }),
            ),
            self.vector(
                "verify",
                "another verify key of a section",
                changed(&|content| {
                    content.workspaces[0].verify = content.workspaces[1].verify;
                }),
            ),
        ]
    }

    /// Faults of the header's successions, for a token from before the first change.
    pub(super) fn successions(&self) -> Vec<Vector> {
        let owned = Owned::with(&[("default/name", "value")]);
        let token = owned.issue("default", false);
        for _ in 0..3 {
            let mut owner = owned.keyring();
            owned.change(|change| change.rekey(&mut owner, Trust::Passes));
        }
        let keyring = owned.keyring();
        let changed = |change: &dyn Fn(&mut Vec<Succession>)| {
            let mut apart = Apart::of(&owned.bytes());
            apart.change_header(keyring.master().unwrap(), |content| {
                change(&mut content.successions);
            });
            apart.join()
        };
        let vector = |name: &str, about: &'static str, change: &dyn Fn(&mut Vec<Succession>)| {
            self.unlocked_by(name, about, changed(change), by_token(&token))
        };
        vec![
            vector(
                "succession-signature",
                "a key that nobody signed for",
                &|all| {
                    all[1].signature[0] ^= 1;
                },
            ),
            vector(
                "succession-header",
                "a key from another revision on",
                &|all| {
                    all[2].header += 1;
                },
            ),
            vector(
                "succession-none",
                "no word from the key that the token knows",
                &|all| {
                    all.remove(0);
                },
            ),
            vector(
                "succession-order",
                "two changes in each other's place",
                &|all| {
                    all.swap(0, 1);
                },
            ),
            vector("succession-gap", "a change is missing", &|all| {
                all.remove(1);
            }),
            vector(
                "succession-end",
                "a chain that ends before the header's key",
                &|all| {
                    all.pop();
                },
            ),
            vector(
                "succession-first",
                "a change at the first revision",
                &|all| {
                    all[0].header = 1;
                },
            ),
        ]
    }
}
