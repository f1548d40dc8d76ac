//! Tests that .github/SECURITY.md and `kluis help security` make the same promises, that each promise names
//! existing tests, and that README.md claims nothing beyond them.

use crate::layers::{TESTS, sources};
use crate::snapshots::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

struct Promise {
    /// The attacker, or the event.
    against: String,
    text: String,
    tests: Vec<String>,
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Only the words: each page breaks its lines differently.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A section of .github/SECURITY.md, without its heading.
fn section(heading: &str) -> String {
    let policy = read(".github/SECURITY.md");
    let (_, rest) = policy.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

fn promises() -> Vec<Promise> {
    let section = section("What is promised");
    let promises = section.split("\n**Against ").skip(1).map(|promise| {
        let (text, tests) = promise.split_once("\n\n").unwrap();
        let text = words(text);
        let (against, text) = text.split_once(":** ").unwrap();
        let tests = tests.lines().filter(|line| !line.is_empty()).map(|line| {
            let test = line
                .strip_prefix("- `")
                .and_then(|line| line.strip_suffix('`'));
            test.unwrap_or_else(|| panic!("{line}")).to_owned()
        });
        Promise {
            against: against.to_owned(),
            text: text.strip_suffix('.').unwrap().to_owned(),
            tests: tests.collect(),
        }
    });
    promises.collect()
}

/// The limits: a sentence on the attacker and another on the reason.
fn limits() -> Vec<(String, String)> {
    let section = section("What is not promised");
    let limits = section.split("\n- ").skip(1).map(words);
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
fn each_promise_names_tests_that_exist() {
    let promises = promises();
    assert!(promises.len() > 5);
    for Promise { against, tests, .. } in promises {
        assert!(!tests.is_empty(), "{against}");
        for test in tests {
            assert!(is_a_test(&test), "{against}: {test}");
        }
    }
}

#[test]
fn the_help_topic_matches_the_policy() {
    let text = words(&crate::topics::text("security"));
    let (promised, rest) = text.split_once(" Not protected against: ").unwrap();
    let promises = promises().into_iter();
    let promises = promises.map(|promise| format!(" {} {}", promise.against, promise.text));
    assert_eq!(
        promised,
        format!("Protected against:{}", promises.collect::<String>())
    );
    let limits = limits().into_iter();
    let limits = limits.map(|(whom, why)| format!("{whom} {why} "));
    let visible = words(&section("What the file shows without a key"));
    let expected = format!("{}{visible} How each promise", limits.collect::<String>());
    assert!(rest.starts_with(&expected), "{rest}\n{expected}");
}

#[test]
fn each_claim_of_the_readme_is_a_promise() {
    let readme = read("README.md");
    let (_, table) = readme
        .split_once("| against | in short |\n|---|---|\n")
        .unwrap();
    let rows = table
        .lines()
        .map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let claims: Vec<&str> = rows.map(|row| row.split_once(" | ").unwrap().0).collect();
    assert_eq!(claims.len(), 10);
    let promises = promises().into_iter();
    let mut unclaimed: BTreeSet<String> = promises.map(|promise| promise.against).collect();
    for claim in claims {
        assert!(unclaimed.remove(claim), "{claim}");
    }
}

#[test]
fn each_time_in_the_readme_was_measured() {
    let results = read("benches/RESULTS.md");
    let readme = words(&read("README.md"));
    let terms: Vec<&str> = readme.split(' ').collect();
    let times = terms
        .windows(2)
        .filter(|pair| pair[1].trim_end_matches(['.', ',']) == "ms");
    let times: Vec<String> = times.map(|pair| format!(" {} ms", pair[0])).collect();
    assert!(!times.is_empty());
    for time in times {
        assert!(results.contains(&time), "{time}");
    }
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

/// A variable that no text explains is an old one, or one that nobody can find.
#[test]
fn every_variable_in_a_text_is_known() {
    let list = root().join("man/kluis.1");
    let known = fs::read_to_string(list).unwrap().replace('\\', "");
    // Variables of recipes, and those that a child of `rotate --exec` gets.
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
