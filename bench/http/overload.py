"""A server that is asked for less and for more than it can do, over real sockets.

What it can do is measured first, by a closed loop. The open loop then asks at moments that do not
wait for answers, and a latency counts from the moment at which a request was due.
"""

import contextlib
import socket
from dataclasses import replace

from processes import Failed
from servers import load, percentile, serving

CALM, TOO_MUCH = 0.7, 2  # x what the server can do
AT_CAPACITY = "--connections=4"
# One request at a time on each: for all that is due and not answered, where nothing is shed too much.
FEW, MANY = "--connections=128", "--connections=4000"
OPEN_SECONDS = 4  # for each second of a closed loop: a p99 needs many answers


def measure(case, server, seconds):
    """One round, and its figures."""
    with serving(server, case) as (_, address):
        # A machine that is busy with something else makes four connections wait, too: some are shed.
        capacity = load(case, address, AT_CAPACITY, "--warm-up=0.2", f"--duration={seconds}",
                        tolerated=("status",))["per_second"]
        calm = at_rate(case, address, CALM * capacity, seconds, FEW)
        pressed = at_rate(case, address, TOO_MUCH * capacity, seconds, FEW if sheds(server) else MANY)
        after = at_rate(case, address, CALM * capacity, seconds, FEW)
    figures = {"capacity_per_second": capacity, "p99_times": p99(pressed) / p99(calm),
               **named("calm", calm, capacity), **named("pressed", pressed, capacity), **named("after", after, capacity)}
    if sheds(server):
        figures["shed_us"] = cpu_of_a_shed_request(case, server, seconds)
    return figures


def named(phase, result, capacity):
    return {f"{phase}_goodput": result["per_second"] / capacity, f"{phase}_p99_ms": p99(result),
            f"{phase}_shed": result["errors"]["status"]}


def at_rate(case, address, rate, seconds, connections):
    """What a server that is asked so often answers. What it sheds, and what it still owes in the end, is no error."""
    return load(case, address, connections, f"--rate={rate}", "--warm-up=0.5", f"--duration={OPEN_SECONDS * seconds}",
                tolerated=("status", "unanswered"))


def p99(result):
    found = percentile(result["kinds"][0]["latency"], 0.99)
    if found is None:
        raise Failed("not one request was answered")
    return found


def sheds(server):
    return any(map(is_bound, server.options))


def is_bound(option):
    return option.startswith("--max-queue-delay")


def cpu_of_a_shed_request(case, server, seconds):
    """CPU for each 503 of a server that has all the requests in flight that it may: it reads a head, and says no."""
    full = replace(server, options=(*(option for option in server.options if not is_bound(option)), "--max-in-flight=1"))
    refused = replace(case, request=f"{case.request} =503")
    with serving(full, case) as (process, address), open_request(address, "/io?ms=20000"):
        return load(refused, address, AT_CAPACITY, "--warm-up=0.1", f"--duration={seconds}",
                    f"--watch-pid={process.pid}")["server"]["cpu_us_per_request"]


@contextlib.contextmanager
def open_request(address, target):
    """A request that the server has let in, and not answered."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
        yield
