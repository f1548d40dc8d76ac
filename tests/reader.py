"""A second reader of sealed vaults, version 1, written from the module documentation of src/sealed/mod.rs
and from nothing else: what it opens and refuses as kluis does, the specification says completely.

For each line {"file": …, "unlock": {"token" or "passphrase" or "identity": …}} on stdin it opens everything in
the vault and prints what came of it. Steps in comments are those of "Reading". It is for tests: it compares
without constant time and keeps keys in plain memory.
"""
import base64, hashlib, hmac, json, re, string, sys, time, unicodedata, zlib
from contextlib import contextmanager
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.ciphers import aead, algorithms
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
class Refused(Exception):
    """A word for what is wrong, and the part where that is known."""
@contextmanager
def inside(*part):
    """Whatever fails in here is damage of this part."""
    try:
        yield
    except (ValueError, InvalidSignature, InvalidTag, RecursionError) as error:
        raise Refused("damaged", " ".join(part)) from error
def check(condition):
    if not condition:
        raise ValueError

# Text. A shape says how JSON is spelled and what it means: members in their order (with `?` where they may
# be absent), a list of one shape, or a rule that takes a value and gives what it stands for.
def spelled(content, shape):
    value = json.loads(content.decode())
    check(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == content)
    return shaped(value, shape)
def shaped(value, shape):
    if isinstance(shape, dict):
        check(type(value) is dict)
        shape = {name.rstrip("?"): of for name, of in shape.items() if name[-1] != "?" or name[:-1] in value}
        check(list(value) == list(shape))
        return {name: shaped(value[name], of) for name, of in shape.items()}
    if isinstance(shape, list):
        check(type(value) is list)
        return [shaped(item, shape[0]) for item in value]
    return shape(value)
def checked(rule):
    return lambda value: value if rule(value) else check(False)
def text(pattern):
    return checked(lambda value: type(value) is str and re.fullmatch(pattern, value, re.S))
def whole(first, last):
    return checked(lambda value: type(value) is int and first <= value <= last)
def decode(value, size=None):
    content = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    check(base64.b64encode(content).decode().rstrip("=") == value and size in (None, len(content)))
    return content
def ascends(all, most=2**28):
    check(all == sorted(set(all)) and len(all) <= most)
def lines(data):
    return re.findall(rb"([^\n]*)\n", data)
ID = "_[0-7][0-9A-HJKMNP-TV-Z]{25}"
VLT, KEY, WSP, SEC, APP = (text(kind + ID) for kind in ("vlt", "key", "wsp", "sec", "app"))
B, B16, B20, B32, B64 = (lambda value, size=size: decode(text(".*")(value), size) for size in (None, 16, 20, 32, 64))
SEALED = text(".*")  # base64 that is decoded when it is opened: until then it may be anything else
N = whole(0, 2**53 - 1)
T = whole(0, 253_402_300_799_999)
def REVISION(value):
    check(type(value) is list and len(value) == 2)
    return N(value[0]), B20(value[1])
def ANCESTORS(value):
    revisions = shaped(value, [REVISION])
    ascends(revisions, 64)
    numbers = [number for number, _ in revisions]
    check(all(later - earlier <= 1 for earlier, later in zip(numbers, numbers[1:])))
    check(not numbers or numbers[0] == 1 or numbers[0] > 1 and len(numbers) == 64)
    return revisions
FIRST = {"kluis": whole(1, 1), "vault": VLT, "verify": B32}
LOCK = {"salt": B16, "commit": B32, "public": B32, "not_after?": T, "anchor": B, "grant": B, "about": B}
PASSPHRASE = {"key": KEY, "kind": text("passphrase"), "kdf": {"argon2id": {"m": N, "t": N, "p": N}}, **LOCK}
TOKEN = {"key": KEY, "kind": text("token"), **LOCK}
IDENTITY = {"key": KEY, "kind": text("identity"), "public": B32, "not_after?": T, "grant": B, "about": B}
WORKSPACE = {"workspace": WSP, "verify": B32, "wrapped": B, "about": B, "section": REVISION}
SUCCESSION = {"succession": B32, "to": B32, "header": N, "signature": B64}
HEADER = {"header": N, "ancestors": ANCESTORS, "signature": B64}
LENGTH = whole(1, 999_999_999)
PAGE = {"page": B32, "sha256": B32, "bytes": [LENGTH]}
SEAL = {"seal": N, "section": WSP, "ancestors": ANCESTORS, "bytes": N, "header": REVISION, "signature": B64}
INDEX = {"index": SEALED, "records": [text("(sec|app)" + ID)], "sha256": B32}
VALUES, LINKS_LINE = {"values": [SEALED]}, {"links": SEALED}
NO_ID = r"(?!(?i:vlt|key|wsp|sec|app)_[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}\Z)"
NAME = text(NO_ID + r"(?!-|\.\.?\Z)[A-Za-z0-9_+=@#$.-]{1,128}")
PLAIN = text(NO_ID + "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
ENV_KEY = text("[A-Za-z_][A-Za-z0-9_]{0,254}")
DESCRIPTION = text("[^\0-\x08\x0b-\x1f]{0,1024}")
DOMAIN = text(r"(?=.{1,253}\Z)(\*\.)?((?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!\Z)|\Z))+")
DATES = {"created_at": T, "updated_at": T}
SLOT = {"slot": N, "checksum": checked(B32), "written_at?": T, "pending?": checked(lambda value: value is True)}
ABOUT = {"name": PLAIN, "description": DESCRIPTION, **DATES}
LATER = {"created_at": T, "updated_at?": T}
LINK = {"app": APP, "workspace": WSP, "env_key": ENV_KEY}
# The spelling belongs to the page, the rules of the fields to the record.
def loose(shape):
    if isinstance(shape, dict):
        return {name: loose(of) for name, of in shape.items()}
    return [loose(shape[0])] if isinstance(shape, list) else LOOSE.get(shape, shape)
LOOSE = {of: text(".*") for of in (NAME, PLAIN, ENV_KEY, DOMAIN)} | {DESCRIPTION: text("(?s:.*)"), T: N}
SECRET = {"name": NAME, "description?": DESCRIPTION, "env_key?": ENV_KEY, "allowed_domains?": [DOMAIN],
          "rotate_every?": whole(1, 3_153_600_000), "expires_at?": T, "slots": [SLOT], "apps?": [LINK], **LATER,
          "deleted_at?": T}
LOOSE[SECRET["rotate_every?"]] = N
APP_ENTRY, LINKS = {"name": PLAIN, **LATER}, [{"env_key": ENV_KEY, "workspace": WSP, "secret": SEC}]
FULL, SCOPED = {"root": B32, "header": B32}, {"workspaces": [{"workspace": WSP, "read": B32, "sign?": B32}]}

# Primitives.
def sha256(data):
    return hashlib.sha256(data).digest()
def fields(*all):
    all = [field.encode() if isinstance(field, str) else field for field in all]
    return b"".join(len(field).to_bytes(4, "big") + field for field in all)
def subkey(key, label, *context):
    return HKDF(hashes.SHA256(), 32, None, fields("kluis/1", label, *context)).derive(key)
def unpad(whole):
    end = 4 + int.from_bytes(whole[:4], "big")
    e = end.bit_length() - 1
    step = 64 if end <= 1024 else 2 ** (e - e.bit_length())
    check(-(-end // step) * step == len(whole) and not any(whole[end:]))
    return whole[4:end]
def unseal(key, aad, sealed):
    check(len(sealed) >= 24 + 64 + 16)
    one, two = (cmac.CMAC(algorithms.AES(key)) for _ in range(2))  # of one block each, that is AES(key, block ⊕ K1)
    one.update(b"\0\1X\0" + sealed[:12])
    two.update(b"\0\2X\0" + sealed[:12])
    return unpad(aead.AESGCM(one.finalize() + two.finalize()).decrypt(sealed[12:24], sealed[24:], aad))
def verify(public, signature, *signed):
    p, d = 2**255 - 19, -121665 * pow(121666, -1, 2**255 - 19)
    for point in (public, signature[:32]):
        y2 = (int.from_bytes(point, "little") % 2**255) ** 2
        check(y2 * (y2 - 1) * (d * y2 * y2 + 2 * y2 - 1) % p)  # zero for the points of small order, and for no other
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, fields("kluis/1", *signed))
KEM, HPKE = b"HPKE-v1KEM\0\x20", b"HPKE-v1HPKE\0\x20\0\1\0\2"  # RFC 9180
def extract(suite, salt, label, ikm):
    return hmac.digest(salt, suite + label + ikm, "sha256")
def expand(suite, secret, label, info, size):
    return HKDFExpand(hashes.SHA256(), size, size.to_bytes(2, "big") + suite + label + info).derive(secret)
def x25519_pair(seed):
    derived = expand(KEM, extract(KEM, b"", b"dkp_prk", subkey(seed, "x25519")), b"sk", b"", 32)
    private = x25519.X25519PrivateKey.from_private_bytes(derived)
    return private, private.public_key().public_bytes_raw()
def open_hpke(private, public, info, aad, message):
    shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(message[:32]))
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", shared), b"shared_secret", message[:32] + public, 32)
    context = b"\0" + extract(HPKE, b"", b"psk_id_hash", b"") + extract(HPKE, b"", b"info_hash", info)
    secret = extract(HPKE, shared, b"secret", b"")
    key, nonce = (expand(HPKE, secret, label, context, size) for label, size in ((b"key", 32), (b"base_nonce", 12)))
    return aead.AESGCM(key).decrypt(nonce, message[32:], aad)

# Reading.
def read_key(line):
    found = re.fullmatch(r'.{39},"kind":"([a-z0-9-]+)"[^\0-\x1f\x7f-\x9f]*,"about":"([^"]*)"}', line.decode())
    kind = {"passphrase": PASSPHRASE, "token": TOKEN, "identity": IDENTITY}.get(found[1]) if found else check(False)
    if not kind:
        check(len(found[1]) <= 32 and decode(found[2]) is not None)
        return {"kind": "to come", "public": None}
    key = spelled(line, kind)
    if "kdf" in key:
        m, t, p = key["kdf"] = key["kdf"]["argon2id"].values()
        if not (2**13 <= m <= 2**20 and 1 <= t <= 16 and 1 <= p <= 16 and m * t <= 2**21):
            raise Refused("kdf")
    return {**key, "aad": re.match(rb'.*?(?=,"anchor"|,"grant")', line)[0]}
def read_entries(content, ids):
    """The entries of an index in their one spelling; the rules of their fields are those of the record."""
    all = spelled(content, [dict])
    check(len(all) == len(ids))
    for entry, id in zip(all, ids):
        shaped(entry, loose(APP_ENTRY if id.startswith("app") else SECRET))
        usual = {"description": "", "allowed_domains": [], "apps": [], "slots": [], "updated_at": entry["created_at"]}
        check("" != entry.get("env_key") and not any(entry.get(name) == value for name, value in usual.items()))
        check(entry["created_at"] not in [slot.get("written_at") for slot in entry.get("slots", [])])
    return all
def token_parts(token):
    digits, number = string.digits + string.ascii_uppercase + string.ascii_lowercase, 0
    for digit in token[4:]:
        number = number * 62 + digits.index(digit)
    raw = number.to_bytes(52, "big")
    check(len(token) == 74 and zlib.crc32(b"kls_" + raw[:48]).to_bytes(4, "big") == raw[48:])
    id = (int.from_bytes(raw[:16], "big") >> shift & 31 for shift in range(125, -1, -5))
    return "key_" + "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digit] for digit in id), raw[16:48]
def follows(own, ancestors, other):
    """Whether what `own` names, which has these ancestors, is the other or may have been made from it."""
    check(own[0] == (ancestors[-1][0] + 1 if ancestors else 1))
    too_far = len(ancestors) == 64 and other[0] <= ancestors[0][0]
    return own == other or other in ancestors or own[0] > other[0] and too_far
class Vault:
    def __init__(self, data):
        version = re.match(rb'\{"kluis":([0-9]+)', data)  # step 1
        version = int(version[1][:99]) if version else 0
        if version != 1:
            raise Refused("unsupported") if 1 < version < 2**64 else Refused("damaged", "first-line")
        self.data, self.keys, self.workspaces = data, {}, {}
        at = self.read_header()
        for id, workspace in self.workspaces.items():  # step 4
            at = self.read_section(id, workspace, at)
        if at != len(data) or at > 2**28:  # step 5
            raise Refused("damaged", "end")
        for id, workspace in self.workspaces.items():  # step 8, for every page
            with inside("page", id):
                workspace["records"] = self.read_pages(workspace["pages"], workspace["at"])
    def part(self, first, last):
        """The lines, digest and end of the part from `first` to the line that begins `last`."""
        found = re.compile(b'^%s[^\n]*(,"signature"[^\n]*\n)' % last, re.MULTILINE).search(self.data, first)
        check(found)
        all, signed = (self.data[first:end] for end in (found.end(), found.start(1)))
        return lines(all), sha256(signed), found.end()
    def read_header(self):
        with inside("header"):  # step 2
            (first, *middle, last), digest, end = self.part(0, b'{"header":')
            first, last = spelled(first, FIRST), spelled(last, HEADER)
            self.id, self.verify, self.revision = first["vault"], first["verify"], (last["header"], digest[:20])
            self.ancestors = last["ancestors"]
            follows(self.revision, self.ancestors, self.revision)
            middle, self.successions = self.read_successions(middle, first["verify"], last["header"])
            for line in middle:
                found = re.match(f'{{"(?:key":"(key{ID})|workspace":"(wsp{ID}))"', line.decode())
                check(found and not (found[1] and self.workspaces))
                id, all = found[1] or found[2], self.keys if found[1] else self.workspaces
                check(id not in all)
                with inside("key" if found[1] else "workspace", id):
                    all[id] = read_key(line) if found[1] else spelled(line, WORKSPACE)
            kinds = [key["kind"] == "to come" for key in self.keys.values()]
            check(kinds == sorted(kinds))
            check(end <= 2**18 and len(self.keys) <= 256 and len(self.workspaces) <= 128)
            check(sum("kdf" in key for key in self.keys.values()) <= 8)
        with inside("header-signature"):  # step 3
            verify(self.verify, last["signature"], "header", self.id, "", digest)
        return end
    def read_successions(self, middle, verify, revision):
        middle, lines = ([line for line in middle if line.startswith(b'{"succession"') == wanted] for wanted in (0, 1))
        check(not lines or self.data.index(lines[0]) > self.data.index(middle[-1]))
        all = [spelled(line, SUCCESSION) for line in lines]
        ascends([one["header"] for one in all], 64)
        chain = [one["succession"] for one in all] + [verify]
        check(len(set(chain)) == len(chain) and all == [one for one in all if 2 <= one["header"] <= revision])
        check([one["to"] for one in all] == chain[1:])
        return middle, all
    def is_led_to(self, root):
        at = [one["succession"] for one in self.successions].index(root) if root != self.verify else None
        for one in self.successions[at:] if at is not None else []:
            digest = sha256(fields(one["succession"], one["to"], str(one["header"])))
            verify(one["succession"], one["signature"], "succession", self.id, "", digest)
    def read_section(self, id, workspace, at):
        with inside("section", id):
            (first, *pages, seal), digest, end = self.part(at, b'{"seal":')
            pages, seal = [spelled(page, PAGE) for page in pages], spelled(seal, SEAL)
            check(spelled(first, {"section": WSP})["section"] == seal["section"] == id)
            ascends([page["page"] for page in pages])
            check(all(len(page["bytes"]) == 2 for page in pages))
            check(sum(sum(page["bytes"]) for page in pages) == seal["bytes"])
            body = self.data[at : self.data.rindex(b',"header":', at, end)]
            own = seal["seal"], sha256(body)[:20]
            is_of_header = follows(own, seal["ancestors"], workspace["section"])
        with inside("section-signature", id):
            verify(workspace["verify"], seal["signature"], "section", self.id, id, digest)
        if not (is_of_header and follows(self.revision, self.ancestors, seal["header"])):
            raise Refused("damaged", "section-age " + id)
        workspace |= {"pages": pages, "at": end, "seal": seal["seal"]}
        return end + seal["bytes"]
    def read_pages(self, pages, at):
        read = []
        for page in pages:
            middle, end = at + page["bytes"][0], at + sum(page["bytes"])
            first, rest = self.data[at:middle], self.data[middle:end]
            check(end <= len(self.data) and sha256(first) == page["sha256"] and first.endswith(b"\n"))
            index = spelled(first[:-1], INDEX)
            check(sha256(rest) == index["sha256"] and rest.endswith(b"\n") and 1 <= len(index["records"]) <= 64)
            texts = [re.sub(rb"[\0-\x1f\\]", b"?", line) for line in lines(rest)]  # neither is base64
            check(len(texts) == len(index["records"]))
            shapes = [LINKS_LINE if id.startswith("app") else VALUES for id in index["records"]]
            found = [spelled(line, shape) for line, shape in zip(texts, shapes)]
            at, read = end, read + [(page["page"], index["index"], list(zip(index["records"], found)))]
        return read
    def open(self, sealed, key, label, of, purpose, workspace, record="", slot=""):
        aad = fields("kluis/1", purpose, self.id, workspace, record, slot)
        return unseal(subkey(key, label, self.id, *of), aad, sealed)
    def seed(self, unlock):
        token, secret = token_parts(unlock["token"]) if "token" in unlock else (None, None)
        typed, spent = unicodedata.normalize("NFKC", unlock.get("passphrase", "")).encode(), 0
        for id, key in self.keys.items():
            m, t, p = key.get("kdf", (0, 0, 0))
            spent += m * t
            if id == token and key["kind"] == "token":
                seed = HKDF(hashes.SHA256(), 32, key["salt"], fields("kluis/1", "token", self.id, id)).derive(secret)
            elif typed and m and spent <= 2**22:
                seed = Argon2id(salt=key["salt"], length=32, iterations=t, lanes=p, memory_cost=m).derive(typed)
            else:
                continue
            if subkey(seed, "commit", self.id, id) == key["commit"]:
                if key.get("not_after", 2**63) <= time.time() * 1000:  # step 10
                    raise Refused("expired")
                return id, seed
        raise Refused("wrong-token" if token else "wrong-passphrase")
    def grant(self, key, seed):
        text = unpad(open_hpke(*x25519_pair(seed), fields("kluis/1", "grant", self.id), key["aad"], key["grant"]))
        return text, spelled(text, SCOPED if text.startswith(b'{"w') else FULL)
    def unlock(self, unlock):  # step 6
        """Whether the access is full; the read key of each workspace that is reached, and whether it may write."""
        id, seed = self.seed(unlock)
        with inside("key", id):
            anchor = self.open(self.keys[id]["anchor"], seed, "anchor", [id], "anchor", "", id)
            check(len(anchor) == 32)
            try:
                self.is_led_to(anchor)
            except (ValueError, InvalidSignature) as error:
                raise Refused("forged") from error
            _, grant = self.grant(self.keys[id], seed)
            scoped = grant.get("workspaces", [])
            reached = {of["workspace"]: (of["read"], "sign" in of) for of in scoped}
            check(len(reached) == len(scoped))
        if "root" not in grant:
            return False, reached
        for id, workspace in self.workspaces.items():
            with inside("workspace", id):
                both = self.open(workspace["wrapped"], grant["root"], "wrap", [], "wrapped", id)
                check(len(both) == 64)
                reached[id] = both[:32], True
        return True, reached
    def contents(self, full, reached):
        all, ids = [], set()
        for id, workspace in self.workspaces.items():  # step 7
            if id in reached:
                with inside("workspace", id):
                    read, writes = reached[id]
                    about = spelled(self.open(workspace["about"], read, "workspace", [id], "workspace", id), ABOUT)
                    check(about["name"] not in [other["name"] for other in all])
                about |= {"id": id, "reach": "write" if writes else "read", "revision": workspace["seal"]}
                all.append({**about, "secrets": [], "apps": []})
        for workspace in all:
            home, read = workspace["id"], reached[workspace["id"]][0]
            for first, sealed, records in self.workspaces[home]["records"]:
                with inside("page", home):  # step 8
                    place = base64.b64encode(first).decode().rstrip("=")
                    content = self.open(decode(sealed), read, "meta", [home], "index", home, place)
                    entries = read_entries(content, [id for id, _ in records])
                    indexes = [self.index(read, home, id, entry) for (id, _), entry in zip(records, entries)]
                    beyond = [page for page, *_ in self.workspaces[home]["records"] if page > first]
                    ascends(indexes + beyond[:1])
                    check(indexes[0] == first)
                for (id, line), entry in zip(records, entries):  # step 9
                    with inside("record", id):
                        check(id not in ids)
                        self.record(id, line, entry, home, read)
                    ids.add(id)
                    workspace["apps" if id.startswith("app") else "secrets"].append({**entry, "id": id})
        return {"full_access": full, "revision": self.revision[0], "workspaces": all}
    def index(self, read, home, id, entry):
        kind = "app" if id.startswith("app") else "deleted" if "deleted_at" in entry else "secret"
        of = id if kind == "deleted" else entry["name"]
        return hmac.digest(subkey(read, "index", self.id, home), f"{kind}\0{of}".encode(), "sha256")
    def record(self, id, line, entry, home, read):
        if "links" in line:
            shaped(entry, APP_ENTRY)
            content = self.open(decode(line["links"]), read, "meta", [home], "links", home, id)
            entry["links"] = spelled(content, LINKS)
            ascends([link["env_key"] for link in entry["links"]])
            return
        shaped(entry, SECRET)
        usual = re.sub("[^A-Z0-9]", "_", re.sub("[a-z]", lambda letter: letter[0].upper(), entry["name"]))
        check(entry.get("env_key") != ("_" if usual[0].isdigit() else "") + usual)
        ascends(entry.get("allowed_domains", []), 100)
        ascends([tuple(link.values()) for link in entry.get("apps", [])])
        ascends([slot["slot"] for slot in entry["slots"]], 100)
        check(len(line["values"]) == len(entry["slots"]) and sum("pending" in slot for slot in entry["slots"]) <= 1)
        for slot, sealed in zip(entry["slots"], line["values"]):
            value = self.open(decode(sealed), read, "value", [home], "value", home, id, str(slot["slot"]))
            check(1 <= len(value) <= 65_536 and sha256(value) == decode(slot["checksum"]))
            slot["value"] = base64.b64encode(value).decode().rstrip("=")
def outcome(file, unlock):
    try:
        vault = Vault(open(file, "rb").read())
        if "identity" not in unlock:
            return vault.contents(*vault.unlock(unlock))
        seed = decode(unlock["identity"], 32)
        key = next(key for key in vault.keys.values() if key["public"] == x25519_pair(seed)[1])
        return {"grant": vault.grant(key, seed)[0].decode()}
    except Refused as refused:
        return dict(zip(("error", "part"), refused.args))

for asked in sys.stdin:
    print(json.dumps(outcome(**json.loads(asked))), flush=True)
