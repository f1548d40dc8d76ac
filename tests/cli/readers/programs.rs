//! The readers that are programs: their places, and their reports of what they read.

use super::hostile::{Document, Values};
use data_encoding::BASE64;
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub const PYTHON_DOTENV: &str = "
import base64, json, sys, dotenv
values = dotenv.dotenv_values(sys.argv[1], interpolate=False)
print(json.dumps({key: base64.b64encode(value.encode()).decode() for key, value in values.items()}))
";

pub const PYTHON_YAML: &str = "
import base64, json, sys, yaml
values = yaml.safe_load(open(sys.argv[1], encoding='utf-8'))
print(json.dumps({key: base64.b64encode(value.encode()).decode() for key, value in values.items()}))
";

pub const PYTHON_K8S: &str = "
import json, sys, yaml
manifest = yaml.safe_load(open(sys.argv[1], encoding='utf-8'))
assert (manifest['apiVersion'], manifest['kind'], manifest['type']) == ('v1', 'Secret', 'Opaque')
assert manifest['metadata'] == {'name': 'kluis'}
print(json.dumps(manifest['data']))
";

pub const RUBY_DOTENV: &str = "
require 'base64'
require 'dotenv'
require 'json'
values = Dotenv::Parser.call(File.read(ARGV[0], encoding: 'utf-8'))
puts JSON.generate(values.transform_values { |value| Base64.strict_encode64(value) })
";

pub const NODE_DOTENV: &str = "
const [, file, parser] = process.argv;
const values = require('dotenv').parse(require('fs').readFileSync(file), { fast: parser === 'fast' });
const encode = ([key, value]) => [key, Buffer.from(value).toString('base64')];
console.log(JSON.stringify(Object.fromEntries(Object.entries(values).map(encode))));
";

/// The consequence if a reader is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A failure, if all readers are required.
    Listed,
    /// Nothing: the rules it follows are tested anyway.
    Welcome,
}

pub struct Program {
    path: PathBuf,
    node_path: Option<String>,
}

impl Program {
    pub fn find(name: &str, need: Need) -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::split_paths(&path)
            .map(|directory| directory.join(name))
            .find(|path| path.is_file());
        let found = path.map(|path| Self {
            path,
            node_path: None,
        });
        if found.is_none() {
            missing(name, need);
        }
        found
    }

    /// A Python that has this library.
    pub fn python(library: &str) -> Option<Self> {
        let python = env::var("KLUIS_PYTHON").unwrap_or_else(|_| "python3".into());
        let program = if Path::new(&python).is_absolute() {
            Some(Self {
                path: python.into(),
                node_path: None,
            })
        } else {
            Self::find(&python, Need::Listed)
        }?;
        program.having(&["-c", &format!("import {library}")], library)
    }

    /// A Node that has dotenv.
    pub fn node() -> Option<Self> {
        let mut program = Self::find("node", Need::Listed)?;
        program.node_path = env::var("KLUIS_NODE_PATH").ok();
        program.having(&["-e", "require('dotenv')"], "dotenv of npm")
    }

    /// A Ruby that has this library.
    pub fn ruby(library: &str) -> Option<Self> {
        let program = Self::find("ruby", Need::Listed)?;
        program.having(&["-e", &format!("require '{library}'")], library)
    }

    fn having(self, arguments: &[&str], library: &str) -> Option<Self> {
        let mut command = self.command();
        command.args(arguments).stderr(Stdio::null());
        let has = command.status().unwrap().success();
        if !has {
            missing(library, Need::Listed);
        }
        has.then_some(self)
    }

    /// A command that inherits only PATH.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        if let Some(path) = &self.node_path {
            command.env("NODE_PATH", path);
        }
        command
    }

    /// Its output, for a reader next to the document.
    pub fn run(&self, document: &Document, arguments: &[&str]) -> Vec<u8> {
        let output = self.output(document, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said, "", "{}", self.path.display());
        output.stdout
    }

    /// Its output on both streams, for a reader that runs parts of the document.
    pub fn output(&self, document: &Document, arguments: &[&str]) -> Output {
        let home = document.sandbox().home();
        let mut command = self.command();
        let output = command
            .args(arguments)
            .env("HOME", home)
            .current_dir(home)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", self.path.display());
        output
    }
}

fn missing(name: &str, need: Need) {
    let required = env::var_os("KLUIS_REQUIRE_READERS").is_some_and(|value| value == "1");
    assert!(need == Need::Welcome || !required, "{name} is missing");
    eprintln!("skipped: {name} is not installed");
}

/// Parses the output of `env -0`.
pub fn variables(output: &[u8]) -> Values {
    let entries = output.split(|byte| *byte == 0);
    let pairs = entries.filter_map(|entry| {
        let at = entry.iter().position(|byte| *byte == b'=')?;
        let key = String::from_utf8(entry[..at].to_vec()).ok()?;
        Some((key, entry[at + 1..].to_vec()))
    });
    pairs.collect()
}

/// Parses the service `reader` in the output of `docker compose config`, where `$$` means `$`.
pub fn compose_environment(output: &[u8]) -> Values {
    let config: serde_json::Value = serde_json::from_slice(output).unwrap();
    let environment = config["services"]["reader"]["environment"]
        .as_object()
        .unwrap();
    let pairs = environment.iter();
    pairs
        .map(|(key, value)| {
            (
                key.clone(),
                value.as_str().unwrap().replace("$$", "$").into(),
            )
        })
        .collect()
}

/// A JSON object of Base64.
pub fn base64(output: &[u8]) -> Values {
    let encoded: BTreeMap<String, String> = serde_json::from_slice(output).unwrap();
    let decode = |value: String| BASE64.decode(value.as_bytes()).unwrap();
    encoded
        .into_iter()
        .map(|(key, value)| (key, decode(value)))
        .collect()
}
