//! Checks the vault's keys: the strength of a passphrase, the loss of a key, and whether an older copy would be
//! noticed. It unlocks only with credentials at hand; it never asks and remembers nothing.

use super::finding::Finding;
use super::{deleted, links};
use crate::args::kdf::is_weak;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::keyring;
use crate::report::counted::counted;
use crate::sealed::header::Header;
use crate::sealed::key::Lock;
use crate::settings::directories::state_directory;
use crate::store::file::FileStore;
use crate::vault::key::Key;
use crate::vault::time::Timestamp;
use crate::vault::{self, Scan, Vault};

const RECOVERY: &str =
    "`kluis key add --token --full --label recovery` adds a token; keep it away from this computer";

pub fn examine(context: &mut Context, store: FileStore, header: &Header) -> Vec<Finding> {
    let mut findings = vec![kdf(header)];
    let remembered = remembered(context, header);
    let opened = Vault::open(Box::new(store), Scan::Lookup, |header| {
        context.keyring(header)
    });
    match opened {
        Ok(vault) => {
            findings.push(Finding::ok(
                "unlock",
                format!("the vault opens with {}", vault.key()),
            ));
            findings.push(of_vault(&vault, context.now));
            findings.push(age(context, &vault).unwrap_or(remembered));
            findings.extend(deleted::examine(&vault, context.now));
            findings.extend(links::examine(&vault));
        }
        Err(error) => {
            findings.push(locked(&error));
            findings.extend(single_line(header));
            findings.push(remembered);
        }
    }
    findings
}

/// Everyone who has the file can see the parameters, an attacker too.
fn kdf(header: &Header) -> Finding {
    let keys = header.content().keys.iter();
    let kdfs = keys.filter_map(|key| match &key.lock {
        Lock::Passphrase { kdf, .. } => Some((key.id, *kdf)),
        Lock::Token { .. } | Lock::Identity => None,
    });
    let (weak, strong): (Vec<_>, Vec<_>) = kdfs.partition(|(_, kdf)| is_weak(*kdf));
    if let Some((key, kdf)) = weak.first() {
        let mebibytes = kdf.memory / 1024;
        return Finding::warn(
            "kdf",
            format!(
                "the passphrase of {key} is cheap to guess: each try needs {mebibytes} MiB of memory, and RFC 9106 recommends 64 MiB or more"
            ),
            format!(
                "`kluis key passphrase --key {key}` sets a passphrase with as much work as this machine does in half a second"
            ),
        );
    }
    let least = strong.iter().map(|(_, kdf)| kdf.memory / 1024).min();
    Finding::ok(
        "kdf",
        match least {
            None => "no key is a passphrase".to_owned(),
            Some(least) => format!("each try at a passphrase needs {least} MiB of memory or more"),
        },
    )
}

fn locked(error: &Error) -> Finding {
    let is_unasked = matches!(
        error,
        Error::Locked | Error::LockedKeyFile | Error::NoKey { .. }
    ) || matches!(
        error,
        Error::Vault(vault::Error::Keyring(keyring::Error::NoPassphraseKey))
    );
    if is_unasked {
        return Finding::warn(
            "unlock",
            "the vault is locked, so its keys were not checked",
            "run `kluis unlock` or set KLUIS_TOKEN, then run `kluis doctor` again",
        );
    }
    Finding::of_error("unlock", error)
}

/// The keys that can unlock, if only their number is known.
fn single_line(header: &Header) -> Option<Finding> {
    let [key] = &header.content().keys[..] else {
        return None;
    };
    let finding = format!(
        "{} is the only key: if you lose it, you lose the vault",
        key.id
    );
    Some(Finding::warn("keys", finding, RECOVERY))
}

fn of_vault(vault: &Vault, now: Timestamp) -> Finding {
    let keys = match vault.keys().map_err(Error::from) {
        Ok(keys) => keys,
        Err(error) if error.exit() == Exit::Denied => {
            let finding = "this key does not have full access, so the other keys were not checked";
            return Finding::ok("keys", finding);
        }
        Err(error) => return Finding::of_error("keys", &error),
    };
    judge(&keys, now)
}

fn judge(keys: &[Key], now: Timestamp) -> Finding {
    let lasting = |key: &&Key| key.has_full_access() && !key.has_expired(now);
    let full: Vec<&Key> = keys.iter().filter(lasting).collect();
    if let [only] = &full[..] {
        let finding = format!(
            "{} ({}) is the only key with full access: if you lose it, you lose the vault",
            only.label,
            only.kind.text()
        );
        return Finding::warn("keys", finding, RECOVERY);
    }
    if let Some(over) = keys.iter().find(|key| key.has_expired(now)) {
        let finding = format!(
            "{} ({}) has expired and is still in the vault",
            over.label, over.id
        );
        let hint = format!("`kluis key remove {}` removes it", over.id);
        return Finding::warn("keys", finding, hint);
    }
    let (all, full) = (keys.len(), full.len());
    let keys = counted(all, "key");
    Finding::ok("keys", format!("{keys}, {full} with full access"))
}

/// The state of this machine's memory of the vault.
fn remembered(context: &mut Context, header: &Header) -> Finding {
    let check = "rollback";
    if state_directory().is_none() {
        return Finding::warn(
            check,
            "there is no state directory, so kluis would not notice if the vault were replaced by an older copy",
            "set HOME or XDG_STATE_HOME, or set KLUIS_PIN to what `kluis vault verify --pin` prints",
        );
    }
    let is_new = !context.rollback_guard.recall(header).knows_anything();
    if let Some(problem) = context.rollback_guard.problem(header) {
        return Finding::warn(
            check,
            format!(
                "{problem}, so kluis would not notice if the vault were replaced by an older copy"
            ),
            "the next command that opens the vault repairs the file; compare the revision that `kluis vault verify` prints here and on another machine",
        );
    }
    if is_new {
        return Finding::ok(
            check,
            "the vault has not been opened on this machine yet; once it has, kluis notices an older copy",
        );
    }
    Finding::ok(check, "kluis would notice an older copy of the vault")
}

/// Whether it is an older copy.
fn age(context: &mut Context, vault: &Vault) -> Option<Finding> {
    if let Some(error) = context.other_key(vault.header().content(), &vault.histories()) {
        return Some(Finding::of_error("rollback", &error.into()));
    }
    let older = context.older(&vault.histories(), vault.workspaces())?;
    let older = Error::from(older);
    Some(if context.may_go_back() {
        Finding::advice_of_error("rollback", &older)
    } else {
        Finding::of_error("rollback", &older)
    })
}
