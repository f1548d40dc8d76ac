//! The descriptors that this process inherited, and the ones that it passes on.

use super::directory;
use rustix::fs::{FileType, Stat, fstat, stat};
use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::process::{Resource, getrlimit};
use rustix::stdio::dup2_stdin;
use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::path::Path;

const FOLDER: &str = "/dev/fd";
/// The greatest number of descriptors that can be tried one by one.
const MAX_NUMBERS: RawFd = 1 << 20;
/// More than the limit where nobody changed it.
const USUAL_NUMBERS: u64 = 1 << 16;

/// Hides a file that was opened by its path from every program that this process becomes or starts. The process
/// may also have inherited it: then a program could seek in it and read it again. If stdin is that file, stdin is
/// empty from now on. A terminal or another device stays.
pub fn withhold(file: &File) -> io::Result<()> {
    let wanted = fstat(file)?;
    withhold_stdin(wanted)?;
    withhold_inherited(wanted)
}

/// The same for a file that is not opened, because it may not be needed. Its path may be that of a descriptor.
pub fn withhold_unopened(path: &Path) -> io::Result<()> {
    let wanted = stat(path)?;
    withhold_stdin(wanted)?;
    withhold_inherited(wanted)
}

/// Hides every inherited descriptor of this file except stdin from other programs. The file may still be read
/// here.
pub fn withhold_unread(path: &Path) -> io::Result<()> {
    withhold_inherited(stat(path)?)
}

/// Empties stdin if it has content, and not if it is a terminal or another device.
pub fn empty_stdin() -> io::Result<()> {
    withhold_stdin(fstat(rustix::stdio::stdin())?)
}

/// Whether it has content that could be read again.
fn is_content(found: &Stat) -> bool {
    matches!(
        FileType::from_raw_mode(found.st_mode),
        FileType::RegularFile | FileType::Fifo | FileType::Socket
    )
}

fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

fn withhold_stdin(wanted: Stat) -> io::Result<()> {
    let found = fstat(rustix::stdio::stdin());
    if is_content(&wanted) && found.is_ok_and(|found| is_same(&found, &wanted)) {
        dup2_stdin(&File::open("/dev/null")?)?;
    }
    Ok(())
}

fn withhold_inherited(wanted: Stat) -> io::Result<()> {
    if !is_content(&wanted) {
        return Ok(());
    }
    for number in inherited()? {
        let descriptor = borrow(number);
        if fstat(descriptor).is_ok_and(|found| is_same(&found, &wanted)) {
            let flags = fcntl_getfd(descriptor)?;
            fcntl_setfd(descriptor, flags | FdFlags::CLOEXEC)?;
        }
    }
    Ok(())
}

/// Another descriptor for the open file with this number.
pub fn duplicate(number: RawFd) -> io::Result<File> {
    Ok(File::from(borrow(number).try_clone_to_owned()?))
}

/// Closes every inherited descriptor except the standard streams, such as the lock of a script: a process
/// that outlives its starter must not hold it.
///
/// Call it before anything else is opened.
#[expect(
    unsafe_code,
    reason = "what was inherited is known by its number alone"
)]
pub fn close_inherited() {
    // One of them was the folder's own descriptor, which is already closed.
    let is_open = |number: &RawFd| fcntl_getfd(borrow(*number)).is_ok();
    let open = inherited().unwrap_or_default();
    for number in open.into_iter().filter(is_open) {
        // SAFETY: this program has opened nothing yet, so none of its code uses the number.
        unsafe { rustix::io::close(number) };
    }
}

/// The open descriptors besides the standard streams, and one that is already closed. Without the folder that
/// lists them, as in a chroot, every number that may be one of them.
fn inherited() -> io::Result<Vec<RawFd>> {
    listed_in(FOLDER)
}

fn listed_in(folder: &str) -> io::Result<Vec<RawFd>> {
    let Ok(names) = directory::names(folder.as_ref()) else {
        // A lowered limit closes no descriptor that was opened before.
        let most = getrlimit(Resource::Nofile)
            .current
            .map(|most| most.max(USUAL_NUMBERS));
        let most = most
            .and_then(|most| RawFd::try_from(most).ok())
            .filter(|&most| most <= MAX_NUMBERS);
        let most = most.ok_or_else(|| io::Error::other("the open files cannot be listed"))?;
        return Ok((3..most).collect());
    };
    let numbers = names.iter().filter_map(|name| name.to_str()?.parse().ok());
    Ok(numbers.filter(|&number: &RawFd| number > 2).collect())
}

#[expect(
    unsafe_code,
    reason = "what was inherited is known by its number alone"
)]
fn borrow<'a>(number: RawFd) -> BorrowedFd<'a> {
    // SAFETY: the number is not -1, and is only queried or duplicated: EBADF if it is closed.
    unsafe { BorrowedFd::borrow_raw(number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn no_open_descriptor_is_missed_even_where_none_are_listed() {
        let file = tempfile::tempfile().unwrap();
        for folder in [FOLDER, "/nowhere"] {
            let numbers = listed_in(folder).unwrap();
            assert!(numbers.contains(&file.as_raw_fd()), "{folder}");
            assert!(numbers.iter().all(|&number| number > 2));
        }
    }
}
