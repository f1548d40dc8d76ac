//! One-time passwords from a shared secret: TOTP (RFC 6238), as an authenticator app shows them.

use crate::plaintext::Plaintext;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

const SCHEME: &str = "otpauth://totp/";
/// The period of RFC 6238, which apps use if the address names no other.
const DEFAULT_PERIOD_SECONDS: u64 = 30;
const MAX_PERIOD_SECONDS: u64 = 3_600;
const DEFAULT_DIGITS: u32 = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// A shared secret, and the parameters of its codes.
pub struct Otp {
    secret: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
    /// From 6 to 8.
    digits: u32,
    /// From a second to an hour.
    period: u64,
}

/// A code, and the number of seconds that it stays current.
pub struct Code {
    pub text: Plaintext,
    pub seconds_left: u64,
}

/// The reason why a value is not a secret for one-time passwords. It never repeats the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    #[error("the value is neither base32 nor an address that begins with otpauth://totp/")]
    Neither,
    #[error("the address has no secret in base32")]
    NoSecret,
    #[error("the algorithm is not SHA1, SHA256 or SHA512")]
    Algorithm,
    #[error("the number of digits is not from 6 to 8")]
    Digits,
    #[error("the period is not from 1 second to an hour")]
    Period,
}

impl Otp {
    /// Reads base32, in any case, with spaces and padding or without, or an address as QR codes have it (Google
    /// Authenticator's key URI format). Ignores unknown members. Refuses a counter (`otpauth://hotp/`), because
    /// each use would change it.
    pub fn parse(value: &Plaintext) -> Result<Self, Error> {
        let text = std::str::from_utf8(value.expose()).map_err(|_| Error::Neither)?;
        let text = text.trim();
        let mut otp = Self {
            secret: Zeroizing::default(),
            algorithm: Algorithm::Sha1,
            digits: DEFAULT_DIGITS,
            period: DEFAULT_PERIOD_SECONDS,
        };
        let is_address = text
            .get(..SCHEME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
        if !is_address {
            otp.secret = base32(text).ok_or(Error::Neither)?;
            return Ok(otp);
        }
        let query = text.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key.to_ascii_lowercase().as_str() {
                "secret" => otp.secret = base32(&decoded(value)).ok_or(Error::NoSecret)?,
                "algorithm" => otp.algorithm = algorithm(value).ok_or(Error::Algorithm)?,
                "digits" => {
                    let digits = value.parse().ok().filter(|digits| (6..=8).contains(digits));
                    otp.digits = digits.ok_or(Error::Digits)?;
                }
                "period" => {
                    let bounds = 1..=MAX_PERIOD_SECONDS;
                    let period = value.parse().ok().filter(|period| bounds.contains(period));
                    otp.period = period.ok_or(Error::Period)?;
                }
                _ => {}
            }
        }
        if otp.secret.is_empty() {
            return Err(Error::NoSecret);
        }
        Ok(otp)
    }

    /// The code of this Unix second.
    pub fn code(&self, second: u64) -> Code {
        let counter = (second / self.period).to_be_bytes();
        let mac = match self.algorithm {
            Algorithm::Sha1 => mac::<Hmac<Sha1>>(&self.secret, &counter),
            Algorithm::Sha256 => mac::<Hmac<Sha256>>(&self.secret, &counter),
            Algorithm::Sha512 => mac::<Hmac<Sha512>>(&self.secret, &counter),
        };
        let number = truncated(&mac) % 10_u32.pow(self.digits);
        let width = self.digits as usize;
        Code {
            text: Plaintext::new(format!("{number:0width$}").into_bytes()),
            seconds_left: self.period - second % self.period,
        }
    }
}

fn mac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else {
        return Zeroizing::default();
    };
    mac.update(message);
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

/// RFC 4226, 5.3: 31 bits of the digest, from the offset in its last four bits.
fn truncated(digest: &[u8]) -> u32 {
    let offset = digest.last().map_or(0, |last| usize::from(last & 15));
    let bytes = digest.get(offset..offset + 4);
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    u32::from_be_bytes(bytes.unwrap_or_default()) & 0x7fff_ffff
}

fn base32(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // As large as it can get: a string that grows would leave copies in memory.
    let mut spelled = Zeroizing::new(String::with_capacity(text.len()));
    for letter in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
        spelled.push(letter.to_ascii_uppercase());
    }
    let decoded = BASE32_NOPAD.decode(spelled.trim_end_matches('=').as_bytes());
    let decoded = Zeroizing::new(decoded.ok()?);
    (!decoded.is_empty()).then_some(decoded)
}

fn algorithm(name: &str) -> Option<Algorithm> {
    match name.to_ascii_uppercase().as_str() {
        "SHA1" => Some(Algorithm::Sha1),
        "SHA256" => Some(Algorithm::Sha256),
        "SHA512" => Some(Algorithm::Sha512),
        _ => None,
    }
}

/// A value of a query, percent-decoded as far as it is ASCII.
fn decoded(text: &str) -> Zeroizing<String> {
    let mut decoded = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let code = rest.strip_prefix('%').and_then(|hex| hex.get(..2));
        let byte = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = byte.filter(u8::is_ascii) {
            decoded.push(char::from(byte));
            rest = &rest[3..];
        } else {
            decoded.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE32;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Otp, Error> {
        Otp::parse(&Plaintext::new(text.as_bytes().to_vec()))
    }

    fn code(otp: &Otp, second: u64) -> String {
        String::from_utf8(otp.code(second).text.expose().to_vec()).unwrap()
    }

    /// RFC 6238, appendix B.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = |bytes: usize| {
            let digits = b"1234567890".iter().cycle().take(bytes).copied();
            BASE32.encode(&digits.collect::<Vec<u8>>())
        };
        for (name, bytes, codes) in [
            (
                "SHA1",
                20,
                [
                    "94287082", "07081804", "14050471", "89005924", "69279037", "65353130",
                ],
            ),
            (
                "SHA256",
                32,
                [
                    "46119246", "68084774", "67062674", "91819424", "90698825", "77737706",
                ],
            ),
            (
                "SHA512",
                64,
                [
                    "90693936", "25091201", "99943326", "93441116", "38618901", "47863826",
                ],
            ),
        ] {
            let address = format!(
                "otpauth://totp/Shop:ada?secret={}&algorithm={name}&digits=8&issuer=Shop",
                secret(bytes)
            );
            let otp = parse(&address).unwrap();
            let seconds = [
                59,
                1_111_111_109,
                1_111_111_111,
                1_234_567_890,
                2_000_000_000,
            ];
            let seconds = seconds.into_iter().chain([20_000_000_000]);
            for (second, expected) in seconds.zip(codes) {
                assert_eq!(code(&otp, second), expected, "{name} at {second}");
            }
        }
    }

    #[test]
    fn a_secret_is_read_in_every_usual_spelling() {
        let expected = code(&parse("JBSWY3DPEHPK3PXP").unwrap(), 1_000);
        for spelled in [
            "jbsw y3dp ehpk 3pxp",
            " JBSWY3DP-EHPK3PXP\n",
            "JBSWY3DPEHPK3PXP====",
            "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
            "OTPAUTH://TOTP/A%20B?issuer=A%20B&secret=jbswy3dp%20ehpk3pxp&period=30&digits=6",
            "otpauth://totp/?period=30&secret=JBSWY3DPEHPK3PXP%3D%3D%3D%3D#x",
        ] {
            assert_eq!(code(&parse(spelled).unwrap(), 1_000), expected, "{spelled}");
        }
        let minute = parse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=60").unwrap();
        assert_eq!(minute.code(61).seconds_left, 59);
        assert_eq!(parse("JBSWY3DPEHPK3PXP").unwrap().code(60).seconds_left, 30);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for (wrong, error) in [
            ("", Error::Neither),
            ("not base32!", Error::Neither),
            (
                "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=1",
                Error::Neither,
            ),
            ("otpauth://totp/x", Error::NoSecret),
            ("otpauth://totp/x?secret=", Error::NoSecret),
            ("otpauth://totp/x?secret=1890", Error::NoSecret),
            (
                "otpauth://totp/x?secret=JBSWY3DP&algorithm=MD5",
                Error::Algorithm,
            ),
            ("otpauth://totp/x?secret=JBSWY3DP&digits=9", Error::Digits),
            ("otpauth://totp/x?secret=JBSWY3DP&digits=-6", Error::Digits),
            ("otpauth://totp/x?secret=JBSWY3DP&period=0", Error::Period),
            (
                "otpauth://totp/x?secret=JBSWY3DP&period=3601",
                Error::Period,
            ),
        ] {
            assert_eq!(parse(wrong).err(), Some(error), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", second: u64) {
            for text in [text.clone(), format!("otpauth://totp/x?secret={text}&digits={text}")] {
                if let Ok(otp) = parse(&text) {
                    let code = otp.code(second);
                    prop_assert!((6..=8).contains(&code.text.len()));
                    prop_assert!(code.seconds_left >= 1 && code.seconds_left <= otp.period);
                }
            }
        }
    }
}
