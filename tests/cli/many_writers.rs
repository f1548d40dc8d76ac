//! Tests many processes that write one vault, some of them killed: every acknowledged write is there, and no
//! process undoes another's.

use crate::sandbox::Sandbox;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const WRITERS: usize = 8;
/// Ten writers a second are killed.
const BETWEEN_KILLS: Duration = Duration::from_millis(100);
const POLL: Duration = Duration::from_millis(1);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kills {
    None,
    TenASecond,
}

/// The place of a writer's current process, for others to kill it.
#[derive(Default)]
struct Seat(Mutex<Option<Child>>);

/// The end of a process; no code if it was killed.
struct Ended {
    code: Option<i32>,
    printed: String,
    told: String,
}

impl Seat {
    fn run(&self, command: &mut Command) -> Ended {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        *self.0.lock().unwrap() = Some(command.spawn().unwrap());
        loop {
            let mut seat = self.0.lock().unwrap();
            if seat.as_mut().unwrap().try_wait().unwrap().is_some() {
                let mut child = seat.take().unwrap();
                let status = child.wait().unwrap();
                let mut ended = Ended {
                    code: status.code(),
                    printed: String::new(),
                    told: String::new(),
                };
                // Less than a pipe can buffer, so nobody had to read it before.
                let out = child.stdout.as_mut().unwrap();
                out.read_to_string(&mut ended.printed).unwrap();
                let err = child.stderr.as_mut().unwrap();
                err.read_to_string(&mut ended.told).unwrap();
                return ended;
            }
            drop(seat);
            thread::sleep(POLL);
        }
    }

    /// Whether there was a process to kill, which is not reaped yet.
    fn kill(&self) -> bool {
        let mut seat = self.0.lock().unwrap();
        seat.as_mut().is_some_and(|child| child.kill().is_ok())
    }
}

/// Lets every writer work, beside readers that must never fail; returns the result of each writer, and the number
/// of killed processes.
fn at_once<T: Send, W: Send>(
    sandbox: &Sandbox,
    kills: Kills,
    most_kills: usize,
    work: Vec<W>,
    write: impl Fn(&Seat, W) -> T + Sync,
) -> (Vec<T>, usize) {
    let readers = [&["get", "first"][..], &["list", "-q"], &["vault", "verify"]];
    let readers = readers.map(|line| sandbox.kluis(line).command());
    let seats: Vec<Seat> = work.iter().map(|_| Seat::default()).collect();
    let (done, killed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let found = thread::scope(|threads| {
        let (seats, done, killed, write) = (&seats, &done, &killed, &write);
        let work = seats.iter().zip(work);
        let writers: Vec<_> = work
            .map(|(seat, work)| threads.spawn(move || write(seat, work)))
            .collect();
        for mut reader in readers {
            threads.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let output = reader.output().unwrap();
                    assert!(output.status.success(), "{output:?}");
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        if kills == Kills::TenASecond {
            threads.spawn(move || {
                for seat in seats.iter().cycle() {
                    if done.load(Ordering::Relaxed) || killed.load(Ordering::Relaxed) == most_kills
                    {
                        break;
                    }
                    killed.fetch_add(usize::from(seat.kill()), Ordering::Relaxed);
                    thread::sleep(BETWEEN_KILLS);
                }
            });
        }
        let found: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        done.store(true, Ordering::Relaxed);
        found.into_iter().map(Result::unwrap).collect()
    });
    (found, killed.into_inner())
}

/// Checks that there is only the vault, its lock and its previous bytes, once a writer was not disturbed.
fn is_whole(sandbox: &Sandbox) {
    sandbox.create("LAST", "v");
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
    let names = fs::read_dir(sandbox.vault().parent().unwrap()).unwrap();
    assert_eq!(names.count(), 3);
}

fn value(name: &str) -> String {
    format!("the value of {name}")
}

/// Each writer makes secrets of its own; one that was killed tries again until its name is there.
fn distinct_names(creates: usize, kills: Kills) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("first", "v");
    let total = WRITERS * creates;
    let create = |writer: usize, number: usize| {
        let name = format!("S_{writer}_{number}");
        let file = sandbox.given(&name, value(&name));
        let line = ["create", &name, "--lock-timeout", "10m", "--value-file"];
        sandbox
            .kluis(line.into_iter().chain([file.to_str().unwrap()]))
            .command()
    };
    let all = |writer| (0..creates).map(|number| create(writer, number)).collect();
    let work: Vec<Vec<Command>> = (0..WRITERS).map(all).collect();
    let started = Instant::now();
    let (found, killed) = at_once(&sandbox, kills, total, work, |seat, commands| {
        let mut ids = Vec::new();
        for mut create in commands {
            // If a name is taken after a kill, it was written before the kill.
            let mut was_killed = false;
            loop {
                let ended = seat.run(&mut create);
                match ended.code {
                    Some(0) => break ids.push(ended.printed),
                    Some(6) if was_killed => break,
                    None => was_killed = true,
                    code => panic!("{code:?}: {}", ended.told),
                }
            }
        }
        ids
    });
    let ids: Vec<String> = found.into_iter().flatten().collect();
    let acknowledged = ids.len();
    assert!(acknowledged + killed >= total);
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>().len(), acknowledged);
    let exported = sandbox.kluis(["export", "--format", "json", "--all"]).run();
    let values = exported.json();
    exported.any_stdout().exits(0);
    // With `first`.
    assert_eq!(values.as_object().unwrap().len(), total + 1);
    for (name, found) in values.as_object().unwrap() {
        assert!(name == "FIRST" || *found == value(name), "{name}");
    }
    is_whole(&sandbox);
    eprintln!(
        "{total} of {total} names after {killed} kills, {acknowledged} acknowledged at once, in {:.0?}",
        started.elapsed()
    );
}

/// Every writer counts: the secret's name is the number, and a rename is the comparison. A rename fails if
/// another writer was faster.
fn one_counter(increments: usize, kills: Kills) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("first", "v");
    sandbox.create("counter-0", "v");
    let total = WRITERS * increments;
    let step = |number: usize| {
        let (from, to) = (
            format!("counter-{number}"),
            format!("counter-{}", number + 1),
        );
        let line = ["update", &from, "--name", &to, "--lock-timeout", "10m"];
        sandbox.kluis(line).command()
    };
    let look = || {
        let line = ["list", "-q", "--name", "counter-*"];
        sandbox.kluis(line).command()
    };
    let number = |printed: &str| -> usize {
        let number = printed.trim_end().strip_prefix("counter-");
        number.unwrap().parse().unwrap()
    };
    let work = (0..WRITERS).map(|_| (look(), (0..2 * total).map(step).collect()));
    let work: Vec<(Command, Vec<Command>)> = work.collect();
    let started = Instant::now();
    let (found, killed) = at_once(
        &sandbox,
        kills,
        total,
        work,
        |seat, (mut look, mut steps)| {
            let mut taken = Vec::new();
            while taken.len() < increments {
                let looked = seat.run(&mut look);
                if looked.code.is_none() {
                    continue;
                }
                assert_eq!(looked.code, Some(0), "{}", looked.told);
                let from = number(&looked.printed);
                let ended = seat.run(&mut steps[from]);
                match ended.code {
                    Some(0) => taken.push(from),
                    // Another writer was first.
                    Some(3) | None => {}
                    code => panic!("{code:?}: {}", ended.told),
                }
            }
            taken
        },
    );
    let taken: Vec<usize> = found.into_iter().flatten().collect();
    let distinct: BTreeSet<&usize> = taken.iter().collect();
    assert_eq!((taken.len(), distinct.len()), (total, total));
    let listed = sandbox.prints(["list", "-q", "--name", "counter-*"], "");
    let counted = number(&listed);
    // A killed writer may have counted without acknowledging it.
    assert!((total..=total + killed).contains(&counted), "{counted}");
    is_whole(&sandbox);
    eprintln!(
        "{total} acknowledged steps of one counter, which is at {counted} after {killed} kills, in {:.0?}",
        started.elapsed()
    );
}

#[test]
fn many_writers_lose_no_acknowledged_write_and_no_reader_fails() {
    distinct_names(20, Kills::None);
}

#[test]
fn nothing_acknowledged_is_lost_where_writers_are_killed() {
    distinct_names(10, Kills::TenASecond);
}

#[test]
fn a_counter_that_many_advance_is_exact() {
    one_counter(5, Kills::None);
}

#[test]
fn killed_writers_lose_no_acknowledged_step_of_a_counter() {
    one_counter(5, Kills::TenASecond);
}

/// The figures of tests/PROGRAMME.md.
#[test]
#[ignore = "takes minutes"]
fn eight_times_two_hundred_writes_with_and_without_kills() {
    for kills in [Kills::None, Kills::TenASecond] {
        distinct_names(200, kills);
        one_counter(200, kills);
    }
}
