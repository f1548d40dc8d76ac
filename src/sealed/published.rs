//! Checks the primitives on the vectors of Project Wycheproof (C2SP), which come from known mistakes of other
//! implementations. `tests/published/wycheproof.json` has their numbers.

use super::sign;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

/// One test: its number, its fields as bytes, a size if it has one, and whether its result is valid.
struct Vector {
    id: u64,
    fields: Vec<Vec<u8>>,
    size: Option<u64>,
    valid: bool,
}

fn vectors(primitive: &str) -> Vec<Vector> {
    let text = include_str!("../../tests/published/wycheproof.json");
    let all: Value = serde_json::from_str(text).expect("JSON");
    let tests = all[primitive].as_array().expect("a list").iter();
    let tests = tests.map(|test| {
        let test = test.as_array().expect("a list");
        let hex = test.iter().filter_map(Value::as_str);
        let fields = hex.map(|text| HEXLOWER.decode(text.as_bytes()).expect("hex"));
        Vector {
            id: test[0].as_u64().expect("a number"),
            fields: fields.collect(),
            size: test[1..].iter().find_map(Value::as_u64),
            valid: test.last().and_then(Value::as_bool).expect("a result"),
        }
    });
    tests.collect()
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

#[test]
fn ed25519_accepts_what_is_valid_and_nothing_else() {
    let all = vectors("ed25519");
    assert_eq!(all.len(), 151);
    for Vector {
        id, fields, valid, ..
    } in all
    {
        let [key, message, signature] = fields.as_slice() else {
            panic!("three texts");
        };
        let key = array(key).expect("32 bytes");
        // A signature of another length does not reach the verification.
        let accepted = array(signature)
            .is_some_and(|signature| sign::verify_message(&key, message, &signature));
        assert_eq!(accepted, valid, "test {id}");
    }
}

#[test]
fn x25519_agrees_on_the_same_secret() {
    let all = vectors("x25519");
    assert_eq!(all.len(), 518);
    for Vector { id, fields, .. } in all {
        let [private, public, shared] = fields.as_slice() else {
            panic!("three texts");
        };
        let private = StaticSecret::from(array::<32>(private).expect("32 bytes"));
        let public = PublicKey::from(array::<32>(public).expect("32 bytes"));
        let agreed = private.diffie_hellman(&public);
        assert_eq!(agreed.as_bytes().as_slice(), shared, "test {id}");
        // HPKE refuses the other keys: their shared secret is zero with any private key.
        let is_zero = shared.iter().all(|&byte| byte == 0);
        assert_eq!(agreed.was_contributory(), !is_zero, "test {id}");
    }
}

#[test]
fn aes_256_gcm_opens_what_is_valid_and_nothing_else() {
    let all = vectors("aes_256_gcm");
    assert_eq!(all.len(), 66);
    for Vector {
        id, fields, valid, ..
    } in all
    {
        let [key, nonce, aad, message, ciphertext, tag] = fields.as_slice() else {
            panic!("six texts");
        };
        let cipher = Aes256Gcm::new_from_slice(key).expect("32 bytes");
        let nonce: Nonce<_> = array::<12>(nonce).expect("12 bytes").into();
        let sealed = [ciphertext.as_slice(), tag].concat();
        let opened = cipher.decrypt(&nonce, Payload { msg: &sealed, aad });
        assert_eq!(opened.is_ok(), valid, "test {id}");
        if let Ok(opened) = opened {
            assert_eq!(opened, *message, "test {id}");
            let again = cipher.encrypt(&nonce, Payload { msg: message, aad });
            assert_eq!(again.expect("it was before"), sealed, "test {id}");
        }
    }
}

#[test]
fn hkdf_sha_256_derives_the_same_key() {
    let all = vectors("hkdf_sha_256");
    assert_eq!(all.len(), 83);
    for Vector {
        id,
        fields,
        size,
        valid,
    } in all
    {
        let [input, salt, info, expected] = fields.as_slice() else {
            panic!("four texts");
        };
        let size = size.and_then(|size| usize::try_from(size).ok());
        let mut out = vec![0; size.expect("a size")];
        let hkdf = Hkdf::<Sha256>::new(Some(salt), input);
        let derived = hkdf.expand(info, &mut out).is_ok();
        assert_eq!(derived, valid, "test {id}");
        if derived {
            assert_eq!(out, *expected, "test {id}");
        }
    }
}
