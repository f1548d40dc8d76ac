//! Makes vaults with one fault each. Everything that a reader reads before the fault is correct and signed by the
//! owner's own keys, so only the fault can be the reason to refuse.

mod header;
mod records;
mod section;

use super::super::apart::{Apart, PageApart, Raw};
use super::super::{Owned, put};
use super::Vector;
use super::good::{both, by_token};
use crate::keyring::local::LocalKeyring;
use crate::keyring::master::Master;
use serde_json::Value;

/// A vault of two workspaces, and its parts.
struct Base {
    owned: Owned,
    keyring: LocalKeyring,
}

pub fn all() -> Vec<Vector> {
    let owned = both();
    owned.change(|change| {
        for path in ["default/a", "default/b", "default/c", "staging/a"] {
            put(change, path, "value")?;
        }
        Ok(())
    });
    let keyring = owned.keyring();
    let base = Base { owned, keyring };
    let faults = [
        base.bytes(),
        base.header_text(),
        base.header_content(),
        base.heads(),
        base.successions(),
        base.ages(),
        base.pages(),
        base.records(),
    ];
    faults.into_iter().flatten().collect()
}

impl Base {
    fn apart(&self) -> Apart {
        Apart::of(&self.owned.bytes())
    }

    fn master(&self) -> &Master {
        self.keyring.master().unwrap()
    }

    fn vector(&self, name: &str, about: &'static str, bytes: Vec<u8>) -> Vector {
        self.unlocked_by(name, about, bytes, by_token(&self.owned.token))
    }

    fn unlocked_by(
        &self,
        name: &str,
        about: &'static str,
        bytes: Vec<u8>,
        unlock: Value,
    ) -> Vector {
        assert_ne!(bytes, self.owned.bytes(), "{name}");
        let name = format!("broken-{name}.kluis");
        Vector {
            name,
            about,
            bytes,
            unlocks: vec![unlock],
        }
    }

    /// The records of `default`, in their order.
    fn raw(&self) -> Vec<Raw> {
        self.apart().sections[0].records(&self.keyring)
    }

    /// The vault with these pages in `default`, signed.
    fn with_pages(&self, pages: &[Vec<Raw>]) -> Vec<u8> {
        let default = self.apart().workspace(0);
        let pages = pages.iter();
        let pages = pages.map(|raw| PageApart::seal(&self.keyring, default, raw));
        self.with_lines(pages.collect())
    }

    /// The vault with a page of these lines in `default`, signed, after a change of the lines.
    fn with_changed_lines(&self, change: impl FnOnce(&mut Vec<String>)) -> Vec<u8> {
        let default = self.apart().workspace(0);
        let mut page = PageApart::seal(&self.keyring, default, &self.raw());
        change(&mut page.lines);
        page.rehash();
        self.with_lines(vec![page])
    }

    fn with_lines(&self, pages: Vec<PageApart>) -> Vec<u8> {
        let mut apart = self.apart();
        apart.sections[0].pages = pages;
        apart.sections[0].advance();
        apart.sections[0].sign(&self.keyring);
        apart.join()
    }

    /// Faults of the stored file: nothing is signed again.
    fn bytes(&self) -> Vec<Vector> {
        let bytes = self.owned.bytes();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let apart = self.apart();
        let end_of_header = apart.header.len();
        let pages = end_of_header + apart.sections[0].head.len();
        let flipped = |at: usize| {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            flipped
        };
        // A letter that is still a letter with its last bit flipped.
        let at = |text: &str, part: &str| {
            let start = text.find(part).unwrap() + part.len();
            let found = text[start..].find(|letter| matches!(letter, 'B'..='Y' | 'b'..='y'));
            start + found.unwrap()
        };
        let about = at(&text, "\"about\":\"");
        let hash = end_of_header + at(&apart.sections[0].head, "\"sha256\":\"");
        let index = pages + at(&text[pages..], "\"index\":\"");
        let value = pages + at(&text[pages..], "\"values\":[\"");
        let mut swapped: Vec<_> = text.split_inclusive('\n').collect();
        let first = text[..pages].lines().count();
        swapped.swap(first + 1, first + 2);
        let mut moved = self.apart();
        let line = moved.sections[1].pages[0].lines.pop().unwrap();
        moved.sections[0].pages[0].lines.push(line);
        vec![
            self.vector("empty", "no bytes at all", Vec::new()),
            self.vector(
                "other-file",
                "another kind of file",
                b"{\"version\":1}\n".to_vec(),
            ),
            self.vector(
                "newer",
                "a format to come",
                text.replacen("{\"kluis\":1,", "{\"kluis\":2,", 1).into(),
            ),
            self.vector(
                "cut",
                "cut in its last record",
                bytes[..bytes.len() - 9].to_vec(),
            ),
            self.vector(
                "cut-in-header",
                "cut in its header",
                bytes[..end_of_header - 9].to_vec(),
            ),
            self.vector(
                "no-section",
                "cut behind its header",
                bytes[..end_of_header].to_vec(),
            ),
            self.vector(
                "longer",
                "a line break behind the last one",
                [&bytes[..], b"\n"].concat(),
            ),
            self.vector(
                "crlf",
                "line ends of another system",
                text.replace('\n', "\r\n").into(),
            ),
            self.vector("header-bit", "one bit of a key's about", flipped(about)),
            self.vector("section-bit", "one bit of a page's hash", flipped(hash)),
            self.vector("page-bit", "one bit of a page's index", flipped(index)),
            self.vector("value-bit", "one bit of a value", flipped(value)),
            self.vector(
                "records-swapped",
                "two records in each other's place",
                swapped.concat().into(),
            ),
            self.vector("record-moved", "a record in another section", moved.join()),
        ]
    }
}
