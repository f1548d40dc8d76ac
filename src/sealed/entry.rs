//! Reads and writes the entries of a page's index: JSON in one spelling. Members that have their usual value are
//! left out.

use super::error::Error;
use super::id::{AppId, SecretId, WorkspaceId};
use super::index::RecordKind;
use super::line::{Line, encode};
use super::meta::Milliseconds;
use super::record::RecordId;
use memchr::memmem;
use std::borrow::Cow;
use std::fmt::{Display, Write};

/// The beginning of every entry. Nothing else in an index has it: in a text the quotation marks are escaped.
const HEAD: &str = "{\"name\":\"";

/// A record in an index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry<'a> {
    Secret(Secret<'a>),
    App(App<'a>),
}

/// A secret's fields and the list of its slots. Ciphertext *i* of the record belongs to slot *i*.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret<'a> {
    pub name: Cow<'a, str>,
    pub description: Cow<'a, str>,
    /// `None`: the key that follows from the name.
    pub env_key: Option<Cow<'a, str>>,
    pub allowed_domains: Vec<Cow<'a, str>>,
    /// Seconds after which a value is due for rotation.
    pub rotate_every: Option<u64>,
    pub expires_at: Option<Milliseconds>,
    /// Ascending by slot.
    pub slots: Vec<Slot>,
    /// The links that count, ascending, each once. In a deleted secret: the links that were removed.
    pub apps: Vec<AppLink<'a>>,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
    pub deleted_at: Option<Milliseconds>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The Unix second from which the value is effective.
    pub slot: u64,
    /// SHA-256 of the value.
    pub checksum: [u8; 32],
    pub written_at: Milliseconds,
    /// Written before a change elsewhere, which must succeed first; never effective.
    pub pending: bool,
}

/// A link as its secret confirms it: the app, the app's workspace, and the variable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AppLink<'a> {
    pub app: AppId,
    pub workspace: WorkspaceId,
    pub env_key: Cow<'a, str>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct App<'a> {
    pub name: Cow<'a, str>,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
}

/// A link as the app has it. An app's links ascend by variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link<'a> {
    pub env_key: Cow<'a, str>,
    pub workspace: WorkspaceId,
    pub secret: SecretId,
}

impl<'a> Entry<'a> {
    /// The kind and the name or id; the record's index is their HMAC.
    pub fn sorted_by(&self, id: RecordId) -> (RecordKind, Cow<'_, str>) {
        match self {
            Self::Secret(_) if self.is_deleted() => (RecordKind::Deleted, id.to_string().into()),
            Self::Secret(secret) => (RecordKind::Secret, Cow::Borrowed(&secret.name)),
            Self::App(app) => (RecordKind::App, Cow::Borrowed(&app.name)),
        }
    }

    /// Whether it is a deleted secret, which can be restored.
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Secret(secret) if secret.deleted_at.is_some())
    }

    /// Its text in an index.
    pub fn text(&self) -> String {
        let mut out = String::from("{\"name\":");
        match self {
            Self::Secret(secret) => secret.write(&mut out),
            Self::App(app) => {
                write_text(&mut out, &app.name);
                write_dates(&mut out, app.created_at, app.updated_at);
            }
        }
        out.push('}');
        out
    }

    /// Parses the entry of this record, with nothing after it.
    pub fn parse(text: &'a str, id: RecordId) -> Option<Self> {
        let mut line = Line::new(text);
        let entry = Self::take(&mut line, id)?;
        line.end()?;
        Some(entry)
    }

    /// Removes the entry of this record from the front.
    fn take(line: &mut Line<'a>, id: RecordId) -> Option<Self> {
        line.literal(HEAD)?;
        let name = line.text()?;
        match id {
            RecordId::Secret(_) => Secret::take(name, line).map(Self::Secret),
            RecordId::App(_) => {
                let (created_at, updated_at) = dates(line)?;
                line.literal("}")?;
                Some(Self::App(App {
                    name,
                    created_at,
                    updated_at,
                }))
            }
        }
    }
}

/// An opened index: the entries of its records.
pub fn parse<'a>(text: &'a str, records: &[RecordId]) -> Option<Vec<Entry<'a>>> {
    let mut entries = Vec::with_capacity(records.len());
    each(text, records, |entry, _| entries.push(entry))?;
    Some(entries)
}

/// Calls `with` for each entry of an opened index, with its text.
pub fn each<'a>(
    text: &'a str,
    records: &[RecordId],
    mut with: impl FnMut(Entry<'a>, &'a str),
) -> Option<()> {
    let mut line = Line::new(text);
    for (position, &id) in records.iter().enumerate() {
        line.literal(if position == 0 { "[" } else { "," })?;
        let (entry, text) = begin(line.rest(), id)?;
        line.literal(text)?;
        with(entry, text);
    }
    line.literal("]")?;
    line.end()
}

/// The text of the record's entry at this position. The other entries are not checked.
pub fn at<'a>(text: &'a str, records: &[RecordId], position: usize) -> Result<&'a str, Error> {
    let id = records[position];
    let start = memmem::find_iter(text.as_bytes(), HEAD).nth(position);
    let found = start.and_then(|start| begin(&text[start..], id));
    found.map(|(_, text)| text).ok_or_else(|| id.damaged())
}

/// The position and the text of the only entry of this kind and name. The other entries are not checked.
pub fn find<'a>(
    text: &'a str,
    records: &[RecordId],
    kind: RecordKind,
    name: &str,
) -> Result<Option<(usize, &'a str)>, Error> {
    let wanted = format!("{HEAD}{name}\"");
    let mut found = None;
    for start in memmem::find_iter(text.as_bytes(), &wanted) {
        let position = memmem::find_iter(&text.as_bytes()[..start], HEAD).count();
        let Some(&id) = records.get(position) else {
            continue;
        };
        let (entry, text) = begin(&text[start..], id).ok_or_else(|| id.damaged())?;
        let is_wanted = entry.sorted_by(id).0 == kind;
        if is_wanted && found.replace((position, text)).is_some() {
            return Err(id.damaged());
        }
    }
    Ok(found)
}

/// Parses the entry of this record at the beginning of a text.
fn begin(text: &str, id: RecordId) -> Option<(Entry<'_>, &str)> {
    let mut line = Line::new(text);
    let entry = Entry::take(&mut line, id)?;
    Some((entry, &text[..text.len() - line.rest().len()]))
}

/// The texts of entries as an index holds them.
pub fn write_index<'a>(entries: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::from("[");
    for entry in entries {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(entry);
    }
    text.push(']');
    text
}

pub fn parse_links(text: &str) -> Option<Vec<Link<'_>>> {
    let mut line = Line::new(text);
    let mut links = Vec::new();
    line.literal("[")?;
    if !line.optional("]") {
        list(&mut line, |line| {
            line.literal("{\"env_key\":\"")?;
            let env_key = line.text()?;
            line.literal(",\"workspace\":\"")?;
            let workspace = WorkspaceId::parse(line.string()?)?;
            line.literal(",\"secret\":\"")?;
            let secret = SecretId::parse(line.string()?)?;
            line.literal("}")?;
            links.push(Link {
                env_key,
                workspace,
                secret,
            });
            Some(())
        })?;
    }
    line.end()?;
    Some(links)
}

/// An app's links, as they are sealed.
pub fn write_links(links: &[Link<'_>]) -> String {
    let mut out = String::new();
    write_list(&mut out, "", links, |out, link| {
        out.push_str("{\"env_key\":");
        write_text(out, &link.env_key);
        let (workspace, secret) = (link.workspace, link.secret);
        let _ = write!(
            out,
            ",\"workspace\":\"{workspace}\",\"secret\":\"{secret}\"}}"
        );
    });
    if out.is_empty() { "[]".into() } else { out }
}

impl<'a> Secret<'a> {
    fn take(name: Cow<'a, str>, line: &mut Line<'a>) -> Option<Self> {
        let description = text(line, ",\"description\":\"").ok()?.unwrap_or_default();
        let env_key = text(line, ",\"env_key\":\"").ok()?;
        let mut allowed_domains = Vec::new();
        if line.optional(",\"allowed_domains\":[") {
            list(line, |line| {
                line.literal("\"")?;
                allowed_domains.push(line.text()?);
                Some(())
            })?;
        }
        let rotate_every = number(line, ",\"rotate_every\":").ok()?;
        let expires_at = time(line, ",\"expires_at\":").ok()?;
        let slots = take_slots(line)?;
        let mut apps = Vec::new();
        if line.optional(",\"apps\":[") {
            list(line, |line| {
                line.literal("{\"app\":\"")?;
                let app = AppId::parse(line.string()?)?;
                line.literal(",\"workspace\":\"")?;
                let workspace = WorkspaceId::parse(line.string()?)?;
                line.literal(",\"env_key\":\"")?;
                let env_key = line.text()?;
                line.literal("}")?;
                apps.push(AppLink {
                    app,
                    workspace,
                    env_key,
                });
                Some(())
            })?;
        }
        let (created_at, updated_at) = dates(line)?;
        let deleted_at = time(line, ",\"deleted_at\":").ok()?;
        line.literal("}")?;
        let slots = slots.into_iter().map(|(written_at, slot)| {
            (written_at != Some(created_at)).then_some(Slot {
                written_at: written_at.unwrap_or(created_at),
                ..slot
            })
        });
        Some(Self {
            name,
            description,
            env_key,
            allowed_domains,
            rotate_every,
            expires_at,
            slots: slots.collect::<Option<_>>()?,
            apps,
            created_at,
            updated_at,
            deleted_at,
        })
    }

    fn write(&self, out: &mut String) {
        write_text(out, &self.name);
        if !self.description.is_empty() {
            out.push_str(",\"description\":");
            write_text(out, &self.description);
        }
        if let Some(env_key) = &self.env_key {
            out.push_str(",\"env_key\":");
            write_text(out, env_key);
        }
        write_list(
            out,
            ",\"allowed_domains\":",
            &self.allowed_domains,
            |out, domain| write_text(out, domain),
        );
        write_number(out, "rotate_every", self.rotate_every);
        write_number(out, "expires_at", self.expires_at);
        write_list(out, ",\"slots\":", &self.slots, |out, slot| {
            let checksum = encode(&slot.checksum);
            let _ = write!(out, "{{\"slot\":{},\"checksum\":\"{checksum}\"", slot.slot);
            let written_at = Some(slot.written_at).filter(|&at| at != self.created_at);
            write_number(out, "written_at", written_at);
            out.push_str(if slot.pending {
                ",\"pending\":true}"
            } else {
                "}"
            });
        });
        write_list(out, ",\"apps\":", &self.apps, |out, link| {
            let (app, workspace) = (link.app, link.workspace);
            let _ = write!(
                out,
                "{{\"app\":\"{app}\",\"workspace\":\"{workspace}\",\"env_key\":"
            );
            write_text(out, &link.env_key);
            out.push('}');
        });
        write_dates(out, self.created_at, self.updated_at);
        write_number(out, "deleted_at", self.deleted_at);
    }
}

/// Removes the slots. A slot's date is `None` if its line has none: the date that then counts comes later in the
/// entry.
fn take_slots(line: &mut Line<'_>) -> Option<Vec<(Option<Milliseconds>, Slot)>> {
    let mut slots = Vec::with_capacity(1);
    line.literal(",\"slots\":[")?;
    list(line, |line| {
        line.literal("{\"slot\":")?;
        let slot = line.number()?;
        line.literal(",\"checksum\":\"")?;
        let checksum = line.bytes()?;
        let written_at = time(line, ",\"written_at\":").ok()?;
        let pending = line.optional(",\"pending\":true");
        line.literal("}")?;
        let slot = Slot {
            slot,
            checksum,
            written_at: 0,
            pending,
        };
        slots.push((written_at, slot));
        Some(())
    })?;
    Some(slots)
}

/// `…,…]` with at least one item, each removed by `one`.
fn list<'a>(line: &mut Line<'a>, mut one: impl FnMut(&mut Line<'a>) -> Option<()>) -> Option<()> {
    loop {
        one(line)?;
        if line.optional("]") {
            return Some(());
        }
        line.literal(",")?;
    }
}

/// The member is present but invalid.
struct Misspelt;

/// A text that may be absent, but not empty.
fn text<'a>(line: &mut Line<'a>, member: &str) -> Result<Option<Cow<'a, str>>, Misspelt> {
    if !line.optional(member) {
        return Ok(None);
    }
    let text = line.text().filter(|text| !text.is_empty());
    text.map(Some).ok_or(Misspelt)
}

fn number(line: &mut Line<'_>, member: &str) -> Result<Option<u64>, Misspelt> {
    if !line.optional(member) {
        return Ok(None);
    }
    line.number().map(Some).ok_or(Misspelt)
}

fn time(line: &mut Line<'_>, member: &str) -> Result<Option<Milliseconds>, Misspelt> {
    let found = number(line, member)?;
    Ok(found.map(|number| Milliseconds::try_from(number).unwrap_or(Milliseconds::MAX)))
}

/// The dates of creation and update. The second date is written only if it differs.
fn dates(line: &mut Line<'_>) -> Option<(Milliseconds, Milliseconds)> {
    let created_at = time(line, ",\"created_at\":").ok()??;
    let updated_at = time(line, ",\"updated_at\":").ok()?;
    (updated_at != Some(created_at)).then_some((created_at, updated_at.unwrap_or(created_at)))
}

fn write_text(out: &mut String, text: &str) {
    // A text always has a form in JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn write_number(out: &mut String, member: &str, number: Option<impl Display>) {
    if let Some(number) = number {
        let _ = write!(out, ",\"{member}\":{number}");
    }
}

fn write_dates(out: &mut String, created_at: Milliseconds, updated_at: Milliseconds) {
    write_number(out, "created_at", Some(created_at));
    write_number(
        out,
        "updated_at",
        Some(updated_at).filter(|&at| at != created_at),
    );
}

/// Writes nothing for an empty list.
fn write_list<T>(out: &mut String, member: &str, list: &[T], write: impl Fn(&mut String, &T)) {
    if list.is_empty() {
        return;
    }
    out.push_str(member);
    for (position, one) in list.iter().enumerate() {
        out.push(if position == 0 { '[' } else { ',' });
        write(out, one);
    }
    out.push(']');
}

#[cfg(test)]
mod tests;
