//! Tests programs that get values as files: each opens the path itself, or has a child that does.
//!
//! If a program is not installed, its test prints so and passes.

use crate::sandbox::Sandbox;
use crate::value_files::{Memory, with_secret};
use std::fs;
use std::path::Path;
use std::process::Command;

fn is_installed(program: &str) -> bool {
    let found = Command::new("sh")
        .args([
            "-c",
            "command -v \"$0\" || command -v /usr/sbin/\"$0\"",
            program,
        ])
        .output();
    let is_installed = found.unwrap().status.success();
    if !is_installed {
        eprintln!("skipped: no {program} here");
    }
    is_installed
}

/// A pair of keys for ssh, the private one also as the secret `id`.
fn with_ssh_key() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    let key = sandbox.given_path("id");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    sandbox.keep(&fs::read(&key).unwrap());
    let create = ["create", "id", "--value-file", key.to_str().unwrap()];
    sandbox.kluis(create).run().any_stdout().exits(0);
    sandbox
}

#[test]
fn ssh_accepts_the_file_as_a_key() {
    let Some(memory) = Memory::new() else { return };
    if !is_installed("ssh") || !is_installed("ssh-keygen") {
        return;
    }
    let sandbox = with_ssh_key();
    let public = fs::read_to_string(sandbox.home().join("id.given.pub")).unwrap();
    let file = ["--file", "KEY=id"];
    let script = "ssh-keygen -y -f \"$KEY\"; ssh -T -F none -G -i \"$KEY\" host | grep -q \"^identityfile $KEY\"";
    memory
        .run(&sandbox, &file, script)
        .run()
        .stdout(public)
        .exits(0);
    // An agent takes the key of a file only if nobody else can read it.
    let script = "eval \"$(ssh-agent)\" >/dev/null && ssh-add -q \"$KEY\" && ssh-add -L | cut -d' ' -f1; kill $SSH_AGENT_PID";
    memory
        .run(&sandbox, &file, script)
        .run()
        .stdout("ssh-ed25519\n")
        .exits(0);
    memory.is_cleared();
}

#[test]
fn ssh_logs_in_with_the_file() {
    let Some(memory) = Memory::new() else { return };
    if !is_installed("ssh") || !is_installed("sshd") {
        return;
    }
    let sandbox = with_ssh_key();
    let home = sandbox.home();
    let host_key = home.join("host.given");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&host_key)
        .status();
    assert!(made.unwrap().success());
    let config = format!(
        "HostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPidFile none\n",
        host_key.display(),
        home.join("id.given.pub").display()
    );
    fs::write(home.join("sshd_config"), config).unwrap();
    // The server uses a pipe: nothing listens.
    let script = "exec ssh -q -F none -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
                  -o UserKnownHostsFile=/dev/null -o ProxyCommand=\"$(PATH=$PATH:/usr/sbin command -v sshd) -i -f $HOME/sshd_config\" \
                  -i \"$KEY\" host echo logged in";
    let ran = memory.run(&sandbox, &["--file", "KEY=id"], script).run();
    ran.stdout("logged in\n").exits(0);
    memory.is_cleared();
}

/// Runs a program whose child, with all descriptors closed but the streams, prints the file.
fn child_prints(program: &str, arguments: &[&str]) {
    let Some(memory) = Memory::new() else { return };
    if !is_installed(program) {
        return;
    }
    let (sandbox, value) = with_secret("name");
    let line = [&["run", "--file", "F=name", "--", program], arguments].concat();
    let run = sandbox.kluis(line).env("XDG_RUNTIME_DIR", memory.path());
    run.run().stdout(value).exits(0);
    memory.is_cleared();
}

#[test]
fn a_child_of_python_reads_the_file() {
    let script = "import subprocess, os; print(subprocess.run(['cat', os.environ['F']], stdout=subprocess.PIPE, check=True).stdout.decode(), end='')";
    child_prints("python3", &["-c", script]);
}

#[test]
fn a_child_of_node_reads_the_file() {
    let script =
        "process.stdout.write(require('child_process').execFileSync('cat', [process.env.F]))";
    child_prints("node", &["-e", script]);
}

#[test]
fn a_child_of_java_reads_the_file() {
    if !is_installed("java") || !is_installed("javac") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Child.java");
    write_java(&source);
    child_prints("java", &[source.to_str().unwrap()]);
}

fn write_java(source: &Path) {
    let text = "public class Child {\n\
        public static void main(String[] a) throws Exception {\n\
            Process cat = new ProcessBuilder(\"cat\", System.getenv(\"F\")).start();\n\
            System.out.write(cat.getInputStream().readAllBytes());\n\
            System.out.flush();\n\
            System.exit(cat.waitFor());\n\
        }\n\
    }\n";
    fs::write(source, text).unwrap();
}
