//! What programs that take a vault for a text do to it: git writes conflict markers into it, puts the lines of two
//! versions one after the other, or changes its line ends. Looked for only in a file that is not valid.

use super::error::Part;
use memchr::memmem;

/// How the lines begin that git puts around the two sides of a conflict.
const MARKERS: [&[u8]; 4] = [b"<<<<<<< ", b"||||||| ", b">>>>>>> ", b"=======\n"];

/// What happened to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mishap {
    Mixed,
    LineEnds,
}

impl Mishap {
    /// The part that is damaged by it.
    pub fn of_part(self, part: Part) -> Part {
        match self {
            Self::Mixed => Part::Mixed(Box::new(part)),
            Self::LineEnds => Part::LineEnds(Box::new(part)),
        }
    }
}

/// What happened to these bytes, if it can be seen.
pub fn of(bytes: &[u8]) -> Option<Mishap> {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next()?;
    let is_marker = |line: &[u8]| MARKERS.iter().any(|marker| line.starts_with(marker));
    if is_marker(first) || lines.any(is_marker) || has_two_headers(bytes) {
        return Some(Mishap::Mixed);
    }
    (first.starts_with(b"{\"kluis\":") && first.ends_with(b"\r\n")).then_some(Mishap::LineEnds)
}

/// A header has one last line, and nothing else begins like it.
fn has_two_headers(bytes: &[u8]) -> bool {
    let mut found = memmem::find_iter(bytes, b"\n{\"header\":");
    found.next().is_some() && found.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_did_is_seen() {
        let whole = "{\"kluis\":1}\n{\"header\":1}\n{\"section\":1}\n";
        assert_eq!(of(whole.as_bytes()), None);
        assert_eq!(of(b""), None);
        let crlf = whole.replace('\n', "\r\n");
        assert_eq!(of(crlf.as_bytes()), Some(Mishap::LineEnds));
        for (at, marker) in [
            (0, "<<<<<<< HEAD\n"),
            (12, "=======\n"),
            (12, ">>>>>>> a\n"),
        ] {
            let (start, end) = whole.split_at(at);
            let mixed = format!("{start}{marker}{end}");
            assert_eq!(of(mixed.as_bytes()), Some(Mishap::Mixed), "{marker}");
        }
        // By a driver such as `union`.
        let both = whole.replace("{\"header\":1}\n", "{\"header\":1}\n{\"header\":2}\n");
        assert_eq!(of(both.as_bytes()), Some(Mishap::Mixed));
    }
}
