"""The stores that are measured: made when first asked for, and checked to answer with what was put into them."""

import secrets
import sys

from peers import measure
from peers.measure import Failed
from peers.tools import TOOLS

SALT = secrets.token_hex(8)


def values(size):
    """The secrets of a store: values of 40 characters that are in nobody's cache."""
    return {f"SECRET_{number}": f"{SALT}{number:024}" for number in range(size)}


def fresh():
    return secrets.token_hex(20).encode()


class Stores:
    def __init__(self, folder):
        self.folder = folder
        self.made = {}
        self.broken = {}

    def of(self, tool, size):
        """The store of a program with so many secrets; None where there cannot be one."""
        if (tool, size) not in self.made:
            self.made[tool, size] = None
            if size <= tool.largest and tool not in self.broken:
                self.make(tool, size)
        return self.made[tool, size]

    def make(self, tool, size):
        store = tool(self.folder / f"{TOOLS.index(tool)}-{size}")
        try:
            store.fill(values(size))
            self.made[tool, size] = store
            self.check(tool, size)
            self.check_all(store, values(size))
        except Exception as problem:
            told = (getattr(problem, "stderr", None) or b"").decode(errors="replace").strip()[-200:]
            self.broken[tool] = f"{problem} {told}".strip()
            self.made[tool, size] = None
            store.stop()
            print(f"{tool.name}: left out: {self.broken[tool]}", file=sys.stderr)

    def check(self, tool, size):
        """That it answers with the right value."""
        printed = measure.output(self.made[tool, size].get("SECRET_7"))
        if printed.decode().strip() != values(size)["SECRET_7"]:
            raise Failed("printed another value")

    def check_all(self, store, secrets):
        """That what lists, exports and gives to a program does so with all of them; of a small store."""
        if len(secrets) > 10:
            return
        for lines in (store.run(list(secrets), True, "env"), store.export(list(secrets))):
            printed = b"".join(map(measure.output, lines or [])).decode()
            if lines and not all(value in printed for value in secrets.values()):
                raise Failed("did not give every value")
        if store.list() and "SECRET_7" not in measure.output(store.list()).decode():
            raise Failed("did not list every name")

    def lost(self, store, written):
        """How many of the secrets that were said to be written are not there."""
        lines = store.export([])
        if lines:
            there = measure.output(lines[0])
            return sum(value not in there for value in written.values())
        return sum(not is_there(store, name, value) for name, value in written.items())

    def stop(self):
        for store in self.made.values():
            if store:
                store.stop()


def is_there(store, name, value):
    try:
        return measure.output(store.get(name)).strip() == value
    except Failed:
        return False
