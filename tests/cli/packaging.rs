//! Tests Cargo.toml for packagers: every file of the Debian package exists, goes where Debian expects it, and
//! is in the crate too.

use crate::snapshots::root;
use std::collections::BTreeMap;
use std::fs;
use toml::{Table, Value};

fn manifest() -> Table {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    text.parse().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap()).collect()
}

/// Where each file of the package goes, the program aside, with its permissions.
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
    // Where the package has settings of its own, Cargo forgets the profile's.
    for profile in [release, &release["package"]["kluis"]] {
        assert_eq!(profile["strip"].as_bool(), Some(true));
    }
}
