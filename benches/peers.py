#!/usr/bin/env python3
"""Kluis and programs of its kind, side by side: what each takes for the same thing, in one run.

    cargo build --release && python3 benches/peers.py

Installs nothing: measures those it finds in PATH, and says which are absent. They take turns, so that a busy
machine is busy for all. Beside the time from start to exit stands processor time, which others on the machine
change little. Works in a folder of its own, which it removes. Standard library only.
"""

import argparse
import os
import platform
import secrets
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from peers import measure
from peers.measure import Failed, TooLong, median
from peers.stores import Stores, fresh, values
from peers.tools import NOT_MEASURED, TOOLS, Floor

WRITERS, WRITES = 8, 10
GETS = 100
EXPORTED = 1_000
# How many times faster Kluis is to be, with the key at hand.
BARS = {"get": 3, "list": 3, "run 10": 3, "run 100": 3}


def main():
    options = arguments()
    for built in Path(__file__).resolve().parent.parent.glob("target/*/release"):
        os.environ["PATH"] = f"{built}{os.pathsep}{os.environ['PATH']}"
    folder = Path(tempfile.mkdtemp(prefix="peers-", dir=options.dir))
    bench = Bench(options, folder)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit("ended"))
    try:
        bench.everything()
    finally:
        bench.stores.stop()
        shutil.rmtree(folder)


def arguments():
    def words(text):
        return text.split(",")

    def numbers(text):
        return [int(number) for number in words(text)]

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    option = parser.add_argument
    option("--sizes", type=numbers, default=[100, 1_000, 10_000], help="secrets in the stores, as 100,1000")
    option("--rounds", type=int, default=21, help="measurements of each (default: %(default)s)")
    option("--seconds", type=float, default=2.5, help="for a cell, then fewer rounds (default: %(default)s)")
    option("--limit", type=float, default=12, help="seconds for one measurement (default: %(default)s)")
    option("--only", type=words, help="programs, as kluis,pass")
    option("--rows", type=words, help="rows, as get,run: " + ", ".join(ROWS))
    option("--dir", help="where to work, and so on which disk (default: where temporary files go)")
    return parser.parse_args()


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        asked_for = [tool for tool in TOOLS if not options.only or tool.program in (Floor.program, *options.only)]
        self.tools = [tool for tool in asked_for if tool.is_here()]
        self.absent = [tool.name for tool in asked_for if not tool.is_here()]
        self.stores = Stores(folder)
        self.behind = []

    def everything(self):
        started = time.time()
        self.machine()
        for name, row in ROWS.items():
            if not self.options.rows or name in self.options.rows:
                row(self)
        self.bars()
        print(f"\n{time.time() - started:.0f} seconds in all; load at the end {load()}.")

    # The rows.

    def get(self):
        self.row("get", "`get` of one value", lambda store, _: always(store.get("SECRET_7")))

    def list(self):
        self.row("list", "`list` of all names", lambda store, _: always(store.list()))

    def create(self):
        def create(store, _):
            return store.create("NEW", b"x") and (lambda: [store.create(f"NEW_{secrets.token_hex(6)}", fresh())])

        self.row("create", "`create` of one secret", create)

    def update(self):
        def update(store, _):
            return store.update("SECRET_9", b"x") and (lambda: [store.update("SECRET_9", fresh())])

        self.row("update", "`update` of one value", update)

    def run(self):
        for count in (10, 100):
            # Those that always give all they have are asked only where that is what is wanted.
            def run(store, names, count=count):
                return always(store.run(names[:count], len(names) == count, "true"))

            sizes = [count, *(size for size in self.options.sizes if size > count)]
            self.row(f"run {count}", f"A program with {count} secrets, of so many", run, sizes)

    def export(self):
        self.row("export", "`export` of all", lambda store, names: always(store.export(names)), [EXPORTED])

    def loop(self):
        def loop(store, names):
            # With a passphrase it is a hundred times the above.
            return None if store.derives else always([store.get(name) for name in names[:GETS]])

        self.row("loop", f"`get`, {GETS} times one after the other", loop, [EXPORTED])

    def memory(self):
        asks = {
            "get": lambda store: store.get("SECRET_7"),
            "list": lambda store: store.list(),
            "update": lambda store: store.update("SECRET_9", fresh()),
        }
        print("\n### Peak of resident memory, of the largest process\n")
        columns = [(what, size) for what in asks for size in self.options.sizes]
        self.head([f"{what}, {size:,}" for what, size in columns])
        for tool in self.tools[1:]:
            self.line(tool, [self.peak(tool, size, asks[what]) for what, size in columns])

    def peak(self, tool, size, ask):
        store = self.stores.of(tool, size)
        line = store and ask(store)
        peak = line and measure.peak_memory(line)
        return f"{peak / 2**20:.1f} MiB" if peak else "–"

    def disk(self):
        print("\n### Size on disk: blocks taken, and bytes of the files, without keys\n")
        self.head([f"{size:,}" for size in self.options.sizes])
        for tool in self.tools[1:]:
            cells = []
            for size in self.options.sizes:
                store = self.stores.of(tool, size)
                files = [file.stat() for file in store.stored()] if store else []
                blocks = sum(file.st_blocks for file in files) * 512
                cells.append(f"{volume(blocks)} ({volume(sum(file.st_size for file in files))})" if files else "–")
            self.line(tool, cells)

    def writers(self):
        print(f"\n### {WRITERS} writers at once, each creating {WRITES} secrets, in a store of 100\n")
        self.head(["tried", "time", "for each written", "refused", "lost, though said to be written"])
        for tool in self.tools:
            store = self.stores.of(tool, 100)
            if store and store.create("NEW", b"x"):
                self.line(tool, self.write_at_once(store))

    def write_at_once(self, store):
        new = {f"WRITER_{number}": fresh() for number in range(WRITERS * WRITES)}
        tried, written = [], {}

        def write(names):
            for name in names:
                if time.perf_counter() - started > self.options.limit:
                    break
                tried.append(name)
                try:
                    measure.run(store.create(name, new[name]), self.options.limit)
                    written[name] = new[name]
                except (Failed, TooLong):
                    pass

        started = time.perf_counter()
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(write, [list(new)[writer::WRITERS] for writer in range(WRITERS)]))
        took = time.perf_counter() - started
        try:
            lost = self.stores.lost(store, written)
        except Failed:
            lost = "all: the store cannot be read any more"
        each = seconds(took / len(written)) if written else "–"
        return [len(tried), seconds(took), each, len(tried) - len(written), lost]

    # How a row of times is measured and shown.

    def row(self, name, title, make, sizes=None):
        """`make` gives, for a store and the names in it, a function that makes the lines of one round, or None."""
        sizes = sizes or self.options.sizes
        table = {}
        for size in sizes:
            work = {}
            for tool in self.tools:
                store = self.stores.of(tool, size)
                lines = store and make(store, list(values(size)))
                if lines:
                    work[tool] = lines
            measured = measure.in_turns(work, self.options.rounds, self.options.seconds, self.options.limit)
            table |= {(tool, size): results for tool, results in measured.items()}
            for tool in work:
                if not isinstance(measured[tool], Exception):
                    self.stores.check(tool, size)
        print(f"\n### {title}\n")
        self.head([f"{size:,}" for size in sizes])
        for tool in self.tools:
            if any((tool, size) in table for size in sizes):
                self.line(tool, [self.cell(name, table, tool, size) for size in sizes])

    def cell(self, name, table, tool, size):
        results = table.get((tool, size))
        if results is None:
            return "–"
        if isinstance(results, TooLong):
            return f"over {self.options.limit:.0f} s"
        if isinstance(results, Exception):
            return f"failed: {results}"
        wall, cpu = median(results, "wall"), median(results, "cpu")
        shown = f"{seconds(wall)} ({seconds(cpu)})"
        own = table.get((self.own(tool), size))
        if isinstance(own, list):
            ratio = wall / median(own, "wall")
            shown += f" {ratio:.1f}×"
            bar = 1 if tool.derives else BARS.get(name, 1)
            if ratio < bar:
                of_cpu = cpu / median(own, "cpu")
                told = f"{tool.name} {ratio:.2f}× (processor {of_cpu:.2f}×), bar {bar}×"
                self.behind.append(f"{name}, {size:,}: {told}")
        few = len(results) < min(20, self.options.rounds)
        return shown + (f", {len(results)} runs" if few else "")

    def own(self, tool):
        """The way to unlock Kluis that a peer is compared with."""
        if tool.program in ("kluis", Floor.program):
            return None
        wanted = "kluis, passphrase" if tool.derives else "kluis, token"
        return next((own for own in self.tools if own.name == wanted), None)

    # What is printed around the rows.

    def machine(self):
        print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} processors, {platform.system()} {platform.release()},")
        print(f"load at the start {load()}. Medians of {self.options.rounds}, in turns; in brackets user and system")
        print("time; × is the time of Kluis. K: derives a key from a passphrase each time. ~: a line of shell.\n")
        self.head(["version", "what is compared"])
        for number, tool in enumerate(self.tools):
            self.line(tool, [tool(self.folder / f"version-{number}").version(), tool.note])
        print(f"\nNot installed: {', '.join(self.absent) or 'none'}. Not known here: {', '.join(NOT_MEASURED)}.")

    def bars(self):
        print("\n### Where Kluis is not as far ahead as it is to be\n")
        for line in self.behind or ["Nowhere."]:
            print(f"- {line}")
        for tool, why in self.stores.broken.items():
            print(f"- {tool.name} was left out: {why}")

    def head(self, columns):
        print(f"| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}", flush=True)

    def line(self, tool, cells):
        marks = (" K" if tool.derives else "") + (" ~" if tool.shell else "")
        print(f"| {tool.name}{marks} | {' | '.join(map(str, cells))} |", flush=True)


# In the order they are measured: what may break a store comes last.
ROWS = {
    "get": Bench.get,
    "list": Bench.list,
    "create": Bench.create,
    "update": Bench.update,
    "run": Bench.run,
    "export": Bench.export,
    "loop": Bench.loop,
    "memory": Bench.memory,
    "disk": Bench.disk,
    "writers": Bench.writers,
}


def always(lines):
    """The same lines in each round; None where there are none."""
    if not lines:
        return None
    return lambda: lines if isinstance(lines, list) else [lines]


def seconds(number):
    if number < 0.01:
        return f"{number * 1e3:.2f} ms"
    return f"{number * 1e3:.0f} ms" if number < 1 else f"{number:.2f} s"


def volume(number):
    return f"{number / 2**20:.1f} MiB" if number >= 2**20 else f"{number / 2**10:.0f} KiB"


def load():
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()
