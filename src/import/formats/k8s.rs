//! Reads `k8s`: manifests of Kubernetes, in YAML or JSON, as `kubectl get secret -o yaml` prints them. `data` is
//! Base64, `stringData` is plain and replaces it (kubernetes.io, API of core/v1 `Secret`).
//!
//! Several documents and lists are read; an object that is no Secret is left out and reported.

use super::tree::{Node, Tree};
use super::{json, nesting, yaml};
use crate::import::entries::{Entries, Location};
use crate::import::text::unmarked;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use data_encoding::{BASE64, Encoding};
use std::collections::HashSet;

/// The members of a Secret that contain none of its values.
const METADATA: [&str; 6] = [
    "apiVersion",
    "kind",
    "metadata",
    "type",
    "immutable",
    "status",
];

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let documents = match json::tree(unmarked(input)) {
        Ok(tree) => vec![tree],
        Err(_) => yaml::documents(input)?,
    };
    let mut reader = Reader {
        base64: base64(),
        secrets: 0,
        into,
    };
    for document in documents {
        reader.object(document, None)?;
    }
    if reader.secrets == 0 {
        let rule = "the input has no Secret of Kubernetes";
        return Err(RuleViolation::new(rule, "missing"));
    }
    Ok(())
}

/// The Base64 that Kubernetes accepts: line breaks mean nothing.
fn base64() -> Encoding {
    let mut rules = BASE64.specification();
    rules.ignore.push_str("\r\n");
    rules.check_trailing_bits = false;
    rules.encoding().unwrap_or(BASE64)
}

struct Reader<'e> {
    base64: Encoding,
    secrets: usize,
    into: &'e mut Entries,
}

impl Reader<'_> {
    /// Reads an object; in a list of one kind, its items do not repeat the kind.
    fn object(&mut self, tree: Tree, kind: Option<&str>) -> Result<(), RuleViolation> {
        let place = tree.place;
        if matches!(tree.node, Node::Null) {
            return Ok(());
        }
        if tree.get("sops").is_some() {
            let rule = format!("{place}: sops encrypted this: import the output of `sops decrypt`");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        let Some(kind) = tree.word("kind").or(kind).map(str::to_owned) else {
            let rule = format!("{place}: this is no object of Kubernetes: it has no kind");
            return Err(RuleViolation::new(rule, "value_error"));
        };
        let metadata = tree.get("metadata");
        let name = metadata.and_then(|metadata| metadata.word("name"));
        let title = format!("{kind} {}", name.unwrap_or("without a name"));
        match kind.as_str() {
            "Secret" => self.secret(tree, title.trim_end()),
            "List" | "SecretList" => {
                let kind = (kind == "SecretList").then_some("Secret");
                for item in list(tree, "items") {
                    self.object(item, kind)?;
                }
                Ok(())
            }
            "SealedSecret" => {
                let rule = format!(
                    "{title} is still encrypted: import the output of `kubectl get secret NAME -o yaml`"
                );
                self.into.refuse(place, &rule, "value_error");
                Ok(())
            }
            _ => {
                self.into.leave_out(&title, "it is no Secret");
                Ok(())
            }
        }
    }

    fn secret(&mut self, tree: Tree, title: &str) -> Result<(), RuleViolation> {
        self.secrets += 1;
        let place = tree.place;
        let (mut data, mut plain) = (Vec::new(), Vec::new());
        let Node::Mapping(members) = tree.node else {
            return Ok(());
        };
        for (name, tree) in members {
            match (name.as_str(), tree.node) {
                ("data" | "stringData", Node::Null) => {}
                ("data", Node::Mapping(members)) => data.extend(members),
                ("stringData", Node::Mapping(members)) => plain.extend(members),
                ("data" | "stringData", _) => {
                    let rule = format!("{title}: {name} must hold names and strings");
                    self.into.refuse(place, &rule, "dict_type");
                }
                (name, _) if METADATA.contains(&name) => {}
                (name, _) => self.into.leave_out(title, &format!("the member {name}")),
            }
        }
        if data.is_empty() && plain.is_empty() {
            self.into.leave_out(title, "it has no data");
        }
        let replaced: HashSet<String> = plain.iter().map(|(name, _)| name.clone()).collect();
        for (name, tree) in data {
            if replaced.contains(&name) {
                let why = format!("{name} in data, which stringData replaces");
                self.into.leave_out(title, &why);
            } else {
                self.value(tree, name, Spelling::Base64)?;
            }
        }
        for (name, tree) in plain {
            self.value(tree, name, Spelling::Plain)?;
        }
        Ok(())
    }

    fn value(&mut self, tree: Tree, name: String, spelling: Spelling) -> Result<(), RuleViolation> {
        let Tree { place, node } = tree;
        let path = [name];
        let value = match (node, spelling) {
            (Node::Null, _) => None,
            (Node::Text(text), Spelling::Plain) => Some(text),
            (Node::Text(text), Spelling::Base64) => {
                let Ok(value) = self.base64.decode(text.expose()) else {
                    self.refuse(place, &path, "is not Base64, as data must be");
                    return Ok(());
                };
                Some(Plaintext::new(value))
            }
            (_, _) => {
                self.refuse(place, &path, "is not a string");
                return Ok(());
            }
        };
        nesting::push(self.into, place, &path, value)
    }

    fn refuse(&mut self, place: Location, path: &[String], rule: &str) {
        let rule = format!("{} {rule}", nesting::shown(path));
        self.into.refuse(place, &rule, "value_error");
    }
}

/// How a value is written.
#[derive(Clone, Copy)]
enum Spelling {
    /// In `data`.
    Base64,
    /// In `stringData`.
    Plain,
}

/// The items of a member that is a list.
fn list(tree: Tree, name: &str) -> Vec<Tree> {
    let Node::Mapping(members) = tree.node else {
        return Vec::new();
    };
    let lists = members.into_iter().filter(|(its, _)| its == name);
    let items = lists.filter_map(|(_, tree)| match tree.node {
        Node::List(items) => Some(items),
        _ => None,
    });
    items.flatten().collect()
}

#[cfg(test)]
mod tests {
    use crate::deliver::formats::{Format as Export, Names};
    use crate::import::gathered::Gathered;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};
    use crate::plaintext::Plaintext;
    use crate::vault::env_key::EnvKey;
    use proptest::prelude::*;

    fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
        read(Format::K8s, input, Rules::default())
    }

    fn left_out(gathered: &Gathered) -> Vec<String> {
        let left = gathered.left_out.iter();
        left.map(|left| format!("{}: {}", left.what, left.why))
            .collect()
    }

    #[test]
    fn data_is_decoded_and_string_data_is_plain() {
        for input in [
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DB_PW: aHVudGVy\n",
            "apiVersion: v1\ndata:\n  DB_PW: |\n    aHVu\n    dGVy\nkind: Secret\n",
            "kind: Secret\napiVersion: v1\nstringData: {DB_PW: hunter}\n",
            r#"{"apiVersion": "v1", "data": {"DB_PW": "aHVudGVy"}, "kind": "Secret"}"#,
            "\u{feff}# c\n---\n---\nkind: Secret\ndata:\n  DB_PW: aHVudGVy\n---\n",
        ] {
            assert_eq!(
                pairs(&read_all(input).unwrap()),
                [("DB_PW", "hunter")],
                "{input}"
            );
        }
    }

    #[test]
    fn lists_and_documents_are_read_and_the_rest_is_named() {
        let input = "\
apiVersion: v1
kind: List
items:
- kind: Secret
  metadata: {name: one}
  type: Opaque
  immutable: true
  data: {A: YQ==}
- kind: ConfigMap
  metadata: {name: plain}
  data: {Z: hunter2}
---
kind: SecretList
items:
- metadata: {name: two}
  data: {B: Yg==, C: eA==}
  stringData: {C: c, D: ~}
- metadata: {name: none}
  later: hunter2
";
        let gathered = read_all(input).unwrap();
        let names: Vec<_> = gathered
            .entries
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(names, ["A", "B", "C", "D"]);
        assert_eq!(gathered.entries[2].value.as_ref().unwrap().expose(), b"c");
        assert!(gathered.entries[3].value.is_none());
        assert_eq!(
            left_out(&gathered),
            [
                "ConfigMap plain: it is no Secret",
                "Secret two: C in data, which stringData replaces",
                "Secret none: the member later",
                "Secret none: it has no data",
            ]
        );
    }

    #[test]
    fn a_manifest_with_a_mistake_is_refused_and_not_repeated() {
        for (input, told) in [
            (
                "kind: Secret\ndata:\n  A: hunter2!\n",
                "line 3: A is not Base64, as data must be",
            ),
            (
                "kind: Secret\nstringData:\n  A: [hunter2]\n",
                "line 3: A is not a string",
            ),
            (
                "kind: Secret\nmetadata: {name: s}\ndata: hunter2\n",
                "line 1: Secret s: data must hold names and strings",
            ),
            (
                "kind: ConfigMap\ndata: {A: hunter2}\n",
                "the input has no Secret of Kubernetes",
            ),
            (
                "data: {A: hunter2}\n",
                "line 1: this is no object of Kubernetes: it has no kind",
            ),
            (
                "kind: Secret\ndata: {A: hunter2}\nsops: {mac: x}\n",
                "line 1: sops encrypted this: import the output of `sops decrypt`",
            ),
            (
                "kind: Secret\ndata: {A: YQ==}\n---\nkind: Secret\ndata: {A: YQ==}\n",
                "A is given twice, at line 2 and at line 5; --on-repeat last, first or number chooses",
            ),
        ] {
            assert_eq!(read_all(input).err().unwrap()[0], told);
        }
        let sealed =
            "kind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: {A: hunter2}}\n";
        assert!(read_all(sealed).err().unwrap()[0].contains("SealedSecret s is still encrypted"));
    }

    proptest! {
        #[test]
        fn our_own_export_comes_back(
            given in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,20}", prop::collection::vec(any::<u8>(), 1..60), 1..9)
        ) {
            let given: Vec<(EnvKey, Plaintext)> = given
                .into_iter()
                .map(|(key, value)| (EnvKey::parse(&key).unwrap(), Plaintext::new(value)))
                .collect();
            let entries: Vec<_> = given.iter().map(|(key, value)| (key, value)).collect();
            let names = Names { manifest: "shop", delimiter: "END" };
            let document = Export::K8s.write(&entries, names).ok().unwrap();
            let read = Format::K8s.read(&document, Rules::default()).ok().unwrap();
            prop_assert_eq!(read.entries.len(), given.len());
            for (entry, (key, value)) in read.entries.iter().zip(&given) {
                prop_assert_eq!(entry.name.as_str(), key.as_str());
                prop_assert!(entry.value.as_ref().unwrap().same_as(value));
            }
        }
    }
}
