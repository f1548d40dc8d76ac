//! Recognises the format of a file to import: by its name, and by its first bytes where an ending is shared by
//! several formats. If the name does not tell, it never guesses.

use super::Format;
use crate::platform::bounded_read;
use std::fs::File;
use std::path::Path;
use zeroize::Zeroizing;

/// Long enough for the first words of an export.
const MAX_BEGINNING_BYTES: usize = 1_024;

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
        return Some(Format::Dotenv);
    }
    match name.rsplit_once('.')?.1 {
        "env" => Some(Format::Dotenv),
        "yaml" | "yml" => Some(Format::Yaml),
        "xml" => Some(Format::KeepassXml),
        "json" => Some(of_json(&beginning(path))),
        "csv" => Some(of_csv(&beginning(path))),
        _ => None,
    }
}

/// Empty if the file could not be read twice: reading it later reports the problem.
fn beginning(path: &Path) -> Zeroizing<Vec<u8>> {
    let file = path.is_file().then(|| File::open(path).ok()).flatten();
    let read = file.and_then(|file| bounded_read::read(file, MAX_BEGINNING_BYTES).ok());
    read.unwrap_or_default()
}

fn of_json(beginning: &[u8]) -> Format {
    let words = beginning.iter().filter(|byte| !byte.is_ascii_whitespace());
    let is_export = words
        .skip_while(|byte| **byte != b'{')
        .take(13)
        .eq(b"{\"encrypted\":");
    if is_export {
        Format::Bitwarden
    } else {
        Format::Json
    }
}

fn of_csv(beginning: &[u8]) -> Format {
    let mut lines = beginning.split(|byte| *byte == b'\n');
    let headings = lines.next().unwrap_or_default();
    let is_export = memchr::memmem::find(headings, b"login_password").is_some();
    if is_export {
        Format::Bitwarden
    } else {
        Format::OnePassword
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
            ("a.csv", Some(Format::OnePassword)),
            ("a.xml", Some(Format::KeepassXml)),
            ("a.txt", None),
            ("env", None),
            ("json", None),
            ("/dev/fd/63", None),
        ] {
            assert_eq!(format(Path::new(name)), told, "{name}");
        }
    }

    #[test]
    fn an_export_of_bitwarden_is_known_by_how_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, told) in [
            (
                "a.json",
                "\u{feff}{\n  \"encrypted\": false,",
                Format::Bitwarden,
            ),
            ("b.json", "{\"encrypted\":true}", Format::Bitwarden),
            ("c.json", "{\"encrypted_key\": \"x\"}", Format::Json),
            ("d.json", "{\"a\": \"encrypted\"}", Format::Json),
            ("a.csv", "folder,name,login_password\n", Format::Bitwarden),
            (
                "b.csv",
                "Title,Password\nlogin_password,x\n",
                Format::OnePassword,
            ),
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
