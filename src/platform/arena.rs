//! Memory for Argon2id on huge pages, which avoids most page faults.
//!
//! The memory is never kept or passed on. Unmapping wipes it, because the kernel clears pages before it hands
//! them out again; argon2 does not wipe it.

use std::io;

use argon2::Block;
use memmap2::MmapMut;

const HUGE_PAGE_BYTES: usize = 2 << 20;

/// Calls `work` with so many zeroed blocks of 1 KiB, aligned to a huge page.
///
/// Fails if the system has too little memory. Works without huge pages.
pub fn with_blocks<T>(blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> io::Result<T> {
    let needed = blocks.checked_mul(Block::SIZE).ok_or_else(too_large)?;
    let mapped = needed.checked_add(HUGE_PAGE_BYTES).ok_or_else(too_large)?;
    let mut map = MmapMut::map_anon(mapped)?;
    let start = map.as_ptr().align_offset(HUGE_PAGE_BYTES);
    advise_huge_pages(&map, start, needed);
    let bytes = map.get_mut(start..).and_then(|rest| rest.get_mut(..needed));
    let arena = as_blocks(bytes.ok_or_else(too_large)?);
    if arena.len() < blocks {
        return Err(too_large());
    }
    Ok(work(arena))
}

#[expect(
    unsafe_code,
    reason = "argon2 takes its memory as blocks, and a mapping is bytes"
)]
fn as_blocks(bytes: &mut [u8]) -> &mut [Block] {
    // SAFETY: a Block is an array of u64 without padding, so every bit pattern is valid, and every Block is
    // plain bytes again; `align_to_mut` takes care of alignment and length.
    let (_, blocks, _) = unsafe { bytes.align_to_mut::<Block>() };
    blocks
}

#[cfg(target_os = "linux")]
fn advise_huge_pages(map: &MmapMut, start: usize, length: usize) {
    // Above this size huge pages cost more than they save: the kernel has to make room for them first.
    const MAX_ADVISED_BYTES: usize = 256 << 20;
    if length <= MAX_ADVISED_BYTES {
        let _ = map.advise_range(memmap2::Advice::HugePage, start, length);
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut, _: usize, _: usize) {}

fn too_large() -> io::Error {
    io::ErrorKind::OutOfMemory.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Argon2, Params, Version};

    fn hash(argon2: &Argon2, memory: Option<&mut [Block]>) -> [u8; 32] {
        let mut out = [0; 32];
        let (password, salt) = (b"correct horse", b"0123456789abcdef");
        match memory {
            Some(blocks) => argon2.hash_password_into_with_memory(password, salt, &mut out, blocks),
            None => argon2.hash_password_into(password, salt, &mut out),
        }
        .unwrap();
        out
    }

    #[test]
    fn the_arena_gives_the_same_hash_as_argon2s_own_memory() {
        for (m, t, p) in [(8192, 1, 4), (8192 + 7, 2, 3)] {
            let params = Params::new(m, t, p, Some(32)).unwrap();
            let blocks = params.block_count();
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let through_arena = with_blocks(blocks, |arena| hash(&argon2, Some(arena))).unwrap();
            assert_eq!(through_arena, hash(&argon2, None));
        }
    }

    #[test]
    fn the_blocks_start_on_a_huge_page_and_are_as_many_as_asked() {
        for blocks in [1, 2047, 2048, 8192] {
            let (address, length) =
                with_blocks(blocks, |arena| (arena.as_ptr().addr(), arena.len())).unwrap();
            assert_eq!(address % HUGE_PAGE_BYTES, 0);
            assert_eq!(length, blocks);
        }
    }

    #[test]
    fn too_much_memory_is_an_error() {
        for blocks in [usize::MAX, usize::MAX / Block::SIZE, 1 << 44] {
            assert!(with_blocks(blocks, |_| ()).is_err());
        }
    }
}
