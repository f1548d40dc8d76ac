//! Tests Cargo.toml and `packaging/` for packagers: every file of the Debian package exists, goes where Debian
//! expects it, and is in the crate too; a release's tarball has them all, and its names agree everywhere.

use crate::sandbox::KLUIS;
use crate::snapshots::root;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use toml::{Table, Value};

fn manifest() -> Table {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    text.parse().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap()).collect()
}

/// The target of each file of the package, except the program, with its permissions.
fn assets() -> BTreeMap<String, (String, String)> {
    let manifest = manifest();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array();
    let mut placed = BTreeMap::new();
    for asset in assets.unwrap() {
        let [from, to, mode] = texts(asset)[..] else {
            panic!("{asset:?}");
        };
        if from == "target/release/kluis" {
            assert_eq!((to, mode), ("usr/bin/", "755"));
            continue;
        }
        let (folder, pattern) = from.rsplit_once('/').unwrap_or((".", from));
        let entries = fs::read_dir(root().join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names = names.filter(|name| match pattern.strip_prefix('*') {
            Some(ending) => name.ends_with(ending),
            None => name == pattern,
        });
        let before = placed.len();
        for name in names {
            let to = match to.strip_suffix('/') {
                Some(folder) => format!("{folder}/{name}"),
                None => to.to_owned(),
            };
            let from = format!("{folder}/{name}");
            placed.insert(from, (to, mode.to_owned()));
        }
        assert!(placed.len() > before, "{from}: there is no such file");
    }
    placed
}

#[test]
fn a_debian_package_has_all_manual_pages_and_completions() {
    let assets = assets();
    for entry in fs::read_dir(root().join("man")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let part = name.rsplit_once('.').unwrap().1;
        let place = &assets[&format!("man/{name}")].0;
        assert_eq!(*place, format!("usr/share/man/man{part}/{name}"));
    }
    for (script, place) in [
        ("kluis.bash", "bash-completion/completions/kluis"),
        ("_kluis", "zsh/vendor-completions/_kluis"),
        ("kluis.fish", "fish/vendor_completions.d/kluis.fish"),
    ] {
        let placed = &assets[&format!("completions/{script}")].0;
        assert_eq!(*placed, format!("usr/share/{place}"));
    }
    for (from, (to, mode)) in assets {
        assert_eq!(mode, "644", "{from}");
        // The package starts nothing and changes no user's settings.
        assert!(to.starts_with("usr/share/"), "{from}: {to}");
    }
}

#[test]
fn whatever_a_package_is_made_of_comes_with_the_crate() {
    let manifest = manifest();
    let included = texts(&manifest["package"]["include"]);
    let is_included = |file: &str| {
        let file = format!("/{}", file.trim_start_matches("./"));
        included
            .iter()
            .any(|path| file == *path || file.starts_with(&format!("{path}/")))
    };
    for file in assets().into_keys() {
        assert!(is_included(&file), "{file}");
    }
    let license = texts(&manifest["package"]["metadata"]["deb"]["license-file"]);
    assert!(is_included(license[0]) && root().join(license[0]).is_file());
}

#[test]
fn a_release_has_no_names_of_functions_in_it() {
    let manifest = manifest();
    let release = &manifest["profile"]["release"];
    // If the package has settings of its own, Cargo ignores the profile's.
    for profile in [release, &release["package"]["kluis"]] {
        assert_eq!(profile["strip"].as_bool(), Some(true));
    }
}

/// A script of `packaging/`, which works in that folder without the network.
fn script(name: &str, folder: &Path) -> Command {
    let mut script = Command::new(root().join("packaging").join(name));
    script.current_dir(folder).env("CARGO_NET_OFFLINE", "true");
    script
}

/// Packs a program, and gives the tarball's name.
fn pack(folder: &Path, program: &Path) -> String {
    let mut script = script("tarball", folder);
    script.arg("").arg(program); // for this machine
    let packed = script.env("SOURCE_DATE_EPOCH", "1000000000").output();
    let packed = packed.unwrap();
    let said = String::from_utf8_lossy(&packed.stderr);
    assert!(packed.status.success(), "{said}");
    String::from_utf8(packed.stdout).unwrap().trim().to_owned()
}

/// A text of `package.metadata.binstall` with its names filled in.
fn binstall(key: &str, target: &str) -> String {
    let manifest = manifest();
    let text = manifest["package"]["metadata"]["binstall"][key].as_str();
    text.unwrap()
        .replace("{ name }", "kluis")
        .replace("{ bin }", "kluis")
        .replace("{ binary-ext }", "")
        .replace("{ version }", env!("CARGO_PKG_VERSION"))
        .replace("{ target }", target)
}

#[test]
fn a_tarball_has_all_files_where_binstall_and_shells_look() {
    let folder = tempfile::tempdir().unwrap();
    let tarball = pack(folder.path(), Path::new(KLUIS));
    let bytes = fs::read(folder.path().join(&tarball)).unwrap();
    let sum = fs::read_to_string(folder.path().join(format!("{tarball}.sha256"))).unwrap();
    let found = HEXLOWER.encode(&Sha256::digest(&bytes));
    assert_eq!(sum, format!("{found}  {tarball}\n"));

    let unpack = ["-xzf", &tarball];
    let mut tar = Command::new("tar");
    let tar = tar.args(unpack).current_dir(folder.path()).status();
    assert!(tar.unwrap().success());
    let unpacked = folder.path().join(tarball.strip_suffix(".tar.gz").unwrap());
    let documents = ["LICENSE", "README.md", "CHANGELOG.md"];
    let documents = documents.map(|name| (name.to_owned(), format!("doc/kluis/{name}")));
    let mut expected = BTreeMap::from(documents);
    for (folder, place) in [("man", "man/man"), ("completions", "")] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let place = match name.as_str() {
                "_kluis" => format!("zsh/site-functions/{name}"),
                "_kluis.ps1" => format!("pwsh/completions/{name}"),
                "kluis.bash" => "bash-completion/completions/kluis".to_owned(),
                "kluis.elv" => format!("elvish/lib/{name}"),
                "kluis.fish" => format!("fish/vendor_completions.d/{name}"),
                page => format!("{place}{}/{page}", page.rsplit_once('.').unwrap().1),
            };
            expected.insert(format!("{folder}/{name}"), place);
        }
    }
    for (from, to) in &expected {
        let packed = fs::read(unpacked.join("share").join(to)).ok();
        assert!(packed == fs::read(root().join(from)).ok(), "{to}");
    }
    let licences = fs::read_to_string(unpacked.join("share/doc/kluis/THIRD-PARTY.txt")).unwrap();
    for text in ["\naes-gcm 0.", "\nclap 4.", "THE SOFTWARE IS PROVIDED"] {
        assert!(licences.contains(text), "{text}");
    }
    assert!(!licences.contains("proptest"), "it is in the tests alone");

    let version = env!("CARGO_PKG_VERSION");
    let mut program = Command::new(unpacked.join("bin/kluis"));
    let said = program.arg("--version").output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    assert_eq!(said, format!("kluis {version}\n"));

    let name = unpacked.file_name().unwrap().to_str().unwrap();
    let target = name.strip_prefix(&format!("kluis-{version}-")).unwrap();
    let address = format!("{{ repo }}/releases/download/v{version}/{tarball}");
    assert_eq!(binstall("pkg-url", target), address);
    assert_eq!(binstall("pkg-fmt", target), "tgz");
    assert_eq!(binstall("bin-dir", target), format!("{name}/bin/kluis"));
}

#[test]
fn the_same_program_gives_the_same_tarball() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let tarballs = folders.each_ref().map(|folder| {
        let program = folder.path().join("any");
        fs::write(&program, "not a program").unwrap();
        let tarball = pack(folder.path(), &program);
        fs::read(folder.path().join(tarball)).unwrap()
    });
    assert!(tarballs[0] == tarballs[1]);
}

#[test]
fn a_formula_names_each_tarball_and_its_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let repository = "https://example.com/kluis";
    let print = || script("formula", folder.path()).arg(repository).output();
    let mut lines = Vec::new();
    let targets = [
        "aarch64-apple-darwin",
        "x86_64-apple-darwin",
        "aarch64-unknown-linux-gnu",
        "x86_64-unknown-linux-gnu",
    ];
    for (digit, target) in targets.iter().enumerate() {
        let printed = print().unwrap();
        assert!(printed.stdout.is_empty(), "a checksum is missing");
        assert_eq!(printed.status.code(), Some(1));
        let address = binstall("pkg-url", target).replace("{ repo }", repository);
        let tarball = address.rsplit_once('/').unwrap().1;
        let sum = digit.to_string().repeat(64);
        let file = folder.path().join(format!("{tarball}.sha256"));
        fs::write(file, format!("{sum}  {tarball}\n")).unwrap();
        lines.push(format!("url \"{address}\"\n      sha256 \"{sum}\"\n"));
    }
    let formula = String::from_utf8(print().unwrap().stdout).unwrap();
    for line in lines {
        assert!(formula.contains(&line), "{line} in:\n{formula}");
    }
}
