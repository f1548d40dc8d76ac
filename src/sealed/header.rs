//! The header: the keys that unlock, the workspaces and their keys, signed as one part.
//!
//! Reading checks form, bounds and the signature by the key that the first line names. The keyring decides
//! whether that key is the right one: anyone can sign with a key of their own.

use super::error::{Error, Part};
use super::history::{Ancestors, RevisionId};
use super::id::{KeyId, VaultId, WorkspaceId};
use super::key::{Key, KeyToCome, Lock};
use super::line::{Line, encode};
use super::sign::{Digest, SignatureBytes, Signed, VerifyKey, sha256};
use super::succession::{Succession, are_in_order, leads};
use std::collections::HashSet;
use std::fmt::Write;

/// The version of the format that this module reads and writes.
pub const VERSION: u64 = 1;
pub const MAX_HEADER_BYTES: usize = 256 * 1024;
pub const MAX_KEYS: usize = 256;
pub const MAX_PASSPHRASES: usize = 8;
pub const MAX_WORKSPACES: usize = 128;

/// A workspace in the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workspace {
    pub id: WorkspaceId,
    /// The key that must sign its section.
    pub verify: VerifyKey,
    /// Its read key and signing seed, under the root key.
    pub wrapped: Vec<u8>,
    /// Its name, description and dates, under its read key. They are here and not in the section, so that a
    /// key that writes secrets cannot rename the workspace.
    pub about: Vec<u8>,
    /// The section when this header was signed.
    pub section: RevisionId,
}

impl Workspace {
    fn write(&self, out: &mut String) {
        let (verify, wrapped) = (encode(&self.verify), encode(&self.wrapped));
        let (id, about, section) = (self.id, encode(&self.about), self.section);
        let _ = writeln!(
            out,
            "{{\"workspace\":\"{id}\",\"verify\":\"{verify}\",\"wrapped\":\"{wrapped}\",\"about\":\"{about}\",\"section\":{section}}}"
        );
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut line = Line::new(text);
        let id = (|| {
            line.literal("{\"workspace\":\"")?;
            WorkspaceId::parse(line.string()?)
        })()
        .ok_or(Error::Damaged(Part::Header))?;
        (|| {
            line.literal(",\"verify\":\"")?;
            let verify = line.bytes()?;
            line.literal(",\"wrapped\":\"")?;
            let wrapped = line.blob()?;
            line.literal(",\"about\":\"")?;
            let about = line.blob()?;
            line.literal(",\"section\":[")?;
            let section = RevisionId::parse(&mut line)?;
            line.literal("}")?;
            line.end()?;
            Some(Self {
                id,
                verify,
                wrapped,
                about,
                section,
            })
        })()
        .ok_or(Error::Damaged(Part::Workspace(id)))
    }
}

/// The header's content, without its signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Content {
    pub vault: VaultId,
    /// The key that signs this header.
    pub verify: VerifyKey,
    pub keys: Vec<Key>,
    /// Keys of kinds that only a later version knows. Their lines follow the others.
    pub keys_to_come: Vec<KeyToCome>,
    pub workspaces: Vec<Workspace>,
    /// The changes of the key that signs, from the first that is still listed.
    pub successions: Vec<Succession>,
    pub ancestors: Ancestors,
}

impl Content {
    /// The signed bytes: all lines, the last one up to `,"signature"`.
    pub fn unsigned(&self) -> String {
        let (vault, verify) = (self.vault, encode(&self.verify));
        let mut out =
            format!("{{\"kluis\":{VERSION},\"vault\":\"{vault}\",\"verify\":\"{verify}\"}}\n");
        for key in &self.keys {
            key.write(&mut out);
        }
        for key in &self.keys_to_come {
            key.write(&mut out);
        }
        for workspace in &self.workspaces {
            workspace.write(&mut out);
        }
        for succession in &self.successions {
            let _ = write!(out, "{succession}");
        }
        let (revision, ancestors) = (self.revision(), &self.ancestors);
        let _ = write!(out, "{{\"header\":{revision},\"ancestors\":{ancestors}");
        out
    }

    /// One more than the number of headers before this one.
    pub fn revision(&self) -> u64 {
        self.ancestors.next_number()
    }

    /// Parses what [`Content::unsigned`] writes, and nothing else.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse_lines(text)
    }

    pub fn digest(&self) -> Digest {
        sha256(self.unsigned().as_bytes())
    }

    /// Adds the signature over [`Content::digest`], made with the key that [`Content::verify`] names.
    pub fn signed(self, signature: SignatureBytes) -> Result<Header, Error> {
        let mut text = self.unsigned();
        let digest = sha256(text.as_bytes());
        let _ = writeln!(text, ",\"signature\":\"{}\"}}", encode(&signature));
        if text.len() > MAX_HEADER_BYTES {
            return Err(Error::Full {
                limit: "256 KiB of keys and workspaces",
            });
        }
        self.within_bounds()?;
        Ok(Header {
            content: self,
            digest,
            text,
        })
    }

    fn within_bounds(&self) -> Result<(), Error> {
        let passphrases = self.keys.iter();
        let passphrases = passphrases.filter(|key| matches!(key.lock, Lock::Passphrase { .. }));
        for (count, most, limit) in [
            (
                self.keys.len() + self.keys_to_come.len(),
                MAX_KEYS,
                "256 keys",
            ),
            (passphrases.count(), MAX_PASSPHRASES, "8 passphrases"),
            (self.workspaces.len(), MAX_WORKSPACES, "128 workspaces"),
        ] {
            if count > most {
                return Err(Error::Full { limit });
            }
        }
        Ok(())
    }

    /// Whether a reader that trusts `root` may trust this header: `root` signs it, or leads to the key that does.
    pub fn is_trusted_by(&self, root: &VerifyKey) -> bool {
        *root == self.verify || leads(&self.successions, &self.vault.to_string(), root)
    }

    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    pub fn workspace(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.workspaces.iter().find(|workspace| workspace.id == id)
    }
}

/// A header whose signature matches the key in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    content: Content,
    digest: Digest,
    text: String,
}

impl Header {
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// SHA-256 of the signed bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The id by which sections and later headers name this header.
    pub fn id(&self) -> RevisionId {
        RevisionId::new(self.content.revision(), &self.digest)
    }

    /// The bytes in the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The header at the beginning of `bytes`; `None` if it does not end in them.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some(length) = whole(bytes)? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&bytes[..length]).map_err(|_| damaged())?;
        let (signed, signature) = text.rsplit_once(",\"signature\":\"").ok_or_else(damaged)?;
        let mut line = Line::new(signature);
        let signature: SignatureBytes = line.bytes().ok_or_else(damaged)?;
        line.literal("}\n")
            .and_then(|()| line.end())
            .ok_or_else(damaged)?;
        let content = parse_lines(signed)?;
        let digest = sha256(signed.as_bytes());
        let vault = content.vault.to_string();
        if !(Signed::Header { vault: &vault }).verify(&content.verify, &digest, &signature) {
            return Err(Error::Damaged(Part::HeaderSignature));
        }
        Ok(Some(Self {
            content,
            digest,
            text: text.to_owned(),
        }))
    }
}

fn damaged() -> Error {
    Error::Damaged(Part::Header)
}

/// The end of the header, found by its first line and the first word of its last line.
fn whole(bytes: &[u8]) -> Result<Option<usize>, Error> {
    let bytes = &bytes[..bytes.len().min(MAX_HEADER_BYTES)];
    let start = b"{\"kluis\":";
    if !bytes.starts_with(start) {
        return Err(Error::Damaged(Part::FirstLine));
    }
    let version = bytes[start.len()..]
        .split(|byte| !byte.is_ascii_digit())
        .next();
    let version = version.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    match version {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(Error::Unsupported(newer)),
        _ => return Err(Error::Damaged(Part::FirstLine)),
    }
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        end += line.len();
        if line.starts_with(b"{\"header\":") && line.ends_with(b"\n") {
            return Ok(Some(end));
        }
    }
    if bytes.len() == MAX_HEADER_BYTES {
        Err(damaged())
    } else {
        Ok(None)
    }
}

fn parse_lines(signed: &str) -> Result<Content, Error> {
    let mut lines = signed.split('\n').peekable();
    let (vault, verify) = lines.next().and_then(parse_first).ok_or_else(damaged)?;
    let (mut keys, mut workspaces) = (Vec::new(), Vec::new());
    let mut keys_to_come = Vec::new();
    while let Some(line) = lines.next_if(|line| line.starts_with("{\"key\":")) {
        match KeyToCome::parse(line)? {
            Some(key) => keys_to_come.push(key),
            None if keys_to_come.is_empty() => keys.push(Key::parse(line)?),
            None => return Err(damaged()),
        }
    }
    while let Some(line) = lines.next_if(|line| line.starts_with("{\"workspace\":")) {
        workspaces.push(Workspace::parse(line)?);
    }
    let mut successions = Vec::new();
    while let Some(line) = lines.next_if(|line| line.starts_with("{\"succession\":")) {
        successions.push(Succession::parse(line).ok_or_else(damaged)?);
    }
    let ancestors = lines.next().and_then(parse_last).ok_or_else(damaged)?;
    let ids = keys.iter().map(|key| key.id);
    let unique = distinct(ids.chain(keys_to_come.iter().map(|key| key.id)))
        && distinct(workspaces.iter().map(|w| w.id));
    if !unique || lines.next().is_some() {
        return Err(damaged());
    }
    let content = Content {
        vault,
        verify,
        keys,
        keys_to_come,
        workspaces,
        successions,
        ancestors,
    };
    content.within_bounds().map_err(|_| damaged())?;
    if !are_in_order(&content.successions, &content.verify, content.revision()) {
        return Err(damaged());
    }
    Ok(content)
}

fn parse_first(text: &str) -> Option<(VaultId, VerifyKey)> {
    let mut line = Line::new(text);
    line.literal("{\"kluis\":1,\"vault\":\"")?;
    let vault = VaultId::parse(line.string()?)?;
    line.literal(",\"verify\":\"")?;
    let verify = line.bytes()?;
    line.literal("}")?;
    line.end()?;
    Some((vault, verify))
}

/// The id in the first line of a vault that begins with these bytes. Nothing is verified.
pub fn vault_id(start: &[u8]) -> Option<VaultId> {
    let line = start.split(|&byte| byte == b'\n').next()?;
    let (vault, _) = parse_first(str::from_utf8(line).ok()?)?;
    Some(vault)
}

fn parse_last(text: &str) -> Option<Ancestors> {
    let mut line = Line::new(text);
    line.literal("{\"header\":")?;
    let revision = line.number()?;
    line.literal(",\"ancestors\":[")?;
    let ancestors = Ancestors::parse(&mut line)?;
    line.end()?;
    (ancestors.next_number() == revision).then_some(ancestors)
}

fn distinct<T: Eq + std::hash::Hash>(ids: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    ids.into_iter().all(|id| seen.insert(id))
}
