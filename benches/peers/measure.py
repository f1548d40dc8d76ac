"""Runs one command from start to exit and tells what it took. Knows no program by name."""

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

GNU_TIME = Path("/usr/bin/time")


class Failed(Exception):
    """A command ended otherwise than with 0, or printed something else than it should have."""


class TooLong(Exception):
    """A command was ended because it took longer than the limit."""


@dataclass
class Line:
    """One command line. `stdin` is given as a file, `typed` on a terminal of its own."""

    argv: list
    env: dict
    stdin: bytes = b""
    typed: bytes = b""
    before: list = field(default_factory=list)  # run first, and not counted


@dataclass
class Took:
    """Seconds from start to exit, and of user and system time, of the process and those it waited for."""

    wall: float
    cpu: float

    def __add__(self, other):
        return Took(self.wall + other.wall, self.cpu + other.cpu)


def run(line, limit, stdout=os.devnull):
    """Runs the line; what it prints goes to the file `stdout`, what it says on stderr nowhere."""
    if line.before:
        subprocess.run(line.before, env=line.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    program = line.argv[0]
    with tempfile.TemporaryFile() as given:
        given.write(line.stdin)
        given.seek(0)
        files = [
            (os.POSIX_SPAWN_DUP2, given.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        group = {"setpgroup": 0}
        terminal = None
        if line.typed:
            # The first terminal that the leader of a session opens is the one it is asked on.
            terminal, other = os.openpty()
            files[0] = (os.POSIX_SPAWN_OPEN, 0, os.ttyname(other), os.O_RDWR, 0)
            group = {"setsid": True}
            os.write(terminal, line.typed)
        late, pids = threading.Event(), []
        timer = threading.Timer(limit, lambda: (late.set(), *map(end, pids)))
        timer.start()
        started = time.perf_counter()
        pids.append(os.posix_spawn(program, line.argv, line.env, file_actions=files, **group))
        _, status, usage = os.wait4(pids[0], 0)
        wall = time.perf_counter() - started
        timer.cancel()
        if terminal is not None:
            os.close(terminal)
            os.close(other)
    if late.is_set():
        raise TooLong
    if os.waitstatus_to_exitcode(status) != 0:
        raise Failed(f"{Path(program).name} ended with {os.waitstatus_to_exitcode(status)}")
    return Took(wall, usage.ru_utime + usage.ru_stime)


def end(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_all(lines, limit):
    """Runs one after the other, as one piece of work."""
    until = time.perf_counter() + limit
    took = Took(0, 0)
    for line in lines:
        left = until - time.perf_counter()
        if left <= 0:
            raise TooLong
        took += run(line, left)
    return took


def output(line, limit=120):
    """What the line prints."""
    with tempfile.NamedTemporaryFile() as printed:
        run(line, limit, printed.name)
        return Path(printed.name).read_bytes()


def peak_memory(line):
    """Bytes of resident memory, of the largest process the line starts and waits for, or None.

    Measured by GNU time: a process that Python starts begins with the peak of Python itself.
    """
    if not GNU_TIME.exists() or line.typed:
        return None
    with tempfile.NamedTemporaryFile() as told:
        argv = [str(GNU_TIME), "-f", "%M", "-o", told.name, *line.argv]
        run(Line(argv, line.env, line.stdin, before=line.before), 120)
        return int(Path(told.name).read_text().split()[-1]) * 1024


def in_turns(work, rounds, budget, limit):
    """Measures each piece of work in `rounds` rounds, beginning with another one in each: (A B C)(B C A)(C A B).

    `work` maps a label to a function that makes the lines of one round. A first round warms up. A label drops
    out when it has used `budget` seconds, but not before it was measured once. Gives label → list of Took, or
    the exception that ended it.
    """
    results = {label: [] for label in work}
    used = dict.fromkeys(work, 0.0)
    labels = list(work)
    for turn in range(rounds + 1):
        shift = turn % len(labels) if labels else 0
        for label in labels[shift:] + labels[:shift]:
            so_far = results[label]
            if isinstance(so_far, Exception) or (turn > 0 and so_far and used[label] > budget):
                continue
            try:
                took = run_all(work[label](), limit)
            except (Failed, TooLong, OSError) as problem:
                results[label] = problem
                continue
            used[label] += took.wall
            if turn > 0 or used[label] > budget:
                so_far.append(took)
    return results


def median(results, what):
    return statistics.median(getattr(took, what) for took in results)
