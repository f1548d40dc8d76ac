//! A separate home for one test: nothing is inherited, every outcome is compared, and the test fails if one of
//! its secrets appears where the test did not request it.

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// The present Unix second.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Runs a program: macOS has no system call for it that takes a folder, and so rustix has none.
pub fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
}

/// Runs git in a folder, with some identity.
pub fn git(folder: &Path, line: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
    let mut git = Command::new("git");
    let ran = git.current_dir(folder).args(identity).args(line).output();
    assert!(ran.unwrap().status.success(), "{line:?}");
}

pub const KLUIS: &str = env!("CARGO_BIN_EXE_kluis");

/// The cheapest key derivation that the format allows.
pub const CHEAP_KDF: &str = "m=8,t=1,p=1";

/// The verbs whose stdout may contain a value, a new token, or the output of a child.
const REVEALING: &[&str] = &["export", "get", "helper", "init", "inject", "key", "run"];

pub struct Sandbox {
    home: TempDir,
    token: RefCell<Option<String>>,
    secrets: RefCell<Vec<Vec<u8>>>,
    /// All output that must contain no secret.
    said: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Sandbox {
    /// An empty home, without a vault.
    pub fn empty() -> Self {
        Self {
            home: tempfile::Builder::new().prefix("kluis-").tempdir().unwrap(),
            token: RefCell::default(),
            secrets: RefCell::default(),
            said: RefCell::default(),
        }
    }

    /// A home with a vault, whose token every command finds in `KLUIS_TOKEN`.
    pub fn with_vault() -> Self {
        let sandbox = Self::empty();
        let made = sandbox.kluis(["init", "--token"]).run();
        let token = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().any_stderr().exits(0);
        sandbox.keep(token.trim_end().as_bytes());
        *sandbox.token.borrow_mut() = Some(token.trim_end().to_owned());
        sandbox
    }

    /// A home with a vault that only a passphrase opens, and the file with the passphrase.
    pub fn with_passphrase() -> (Self, PathBuf) {
        let sandbox = Self::empty();
        let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
        let init = sandbox.kluis(["init", "--kdf", CHEAP_KDF]);
        let made = init.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
        made.any_stderr().exits(0);
        (sandbox, passphrase)
    }

    /// Another sandbox in the same state. Changes there have no effect here.
    pub fn copy(&self) -> Self {
        let mut copy = Self::empty();
        copy_tree(self.home(), copy.home());
        copy.remember_own_places(self.home());
        copy.token.clone_from(&self.token);
        copy.secrets.clone_from(&self.secrets);
        copy
    }

    /// Lets the machine of this copy remember the vaults at their new places.
    fn remember_own_places(&self, before: &Path) {
        let folder = self.home().join(".local/state/kluis/vaults");
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap_or_default();
            let own = self.home().to_str().unwrap();
            let text = text.replace(before.to_str().unwrap(), own);
            let Some((_, memory)) = text.split_once("\"memory\":") else {
                continue;
            };
            let Some(memory) = memory.strip_suffix("}\n") else {
                continue;
            };
            let sha256 = HEXLOWER.encode(&Sha256::digest(memory));
            let document =
                format!("{{\"version\":1,\"sha256\":\"{sha256}\",\"memory\":{memory}}}\n");
            fs::write(path, document).unwrap();
        }
    }

    /// Forgets everything, as on a machine that has seen no vault and where you agreed to nothing.
    pub fn forget(&self) {
        let state = self.home().join(".local/state/kluis");
        if state.exists() {
            fs::remove_dir_all(state).unwrap();
        }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The default path of the vault.
    pub fn vault(&self) -> PathBuf {
        self.home().join(".local/share/kluis/default.kluis")
    }

    /// The socket of an agent that was started here.
    pub fn agent_socket(&self) -> PathBuf {
        self.home().join(".local/state/kluis/agent.sock")
    }

    pub fn token(&self) -> String {
        self.token.borrow().clone().unwrap()
    }

    /// A unique value for this test, which must be on no disk, in no message and in no argument.
    pub fn secret(&self, label: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let secret = format!("{label}-canary-{:x}-{count:05}", std::process::id());
        self.keep(secret.as_bytes());
        secret
    }

    /// Also searches for these bytes at the end.
    pub fn keep(&self, secret: &[u8]) {
        self.secrets.borrow_mut().push(secret.to_vec());
    }

    /// Also searches for a printed token.
    pub fn keep_token(&self, printed: &[u8]) {
        if printed.starts_with(b"kls_") {
            self.keep(printed.trim_ascii_end());
        }
    }

    /// A file that contains a secret because the test put it there: the search skips it.
    pub fn given(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.given_path(name);
        fs::write(&path, contents).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Agrees to the project file of a directory, unless it has a mistake.
    pub fn trust(&self, directory: impl Into<PathBuf>) {
        let trust = self.kluis(["trust", "--yes", "-q"]).within(directory);
        trust.run().any_stdout().any_stderr().ends();
    }

    /// The content of a file from [`Sandbox::given`].
    pub fn was_given(&self, name: &str) -> Vec<u8> {
        fs::read(self.given_path(name)).unwrap()
    }

    pub fn given_path(&self, name: &str) -> PathBuf {
        self.home().join(format!("{name}.given"))
    }

    /// A command line of the real binary.
    pub fn kluis<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Invocation<'_> {
        let mut environment = BTreeMap::new();
        environment.insert("HOME".into(), self.home().into());
        environment.insert("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into());
        environment.insert("LANG".into(), "C.UTF-8".into());
        // Not the folder of this user: an agent there would answer every test.
        let runtime = self.home().join("no-runtime-folder");
        environment.insert("XDG_RUNTIME_DIR".into(), runtime.into());
        if let Some(token) = &*self.token.borrow() {
            environment.insert("KLUIS_TOKEN".into(), token.into());
        }
        Invocation {
            sandbox: self,
            arguments: arguments
                .into_iter()
                .map(|a| a.as_ref().to_owned())
                .collect(),
            environment,
            directory: self.home().to_owned(),
            under: Vec::new(),
            stdin: None,
            stdin_file: None,
        }
    }

    /// Makes a secret with this value, and returns its id.
    pub fn create(&self, name: &str, value: impl AsRef<[u8]>) -> String {
        let made = self.kluis(["create", name]).stdin(value).run();
        let id = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().exits(0);
        id.trim_end().to_owned()
    }

    /// The value, as a pipe receives it.
    pub fn get(&self, name: &str) -> Vec<u8> {
        let got = self.kluis(["get", name]).run();
        let value = got.stdout.clone();
        got.any_stdout().exits(0);
        value
    }

    /// The value of a secret that is bound to this host.
    pub fn get_for(&self, name: &str, host: &str) -> Vec<u8> {
        let got = self.kluis(["get", name, "--for", host]).run();
        let value = got.stdout.clone();
        got.any_stdout().exits(0);
        value
    }

    /// The output of `show --json` for a secret.
    pub fn show(&self, reference: &str) -> Value {
        let shown = self.kluis(["show", reference, "--json"]).run();
        let object = shown.json();
        shown.any_stdout().any_stderr().exits(0);
        object
    }

    /// The numbers of a secret's slots, and which of them is effective.
    pub fn slots(&self, reference: &str) -> (Vec<u64>, Option<u64>) {
        let shown = self.show(reference);
        let slots = shown["slots"].as_array().unwrap();
        let number = |slot: &Value| slot["slot"].as_u64().unwrap();
        let mut effective = slots.iter().filter(|slot| slot["effective"] == true);
        let first = effective.next().map(number);
        assert!(effective.next().is_none(), "{shown}");
        (slots.iter().map(number).collect(), first)
    }

    /// The output of a command line with this stdin. It must succeed with an empty stderr.
    pub fn prints<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        stdin: impl AsRef<[u8]>,
    ) -> String {
        let done = self.kluis(arguments).stdin(stdin).run();
        let text = String::from_utf8(done.stdout.clone()).unwrap();
        done.any_stdout().exits(0);
        text
    }

    /// The vault's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.vault()).unwrap()
    }

    fn search(&self) {
        let mut places = self.said.borrow().clone();
        collect(self.home(), &mut places);
        let secrets = self.secrets.borrow();
        for form in secrets.iter().flat_map(|secret| forms(secret)) {
            let finder = memchr::memmem::Finder::new(&form);
            for (place, bytes) in &places {
                let found = finder.find(bytes).is_some();
                assert!(!found, "a secret was found in {place}");
            }
        }
    }
}

/// The forms of a secret: unchanged, in hex, in base64 at every offset, in a URL, and in UTF-16.
pub fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    let hex = HEXLOWER.encode(secret);
    forms.push(hex.to_uppercase().into_bytes());
    forms.push(hex.into_bytes());
    for encoding in [data_encoding::BASE64_NOPAD, data_encoding::BASE64URL_NOPAD] {
        for before in 0..3 {
            let text = encoding.encode(&[&vec![0; before][..], secret].concat());
            // The characters that contain only bits of the secret.
            let whole = (before + secret.len()) * 8 / 6;
            forms.push(text.as_bytes()[(before * 8).div_ceil(6)..whole].to_vec());
        }
    }
    let in_url = secret.iter().map(|byte| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    forms.push(in_url.collect::<String>().into_bytes());
    forms.push(secret.iter().flat_map(|byte| [*byte, 0]).collect());
    forms.push(secret.iter().flat_map(|byte| [0, *byte]).collect());
    forms.sort();
    forms.dedup();
    forms
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = {
            let name = entry.unwrap().file_name();
            (from.join(&name), to.join(&name))
        };
        let metadata = fs::symlink_metadata(&from).unwrap();
        if metadata.is_dir() {
            fs::create_dir(&to).unwrap();
            fs::set_permissions(&to, metadata.permissions()).unwrap();
            copy_tree(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

fn collect(directory: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            collect(&path, into);
        } else if kind.is_file() && path.extension() != Some(OsStr::new("given")) {
            into.push((
                path.display().to_string(),
                fs::read(&path).unwrap_or_default(),
            ));
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.agent_socket().exists() {
            let _ = self.kluis(["lock"]).run().any_stdout().any_stderr();
        }
        if !std::thread::panicking() {
            self.search();
        }
    }
}

/// A command line about to be run.
pub struct Invocation<'s> {
    sandbox: &'s Sandbox,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    directory: PathBuf,
    under: Vec<OsString>,
    stdin: Option<Vec<u8>>,
    stdin_file: Option<PathBuf>,
}

impl Invocation<'_> {
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    /// With one more argument.
    pub fn and(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// With these arguments as well.
    pub fn all<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Self {
        arguments.into_iter().fold(self, Self::and)
    }

    /// A file as stdin: unlike a pipe it is read in the same pieces every time.
    pub fn stdin_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.stdin_file = Some(path.into());
        self
    }

    /// Lets another program start it, whose last arguments are the command line.
    pub fn under<S: AsRef<OsStr>>(mut self, program: impl IntoIterator<Item = S>) -> Self {
        self.under = program.into_iter().map(|a| a.as_ref().to_owned()).collect();
        self
    }

    /// Lets a shell run something first, such as `umask 000`, and then become the binary.
    pub fn prepared(self, script: &str) -> Self {
        self.under(["sh", "-c", &format!("{script}; exec \"$@\""), "sh"])
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .insert(name.into(), value.as_ref().to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(OsStr::new(name));
        self
    }

    pub fn within(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// The command itself, for a test that needs more than [`Invocation::run`] offers. It gets a session of its
    /// own: with a controlling terminal, a test run by hand would ask you for passphrases.
    pub fn command(&self) -> Command {
        self.command_in("--wait")
    }

    /// The command as you start it at the terminal that is its stdin.
    pub fn command_at_terminal(&self) -> Command {
        self.command_in("--ctty")
    }

    fn command_in(&self, session: &str) -> Command {
        let mut command = Command::new("env");
        // The tests may have been started with these ignored, as a shell does for jobs in the background.
        command.args(["--default-signal=INT,QUIT,HUP", "setsid", session]);
        command.args(&self.under);
        command.arg(KLUIS).args(&self.arguments);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.directory);
        command
    }

    /// Runs it without a terminal; stdin is empty unless the test gave one.
    pub fn run(self) -> Outcome {
        let stdin = match (&self.stdin, &self.stdin_file) {
            (Some(_), _) => Stdio::piped(),
            (None, Some(path)) => fs::File::open(path).unwrap().into(),
            (None, None) => Stdio::null(),
        };
        let mut command = self.command();
        command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        if let (Some(bytes), Some(mut stdin)) = (&self.stdin, child.stdin.take()) {
            // A command that fails early does not read; this does not fail the test.
            let _ = stdin.write_all(bytes);
        }
        let output = child.wait_with_output().unwrap();
        let line = self
            .arguments
            .join(OsStr::new(" "))
            .to_string_lossy()
            .into_owned();
        let mut said = self.sandbox.said.borrow_mut();
        said.push((
            format!("the arguments of `{line}`"),
            line.clone().into_bytes(),
        ));
        said.push((format!("stderr of `{line}`"), output.stderr.clone()));
        let is_revealing = |word: &OsString| REVEALING.iter().any(|verb| word == verb);
        if !self.arguments.iter().any(is_revealing) {
            said.push((format!("stdout of `{line}`"), output.stdout.clone()));
        }
        let killed = output.status.signal().map(|signal| 128 + signal);
        Outcome {
            line,
            code: output.status.code().or(killed).unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            stdout_compared: false,
            stderr_compared: false,
        }
    }
}

/// The outcome. stdout and stderr must be empty unless a test says otherwise.
#[must_use = "end with `exits`"]
pub struct Outcome {
    line: String,
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
    stdout_compared: bool,
    stderr_compared: bool,
}

impl Outcome {
    /// Checks that stdout is exactly this.
    pub fn stdout(mut self, expected: impl AsRef<[u8]>) -> Self {
        let found = String::from_utf8_lossy(&self.stdout);
        let wanted = String::from_utf8_lossy(expected.as_ref());
        let same = self.stdout == expected.as_ref();
        assert!(
            same,
            "stdout of `{}`:\n{found}\nnot:\n{wanted}\n{}",
            self.line, self.stderr
        );
        self.stdout_compared = true;
        self
    }

    /// The test examines stdout itself, or it does not matter.
    pub fn any_stdout(mut self) -> Self {
        self.stdout_compared = true;
        self
    }

    /// Checks that stderr is exactly this.
    pub fn stderr(mut self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "stderr of `{}`", self.line);
        self.stderr_compared = true;
        self
    }

    /// Checks that stderr contains this.
    pub fn stderr_has(mut self, expected: &str) -> Self {
        let (line, found) = (&self.line, &self.stderr);
        assert!(
            found.contains(expected),
            "stderr of `{line}`:\n{found}\nhas no:\n{expected}"
        );
        self.stderr_compared = true;
        self
    }

    pub fn any_stderr(mut self) -> Self {
        self.stderr_compared = true;
        self
    }

    /// Checks that it ended with this code, and that it printed nothing else.
    pub fn exits(self, code: i32) {
        assert_eq!(
            self.code, code,
            "exit code of `{}`:\n{}",
            self.line, self.stderr
        );
        assert!(
            self.stdout_compared || self.stdout.is_empty(),
            "`{}` wrote to stdout",
            self.line
        );
        if !self.stderr_compared {
            assert_eq!(self.stderr, "", "stderr of `{}`", self.line);
        }
    }

    /// The test has examined the exit code itself.
    pub fn ends(self) {
        let code = self.code;
        self.exits(code);
    }

    /// stdout as JSON.
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.stdout);
        parsed.unwrap_or_else(|_| panic!("`{}`: {}", self.line, self.stderr))
    }

    /// stderr as the one JSON object that it must be.
    pub fn json_error(&self) -> Value {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        serde_json::from_str(&self.stderr).unwrap()
    }
}
