//! Reads `keepass-xml`: the XML that KeePass 2 and KeePassXC export. Earlier versions of an entry and the
//! recycle bin are left out.
//!
//! A document type is refused. So only XML's own five entities exist, and nothing outside the file is read.

use super::item::{Item, Items};
use crate::import::entries::Location;
use crate::import::line_index::Lines;
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use crate::vault::value::MAX_VALUE_BYTES;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use zeroize::{Zeroize, Zeroizing};

/// More levels than people nest groups.
const MAX_DEPTH: usize = 256;

/// The beginning of a value that refers to another entry.
const REFERENCE: &[u8] = b"{REF:";

pub fn read(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let text = text(input)?;
    let mut xml = Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let lines = Lines::of(text.as_bytes());
    let mut export = Export::new(into);
    loop {
        let event = xml.read_event();
        let at = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX);
        let place = lines.line(at);
        // The parser's message quotes the text.
        let read = match event {
            Ok(Event::Eof) if export.open.is_empty() => {
                export.end();
                return Ok(());
            }
            Ok(Event::Eof) => Err(RuleViolation::new(
                "the file is cut off: some elements are not closed",
                "xml_invalid",
            )),
            Ok(Event::DocType(_)) => Err(RuleViolation::new(
                "the file has a document type, which kluis does not accept",
                "value_error",
            )),
            Ok(event) => export.take(place, event),
            Err(_) => Err(RuleViolation::new(
                "the input is not valid XML",
                "xml_invalid",
            )),
        };
        read.map_err(|RuleViolation { rule, kind }| {
            RuleViolation::new(format!("{place}: {rule}"), kind)
        })?;
    }
}

/// An open group.
#[derive(Default)]
struct Group {
    name: String,
    is_bin: bool,
}

struct Export<'i, 'e> {
    into: &'i mut Items<'e>,
    /// The names of the open elements.
    open: Vec<String>,
    /// The text of the innermost element so far, at most one byte longer than any value. It never grows, because
    /// that would leave copies.
    text: Zeroizing<Vec<u8>>,
    bin: Vec<u8>,
    groups: Vec<Group>,
    entry: Option<Entry>,
    /// The depth of entries within entries, which are their older versions.
    older: usize,
    in_bin: usize,
}

#[derive(Default)]
struct Entry {
    title: String,
    main: Option<Plaintext>,
    fields: Vec<(String, Plaintext)>,
    attachments: usize,
    /// Versions of the entry from before.
    earlier: usize,
    /// Items that plugins stored with it.
    custom: usize,
    has_tags: bool,
    passwords: usize,
    /// Fields that refer to another entry.
    references: Vec<String>,
    /// The key of the open field.
    key: String,
    value: Option<Plaintext>,
}

impl<'i, 'e> Export<'i, 'e> {
    fn new(into: &'i mut Items<'e>) -> Self {
        Self {
            into,
            open: Vec::new(),
            text: Zeroizing::new(Vec::with_capacity(MAX_VALUE_BYTES + 1)),
            bin: Vec::new(),
            groups: Vec::new(),
            entry: None,
            older: 0,
            in_bin: 0,
        }
    }

    fn take(&mut self, place: Location, event: Event<'_>) -> Result<(), RuleViolation> {
        match event {
            Event::Start(start) => self.start(&start),
            Event::End(_) => {
                let name = self.open.pop().unwrap_or_default();
                self.close(place, &name)
            }
            Event::Text(text) => {
                let content = text.xml10_content();
                self.append(content.as_bytes());
                wipe(content);
                Ok(())
            }
            Event::CData(text) => {
                let content = text.xml10_content();
                self.append(content.as_bytes());
                wipe(content);
                Ok(())
            }
            Event::GeneralRef(reference) => {
                let letter = letter(&reference).ok_or_else(|| {
                    RuleViolation::new(
                        "the file uses an entity that XML does not define",
                        "xml_invalid",
                    )
                })?;
                self.append(letter.encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), RuleViolation> {
        self.clear();
        let name = start.name().as_ref().to_owned();
        if self.open.is_empty() && name != "KeePassFile" {
            let rule = "the input is not an XML export of KeePass";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(RuleViolation::new(
                "elements are nested too deep",
                "too_long",
            ));
        }
        if self.open.last().is_some_and(|open| open == "Value") {
            let rule = "a value has elements in it, which KeePass does not write";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        match name.as_str() {
            "Group" => self.groups.push(Group::default()),
            "Entry" if self.entry.is_some() => {
                self.older += 1;
                if let Some(entry) = &mut self.entry {
                    entry.earlier += 1;
                }
            }
            "Entry" => self.entry = Some(Entry::default()),
            "Value" if is_protected(start) => {
                let rule = "a value is encrypted: this is the inside of a .kdbx file, so export it as XML with KeePass";
                return Err(RuleViolation::new(rule, "value_error"));
            }
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    /// Handles the end of an element; the elements around it are still open.
    fn close(&mut self, place: Location, name: &str) -> Result<(), RuleViolation> {
        let parent = self.open.last().map_or("", String::as_str);
        match (parent, name) {
            ("Meta", "RecycleBinUUID") => self.bin.clone_from(&self.text),
            (_, "Group") => {
                self.groups.pop();
            }
            ("Group", "Name") => {
                let name = self.string();
                if let Some(group) = self.groups.last_mut() {
                    group.name = name;
                }
            }
            ("Group", "UUID") => {
                let is_bin = !self.bin.is_empty() && *self.text == self.bin;
                if let Some(group) = self.groups.last_mut() {
                    group.is_bin = is_bin;
                }
            }
            (_, "Entry") if self.older > 0 => self.older -= 1,
            (_, "Entry") => return self.entry(place),
            _ if self.older == 0 => self.part(name),
            _ => {}
        }
        self.clear();
        Ok(())
    }

    /// Handles a part of the open entry.
    fn part(&mut self, name: &str) {
        let parent = self.open.last().map_or("", String::as_str);
        let string = (name == "Key").then(|| self.string());
        let Some(entry) = &mut self.entry else {
            return;
        };
        match (parent, name) {
            ("String", "Key") => entry.key = string.unwrap_or_default(),
            ("String", "Value") => entry.value = Some(Plaintext::new(self.text.to_vec())),
            ("Entry", "String") => entry.take_field(),
            ("Entry", "Binary") => entry.attachments += 1,
            ("Entry", "Tags") => entry.has_tags |= !self.text.trim_ascii().is_empty(),
            ("CustomData", "Item") => entry.custom += 1,
            _ => {}
        }
    }

    fn entry(&mut self, place: Location) -> Result<(), RuleViolation> {
        let Some(entry) = self.entry.take() else {
            return Ok(());
        };
        if self.groups.iter().any(|group| group.is_bin) {
            self.in_bin += 1;
            return Ok(());
        }
        // The outermost group is the database itself.
        let folders = self.groups.iter().skip(1).map(|group| group.name.as_str());
        let mut item = Item::new(folders, &entry.title);
        if let Some(value) = entry.main {
            item.main(value);
        }
        for (name, value) in entry.fields {
            item.field(&name, value);
        }
        for (what, count) in [
            ("attachments", entry.attachments),
            ("earlier versions", entry.earlier),
            ("data of plugins", entry.custom),
        ] {
            if count > 0 {
                item.leave_out(format!("{what}: {count}"));
            }
        }
        if entry.has_tags {
            item.leave_out("tags");
        }
        if entry.passwords > 1 {
            item.leave_out("all passwords but the last");
        }
        for name in entry.references {
            item.leave_out(format!("{name}: it refers to another entry"));
        }
        self.into.push(place, item)
    }

    fn end(self) {
        if self.in_bin > 0 {
            let what = format!("entries: {}", self.in_bin);
            self.into.leave_out("the recycle bin", &what);
        }
    }

    /// A text that is not secret.
    fn string(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = self.text.capacity() - self.text.len();
        self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn clear(&mut self) {
        self.text.as_mut_slice().zeroize();
        self.text.clear();
    }
}

impl Entry {
    fn take_field(&mut self) {
        let key = std::mem::take(&mut self.key);
        let Some(value) = self.value.take() else {
            return;
        };
        if key != "Title" && value.expose().starts_with(REFERENCE) {
            self.references.push(key);
            return;
        }
        match key.as_str() {
            "Title" => self.title = String::from_utf8_lossy(value.expose()).into_owned(),
            "Password" => {
                self.passwords += 1;
                self.main = Some(value);
            }
            "UserName" => self.fields.push(("username".to_owned(), value)),
            "URL" => self.fields.push(("url".to_owned(), value)),
            "Notes" => self.fields.push(("notes".to_owned(), value)),
            _ => self.fields.push((key, value)),
        }
    }
}

/// Whether a value is encrypted again, which happens only inside a database file.
fn is_protected(start: &BytesStart<'_>) -> bool {
    let mut attributes = start.attributes().filter_map(Result::ok);
    attributes.any(|attribute| {
        attribute.key.as_ref() == "Protected" && attribute.value.eq_ignore_ascii_case("true")
    })
}

/// The character of a reference such as `&amp;` or `&#10;`.
fn letter(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter);
    }
    match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// Wipes the parser's copies.
fn wipe(content: Cow<'_, str>) {
    if let Cow::Owned(mut content) = content {
        content.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::gathered::Gathered;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
        read(Format::KeepassXml, input, Rules::default())
    }

    fn string(key: &str, value: &str) -> String {
        format!("<String><Key>{key}</Key><Value>{value}</Value></String>\n")
    }

    fn file(groups: &str) -> String {
        format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<KeePassFile>\n<Meta><Generator>KeePass</Generator><RecycleBinEnabled>True</RecycleBinEnabled><RecycleBinUUID>YmluYmluYmluYmluYmluYg==</RecycleBinUUID><Binaries><Binary ID=\"0\" Compressed=\"True\">hunter2</Binary></Binaries></Meta>\n<Root><Group><UUID>cm9vdA==</UUID><Name>Database</Name>{groups}</Group><DeletedObjects /></Root></KeePassFile>"
        )
    }

    #[test]
    fn entries_are_read_with_groups_and_fields() {
        let old = format!(
            "<Entry>{}{}</Entry>",
            string("Title", "db"),
            string("Password", "older")
        );
        let entry = format!(
            "<Entry><UUID>eA==</UUID><Tags>t</Tags>{}{}<String><Key>Password</Key><Value ProtectInMemory=\"True\">&lt;p&amp;&#x31;&gt;<![CDATA[<]]></Value></String>{}{}{}{}<Binary><Key>id.pem</Key><Value Ref=\"0\" /></Binary><AutoType><Association><Window>w</Window></Association></AutoType><History>{old}{old}</History></Entry>",
            string("Title", "db"),
            string("UserName", "ann"),
            string("URL", ""),
            string("Notes", "one\r\ntwo"),
            string("API key", "k"),
            string("Twin", "{REF:P@I:46C9B1FFBD4ABC4BBB260C6190BAD20C}"),
        );
        let nested = format!(
            "{entry}<Group><Name>Work</Name><Group><Name>EU / West</Name>{entry}</Group></Group>"
        );
        let bin = format!(
            "<Group><UUID>YmluYmluYmluYmluYmluYg==</UUID><Name>Recycle Bin</Name>{entry}<Group><Name>x</Name>{entry}</Group></Group>"
        );
        let all = read_all(&file(&format!("{nested}{bin}"))).unwrap();
        let expected = [
            ("db", "<p&1><"),
            ("db_username", "ann"),
            ("db_notes", "one\ntwo"),
            ("db_API_key", "k"),
            ("Work.EU.West.db", "<p&1><"),
            ("Work.EU.West.db_username", "ann"),
            ("Work.EU.West.db_notes", "one\ntwo"),
            ("Work.EU.West.db_API_key", "k"),
        ];
        assert_eq!(pairs(&all), expected);
        let told: Vec<_> = all
            .left_out
            .iter()
            .map(|left| (&*left.what, &*left.why))
            .collect();
        let expected = [
            ("db", "attachments: 1"),
            ("db", "earlier versions: 2"),
            ("db", "tags"),
            ("db", "Twin: it refers to another entry"),
            ("Work/EU / West/db", "attachments: 1"),
            ("Work/EU / West/db", "earlier versions: 2"),
            ("Work/EU / West/db", "tags"),
            ("Work/EU / West/db", "Twin: it refers to another entry"),
            ("the recycle bin", "entries: 2"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn input_that_is_no_export_is_refused_and_not_repeated() {
        let protected = file(
            "<Entry><String><Key>Password</Key><Value Protected=\"True\">hunter2</Value></String></Entry>",
        );
        let bomb = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/hostname\">]>\n<KeePassFile>&a;</KeePassFile>";
        for (input, told) in [
            (
                &*protected,
                "line 4: a value is encrypted: this is the inside of a .kdbx file, so export it as XML with KeePass",
            ),
            (
                bomb,
                "line 1: the file has a document type, which kluis does not accept",
            ),
            (
                "<KeePassFile>&hunter2;</KeePassFile>",
                "line 1: the file uses an entity that XML does not define",
            ),
            (
                "<html>hunter2</html>",
                "line 1: the input is not an XML export of KeePass",
            ),
            (
                "<KeePassFile>\n<Root>",
                "line 2: the file is cut off: some elements are not closed",
            ),
            (
                "<KeePassFile>\n</hunter2>",
                "line 2: the input is not valid XML",
            ),
            ("<KeePassFile></KeePassFile>", "the input is empty"),
            ("hunter2", "the input is empty"),
        ] {
            assert_eq!(read_all(input).err().unwrap(), [told], "{input}");
        }
        let deep = format!("<KeePassFile>{}", "<Group>".repeat(100_000));
        assert!(read_all(&deep).err().unwrap()[0].ends_with("nested too deep"));
    }

    #[test]
    fn a_value_that_is_too_long_is_reported_and_not_cut() {
        let long = "v".repeat(MAX_VALUE_BYTES + 5);
        let entry = |value: &str| {
            file(&format!(
                "<Entry>{}{}</Entry>",
                string("Title", "A"),
                string("Password", value)
            ))
        };
        assert_eq!(
            read_all(&entry(&long[5..])).unwrap().entries[0]
                .value
                .as_ref()
                .unwrap()
                .len(),
            MAX_VALUE_BYTES
        );
        let told = read_all(&entry(&long)).err().unwrap();
        assert_eq!(told, ["line 6: A: a value can have at most 65,536 bytes"]);
    }
}
