//! The sealed format, version 1: bytes ↔ bytes, no I/O, no clock. This page is its specification. It suffices to
//! write another reader, and `tests/vectors/` has files to test one with.
//!
//! # Text
//!
//! A vault is UTF-8 text, one JSON object per line, each line ended by `\n`. It has **one spelling**: the members
//! have the order below, without white space and without escapes; none is left out or added, except those with
//! `?`. Any other spelling is damage. In the lines below
//!
//! - `N` is a decimal number from 0 to 2⁵³−1 without sign and without leading zeros;
//! - `B` is base64 (RFC 4648, section 4) without `=`; the bits left over in its last character are zero. A number
//!   after it, as in `B32`, is its length in bytes;
//! - `vlt_…`, `key_…`, `wsp_…`, `sec_…` and `app_…` are ids: the prefix and 26 characters of
//!   `0123456789ABCDEFGHJKMNPQRSTVWXYZ`, a big-endian number of 128 bits (so the first is at most `7`). Keys,
//!   signatures and associated data contain an id as this text.
//!
//! # The lines
//!
//! The header: its first line, the keys, the workspaces, the changes of its key, its last line. No id occurs
//! there twice.
//!
//! ```text
//! {"kluis":1,"vault":"vlt_…","verify":"B32"}
//! {"key":"key_…","kind":"passphrase","kdf":{"argon2id":{"m":N,"t":N,"p":N}},"salt":"B16","commit":"B32","public":"B32","not_after"?:N,"anchor":"B","grant":"B","about":"B"}
//! {"key":"key_…","kind":"token","salt":"B16","commit":"B32","public":"B32","not_after"?:N,"anchor":"B","grant":"B","about":"B"}
//! {"key":"key_…","kind":"identity","public":"B32","not_after"?:N,"grant":"B","about":"B"}
//! {"key":"key_…","kind":"…",…,"about":"B"}
//! {"workspace":"wsp_…","verify":"B32","wrapped":"B","about":"B","section":[N,"B20"]}
//! {"succession":"B32","to":"B32","header":N,"signature":"B64"}
//! {"header":N,"ancestors":[[N,"B20"],…],"signature":"B64"}
//! ```
//!
//! The fourth is a key of a kind that only a later version knows: its kind is 1 to 32 of `a-z 0-9 -`, and none of
//! the three above. A reader ignores the text between that and the last `,"about"`; it has no control character.
//! These lines come after those of the other keys.
//!
//! Then one section for each workspace, in the order of their lines, and nothing after the last. A section has a
//! first line, a directory, a seal and pages.
//!
//! ```text
//! {"section":"wsp_…"}
//! {"page":"B32","sha256":"B32","bytes":[N,N]}
//! {"seal":N,"section":"wsp_…","ancestors":[[N,"B20"],…],"bytes":N,"header":[N,"B20"],"signature":"B64"}
//! {"index":"B","records":["sec_…","app_…",…],"sha256":"B32"}
//! {"values":["B",…]}
//! {"links":"B"}
//! ```
//!
//! A page is 1 to 64 records: an index line, and a line for each of them in the order of its `records`, with
//! `values` for a secret and `links` for an app. The index line's `sha256` is that of these lines, line ends
//! included. The page's line in the directory says the index of its first record, the SHA-256 of its index line,
//! and two lengths, each from 1 to 999,999,999 bytes: that of the index line, and that of the other lines. Pages
//! lie behind the seal in the directory's order; the seal's `bytes` is the sum of their lengths. Records ascend,
//! within a page and from page to page, by their **index**, 32 bytes compared byte by byte; none occurs
//! twice. A section without records has no page.
//!
//! # Bounds
//!
//! The file has at most 256 MiB, the header 256 KiB; 256 keys, 8 of them passphrases; 128 workspaces; 64
//! changes of the header's key; 64 ancestors; m from 8,192 to 1,048,576 (KiB), t from 1 to 16, p from 1 to 16, and m·t at most 2,097,152.
//! A reader spends at most 4,194,304 KiB-passes (m·t, summed) on trying passphrases.
//!
//! # Primitives
//!
//! - `fields(a, b, …)`: for each field its length as four bytes, big-endian, and its bytes.
//! - `subkey(key, label, context…)`: HKDF-SHA-256 (RFC 5869) of 32 bytes of key, with an empty salt and
//!   the info `fields("kluis/1", label, context…)`, to 32 bytes.
//! - `pad(content)`: the content's length as four bytes, big-endian, the content, and zeros up to the
//!   rounded length of the whole. A length up to 1,024 is rounded up to a multiple of 64. A longer length
//!   L is rounded up to a multiple of 2^(E−S), with E = ⌊log₂ L⌋ and S = ⌊log₂ E⌋ + 1 (Padmé). Other
//!   lengths, and padding that is not zero, are damage.
//! - `seal(key, aad, content)`: a random nonce of 24 bytes ‖ the ciphertext of `pad(content)` ‖ a tag of 16
//!   bytes, by XAES-256-GCM (C2SP): with K1 the first CMAC subkey of AES-256 under `key`, the message key
//!   is AES(key, (00 01 58 00 ‖ nonce[0..12]) ⊕ K1) ‖ AES(key, (00 02 58 00 ‖ nonce[0..12]) ⊕ K1), under
//!   which AES-256-GCM encrypts with nonce[12..24] and the associated data `aad`.
//! - `sign(seed, part, workspace, digest)`: Ed25519 (RFC 8032) over `fields("kluis/1", part, vault,
//!   workspace, digest)`. Verified strictly: a public key or an R of small order, and an S that is not
//!   reduced, are refused; the equation is the one without the cofactor.
//!
//! # From what someone has to a seed
//!
//! Every key comes down to 32 bytes, its seed.
//!
//! - **Passphrase**: 1 to 1,024 bytes of UTF-8 as typed, normalised to NFKC; Argon2id (RFC 9106), version
//!   0x13, with the line's m, t, p and salt, no secret and no associated data, to 32 bytes.
//! - **Token**: `kls_` and 70 digits of base 62 (`0-9A-Za-z`, in this order), a big-endian number: the key's
//!   id (16 bytes) ‖ a secret (32) ‖ the CRC-32 (of ISO 3309, as in zlib; four bytes, big-endian) of `kls_`
//!   ‖ id ‖ secret. The seed is HKDF-SHA-256 of the secret, with the line's salt and the info
//!   `fields("kluis/1", "token", vault, key)`, to 32 bytes.
//! - **Identity**: 32 random bytes that their owner keeps, for any number of vaults. This format does not say how
//!   they are kept: see [`identity`](crate::keyring::identity).
//!
//! `not_after` is a time, at most 253,402,300,799,999: from then on an honest reader refuses the key (10).
//!
//! The members of the line that depend on a seed, in the order in which a reader uses them:
//!
//! - `commit` is `subkey(seed, "commit", vault, key)`. It is compared first, in constant time: AES-GCM does
//!   not commit to its key. Another commitment is a wrong passphrase or a wrong token.
//! - `anchor` is `seal(subkey(seed, "anchor", vault, key), aad, verify)`, with `verify` the 32 bytes of the
//!   header's verify key and the aad `fields("kluis/1", "anchor", vault, "", key, "")`. Only a holder of the seed
//!   can have written it: **a header to which that key does not lead is forged**. An identity has no anchor; a
//!   reader with an identity must know the verify key from elsewhere.
//! - `public` is an X25519 public key. The pair is `DeriveKeyPair` (RFC 9180, section 7.1.3, for
//!   DHKEM(X25519, HKDF-SHA256)) of the input `subkey(seed, "x25519")`, which has no context.
//! - `grant` is HPKE (RFC 9180) in base mode, one message: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001,
//!   AES-256-GCM 0x0002; encapsulated key (32 bytes) ‖ ciphertext and tag. The info is `fields("kluis/1",
//!   "grant", vault)`. The aad is the key's line without its sealed members: from `{` up to before `,"anchor"`,
//!   or before `,"grant"` for an identity. The plaintext is `pad(text)`, with one of
//!
//! ```text
//! {"root":"B32","header":"B32"}
//! {"workspaces":[{"workspace":"wsp_…","read":"B32","sign":"B32"},…]}
//! ```
//!
//! The first is full access: the root key and the seed that signs headers. The second gives the keys of some
//! workspaces, none of them twice; without `,"sign":"B32"` for reading only. A reader ignores a workspace in it
//! that the header no longer has.
//!
//! # Keys and places
//!
//! There are four kinds of random keys of 32 bytes: the root key, the header's signing seed, and for each
//! workspace a read key and a signing seed. Signing seeds are Ed25519 seeds, used directly; the others are used
//! only through subkeys. The aad is always `fields("kluis/1", purpose, vault, workspace, record, slot)`. A field
//! that does not apply is empty; a slot is its number in decimal.
//!
//! | what | sealed under | purpose | workspace | record | slot |
//! |---|---|---|---|---|---|
//! | a key's `about` | `subkey(root, "about", vault)` | `key` | | key | |
//! | `wrapped` | `subkey(root, "wrap", vault)` | `wrapped` | yes | | |
//! | a workspace's `about` | `subkey(read, "workspace", vault, workspace)` | `workspace` | yes | | |
//! | a page's `index` | `subkey(read, "meta", vault, workspace)` | `index` | yes | the first index, as base64 | |
//! | an app's `links` | `subkey(read, "meta", vault, workspace)` | `links` | yes | app | |
//! | one of `values` | `subkey(read, "value", vault, workspace)` | `value` | yes | secret | yes |
//!
//! `wrapped` contains 64 bytes, the read key and the signing seed. One of `values` contains a value.
//!
//! The others contain JSON in one spelling too: members in this order, no white space, numbers without fraction
//! or exponent; in texts `"`, `\` and characters below U+0020 escaped (`\"` `\\` `\b` `\f` `\n` `\r` `\t`, else
//! `\u00` and two lower-case hex digits), nothing else. A member with `?` is absent where its value would be the
//! usual one, and never null.
//!
//! ```text
//! a key        {"label":"…","created_at":T,"workspaces"?:[{"workspace":"wsp_…","write":true|false},…]}
//! a workspace  {"name":"…","description":"…","created_at":T,"updated_at":T}
//! an index     [entry,…]
//!   a secret   {"name":"…","description"?:"…","env_key"?:"…","allowed_domains"?:["…",…],"rotate_every"?:N,"expires_at"?:T,
//!               "slots":[{"slot":N,"checksum":"B32","written_at"?:T,"pending"?:true},…],
//!               "apps"?:[{"app":"app_…","workspace":"wsp_…","env_key":"…"},…],"created_at":T,"updated_at"?:T,"deleted_at"?:T}
//!   an app     {"name":"…","created_at":T,"updated_at"?:T}
//! links        [{"env_key":"…","workspace":"wsp_…","secret":"sec_…"},…]
//! ```
//!
//! `T` is milliseconds since 1970 (to 253,402,300,799,999, the end of 9999). A slot's number is a Unix second,
//! `rotate_every` a number of seconds. A checksum is the SHA-256 of the value. The usual is: an empty description
//! and empty lists; no `rotate_every`, `expires_at`, `pending` and `deleted_at`; for `env_key` the name with `a-z`
//! as `A-Z`, with `_` for all that is no letter or digit, and with `_` before a digit at its beginning; for
//! `written_at` and `updated_at` the date of `created_at`.
//!
//! An index has an entry for each of the line's `records`, in their order: a secret's for `sec_…`, an app's for
//! `app_…`. Ciphertext *i* of `values` belongs to slot *i* of its secret's entry, where slots ascend. The index of
//! a record is the HMAC-SHA-256, under `subkey(read, "index", vault, workspace)`, of a word, a zero byte and a
//! text: `secret` and the name; `deleted` and the id, for a secret with `deleted_at`; `app` and the name.
//!
//! **Digests.** Where two copies are compared, as in `git diff`, a value is shown as the first 4 bytes, in hex,
//! of the HMAC-SHA-256, under `subkey(read, "digest", vault, workspace)`, of `value`, a zero byte, the secret's
//! id, a space and the checksum in hex. No file contains such a digest: without the read key it confirms no
//! guess.
//!
//! **Apps.** An app lives in one workspace. Its links give it secrets of any workspace, each as one variable. A
//! link counts only if the secret is not deleted and its `apps` name the app, its workspace and the variable.
//! Other entries of `apps` give nothing; in a deleted secret they are the links that were removed.
//!
//! **Slots.** The effective value is that of the greatest slot that has begun and is not `pending`. A slot has
//! begun if its second has passed; or if it is not later than its `written_at`, and that is at most five minutes
//! ahead of the reader's clock. A value that is effective at once gets the slot max(now, s + 1), where s is the
//! greatest that has begun, and a `written_at` not before it.
//!
//! # Signatures, revisions, ancestors
//!
//! The digest of a part, header or section, is the SHA-256 of its bytes from its first line to its signing line,
//! up to before `,"signature"`. The header is signed as `sign(header seed, "header", "", digest)` and verified
//! with the key in its own first line; a section as `sign(workspace seed, "section", workspace, digest)`, and
//! verified with the `verify` of its workspace's line. A section's signature covers its directory, and through
//! its hashes every record.
//!
//! **Succession.** When the header gets another key, the old one may sign for it: a line says that `to` comes
//! after `succession` from the revision `header` on. It is signed as `sign(seed of the old key, "succession", "",
//! SHA-256(fields(succession, to, header)))`, with both keys as their 32 bytes and the revision in decimal. The
//! lines are a chain: `header` ascends, from 2 to the header's own revision; each `to` is the next line's
//! `succession`, the last one is `verify`, and no key comes twice. Of more than 64 lines the header keeps the
//! last 64. A key **leads to** the header if it is `verify`, or if it is the `succession` of a line and the
//! signatures of that line and of all after it are valid.
//!
//! A pair `[N,"B20"]` names a part: its revision, and the first 20 bytes of a digest. For a header that is its
//! digest as above; for a section the SHA-256 of its bytes from its first line up to before `,"header"` in its
//! seal. (So a section's name is known before the name of its header, and each can name the other.)
//!
//! The revision of a part is `header` in the header and `seal` in a section. It is 1 for a new part, else one
//! more than the greatest in its `ancestors`. A part's ancestors are the part that it replaces, and the ancestors
//! of that; after a merge, those of both sides. They ascend by revision, then by digest, none twice. Of more than
//! 64 the part lists the last 64. So no revision is left out between the first and the last; and a list of fewer
//! than 64 begins with revision 1.
//!
//! A part **follows** a pair if the pair names it, if the pair is one of its ancestors, or if the list is too
//! short to decide: it has 64 ancestors, and the pair's revision is not greater than that of the first. Otherwise
//! the pair is newer, or belongs to another history, a *fork*.
//!
//! A seal's `header` names the header that it was written under; a workspace's `section` in the header names its
//! section when the header was signed. The header must follow the first, and the section the second. Otherwise
//! the section is of another age.
//!
//! # Reading
//!
//! A reader checks in this order. The first check that fails is the error, and nothing is shown before the last.
//!
//! 1. The first line: [`Part::FirstLine`] unless it begins `{"kluis":` and a number from 1 to 2⁶⁴−1; a
//!    greater version than 1 is [`Error::Unsupported`], whatever follows. The header ends with the first
//!    line that begins `{"header":`.
//! 2. The header's lines, their bounds, ids that occur twice: [`Part::Key`] or [`Part::Workspace`] inside
//!    such a line, else [`Part::Header`]. Parameters out of bounds are [`Error::Kdf`], before any work.
//! 3. The header's signature: [`Part::HeaderSignature`].
//! 4. For each workspace its section's first line, directory (ascending), seal, and their sums:
//!    [`Part::Section`]; its signature: [`Part::SectionSignature`]; its age: [`Part::SectionAge`]. The reader
//!    skips the records by `bytes`.
//! 5. The end of the last section is the end of the file: [`Part::End`].
//! 6. The passphrase or token, against `commit`; then whether `anchor` leads to the header: [`Error::Forged`];
//!    then `grant`, and for full access every `wrapped`. One that does not open, or has a wrong spelling or
//!    length, is [`Part::Key`] or [`Part::Workspace`]. A writer that signs with a seed checks that it belongs to
//!    its `verify`. For an identity: whether the key known from elsewhere leads to the header, else
//!    [`Error::Forged`]; then the keys with its `public`, of which the first with full access counts, else the
//!    first that opens.
//! 7. The `about` of each workspace that the key reaches; two of one name are damage: [`Part::Workspace`].
//! 8. The page that can contain the index: the last whose first index is not greater. Its index line, whose
//!    length and hash are the directory's; its sealed entries, one for each record: [`Part::Page`]. A reader that
//!    enumerates does this for every page, and checks that the indexes ascend, the first is the directory's, and
//!    all are below the next page's first. A reader does the same for one page before it reports that a name is
//!    absent. A reader that opens every value also checks the hash of the other lines and the spelling of each; a
//!    writer does so for every page of the file, before step 6.
//! 9. The record: [`Part::Record`] unless all of the next paragraph is true. A lookup of one record does not need
//!    the hash of the page's lines: associated data and checksum bind each value to its place.
//! 10. Before anything is shown or written: the key's `not_after`, if it has one, must be in the future.
//!
//! **Checked again after opening**, because a writer of a workspace may be hostile: as many ciphertexts as slots,
//! 1 to 100 and ascending, at most one of them pending; a value has 1 to 65,536 bytes and its slot's checksum;
//! and the fields:
//!
//! - a secret's name: 1 to 128 of `A-Z a-z 0-9 _ + = - @ # $ .`, the first no `-`, not `.` or `..`;
//! - the name of a workspace or an app: 1 to 63 of `A-Z a-z 0-9 _ . -`, the first a letter or a digit;
//! - neither is shaped like an id: one of the five prefixes in any case, then 26 ASCII letters and digits
//!   other than I, L, O and U in any case;
//! - an environment key: 1 to 255 of `A-Z a-z 0-9 _`, the first no digit; an app's links ascend by theirs, a
//!   secret's `apps` by app, workspace and variable;
//! - a description: at most 1,024 characters, none below U+0020 but U+0009 and U+000A;
//! - allowed domains: at most 100, ascending byte by byte; each at most 253 characters, labels between
//!   dots, of 1 to 63 of `a-z 0-9 -`, with no `-` at either end; `*.` may come before them;
//! - `rotate_every`: 1 to 3,153,600,000 seconds;
//! - times: as above.
//!
//! `values` and `links` are any text without a quotation mark for step 8, and base64 when they are decoded, for
//! step 9. Opening everything also refuses an id that occurs twice, in one workspace or in two. With full access,
//! opening everything also opens every `about` of a key; nothing else above depends on it.
//!
//! A key's label is one line of 1 to 63 characters, without control and format characters, and no key's id. A key
//! whose `about` does not open or breaks a rule may reach anything: a writer can remove it, and never grants it
//! anew.
//!
//! The order of one page proves that a name is absent. A reader searches for an id as text in the index lines of
//! every workspace that the key reaches, and checks each of these lines before it reports that the id is absent.
//! An id that occurs twice is damage.
//!
//! # What a writer does
//!
//! It reads everything first, as above, and writes nothing if that fails. Every seal takes a new random nonce,
//! every id new random bits. An unchanged section keeps its bytes; in a changed section so do unchanged pages,
//! and the lines of unchanged records. A key of a later kind keeps its line; a header that would have to grant it
//! anew is not written. A changed part lists the part that it replaces, and that one's ancestors. A new header
//! names each section in its present state, changed or not. A page splits in halves above 64 records, and below
//! 16 joins the one before it (the first page joins the one after it) if they fit in one. There is at least one
//! key, and the workspace `default`. A writer reads the new file back and opens it before it counts. Only this
//! version is written; a change of any rule here is another version.
//!
//! # What stays visible
//!
//! The numbers of keys, workspaces, secrets, slots and apps; the kinds of keys and their parameters; sizes in the
//! steps of the padding; revisions, and between two copies which values changed, and which pages did. Ids reveal
//! no time and no name; equal names in two workspaces have different indexes. X25519 and Ed25519 are not
//! post-quantum: an attacker who keeps a copy may one day open its grants.
//!
//! # Attackers and what refuses them
//!
//! **An attacker with a copy** reads only the above. They can guess a passphrase, at Argon2id's price for each
//! guess, but not a token. Not prevented: keeping the copy until the passphrase is known.
//!
//! **An attacker who can change the file and has no key**: a changed bit, a cut, anything appended, a line moved,
//! dropped or doubled breaks a signature (3, 4), the sums and the end (4, 5), or the hash of a page (8). A lookup
//! reads one page: it gives the value, or fails, and is right whatever else the file contains. A reader refuses
//! parameters that would cost it its memory or its day, before any work (2). Not prevented: deleting the file;
//! putting back an older whole file.
//!
//! **An attacker who puts back an older part**: an older header under newer sections, and an older section under
//! a newer header that knows a later one, are of different ages (4), and so is a part of another history. A
//! section of a deleted workspace has no line. Not refused here: a section that is older, but not older than the
//! header knows; and an older copy of the whole file. Both are authentic. A reader that knows an earlier name of
//! a part, remembered or given, refuses the part if it does not follow it. No other reader can, and no reader can
//! if more than 64 revisions lie between the two.
//!
//! **An attacker who mixes vaults, workspaces or records**: signatures name vault and workspace (3, 4), and so do
//! subkeys and associated data, down to record and slot. A ciphertext sealed for another place does not open (9),
//! even if a permitted writer signs it here.
//!
//! **An attacker who knows a public key** can encrypt to it, and so make a whole vault whose grant the key's
//! holder opens. With another vault id the commitment differs. With the vault's id, and `commit` and `anchor`
//! copied, the anchor names the true header key: forged (6). A grant opens for its own line alone, with its kind,
//! parameters, salt and commitment; an anchor for its own key. Not prevented for an identity: see `anchor`.
//!
//! **A holder of a key for reading** can open and seal, and has no seed to sign with that the header names (4).
//! They derive nothing of another workspace, and open no `wrapped`. Not prevented: passing on what they read.
//!
//! **A holder of a key for writing one workspace** can sign anything there. A broken structure is found when the
//! section or the page is read (4, 8), a broken rule when the record is opened (9), for the workspace's own
//! readers alone. Everyone else's workspaces open as before, except that a broken *section* makes every reader
//! refuse the file. The key signs no other section and no header, and cannot rename its workspace, because the
//! header has its name. An app of another workspace gets none of its secrets by that app's links alone, and an
//! app here gets no secret of another workspace by its own: a link needs both sides. An environment key such as
//! `LD_PRELOAD` keeps every rule here; a program that sets environment variables must refuse it. Not prevented:
//! replacing values; putting its own older records back as a new revision, or naming ancestors whose changes it
//! dropped; filling the file; the last revision, 2⁵³−1, after which its section takes no change; spoiling its
//! section, so that the file does not open until it is repaired, or a page of it, so that no other writer can
//! write until the owner deletes the workspace; copying another secret's id, so that neither secret is found by
//! it. All its writers share one seed: nothing shows which of them wrote.
//!
//! **A holder of an expired key**: every honest reader refuses the key, as far as its clock is right. Nothing
//! else does: with another program the key opens and signs as before, until it is removed.
//!
//! **A holder of a removed key** has no line. The key's workspaces have other keys: new content does not open for
//! it, and its signatures and the sections that it once saw are refused (4). Not prevented: reading what it could
//! read then, in any copy. Before its removal it could spoil its workspace, so that nothing of it can be sealed
//! again: then only deleting the workspace takes the key away from it.
//!
//! **A holder of removed full access** knows the seed of the old header key; so does a thief of an old copy and
//! its passphrase. With the seed they can sign a header of their own, or a line that names a key of their own as
//! the next. A reader that knows the new key, remembered or given, refuses that: the old one does not follow it.
//! A pin does not help if it names a key which the reader remembers as replaced. Where no line says that the new
//! key comes after the old one, nothing leads from the old key to the true header, and each of the others must be
//! issued again. Not prevented: a reader that knows only the old header key accepts their vault. That includes
//! the holder of any passphrase or token that existed then, on a machine without memory: the anchor is in the
//! line of the key, and the attacker can put back the old line. Only another passphrase or token under the same
//! id ends that. Nor is prevented what they did before the removal, such as a key whose grant reaches further
//! than its `about` says, or the last revision of the header, 2⁵³−1. New keys for everything end the former.

pub mod aad_context;
pub mod derive;
pub mod entry;
pub mod error;
pub mod file;
pub mod grant;
pub mod header;
pub mod history;
pub mod id;
pub mod index;
pub mod kdf;
pub mod key;
pub mod line;
pub mod meta;
pub mod mishap;
mod padding;
pub mod page;
#[cfg(test)]
mod published;
pub mod random;
#[cfg(any(test, fuzzing))]
pub mod recompute;
pub mod record;
mod sealed_bytes;
pub mod section;
pub mod seed;
pub mod sign;
pub mod succession;
pub mod xaes;

pub use error::{Error, Part};
pub use sealed_bytes::SealedBytes;

#[cfg(test)]
mod tests {
    use super::derive::Key;
    use super::grant::{Grant, Granted};
    use super::index::IndexKey;
    use super::kdf::Passphrase;
    use super::seed::Seed;
    use super::xaes::Xaes;
    use serde::Serialize;
    use static_assertions::assert_not_impl_any;
    use std::fmt::{Debug, Display, LowerHex};

    // No code prints or serialises a key by mistake, or compares one in a time that depends on it.
    assert_not_impl_any!(Key: Debug, Display, LowerHex, Serialize, Copy, AsRef<[u8]>, PartialEq);
    assert_not_impl_any!(Seed: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(Xaes: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(IndexKey: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(Grant: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Granted: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Passphrase: Debug, Display, Serialize, Clone, PartialEq);
}
