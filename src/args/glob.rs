//! Matches names against a pattern, for `list`.

/// Whether a name matches a pattern of `*` and `?`; other characters match themselves.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // The last `*`, and the number of characters that it took: the only place to return to.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_glob_has_stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("*", "anything", true),
            ("db_*", "db_password", true),
            ("db_*", "xdb_password", false),
            ("*_key", "api_key", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "acb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
            ("[a]", "a", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
        // Not exponential.
        assert!(!matches(&b"*a".repeat(30), &[b'b'; 128]));
    }
}
