//! Reads `proton-pass`: the JSON that Proton Pass exports without encryption. Each vault is a folder; every text
//! of an item is a field, whatever its type.

use super::item::{Item, Items};
use crate::import::entries::Location;
use crate::import::formats::json;
use crate::import::formats::tree::{Node, Tree};
use crate::import::text::unmarked;
use crate::json::{document, items, members as raw_members, string};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use serde_json::value::RawValue;

/// The members of an item that are read by name, or contain no secret.
const ITEM: [&str; 10] = [
    "itemId",
    "shareId",
    "data",
    "state",
    "aliasEmail",
    "contentFormatVersion",
    "createTime",
    "modifyTime",
    "pinned",
    "shareCount",
];

/// More members than an export or a vault has.
const MAX_MEMBERS: usize = 1_000;

/// The `state` of an item in the trash.
const TRASHED: &str = "2";

pub fn read(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let export = document(unmarked(input)).map_err(|wrong| json::not_json(&wrong))?;
    if member(export, "encrypted").is_some_and(|given| given.get() == "true") {
        let rule = "this export is encrypted: export again as JSON or CSV, without a password";
        return Err(RuleViolation::new(rule, "value_error"));
    }
    let Some(vaults) = member(export, "vaults") else {
        let rule = "the input has no vaults: is this an export of Proton Pass?";
        return Err(RuleViolation::new(rule, "missing"));
    };
    let mut number = 0;
    for (_, vault) in raw_members(vaults, usize::MAX).unwrap_or_default() {
        let folder = member(vault, "name").and_then(|name| string(name).ok());
        let folder = folder.map(|name| String::from_utf8_lossy(name.expose()).into_owned());
        let all = member(vault, "items").and_then(|all| items(all, usize::MAX));
        // One tree at a time: an export may have a hundred thousand items.
        for item in all.unwrap_or_default() {
            number += 1;
            let place = Location::Item(number);
            let tree = json::tree_of(item, place)?;
            add(place, folder.as_deref().unwrap_or_default(), tree, into)?;
        }
    }
    Ok(())
}

/// The member of this name.
fn member<'j>(json: &'j RawValue, name: &str) -> Option<&'j RawValue> {
    let members = raw_members(json, MAX_MEMBERS)?.into_iter();
    let mut those = members.filter(|(its, _)| its.get().trim_matches('"') == name);
    those.next().map(|(_, given)| given)
}

fn add(
    place: Location,
    folder: &str,
    tree: Tree,
    into: &mut Items<'_>,
) -> Result<(), RuleViolation> {
    let data = tree.get("data");
    let title = data.and_then(|data| data.get("metadata")?.word("name"));
    let title = title.unwrap_or_default().to_owned();
    if tree.word("state") == Some(TRASHED) {
        into.leave_out(&title, "it is in the trash");
        return Ok(());
    }
    let is_note = data.and_then(|data| data.word("type")) == Some("note");
    let mut item = Item::new([folder], &title);
    for (name, member) in members(tree) {
        match name.as_str() {
            "data" => fill_from_data(&mut item, member, is_note),
            "aliasEmail" => fill(&mut item, "alias", member.node),
            "files" => count(&mut item, "attachments", &member.node),
            name if ITEM.contains(&name) || matches!(member.node, Node::Null) => {}
            name => item.leave_out(format!("{name}: this version of kluis does not know it")),
        }
    }
    into.push(place, item)
}

fn fill_from_data(item: &mut Item, data: Tree, is_note: bool) {
    let mut notes = None;
    for (name, member) in members(data) {
        match name.as_str() {
            "metadata" => {
                let mut metadata = members(member).into_iter();
                notes = metadata.find(|(name, _)| name == "note");
            }
            "type" | "platformSpecific" => {}
            name => fill(item, name, member.node),
        }
    }
    match notes {
        Some((
            _,
            Tree {
                node: Node::Text(note),
                ..
            },
        )) if is_note => item.main(note),
        Some((_, note)) => fill(item, "notes", note.node),
        None => {}
    }
}

/// Adds every text in a part of an item.
fn fill(item: &mut Item, name: &str, node: Node) {
    match node {
        Node::Null => {}
        Node::Text(text) => match name {
            "password" | "privateKey" => item.main(text),
            "itemUsername" => item.field("username", text),
            "itemEmail" => item.field("email", text),
            "totpUri" => item.field("totp", text),
            "urls" => item.field("url", text),
            "publicKey" => item.field("public_key", text),
            name => item.field(name, text),
        },
        Node::List(_) if name == "passkeys" => count(item, "passkeys", &node),
        Node::List(items) => items
            .into_iter()
            .for_each(|tree| fill(item, name, tree.node)),
        Node::Mapping(members) => fill_from_members(item, members),
        Node::Other(rule) => item.leave_out(format!("{name}: it {rule}")),
    }
}

/// Adds a field that you made, which has its name in `fieldName`; or each member under its own.
fn fill_from_members(item: &mut Item, members: Vec<(String, Tree)>) {
    let tree = Tree {
        place: Location::Line(1),
        node: Node::Mapping(members),
    };
    let named = tree.word("fieldName").map(str::to_owned);
    for (name, member) in self::members(tree) {
        match (&named, name.as_str()) {
            (_, "sectionName") | (Some(_), "fieldName" | "type") => {}
            (Some(named), "data") => {
                for (_, value) in self::members(member) {
                    fill(item, named, value.node);
                }
            }
            (_, name) => fill(item, name, member.node),
        }
    }
}

fn count(item: &mut Item, what: &str, node: &Node) {
    if let Node::List(items) = node
        && !items.is_empty()
    {
        item.leave_out(format!("{what}: {}", items.len()));
    }
}

fn members(tree: Tree) -> Vec<(String, Tree)> {
    match tree.node {
        Node::Mapping(members) => members,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::gathered::Gathered;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
        read(Format::ProtonPass, input, Rules::default())
    }

    fn export(items: &str) -> String {
        format!(
            r#"{{"version":"1.21.2","userId":"U","encrypted":false,"vaults":{{"V":{{"name":"Personal","description":"","display":{{"color":0}},"items":[{items}]}}}}}}"#
        )
    }

    #[test]
    fn every_text_of_an_item_is_imported_and_the_rest_named() {
        let items = r#"
{"itemId":"i","shareId":"s","data":{"metadata":{"name":"Shop","note":"n","itemUuid":"x"},"extraFields":[{"fieldName":"PIN code","type":"hidden","data":{"content":"1234"}},{"fieldName":"second","type":"totp","data":{"totpUri":"otpauth://x"}}],"type":"login","content":{"itemEmail":"e","password":"pw","urls":["https://a.example.com/","b"],"totpUri":"","passkeys":[{"keyId":"hunter2"}],"itemUsername":"u"}},"state":1,"aliasEmail":null,"contentFormatVersion":1,"createTime":1,"modifyTime":1,"pinned":true,"files":["f"],"later":{"a":"hunter2"}},
{"data":{"metadata":{"name":"Door","note":"one\r\ntwo"},"extraFields":[],"type":"note","content":{}},"state":1},
{"data":{"metadata":{"name":"gone","note":"hunter2"},"type":"note","content":{}},"state":2},
{"data":{"metadata":{"name":"Box","note":""},"type":"custom","content":{"sections":[{"sectionName":"S","sectionFields":[{"fieldName":"key","type":"text","data":{"content":"k"}}]}]}},"state":1},
{"data":{"metadata":{"name":"Mail","note":""},"type":"alias","content":{}},"aliasEmail":"x@alias.example.com","state":1}"#;
        let gathered = read_all(&export(items)).unwrap();
        assert_eq!(
            pairs(&gathered),
            [
                ("Personal.Shop", "pw"),
                ("Personal.Shop_PIN_code", "1234"),
                ("Personal.Shop_second", "otpauth://x"),
                ("Personal.Shop_email", "e"),
                ("Personal.Shop_url", "https://a.example.com/"),
                ("Personal.Shop_url_2", "b"),
                ("Personal.Shop_username", "u"),
                ("Personal.Shop_notes", "n"),
                ("Personal.Door", "one\r\ntwo"),
                ("Personal.Box_key", "k"),
                ("Personal.Mail_alias", "x@alias.example.com"),
            ]
        );
        let left = gathered.left_out.iter();
        let left: Vec<_> = left
            .map(|left| format!("{}: {}", left.what, left.why))
            .collect();
        assert_eq!(
            left,
            [
                "Personal/Shop: passkeys: 1",
                "Personal/Shop: attachments: 1",
                "Personal/Shop: later: this version of kluis does not know it",
                "gone: it is in the trash",
            ]
        );
    }

    #[test]
    fn an_encrypted_or_foreign_export_is_refused() {
        for (input, told) in [
            (
                r#"{"encrypted":true,"vaults":{}}"#,
                "this export is encrypted: export again as JSON or CSV, without a password",
            ),
            (
                r#"{"hunter2":[]}"#,
                "the input has no vaults: is this an export of Proton Pass?",
            ),
            (r#"{"vaults":{}}"#, "the input is empty"),
            (r#"{"vaults":["hunter2"]}"#, "the input is empty"),
        ] {
            assert_eq!(read_all(input).err().unwrap(), [told]);
        }
    }
}
