//! Tests thousands of names made to steer a terminal, break a document or lead to another file: none reaches a
//! terminal unescaped, and JSON returns every one unchanged.

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::thread;

/// The pieces of the names: terminal sequences, control characters, directions, paths, options, and characters
/// with several spellings.
const PIECES: &[&str] = &[
    "\u{1b}[2J",
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://example.org\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{1b}c",
    "\u{9b}2J",
    "\u{90}x\u{9c}",
    "\u{85}",
    "\u{7f}",
    "\u{8}\u{8}\u{8}",
    "\r",
    "\n",
    "\t",
    "\0",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{200d}",
    "\u{200b}",
    "\u{feff}",
    "\u{61c}",
    "\u{2028}",
    "../",
    "/etc/passwd",
    "..\\",
    "-rf",
    "--",
    "=",
    "%n%s",
    "$(id)",
    "`id`",
    "'\"",
    "{{",
    "<script>",
    "\\u001b",
    "\u{131}\u{130}",
    "e\u{301}",
    "\u{e9}",
    "\u{fb01}",
    "\u{1f511}",
    "name",
    "a",
    " ",
];

/// Names of one to five pieces: a seed always gives the same names.
struct Names(u64);

impl Names {
    fn number(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn next(&mut self) -> String {
        let count = 1 + self.number(5);
        (0..count)
            .map(|_| PIECES[self.number(PIECES.len())])
            .collect()
    }

    /// So many different ones.
    fn different(mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for number in 0..count {
            names.push(format!("{}{number}", self.next()));
        }
        names
    }
}

/// Checks that it contains nothing that a terminal obeys or hides, except the ends of lines and our own colours.
#[track_caller]
fn is_harmless(shown: &str) {
    let mut own = shown.to_owned();
    for label in ["\u{1b}[33mwarning:\u{1b}[0m", "\u{1b}[1;31merror:\u{1b}[0m"] {
        own = own.replace(label, "");
    }
    let obeyed = |c: char| {
        let (c0, c1) = (
            c < ' ' && !"\n\r\t".contains(c),
            ('\u{7f}'..='\u{9f}').contains(&c),
        );
        let direction = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}".contains(c);
        let turned =
            ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        let hidden = "\u{200b}\u{200c}\u{200d}\u{feff}".contains(c);
        c0 || c1 || direction || turned || hidden
    };
    if let Some(at) = own.find(obeyed) {
        let from = own
            .char_indices()
            .map(|(from, _)| from)
            .filter(|from| from + 40 > at)
            .min();
        panic!(
            "at a terminal: {:?}",
            own[from.unwrap_or(at)..]
                .chars()
                .take(80)
                .collect::<String>()
        );
    }
}

/// The output at a terminal, and the exit code.
fn at_terminal(command: &Invocation<'_>) -> (String, i32) {
    Screen::start(command.command_at_terminal(), 100).ends()
}

#[test]
fn ten_thousand_hostile_titles_become_safe_names() {
    let sandbox = Sandbox::with_vault();
    let titles = Names(1).different(10_000);
    let items = titles
        .iter()
        .map(|title| serde_json::json!({ "type": 1, "name": title, "login": { "password": "v" } }));
    let export = serde_json::json!({ "items": items.collect::<Vec<_>>() });
    let file = sandbox.given("export", export.to_string());
    let import = |more: &[&str]| {
        let all = [
            "import",
            file.to_str().unwrap(),
            "--format",
            "bitwarden",
            "--on-repeat",
            "number",
        ];
        sandbox.kluis(all.iter().chain(more))
    };
    // The progress line, which appears after half a second, clears itself.
    let is_harmless_apart = |shown: &str| is_harmless(&shown.replace("\r\u{1b}[K", ""));
    let (shown, code) = at_terminal(&import(&["--dry-run"]));
    is_harmless_apart(&shown);
    assert_eq!(code, 0, "{shown}");
    let (shown, code) = at_terminal(&import(&[]));
    is_harmless_apart(&shown);
    assert_eq!(code, 0);

    let (shown, code) = at_terminal(&sandbox.kluis(["list"]));
    is_harmless(&shown);
    assert_eq!(code, 0);
    let listed = sandbox.kluis(["list", "--json"]).run();
    let object = listed.json();
    listed.any_stdout().exits(0);
    assert_eq!(object["count"], 10_000);
    for secret in object["secrets"].as_array().unwrap() {
        let name = secret["name"].as_str().unwrap();
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'/'),
            "{name:?}"
        );
    }
    // No path left the vault's folder.
    let mut beside: Vec<_> = fs::read_dir(sandbox.vault().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    beside.sort();
    assert_eq!(
        beside,
        [
            ".default.kluis.lock",
            ".default.kluis.prev",
            "default.kluis"
        ]
    );
}

#[test]
fn ten_thousand_hostile_names_are_adapted_and_shown_safely() {
    let sandbox = Sandbox::with_vault();
    let names = Names(2).different(10_000);
    let object: BTreeMap<&String, &str> = names.iter().map(|name| (name, "v")).collect();
    let file = sandbox.given("object", serde_json::to_string(&object).unwrap());
    let line = ["import", file.to_str().unwrap(), "--format", "json"];
    let line = line.iter().chain(&["--on-repeat", "number"]);
    let (shown, code) = at_terminal(&sandbox.kluis(line.clone()));
    // The progress line is our own.
    is_harmless(&shown.replace("\r\u{1b}[K", "\n"));
    assert_eq!(code, 0, "{shown}");
    let again = sandbox.kluis(line.chain(&["--json"])).run();
    is_harmless(&again.stderr);
    is_harmless(&String::from_utf8_lossy(&again.stdout));
    assert_eq!(again.code, code);
    again.any_stdout().any_stderr().ends();
    let listed = sandbox.kluis(["list", "-q"]).run();
    is_harmless(&String::from_utf8_lossy(&listed.stdout));
    listed.any_stdout().exits(0);
}

#[test]
fn hostile_texts_come_back_exactly_from_json() {
    let sandbox = Sandbox::with_vault();
    let mut given = BTreeMap::new();
    for (number, text) in Names(3).different(300).into_iter().enumerate() {
        let name = format!("n{number}");
        let input = serde_json::json!({ "name": name, "value": "v", "description": text });
        let made = sandbox
            .kluis(["create", "--input", "-"])
            .stdin(input.to_string())
            .run();
        match made.code {
            0 => drop(given.insert(name, text)),
            code => assert_eq!(code, 7, "{text:?}"),
        }
        is_harmless(&made.stderr);
        made.any_stdout().any_stderr().ends();
    }
    assert!(given.len() > 20, "{}", given.len());
    let listed = sandbox.kluis(["list", "--json"]).run();
    is_harmless(std::str::from_utf8(&listed.stdout).unwrap());
    let object = listed.json();
    listed.any_stdout().exits(0);
    let described = |secret: &Value| {
        let text = |member: &str| secret[member].as_str().unwrap().to_owned();
        (text("name"), text("description"))
    };
    let found = object["secrets"].as_array().unwrap().iter().map(described);
    assert_eq!(found.collect::<BTreeMap<_, _>>(), given);
    for columns in [40, 100] {
        let list = sandbox.kluis(["list"]).command_at_terminal();
        is_harmless(&Screen::start(list, columns).ends().0);
    }
    for name in given.keys().take(20) {
        is_harmless(&at_terminal(&sandbox.kluis(["show", name])).0);
    }
}

/// Uses them as an argument and as an option's value of several verbs: at a terminal, and as JSON.
fn misuse(sandbox: &Sandbox, names: &[String]) {
    for (number, name) in names.iter().enumerate() {
        // An argument cannot contain it.
        let name = name.replace('\0', "");
        let option = |option: &str| format!("{option}={name}");
        let line: Vec<String> = match number % 8 {
            0 => vec!["get".into(), "--".into(), name],
            1 => vec!["list".into(), option("--workspace")],
            2 => vec!["show".into(), option("--vault"), "n".into()],
            3 => vec!["delete".into(), "--yes".into(), "--".into(), name],
            4 => vec!["workspace".into(), "create".into(), "--".into(), name],
            5 => vec!["get".into(), "--for".into(), name, "bound".into()],
            6 => vec!["update".into(), "bound".into(), option("--allow-domain")],
            _ => vec!["export".into(), option("--format")],
        };
        let (shown, code) = at_terminal(&sandbox.kluis(&line));
        is_harmless(&shown);
        let told = sandbox
            .kluis(["--json".to_owned()].iter().chain(&line))
            .run();
        is_harmless(&told.stderr);
        // A workspace or a list may have been made by the first of the two.
        if code != 0 && told.code != 0 {
            assert!(told.json_error()["error"].is_string(), "{line:?}");
        }
        told.any_stdout().any_stderr().ends();
    }
}

fn misused() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    let create = ["create", "bound", "--allow-domain", "example.org"];
    sandbox.kluis(create).stdin("v").run().any_stdout().exits(0);
    sandbox
}

#[test]
fn repeated_arguments_steer_no_terminal() {
    misuse(&misused(), &Names(4).different(160));
}

#[test]
#[ignore = "takes minutes: tests/PROGRAMME.md"]
fn ten_thousand_arguments_steer_nothing() {
    thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || misuse(&misused(), &Names(100 + worker).different(2_500)));
        }
    });
}

#[test]
fn a_question_about_a_strange_place_steers_nothing() {
    let sandbox = Sandbox::empty();
    for (number, name) in Names(5).different(20).into_iter().enumerate() {
        let name = name.replace(['\0', '/'], "");
        let folder = sandbox.home().join(format!("f{number}")).join(&name);
        if fs::create_dir_all(&folder).is_err() {
            continue;
        }
        fs::write(
            folder.join("kluis.toml"),
            "vault = '../v.kluis'\n[env]\nA = 'b'\n",
        )
        .unwrap();
        let trust = sandbox.kluis(["trust"]).within(&folder);
        let mut screen = Screen::start(trust.command_at_terminal(), 80);
        screen.shows("[y/N] ");
        screen.types("n\n");
        screen.ends();
        is_harmless(&screen.all());
    }
}
