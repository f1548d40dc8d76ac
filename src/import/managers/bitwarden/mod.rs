//! Reads `bitwarden`: the JSON or CSV that Bitwarden exports without a password.
//!
//! It imports logins, notes, cards, identities and SSH keys, and the texts of newer kinds of items. It reports
//! parts that an export only mentions, such as a passkey, and parts that this version does not know.

use super::item::{Item, Items};
use crate::import::entries::Location;
use crate::import::formats::csv;
use crate::import::formats::json::not_json;
use crate::import::text::unmarked;
use crate::json::{self, NoString, document, is_null, items, members};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// More members than any object of an export.
const MAX_MEMBERS: usize = 1_000;

/// The members of an export without a password.
const EXPORT: [&str; 5] = [
    "encrypted",
    "passwordProtected",
    "folders",
    "collections",
    "items",
];

/// The members of an item that are read by name, or contain no secret.
const ITEM: [&str; 23] = [
    "id",
    "organizationId",
    "folderId",
    "collectionIds",
    "type",
    "reprompt",
    "name",
    "notes",
    "favorite",
    "creationDate",
    "revisionDate",
    "deletedDate",
    "archivedDate",
    "passwordHistory",
    "attachments",
    "fields",
    "object",
    "key",
    "edit",
    "viewPassword",
    "organizationUseTotp",
    "permissions",
    "localData",
];

const UNKNOWN: &str = "this version of kluis does not know it";

/// The `type` of a note, and of a custom field that only shows another one.
const NOTE: &str = "2";
const LINKED: &str = "3";

pub fn read(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    if unmarked(input).trim_ascii_start().starts_with(b"{") {
        read_json(input, into)
    } else {
        read_csv(input, into)
    }
}

fn read_json(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let json = document(unmarked(input)).map_err(|wrong| not_json(&wrong))?;
    let export = Object::of(json);
    export.check_names()?;
    if export.is("encrypted", "true") {
        let rule =
            "this export is encrypted: export again with the file format .json, without a password";
        return Err(RuleViolation::new(rule, "value_error"));
    }
    let Some(all) = export.list("items") else {
        let rule = "the input has no items: is this an export of Bitwarden?";
        return Err(RuleViolation::new(rule, "missing"));
    };
    for (name, _) in export
        .0
        .iter()
        .filter(|(name, _)| !EXPORT.contains(&&**name))
    {
        into.leave_out(name, UNKNOWN);
    }
    let folders = export.titles("folders")?;
    let collections = export.titles("collections")?;
    for (at, json) in all.into_iter().enumerate() {
        let place = Location::Item(at + 1);
        let object = Object::of(json);
        object.check_names()?;
        let folder = object.title("folderId")?;
        let collection = object.list("collectionIds").unwrap_or_default();
        let collection = collection.first().and_then(|id| json::string(id).ok());
        let above = folder.and_then(|id| folders.get(&id)).or_else(|| {
            let id = String::from_utf8_lossy(collection.as_ref()?.expose()).into_owned();
            collections.get(&id)
        });
        let title = object.title("name")?.unwrap_or_default();
        let item = Item::new(above.map(String::as_str), &title);
        let where_to = [("deletedDate", "trash"), ("archivedDate", "archive")];
        let put_away = where_to.iter().find(|(date, _)| object.get(date).is_some());
        if let Some((_, place)) = put_away {
            into.leave_out(&title, &format!("it is in the {place}"));
            continue;
        }
        into.push(place, filled(item, &object)?)?;
    }
    Ok(())
}

/// Fills an item with everything in its object.
fn filled(mut item: Item, object: &Object<'_>) -> Result<Item, RuleViolation> {
    for (name, given) in object.0.iter().filter(|(name, _)| !ITEM.contains(&&**name)) {
        if given.get().starts_with('{') {
            let part = Object::of(given);
            part.check_names()?;
            fill(&mut item, name, &part)?;
        } else {
            item.leave_out(format!("{name}: {UNKNOWN}"));
        }
    }
    for field in object.list("fields").unwrap_or_default() {
        let field = Object::of(field);
        let name = field.title("name")?.unwrap_or_default();
        if let Some(value) = field.text("value")? {
            item.field(&name, value);
        } else if field.is("type", LINKED) {
            item.leave_out(format!("a field that shows another one: {name}"));
        } else if field.get("value").is_some() {
            item.leave_out(format!("the field {name}: {UNKNOWN}"));
        }
    }
    if let Some(notes) = object.text("notes")? {
        if object.is("type", NOTE) {
            item.main(notes);
        } else {
            item.field("notes", notes);
        }
    }
    let collections = object.list("collectionIds").unwrap_or_default();
    count(
        &mut item,
        "further collections",
        Some(&collections[collections.len().min(1)..]),
    );
    count(
        &mut item,
        "attachments",
        object.list("attachments").as_deref(),
    );
    count(
        &mut item,
        "older passwords",
        object.list("passwordHistory").as_deref(),
    );
    Ok(item)
}

/// Adds the texts in a part of an item, such as `login`.
fn fill(item: &mut Item, part: &str, members: &Object<'_>) -> Result<(), RuleViolation> {
    for (name, given) in &members.0 {
        match (part, name.as_str(), text(given)?) {
            (_, "password" | "privateKey", Some(value)) => item.main(value),
            (_, "publicKey", Some(value)) => item.field("public_key", value),
            (_, "keyFingerprint", Some(value)) => item.field("fingerprint", value),
            ("secureNote", "type", _)
            | (
                "login",
                "passwordRevisionDate" | "autofillOnPageLoad" | "uris" | "fido2Credentials",
                _,
            ) => {}
            (_, name, Some(value)) => item.field(name, value),
            (_, name, None) => item.leave_out(format!("{name} of {part}: {UNKNOWN}")),
        }
    }
    for uri in members.list("uris").unwrap_or_default() {
        if let Some(value) = Object::of(uri).text("uri")? {
            item.field("url", value);
        }
    }
    count(
        item,
        "passkeys",
        members.list("fido2Credentials").as_deref(),
    );
    Ok(())
}

fn count(item: &mut Item, what: &str, list: Option<&[&RawValue]>) {
    let count = list.map_or(0, <[_]>::len);
    if count > 0 {
        item.leave_out(format!("{what}: {count}"));
    }
}

/// The members of an object that are not null, by name; empty for another type.
struct Object<'j>(Vec<(String, &'j RawValue)>);

impl<'j> Object<'j> {
    fn of(json: &'j RawValue) -> Self {
        let members = members(json, MAX_MEMBERS).unwrap_or_default().into_iter();
        let members = members.filter(|(_, given)| !is_null(given));
        let named = members.filter_map(|(name, given)| {
            let name = json::string(name).ok()?;
            Some((String::from_utf8_lossy(name.expose()).into_owned(), given))
        });
        Self(named.collect())
    }

    /// Refuses a name that occurs twice: one of the two would be lost.
    fn check_names(&self) -> Result<(), RuleViolation> {
        let mut names = HashSet::new();
        match self.0.iter().find(|(name, _)| !names.insert(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let rule = format!("an object of the export has the member {name} twice");
                Err(RuleViolation::new(rule, "duplicate"))
            }
        }
    }

    fn get(&self, name: &str) -> Option<&'j RawValue> {
        let mut those = self.0.iter().filter(|(its, _)| its == name);
        those.next().map(|&(_, given)| given)
    }

    fn is(&self, name: &str, written: &str) -> bool {
        self.get(name).is_some_and(|given| given.get() == written)
    }

    fn list(&self, name: &str) -> Option<Vec<&'j RawValue>> {
        items(self.get(name)?, usize::MAX)
    }

    fn text(&self, name: &str) -> Result<Option<Plaintext>, RuleViolation> {
        self.get(name).map_or(Ok(None), text)
    }

    /// A text that is not secret.
    fn title(&self, name: &str) -> Result<Option<String>, RuleViolation> {
        let text = self.text(name)?;
        Ok(text.map(|text| String::from_utf8_lossy(text.expose()).into_owned()))
    }

    /// The names of the folders in a list, by their ids.
    fn titles(&self, name: &str) -> Result<HashMap<String, String>, RuleViolation> {
        let mut titles = HashMap::new();
        for json in self.list(name).unwrap_or_default() {
            let folder = Object::of(json);
            if let (Some(id), Some(title)) = (folder.title("id")?, folder.title("name")?) {
                titles.insert(id, title);
            }
        }
        Ok(titles)
    }
}

/// A text, or a number or boolean as written; `None` for arrays and objects.
fn text(json: &RawValue) -> Result<Option<Plaintext>, RuleViolation> {
    match json::string(json) {
        Ok(text) => Ok(Some(text)),
        Err(NoString::OtherType) if json.get().starts_with(['[', '{']) => Ok(None),
        Err(NoString::OtherType) => Ok(Some(Plaintext::new(json.get().into()))),
        Err(NoString::Surrogate) => {
            let rule = "a text contains a broken \\u escape: half of a surrogate pair";
            Err(RuleViolation::new(rule, "string_unicode"))
        }
    }
}

/// The columns of the CSV, for a person and for an organisation.
const COLUMNS: [&str; 12] = [
    "folder",
    "favorite",
    "type",
    "name",
    "notes",
    "fields",
    "reprompt",
    "login_uri",
    "login_username",
    "login_password",
    "login_totp",
    "collections",
];

/// The columns among them that contain no secret, and that every export has.
const IGNORED: [&str; 2] = ["favorite", "reprompt"];

/// Whether the first line of a CSV is that of Bitwarden.
pub fn is_header(line: &str) -> bool {
    let mut headings = line
        .split(',')
        .map(|heading| heading.trim().trim_matches('"'));
    headings.any(|heading| heading == "login_password")
}

fn read_csv(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let columns = RefCell::new(Vec::new());
    let into = RefCell::new(into);
    csv::read(
        input,
        |header| {
            if !["name", "login_password"]
                .iter()
                .all(|name| header.iter().any(|its| its == name))
            {
                let rule = match look(unmarked(input)) {
                    Some(look) => format!("the input is neither the JSON nor the CSV of Bitwarden; it looks like {look}"),
                    None => "the first line has no columns name and login_password: is this a CSV export of Bitwarden?".into(),
                };
                return Err(RuleViolation::new(rule, "missing"));
            }
            csv::check_once(&header, |name| COLUMNS.contains(&name))?;
            let left = header
                .iter()
                .filter(|its| IGNORED.contains(&its.as_str()) || !COLUMNS.contains(&its.as_str()));
            let left: Vec<&str> = left.map(String::as_str).collect();
            if !left.is_empty() {
                into.borrow_mut().leave_out("the columns", &left.join(", "));
            }
            columns.replace(header);
            Ok(())
        },
        |place, cells| {
            let columns = columns.borrow();
            let cell = |name: &str| {
                let mut found = columns.iter().zip(cells).filter(|(its, _)| *its == name);
                found.next().map_or("", |(_, cell)| *cell)
            };
            let value = |name: &str| Plaintext::new(cell(name).as_bytes().to_vec());
            // Of several collections the first is used.
            let collection = cell("collections").split(',').next();
            let mut item = Item::new(
                [cell("folder"), collection.unwrap_or_default()],
                cell("name"),
            );
            item.main(value("login_password"));
            for (name, column) in [
                ("username", "login_username"),
                ("url", "login_uri"),
                ("totp", "login_totp"),
            ] {
                item.field(name, value(column));
            }
            for (name, value) in custom_fields(cell("fields")) {
                item.field(name, value);
            }
            if cell("type") == "note" {
                item.main(value("notes"));
            } else {
                item.field("notes", value("notes"));
            }
            if !matches!(cell("type"), "" | "login" | "note") {
                item.leave_out(format!("its type: {}", cell("type")));
            }
            into.borrow_mut().push(place, item)
        },
    )
}

/// The kind of a file that Bitwarden did not write, judged by its first line.
fn look(bytes: &[u8]) -> Option<&'static str> {
    let bytes = bytes.trim_ascii_start();
    let first = bytes.split(|&byte| byte == b'\n').next()?;
    let first = String::from_utf8_lossy(first).to_ascii_lowercase();
    let columns: Vec<_> = first
        .split(',')
        .map(|name| name.trim().trim_matches('"'))
        .collect();
    Some(match bytes.first()? {
        b'<' => "XML: for KeePass, use --format keepass-xml",
        b'[' => "a JSON list, and an export of Bitwarden is an object",
        _ if bytes.starts_with(b"PK\x03\x04") => "a ZIP archive: unpack it first",
        _ if columns.len() > 1 && columns.contains(&"title") => {
            "the CSV of 1Password: use --format 1password"
        }
        _ if columns.len() == 1 && first.contains('=') => "a dotenv file: use --format dotenv",
        _ if columns.len() == 1 && first.contains(": ") => "YAML: use --format yaml",
        _ => return None,
    })
}

/// The custom fields in the CSV: a line of `name: value` each. A line without a name continues a value.
fn custom_fields(cell: &str) -> Vec<(&str, Plaintext)> {
    if cell.is_empty() {
        return Vec::new();
    }
    let end = csv::line_end(cell);
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in cell.split(end) {
        match (line.split_once(": "), found.last_mut()) {
            (Some((name, value)), _) => found.push((name, vec![value])),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => found.push(("field", vec![line])),
        }
    }
    let fields = found.into_iter();
    let fields = fields.map(|(name, lines)| (name, Plaintext::new(lines.join(end).into())));
    fields.collect()
}

#[cfg(test)]
mod tests;
