"""Heap allocations, system calls and instructions for each request, counted in runs of their own.

All are counted in a short and in a longer run of requests, and what the longer has more is divided
by the requests that it has more: so what connecting costs is not in it, where connections are kept.
"""

import re
import shutil
import signal
import struct
import tempfile
from pathlib import Path

from cases import LIMIT, LOOP
from processes import TIME_LIMIT, Failed, started
from servers import binaries, load, serving

FEW, MANY = 1_000, 9_000  # weft keeps a connection for 10,000
FEW_SLOW, MANY_SLOW = 500, 2_500  # where a program is run fifty times as slow


class Skipped(Exception):
    """This cannot be counted here."""


class CounterOfCalls:
    """Counts around requests that a running server answers."""

    few, many = FEW, MANY
    environment = {}

    def can_count(self, _server):
        return True

    def count(self, case, server):
        """@return the counts of both runs"""
        with serving(server, case, self.environment) as (process, address):
            def ask(requests):
                load(case, address, "--warm-up=0", f"--count={requests}")
            ask(self.many)  # what is made once has been made
            few = self.counted(process, lambda: ask(self.few))
            return few, self.counted(process, lambda: ask(self.many))


class AllocationCounter(CounterOfCalls):
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


class SystemCallCounter(CounterOfCalls):
    """strace, attached to a server that runs already."""

    name = "system calls"
    source = "system_calls_per_request"

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


class InstructionCounter:
    """callgrind, which runs the server instruction by instruction: those outside of the kernel."""

    name = "instructions"
    source = "instructions_per_request"
    few, many = FEW_SLOW, MANY_SLOW

    def __init__(self):
        if shutil.which("valgrind") is None:
            raise Skipped("there is no valgrind in PATH")

    def can_count(self, server):
        return server in (LIMIT, LOOP)  # where all is done by one thread, in the same order each time

    def count(self, case, server):
        """@return the counts of both runs, each of a server of its own"""
        return tuple({"instructions": self._count(case, server, requests)} for requests in (self.few, self.many))

    def _count(self, case, server, requests):
        with tempfile.TemporaryDirectory(prefix="weft-callgrind-") as folder:
            profile = Path(folder) / "profile"
            tool = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}")
            with serving(server, case, under=tool) as (process, address):
                load(case, address, "--warm-up=0", f"--count={requests}")
                process.terminate()
                process.communicate(timeout=TIME_LIMIT)
            return instructions_of(profile.read_text(encoding="utf-8"))


def instructions_of(profile):
    """@param profile  as callgrind writes it"""
    found = re.search(r"^(?:totals|summary): (\d+)", profile, re.MULTILINE)
    if not found:
        raise Failed("callgrind's profile has no sum")
    return int(found.group(1))


def calls_of(table):
    """@param table  as `strace -c` writes it  @return how often each system call was made"""
    line = re.compile(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", re.MULTILINE)
    return {name: int(count) for count, name in line.findall(table) if name != "total"}


def per_request(few, many, requests):
    """The difference of two counts, for each of so many requests."""
    return {name: (many[name] - few.get(name, 0)) / requests for name in sorted(many)}


def count(case, server, counter):
    """@return the sum under the counter's figure, and what it consists of"""
    few, many = counter.count(case, server)
    kinds = per_request(few, many, counter.many - counter.few)
    return {counter.source: sum(kinds.values()), f"{counter.source}_by_kind": kinds}


def counters():
    """@return those that can count here, and why others cannot"""
    found, skipped = [], {}
    for kind in (AllocationCounter, SystemCallCounter, InstructionCounter):
        try:
            found.append(kind())
        except Skipped as reason:
            skipped[kind.name] = str(reason)
    return found, skipped
