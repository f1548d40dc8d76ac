//! The help topics: texts that belong to no single verb.

mod ci;
mod environment;
mod exit_codes;
mod integrations;
mod migrate;
mod project;
mod references;
mod security;
mod start;
mod team;

pub use environment::SURROUNDINGS;

use crate::error::Exit;

/// A help text, made of parts that may appear elsewhere, too.
pub struct Topic {
    pub name: &'static str,
    pub about: &'static str,
    parts: &'static [&'static str],
}

pub const TOPICS: &[Topic] = &[
    Topic {
        name: "ci",
        about: "Recipes for CI, containers, services and timers",
        parts: &[ci::TEXT],
    },
    Topic {
        name: "environment",
        about: "Variables and files, and which comes first",
        parts: &[
            environment::PRECEDENCE,
            SURROUNDINGS,
            environment::PROGRAMS,
            environment::CONTENTS,
        ],
    },
    Topic {
        name: "exit-codes",
        about: "The meaning of each exit code",
        parts: &[
            exit_codes::PROMISE,
            Exit::TABLE,
            exit_codes::JSON,
            exit_codes::EXAMPLES,
        ],
    },
    Topic {
        name: "integrations",
        about: "Recipes for git, docker, ssh, AWS, kubectl, PostgreSQL, curl",
        parts: &[integrations::TEXT],
    },
    Topic {
        name: "migrate",
        about: "Move in from .env files, browsers and password managers",
        parts: &[migrate::TEXT],
    },
    Topic {
        name: "project",
        about: "What kluis.toml may say",
        parts: &[project::TEXT],
    },
    Topic {
        name: "references",
        about: "How to write names, times and hosts",
        parts: &[references::TEXT],
    },
    Topic {
        name: "security",
        about: "The promises of Kluis, and their limits",
        parts: &[security::TEXT],
    },
    Topic {
        name: "start",
        about: "The first steps",
        parts: &[start::TEXT],
    },
    Topic {
        name: "team",
        about: "Share a vault with colleagues and programs",
        parts: &[team::TEXT],
    },
];

impl Topic {
    pub fn text(&self) -> String {
        format!("{}\n", self.parts.join("\n\n"))
    }
}

/// A line per topic, for the overview.
pub fn topics() -> String {
    let lines = TOPICS
        .iter()
        .map(|topic| format!("\n  {:<12} {}", topic.name, topic.about));
    format!("Help topics:{}", lines.collect::<String>())
}

/// Their names, for one line.
pub fn names() -> String {
    let names: Vec<_> = TOPICS.iter().map(|topic| topic.name).collect();
    names.join(", ")
}
