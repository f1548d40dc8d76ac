//! Measures commands from start to exit, beside the simplest programs possible: `cargo bench`.
//!
//! All programs run in one go, in turns, so that a busy machine slows all of them alike. It measures whole
//! processes, not library calls, because that is the time users wait. `cargo bench -- mask` measures masking alone, `cargo bench -- environment` a project's environment.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

#[path = "process/floor.rs"]
mod floor;
#[path = "process/measure.rs"]
mod measure;
#[path = "process/vaults.rs"]
mod vaults;

use measure::{Subject, compare, compare_costs};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use vaults::Vault;

const KLUIS: &str = env!("CARGO_BIN_EXE_kluis");
const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];
/// RFC 9106's second choice, which `init` never goes below.
const KDF: &str = "m=64,t=3,p=4";

fn main() {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match arguments.first().and_then(|first| first.to_str()) {
        Some("floor") => floor::read(Path::new(&arguments[1])),
        Some("rewrite") => floor::rewrite(Path::new(&arguments[1])),
        Some("argon2") => floor::argon2(Path::new(&arguments[1])),
        Some("mask") => mask(),
        Some("environment") => environment(&Vault::with_secrets(SIZES[0])),
        Some("measure") => measure::child(&arguments[1..]),
        _ => everything(),
    }
}

fn everything() {
    let vaults = SIZES.map(Vault::with_secrets);
    let [hundred, thousand, ten, many] = &vaults;
    let locked = Vault::with_passphrase(KDF);
    let (value, other) = (locked.file("value"), locked.file("other"));
    let cat = || Subject::new("`cat` of a small file", || program("cat", &[&value]));
    let get = |vault| Subject::new(named("get", vault), || vault.kluis(&["get", "SECRET_7"]));

    compare(
        "Looking up one value",
        101,
        vec![
            cat(),
            Subject::new(named("floor", hundred), || own("floor", &hundred.path())),
            get(hundred),
            get(thousand),
            get(ten),
            get(many),
        ],
    );
    through_the_agent(ten);
    compare(
        "Giving a value to a program",
        101,
        vec![
            get(ten),
            Subject::new("`run -e` of `true`, 10,000 secrets", || {
                ten.kluis(&["run", "-e", "KEY=SECRET_7", "--", "true"])
            }),
            Subject::new("`env` of `true`", || {
                let mut env = program("env", &[]);
                env.args(["KEY=value", "true"]);
                env
            }),
        ],
    );
    give_many(hundred);
    environment(hundred);
    mask();
    compare(
        &format!("Unlocking with a passphrase ({KDF})"),
        21,
        vec![
            Subject::new("Argon2id alone", || own("argon2", &value)),
            Subject::new("`get` with a passphrase", || locked.kluis(&["get", "name"])),
        ],
    );
    for (vault, rounds) in [(ten, 21), (many, 7)] {
        compare(
            "Changing one value",
            rounds,
            vec![
                Subject::new(
                    format!("written, synced and renamed, {}", vault.name()),
                    || own("rewrite", &vault.path()),
                ),
                set(vault, [&value, &other]),
            ],
        );
    }
    let list = |vault| Subject::new(named("list", vault), || vault.kluis(&["list"]));
    compare_costs(
        "Processor time and memory",
        11,
        vec![
            cat(),
            Subject::new(named("floor", ten), || own("floor", &ten.path())),
            Subject::new(named("floor", many), || own("floor", &many.path())),
            get(ten),
            get(many),
            list(ten),
            list(many),
            set(ten, [&value, &other]),
            set(many, [&value, &other]),
            Subject::new(named("verify", ten), || ten.kluis(&["vault", "verify"])),
            Subject::new(named("export --all", thousand), || {
                thousand.kluis(&["export", "--format", "shell", "--all"])
            }),
        ],
    );
}

/// Carrying output with every form of a hundred values searched for.
fn mask() {
    let random = Vault::with_random_values(100);
    for (kind, file) in [
        ("text", random.large_text()),
        ("base64 in lines", random.large_base64()),
    ] {
        let cat_in_run = |options: &[&str]| {
            let mut run = random.kluis(&["run", "--all"]);
            run.args(options).args(["--", "cat"]).arg(&file);
            run
        };
        compare(
            &format!(
                "Masking {} MB of {kind} with 100 secrets",
                vaults::LARGE_BYTES / 1_000_000
            ),
            11,
            vec![
                Subject::new("`cat | cat`", || {
                    let mut pipe = program("sh", &[]);
                    pipe.args(["-c", "cat \"$1\" | cat", "sh"]).arg(&file);
                    pipe
                }),
                Subject::new("`run --all` of `cat`", || cat_in_run(&[])),
                Subject::new("`run --all --mask` of `cat`", || cat_in_run(&["--mask"])),
            ],
        );
    }
}

/// What a hundred values cost beside one.
fn give_many(hundred: &Vault) {
    let all: Vec<String> = (0..100).map(|i| format!("SECRET_{i}=SECRET_{i}")).collect();
    let by_name: Vec<&str> = all.iter().flat_map(|pair| ["-e", pair]).collect();
    let run = |options: &[&str]| {
        let line = [&["run"], options, &["--", "true"]].concat();
        hundred.kluis(&line)
    };
    compare_costs(
        "Giving values to `true`, of 100 secrets",
        201,
        vec![
            Subject::new("`run -e`, one", || run(&["-e", "KEY=SECRET_7"])),
            Subject::new("`run --all`", || run(&["--all"])),
            Subject::new("`run -e`, each of them", || run(&by_name)),
            Subject::new("`env`, one", || {
                let mut env = program("env", &[]);
                env.args(["KEY=value", "true"]);
                env
            }),
            Subject::new("`env`, 100", || {
                let mut env = program("env", &[]);
                env.args(&all).arg("true");
                env
            }),
        ],
    );
}

/// The environment of a project file: a hundred variables, of which twenty are URLs and five are files.
fn environment(vault: &Vault) {
    let lines = (0..100).map(|i| match i {
        0..75 => format!("V{i} = \"SECRET_{i}\"\n"),
        75..95 => format!("V{i} = {{ url = \"postgres://ada:{{SECRET_{i}}}@db/app\" }}\n"),
        _ => format!("V{i} = {{ secret = \"SECRET_{i}\", as = \"file\" }}\n"),
    });
    let lines: Vec<String> = lines.collect();
    let write = |name: &str, lines: &[String]| {
        let file = vault.file(name);
        fs::write(&file, format!("[env]\n{}", lines.concat())).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (without_files, all) = (write("95.toml", &lines[..95]), write("100.toml", &lines));
    let run = |project: &str| vault.kluis(&["run", "--project", project, "--", "true"]);
    compare(
        "A whole environment",
        201,
        vec![
            Subject::new("`run -e`, one", || {
                vault.kluis(&["run", "-e", "KEY=SECRET_7", "--", "true"])
            }),
            Subject::new("`run --file`, one", || {
                vault.kluis(&["run", "--file", "KEY=SECRET_7", "--", "true"])
            }),
            Subject::new("`run`, 75 values and 20 URLs", || run(&without_files)),
            Subject::new("`run`, the same and 5 files", || run(&all)),
            Subject::new("`export --format shell -e`, one", || {
                vault.kluis(&["export", "--format", "shell", "-e", "KEY=SECRET_7"])
            }),
        ],
    );
}

/// The same with a token and with the key in an agent, which each command asks.
fn through_the_agent(vault: &Vault) {
    assert!(vault.kluis(&["unlock", "-q"]).status().unwrap().success());
    for (title, rounds, arguments) in [
        (
            "Looking up one value through the agent",
            101,
            ["get", "SECRET_7"],
        ),
        ("Listing through the agent", 21, ["list", "-q"]),
    ] {
        let what = arguments[0];
        compare(
            title,
            rounds,
            vec![
                Subject::new(named(what, vault), || vault.kluis(&arguments)),
                Subject::new(format!("`{what}` through the agent"), || {
                    vault.without_key(&arguments)
                }),
            ],
        );
    }
    assert!(vault.kluis(&["lock", "-q"]).status().unwrap().success());
}

/// Sets one value and the other in turn: one that is there already would not be written.
fn set<'a>(vault: &'a Vault, values: [&'a Path; 2]) -> Subject<'a> {
    let mut values = values.into_iter().cycle();
    Subject::new(named("set", vault), move || {
        vault.set(values.next().unwrap())
    })
}

fn named(what: &str, vault: &Vault) -> String {
    format!("`{what}`, {}", vault.name())
}

fn program(name: &str, arguments: &[&Path]) -> Command {
    let mut command = Command::new(name);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    command
}

/// This program as one of the floors.
fn own(what: &str, file: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg(what).arg(file).env_clear();
    command
}
