//! Takes a vault apart as text, changes it, puts it together and signs it with any key: a writer that holds a
//! signing key and does not use Kluis.

use super::header;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::master::Master;
use crate::sealed::aad_context::AadContext;
use crate::sealed::file::{Layout, slice};
use crate::sealed::header::Content;
use crate::sealed::history::RevisionId;
use crate::sealed::id::{SecretId, WorkspaceId};
use crate::sealed::line::encode;
use crate::sealed::record::{self, Index, RecordId, RecordKind};
use crate::sealed::section::{Page, Seal, Unsealed};
use crate::sealed::sign::{Digest, SignatureBytes, sha256};
use crate::sealed::{Error, meta};
use crate::vault::secret::checksum;

const SIGNATURE: &str = ",\"signature\":\"";

/// The parts of a vault.
pub struct Apart {
    /// The header with its signature.
    pub header: String,
    pub sections: Vec<Section>,
}

pub struct Section {
    pub seal: Seal,
    /// By which the header and later sections name it.
    pub id: RevisionId,
    /// The lines of each page, each with its newline.
    pub pages: Vec<Vec<String>>,
    /// The head with its signature, as long as nothing changed.
    pub head: String,
}

impl Apart {
    pub fn of(bytes: &[u8]) -> Self {
        let layout = Layout::read(bytes.len() as u64, |at, length| {
            Ok::<_, Error>(slice(bytes, at..at + length as u64).to_vec())
        });
        let layout = layout.unwrap();
        let workspaces = &layout.header.content().workspaces;
        let sections = workspaces.iter().map(|line| {
            let section = layout.section(line.id).unwrap();
            let bytes = text(slice(bytes, layout.range(line.id).unwrap()));
            let pages = section.ranges().map(|range| {
                let lines = text(slice(bytes.as_bytes(), range));
                lines.split_inclusive('\n').map(str::to_owned).collect()
            });
            let records = section.pages().iter().map(|page| page.bytes).sum::<u64>();
            let head = bytes.len() - usize::try_from(records).unwrap();
            Section {
                seal: section.seal().clone(),
                id: section.id(),
                pages: pages.collect(),
                head: bytes[..head].to_owned(),
            }
        });
        Self {
            header: layout.header.text().to_owned(),
            sections: sections.collect(),
        }
    }

    pub fn join(&self) -> Vec<u8> {
        let sections = self.sections.iter().map(Section::join);
        let text = std::iter::once(self.header.clone()).chain(sections);
        text.collect::<String>().into_bytes()
    }

    /// All that follows the header.
    pub fn join_sections(&self) -> String {
        self.sections.iter().map(Section::join).collect()
    }

    /// Changes the header's text, and signs it as the owner.
    pub fn edit_header(&mut self, master: &Master, edit: impl FnOnce(String) -> String) {
        self.header = signed(edit(unsigned(&self.header)), |text| master.sign_text(text));
    }

    /// Makes a successor of the header, which the sections may still name, and signs it as the owner.
    pub fn change_header(&mut self, master: &Master, change: impl FnOnce(&mut Content)) {
        let old = header(self.header.as_bytes());
        let mut content = old.content().clone();
        content.ancestors = content.ancestors.with(old.id());
        change(&mut content);
        let text = content.signed([0; 64]).unwrap().text().to_owned();
        self.header = signed(unsigned(&text), |text| master.sign_text(text));
    }

    pub fn header_id(&self) -> RevisionId {
        header(self.header.as_bytes()).id()
    }

    pub fn workspace(&self, position: usize) -> WorkspaceId {
        self.sections[position].seal.workspace
    }
}

impl Section {
    pub fn join(&self) -> String {
        let lines = self.pages.iter().flatten().map(String::as_str);
        std::iter::once(self.head.as_str()).chain(lines).collect()
    }

    /// Makes it a successor of itself, once it is signed.
    pub fn advance(&mut self) {
        self.seal.ancestors = self.seal.ancestors.with(self.id);
    }

    /// By which a header would name it as it is.
    pub fn next_id(&self) -> RevisionId {
        self.unsealed().id()
    }

    fn unsealed(&self) -> Unsealed {
        let pages: Vec<_> = self.pages.iter().map(|lines| page(lines)).collect();
        Unsealed::new(self.seal.workspace, &self.seal.ancestors, &pages)
    }

    /// Writes the directory and the seal anew for the pages and the seal as they are, and signs them.
    pub fn sign(&mut self, keyring: &dyn Keyring) {
        self.edit(keyring, |text| text);
    }

    /// As [`Section::sign`], with a change of the head's text before it is signed.
    pub fn edit(&mut self, keyring: &dyn Keyring, edit: impl FnOnce(String) -> String) {
        let workspace = self.seal.workspace;
        self.edit_as(edit, |digest| {
            keyring.sign_section(workspace, digest).unwrap()
        });
    }

    pub fn edit_as(
        &mut self,
        edit: impl FnOnce(String) -> String,
        sign: impl FnOnce(&Digest) -> SignatureBytes,
    ) {
        let head = self
            .unsealed()
            .seal(self.seal.header, |_| Ok::<_, Error>([0; 64]));
        let head = head.unwrap();
        self.head = signed(edit(unsigned(&head)), |text| sign(&sha256(text.as_bytes())));
    }

    /// All lines as one page each of `size`, sorted.
    pub fn paginate(&mut self, mut lines: Vec<String>, size: usize) {
        lines.sort_by_key(|line| index(line));
        self.pages = lines.chunks(size).map(<[String]>::to_vec).collect();
    }
}

fn page(lines: &[String]) -> Page {
    let first = Index::from_text(index(&lines[0]).as_bytes());
    let nothing = || Index::from_text(encode(&[0; 32]).as_bytes()).unwrap();
    Page::of(first.unwrap_or_else(nothing), lines.concat().as_bytes())
}

/// The text of a record's index.
pub fn index(line: &str) -> String {
    line.split('"').nth(7).unwrap_or_default().to_owned()
}

/// A part as far as it is signed.
fn unsigned(part: &str) -> String {
    part.rsplit_once(SIGNATURE).unwrap().0.to_owned()
}

fn signed(text: String, sign: impl FnOnce(&str) -> SignatureBytes) -> String {
    let signature = encode(&sign(&text));
    text + SIGNATURE + &signature + "\"}\n"
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A secret as anyone with the workspace's read key can seal it.
pub struct Hostile<'a> {
    pub id: SecretId,
    pub name: String,
    /// Which index the record stands under; the name's own if there is none.
    pub index: Option<String>,
    pub meta: meta::Secret<'a>,
    pub values: Vec<Vec<u8>>,
}

impl Hostile<'_> {
    /// One that keeps every rule, with slots from 0 on.
    pub fn new(name: &str, values: &[&[u8]]) -> Self {
        let slots = (0..).zip(values).map(|(slot, value)| meta::Slot {
            slot,
            checksum: checksum(value),
            written_at: 1,
            pending: false,
        });
        Self {
            id: SecretId::random(),
            name: name.to_owned(),
            index: None,
            meta: meta::Secret {
                name: name.to_owned().into(),
                description: "".into(),
                env_key: "KEY".into(),
                allowed_domains: vec![],
                rotate_every: None,
                expires_at: None,
                slots: slots.collect(),
                created_at: 1,
                updated_at: 2,
            },
            values: values.iter().map(|value| value.to_vec()).collect(),
        }
    }

    /// The record's line, its metadata edited as text before it is sealed.
    pub fn line(
        &self,
        keyring: &LocalKeyring,
        workspace: WorkspaceId,
        edit: impl FnOnce(String) -> String,
    ) -> String {
        let meta = edit(text(&meta::encode(&self.meta)));
        let place = AadContext::SecretMeta(workspace, self.id);
        let meta = keyring.seal(place, meta.as_bytes()).unwrap();
        let slots = self.values.iter().enumerate().map(|(position, value)| {
            let slot = self.meta.slots.get(position).map_or(0, |slot| slot.slot);
            let place = AadContext::Value(workspace, self.id, slot);
            keyring.seal(place, value).unwrap()
        });
        let slots: Vec<_> = slots.collect();
        let name = self.index.as_ref().unwrap_or(&self.name);
        let index = keyring.index(workspace, RecordKind::Secret, name).unwrap();
        record::write(RecordId::Secret(self.id), index, &meta, &slots)
    }
}
