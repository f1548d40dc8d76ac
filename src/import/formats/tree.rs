//! The common form of JSON and YAML: mappings, lists and texts, each with its place in the input.
//!
//! A number or a boolean becomes a text, as it is written. Texts are in memory that is wiped; names are not
//! secret.

use crate::import::entries::Location;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

/// Deeper than people write, and safe for the stack.
const MAX_DEPTH: usize = 32;

pub struct Tree {
    /// The place of its name, or of its beginning if it has none.
    pub place: Location,
    pub node: Node,
}

pub enum Node {
    Null,
    Text(Plaintext),
    /// In their order, with repetitions.
    Mapping(Vec<(String, Tree)>),
    List(Vec<Tree>),
    /// A value that is no text; the message continues after its name.
    Other(&'static str),
}

impl Tree {
    /// The first member of this name, unless it is null.
    pub fn get(&self, name: &str) -> Option<&Tree> {
        let Node::Mapping(members) = &self.node else {
            return None;
        };
        let mut those = members.iter().filter(|(its, _)| its == name);
        let (_, tree) = those.next()?;
        (!matches!(tree.node, Node::Null)).then_some(tree)
    }

    /// The text of a member that is not secret.
    pub fn word(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.node {
            Node::Text(text) => str::from_utf8(text.expose()).ok(),
            _ => None,
        }
    }

    /// Whether this is an object of Kubernetes.
    pub fn is_kubernetes(&self) -> bool {
        self.word("apiVersion").is_some() && self.word("kind").is_some()
    }
}

/// Fails if a mapping or list is nested too deeply to read.
pub fn check_depth(place: Location, depth: usize) -> Result<(), RuleViolation> {
    if depth < MAX_DEPTH {
        return Ok(());
    }
    let rule = format!("{place}: the input is nested deeper than {MAX_DEPTH} levels");
    Err(RuleViolation::new(rule, "too_long"))
}
