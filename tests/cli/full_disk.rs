//! File systems that are really full: one of every size up to the first that suffices, and of every number
//! of files.
//!
//! Takes a mount namespace of its own. Where that is refused the test says so and passes.

use crate::sandbox::Sandbox;
use std::fs;
use std::io::Write;
use std::process::Command;

/// What a tmpfs rounds sizes to.
const PAGE_BYTES: u64 = 4096;

/// Puts the vault into a file system with the mount options `$2`, runs the rest there, and takes what
/// became of it home to `$1`: the vault, and the names beside it.
const SCRIPT: &str = r#"
vault=$1 place=$(dirname "$1"); shift
mv "$vault" "$place/../carried" && mount -t tmpfs -o "mode=0700,$1" kluis "$place" || exit 99
cp "$place/../carried" "$vault" || exit 98
shift
"$@"
code=$?
cp "$vault" "$place/../carried"; ls -A "$place" > "$place/../names"
exit $code
"#;

/// What the tmpfs could not take is no vault to begin with.
const TOO_SMALL: i32 = 98;

fn unshare() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-rm"]];
    ways.into_iter().find(|way| {
        let mount = ["mount", "-t", "tmpfs", "kluis", "/mnt"];
        let tried = Command::new(way[0]).args(&way[1..]).args(mount).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// Sets a value where the file system has these mount options; whether that succeeded.
fn fits(unshare: &[&str], template: &Sandbox, options: &str) -> Option<bool> {
    let sandbox = template.copy();
    let before = sandbox.bytes();
    let vault = sandbox.vault();
    let mut under = unshare.to_vec();
    under.extend(["sh", "-c", SCRIPT, "sh", vault.to_str().unwrap(), options]);
    let set = sandbox.kluis(["set", "name"]).under(under);
    let outcome = set.stdin_file(sandbox.given_path("new")).run();
    let (code, told) = (outcome.code, outcome.stderr.clone());
    outcome.any_stdout().any_stderr().ends();
    if code == TOO_SMALL {
        return None;
    }
    let data = vault.parent().unwrap().parent().unwrap();
    fs::rename(data.join("carried"), &vault).unwrap();
    let names = fs::read_to_string(data.join("names")).unwrap();
    assert!(!names.contains(".tmp"), "{options}: {names}");
    if code == 0 {
        assert_eq!(sandbox.get("name"), sandbox.was_given("new"), "{options}");
    } else {
        assert_eq!(code, 1, "{options}: {told}");
        assert!(told.contains("the vault was not changed"), "{told}");
        assert!(
            sandbox.bytes() == before,
            "{options}: the old bytes are gone"
        );
    }
    Some(code == 0)
}

#[test]
fn where_there_is_no_room_the_old_vault_stays() {
    let Some(unshare) = unshare() else {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no file system may be mounted here"
        );
        return;
    };
    let sandbox = Sandbox::with_vault();
    sandbox.create(
        "name",
        format!("{}{}", sandbox.secret("old"), "old".repeat(5_000)),
    );
    sandbox.given(
        "new",
        format!("{}{}", sandbox.secret("new"), "new".repeat(5_000)),
    );
    let pages = sandbox.bytes().len().div_ceil(4096) as u64;
    let by_size: Vec<bool> = (pages..=3 * pages)
        .filter_map(|pages| fits(unshare, &sandbox, &format!("size={}", pages * PAGE_BYTES)))
        .collect();
    let by_number: Vec<bool> = (2..=8)
        .filter_map(|files| fits(unshare, &sandbox, &format!("nr_inodes={files}")))
        .collect();
    for tried in [by_size, by_number] {
        // From some size on it works, and not before.
        assert!(tried.is_sorted(), "{tried:?}");
        assert!(tried.contains(&false) && tried.contains(&true), "{tried:?}");
    }
}
