#!/usr/bin/env python3
"""Every case of weft_micro and asio_micro, done once, gives the value that it should.

usage: cases_test.py BIN ROOT
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

BIN, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path[:0] = [str(ROOT / "bench/runtime"), str(ROOT / "bench/measuring")]
from cases import CASES  # noqa: E402

# Of these the value does not depend on how often the operation was done.
VALUES = {"fib": 832040, "skynet": 499999500000, "parked": 2000, "sleepers": 2000}


def run(program, *arguments):
    done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, timeout=500)
    if done.returncode != 0:
        raise AssertionError(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def values_of(program):
    """What each case gave; the programs themselves compare it with what it has to be."""
    out = run(program, "--benchmark_min_time=0.00001", "--benchmark_format=json", "--tasks=2000")
    values = {}
    for result in json.loads(out)["benchmarks"]:
        name = result["name"].split("/")[0]
        if result.get("error_occurred"):
            raise AssertionError(f"{program} {name}: {result['error_message']}")
        values[name] = result["value"]
    return values


class Cases(unittest.TestCase):
    def check_values(self, values):
        for name, value in values.items():
            self.assertEqual(value, VALUES.get(name.split("_")[0], value), name)
        self.assertLessEqual({"fib_go", "skynet_go", "parked", "sleepers"}, set(values))

    def test_weft_has_every_case_and_each_gives_its_value(self):
        values = values_of("weft_micro")
        self.check_values(values)
        compared = {name for name in values if "traced" not in name}  # a trace has no twin
        self.assertEqual(compared, {c.name for c in CASES if c.kind == "micro"})

    def test_asio_has_a_twin_of_every_case_and_each_gives_its_value(self):
        values = values_of("asio_micro")
        self.check_values(values)
        self.assertEqual(set(values), {c.twin or c.name for c in CASES if c.kind == "micro"})

    def test_go_lists_the_same_cases_as_asio(self):
        sources = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "bench/micro/go").glob("*.go"))
        named = set(re.findall(r'\{name: "(\w+)"', sources))
        self.assertEqual(named, {c.twin or c.name for c in CASES if c.kind == "micro"})

    def test_a_number_of_workers_that_is_none_is_refused(self):
        done = subprocess.run([BIN / "weft_micro", "--workers=0"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--workers=0", done.stderr)


class Echo(unittest.TestCase):
    def check_echo(self, server):
        with subprocess.Popen([BIN / server, "--workers=2", "--burners=1"], stdout=subprocess.PIPE,
                              text=True) as process:
            try:
                port = "--port=" + process.stdout.readline().rsplit(":", 1)[1].strip()
                closed = json.loads(run("echo_load", port, "--connections=20", "--seconds=0.1",
                                        f"--server={process.pid}"))
                opened = json.loads(run("echo_load", port, "--connections=20", "--seconds=0.1",
                                        "--rate=200", "--seed=3"))
            finally:
                process.kill()
        self.assertGreater(closed["round_trips"], 0)
        self.assertGreater(closed["server_cpu_ns"], 0)
        self.assertGreater(opened["sent"], 0)

    def test_weft_echoes_beside_a_burner(self):
        self.check_echo("weft_echo")

    def test_asio_echoes_beside_a_burner(self):
        self.check_echo("asio_echo")


unittest.main(argv=sys.argv[:1], verbosity=2)
