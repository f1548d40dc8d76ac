//! Tests `init`.

use crate::crash::trace;
use crate::sandbox::{CHEAP_KDF, Sandbox};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

#[test]
fn a_token_is_printed_once_and_opens_the_vault() {
    let sandbox = Sandbox::empty();
    let made = sandbox.kluis(["init", "--token"]).run();
    let token = String::from_utf8(made.stdout.clone()).unwrap();
    let notes = format!(
        "kluis: note: made the vault {}\n\
         kluis: note: this token opens the vault. It is shown once:\n",
        sandbox.vault().display()
    );
    made.any_stdout().stderr(&notes).exits(0);
    let token = token.strip_suffix('\n').unwrap();
    assert!(
        token.starts_with("kls_") && token.len() == 74,
        "a token of {} bytes",
        token.len()
    );
    sandbox.keep(token.as_bytes());
    let listed = sandbox
        .kluis(["list", "-q"])
        .env("KLUIS_TOKEN", token)
        .run();
    listed.exits(0);
}

#[test]
fn a_passphrase_comes_from_a_file_and_a_weak_one_warns() {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", "hunter2\n");
    let init = ["init", "--quiet", "--kdf", CHEAP_KDF, "--passphrase-file"].map(Into::into);
    let init = init
        .into_iter()
        .chain([passphrase.clone().into_os_string()]);
    sandbox
        .kluis(init)
        .run()
        .stderr(
            "kluis: warning: this passphrase is weak: an attacker could guess it, because it has fewer than 14 characters\n\
             kluis: warning: --kdf with less than m=64 (MiB) makes the passphrase cheap to guess\n",
        )
        .exits(0);
    let listed = sandbox
        .kluis(["list", "-q"])
        .env("KLUIS_PASSPHRASE_FILE", passphrase);
    listed.run().exits(0);
}

#[test]
fn a_long_passphrase_that_repeats_itself_is_not_called_short() {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", "passwordpassword\n");
    let init = sandbox.kluis(["init", "--quiet", "--kdf", CHEAP_KDF]);
    let made = init.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
    assert!(!made.stderr.contains("14 characters"), "{}", made.stderr);
    made.stderr_has("because it repeats itself: ").exits(0);
}

#[test]
fn a_recovery_token_stands_beside_the_passphrase() {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    let init = sandbox.kluis(["init", "--recovery", "--kdf", CHEAP_KDF, "--json"]);
    let made = init.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    let object = made.json();
    let token = object["token"].as_str().unwrap().to_owned();
    sandbox.keep(token.as_bytes());
    let warnings = made.json_error();
    assert_eq!(warnings["warnings"].as_array().unwrap().len(), 1);
    made.any_stdout().any_stderr().exits(0);
    assert_eq!(object["path"], sandbox.vault().to_str().unwrap());
    for (name, value) in [
        ("KLUIS_TOKEN", token.as_str()),
        ("KLUIS_PASSPHRASE_FILE", passphrase.to_str().unwrap()),
    ] {
        let verified = sandbox
            .kluis(["vault", "verify", "--json"])
            .env(name, value)
            .run();
        assert_eq!(verified.json()["public_key"], object["public_key"]);
        assert_eq!(verified.json()["vault"], object["vault"]);
        verified.any_stdout().exits(0);
    }
}

#[test]
fn init_makes_no_token_when_stdout_is_closed() {
    for lost in ["exec >&-", "exec > /dev/null"] {
        let sandbox = Sandbox::empty();
        let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
        for line in [&["init", "--token"][..], &["init", "--recovery"]] {
            let init = sandbox.kluis(line).prepared(lost);
            let init = init.env("KLUIS_PASSPHRASE_FILE", &passphrase);
            let told = "the token is printed only once, but stdout is closed or /dev/null";
            init.run().stderr_has(told).exits(2);
            assert!(!sandbox.vault().exists(), "{lost}");
        }
        // You already have the passphrase.
        let init = sandbox.kluis(["init", "--kdf", CHEAP_KDF]).prepared(lost);
        let init = init.env("KLUIS_PASSPHRASE_FILE", &passphrase);
        init.run().any_stderr().exits(0);
    }
}

#[test]
fn init_prints_the_token_even_if_the_vault_may_not_be_durable() {
    if !trace::is_possible() {
        return;
    }
    let mut unsure = 0;
    for when in 1..=6 {
        let sandbox = Sandbox::empty();
        let init = sandbox.kluis(["init", "--token"]);
        let made = init.under(trace::failing_to_sync(when)).run();
        sandbox.keep_token(&made.stdout);
        let (code, token) = (made.code, made.stdout.clone());
        made.any_stdout().any_stderr().ends();
        assert_eq!(sandbox.vault().exists(), !token.is_empty(), "{when}");
        if sandbox.vault().exists() {
            unsure += usize::from(code == 1);
            let token = String::from_utf8(token).unwrap();
            let verify = sandbox
                .kluis(["vault", "verify"])
                .env("KLUIS_TOKEN", token.trim_end());
            verify.run().any_stdout().exits(0);
        }
    }
    assert!(unsure > 0, "no fsync came after the vault");
}

#[test]
fn an_existing_vault_is_never_touched() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    sandbox
        .kluis(["init", "--token"])
        .run()
        .stderr_has("there is already a vault")
        .exits(6);
    assert_eq!(sandbox.bytes(), before);
    for (name, contents) in [("empty", ""), ("text", "not a vault")] {
        let path = sandbox.home().join(name);
        fs::write(&path, contents).unwrap();
        let init = ["init", "--token", "--vault", path.to_str().unwrap()];
        sandbox.kluis(init).run().any_stderr().exits(6);
        assert_eq!(fs::read_to_string(&path).unwrap(), contents);
    }
}

#[test]
fn without_a_terminal_a_key_file_is_made_and_opens_the_vault() {
    for options in [&["--non-interactive"][..], &[]] {
        let sandbox = Sandbox::empty();
        let key = sandbox.home().join(".config/kluis/key");
        let init = sandbox.kluis(["init"].iter().chain(options));
        let made = init.stdin("typed\ntyped\n").run();
        let note = format!("made the key file {}: it opens the vault", key.display());
        made.stderr_has(&note).exits(0);
        assert_eq!(
            fs::metadata(&key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // In any later shell, silently: the vault is pinned, and the key file is in its place.
        let set = sandbox.kluis(["set", "name"]).stdin("a value").run();
        set.any_stdout().exits(0);
        sandbox
            .kluis(["get", "name"])
            .run()
            .stdout("a value")
            .exits(0);
        sandbox.kluis(["status", "-q"]).run().exits(0);
        let again = sandbox.kluis(["init"]).run();
        again.stderr_has("there is already a vault").exits(6);
    }
}

#[test]
fn an_existing_key_file_is_used_and_never_replaced() {
    let sandbox = Sandbox::empty();
    let made = sandbox.kluis(["key", "new"]).run();
    made.any_stdout().any_stderr().exits(0);
    let key = sandbox.home().join(".config/kluis/key");
    let before = fs::read(&key).unwrap();
    let init = sandbox.kluis(["init", "--json"]).run();
    assert_eq!(init.json()["key_file"], key.to_str().unwrap());
    assert!(
        init.json()["public_key"]
            .as_str()
            .unwrap()
            .starts_with("klv_")
    );
    init.any_stdout().exits(0);
    assert_eq!(fs::read(&key).unwrap(), before);
    sandbox.kluis(["list"]).run().any_stderr().exits(0);
    // The same key opens a second vault; a token in its place is not a key.
    let second = sandbox.home().join("second.kluis");
    let init = ["init", "--vault", second.to_str().unwrap()];
    let made = sandbox.kluis(init).run();
    made.stderr_has("the vault opens with your key file")
        .exits(0);
    let token = sandbox.given("token", Sandbox::with_vault().token());
    let third = sandbox.home().join("third.kluis");
    let init = ["init", "--vault", third.to_str().unwrap(), "--key-file"];
    let init = init.iter().map(AsRef::as_ref).chain([token.as_os_str()]);
    sandbox
        .kluis(init)
        .run()
        .stderr_has("holds a token")
        .exits(2);
    assert!(!third.exists());
}

#[test]
fn an_unusable_passphrase_makes_nothing() {
    let sandbox = Sandbox::empty();
    for (name, contents, why) in [
        ("empty", vec![], "empty"),
        ("newline", b"\n".to_vec(), "empty"),
        ("latin", b"\xff\xfe".to_vec(), "not UTF-8"),
        ("long", vec![b'x'; 1_025], "longer than 1,024 bytes"),
    ] {
        let file = sandbox.given(name, contents);
        let init = sandbox.kluis(["init", "--kdf", CHEAP_KDF]);
        let refused = init.env("KLUIS_PASSPHRASE_FILE", file).run();
        refused
            .stderr_has(&format!("error: the passphrase is {why}\n"))
            .exits(4);
    }
    assert!(!sandbox.vault().exists());
}

#[test]
fn a_kdf_out_of_bounds_makes_nothing() {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    for kdf in [
        "m=7,t=1,p=1",
        "m=8,t=0,p=1",
        "m=4096,t=1,p=1",
        "m=8",
        "strong",
    ] {
        let init = sandbox.kluis(["init", "--kdf", kdf]);
        let refused = init.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
        refused.stderr_has("--kdf").exits(7);
    }
    let both = sandbox.kluis(["init", "--token", "--kdf", CHEAP_KDF]).run();
    both.stderr_has("cannot be used with").exits(2);
    assert!(!sandbox.vault().exists());
}

#[test]
fn a_failure_says_nothing_of_the_warnings_in_json() {
    let sandbox = Sandbox::empty();
    let weak = sandbox.given("passphrase", "weak");
    let init = sandbox.kluis(["init", "--kdf", "m=1,t=1,p=1", "--json"]);
    let refused = init.env("KLUIS_PASSPHRASE_FILE", weak).run();
    assert_eq!(refused.json_error()["code"], "invalid");
    refused.any_stderr().exits(7);
}

#[test]
fn directories_on_the_way_are_made_for_the_owner_only() {
    let sandbox = Sandbox::empty();
    let deep = sandbox.home().join("a/b/v.kluis");
    let init = ["init", "--token", "--vault", deep.to_str().unwrap()];
    sandbox.kluis(init).run().any_stdout().any_stderr().exits(0);
    for made in ["a", "a/b"] {
        let mode = fs::metadata(sandbox.home().join(made))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{made}");
    }
}

#[test]
fn git_excludes_the_lock_and_the_previous_bytes() {
    let sandbox = Sandbox::empty();
    let tree = sandbox.home().join("tree");
    fs::create_dir(&tree).unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let run = git.arg("-C").arg(&tree).args(arguments).output();
        run.ok()
            .map(|output| String::from_utf8(output.stdout).unwrap())
    };
    if git(&["init", "--quiet"]).is_none() {
        return eprintln!("skipped: there is no git");
    }
    let here = ["--vault", "tree/team.kluis"];
    let init = ["init", "--token"].iter().chain(&here);
    let made = sandbox.kluis(init).run();
    let token = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().any_stderr().exits(0);
    let create = ["create", "name", "--generate", "8"].iter().chain(&here);
    let made = sandbox
        .kluis(create)
        .env("KLUIS_TOKEN", token.trim_end())
        .run();
    made.any_stdout().exits(0);
    assert!(!tree.join(".team.kluis.prev").exists());
    assert_eq!(fs::read_dir(tree.join(".git/kluis")).unwrap().count(), 1);
    assert_eq!(git(&["status", "--porcelain"]).unwrap(), "?? team.kluis\n");
}
