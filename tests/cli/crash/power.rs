//! Tests power cuts. A command works in a separate file system, whose disk is an image. The command is killed,
//! and the image at that moment has the content of a disk when its power fails: nothing that the system had not
//! written yet. Then the image is mounted again, and its journal replayed.
//!
//! It needs root, `mkfs` and loop devices. If one is missing, the tests print so and pass.

use super::point::{Fault, KILLED, Point, recover};
use super::scenario::{Scenario, State, Writes};
use super::trace::{self, Trace, WRITING};
use super::{chosen, say, scenarios};
use crate::sandbox::Sandbox;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;

struct FileSystem {
    name: &'static str,
    mib: u64,
    make: &'static [&'static str],
    /// Options with which it writes nothing by itself during a command, and makes nothing durable on its own for
    /// programs that rename too early.
    options: &'static str,
}

const EXT4: FileSystem = FileSystem {
    name: "ext4",
    mib: 16,
    make: &["mkfs.ext4", "-q", "-F"],
    options: "noauto_da_alloc,commit=300",
};

const FILE_SYSTEMS: [FileSystem; 4] = [
    EXT4,
    FileSystem {
        name: "ext4, data=writeback",
        options: "data=writeback,noauto_da_alloc,commit=300",
        ..EXT4
    },
    FileSystem {
        name: "xfs",
        mib: 300,
        make: &["mkfs.xfs", "-q", "-f"],
        options: "nouuid",
    },
    FileSystem {
        name: "btrfs",
        mib: 128,
        make: &["mkfs.btrfs", "-q", "-f"],
        options: "commit=300",
    },
];

/// The event between the kill and the cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Nothing,
    /// Another program makes a file of its own durable, and with it the journal: then names may be on the disk
    /// before their bytes.
    Fsync,
}

/// Makes the image `$1` with the content of `$2`, mounted at `$3` with the options `$4`.
const MAKE: &str = r#"
image=$1 from=$2 place=$3 options=$4; shift 4
"$@" "$image" && mount -o "loop,$options" "$image" "$place" && cp -a "$from/." "$place" && umount "$place"
"#;

/// Puts a copy of the image `$1` under `$3` while the rest runs, and the files that the cut left into `$4`. `$7`
/// is this machine's memory: it names the vault's place, which differs from that of the image.
const CUT: &str = r#"
image=$1 disk=$2 place=$3 left=$4 options=$5 another=$6 seen=$7; shift 7
mounted() { mount -o "loop,$options" "$1" "$place" || exit 99; }
cp "$image" "$disk" && mounted "$disk" || exit 99
if [ -d "$seen" ]; then cp -a "$seen/." "$place/state" && sync -f "$place" || exit 99; fi
"$@"
code=$?
if [ "$another" ]; then echo > "$place/another" && sync "$place/another" || exit 98; fi
cp "$disk" "$disk.cut" && umount "$place" && mv "$disk.cut" "$disk" && mounted "$disk" || exit 96
rm -f "$place/another"
cp -a "$place/." "$left" && umount "$place" || exit 97
exit "$code"
"#;

const BROKEN_SCRIPT: std::ops::RangeInclusive<i32> = 96..=99;

/// A file system with the initial state of a scenario.
struct Disk<'f> {
    system: &'f FileSystem,
    directory: TempDir,
}

impl<'f> Disk<'f> {
    /// Makes and mounts it. The error is the reason why that is impossible here.
    fn new(system: &'f FileSystem, template: &Sandbox) -> Result<Self, String> {
        let directory = tempfile::tempdir().unwrap();
        let disk = Self { system, directory };
        let place = disk.directory.path().join("place");
        fs::create_dir(&place).unwrap();
        let image = fs::File::create(disk.image()).unwrap();
        image.set_len(system.mib << 20).unwrap();
        fs::create_dir_all(local(template)).unwrap();
        let mut make = Command::new("unshare");
        make.args(["-m", "sh", "-c", MAKE, "sh"]);
        make.args([&disk.image(), &local(template), &place]);
        let made = make.arg(system.options).args(system.make).output();
        let made = made.map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        Ok(disk)
    }

    fn image(&self) -> PathBuf {
        self.directory.path().join("image")
    }

    /// Runs the command until `point`, if any, and looks at the files that a power cut leaves then.
    fn cut(
        &self,
        scenario: &Scenario,
        template: &Sandbox,
        point: Option<&Point>,
        then: Then,
    ) -> State {
        let sandbox = template.copy();
        let before = fs::read(sandbox.vault()).ok();
        let (disk, left) = (sandbox.given_path("disk"), sandbox.home().join("left"));
        fs::create_dir(&left).unwrap();
        fs::create_dir_all(local(&sandbox)).unwrap();
        let seen = sandbox.home().join("seen");
        let is_seen = fs::rename(local(&sandbox).join("state"), &seen).is_ok();
        let paths = [self.image(), disk.clone(), local(&sandbox), left.clone()];
        let paths = paths.iter().map(|path| path.to_str().unwrap().to_owned());
        let another = if then == Then::Fsync { "yes" } else { "" };
        let mut under = ["unshare", "-m", "sh", "-c", CUT, "sh"]
            .map(str::to_owned)
            .to_vec();
        under.extend(paths);
        let seen_path = seen.to_str().unwrap().to_owned();
        under.extend([
            self.system.options.to_owned(),
            another.to_owned(),
            seen_path,
        ]);
        under.extend(
            point
                .iter()
                .flat_map(|point| point.strace(&sandbox.given_path("strace"))),
        );
        let outcome = (scenario.command)(&sandbox).under(under).run();
        sandbox.keep_token(&outcome.stdout);
        assert!(!BROKEN_SCRIPT.contains(&outcome.code), "{}", outcome.stderr);
        let expected = if point.is_some() { KILLED } else { 0 };
        assert_eq!(outcome.code, expected, "{}", outcome.stderr);
        fs::remove_file(disk).unwrap();
        if is_seen {
            fs::remove_dir_all(seen).unwrap();
        }
        fs::remove_dir_all(local(&sandbox)).unwrap();
        fs::rename(left, local(&sandbox)).unwrap();

        let state = (scenario.look)(&sandbox, &outcome.stdout);
        if state == State::Before && scenario.writes == Writes::Once {
            let after = fs::read(sandbox.vault()).ok();
            assert!(after == before, "other bytes with the old value");
        }
        let is_kept = point.is_some() || state == State::After;
        assert!(is_kept, "success was told, and lost");
        if state == State::After && scenario.takes_away {
            let previous = sandbox.vault().with_file_name(".default.kluis.prev");
            assert!(!previous.exists(), "the previous copy came back");
        }
        outcome.any_stdout().any_stderr().ends();
        recover(scenario, &sandbox, state);
        state
    }
}

/// The folder of the vault and of this machine's memory.
fn local(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".local")
}

#[derive(Default)]
struct Tally {
    cuts: usize,
    /// By the remaining state.
    left: [usize; 3],
    wrong: Vec<String>,
}

/// Cuts the power at each call of the command that writes, and after it reports success. It skips the call that
/// makes a file: the next call shows its effect.
fn sweep(disk: &Disk, scenario: &Scenario, template: &Sandbox, tally: &mut Tally) {
    let calls = Trace::of(scenario, template).calls();
    let calls = calls
        .iter()
        .filter(|call| WRITING.contains(&call.name.as_str()));
    let points = calls.filter_map(|call| Point::new(call, Fault::Kill));
    for point in points.map(Some).chain([None]) {
        for then in [Then::Nothing, Then::Fsync] {
            let cut = AssertUnwindSafe(|| disk.cut(scenario, template, point.as_ref(), then));
            tally.cuts += 1;
            if let Ok(state) = catch_unwind(cut) {
                tally.left[state as usize] += 1;
                continue;
            }
            let at = point
                .as_ref()
                .map_or("its end".to_owned(), Point::to_string);
            let (system, name) = (disk.system.name, scenario.name);
            tally
                .wrong
                .push(format!("{system}, {name}: {at}, {then:?}"));
        }
    }
}

#[test]
fn a_power_cut_during_set_leaves_the_old_or_the_new_value() {
    if !trace::is_possible() {
        return;
    }
    let scenario = super::scenario("set");
    let template = (scenario.prepare)();
    let disk = match Disk::new(&EXT4, &template) {
        Ok(disk) => disk,
        Err(why) => return say(&format!("skipped: no file system here: {why}")),
    };
    let mut tally = Tally::default();
    sweep(&disk, scenario, &template, &mut tally);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    let [old, _, new] = tally.left;
    assert!(old >= 10 && new >= 10, "{old} / {new}");
}

/// Every scenario on every file system, fastest with the images in memory:
/// `TMPDIR=/dev/shm cargo test --test cli crash::power -- --ignored --nocapture`.
#[test]
#[ignore = "takes ten minutes"]
fn a_power_cut_anywhere_leaves_the_old_or_the_new_state() {
    if !trace::is_possible() {
        return;
    }
    say("| file system | cuts | old (/ pending) / new | wrong | time |");
    let mut wrong = Vec::new();
    for system in &FILE_SYSTEMS {
        let (started, mut tally) = (Instant::now(), Tally::default());
        for scenario in chosen(scenarios()) {
            let template = (scenario.prepare)();
            match Disk::new(system, &template) {
                Ok(disk) => sweep(&disk, scenario, &template, &mut tally),
                Err(why) if tally.cuts == 0 => {
                    say(&format!("skipped: no {} here: {why}", system.name));
                    break;
                }
                Err(why) => panic!("{} was here: {why}", system.name),
            }
        }
        let ([old, between, new], seconds) = (tally.left, started.elapsed().as_secs());
        let (name, cuts, count) = (system.name, tally.cuts, tally.wrong.len());
        say(&format!(
            "| {name} | {cuts} | {old} / {between} / {new} | {count} | {seconds} s |"
        ));
        wrong.extend(tally.wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
