//! Tests a team over time: an owner, a colleague with a key file and a CI job with a token that only reads, and
//! what each can do after one of them has left.

use crate::sandbox::{Invocation, Sandbox};
use serde_json::{Value, json};
use std::fs;

/// The vault is in the owner's home; the others reach it by its path, each from a home of their own.
struct Team {
    owner: Sandbox,
    colleague: Sandbox,
    job: Sandbox,
    token: String,
    vault_key: String,
}

impl Team {
    /// The colleague has the reach of these options, the job reads `staging`.
    fn with_colleague(options: &[&str]) -> Self {
        let owner = Sandbox::with_vault();
        for workspace in ["staging", "production"] {
            let create = ["workspace", "create", workspace];
            owner.kluis(create).run().any_stdout().exits(0);
            let create = ["create", "db_password", "-w", workspace];
            let value = owner.secret(workspace);
            owner.kluis(create).stdin(value).run().any_stdout().exits(0);
        }
        owner.create("mail", owner.secret("mail"));
        let vault_key = vault_key(&owner);

        let colleague = Sandbox::empty();
        let made = colleague.kluis(["key", "new"]).run();
        let public = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().any_stderr().exits(0);
        let admit = [
            "key",
            "add",
            "--label",
            "bob",
            "--public-key",
            public.trim_end(),
        ];
        owner
            .kluis(admit.iter().chain(options))
            .run()
            .any_stdout()
            .any_stderr()
            .exits(0);

        let job = Sandbox::empty();
        let limited = ["--token", "-w", "staging", "--read-only", "--label", "ci"];
        let made = owner.kluis(["key", "add"].iter().chain(&limited)).run();
        let token = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().any_stderr().exits(0);
        let token = token.trim_end().to_owned();
        for home in [&owner, &colleague, &job] {
            home.keep(token.as_bytes());
        }
        Self {
            owner,
            colleague,
            job,
            token,
            vault_key,
        }
    }

    fn colleague<'s>(&'s self, line: &[&str]) -> Invocation<'s> {
        let line = self.colleague.kluis(line);
        line.env("KLUIS_VAULT", self.owner.vault())
            .env("KLUIS_PIN", &self.vault_key)
    }

    fn job<'s>(&'s self, line: &[&str]) -> Invocation<'s> {
        let line = self.job.kluis(line);
        line.env("KLUIS_VAULT", self.owner.vault())
            .env("KLUIS_TOKEN", &self.token)
    }

    fn remove(&self, label: &str, more: &[&str]) -> Value {
        let line = [&["key", "remove", label, "--yes", "--json"], more].concat();
        let removed = self.owner.kluis(line).run();
        let report = removed.json();
        removed.any_stdout().any_stderr().exits(0);
        report
    }
}

fn vault_key(sandbox: &Sandbox) -> String {
    let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
    let key = verified.json()["public_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    key
}

fn paths(report: &Value) -> Vec<String> {
    let change = report["change"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut paths: Vec<_> = change
        .map(|one| format!("{}/{}", text(&one["workspace"]), text(&one["name"])))
        .collect();
    paths.sort();
    paths
}

#[test]
fn a_removed_colleague_is_shut_out_and_their_secrets_listed() {
    let team = Team::with_colleague(&["-w", "staging", "-w", "default"]);
    let staging = team.owner.get("staging/db_password");

    // Everybody at work: the colleague writes, the job reads, neither sees more than that.
    let value = team.colleague.secret("value");
    let create = team.colleague(&["create", "api_key", "-w", "staging"]);
    create.stdin(&value).run().any_stdout().exits(0);
    team.job(&["get", "api_key"]).run().stdout(&value).exits(0);
    team.job(&["get", "db_password"])
        .run()
        .stdout(&staging)
        .exits(0);
    for (line, code) in [
        (&["create", "more", "--generate", "8"][..], 8),
        (&["get", "default/mail"], 8),
        (&["get", "production/db_password"], 8),
        (&["key", "list"], 8),
    ] {
        team.job(line).run().any_stderr().exits(code);
    }
    for line in [
        &["get", "production/db_password"][..],
        &["key", "list"],
        &["vault", "rekey"],
    ] {
        team.colleague(line).run().any_stderr().exits(8);
    }

    let copy = fs::read(team.owner.vault()).unwrap();
    let report = team.remove("bob", &[]);
    assert_eq!(
        paths(&report),
        ["default/mail", "staging/api_key", "staging/db_password"]
    );
    assert_eq!(report["removed"]["label"], "bob");
    assert_eq!(report["issue_again"], json!([]), "the others go on");
    assert_eq!(vault_key(&team.owner), team.vault_key);

    // The colleague cannot open later versions; the job does not notice.
    team.colleague(&["get", "staging/api_key"])
        .run()
        .any_stderr()
        .exits(4);
    team.job(&["get", "api_key"]).run().stdout(&value).exits(0);
    let fresh = team.owner.secret("fresh");
    let rotate = team.owner.kluis(["rotate", "staging/api_key"]);
    rotate.stdin(&fresh).run().any_stdout().exits(0);
    team.job(&["get", "api_key"]).run().stdout(&fresh).exits(0);

    // The copy that they kept still opens: that is why the list is printed.
    let kept = team.colleague.home().join("kept.kluis");
    fs::write(&kept, copy).unwrap();
    team.colleague(&["get", "staging/api_key", "--accept-older"])
        .env("KLUIS_VAULT", &kept)
        .run()
        .stdout(&value)
        .exits(0);
}

#[test]
fn after_a_leak_all_tokens_are_issued_again() {
    let team = Team::with_colleague(&["--full"]);
    team.colleague(&["key", "list"]).run().any_stdout().exits(0);
    team.colleague(&["get", "production/db_password"])
        .run()
        .any_stdout()
        .exits(0);

    let report = team.remove("bob", &["--leaked"]);
    assert_eq!(paths(&report).len(), 3, "everything there is");
    let again = report["issue_again"].as_array().unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0]["label"], "ci");
    let now = vault_key(&team.owner);
    assert_ne!(now, team.vault_key, "whoever could sign the header cannot");
    assert_eq!(report["public_key"], now);

    team.job(&["get", "db_password"])
        .run()
        .any_stderr()
        .exits(4);
    team.colleague(&["get", "default/mail"])
        .run()
        .any_stderr()
        .exits(5);
    let pinned = team.colleague(&["get", "default/mail"]);
    pinned.env("KLUIS_PIN", &now).run().any_stderr().exits(4);
    team.owner
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
}

/// The owner, two colleagues with full access, a job and a recovery token. One of the colleagues leaves, and
/// tries everything that a former holder of full access can.
#[test]
fn a_colleague_with_full_access_leaves_and_all_others_go_on() {
    let team = Team::with_colleague(&["--full"]);
    let issued = |line: &[&str]| {
        let issued = team.owner.kluis(line).run();
        let token = String::from_utf8(issued.stdout.clone()).unwrap();
        if !token.is_empty() {
            team.owner.keep(token.trim_end().as_bytes());
        }
        issued.any_stdout().any_stderr().exits(0);
        token.trim_end().to_owned()
    };
    let recovery = issued(&["key", "add", "--token", "--full", "--label", "recovery"]);
    let alice = Sandbox::empty();
    let made = alice.kluis(["key", "new"]).run();
    let public = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().any_stderr().exits(0);
    issued(&[
        "key",
        "add",
        "--full",
        "--label",
        "alice",
        "--public-key",
        public.trim_end(),
    ]);
    let alice = |line: &[&str]| {
        let line = alice.kluis(line).env("KLUIS_VAULT", team.owner.vault());
        line.env("KLUIS_PIN", &team.vault_key).run()
    };
    let job = || team.job(&["get", "db_password"]).run();
    let kept = team.owner.bytes();

    let report = team.remove("bob", &[]);
    assert_eq!(report["issue_again"], json!([]));
    assert_eq!(report["pin_again"], json!([]));
    let trusting = report["trusting_old"].as_array().unwrap().iter();
    let trusting: Vec<&str> = trusting.map(|key| key["label"].as_str().unwrap()).collect();
    assert_eq!(trusting, ["ci", "recovery", "alice"]);
    let new_pin = vault_key(&team.owner);
    assert_eq!(report["public_key"], new_pin);
    // All others can continue, and see it.
    alice(&["get", "mail"]).any_stdout().exits(0);
    job().any_stdout().exits(0);
    let recovered = team
        .job(&["key", "list"])
        .env("KLUIS_TOKEN", &recovery)
        .run();
    recovered.any_stdout().exits(0);
    let truth = team.owner.bytes();

    // He continues from the copy that he kept, and puts it in the vault's place.
    let own = team.colleague.home().join("kept.kluis");
    fs::write(&own, &kept).unwrap();
    for number in 0..5 {
        let line = [
            "create",
            &format!("more-{number}"),
            "--generate",
            "8",
            "-w",
            "staging",
        ];
        let line = team.colleague.kluis(line).env("KLUIS_VAULT", &own);
        line.env("KLUIS_PIN", &team.vault_key)
            .run()
            .any_stdout()
            .any_stderr()
            .exits(0);
    }
    let forged = fs::read(&own).unwrap();
    fs::write(team.owner.vault(), &forged).unwrap();
    // Refused on every machine that saw the vault since he left.
    let line = ["get", "mail"];
    team.owner.kluis(line).run().any_stderr().exits(5);
    alice(&line).any_stderr().exits(5);
    job().any_stderr().exits(5);
    // And on a machine that has seen nothing: with the new pin.
    let elsewhere = Sandbox::empty();
    let there = |token: &str| {
        fs::remove_dir_all(elsewhere.home().join(".local")).unwrap_or_default();
        let get = elsewhere.kluis(["get", "db_password", "-w", "staging"]);
        get.env("KLUIS_VAULT", team.owner.vault())
            .env("KLUIS_TOKEN", token)
    };
    there(&team.token)
        .env("KLUIS_PIN", &new_pin)
        .run()
        .any_stderr()
        .exits(5);
    // Not with an old key alone: he knew everything that it knows.
    there(&team.token).run().any_stdout().exits(0);
    // He never had a renewed one.
    fs::write(team.owner.vault(), &truth).unwrap();
    let renewed = issued(&["key", "renew", "ci"]);
    there(&renewed).run().any_stdout().exits(0);
    fs::write(team.owner.vault(), &forged).unwrap();
    there(&renewed).run().any_stderr().exits(4);
}
