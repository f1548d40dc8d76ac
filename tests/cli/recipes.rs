//! Tests the recipes of `kluis help ci` unchanged: each step of a job in a shell as the service starts it, the
//! rest as far as possible without that service.

use crate::readers::grammars;
use crate::readers::programs::{Need, Program};
use crate::sandbox::{KLUIS, Sandbox};
use crate::test_program::write_program;
use crate::topics::{Part, parts, text};
use saphyr_parser::{Event, Parser, StrInput};
use serde_json::{Map, Value};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Stands in for `docker`: it gets values in the places where the real one would.
const DOCKER: &str = "#!/bin/sh
echo \"docker $*\" >> \"$HOME/docker.log\"
case $1 in
    run) cat \"$4\" ;;
    build) printf 'DEPLOY_KEY=%s\\n' \"$DEPLOY_KEY\" ;;
    login) printf DEPLOY_KEY= && cat && echo ;;
esac
";

/// Prints which key it got, without printing the key.
const DEPLOY: &str = "#!/bin/sh
printf %s \"$DEPLOY_KEY\" | cksum
[ -z \"${KLUIS_TOKEN-}\" ]
";

/// The code of the recipe under a heading.
fn recipe(heading: &str) -> Vec<String> {
    let text = text("ci");
    let mut parts = parts(&text).into_iter();
    let is_heading = |part: &Part| matches!(part, Part::Heading(found) if found == heading);
    assert!(parts.any(|part| is_heading(&part)), "{heading}");
    parts
        .take_while(|part| !matches!(part, Part::Heading(_)))
        .filter_map(|part| match part {
            Part::Code(code) => Some(code),
            _ => None,
        })
        .collect()
}

/// A folder in its state when a job begins, and the values that the service keeps for it.
struct Job {
    sandbox: Sandbox,
    token: String,
    pin: String,
    key: String,
}

type Variables<'v> = Vec<(&'v str, String)>;

impl Job {
    /// Made by the recipe for that.
    fn prepared() -> Self {
        let sandbox = Sandbox::with_vault();
        let folder = sandbox.home().join("checkout");
        fs::create_dir(&folder).unwrap();
        fs::rename(sandbox.vault(), folder.join("secrets.kluis")).unwrap();
        let programs = sandbox.home().join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
        write_program(&programs.join("docker"), DOCKER);
        write_program(&folder.join("deploy.sh"), DEPLOY);
        let mut job = Self {
            sandbox,
            token: String::new(),
            pin: String::new(),
            key: String::new(),
        };
        let said = job.owner(&recipe("PREPARATION")[0]);
        let pin = said.lines().find(|line| line.starts_with("klv_"));
        job.pin.push_str(pin.unwrap());
        let token = fs::read_to_string(folder.join("token")).unwrap();
        fs::remove_file(folder.join("token")).unwrap();
        job.token.push_str(token.trim_end());
        job.key = job.owner("kluis get deploy_key -w deploy");
        assert_eq!(job.key.len(), 32);
        job.sandbox.keep(job.token.as_bytes());
        job.sandbox.keep(job.key.as_bytes());
        job
    }

    fn folder(&self) -> PathBuf {
        self.sandbox.home().join("checkout")
    }

    /// The output of a shell that has only these variables.
    fn shell(&self, shell: &[&str], script: &str, variables: &Variables) -> Output {
        let path = format!(
            "{}:/usr/local/bin:/usr/bin:/bin",
            self.sandbox.home().join("programs").display()
        );
        Command::new("setsid")
            .arg("--wait")
            .args(shell)
            .arg(script)
            .env_clear()
            .env("HOME", self.sandbox.home())
            .env("PATH", path)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The output of a step that succeeds.
    fn step(&self, script: &str, variables: &Variables) -> String {
        printed(self.shell(&["bash", "-eo", "pipefail", "-c"], script, variables))
    }

    /// The steps of the vault's owner.
    fn owner(&self, script: &str) -> String {
        let token = ("KLUIS_TOKEN", self.sandbox.token());
        let vault = ("KLUIS_VAULT", "secrets.kluis".to_owned());
        self.step(script, &vec![token, vault])
    }

    /// A token in a file, where a service puts it.
    fn token_file(&self, token: &str) -> PathBuf {
        self.sandbox.given("token", format!("{token}\n"))
    }

    /// The output of deploy.sh.
    fn deployed(&self) -> String {
        let given = vec![("DEPLOY_KEY", self.key.clone())];
        self.step("./deploy.sh", &given)
    }
}

fn printed(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A YAML document of mappings, sequences and texts.
fn yaml(text: &str) -> Value {
    let mut parser = Parser::new_from_str(text);
    loop {
        let (event, _) = parser.next().unwrap().unwrap();
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            first => {
                let document = node(first, &mut parser);
                let rest = parser.map(|event| event.unwrap().0);
                let mut rest = rest.filter(|event| *event != Event::DocumentEnd);
                assert_eq!(rest.next(), Some(Event::StreamEnd));
                return document;
            }
        }
    }
}

fn node(event: Event, parser: &mut Parser<'_, StrInput<'_>>) -> Value {
    match event {
        Event::Scalar(text, ..) => Value::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match parser.next().unwrap().unwrap().0 {
                    Event::SequenceEnd => return Value::Array(items),
                    item => items.push(node(item, parser)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut members = Map::new();
            loop {
                let Event::Scalar(key, ..) = parser.next().unwrap().unwrap().0 else {
                    return Value::Object(members);
                };
                let key = key.into_owned();
                let value = parser.next().unwrap().unwrap().0;
                let twice = members.insert(key, node(value, parser));
                assert!(twice.is_none());
            }
        }
        other => panic!("{other:?}"),
    }
}

/// The variables of a mapping, as the service gives them.
fn variables(mapping: &Value) -> Vec<(&str, String)> {
    let members = mapping.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

#[test]
fn there_are_no_recipes_but_those_that_are_run_here() {
    let text = text("ci");
    let headings = parts(&text).into_iter().filter_map(|part| match part {
        Part::Heading(heading) => Some(heading),
        _ => None,
    });
    let source = include_str!("recipes.rs");
    let headings: Vec<String> = headings.collect();
    assert_eq!(headings.len(), 10);
    for heading in headings {
        assert!(
            source.contains(&format!("recipe(\"{heading}\")")),
            "{heading}"
        );
    }
}

#[test]
fn the_token_reads_one_workspace_until_it_is_removed() {
    let job = Job::prepared();
    let with_token = vec![
        ("KLUIS_TOKEN", job.token.clone()),
        ("KLUIS_VAULT", "secrets.kluis".to_owned()),
    ];
    let code = |script: &str| {
        let ended = job.shell(&["sh", "-c"], script, &with_token);
        ended.status.code().unwrap()
    };
    assert_eq!(code("kluis show deploy_key"), 0);
    assert_eq!(code("kluis set deploy_key --generate 32"), 8);
    assert_eq!(code("kluis list -w default"), 8);
    let to_change = job.owner(&recipe("PREPARATION")[1]);
    assert!(to_change.contains("deploy_key"), "{to_change}");
    assert_eq!(code("kluis show deploy_key"), 4);
}

/// Stands in for the tools that fetch and build: it puts the program under test at the requested place.
const FETCH: &str = "#!/bin/sh
echo \"$(basename \"$0\") $*\" >> \"$HOME/fetched.log\"
case $(basename \"$0\") in curl) cp \"$HOME/programs/kluis\" \"$2\" ;; esac
";

#[test]
fn a_job_takes_only_the_program_that_was_looked_at() {
    let job = Job::prepared();
    let home = job.sandbox.home();
    for name in ["curl", "cargo"] {
        write_program(&home.join("programs").join(name), FETCH);
    }
    fs::create_dir_all(home.join(".local/bin")).unwrap();
    let recipe = recipe("INSTALLATION");
    let script = recipe.join("\n");
    let digest = printed(job.shell(&["sh", "-c"], "sha256sum < ../programs/kluis", &vec![]));
    let with = |digest: &str| {
        vec![
            ("KLUIS_COMMIT", "1234567".to_owned()),
            ("KLUIS_VERSION", "0.1.0".to_owned()),
            ("KLUIS_SHA256", digest.to_owned()),
        ]
    };
    let run = |digest: &str| job.shell(&["bash", "-euo", "pipefail", "-c"], &script, &with(digest));
    let installed = home.join(".local/bin/kluis");
    assert!(!run(&"0".repeat(64)).status.success());
    assert!(!installed.exists());
    printed(run(&digest[..64]));
    assert_eq!(fs::read(installed).unwrap(), fs::read(KLUIS).unwrap());
    let fetched = fs::read_to_string(home.join("fetched.log")).unwrap();
    assert!(fetched.contains("cargo install --git"), "{fetched}");
}

#[test]
fn a_ci_job_names_its_project_file_and_checks_it() {
    let job = Job::prepared();
    let recipe = recipe("A PROJECT FILE");
    let [file, gate] = recipe.as_slice() else {
        panic!("{recipe:?}")
    };
    fs::write(job.folder().join("kluis.toml"), file).unwrap();
    let with = |more: &[(&'static str, String)]| {
        let mut all = vec![("KLUIS_TOKEN", job.token.clone())];
        all.extend(more.iter().cloned());
        all
    };
    let bash = ["bash", "-eo", "pipefail", "-c"];
    let run = |script: &str, more: &[(&'static str, String)]| job.shell(&bash, script, &with(more));
    let deployed = printed(run(gate, &[("PIN", job.pin.clone())]));
    assert!(deployed.ends_with(&job.deployed()), "{deployed}");
    // A pin of a later state refuses this copy.
    let vault = job.folder().join("secrets.kluis");
    let bytes = fs::read(&vault).unwrap();
    job.owner("kluis --project kluis.toml create later --generate 8");
    let later = job
        .owner("kluis --project kluis.toml vault verify --pin")
        .trim()
        .to_owned();
    let newer = fs::read(&vault).unwrap();
    fs::write(&vault, bytes).unwrap();
    assert_eq!(run(gate, &[("PIN", later)]).status.code(), Some(5));
    fs::write(&vault, newer).unwrap();
    // The same vault elsewhere.
    let elsewhere = job.sandbox.home().join("elsewhere.kluis");
    fs::rename(job.folder().join("secrets.kluis"), &elsewhere).unwrap();
    let outside = file.replace("secrets.kluis", elsewhere.to_str().unwrap());
    fs::write(job.folder().join("kluis.toml"), outside).unwrap();
    printed(run(gate, &[("PIN", job.pin.clone())]));
    assert_eq!(run("kluis check", &[]).status.code(), Some(8));
}

#[test]
fn the_steps_for_github_give_and_hide_the_key() {
    let job = Job::prepared();
    let recipe = recipe("GITHUB ACTIONS");
    let (document, more) = (yaml(&recipe[0]), yaml(&recipe[1]));
    let deploy = &document["jobs"]["deploy"];
    let file = job.sandbox.given("github_env", "");
    let (mut given, mut logged) = (grammars::github(""), String::new());
    for step in list(&deploy["steps"]).iter().chain(list(&more)) {
        let Some(script) = step["run"].as_str() else {
            assert_eq!(step["uses"], "actions/checkout@v4");
            continue;
        };
        let mut all = variables(&deploy["env"]);
        all.extend(variables(&step["env"]));
        for (_, value) in &mut all {
            *value = match value.as_str() {
                "${{ secrets.KLUIS_TOKEN }}" => job.token.clone(),
                "${{ vars.KLUIS_PIN }}" => job.pin.clone(),
                plain => plain.to_owned(),
            };
        }
        all.push(("GITHUB_ENV", file.display().to_string()));
        let before = given.clone();
        for (name, value) in &before {
            all.push((name, String::from_utf8(value.clone()).unwrap()));
        }
        let log = job.step(script, &all);
        if script.contains("--format github") {
            let masks = grammars::masks(log.as_bytes());
            assert!(masks.iter().eq([&job.key]));
        } else {
            logged.push_str(&log);
        }
        given = grammars::github(&fs::read_to_string(&file).unwrap());
    }
    assert_eq!(given["DEPLOY_KEY"], job.key.as_bytes());
    assert_eq!(logged, job.deployed().repeat(2));
}

#[test]
fn the_scripts_for_gitlab_give_the_key() {
    let job = Job::prepared();
    let recipe = recipe("GITLAB");
    let (first, second) = (yaml(&recipe[0]), yaml(&recipe[1]));
    let script = first["deploy"]["script"][0].as_str().unwrap();
    let token = ("KLUIS_TOKEN", job.token.clone());
    let file = job.token_file(&job.token).display().to_string();
    for way in [token.clone(), ("KLUIS_KEY_FILE", file)] {
        let mut all = variables(&first["deploy"]["variables"]);
        all.push(way);
        assert_eq!(job.step(script, &all), job.deployed());
    }
    let prepare = &second["prepare"];
    let mut all = variables(&prepare["variables"]);
    all.push(token);
    for script in list(&prepare["script"]) {
        job.step(script.as_str().unwrap(), &all);
    }
    let report = prepare["artifacts"]["reports"]["dotenv"].as_str().unwrap();
    let report = job.folder().join(report);
    let given = grammars::gitlab(&fs::read_to_string(&report).unwrap());
    fs::remove_file(report).unwrap();
    assert_eq!(given["DEPLOY_KEY"], job.key.as_bytes());
}

#[test]
fn the_steps_for_circleci_give_the_key() {
    let job = Job::prepared();
    let recipe = recipe("CIRCLECI");
    let (document, more) = (yaml(&recipe[0]), yaml(&recipe[1]));
    let deploy = &document["jobs"]["deploy"];
    let profile = job.sandbox.given("bash_env", "");
    let mut logged = String::new();
    for step in list(&deploy["steps"]).iter().chain(list(&more)) {
        let Some(script) = step["run"].as_str() else {
            assert_eq!(step, "checkout");
            continue;
        };
        let mut all = variables(&deploy["environment"]);
        all.push(("BASH_ENV", profile.display().to_string()));
        // The context is there in every step.
        if script.contains("kluis") {
            all.push(("KLUIS_TOKEN", job.token.clone()));
        }
        logged.push_str(&job.step(script, &all));
    }
    assert_eq!(logged, job.deployed().repeat(2));
}

#[test]
fn docker_is_given_the_key_in_three_ways_and_in_no_argument() {
    let job = Job::prepared();
    let with_token = vec![
        ("KLUIS_TOKEN", job.token.clone()),
        ("KLUIS_VAULT", "secrets.kluis".to_owned()),
    ];
    let lines = &recipe("DOCKER")[0];
    assert_eq!(lines.lines().count(), 3);
    for line in lines.lines() {
        let document = job.step(line, &with_token);
        let given = grammars::docker(document.as_bytes());
        assert_eq!(given["DEPLOY_KEY"], job.key.as_bytes(), "{line}");
    }
    let told = fs::read_to_string(job.sandbox.home().join("docker.log")).unwrap();
    assert_eq!(told.lines().count(), 3);
    assert!(!told.contains(&job.key));
}

#[test]
fn a_container_opens_the_vault_with_a_token_that_is_mounted() {
    let job = Job::prepared();
    let image = job.sandbox.home().join("image");
    let inside = |path: &str| image.join(path.trim_start_matches('/'));
    write_program(&job.folder().join("server"), DEPLOY);
    symlink(KLUIS, job.folder().join("kluis")).unwrap();
    let (mut environment, mut words) = (Vec::new(), Vec::new());
    let recipe = recipe("DOCKER");
    for line in recipe[1].lines() {
        let (instruction, rest) = line.split_once(' ').unwrap();
        match instruction {
            "FROM" => assert_eq!(rest, "debian:stable-slim"),
            "COPY" => {
                let mut files: Vec<&str> = rest.split(' ').collect();
                let to = inside(files.pop().unwrap());
                for file in files {
                    let is_folder = rest.ends_with('/');
                    let to = if is_folder { to.join(file) } else { to.clone() };
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::copy(job.folder().join(file), to).unwrap();
                }
            }
            "ENV" => environment.extend(rest.split(' ').map(|pair| {
                let (name, path) = pair.split_once('=').unwrap();
                (name, inside(path))
            })),
            "ENTRYPOINT" | "CMD" => {
                words.extend(serde_json::from_str::<Vec<String>>(rest).unwrap());
            }
            other => panic!("{other}"),
        }
    }
    let mounted = inside("/run/secrets");
    fs::create_dir_all(&mounted).unwrap();
    symlink(job.token_file(&job.token), mounted.join("kluis_token")).unwrap();
    let path = format!("{}:/usr/bin:/bin", inside("/usr/local/bin").display());
    // A container has no home directory.
    let started = Command::new("env")
        .arg("-S")
        .arg("setsid --wait")
        .args(words)
        .env_clear()
        .envs(environment)
        .env("PATH", path)
        .stdin(Stdio::null())
        .output();
    assert_eq!(printed(started.unwrap()), job.deployed());
}

#[test]
fn a_service_gets_token_and_vault_as_credentials() {
    let job = Job::prepared();
    let unit = &recipe("SYSTEMD")[0];
    let home = job.sandbox.home();
    let credentials = home.join("credentials");
    fs::create_dir(&credentials).unwrap();
    let server = home.join("server");
    write_program(&server, DEPLOY);
    let (mut environment, mut words) = (Vec::new(), Vec::new());
    for line in unit.lines() {
        match line.split_once('=') {
            Some(("LoadCredential", rest)) => {
                let (name, path) = rest.split_once(':').unwrap();
                let from = match path {
                    "/etc/kluis/token" => job.token_file(&job.token),
                    "/etc/kluis/secrets.kluis" => job.folder().join("secrets.kluis"),
                    other => panic!("{other}"),
                };
                symlink(from, credentials.join(name)).unwrap();
            }
            Some(("Environment", rest)) => environment.extend(rest.split(' ').map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                (
                    name,
                    value.replace("%d", &credentials.display().to_string()),
                )
            })),
            Some(("ExecStart", rest)) => words.extend(rest.split(' ')),
            _ => {}
        }
    }
    assert_eq!(words.remove(0), "/usr/bin/kluis");
    assert_eq!(words.pop(), Some("/usr/bin/server"));
    // A service of systemd's own user has no home.
    let started = Command::new("setsid")
        .arg("--wait")
        .arg(KLUIS)
        .args(words)
        .arg(&server)
        .env_clear()
        .envs(environment)
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .output();
    assert_eq!(printed(started.unwrap()), job.deployed());

    if let Some(analyze) = Program::find("systemd-analyze", Need::Welcome) {
        let file = home.join("example.service");
        let here = unit.replace("/usr/bin/kluis", KLUIS);
        fs::write(
            &file,
            here.replace("/usr/bin/server", &server.display().to_string()),
        )
        .unwrap();
        let verified = analyze
            .command()
            .arg("--man=no")
            .arg("verify")
            .arg(&file)
            .output();
        let verified = verified.unwrap();
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success() && said.is_empty(), "{said}");
    }
}

#[test]
fn cron_rotates_old_values_silently() {
    let job = Job::prepared();
    let vault = job.sandbox.vault();
    fs::copy(job.folder().join("secrets.kluis"), &vault).unwrap();
    job.sandbox
        .prints(["create", "api_key", "--generate", "32"], "");
    let recipe = recipe("CRON");
    let (settings, line) = recipe[0].trim_end().rsplit_once('\n').unwrap();
    let token = job.token_file(&job.sandbox.token());
    let environment = settings.lines().map(|setting| {
        let (name, value) = setting.split_once('=').unwrap();
        let value = match name {
            "PATH" => format!("{}:{value}", job.sandbox.home().join("programs").display()),
            "KLUIS_KEY_FILE" => token.display().to_string(),
            _ => panic!("{name}"),
        };
        (name, value)
    });
    let environment = environment.collect();
    let mut rest = line;
    for _ in 0..5 {
        let (field, after) = rest.split_once(' ').unwrap();
        assert!(field == "*" || field.parse::<u8>().is_ok(), "{line}");
        rest = after;
    }
    assert!(!line.contains('%'), "cron takes it for the end of the line");
    let run = |script: &str| {
        let ended = job.shell(&["/bin/sh", "-c"], script, &environment);
        assert!(ended.stderr.is_empty() && ended.stdout.is_empty());
        assert!(ended.status.success());
        job.sandbox.slots("api_key").0.len()
    };
    assert_eq!(run(rest), 1);
    sleep(Duration::from_millis(2_100));
    assert_eq!(run(&rest.replace("30d", "2s")), 2);
    assert_eq!(run(rest), 2);
}

#[test]
fn the_script_separates_a_missing_secret_from_a_missing_token() {
    let job = Job::prepared();
    let script = job.folder().join("script");
    write_program(&script, &recipe("SCRIPTS")[0]);
    let vault = ("KLUIS_VAULT", "secrets.kluis".to_owned());
    let with = |token: Option<&str>| {
        let token = token.map(|token| ("KLUIS_TOKEN", token.to_owned()));
        let variables = [vault.clone()].into_iter().chain(token).collect();
        job.shell(&["sh", "-c"], "./script", &variables)
    };
    assert_eq!(printed(with(Some(&job.token))), job.deployed());
    assert_eq!(
        printed(with(Some(&job.sandbox.token()))),
        "no key to deploy with yet\n"
    );
    assert_eq!(with(None).status.code(), Some(4));
}
