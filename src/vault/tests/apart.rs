//! Takes a vault apart as text, changes it, puts it together and signs it with any key, as a writer who has a
//! signing key and does not use Kluis.

use super::header;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::master::Master;
use crate::sealed::Error;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::{self, Entry, write_index};
use crate::sealed::file::{Layout, slice};
use crate::sealed::header::Content;
use crate::sealed::history::RevisionId;
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::line::encode;
use crate::sealed::page::{self, PageIndex};
use crate::sealed::record::{self, RecordId};
use crate::sealed::section::{Page, Seal, Unsealed};
use crate::sealed::sign::{Digest, SignatureBytes, sha256};
use crate::vault::checksum::Checksum;

const SIGNATURE: &str = ",\"signature\":\"";

/// The parts of a vault.
pub struct Apart {
    /// The header with its signature.
    pub header: String,
    pub sections: Vec<Section>,
}

pub struct Section {
    pub seal: Seal,
    /// The id by which the header and later sections name it.
    pub id: RevisionId,
    pub pages: Vec<PageApart>,
    /// The head with its signature, as long as it is unchanged.
    pub head: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageApart {
    /// The index in the directory.
    pub first: Index,
    /// The index line and a line for each record, each with its newline.
    pub lines: Vec<String>,
}

/// A record taken out of its page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raw {
    pub id: RecordId,
    /// The index of the record.
    pub index: Index,
    pub entry: String,
    pub line: String,
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
            let pages = section.pages().iter().zip(section.ranges());
            let pages = pages.map(|(page, range)| {
                let lines = text(slice(bytes.as_bytes(), range));
                PageApart {
                    first: page.first,
                    lines: lines.split_inclusive('\n').map(str::to_owned).collect(),
                }
            });
            let records = section.pages().iter().map(Page::bytes).sum::<u64>();
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

    /// Everything after the header.
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
        let lines = self.pages.iter().flat_map(|page| &page.lines);
        let lines = lines.map(String::as_str);
        std::iter::once(self.head.as_str()).chain(lines).collect()
    }

    /// Makes it a successor of itself, once it is signed.
    pub fn advance(&mut self) {
        self.seal.ancestors = self.seal.ancestors.with(self.id);
    }

    /// The id by which a header would name it in its present state.
    pub fn next_id(&self) -> RevisionId {
        self.unsealed().id()
    }

    fn unsealed(&self) -> Unsealed {
        let pages: Vec<_> = self.pages.iter().map(PageApart::entry).collect();
        Unsealed::new(self.seal.workspace, &self.seal.ancestors, &pages)
    }

    /// Writes the directory and the seal anew for the present pages and seal, and signs them.
    pub fn sign(&mut self, keyring: &dyn Keyring) {
        self.edit(keyring, |text| text);
    }

    /// Like [`Section::sign`], with a change of the head's text before it is signed.
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

    /// All records, opened.
    pub fn records(&self, keyring: &dyn Keyring) -> Vec<Raw> {
        let workspace = self.seal.workspace;
        let pages = self.pages.iter();
        pages
            .flat_map(|page| page.open(keyring, workspace))
            .collect()
    }

    /// Puts these records into these pages, in this order.
    pub fn set(&mut self, keyring: &dyn Keyring, pages: &[Vec<Raw>]) {
        let workspace = self.seal.workspace;
        let pages = pages.iter();
        self.pages = pages
            .map(|raw| PageApart::seal(keyring, workspace, raw))
            .collect();
    }

    /// Puts these records into pages of `size`, sorted.
    pub fn paginate(&mut self, keyring: &dyn Keyring, mut records: Vec<Raw>, size: usize) {
        records.sort_by_key(|raw| raw.index);
        let pages: Vec<_> = records.chunks(size).map(<[Raw]>::to_vec).collect();
        self.set(keyring, &pages);
    }
}

impl PageApart {
    pub fn seal(keyring: &dyn Keyring, workspace: WorkspaceId, records: &[Raw]) -> Self {
        let first = records[0].index;
        let text = write_index(records.iter().map(|raw| raw.entry.as_str()));
        let place = AadContext::Index(workspace, first);
        let sealed = keyring.seal(place, text.as_bytes()).unwrap();
        let ids: Vec<_> = records.iter().map(|raw| raw.id).collect();
        let lines: String = records.iter().map(|raw| raw.line.as_str()).collect();
        let (_, text) = page::write(first, &sealed, &ids, &lines);
        let lines = text.split_inclusive('\n').map(str::to_owned).collect();
        Self { first, lines }
    }

    pub fn open(&self, keyring: &dyn Keyring, workspace: WorkspaceId) -> Vec<Raw> {
        let index = PageIndex::of_intact(self.lines[0].as_bytes(), workspace).unwrap();
        let sealed = index.sealed(workspace).unwrap();
        let place = AadContext::Index(workspace, self.first);
        let opened = text(keyring.open(place, &sealed).unwrap().expose());
        let mut all = Vec::new();
        entry::each(&opened, &index.records, |entry, text| {
            let id = index.records[all.len()];
            let (kind, name) = entry.sorted_by(id);
            all.push(Raw {
                id,
                index: keyring.index(workspace, kind, &name).unwrap(),
                entry: text.to_owned(),
                line: self.lines[1 + all.len()].clone(),
            });
        })
        .unwrap();
        all
    }

    pub fn concat(&self) -> String {
        self.lines.concat()
    }

    /// Its line in the directory.
    fn entry(&self) -> Page {
        let lines = self.lines[1..].iter().map(String::len).sum::<usize>();
        Page::of(self.first, self.lines[0].as_bytes(), lines as u64)
    }

    /// Corrects the hash of the records' lines in the index line.
    pub fn rehash(&mut self) {
        let hash = encode(&sha256(self.lines[1..].concat().as_bytes()));
        let (before, rest) = self.lines[0].rsplit_once("\"sha256\":\"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        self.lines[0] = format!("{before}\"sha256\":\"{hash}\"{after}");
    }
}

/// The part up to before its signature.
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

/// A secret that anyone with the workspace's read key can seal.
pub struct Hostile<'a> {
    pub id: SecretId,
    pub name: String,
    /// The index of the record; `None` for that of the name.
    pub index: Option<String>,
    pub entry: entry::Secret<'a>,
    pub values: Vec<Vec<u8>>,
}

impl Hostile<'_> {
    /// A secret that keeps every rule, with slots from 0 on.
    pub fn new(name: &str, values: &[&[u8]]) -> Self {
        let slots = (0..).zip(values).map(|(slot, value)| entry::Slot {
            slot,
            checksum: Checksum::of(value).bytes(),
            written_at: 1,
            pending: false,
        });
        Self {
            id: SecretId::random(),
            name: name.to_owned(),
            index: None,
            entry: entry::Secret {
                name: name.to_owned().into(),
                description: "".into(),
                env_key: Some("KEY".into()),
                allowed_domains: vec![],
                rotate_every: None,
                expires_at: None,
                slots: slots.collect(),
                apps: vec![],
                created_at: 1,
                updated_at: 2,
                deleted_at: None,
            },
            values: values.iter().map(|value| value.to_vec()).collect(),
        }
    }

    /// The record. Its entry is edited as text before it is sealed.
    pub fn raw(
        &self,
        keyring: &LocalKeyring,
        workspace: WorkspaceId,
        edit: impl FnOnce(String) -> String,
    ) -> Raw {
        let slots = self.values.iter().enumerate().map(|(position, value)| {
            let slot = self.entry.slots.get(position).map_or(0, |slot| slot.slot);
            let place = AadContext::Value(workspace, self.id, slot);
            keyring.seal(place, value).unwrap()
        });
        let slots: Vec<_> = slots.collect();
        let name = self.index.as_ref().unwrap_or(&self.name);
        let id = RecordId::Secret(self.id);
        Raw {
            id,
            index: keyring.index(workspace, RecordKind::Secret, name).unwrap(),
            entry: edit(Entry::Secret(self.entry.clone()).text()),
            line: record::write(id, &slots),
        }
    }
}

/// An app that anyone with the workspace's read key can seal.
pub fn app(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    id: AppId,
    name: &str,
    links: &[(&str, WorkspaceId, SecretId)],
) -> Raw {
    let links: Vec<_> = links
        .iter()
        .map(|&(env_key, workspace, secret)| entry::Link {
            env_key: env_key.into(),
            workspace,
            secret,
        })
        .collect();
    let entry = Entry::App(entry::App {
        name: name.into(),
        created_at: 1,
        updated_at: 2,
    });
    let links = entry::write_links(&links);
    let place = AadContext::Links(workspace, id);
    let sealed = keyring.seal(place, links.as_bytes()).unwrap();
    let id = RecordId::App(id);
    Raw {
        id,
        index: keyring.index(workspace, RecordKind::App, name).unwrap(),
        entry: entry.text(),
        line: record::write(id, &[sealed]),
    }
}
