"""The programs under measurement: what each is, and how it runs one case once."""

import json
import os
import re
import shutil
from pathlib import Path

from processes import Failed, output_of, started

OLDEST_GO = (1, 21)


def google_benchmark(program, case, settings):
    out = json.loads(output_of([
        program, f"--benchmark_filter=^{case}/", "--benchmark_format=json",
        f"--benchmark_min_time={settings.seconds}",
        f"--workers={settings.workers}", f"--tasks={settings.tasks}"]))
    values = out["benchmarks"][0]
    if values.get("error_occurred"):
        raise Failed(values["error_message"])
    return {key: value for key, value in values.items() if isinstance(value, (int, float))}


def context_of(program):
    """What the program says about its own making."""
    listed = json.loads(output_of([program, "--benchmark_filter=^call/", "--benchmark_format=json",
                                   "--benchmark_min_time=0.00001"]))["context"]
    return {key: listed[key] for key in ("compiler", "boost", "optimised")}


class Cpp:
    """weft or its Asio twin: a Google Benchmark program and an echo server."""

    def __init__(self, name, folder, stem):
        self.name = name
        self.ours = stem == "weft"
        self._micro = str(folder / f"{stem}_micro")
        self._echo = str(folder / f"{stem}_echo")
        self.about = context_of(self._micro)

    def measure(self, case, settings):
        return google_benchmark(self._micro, case, settings)

    def echo_command(self, workers, burners):
        return [self._echo, f"--workers={workers}", f"--burners={burners}"]


class Go:
    name = "go"
    ours = False

    def __init__(self, program, version):
        self._program = program
        self.about = {"compiler": version}

    def measure(self, case, settings):
        values = json.loads(output_of([
            self._program, "-case", case, "-seconds", str(settings.seconds),
            "-workers", str(settings.workers), "-tasks", str(settings.tasks)]))
        return {**values, **values.pop("counters")}

    def echo_command(self, workers, burners):
        return [self._program, "echo", "-workers", str(workers), "-burners", str(burners)]


def build_go(source, target):
    """@return the twin  @throws Failed with the reason why there is none"""
    if shutil.which("go") is None:
        raise Failed("there is no go in PATH")
    # Nothing is downloaded: neither another tool-chain nor a module.
    target.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "",
                   "GOWORK": "off", "CGO_ENABLED": "0"}
    environment.setdefault("GOCACHE", str((target / "cache").resolve()))
    version = output_of(["go", "env", "GOVERSION"], env=environment).strip()
    number = re.match(r"go(\d+)\.(\d+)", version)
    if number and tuple(map(int, number.groups())) < OLDEST_GO:
        raise Failed(f"{version} is older than go{OLDEST_GO[0]}.{OLDEST_GO[1]}")
    program = (target / "micro_go").resolve()
    output_of(["go", "build", "-o", str(program), "."], cwd=source, env=environment)
    return Go(str(program), version)


def port_of(server):
    line = server.stdout.readline()
    found = re.search(r"127\.0\.0\.1:(\d+)", line)
    if not found:
        raise Failed(f"the echo server said {line!r}")
    return found.group(1)


def load_echo(program, load, arguments, workers, burners=0, cores=(None, None)):
    """One run of an echo server with its client. @return what the client counted"""
    with started(program.echo_command(workers, burners), cores[0]) as server:
        command = [str(load), f"--port={port_of(server)}", f"--server={server.pid}", *arguments]
        return json.loads(output_of(command, cores[1]))


def binaries(variable="WEFT_BIN", usual="build/release/bin"):
    folder = Path(os.environ.get(variable, usual))
    if not (folder / "weft_micro").exists():
        raise Failed(f"there is no {folder / 'weft_micro'}: is Google Benchmark installed? (./dev deps)")
    return folder


def clang_binaries():
    return binaries("WEFT_CLANG_BIN", "build/release-clang/bin")
