//! Tests `helper docker`: its protocol, the link that --install makes, and a real registry with skopeo. That part
//! is skipped with a notice if one of the programs is missing.

use crate::helper_git::{bound, settings};
use crate::readers::programs::{Need, Program};
use crate::sandbox::{Invocation, KLUIS, Sandbox};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

const NOT_FOUND: &str = "credentials not found in native keychain\n";
const HERE: &str = "127.0.0.1";

fn asked<'s>(sandbox: &'s Sandbox, operation: &str, stdin: &str) -> Invocation<'s> {
    sandbox.kluis(["helper", "docker", operation]).stdin(stdin)
}

/// A registry in the settings, and the value of its secret.
fn with_registry() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "registry", &["registry.example.com"]);
    settings(
        &sandbox,
        "[hosts]\n\"registry.example.com\" = { secret = \"registry\", username = \"ada\" }\n\
         \"other.example.com:5000\" = { secret = \"registry\" }\n",
    );
    (sandbox, value)
}

#[test]
fn get_prints_the_login_of_a_registry_in_the_settings() {
    let (sandbox, value) = with_registry();
    for address in [
        "registry.example.com",
        "https://registry.example.com",
        "https://registry.example.com/v1/",
        "registry.example.com:5000/team",
    ] {
        let asked = asked(&sandbox, "get", &format!("{address}\n")).run();
        let expected = json!({"ServerURL": address, "Username": "ada", "Secret": value});
        assert_eq!(asked.json(), expected);
        asked.any_stdout().exits(0);
    }
}

#[test]
fn a_missing_login_is_told_as_docker_reads_it() {
    let (sandbox, _) = with_registry();
    for address in [
        "example.org",
        "https://[::1]/",
        "",
        "registry.example.com.evil.example.net",
    ] {
        asked(&sandbox, "get", address)
            .run()
            .stdout(NOT_FOUND)
            .exits(1);
    }
    // The secret may not go there.
    let other = asked(&sandbox, "get", "other.example.com:5000").run();
    other
        .stdout(NOT_FOUND)
        .stderr_has("may only go to registry.example.com")
        .exits(1);
    let clear = asked(&sandbox, "get", "http://registry.example.com").run();
    clear
        .stdout(NOT_FOUND)
        .stderr_has("over plain http")
        .exits(1);
}

#[test]
fn a_failure_is_on_stdout_too_which_docker_shows() {
    let (sandbox, _) = with_registry();
    let locked = asked(&sandbox, "get", "registry.example.com")
        .without("KLUIS_TOKEN")
        .run();
    let said = "kluis: no key was given: KLUIS_TOKEN is not set, and this vault has no passphrase to type\n";
    locked.stdout(said).any_stderr().exits(4);
    // Without a username docker could not log in.
    let allow = ["update", "registry", "--allow-domain", "other.example.com"];
    sandbox
        .kluis(allow)
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    let unnamed = asked(&sandbox, "get", "other.example.com:5000").run();
    let said = "kluis: there is a secret for this registry, but no username: add it to [hosts] of your settings\n";
    unnamed
        .stdout(said)
        .stderr_has("add it to [hosts]")
        .exits(1);
    let long = asked(&sandbox, "get", &"a".repeat(10 << 20)).run();
    long.stdout("kluis: a request can have at most 65536 bytes\n")
        .any_stderr()
        .exits(7);
}

#[test]
fn what_docker_stores_is_refused_and_nothing_changes() {
    let (sandbox, _) = with_registry();
    let before = sandbox.bytes();
    let login =
        json!({"ServerURL": "a.example.com", "Username": "ada", "Secret": sandbox.secret("value")});
    for operation in ["store", "erase"] {
        let asked = asked(&sandbox, operation, &login.to_string()).run();
        asked
            .any_stdout()
            .stderr_has("kluis stores and erases nothing for docker")
            .exits(1);
    }
    assert!(sandbox.bytes() == before);
    let unknown = asked(&sandbox, "hunter2", "").run();
    assert!(!unknown.stderr.contains("hunter2"));
    unknown
        .any_stdout()
        .stderr_has("get, list, store and erase")
        .exits(2);
}

#[test]
fn list_names_the_registries_of_the_settings_without_a_key() {
    let (sandbox, _) = with_registry();
    let listed = asked(&sandbox, "list", "").without("KLUIS_TOKEN").run();
    let expected = json!({"other.example.com:5000": "", "registry.example.com": "ada"});
    assert_eq!(listed.json(), expected);
    listed.any_stdout().exits(0);
    settings(&sandbox, "");
    asked(&sandbox, "list", "").run().stdout("{}\n").exits(0);
}

fn install<'s>(sandbox: &'s Sandbox, folder: &Path, options: &[&str]) -> Invocation<'s> {
    let line = ["helper", "docker", "--install"];
    sandbox.kluis(line).and(folder).all(options)
}

#[test]
fn the_link_answers_by_its_own_name() {
    let (sandbox, value) = with_registry();
    let folder = sandbox.home().join("bin");
    fs::create_dir(&folder).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let installed = install(&sandbox, &folder, &[]).env("PATH", &path).run();
    installed
        .stderr_has("docker-credential-kluis; now name the registry")
        .exits(0);
    let again = install(&sandbox, &folder, &["--json"])
        .env("PATH", &path)
        .run();
    assert_eq!(again.json()["changed"], json!(false));
    again.any_stdout().exits(0);
    let link = folder.join("docker-credential-kluis");
    assert_eq!(
        fs::read_link(&link).unwrap(),
        fs::canonicalize(KLUIS).unwrap()
    );
    // The arguments of the sandbox are those of the protocol.
    let asked = sandbox.kluis(["get"]).stdin("registry.example.com");
    let script = format!("shift; exec {} \"$@\"", link.display());
    let asked = asked.under(["sh", "-c", &script, "sh"]).run();
    assert_eq!(asked.json()["Secret"], json!(value));
    asked.any_stdout().exits(0);
}

#[test]
fn another_file_is_replaced_only_with_force() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.home().join("bin");
    fs::create_dir(&folder).unwrap();
    let link = folder.join("docker-credential-kluis");
    fs::write(&link, "mine").unwrap();
    let refused = install(&sandbox, &folder, &[]).run();
    refused.stderr_has("to replace it, add --force").exits(6);
    assert_eq!(fs::read(&link).unwrap(), b"mine");
    let forced = install(&sandbox, &folder, &["--force"]).run();
    forced.stderr_has("where this folder is not").exits(0);
    assert!(fs::read_link(&link).is_ok());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    // A folder where another user could replace the program.
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    fs::remove_file(&link).unwrap();
    let shared = install(&sandbox, &folder, &[]).run();
    shared
        .stderr_has("other users can write to this folder")
        .exits(1);
    let nowhere = install(&sandbox, &folder.join("no"), &[]).run();
    nowhere.stderr_has("nothing was changed").exits(1);
}

/// A registry behind a password.
struct Registry {
    process: Child,
    host: String,
}

impl Registry {
    fn start(folder: &Path, password: &str) -> Self {
        fs::create_dir(folder).unwrap();
        let hash = Command::new("htpasswd")
            .args(["-nbB", "ada", password])
            .output();
        fs::write(folder.join("htpasswd"), hash.unwrap().stdout).unwrap();
        let port = TcpListener::bind((HERE, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let host = format!("{HERE}:{port}");
        let place = folder.display();
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {place}/data}}}}\n\
             http: {{addr: '{host}'}}\nauth: {{htpasswd: {{realm: test, path: {place}/htpasswd}}}}\n"
        );
        fs::write(folder.join("config.yml"), text).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(folder.join("config.yml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if TcpStream::connect(&host).is_ok() {
                break;
            }
            sleep(Duration::from_millis(50));
        }
        Self { process, host }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The smallest possible image, in OCI's layout.
fn image(folder: &Path) {
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |kind: &str, value: Value| {
        let text = value.to_string();
        let digest = HEXLOWER.encode(&Sha256::digest(&text));
        fs::write(blobs.join(&digest), &text).unwrap();
        json!({
            "mediaType": format!("application/vnd.oci.image.{kind}.v1+json"),
            "digest": format!("sha256:{digest}"),
            "size": text.len(),
        })
    };
    let rootfs = json!({"type": "layers", "diff_ids": []});
    let config = put(
        "config",
        json!({"architecture": "amd64", "os": "linux", "rootfs": rootfs}),
    );
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": []});
    let manifest = put("manifest", manifest);
    let index = json!({"schemaVersion": 2, "manifests": [manifest]});
    fs::write(folder.join("index.json"), index.to_string()).unwrap();
    fs::write(
        folder.join("oci-layout"),
        r#"{"imageLayoutVersion": "1.0.0"}"#,
    )
    .unwrap();
}

#[test]
fn skopeo_pushes_to_a_registry_with_a_secret_of_kluis() {
    for program in ["skopeo", "docker-registry", "htpasswd"] {
        if Program::find(program, Need::Listed).is_none() {
            return;
        }
    }
    let sandbox = Sandbox::with_vault();
    let home = sandbox.home();
    let value = bound(&sandbox, "registry", &[HERE]);
    let registry = Registry::start(&home.join("registry.given"), &value);
    let host = &registry.host;
    let programs = home.join("programs");
    fs::create_dir(&programs).unwrap();
    install(&sandbox, &programs, &[])
        .run()
        .any_stderr()
        .exits(0);
    let image_folder = home.join("image");
    image(&image_folder);
    let file = home.join("auth.json");
    fs::write(
        &file,
        json!({"credHelpers": {(host.as_str()): "kluis"}}).to_string(),
    )
    .unwrap();
    let target = format!("docker://{host}/shop:1");
    let skopeo = |line: &[&str]| -> Output {
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("skopeo");
        command
            .arg("--insecure-policy")
            .args(line)
            .arg("--authfile")
            .arg(&file);
        let command = command.env_clear().env("HOME", home).env("PATH", path);
        command
            .env("KLUIS_TOKEN", sandbox.token())
            .output()
            .unwrap()
    };
    let source = format!("oci:{}", image_folder.display());
    let push = || skopeo(&["copy", "--dest-tls-verify=false", &source, &target]);
    // There is no username yet: skopeo shows why.
    let said = String::from_utf8(push().stderr).unwrap();
    assert!(said.contains("no username"), "{said}");
    let line = format!("[hosts]\n\"{host}\" = {{ secret = \"registry\", username = \"ada\" }}\n");
    settings(&sandbox, &line);
    let pushed = push();
    let said = String::from_utf8_lossy(&pushed.stderr);
    assert!(pushed.status.success(), "{said}");
    let inspected = skopeo(&["inspect", "--raw", "--tls-verify=false", &target]);
    assert!(inspected.status.success());
    // A registry without a login is asked without one.
    settings(&sandbox, "");
    let delete = [
        "update",
        "registry",
        "--allow-domain",
        "registry.example.com",
    ];
    sandbox
        .kluis(delete)
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    let inspected = skopeo(&["inspect", "--raw", "--tls-verify=false", &target]);
    let said = String::from_utf8_lossy(&inspected.stderr);
    assert!(
        !inspected.status.success() && said.contains("authentication required"),
        "{said}"
    );
}

#[test]
fn a_link_beside_the_program_is_the_default() {
    let sandbox = Sandbox::empty();
    // A copy, so that the folder belongs to the test.
    let folder = sandbox.home().join("bin");
    fs::create_dir(&folder).unwrap();
    fs::copy(KLUIS, folder.join("kluis")).unwrap();
    let script = "shift; exec \"$HOME/bin/kluis\" \"$@\"";
    let install = sandbox.kluis(["helper", "docker", "--install"]);
    let install = install.under(["sh", "-c", script, "sh"]).run();
    install.any_stderr().exits(0);
    let link = folder.join("docker-credential-kluis");
    assert_eq!(fs::read_link(link).unwrap(), folder.join("kluis"));
}
