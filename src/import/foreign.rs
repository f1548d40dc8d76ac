//! Names a file that `import` cannot read, compressed or a database, by its first bytes.

/// The beginning of each kind, and the advice for it.
const KINDS: [(&[u8], &str); 5] = [
    (
        b"PK\x03\x04",
        "a ZIP archive: from 1Password (.1pux), export CSV instead; from others, unpack it",
    ),
    (
        b"\x03\xd9\xa2\x9a",
        "a KeePass database: export it as XML, and import that",
    ),
    (
        b"SQLite format 3\0",
        "an SQLite database: export CSV or JSON from the program that it belongs to",
    ),
    (b"\x1f\x8b", "compressed by gzip: unpack it first"),
    (
        b"bplist00",
        "a binary property list: export CSV from the program that it belongs to",
    ),
];

/// The kind of the file, if no format reads it; the text continues "the input is".
pub fn kind(bytes: &[u8]) -> Option<&'static str> {
    let mut known = KINDS.iter().filter(|(start, _)| bytes.starts_with(start));
    known.next().map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_first_bytes() {
        for (bytes, begins) in [
            (&b"PK\x03\x04\0\0"[..], "a ZIP"),
            (b"\x03\xd9\xa2\x9a\x67\xfb", "a KeePass"),
            (b"SQLite format 3\0", "an SQLite"),
        ] {
            assert!(kind(bytes).unwrap().starts_with(begins));
        }
        for bytes in [
            &b""[..],
            b"PK=1",
            b"A=v",
            b"\xc1",
            b"{}",
            b"\xef\xbb\xbfA=v",
        ] {
            assert_eq!(kind(bytes), None);
        }
    }
}
