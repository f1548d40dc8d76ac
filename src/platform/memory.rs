//! The memory that this process may still take, by the machine, its limits (RLIMIT_AS, RLIMIT_DATA) and its
//! control groups (versions 1 and 2). Beyond a group's limit, the kernel kills the process without a message.
//!
//! It is an estimate: other processes take memory, too. A limit that the system does not report does not count.

use std::fmt;

/// Left for everything else that a command does.
const HEADROOM_BYTES: u64 = 4 << 20;

/// The memory that is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shortage {
    needed: u64,
    available: u64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (needed, available) = (self.needed.div_ceil(1 << 20), self.available >> 20);
        write!(f, "it takes {needed} MiB, and {available} MiB can be had")
    }
}

impl std::error::Error for Shortage {}

/// Fails if so many bytes are not available.
pub fn check(bytes: u64) -> Result<(), Shortage> {
    let needed = bytes.saturating_add(HEADROOM_BYTES);
    match available() {
        Some(available) if available < needed => Err(Shortage { needed, available }),
        _ => Ok(()),
    }
}

/// The bytes that this process may still take; `None` if the system does not report them.
#[cfg(target_os = "linux")]
pub fn available() -> Option<u64> {
    use std::path::Path;
    let machine = read("/proc/meminfo").and_then(|text| linux::of_machine(&text));
    let limits = linux::of_limits(&read("/proc/self/status").unwrap_or_default());
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let swap = machine.map_or(0, |machine| machine.swap);
    let groups = linux::of_groups(&groups, Path::new("/sys/fs/cgroup"), swap);
    let machine = machine.map(|machine| machine.memory.saturating_add(machine.swap));
    [machine, limits, groups].into_iter().flatten().min()
}

#[cfg(not(target_os = "linux"))]
pub fn available() -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn read(path: impl AsRef<std::path::Path>) -> Option<String> {
    const MAX_BYTES: usize = 64 * 1024;
    let file = std::fs::File::open(path).ok()?;
    let bytes = super::bounded_read::read(file, MAX_BYTES).ok()?;
    Some(std::str::from_utf8(&bytes).ok()?.to_owned())
}

#[cfg(target_os = "linux")]
mod linux {
    use super::read;
    use rustix::process::{Resource, getrlimit};
    use std::path::Path;

    #[derive(Clone, Copy)]
    pub struct Machine {
        pub memory: u64,
        pub swap: u64,
    }

    /// The files of a control group, by its version.
    struct Files {
        limit: &'static str,
        used: &'static str,
        /// Pages of files, which the kernel drops first.
        cached: [&'static str; 2],
        /// The limit and the use of swap; in version 1 of memory and swap together.
        swap_limit: &'static str,
        swap_used: &'static str,
        swap_is_added: bool,
    }

    const VERSION_1: Files = Files {
        limit: "memory.limit_in_bytes",
        used: "memory.usage_in_bytes",
        cached: ["total_inactive_file", "total_active_file"],
        swap_limit: "memory.memsw.limit_in_bytes",
        swap_used: "memory.memsw.usage_in_bytes",
        swap_is_added: false,
    };

    const VERSION_2: Files = Files {
        limit: "memory.max",
        used: "memory.current",
        cached: ["inactive_file", "active_file"],
        swap_limit: "memory.swap.max",
        swap_used: "memory.swap.current",
        swap_is_added: true,
    };

    /// Parses the text of `/proc/meminfo`.
    pub fn of_machine(text: &str) -> Option<Machine> {
        Some(Machine {
            memory: kibibytes(text, "MemAvailable:")?,
            swap: kibibytes(text, "SwapFree:").unwrap_or(0),
        })
    }

    /// Parses the text of `/proc/self/status`.
    pub fn of_limits(text: &str) -> Option<u64> {
        let left = |resource, used| {
            let limit = getrlimit(resource).current?;
            Some(limit.saturating_sub(kibibytes(text, used).unwrap_or(0)))
        };
        let (space, data) = (
            left(Resource::As, "VmSize:"),
            left(Resource::Data, "VmData:"),
        );
        [space, data].into_iter().flatten().min()
    }

    /// Parses the text of `/proc/self/cgroup`, and reads the control groups that are mounted at `mounted`.
    pub fn of_groups(text: &str, mounted: &Path, free_swap: u64) -> Option<u64> {
        let lines = text.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
            Some((controllers, group))
        });
        let left = lines.flat_map(|(controllers, group)| {
            let (files, places) = if controllers.is_empty() {
                (&VERSION_2, [mounted.to_owned(), mounted.join("unified")])
            } else if controllers.split(',').any(|name| name == "memory") {
                (
                    &VERSION_1,
                    [mounted.join("memory"), mounted.join(controllers)],
                )
            } else {
                return Vec::new();
            };
            let below = Path::new(group.trim_start_matches('/'));
            let mut left = Vec::new();
            for place in places {
                // In a container the path may be that of the host, while the container's own group is mounted.
                left.extend(
                    below
                        .ancestors()
                        .filter_map(|below| files.left(&place.join(below), free_swap)),
                );
            }
            left
        });
        left.min()
    }

    impl Files {
        /// The bytes that a group may still take; `None` without a limit.
        fn left(&self, group: &Path, free_swap: u64) -> Option<u64> {
            let number = |name: &str| read(group.join(name))?.trim().parse::<u64>().ok();
            let limit = number(self.limit)?;
            let stat = read(group.join("memory.stat")).unwrap_or_default();
            let cached = self.cached.iter().filter_map(|name| {
                let mut lines = stat.lines().filter_map(|line| line.split_once(' '));
                lines
                    .find(|(word, _)| word == name)?
                    .1
                    .trim()
                    .parse::<u64>()
                    .ok()
            });
            let cached: u64 = cached.sum();
            let left = |limit: u64, used: u64| limit.saturating_sub(used.saturating_sub(cached));
            let memory = left(limit, number(self.used).unwrap_or(0));
            let swap_used = number(self.swap_used).unwrap_or(0);
            let swap_limit = number(self.swap_limit);
            if self.swap_is_added {
                let swap = swap_limit.map_or(free_swap, |limit| limit.saturating_sub(swap_used));
                return Some(memory.saturating_add(swap.min(free_swap)));
            }
            let with_swap = memory.saturating_add(free_swap);
            Some(swap_limit.map_or(with_swap, |limit| with_swap.min(left(limit, swap_used))))
        }
    }

    fn kibibytes(text: &str, name: &str) -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        number.checked_mul(1024)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::linux::{of_groups, of_machine};
    use super::*;
    use std::fs;
    use std::path::Path;

    const MIB: u64 = 1 << 20;

    fn group(mounted: &Path, place: &str, files: &[(&str, &str)]) {
        let folder = mounted.join(place);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), format!("{text}\n")).unwrap();
        }
    }

    #[test]
    fn the_lowest_limit_of_version_2_counts_and_cached_files_do_not() {
        let mounted = tempfile::tempdir().unwrap();
        let at = |text, swap| of_groups(text, mounted.path(), swap);
        assert_eq!(at("0::/a/b\n", 0), None);
        group(
            mounted.path(),
            "a",
            &[("memory.max", "104857600"), ("memory.current", "62914560")],
        );
        group(
            mounted.path(),
            "a/b",
            &[("memory.max", "max"), ("memory.current", "1")],
        );
        assert_eq!(at("0::/a/b\n", 0), Some(40 * MIB));
        let stat = "anon 1\ninactive_file 10485760\nactive_file 10485760\n";
        group(mounted.path(), "a", &[("memory.stat", stat)]);
        assert_eq!(at("0::/a/b\n", 0), Some(60 * MIB));
        assert_eq!(at("0::/a/b\n", 7 * MIB), Some(67 * MIB));
        group(
            mounted.path(),
            "a",
            &[("memory.swap.max", "5242880"), ("memory.swap.current", "0")],
        );
        assert_eq!(at("0::/a/b\n", 7 * MIB), Some(65 * MIB));
        assert_eq!(at("0::/elsewhere\n", 0), None);
    }

    #[test]
    fn version_1_is_found_in_containers_at_the_root() {
        let mounted = tempfile::tempdir().unwrap();
        let at = |swap| {
            of_groups(
                "9:name=x:/\n4:memory:/docker/x\n0::/\n",
                mounted.path(),
                swap,
            )
        };
        let limit = [
            ("memory.limit_in_bytes", "33554432"),
            ("memory.usage_in_bytes", "1048576"),
        ];
        group(mounted.path(), "memory", &limit);
        assert_eq!(at(0), Some(31 * MIB));
        assert_eq!(at(9 * MIB), Some(40 * MIB));
        let both = [
            ("memory.memsw.limit_in_bytes", "33554432"),
            ("memory.memsw.usage_in_bytes", "1048576"),
        ];
        group(mounted.path(), "memory", &both);
        assert_eq!(at(9 * MIB), Some(31 * MIB));
    }

    #[test]
    fn what_the_machine_tells_is_read() {
        let told = of_machine("MemTotal: 9 kB\nMemAvailable:   2048 kB\nSwapFree: 1024 kB\n");
        let told = told.unwrap();
        assert_eq!((told.memory, told.swap), (2 * MIB, MIB));
        assert!(of_machine("MemAvailable: many\n").is_none());
        assert!(available().is_some_and(|bytes| bytes > MIB));
    }

    #[test]
    fn what_cannot_be_had_is_named_in_mebibytes() {
        check(MIB).unwrap();
        let text = check(u64::MAX).unwrap_err().to_string();
        assert!(
            text.starts_with("it takes 17592186044416 MiB, and "),
            "{text}"
        );
    }
}
