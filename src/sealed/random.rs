//! The system's randomness, the only source of nonces, keys and ids. It is deliberately not a parameter: a
//! generator passed in could repeat a nonce.

/// Fills `bytes` with random bytes from the operating system.
///
/// # Panics
///
/// If the system has none: nothing in this program may continue without them.
#[expect(
    clippy::expect_used,
    reason = "a nonce must never be anything but random"
)]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system gives randomness");
}

/// `N` random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}
