//! Tests `helper git`: its protocol, which secret it gives for which host, and real git over HTTP against a
//! server here. That part is skipped with a notice if git or Python is missing.

use crate::readers::programs::{Need, Program};
use crate::sandbox::{Invocation, KLUIS, Sandbox, git};
use crate::screen::Screen;
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const HERE: &str = "127.0.0.1";

const REQUEST: &str = "protocol=https\nhost=git.example.com\n\n";

/// `helper git` with these options and this request.
fn asked<'s>(sandbox: &'s Sandbox, options: &[&str], request: &str) -> Invocation<'s> {
    let line = ["helper", "git"].iter().chain(options).chain(&["get"]);
    sandbox.kluis(line).stdin(request)
}

#[track_caller]
fn gives(sandbox: &Sandbox, options: &[&str], request: &str, expected: &str) {
    let asked = asked(sandbox, options, request).run();
    asked.stdout(expected).exits(0);
}

/// A secret that is bound to these hosts, and its value.
pub fn bound(sandbox: &Sandbox, name: &str, hosts: &[&str]) -> String {
    let value = sandbox.secret(name);
    let options = hosts.iter().flat_map(|host| ["--allow-domain", host]);
    let line = ["create", name].into_iter().chain(options);
    sandbox.prints(line, &value);
    value
}

pub fn settings(sandbox: &Sandbox, text: &str) {
    let folder = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

#[test]
fn the_named_secret_comes_first_then_the_hosts_then_the_closest() {
    let sandbox = Sandbox::with_vault();
    let closest = bound(&sandbox, "closest", &["*.example.com"]);
    let named = sandbox.secret("named");
    sandbox.create("named", &named);
    let listed = sandbox.secret("listed");
    sandbox.create("listed", &listed);
    gives(&sandbox, &[], REQUEST, &format!("password={closest}\n"));
    settings(
        &sandbox,
        "[hosts]\n\"git.example.com\" = { secret = \"default/listed\", username = \"ada\" }\n",
    );
    let login = format!("username=ada\npassword={listed}\n");
    gives(&sandbox, &[], REQUEST, &login);
    let options = ["--secret", "named", "--username", "grace"];
    gives(
        &sandbox,
        &options,
        REQUEST,
        &format!("username=grace\npassword={named}\n"),
    );
    // Another host has no line there.
    let other = "protocol=https\nhost=www.example.com\nusername=bob\n";
    gives(
        &sandbox,
        &[],
        other,
        &format!("username=bob\npassword={closest}\n"),
    );
    gives(&sandbox, &[], "protocol=https\nhost=example.org\n", "");
}

#[test]
fn another_users_password_is_not_given() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("token", &value);
    let options = ["--secret", "token", "--username", "ada"];
    let request = |name: &str| format!("protocol=https\nhost=git.example.com\nusername={name}\n");
    gives(
        &sandbox,
        &options,
        &request("ada"),
        &format!("username=ada\npassword={value}\n"),
    );
    gives(&sandbox, &options, &request("bob"), "");
    // For any user that git names, if no username is known.
    let answer = format!("username=bob\npassword={value}\n");
    gives(&sandbox, &options[..2], &request("bob"), &answer);
}

#[test]
fn a_bound_secret_goes_to_its_hosts_alone_however_it_was_chosen() {
    let sandbox = Sandbox::with_vault();
    bound(&sandbox, "token", &["git.example.com"]);
    settings(
        &sandbox,
        "[hosts]\n\"evil.example.net\" = { secret = \"token\" }\n",
    );
    let request = "protocol=https\nhost=evil.example.net\n";
    let said =
        "kluis: warning: default/token may only go to git.example.com, not to evil.example.net\n";
    for options in [&["--secret", "token"][..], &[]] {
        asked(&sandbox, options, request)
            .run()
            .stderr(said)
            .exits(0);
    }
    // Hosts that git and kluis could read differently.
    for host in [
        "evil.example.net\\@git.example.com",
        "[::1]",
        "git.example.com/evil.example.net",
        "",
    ] {
        let request = format!("protocol=https\nhost={host}\n");
        let asked = asked(&sandbox, &["--secret", "token"], &request).run();
        asked
            .stderr("kluis: warning: default/token may only go to git.example.com\n")
            .exits(0);
    }
}

#[test]
fn two_secrets_that_are_equally_close_are_named_and_not_given() {
    let sandbox = Sandbox::with_vault();
    bound(&sandbox, "one", &["*.example.com"]);
    bound(&sandbox, "two", &["*.example.com", "example.com"]);
    let far = bound(&sandbox, "far", &["*.git.example.com"]);
    let asked = asked(&sandbox, &[], REQUEST).run();
    asked
        .stderr("kluis: warning: default/one and default/two are bound to git.example.com equally closely, so kluis gives none of them: name one in [hosts] of your settings, or with --secret\n")
        .exits(0);
    let below = "protocol=https\nhost=a.git.example.com\n";
    gives(&sandbox, &[], below, &format!("password={far}\n"));
    // A deleted secret does not match.
    sandbox.kluis(["delete", "one"]).run().any_stderr().exits(0);
    assert_ne!(asked_output(&sandbox), b"");
}

fn asked_output(sandbox: &Sandbox) -> Vec<u8> {
    let asked = asked(sandbox, &[], REQUEST).run();
    let output = asked.stdout.clone();
    asked.any_stdout().exits(0);
    output
}

#[test]
fn plain_http_gets_nothing_but_here_or_with_allow_http() {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "token", &["*.example.com", "localhost", HERE]);
    let answer = format!("password={value}\n");
    for protocol in ["http", "HTTP", "ftp"] {
        let request = format!("protocol={protocol}\nhost=git.example.com:80\n");
        for options in [&[][..], &["--secret", "token"]] {
            let asked = asked(&sandbox, options, &request).run();
            asked
                .stderr("kluis: warning: kluis gives no password for git.example.com:80 over plain http, which anyone on the way can read: use https\n")
                .exits(0);
        }
        gives(&sandbox, &["--allow-http"], &request, &answer);
    }
    for host in ["localhost:8080", HERE] {
        gives(
            &sandbox,
            &[],
            &format!("protocol=http\nhost={host}\n"),
            &answer,
        );
    }
}

#[test]
fn a_value_that_is_no_line_is_refused() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    for (name, value) in [
        ("lines", format!("{value}\nhost=evil.example.net")),
        ("return", format!("{value}\r")),
        ("nul", format!("{value}\0")),
    ] {
        let create = sandbox.kluis(["create", name, "--raw"]).stdin(value);
        create.run().any_stdout().exits(0);
        let asked = asked(&sandbox, &["--secret", name], REQUEST).run();
        asked.stderr_has("has a line break or NUL").exits(7);
    }
}

#[test]
fn a_hostile_request_is_refused_within_bounds() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("token", &value);
    let long = format!("host={}", "a".repeat(10 << 20));
    for (request, said) in [
        (long.as_str(), "a request can have at most 65536 bytes"),
        (
            "host=git.example.com\nhunter2\n",
            "each line must be key=value",
        ),
        ("host=git.example.com\0\n", "a request cannot contain NUL"),
        (
            "username=a\rb\n",
            "a username cannot contain control characters",
        ),
    ] {
        let asked = asked(&sandbox, &["--secret", "token"], request).run();
        assert!(!asked.stderr.contains("hunter2"), "{}", asked.stderr);
        asked.stderr_has(said).exits(7);
    }
    // Text after the blank line belongs to no request.
    let request = format!("{REQUEST}{long}");
    gives(
        &sandbox,
        &["--secret", "token"],
        &request,
        &format!("password={value}\n"),
    );
}

#[test]
fn other_operations_do_nothing_and_succeed() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let value = sandbox.secret("value");
    for operation in ["store", "erase", "capability", "no-such-operation"] {
        let line = ["helper", "git", "--secret", "token", operation];
        let request = format!("protocol=https\nhost=git.example.com\npassword={value}\n");
        sandbox.kluis(line).stdin(request).run().exits(0);
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn no_project_file_steers_a_helper() {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "token", &["git.example.com"]);
    let clone = sandbox.home().join("clone");
    fs::create_dir(&clone).unwrap();
    fs::write(
        clone.join("kluis.toml"),
        "vault = \"evil.kluis\"\nworkspace = \"evil\"\n",
    )
    .unwrap();
    fs::write(clone.join("evil.kluis"), "").unwrap();
    let answer = format!("password={value}\n");
    let in_clone = || asked(&sandbox, &[], REQUEST).within(&clone);
    in_clone().run().stdout(&answer).exits(0);
    // Nor one that a variable names, even if it cannot be read.
    for file in ["kluis.toml", "no-such-file"] {
        let asked = in_clone().env("KLUIS_PROJECT", file);
        asked.run().stdout(&answer).exits(0);
    }
    let named = asked(&sandbox, &["--project", "kluis.toml"], REQUEST).within(&clone);
    named.run().stderr_has("follows no project file").exits(2);
}

#[test]
fn a_locked_vault_fails_at_once_without_a_terminal() {
    let (sandbox, _) = Sandbox::with_passphrase();
    let asked = asked(&sandbox, &["--secret", "token"], REQUEST).run();
    asked.stderr_has("the vault is locked").exits(4);
    let stdin = asked_with(&sandbox, "-");
    stdin
        .run()
        .stderr_has("cannot both come from stdin")
        .exits(2);
}

fn asked_with<'s>(sandbox: &'s Sandbox, passphrase_file: &str) -> Invocation<'s> {
    let options = ["--secret", "token", "--passphrase-file", passphrase_file];
    asked(sandbox, &options, REQUEST)
}

#[test]
fn the_passphrase_is_asked_for_at_the_terminal() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let value = sandbox.secret("value");
    let create = sandbox.kluis(["create", "token"]).stdin(&value);
    let create = create.env("KLUIS_PASSPHRASE_FILE", &passphrase);
    create.run().any_stdout().any_stderr().exits(0);
    let file = sandbox.given_path("answer");
    let script = format!(
        "printf '{}' | \"$@\" > {}",
        REQUEST.replace('\n', "\\n"),
        file.display()
    );
    // The script does not use the arguments; setsid gives it the terminal.
    let line = ["helper", "git", "--secret", "token", "get"];
    let command = sandbox.kluis(line).under(["sh", "-c", &script, "sh"]);
    let mut screen = Screen::start(command.command_at_terminal(), 80);
    screen.shows("Passphrase: ");
    let typed = fs::read_to_string(passphrase).unwrap();
    screen.types(&format!("{typed}\n"));
    screen.shows("Keep it unlocked");
    screen.types("n\n");
    let (_, code) = screen.ends();
    assert_eq!(code, 0);
    let answer = fs::read_to_string(&file).unwrap();
    assert_eq!(answer, format!("password={value}\n"));
}

#[test]
fn a_helper_asks_no_question_of_trust() {
    let sandbox = Sandbox::empty();
    sandbox.kluis(["init"]).run().any_stderr().exits(0);
    let value = sandbox.secret("value");
    sandbox.create("token", &value);
    // The vault is not pinned on a machine that has not seen it.
    sandbox.forget();
    let line = ["helper", "askpass", "--secret", "token"];
    let mut screen = Screen::start(sandbox.kluis(line).command_at_terminal(), 200);
    screen.shows("this vault is not pinned here");
    let (shown, code) = screen.ends();
    assert_eq!(code, 5, "{shown}");
    assert!(!shown.contains("[y/N]"), "{shown}");
}

#[test]
fn mistakes_in_hosts_are_reported_by_place_and_never_quoted() {
    let sandbox = Sandbox::with_vault();
    for (text, place) in [
        (
            "[hosts]\n\"hunter2 x\" = { secret = \"a\" }",
            "line 2, column 1",
        ),
        (
            "[hosts]\n\"https://hunter2.example.com\" = { secret = \"a\" }",
            "line 2, column 1",
        ),
        (
            "[hosts]\n\"a.example.com\" = { secret = \"hunter 2\" }",
            "line 2, column 30",
        ),
        (
            "[hosts]\n\"a.example.com\" = { secret = \"a\", username = \"\" }",
            "line 2, column 46",
        ),
        (
            "[hosts]\n\"a.example.com\" = { hunter2 = \"a\" }",
            "line 2, column 21",
        ),
        (
            "[hosts]\n\"a.example.com\" = \"hunter2\"",
            "line 2, column 19",
        ),
        ("[hosts]\n\"a.example.com\" = {}", "line 2, column 19"),
        ("hosts = \"hunter2\"", "line 1, column 9"),
    ] {
        settings(&sandbox, text);
        let asked = asked(&sandbox, &[], REQUEST).run();
        assert!(!asked.stderr.contains("unter"), "{}", asked.stderr);
        let said = format!("config.toml, {place}: not a valid setting");
        asked.stderr_has(&said).exits(2);
    }
    // Two spellings of one host.
    settings(
        &sandbox,
        "[hosts]\n\"a.example.com\" = { secret = \"a\" }\n\"A.example.com.\" = { secret = \"b\" }",
    );
    let asked = asked(&sandbox, &[], REQUEST).run();
    asked.stderr_has("not a valid setting").exits(2);
}

#[test]
fn errors_are_json_and_the_answer_is_the_protocols() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("token", &value);
    let answer = format!("password={value}\n");
    gives(&sandbox, &["--json", "--secret", "token"], REQUEST, &answer);
    let asked = asked(&sandbox, &["--json", "--secret", "tokem"], REQUEST).run();
    let object = asked.json_error();
    assert_eq!(object["code"], json!("not_found"));
    asked.stderr_has("did you mean token?").exits(3);
}

/// A web server with git repositories, behind a password: `git http-backend` in a small CGI server.
const SERVER: &str = r#"
import base64, http.server, os, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        with open(sys.argv[2], "rb") as login:
            wanted = "Basic " + base64.b64encode(login.read()).decode()
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        variables = dict(
            os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
            QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="ada",
            CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(length),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        ran = subprocess.run(["git", "http-backend"], input=sent, env=variables, stdout=subprocess.PIPE)
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().splitlines()]
        status = [value for name, value in fields if name == "Status"]
        self.send_response(int(status[0].split()[0]) if status else 200)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

/// A server with the repository `shop.git` that only `ada` reaches, with this password.
struct Server {
    process: Child,
    port: String,
}

impl Server {
    /// `None`, with a notice, if a program is missing.
    fn start(sandbox: &Sandbox, password: &str) -> Option<Self> {
        Program::find("git", Need::Listed)?;
        Program::find("python3", Need::Listed)?;
        let folder = sandbox.home().join("server");
        fs::create_dir(&folder).unwrap();
        git(&folder, &["init", "-q", "--bare", "-b", "main", "shop.git"]);
        git(
            &folder.join("shop.git"),
            &["config", "http.receivepack", "true"],
        );
        let login = sandbox.given("login", format!("ada:{password}"));
        let mut process = Command::new("python3");
        process.args(["-c", SERVER]).arg(&folder).arg(login);
        let mut process = process.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut port).unwrap();
        let port = port.trim().to_owned();
        Some(Self { process, port })
    }

    fn address(&self) -> String {
        format!("http://{HERE}:{}/shop.git", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Real git in a folder of the sandbox, without a terminal.
pub fn real_git(
    sandbox: &Sandbox,
    folder: &Path,
    line: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    let programs = sandbox.home().join("programs");
    if !programs.exists() {
        fs::create_dir(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"];
    Command::new("setsid")
        .args(["--wait", "git"])
        .args(identity)
        .args(line)
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", path)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("KLUIS_TOKEN", sandbox.token())
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn succeeds(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn git_clones_and_pushes_over_http_with_a_secret_of_kluis() {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "token", &[HERE]);
    let Some(server) = Server::start(&sandbox, &value) else {
        return;
    };
    let (home, address) = (sandbox.home(), server.address());
    let port = &server.port;
    // By the named secret, by the line of the host, by the host that the secret is bound to.
    let by_host =
        format!("[hosts]\n\"{HERE}:{port}\" = {{ secret = \"token\", username = \"ada\" }}\n");
    let ways = [
        (
            "named",
            "credential.helper=!kluis helper git --secret token --username ada",
            "",
            "x.y=z",
        ),
        (
            "listed",
            "credential.helper=!kluis helper git",
            by_host.as_str(),
            "x.y=z",
        ),
        (
            "bound",
            "credential.helper=!kluis helper git",
            "",
            "credential.username=ada",
        ),
    ];
    for (name, helper, text, more) in ways {
        settings(&sandbox, text);
        let run = |folder: &Path, line: &[&str]| {
            let line = [&["-c", helper, "-c", more], line].concat();
            real_git(&sandbox, folder, &line, &[])
        };
        succeeds(&run(home, &["clone", "-q", &address, name]));
        let clone = home.join(name);
        fs::write(clone.join(name), "").unwrap();
        succeeds(&run(&clone, &["add", "."]));
        succeeds(&run(&clone, &["commit", "-qm", name]));
        succeeds(&run(&clone, &["push", "-q", "origin", "HEAD:main"]));
        succeeds(&run(&clone, &["ls-remote", &address]));
    }
    // git erases a refused login and stores an accepted one: neither had an effect.
    assert_eq!(sandbox.get_for("token", HERE), value.as_bytes());
    // Without the helper, or with a host that the secret does not allow, the server refuses git.
    let kept_out = real_git(&sandbox, home, &["ls-remote", &address], &[]);
    assert!(!kept_out.status.success());
    let allow = ["update", "token", "--allow-domain", "git.example.com"];
    sandbox
        .kluis(allow)
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    let helper = format!(
        "credential.helper={}",
        "!kluis helper git --secret token --username ada"
    );
    let kept_out = real_git(&sandbox, home, &["-c", &helper, "ls-remote", &address], &[]);
    let said = String::from_utf8_lossy(&kept_out.stderr).into_owned();
    assert!(
        !kept_out.status.success() && said.contains("may only go to git.example.com"),
        "{said}"
    );
}

#[test]
fn git_asks_for_username_and_password_by_askpass() {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "token", &[HERE]);
    let Some(server) = Server::start(&sandbox, &value) else {
        return;
    };
    let script = sandbox.home().join("askpass");
    let install = [
        "helper",
        "askpass",
        "--secret",
        "token",
        "--username",
        "ada",
        "--install",
    ];
    let install = sandbox.kluis(install).and(&script);
    install.run().stderr_has("wrote").exits(0);
    let variables = [("GIT_ASKPASS", script.to_str().unwrap())];
    let line = ["ls-remote", &server.address()];
    succeeds(&real_git(&sandbox, sandbox.home(), &line, &variables));
    // Another user of that host gets no login.
    let address = server.address().replace("//", "//bob@");
    let refused = real_git(
        &sandbox,
        sandbox.home(),
        &["ls-remote", &address],
        &variables,
    );
    assert!(!refused.status.success());
}
