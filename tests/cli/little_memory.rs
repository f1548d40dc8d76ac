//! Tests passphrases with limited memory, by RLIMIT_AS and by control groups: new parameters fit, and a
//! derivation that does not fit fails with an error and is never killed.

use crate::file_systems::mounted;
use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use serde_json::Value;

/// A limit of address space that leaves so many MiB besides the program itself.
fn limited(sandbox: &Sandbox, mebibytes: u64) -> String {
    let starts = |mebibytes: u64| {
        let limit = format!("ulimit -v {}", mebibytes * 1024);
        let version = sandbox.kluis(["--version"]).prepared(&limit).run();
        let code = version.code;
        version.any_stdout().any_stderr().ends();
        code == 0
    };
    let own = (1..500).find(|own| starts(*own)).unwrap();
    format!("ulimit -v {}", (own + mebibytes) * 1024)
}

fn memory_of_key(sandbox: &Sandbox) -> u64 {
    let text = String::from_utf8(sandbox.bytes()).unwrap();
    let line = text.lines().find(|line| line.contains("\"kdf\"")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    line["kdf"]["argon2id"]["m"].as_u64().unwrap() / 1024
}

fn init<'s>(sandbox: &'s Sandbox, passphrase: &std::path::Path) -> Invocation<'s> {
    let init = sandbox.kluis(["init"]);
    init.env("KLUIS_PASSPHRASE_FILE", passphrase)
}

const WARNING: &str = "its passphrase is cheaper to guess";

#[test]
fn a_new_passphrase_fits_into_the_memory_there_is_and_says_so() {
    for (mebibytes, most) in [(60, 32), (30, 16)] {
        let sandbox = Sandbox::empty();
        let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
        let limit = limited(&sandbox, mebibytes);
        let made = init(&sandbox, &passphrase).prepared(&limit).run();
        made.stderr_has(WARNING).exits(0);
        let memory = memory_of_key(&sandbox);
        assert!((8..=most).contains(&memory), "{memory}");
        // It also opens there.
        let opened = sandbox.kluis(["vault", "verify"]).prepared(&limit);
        let opened = opened.env("KLUIS_PASSPHRASE_FILE", &passphrase);
        opened.run().any_stdout().exits(0);
    }
    // With plenty of memory, there is no warning.
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    let made = init(&sandbox, &passphrase).run();
    assert!(!made.stderr.contains(WARNING), "{}", made.stderr);
    made.any_stderr().exits(0);
    assert!(memory_of_key(&sandbox) >= 64);
}

#[test]
fn an_added_passphrase_fits_as_well() {
    let sandbox = Sandbox::with_vault();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    let limit = limited(&sandbox, 40);
    let add = sandbox.kluis([
        "key",
        "add",
        "--full",
        "--passphrase",
        "--new-passphrase-file",
    ]);
    let added = add.and(&passphrase).prepared(&limit).run();
    added.any_stdout().stderr_has(WARNING).exits(0);
    assert!(memory_of_key(&sandbox) < 64);
}

/// A control group of this version, as in `/sys/fs/cgroup`, with 1 MiB in use.
fn group(version: u32, mebibytes: u64) -> String {
    let limit = mebibytes << 20;
    let files = match version {
        1 => format!(
            "mkdir /sys/fs/cgroup/memory && cd /sys/fs/cgroup/memory && echo {limit} > memory.limit_in_bytes && echo {limit} > memory.memsw.limit_in_bytes && echo 1048576 > memory.usage_in_bytes && echo 1048576 > memory.memsw.usage_in_bytes"
        ),
        _ => format!(
            "cd /sys/fs/cgroup && echo {limit} > memory.max && echo 0 > memory.swap.max && echo 1048576 > memory.current"
        ),
    };
    format!("mount -t tmpfs kluis /sys/fs/cgroup && {files} && cd - > /dev/null")
}

#[test]
fn a_control_groups_limit_is_heeded_before_the_kernel_kills() {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let versions: Vec<u32> = [(1, "memory:"), (2, "0::")]
        .into_iter()
        .filter(|(_, part)| groups.contains(part))
        .map(|(version, _)| version)
        .collect();
    if versions.is_empty() {
        return eprintln!("skipped: no control groups here");
    }
    for version in versions {
        let sandbox = Sandbox::empty();
        let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
        let with = |invocation, mebibytes| mounted(invocation, &group(version, mebibytes), &[]);
        let Some(init) = with(init(&sandbox, &passphrase), 40) else {
            return;
        };
        init.run().stderr_has(WARNING).exits(0);
        assert_eq!(memory_of_key(&sandbox), 16, "version {version}");
        let verify = || {
            let verify = sandbox.kluis(["vault", "verify"]);
            verify.env("KLUIS_PASSPHRASE_FILE", &passphrase)
        };
        with(verify(), 22).unwrap().run().any_stdout().exits(0);
        let refused = with(verify(), 18).unwrap().run();
        let told = refused.stderr.clone();
        let why = "not enough memory to derive a key from the passphrase: it takes 20 MiB, and 17 MiB can be had";
        assert!(told.contains(why), "version {version}: {told}");
        refused.stderr_has("kluis: hint: ").exits(1);
        let floor = sandbox.kluis(["key", "passphrase", "--kdf", CHEAP_KDF]);
        let floor = floor.env("KLUIS_PASSPHRASE_FILE", &passphrase);
        let refused = with(floor, 5).unwrap().run();
        refused.stderr_has("not enough memory").exits(1);
    }
}
