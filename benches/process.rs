//! Measures commands from start to exit, beside the simplest programs possible: `cargo bench`.
//!
//! All programs run in one go, in turns, so that a busy machine slows all of them alike. It measures whole
//! processes, not library calls, because that is the time users wait. `cargo bench -- mask` measures masking alone.
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
