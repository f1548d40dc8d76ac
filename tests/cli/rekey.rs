//! Tests encrypting a vault under new keys.

use crate::sandbox::Sandbox;

#[test]
fn a_rekey_keeps_all_content_and_every_key_opens() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let rotated = sandbox.kluis(["rotate", "name", "--generate", "12"]).run();
    rotated.any_stdout().exits(0);
    for line in [&["create", "web"][..], &["link", "web", "KEY", "name"]] {
        let app = sandbox.kluis(["app"].iter().chain(line)).run();
        app.any_stdout().exits(0);
    }
    let added = sandbox
        .kluis(["key", "add", "--full", "--token", "--read-only"])
        .run();
    sandbox.keep_token(&added.stdout);
    let reader = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);

    let told = || {
        let lines = [
            &["show", "name", "--json"][..],
            &["app", "show", "web", "--json"],
            &["key", "list", "--json"],
            &["workspace", "list", "--json"],
        ];
        lines.map(|line| sandbox.prints(line, ""))
    };
    let (before, bytes) = (told(), sandbox.bytes());
    let done = sandbox.kluis(["vault", "rekey", "--json"]).run();
    let report = done.json();
    done.any_stdout().exits(0);
    assert_eq!(
        (&report["secrets"], &report["values"]),
        (&1.into(), &2.into())
    );
    assert_eq!((&report["keys"], &report["apps"]), (&2.into(), &1.into()));
    assert_eq!(told(), before);
    assert_ne!(sandbox.bytes(), bytes);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert!(!previous.exists(), "it would open with the old keys");
    let get = sandbox.kluis(["get", "name", "--slot", "0"]);
    let got = get.env("KLUIS_TOKEN", reader.trim_end()).run();
    got.stdout(value).exits(0);
}

#[test]
fn a_damaged_vault_is_not_carried_on() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let mut bytes = sandbox.bytes();
    let last = bytes.len() - 20;
    bytes[last] = if bytes[last] == b'A' { b'B' } else { b'A' };
    std::fs::write(sandbox.vault(), &bytes).unwrap();
    sandbox
        .kluis(["vault", "rekey"])
        .run()
        .any_stderr()
        .exits(5);
    assert_eq!(sandbox.bytes(), bytes);
}
