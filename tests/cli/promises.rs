//! Tests that README.md, `kluis help security` and .github/SECURITY.md make the same promises, and that each
//! promise names tests that exist.

use crate::layers::{TESTS, sources};
use crate::snapshots::root;
use std::fs;
use std::path::PathBuf;

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Words alone: how a text is broken into lines is for its page to say.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Against whom, and what protects: the rows of the table in README.md.
fn promises() -> Vec<(String, String)> {
    let readme = read("README.md");
    let (_, table) = readme
        .split_once("| against | what protects |\n|---|---|\n")
        .unwrap();
    let rows = table
        .lines()
        .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    rows.map(|row| row.split_once(" | ").unwrap())
        .map(|(against, what)| (against.to_owned(), what.to_owned()))
        .collect()
}

/// What README.md says that nothing protects against, a sentence for whom and another for why.
fn limits() -> Vec<(String, String)> {
    let readme = read("README.md");
    let (_, list) = readme
        .split_once("does not protect against:**\n\n")
        .unwrap();
    let list = list.split("\n\n").next().unwrap();
    let limits = list.split("- ").skip(1).map(words);
    limits
        .map(|limit| {
            let (whom, why) = limit.split_once(". ").unwrap();
            (whom.to_owned(), why.to_owned())
        })
        .collect()
}

/// Whether this is the name of a test, as `cargo test` prints it.
pub fn is_a_test(name: &str) -> bool {
    let (module, test) = name.rsplit_once("::").unwrap();
    let sources = sources();
    let source = |module: &str| {
        let file = PathBuf::from(module.replace("::", "/"));
        let ours = root().join("tests/cli").join(&file).with_extension("rs");
        let text = fs::read_to_string(ours).ok();
        let text = text.or_else(|| sources.get(&file.with_extension("rs")).cloned());
        text.or_else(|| sources.get(&file.join("mod.rs")).cloned())
    };
    // Mostly the tests are a module at the end of a file.
    let within = || {
        let text = source(module.strip_suffix("::tests")?)?;
        Some(text.split_once(TESTS)?.1.to_owned())
    };
    let file = || Some(source(module)?.split(TESTS).next()?.to_owned());
    file().or_else(within).is_some_and(|text| {
        let mut items = text.split("#[test]\n").skip(1);
        items.any(|item| {
            let mut lines = item.lines().map(str::trim_start);
            let first = lines.find(|line| line.starts_with("fn "));
            first.is_some_and(|line| line.starts_with(&format!("fn {test}()")))
        })
    })
}

#[test]
fn the_help_topic_matches_the_readme() {
    let text = words(&crate::topics::text("security"));
    let (promised, not) = text.split_once(" Not protected against: ").unwrap();
    let joined = |pairs: Vec<(String, String)>| {
        let texts = pairs.into_iter().map(|(what, why)| format!("{what} {why}"));
        texts.collect::<Vec<_>>().join(" ")
    };
    let expected = format!("Protected against: {}", joined(promises()));
    assert_eq!(promised, expected);
    let expected = format!("{} ", joined(limits()));
    assert!(not.starts_with(&expected), "{not}\n{expected}");
    let readme = words(&read("README.md")).replace("**", "");
    let visible = not[expected.len()..]
        .split(" How each promise")
        .next()
        .unwrap();
    assert!(visible.starts_with("Without a key, the file shows that it is a Kluis vault;"));
    assert!(readme.contains(visible), "{visible}");
}

#[test]
fn the_policy_matches_the_readme_and_names_tests() {
    let policy = read(".github/SECURITY.md");
    let (promised, not) = policy.split_once("\n## What is not promised\n\n").unwrap();
    let mut told = promised.split("\n**Against ").skip(1);
    let promises = promises();
    assert!(promises.len() > 5);
    for (against, what) in promises {
        let promise = told.next().unwrap();
        let (text, tests) = promise.split_once("\n\n").unwrap();
        assert_eq!(words(text), format!("{against}:** {what}."));
        let mut tests = tests.lines().filter(|line| !line.is_empty()).peekable();
        assert!(tests.peek().is_some(), "{against}");
        for line in tests {
            let test = line
                .strip_prefix("- `")
                .and_then(|line| line.strip_suffix('`'));
            assert!(test.is_some_and(is_a_test), "{line}");
        }
    }
    assert_eq!(told.next(), None);
    let expected = limits()
        .into_iter()
        .map(|(whom, why)| format!("- {whom}. {why}"));
    assert_eq!(words(not), expected.collect::<Vec<_>>().join(" "));
}

#[test]
fn a_test_is_recognised_as_one() {
    for test in [
        "promises::a_test_is_recognised_as_one",
        "sealed::sign::tests::rfc_8032",
        "vault::tests::tampering::every_bit_of_a_small_vault_counts",
    ] {
        assert!(is_a_test(test), "{test}");
    }
    for none in [
        "promises::words",
        "promises::no_such_test",
        "no_such_file::words",
        "sealed::sign::rfc_8032",
        "sealed::sign::tests::verify",
    ] {
        assert!(!is_a_test(none), "{none}");
    }
}

/// A variable that no text explains is one that is gone, or one that nobody can find.
#[test]
fn every_variable_in_a_text_is_known() {
    let list = root().join("man/kluis.1");
    let known = fs::read_to_string(list).unwrap().replace('\\', "");
    // In recipes, of their own; and what a child of `rotate --exec` gets.
    let others = [
        "KLUIS_COMMIT",
        "KLUIS_VERSION",
        "KLUIS_SHA256",
        "KLUIS_NEW_VALUE",
        "KLUIS_OLD_VALUE",
        "KLUIS_NEW_FILE",
        "KLUIS_OLD_FILE",
    ];
    let mut texts = vec![read("README.md"), read(".github/SECURITY.md")];
    for page in fs::read_dir(root().join("man")).unwrap() {
        texts.push(
            fs::read_to_string(page.unwrap().path())
                .unwrap()
                .replace('\\', ""),
        );
    }
    for source in fs::read_dir(root().join("src/help")).unwrap() {
        texts.push(fs::read_to_string(source.unwrap().path()).unwrap());
    }
    for text in texts {
        for word in text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
        {
            let is_variable = word.starts_with("KLUIS_") && word.len() > 6;
            assert!(
                !is_variable || known.contains(word) || others.contains(&word),
                "{word}"
            );
        }
    }
}
