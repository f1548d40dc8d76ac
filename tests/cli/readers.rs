//! Tests every format of `export` with its real readers: each of two thousand hostile values arrives exactly, and
//! nothing in it runs. A reader that is not installed is skipped with a note, or fails the test with
//! `KLUIS_REQUIRE_READERS=1`. `KLUIS_PYTHON` and `KLUIS_NODE_PATH` give the places of the libraries.

mod engine;
pub mod grammars;
mod hostile;
pub mod programs;

use crate::sandbox::Sandbox;
use hostile::{Document, Values};
use hostile::{carried_by_docker, carried_by_gitlab, carried_by_node, carried_by_python};
use programs::{Need, Program};

/// `env -0` prints the variables that a shell has exported.
const EVALUATE: &str = "eval \"$(cat document.given)\"; exec env -0";

#[track_caller]
fn assert_same(reader: &str, expected: &Values, found: &Values) {
    for (key, value) in expected {
        let other = found.get(key).map(|other| other.escape_ascii().to_string());
        let same = found.get(key) == Some(value);
        assert!(same, "{reader}: {} became {other:?}", value.escape_ascii());
    }
}

/// Checks that `import` gets the same values from the output of `export`.
#[track_caller]
fn assert_kluis_reads(document: &Document, options: &[&str]) {
    let sandbox = Sandbox::with_vault();
    let file = document.sandbox().given_path("document");
    let line = ["import", file.to_str().unwrap(), "--json", "--format"];
    // Without a dialect it warns of some values.
    let imported = sandbox.kluis(line.iter().chain(options)).run();
    imported.any_stdout().any_stderr().exits(0);
    // A manifest contains bytes that no variable can.
    let export = sandbox.kluis(["export", "--all", "--format", "k8s"]).run();
    let found = grammars::manifest(str::from_utf8(&export.stdout).unwrap());
    export.any_stdout().exits(0);
    assert_same(&options.join(" "), &document.values, &found);
}

#[track_caller]
fn read_by_shell(format: &str, program: &str, arguments: &[&str]) {
    let document = Document::with_bytes(format, |text| !text.contains('\0'));
    if program == "dash" {
        assert_kluis_reads(&document, &["shell"]);
    }
    let Some(shell) = Program::find(program, Need::Listed) else {
        return;
    };
    let found = programs::variables(&shell.run(&document, arguments));
    assert_same(program, &document.values, &found);
    document.nothing_ran();
}

#[test]
fn dash_reads_shell() {
    read_by_shell("shell", "dash", &["-c", EVALUATE]);
}

#[test]
fn bash_reads_shell() {
    read_by_shell("shell", "bash", &["--norc", "-c", EVALUATE]);
}

#[test]
fn zsh_reads_shell() {
    read_by_shell("shell", "zsh", &["-f", "-c", EVALUATE]);
}

#[test]
fn bash_reads_circleci_before_each_step() {
    let step = "BASH_ENV=./document.given exec bash -c 'exec env -0'";
    read_by_shell("circleci", "bash", &["--norc", "-c", step]);
}

#[test]
fn fish_reads_fish() {
    let script = "source document.given; exec env -0";
    read_by_shell("fish", "fish", &["--no-config", "-c", script]);
}

#[test]
fn powershell_reads_powershell() {
    let document = Document::of("powershell", |text| !text.contains('\0'));
    let found = grammars::powershell(&document.text());
    assert_same("the grammar of PowerShell", &document.values, &found);
    if let Some(pwsh) = Program::find("pwsh", Need::Welcome) {
        let script = "Get-Content document.given | Out-String | Invoke-Expression; & env -0";
        let output = pwsh.run(
            &document,
            &["-NoProfile", "-NonInteractive", "-Command", script],
        );
        assert_same("pwsh", &document.values, &programs::variables(&output));
    }
    document.nothing_ran();
}

#[test]
fn python_dotenv_reads_dotenv() {
    let document = Document::of("dotenv", carried_by_python);
    assert_kluis_reads(&document, &["dotenv"]);
    assert_kluis_reads(&document, &["dotenv", "--dialect", "python"]);
    if let Some(python) = Program::python("dotenv") {
        let output = python.run(
            &document,
            &["-c", programs::PYTHON_DOTENV, "document.given"],
        );
        assert_same(
            "python-dotenv",
            &document.values,
            &programs::base64(&output),
        );
    }
    document.nothing_ran();
}

#[test]
fn npm_dotenv_reads_dotenv_node() {
    let document = Document::of("dotenv-node", carried_by_node);
    assert_kluis_reads(&document, &["dotenv", "--dialect", "node"]);
    if let Some(node) = Program::node() {
        for parser in ["usual", "fast"] {
            let arguments = ["-e", programs::NODE_DOTENV, "document.given", parser];
            let found = programs::base64(&node.run(&document, &arguments));
            assert_same(parser, &document.values, &found);
        }
    }
    document.nothing_ran();
}

#[test]
fn jq_reads_json() {
    let document = Document::of("json", |_| true);
    let parsed: std::collections::BTreeMap<String, String> =
        serde_json::from_slice(&document.bytes).unwrap();
    let parsed = parsed
        .into_iter()
        .map(|(key, value)| (key, value.into_bytes()));
    assert_same("serde_json", &document.values, &parsed.collect());
    assert_kluis_reads(&document, &["json"]);
    if let Some(jq) = Program::find("jq", Need::Listed) {
        let output = jq.run(&document, &["-c", "map_values(@base64)", "document.given"]);
        assert_same("jq", &document.values, &programs::base64(&output));
    }
}

#[test]
fn pyyaml_reads_yaml() {
    let document = Document::of("yaml", |_| true);
    assert_kluis_reads(&document, &["yaml"]);
    if let Some(python) = Program::python("yaml") {
        let output = python.run(&document, &["-c", programs::PYTHON_YAML, "document.given"]);
        assert_same("PyYAML", &document.values, &programs::base64(&output));
    }
}

#[test]
fn a_kubernetes_manifest_is_yaml_with_base64() {
    let document = Document::with_bytes("k8s", |_| true);
    let found = grammars::manifest(&document.text());
    assert_same("the manifest", &document.values, &found);
    assert_kluis_reads(&document, &["k8s"]);
    if let Some(python) = Program::python("yaml") {
        let output = python.run(&document, &["-c", programs::PYTHON_K8S, "document.given"]);
        assert_same("PyYAML", &document.values, &programs::base64(&output));
    }
}

#[test]
fn docker_reads_docker() {
    let document = Document::of("docker", carried_by_docker);
    let found = grammars::docker(&document.bytes);
    assert_same("the rules of docker", &document.values, &found);
    assert_kluis_reads(&document, &["docker"]);
    if let Some(docker) = Program::find("docker", Need::Welcome) {
        let found = engine::environment_of(&docker, &document);
        assert_same("docker", &document.values, &found);
    }
}

#[test]
fn docker_compose_reads_compose() {
    let document = Document::of("compose", |text| !text.contains('\0'));
    let found = grammars::compose(&document.text());
    assert_same("the rules of compose-go", &document.values, &found);
    assert_kluis_reads(&document, &["dotenv", "--dialect", "compose"]);
    if let Some(compose) = Program::find("docker-compose", Need::Welcome) {
        let project = "services: {reader: {image: image, env_file: document.given}}";
        document.sandbox().given("project", project);
        let arguments = [
            "-p",
            "reader",
            "-f",
            "project.given",
            "config",
            "--format",
            "json",
        ];
        let found = programs::compose_environment(&compose.run(&document, &arguments));
        assert_same("docker-compose", &document.values, &found);
    }
    document.nothing_ran();
}

#[test]
fn gitlab_reads_gitlab() {
    let document = Document::of("gitlab", carried_by_gitlab);
    let found = grammars::gitlab(&document.text());
    assert_same("the rules of GitLab", &document.values, &found);
}

#[test]
fn github_reads_github_and_hides_each_line() {
    let document = Document::of_github(|text| !text.contains('\0'));
    let found = grammars::github(&document.text());
    assert_same("the rules of GitHub's runner", &document.values, &found);
    assert_kluis_reads(&document, &["github"]);
    let masks = grammars::masks(&document.masks);
    for value in document.values.values() {
        let text = std::str::from_utf8(value).unwrap();
        let lines = text
            .split(['\n', '\r'])
            .filter(|line| !line.trim().is_empty());
        let lines: Vec<&str> = lines.collect();
        let is_long = |line: &str| line.len() >= 6 && line.contains(char::is_alphanumeric);
        for line in &lines {
            let line = if lines.len() > 1 {
                line.trim_ascii()
            } else {
                line
            };
            let is_masked = masks.contains(line);
            let is_label = line.starts_with("-----") && line.ends_with("-----");
            assert!(
                is_masked || lines.len() > 1 && (!is_long(line) || is_label),
                "{line:?} is not masked"
            );
        }
    }
}

/// The values that `export --format dotenv` warns of are those that ruby changes or runs.
#[test]
fn ruby_changes_or_runs_what_dotenv_warns_of() {
    let Some(ruby) = Program::ruby("dotenv") else {
        return;
    };
    let document = Document::of("dotenv", carried_by_python);
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    // A random value may contain `$(` and text that is no command: sh complains about that.
    let output = ruby.output(&document, &["-e", programs::RUBY_DOTENV, "document.given"]);
    let found = programs::base64(&output.stdout);
    let (mut same, mut changed) = (0, 0);
    for (key, value) in &document.values {
        let text = std::str::from_utf8(value).unwrap();
        if !is_plain(text) {
            continue;
        }
        let is_exact = found.get(key) == Some(value);
        assert!(is_exact || text.contains('$'), "{text:?}");
        if is_exact { same += 1 } else { changed += 1 }
    }
    assert!(same > 0 && changed > 0);
    let canary = document.sandbox().home().join("canary");
    assert!(canary.exists(), "ruby runs $(touch canary)");
}

#[test]
fn systemd_reads_systemd() {
    let document = Document::of("systemd", |text| {
        let noncharacter = |c: char| matches!(u32::from(c) & 0xffff, 0xfdd0..=0xfdef | 0xfffe..);
        !text.contains('\0') && !text.contains(noncharacter)
    });
    let found = grammars::systemd(&document.bytes);
    assert_same("the rules of systemd", &document.values, &found);
    assert_kluis_reads(&document, &["systemd"]);
    document.nothing_ran();
}

#[test]
fn terraform_reads_tfvars() {
    let document = Document::of("tfvars", |text| {
        !text.contains('\0') && unicode_normalization::is_nfc(text)
    });
    assert_kluis_reads(&document, &["tfvars"]);
    let found = grammars::hcl(&document.text());
    assert_same("the rules of HCL", &document.values, &found);
}
