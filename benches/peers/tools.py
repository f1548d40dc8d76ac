"""Each program that is measured: how its store is made, and how it is asked for the same things.

A store holds SECRET_0, SECRET_1 and so on, each with a value of 40 characters. Each program runs in a home of
its own and keeps its store in it; none is configured beyond what it needs to do the work without a person.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from peers import measure
from peers.measure import Line

PASSPHRASE = "correct horse battery staple"
# For programs that change a value in an editor only.
EDITOR = "#!/bin/sh\nexec cp \"$NEW_TEXT\" \"$1\"\n"


class Tool:
    """One program in one way of unlocking it. What it cannot do is None."""

    name = ""
    program = ""
    derives = False  # derives a key from a passphrase in each command
    shell = False  # its reading and writing is done by a line of shell, for want of a command
    largest = 10**6  # secrets in the largest store that can be filled in a minute or so
    note = ""  # what is compared

    def __init__(self, home):
        self.home = home
        self.files = home / "files"
        self.files.mkdir(parents=True)
        self.path = shutil.which(self.program)
        self.env = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(home / "run"),
            "TMPDIR": str(home / "tmp"),
        }
        for name in ("run", "tmp"):
            (home / name).mkdir(mode=0o700)

    @classmethod
    def is_here(cls):
        return shutil.which(cls.program) is not None

    def version(self):
        return first_line([self.path, "--version"], self.env)

    def line(self, *argv, program=None, **more):
        env = self.env | more.pop("env", {})
        return Line([program or self.path, *map(str, argv)], env, **more)

    def sh(self, script, *argv, **more):
        return self.line("-c", script, "sh", *argv, program="/bin/sh", **more)

    def command(self, *argv, stdin=b""):
        """Runs it, in making a store, and gives what it printed."""
        made = [self.path, *map(str, argv)]
        return subprocess.run(made, env=self.env, input=stdin, check=True, capture_output=True).stdout

    def file(self, name, text):
        path = self.files / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    # What each program does in its own way.
    def fill(self, secrets): ...
    def get(self, name): ...
    def create(self, name, value): ...
    def update(self, name, value): ...
    def list(self): ...
    def run(self, names, all_there_are, program): ...
    def export(self, names): ...

    def stored(self):
        """The files of the store, keys aside."""
        return []

    def stop(self):
        """Ends what it left running."""

    def run_one_by_one(self, names, program):
        """For want of a command that gives values to a program: one `get` each, and the program."""
        return [*map(self.get, names), self.line(program=shutil.which(program))]


def first_line(argv, env):
    shown = subprocess.run(argv, env=env, capture_output=True, text=True)
    return next(iter((shown.stdout + shown.stderr).strip().splitlines()), "?")


class Floor(Tool):
    name = "`cat` and `env`"
    program = "cat"
    note = "no peer: files in the clear, the least that a process costs"

    def fill(self, secrets):
        for name, value in secrets.items():
            self.file(name, value)

    def get(self, name):
        return self.line(self.files / name)

    def run(self, names, all_there_are, program):
        given = [f"{name}={'x' * 40}" for name in names]
        return None if program == "env" else [self.line(*given, program, program="/usr/bin/env")]


class Kluis(Tool):
    name = "kluis, token"
    program = "kluis"
    note = "the key comes from a token in a variable"

    def fill(self, secrets):
        self.vault = self.files / "vault.kluis"
        self.passphrase = self.file("passphrase", PASSPHRASE)
        self.env |= {"KLUIS_VAULT": str(self.vault), "KLUIS_NON_INTERACTIVE": "1"}
        by_passphrase = ["--passphrase-file", self.passphrase]
        # RFC 9106's second choice, below which `init` does not go by itself.
        self.command("init", "-q", "--kdf", "m=64,t=3,p=4", *by_passphrase)
        self.command("import", "-q", "--format", "json", *by_passphrase, stdin=json.dumps(secrets).encode())
        self.token = self.command("key", "add", "-q", "--full", "--token", *by_passphrase).decode().strip()
        self.unlock()

    def unlock(self):
        self.env["KLUIS_TOKEN"] = self.token

    def get(self, name):
        return self.line("get", name)

    def create(self, name, value):
        return self.line("create", "-q", name, stdin=value)

    def update(self, name, value):
        return self.line("update", "-q", name, "--value", stdin=value)

    def list(self):
        return self.line("list", "-q")

    def run(self, names, all_there_are, program):
        chosen = ["--all"] if all_there_are else [word for name in names for word in ("-e", f"{name}={name}")]
        return [self.line("run", *chosen, "--", program)]

    def export(self, names):
        return [self.line("export", "--format", "dotenv", "--all")]

    def stored(self):
        return [self.vault]


class KluisAgent(Kluis):
    name = "kluis, agent"
    note = "the key is with the agent, whose own time and memory are not counted"

    def unlock(self):
        self.command("unlock", "-q", "--passphrase-file", self.passphrase)

    def stop(self):
        self.command("lock", "-q")


class KluisPassphrase(Kluis):
    name = "kluis, passphrase"
    derives = True
    note = "Argon2id, 64 MiB, 3 passes, 4 lanes, in each command"

    def unlock(self):
        self.env["KLUIS_PASSPHRASE_FILE"] = str(self.passphrase)


class Pass(Tool):
    name = "pass"
    program = "pass"
    note = "an OpenPGP key without a passphrase, with gpg-agent, whose own time is not counted"
    passphrase = ""

    @classmethod
    def is_here(cls):
        return super().is_here() and shutil.which("gpg") is not None

    def version(self):
        shown = subprocess.run([self.path, "version"], env=self.env, capture_output=True, text=True).stdout
        number = next((word for word in shown.split() if word.startswith("v1")), "?")
        return f"{number}, {first_line(['gpg', '--version'], self.env)}"

    def fill(self, secrets):
        keys = self.files / "gpg"
        keys.mkdir(mode=0o700)
        self.store = self.files / "store"
        self.env |= {"GNUPGHOME": str(keys), "PASSWORD_STORE_DIR": str(self.store)}
        make_key = ["gpg", "--batch", "-q", "--pinentry-mode", "loopback", "--passphrase", self.passphrase]
        make_key += ["--quick-generate-key", "bench", "default", "default", "never"]
        subprocess.run(make_key, env=self.env, check=True, capture_output=True)
        subprocess.run(["pass", "init", "bench"], env=self.env, check=True, capture_output=True)
        for name, value in secrets.items():
            (self.store / name).write_bytes(value.encode() + b"\n")
        names = "".join(f"{name}\n" for name in secrets).encode()
        # One process for all: what `pass insert` does for each.
        many = ["gpg", "--batch", "-q", "--trust-model", "always", "-r", "bench", "--multifile", "--encrypt"]
        subprocess.run(many, env=self.env, cwd=self.store, input=names, check=True, capture_output=True)
        for name in secrets:
            (self.store / name).unlink()

    def get(self, name):
        return self.line("show", name)

    def create(self, name, value):
        return self.line("insert", "-m", "-f", name, stdin=value + b"\n")

    update = create

    def list(self):
        return self.line("ls")

    def run(self, names, all_there_are, program):
        return self.run_one_by_one(names, program)

    def export(self, names):
        return [*map(self.get, names)]

    def stored(self):
        return list(self.store.glob("*.gpg"))

    def stop(self):
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=self.env)


class PassPassphrase(Pass):
    name = "pass, passphrase"
    derives = True
    largest = 1_000
    passphrase = PASSPHRASE
    note = "an OpenPGP key with a passphrase and no agent running; GnuPG's default of about 100 ms of SHA-1"

    def fill(self, secrets):
        super().fill(secrets)
        given = self.file("passphrase", PASSPHRASE)
        self.env["PASSWORD_STORE_GPG_OPTS"] = f"--pinentry-mode loopback --passphrase-file {given}"

    def get(self, name):
        return self.line("show", name, before=["gpgconf", "--kill", "gpg-agent"])

    create = update = list = run = export = lambda self, *_: None


class Gopass(Pass):
    """The one in Debian, of the same name as the better known one, which it is not."""

    name = "gopass (aviau)"
    program = "gopass"
    note = "as pass; a new value by way of an editor that copies a file"

    @classmethod
    def is_here(cls):
        if not super().is_here():
            return False
        shown = subprocess.run(["gopass", "version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return "gopasspw" not in shown.stdout and " go1" not in shown.stdout

    def version(self):
        return first_line([self.path, "version"], self.env)

    def fill(self, secrets):
        super().fill(secrets)
        self.env["EDITOR"] = str(self.file("editor", EDITOR))
        (self.files / "editor").chmod(0o700)

    def create(self, name, value):
        new = self.file(f"new-{name}", value + b"\n")
        return self.line("insert", "-m", "-f", name, env={"NEW_TEXT": str(new)})

    update = create


class Age(Tool):
    name = "age"
    program = "age"
    largest = 1_000  # a process for each; more files make no difference
    note = "one file for each secret, an X25519 key in a file; it has no names and no list"

    def fill(self, secrets):
        self.store = self.files / "store"
        self.store.mkdir()
        self.key = self.files / "key"
        self.command_of("keygen", "-o", self.key)
        text = self.key.read_text()
        self.recipient = next(word for word in text.split() if word.startswith("age1"))
        for name, value in secrets.items():
            self.command("-r", self.recipient, "-o", self.store / name, stdin=value.encode())

    def command_of(self, part, *argv):
        made = [f"{self.program}-{part}", *map(str, argv)]
        subprocess.run(made, env=self.env, check=True, capture_output=True)

    def get(self, name):
        return self.line("-d", "-i", self.key, self.store / name)

    def create(self, name, value):
        return self.line("-r", self.recipient, "-o", self.store / name, stdin=value)

    update = create

    def run(self, names, all_there_are, program):
        return self.run_one_by_one(names, program)

    def export(self, names):
        return [*map(self.get, names)]

    def stored(self):
        return list(self.store.iterdir())


class Rage(Age):
    name = "rage"
    program = "rage"


class Kbs2(Tool):
    name = "kbs2"
    program = "kbs2"
    largest = 1_000  # a process for each; more files make no difference
    note = "one file for each secret, an X25519 key in a file without a password; names are in the clear"

    def fill(self, secrets):
        self.store, self.config = self.files / "store", self.files / "config"
        self.command("-c", self.config, "init", "--insecure-not-wrapped", "-s", self.store)
        for name, value in secrets.items():
            record = f"{name}\x01{value}".encode()
            self.command("-c", self.config, "new", "-k", "environment", name, stdin=record)

    def get(self, name):
        return self.line("-c", self.config, "env", "-v", name)

    def create(self, name, value):
        record = name.encode() + b"\x01" + value
        return self.line("-c", self.config, "new", "-f", "-k", "environment", name, stdin=record)

    update = create

    def list(self):
        return self.line("-c", self.config, "list")

    def run(self, names, all_there_are, program):
        return self.run_one_by_one(names, program)

    def export(self, names):
        return [self.line("-c", self.config, "dump", *names)] if names else []

    def stored(self):
        return list(self.store.iterdir())


class AgePassphrase(Age):
    name = "age, passphrase"
    derives = True
    note = "typed on a terminal; scrypt of about a second, age's only choice. One secret: the others make no difference"

    def fill(self, secrets):
        self.store = self.files / "store"
        self.store.mkdir()
        plain = self.file("plain", secrets["SECRET_7"])
        typed = f"{PASSPHRASE}\n{PASSPHRASE}\n".encode()
        measure.run(self.line("-p", "-o", self.store / "SECRET_7", plain, typed=typed), 60)

    def get(self, name):
        return self.line("-d", self.store / name, typed=f"{PASSPHRASE}\n".encode())

    create = update = list = run = export = lambda self, *_: None


class AgeFile(Age):
    name = "age, one file"
    shell = True
    note = "all secrets as lines of one encrypted file; nothing keeps two writers apart"
    largest = 10**6

    def fill(self, secrets):
        super().fill({})
        self.file_of_all = self.store / "all"
        lines = "".join(f"{name}={value}\n" for name, value in secrets.items())
        self.command("-r", self.recipient, "-o", self.file_of_all, stdin=lines.encode())

    def get(self, name):
        return self.sh('age -d -i "$1" "$2" | sed -n "s/^$3=//p"', self.key, self.file_of_all, name)

    def create(self, name, value):
        script = '{ age -d -i "$1" "$2" && cat; } | age -r "$3" -o "$2.$$" && mv "$2.$$" "$2"'
        line = f"{name}={value.decode()}\n".encode()
        return self.sh(script, self.key, self.file_of_all, self.recipient, stdin=line)

    def update(self, name, value):
        script = '{ age -d -i "$1" "$2" | grep -v "^$4="; cat; } | age -r "$3" -o "$2.$$" && mv "$2.$$" "$2"'
        line = f"{name}={value.decode()}\n".encode()
        return self.sh(script, self.key, self.file_of_all, self.recipient, name, stdin=line)

    def list(self):
        return self.sh('age -d -i "$1" "$2" | cut -d= -f1', self.key, self.file_of_all)

    def run(self, names, all_there_are, program):
        if not all_there_are:
            return None
        return [self.sh('export $(age -d -i "$1" "$2") && exec "$3"', self.key, self.file_of_all, program)]

    def export(self, names):
        return [self.line("-d", "-i", self.key, self.file_of_all)]


def age_key(folder):
    """A new X25519 key: its file, and whom to encrypt to."""
    key = folder / "key"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    return key, next(word for word in key.read_text().split() if word.startswith("age1"))


class Fnox(Tool):
    name = "fnox"
    program = "fnox"
    note = "age's encryption, an X25519 key in a file; names are in the clear"

    @classmethod
    def is_here(cls):
        return super().is_here() and shutil.which("age-keygen") is not None

    def fill(self, secrets):
        key, recipient = age_key(self.files)
        provider = f'[providers]\nage = {{ type = "age", recipients = ["{recipient}"] }}\n'
        self.config = self.file("fnox.toml", f'default_provider = "age"\n{provider}')
        self.env |= {"FNOX_AGE_KEY_FILE": str(key), "FNOX_NON_INTERACTIVE": "true"}
        plain = self.file("plain", "".join(f"{name}={value}\n" for name, value in secrets.items()))
        self.command("-c", self.config, "import", "env", "-i", plain, "-p", "age", "--force")

    def get(self, name):
        return self.line("-c", self.config, "get", name)

    def create(self, name, value):
        return self.line("-c", self.config, "set", name, stdin=value)

    update = create

    def list(self):
        return self.line("-c", self.config, "list")

    def run(self, names, all_there_are, program):
        return [self.line("-c", self.config, "exec", "--", program)] if all_there_are else None

    def export(self, names):
        return [self.line("-c", self.config, "export")]

    def stored(self):
        return [self.config]


class Sops(Tool):
    name = "sops"
    program = "sops"
    note = "one YAML file, an age key in a file; names are in the clear, and no command lists them"

    def version(self):
        return first_line([self.path, "--version", "--disable-version-check"], self.env)

    @classmethod
    def is_here(cls):
        return super().is_here() and shutil.which("age-keygen") is not None

    def fill(self, secrets):
        key, recipient = age_key(self.files)
        self.env |= {"SOPS_AGE_KEY_FILE": str(key)}
        # As strings: sops would keep a number as a number.
        self.store = self.file("secrets.yaml", "".join(f'{name}: "{value}"\n' for name, value in secrets.items()))
        self.command("encrypt", "--in-place", "--age", recipient, self.store)

    def get(self, name):
        return self.line("decrypt", "--extract", f'["{name}"]', self.store)

    def create(self, name, value):
        return self.line("set", "--value-stdin", self.store, f'["{name}"]', stdin=json.dumps(value.decode()).encode())

    update = create

    def run(self, names, all_there_are, program):
        return [self.line("exec-env", "--same-process", self.store, program)] if all_there_are else None

    def export(self, names):
        return [self.line("decrypt", "--output-type", "dotenv", self.store)]

    def stored(self):
        return [self.store]


class Dotenvx(Tool):
    name = "dotenvx"
    program = "dotenvx"
    largest = 100  # every command decrypts all of them, 20 ms each
    note = "one .env file, a secp256k1 key in a file; a new value is an argument; no command lists names"

    def fill(self, secrets):
        self.store = self.file(".env", "".join(f"{name}={value}\n" for name, value in secrets.items()))
        # Where it is not told, the key goes to the working directory.
        self.both = ["-f", self.store, "-fk", self.files / ".env.keys"]
        self.command("encrypt", "-q", *self.both)

    def get(self, name):
        return self.line("get", name, *self.both)

    def create(self, name, value):
        return self.line("set", name, value.decode(), *self.both)

    update = create

    def run(self, names, all_there_are, program):
        return [self.line("run", "-q", *self.both, "--", program)] if all_there_are else None

    def export(self, names):
        return [self.line("get", *self.both)]

    def stored(self):
        return [self.store]


class KeePassXC(Tool):
    name = "keepassxc-cli"
    program = "keepassxc-cli"
    derives = True
    note = "AES-KDF as its import sets it; there is no way to keep the key at hand"

    def fill(self, secrets):
        text = "<String><Key>{}</Key><Value>{}</Value></String>"
        entries = "".join(
            f"<Entry>{text.format('Title', name)}{text.format('Password', value)}</Entry>"
            for name, value in secrets.items()
        )
        document = f"<KeePassFile><Meta/><Root><Group><Name>Root</Name>{entries}</Group></Root></KeePassFile>"
        plain = self.file("plain.xml", f'<?xml version="1.0" encoding="UTF-8"?>{document}')
        self.store = self.files / "store.kdbx"
        self.given = f"{PASSPHRASE}\n".encode()
        self.command("import", "-p", plain, self.store, stdin=self.given * 2)

    def get(self, name):
        return self.line("show", "-q", "-s", "-a", "Password", self.store, name, stdin=self.given)

    def create(self, name, value):
        return self.line("add", "-q", "-p", self.store, name, stdin=self.given + value + b"\n")

    def update(self, name, value):
        return self.line("edit", "-q", "-p", self.store, name, stdin=self.given + value + b"\n")

    def list(self):
        return self.line("ls", "-q", "-R", "-f", self.store, stdin=self.given)

    def export(self, names):
        return [self.line("export", "-q", "-f", "csv", self.store, stdin=self.given)]

    def stored(self):
        return [self.store]


class AnsibleVault(Tool):
    name = "ansible-vault"
    program = "ansible-vault"
    derives = True
    shell = True
    note = "one YAML file, PBKDF2; it shows and edits the whole file, the rest is a line of shell"

    def fill(self, secrets):
        self.passphrase = self.file("passphrase", PASSPHRASE)
        self.store = self.file("secrets.yaml", "".join(f"{name}: {value}\n" for name, value in secrets.items()))
        self.env["ANSIBLE_VAULT_PASSWORD_FILE"] = str(self.passphrase)
        self.command("encrypt", self.store)
        self.appending = self.file("append", '#!/bin/sh\nexec cat "$NEW_TEXT" >> "$1"\n')
        self.replacing = self.file("replace", '#!/bin/sh\nsed -i "s/^$NAME: .*/$NAME: $(cat "$NEW_TEXT")/" "$1"\n')
        for editor in (self.appending, self.replacing):
            editor.chmod(0o700)

    def get(self, name):
        return self.sh('ansible-vault view "$1" | sed -n "s/^$2: //p"', self.store, name)

    def create(self, name, value):
        new = self.file(f"new-{name}", f"{name}: {value.decode()}\n")
        return self.line("edit", self.store, env={"EDITOR": str(self.appending), "NEW_TEXT": str(new)})

    def update(self, name, value):
        new = self.file("new", value)
        return self.line("edit", self.store, env={"EDITOR": str(self.replacing), "NEW_TEXT": str(new), "NAME": name})

    def list(self):
        return self.sh('ansible-vault view "$1" | cut -d: -f1', self.store)

    def export(self, names):
        return [self.line("view", self.store)]

    def stored(self):
        return [self.store]


TOOLS = [
    Floor, Kluis, KluisAgent, KluisPassphrase, Pass, PassPassphrase, Gopass, Age, AgePassphrase, AgeFile, Rage,
    Kbs2, Fnox, Sops, Dotenvx, KeePassXC, AnsibleVault,
]
# Known to be of the same kind. Whoever has one adds a class above.
NOT_MEASURED = ["gopass of gopasspw", "passage", "secretspec", "rops"]
