//! Tests who removes the files of a command: the watcher, `kluis` itself as process 1, or a later command. Also
//! tests full or missing memory, and signals.

use crate::agent::wait_until;
use crate::crash::trace;
use crate::file_systems::failing;
use crate::namespaces::{UNSHARE, is_possible};
use crate::sandbox::Sandbox;
use crate::value_files::{Memory, with_secret};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FILE: [&str; 2] = ["--file", "F=name"];

/// A command that has its file and sleeps, and the folder of the file.
fn sleeping(memory: &Memory, sandbox: &Sandbox, options: &[&str]) -> (Child, PathBuf) {
    let run = memory.run(sandbox, options, "echo > \"$HOME/started\"; exec sleep 60");
    let mut command = run.command();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let child = command.spawn().unwrap();
    let started = sandbox.home().join("started");
    wait_until("the command starts", || started.exists());
    fs::remove_file(started).unwrap();
    (child, memory.folders().remove(0))
}

/// The watcher of a folder.
fn watcher_of(folder: &Path) -> String {
    let pattern = format!("^kluis watch-files watch .*{}$", folder.display());
    let found = Command::new("pgrep").args(["-f", &pattern]).output();
    let id = String::from_utf8(found.unwrap().stdout).unwrap();
    assert_eq!(id.lines().count(), 1, "{id}");
    id.trim_end().to_owned()
}

fn signal(name: &str, process: &str) {
    let sent = Command::new("kill").args([name, process]).status();
    assert!(sent.unwrap().success());
}

fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_watcher_is_alone_asleep_small_and_knows_nothing() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let (mut child, folder) = sleeping(&memory, &sandbox, &FILE);
    let id = watcher_of(&folder);
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let fields = status.rsplit(')').next().unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // Its state, and its session, which is its own.
    assert_eq!(fields[0], "S");
    assert_eq!(fields[3], id);
    assert_ne!(fields[1], child.id().to_string());
    // Only root may look further, because it is closed like every process of kluis.
    if let Ok(descriptors) = fs::read_dir(format!("/proc/{id}/fd")) {
        let targets = descriptors.map(|entry| fs::read_link(entry.unwrap().path()).unwrap());
        let mut targets: Vec<String> = targets
            .map(|target| target.to_string_lossy().into_owned())
            .collect();
        targets.sort();
        let lock = folder.to_str().unwrap();
        assert_eq!(
            targets,
            ["/dev/null", "/dev/null", lock, "anon_inode:[pidfd]"]
        );
        let read = |file: &str| fs::read_to_string(format!("/proc/{id}/{file}")).unwrap();
        assert_eq!(read("environ"), "");
        let cwd = fs::read_link(format!("/proc/{id}/cwd")).unwrap();
        assert_eq!(cwd.to_str(), Some("/"));
        let memory = read("smaps_rollup");
        let anonymous = memory
            .lines()
            .find_map(|line| line.strip_prefix("Anonymous:"));
        let kib = anonymous.unwrap().trim().trim_end_matches(" kB").parse();
        let kib: u32 = kib.unwrap();
        assert!(kib < 1024, "{kib} KiB");
    }
    // Requests to end do not reach the folder.
    for name in ["-TERM", "-HUP", "-INT", "-QUIT"] {
        signal(name, &id);
    }
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(watcher_of(&folder), id);
    end(&mut child);
    memory.is_cleared();
}

#[test]
fn the_next_command_removes_what_a_killed_watcher_left() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let doctor = || {
        let doctor = sandbox.kluis(["doctor"]);
        let found = doctor.env("XDG_RUNTIME_DIR", memory.path()).run();
        let text = String::from_utf8(found.stdout.clone()).unwrap();
        found.any_stdout().any_stderr().ends();
        text
    };
    let (mut child, folder) = sleeping(&memory, &sandbox, &FILE);
    signal("-KILL", &watcher_of(&folder));
    // The command still uses it, so no other command removes it.
    memory.run(&sandbox, &FILE, "true").run().exits(0);
    assert!(folder.join("name").exists());
    assert!(!doctor().contains("leftover"));
    end(&mut child);
    let text = doctor();
    assert!(text.contains("left a value in"), "{text}");
    assert!(
        text.contains("run `kluis lock`, which removes it"),
        "{text}"
    );
    let next = memory.run(&sandbox, &FILE, "true").run();
    next.stderr("kluis: note: removed a value that an interrupted `kluis edit` or `kluis run` left in memory\n")
        .exits(0);
    memory.is_cleared();
}

#[test]
fn killed_at_any_call_it_leaves_no_file_for_long() {
    let Some(memory) = Memory::new() else { return };
    if !trace::is_possible() {
        return;
    }
    let (sandbox, _) = with_secret("name");
    for call in [
        "mkdir",
        "openat",
        "flock",
        "pidfd_open",
        "pipe2",
        "vfork",
        "clone3",
        "wait4",
        "write",
        "fchmod",
        "fcntl",
        "execve",
    ] {
        for nth in 1.. {
            let fault = format!("inject={call}:signal=KILL:when={nth}");
            let under = ["strace", "-qq", "-o", "/dev/null", "-e", &fault];
            let ran = memory.run(&sandbox, &FILE, "true").under(under).run();
            let code = ran.code;
            ran.any_stdout().any_stderr().ends();
            let has_file = || {
                memory
                    .folders()
                    .iter()
                    .any(|folder| folder.join("name").exists())
            };
            wait_until("the file is removed", || !has_file());
            if code == 0 {
                break;
            }
            assert_eq!(code, 137, "{fault}");
        }
    }
    let lock = sandbox
        .kluis(["lock"])
        .env("XDG_RUNTIME_DIR", memory.path());
    lock.run().any_stderr().exits(0);
    assert!(memory.folders().is_empty());
}

#[test]
fn without_descriptors_of_processes_the_lock_tells_the_end() {
    let Some(memory) = Memory::new() else { return };
    if !trace::is_possible() {
        return;
    }
    let (sandbox, value) = with_secret("name");
    let fault = failing(&["pidfd_open:error=ENOSYS"]);
    let run = memory.run(&sandbox, &FILE, "sh -c 'sleep 0.3; cat \"$F\"'; exit 4");
    run.under(fault).run().stdout(value).exits(4);
    memory.is_cleared();
}

#[test]
fn without_a_watcher_nothing_is_started() {
    let Some(memory) = Memory::new() else { return };
    if !trace::is_possible() {
        return;
    }
    let (sandbox, _) = with_secret("name");
    let fault = failing(&["clone,clone3,vfork:error=EAGAIN"]);
    let run = memory.run(&sandbox, &FILE, "echo started");
    run.under(fault)
        .run()
        .stderr_has("cannot start the process that removes the files afterwards")
        .exits(125);
    memory.is_cleared();
}

#[test]
fn as_process_1_it_stays_passes_signals_on_and_removes_the_file() {
    let Some(memory) = Memory::new() else { return };
    if !is_possible() {
        return;
    }
    let (sandbox, value) = with_secret("name");
    let script = "cat \"$F\"; echo \" $PPID\"; pgrep -f 'watch-file[s]'; trap 'exit 5' TERM; kill -TERM 1; sleep 10";
    let run = memory.run(&sandbox, &FILE, script).under(UNSHARE);
    run.run().stdout(format!("{value} 1\n")).exits(5);
    assert!(memory.folders().is_empty());
    let killed = memory.run(&sandbox, &FILE, "kill -KILL $$").under(UNSHARE);
    killed.run().exits(137);
    assert!(memory.folders().is_empty());
}

/// A process that adopts orphans and becomes `kluis`, as some supervisors do.
const ADOPT: &str =
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1); os.execvp(sys.argv[1], sys.argv[1:])";

#[test]
fn where_orphans_are_adopted_the_command_gets_no_child_of_ours() {
    let Some(memory) = Memory::new() else { return };
    if Command::new("python3").arg("-V").output().is_err() {
        return eprintln!("skipped: no Python here");
    }
    let (sandbox, value) = with_secret("name");
    let script = "cat \"$F\"; pgrep -P $$ -f 'watch-file[s]'; exit 6";
    let run = memory.run(&sandbox, &FILE, script);
    let run = run.under(["python3", "-c", ADOPT]).run();
    run.stdout(value).exits(6);
    assert!(memory.folders().is_empty());
}

/// In a separate mount namespace: prepares, runs the rest, and lists the remaining files.
fn mounted(mount: &str) -> Option<Vec<String>> {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-rm"]];
    let way = ways.into_iter().find(|way| {
        let line = [&way[1..], &["sh", "-c", mount]].concat();
        let tried = Command::new(way[0]).args(line).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if way.is_none() {
        eprintln!("skipped: no mount namespace here");
    }
    let script = format!(
        "{mount} || exit 99; \"$@\"; code=$?; sleep 0.3; find /mnt -type f -o -name 'kluis-*'; exit $code"
    );
    let rest = ["sh", "-c", &script, "sh"];
    Some(
        way?.iter()
            .chain(&rest)
            .map(|&word| word.to_owned())
            .collect(),
    )
}

#[test]
fn without_a_folder_in_memory_nothing_is_started() {
    let Some(under) = mounted("mount --rbind /proc /dev/shm") else {
        return;
    };
    let (sandbox, _) = with_secret("name");
    for session in [None, Some("/proc"), Some("relative"), Some("/nowhere")] {
        let run = ["run", "--file", "F=name", "--", "echo", "started"];
        let run = sandbox.kluis(run).under(&under);
        let run = match session {
            Some(session) => run.env("XDG_RUNTIME_DIR", session),
            None => run,
        };
        let told = "kluis: error: there is no folder in memory (tmpfs), and kluis writes no value to a disk\n\
                    kluis: hint: set XDG_RUNTIME_DIR to a folder of yours in a tmpfs, or mount a tmpfs at /dev/shm\n";
        run.run().stderr(told).exits(125);
    }
    // Without a file it needs no memory.
    let run = ["run", "-e", "F=name", "--", "true"];
    sandbox.kluis(run).under(&under).run().exits(0);
}

#[test]
fn in_a_full_memory_nothing_is_started_and_nothing_left() {
    let sandbox = Sandbox::with_vault();
    let value = format!("{}{}", sandbox.secret("value"), "x".repeat(60_000));
    sandbox.create("name", &value);
    sandbox.create("other", "x".repeat(60_000));
    let both = ["--file", "OTHER=other", "--file", "F=name"];
    let line = [&["run"], &both[..], &["--", "sh", "-c", "cat \"$F\""]].concat();
    let options = [
        "size=4k",
        "size=40k",
        "size=64k",
        "size=100k",
        "nr_inodes=1",
        "nr_inodes=2",
        "nr_inodes=3",
        "nr_inodes=4",
    ];
    for option in options {
        let mount = format!("mount -t tmpfs -o mode=0700,{option} kluis /mnt");
        let Some(under) = mounted(&mount) else { return };
        let run = sandbox.kluis(&line).env("XDG_RUNTIME_DIR", "/mnt");
        let failed = run.under(under).run();
        assert!(
            failed.stderr.contains("No space left on device"),
            "{option}"
        );
        failed.stdout("").any_stderr().exits(125);
    }
    let mount = "mount -t tmpfs -o mode=0700,size=200k,nr_inodes=5 kluis /mnt";
    let Some(under) = mounted(mount) else { return };
    let run = sandbox.kluis(&line).env("XDG_RUNTIME_DIR", "/mnt");
    run.under(under).run().stdout(value).exits(0);
}

#[test]
fn a_limit_on_file_sizes_is_an_error() {
    let Some(memory) = Memory::new() else { return };
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "x".repeat(60_000));
    // In blocks of 512 bytes: the memory of the vault still fits.
    let run = memory
        .run(&sandbox, &FILE, "echo started")
        .prepared("ulimit -f 60");
    run.run().stderr_has("File too large").exits(125);
    memory.is_cleared();
}
