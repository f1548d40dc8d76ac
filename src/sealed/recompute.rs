//! Makes changed bytes consistent again, as an attacker with signing keys could: every hash, sum, length and
//! signature. Then only the keyed layers can refuse the change. For tests and fuzzing only.
//!
//! It accepts text that every reader refuses; it keeps a line that is too broken to recompute.

use super::history::{Ancestors, MAX_ANCESTORS, Relation, RevisionId};
use super::line::{Line, encode};
use super::sign::{Digest, SignatureBytes, Signed, sha256, verify_key};
use std::fmt::Write;

const SIGNATURE: &str = ",\"signature\":\"";
const HEADER: &str = ",\"header\":";
const ANCESTORS: &str = ",\"ancestors\":[";

/// Signs a workspace's section, if it can.
pub type SignSection<'a> = &'a dyn Fn(&str, &Digest) -> Option<SignatureBytes>;

/// Signs as an attacker without any key of the vault, who puts other keys into the header.
pub fn as_stranger(bytes: &[u8], seed: &[u8; 32]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (header, sections) = parts(&text);
    let verify = encode(&verify_key(seed));
    let header: String = header
        .split_inclusive('\n')
        .map(|line| with_member(line, "verify", &verify))
        .collect();
    let vault = vault_of(&header).to_owned();
    let mut out = signed(&header, |digest| {
        Some(Signed::Header { vault: &vault }.sign(seed, digest))
    });
    let sign = |workspace: &str, digest: &Digest| {
        let section = Signed::Section {
            vault: &vault,
            workspace,
        };
        Some(section.sign(seed, digest))
    };
    let id = header_id(&out);
    for section in sections {
        out.push_str(&recomputed(section, &header, id, &sign));
    }
    out.into_bytes()
}

/// Signs as a holder of a key that may write some workspaces and cannot change the header.
pub fn as_writer(bytes: &[u8], sign: SignSection<'_>) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (header, sections) = parts(&text);
    let mut out = header.to_owned();
    for section in sections {
        out.push_str(&recomputed(section, header, None, sign));
    }
    out.into_bytes()
}

/// The header, and one text for each section, from its first line on.
fn parts(text: &str) -> (&str, Vec<&str>) {
    const START: &str = "{\"section\":\"";
    let mut starts: Vec<usize> = text
        .match_indices(START)
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
        .collect();
    starts.push(text.len());
    let sections = starts.windows(2).map(|pair| &text[pair[0]..pair[1]]);
    (&text[..starts[0]], sections.collect())
}

fn vault_of(header: &str) -> &str {
    header.split('"').nth(5).unwrap_or_default()
}

/// The line, with another text in one of its members.
fn with_member(line: &str, member: &str, text: &str) -> String {
    let start = format!("\"{member}\":\"");
    let Some((before, after)) = line.split_once(&start) else {
        return line.to_owned();
    };
    let rest = after.find('"').map_or("", |at| &after[at..]);
    format!("{before}{start}{text}{rest}")
}

/// The part, signed again in its last line.
fn signed(part: &str, sign: impl FnOnce(&Digest) -> Option<SignatureBytes>) -> String {
    let Some((text, _)) = part.rsplit_once(SIGNATURE) else {
        return part.to_owned();
    };
    match sign(&sha256(text.as_bytes())) {
        Some(signature) => format!("{text}{SIGNATURE}{}\"}}\n", encode(&signature)),
        None => part.to_owned(),
    }
}

fn header_id(header: &str) -> Option<RevisionId> {
    let (text, _) = header.rsplit_once(SIGNATURE)?;
    let mut last = Line::new(text.rsplit_once("{\"header\":")?.1);
    Some(RevisionId::new(last.number()?, &sha256(text.as_bytes())))
}

/// The section that a header names for this workspace.
fn named(header: &str, workspace: &str) -> Option<RevisionId> {
    let start = format!("{{\"workspace\":\"{workspace}\"");
    let line = header.lines().find(|line| line.starts_with(&start))?;
    RevisionId::parse(&mut Line::new(line.split_once(",\"section\":[")?.1))
}

/// The seal, naming this header.
fn under(seal: &str, header: RevisionId) -> Option<String> {
    let (before, rest) = seal.rsplit_once(HEADER)?;
    let (_, after) = rest.split_once(']')?;
    Some(format!("{before}{HEADER}{header}{after}"))
}

/// A section's lines up to its seal, with other ancestors if the present ones do not lead to `named`.
fn descended(head: &str, named: RevisionId) -> Option<String> {
    let at = head.rfind("{\"seal\":")?;
    let (seal, rest) = head[at..].split_once(ANCESTORS)?;
    let mut line = Line::new(rest);
    let ancestors = Ancestors::parse(&mut line)?;
    let (body, _) = head.rsplit_once(HEADER)?;
    let id = RevisionId::new(ancestors.next_number(), &sha256(body.as_bytes()));
    if ancestors.relation(id, named) != Relation::Fork {
        return None;
    }
    let mut far = Ancestors::default();
    for number in 1..=MAX_ANCESTORS as u64 {
        far = far.with(RevisionId::new(named.number + number, &[0; 32]));
    }
    let (_, rest) = rest.split_once("],\"bytes\"")?;
    let (_, seal) = seal.split_once(',')?;
    let number = far.next_number();
    let text = far.to_string();
    let list = text.strip_prefix('[')?;
    Some(format!(
        "{}{{\"seal\":{number},{seal}{ANCESTORS}{list},\"bytes\"{rest}",
        &head[..at]
    ))
}

/// The section, with the hashes, lengths and seal that fit its pages. A page begins with an index line; the last
/// line of the directory takes all pages that are left. Its seal names the header `id`, if there is one.
fn recomputed(
    section: &str,
    header: &str,
    id: Option<RevisionId>,
    sign: SignSection<'_>,
) -> String {
    let lines: Vec<&str> = section.split_inclusive('\n').collect();
    let Some(at) = lines.iter().position(|line| line.starts_with("{\"seal\":")) else {
        return section.to_owned();
    };
    let (head, mut rest) = (&lines[..at], &lines[at + 1..]);
    let workspace = head[0].split('"').nth(3).unwrap_or_default();
    let is_page = |line: &&str| line.starts_with("{\"page\":\"");
    let count = head.iter().filter(|line| is_page(line)).count();
    let (mut out, mut records, mut sum, mut number) = (String::new(), String::new(), 0, 0);
    for line in head {
        if !is_page(line) {
            out.push_str(line);
            continue;
        }
        number += 1;
        let begins = |line: &&str| line.starts_with("{\"index\":");
        let next = rest.iter().skip(1).position(begins).map(|at| at + 1);
        let taken = next.filter(|_| number < count).unwrap_or(rest.len());
        let Some((index, values)) = rest[..taken].split_first() else {
            continue;
        };
        rest = &rest[taken..];
        let values = values.concat();
        let index = with_member(index, "sha256", &encode(&sha256(values.as_bytes())));
        let first = line.split('"').nth(3).unwrap_or_default();
        let hash = encode(&sha256(index.as_bytes()));
        let (index_bytes, value_bytes) = (index.len(), values.len());
        let _ = writeln!(
            out,
            "{{\"page\":\"{first}\",\"sha256\":\"{hash}\",\"bytes\":[{index_bytes},{value_bytes}]}}"
        );
        sum += index_bytes + value_bytes;
        records.extend([index, values]);
    }
    records.extend(rest.iter().copied());
    let seal = with_sum(lines[at], sum);
    let seal = id.and_then(|id| under(&seal, id)).unwrap_or(seal);
    out.push_str(&seal);
    let named = named(header, workspace);
    let head = named
        .and_then(|named| descended(&out, named))
        .unwrap_or(out);
    signed(&head, |digest| sign(workspace, digest)) + &records
}

fn with_sum(seal: &str, sum: usize) -> String {
    let Some((before, after)) = seal.split_once("\"bytes\":") else {
        return seal.to_owned();
    };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}\"bytes\":{sum}{rest}")
}
