#!/usr/bin/env python3
"""The command behind `./dev bench runtime`: what it computes, what it says, what it leaves behind.

usage: command_test.py BIN ROOT
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

BIN, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path[:0] = [str(ROOT / "bench/runtime"), str(ROOT / "bench/measuring")]
import cases  # noqa: E402
import results  # noqa: E402
from cases import Case, Goal  # noqa: E402
from rounds import Figure, Rounds  # noqa: E402

WALL = Figure("wall", "ns", "real_time")
RATE = Figure("rate", "1/s", "rate", more_is_better=True)


class program:
    def __init__(self, name):
        self.name = name


def rounds(case, **of_programs):
    gathered = Rounds()
    for name, values in of_programs.items():
        for value in values:
            gathered.add(case, program(name), value)
    return gathered


def environment(**more):
    return {**os.environ, "WEFT_BIN": str(BIN), "NO_COLOR": "1", **more}


def processes_with(mark):
    """The processes whose environment has the mark."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes())
        except OSError:
            pass  # it has ended, or is not ours
    return found


class Figures(unittest.TestCase):
    case = Case("yield", "", (WALL, RATE))

    def test_ratios_are_of_the_same_round_and_their_median_counts(self):
        gathered = rounds(self.case, weft=[{"real_time": t} for t in (10, 20, 10)],
                          go=[{"real_time": t} for t in (50, 60, 80)])
        ratio = gathered.ratio(self.case, "weft", "go", WALL)
        self.assertEqual((ratio.median, ratio.low, ratio.high), (5, 3, 8))

    def test_where_more_is_better_the_ratio_is_turned_round(self):
        gathered = rounds(self.case, weft=[{"rate": 300}], go=[{"rate": 100}])
        self.assertEqual(gathered.ratio(self.case, "weft", "go", RATE).median, 3)

    def test_a_round_that_failed_counts_for_nobody(self):
        gathered = rounds(self.case, weft=[{"real_time": 10}, {"real_time": 10}],
                          go=[None, {"real_time": 70}])
        self.assertEqual(gathered.ratio(self.case, "weft", "go", WALL).median, 7)

    def verdict(self, goal, weft, go):
        gathered = rounds(self.case, weft=[{"real_time": weft}], go=[{"real_time": go}])
        return results.judge(gathered, goal, self.case, WALL, "weft")["result"]

    def test_a_goal_with_two_parts_is_met_by_both_alone(self):
        goal = Goal("yield", "wall", at_most=12, times_go=5)
        self.assertEqual(self.verdict(goal, 12, 60), "met")
        self.assertEqual(self.verdict(goal, 13, 100), "missed")
        self.assertEqual(self.verdict(goal, 12, 59), "missed")

    def test_a_goal_against_a_rival_that_is_missing_is_not_judged(self):
        gathered = rounds(self.case, weft=[{"real_time": 1}])
        verdict = results.judge(gathered, Goal("yield", "wall", times_go=5), self.case, WALL, "weft")
        self.assertEqual(verdict["result"], "not measured")

    def test_every_goal_names_a_figure_that_is_measured(self):
        measured = {(c.name, f.key) for c in cases.CASES for f in c.figures}
        self.assertLessEqual({(g.case, g.figure) for g in cases.GOALS}, measured)


class Command(unittest.TestCase):
    driver = [sys.executable, "-B", str(ROOT / "bench/runtime/run")]

    def test_without_go_it_says_so_and_measures_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "results.json"
            done = subprocess.run([*self.driver, "--quick", "--only", "yield", "--json", str(file)],
                                  env=environment(PATH=folder), capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("go: skipped, there is no go in PATH", done.stdout)
            written = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual(written["schema"], "weft-runtime-bench/1")
        self.assertEqual(written["skipped"], {"go": "there is no go in PATH"})
        self.assertEqual({r["program"] for r in written["rounds"]}, {"weft", "asio"})

    def test_a_build_by_clang_is_a_program_of_its_own_with_its_own_verdicts(self):
        with tempfile.TemporaryDirectory() as no_tools:
            done = subprocess.run([*self.driver, "--quick", "--only", "yield", "--clang"], capture_output=True,
                                  env=environment(PATH=no_tools, WEFT_CLANG_BIN=str(BIN)), text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\n +weft +weft clang +asio +x asio\n")
        self.assertRegex(done.stdout, r"yield, wall, weft clang +\d")

    def test_a_build_that_is_missing_is_one_line_that_names_it(self):
        done = subprocess.run([*self.driver, "--quick", "--only", "yield", "--clang"], capture_output=True,
                              env=environment(WEFT_CLANG_BIN="/nowhere"), text=True, timeout=300)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("there is no /nowhere/weft_micro", done.stderr)

    def test_an_unknown_case_is_refused_with_the_names(self):
        done = subprocess.run([*self.driver, "--only", "nothing"], env=environment(), capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no case nothing; there are call, yield", done.stderr)

    def test_an_interrupt_leaves_nothing_running(self):
        mark = f"WEFT_MARK={uuid.uuid4()}"
        with tempfile.TemporaryDirectory() as no_tools, subprocess.Popen(
                [*self.driver, "--quick", "--only", "burners_1"], stdout=subprocess.PIPE, text=True,
                env=environment(PATH=no_tools, WEFT_MARK=mark.split("=")[1])) as running:
            while not any(b"echo_load" in command for command in processes_with(mark)):
                self.assertIsNone(running.poll(), "it ended before it had a server and a client")
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=60)
            self.assertEqual(running.returncode, 130)
        self.assertEqual(processes_with(mark), [])


unittest.main(argv=sys.argv[:1], verbosity=2)
