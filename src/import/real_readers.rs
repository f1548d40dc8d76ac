//! Compares the readers with the programs whose rules they follow, over generated files. If `import` accepts a
//! file and warns of nothing about a name, the value must be the one that the program reads.
//!
//! A program that is not installed, or whose library is missing, is left out. `KLUIS_GENERATED_FILES` sets the
//! number of files for each program.

use super::entries::Repeated;
use super::formats::dotenv::Dialect;
use super::formats::nesting::Nesting;
use super::gathered::Entry;
use super::managers::item::{Wanted, name_of};
use super::reading::read;
use super::{Format, Rules};
use crate::plaintext::Plaintext;
use crate::vault::name::SecretName;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

/// Enough to combine all parts, and quick enough for every run.
const FILES: usize = 1_000;

/// The exit code of a script whose library is missing.
const ABSENT: i32 = 77;

/// Each reads a JSON list of texts, and prints a list with null or an object for each. Parts of a name are joined by a slash,
/// and a value that is no text is null.
const TOML: &str = "
import json, sys
try: import tomllib
except ImportError: sys.exit(77)
def flat(table, path):
    for name, value in table.items():
        if isinstance(value, dict): yield from flat(value, path + [name])
        else: yield '/'.join(path + [name]), value if isinstance(value, str) else None
def read(text):
    try: return dict(flat(tomllib.loads(text), []))
    except tomllib.TOMLDecodeError: return None
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
";

const INI: &str = "
import configparser, json, sys
def read(text):
    parser = configparser.RawConfigParser(strict=False, default_section='none')
    parser.optionxform = str
    try: parser.read_string(text)
    except configparser.Error: return None
    return {s + '/' + n: v for s in parser.sections() for n, v in parser.items(s)}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
";

const NETRC: &str = "
import json, netrc, sys, tempfile
def read(text):
    with tempfile.NamedTemporaryFile('w', newline='') as file:
        file.write(text); file.flush()
        try: hosts = netrc.netrc(file.name).hosts
        except netrc.NetrcParseError: return None
    return {host: password for host, (_, _, password) in hosts.items() if password}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
";

const DOTENV: &str = "
import importlib.metadata, io, json, logging, sys
try: import dotenv
except ImportError: sys.exit(77)
# Before 1.2.4 it took the comment after a blank for the value.
version = importlib.metadata.version('python-dotenv').split('.')
if [int(number) for number in version[:3]] < [1, 2, 4]: sys.exit(77)
logging.disable()
def read(text):
    values = dotenv.dotenv_values(stream=io.StringIO(text, newline=None), interpolate=False)
    return {name: value for name, value in values.items() if value is not None}
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
";

/// Java has no JSON: texts come in hexadecimal, one on a line.
const PROPERTIES: &str = r#"
import java.io.*;
import java.util.*;
class Read {
    static String hex(String text) throws Exception {
        return HexFormat.of().formatHex(text.getBytes("UTF-8"));
    }
    public static void main(String[] none) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line; (line = lines.readLine()) != null;) {
            Properties read = new Properties();
            try {
                read.load(new StringReader(new String(HexFormat.of().parseHex(line), "UTF-8")));
                StringBuilder out = new StringBuilder("ok");
                for (String name : read.stringPropertyNames())
                    out.append(' ').append(hex(name)).append('=').append(hex(read.getProperty(name)));
                System.out.println(out);
            } catch (IllegalArgumentException broken) {
                System.out.println("broken");
            }
        }
    }
}
"#;

type Read = Option<BTreeMap<String, Option<String>>>;

fn files(parts: &'static [&'static str], begin: &str) -> Vec<String> {
    let count = env::var("KLUIS_GENERATED_FILES").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(FILES);
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Random,
        ..Config::default()
    });
    let text = prop::collection::vec(select(parts), 1..14).prop_map(|parts| parts.concat());
    let files = (0..count).map(|_| {
        let text = text.new_tree(&mut runner).unwrap().current();
        format!("{begin}{text}\n")
    });
    files.collect()
}

/// The output of a program, or `None` where it is missing.
fn output(program: &str, arguments: &[&str], input: Vec<u8>) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().unwrap();
    // A missing library ends it early.
    let writing = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    if output.status.code() == Some(ABSENT) {
        return None;
    }
    assert!(output.status.success(), "{program}");
    Some(output.stdout)
}

fn by_python(script: &str, files: &[String]) -> Option<Vec<Read>> {
    let python = env::var("KLUIS_PYTHON").unwrap_or_else(|_| "python3".into());
    let input = serde_json::to_vec(files).unwrap();
    let output = output(&python, &["-c", script], input)?;
    Some(serde_json::from_slice(&output).unwrap())
}

fn by_java(files: &[String]) -> Option<Vec<Read>> {
    use data_encoding::HEXLOWER;
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Read.java");
    std::fs::write(&source, PROPERTIES).unwrap();
    let lines = files
        .iter()
        .map(|text| HEXLOWER.encode(text.as_bytes()) + "\n");
    let input = lines.collect::<String>().into_bytes();
    let output = output("java", &[source.to_str().unwrap()], input)?;
    let decoded = |hex: &str| String::from_utf8(HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap();
    let read = str::from_utf8(&output).unwrap().lines().map(|line| {
        let pairs = line.strip_prefix("ok")?.split_whitespace();
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap());
        Some(
            pairs
                .map(|(name, value)| (decoded(name), Some(decoded(value))))
                .collect(),
        )
    });
    Some(read.collect())
}

/// The name that a secret gets; `None` if two names would become one.
fn adapted(theirs: BTreeMap<String, Option<String>>) -> Option<BTreeMap<String, Option<String>>> {
    let count = theirs.len();
    let adapted = |name: String| {
        let joined = name.replace('/', "_");
        if SecretName::parse(&joined).is_ok() {
            return joined;
        }
        let parts = name.split('/').map(name_of).collect::<Vec<_>>();
        parts.join("_")
    };
    let named = theirs
        .into_iter()
        .map(|(name, value)| (adapted(name), value));
    let named: BTreeMap<_, _> = named.collect();
    (named.len() == count).then_some(named)
}

#[track_caller]
fn compare(format: Format, rules: Rules, files: &[String], found: Option<Vec<Read>>) {
    let Some(found) = found else {
        return;
    };
    assert_eq!(found.len(), files.len());
    let mut both = 0;
    for (file, theirs) in files.iter().zip(found) {
        let theirs = theirs.and_then(adapted);
        let (Ok(ours), Some(theirs)) = (read(format, file.as_str(), rules), theirs) else {
            continue;
        };
        both += 1;
        let is_warned = |name: &str| {
            let warned = ours.warnings.iter().flat_map(|warning| &warning.names);
            let begin = format!("{name} (");
            let mut left_out = ours.left_out.iter().map(|left_out| left_out.what.as_str());
            warned.into_iter().any(|warned| warned.starts_with(&begin))
                || left_out.any(|what| name_of(what) == name)
        };
        let mut values = BTreeMap::new();
        for Entry { name, value, .. } in &ours.entries {
            let value = value.as_ref().map_or(&b""[..], Plaintext::expose);
            values.insert(name.as_str(), str::from_utf8(value).unwrap());
        }
        for (name, value) in &theirs {
            let ours = values.get(name.as_str()).copied().unwrap_or_default();
            let same = value.as_ref().is_none_or(|value| ours == value);
            assert!(
                same || is_warned(name),
                "{file:?}: {name} is {value:?} there"
            );
        }
        for (name, value) in values {
            let is_there = value.is_empty() || theirs.contains_key(name);
            assert!(is_there || is_warned(name), "{file:?}: {name} is not there");
        }
    }
    assert!(both * 20 > files.len(), "{format:?}: {both}");
}

fn rules() -> Rules<'static> {
    Rules {
        repeated: Repeated::Last,
        nesting: Nesting::Joined,
        ..Rules::default()
    }
}

#[test]
fn toml_is_read_as_python_reads_it() {
    let files = files(
        &[
            "a = \"x\"\n",
            "b.c = 'x\\n'\n",
            "\"d\" = \"\\u00e9\\t\"\n",
            "[t]\n",
            "[t.u]\n",
            "[[l]]\n",
            "e = \"\"\"\nx\\\n  y\"\"\"\n",
            "f = '''\nx'y'''\n",
            "g = 5_0\n",
            "h = 1.5 # c\n",
            "i = { x = 'y', z = \"\" }\n",
            "\n",
            "# c\n",
            "  ",
            "j.k.l = ''\n",
            "m = 1979-05-27T07:32:00Z\n",
            "n = \"a\\",
            "\"",
            "'",
            "=",
            "é",
        ],
        "",
    );
    compare(Format::Toml, rules(), &files, by_python(TOML, &files));
}

#[test]
fn ini_is_read_as_configparser_reads_it() {
    let files = files(
        &[
            "a", "b", " = ", "=", ": ", "x", "\n", "\n", "\n  ", "\n\t", "# c", "; c", "\n# c\n",
            "\n\n", "\"", "[t]", "\n[t]\n", "%(a)s", " ", "é", "\r\n", "\\",
        ],
        "[s]\n",
    );
    compare(Format::Ini, rules(), &files, by_python(INI, &files));
}

#[test]
fn netrc_is_read_as_python_reads_it() {
    let files = files(
        &[
            "\nmachine h.example.com ",
            "\nmachine i\n",
            "\ndefault ",
            " login u ",
            " login u\n",
            " password x\n",
            " password p\\w ",
            " password \"q r\" ",
            " password \"q\\\"r\"\n",
            " password #c\n",
            " # c\n",
            "\n",
            " account z ",
            "\nmacdef m\nls\n\n",
            "\t",
            " password é",
            "x",
        ],
        "machine a login b ",
    );
    // Python gives a host one password, and no fields.
    let rules = Rules {
        repeated: Repeated::Fail,
        wanted: Wanted::Password,
        ..rules()
    };
    compare(Format::Netrc, rules, &files, by_python(NETRC, &files));
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let files = files(
        &[
            "a",
            "b",
            "=",
            ":",
            " ",
            "\t",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "\\",
            "\\\n  ",
            "\\\\",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\t",
            "# c\n",
            "!",
            "#",
            "\\#",
            "x",
            "\u{c}",
            "é",
            "${a}",
            "\\u12",
        ],
        "",
    );
    compare(Format::Properties, rules(), &files, by_java(&files));
}

#[test]
fn a_dotenv_file_is_read_as_python_dotenv_reads_it() {
    let files = files(
        &[
            "A=",
            "B =",
            "\nexport C=",
            "x",
            "'",
            "\"",
            "\\",
            "\\n",
            "`",
            " # c",
            "#",
            "\n",
            "\n",
            "\r\n",
            "$A",
            "${A}",
            " ",
            "é",
            "\\'",
            "\\\"",
            "$(x)",
            "'A'=",
        ],
        "",
    );
    // A backtick is a quote elsewhere, and would include text that is a variable of its own here.
    let (others, plain): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.contains('`'));
    compare(Format::Dotenv, rules(), &plain, by_python(DOTENV, &plain));
    let mut dialect = rules();
    dialect.dotenv.dialect = Some(Dialect::Python);
    compare(Format::Dotenv, dialect, &others, by_python(DOTENV, &others));
}
