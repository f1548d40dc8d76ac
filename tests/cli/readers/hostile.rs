//! Values that a careless writer would get wrong, in one vault for all readers, and documents of them.

use crate::sandbox::Sandbox;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

pub type Values = BTreeMap<String, Vec<u8>>;

/// The least number of values for each reader.
const MIN_VALUES: usize = 2_000;
const MAX_VALUES: usize = 2_100;
const ANYTHING: usize = 2_500;
/// Values of one line each, which even the poorest format can express.
const LINES: usize = 2_000;
/// The slots of a secret: so many values are made at once.
const AT_ONCE: usize = 100;
/// The secrets of a workspace: lookups are quick on a small page.
const TOGETHER: usize = 4;
const CANARY: &str = "canary";

const FRAGMENTS: &[&str] = &[
    "'",
    "\"",
    "`",
    "\\",
    "\\\\",
    "\\'",
    "\\\"",
    "''",
    "'\\''",
    "$",
    "${",
    "}",
    "$$",
    "%",
    "%%",
    "%{",
    "!",
    "!!",
    "#",
    " #",
    " # x",
    "=",
    ":",
    ": ",
    "- ",
    ",",
    ";",
    "&",
    "|",
    "<",
    "<<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "~",
    "*",
    "?",
    "@",
    "^",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "  ",
    "\u{b}",
    "\u{c}",
    "\u{1}",
    "\u{7f}",
    "\u{1b}[31m",
    "\\n",
    "\\r",
    "\\t",
    "\\x41",
    "\\u0041",
    "\\0",
    "%0A",
    "%25",
    "$HOME",
    "${HOME}",
    "%PATH%",
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "\ntouch canary\n",
    "'); touch canary; ('",
    "|touch canary",
    "(touch canary)",
    "a[$(touch canary)]",
    "\nexport A='b",
    "\nKEY=value",
    "\nK0001=value\n",
    "EOF",
    "<<EOF\n",
    "\nEOF\n",
    "::add-mask::x",
    "::stop-commands::x",
    "null",
    "true",
    "NO",
    "0x10",
    "1e3",
    "---\n",
    "\n...\n",
    "{{ x }}",
    "{% x %}",
    "<% x %>",
    "!!python/object:x",
    "&a",
    "*a",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{2018}",
    "\u{2019}",
    "\u{201c}",
    "é",
    "e\u{301}",
    "ß",
    "😀",
    "\u{fdd0}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{f600}",
    "\u{e000}",
    "\u{0}",
    "x",
    "abc",
    "0",
    "-",
    "_",
    "/",
    ".",
];

struct Hostile {
    texts: Vec<String>,
    /// Values that are not text.
    bytes: Vec<Vec<u8>>,
    vault: Vec<u8>,
    token: String,
}

fn hostile() -> &'static Hostile {
    static HOSTILE: OnceLock<Hostile> = OnceLock::new();
    HOSTILE.get_or_init(make)
}

fn make() -> Hostile {
    let config = Config {
        rng_seed: RngSeed::Random,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let piece = prop_oneof![
        12 => select(FRAGMENTS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{1,6}",
    ];
    let text = prop::collection::vec(piece, 1..9).prop_map(|pieces| pieces.concat());
    let mut draw = || text.new_tree(&mut runner).unwrap().current();
    let mut texts: Vec<String> = FRAGMENTS.iter().map(ToString::to_string).collect();
    texts.extend((texts.len()..ANYTHING).map(|_| draw()));
    while texts.len() < ANYTHING + LINES {
        texts
            .extend(Some(draw()).filter(|text| carried_by_gitlab(text) && carried_by_docker(text)));
    }
    let byte = |number: usize| u8::try_from(number % 255 + 1).unwrap();
    let bytes = [1, 2, 7].map(|step| (0..9_000).map(|at| byte(at * step)).collect());
    let bytes = Vec::from(bytes);

    let sandbox = Sandbox::with_vault();
    for (number, values) in texts.chunks(AT_ONCE).enumerate() {
        let slots = values.iter().enumerate();
        let slots = slots.map(|(slot, value)| serde_json::json!({"slot": slot, "value": value}));
        let slots: Vec<_> = slots.collect();
        let input = serde_json::json!({"name": format!("text{number}"), "secret_slots": slots});
        let workspace = workspace_of(number);
        if number % TOGETHER == 0 {
            let create = sandbox.kluis(["workspace", "create", &workspace]);
            create.run().any_stdout().exits(0);
        }
        let create = sandbox.kluis(["create", "-w", &workspace, "--input", "-"]);
        create.stdin(input.to_string()).run().any_stdout().exits(0);
    }
    for (number, value) in bytes.iter().enumerate() {
        let name = format!("bytes{number}");
        let create = sandbox.kluis(["create", &name, "--raw"]).stdin(value);
        create.run().any_stdout().exits(0);
    }
    Hostile {
        texts,
        bytes,
        vault: sandbox.bytes(),
        token: sandbox.token(),
    }
}

fn workspace_of(secret: usize) -> String {
    format!("w{}", secret / TOGETHER)
}

/// The document that `export` made of the values that a format can express, where its readers find it.
pub struct Document {
    sandbox: Sandbox,
    format: String,
    selected: Vec<String>,
    pub values: Values,
    pub bytes: Vec<u8>,
    /// The text on stdout besides the document, for `github`.
    pub masks: Vec<u8>,
}

impl Document {
    pub fn of(format: &str, carries: impl Fn(&str) -> bool) -> Self {
        Self::new(format, carries).exported()
    }

    /// The same for a format that can also express bytes that are not text.
    pub fn with_bytes(format: &str, carries: impl Fn(&str) -> bool) -> Self {
        let mut document = Self::new(format, carries);
        for (number, value) in hostile().bytes.iter().enumerate() {
            document.select(format!("KBYTES{number}"), &format!("bytes{number}"), value);
        }
        document.exported()
    }

    /// The same for the format that writes to a file of its own.
    pub fn of_github(carries: impl Fn(&str) -> bool) -> Self {
        let mut document = Self::new("github", carries);
        // Text of an earlier step, without its last newline.
        document.sandbox.given("document", "BEFORE=1");
        document.masks = document.export();
        document.bytes = document.sandbox.was_given("document");
        document
    }

    fn new(format: &str, carries: impl Fn(&str) -> bool) -> Self {
        let sandbox = Sandbox::empty();
        let vault = sandbox.vault();
        fs::create_dir_all(vault.parent().unwrap()).unwrap();
        fs::write(vault, &hostile().vault).unwrap();
        let mut document = Self {
            sandbox,
            format: format.to_owned(),
            selected: Vec::new(),
            values: Values::new(),
            bytes: Vec::new(),
            masks: Vec::new(),
        };
        let texts = hostile().texts.iter().enumerate();
        let carried = texts.filter(|(_, text)| carries(text)).take(MAX_VALUES);
        for (number, text) in carried {
            let (secret, slot) = (number / AT_ONCE, number % AT_ONCE);
            let workspace = workspace_of(secret);
            let reference = format!("kluis://{workspace}/text{secret}?slot={slot}");
            document.select(format!("K{number:04}"), &reference, text.as_bytes());
        }
        let count = document.values.len();
        assert!(count >= MIN_VALUES, "{format} carries {count} values only");
        document
    }

    fn select(&mut self, key: String, reference: &str, value: &[u8]) {
        self.selected
            .extend(["-e".to_owned(), format!("{key}={reference}")]);
        self.values.insert(key, value.to_vec());
    }

    fn export(&self) -> Vec<u8> {
        let line = ["export", "--format", &self.format].map(str::to_owned);
        let export = self.sandbox.kluis(line.iter().chain(&self.selected));
        let export = export
            .env("KLUIS_TOKEN", &hostile().token)
            .env("GITHUB_ENV", self.sandbox.given_path("document"))
            .run();
        let document = export.stdout.clone();
        export.any_stdout().any_stderr().exits(0);
        document
    }

    fn exported(mut self) -> Self {
        self.bytes = self.export();
        self.sandbox.given("document", &self.bytes);
        self
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    #[track_caller]
    pub fn nothing_ran(&self) {
        assert!(!self.sandbox.home().join(CANARY).exists(), "a value ran");
    }
}

pub fn carried_by_docker(text: &str) -> bool {
    let quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    !text.contains(['\0', '\n']) && !text.ends_with('\r') && !quoted('"') && !quoted('\'')
}

pub fn carried_by_gitlab(text: &str) -> bool {
    let white = [' ', '\t', '\u{b}', '\u{c}', '\r'];
    !text.contains(['\0', '\n', '$'])
        && text.matches('%').count() < 2
        && !text.starts_with(white)
        && !text.ends_with(white)
}

/// Whether a `.env` file can hold it without quotes.
fn is_bare(text: &str) -> bool {
    let white = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '#';
    !text.replace(' ', "").contains(white)
        && !text.starts_with([' ', '\'', '"', '`'])
        && !text.ends_with(' ')
}

pub fn carried_by_python(text: &str) -> bool {
    !text.contains('\0') && (!text.ends_with('\\') || is_bare(text))
}

pub fn carried_by_node(text: &str) -> bool {
    let both_quotes = text.contains('\'') && text.contains('`');
    let exactly = !text.contains('\r') && !both_quotes;
    let escaped = !["\"", "\\n", "\\r"].iter().any(|part| text.contains(part));
    let quoted = !text.ends_with('\\') && (exactly || escaped);
    !text.contains('\0') && (quoted || is_bare(text))
}
