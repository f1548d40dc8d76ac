//! Tests the memory of a command that knows a key and half of a value: it is in no core file, and no other
//! process of the same user can read it.

use crate::agent_hostile::{has, is_root, of_nobody, reachable};
use crate::sandbox::Sandbox;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the child has read its input: then the vault is open.
fn has_read(child: &Child) {
    let deadline = Instant::now() + PATIENCE;
    let place = format!("/proc/{}/io", child.id());
    loop {
        // Root can see it. The count includes bytes read from files, such as the vault.
        let io = fs::read_to_string(&place).unwrap_or_default();
        let read = io.lines().find_map(|line| line.strip_prefix("rchar: "));
        let has_vault = read.is_some_and(|bytes| bytes.parse::<u64>().unwrap() > 3_000);
        let state = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        let sleeps = state.rsplit(')').next().unwrap().trim().starts_with('S');
        if has_vault && sleeps {
            return;
        }
        assert!(Instant::now() < deadline, "it never reads");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A command that has its key and waits for the rest of a value.
fn waiting(sandbox: &Sandbox, under: &[&str]) -> Child {
    let set = sandbox.kluis(["set", "name"]).under(under);
    let mut set = set.command();
    set.stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = set.spawn().unwrap();
    let stdin = child.stdin.as_mut().unwrap();
    stdin.write_all(sandbox.secret("half").as_bytes()).unwrap();
    has_read(&child);
    child
}

fn cores(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("core")).collect()
}

/// Whether core files are made here, in the working directory.
fn are_made(sandbox: &Sandbox) -> bool {
    let mut other = Command::new("sh");
    other.args(["-c", "ulimit -c unlimited; kill -SEGV $$"]);
    let ended = other.current_dir(sandbox.home()).status().unwrap();
    let made = cores(sandbox.home());
    for core in &made {
        fs::remove_file(sandbox.home().join(core)).unwrap();
    }
    assert!(ended.signal().is_some());
    if made.is_empty() {
        eprintln!("skipped: core files are not made in the working directory here");
    }
    !made.is_empty()
}

#[test]
fn a_command_that_dies_leaves_no_core_file() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    if !is_root("counting what a process has read") || !are_made(&sandbox) {
        return;
    }
    let before = sandbox.bytes();
    for signal in ["SEGV", "ABRT", "BUS", "ILL", "FPE", "TRAP", "QUIT", "SYS"] {
        let mut child = waiting(
            &sandbox,
            &["sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh"],
        );
        let id = child.id().to_string();
        let status = loop {
            // The runtime's own handler of SIGSEGV and SIGBUS ignores the first signal without an address.
            let mut kill = Command::new("kill");
            kill.args(["-s", signal, &id]).stderr(Stdio::null());
            kill.status().unwrap();
            thread::sleep(Duration::from_millis(20));
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
        };
        assert!(status.signal().is_some(), "{signal}: {status}");
        assert!(!status.core_dumped(), "{signal}");
        assert_eq!(cores(sandbox.home()), [""; 0], "{signal}");
    }
    assert!(sandbox.bytes() == before);
    // The child of `run` has the limit that was there before.
    let limit = ["run", "-e", "A=name", "--", "sh", "-c", "ulimit -c"];
    let limit = sandbox.kluis(limit).prepared("ulimit -c unlimited");
    limit.run().stdout("unlimited\n").exits(0);
}

#[test]
fn a_commands_memory_and_environment_are_closed_to_its_user() {
    if !is_root("being another user") || !has("setpriv") || !reachable() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let nobody = of_nobody(&sandbox);
    let under: Vec<&str> = nobody.iter().map(String::as_str).collect();
    let mut child = waiting(&sandbox, &under);
    let id = child.id().to_string();
    let as_nobody = |line: &[&str]| {
        let mut command = Command::new(under[0]);
        command.args(&under[1..]).args(line).stdin(Stdio::null());
        command.current_dir("/").output().unwrap()
    };
    for file in ["mem", "environ", "maps", "auxv", "stack", "syscall", "io"] {
        let read = as_nobody(&["cat", &format!("/proc/{id}/{file}")]);
        let told = String::from_utf8_lossy(&read.stderr).into_owned();
        assert!(!read.status.success() && read.stdout.is_empty(), "{file}");
        let is_refused = told.contains("Permission denied") || told.contains("not permitted");
        assert!(is_refused, "{file}: {told}");
    }
    for descriptor in ["0", "1", "2", "3"] {
        let link = as_nobody(&["readlink", &format!("/proc/{id}/fd/{descriptor}")]);
        assert!(!link.status.success(), "descriptor {descriptor}");
    }
    // On an open process of the same user, all of these succeed.
    let mut open = Command::new(under[0]);
    open.args(&under[1..])
        .args(["sleep", "60"])
        .current_dir("/");
    let mut open = open.spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    let seen = as_nobody(&["cat", &format!("/proc/{}/environ", open.id())]);
    open.kill().unwrap();
    open.wait().unwrap();
    assert!(
        seen.status.success(),
        "the test itself cannot see an open process"
    );
    if has("strace") {
        let traced = as_nobody(&["timeout", "5", "strace", "-o", "/dev/null", "-p", &id]);
        let told = String::from_utf8_lossy(&traced.stderr).into_owned();
        assert!(told.contains("Operation not permitted"), "{told}");
    }
    if has("gcore") {
        let core = sandbox.home().join("core");
        as_nobody(&["gcore", "-o", core.to_str().unwrap(), &id]);
        assert!(!core.with_file_name(format!("core.{id}")).exists());
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
