//! The rules of readers that cannot run here, written from their sources. They are strict: a value that the
//! reader would reject or change fails.

use super::hostile::Values;
use data_encoding::BASE64;
use std::collections::BTreeSet;

/// docker/cli, pkg/kvfile: Go's `bufio.ScanLines` and its longest line.
pub fn docker(document: &[u8]) -> Values {
    let mut values = Values::new();
    for line in document
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n')
    {
        assert!(line.len() < 64 * 1024);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).unwrap().trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap();
        assert!(!key.is_empty() && !key.contains([' ', '\t']));
        values.insert(key.to_owned(), value.as_bytes().to_vec());
    }
    values
}

/// compose-go, dotenv/parser.go and template/template.go: quoted values only, and no variable in them.
pub fn compose(document: &str) -> Values {
    let (mut values, mut rest) = (Values::new(), document);
    while !rest.is_empty() {
        let (key, quoted) = rest.split_once("=\"").unwrap();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!(key.chars().all(is_name), "the value before did not end");
        let mut characters = quoted.char_indices();
        let mut value = String::new();
        let end = loop {
            match characters.next().unwrap() {
                (at, '"') => break at,
                (_, '\\') => match characters.next().unwrap().1 {
                    escaped @ ('"' | '\\' | '$') => value.push(escaped),
                    other => panic!("\\{other} is no escape that is written"),
                },
                (_, character) => {
                    assert!(character != '$', "a variable");
                    value.push(character);
                }
            }
        };
        values.insert(key.to_owned(), value.into_bytes());
        rest = quoted[end + 1..].strip_prefix('\n').unwrap();
    }
    values
}

/// GitLab, app/services/ci/parse_dotenv_artifact_service.rb, and lib/expand_variables.rb with no variable set.
pub fn gitlab(document: &str) -> Values {
    let ruby_strip = |text: &str| {
        let white = |c: char| matches!(c, '\0' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ');
        text.trim_matches(white).to_owned()
    };
    let lines = document.strip_suffix('\n').unwrap().split('\n');
    let pairs = lines.map(|line| {
        let (key, value) = line.split_once('=').unwrap();
        let value = ruby_strip(value);
        assert!(!value.contains('$'));
        (ruby_strip(key), value.into_bytes())
    });
    pairs.collect()
}

/// actions/runner, src/Runner.Worker/FileCommandManager.cs: the pairs of an environment file.
pub fn github(document: &str) -> Values {
    let mut values = Values::new();
    let mut lines = document.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let line = line.strip_suffix('\n').unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        match (line.find('='), line.find("<<")) {
            (Some(equals), heredoc) if heredoc.is_none_or(|heredoc| equals < heredoc) => {
                values.insert(line[..equals].to_owned(), line[equals + 1..].into());
            }
            (_, Some(heredoc)) => {
                let (key, delimiter) = (&line[..heredoc], &line[heredoc + 2..]);
                assert!(!key.is_empty() && !delimiter.is_empty());
                let mut value = String::new();
                loop {
                    let line = lines.next().unwrap();
                    if line.strip_suffix('\n').unwrap_or(line) == delimiter {
                        break;
                    }
                    value.push_str(line);
                }
                let value = value.strip_suffix('\n').unwrap_or(&value);
                values.insert(key.to_owned(), value.into());
            }
            _ => panic!("neither NAME=VALUE nor NAME<<DELIMITER"),
        }
    }
    values
}

/// actions/runner, src/Runner.Common/ActionCommand.cs: the texts that the log hides after these commands.
pub fn masks(stdout: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(stdout).unwrap();
    let lines = text.strip_suffix('\n').unwrap().split(['\n', '\r']);
    let masks = lines.map(|line| {
        let data = line.strip_prefix("::add-mask::").unwrap();
        let data = data.replace("%0D", "\r").replace("%0A", "\n");
        data.replace("%25", "%")
    });
    masks
        .inspect(|mask| assert!(!mask.trim().is_empty()))
        .collect()
}

/// systemd, src/basic/env-file.c, `parse_env_file_internal`: the states that occur here.
pub fn systemd(document: &[u8]) -> Values {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Key,
        BeforeValue,
        Quoted,
        Escaped,
    }
    let (mut state, mut key, mut value) = (State::Key, Vec::new(), Vec::new());
    let mut values = Values::new();
    for &byte in document {
        match (state, byte) {
            (State::Key, b'=') | (State::Quoted, b'"') => state = State::BeforeValue,
            (State::Key, _) => {
                assert!(byte.is_ascii_alphanumeric() || byte == b'_');
                key.push(byte);
            }
            (State::BeforeValue, b'"') => state = State::Quoted,
            (State::BeforeValue, b'\n') => {
                let key = String::from_utf8(std::mem::take(&mut key)).unwrap();
                values.insert(key, std::mem::take(&mut value));
                state = State::Key;
            }
            (State::BeforeValue, _) => panic!("a value without quotes"),
            (State::Quoted, b'\\') => state = State::Escaped,
            (State::Quoted, _) => value.push(byte),
            (State::Escaped, _) => {
                match byte {
                    b'"' | b'\\' | b'`' | b'$' => value.push(byte),
                    b'\n' => {}
                    _ => value.extend([b'\\', byte]),
                }
                state = State::Quoted;
            }
        }
    }
    assert!(state == State::Key, "the last value does not end");
    values
}

/// HCL's native syntax: an attribute a line, each a quoted template without interpolation.
pub fn hcl(document: &str) -> Values {
    let lines = document.strip_suffix('\n').unwrap().split('\n');
    let pairs = lines.map(|line| {
        let (key, quoted) = line.split_once(" = ").unwrap();
        let inner = quoted.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        assert!(inner.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        assert!(!inner.contains("${") && !inner.contains("%{"));
        (key.to_owned(), unescape(inner).into_bytes())
    });
    pairs.collect()
}

fn unescape(text: &str) -> String {
    let mut rest = text.chars();
    let mut plain = String::new();
    while let Some(character) = rest.next() {
        if character != '\\' {
            assert!(character != '"');
            plain.push(character);
            continue;
        }
        let escape = rest.next().unwrap();
        let digits = match escape {
            'u' => 4,
            'U' => 8,
            'n' | 't' | 'r' | '"' | '\\' => 0,
            _ => panic!("\\{escape} is no escape"),
        };
        let number: String = rest.by_ref().take(digits).collect();
        plain.push(match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'u' | 'U' => char::from_u32(u32::from_str_radix(&number, 16).unwrap()).unwrap(),
            other => other,
        });
    }
    plain
}

/// PowerShell: an assignment a line, of a literal or of Base64.
pub fn powershell(document: &str) -> Values {
    assert!(
        document
            .bytes()
            .all(|byte| matches!(byte, b'\n' | b' '..=b'~'))
    );
    let lines = document.strip_suffix('\n').unwrap().split('\n');
    let pairs = lines.map(|line| {
        let (key, value) = line
            .strip_prefix("$env:")
            .unwrap()
            .split_once(" = ")
            .unwrap();
        let decoded = value
            .strip_prefix("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('")
            .map(|base64| BASE64.decode(base64.strip_suffix("'))").unwrap().as_bytes()));
        let value = decoded.map_or_else(
            || {
                let inner = value
                    .strip_prefix('\'')
                    .unwrap()
                    .strip_suffix('\'')
                    .unwrap();
                assert!(!inner.replace("''", "").contains('\''));
                inner.replace("''", "'").into_bytes()
            },
            Result::unwrap,
        );
        (key.to_owned(), value)
    });
    pairs.collect()
}

/// The `data` of a manifest; the lines above it do not matter.
pub fn manifest(document: &str) -> Values {
    let (_, data) = document.split_once("\ndata:\n").unwrap();
    let lines = data.strip_suffix('\n').unwrap().split('\n');
    let pairs = lines.map(|line| {
        let line = line
            .strip_prefix("  \"")
            .unwrap()
            .strip_suffix('"')
            .unwrap();
        let (key, value) = line.split_once("\": \"").unwrap();
        (key.to_owned(), BASE64.decode(value.as_bytes()).unwrap())
    });
    pairs.collect()
}
