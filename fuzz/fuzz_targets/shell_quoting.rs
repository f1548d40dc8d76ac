//! Fuzzes `export --format shell`, read by a parser written for this: POSIX words and nothing else.
#![no_main]

libfuzzer_sys::fuzz_target!(|value: &[u8]| {
    let Some(document) = kluis::fuzzing::shell_document(value) else {
        assert!(value.contains(&0), "refused for no reason");
        return;
    };
    let assigned = document
        .strip_prefix(b"export KEY=")
        .and_then(|rest| rest.strip_suffix(b"\n"));
    let word = assigned.and_then(word);
    assert_eq!(word.as_deref(), Some(value));
});

/// One word of the shell (POSIX XCU 2.2) without its quotes; `None` where it ends early, or anything in it
/// would be more than itself.
fn word(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while let Some((&first, rest)) = text.split_first() {
        text = rest;
        match first {
            b'\'' => {
                let end = text.iter().position(|&byte| byte == b'\'')?;
                out.extend_from_slice(&text[..end]);
                text = &text[end + 1..];
            }
            b'\\' => {
                let (&next, rest) = text.split_first()?;
                if next == b'\n' {
                    return None;
                }
                out.push(next);
                text = rest;
            }
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => out.push(first),
            _ => return None,
        }
    }
    Some(out)
}
