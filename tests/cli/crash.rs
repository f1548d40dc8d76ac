//! Tests the write protocol under SIGKILL and failing system calls, at each system call of a command: afterwards
//! the vault is completely the old one or the new one, and the next command works.
//!
//! It needs `strace`. If it is missing or refused, the tests print so and pass.

mod beside;
mod contents;
mod order;
mod point;
mod power;
mod rotation;
mod scenario;
pub mod trace;

use beside::BESIDE;
use contents::CONTENTS;
use point::{Ended, Fault, Point};
use rotation::ROTATIONS;
use scenario::{SCENARIOS, Scenario, State, Writes};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;
use trace::Trace;

const THREADS: usize = 2;

/// The outcomes of the points of one scenario.
#[derive(Default)]
struct Tally {
    points: usize,
    /// By the end of the command, and by the state of the vault.
    ended: [[usize; 3]; 3],
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, ended: Ended, state: State) {
        self.points += 1;
        self.ended[ended as usize][state as usize] += 1;
    }

    /// A row of the table in PROGRAMME.md.
    fn row(&self, scenario: &Scenario, seconds: f32) -> String {
        let [killed, failed, done] = self.ended;
        let states = |[old, between, new]: [usize; 3]| match scenario.writes {
            Writes::Once => format!("{old} / {new}"),
            Writes::InSteps => format!("{old} / {between} / {new}"),
        };
        format!(
            "| {} | {} | {} | {} | {} | {} | {seconds:.0} s |",
            scenario.name,
            self.points,
            states(killed),
            states(failed),
            done.iter().sum::<usize>(),
            self.wrong.len(),
        )
    }
}

/// Strikes a command with each of `faults` at each of its system calls.
fn sweep(scenario: &Scenario, faults: &[Fault]) -> Tally {
    let template = (scenario.prepare)();
    let calls = Trace::of(scenario, &template).calls();
    let points: Vec<Point> = faults
        .iter()
        .flat_map(|fault| calls.iter().filter_map(|call| Point::new(call, *fault)))
        .collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    thread::scope(|threads| {
        for _ in 0..THREADS {
            let template = template.copy();
            let (points, next, tally) = (&points, &next, &tally);
            threads.spawn(move || {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let struck =
                        catch_unwind(AssertUnwindSafe(|| point.strike(scenario, &template)));
                    let mut tally = tally.lock().unwrap();
                    match struck {
                        Ok((ended, state)) => tally.add(ended, state),
                        Err(_) => tally.wrong.push(format!("{}: {point}", scenario.name)),
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap()
}

/// Prints past the test runner, which hides the output of a passing test.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().chain(ROTATIONS).chain(CONTENTS)
}

/// The selection in the environment: a part of the name, and the first of the remaining ones.
fn chosen(all: impl Iterator<Item = &'static Scenario>) -> impl Iterator<Item = &'static Scenario> {
    let [only, from] = ["KLUIS_CRASH_ONLY", "KLUIS_CRASH_FROM"]
        .map(|name| std::env::var(name).unwrap_or_default());
    let rest = all.skip_while(move |one| !from.is_empty() && one.name != from);
    rest.filter(move |one| one.name.contains(&only))
}

fn scenario(name: &str) -> &'static Scenario {
    scenarios().find(|scenario| scenario.name == name).unwrap()
}

#[test]
fn a_crash_during_set_leaves_the_old_or_the_new_value() {
    if !trace::is_possible() {
        return;
    }
    let tally = sweep(
        scenario("set"),
        &[Fault::Kill, Fault::Error("EIO"), Fault::Error("ENOSPC")],
    );
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.points > 100, "only {} points", tally.points);
}

#[test]
fn a_killed_rotation_keeps_the_password_the_server_accepts() {
    if !trace::is_possible() {
        return;
    }
    let tally = sweep(scenario("rotate --exec"), &[Fault::Kill]);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    // Each state occurs: before the first step, between both, and after the last.
    let [killed, ..] = tally.ended;
    assert!(killed.iter().all(|&points| points > 5), "{killed:?}");
}

#[test]
fn a_killed_change_of_keys_leaves_exactly_one_state_that_opens() {
    if !trace::is_possible() {
        return;
    }
    for name in [
        "passphrase",
        "key add",
        "key remove",
        "key remove of full access",
        "rekey",
        "restore that is undone",
        "restore of a copy from before a key's removal",
    ] {
        let tally = sweep(scenario(name), &[Fault::Kill]);
        assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
        let [[old, _, new], ..] = tally.ended;
        assert!(old > 5 && new > 5, "{name}: {old} / {new}");
    }
}

#[test]
fn reading_back_finds_a_write_that_lied() {
    if !trace::is_possible() {
        return;
    }
    let tally = sweep(scenario("set"), &[Fault::ShortWrite]);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    let [_, failed, done] = tally.ended;
    // The first is that of the vault. The others are those of the memory and of the id on stdout, which cannot be
    // reported in time.
    assert_eq!((failed, done), ([1, 0, 0], [0, 0, 2]));
}

#[test]
fn a_file_is_durable_before_its_rename_and_the_rename_after() {
    if !trace::is_possible() {
        return;
    }
    for scenario in scenarios() {
        let sandbox = (scenario.prepare)();
        let Some(trace) = Trace::with_names(scenario, &sandbox) else {
            say("skipped: strace may not read the names of files here");
            return;
        };
        order::check(scenario.name, &trace, "default.kluis");
    }
}

#[test]
fn a_file_system_that_cannot_do_everything_suffices() {
    if !trace::is_possible() {
        return;
    }
    for (name, call, error) in [
        ("init", "renameat2", "EINVAL"),
        ("init", "renameat2", "ENOSYS"),
        ("set", "linkat", "EPERM"),
        ("set", "linkat", "EMLINK"),
        ("set", "getdents64", "EIO"),
    ] {
        let scenario = scenario(name);
        let template = (scenario.prepare)();
        let calls = Trace::of(scenario, &template).calls();
        let calls: Vec<_> = calls.iter().filter(|one| one.name == call).collect();
        assert!(!calls.is_empty(), "{name} makes no {call}");
        for call in calls {
            let point = Point::new(call, Fault::Error(error)).unwrap();
            let outcome = point.strike(scenario, &template);
            assert_eq!(outcome, (Ended::Done, State::After), "{name}: {point}");
        }
    }
}

/// Runs every scenario with every fault at every call, which takes about an hour: `cargo test --test cli
/// crash::every -- --ignored --nocapture`. `KLUIS_CRASH_ONLY` selects scenarios by a part of their name;
/// `KLUIS_CRASH_FROM` starts at one, after a run that was stopped.
#[test]
#[ignore = "an hour or so"]
fn every_scenario_survives_every_fault_at_every_call() {
    if !trace::is_possible() {
        return;
    }
    say(
        "| scenario | points | killed: old (/ pending) / new | failed: the same | done | wrong | time |",
    );
    let mut wrong = Vec::new();
    for scenario in chosen(scenarios().chain(BESIDE)) {
        let started = Instant::now();
        // Only the vault and the agreements are read back.
        let is_read_back = scenario.name != "inject -o" && scenario.name != "identity new";
        let faults = Fault::ALL.into_iter();
        let faults = faults.filter(|fault| is_read_back || *fault != Fault::ShortWrite);
        let tally = sweep(scenario, &faults.collect::<Vec<_>>());
        say(&tally.row(scenario, started.elapsed().as_secs_f32()));
        wrong.extend(tally.wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
