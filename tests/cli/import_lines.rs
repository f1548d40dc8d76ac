//! Tests `import` of the formats with a variable on each line, and of `.env` files against their real readers.

use crate::readers::programs::{self, NODE_DOTENV, Program};
use crate::sandbox::Sandbox;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;
use std::fs;

#[test]
fn each_format_is_read_by_the_rules_of_its_program() {
    for (format, input, values, left_out) in [
        (
            "docker",
            "# comment\nA=\"quoted\"\nB=v # kept\nC=trail  \nHOME\n",
            vec![("A", "\"quoted\""), ("B", "v # kept"), ("C", "trail  ")],
            "left out HOME: line 5: docker takes its value from the environment\n",
        ),
        (
            "github",
            "A=1\nKEY<<ghadelim_1\nline one\nline=two\nghadelim_1\nB=2\n",
            vec![("A", "1"), ("KEY", "line one\nline=two"), ("B", "2")],
            "",
        ),
        (
            "systemd",
            "; note\nA=one\\\n two\nB=\"x\"\nC=a\\tb\n",
            vec![("A", "one two"), ("B", "x"), ("C", "atb")],
            "",
        ),
        (
            "shell",
            "A=plain\nB='two words'\nC='it'\\''s'\n",
            vec![("A", "plain"), ("B", "two words"), ("C", "it's")],
            "",
        ),
        (
            "tfvars",
            "db_password = \"p$${x}q\"\nport = 5432\n",
            vec![("db_password", "p${x}q"), ("port", "5432")],
            "",
        ),
        (
            "env",
            "A=1\0BASH_FUNC_which%%=() {  echo x\n}\0",
            vec![("A", "1")],
            "left out BASH_FUNC_which%%: variable 2: it is a function of bash\n",
        ),
    ] {
        let sandbox = Sandbox::with_vault();
        let created = values.iter().map(|(name, _)| format!("created {name}\n"));
        let said = created.collect::<Vec<_>>().concat() + left_out;
        let import = sandbox.kluis(["import", "--format", format]);
        import.stdin(input).run().stdout(&said).exits(0);
        for (name, value) in values {
            assert_eq!(sandbox.get(name), value.as_bytes(), "{format} {name}");
        }
    }
}

#[test]
fn mistakes_in_lines_have_a_place_a_name_and_no_value() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for (format, input, said) in [
        (
            "docker",
            "A=1\nhunter2/x\n",
            "line 2: this line has no NAME=",
        ),
        (
            "github",
            "A=1\nB<<E\nhunter2\n",
            "line 2: no line ends the value",
        ),
        (
            "systemd",
            "A=1\nB='hunter2\n",
            "line 2: a quotation mark is not closed",
        ),
        (
            "shell",
            "A=1\nB=$(hunter2)\n",
            "line 2: B has a $, ` or ~ that a shell would expand",
        ),
        (
            "tfvars",
            "port = 1\ntags = var.hunter2\n",
            "line 2: tags is an expression, not a text",
        ),
    ] {
        let line = ["import", "--format", format, "--json"];
        let refused = sandbox.kluis(line).stdin(input).run();
        let error = refused.json_error();
        let told = error["detail"][0]["msg"].as_str().unwrap();
        assert!(told.starts_with(said), "{format}: {told}");
        assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn the_content_of_an_env_file_tells_its_format() {
    let sandbox = Sandbox::with_vault();
    let folder = sandbox.home().join("in");
    fs::create_dir(&folder).unwrap();
    for (name, input) in [
        ("ci.env", "A<<E\n1\n2\nE\n"),
        ("a.env", "B=1\n2\0"),
        ("x.tfvars", "c=true"),
    ] {
        let file = folder.join(name);
        fs::write(&file, input).unwrap();
        let import = sandbox.kluis(["import", file.to_str().unwrap(), "-q"]);
        import.run().exits(0);
    }
    for (name, value) in [("A", "1\n2"), ("B", "1\n2"), ("c", "true")] {
        assert_eq!(sandbox.get(name), value.as_bytes());
    }
}

/// Lines of a `.env` file, each of which is one variable for every reader.
fn hostile_lines(count: usize) -> Vec<String> {
    const PARTS: &[&str] = &[
        "a", "Z9", " ", "#", " #", "\t", "\\n", "\\t", "\\$", "\\\\", "$", "$A", "${A}", "$(id)",
        "=", ":", "é", "{", "\u{a0}", "'", "\"", "`",
    ];
    let config = Config {
        rng_seed: RngSeed::Random,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let text = prop::collection::vec(select(PARTS), 1..7).prop_map(|parts| parts.concat());
    let line = (
        text,
        select(&["", "'", "\"", "`"][..]),
        select(&["", " # c"][..]),
    );
    let mut draw = || line.new_tree(&mut runner).unwrap().current();
    let lines = (0..count).map(|number| {
        let (mut text, quote, end) = draw();
        if quote.is_empty() {
            // A mark at the beginning would need a closing one.
            text = text
                .trim_start_matches(['\'', '"', '`', ' ', '\t', '\u{a0}'])
                .to_owned();
        } else {
            text = text.replace(quote, "") + "x";
        }
        format!("K{number:04}={quote}{text}{quote}{end}")
    });
    lines.collect()
}

type Texts = BTreeMap<String, Vec<u8>>;

/// The values that an import creates, and its warnings.
fn imported(lines: &str, more: &[&str]) -> (Texts, String) {
    let sandbox = Sandbox::with_vault();
    let line = ["import", "--format", "dotenv", "--json"];
    let done = sandbox.kluis(line.iter().chain(more)).stdin(lines).run();
    let warnings = done.stderr.clone();
    assert_eq!(done.code, 0, "{warnings}");
    done.any_stdout().any_stderr().ends();
    let run = sandbox.kluis(["run", "--all", "--", "env", "-0"]).run();
    let values = programs::variables(&run.stdout);
    run.any_stdout().exits(0);
    let own = values
        .into_iter()
        .filter(|(name, _)| name.starts_with('K') && name.len() == 5);
    (own.collect(), warnings)
}

/// The values of a real reader, without the empty ones, which an import skips.
fn read_by(program: &Program, arguments: &[&str], file: &str) -> Texts {
    let output = program
        .command()
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut values = programs::base64(&output.stdout);
    values.retain(|_, value| !value.is_empty());
    values
}

#[test]
fn every_difference_to_npms_dotenv_is_warned_of() {
    let Some(node) = Program::node() else {
        return;
    };
    let text = hostile_lines(2_000).join("\n") + "\n";
    let sandbox = Sandbox::with_vault();
    let file = sandbox.given("lines", &text);
    let of_node = read_by(&node, &["-e", NODE_DOTENV], file.to_str().unwrap());
    assert!(of_node.len() > 1_500, "{}", of_node.len());
    let (dialect, told) = imported(&text, &["--dialect", "node"]);
    assert_eq!(told, "", "a dialect is silent");
    for (name, value) in &of_node {
        let line = text.lines().find(|line| line.starts_with(name.as_str()));
        assert_eq!(dialect.get(name), Some(value), "{line:?}");
    }
    assert_eq!(dialect.len(), of_node.len());
    let (values, told) = imported(&text, &[]);
    let warnings: serde_json::Value = serde_json::from_str(&told).unwrap();
    let warnings = warnings["warnings"].as_array().unwrap().iter();
    let of_npm = warnings.filter(|told| told.as_str().unwrap().contains("npm's dotenv"));
    let of_npm: Vec<_> = of_npm.map(ToString::to_string).collect();
    for line in text.lines() {
        let name = &line[..5];
        let is_warned = of_npm
            .iter()
            .any(|told| told.contains(&format!("{name} (")));
        let differs = values.get(name) != of_node.get(name);
        assert_eq!(differs, is_warned, "{line:?}");
    }
}
