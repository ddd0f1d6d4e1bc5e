"""Heap allocations and system calls for each request, counted in runs of their own.

Both are counted around a short and a longer run of requests, and what the longer has more is divided
by the requests that it has more: so what connecting costs is not in it, where connections are kept.
"""

import re
import shutil
import signal
import struct
import tempfile
from pathlib import Path

from processes import Failed, started
from servers import binaries, load, serving

FEW, MANY = 1_000, 9_000  # weft keeps a connection for 10,000


class Skipped(Exception):
    """This cannot be counted here."""


class AllocationCounter:
    """A library that stands before malloc() counts into a file that it shares with us."""

    name = "allocations"
    source = "allocations_per_request"

    def __init__(self):
        self._library = binaries() / "weft_count_allocations.so"
        if not self._library.exists():
            raise Skipped("there is no weft_count_allocations.so beside the programs")
        self._file = tempfile.NamedTemporaryFile(prefix="weft-allocations-")
        self.environment = {"LD_PRELOAD": str(self._library), "WEFT_ALLOCATIONS_FILE": self._file.name}

    def _count(self):
        return struct.unpack("=Q", Path(self._file.name).read_bytes()[:8])[0]

    def counted(self, _server, work):
        before = self._count()
        work()
        return {"allocations": self._count() - before}


class SystemCallCounter:
    """strace, attached to a server that runs already."""

    name = "system calls"
    source = "system_calls_per_request"
    environment = {}

    def __init__(self):
        if shutil.which("strace") is None:
            raise Skipped("there is no strace in PATH")

    def counted(self, server, work):
        with tempfile.NamedTemporaryFile(prefix="weft-strace-") as table, started(
                ["strace", "-f", "-c", "-p", str(server.pid), "-o", table.name]) as strace:
            first = strace.stderr.readline()
            if "attached" not in first:
                raise Skipped(first.strip() or "strace says nothing")
            work()
            strace.send_signal(signal.SIGINT)
            strace.communicate(timeout=60)
            return calls_of(Path(table.name).read_text(encoding="utf-8"))


def calls_of(table):
    """@param table  as `strace -c` writes it  @return how often each system call was made"""
    line = re.compile(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", re.MULTILINE)
    return {name: int(count) for count, name in line.findall(table) if name != "total"}


def per_request(few, many, requests):
    """The difference of two counts, for each of so many requests."""
    return {name: (many[name] - few.get(name, 0)) / requests for name in sorted(many)}


def count(case, server, counter):
    """@return the sum under the counter's figure, and what it consists of"""
    with serving(server, case, counter.environment) as (process, address):
        def ask(requests):
            load(case, address, "--warm-up=0", f"--count={requests}")
        ask(MANY)  # what is made once has been made
        few = counter.counted(process, lambda: ask(FEW))
        many = counter.counted(process, lambda: ask(MANY))
    kinds = per_request(few, many, MANY - FEW)
    return {counter.source: sum(kinds.values()), f"{counter.source}_by_kind": kinds}


def counters():
    """@return those that can count here, and why others cannot"""
    found, skipped = [], {}
    for kind in (AllocationCounter, SystemCallCounter):
        try:
            found.append(kind())
        except Skipped as reason:
            skipped[kind.name] = str(reason)
    return found, skipped
