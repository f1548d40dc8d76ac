//! Injects one fault at one call, and checks the promises afterwards.

use super::scenario::{Scenario, State, Writes};
use super::trace::Call;
use crate::sandbox::{Outcome, Sandbox};
use std::fmt;
use std::fs;
use std::path::Path;

/// `code` of a killed process, as a shell reports it.
pub const KILLED: i32 = 128 + 9;
/// The documented codes of a failure, without those of `run`.
const FAILURES: std::ops::RangeInclusive<i32> = 1..=9;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Killed instead of the call.
    Kill,
    /// The call is not made and fails.
    Error(&'static str),
    /// The call is not made and reports that it wrote one byte.
    ShortWrite,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::Kill,
        Self::Error("ENOSPC"),
        Self::Error("EIO"),
        Self::Error("EDQUOT"),
        Self::Error("EROFS"),
        Self::Error("EINTR"),
        Self::Error("ENOMEM"),
        Self::ShortWrite,
    ];
}

pub struct Point {
    call: String,
    nth: usize,
    fault: Fault,
    is_of_what_was_seen: bool,
}

/// The end of the command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    Killed,
    Failed,
    Done,
}

impl fmt::Display for Point {
    /// In the notation of `strace`.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "inject={}:", self.call)?;
        match self.fault {
            Fault::Kill => write!(to, "signal=SIGKILL")?,
            Fault::Error(error) => write!(to, "error={error}")?,
            Fault::ShortWrite => write!(to, "retval=1")?,
        }
        write!(to, ":when={}", self.nth)
    }
}

impl Point {
    /// `None` if the fault makes no sense.
    pub fn new(call: &Call, fault: Fault) -> Option<Self> {
        let sensible = fault != Fault::ShortWrite || call.name == "write";
        sensible.then(|| Self {
            call: call.name.clone(),
            nth: call.nth,
            fault,
            is_of_what_was_seen: call.is_of_what_was_seen,
        })
    }

    /// The `strace` command that injects this fault.
    pub fn strace(&self, log: &Path) -> [String; 7] {
        let trace = format!("trace={}", self.call);
        let log = log.to_str().unwrap();
        ["strace", "-o", log, "-e", &trace, "-e", &self.to_string()].map(str::to_owned)
    }

    /// Runs the command with this fault in a copy of `template`, and checks every promise.
    pub fn strike(&self, scenario: &Scenario, template: &Sandbox) -> (Ended, State) {
        let sandbox = template.copy();
        let log = sandbox.given_path("strace");
        let before = fs::read(sandbox.vault()).ok();
        let outcome = (scenario.command)(&sandbox).under(self.strace(&log)).run();
        sandbox.keep_token(&outcome.stdout);
        let log = String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned();
        let ended = self.ended(&outcome, &log);

        if self.fault == Fault::ShortWrite && before.is_some() {
            hear_of_what_was_seen(scenario, &sandbox);
        }
        let state = (scenario.look)(&sandbox, &outcome.stdout);
        if state == State::Before && scenario.writes == Writes::Once {
            let after = fs::read(sandbox.vault()).ok();
            assert!(after == before, "{self}: other bytes with the old value");
        }
        match (ended, state) {
            (Ended::Killed, _) | (Ended::Failed, State::Before) | (Ended::Done, State::After) => {}
            (Ended::Done, State::Before | State::Between) => {
                panic!("{self}: success, and the new value is not there")
            }
            (Ended::Failed, State::Between) => assert!(
                outcome.stderr.contains("is kept as pending")
                    || says_it_was_replaced(&outcome.stderr),
                "{self}: a failure that left a pending value without saying so: {}",
                outcome.stderr
            ),
            (Ended::Failed, State::After) => assert!(
                says_it_was_replaced(&outcome.stderr) || is_stdout(&log),
                "{self}: a failure that changed the vault without saying so: {}",
                outcome.stderr
            ),
        }
        // The only way to remove it was refused; the next writer removes it.
        let may_litter = ended == Ended::Killed || self.call.starts_with("unlink");
        if !may_litter {
            let names = names(&sandbox);
            let litter = names.iter().any(|name| name.contains(".tmp"));
            assert!(!litter, "{self}: {names:?}");
        }
        outcome.any_stdout().any_stderr().ends();
        recover(scenario, &sandbox, state);
        (ended, state)
    }

    /// Whether the fault must be reported because nothing can make up for it: something did not become durable,
    /// or did not take its name. The expectation of a machine is written again after the change, and a copy that
    /// cannot be expected is not restored. An interrupted call is made again.
    fn must_be_told(&self) -> bool {
        let lasting = [Fault::Error("EIO"), Fault::Error("ENOSPC")];
        let call = self.call.as_str();
        let is_lasting = call.starts_with("rename") || call.ends_with("sync");
        lasting.contains(&self.fault) && is_lasting && !self.is_of_what_was_seen
    }

    /// The end of the command, after checking that the fault occurred.
    fn ended(&self, outcome: &Outcome, log: &str) -> Ended {
        let told = outcome.stderr.contains("kluis: error: ");
        let code = outcome.code;
        if self.fault == Fault::Kill {
            assert_eq!(code, KILLED, "{self} was not met:\n{}", outcome.stderr);
            assert!(!told, "{self}: {}", outcome.stderr);
            return Ended::Killed;
        }
        assert!(log.contains("(INJECTED)"), "{self} was not met:\n{log}");
        if code == 0 {
            assert!(!told, "{self}: success with an error: {}", outcome.stderr);
            assert!(!self.must_be_told(), "{self}: not told");
            return Ended::Done;
        }
        assert!(FAILURES.contains(&code), "{self}: code {code}");
        let orderly = told && !outcome.stderr.contains("a defect in kluis");
        assert!(orderly, "{self}: {}", outcome.stderr);
        Ended::Failed
    }
}

/// The memory is not read back: if a part of it was lost, the next command reports it, once.
fn hear_of_what_was_seen(scenario: &Scenario, sandbox: &Sandbox) {
    let mut list = sandbox.kluis(["list"]);
    if let Some((variable, key)) = (scenario.key)(sandbox, State::Before) {
        list = list.env(variable, key);
    }
    list.run().any_stdout().any_stderr().ends();
}

/// The failures after the vault was replaced.
fn says_it_was_replaced(stderr: &str) -> bool {
    ["may be lost in a power cut", "could not be kept"]
        .iter()
        .any(|text| stderr.contains(text))
}

/// Whether the failed call was the one that prints the result: everything is done then, and a script that did not
/// get the id must notice it.
fn is_stdout(log: &str) -> bool {
    let struck = log.lines().find(|line| line.contains("(INJECTED)"));
    struck.is_some_and(|line| line.starts_with("write(1,"))
}

fn names(sandbox: &Sandbox) -> Vec<String> {
    let Ok(entries) = fs::read_dir(sandbox.vault().parent().unwrap()) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Checks that the next change works, and leaves nothing unexpected behind.
pub fn recover(scenario: &Scenario, sandbox: &Sandbox, state: State) {
    (scenario.settle)(sandbox, state);
    let Some((variable, key)) = (scenario.key)(sandbox, state) else {
        return;
    };
    let value = sandbox.secret("next");
    let set = sandbox.kluis(["set", "next"]).env(variable, &key);
    set.stdin(&value).run().any_stdout().exits(0);
    let get = sandbox.kluis(["get", "next"]).env(variable, &key);
    get.run().stdout(&value).exits(0);
    let verify = sandbox.kluis(["vault", "verify"]).env(variable, &key);
    verify.run().any_stdout().exits(0);
    let expected = [
        ".default.kluis.lock",
        ".default.kluis.prev",
        "default.kluis",
    ];
    assert_eq!(names(sandbox), expected);
}
