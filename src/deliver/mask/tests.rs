//! Tests the whole mask on the output of encoders and shells: values are hidden, everything else is unchanged.

use super::lines::MIN_BYTES;
use super::patterns::{Collector, Patterns};
use super::stream::{MASK, Masker};
use super::wrapped::MAX_SHOWN_BYTES;
use crate::plaintext::Plaintext;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

fn patterns_of(values: &[Vec<u8>]) -> Arc<Patterns> {
    let mut collector = Collector::default();
    for value in values {
        assert!(collector.add(&Plaintext::new(value.clone())));
    }
    Arc::new(collector.finish().unwrap())
}

fn masked(patterns: &Arc<Patterns>, input: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut masker, mut out) = (Masker::new(Arc::clone(patterns)), Vec::new());
    let (mut rest, mut cuts) = (input, cuts.iter().cycle());
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
        masker.push(piece, &mut out);
        rest = later;
    }
    masker.finish(&mut out);
    out
}

/// Values without white space at the ends, which is not searched for.
fn values() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 6..200),
        "[ -~]{6,40}".prop_map(String::into_bytes),
        "[a-z'\"$\\\\`\n\t é😀]{6,40}".prop_map(String::into_bytes),
    ];
    bytes
        .prop_map(|value| value.trim_ascii().to_vec())
        .prop_filter("too short", |value| value.len() >= MIN_BYTES)
}

#[derive(Clone, Copy, Debug)]
enum Encoder {
    Plain,
    Base64(&'static data_encoding::Encoding),
    Hex(&'static data_encoding::Encoding),
    Percent,
    Json,
    Shell,
}

const ENCODERS: &[Encoder] = &[
    Encoder::Plain,
    Encoder::Base64(&BASE64),
    Encoder::Base64(&BASE64_NOPAD),
    Encoder::Base64(&BASE64URL),
    Encoder::Base64(&BASE64URL_NOPAD),
    Encoder::Hex(&HEXLOWER),
    Encoder::Hex(&HEXUPPER),
    Encoder::Percent,
    Encoder::Json,
    Encoder::Shell,
];

impl Encoder {
    /// The text of three parts encoded together, and the position of the second in it.
    fn encode(self, before: &[u8], value: &[u8], after: &[u8]) -> (Vec<u8>, [usize; 2]) {
        let start = [before, value].concat();
        match self {
            Self::Base64(encoding) => {
                let text = encoding.encode(&[&start, after].concat());
                // A first character with two bits of the value is not hidden.
                let from = (before.len() * 8).div_ceil(6) - usize::from(before.len() % 3 == 1);
                (text.into_bytes(), [from, (start.len() * 8).div_ceil(6)])
            }
            other => {
                let parts = [before, value, after].map(|part| other.encode_bytes(part));
                let [from, to] = [parts[0].len(), parts[0].len() + parts[1].len()];
                // The quotes at the ends may be the shell's.
                let quotes = |parts: &mut dyn Iterator<Item = &u8>| match other {
                    Self::Shell => parts.take_while(|byte| b"'\\".contains(byte)).count(),
                    _ => 0,
                };
                let [first, last] = [
                    quotes(&mut parts[1].iter()),
                    quotes(&mut parts[1].iter().rev()),
                ];
                (parts.concat(), [from + first, to - last])
            }
        }
    }

    fn encode_bytes(self, bytes: &[u8]) -> Vec<u8> {
        let text = || String::from_utf8_lossy(bytes);
        match self {
            Self::Hex(encoding) => encoding.encode(bytes).into_bytes(),
            Self::Percent => {
                let encode = |byte: &u8| match byte {
                    b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
                    byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
                    byte => format!("%{byte:02X}"),
                };
                bytes.iter().map(encode).collect::<String>().into_bytes()
            }
            Self::Json => {
                let quoted = serde_json::to_string(&text()).unwrap();
                quoted.as_bytes()[1..quoted.len() - 1].to_vec()
            }
            Self::Shell => text().replace('\'', "'\\''").into_bytes(),
            Self::Plain | Self::Base64(_) => bytes.to_vec(),
        }
    }

    fn breaks_lines(self) -> bool {
        matches!(self, Self::Base64(_) | Self::Hex(_))
    }

    fn carries(self, value: &[u8]) -> bool {
        !matches!(self, Self::Json | Self::Shell) || std::str::from_utf8(value).is_ok()
    }
}

/// Breaks a text at `columns`; positions move with it.
fn wrapped(
    text: &[u8],
    columns: usize,
    line_end: &[u8],
    part: [usize; 2],
) -> (Vec<u8>, [usize; 2]) {
    let wrapped = text.chunks(columns).collect::<Vec<_>>().join(line_end);
    let [from, to] = part;
    let moved = |at: usize| at + at / columns * line_end.len();
    (wrapped, [moved(from), moved(to - 1) + 1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_encoding_comes_through(
        value in values(),
        encoder in select(ENCODERS),
        (before, after) in (prop::collection::vec(any::<u8>(), 0..80), prop::collection::vec(any::<u8>(), 0..9)),
        columns in prop_oneof![Just(usize::MAX), select(vec![60, 64, 76]), 1..100_usize],
        line_end in select(vec!["\n", "\r\n"]),
        cuts in prop::collection::vec(1..70_usize, 1..20),
    ) {
        prop_assume!(encoder.carries(&value));
        let (text, part) = encoder.encode(&before, &value, &after);
        let columns = if encoder.breaks_lines() { columns } else { usize::MAX };
        let (text, [from, to]) = wrapped(&text, columns, line_end.as_bytes(), part);
        let [head, tail] = [&b"-- \n"[..], b" --\n"];
        let input = [head, &text, tail].concat();
        let out = masked(&patterns_of(&[value]), &input, &cuts);

        let at = out.windows(MASK.len()).position(|window| window == MASK);
        let at = at.ok_or_else(|| TestCaseError::fail("not hidden"))?;
        // Before a line end, and as many of them.
        let early = if columns < text.len() { MAX_SHOWN_BYTES * (1 + line_end.len()) } else { 0 };
        prop_assert!(input.starts_with(&out[..at]) && at <= head.len() + from + early);
        let last = out.windows(MASK.len()).rposition(|window| window == MASK).unwrap();
        let rest = &out[last + MASK.len()..];
        prop_assert!(input.ends_with(rest) && rest.len() <= input.len() - head.len() - to);
        // Only a value that occurs twice there leaves text between two masks.
        prop_assert!(last == at || out.len() < 4 * MASK.len() + input.len() - (to - from));
    }

    #[test]
    fn output_without_values_is_unchanged(
        values in prop::collection::vec(values(), 1..20),
        lines in prop::collection::vec(prop_oneof!["[a-z ]{0,60}", "[0-9a-f]{40}", "[A-Za-z0-9+/]{76}", "[ -~]{0,20}"], 0..20),
        cuts in prop::collection::vec(1..70_usize, 1..20),
    ) {
        let input = lines.join("\n") + "\n";
        let out = masked(&patterns_of(&values), input.as_bytes(), &cuts);
        prop_assert_eq!(String::from_utf8(out).unwrap(), input);
    }
}

/// Values that shells quote in every way, each a word that begins and ends in letters.
fn quoted_values() -> Vec<Vec<u8>> {
    let ends = |inner: &[u8]| [b"begin", inner, b"end"].concat();
    let mut inner: Vec<Vec<u8>> = (1..=255).map(|byte| vec![byte]).collect();
    let mixed: &[&[u8]] = &[
        b"''",
        b"'\n'",
        b"\"$`\\",
        b"a\nb\tc",
        b"\x01\x02x\x1b[0m",
        b"\xff\xfe",
        b"\n\xff'",
        "é€\u{a0}\u{2028}\u{85}😀".as_bytes(),
        "é\n\x01'".as_bytes(),
        b"!\n",
        b"\\\n\\'",
        b"~ #=:,%@{}[]^",
    ];
    inner.extend(mixed.iter().map(|inner| inner.to_vec()));
    let mut values: Vec<Vec<u8>> = inner.iter().map(|inner| ends(inner)).collect();
    // Shells write the first and the last character in ways of their own.
    for edge in [
        &b"'"[..],
        b"''",
        b"\"",
        b"\\",
        b"~",
        b"#",
        b"=",
        b"\x01",
        b"\xff",
        "é".as_bytes(),
        b"$",
        b"!",
    ] {
        values.push([edge, b"middle"].concat());
        values.push([b"middle", edge].concat());
        values.push([edge, b"mid\ndle", edge].concat());
    }
    values
}

/// The output of a shell for its variables `V0`, `V1`, …, if it is installed.
fn printed(shell: &[&str], script: &str, locale: &str, values: &[Vec<u8>]) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    let variables = values.iter().enumerate();
    let variables: BTreeMap<_, _> = variables
        .map(|(number, value)| (format!("V{number}"), std::ffi::OsStr::from_bytes(value)))
        .collect();
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", locale)
        .envs(variables)
        .output();
    let output = output.ok()?;
    Some([output.stdout, output.stderr].concat())
}

#[test]
fn no_value_that_a_shell_quotes_comes_through() {
    let values = quoted_values();
    let each = |command: &str| -> String {
        (0..values.len())
            .map(|number| command.replace("V#", &format!("V{number}")) + "\n")
            .collect()
    };
    let (traced, printf) = (each(": \"$V#\""), each("printf '%q\\n' \"$V#\""));
    let gnu = each("/usr/bin/printf '%q\\n' \"$V#\"");
    let traced = format!("set -x\n{traced}");
    let bash = ["bash", "--norc", "-c"];
    let zsh = ["zsh", "-f", "-c"];
    let fish = ["fish", "--no-config", "-c"];
    let cases: &[(&[&str], &str)] = &[
        (&["dash", "-c"], &traced),
        (&["dash", "-c"], "export -p"),
        (&bash, &traced),
        (&bash, "export -p"),
        (&bash, "declare -p"),
        (&bash, &printf),
        (&bash, &each("echo \"${V#@Q}\"")),
        (&bash, &gnu),
        (&zsh, &traced),
        (&zsh, "export -p"),
        (&zsh, &printf),
        (&fish, "set"),
        (&fish, "set --show"),
        (&fish, &each("string escape -- $V#")),
        (&fish, &each("string escape --no-quoted -- $V#")),
        (
            &fish,
            &format!("set fish_trace 1\n{}", each("echo $V# >&2")),
        ),
    ];
    let patterns = patterns_of(&values);
    for (shell, script) in cases {
        // In C, fish writes other characters than it was given.
        let locales = if shell[0] == "fish" {
            &["C.UTF-8"][..]
        } else {
            &["C.UTF-8", "C"]
        };
        for locale in locales {
            let Some(output) = printed(shell, script, locale, &values) else {
                continue;
            };
            let name = format!("{shell:?} {:.20} in {locale}", script.trim_start());
            let out = masked(&patterns, &output, &[4096]);
            let shown = out.split(|byte| *byte == b'\n');
            let left: Vec<_> = shown
                .filter(|line| {
                    [&b"begin"[..], b"end", b"mid", b"dle"]
                        .iter()
                        .any(|part| line.windows(part.len()).any(|window| window == *part))
                })
                .map(|line| line.escape_ascii().to_string())
                .collect();
            let masks = out
                .windows(MASK.len())
                .filter(|window| *window == MASK)
                .count();
            assert!(
                left.is_empty(),
                "{name}: {}\n{}",
                left.len(),
                left.join("\n")
            );
            assert!(masks >= values.len(), "{name}: {masks} of {}", values.len());
        }
    }
}
