//! Tests `import`.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Every format, with one text that has these values under A and B.
fn written(one: &str, two: &str) -> [(&'static str, String); 5] {
    [
        ("dotenv", format!("export A='{one}' # c\n\nB={two}\n")),
        ("json", format!("{{\"A\": \"{one}\",\n\"B\": \"{two}\"}}")),
        ("yaml", format!("A: {one}\nB: '{two}'\n")),
        ("env", format!("A={one}\nB={two}\n")),
        ("env", format!("A={one}\0B={two}\0")),
    ]
}

#[test]
fn every_format_gives_names_values_and_environment_keys() {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    for (at, (format, text)) in written(&one, &two).into_iter().enumerate() {
        let workspace = format!("w{at}");
        let made = sandbox.kluis(["workspace", "create", &workspace]).run();
        made.any_stdout().exits(0);
        let line = ["import", "--format", format, "-w", &workspace];
        // From stdin, then from a file.
        let imported = sandbox.kluis(line).stdin(&text).run();
        imported.stdout("created A\ncreated B\n").exits(0);
        let file = sandbox.given(&workspace, &text);
        let before = sandbox.bytes();
        let again = sandbox.kluis(line.iter().copied().chain([file.to_str().unwrap()]));
        again.run().stdout("unchanged A\nunchanged B\n").exits(0);
        assert_eq!(sandbox.bytes(), before);
        assert_eq!(sandbox.get(&format!("{workspace}/A")), one.as_bytes());
        assert_eq!(sandbox.get(&format!("{workspace}/B")), two.as_bytes());
    }
}

#[test]
fn a_name_is_its_own_environment_key_where_it_can_be_one() {
    let sandbox = Sandbox::with_vault();
    let text = r#"{"db_url": "v", "tls-key.pem": "v", "2fa": "v", "a=b": "v"}"#;
    let imported = sandbox.kluis(["import", "-", "--format", "json"]);
    imported.stdin(text).run().any_stdout().exits(0);
    let listed = sandbox.kluis(["list", "--json"]).run();
    let secrets = listed.json()["secrets"].clone();
    listed.any_stdout().exits(0);
    let keys = secrets.as_array().unwrap().iter();
    let keys: BTreeMap<_, _> = keys
        .map(|secret| (secret["name"].as_str(), secret["env_key"].as_str()))
        .collect();
    assert_eq!(keys[&Some("db_url")], Some("db_url"));
    assert_eq!(keys[&Some("tls-key.pem")], Some("TLS_KEY_PEM"));
    assert_eq!(keys[&Some("2fa")], Some("_2FA"));
    assert_eq!(keys[&Some("a=b")], Some("A_B"));
}

#[test]
fn a_taken_name_is_a_conflict_unless_it_is_kept_or_replaced() {
    let sandbox = Sandbox::with_vault();
    let [old, new, same] = ["old", "new", "same"].map(|label| sandbox.secret(label));
    sandbox.create("SAME", &same);
    let id = sandbox.create("TAKEN", &old);
    let bind = [
        "update",
        "TAKEN",
        "--env-key",
        "KEPT",
        "--allow-domain",
        "api.example.com",
    ];
    sandbox.kluis(bind).run().exits(0);
    let text = format!("NEW={new}\nSAME={same}\nTAKEN={new}\n");
    let import = |more: &[&str]| {
        let line = ["import", "--format", "dotenv"];
        sandbox.kluis(line.iter().chain(more)).stdin(&text).run()
    };
    let value = || {
        let got = sandbox.kluis(["get", &id, "--reveal"]).run();
        let value = String::from_utf8(got.stdout.clone()).unwrap();
        got.any_stdout().exits(0);
        value
    };
    let before = sandbox.bytes();
    let said = "kluis: error: these secrets exist with another value: default/TAKEN; nothing was written\n\
                kluis: hint: add --on-conflict replace to store the new values, or --on-conflict skip to keep the old ones\n";
    import(&[]).stderr(said).exits(6);
    import(&["--dry-run", "-q"]).stderr(said).exits(6);
    import(&["--dry-run"])
        .stdout("would be created NEW\nconflict TAKEN\n")
        .stderr_has(said)
        .exits(6);
    let dry = import(&["--dry-run", "--json"]);
    assert_eq!(dry.json()["conflict"], json!(["TAKEN"]));
    assert_eq!(dry.json_error()["code"], "conflict");
    dry.any_stdout().any_stderr().exits(6);
    assert_eq!(import(&["--json"]).json_error()["code"], "conflict");
    assert_eq!(sandbox.bytes(), before);
    import(&["--on-conflict", "skip"])
        .stdout("created NEW\nunchanged SAME\nskipped TAKEN\n")
        .exits(0);
    assert_eq!(value(), old);
    let replaced = import(&["--on-conflict", "replace", "--json"]);
    assert_eq!(
        replaced.json(),
        json!({"created": [], "updated": ["TAKEN"], "unchanged": ["NEW", "SAME"], "skipped": []})
    );
    replaced.any_stdout().exits(0);
    assert_eq!(value(), new);
    let shown = sandbox.kluis(["show", &id, "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    assert_eq!(object["env_key"], "KEPT");
    assert_eq!(object["allowed_domains"], json!(["api.example.com"]));
    assert_eq!(object["slots"].as_array().unwrap().len(), 2);
    assert_eq!(object["previous_slot"], 0);
}

#[test]
fn only_the_effective_value_is_replaced() {
    let sandbox = Sandbox::with_vault();
    let [old, now, later] = ["old", "now", "later"].map(|label| sandbox.secret(label));
    sandbox.create("K", &old);
    let put = |slot: &str, value: &str| {
        let line = ["update", "K", "--value", "--slot", slot];
        sandbox.kluis(line).stdin(value).run().exits(0);
    };
    put("5", &old);
    put("2100-01-01T00:00:00Z", &later);
    let import = |value: &str| {
        let line = ["import", "--format", "env", "--on-conflict", "replace"];
        sandbox.kluis(line).stdin(format!("K={value}")).run()
    };
    import(&old).stdout("unchanged K\n").exits(0);
    import(&now).stdout("updated K\n").exits(0);
    assert_eq!(sandbox.get("K"), now.as_bytes());
    for (choice, value) in [("--previous", &old), ("--latest", &later)] {
        let got = sandbox.kluis(["get", "K", choice]).run();
        got.stdout(value).exits(0);
    }
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let sandbox = Sandbox::with_vault();
    let [old, new] = ["old", "new"].map(|label| sandbox.secret(label));
    sandbox.create("B", &old);
    let folder = sandbox.vault().parent().unwrap().to_owned();
    let files = || fs::read_dir(&folder).unwrap().count();
    let (before, count) = (sandbox.bytes(), files());
    let text = format!("A={new}\nB={new}\nC=\n");
    let line = ["import", "--format", "dotenv", "--on-conflict", "replace"];
    let said = "created A\nupdated B\nskipped C\n";
    let dry = sandbox.kluis(line.iter().chain(&["--dry-run"]));
    dry.stdin(&text)
        .run()
        .stdout("would be created A\nwould be updated B\nskipped C\n")
        .stderr(
            "kluis: note: skipped, because the value is empty: C; --on-empty fail refuses them\n\
                 kluis: note: dry run: nothing is written; 1 would be created, 1 would be updated, 1 skipped\n",
        )
        .exits(0);
    assert_eq!((sandbox.bytes(), files()), (before, count));
    let imported = sandbox.kluis(line).stdin(&text).run();
    imported.stdout(said).stderr_has("C; --on-empty").exits(0);
    assert_eq!(sandbox.get("B"), new.as_bytes());
}

#[test]
fn several_mistakes_are_a_line_each_and_a_list_for_programs() {
    let sandbox = Sandbox::with_vault();
    let import = |more: &[&str]| {
        let line = ["import", "--format", "json", "--on-empty", "fail"];
        let input = "{\"A\": [1],\n\"B\": \"\", \"C\": {}}";
        sandbox.kluis(line.iter().chain(more)).stdin(input).run()
    };
    import(&[])
        .stderr("kluis: error: 3 mistakes:\n  line 1: A is a list, not a string\n  line 2: B is empty; to leave out empty values, add --on-empty skip\n  line 2: C is an object, not a string; to join nested names with _, add --nested; to take one part, add --path\n")
        .exits(7);
    let told = import(&["--json"]);
    let object = told.json_error();
    assert_eq!(object["detail"].as_array().unwrap().len(), 3);
    let error = object["error"].as_str().unwrap();
    assert!(
        error.contains("string; line 2: B") && !error.contains('\n'),
        "{error}"
    );
    told.any_stderr().exits(7);
}

#[test]
fn a_column_of_nothing_is_left_out_at_a_terminal() {
    let sandbox = Sandbox::with_vault();
    let file = sandbox.given("env", "A=1\n");
    let line = |file: &PathBuf, format: &str| {
        let file = file.to_str().unwrap();
        let line = ["import", file, "--format", format, "--dry-run"];
        sandbox.kluis(line).command_at_terminal()
    };
    let command = line(&file, "dotenv");
    let (shown, code) = Screen::start(command, 80).ends();
    assert!(shown.contains("would be created  A\n"), "{shown:?}");
    assert!(!shown.contains("FROM"), "{shown:?}");
    assert_eq!(code, 0);
    let csv = sandbox.given("csv", "Title,Password\nMy bank,1\n");
    let (shown, _) = Screen::start(line(&csv, "1password"), 80).ends();
    assert!(
        shown.contains("FROM") && shown.contains("My bank"),
        "{shown:?}"
    );
}

#[test]
fn the_file_name_decides_the_format() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let folder = sandbox.home().join("in");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        (".env", format!("A={value}\n")),
        ("prod.env", format!("B={value}\n")),
        ("c.json", format!("{{\"C\": \"{value}\"}}")),
        ("d.yml", format!("D: {value}\n")),
        ("e.csv", format!("Title,Password\nE,{value}\n")),
        (
            "f.csv",
            format!(
                "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n,,login,F,,,0,,,{value},\n"
            ),
        ),
        (
            "g.json",
            format!(
                "{{\"encrypted\": false, \"folders\": [], \"items\": [{{\"type\": 1, \"name\": \"G\", \"login\": {{\"password\": \"{value}\"}}}}]}}"
            ),
        ),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        let import = sandbox.kluis(["import", path.to_str().unwrap(), "-q"]);
        import.run().exits(0);
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(sandbox.prints(["list", "-q"], ""), "A\nB\nC\nD\nE\nF\nG\n");
    for name in ["A", "E", "F", "G"] {
        assert_eq!(sandbox.get(name), value.as_bytes(), "{name}");
    }
    let before = sandbox.bytes();
    let untold = sandbox.given("secrets", "hunter2");
    let of_file = ": only that of a file is detected";
    for (line, why) in [
        (
            &["import", untold.to_str().unwrap()][..],
            ", and the name and the content of the input do not tell it",
        ),
        (&["import"], of_file),
        (&["import", "-"], of_file),
    ] {
        let refused = sandbox.kluis(line).stdin("Z=1").run();
        let hint = "kluis: hint: add --format dotenv, json, yaml, toml, k8s, csv, env, docker, shell, systemd, tfvars, github, ini, properties, netrc, pgpass, files, bitwarden, 1password, keepass-xml, proton-pass or pass\n";
        let said = format!("kluis: error: --format is missing{why}\n{hint}");
        refused.stderr(&said).exits(2);
    }
    // An existing file of another format is reported as usual, and a missing one as missing.
    let missing = sandbox.kluis(["import", "nowhere.json"]).run();
    missing
        .stderr_has("cannot read the file to import")
        .exits(1);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_terminal_shows_the_format_and_quiet_shows_nothing() {
    let sandbox = Sandbox::with_vault();
    let path = sandbox.given("a", "");
    let path = path.with_file_name("a.env");
    let value = sandbox.secret("value");
    fs::write(&path, format!("A={value}\n")).unwrap();
    let import = |more: &[&str]| {
        let line = [&["import", path.to_str().unwrap(), "--dry-run"], more].concat();
        Screen::start(sandbox.kluis(line).command_at_terminal(), 80).ends()
    };
    let (told, code) = import(&[]);
    let said = "kluis: note: detected the format dotenv by its name; --format chooses another\n";
    assert!(told.starts_with(said), "{told}");
    assert!(
        told.ends_with("\nRESULT            NAME\nwould be created  A\nkluis: note: dry run: nothing is written; 1 would be created\n"),
        "{told}"
    );
    assert_eq!((code, import(&["-q"])), (0, (String::new(), 0)));
    fs::remove_file(path).unwrap();
}

#[test]
fn one_mistake_anywhere_imports_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let before = sandbox.bytes();
    for (format, text, said) in [
        (
            "dotenv",
            format!("A={value}\nB=\n"),
            "line 2: B is empty; to leave out empty values, add --on-empty skip",
        ),
        (
            "dotenv",
            format!("A={value}\n\n{value}\n"),
            "line 3: there is no = after the name",
        ),
        (
            "dotenv",
            format!("A={value}\nB='{value}"),
            "line 2: a quotation mark is not closed",
        ),
        (
            "dotenv",
            format!("A={value}\nA={value}"),
            "A is given twice, at line 1 and at line 2",
        ),
        (
            "dotenv",
            format!("A={value}\n{value}/={value}"),
            "line 2: a name can use A-Z",
        ),
        (
            "dotenv",
            format!("A={value}\0B={value}\0"),
            "line 1: the input contains a NUL",
        ),
        (
            "json",
            format!("{{\"A\": \"{value}\",\n\"B\": [\"{value}\"]}}"),
            "line 2: B is a list, not a string",
        ),
        (
            "json",
            format!("{{\"A\": \"{value}\", \"B\" \"{value}\"}}"),
            "the input is not valid JSON at line 1",
        ),
        (
            "json",
            format!("[\"{value}\"]"),
            "line 1: the input must be an object of names and strings, or a list with a name and a value in each item",
        ),
        (
            "yaml",
            format!("A: {value}\nB:\n  C: {value}\n"),
            "line 2: B is a mapping, not a string",
        ),
        (
            "yaml",
            format!("A: {value}\nB: &b\n  C: *b\n"),
            "line 2: B is a mapping, not a string",
        ),
        (
            "yaml",
            format!("A: {value}\nB: \"{value}\nC: v"),
            "the input is not valid YAML at line",
        ),
        (
            "yaml",
            format!("A: {value}\nB: *{value}"),
            "the input is not valid YAML at line 2",
        ),
        (
            "env",
            format!("A={value}\n{value}\n"),
            "line 2: this line has no NAME=",
        ),
        (
            "env",
            format!("A={value}\0{value}\0"),
            "variable 2: the variable has no =",
        ),
        ("env", String::new(), "the input is empty"),
    ] {
        for more in [&[][..], &["--dry-run"], &["--json"]] {
            let line = ["import", "--format", format, "--on-empty", "fail"];
            let refused = sandbox.kluis(line.iter().chain(more)).stdin(&text).run();
            if more == ["--json"] {
                let error = refused.json_error();
                assert_eq!(error["code"], "invalid");
                let told = error["detail"][0]["msg"].as_str().unwrap();
                assert!(told.starts_with(said), "{told}");
            }
            refused.stderr_has(said).exits(7);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn one_broken_rule_of_the_vault_imports_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("PENDING", "old");
    // Killed while it waited for the command: the new value is pending.
    let rotate = [
        "rotate",
        "PENDING",
        "--generate",
        "8",
        "--exec",
        "sh",
        "-c",
        "kill -9 $PPID",
    ];
    sandbox.kluis(rotate).run().any_stderr().exits(137);
    let before = sandbox.bytes();
    let text = format!("NEW={value}\nPENDING={value}\n");
    for more in [&[][..], &["--dry-run"]] {
        let line = ["import", "--format", "env", "--on-conflict", "replace"];
        let refused = sandbox.kluis(line.iter().chain(more)).stdin(&text).run();
        refused
            .stderr_has("a rotation of default/PENDING is not finished")
            .exits(6);
    }
    assert_eq!(sandbox.bytes(), before);
    sandbox.kluis(["get", "NEW"]).run().any_stderr().exits(3);
}

#[test]
fn an_unreadable_or_endless_file_is_refused() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let import = |file: &str, format: &str| {
        let line = ["import", file, "--format", format];
        sandbox.kluis(line).run()
    };
    let unread = "kluis: error: cannot read the file to import";
    import("/hunter2", "json").stderr_has(unread).exits(1);
    import("/", "json").stderr_has(unread).exits(1);
    for format in ["dotenv", "json", "yaml", "env"] {
        import("/dev/zero", format)
            .stderr("kluis: error: the input can have at most 48 MiB\n")
            .exits(7);
    }
    let binary: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
    let binary = sandbox.given("binary", binary);
    for format in ["dotenv", "json", "yaml", "env"] {
        let refused = import(binary.to_str().unwrap(), format);
        assert!(refused.stderr.len() < 2000, "{}", refused.stderr);
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_usage_error_names_the_missing_option_and_repeats_nothing() {
    let sandbox = Sandbox::with_vault();
    let line = |more: &[&str]| sandbox.kluis(["import"].iter().chain(more)).run();
    line(&[]).stderr_has("--format is missing").exits(2);
    line(&["--format", "hunter2"])
        .stderr_has("--format <FORMAT> must be one of: dotenv, json, yaml, toml, k8s, csv, env, docker, shell, systemd, tfvars, github, ini, properties, netrc, pgpass, files, bitwarden, 1password, keepass-xml, proton-pass, pass\n")
        .exits(2);
    line(&["--format", "env", "--on-conflict", "hunter2"])
        .stderr_has("must be one of: fail, skip, replace\n")
        .exits(2);
    line(&["--format", "env", "--passphrase-file", "-"])
        .stderr_has("the passphrase and the import cannot both come from stdin")
        .exits(2);
}

#[test]
fn a_terminal_that_would_show_the_import_is_refused() {
    let sandbox = Sandbox::with_vault();
    let import = sandbox.kluis(["import", "--format", "dotenv"]);
    let mut screen = Screen::start(import.command_at_terminal(), 80);
    let (said, code) = screen.ends();
    assert!(said.contains("name a file to import"), "{said}");
    assert_eq!(code, 2);
}

#[test]
fn thousands_are_written_at_once() {
    const COUNT: usize = 3000;
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let lines: Vec<_> = (0..COUNT).map(|n| format!("N{n}={value}{n}\n")).collect();
    let text = lines.concat();
    let import = || sandbox.kluis(["import", "--format", "env"]).stdin(&text);
    let said = |word: &str| {
        let lines = (0..COUNT).map(|n| format!("{word} N{n}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    import().run().stdout(said("created")).exits(0);
    import().run().stdout(said("unchanged")).exits(0);
    let shown = sandbox.kluis(["list", "--json"]).run();
    assert_eq!(shown.json()["count"], COUNT);
    shown.any_stdout().exits(0);
    assert_eq!(sandbox.get("N2999"), format!("{value}2999").as_bytes());
}

/// Makes a dotenv and a YAML file of text that is hard to read, with the results of their usual readers, and
/// texts that python-dotenv cannot read; or compares the environment with these results.
const READERS: &str = r#"
import io, json, os, random, re, sys
import yaml
from dotenv.parser import parse_stream

def bindings(text):
    # As `open` gives it: each line break is one character.
    return list(parse_stream(io.StringIO(re.sub("\r\n?", "\n", text))))

def check(expected):
    expected = json.load(open(expected))
    assert len(expected) >= 2000, len(expected)
    for name, value in expected.items():
        found = os.environ.get(name)
        assert found == value, (name, value, found)

def make(folder):
    random.seed(4)
    parts = list("""'"\\#$`=: \t-{}[]&*!|>%@,?~_.azü😀""") + [
        "\\n", "\\'", '\\"', "\\\\", "${A}", "$(id)", "\n", "\n\n", " #", ": ", "- ", "yes", "null",
        "1.5", "0x1", "2024-01-31", "1:30", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\xa0", "\x1c", "export "]
    def text():
        return "".join(random.choice(parts) for _ in range(random.randint(1, 7)))
    lines, expected, broken = [], {}, []
    for n in range(4000):
        name, mark = f"K{n}", random.choice(["", "", "'", '"'])
        line = random.choice(["", "export ", " "]) + name + random.choice(["=", " = "])
        line += mark + text() + mark + random.choice(["", "", " # c", "\r"])
        found = bindings(line)
        # Followed by others, it must still be one: quotes that are never closed are closed by those.
        joined = bindings(line + "\nL='v'\nM=\"v\"\n")
        if len(found) == 1 and found[0].error:
            broken.append(line)
        elif [b.key for b in joined if b.key] == [name, "L", "M"] and joined[0].value and not any(b.error for b in joined):
            lines.append(line)
            expected[name] = joined[0].value
    open(f"{folder}/dotenv.given", "w", newline="").write("\n".join(lines) + "\n")
    json.dump(expected, open(f"{folder}/dotenv.json.given", "w"))
    json.dump(broken[:60], open(f"{folder}/broken.given", "w"))
    documents, expected = [], {}
    for n in range(2300):
        pair = {f"Y{n}": text()}
        document = yaml.safe_dump(
            pair, default_style=random.choice([None, None, "'", '"', "|", ">"]),
            allow_unicode=random.choice([True, False]), width=random.choice([8, 80]))
        # YAML 1.1 takes these for line breaks and 1.2 does not.
        if not re.search("[\x85\u2028\u2029]", document) and yaml.safe_load(document) == pair:
            # It ends what has no end of its own; here the next pair does.
            documents.append(document.removesuffix("...\n"))
            expected |= pair
    open(f"{folder}/yaml.given", "w", newline="").write("".join(documents))
    json.dump(expected, open(f"{folder}/yaml.json.given", "w"))

{"make": make, "check": check}[sys.argv[1]](sys.argv[2])
"#;

#[test]
fn dotenv_is_read_as_python_reads_it() {
    let probe = "import sys, yaml, dotenv.version as own; print(sys.executable); \
                 print(tuple(map(int, own.__version__.split('.'))) >= (1, 2, 4))";
    let found = Command::new("python3").args(["-c", probe]).output();
    let Some(found) = found.ok().filter(|output| output.status.success()) else {
        assert!(
            std::env::var_os("KLUIS_REQUIRE_READERS").is_none(),
            "PyYAML and python-dotenv"
        );
        return eprintln!("skipped: python3 with PyYAML and python-dotenv is not installed");
    };
    let found = String::from_utf8(found.stdout).unwrap();
    let (python, is_new) = found.trim_end().split_once('\n').unwrap();
    let python = PathBuf::from(python);
    let required = std::env::var_os("KLUIS_REQUIRE_READERS").is_some();
    assert!(is_new == "True" || !required, "python-dotenv 1.2.4");
    let sandbox = Sandbox::with_vault();
    let script = sandbox.given("readers", READERS);
    let made = Command::new(&python)
        .arg(&script)
        .arg("make")
        .arg(sandbox.home())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    let formats = if is_new == "True" {
        &["dotenv", "yaml"][..]
    } else {
        eprintln!("skipped: python-dotenv 1.2.4 or newer is not installed");
        &["yaml"]
    };
    for &format in formats {
        let made = sandbox.kluis(["workspace", "create", format]).run();
        made.any_stdout().exits(0);
        let file = sandbox.given_path(format);
        let mut line = vec!["import", file.to_str().unwrap(), "--format", format];
        line.extend(["-w", format, "-q"]);
        if format == "dotenv" {
            line.extend(["--dialect", "python"]);
        }
        // It warns of references in the values.
        let imported = sandbox.kluis(line).run();
        imported.any_stderr().exits(0);
        let (python, script) = (python.to_str().unwrap(), script.to_str().unwrap());
        let expected = sandbox.given_path(&format!("{format}.json"));
        let expected = expected.to_str().unwrap();
        let line = [
            "run", "--all", "-w", format, "--", python, script, "check", expected,
        ];
        sandbox.kluis(line).run().exits(0);
    }
    let broken: Vec<String> = serde_json::from_slice(&sandbox.was_given("broken")).unwrap();
    assert!(broken.len() > 20, "{}", broken.len());
    for text in broken {
        if is_new != "True" {
            continue;
        }
        let line = ["import", "--format", "dotenv", "--dialect", "python"];
        let refused = sandbox.kluis(line).stdin(&text).run();
        assert_eq!(refused.code, 7, "{text:?}");
        refused.any_stderr().ends();
    }
}
