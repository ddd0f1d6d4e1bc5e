"""The servers under measurement and the generator that loads them; no time is taken here."""

import contextlib
import http.client
import json
import os
import re
from pathlib import Path

from processes import Failed, output_of, started

ROOT = Path(__file__).resolve().parent.parent.parent
WARM_UP_SECONDS = 0.2


def binaries():
    folder = Path(os.environ.get("WEFT_BIN", "build/release/bin")).resolve()
    for name in ("lab", "weft_limit"):
        if not (folder / name).exists():
            raise Failed(f"{name} is not built (./dev build builds it)")
    return folder


def command_of(server):
    listen = ("--listen", "127.0.0.1:0")
    if server.options is None:
        return [str(binaries() / "weft_limit"), *listen]
    return [str(binaries() / "lab"), "serve", *server.options, *listen]


def cores(case):
    """@return the server's and the generator's"""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if case.pinned and len(usable) > 1 else (None, None)


@contextlib.contextmanager
def serving(server, case, environment=None, under=()):
    """@param under  a tool that runs it  @return the server's process, and where it listens"""
    command = [*under, *command_of(server)]
    with started(command, cores(case)[0], env={**os.environ, **(environment or {})}) as process:
        found = re.search(r"http://([\d.]+:\d+)", process.stdout.readline())
        if not found:
            raise Failed(f"it does not say where it listens: {process.communicate()[1].strip()}")
        yield process, found.group(1)


def load(case, address, *options, tolerated=()):
    """What `lab load` counted. @throws Failed where an answer was wrong or missing, but for errors that are tolerated"""
    command = [str(binaries() / "lab"), "load", f"--target={address}", f"--request={case.request}",
               *case.options, *options, "--json=-"]
    out = output_of(command, cores(case)[1], accepted=(0, 1))
    if not out:
        raise Failed(f"the generator gave up: {' '.join(command)}")
    result = json.loads(out)
    wrong = errors_of(result, tolerated)
    if wrong or result["idle_answered"] != result["idle_asked"]:
        raise Failed(f"errors under load: {wrong or 'idle connections were lost'}")
    return result


def errors_of(result, tolerated=()):
    return {what: count for what, count in result["errors"].items() if count and what not in tolerated}


def percentile(latency, share):
    """In milliseconds. @param latency  a histogram as `lab load` writes it  @param share  0 to 1"""
    left = share * latency["count"]
    for middle, count in latency["buckets"]:
        left -= count
        if left <= 0:
            return middle * 1e-6
    return None


def measure(case, server, seconds):
    """One round: a new server, loaded for a while."""
    with serving(server, case) as (process, address):
        result = load(case, address, f"--warm-up={WARM_UP_SECONDS}", f"--duration={seconds}",
                      f"--watch-pid={process.pid}")
    latency = result["kinds"][0]["latency"]
    if not latency["count"]:
        raise Failed(f"no request was answered within {seconds} s")
    return {**result["server"], "per_second": result["per_second"],
            "p50_ms": percentile(latency, 0.5), "p99_ms": percentile(latency, 0.99)}


def answer_to(case, address):
    """Everything of the answer that does not depend on the moment."""
    _, method, path, *body = case.request.split()
    connection = http.client.HTTPConnection(address, timeout=10)
    sent = (ROOT / "samples/lab/order.json").read_bytes() if body else None
    connection.request(method, path, sent, {"Content-Type": "application/json"} if body else {})
    reply = connection.getresponse()
    headers = sorted((name, value) for name, value in reply.getheaders() if name != "Date")
    answer = (reply.status, headers, reply.read())
    connection.close()
    return answer


def check_answers(case):
    """@throws Failed where the servers of a case do not give the same answer, byte by byte"""
    answers = {}
    for server in case.servers:
        with serving(server, case) as (_, address):
            answers[server.name] = answer_to(case, address)
    first, *others = answers
    for name in others:
        if answers[name] != answers[first]:
            raise Failed(f"{case.name}: {name} answers {answers[name]}, {first} answers {answers[first]}")
