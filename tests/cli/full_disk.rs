//! Tests file systems that are really full: of every size up to the first that suffices, of every number of
//! files, and one that becomes read-only during a command.
//!
//! It needs a separate mount namespace. If that is refused, the tests print so and pass.

use crate::sandbox::{Invocation, Sandbox};
use crate::server::{assert_settled, interrupted, is_pending, resume, serve};
use std::fs;
use std::io::Write;
use std::process::Command;

/// A tmpfs rounds sizes to this.
const PAGE_BYTES: u64 = 4096;

/// Puts the vault into a file system with the mount options `$2`, runs the rest there, and copies the result home
/// to `$1`: the vault, and the names beside it.
///
/// Other content takes `FILL` bytes.
const SCRIPT: &str = r#"
vault=$1 place=$(dirname "$1"); shift
mv "$vault" "$place/../carried" && mount -t tmpfs -o "mode=0700,$1" kluis "$place" || exit 99
cp "$place/../carried" "$vault" || exit 98
head -c "${FILL:-0}" /dev/zero > "$place/../filler" && cp "$place/../filler" "$place/filler" || exit 98
shift
"$@"
code=$?
cp "$vault" "$place/../carried"; ls -A "$place" > "$place/../names"
exit $code
"#;

/// The exit code if the vault itself does not fit into the tmpfs.
const TOO_SMALL: i32 = 98;

fn unshare() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-rm"]];
    ways.into_iter().find(|way| {
        let mount = ["mount", "-t", "tmpfs", "kluis", "/mnt"];
        let tried = Command::new(way[0]).args(&way[1..]).args(mount).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// The outcome of a command on a file system with some mount options.
struct Tried {
    sandbox: Sandbox,
    code: i32,
    told: String,
}

/// `None` if even the vault did not fit.
fn try_with(
    unshare: &[&str],
    template: &Sandbox,
    options: &str,
    command: impl Fn(&Sandbox) -> Invocation<'_>,
) -> Option<Tried> {
    let sandbox = template.copy();
    let vault = sandbox.vault();
    let mut under = unshare.to_vec();
    under.extend(["sh", "-c", SCRIPT, "sh", vault.to_str().unwrap(), options]);
    let outcome = command(&sandbox).under(under).run();
    let (code, told) = (outcome.code, outcome.stderr.clone());
    outcome.any_stdout().any_stderr().ends();
    if code == TOO_SMALL {
        return None;
    }
    let data = vault.parent().unwrap().parent().unwrap();
    fs::rename(data.join("carried"), &vault).unwrap();
    let names = fs::read_to_string(data.join("names")).unwrap();
    assert!(!names.contains(".tmp"), "{options}: {names}");
    Some(Tried {
        sandbox,
        code,
        told,
    })
}

/// Sizes from that of the vault to `times` it, and numbers of files.
fn all_options(sandbox: &Sandbox, times: u64) -> [Vec<String>; 2] {
    let pages = sandbox.bytes().len().div_ceil(4096) as u64;
    let by_size = (pages..=times * pages).map(|pages| format!("size={}", pages * PAGE_BYTES));
    let by_number = (2..=8).map(|files| format!("nr_inodes={files}"));
    [by_size.collect(), by_number.collect()]
}

/// Sets a value; whether that succeeded.
fn fits(unshare: &[&str], template: &Sandbox, options: &str) -> Option<bool> {
    let before = template.bytes();
    let Tried {
        sandbox,
        code,
        told,
    } = try_with(unshare, template, options, |sandbox| {
        let set = sandbox.kluis(["set", "name"]);
        set.stdin_file(sandbox.given_path("new"))
    })?;
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

/// Rotates with a command that ends with `after`; returns whether a value is pending then.
fn leaves_pending(
    unshare: &[&str],
    template: &Sandbox,
    options: &str,
    after: &str,
) -> Option<(i32, bool)> {
    let Tried {
        sandbox,
        code,
        told,
    } = try_with(unshare, template, options, |sandbox| {
        interrupted(sandbox, after, "")
    })?;
    let pending = is_pending(&sandbox);
    assert_eq!(
        told.contains("is kept as pending"),
        pending,
        "{options}: {told}"
    );
    if pending {
        assert!(told.contains("No space left on device"), "{told}");
        let resumed = resume(&sandbox).run();
        resumed.any_stdout().exits(0);
    }
    let password = if code == 0 || pending { "new" } else { "old" };
    assert_settled(&sandbox, password);
    Some((code, pending))
}

fn unshare_or_say_so() -> Option<&'static [&'static str]> {
    let way = unshare();
    if way.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no file system may be mounted here"
        );
    }
    way
}

fn long(sandbox: &Sandbox, label: &str) -> String {
    format!("{}{}", sandbox.secret(label), label.repeat(5_000))
}

#[test]
fn a_full_disk_keeps_the_old_vault() {
    let Some(unshare) = unshare_or_say_so() else {
        return;
    };
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", long(&sandbox, "old"));
    sandbox.given("new", long(&sandbox, "new"));
    for options in all_options(&sandbox, 3) {
        let tried = options.iter();
        let tried: Vec<bool> = tried
            .filter_map(|options| fits(unshare, &sandbox, options))
            .collect();
        // From some size on it works, and below it fails.
        assert!(tried.is_sorted(), "{tried:?}");
        assert!(tried.contains(&false) && tried.contains(&true), "{tried:?}");
    }
}

#[test]
fn a_full_disk_in_a_rotation_keeps_both_values() {
    let Some(unshare) = unshare_or_say_so() else {
        return;
    };
    let sandbox = Sandbox::with_vault();
    serve(&sandbox, long(&sandbox, "old"), long(&sandbox, "new"));
    for (after, last) in [("", 0), ("exit 1", 1)] {
        for options in all_options(&sandbox, 6) {
            let tried = options.iter();
            let mut tried: Vec<_> = tried
                .filter_map(|options| leaves_pending(unshare, &sandbox, options, after))
                .collect();
            // No room for the first step, then none for the second, then enough.
            tried.dedup();
            assert_eq!(tried, [(1, false), (1, true), (last, false)]);
        }
    }
}

/// A tmpfs counts its room in pages, whatever the unit of its size: so the vault and the content beside it grow
/// by 512 bytes.
const STEP_BYTES: usize = 512;

type Change = (&'static str, fn(&Sandbox) -> Invocation<'_>);

/// Changes that make the vault larger, smaller, or replace all of its bytes.
const CHANGES: [Change; 5] = [
    ("set", |sandbox| {
        let set = sandbox.kluis(["set", "name"]);
        set.stdin_file(sandbox.given_path("new"))
    }),
    ("create", |sandbox| {
        sandbox.kluis(["create", "third", "--generate", "300"])
    }),
    ("delete", |sandbox| {
        sandbox.kluis(["delete", "name", "--forever", "--yes"])
    }),
    ("key add", |sandbox| {
        sandbox.kluis(["key", "add", "--full", "--token"])
    }),
    ("rekey", |sandbox| sandbox.kluis(["vault", "rekey"])),
];

/// Makes a change in every size of a file system from that of the vault to the first two in which it works.
/// Returns how often it failed, and how often it worked.
fn until_it_works(
    unshare: &[&str],
    template: &Sandbox,
    (name, change): Change,
    filler_bytes: usize,
) -> [usize; 2] {
    let before = template.bytes();
    let pages = before.len().div_ceil(4096) as u64;
    let mut counts = [0; 2];
    for pages in pages..=12 * pages {
        let options = format!("size={}", pages * PAGE_BYTES);
        let place = format!("{name}, {options}, {filler_bytes} bytes beside");
        let tried = try_with(unshare, template, &options, |sandbox| {
            change(sandbox).env("FILL", filler_bytes.to_string())
        });
        let Some(Tried {
            sandbox,
            code,
            told,
        }) = tried
        else {
            continue;
        };
        let verified = sandbox.kluis(["vault", "verify"]).run();
        assert_eq!(verified.code, 0, "{place}: {}", verified.stderr);
        verified.any_stdout().exits(0);
        counts[usize::from(code == 0)] += 1;
        if code != 0 {
            assert_eq!(code, 1, "{place}: {told}");
            let why = "the vault was not changed: No space left on device";
            assert!(told.contains(why), "{place}: {told}");
            assert!(sandbox.bytes() == before, "{place}");
        } else if counts[1] == 2 {
            return counts;
        }
    }
    panic!("{name}: works in no size");
}

/// Vaults of sizes that are `STEP_BYTES` apart, and beside them files of such sizes.
fn in_steps(steps: std::ops::Range<usize>, changes: &[Change]) {
    let Some(unshare) = unshare_or_say_so() else {
        return;
    };
    let mut all = [0; 2];
    for step in steps.clone() {
        let sandbox = Sandbox::with_vault();
        let value = "v".repeat(step * STEP_BYTES);
        sandbox.create("name", format!("{}{value}", sandbox.secret("old")));
        sandbox.given("new", format!("{}{value}{value}", sandbox.secret("new")));
        for change in changes {
            // Each vault beside nothing, and one of them beside everything.
            let beside = if step == steps.start {
                steps.clone()
            } else {
                0..1
            };
            for filler in beside {
                let [failed, done] =
                    until_it_works(unshare, &sandbox, *change, filler * STEP_BYTES);
                assert!(done == 2, "{}", change.0);
                all = [all[0] + failed, all[1] + done];
            }
        }
    }
    assert!(all[0] > 0, "never full");
    eprintln!("{} times too small, {} times enough", all[0], all[1]);
}

#[test]
fn a_vault_of_any_size_survives_a_full_disk() {
    in_steps(0..2, &CHANGES[..2]);
}

/// The figures of tests/PROGRAMME.md.
#[test]
#[ignore = "takes minutes"]
fn a_vault_of_any_size_in_steps_of_512_bytes_stays_as_it_is() {
    in_steps(0..17, &CHANGES);
}

#[test]
fn a_disk_that_turns_read_only_keeps_the_old_value() {
    let Some(unshare) = unshare_or_say_so() else {
        return;
    };
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let before = sandbox.bytes();
    // The vault is open then, and the value is not there yet.
    let script = r#"
        place=$(dirname "$1"); shift
        mount --bind "$place" "$place" || exit 99
        mkfifo value.given
        "$@" < value.given & kluis=$!
        exec 3> value.given
        printf 'the first half' >&3
        sleep 0.5
        mount -o remount,bind,ro "$place" || exit 98
        printf ' and the second' >&3
        exec 3>&-
        wait $kluis
    "#;
    let vault = sandbox.vault();
    let mut under = unshare.to_vec();
    under.extend(["sh", "-c", script, "sh", vault.to_str().unwrap()]);
    let refused = sandbox.kluis(["set", "name"]).under(under).run();
    fs::remove_file(sandbox.given_path("value")).unwrap();
    let why = "the vault was not changed: Read-only file system";
    refused.stderr_has(why).exits(1);
    assert!(sandbox.bytes() == before);
    sandbox.create("next", "v");
}
