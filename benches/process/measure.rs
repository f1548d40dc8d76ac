//! Runs the compared programs in turns, and prints the least and the median time of each.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::env;
use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A command that is run again and again.
pub struct Subject<'a> {
    label: String,
    command: Box<dyn FnMut() -> Command + 'a>,
}

impl<'a> Subject<'a> {
    pub fn new(label: impl Into<String>, command: impl FnMut() -> Command + 'a) -> Self {
        Self {
            label: label.into(),
            command: Box::new(command),
        }
    }

    /// Seconds from before the start until after the exit.
    fn time(&mut self) -> f64 {
        let mut command = (self.command)();
        command.stdout(Stdio::null());
        let started = Instant::now();
        let status = command.status().unwrap();
        let took = started.elapsed();
        assert!(status.success(), "{}: {status}", self.label);
        took.as_secs_f64()
    }

    /// Seconds of user and system time, and the peak of resident memory in MiB.
    fn cost(&mut self) -> (f64, f64) {
        let command = (self.command)();
        let mut measured = Command::new(env::current_exe().unwrap());
        measured.arg("measure").arg(command.get_program());
        measured.args(command.get_args()).env_clear();
        measured.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let output = measured.output().unwrap();
        assert!(output.status.success(), "{}", self.label);
        let text = String::from_utf8(output.stdout).unwrap();
        let mut numbers = text
            .split(' ')
            .map(|number| number.trim().parse::<f64>().unwrap());
        (
            numbers.next().unwrap() / 1e6,
            numbers.next().unwrap() / 1024.0,
        )
    }
}

/// Prints how long each takes, and the ratio of the least to that of the first.
pub fn compare(title: &str, rounds: usize, mut subjects: Vec<Subject<'_>>) {
    let mut times = vec![Vec::new(); subjects.len()];
    in_turns(rounds, subjects.len(), |position, warm| {
        let took = subjects[position].time();
        if warm {
            times[position].push(took);
        }
    });
    println!("\n### {title}\n\n{rounds} rounds.\n");
    println!("| | least | median | of the first |\n|---|---|---|---|");
    let mut first = None;
    for (subject, times) in subjects.iter().zip(&mut times) {
        let (least, median) = least_and_median(times);
        let ratio = least / *first.get_or_insert(least);
        println!(
            "| {} | {:.2} ms | {:.2} ms | {ratio:.2} |",
            subject.label,
            least * 1e3,
            median * 1e3
        );
    }
}

/// Prints the processor time of each and its peak of memory.
pub fn compare_costs(title: &str, rounds: usize, mut subjects: Vec<Subject<'_>>) {
    let mut costs = vec![(Vec::new(), Vec::new()); subjects.len()];
    in_turns(rounds, subjects.len(), |position, warm| {
        let (time, memory) = subjects[position].cost();
        if warm {
            costs[position].0.push(time);
            costs[position].1.push(memory);
        }
    });
    println!("\n### {title}\n\n{rounds} rounds; user and system time together.\n");
    println!("| | least | median | peak memory |\n|---|---|---|---|");
    for (subject, (times, memory)) in subjects.iter().zip(&mut costs) {
        let (least, median) = least_and_median(times);
        let (_, memory) = least_and_median(memory);
        println!(
            "| {} | {:.1} ms | {:.1} ms | {memory:.1} MiB |",
            subject.label,
            least * 1e3,
            median * 1e3
        );
    }
}

/// A round that does not count, and then each once per round, beginning with another one every time.
fn in_turns(rounds: usize, subjects: usize, mut run: impl FnMut(usize, bool)) {
    for round in 0..=rounds {
        for turn in 0..subjects {
            run((round + turn) % subjects, round > 0);
        }
    }
}

fn least_and_median(numbers: &mut [f64]) -> (f64, f64) {
    numbers.sort_by(f64::total_cmp);
    (numbers[0], numbers[numbers.len() / 2])
}

/// Runs one command and prints what it cost, in microseconds and KiB: the system keeps the peak of all
/// children together, so each is measured by a small parent of its own.
pub fn child(line: &[OsString]) {
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).stdout(Stdio::null());
    assert!(command.status().unwrap().success());
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let time = usage.user_time() + usage.system_time();
    println!("{} {}", time.num_microseconds(), usage.max_rss());
}
