//! Tests sizes: input over a limit is refused by name and at once, and vaults larger than any real one still
//! work.

use crate::sandbox::Sandbox;
use std::time::Instant;

const SECRETS: usize = 100_000;

#[test]
fn the_longest_value_is_kept_and_a_longer_one_refused() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for (bytes, code) in [(65_536, 0), (65_537, 7), (10 << 20, 7), (0, 7)] {
        let value = sandbox.given("value", vec![0; bytes]);
        let set = ["set", "name", "--value-file", value.to_str().unwrap()];
        sandbox
            .kluis(set)
            .run()
            .any_stdout()
            .any_stderr()
            .exits(code);
        if code == 0 {
            assert_eq!(sandbox.get("name"), vec![0; bytes]);
            sandbox.kluis(["delete", "name", "--yes"]).run().exits(0);
        }
    }
    assert_ne!(sandbox.bytes(), before);
    sandbox.kluis(["list"]).run().any_stderr().exits(0);
}

#[test]
fn a_name_of_any_length_is_refused_without_being_repeated() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    // As long as an argument may be, and longer.
    let name = "n".repeat(120_000);
    for line in [
        &["get", &name[..]][..],
        &["create", &name, "--generate", "8"],
    ] {
        let refused = sandbox.kluis(line).run();
        assert!(refused.stderr.len() < 1000, "{}", refused.stderr.len());
        refused.any_stderr().exits(7);
    }
    let input = format!(r#"{{"name":"{}","value":"v"}}"#, "n".repeat(1 << 20));
    let refused = sandbox.kluis(["create", "--input", "-"]).stdin(input).run();
    assert!(refused.stderr.len() < 1000, "{}", refused.stderr.len());
    refused.any_stderr().exits(7);
    assert!(sandbox.bytes() == before);
}

#[test]
#[ignore = "takes minutes without optimisation: tests/PROGRAMME.md"]
fn a_hundred_thousand_secrets_can_be_read_listed_and_written() {
    let sandbox = Sandbox::with_vault();
    let pairs = (0..SECRETS).map(|number| format!("\"NAME_{number:06}\":\"value-{number}\""));
    let document = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
    let file = sandbox.given("all", document);
    let file = file.to_str().unwrap();
    let takes = |what: &str, line: &[&str], code: i32| {
        let started = Instant::now();
        let ran = sandbox.kluis(line).run();
        eprintln!("{what}: {:.2} s", started.elapsed().as_secs_f64());
        let (stdout, said) = (ran.stdout.clone(), ran.stderr.clone());
        ran.any_stdout().any_stderr().exits(code);
        (stdout, said)
    };
    takes("import", &["import", file, "--format", "json"], 0);
    let (value, _) = takes("get", &["get", "NAME_077777"], 0);
    assert_eq!(value, b"value-77777");
    let (listed, _) = takes("list -q", &["list", "-q"], 0);
    assert_eq!(listed.split(|byte| *byte == b'\n').count(), SECRETS + 1);
    takes("set", &["set", "NAME_077777", "--generate", "8"], 0);
    assert_eq!(
        sandbox.get("NAME_077777"),
        value,
        "an existing value is kept"
    );
    takes("create", &["create", "other", "--generate", "8"], 0);
    assert_eq!(sandbox.get("other").len(), 8);
    let print = ["run", "-e", "A=NAME_000007", "--", "printenv", "A"];
    let (printed, _) = takes("run", &print, 0);
    assert_eq!(printed, b"value-7\n");
    // More than the system passes to a program: an error, and nothing is started.
    let (_, said) = takes("run --all", &["run", "--all", "--", "true"], 125);
    assert!(said.contains("more than the system passes"), "{said}");
    takes("verify", &["vault", "verify"], 0);
}
