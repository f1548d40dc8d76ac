//! Tests values as files: what a command finds at the path, when the files are removed, and what is refused.

use crate::agent::wait_until;
use crate::sandbox::{Invocation, Sandbox, make_pipe};
use crate::test_program::write_program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder in memory in place of that of the session, separate from those of other tests.
pub struct Memory(TempDir);

impl Memory {
    pub fn new() -> Option<Self> {
        let own = tempfile::Builder::new()
            .prefix("of-a-test-")
            .tempdir_in("/dev/shm");
        if own.is_err() {
            eprintln!("skipped: no memory as a folder here");
        }
        own.ok().map(Self)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// `run` with these options, and a shell that runs the script.
    pub fn run<'s>(&self, sandbox: &'s Sandbox, options: &[&str], script: &str) -> Invocation<'s> {
        let line = [&["run"], options, &["--", "sh", "-c", script]].concat();
        sandbox.kluis(line).env("XDG_RUNTIME_DIR", self.path())
    }

    /// The present folders of commands.
    pub fn folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path().join("kluis"));
        let entries = entries.into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    pub fn is_cleared(&self) {
        wait_until("the files are removed", || self.folders().is_empty());
    }
}

/// A sandbox with one secret, and its value.
pub fn with_secret(name: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create(name, &value);
    (sandbox, value)
}

#[test]
fn the_file_is_named_like_the_secret_and_only_you_can_read_it() {
    let Some(memory) = Memory::new() else { return };
    let sandbox = Sandbox::with_vault();
    let value = format!("{}\0\n\n", sandbox.secret("key"));
    let create = sandbox.kluis(["create", "tls-key.pem", "--raw"]);
    create.stdin(&value).run().any_stdout().exits(0);
    let script = "stat -c '%F %a %U' \"$TLS\"; stat -c '%a %h' \"${TLS%/*}\"; ls -A \"${TLS%/*}\"; echo \"$TLS\"; cat \"$TLS\"";
    for umask in ["umask 000", "umask 077", "umask 777"] {
        let run = memory.run(&sandbox, &["--file", "TLS=tls-key.pem"], script);
        let ran = run.prepared(umask).run();
        let text = String::from_utf8(ran.stdout.clone()).unwrap();
        let (facts, rest) = text.split_once(memory.path().to_str().unwrap()).unwrap();
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        let expected = format!("regular file 400 {user}700 2\ntls-key.pem\n");
        assert_eq!(facts, expected, "{umask}");
        let (path, content) = rest.split_once('\n').unwrap();
        assert!(path.starts_with("/kluis/kluis-") && path.ends_with("/tls-key.pem"));
        assert_eq!(content, value);
        ran.any_stdout().exits(0);
        memory.is_cleared();
    }
}

#[test]
fn a_project_file_gives_files_and_export_leaves_them_out() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, value) = with_secret("tls_key");
    sandbox.create("plain", "shown");
    let write = |text: &str| {
        fs::write(sandbox.home().join("kluis.toml"), text).unwrap();
        sandbox.trust(sandbox.home());
    };
    write("[env]\nTLS = { secret = 'tls_key', as = 'file' }\nPLAIN = 'plain'");
    let ran = memory
        .run(&sandbox, &[], "cat \"$TLS\"; echo \" $PLAIN\"")
        .run();
    ran.stdout(format!("{value} shown\n")).exits(0);
    let note = "kluis: note: left out TLS: as a file, only `kluis run` can give it\n";
    let export = || sandbox.kluis(["export", "--format", "dotenv"]).run();
    export().stdout("PLAIN=\"shown\"\n").stderr(note).exits(0);
    write("[env]\nTLS = { secret = 'tls_key', as = 'file' }");
    export().stdout("").stderr(note).exits(0);
    // An optional file that does not exist.
    write("[env]\nTLS = { secret = 'nope', as = 'file', optional = true }");
    let Some(untouched) = Memory::new() else {
        return;
    };
    let run = untouched.run(&sandbox, &[], "echo \"${TLS-none}\"");
    run.run().stdout("none\n").exits(0);
    memory.is_cleared();
}

#[test]
fn several_files_lie_in_one_folder_and_need_names_of_their_own() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, one) = with_secret("one");
    let two = sandbox.secret("two");
    sandbox.create("two", &two);
    let both = ["--file", "ONE=one", "--file", "TWO=two"];
    let script = "cat \"$ONE\" \"$TWO\"; test \"${ONE%/*}\" = \"${TWO%/*}\"";
    let ran = memory.run(&sandbox, &both, script).run();
    ran.stdout(format!("{one}{two}")).exits(0);
    sandbox
        .kluis(["workspace", "create", "other"])
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    let create = sandbox.kluis(["create", "one", "-w", "other"]).stdin("x");
    create.run().any_stdout().exits(0);
    for (options, told) in [
        (
            ["--file", "A=one", "--file", "B=other/one"],
            "A and B would both be the file one",
        ),
        (
            ["--file", "A=one", "--file", "B=one"],
            "A and B would both be the file one",
        ),
        (["--file", "A=one", "-e", "A=two"], "A is chosen twice"),
        (["--file", "A=one", "--file", "A=two"], "A is chosen twice"),
        (["--file", "A=one", "--file", "B"], "--file needs KEY=REF"),
        (["--file", "A=one", "--file", "B=nope"], "no secret nope"),
        (
            ["--file", "A=one", "--file", "LD_PRELOAD=two"],
            "LD_PRELOAD can make a program load",
        ),
    ] {
        let refused = memory.run(&sandbox, &options, "echo started").run();
        refused.stderr_has(told).exits(125);
        assert!(memory.folders().is_empty(), "{told}");
    }
}

#[test]
fn the_command_keeps_the_process_id_exit_code_and_end() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let file = ["--file", "F=name"];
    let start = ["sh", "-c", "echo $$; exec \"$@\"", "sh"];
    let ran = memory.run(&sandbox, &file, "echo $$").under(start).run();
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let ids: Vec<&str> = text.lines().collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    ran.any_stdout().exits(0);
    for (script, code) in [
        ("exit 7", 7),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("exec sh -c 'exec true'", 0),
        ("exec /nowhere/program 2>&-", 127),
    ] {
        memory.run(&sandbox, &file, script).run().exits(code);
        memory.is_cleared();
    }
}

#[test]
fn a_command_that_does_not_start_leaves_no_file() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let script = sandbox.given_path("script");
    write_program(&script, "#!/nowhere/interpreter\n");
    let text = sandbox.given("text", "no program");
    let [script, text] = [&script, &text].map(|path| path.to_str().unwrap());
    for (program, code) in [(script, 127), ("nope", 127), (text, 126)] {
        let line = ["run", "--file", "F=name", "--", program];
        let failed = sandbox.kluis(line).env("XDG_RUNTIME_DIR", memory.path());
        failed.run().any_stderr().exits(code);
        memory.is_cleared();
    }
}

#[test]
fn a_process_that_outlives_the_command_keeps_no_file() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, value) = with_secret("name");
    // A daemon reads while the command waits for it, and then lives on.
    let script = "setsid sh -c 'cat \"$F\" > \"$F.copy\"; sleep 60' >/dev/null 2>&1 </dev/null & \
                  while ! cat \"$F.copy\" 2>/dev/null | grep .; do sleep 0.05; done; echo $!";
    let ran = memory.run(&sandbox, &["--file", "F=name"], script).run();
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let (read, daemon) = text.trim_end().split_once('\n').unwrap();
    assert_eq!(read, value);
    memory.is_cleared();
    let alive = Command::new("kill").args(["-0", daemon]).status().unwrap();
    assert!(alive.success());
    Command::new("kill").arg(daemon).status().unwrap();
    ran.any_stdout().exits(0);
}

#[test]
fn masked_the_value_in_the_file_is_hidden_and_the_file_goes() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let options = ["--mask", "--file", "F=name"];
    let ran = memory.run(&sandbox, &options, "cat \"$F\"; exit 3").run();
    ran.stdout("[hidden]").exits(3);
    memory.is_cleared();
}

#[test]
fn no_argument_and_no_output_of_ours_holds_the_value() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, value) = with_secret("name");
    let script = "ps -ww -o args= -A; env";
    let ran = memory.run(&sandbox, &["--file", "F=name"], script).run();
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let folder = memory.path().to_str().unwrap();
    let watcher = |line: &&str| line.contains("watch-files watch") && line.contains(folder);
    assert_eq!(text.lines().filter(watcher).count(), 1, "{text}");
    assert!(!text.contains(&value));
    ran.any_stdout().exits(0);
}

#[test]
fn stdout_and_other_descriptors_close_with_the_command() {
    let Some(memory) = Memory::new() else { return };
    let (sandbox, _) = with_secret("name");
    let run = memory.run(
        &sandbox,
        &["--file", "F=name"],
        "exec 1>&- 2>&- 9>&-; exec sleep 60",
    );
    let pipe = sandbox.given_path("pipe");
    make_pipe(&pipe);
    let prepare = format!("exec 9> '{}'", pipe.display());
    let mut command = run.prepared(&prepare).command();
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Both end although the command and the watcher run.
    assert_eq!(fs::read(&pipe).unwrap(), b"");
    let mut stdout = child.stdout.take().unwrap();
    assert_eq!(std::io::copy(&mut stdout, &mut std::io::sink()).unwrap(), 0);
    assert_eq!(memory.folders().len(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    memory.is_cleared();
}
