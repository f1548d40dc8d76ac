//! Replaces references by the values of other variables of the same file (`--expand`).
//!
//! Nothing comes from the environment: an unknown name is a mistake unless it has a default. Values that refer to
//! each other in a circle are mistakes, and so are values that grow beyond the limit of a vault.

use super::binding::{Binding, Quote, Value};
use super::dialect::Dialect;
use super::reference::{Piece, Syntax, pieces};
use crate::import::entries::{Entries, Repeated};
use crate::vault::rule::RuleViolation;
use crate::vault::value::MAX_VALUE_BYTES;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// A deeper chain of references is a mistake.
const MAX_DEPTH: usize = 100;

/// The greatest total size of the expanded values of a file.
const MAX_TOTAL_BYTES: usize = 64 << 20;

/// Whether the program of the dialect would replace something in this value.
pub fn is_replaced(binding: &Binding<'_>, dialect: Option<Dialect>) -> bool {
    let syntax = match (dialect, binding.quote) {
        (Some(Dialect::Node | Dialect::Sops), _) | (Some(Dialect::Compose), Quote::Single) => {
            return false;
        }
        (Some(Dialect::Python), _) | (None, Quote::Single | Quote::Backtick) => Syntax::Braces,
        (Some(Dialect::Compose) | None, _) => Syntax::Backslash,
    };
    pieces(binding.raw, syntax).any(|piece| !matches!(piece, Piece::Text(_)))
}

/// The references that `--expand` replaces in a value.
fn syntax(dialect: Option<Dialect>, quote: Quote) -> Option<Syntax> {
    match (dialect, quote) {
        (Some(Dialect::Sops), _)
        | (Some(Dialect::Compose), Quote::Single)
        | (None, Quote::Single | Quote::Backtick) => None,
        (Some(Dialect::Python), _) => Some(Syntax::Braces),
        (Some(Dialect::Compose), _) => Some(Syntax::Doubled),
        (Some(Dialect::Node) | None, _) => Some(Syntax::Backslash),
    }
}

/// Replaces the references in every value, and reports each value where it cannot.
pub fn all(
    bindings: &mut [Binding<'_>],
    dialect: Option<Dialect>,
    repeated: Repeated,
    into: &mut Entries,
) -> Result<(), RuleViolation> {
    let mut positions: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, binding) in bindings.iter().enumerate() {
        positions.entry(binding.name).or_default().push(index);
    }
    if dialect.is_none() {
        warn_of_differences(bindings, &positions, into);
    }
    let counts = match (dialect, repeated) {
        (Some(Dialect::Python | Dialect::Compose), _) => Counts::Before,
        (_, Repeated::Last) => Counts::Last,
        _ => Counts::First,
    };
    let mut expander = Expander {
        bindings,
        dialect,
        positions,
        counts,
        states: bindings.iter().map(|_| State::Unread).collect(),
        total: 0,
    };
    for (index, binding) in bindings.iter().enumerate() {
        if let Err(Problem::Own(rule)) = expander.settle(index, 0) {
            into.refuse_value(binding.place, binding.name.as_bytes(), &rule);
        }
        if expander.total > MAX_TOTAL_BYTES {
            let rule = "the expanded values are larger than kluis imports at once";
            return Err(RuleViolation::new(rule, "too_long"));
        }
    }
    let states = expander.states;
    for (binding, state) in bindings.iter_mut().zip(states) {
        if let State::Settled(value) = state {
            binding.value = value;
        }
    }
    Ok(())
}

/// Names the variables that another program would expand to something else.
fn warn_of_differences(
    bindings: &[Binding<'_>],
    positions: &HashMap<&str, Vec<usize>>,
    into: &mut Entries,
) {
    let is_certain = |index: usize, piece: Piece<'_>| match piece {
        Piece::Text(_) | Piece::Unreadable => true,
        Piece::Reference {
            name,
            default,
            is_braced,
        } => {
            let is_before = |positions: &Vec<usize>| positions.len() == 1 && positions[0] < index;
            is_braced
                && default.is_none_or(|default| default.counts_for_empty)
                && positions.get(name).is_none_or(is_before)
        }
    };
    for (index, binding) in bindings.iter().enumerate() {
        let differs = match syntax(None, binding.quote) {
            Some(syntax) => pieces(&binding.value, syntax).any(|piece| !is_certain(index, piece)),
            None => is_replaced(binding, None),
        };
        if differs {
            let what = "expanded differently by programs that read .env files; --dialect decides";
            into.warn(binding.place, binding.name, what);
        }
    }
}

struct Expander<'b, 't> {
    bindings: &'b [Binding<'t>],
    dialect: Option<Dialect>,
    /// The bindings of each name, in their order.
    positions: HashMap<&'t str, Vec<usize>>,
    counts: Counts,
    states: Vec<State>,
    total: usize,
}

/// The binding of a name that a reference means.
#[derive(Clone, Copy)]
enum Counts {
    /// The last one before the reference.
    Before,
    First,
    Last,
}

enum State {
    Unread,
    Open,
    Settled(Value),
    Failed,
}

enum Problem {
    /// In this value; the sentence continues after its name.
    Own(String),
    /// In a value that it refers to, which has its own line.
    Elsewhere,
}

impl Expander<'_, '_> {
    /// Makes the value of a binding, after those that it refers to.
    fn settle(&mut self, index: usize, depth: usize) -> Result<(), Problem> {
        match self.states[index] {
            State::Settled(_) => return Ok(()),
            State::Failed => return Err(Problem::Elsewhere),
            State::Open => {
                return Err(Problem::Own("is in a circle of references".into()));
            }
            State::Unread if depth > MAX_DEPTH => {
                let rule = format!("is at the end of more than {MAX_DEPTH} references");
                return Err(Problem::Own(rule));
            }
            State::Unread => {}
        }
        self.states[index] = State::Open;
        let bindings = self.bindings;
        let binding = &bindings[index];
        let mut value = Zeroizing::new(String::with_capacity(binding.value.len()));
        let made = match syntax(self.dialect, binding.quote) {
            Some(syntax) => self.expand(&binding.value, index, syntax, &mut value, depth),
            None => push(&mut value, &binding.value),
        };
        self.total += value.len();
        self.states[index] = match made {
            Ok(()) => State::Settled(value),
            Err(_) => State::Failed,
        };
        made
    }

    fn expand(
        &mut self,
        text: &str,
        index: usize,
        syntax: Syntax,
        value: &mut Value,
        depth: usize,
    ) -> Result<(), Problem> {
        for piece in pieces(text, syntax) {
            match piece {
                Piece::Text(text) => push(value, text)?,
                Piece::Unreadable => {
                    let rule = "has a reference other than ${NAME}, ${NAME:-default} and ${NAME-default}, which --expand cannot replace";
                    return Err(Problem::Own(rule.into()));
                }
                Piece::Reference {
                    name,
                    default,
                    is_braced,
                } => {
                    let found = self.referred(name, index, depth)?;
                    let is_set = found.is_some_and(|found| {
                        !found.is_empty()
                            || !default.is_some_and(|default| default.counts_for_empty)
                    });
                    match (found, default) {
                        (Some(found), _) if is_set => push(value, found)?,
                        (_, Some(default)) if syntax == Syntax::Braces => {
                            push(value, default.text)?;
                        }
                        (_, Some(default)) if depth < MAX_DEPTH => {
                            self.expand(default.text, index, syntax, value, depth + 1)?;
                        }
                        _ => return Err(unknown(name, is_braced)),
                    }
                }
            }
        }
        Ok(())
    }

    /// The value of a variable of the file, for a reference in the binding `from`.
    fn referred(&mut self, name: &str, from: usize, depth: usize) -> Result<Option<&str>, Problem> {
        let positions = self.positions.get(name).map_or(&[][..], Vec::as_slice);
        let meant = match self.counts {
            Counts::Before => positions[..positions.partition_point(|&at| at < from)].last(),
            Counts::First => positions.first(),
            Counts::Last => positions.last(),
        };
        let Some(&index) = meant else {
            return Ok(None);
        };
        self.settle(index, depth + 1)?;
        Ok(match &self.states[index] {
            State::Settled(value) => Some(value),
            _ => None,
        })
    }
}

/// The error for an unknown name. A `$` in a password may only look like a reference: the text after it is not
/// shown.
fn unknown(name: &str, is_braced: bool) -> Problem {
    let name = if is_braced { name } else { "a name" };
    Problem::Own(format!(
        "refers to {name}, which this file does not have; for a $ that is part of the value, use single quotes"
    ))
}

/// Adds to a value. A buffer that is too small is replaced and wiped.
fn push(value: &mut Value, text: &str) -> Result<(), Problem> {
    let length = value.len() + text.len();
    if length > MAX_VALUE_BYTES {
        let rule = format!("is longer than {MAX_VALUE_BYTES} bytes after --expand");
        return Err(Problem::Own(rule));
    }
    if length > value.capacity() {
        let mut larger = Zeroizing::new(String::with_capacity(length.max(2 * value.capacity())));
        larger.push_str(value);
        *value = larger;
    }
    value.push_str(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::formats::dotenv::{Dialect, Expansion};
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};

    fn expanded(dialect: Option<Dialect>, input: &str) -> Result<Vec<String>, Vec<String>> {
        let mut rules = Rules::default();
        rules.dotenv.dialect = dialect;
        rules.dotenv.expansion = Expansion::On;
        let gathered = read(Format::Dotenv, input, rules)?;
        let pairs = pairs_or_empty(gathered).into_iter();
        Ok(pairs.map(|(_, value)| value).collect())
    }

    #[test]
    fn references_are_replaced_from_the_file() {
        for (input, values) in [
            ("A=1\nB=\"x${A}$A-\"", vec!["1", "x11-"]),
            ("B=${A}2\nA=1", vec!["12", "1"]),
            ("A='${B}'\nB=`$A`", vec!["${B}", "$A"]),
            ("A=\"\\$B$(id)\"", vec!["$B$(id)"]),
            ("A=${B:-x${C-y}}\nD=\nE=${D:-z}${D-q}", vec!["xy", "", "z"]),
            ("A=pa$$", vec!["pa$$"]),
        ] {
            assert_eq!(expanded(None, input).unwrap(), values, "{input:?}");
        }
    }

    #[test]
    fn each_dialect_replaces_what_its_program_replaces() {
        let input = "A=1\nB='${A}$A'\nC=\"\\$A\"";
        let values = |dialect| expanded(Some(dialect), input).unwrap();
        assert_eq!(values(Dialect::Python), ["1", "1$A", "\\$A"]);
        assert_eq!(values(Dialect::Node), ["1", "11", "$A"]);
        assert_eq!(values(Dialect::Compose), ["1", "${A}$A", "$A"]);
        let dollars = expanded(Some(Dialect::Compose), "B=1\nA=$$A$$$B").unwrap();
        assert_eq!(dollars, ["1", "$A$1"]);
    }

    #[test]
    fn python_and_compose_know_only_what_stands_before() {
        for dialect in [Dialect::Python, Dialect::Compose] {
            let values = expanded(Some(dialect), "B=${A:-none}\nA=1\nC=${A}").unwrap();
            assert_eq!(values, ["none", "1", "1"]);
            assert!(expanded(Some(dialect), "B=${A}\nA=1").is_err());
        }
    }

    #[test]
    fn without_a_dialect_each_difference_is_warned_of() {
        for (line, is_warned) in [
            ("B=${A}", false),
            ("B=${A:-x}", false),
            ("B=$A", true),
            ("B='${A}'", true),
            ("B='$A'", false),
            ("B=${A-x}", true),
            ("B=${C}", true),
        ] {
            let mut rules = Rules::default();
            rules.dotenv.expansion = Expansion::On;
            let input = format!("A=1\n{line}\nC=2\n");
            let warnings = read(Format::Dotenv, input, rules).unwrap().warnings;
            let what = "expanded differently by programs";
            let found = warnings.iter().any(|told| told.what.starts_with(what));
            assert_eq!(found, is_warned, "{line}");
        }
    }

    #[test]
    fn unknown_names_circles_and_growth_are_mistakes() {
        let told = |input: &str| expanded(None, input).unwrap_err();
        let unknown =
            "which this file does not have; for a $ that is part of the value, use single quotes";
        assert_eq!(
            told("A=1\nB=${C}"),
            [format!("line 2: B refers to C, {unknown}")]
        );
        assert_eq!(
            told("A=pa$hunter2"),
            [format!("line 1: A refers to a name, {unknown}")]
        );
        assert_eq!(told("A=${A}"), ["line 1: A is in a circle of references"]);
        assert_eq!(told("A=$B\nB=$C\nC=$A").len(), 1);
        assert!(told("A=${B:?x}")[0].contains("cannot replace"));
        let doubled = (1..40).map(|number| format!("A{number}=$A{0}$A{0}\n", number - 1));
        let bomb = "A0=0123456789\n".to_owned() + &doubled.collect::<Vec<_>>().concat();
        assert!(told(&bomb)[0].contains("is longer than"));
        let chain = (0..100_000).map(|n| format!("A{n}=$A{}\n", n + 1));
        let chain = chain.collect::<Vec<_>>().concat();
        assert!(told(&chain)[0].contains("more than 100 references"));
    }
}
