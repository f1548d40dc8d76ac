//! Tests each notation and each refusal by example. End to end, real readers read hostile values.

use super::{Entry, Format, Names, github, k8s, shell_names};
use crate::deliver::risky_variables::risk;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use clap::ValueEnum;
use std::process::Command;

const NAMES: Names<'_> = Names {
    manifest: k8s::DEFAULT_NAME,
    delimiter: "kluis_0",
};

/// Formats whose values become environment variables.
const OF_VARIABLES: &[Format] = &[
    Format::Dotenv,
    Format::DotenvNode,
    Format::Shell,
    Format::Fish,
    Format::Powershell,
    Format::Docker,
    Format::Compose,
    Format::Github,
    Format::Gitlab,
    Format::Circleci,
    Format::Systemd,
];

fn write_all(format: Format, pairs: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
    let owned: Vec<(EnvKey, Plaintext)> = pairs
        .iter()
        .map(|(key, value)| (EnvKey::parse(key).unwrap(), Plaintext::new(value.to_vec())))
        .collect();
    let entries: Vec<Entry<'_>> = owned.iter().map(|(key, value)| (key, value)).collect();
    let document = format.write(&entries, NAMES);
    document
        .map(|document| document.expose().to_vec())
        .map_err(|refused| refused.to_string())
}

fn write(format: Format, value: &[u8]) -> Result<Vec<u8>, String> {
    write_all(format, &[("KEY", value)])
}

fn with_entries<T>(values: &[&[u8]], act: impl FnOnce(&[Entry<'_>]) -> T) -> T {
    let key = EnvKey::parse("KEY").unwrap();
    let owned: Vec<Plaintext> = values.iter().map(|v| Plaintext::new(v.to_vec())).collect();
    let entries: Vec<Entry<'_>> = owned.iter().map(|value| (&key, value)).collect();
    act(&entries)
}

#[test]
fn each_format_has_its_notation() {
    let value = "a'b\"c\\d$(e)`f`\n😀".as_bytes();
    for (format, document) in [
        (Format::Dotenv, "KEY=\"a'b\\\"c\\\\d$(e)`f`\\n😀\"\n"),
        (Format::Shell, "export KEY='a'\\''b\"c\\d$(e)`f`\n😀'\n"),
        (Format::Circleci, "export KEY='a'\\''b\"c\\d$(e)`f`\n😀'\n"),
        (Format::Fish, "set -gx KEY 'a\\'b\"c\\\\d$(e)`f`\n😀'\n"),
        (
            Format::Powershell,
            "$env:KEY = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('YSdiImNcZCQoZSlgZmAK8J+YgA=='))\n",
        ),
        (
            Format::Json,
            "{\n  \"KEY\": \"a'b\\\"c\\\\d$(e)`f`\\n😀\"\n}\n",
        ),
        (
            Format::Yaml,
            "\"KEY\": \"a'b\\\"c\\\\d$(e)`f`\\n\\U0001f600\"\n",
        ),
        (
            Format::Github,
            "\nKEY<<kluis_0\na'b\"c\\d$(e)`f`\n😀\nkluis_0\n",
        ),
        (
            Format::K8s,
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"kluis\"\ntype: Opaque\ndata:\n  \"KEY\": \"YSdiImNcZCQoZSlgZmAK8J+YgA==\"\n",
        ),
        (Format::Compose, "KEY=\"a'b\\\"c\\\\d\\$(e)`f`\n😀\"\n"),
        (Format::Systemd, "KEY=\"a'b\\\"c\\\\d\\$(e)\\`f\\`\n😀\"\n"),
        (
            Format::Tfvars,
            "KEY = \"a'b\\\"c\\\\d\\u0024(e)`f`\\n\\U0001f600\"\n",
        ),
    ] {
        let written = write(format, value).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(written.as_deref(), Ok(document), "{format}");
    }
}

#[test]
fn several_secrets_follow_one_another() {
    let pairs: &[(&str, &[u8])] = &[("A", b"1"), ("B", b"2")];
    for (format, document) in [
        (Format::Docker, "A=1\nB=2\n"),
        (Format::Gitlab, "A=1\nB=2\n"),
        (Format::DotenvNode, "A='1'\nB='2'\n"),
        (Format::Json, "{\n  \"A\": \"1\",\n  \"B\": \"2\"\n}\n"),
        (Format::Powershell, "$env:A = '1'\n$env:B = '2'\n"),
    ] {
        assert_eq!(
            write_all(format, pairs).unwrap(),
            document.as_bytes(),
            "{format}"
        );
    }
}

#[test]
fn node_gets_the_first_notation_that_gives_the_value_back() {
    for (value, line) in [
        ("a", "KEY='a'"),
        ("a\nb", "KEY='a\nb'"),
        ("it's", "KEY=`it's`"),
        ("a'b`c", "KEY=a'b`c"),
        ("a'b`c\nd", "KEY=\"a'b`c\nd\""),
        ("a\r\nb", "KEY=\"a\\r\nb\""),
        ("a\\", "KEY=a\\"),
        ("a\\\"b", "KEY='a\\\"b'"),
    ] {
        let written = write(Format::DotenvNode, value.as_bytes());
        assert_eq!(written, Ok(format!("{line}\n").into_bytes()), "{value:?}");
    }
}

#[test]
fn a_value_the_reader_would_change_is_refused_by_key() {
    let long = "x".repeat(65_536);
    for (format, value, why) in [
        (Format::Docker, "hunter2\nb", "newline"),
        (Format::Docker, "hunter2\r", "carriage return"),
        (Format::Docker, "\"hunter2\"", "in quotes"),
        (Format::Docker, "'hunter2'", "in quotes"),
        (Format::Docker, &long[..65_532], "64 KiB"),
        (Format::Gitlab, "hunter2\nb", "newline"),
        (Format::Gitlab, " hunter2", "white space"),
        (Format::Gitlab, "hunter2\r", "white space"),
        (Format::Gitlab, "hunter2$", "GitLab replaces"),
        (Format::Gitlab, "5% hunter2 %a%", "GitLab replaces"),
        (Format::Gitlab, "%_hunter2%", "GitLab replaces"),
        (Format::Dotenv, "hunter2 \n\\", "backslash"),
        (Format::Dotenv, "'hunter2\\", "backslash"),
        (Format::Dotenv, "hunter2 # \\", "backslash"),
        (Format::DotenvNode, "hunter2 #\\", "cannot write its mix"),
        (Format::DotenvNode, "hunter2'`\"\n", "cannot write its mix"),
        (Format::DotenvNode, "hunter2\r\\n", "cannot write its mix"),
        (
            Format::DotenvNode,
            "hunter2\u{2028}'`\"",
            "cannot write its mix",
        ),
        (Format::Systemd, "hunter2\u{fdd0}", "noncharacter"),
        (Format::Systemd, "hunter2\u{1ffff}", "noncharacter"),
        (Format::Tfvars, "hunter2e\u{301}", "NFC"),
    ] {
        let message = write(format, value.as_bytes()).unwrap_err();
        let begins = message.starts_with(&format!("KEY cannot be written as {format}: "));
        assert!(begins && message.contains(why), "{value:?}: {message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    for (format, value) in [
        (Format::Docker, " $a #'b\r c "),
        (Format::Docker, &long[..65_531]),
        (Format::Docker, "\""),
        (Format::Gitlab, "5% of 10% =\rx"),
        (Format::Gitlab, "%a b%"),
        (Format::Gitlab, "\u{a0}x\u{a0}"),
        (Format::Dotenv, "a b\\"),
        (Format::Tfvars, "\u{e9}"),
    ] {
        assert!(
            write(format, value.as_bytes()).is_ok(),
            "{format} {value:?}"
        );
    }
}

#[test]
fn a_nul_is_refused_where_the_reader_is_an_environment() {
    for format in Format::value_variants() {
        let written = write(*format, b"a\0b");
        let is_of_variables = OF_VARIABLES.contains(format);
        assert_eq!(written.is_err(), is_of_variables, "{format}: {written:?}");
        if let Err(message) = written {
            assert!(message.contains("contains a NUL"), "{message}");
        }
    }
}

#[test]
fn bytes_that_are_not_text_are_for_shells_and_base64_only() {
    let taking = [Format::Shell, Format::Circleci, Format::Fish, Format::K8s];
    for format in Format::value_variants() {
        let written = write(*format, b"a\xffb");
        assert_eq!(
            written.is_ok(),
            taking.contains(format),
            "{format}: {written:?}"
        );
    }
}

#[test]
fn a_name_that_a_shell_computes_with_is_refused_in_its_script() {
    for key in [
        "RANDOM",
        "OPTIND",
        "HISTCMD",
        "SRANDOM",
        "SECONDS",
        "PS1",
        "PROMPT",
        "MAILPATH",
        "_",
        "BASH_COMMAND",
        "fish_function_path",
        "path",
        "precmd_functions",
        "umask",
    ] {
        assert!(shell_names::check(key).is_err(), "{key}");
        for format in [Format::Shell, Format::Circleci, Format::Fish] {
            assert!(write_all(format, &[(key, b"1")]).is_err(), "{format} {key}");
        }
        assert!(write_all(Format::Json, &[(key, b"1")]).is_ok());
    }
    for key in ["DATABASE_URL", "random", "A_PATH", "TERM", "HOST", "UIDS"] {
        assert!(shell_names::check(key).is_ok(), "{key}");
    }
}

#[test]
fn names_that_the_reader_keeps_for_itself_are_refused() {
    for key in [
        "GITHUB_ENV",
        "GITHUB_SHA",
        "RUNNER_TEMP",
        "NODE_OPTIONS",
        "node_options",
    ] {
        assert!(write_all(Format::Github, &[(key, b"1")]).is_err(), "{key}");
    }
    assert!(write_all(Format::Github, &[("GITHUB_TOKEN", b"1")]).is_ok());
    assert!(write_all(Format::K8s, &[(&"K".repeat(254), b"1")]).is_err());
    assert!(write_all(Format::K8s, &[(&"K".repeat(253), b"1")]).is_ok());
    let twins: &[(&str, &[u8])] = &[("KEY", b"1"), ("key", b"2")];
    assert!(write_all(Format::Powershell, twins).is_err());
    assert!(write_all(Format::Shell, twins).is_ok());
}

fn masks(values: &[&[u8]]) -> String {
    let masks = with_entries(values, |entries| github::masks(entries).expose().to_vec());
    String::from_utf8(masks).unwrap()
}

fn cautions(format: Format, value: &[u8]) -> Vec<&'static str> {
    format.cautions(&Plaintext::new(value.to_vec()))
}

#[test]
fn each_line_is_masked_once_and_escaped_for_the_runner() {
    let values: &[&[u8]] = &[
        b"line one\n\n  \r\nline two%0A\rline one",
        b"line one",
        b" 3 ",
        b"\n",
    ];
    let expected = "::add-mask::line one\n::add-mask::line two%250A\n::add-mask:: 3 \n";
    assert_eq!(masks(values), expected);
}

#[test]
fn the_braces_of_a_document_are_not_masked() {
    let document = b"{\n  \"key\": {\n    \"token\": \"hunter2\"\n  },\n  \"a\": 1\n}\n";
    let expected =
        "::add-mask::\"key\": {\n::add-mask::\"token\": \"hunter2\"\n::add-mask::\"a\": 1\n";
    assert_eq!(masks(&[document]), expected);
    assert_eq!(
        masks(&[b"-----BEGIN KEY-----\nhunter2\n-----END KEY-----\n"]),
        "::add-mask::hunter2\n"
    );
    // A value of one line is a secret, whatever it looks like.
    assert_eq!(masks(&[b"{", b"\n42\n"]), "::add-mask::{\n::add-mask::42\n");
}

#[test]
fn a_value_that_github_cannot_mask_gets_a_warning() {
    for (value, part) in [
        (&b" \n\t"[..], "white space"),
        (b"{\n}", "long enough"),
        (b"ab\ncd", "long enough"),
    ] {
        let cautions = cautions(Format::Github, value);
        assert!(
            cautions.len() == 1 && cautions[0].contains(part),
            "{cautions:?}"
        );
    }
    for value in [&b" \nx"[..], b"{", b"{\nhunter2\n}"] {
        assert!(cautions(Format::Github, value).is_empty());
    }
}

#[test]
fn a_delimiter_that_is_in_a_value_is_not_taken() {
    let taken = format!("a kluis_{} b", "00".repeat(16));
    let mut drawn = 0;
    let delimiter = with_entries(&[b"x", taken.as_bytes()], |entries| {
        github::delimiter(entries, &mut |bytes| {
            bytes.fill(drawn);
            drawn += 1;
        })
    });
    assert_eq!(delimiter, format!("kluis_{}", "01".repeat(16)));
}

#[test]
fn readers_that_would_change_or_run_a_value_are_named() {
    for (format, value, readers) in [
        (
            Format::Dotenv,
            "a${b}",
            &["python-dotenv", "ruby's dotenv, Docker Compose"][..],
        ),
        (Format::Dotenv, "a$b", &["ruby's dotenv, Docker Compose"]),
        (Format::Dotenv, "a$(b)", &["run a command", "replace"]),
        (Format::Dotenv, "a`b`", &["shells run"]),
        (Format::DotenvNode, "a$b", &["dotenv-expand replaces"]),
        (
            Format::DotenvNode,
            "a$(b)",
            &["dotenvx run", "dotenv-expand replaces"],
        ),
        (Format::DotenvNode, "a`b`", &[]),
        (Format::Dotenv, "5$ a $", &[]),
        (Format::Compose, "a${b}$(c)", &[]),
    ] {
        let cautions = cautions(format, value.as_bytes());
        assert_eq!(cautions.len(), readers.len(), "{value}: {cautions:?}");
        for (caution, reader) in cautions.iter().zip(readers) {
            assert!(caution.contains(reader), "{value}: {caution}");
        }
    }
}

#[test]
fn the_name_of_a_manifest_is_one_of_kubernetes() {
    for name in ["kluis", "a", "a-b.c1", "0", &"a".repeat(253)] {
        assert!(k8s::is_name(name), "{name}");
    }
    for name in [
        "",
        "A",
        "a_b",
        "-a",
        "a-",
        ".a",
        "a..b",
        "a\"",
        "a\n",
        &"a".repeat(254),
    ] {
        assert!(!k8s::is_name(name), "{name}");
    }
}

#[test]
fn a_document_grows_without_losing_anything() {
    let value = vec![b'\''; 60_000];
    let written = write(Format::Shell, &value).unwrap();
    let expected = format!("export KEY='{}'\n", "'\\''".repeat(60_000));
    assert!(written == expected.as_bytes());
}

/// The variables that an installed shell sets by itself.
fn names_of(shell: &[&str], list: &str) -> Vec<String> {
    let mut command = Command::new(shell[0]);
    command
        .args(&shell[1..])
        .arg(list)
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    let names = command.output().map_or(Vec::new(), |output| output.stdout);
    let names = String::from_utf8_lossy(&names).into_owned();
    let is_key = |name: &&str| EnvKey::parse(name).is_ok();
    names.lines().filter(is_key).map(str::to_owned).collect()
}

#[test]
fn no_variable_of_an_installed_shell_computes_with_a_value() {
    let value = "a[$(echo ran >&2)]";
    for (format, shell, list, evaluate) in [
        (
            Format::Shell,
            &["bash", "--norc", "-c"][..],
            "compgen -v",
            "eval \"$(cat)\" && printf %s \"$KEY\"",
        ),
        (
            Format::Shell,
            &["zsh", "-f", "-c"],
            "print -rl ${(k)parameters}",
            "eval \"$(cat)\" && printf %s \"$KEY\"",
        ),
        (
            Format::Shell,
            &["dash", "-c"],
            "set | sed 's/=.*//'",
            "eval \"$(cat)\" && printf %s \"$KEY\"",
        ),
        (
            Format::Fish,
            &["fish", "--no-config", "-c"],
            "set --names",
            "source && printf %s \"$KEY\"",
        ),
    ] {
        for name in names_of(shell, list) {
            let Ok(script) = write_all(format, &[(&name, value.as_bytes())]) else {
                continue;
            };
            if risk(&name).is_some() {
                continue;
            }
            let mut command = Command::new(shell[0]);
            command
                .args(&shell[1..])
                .arg(evaluate.replace("KEY", &name))
                .env_clear()
                .env("PATH", "/usr/bin:/bin");
            let output = evaluated(command, &script);
            assert_eq!(output, value, "{name} in {}", shell[0]);
        }
    }
}

fn evaluated(mut command: Command, script: &[u8]) -> String {
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, script).unwrap();
    drop(writer);
    let output = command.stdin(reader).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}
