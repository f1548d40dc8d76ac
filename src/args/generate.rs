//! Generates values: each possible outcome is equally likely.
//!
//! Buffers are allocated at full size and wiped, so that no part of a value stays in memory.

use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use data_encoding::{BASE64, Encoding, HEXLOWER};
use diceware_wordlists::EFF_LONG_WORDLIST;
use std::mem::take;
use zeroize::Zeroizing;

pub const MAX_LENGTH: usize = 4_096;
const LONGEST_WORD: usize = 9;

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";
/// These need no quoting in a shell or in an address.
const SYMBOLS: &[u8] = b"%+,-.:=@^_";
const LETTERS_AND_DIGITS: &[&[u8]] = &[LOWER, UPPER, DIGITS];
const ALL_CLASSES: &[&[u8]] = &[LOWER, UPPER, DIGITS, SYMBOLS];

/// The kind and the length of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GenerateSpec {
    kind: GeneratorKind,
    length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum GeneratorKind {
    LettersAndDigits,
    Hex,
    Base64,
    Words,
    Digits,
    Symbols,
}

impl GenerateSpec {
    /// Parses `32`, `hex:32`, `base64:32`, `words:6`, `digits:8` or `symbols:24`: characters, random bytes or
    /// words, from 1 to 4,096.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let (kind, length) = match text.split_once(':') {
            None => (GeneratorKind::LettersAndDigits, text),
            Some(("hex", length)) => (GeneratorKind::Hex, length),
            Some(("base64", length)) => (GeneratorKind::Base64, length),
            Some(("words", length)) => (GeneratorKind::Words, length),
            Some(("digits", length)) => (GeneratorKind::Digits, length),
            Some(("symbols", length)) => (GeneratorKind::Symbols, length),
            Some(_) => return Err(not_a_spec()),
        };
        // The text is not quoted, because it may be a secret value.
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_spec());
        }
        match length.parse() {
            Ok(length @ 1..=MAX_LENGTH) => Ok(Self { kind, length }),
            _ => Err(RuleViolation::new(
                format!("the number of characters, bytes or words must be from 1 to {MAX_LENGTH}"),
                "value_error",
            )),
        }
    }

    /// Makes a value; `random` fills its argument from the system's randomness.
    pub fn generate(&self, random: &mut dyn FnMut(&mut [u8])) -> Plaintext {
        match self.kind {
            GeneratorKind::LettersAndDigits => characters(LETTERS_AND_DIGITS, self.length, random),
            GeneratorKind::Hex => encoded(&HEXLOWER, self.length, random),
            GeneratorKind::Base64 => encoded(&BASE64, self.length, random),
            GeneratorKind::Words => words(self.length, random),
            GeneratorKind::Digits => characters(&[DIGITS], self.length, random),
            GeneratorKind::Symbols => symbols(self.length, random),
        }
    }
}

fn not_a_spec() -> RuleViolation {
    RuleViolation::mismatch(
        "give a length or a kind and length: 32, hex:32, base64:32, words:6, digits:8 or symbols:24",
    )
}

fn characters(classes: &[&[u8]], length: usize, random: &mut dyn FnMut(&mut [u8])) -> Plaintext {
    let alphabet = classes.concat();
    let mut made = Zeroizing::new(Vec::with_capacity(length));
    for _ in 0..length {
        made.push(alphabet[below(alphabet.len(), random)]);
    }
    Plaintext::new(take(&mut *made))
}

/// With four characters or more every class occurs, as sites that ask for symbols require. It draws again until
/// that is true, so that all such values stay equally likely; placing one of each would not.
fn symbols(length: usize, random: &mut dyn FnMut(&mut [u8])) -> Plaintext {
    loop {
        let made = characters(ALL_CLASSES, length, random);
        let has = |class: &&[u8]| made.expose().iter().any(|byte| class.contains(byte));
        if length < ALL_CLASSES.len() || ALL_CLASSES.iter().all(has) {
            return made;
        }
    }
}

fn encoded(encoding: &Encoding, length: usize, random: &mut dyn FnMut(&mut [u8])) -> Plaintext {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random(&mut bytes);
    let mut made = Zeroizing::new(vec![0; encoding.encode_len(length)]);
    encoding.encode_mut(&bytes, &mut made);
    Plaintext::new(take(&mut *made))
}

fn words(count: usize, random: &mut dyn FnMut(&mut [u8])) -> Plaintext {
    let mut made = Zeroizing::new(Vec::with_capacity(count * (LONGEST_WORD + 1)));
    for place in 0..count {
        if place > 0 {
            made.push(b'-');
        }
        let word = EFF_LONG_WORDLIST[below(EFF_LONG_WORDLIST.len(), random)];
        made.extend_from_slice(word.as_bytes());
    }
    Plaintext::new(take(&mut *made))
}

/// A number below `bound` (at most 2^16), each equally likely. Draws above the last whole multiple are discarded:
/// with a remainder, low numbers would be more likely.
fn below(bound: usize, random: &mut dyn FnMut(&mut [u8])) -> usize {
    const DRAWS: usize = 1 << u16::BITS;
    let mut bytes = Zeroizing::new([0; 2]);
    loop {
        random(&mut *bytes);
        let draw = usize::from(u16::from_be_bytes(*bytes));
        if draw < DRAWS - DRAWS % bound {
            return draw % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::value::check_value;
    use std::collections::{BTreeMap, BTreeSet};

    /// Randomness that is the same in every run (`SplitMix64`).
    fn seeded(mut state: u64) -> impl FnMut(&mut [u8]) {
        move |bytes| {
            for chunk in bytes.chunks_mut(8) {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^= mixed >> 31;
                chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
            }
        }
    }

    /// Returns these 16-bit draws, then fails the test.
    fn draws(numbers: &[u16]) -> impl FnMut(&mut [u8]) {
        let mut numbers = numbers.iter();
        move |bytes| bytes.copy_from_slice(&numbers.next().unwrap().to_be_bytes())
    }

    fn made(spec: &str, random: &mut dyn FnMut(&mut [u8])) -> String {
        let value = GenerateSpec::parse(spec).unwrap().generate(random);
        String::from_utf8(value.expose().to_vec()).unwrap()
    }

    #[test]
    fn each_kind_has_its_form() {
        let random = &mut seeded(1);
        let all = |text: &str, alphabet: &[u8]| text.bytes().all(|byte| alphabet.contains(&byte));
        let letters = made("32", random);
        assert!(
            letters.len() == 32 && all(&letters, &LETTERS_AND_DIGITS.concat()),
            "{letters}"
        );
        let hex = made("hex:32", random);
        assert_eq!(HEXLOWER.decode(hex.as_bytes()).unwrap().len(), 32);
        let base64 = made("base64:32", random);
        assert_eq!(BASE64.decode(base64.as_bytes()).unwrap().len(), 32);
        let digits = made("digits:8", random);
        assert!(digits.len() == 8 && all(&digits, DIGITS), "{digits}");
        let symbols = made("symbols:24", random);
        assert!(
            symbols.len() == 24 && all(&symbols, &ALL_CLASSES.concat()),
            "{symbols}"
        );
    }

    #[test]
    fn the_same_draws_make_the_same_value() {
        assert_eq!(made("6", &mut draws(&[0, 25, 26, 51, 52, 61])), "azAZ09");
        assert_eq!(
            made("words:3", &mut draws(&[0, 7775, 7776])),
            "abacus-zoom-abacus"
        );
        assert_eq!(made("hex:2", &mut draws(&[0xbeef])), "beef");
        assert_eq!(made("base64:2", &mut draws(&[0xffff])), "//8=");
    }

    #[test]
    fn draws_that_would_prefer_the_first_characters_are_thrown_away() {
        // 65,536 = 1,057 · 62 + 2 and 8 · 7,776 + 3,328
        assert_eq!(made("1", &mut draws(&[65_535, 65_534, 65_533])), "9");
        assert_eq!(made("words:1", &mut draws(&[62_208, 62_207])), "zoom");
    }

    #[test]
    fn every_character_is_about_equally_likely() {
        let random = &mut seeded(2);
        let mut seen: BTreeMap<u8, i32> = BTreeMap::new();
        for _ in 0..62 {
            for byte in made("4000", random).bytes() {
                *seen.entry(byte).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 62);
        // 4,000 expected each, a standard deviation of 63.
        assert!(
            seen.values().all(|count| (3_650..4_350).contains(count)),
            "{seen:?}"
        );
    }

    #[test]
    fn four_symbols_or_more_have_one_of_each_class() {
        let random = &mut seeded(3);
        let mut starts = BTreeSet::new();
        for _ in 0..500 {
            let value = made("symbols:4", random);
            for class in ALL_CLASSES {
                assert!(value.bytes().any(|byte| class.contains(&byte)), "{value}");
            }
            starts.insert(
                ALL_CLASSES
                    .iter()
                    .position(|class| class.contains(&value.as_bytes()[0])),
            );
        }
        assert_eq!(starts.len(), 4, "any class may come first");
        assert_eq!(made("symbols:3", random).len(), 3);
    }

    #[test]
    fn the_word_list_is_the_large_one_of_the_eff() {
        assert_eq!(EFF_LONG_WORDLIST.len(), 7_776);
        assert_eq!(
            EFF_LONG_WORDLIST.iter().collect::<BTreeSet<_>>().len(),
            7_776
        );
        assert_eq!(
            EFF_LONG_WORDLIST.iter().map(|word| word.len()).max(),
            Some(LONGEST_WORD)
        );
        let allowed = |word: &&str| {
            word.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        assert!(EFF_LONG_WORDLIST.iter().all(allowed));
    }

    #[test]
    fn the_longest_value_of_each_kind_never_grows_its_buffer() {
        let random = &mut seeded(4);
        for kind in ["", "hex:", "base64:", "words:", "digits:", "symbols:"] {
            let value = made(&format!("{kind}4096"), random);
            assert_eq!(check_value(value.len()), Ok(()), "{kind}");
        }
        assert!(check_value(MAX_LENGTH * (LONGEST_WORD + 1)).is_ok());
    }

    #[test]
    fn anything_else_is_refused_and_not_quoted() {
        for wrong in [
            "",
            "0",
            "hex:0",
            "4097",
            "99999999999999999999999",
            "-1",
            "+1",
            "1.5",
            "hex:",
            "hex",
            "Hex:8",
            "hex:8 ",
            "hex:8:8",
            ":8",
            "words: 6",
            "hunter2",
            "pin:4",
            "８",
        ] {
            let broken = GenerateSpec::parse(wrong).unwrap_err();
            assert!(
                wrong.is_empty() || !broken.rule.contains("hunter2"),
                "{wrong}: {broken}"
            );
        }
    }
}
