//! Recognises the format of a file to import: by its name, and by its content where an ending is shared by
//! several formats. If the name does not tell, it never guesses.

use super::managers::bitwarden;
use super::managers::csv_exports::Export;
use super::text::unmarked;
use super::{Format, read_bounded};
use crate::json;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::rule::RuleViolation;
use std::fs::File;
use std::path::Path;

/// More members than the outermost object of an export has.
const MAX_MEMBERS: usize = 100;

pub fn format(path: &Path) -> Option<Format> {
    if path.is_dir() {
        let is_store = path.join(".gpg-id").is_file();
        return Some(if is_store {
            Format::Pass
        } else {
            Format::Dotenv
        });
    }
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name.starts_with(".env.") {
        return Some(of_env(content(path).expose()));
    }
    match name.rsplit_once('.')?.1 {
        "env" => Some(of_env(content(path).expose())),
        "tfvars" => Some(Format::Tfvars),
        "yaml" | "yml" => Some(of_yaml(unmarked(&content(path)))),
        "xml" => Some(Format::KeepassXml),
        "json" => Some(of_json(unmarked(&content(path)))),
        "csv" => Some(of_csv(unmarked(&content(path)))),
        _ => None,
    }
}

/// The program whose CSV a file is.
pub fn csv_program(path: &Path) -> Option<&'static str> {
    let content = content(path);
    let first = unmarked(&content).split(|byte| *byte == b'\n').next()?;
    let headings = str::from_utf8(first).ok()?.split(',');
    let headings = headings.map(|name| name.trim().trim_matches('"').to_owned());
    let export = Export::of(&headings.collect::<Vec<_>>())?;
    Some(export.program)
}

/// What told the format, for people.
pub fn reason(format: Format) -> &'static str {
    match format {
        Format::Env
        | Format::Github
        | Format::K8s
        | Format::Csv
        | Format::Bitwarden
        | Format::OnePassword
        | Format::ProtonPass => "its content",
        Format::Pass => "its .gpg-id",
        _ => "its name",
    }
}

/// A file with the name of a `.env` file: what no such file has tells another format.
fn of_env(text: &[u8]) -> Format {
    if text.contains(&0) {
        return Format::Env;
    }
    let mut lines = text.split(|byte| *byte == b'\n');
    let begins_lines = |line: &[u8]| {
        let at = memchr::memmem::find(line, b"<<");
        let name = at.and_then(|at| str::from_utf8(&line[..at]).ok());
        name.is_some_and(|name| EnvKey::parse(name).is_ok())
    };
    if lines.any(begins_lines) {
        Format::Github
    } else {
        Format::Dotenv
    }
}

/// The mistake for a file that no format reads.
pub fn foreign_kind(path: &Path) -> Option<RuleViolation> {
    super::foreign_kind(&content(path))
}

/// Empty if the file could not be read twice: reading it later reports the problem.
fn content(path: &Path) -> Plaintext {
    let file = path.is_file().then(|| File::open(path).ok()).flatten();
    let read = file.and_then(|file| read_bounded(file).ok());
    read.unwrap_or_else(|| Plaintext::new(Vec::new()))
}

/// Judged by the names of the outermost members, whatever their order.
fn of_json(text: &[u8]) -> Format {
    let members = json::document(text)
        .ok()
        .and_then(|json| json::members(json, MAX_MEMBERS));
    let names: Vec<&str> = members
        .iter()
        .flatten()
        .map(|(name, _)| name.get().trim_matches('"'))
        .collect();
    let has = |all: &[&str]| all.iter().all(|name| names.contains(name));
    if has(&["apiVersion", "kind"]) {
        Format::K8s
    } else if has(&["vaults", "encrypted"]) {
        Format::ProtonPass
    } else if has(&["encrypted", "items"]) || names.first() == Some(&"encrypted") {
        Format::Bitwarden
    } else {
        Format::Json
    }
}

/// Judged by the names at the beginning of lines.
fn of_yaml(text: &[u8]) -> Format {
    if of_json(text) == Format::K8s {
        return Format::K8s;
    }
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

/// Judged by its first line; where no program is known, `csv` says what to do.
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

    #[test]
    fn a_file_name_decides_the_format_or_none() {
        for (name, told) in [
            (".env", Some(Format::Dotenv)),
            (".env.staging", Some(Format::Dotenv)),
            ("staging.env", Some(Format::Dotenv)),
            ("/nowhere/A.JSON", Some(Format::Json)),
            ("a.yaml", Some(Format::Yaml)),
            ("a.yml", Some(Format::Yaml)),
            ("a.csv", Some(Format::Csv)),
            ("a.xml", Some(Format::KeepassXml)),
            ("prod.auto.tfvars", Some(Format::Tfvars)),
            ("a.txt", None),
            ("env", None),
            ("json", None),
            ("/dev/fd/63", None),
        ] {
            assert_eq!(format(Path::new(name)), told, "{name}");
        }
    }

    #[test]
    fn an_export_is_known_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
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
            ("b.json", "{\"encrypted\":true}", Format::Bitwarden),
            ("c.json", "{\"encrypted_key\": \"x\"}", Format::Json),
            ("d.json", "{\"a\": \"encrypted\"}", Format::Json),
            ("a.csv", "folder,name,login_password\n", Format::Bitwarden),
            ("b.csv", "Title,Password\nlogin_password,x\n", Format::Csv),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            assert_eq!(format(&path), Some(told), "{name}");
        }
    }

    #[test]
    fn the_content_of_an_env_file_may_tell_another_format() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, told) in [
            ("a.env", "A=1\0B=2\0", Format::Env),
            (".env.ci", "A=1\nKEY<<EOF\none\nEOF\n", Format::Github),
            ("b.env", "A=x<<y\nB='z\n<<c'\n", Format::Dotenv),
            ("c.env", "# a<<b\n", Format::Dotenv),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            assert_eq!(format(&path), Some(told), "{name}");
        }
    }

    #[test]
    fn a_folder_is_a_store_where_it_names_a_key() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(format(folder.path()), Some(Format::Dotenv));
        fs::write(folder.path().join(".gpg-id"), "ada").unwrap();
        assert_eq!(format(folder.path()), Some(Format::Pass));
    }
}
