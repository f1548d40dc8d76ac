//! Reads `dotenv`: `.env` files, which each program reads by rules of its own.
//!
//! Without a dialect the rules are those of python-dotenv, and backticks quote as in Node. If another reader
//! would get another value, a warning names the variable. With a dialect, only references cause a warning.
//! Nothing is ever run, and nothing comes from the environment.

mod binding;
mod compose;
mod dialect;
mod differences;
mod expand;
mod node;
mod python;
mod reference;
mod sops;

pub use dialect::{Dialect, Expansion};

use crate::import::entries::{Entries, Repeated};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use binding::Binding;
use python::Backticks;

/// The way to read the file; `None` for the common rules of the readers.
#[derive(Clone, Copy, Default)]
pub struct Reading {
    pub dialect: Option<Dialect>,
    pub expansion: Expansion,
}

pub fn read(
    input: &Plaintext,
    reading: Reading,
    repeated: Repeated,
    into: &mut Entries,
) -> Result<(), RuleViolation> {
    let text = text(input)?;
    let Reading { dialect, expansion } = reading;
    let mut bindings = match dialect {
        None => python::read(text, Backticks::Quote, into)?,
        Some(Dialect::Python) => python::read(text, Backticks::Stay, into)?,
        Some(Dialect::Node) => node::read(text, |place| {
            let rule = "npm's dotenv ignores this line; write NAME=VALUE or a # before it";
            into.refuse(place, rule, "value_error");
        }),
        Some(Dialect::Compose) => compose::read(text, expansion)?,
        Some(Dialect::Sops) => sops::read(text, into),
    };
    if dialect.is_none() {
        differences::warn(text, &bindings, into);
    }
    match expansion {
        Expansion::On => expand::all(&mut bindings, dialect, repeated, into)?,
        Expansion::Off => warn_of_references(&bindings, dialect, into),
    }
    for Binding {
        place, name, value, ..
    } in bindings
    {
        into.push_line(place, name.as_bytes(), Plaintext::from(value))?;
    }
    Ok(())
}

/// Names the variables whose value the dialect's program would build from others.
fn warn_of_references(bindings: &[Binding<'_>], dialect: Option<Dialect>, into: &mut Entries) {
    for binding in bindings {
        if expand::is_replaced(binding, dialect) {
            let what = "kept as text, though many programs put another variable in the place of a reference with $; --expand does so from this file";
            into.warn(binding.place, binding.name, what);
        }
    }
}
