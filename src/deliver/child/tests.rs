//! Tests commands run from a separate process: this test program again, which runs one shell and records how it
//! ended.

use super::*;
use crate::deliver::environment::Origin;
use crate::deliver::value_files::{NewFolder, Remover};
use crate::plaintext::Plaintext;
use crate::platform::process::harden;
use crate::platform::test_program::write_program;
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::reference::Reference;
use rustix::process::{
    Resource, WaitOptions, WaitStatus, getrlimit, kill_process_group, wait, waitpid,
};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStderr, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const VALUE: &[u8] = b"$(id)\n'\"\\ \xff\xc3\xa9\t\x1b[0m\n\n";
const VALUE_WITH_NUL: &[u8] = b"a\0b\n";

/// Signals with their default action, however the tests were started.
const HEARD: (&str, &str) = (
    "THROUGH",
    if cfg!(target_os = "linux") {
        "env --default-signal=INT,QUIT,HUP"
    } else {
        "env"
    },
);

/// Ignored signals stay ignored.
const AS_FOUND: (&str, &str) = ("THROUGH", "env");

/// A shell that becomes this test program, which runs [`supervises_a_shell`].
const BESIDE: &str = "exec $THROUGH \"$PROGRAM\" --ignored --exact --nocapture \
    deliver::child::tests::supervises_a_shell";

fn name(key: &str) -> (EnvKey, Reference) {
    (EnvKey::parse(key).unwrap(), Reference::parse("a").unwrap())
}

fn run(program: &Path, arguments: &[OsString], environment: &Environment) -> Result<Ended, Error> {
    let typed = OsStr::new("typed");
    let stdin = match std::env::var_os("EMPTY") {
        Some(_) => Stdin::Empty,
        None => Stdin::Inherited,
    };
    supervise(program, typed, arguments, environment, stdin, harden())
}

#[test]
#[ignore = "waits for a shell of its own: the other tests start it"]
fn supervises_a_shell() {
    let script = std::env::var_os("SCRIPT").unwrap();
    let mut environment = Environment::new([]);
    let (key, reference) = name("VALUE");
    let value = Plaintext::new(VALUE.to_vec());
    environment
        .insert(key, Origin::Secret(reference), value)
        .unwrap();
    let (key, reference) = name("FILE");
    let value = Plaintext::new(VALUE_WITH_NUL.to_vec());
    let file = FileName::parse("file").unwrap();
    environment
        .insert_file(key, Origin::Secret(reference), file, value)
        .unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = NewFolder::new(place.path(), Remover::Parent).unwrap();
    let _files = environment.write_files(folder).unwrap();

    let before = threads();
    let ended = run(Path::new("/bin/sh"), &["-c".into(), script], &environment).unwrap();
    let patience = Instant::now() + Duration::from_secs(5);
    // A joined thread is still listed for a moment.
    while threads() > before && Instant::now() < patience {
        std::thread::yield_now();
    }
    assert_eq!(threads(), before);
    assert!(wait(WaitOptions::NOHANG).is_err(), "a child is left behind");
    assert_eq!(getrlimit(Resource::Core).current, Some(0));
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
    fs::write(
        std::env::var_os("ENDED").unwrap(),
        format!("{ended:?} {}", std::process::id()),
    )
    .unwrap();
}

/// The number of threads of this process; on Linux only.
fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// A process that runs a shell, both in a process group of their own that can be stopped: their parent, the
/// test, is in another group of the same session.
struct Beside {
    process: Child,
    stderr: BufReader<ChildStderr>,
    directory: TempDir,
}

impl Beside {
    fn start(script: &str) -> Self {
        Self::prepared("", script, &[])
    }

    /// In a session of their own, without job control. Not every system has `setsid`.
    #[cfg(target_os = "linux")]
    fn in_a_session(script: &str) -> Self {
        Self::spawn("", script, &[("THROUGH", "setsid")], |command| command)
    }

    /// The shell that becomes the process runs `before`.
    fn prepared(before: &str, script: &str, variables: &[(&str, &str)]) -> Self {
        Self::spawn(before, script, variables, |command| {
            command.process_group(0)
        })
    }

    fn spawn(
        before: &str,
        script: &str,
        variables: &[(&str, &str)],
        placed: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{before}\n{BESIDE}")])
            .env("PROGRAM", std::env::current_exe().unwrap())
            .env("SCRIPT", script)
            .env("ENDED", directory.path().join("ended"))
            .envs([HEARD])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = placed(&mut command).spawn().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        Self {
            process,
            stderr,
            directory,
        }
    }

    fn id(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Waits until the shell prints a line.
    fn once_ready(mut self) -> Self {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        self
    }

    fn type_line(&mut self) {
        let mut stdin = self.process.stdin.take().unwrap();
        stdin.write_all(b"line\n").unwrap();
    }

    /// How the shell ended, and the rest of its stdout and stderr.
    fn ended(mut self) -> (String, Vec<u8>, Vec<u8>) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        self.stderr.read_to_end(&mut stderr).unwrap();
        let mut out = self.process.stdout.take().unwrap();
        out.read_to_end(&mut stdout).unwrap();
        let status = self.process.wait().unwrap();
        let said = String::from_utf8_lossy(&stderr).into_owned();
        assert!(status.success(), "{status}: {said}");
        let ended = fs::read_to_string(self.directory.path().join("ended")).unwrap();
        let own = format!(" {}", self.process.id());
        (ended.strip_suffix(&own).unwrap().to_owned(), stdout, stderr)
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn values_arrive_exactly_and_output_goes_to_stderr() {
    let script = "printf '%s|' \"$0\" \"$VALUE\" \"${KLUIS_TOKEN-unset}\"; sh -c 'cat \"$FILE\"'";
    let variables = [("KLUIS_TOKEN", "kls_token"), ("VALUE", "older")];
    let (ended, stdout, stderr) = Beside::prepared("", script, &variables).ended();
    assert_eq!(ended, "Exited(0)");
    let expected = [b"typed|", VALUE, b"|unset|", VALUE_WITH_NUL].concat();
    assert_eq!(
        String::from_utf8_lossy(&stderr),
        String::from_utf8_lossy(&expected)
    );
    assert!(!contains(&stdout, b"typed|"), "stdout is for results");
}

#[test]
fn it_reads_our_stdin_or_nothing() {
    let script = "read -r line; echo \"got ${line:-nothing}\"";
    let mut beside = Beside::start(script);
    beside.type_line();
    assert_eq!(beside.ended().2, b"got line\n");
    let mut beside = Beside::prepared("", script, &[("EMPTY", "yes")]);
    beside.type_line();
    assert_eq!(beside.ended().2, b"got nothing\n");
}

#[test]
fn an_exit_code_differs_from_a_signal() {
    for (script, expected) in [
        ("exit 0", "Exited(0)"),
        ("exit 3", "Exited(3)"),
        ("exit 137", "Exited(137)"),
        ("kill -KILL $$", "Signalled(9)"),
        ("kill -PIPE $$", "Signalled(13)"),
        ("kill -INT $$", "Signalled(2)"),
    ] {
        assert_eq!(Beside::start(script).ended().0, expected, "{script}");
    }
}

#[test]
fn a_request_to_end_is_passed_on_and_its_answer_awaited() {
    for (signal, trapped) in [(Signal::TERM, "TERM"), (Signal::HUP, "HUP")] {
        let script = format!(
            "trap 'sleep 0.1; echo heard; exit 3' {trapped}; echo ready; while :; do sleep 0.02; done"
        );
        let beside = Beside::start(&script).once_ready();
        kill_process(beside.id(), signal).unwrap();
        let (ended, _, stderr) = beside.ended();
        assert_eq!(ended, "Exited(3)");
        assert_eq!(stderr, b"heard\n");
        let beside = Beside::start("echo ready; exec sleep 60").once_ready();
        kill_process(beside.id(), signal).unwrap();
        assert_eq!(
            beside.ended().0,
            format!("Signalled({})", signal.as_raw()),
            "{trapped}"
        );
    }
}

#[test]
#[ignore = "raises a signal in the whole process: the next test starts it"]
fn a_signal_before_the_start_ends_everything() {
    let attention = SignalRelay::start(Relay::default()).unwrap();
    kill_process(rustix::process::getpid(), Signal::TERM).unwrap();
    while attention.heard().is_none() {
        std::thread::yield_now();
    }
    let made = std::env::var_os("ENDED").unwrap();
    let mut command = Command::new("touch");
    command.arg(&made);
    let ended = attention.run(command, harden()).unwrap();
    assert_eq!(ended, Ended::Signalled(Signal::TERM.as_raw()));
    assert!(!Path::new(&made).exists());
}

#[test]
fn a_request_to_end_that_comes_before_the_command_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let inner = "deliver::child::tests::a_signal_before_the_start_ends_everything";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--ignored", "--exact", inner])
        .env("ENDED", directory.path().join("made"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_interrupt_is_left_to_the_command() {
    for signal in [Signal::INT, Signal::QUIT] {
        let mut beside = Beside::start("echo ready; read -r line; exit 5").once_ready();
        kill_process(beside.id(), signal).unwrap();
        beside.type_line();
        assert_eq!(beside.ended().0, "Exited(5)", "not passed on");

        // The signal goes to the group, as from a terminal; a shell in between would end by itself.
        let beside = Beside::start("echo ready; exec sleep 60").once_ready();
        kill_process_group(beside.id(), signal).unwrap();
        assert_eq!(beside.ended().0, format!("Signalled({})", signal.as_raw()));
    }
}

#[test]
fn a_stop_at_the_terminal_stops_both_until_they_are_continued() {
    let beside = Beside::start("echo ready; read -r line; exit 4").once_ready();
    kill_process_group(beside.id(), Signal::TSTP).unwrap();
    let (_, stopped) = waitpid(Some(beside.id()), WaitOptions::UNTRACED)
        .unwrap()
        .unwrap();
    assert!(WaitStatus::stopped(stopped), "{stopped:?}");
    kill_process_group(beside.id(), Signal::CONT).unwrap();
    let mut beside = beside;
    beside.type_line();
    assert_eq!(beside.ended().0, "Exited(4)");
}

#[cfg(target_os = "linux")]
#[test]
fn without_job_control_a_stop_does_nothing() {
    let mut beside = Beside::in_a_session("echo ready; read -r line; exit 4").once_ready();
    kill_process_group(beside.id(), Signal::TSTP).unwrap();
    beside.type_line();
    let either = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    let status = waitid(WaitId::Pid(beside.id()), either).unwrap().unwrap();
    if status.stopped() {
        beside.process.kill().unwrap();
    }
    assert!(status.exited());
    assert_eq!(beside.ended().0, "Exited(4)");
}

#[cfg(target_os = "linux")]
#[test]
fn the_exit_status_is_known_even_when_sigchld_is_ignored() {
    let ignored = ("THROUGH", "env --ignore-signal=CHLD");
    let beside = Beside::prepared("", "exit 3", &[ignored]);
    assert_eq!(beside.ended().0, "Exited(3)");
}

#[test]
fn ignored_signals_stay_ignored() {
    let script = "echo ready; read -r line; exit 6";
    let mut beside = Beside::prepared("trap '' HUP", script, &[AS_FOUND]).once_ready();
    kill_process_group(beside.id(), Signal::HUP).unwrap();
    beside.type_line();
    assert_eq!(beside.ended().0, "Exited(6)");
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_starts_with_the_original_signals_and_limits() {
    let script = "ulimit -S -c; exec grep -E 'SigIgn|SigBlk' /proc/self/status";
    let mut plain = Command::new("sh");
    let plain = plain.args(["-c", &format!("ulimit -S -c 100; {script}")]);
    let expected = plain.output().unwrap().stdout;
    assert!(expected.starts_with(b"100\n"));
    let beside = Beside::prepared("ulimit -S -c 100", script, &[AS_FOUND]);
    assert_eq!(beside.ended().2, expected);
}

#[test]
#[ignore = "has the limits and signals of the whole process: the next test starts it"]
fn says_why_a_command_cannot_start() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("script");
    write_program(&script, "#!/absent/interpreter\n");
    let plain = directory.path().join("plain");
    fs::write(&plain, "").unwrap();
    let empty = Environment::new([]);
    let start = |path: &Path, arguments: &[OsString]| run(path, arguments, &empty).unwrap_err();
    assert!(matches!(start(&script, &[]), Error::NoInterpreter { .. }));
    assert!(matches!(start(&plain, &[]), Error::NotExecutable { .. }));
    let absent = directory.path().join("absent");
    assert!(matches!(start(&absent, &[]), Error::NotFound { .. }));
    let long = vec![OsString::from("x".repeat(100_000)); 100];
    assert!(matches!(
        start(Path::new("/bin/sh"), &long),
        Error::TooLarge
    ));
}

#[test]
fn a_command_that_cannot_start_says_why() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact"])
        .arg("deliver::child::tests::says_why_a_command_cannot_start")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
