//! Recognises the damage of programs that take a vault for text: git writes conflict markers into it, puts the
//! lines of two versions one after the other, or changes its line ends. Only an invalid file is searched.

use super::error::Part;
use memchr::memmem;

/// The beginnings of the lines that git puts around the two sides of a conflict.
const MARKERS: [&[u8]; 4] = [b"<<<<<<< ", b"||||||| ", b">>>>>>> ", b"=======\n"];

/// The damage that another program did to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mishap {
    Mixed,
    LineEnds,
}

impl Mishap {
    /// This part, with the cause of its damage.
    pub fn of_part(self, part: Part) -> Part {
        match self {
            Self::Mixed => Part::Mixed(Box::new(part)),
            Self::LineEnds => Part::LineEnds(Box::new(part)),
        }
    }
}

/// The damage to these bytes, if its cause is visible.
pub fn of(bytes: &[u8]) -> Option<Mishap> {
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next()?;
    let is_marker = |line: &[u8]| MARKERS.iter().any(|marker| line.starts_with(marker));
    if is_marker(first) || lines.any(is_marker) || has_two_headers(bytes) {
        return Some(Mishap::Mixed);
    }
    (first.starts_with(b"{\"kluis\":") && first.ends_with(b"\r\n")).then_some(Mishap::LineEnds)
}

/// Whether there are two headers. A header has one last line, and nothing else begins like it.
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
        // As a merge driver such as `union` leaves it.
        let both = whole.replace("{\"header\":1}\n", "{\"header\":1}\n{\"header\":2}\n");
        assert_eq!(of(both.as_bytes()), Some(Mishap::Mixed));
    }
}
