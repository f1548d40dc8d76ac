//! The topic `security`: what `kluis` promises against which attacker, and what it does not. Tests compare it
//! with README.md and .github/SECURITY.md.

pub const TEXT: &str = "\
Protected against:
  somebody who copies the file
      names, descriptions, values and dates are encrypted with XAES-256-GCM and
      padded; a passphrase is stretched with Argon2id (64 to 256 MiB, measured
      to about half a second); a token has 256 random bits
  somebody who changes the file
      every part is signed with Ed25519 and checked before anything is shown;
      damage is exit 5, never a wrong value
  somebody who puts a vault of their own in its place
      the passphrase or token recognises the vault's public key; an identity
      needs it pinned, as by `KLUIS_PIN`
  somebody who puts an older copy in its place
      this machine has seen how far the vault had come: exit 5, unless
      `--accept-older`; where it lay in a git work tree, only a warning
  somebody whose key is for less
      a workspace that it does not reach it cannot open, and what it may only
      read it cannot sign: nobody accepts a change from it
  other users of the machine
      the file is private to its owner; no value is ever an argument; kluis
      forbids core dumps and, on Linux, the reading of its memory and
      environment; the agent serves your processes alone and never returns a key
  a crash, a power cut, a full disk, a second writer
      a change is written beside the vault, made durable, then renamed over it
      under a lock; what was acknowledged is there, and the bytes before it stay
      in `.NAME.prev`, which `kluis vault restore` brings back
  a repository that you clone
      its project file is followed only for a vault in its own folder, links
      resolved; for any other once you agreed to this very content with
      `kluis trust`
  names and values that are code
      nothing is given to a shell; text is escaped for terminals; `LD_PRELOAD`,
      `PATH` and their like are refused as environment keys unless `--allow-env`
      says otherwise

Not protected against:
  Code that runs as you, or root
      It can read what you can, and wait until you unlock.
  A destination that is not the real one
      `--for` is the caller's own word; only something that makes the connection
      could check it.
  The program that `run` starts
      What it does with its environment is its own affair, and its children
      inherit it.
  A weak passphrase, once the file is stolen
      Argon2id makes guessing slow, not impossible.
  A short value whose checksum is shown
      JSON tells the SHA-256 of each value, and whoever sees it can try all
      short ones.
  An older copy, where the newer one was never seen
      That is a fresh machine, or one that lost its state; in git it is only a
      warning.
  What somebody has seen
      A key that is removed and a passphrase that is changed still open older
      copies: change the values too.
  Deleted values in copies
      They are in `.NAME.prev` until the next change, and in backups and a
      repository's history.
  Traces in memory
      Keys and values are wiped where Kluis holds them, but no program can
      promise that for every copy.
  Quantum computers
      X25519 and Ed25519, which give the keys to tokens and passphrases and sign
      the file, are not post-quantum: do not publish a vault whose secrets must
      last for decades.

What the file shows without a key: that it is a Kluis vault; how many keys it
has, their kinds, and the parameters of Argon2id; how many workspaces, secrets
and versions there are and their sizes, padded; which record changed between two
copies; and revisions, so how often it was changed. Ids are random and tell no
time.

How each promise is kept, and the test that shows it, is in .github/SECURITY.md
of the source, and how to report a weakness.

To share a vault with a colleague, neither of you tells the other a secret. The
colleague makes an identity and gives away its public half; you admit it, and
say the vault's public key, which the colleague pins:

    kluis key new
    kluis key add --recipient \"$PUBLIC_HALF\" --label grace
    kluis vault verify
    KLUIS_PIN=\"$VAULT_KEY\" kluis list

`--workspace` and `--read-only` limit what the key reaches; `kluis key remove`
takes it away.";
