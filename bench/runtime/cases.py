"""What `./dev bench runtime` measures: the cases, their figures, and the goals. Data only."""

from dataclasses import dataclass, field
from typing import Optional, Tuple

from rounds import Figure


def time_of(unit):
    scale = {"ns": 1.0, "us": 1e-3, "ms": 1e-6}[unit]
    return (Figure("wall", unit, "real_time", scale), Figure("CPU", unit, "cpu_time", scale))


NS, MS = time_of("ns"), time_of("ms")
PEAK = Figure("peak memory", "MiB", "peak_bytes", 1 / 2**20)
A_TASK = Figure("memory", "B/task", "bytes_per_task")
LATENESS = (Figure("late p50", "ms", "late_p50_us", 1e-3), Figure("late p99", "ms", "late_p99_us", 1e-3))


@dataclass(frozen=True)
class Case:
    name: str
    what: str
    figures: Tuple[Figure, ...] = NS
    twin: Optional[str] = None  # the rivals' case, where they have one operation for two of ours
    kind: str = "micro"  # or "echo", "burners": a server and a client
    options: dict = field(default_factory=dict)
    slow: bool = False  # takes seconds: --quick does it once


CASES = [
    Case("call", "co_await a task that returns a number; Go: a plain call"),
    Case("yield", "one task gives way"),
    Case("yield_64", "64 tasks take turns"),
    Case("go_join", "start a task beside, wait for it"),
    Case("fork_join", "run a task at once, let others take its starter", twin="go_join"),
    Case("channel_one", "hand-off, capacity 0, one worker"),
    Case("channel", "hand-off, capacity 0"),
    Case("channel_across", "hand-off between two threads that sleep"),
    Case("stream", "1 producer, 1 consumer, capacity 100"),
    Case("mpmc", "4 producers, 4 consumers, capacity 100"),
    Case("select", "1 receives from 4 channels, capacity 0; 4 producers; Asio: one thread"),
    Case("mutex_4", "4 tasks, one counter"),
    Case("mutex_64", "64 tasks, one counter"),
    Case("skynet_go", "tree of 1,111,111 tasks", MS + (PEAK,), slow=True),
    Case("skynet_fork", "the same by fork", MS + (PEAK,), twin="skynet_go", slow=True),
    Case("fib_go", "fib(30), a task a call", MS, slow=True),
    Case("fib_fork", "the same by fork", MS, twin="fib_go", slow=True),
    Case("parallel_for", "10M steps, 1,000 pieces, cut in halves", MS),
    Case("parked", "tasks that wait in a channel", (A_TASK,), slow=True),
    Case("sleepers", "tasks that sleep", (A_TASK, *LATENESS), slow=True),
    Case("echo", "TCP echo, 1,000 connections, a core each for server and client", (
        Figure("server CPU", "us", "server_cpu_ns", 1e-3),
        Figure("round trips", "1/s", "per_second", more_is_better=True),
        Figure("p99", "ms", "p99_ms"),
    ), kind="echo"),
] + [
    Case(f"burners_{count}", f"200 echoes/s beside {count} x 50 ms slices, 2 workers", (
        Figure("p50", "ms", "p50_ms"), Figure("p99", "ms", "p99_ms"),
        Figure("dropped", "", "dropped", compared=False),
    ), kind="burners", options={"burners": count}, slow=True)
    for count in (1, 2)
]


@dataclass(frozen=True)
class Goal:
    """What a figure of weft has to reach: a bound in its unit, a ratio to a rival, or both."""

    case: str
    figure: str
    at_most: Optional[float] = None
    times_go: Optional[float] = None


GOALS = [
    Goal("call", "wall", at_most=10),
    Goal("fork_join", "wall", at_most=10),
    Goal("go_join", "wall", at_most=90, times_go=2.4),
    Goal("yield", "wall", at_most=12, times_go=5),
    Goal("channel_one", "wall", at_most=20, times_go=5),
    Goal("mpmc", "wall", times_go=1),
    Goal("select", "wall", times_go=1),
    Goal("skynet_fork", "wall", at_most=10, times_go=40),
    Goal("skynet_fork", "peak memory", at_most=5),
    Goal("fib_fork", "wall", at_most=22),
    Goal("fib_go", "wall", at_most=35, times_go=25),
    Goal("parked", "memory", at_most=170, times_go=15),
    Goal("sleepers", "late p99", at_most=5, times_go=3),
    Goal("burners_2", "p99", at_most=10, times_go=1),
    Goal("burners_2", "dropped", at_most=0),
]
