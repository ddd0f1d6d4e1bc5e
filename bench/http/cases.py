"""What `./dev bench http` measures: the servers, the cases, their figures, and the goals. Data only."""

from dataclasses import dataclass
from typing import Optional, Tuple

from rounds import Figure


@dataclass(frozen=True)
class Server:
    """The bare epoll responder of bench/limit, or `lab serve` with these options."""

    name: str
    options: Optional[Tuple[str, ...]] = None


def lab(name, model, workers=None, io="direct"):
    workers = () if workers is None else (f"--workers={workers}",)
    return Server(name, (f"--model={model}", f"--io={io}", *workers))


LIMIT = Server("limit")
LOOP = lab("event_loop", "event_loop")
PORTABLE = lab("portable", "event_loop", io="portable")
ONE_WORKER = (lab("gil", "gil", 1), lab("threads", "threads"), lab("sharded", "sharded", 1), lab("parallel", "parallel", 1))
# Ten times what a request of the case takes, so that what bursts at 0.7 x lets wait is not shed.
SHEDDING = Server("event_loop, sheds", (*LOOP.options, "--max-queue-delay=10"))
TWO_WORKERS = (lab("sharded x2", "sharded", 2), lab("parallel x2", "parallel", 2))
ON_ONE_CORE = (LIMIT, LOOP, PORTABLE, *ONE_WORKER)

CPU = Figure("CPU", "us", "cpu_us_per_request")
USER = Figure("user", "us", "user_us_per_request")
RATE = Figure("rate", "1/s", "per_second", more_is_better=True)
P50 = Figure("p50", "ms", "p50_ms")
P99 = Figure("p99", "ms", "p99_ms")
MEMORY = Figure("memory", "MiB", "resident_bytes", 1 / 2**20)
ALLOCATIONS = Figure("allocations", "", "allocations_per_request")
SYSTEM_CALLS = Figure("system calls", "", "system_calls_per_request")
INSTRUCTIONS = Figure("instructions", "", "instructions_per_request")
COUNTED = (ALLOCATIONS, SYSTEM_CALLS, INSTRUCTIONS)
FIGURES = (CPU, USER, RATE, P50, P99, MEMORY, *COUNTED)

# Of a server that is asked for 0.7 x and for 2 x what it can do, and of the time after that.
CAPACITY = Figure("capacity", "1/s", "capacity_per_second", more_is_better=True)
CALM_P99 = Figure("p99 at 0.7", "ms", "calm_p99_ms")
GOODPUT = Figure("goodput at 2", "x", "pressed_goodput", more_is_better=True)
PRESSED_P99 = Figure("p99 at 2", "ms", "pressed_p99_ms")
P99_TIMES = Figure("p99 at 2 / at 0.7", "x", "p99_times")
AFTER_P99 = Figure("p99 at 0.7 after", "ms", "after_p99_ms")
SHED = Figure("CPU of a 503", "us", "shed_us")
UNDER_OVERLOAD = (CAPACITY, CALM_P99, GOODPUT, PRESSED_P99, P99_TIMES, AFTER_P99, SHED)

JSON, ORDERS = "json GET /json", "orders POST /orders @order"


@dataclass(frozen=True)
class Case:
    """One way to load a server. `options` are those of `lab load`."""

    name: str
    what: str
    request: str = JSON
    options: Tuple[str, ...] = ()
    servers: Tuple[Server, ...] = ON_ONE_CORE
    pinned: bool = True  # server and generator have a core each
    overload: bool = False  # measured as overload.py does
    figures: Tuple[Figure, ...] = FIGURES


def of_connections(name, what, *options):
    return [Case(f"{name}_{count}", f"{what}, {count:,} connection{'s' if count > 1 else ''}",
                 options=(f"--connections={count}", *options)) for count in (1, 64, 1000)]


CASES = [
    *of_connections("json", "GET /json, kept alive"),
    *of_connections("pipelined", "GET /json, 16 in flight on each", "--pipeline=16"),
    *of_connections("reconnecting", "GET /json, a connection for each", "--reconnect"),
    Case("orders_64", "POST /orders (2 KB), kept alive, 64 connections; the limit has a tree of JSON values",
         ORDERS, ("--connections=64",)),
    Case("idle_10000", "GET /json, 1 connection busy beside 9,999 idle ones",
         options=("--connections=1", "--idle=9999"), figures=(MEMORY,)),
    Case("overload", "GET /report of about 1 ms, asked for 0.7 x and for 2 x what the server can do",
         "report GET /report?rows=3000", servers=(LOOP, SHEDDING), figures=UNDER_OVERLOAD, overload=True),
    Case("unpinned_64", "GET /json, kept alive, 64 connections, nothing pinned", options=("--connections=64",),
         servers=(LOOP, PORTABLE, *ONE_WORKER, *TWO_WORKERS), pinned=False, figures=(RATE, CPU, P50, P99)),
]


@dataclass(frozen=True)
class Goal:
    """What a figure of a server has to reach: in its unit, or as a multiple of the best of `beside`."""

    case: str
    figure: Figure
    at_most: Optional[float] = None
    at_least: Optional[float] = None
    server: Server = LOOP
    beside: Tuple[Server, ...] = ()


GOALS = [
    Goal("json_64", CPU, at_most=1.10, beside=(LIMIT,)),
    Goal("json_1000", CPU, at_most=1.10, beside=(LIMIT,)),
    Goal("json_64", USER, at_most=0.5),
    Goal("json_64", ALLOCATIONS, at_most=0),
    Goal("pipelined_64", CPU, at_most=0.7),
    Goal("orders_64", CPU, at_most=0.8, beside=(LIMIT,)),
    Goal("json_1000", MEMORY, at_most=8),
    Goal("idle_10000", MEMORY, at_most=20),
    Goal("overload", GOODPUT, at_least=0.9, server=SHEDDING),
    Goal("overload", P99_TIMES, at_most=3, server=SHEDDING),
    Goal("unpinned_64", RATE, at_least=1, server=TWO_WORKERS[1], beside=(LOOP, PORTABLE, *ONE_WORKER)),
]
