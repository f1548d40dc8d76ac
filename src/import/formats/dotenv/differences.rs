//! Names the variables of a `.env` file that other readers would read differently.

use super::binding::{Binding, Quote, Value};
use super::{Expansion, compose, node, sops};
use crate::import::entries::Entries;
use std::collections::HashMap;

pub fn warn(text: &str, bindings: &[Binding<'_>], into: &mut Entries) {
    let of_node = by_place(node::read(text, |_| {}));
    // Compose gives no other value for a file that it refuses.
    let of_compose = compose::read(text, Expansion::Off).ok().map(by_place);
    for binding in bindings {
        let differs = |read: &HashMap<_, Value>| read.get(&key(binding)) != Some(&binding.value);
        let mut readers = Vec::new();
        if binding.quote == Quote::Backtick {
            readers.push("python-dotenv");
        }
        if differs(&of_node) {
            readers.push("npm's dotenv");
        }
        if of_compose.as_ref().is_some_and(differs) {
            readers.push("Docker Compose");
        }
        if binding.quote == Quote::None && *sops::value(binding.raw) != *binding.value {
            readers.push("sops");
        }
        if !readers.is_empty() {
            let what = format!(
                "read differently by {}; --dialect decides",
                readers.join(", ")
            );
            into.warn(binding.place, binding.name, &what);
        }
        if binding.quote != Quote::Single && runs_command(binding) {
            let what = "kept as text, though ruby's dotenv and shells would run a command in it";
            into.warn(binding.place, binding.name, what);
        }
    }
}

/// The value of each binding by its line and its name.
fn by_place(bindings: Vec<Binding<'_>>) -> HashMap<(usize, &str), Value> {
    let pairs = bindings
        .into_iter()
        .map(|binding| (key(&binding), binding.value));
    pairs.collect()
}

fn key<'t>(binding: &Binding<'t>) -> (usize, &'t str) {
    (binding.place.number(), binding.name)
}

fn runs_command(binding: &Binding<'_>) -> bool {
    binding.raw.contains("$(") || binding.quote != Quote::Backtick && binding.raw.contains('`')
}

#[cfg(test)]
mod tests {
    use crate::import::Format;
    use crate::import::Rules;
    use crate::import::reading::read;

    fn warnings(input: &str) -> Vec<String> {
        let gathered = read(Format::Dotenv, input, Rules::default()).unwrap();
        gathered.warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_all_readers_agree_on_warns_of_nothing() {
        let input = "A=v\nexport B='it is' # c\nC=\"x\ny\"\nD=\nE=\"l\\nm\"\nF=a=b\nG='{\"a\": 1}'\nH=x # c\n";
        assert_eq!(warnings(input), [""; 0]);
    }

    #[test]
    fn each_difference_names_its_variable_and_readers() {
        for (input, readers) in [
            ("K=v#c", "npm's dotenv"),
            ("K=v\t# c", "Docker Compose"),
            ("K=`v`", "python-dotenv, Docker Compose"),
            ("K='a\\\\b'", "npm's dotenv, Docker Compose"),
            ("K=\"pa\\$\\$word\"", "Docker Compose"),
            ("K=\"a\\tb\"", "npm's dotenv"),
            ("K= # c", "Docker Compose"),
            ("K=a\\nb", "sops"),
            ("K=a$$", "Docker Compose"),
            ("'K'=a", "npm's dotenv"),
        ] {
            let told = warnings(input);
            let said = format!("K (line 1): read differently by {readers};");
            assert!(
                told.iter().any(|told| told.starts_with(&said)),
                "{input:?}: {told:?}"
            );
        }
    }

    #[test]
    fn a_command_is_kept_as_text_and_named() {
        for input in ["K=$(id)", "K=\"`id`\""] {
            let told = warnings(input).concat();
            assert!(
                told.contains("K (line 1): kept as text, though ruby's dotenv"),
                "{told}"
            );
        }
    }
}
