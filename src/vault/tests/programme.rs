//! Reads malformed input by the hundred thousand: bits, lengths, tails, splices and key derivations, unchanged
//! and with every hash, sum and signature corrected. `cargo test` has a short run of each; `tests/PROGRAMME.md`
//! describes the long one.
//!
//! Accepted input must be authentic: every value is at the place where its owner put it, and, from an attacker
//! without a key, every part is signed by its owner.

use super::dice::Dice;
use super::{Owned, open, put, reference};
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::id::WorkspaceId;
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::{Error as Sealed, recompute};
use crate::store::memory::MemoryStore;
use crate::vault::change::{Deletion, References};
use crate::vault::create::{Keys, New};
use crate::vault::destination::Destination;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan, Vault};
use nix::sys::resource::{UsageWho, getrusage};
use rustix::time::{ClockId, clock_gettime};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const STRANGER: [u8; 32] = [7; 32];
/// Processor time, so that a busy machine does not fail a test.
const MOST_FOR_ONE: Duration = Duration::from_secs(1);
const MOST_FOR_KDF: Duration = Duration::from_millis(10);
/// For the long run, which is a process of its own.
const MOST_MEMORY_KIB: i64 = 512 * 1024;

/// The number of cases of each kind.
struct Size {
    seed: u64,
    /// One in so many bits of vaults of 3, 20 and 200 KB; the seed selects them.
    small: usize,
    medium: usize,
    large: usize,
    splices: usize,
    kdfs: usize,
}

#[test]
fn malformed_input_is_refused_in_a_short_run() {
    Programme::new(&Size {
        seed: 1,
        small: 7,
        medium: 499,
        large: 20_011,
        splices: 1_000,
        kdfs: 1_000,
    })
    .run();
}

/// `KLUIS_TEST_SEED` selects another run.
#[test]
#[ignore = "takes half an hour"]
#[expect(clippy::print_stdout, reason = "the figures of tests/PROGRAMME.md")]
fn malformed_input_is_refused_in_a_long_run() {
    let seed = std::env::var("KLUIS_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    Programme::new(&Size {
        seed,
        small: 1,
        medium: 1,
        large: 8,
        splices: 100_000,
        kdfs: 10_000,
    })
    .run();
    let memory = getrusage(UsageWho::RUSAGE_SELF).unwrap().max_rss();
    // Apple counts bytes, all others KiB.
    let memory = memory
        / if cfg!(target_vendor = "apple") {
            1024
        } else {
            1
        };
    println!("seed {seed}; memory at most {} MiB", memory / 1024);
    assert!(memory < MOST_MEMORY_KIB, "{memory} KiB");
}

/// The attacker who corrected the hashes and signatures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum By {
    Nobody,
    Stranger,
    Writer,
}

#[derive(Default)]
struct Tally {
    cases: usize,
    /// Everything in it is its owner's.
    authentic: usize,
    slowest: Duration,
}

/// One vault, with everything that its owner ever signed or put into it.
struct Ground {
    owned: Owned,
    keyring: LocalKeyring,
    /// The vault at different times.
    versions: Vec<Vec<u8>>,
    parts: BTreeSet<String>,
    values: BTreeSet<(String, Vec<u8>)>,
}

impl Ground {
    fn of(secrets: usize, value_bytes: usize) -> Self {
        let owned = Owned::new();
        let value = |age: &str, n: usize| format!("{age} {n} {}", "x".repeat(value_bytes));
        let path = |n: usize| {
            let workspace = if n % 3 == 2 { "staging" } else { "default" };
            format!("{workspace}/name-{n}")
        };
        owned.change(|change| {
            (0..secrets).try_for_each(|n| put(change, &path(n), &value("old", n)))
        });
        let mut versions = vec![owned.bytes()];
        owned.change(|change| {
            for n in (0..secrets).step_by(4) {
                change.delete_secret(
                    None,
                    &reference(&path(n)),
                    References::Keep,
                    Deletion::Forever,
                )?;
                put(change, &path(n), &value("new", n))?;
            }
            Ok(())
        });
        versions.push(owned.bytes());
        let mut ground = Self {
            keyring: owned.keyring(),
            owned,
            versions,
            parts: BTreeSet::new(),
            values: BTreeSet::new(),
        };
        for bytes in ground.versions.clone() {
            ground.parts.extend(parts(&bytes));
            ground.values.extend(ground.opened(&bytes).unwrap());
        }
        assert!(ground.values.len() > secrets);
        ground
    }

    fn newest(&self) -> &[u8] {
        &self.versions[1]
    }

    /// Every value by its path, if the file opens.
    fn opened(&self, bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let vault = open(bytes, &self.owned.token, Scan::Everything)?;
        let mut values = BTreeMap::new();
        for workspace in vault.workspaces() {
            vault.list(workspace)?;
            let (all, _) = vault.values(
                workspace,
                Choice::Now(super::now()),
                &Destination::anywhere(),
                |_| true,
            )?;
            for selected in all {
                let value = selected.value.expose().to_vec();
                values.insert(selected.secret.path(), value);
            }
        }
        vault.verify()?;
        Ok(values)
    }

    fn made_right(&self, bytes: &[u8], by: By) -> Vec<u8> {
        match by {
            By::Nobody => bytes.to_vec(),
            By::Stranger => recompute::as_stranger(bytes, &STRANGER),
            By::Writer => recompute::as_writer(bytes, &|workspace, digest| {
                let workspace = WorkspaceId::parse(workspace)?;
                self.keyring.sign_section(workspace, digest).ok()
            }),
        }
    }

    /// Whether an opened file contains only content that its owner put there.
    #[track_caller]
    fn is_authentic(&self, bytes: &[u8], values: BTreeMap<String, Vec<u8>>, by: By, case: &str) {
        let foreign = values.into_iter().find(|pair| !self.values.contains(pair));
        assert!(foreign.is_none(), "{case}, {by:?}: {foreign:?} was taken");
        assert_ne!(by, By::Stranger, "{case}: a stranger's file was opened");
        let signed = by == By::Writer || parts(bytes).iter().all(|part| self.parts.contains(part));
        assert!(signed, "{case}: a part was taken that nobody signed");
    }
}

/// The header, and each section.
fn parts(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with("{\"section\":") {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push_str(line);
    }
    parts
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

struct Programme<'s> {
    size: &'s Size,
    dice: Dice,
    tallies: BTreeMap<(&'static str, By), Tally>,
}

impl<'s> Programme<'s> {
    fn new(size: &'s Size) -> Self {
        Self {
            size,
            dice: Dice(size.seed),
            tallies: BTreeMap::new(),
        }
    }

    fn run(mut self) {
        let small = Ground::of(1, 5);
        let medium = Ground::of(24, 60);
        let large = Ground::of(150, 600);
        let sizes = [&small, &medium, &large].map(|ground| ground.newest().len());
        assert!(
            sizes[0] < 6_000 && sizes[1] > 13_000 && sizes[2] > 160_000,
            "{sizes:?}"
        );
        self.kdfs();
        self.tails(&small);
        self.lengths(&small);
        self.flips("bits of the small vault", &small, self.size.small);
        self.splices(&medium, &Ground::of(24, 60));
        self.flips("bits of the medium vault", &medium, self.size.medium);
        self.flips("bits of the large vault", &large, self.size.large);
    }

    /// Prints figures during the run, so that a stopped run has some, too.
    #[expect(clippy::print_stdout, reason = "the figures of tests/PROGRAMME.md")]
    fn tell(&self, kind: &str) {
        for ((_, by), tally) in self.tallies.iter().filter(|((of, _), _)| *of == kind) {
            let (cases, authentic, slowest) = (tally.cases, tally.authentic, tally.slowest);
            println!("{kind}, {by:?}: {cases} cases, {authentic} authentic, slowest {slowest:?}");
        }
    }

    fn attempt(&mut self, kind: &'static str, ground: &Ground, changed: &[u8], case: &str) {
        for by in [By::Nobody, By::Stranger, By::Writer] {
            let bytes = ground.made_right(changed, by);
            let started = processor_time();
            let opened = ground.opened(&bytes);
            let took = processor_time().saturating_sub(started);
            assert!(took < MOST_FOR_ONE, "{kind}, {case}, {by:?}: {took:?}");
            let tally = self.tallies.entry((kind, by)).or_default();
            tally.cases += 1;
            tally.slowest = tally.slowest.max(took);
            if let Ok(values) = opened {
                tally.authentic += 1;
                ground.is_authentic(&bytes, values, by, &format!("{kind}, {case}"));
            }
        }
    }

    fn flips(&mut self, kind: &'static str, ground: &Ground, step: usize) {
        let first = usize::try_from(self.size.seed).unwrap() % step;
        for bit in (first..ground.newest().len() * 8).step_by(step) {
            let mut flipped = ground.newest().to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            self.attempt(kind, ground, &flipped, &format!("bit {bit}"));
        }
        self.tell(kind);
    }

    fn lengths(&mut self, ground: &Ground) {
        for length in 0..ground.newest().len() {
            let cut = &ground.newest()[..length];
            self.attempt("lengths", ground, cut, &format!("length {length}"));
        }
        self.tell("lengths");
    }

    fn tails(&mut self, ground: &Ground) {
        for length in [1, 2, 16, 100, 4_096] {
            for byte in [0, b'\n', b' ', b'}', 0xff] {
                let longer = [ground.newest(), &vec![byte; length]].concat();
                self.attempt("tails", ground, &longer, &format!("{length} of {byte}"));
            }
        }
        self.tell("tails");
    }

    /// Lines and members moved, doubled, dropped and taken from other versions and another vault.
    fn splices(&mut self, ground: &Ground, other: &Ground) {
        let lines = |bytes: &Vec<u8>| -> Vec<String> {
            let text = String::from_utf8(bytes.clone()).unwrap();
            text.split_inclusive('\n').map(str::to_owned).collect()
        };
        let bases: Vec<_> = ground.versions.iter().map(lines).collect();
        let donors: Vec<_> = [
            &bases[..],
            &other.versions.iter().map(lines).collect::<Vec<_>>(),
        ]
        .concat();
        for number in 0..self.size.splices {
            let mut text = self.dice.of(&bases).clone();
            let mut case = format!("splice {number}:");
            for _ in 0..=self.dice.below(3) {
                case += self.splice(&mut text, &donors);
            }
            self.attempt("splices", ground, text.concat().as_bytes(), &case);
        }
        self.tell("splices");
    }

    fn splice(&mut self, text: &mut Vec<String>, donors: &[Vec<String>]) -> &'static str {
        let at = self.dice.below(text.len());
        let donor = self.dice.of(donors).clone();
        let from = self.dice.below(donor.len());
        match self.dice.below(7) {
            0 => {
                let line = text.remove(at);
                let to = self.dice.below(text.len() + 1);
                text.insert(to, line);
                " moved"
            }
            1 => {
                text.insert(at, donor[from].clone());
                " inserted"
            }
            2 => {
                text[at].clone_from(&donor[from]);
                " replaced"
            }
            3 if text.len() > 1 => {
                text.remove(at);
                " dropped"
            }
            4 => {
                let count = self.dice.below(donor.len() - from) + 1;
                let end = text.len().min(at + count);
                text.splice(at..end, donor[from..from + count].iter().cloned());
                " run"
            }
            5 => {
                let end = donor.len().min(text.len());
                text.truncate(at.min(end));
                text.extend_from_slice(&donor[at.min(end)..]);
                " joined"
            }
            // A ciphertext, an id, an index, a key: the text between two quotation marks.
            _ => {
                let pieces = |line: &str| line.split('"').map(str::to_owned).collect::<Vec<_>>();
                let mut mine = pieces(&text[at]);
                // Mostly a line of the same kind, because others would seldom fit.
                let alike: Vec<_> = donor.iter().map(|line| pieces(line)).collect();
                let alike: Vec<_> = alike.iter().filter(|other| other[1] == mine[1]).collect();
                if let Some(theirs) = alike.get(self.dice.below(alike.len().max(1))) {
                    let place = self.dice.below(mine.len().min(theirs.len()) / 2) * 2 + 1;
                    if place < mine.len().min(theirs.len()) {
                        mine[place].clone_from(&theirs[place]);
                        text[at] = mine.join("\"");
                    }
                }
                " member"
            }
        }
    }

    /// Parameters of every size: those out of bounds are refused before any work, those within are not.
    fn kdfs(&mut self) {
        let store = MemoryStore::default();
        let passphrase = Passphrase::new(&crate::plaintext::Plaintext::new(b"words".to_vec()));
        let passphrase = passphrase.unwrap();
        let cheap = Kdf {
            memory: 8 * 1024,
            passes: 1,
            lanes: 1,
        };
        let keys = Keys {
            key_file: None,
            passphrase: Some((&passphrase, cheap)),
            token: None,
        };
        let new = New::make(&keys, super::now()).unwrap();
        new.store_in(&store, Duration::ZERO).unwrap();
        let text = String::from_utf8(store.bytes().unwrap()).unwrap();
        let interesting = [
            0,
            1,
            2,
            15,
            16,
            17,
            255,
            8_191,
            8_192,
            65_536,
            1 << 20,
            (1 << 20) + 1,
            1 << 21,
            1 << 31,
            (1 << 32) - 1,
            1 << 32,
            (1 << 53) - 1,
        ];
        for number in 0..self.size.kdfs {
            let [m, t, p] = std::array::from_fn(|_| match self.dice.below(4) {
                0 => self.dice.next() >> (11 + self.dice.below(53)),
                1 => 8_192 + self.dice.next() % (1 << 20),
                2 => 1 + self.dice.next() % 16,
                _ => *self.dice.of(&interesting),
            });
            let asked = format!("{{\"m\":{m},\"t\":{t},\"p\":{p}}}");
            let changed = text.replace("{\"m\":8192,\"t\":1,\"p\":1}", &asked);
            assert!(changed.contains(&asked));
            let bytes = recompute::as_stranger(changed.as_bytes(), &STRANGER);
            let started = processor_time();
            let opened = Vault::open(
                Box::new(MemoryStore::holding(&bytes)),
                Scan::Everything,
                |_| Err(Error::absent("key", asked.clone())),
            );
            let took = processor_time().saturating_sub(started);
            assert!(took < MOST_FOR_KDF, "{asked}: {took:?}");
            let within = (8_192..=1 << 20).contains(&m)
                && (1..=16).contains(&t)
                && (1..=16).contains(&p)
                && m * t <= 1 << 21;
            let refused = matches!(opened, Err(Error::Sealed(Sealed::Kdf { .. })));
            assert_eq!(refused, !within, "{number}: {asked}");
            let tally = self
                .tallies
                .entry(("key derivations", By::Stranger))
                .or_default();
            tally.cases += 1;
            tally.authentic += usize::from(within);
            tally.slowest = tally.slowest.max(took);
        }
        self.tell("key derivations");
    }
}
