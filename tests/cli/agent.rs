//! Tests the agent as you use it: one passphrase for many commands, until the agent forgets it.

use crate::sandbox::{Invocation, Sandbox};
use serde_json::Value;
use std::fs;
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A home with a vault and a secret; only `unlock` gets the passphrase.
pub fn vault(value: &str) -> Sandbox {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let create = sandbox.kluis(["create", "name"]).stdin(value);
    let made = create.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
    made.any_stdout().exits(0);
    sandbox
}

pub fn unlock<'s>(sandbox: &'s Sandbox, options: &[&str]) -> Invocation<'s> {
    let arguments = [&["unlock", "-q"], options].concat();
    let passphrase = sandbox.given_path("passphrase");
    sandbox
        .kluis(arguments)
        .env("KLUIS_PASSPHRASE_FILE", passphrase)
}

/// The id of the process that listens at the socket.
pub fn process(sandbox: &Sandbox) -> i32 {
    let found = agents(sandbox).first().copied();
    // Only root may look at the agent's descriptors in /proc.
    #[cfg(target_os = "linux")]
    let found = found.or_else(|| Some(starter(sandbox)));
    found.unwrap()
}

/// The parent of the agent: it began to listen on the socket before it started the agent.
#[cfg(target_os = "linux")]
fn starter(sandbox: &Sandbox) -> i32 {
    let stream = std::os::unix::net::UnixStream::connect(sandbox.agent_socket()).unwrap();
    let peer = rustix::net::sockopt::socket_peercred(stream).unwrap();
    peer.pid.as_raw_nonzero().get()
}

/// Every agent whose socket is this sandbox's.
#[cfg(not(target_os = "linux"))]
pub fn agents(sandbox: &Sandbox) -> Vec<i32> {
    let mut lsof = std::process::Command::new("lsof");
    let found = lsof.arg("-t").arg(sandbox.agent_socket()).output().unwrap();
    let ids = String::from_utf8(found.stdout).unwrap();
    ids.lines().map(|id| id.parse().unwrap()).collect()
}

/// Every agent whose socket is this sandbox's.
#[cfg(target_os = "linux")]
pub fn agents(sandbox: &Sandbox) -> Vec<i32> {
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let path = sandbox.agent_socket();
    let listening = sockets.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_it = fields
            .get(7)
            .is_some_and(|named| path.to_str() == Some(named));
        (is_it && fields[3] == "00010000").then(|| format!("socket:[{}]", fields[6]))
    });
    let Some(listening) = listening else {
        return Vec::new();
    };
    let processes = fs::read_dir("/proc").unwrap();
    let ids = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let has = |id: &i32| {
        let open = fs::read_dir(format!("/proc/{id}/fd"));
        open.is_ok_and(|mut open| {
            open.any(|fd| {
                let target = fd.and_then(|fd| fs::read_link(fd.path()));
                target.is_ok_and(|target| target.to_str() == Some(&listening))
            })
        })
    };
    ids.filter(has).collect()
}

pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(20));
    }
}

fn status(sandbox: &Sandbox) -> Value {
    let status = sandbox.kluis(["status", "--json"]).run();
    let object = status.json();
    let code = if object["opens_with"].is_string() {
        0
    } else {
        4
    };
    status.any_stdout().any_stderr().exits(code);
    object
}

#[test]
fn wrong_settings_never_prevent_locking() {
    let sandbox = vault("v");
    unlock(&sandbox, &[]).run().exits(0);
    fs::write(sandbox.home().join("kluis.toml"), "[broken").unwrap();
    let settings = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&settings).unwrap();
    fs::write(settings.join("config.toml"), "[broken").unwrap();
    let wrong = |verb: &str| sandbox.kluis([verb]).env("KLUIS_PIN", "").run();
    wrong("list").any_stderr().exits(2);
    wrong("lock").stderr("kluis: note: locked\n").exits(0);
    wrong("lock")
        .stderr("kluis: note: no agent is running: there is nothing to lock\n")
        .exits(0);
}

#[test]
fn an_unlocked_vault_needs_no_passphrase_until_it_is_locked() {
    let sandbox = vault("a value");
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(4);
    assert_eq!(status(&sandbox)["unlocked"], false);
    unlock(&sandbox, &[]).run().exits(0);
    let found = status(&sandbox);
    assert_eq!(found["access"], "full", "{found}");
    assert!(found["idle_left"].as_u64().unwrap() <= 900, "{found}");
    assert!(found["max_left"].as_u64().unwrap() > 28_700, "{found}");

    assert_eq!(sandbox.get("name"), b"a value");
    let id = sandbox.create("other", "another");
    assert!(id.starts_with("sec_"));
    let made = sandbox.kluis(["workspace", "create", "staging"]).run();
    made.any_stdout().exits(0);
    let large = "x".repeat(65_536);
    let create = sandbox.kluis(["create", "large", "-w", "staging"]);
    create.stdin(&large).run().any_stdout().exits(0);
    assert_eq!(sandbox.get("staging/large"), large.as_bytes());
    let keys = sandbox.prints(["key", "list"], "");
    assert!(keys.contains("\tpassphrase\t"), "{keys}");
    let list = sandbox.prints(["list", "-q", "--all-workspaces"], "");
    assert_eq!(list, "default/name\ndefault/other\nstaging/large\n");
    let run = ["run", "--all", "--", "sh", "-c", "echo $NAME-$OTHER"];
    assert_eq!(sandbox.prints(run, ""), "a value-another\n");
    let verified = sandbox.prints(["vault", "verify"], "");
    assert!(verified.starts_with("verified: 3 secrets with 3 values in 2"));
    let renamed = ["workspace", "update", "staging", "--name", "stage"];
    sandbox.kluis(renamed).run().exits(0);
    let deleted = ["workspace", "delete", "stage", "--force", "--yes"];
    sandbox.kluis(deleted).run().exits(0);

    let lock = sandbox.kluis(["lock"]).run();
    lock.stderr("kluis: note: locked\n").exits(0);
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(4);
    let lock = sandbox.kluis(["lock"]).run();
    lock.stderr("kluis: note: no agent is running: there is nothing to lock\n")
        .exits(0);
    wait_until("the agent has ended", || agents(&sandbox).is_empty());
    wait_until("the socket is gone", || !sandbox.agent_socket().exists());
}

#[test]
fn a_change_of_keys_asks_again() {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    let new = sandbox.given("new", sandbox.secret("new"));
    let change = [
        "key",
        "passphrase",
        "--new-passphrase-file",
        new.to_str().unwrap(),
    ];
    let change = [&change[..], &["--kdf", "m=8,t=1,p=1"]].concat();
    sandbox.kluis(&change).run().any_stderr().exits(4);
    let passphrase = sandbox.given_path("passphrase");
    let changed = sandbox.kluis(&change);
    let changed = changed.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
    changed.any_stderr().exits(0);
    // The agent now has another key.
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(4);
    assert_eq!(status(&sandbox)["unlocked"], false);
}

#[test]
fn a_named_way_to_unlock_comes_before_the_agent() {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    let foreign = Sandbox::with_vault().token();
    let get = sandbox.kluis(["get", "name"]).env("KLUIS_TOKEN", foreign);
    get.run().any_stderr().exits(4);
    let pinned = sandbox.kluis(["get", "name", "--pin", "klv_wrong"]);
    pinned.run().any_stderr().exits(2);
}

#[test]
fn unlocks_at_once_give_one_agent() {
    let sandbox = vault("a value");
    let unlocks = (0..8).map(|_| {
        let mut command = unlock(&sandbox, &[]).command();
        let command = command.stdin(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    for unlock in unlocks.collect::<Vec<_>>() {
        let ended = unlock.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    }
    if rustix::process::geteuid().is_root() {
        assert_eq!(agents(&sandbox).len(), 1);
    } else {
        eprintln!("skipped: only root sees which processes listen");
    }
    assert_eq!(sandbox.get("name"), b"a value");
}

#[test]
fn a_hundred_commands_at_once_are_all_answered() {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    let gets = (0..100).map(|_| {
        let mut command = sandbox.kluis(["get", "name"]).command();
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).spawn().unwrap()
    });
    for get in gets.collect::<Vec<_>>() {
        let ended = get.wait_with_output().unwrap();
        assert_eq!(ended.stdout, b"a value", "{ended:?}");
        assert!(ended.stderr.is_empty(), "{ended:?}");
    }
}

#[test]
fn a_key_is_forgotten_in_its_time_and_the_agent_ends() {
    let sandbox = vault("a value");
    unlock(&sandbox, &["--for", "1s"]).run().exits(0);
    assert_eq!(sandbox.get("name"), b"a value");
    sleep(Duration::from_millis(1300));
    assert_eq!(status(&sandbox)["unlocked"], false);
    wait_until("the agent has ended", || agents(&sandbox).is_empty());
    for (options, said) in [
        (["--for", "0s"], "at least a second"),
        (["--for", "9h"], "--for cannot be longer than --max"),
        (["--max", "0s"], "at least a second"),
    ] {
        let refused = unlock(&sandbox, &options).run();
        refused.stderr_has(said).exits(2);
    }
    unlock(&sandbox, &["--for", "x"])
        .run()
        .any_stderr()
        .exits(7);
    assert!(agents(&sandbox).is_empty());
}

#[test]
fn a_key_is_forgotten_when_it_expires() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let add = ["key", "add", "--full", "--token", "--expires", "8s", "-q"];
    let added = sandbox.kluis(add).run();
    let began = Instant::now();
    sandbox.keep_token(&added.stdout);
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);
    let unlock = sandbox.kluis(["unlock", "-q"]);
    unlock.env("KLUIS_TOKEN", token.trim()).run().exits(0);
    let get = || sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN").run();
    get().stdout("a value").exits(0);
    let left = status(&sandbox)["max_left"].as_u64().unwrap();
    assert!(left < 8, "{left}");
    sleep(Duration::from_secs(8).saturating_sub(began.elapsed()));
    get().stderr_has("this vault has no passphrase").exits(4);
    assert_eq!(status(&sandbox)["unlocked"], false);
    wait_until("the agent has ended", || agents(&sandbox).is_empty());
}

#[test]
fn a_dead_agent_is_replaced() {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    sandbox.kluis(["lock", "-q"]).run().exits(0);
    wait_until("the agent has ended", || agents(&sandbox).is_empty());
    drop(UnixListener::bind(sandbox.agent_socket()).unwrap());
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(4);
    assert_eq!(status(&sandbox)["unlocked"], false);
    unlock(&sandbox, &[]).run().exits(0);
    assert_eq!(sandbox.get("name"), b"a value");
}

#[test]
fn a_foreground_agent_survives_lock_and_ends_by_a_signal() {
    let sandbox = vault("a value");
    let mut agent = sandbox.kluis(["agent", "-q"]).command();
    let mut agent = agent.stdin(Stdio::null()).spawn().unwrap();
    wait_until("the agent is listening", || sandbox.agent_socket().exists());
    let second = sandbox.kluis(["agent"]).run();
    second.stderr_has("an agent is already running").exits(6);
    for _ in 0..2 {
        unlock(&sandbox, &[]).run().exits(0);
        assert_eq!(sandbox.get("name"), b"a value");
        sandbox.kluis(["lock", "-q"]).run().exits(0);
        assert_eq!(status(&sandbox)["unlocked"], false);
    }
    unlock(&sandbox, &[]).run().exits(0);
    let leader = rustix::process::Pid::from_raw(process(&sandbox)).unwrap();
    rustix::process::kill_process(leader, rustix::process::Signal::TERM).unwrap();
    assert!(agent.wait().unwrap().success());
    assert_eq!(status(&sandbox)["unlocked"], false);
    assert!(!sandbox.agent_socket().exists());
}

#[test]
fn systemd_may_pass_the_socket() {
    let sandbox = vault("a value");
    let socket = sandbox.agent_socket();
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    rustix::fs::chmod(socket.parent().unwrap(), rustix::fs::Mode::RWXU).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    // As systemd starts it: the socket is descriptor 3, and the variables name the process.
    let script = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$";
    let mut agent = sandbox.kluis(["agent", "-q"]).prepared(script).command();
    let passed = std::os::fd::OwnedFd::from(listener.try_clone().unwrap());
    let mut agent = agent.stdin(Stdio::from(passed)).spawn().unwrap();
    unlock(&sandbox, &[]).run().exits(0);
    assert_eq!(sandbox.get("name"), b"a value");
    sandbox.kluis(["lock", "-q"]).run().exits(0);
    // It has no key: systemd starts it again when a client connects.
    assert!(agent.wait().unwrap().success());
    assert!(socket.exists(), "it is systemd's");
    drop(listener);
}

#[test]
fn a_command_that_loses_its_agent_changes_nothing_and_says_so() {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    let before = sandbox.bytes();
    let mut set = sandbox.kluis(["update", "name", "--value"]).command();
    let set = set.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut set = set.spawn().unwrap();
    // It opens the vault before it reads the value.
    sleep(Duration::from_millis(700));
    sandbox.kluis(["lock", "-q"]).run().exits(0);
    let mut stdin = set.stdin.take().unwrap();
    let _ = std::io::Write::write_all(&mut stdin, b"another value");
    drop(stdin);
    let ended = set.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(4), "{said}");
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn an_agent_inherits_nothing_from_its_starter() {
    let sandbox = vault("v");
    let held = sandbox.given("held", "");
    // Like `flock 9` in a script.
    let script = format!("exec 9> {}", held.display());
    let unlock = unlock(&sandbox, &[]).prepared(&script);
    unlock.run().any_stderr().exits(0);
    let process = process(&sandbox);
    let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let open = open.map(|entry| fs::read_link(entry.unwrap().path()).unwrap());
    let open: Vec<_> = open.collect();
    assert!(!open.contains(&held), "{open:?}");
}
