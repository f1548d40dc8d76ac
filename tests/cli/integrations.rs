//! Tests the recipes of `kluis help integrations` unchanged, each with its program. If a program is not
//! installed, the test prints a notice, fills the recipe, and examines it.

use crate::helper_git::{bound, real_git};
use crate::readers::programs::{Need, Program};
use crate::sandbox::{KLUIS, Sandbox};
use crate::topics::{Part, parts, text};
use data_encoding::BASE64;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};

const HERE: &str = "127.0.0.1";

/// The pieces of the recipe under a heading, or before the first.
fn recipe(heading: &str) -> Vec<String> {
    let text = text("integrations");
    let mut parts = parts(&text).into_iter();
    let is_heading = |part: &Part| matches!(part, Part::Heading(found) if found == heading);
    assert!(
        heading.is_empty() || parts.any(|part| is_heading(&part)),
        "{heading}"
    );
    let code = parts
        .take_while(|part| !matches!(part, Part::Heading(_)))
        .filter_map(|part| match part {
            Part::Code(code) => Some(code),
            _ => None,
        });
    let code = code.collect::<Vec<_>>().concat();
    code.trim_end()
        .split("\n\n")
        .map(|piece| format!("{piece}\n"))
        .collect()
}

/// A home with these secrets, in a folder with another person's project file.
struct Home {
    sandbox: Sandbox,
}

impl Home {
    fn with(secrets: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::with_vault();
        for (name, value) in secrets {
            sandbox.keep(value.as_bytes());
            sandbox.create(name, value);
        }
        let folder = sandbox.home().join("clone");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("kluis.toml"), "vault = \"evil.kluis\"\n").unwrap();
        let programs = sandbox.home().join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
        Self { sandbox }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.sandbox.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a script in this folder of the home.
    fn bash(&self, folder: &str, script: &str) -> Output {
        let home = self.sandbox.home();
        let programs = home.join("programs");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        Command::new("setsid")
            .args(["--wait", "bash", "-euo", "pipefail", "-c", script])
            .env_clear()
            .env("HOME", home)
            .env("PATH", path)
            .env("KLUIS_TOKEN", self.sandbox.token())
            .env("XDG_RUNTIME_DIR", home)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(home.join(folder))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    #[track_caller]
    fn prints(&self, folder: &str, script: &str) -> String {
        let ran = self.bash(folder, script);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{script}\n{said}");
        String::from_utf8(ran.stdout).unwrap()
    }
}

/// Answers HTTP requests, and sends the Authorization of each.
fn web_server() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let lines = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty());
            let headers: Vec<String> = lines.collect();
            let mut headers = headers.iter();
            let found = headers.find_map(|line| line.strip_prefix("Authorization: "));
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
            let _ = stream.write_all(answer.as_bytes());
            if tell.send(found.unwrap_or_default().to_owned()).is_err() {
                return;
            }
        }
    });
    (port, told)
}

#[test]
fn the_topic_fits_a_screen() {
    let count = text("integrations").lines().count();
    assert!(count <= 60, "{count}");
}

#[test]
fn aws_gets_the_key_of_a_profile() {
    let secret = "se\"cr\\et/value+canary-of-aws";
    let home = Home::with(&[("aws_id", "AKIAEXAMPLECANARY"), ("aws_secret", secret)]);
    let [template, profile] = recipe("AWS").try_into().unwrap();
    home.write(".aws/work.json", &template);
    home.write(".aws/config", &profile);
    let filled = home.prints("", "kluis inject -i .aws/work.json");
    let filled: Value = serde_json::from_str(&filled).unwrap();
    let expected =
        json!({"Version": 1, "AccessKeyId": "AKIAEXAMPLECANARY", "SecretAccessKey": secret});
    assert_eq!(filled, expected);
    if Program::find("aws", Need::Welcome).is_none() {
        return;
    }
    // It shows the last four characters.
    let printed = home.prints("clone", "aws configure list --profile work");
    for (name, end) in [("access_key", "NARY"), ("secret_key", "-aws")] {
        let mut lines = printed.lines();
        let line = lines
            .find(|line| line.trim_start().starts_with(name))
            .unwrap();
        assert!(
            line.contains(&format!("*{end}")) && line.contains("custom-process"),
            "{printed}"
        );
    }
}

#[test]
fn kubectl_gets_the_token_of_a_user() {
    let home = Home::with(&[("kube_token", "canary-of-kubectl")]);
    let [template, user] = recipe("KUBECTL").try_into().unwrap();
    home.write(".kube/work.json", &template);
    let filled = home.prints("", "kluis inject -i .kube/work.json");
    let filled: Value = serde_json::from_str(&filled).unwrap();
    assert_eq!(filled["status"]["token"], json!("canary-of-kubectl"));
    if Program::find("kubectl", Need::Welcome).is_none() {
        return;
    }
    // kubectl sends a token only over TLS.
    let folder = home.sandbox.home();
    let make =
        "openssl req -x509 -newkey ed25519 -nodes -keyout key.given -out cert -subj /CN=test";
    if Program::find("openssl", Need::Welcome).is_none() {
        return;
    }
    home.prints("", make);
    let mut server = Command::new("python3");
    let server = server.args(["-c", TLS_SERVER]).current_dir(folder);
    let mut server = server.stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(server.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let port = told.next().unwrap();
    let config = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: work\nclusters:\n- name: work\n  cluster:\n    \
         server: https://{HERE}:{port}\n    insecure-skip-tls-verify: true\ncontexts:\n- name: work\n  \
         context: {{cluster: work, user: work}}\n{user}"
    );
    home.write(".kube/config", &config);
    let ran = home.bash("clone", "kubectl --request-timeout 20s get --raw /version");
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&ran.stdout),
        "{}",
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(told.next().as_deref(), Some("Bearer canary-of-kubectl"));
}

/// Prints its port, and then the Authorization of each request.
const TLS_SERVER: &str = r#"
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.headers.get("Authorization"), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert", "key.given")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

/// Reads a startup message, asks for the password, and returns it: PostgreSQL's protocol 3.0.
fn postgres() -> (u16, JoinHandle<String>) {
    fn packet(stream: &mut TcpStream) -> Vec<u8> {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let length = u32::from_be_bytes(length) as usize;
        let mut packet = vec![0; length - 4];
        stream.read_exact(&mut packet).unwrap();
        packet
    }
    let listener = TcpListener::bind((HERE, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        packet(&mut stream);
        stream.write_all(b"R\0\0\0\x08\0\0\0\x03").unwrap();
        stream.read_exact(&mut [0]).unwrap();
        let password = packet(&mut stream);
        String::from_utf8(password)
            .unwrap()
            .trim_end_matches('\0')
            .to_owned()
    });
    (port, server)
}

#[test]
fn psql_reads_the_password_file() {
    let value = "a:b\\c canary-of-psql";
    let home = Home::with(&[("db_password", value)]);
    let [template, commands] = recipe("POSTGRESQL").try_into().unwrap();
    let (port, server) = postgres();
    let template = template.replace("db.example.com:5432", &format!("{HERE}:{port}"));
    home.write("pgpass.template", &template);
    let filled = home.prints(
        "",
        &format!("{commands}stat -c %a \"$PGPASSFILE\"; cat \"$PGPASSFILE\""),
    );
    assert_eq!(
        filled,
        format!("600\n{HERE}:{port}:app:ada:a\\:b\\\\c canary-of-psql\n")
    );
    fs::remove_file(home.sandbox.home().join("pgpass")).unwrap();
    if Program::find("psql", Need::Welcome).is_none() {
        return;
    }
    let line = format!(
        "psql -w 'host={HERE} port={port} dbname=app user=ada sslmode=disable gssencmode=disable' || rm \"$PGPASSFILE\""
    );
    home.bash("", &format!("{commands}{line}"));
    assert_eq!(server.join().unwrap(), value);
}

#[test]
fn curl_reads_the_netrc_from_a_pipe() {
    let home = Home::with(&[("api_token", "canary-of-curl")]);
    let [template, command] = recipe("NETRC").try_into().unwrap();
    home.write("netrc.template", &template.replace("api.example.com", HERE));
    if Program::find("curl", Need::Listed).is_none() {
        return;
    }
    let (port, server) = web_server();
    let command = command.replace(
        "https://api.example.com/",
        &format!("-fsS http://{HERE}:{port}/"),
    );
    assert_eq!(home.prints("", &command), "{}");
    let expected = BASE64.encode(b"ada:canary-of-curl");
    assert_eq!(server.recv().unwrap(), format!("Basic {expected}"));
}

#[test]
fn direnv_gives_a_secret_to_what_is_started_in_a_folder() {
    let home = Home::with(&[("db_password", "canary-of-direnv")]);
    let [line] = recipe("DIRENV").try_into().unwrap();
    let readme = fs::read_to_string(crate::snapshots::root().join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("\n{line}")),
        "README.md has the same line"
    );
    if Program::find("direnv", Need::Listed).is_none() {
        return;
    }
    home.write("shop/.envrc", &line);
    let script = "direnv allow && direnv exec . sh -c 'printf %s \"$PGPASSWORD\"'";
    assert_eq!(home.prints("shop", script), "canary-of-direnv");
}

#[test]
fn the_lines_for_git_docker_and_ssh_set_up_the_helpers() {
    let home = Home::with(&[("ssh_key", "canary-of-ssh")]);
    // A copy, so that docker's link is beside it and not in the folder of the build.
    let program = home.sandbox.home().join("programs/kluis");
    fs::remove_file(&program).unwrap();
    fs::copy(KLUIS, &program).unwrap();
    let commands = recipe("").concat();
    home.prints("", &commands);
    let value = bound(&home.sandbox, "git_token", &["git.example.com"]);
    let answered = home.prints(
        "clone",
        "printf 'protocol=https\\nhost=git.example.com\\nusername=ada\\n\\n' | git credential fill",
    );
    assert!(
        answered.contains(&format!("\npassword={value}\n")),
        "{answered}"
    );
    let asked = home.prints("clone", "\"$HOME/.askpass\" 'Enter passphrase for key: '");
    assert_eq!(asked, "canary-of-ssh\n");
    assert_eq!(home.prints("clone", "docker-credential-kluis list"), "{}\n");
    let config = real_git(
        &home.sandbox,
        home.sandbox.home(),
        &["config", "--global", "--get", "credential.helper"],
        &[],
    );
    assert_eq!(config.stdout, b"!kluis helper git\n");
}
