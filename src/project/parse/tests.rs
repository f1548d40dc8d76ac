//! Tests the content of a project file, and the reports of its mistakes.

use super::entry::{
    ABSENCE, AS, ENTRY, FILENAME, LITERAL, MEMBERS as ENTRY_MEMBERS, REFERENCE, SOURCE,
};
use super::*;
use crate::project::{Absence, Delivery, Encoding, Entry, Source};
use crate::vault::file_name::FileName;
use proptest::prelude::*;

fn read(text: &str) -> Result<Project, Mistake> {
    parse(text, Path::new("/project"), Some(Path::new("/home/ada")))
}

fn members_of(place: &str, known: &[&str]) -> String {
    format!("the members of {place} are {}", known.join(", "))
}

fn entry(text: &str) -> Entry {
    let mut project = read(&format!("[env]\nKEY = {text}")).unwrap();
    project.env.remove(0).entry.unwrap()
}

#[test]
fn the_example_in_the_manual_parses_as_documented() {
    let text = r#"
        vault = "secrets.kluis"          # relative to this file
        workspace = "staging"
        app = "billing"
        pin = "klv_x"
        [env]
        DATABASE_URL = "database_url"
        STRIPE_KEY   = "payments/stripe_key"
        TLS_KEY      = { secret = "tls-key", as = "file" }
        OPTIONAL     = { secret = "flag", optional = true }
        A_SLOT       = "kluis://payments/key?slot=7"
    "#;
    let project = read(text).unwrap();
    let entries = project.env(None);
    let shown: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {} {}", entry.line, entry.key, entry.source))
        .collect();
    assert_eq!(
        shown,
        [
            "7 DATABASE_URL database_url",
            "8 STRIPE_KEY payments/stripe_key",
            "9 TLS_KEY tls-key",
            "10 OPTIONAL flag",
            "11 A_SLOT kluis://payments/key?slot=7",
        ]
    );
    let file = Delivery::File { name: None };
    let files = entries.iter().map(|entry| entry.delivery == file);
    assert_eq!(
        files.collect::<Vec<_>>(),
        [false, false, true, false, false]
    );
    let optional = entries
        .iter()
        .map(|entry| entry.absence == Absence::LeftOut);
    assert_eq!(
        optional.collect::<Vec<_>>(),
        [false, false, false, true, false]
    );
    assert_eq!(project.vault.unwrap(), Path::new("/project/secrets.kluis"));
    assert_eq!(project.workspace.unwrap().as_str(), "staging");
    assert_eq!(project.app.unwrap().to_string(), "billing");
    assert_eq!(project.pin.unwrap(), "klv_x");
}

#[test]
fn a_variable_has_one_source_and_options() {
    let literal = entry("{ value = '', keep_existing = true, description = 'how much' }");
    assert_eq!(literal.source, Source::Literal(String::new()));
    assert!(literal.keep_existing);
    assert_eq!(literal.description.as_deref(), Some("how much"));
    for (member, encoding) in [("text", Encoding::AsItIs), ("url", Encoding::Url)] {
        let composed = entry(&format!(
            "{{ {member} = 'a{{{{{{w/b}}}}}}', default = 'x' }}"
        ));
        let Source::Composed(composition) = &composed.source else {
            panic!("{composed:?}");
        };
        assert_eq!(composition.encoding, encoding);
        assert_eq!(composition.to_string(), "a{{{w/b}}}");
        assert_eq!(composed.references()[0].to_string(), "w/b");
        assert_eq!(composed.absence, Absence::Replaced("x".into()));
    }
    let file = entry("{ secret = 'a', as = 'file', filename = 'tls.pem' }");
    let name = Some(FileName::parse("tls.pem").unwrap());
    assert_eq!(file.delivery, Delivery::File { name });
    assert_eq!(
        entry("{ secret = 'a', as = 'env' }").delivery,
        Delivery::Value
    );
}

#[test]
fn variables_of_a_workspace_are_laid_over_the_others() {
    let project = read(
        "[env]\nA = 'a'\nB = { value = 'b' }\nC = 'c'\n[workspaces.staging.env]\nD = 'd'\nB = false\nA = { value = 'x' }\n[workspaces.empty]",
    );
    let project = project.unwrap();
    let shown = |name: Option<&str>| {
        let name = name.map(|name| WorkspaceName::parse(name).unwrap());
        let env = project.env(name.as_ref()).into_iter();
        let shown = env.map(|entry| format!("{}={}", entry.key, entry.source));
        shown.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(None), "A=a B=\"b\" C=c");
    assert_eq!(shown(Some("default")), shown(None));
    assert_eq!(shown(Some("other")), shown(None));
    assert_eq!(shown(Some("staging")), "A=\"x\" C=c D=d");
    let default = read("[env]\nA = 'a'\n[workspaces.default.env]\nA = 'b'").unwrap();
    assert_eq!(default.env(None)[0].source.to_string(), "b");
}

#[test]
fn the_options_of_run_are_off_unless_they_are_true() {
    let run = read("[run]\nmask = true\nonly = false").unwrap().run;
    assert_eq!(
        (run.only, run.mask, run.keep_existing),
        (false, true, false)
    );
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# nothing\n", "[env]"] {
        assert_eq!(read(text), Ok(Project::default()));
    }
}

#[test]
fn a_variable_may_have_a_table_of_its_own() {
    let text = "[env.KEY]\nsecret = 'a'\noptional = true\nas = 'file'";
    let project = read(text).unwrap();
    let entry_of_table = project.env(None)[0].clone();
    assert_eq!(entry_of_table.delivery, Delivery::File { name: None });
    assert_eq!(entry_of_table.absence, Absence::LeftOut);
    assert_eq!(
        entry("{ secret = 'a', optional = false }").absence,
        Absence::Refused
    );
}

#[test]
fn a_vault_is_relative_to_the_file_or_to_home() {
    for (text, path) in [
        ("a/b", "/project/a/b"),
        ("../b", "/project/../b"),
        ("/b", "/b"),
        ("~/b", "/home/ada/b"),
        ("~bob/b", "/project/~bob/b"),
    ] {
        let project = read(&format!("vault = '{text}'")).unwrap();
        assert_eq!(project.vault.unwrap(), Path::new(path));
    }
    let homeless = parse("vault = '~/b'", Path::new("/project"), None);
    assert_eq!(homeless.unwrap_err().rule, VAULT);
}

/// A text, the line, column and rule of its mistake.
type Case<'a> = (&'a str, usize, usize, &'a str);

fn assert_mistaken(cases: &[Case<'_>]) {
    for &(text, line, column, rule) in cases {
        let mistake = read(text).unwrap_err();
        let found = (mistake.line, mistake.column, &*mistake.rule);
        assert_eq!(found, (line, column, rule), "{text}");
        assert!(!mistake.to_string().contains("hunter2"), "{text}");
    }
}

#[test]
fn a_mistake_is_reported_by_place_and_rule_and_never_quoted() {
    let of_file = &*members_of("a project file", &MEMBERS);
    assert_mistaken(&[
        ("vault = 'a'\n  hunter2 = 'x'", 2, 3, of_file),
        ("[hunter2]\na = 'b'", 1, 2, of_file),
        ("vault = ''", 1, 9, VAULT),
        ("vault = 's3://hunter2'", 1, 9, VAULT),
        ("vault = \"hunter2\\u0000\"", 1, 9, VAULT),
        ("vault = \"a\\ntouch b\\n#.kluis\"", 1, 9, VAULT),
        ("vault = \"a\\u007f\"", 1, 9, VAULT),
        ("vault = 7", 1, 9, TEXT),
        ("# é\n'é' = 1", 2, 1, of_file),
        ("workspace = 'hunter2 x'", 1, 13, WORKSPACE),
        ("app = '/hunter2'", 1, 7, APP),
        ("pin = ['hunter2']", 1, 7, TEXT),
        ("env = 'hunter2'", 1, 7, ENV),
        ("run = true", 1, 7, RUN),
        ("[run]\nmask = 'hunter2'", 2, 8, BOOLEAN),
        (
            "[run]\nmasc = true",
            2,
            1,
            "unknown member \"masc\"; did you mean mask?",
        ),
        ("workspaces = 1", 1, 14, WORKSPACES),
        ("[workspaces]\nhunter2 = 1", 2, 11, WORKSPACES),
        (
            "[workspaces.a]\nhunter2 = 1",
            2,
            1,
            "the members of a workspace are env",
        ),
        ("[workspaces.a]\nenv = 'hunter2'", 2, 7, WORKSPACES),
        ("vault = 'hunter2' x", 1, 19, "this is not valid TOML"),
        ("vault = hunter2", 1, 9, "this is not valid TOML"),
        (
            "vault = 'a'\nvault = 'hunter2'",
            2,
            1,
            "this is given twice",
        ),
    ]);
}

#[test]
fn a_mistake_in_a_variable_is_reported_in_the_same_way() {
    let of_variable = &*members_of("a variable", &ENTRY_MEMBERS);
    assert_mistaken(&[
        ("[[env]]\nA = 'hunter2'", 1, 1, ENV),
        ("[env]\nhunter2-x = 'a'", 2, 1, KEY),
        ("[env]\nA = 'postgres://u:hunter2@h/d'", 2, 5, REFERENCE),
        ("[env]\nA = 'a'\nB = 12345", 3, 5, ENTRY),
        ("[env]\nA = ['hunter2']", 2, 5, ENTRY),
        ("[env]\nA = true", 2, 5, ENTRY),
        ("[env]\nA = {}", 2, 1, SOURCE),
        ("[env]\nA = { optional = true }", 2, 1, SOURCE),
        (
            "[env]\nA = { secret = 'a', value = 'hunter2' }",
            2,
            21,
            SOURCE,
        ),
        ("[env]\nA = { value = 7 }", 2, 15, TEXT),
        (
            "[env]\nA = { secret = 'a', hunter2 = 1 }",
            2,
            21,
            of_variable,
        ),
        (
            "[env]\nA = { secret = 'a', optionl = true }",
            2,
            21,
            "unknown member \"optionl\"; did you mean optional?",
        ),
        (
            "[env]\nA = { url = 'h://hunter2{' }",
            2,
            13,
            crate::project::composition::OPEN,
        ),
        (
            "[env]\nA = { text = '{hunter 2}' }",
            2,
            14,
            crate::project::composition::REFERENCE,
        ),
    ]);
}

#[test]
fn a_mistake_in_an_option_is_reported_in_the_same_way() {
    assert_mistaken(&[
        (
            "[env]\nA = { value = 'hunter2', optional = true }",
            2,
            1,
            LITERAL,
        ),
        (
            "[env]\nA = { value = 'hunter2', default = '' }",
            2,
            1,
            LITERAL,
        ),
        (
            "[env]\nA = { secret = 'a', default = '', optional = true }",
            2,
            1,
            ABSENCE,
        ),
        ("[env]\nA = { secret = 'a', default = 1 }", 2, 31, TEXT),
        (
            "[env]\nA = { secret = 'a', filename = 'hunter2' }",
            2,
            1,
            FILENAME,
        ),
        (
            "[env]\nA = { secret = 'a', as = 'file', filename = 'hunter2/x' }",
            2,
            45,
            "a file name cannot be a path, be . or .., or have control characters",
        ),
        (
            "[env]\nA = { secret = 'a', as = 'file', filename = '..' }",
            2,
            45,
            "a file name cannot be a path, be . or .., or have control characters",
        ),
        (
            "[env]\nA = { secret = 'a', as = 'file', filename = '' }",
            2,
            45,
            "a file name cannot be empty",
        ),
        (
            "[env]\nA = { secret = 'a', keep_existing = 1 }",
            2,
            37,
            BOOLEAN,
        ),
        ("[workspaces.'hunter2 x'.env]", 1, 13, WORKSPACE),
        ("[workspaces.a.env]\nA = ['hunter2']", 2, 5, ENTRY),
        ("[env]\nA = { secret = 'hunter 2' }", 2, 16, REFERENCE),
        ("[env]\nA = { secret = 'a', as = 'hunter2' }", 2, 26, AS),
        ("[env]\nA = { secret = 'a', as = true }", 2, 26, AS),
        (
            "[env]\nA = { secret = 'a', optional = 'hunter2' }",
            2,
            32,
            BOOLEAN,
        ),
        ("[env]\nA = 'a'\nA = 'hunter2'", 3, 1, "this is given twice"),
        ("[env]\n[env]", 2, 2, "this is given twice"),
    ]);
}

#[test]
fn nesting_without_end_is_a_mistake_and_no_crash() {
    let text = format!("env = {}", "[".repeat(60_000));
    assert!(read(&text).is_err());
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-z_= \n\\[\\]{}'\"#.,0-9\u{0}é]{0,80}") {
        let _ = read(&text);
    }
}
