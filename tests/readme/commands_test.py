#!/usr/bin/env python3
"""Runs the commands that README.md shows, as it shows them, and checks what they do.

usage: commands_test.py ROOT

It builds the preset release. `./dev test` is only looked for: whoever runs this has run it. The
demo runs in its quick form, and its verdicts are not judged: they need a machine to themselves.
It has to keep its minute, half as much again on a machine that its own runs found busy.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(sys.argv[1]).resolve()
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for block in SHELL.findall(README) for line in block.splitlines()]
ANY_VERDICT = (0, 1, 2)  # all match, some differ, inconclusive
QUICK_SECONDS = 60
BUSY_CORES = 0.15  # of other processes and stolen, in some run: as for an inconclusive verdict


def run(command, *more, expected=(0,)):
    ran = subprocess.run([*shlex.split(command), *more], cwd=ROOT, capture_output=True, text=True, timeout=1500)
    if ran.returncode not in expected:
        raise AssertionError(f"{command} ended with {ran.returncode}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}")
    return ran.stdout


class Readme(unittest.TestCase):
    def test_shows_no_command_that_is_not_tested_here(self):
        self.assertEqual(COMMANDS, [
            "./dev demo", "./dev test",
            "./dev build", "build/release/bin/hello --model=parallel --listen=127.0.0.1:8080",
            "curl http://127.0.0.1:8080/hello/you",
            "./dev bench http", "./dev bench runtime --quick",
        ])
        self.assertIn("`cmake --install build/release`", README)

    def test_demo_prints_its_tables_and_loses_no_request(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "demo.json"
            out = run("./dev demo", "--quick", f"--json={file}", expected=ANY_VERDICT)
            result = json.loads(file.read_text(encoding="utf-8"))
        machines = [run["result"]["machine"] for run in result["runs"]]
        busy = max(machine["other_cores"] + machine["stolen_cores"] for machine in machines)
        limit = QUICK_SECONDS * (1.5 if busy > BUSY_CORES else 1)
        self.assertLessEqual(result["seconds"], limit, f"others used up to {busy:.2f} cores")
        shown = re.search(r"From what `./dev demo` printed.*?```text\n(.*?)```", README, re.DOTALL).group(1)
        titles = [line for line in shown.splitlines() if re.match(r"GET|Mix", line)]
        self.assertGreaterEqual(len(titles), 3)
        for title in titles:
            self.assertIn(title, out)
        self.assertRegex(out, r"matches +every model gives the same right answers, none is lost: 0 faults")

    def test_hello_answers_as_the_readme_asks_it(self):
        run("./dev build")
        command = next(line for line in COMMANDS if "bin/hello" in line)
        asked = next(line for line in COMMANDS if line.startswith("curl "))
        port = re.search(r":(\d+)", command).group(1)
        with subprocess.Popen(shlex.split(command.replace(port, "0")), cwd=ROOT, stdout=subprocess.PIPE,
                              text=True) as server:
            try:
                free = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline()).group(1)
                with urllib.request.urlopen(shlex.split(asked)[1].replace(port, free), timeout=20) as reply:
                    self.assertEqual(reply.read(), b"Hello, you")
            finally:
                server.terminate()
            self.assertEqual(server.wait(timeout=20), 0)

    def test_an_installed_build_has_what_the_readme_names(self):
        run("./dev build")
        with tempfile.TemporaryDirectory() as prefix:
            run("cmake --install build/release", "--prefix", prefix)
            names = {path.name for path in pathlib.Path(prefix).rglob("*")}
        self.assertLessEqual({"weft.hpp", "weftConfig.cmake", "weft.pc", "weft-runtime.pc"}, names)

    def test_the_benchmark_prints_what_the_readme_shows(self):
        out = run("./dev bench http", "--case=json_64", "--rounds=1", "--seconds=0.1")
        shown = re.search(r"```text\n(json_64.*?)```", README, re.DOTALL).group(1).splitlines()
        for line in shown[:1] + [line.split()[0] for line in shown[2:]] + shown[1].split():
            self.assertIn(line, out)
        self.assertRegex(out, r"(met|missed) +json_64, CPU, event_loop: [\d.]+ x limit")

    def test_the_benchmark_of_the_runtime_measures_beside_its_rivals(self):
        out = run("./dev bench runtime --quick", "--only", "yield")
        self.assertRegex(out, r"yield: .+\n +wall ns +[\d.]+ ")
        self.assertRegex(out, r"(met|missed) +yield, wall, weft|go: skipped, ")


unittest.main(argv=sys.argv[:1], verbosity=2)
