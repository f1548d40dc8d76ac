//! Chooses the key derivation parameters of a new passphrase: from `--kdf`, or as much work as this machine does
//! in half a second.

use crate::context::Context;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::memory;
use crate::sealed::kdf::{Kdf, MAX_PASSES, MIN_MEMORY_KIB, Passphrase, SALT_BYTES};
use crate::vault::rule::RuleViolation;
use crate::{sealed, vault};
use std::time::{Duration, Instant};

/// The target time of an unlock, if no option is given.
const PATIENCE: Duration = Duration::from_millis(500);
/// The greatest memory without an option: beyond it huge pages are unreliable on small machines.
const MAX_CHOSEN_KIB: u32 = 256 * 1024;

#[derive(clap::Args)]
pub struct KdfArgs {
    /// Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]
    #[arg(long, value_name = "m=MiB,t=N,p=N", hide_short_help = true)]
    kdf: Option<String>,
}

impl KdfArgs {
    pub fn is_given(&self) -> bool {
        self.kdf.is_some()
    }

    /// The parameters from the option, or measured ones that fit the memory here. Warns if they are below the
    /// recommendation.
    pub fn choose(&self, context: &mut Context) -> Result<Kdf, Error> {
        let Some(text) = &self.kdf else {
            let kdf = calibrate();
            if is_weak(kdf) {
                context.ui.warning(&format!(
                    "little memory can be had here, so the new key takes {} MiB instead of 64, and its passphrase is cheaper to guess: use a long one, or run this where there is more memory",
                    kdf.memory / 1024
                ));
            }
            return Ok(kdf);
        };
        let kdf = parse(text)?;
        if is_weak(kdf) {
            let message = "--kdf with less than m=64 (MiB) makes the passphrase cheap to guess";
            context.ui.warning(message);
        }
        Ok(kdf)
    }
}

/// Whether this is less than RFC 9106 recommends for little memory.
pub fn is_weak(kdf: Kdf) -> bool {
    kdf.memory < Kdf::RECOMMENDED.memory
}

fn parse(text: &str) -> Result<Kdf, Error> {
    let broken = || {
        let rule = "--kdf must be like m=64,t=3,p=4: m in MiB, t passes, p lanes";
        vault::Error::invalid("kdf", RuleViolation::new(rule, "value_error"))
    };
    let mut numbers = [None; 3];
    for part in text.split(',') {
        let (name, number) = part.split_once('=').ok_or_else(broken)?;
        let place = ["m", "t", "p"]
            .iter()
            .position(|known| *known == name)
            .ok_or_else(broken)?;
        let digits = number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number
            .parse::<u64>()
            .ok()
            .filter(|_| digits)
            .ok_or_else(broken)?;
        if numbers[place].replace(number).is_some() {
            return Err(broken().into());
        }
    }
    let [Some(memory), Some(passes), Some(lanes)] = numbers else {
        return Err(broken().into());
    };
    Kdf::checked(memory * 1024, passes, lanes).map_err(|error| {
        let rule = match error {
            sealed::Error::Kdf { what, bounds } => {
                format!("--kdf {what} is out of range: {bounds}")
            }
            other => other.to_string(),
        };
        vault::Error::invalid("kdf", RuleViolation::new(rule, "value_error")).into()
    })
}

/// Doubles the memory while unlocking stays within half a second on this machine.
fn calibrate() -> Kdf {
    // Only a part of the free memory, so that the vault also opens on a busier day.
    let most = memory::available().map_or(u64::MAX, |bytes| bytes / 4 * 3);
    let mut kdf = affordable(most);
    let Ok(sample) = Passphrase::new(&Plaintext::new(b"sample".to_vec())) else {
        return kdf;
    };
    let start = Instant::now();
    if is_weak(kdf) || kdf.seed(&sample, &[0; SALT_BYTES]).is_err() {
        return kdf;
    }
    let mut expected = start.elapsed() * 2;
    while expected < PATIENCE && kdf.memory < MAX_CHOSEN_KIB && 2 * kdf.bytes() <= most {
        kdf.memory *= 2;
        expected *= 2;
    }
    kdf
}

/// The recommended parameters. If they need too much memory, less memory and more passes: the same work down to
/// 16 MiB. Never below the minimum of the format.
fn affordable(most_bytes: u64) -> Kdf {
    let mut kdf = Kdf::RECOMMENDED;
    while kdf.bytes() > most_bytes && kdf.memory > MIN_MEMORY_KIB {
        kdf.memory /= 2;
        kdf.passes = (kdf.passes * 2).min(MAX_PASSES);
    }
    kdf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_all_three_once_and_within_bounds() {
        let expected = Kdf {
            memory: 64 * 1024,
            passes: 3,
            lanes: 4,
        };
        assert_eq!(parse("m=64,t=3,p=4").ok(), Some(expected));
        assert_eq!(parse("p=4,m=64,t=3").ok(), Some(expected));
        for wrong in [
            "",
            "m=64",
            "m=64,t=3",
            "m=64,t=3,p=4,m=64",
            "m=64,t=3,p=",
            "m=64,t=3,x=1",
            "m=+64,t=3,p=4",
            "m=7,t=1,p=1",
            "m=1025,t=1,p=1",
            "m=1024,t=3,p=1",
            "m=64,t=17,p=4",
            "m=99999999999999999999,t=1,p=1",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn with_little_memory_the_passes_make_up_for_it() {
        for (mebibytes, memory, passes) in [
            (1 << 40, 64, 3),
            (64, 64, 3),
            (63, 32, 6),
            (16, 16, 12),
            (8, 8, 16),
            (0, 8, 16),
        ] {
            let kdf = affordable(mebibytes << 20);
            assert_eq!((kdf.memory / 1024, kdf.passes), (memory, passes));
            let (memory, passes) = (kdf.memory.into(), kdf.passes.into());
            assert!(Kdf::checked(memory, passes, kdf.lanes.into()).is_ok());
        }
    }

    #[test]
    fn measured_parameters_never_fall_below_the_recommendation() {
        let kdf = calibrate();
        assert!(!is_weak(kdf) && kdf.memory <= MAX_CHOSEN_KIB);
    }
}
