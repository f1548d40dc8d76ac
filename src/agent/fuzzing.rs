//! Sends arbitrary bytes to an agent with a key, without a socket between them.

use super::answer::Answer;
use super::clock::SystemClock;
use super::frame::{LENGTH_BYTES, length};
use super::key_cache::{KeyCache, Session, VERSION};
use super::request::Request;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::header::{Content, Header};
use std::time::Duration;

/// Sends frames one after the other, until one is malformed. Checks that no answer contains the seed, and that
/// every signed header has the keys of `header`.
pub fn frames(header: &Header, keyring: &LocalKeyring, mut data: &[u8]) {
    let mut held = KeyCache::new(SystemClock, || true);
    let mut session = Session::default();
    let hour = Duration::from_hours(1);
    for request in [
        Request::Hello { version: VERSION },
        Request::Unlock {
            header: header.text(),
            key: keyring.key(),
            idle: hour,
            longest: hour,
            seed: keyring.seed().clone(),
        },
        Request::Follow {
            header: header.text(),
        },
    ] {
        let answer = held.answer(&mut session, &request);
        assert!(
            !matches!(answer, None | Some(Answer::Failed(_))),
            "not unlocked"
        );
    }
    while let Some((begin, rest)) = data.split_first_chunk::<LENGTH_BYTES>() {
        let Some(content) = length(*begin).and_then(|length| rest.get(..length)) else {
            return;
        };
        data = &rest[content.len()..];
        let Some(request) = Request::decode(content) else {
            return;
        };
        if let Ok(again) = request.encode() {
            assert_eq!(&again[LENGTH_BYTES..], content, "another spelling");
        }
        let Some(answer) = held.answer(&mut session, &request) else {
            return;
        };
        if let (Request::SignHeader { content }, Answer::Signed(_)) = (&request, &answer) {
            let signed = Content::parse(content).map(|content| content.keys);
            let keys = &header.content().keys;
            assert!(signed.is_ok_and(|signed| signed == *keys), "other keys");
        }
        if let Ok(told) = answer.encode() {
            let seed = keyring.seed().as_slice();
            assert!(!told.windows(seed.len()).any(|window| window == seed));
        }
    }
}
