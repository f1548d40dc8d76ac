//! Tests agents in other places: an agent whose socket is gone ends, `lock` reaches agents of other environments,
//! and the agent is used from a PID namespace.

use crate::agent::{agents, unlock, vault, wait_until};
use crate::agent_hostile::is_root;
use crate::sandbox::Sandbox;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

/// What happens to a socket, by name.
type Loss = (&'static str, fn(&Sandbox));

#[test]
fn an_agent_ends_when_its_socket_or_a_folder_above_is_gone() {
    if !is_root("seeing which processes listen") {
        return;
    }
    let take_away: [Loss; 4] = [
        ("the socket is removed", |sandbox| {
            fs::remove_file(sandbox.agent_socket()).unwrap();
        }),
        ("another takes its place", |sandbox| {
            fs::remove_file(sandbox.agent_socket()).unwrap();
            fs::write(sandbox.agent_socket(), "").unwrap();
        }),
        ("its folder is removed", |sandbox| {
            fs::remove_dir_all(sandbox.agent_socket().parent().unwrap()).unwrap();
        }),
        ("a folder above is renamed", |sandbox| {
            let above = sandbox.home().join(".local/state");
            fs::rename(&above, sandbox.home().join(".local/elsewhere")).unwrap();
        }),
    ];
    for (what, take_away) in take_away {
        let sandbox = vault("v");
        unlock(&sandbox, &[]).run().exits(0);
        assert_eq!(agents(&sandbox).len(), 1, "{what}");
        take_away(&sandbox);
        wait_until(what, || agents(&sandbox).is_empty());
        let _ = fs::remove_file(sandbox.agent_socket());
    }
}

#[test]
fn an_agent_by_hand_ends_as_well_and_keeps_anothers_socket() {
    let sandbox = vault("v");
    let mut agent = sandbox.kluis(["agent", "-q"]).command();
    let mut agent = agent.stdin(std::process::Stdio::null()).spawn().unwrap();
    wait_until("it listens", || sandbox.agent_socket().exists());
    fs::remove_file(sandbox.agent_socket()).unwrap();
    let other = UnixListener::bind(sandbox.agent_socket()).unwrap();
    assert!(agent.wait().unwrap().success());
    assert!(sandbox.agent_socket().exists(), "it is not its own");
    drop(other);
    fs::remove_file(sandbox.agent_socket()).unwrap();
}

fn runtime(sandbox: &Sandbox, name: &str) -> PathBuf {
    let folder = sandbox.home().join(name);
    fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
    folder
}

#[test]
fn lock_reaches_the_agents_of_other_surroundings() {
    let sandbox = vault("v");
    let folders = ["one", "two"].map(|name| runtime(&sandbox, name));
    for folder in &folders {
        let unlock = unlock(&sandbox, &[]).env("XDG_RUNTIME_DIR", folder);
        unlock.run().exits(0);
    }
    unlock(&sandbox, &[]).run().exits(0);
    let get = |folder: Option<&PathBuf>| {
        let get = sandbox.kluis(["get", "name"]);
        match folder {
            Some(folder) => get.env("XDG_RUNTIME_DIR", folder).run(),
            None => get.run(),
        }
    };
    for folder in folders.iter().map(Some).chain([None]) {
        get(folder).stdout("v").exits(0);
    }
    // As a cron job runs it: with nothing but a home.
    let lock = sandbox.kluis(["lock"]).run();
    lock.stderr("kluis: note: locked 3 agents\n").exits(0);
    for folder in folders.iter().map(Some).chain([None]) {
        get(folder).any_stderr().exits(4);
    }
    let nothing = "kluis: note: no agent is running: there is nothing to lock\n";
    sandbox.kluis(["lock"]).run().stderr(nothing).exits(0);
    // From one of them, too.
    let [one, two] = &folders;
    for folder in [one, two] {
        let unlock = unlock(&sandbox, &[]).env("XDG_RUNTIME_DIR", folder);
        unlock.run().exits(0);
    }
    let lock = sandbox.kluis(["lock"]).env("XDG_RUNTIME_DIR", one).run();
    lock.stderr("kluis: note: locked 2 agents\n").exits(0);
}

#[test]
fn a_noted_place_that_is_anothers_now_fails_one_lock_only() {
    if !is_root("giving a folder to another user") {
        return;
    }
    let sandbox = vault("v");
    let folder = runtime(&sandbox, "one");
    let unlock = unlock(&sandbox, &[]).env("XDG_RUNTIME_DIR", &folder);
    unlock.run().exits(0);
    let place = folder.join("kluis");
    fs::remove_dir_all(&place).unwrap();
    fs::DirBuilder::new().mode(0o700).create(&place).unwrap();
    let _listener = UnixListener::bind(place.join("agent.sock")).unwrap();
    chown(&place, Some(64_101), None).unwrap();
    let lock = || sandbox.kluis(["lock"]).run();
    lock().stderr_has("is not private to you").exits(1);
    lock().stderr_has("there is nothing to lock").exits(0);
}

/// An agent outside of the namespace has no number there.
#[test]
fn an_agent_outside_of_a_pid_namespace_is_used() {
    let unshare = ["unshare", "-rpf", "--mount-proc"];
    let tried = Command::new(unshare[0])
        .args(&unshare[1..])
        .arg("true")
        .status();
    if !tried.is_ok_and(|status| status.success()) || !is_root("a namespace of one's own user") {
        return eprintln!("skipped: no PID namespace here");
    }
    let sandbox = vault("v");
    unlock(&sandbox, &[]).run().exits(0);
    let get = sandbox.kluis(["get", "name"]).under(unshare).run();
    get.stdout("v").exits(0);
}

/// As a helper of cron, sudo or a desktop finds it, without the variable.
#[test]
fn the_agent_in_run_user_is_found_without_the_variable() {
    let unshare = ["unshare", "-m"];
    let tried = Command::new(unshare[0]).args([unshare[1], "true"]).status();
    if !is_root("a file system of one's own") || !tried.is_ok_and(|status| status.success()) {
        return;
    }
    let sandbox = vault("v");
    let user = rustix::process::geteuid().as_raw();
    // Each mode of the folder, and the place of the agent then.
    for (mode, place) in [("700", "run"), ("755", "state")] {
        let script = format!(
            "set -e; mount -t tmpfs none /run; mkdir /run/user; mkdir -m {mode} /run/user/{user}; \
             case $PLACE in run) export XDG_RUNTIME_DIR=/run/user/{user} ;; esac; \
             \"$1\" unlock --passphrase-file \"$FILE\" -q; unset XDG_RUNTIME_DIR; \
             \"$@\"; \"$1\" lock -q"
        );
        let get = sandbox.kluis(["get", "name"]).without("XDG_RUNTIME_DIR");
        let get = get
            .env("FILE", sandbox.given_path("passphrase"))
            .env("PLACE", place);
        let get = get
            .under(["unshare", "-m", "sh", "-c", &script, "sh"])
            .run();
        get.stdout("v").exits(0);
        let has_socket = sandbox.agent_socket().exists();
        assert!(!has_socket, "it was locked: {place}");
    }
}
