//! Tests secrets that are bound to domains: the list, and every way out that it closes.

use crate::sandbox::{Outcome, Sandbox};
use serde_json::{Value, json};

const DENIED: &str = "\
kluis: error: default/key may only go to *.example.com, api.example.org
kluis: hint: say where the value goes with --for URL, or skip this check with --reveal; `kluis update default/key --allow-domain HOST` replaces the list
";

/// The secret `key`, bound to `*.example.com` and `api.example.org`.
fn bound() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let create = [
        "create",
        "key",
        "--allow-domain",
        "api.example.org",
        "--allow-domain",
        "*.example.com",
    ];
    sandbox.prints(create, &value);
    (sandbox, value)
}

fn allow(sandbox: &Sandbox, domains: &[&str]) -> Outcome {
    let options = domains.iter().flat_map(|domain| ["--allow-domain", domain]);
    let line = ["update", "key"].into_iter().chain(options);
    sandbox.kluis(line).run()
}

fn domains(sandbox: &Sandbox) -> Value {
    sandbox.show("key")["allowed_domains"].clone()
}

/// Prints V, the variable that most of these tests give.
const PRINT: [&str; 4] = ["--", "sh", "-c", "printf %s \"$V\""];

fn run(sandbox: &Sandbox, options: &[&str]) -> Outcome {
    let line = ["run"].iter().chain(options).chain(&PRINT);
    sandbox.kluis(line).run()
}

/// Checks that it failed before the command started, in both forms.
fn not_started(sandbox: &Sandbox, options: &[&str], said: &str) {
    run(sandbox, options).stderr_has(said).exits(125);
    let json = run(sandbox, &[options, &["--json"]].concat());
    let object = json.json_error();
    assert_eq!(object["code"], "denied", "{options:?}");
    assert!(object["error"].as_str().unwrap().contains(said), "{object}");
    json.any_stderr().exits(125);
}

#[test]
fn the_list_is_kept_in_one_spelling_and_shown() {
    let (sandbox, _) = bound();
    assert_eq!(
        domains(&sandbox),
        json!(["*.example.com", "api.example.org"])
    );
    allow(
        &sandbox,
        &[
            "API.Example.ORG.",
            "*.Bücher.Example",
            "api.example.org",
            "192.0.2.1",
            "*.xn--bcher-kva.example",
            "localhost",
        ],
    )
    .exits(0);
    let list = [
        "*.xn--bcher-kva.example",
        "192.0.2.1",
        "api.example.org",
        "localhost",
    ];
    assert_eq!(domains(&sandbox), json!(list));
    let listed = sandbox.kluis(["list", "--json"]).run();
    assert_eq!(listed.json()["secrets"][0]["allowed_domains"], json!(list));
    listed.any_stdout().exits(0);
    let shown = sandbox.prints(["show", "key"], "");
    let line = format!("\nallowed domains  {}\n", list.join(", "));
    assert!(shown.contains(&line), "{shown}");
}

#[test]
fn the_list_can_be_replaced_or_lifted_and_an_equal_one_is_none() {
    let (sandbox, value) = bound();
    let bytes = sandbox.bytes();
    allow(
        &sandbox,
        &["*.EXAMPLE.com", "api.example.org.", "*.example.com"],
    )
    .stderr("kluis: note: unchanged\n")
    .exits(0);
    sandbox
        .kluis(["update", "key", "--description", ""])
        .run()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    allow(&sandbox, &["*.newdomain.example.com"]).exits(0);
    assert_eq!(domains(&sandbox), json!(["*.newdomain.example.com"]));
    let set = ["set", "key", "--allow-domain", "db"];
    sandbox.prints(set, &value);
    assert_eq!(domains(&sandbox), json!(["db"]));
    // A value alone leaves the list unchanged.
    sandbox.prints(["set", "key"], sandbox.secret("other"));
    sandbox.prints(["rotate", "key"], &value);
    assert_eq!(domains(&sandbox), json!(["db"]));
    let lift = ["update", "key", "--no-allow-domain"];
    sandbox.kluis(lift).run().exits(0);
    assert_eq!(domains(&sandbox), json!([]));
    assert_eq!(sandbox.get("key"), value.as_bytes());
    let shown = sandbox.prints(["show", "key"], "");
    assert!(!shown.contains("allowed domains"), "{shown}");
    let lifted = sandbox.kluis(lift).run();
    lifted.stderr("kluis: note: unchanged\n").exits(0);
    let both = [&lift[..], &["--allow-domain", "db"]].concat();
    sandbox.kluis(both).run().any_stderr().exits(2);
}

#[test]
fn an_invalid_domain_is_refused_and_the_list_stays() {
    let (sandbox, _) = bound();
    let bytes = sandbox.bytes();
    for (domain, said) in [
        ("https://api.example.org", "cannot have a scheme"),
        ("api.example.org/v1", "cannot have a path"),
        ("api.example.org:443", "cannot have a port"),
        ("api example.org", "cannot contain spaces"),
        ("", "cannot be empty"),
        ("*", "every host"),
        ("api.*.org", "only at the beginning"),
        ("*example.org", "only at the beginning"),
        ("*.com", "public suffix"),
        ("*.co.uk", "public suffix"),
        ("*.github.io", "public suffix"),
        ("co.uk", "public suffix"),
        ("a_b.example.org", "between its dots"),
    ] {
        for verb in ["update", "set"] {
            let line = [verb, "key", "--allow-domain", "good", "--allow-domain"];
            let line = line.iter().chain([&domain, &"--json"]);
            let refused = sandbox.kluis(line).stdin("value").run();
            let object = refused.json_error();
            assert_eq!(object["code"], "invalid", "{domain}");
            let detail = &object["detail"];
            assert_eq!(detail.as_array().unwrap().len(), 1, "{domain}");
            assert_eq!(detail[0]["loc"], json!(["allowed_domains"]), "{domain}");
            let message = detail[0]["msg"].as_str().unwrap();
            assert!(message.contains(said), "{domain}: {message}");
            refused.any_stderr().exits(7);
        }
    }
    let create = ["create", "new", "--generate", "8"];
    let create = create.iter().chain(&["--allow-domain", "*.com"]);
    let create = create.chain(&["--allow-domain", "*", "--json"]);
    let refused = sandbox.kluis(create).run();
    assert_eq!(refused.json_error()["detail"].as_array().unwrap().len(), 2);
    refused.any_stderr().exits(7);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn get_prints_a_bound_value_only_with_a_destination() {
    let (sandbox, value) = bound();
    sandbox.kluis(["get", "key"]).run().stderr(DENIED).exits(8);
    let json = sandbox.kluis(["get", "key", "--json"]).run();
    assert_eq!(json.json_error()["code"], "denied");
    json.any_stderr().exits(8);
    for other in [&["--slot", "0"][..], &["--latest"], &["--at", "0"]] {
        let get = sandbox.kluis(["get", "key"].iter().chain(other)).run();
        get.stderr(DENIED).exits(8);
    }
    for host in [
        "a.example.com",
        "a.b.example.com",
        "A.Example.COM.",
        "https://a.example.com:8443/v1?q=1#f",
        "api.example.org:443",
        "HTTPS://API.example.ORG./",
        "https://user@api.example.org/",
    ] {
        let get = sandbox.kluis(["get", "key", "--for", host]).run();
        get.stdout(&value).exits(0);
    }
    let json = sandbox.kluis(["get", "key", "--reveal", "--json"]).run();
    assert_eq!(json.json()["value"], value);
    json.any_stdout().exits(0);
    let get = ["get", "key", "--reveal"];
    sandbox.kluis(get).run().stdout(&value).exits(0);
    let both = ["get", "key", "--reveal", "--for", "api.example.org"];
    sandbox.kluis(both).run().any_stderr().exits(2);
}

#[test]
fn another_host_is_refused_by_name() {
    let (sandbox, _) = bound();
    for (host, named) in [
        ("example.com", "example.com"),
        ("evilexample.com", "evilexample.com"),
        ("a.example.com.evil.example", "a.example.com.evil.example"),
        ("https://a.example.com@evil.example/", "evil.example"),
        ("example.org", "example.org"),
        ("www.api.example.org", "www.api.example.org"),
        (
            "https://EVIL.example.net:443/api.example.org",
            "evil.example.net",
        ),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        let get = sandbox.kluis(["get", "key", "--for", host]).run();
        let message = DENIED.replacen('\n', &format!(", not to {named}\n"), 1);
        get.stderr(&message).exits(8);
    }
    for host in ["", "a b", "https://", "a..b", "http://[::1]/", "host:port"] {
        let get = ["get", "key", "--for", host, "--json"];
        let get = sandbox.kluis(get).run();
        assert_eq!(get.json_error()["detail"][0]["loc"][0], "for", "{host}");
        get.any_stderr().exits(7);
    }
}

#[test]
fn a_name_in_any_script_is_compared_as_punycode() {
    let (sandbox, value) = bound();
    allow(&sandbox, &["*.bücher.example.net"]).exits(0);
    for host in [
        "a.xn--bcher-kva.example.net",
        "https://a.BÜCHER.example.net/",
    ] {
        let get = sandbox.kluis(["get", "key", "--for", host]).run();
        get.stdout(&value).exits(0);
    }
    let other = ["get", "key", "--for", "a.bucher.example.net"];
    sandbox.kluis(other).run().any_stderr().exits(8);
}

#[test]
fn a_secret_without_a_list_goes_anywhere() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("key", &value);
    for options in [&[][..], &["--for", "evil.example"], &["--reveal"]] {
        let get = sandbox.kluis(["get", "key"].iter().chain(options)).run();
        get.stdout(&value).exits(0);
    }
    let options = ["-e", "V=key", "--for", "evil.example"];
    run(&sandbox, &options).stdout(&value).exits(0);
}

#[test]
fn run_starts_nothing_unless_every_secret_may_go_there() {
    let (sandbox, value) = bound();
    let free = sandbox.secret("free");
    sandbox.create("free", &free);
    let link = |line: &[&str]| sandbox.prints(["app"].iter().chain(line), "");
    link(&["create", "web"]);
    link(&["link", "web", "V=key"]);
    let list = "default/key may only go to *.example.com, api.example.org";
    sandbox
        .kluis(["update", "key", "--env-key", "V"])
        .run()
        .exits(0);
    for selection in [
        &["-e", "V=key"][..],
        &["-e", "V=key", "-e", "FREE=free"],
        &["--all"],
        &["--app", "web"],
        &["--app", "web", "--all"],
    ] {
        let with = |options: &[&'static str]| [selection, options].concat();
        not_started(&sandbox, selection, list);
        let elsewhere = with(&["--for", "evil.example"]);
        not_started(
            &sandbox,
            &elsewhere,
            &format!("{list}, not to evil.example"),
        );
        not_started(&sandbox, &with(&["--reveal", "free"]), list);
        not_started(&sandbox, &with(&["--reveal", "other/key"]), list);
        for options in [
            &["--for", "https://a.example.com/v1"][..],
            &["--reveal", "key"],
            &["--reveal", "key", "--reveal", "default/key"],
            &["--reveal", "key", "--for", "evil.example"],
        ] {
            run(&sandbox, &with(options)).stdout(&value).exits(0);
        }
    }
}

#[test]
fn reveal_allows_one_secret_in_one_workspace() {
    let (sandbox, value) = bound();
    sandbox.prints(["workspace", "create", "staging"], "");
    let other = sandbox.secret("other");
    let create = ["create", "key", "-w", "staging", "--allow-domain", "db"];
    let id = sandbox.prints(create, &other);
    let id = id.trim_end();
    let both = ["-e", "V=key", "-e", "W=staging/key"];
    let with = |options: &[&'static str]| [&both[..], options].concat();
    let first = "staging/key may only go to db";
    not_started(&sandbox, &with(&["--reveal", "key"]), first);
    let second = "default/key may only go to *.example.com, api.example.org";
    not_started(&sandbox, &with(&["--reveal", "staging/key"]), second);
    let second = [&both[..], &["--reveal", "staging/key", "-w", "staging"]].concat();
    // In that workspace V is its key, too.
    run(&sandbox, &second).stdout(&other).exits(0);
    let all = with(&["--reveal", "key", "--reveal", "staging/key"]);
    run(&sandbox, &all).stdout(&value).exits(0);
    let by_id = ["-e", "V=staging/key", "-w", "staging", "--reveal", id];
    run(&sandbox, &by_id).stdout(&other).exits(0);
    // A name without effect may be misspelt.
    let said = "--reveal default/kay names none of the secrets of this command";
    let misspelt = with(&[
        "--reveal",
        "key",
        "--reveal",
        "staging/key",
        "--reveal",
        "kay",
    ]);
    run(&sandbox, &misspelt).stderr_has(said).exits(125);
    let export = [
        "export", "--format", "json", "-e", "V=key", "--reveal", "key", "--reveal", "kay",
    ];
    sandbox.kluis(export).run().stderr_has(said).exits(2);
    let inject = sandbox.kluis(["inject", "--for", "api.example.org", "--reveal", "kay"]);
    inject
        .stdin("{{ kluis://key }}")
        .run()
        .stderr_has(said)
        .exits(2);
    let file = sandbox.home().join("kluis.toml");
    let check = || {
        sandbox.trust(sandbox.home());
        sandbox.kluis(["check", "--reveal", "kay"]).run()
    };
    std::fs::write(&file, "[env]\nV = 'staging/key'").unwrap();
    check().stderr_has(said).exits(2);
    // A name in the file is not misspelt, even if the secret does not exist.
    std::fs::write(&file, "[env]\nV = { secret = 'kay', optional = true }").unwrap();
    check().any_stdout().exits(0);
    let given = ["run", "--reveal", "kay", "--", "true"];
    sandbox.kluis(given).run().exits(0);
    let wrong = ["-e", "V=key", "--reveal", "a b", "--json"];
    let wrong = run(&sandbox, &wrong);
    assert_eq!(wrong.json_error()["detail"][0]["loc"][0], "reveal");
    wrong.any_stderr().exits(125);
}

#[test]
fn all_blocked_secrets_are_reported_at_once() {
    let (sandbox, value) = bound();
    sandbox.prints(["create", "free"], &value);
    sandbox.prints(["create", "later", "--slot", "1d"], &value);
    sandbox.prints(["create", "other", "--allow-domain", "a.example"], &value);
    for verb in [
        &["run", "--all", "--", "true"][..],
        &["export", "--all", "--format", "json"],
    ] {
        let (code, place) = if verb[0] == "run" {
            (125, "run")
        } else {
            (3, "export")
        };
        let told = sandbox.kluis(verb).run();
        told.stderr_has("kluis: error: 3 secrets are not available:\n  default/key may only go to *.example.com, api.example.org\n  default/later has no effective value at ")
            .stderr_has("\n  default/other may only go to a.example\n")
            .stderr_has("with --reveal default/key --reveal default/other")
            .stdout("")
            .exits(code);
        let line = [&["--json"], verb].concat();
        let json = sandbox.kluis(&line).run();
        let object = json.json_error();
        assert_eq!(object["code"], "not_found", "{place}");
        let detail = object["detail"].as_array().unwrap();
        let kinds: Vec<_> = detail
            .iter()
            .map(|one| one["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["denied", "not_found", "denied"]);
        assert_eq!(detail[0]["loc"], json!(["default/key"]));
        json.any_stderr().exits(code);
    }
    sandbox.kluis(["delete", "later", "-y"]).run().exits(0);
    let words = "export --all --format json --reveal default/key --reveal default/other";
    let given = sandbox.kluis(words.split(' ')).run();
    given.any_stdout().exits(0);
    let named = "export -e A=key -e B=nope -e C=other --format json";
    let told = sandbox.kluis(named.split(' ')).run();
    told.stderr_has("3 secrets are not available:")
        .stderr_has("there is no secret nope")
        .exits(3);
}

#[test]
fn of_many_blocked_secrets_the_first_are_reported() {
    let sandbox = Sandbox::with_vault();
    for number in 10..22 {
        let name = format!("key{number}");
        sandbox.prints(["create", &name, "--allow-domain", "a.example"], "value");
    }
    let told = sandbox.kluis(["export", "--all", "--format", "json"]).run();
    told.stderr_has("12 secrets are not available:")
        .stderr_has("\n  default/key19 may only go to a.example\n  and 2 more\n")
        .stderr_has("--reveal default/key19, and so on\n")
        .exits(8);
}
