//! The simplest possible program, as a baseline for Kluis.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Reads a file, hashes it, decrypts one record, and prints.
pub fn read(path: &Path) {
    let bytes = fs::read(path).unwrap();
    let hash = Sha256::digest(&bytes);
    let cipher = Aes256Gcm::new(&hash);
    let nonce = Nonce::default();
    let mut record = [0; 256];
    let tag = cipher
        .encrypt_inout_detached(&nonce, b"", record.as_mut_slice().into())
        .unwrap();
    cipher
        .decrypt_inout_detached(&nonce, b"", record.as_mut_slice().into(), &tag)
        .unwrap();
    std::io::stdout().write_all(&record).unwrap();
}

/// Writes a file anew: beside it, synced, renamed, and the directory synced.
pub fn rewrite(path: &Path) {
    let bytes = fs::read(path).unwrap();
    let beside = path.with_extension("floor");
    let mut file = File::create(&beside).unwrap();
    file.write_all(&bytes).unwrap();
    file.sync_all().unwrap();
    fs::rename(&beside, path.with_extension("rewritten")).unwrap();
    File::open(path.parent().unwrap())
        .unwrap()
        .sync_all()
        .unwrap();
}

/// Argon2id as its own crate does it, with the parameters that the benchmark names.
pub fn argon2(passphrase: &Path) {
    let passphrase = fs::read(passphrase).unwrap();
    let params = Params::new(64 * 1024, 3, 4, Some(32)).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key = [0; 32];
    argon2
        .hash_password_into(&passphrase, &[1; 16], &mut key)
        .unwrap();
    std::io::stdout().write_all(&key).unwrap();
}
