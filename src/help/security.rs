//! The topic `security`: what `kluis` promises against which attacker, and what it does not. Tests compare it
//! with .github/SECURITY.md.

pub const TEXT: &str = "\
Protected against:
  an attacker who copies the file
      names, descriptions, values and dates are encrypted with XAES-256-GCM and
      padded; a passphrase is stretched with Argon2id (64 to 256 MiB, measured
      to about half a second); a token has 256 random bits
  an attacker who changes the file
      every part is signed with Ed25519 and checked before anything is shown;
      damage is exit code 5, never a wrong value
  an attacker who puts another vault in its place
      a passphrase or token recognises the vault's public key; a key file needs
      the pin, as in `KLUIS_PIN`, or your word for the public key
  an attacker who puts an older copy in its place
      this machine remembers the newest revision that it saw at each place,
      and at a new place that of all of them; it refuses an older one (exit
      code 5), unless you use `--accept-older`; in a git work tree where it was
      first seen, it only warns, once for each copy
  a colleague whose key is limited
      the key cannot open other workspaces, and a key that only reads cannot
      sign: `kluis` refuses its changes
  other users of the machine
      only you can read a new vault, and in a setgid folder that its group can
      write, that group; a value is never an argument; `kluis` forbids core
      dumps and, on Linux, reading its memory and environment; the agent serves
      only your processes and never returns a key
  a crash, a power cut, a full disk, a second writer
      a change is written beside the vault, made durable, and renamed over it
      under a lock; an acknowledged change is there, and the vault from before
      stays in `.NAME.prev` for `kluis vault restore`
  your own mistake
      a new value keeps the versions before, and a deleted secret keeps all of
      its own: `kluis rollback` and `kluis restore` bring them back.
      Values are destroyed only by `vault prune`, by `workspace delete --force`,
      by options that say so, such as `--forever`, `--replace` and `--slot`, and
      beyond the limits for past versions
  a repository that you clone
      its project file is followed only after you agreed to the vault and to
      each variable that it names, with `kluis trust` or when `kluis` asks;
      anything it adds asks again; `kluis helper` ignores it
  a colleague's branch, or any copy that you merge
      a part is taken only if it is signed by a key that your vault names and
      was made from yours; changes signed by a removed key are refused by name;
      wider hosts and new links are reported; none of your values is dropped,
      but for a scheduled or pending version that the other side took back
  names and values that are code
      nothing passes through a shell; text is escaped for terminals; variables
      that make programs run other code, such as `LD_PRELOAD` or `CC`, are
      refused unless you use `--allow-env`; those that redirect them, such as
      `DOCKER_HOST`, are given only by name. No such list is complete

Not protected against:
  Code that runs as you, or root
      It can read what you can, and wait until you unlock.
  A destination that is not the real one
      `kluis` believes the host of `--for`; only the program that connects could
      check it.
  The program that `kluis run` starts
      It can do what it wants with its environment, and its children inherit
      it. It runs as you: while the vault is unlocked it can ask the agent,
      and on Linux it can read the variables of your shell, KLUIS_TOKEN too.
      Give it a token for one workspace, and use `kluis lock` first.
  A machine that sleeps while the vault is unlocked
      The agent forgets its keys when the machine wakes, so they lie in its
      memory, and in the image of a hibernation, until then. Use `kluis lock`
      before, or encrypt the swap.
  A weak passphrase, once the file is stolen
      Argon2id makes guessing slow, not impossible.
  A short value whose checksum is shown
      JSON has the SHA-256 of each value, and an attacker can try all short
      values.
  An older copy on a machine that never saw the newer one
      That is a new machine, or one that lost its state; in a git work tree
      `kluis` only warns.
  A false vault made by a person whose key to the whole vault you removed
      An older key, on a machine that has not seen the new public key, takes
      it for the true one. `kluis key renew` of that key ends it, or the new
      pin; --leaked removes all those keys except yours.
  Values that a person has seen
      A removed key and an old passphrase still open older copies: change the
      values too. An old passphrase and an older copy open later copies as
      well, unless you changed the passphrase with --leaked.
  Replaced and deleted values
      They stay in the vault until you drop them, and then in `.NAME.prev`,
      backups and git history. Where only GIT_DIR names the repository, have git
      ignore `.NAME.prev`; elsewhere it lies in the git folder.
  A file system that cannot keep what was written
      Where one cannot confirm it (CIFS, shared folders of virtual machines),
      `kluis` warns; where one has no locks, or mounts the vault as a single
      file, `kluis` only reads.
  Traces in memory
      `kluis` wipes what it holds, but cannot promise it for every copy. A value
      as a file may go to swap: encrypt the swap.
  Quantum computers
      X25519 and Ed25519, which protect the keys and sign the file, are not
      post-quantum: do not publish a vault whose secrets must last for decades.

Without a key, the file shows that it is a Kluis vault; how many keys it has,
their kinds, and the cost of Argon2id; how many workspaces, secrets and
versions there are, and their padded sizes; which record changed between two
copies; and revisions, so how often it was changed. Ids are random and contain
no time.

How each promise is kept, and the test that shows it, is in .github/SECURITY.md
of the source, and how to report a weakness. `kluis help team` shows how to
share a vault.";
