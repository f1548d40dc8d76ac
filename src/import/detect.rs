//! Recognises the format of a file to import: by its content, then by its name. If several formats fit, it names
//! them, and never guesses.

use super::managers::bitwarden;
use super::managers::csv_exports::Export;
use super::text::unmarked;
use super::{Format, Rules, foreign_kind, read_bounded};
use crate::json;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::rule::RuleViolation;
use std::fs::File;
use std::path::Path;

/// More members than the outermost object of any export.
const MAX_MEMBERS: usize = 100;

/// A file that is larger is not read in several formats, which would take seconds.
const MAX_TRIED_BYTES: usize = 1 << 20;

/// Formats that a file may have whose name tells nothing. Those that read almost any text are not among them.
const BY_CONTENT: [Format; 7] = [
    Format::Dotenv,
    Format::Docker,
    Format::Shell,
    Format::Systemd,
    Format::Netrc,
    Format::Toml,
    Format::Yaml,
];

/// The format of a file, as far as it can be recognised.
#[derive(Debug)]
pub enum Detection {
    Known {
        format: Format,
        /// The evidence for it, for people.
        by: &'static str,
        /// The program that wrote the CSV.
        program: Option<&'static str>,
    },
    /// Each of these fits.
    Several(Vec<Format>),
    /// No format reads it, for this reason.
    Foreign(RuleViolation),
    Unknown,
}

pub fn detect(path: &Path) -> Detection {
    if path.is_dir() {
        return if path.join(".gpg-id").is_file() {
            known(Format::Pass, "its .gpg-id")
        } else {
            known(Format::Dotenv, "its kind, a folder")
        };
    }
    let content = content(path);
    if let Some(broken) = foreign_kind(&content) {
        return Detection::Foreign(broken);
    }
    let named = by_name(path);
    let found = by_content(&content, named);
    match (&found[..], named) {
        (&[Format::Csv], _) => Detection::Known {
            format: Format::Csv,
            by: "its content",
            program: csv_program(&content),
        },
        (&[format], Some(named)) if format == named => known(format, "its name"),
        (&[format], _) => known(format, "its content"),
        (&[], Some(named)) => known(named, "its name"),
        (&[], None) => Detection::Unknown,
        (_, _) => Detection::Several(found),
    }
}

/// The formats besides `dotenv` that read this file, for programs whose files have the name of a `.env` file.
pub fn others_of_env(path: &Path) -> Vec<Format> {
    let content = content(path);
    let others = [Format::Docker, Format::Shell, Format::Systemd].into_iter();
    others.filter(|format| reads(*format, &content)).collect()
}

fn known(format: Format, by: &'static str) -> Detection {
    Detection::Known {
        format,
        by,
        program: None,
    }
}

/// The content. Empty if the file cannot be read twice: reading it later reports the problem.
fn content(path: &Path) -> Plaintext {
    let file = path.is_file().then(|| File::open(path).ok()).flatten();
    let read = file.and_then(|file| read_bounded(file).ok());
    read.unwrap_or_else(|| Plaintext::new(Vec::new()))
}

fn by_name(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let is_in = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    match name.as_str() {
        ".netrc" | "_netrc" | "netrc" => return Some(Format::Netrc),
        ".pgpass" | "pgpass" | "pgpass.conf" => return Some(Format::Pgpass),
        "credentials" if is_in(".aws") => return Some(Format::Ini),
        _ if name.starts_with(".env.") => return Some(Format::Dotenv),
        _ => {}
    }
    match name.rsplit_once('.')?.1 {
        "env" => Some(Format::Dotenv),
        "json" => Some(Format::Json),
        "yaml" | "yml" => Some(Format::Yaml),
        "toml" => Some(Format::Toml),
        "tfvars" => Some(Format::Tfvars),
        "ini" => Some(Format::Ini),
        "properties" => Some(Format::Properties),
        "xml" => Some(Format::KeepassXml),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}

/// The formats that fit the content; none if the content does not decide.
fn by_content(content: &Plaintext, named: Option<Format>) -> Vec<Format> {
    let text = unmarked(content);
    let of_json = of_json(text);
    if !of_json.is_empty() {
        let is_yaml = named == Some(Format::Yaml) && of_json == [Format::Json];
        return if is_yaml { vec![Format::Yaml] } else { of_json };
    }
    match named {
        Some(Format::Dotenv) => of_env(content),
        Some(Format::Yaml) => vec![of_yaml(text)],
        Some(Format::Csv) => vec![of_csv(text)],
        Some(_) => Vec::new(),
        None if text.contains(&0) => vec![Format::Env],
        None if of_yaml(text) == Format::K8s => vec![Format::K8s],
        None if csv_program(content).is_some() => vec![of_csv(text)],
        None => {
            let formats = BY_CONTENT.into_iter();
            formats.filter(|format| reads(*format, content)).collect()
        }
    }
}

fn reads(format: Format, content: &Plaintext) -> bool {
    let read = || format.read(content, Rules::default()).ok();
    content.len() <= MAX_TRIED_BYTES && read().is_some_and(|read| !read.entries.is_empty())
}

/// The program that wrote this CSV.
fn csv_program(content: &Plaintext) -> Option<&'static str> {
    let first = unmarked(content).split(|byte| *byte == b'\n').next()?;
    let headings = str::from_utf8(first).ok()?.split(',');
    let headings = headings.map(|name| name.trim().trim_matches('"'));
    let export = Export::of(&headings.collect::<Vec<_>>())?;
    Some(export.program)
}

/// For a file with the name of a `.env` file: content that no such file has reveals another format.
fn of_env(content: &Plaintext) -> Vec<Format> {
    let text = unmarked(content);
    if text.contains(&0) {
        return vec![Format::Env];
    }
    let mut lines = text.split(|byte| *byte == b'\n');
    let begins_lines = |line: &[u8]| {
        let at = memchr::memmem::find(line, b"<<");
        let name = at.and_then(|at| str::from_utf8(&line[..at]).ok());
        name.is_some_and(|name| EnvKey::parse(name).is_ok())
    };
    if !lines.any(begins_lines) {
        return vec![Format::Dotenv];
    }
    // Such a line may be part of a value as well.
    if content.len() > MAX_TRIED_BYTES || reads(Format::Dotenv, content) {
        vec![Format::Dotenv, Format::Github]
    } else {
        vec![Format::Github]
    }
}

/// Judges by the names of the outermost members, in any order. None if it is not JSON.
fn of_json(text: &[u8]) -> Vec<Format> {
    if !text.trim_ascii_start().starts_with(b"{") && !text.trim_ascii_start().starts_with(b"[") {
        return Vec::new();
    }
    let Ok(document) = json::document(text) else {
        return Vec::new();
    };
    let members = json::members(document, MAX_MEMBERS);
    let names: Vec<&str> = members
        .iter()
        .flatten()
        .map(|(name, _)| name.get().trim_matches('"'))
        .collect();
    let has = |all: &[&str]| all.iter().all(|name| names.contains(name));
    let is_proton_pass = has(&["vaults", "encrypted"]);
    let is_bitwarden = has(&["encrypted", "items"]) || names.first() == Some(&"encrypted");
    let marks = [
        (Format::K8s, has(&["apiVersion", "kind"])),
        (Format::ProtonPass, is_proton_pass),
        (Format::Bitwarden, is_bitwarden && !is_proton_pass),
    ];
    let found = marks.into_iter().filter(|(_, is_there)| *is_there);
    let found: Vec<Format> = found.map(|(format, _)| format).collect();
    if found.is_empty() {
        vec![Format::Json]
    } else {
        found
    }
}

/// Judges by the names at the beginning of lines.
fn of_yaml(text: &[u8]) -> Format {
    let has = |name: &[u8]| {
        text.split(|byte| *byte == b'\n')
            .any(|line| line.starts_with(name))
    };
    if has(b"apiVersion:") && has(b"kind:") {
        Format::K8s
    } else {
        Format::Yaml
    }
}

/// Judges by the first line. If no program is known, `csv` explains what to do.
fn of_csv(text: &[u8]) -> Format {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_bitwarden = str::from_utf8(first).is_ok_and(bitwarden::is_header);
    if is_bitwarden {
        Format::Bitwarden
    } else {
        Format::Csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The format of a file with this name and content; `None` if it is not certain.
    fn format(name: &str, content: &str) -> Option<Format> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        match detect(&path) {
            Detection::Known { format, .. } => Some(format),
            _ => None,
        }
    }

    #[test]
    fn a_file_name_decides_the_format_or_none() {
        for (name, told) in [
            (".env", Some(Format::Dotenv)),
            (".env.staging", Some(Format::Dotenv)),
            ("staging.env", Some(Format::Dotenv)),
            ("A.JSON", Some(Format::Json)),
            ("a.yaml", Some(Format::Yaml)),
            ("a.yml", Some(Format::Yaml)),
            ("a.csv", Some(Format::Csv)),
            ("a.xml", Some(Format::KeepassXml)),
            ("a.toml", Some(Format::Toml)),
            ("a.ini", Some(Format::Ini)),
            (".aws/credentials", Some(Format::Ini)),
            ("app.properties", Some(Format::Properties)),
            (".netrc", Some(Format::Netrc)),
            (".pgpass", Some(Format::Pgpass)),
            ("prod.auto.tfvars", Some(Format::Tfvars)),
            ("a.txt", None),
            ("env", None),
            ("json", None),
            ("credentials", None),
        ] {
            assert_eq!(format(name, ""), told, "{name}");
        }
        let nowhere = detect(Path::new("/nowhere/a.json"));
        assert!(matches!(
            nowhere,
            Detection::Known {
                format: Format::Json,
                by: "its name",
                ..
            }
        ));
        assert!(matches!(
            detect(Path::new("/dev/fd/63")),
            Detection::Unknown
        ));
    }

    #[test]
    fn content_tells_more_than_a_name() {
        for (name, text, told) in [
            (
                "a.json",
                "\u{feff}{\n  \"encrypted\": false, \"items\": []}",
                Format::Bitwarden,
            ),
            (
                "e.json",
                "{\"folders\":[],\"items\":[],\"encrypted\":false}",
                Format::Bitwarden,
            ),
            (
                "f.json",
                "{\"data\":{},\"kind\":\"Secret\",\"apiVersion\":\"v1\"}",
                Format::K8s,
            ),
            (
                "a.yaml",
                "# c\n---\nkind: Secret\napiVersion: v1\n",
                Format::K8s,
            ),
            ("b.yml", "apiVersion: v1\n  kind: x\n", Format::Yaml),
            (
                "c.yaml",
                "{\"apiVersion\": \"v1\", \"kind\": \"x\"}",
                Format::K8s,
            ),
            ("d.yaml", "{\"a\": \"b\"}", Format::Yaml),
            ("b.json", "{\"encrypted\":true}", Format::Bitwarden),
            ("c.json", "{\"encrypted_key\": \"x\"}", Format::Json),
            ("d.json", "{\"a\": \"encrypted\"}", Format::Json),
            ("a.csv", "folder,name,login_password\n", Format::Bitwarden),
            ("b.csv", "Title,Password\nlogin_password,x\n", Format::Csv),
            ("a.env", "A=1\0B=2\0", Format::Env),
            ("z.env", "{\"A\": \"b\"}", Format::Json),
            (".env.ci", "A=1\nKEY<<EOF\none\nEOF\n", Format::Github),
            ("b.env", "A=x<<y\nB='z\n<<c'\n", Format::Dotenv),
            ("c.env", "# a<<b\n", Format::Dotenv),
            ("passwords", "machine a login b password c\n", Format::Netrc),
            ("secret", "apiVersion: v1\nkind: Secret\n", Format::K8s),
            (
                "secrets",
                "[\n{\"name\": \"A\", \"value\": \"b\"}]",
                Format::Json,
            ),
            ("variables", "A: b\n", Format::Yaml),
            ("variables", "A=1\0B=2\0", Format::Env),
        ] {
            assert_eq!(format(name, text), Some(told), "{name}: {text}");
        }
    }

    #[test]
    fn several_formats_that_fit_are_all_named() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, told) in [
            (
                "a.json",
                "{\"apiVersion\":\"v1\",\"kind\":\"x\",\"encrypted\":true,\"items\":[]}",
                &[Format::K8s, Format::Bitwarden][..],
            ),
            (
                "a.env",
                "A='\nKEY<<EOF\none\nEOF\n'\n",
                &[Format::Dotenv, Format::Github],
            ),
            (
                "a.txt",
                "A=a.b\n",
                &[
                    Format::Dotenv,
                    Format::Docker,
                    Format::Shell,
                    Format::Systemd,
                ],
            ),
            (
                "b.txt",
                "A = 'x'\n",
                &[Format::Dotenv, Format::Systemd, Format::Toml],
            ),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let Detection::Several(formats) = detect(&path) else {
                panic!("{name}");
            };
            assert_eq!(formats, told, "{name}");
        }
    }

    #[test]
    fn a_folder_is_a_store_where_it_names_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let format = |by| match detect(folder.path()) {
            Detection::Known {
                format, by: found, ..
            } if found == by => format,
            other => panic!("{other:?}"),
        };
        assert_eq!(format("its kind, a folder"), Format::Dotenv);
        fs::write(folder.path().join(".gpg-id"), "ada").unwrap();
        assert_eq!(format("its .gpg-id"), Format::Pass);
    }
}
