//! The lines of a value that are secrets of their own, even if each is printed alone.

/// A shorter line is a word, a number or a port: `true`, `5432` and `admin` appear in any program's output.
/// Hiding them would make the output useless, and reveal the value.
pub const MIN_BYTES: usize = 6;

/// The lines of `value` that are worth hiding, without the white space around them: not lines that are short,
/// without a letter or digit, or a label such as `-----BEGIN PRIVATE KEY-----` (RFC 7468).
pub fn secret_lines(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = value.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines.map(<[u8]>::trim_ascii).filter(|line| is_secret(line))
}

fn is_secret(line: &[u8]) -> bool {
    let is_label = line.starts_with(b"-----") && line.ends_with(b"-----");
    let is_mark = |byte: &u8| byte.is_ascii_punctuation() || byte.is_ascii_whitespace();
    line.len() >= MIN_BYTES && !is_label && !line.iter().all(is_mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_and_those_without_a_secret_are_left_out() {
        let value = b"-----BEGIN KEY-----\nfirst line\r\n  second line\n=x\n{\n  },\n ------ {\n  \"a\": \"\xff\",\n";
        let lines: Vec<&[u8]> = secret_lines(value).collect();
        assert_eq!(
            lines,
            [&b"first line"[..], b"second line", b"\"a\": \"\xff\","]
        );
    }
}
