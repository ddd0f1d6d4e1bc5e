#!/usr/bin/env python3
"""The command behind `./dev bench http`: what it computes, what it counts, what it says.

usage: http_test.py BIN ROOT
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
os.environ["WEFT_BIN"] = str(BIN)
sys.path[:0] = [str(ROOT / "bench/http"), str(ROOT / "bench/measuring")]
import cases  # noqa: E402
import counting  # noqa: E402
import results  # noqa: E402
import servers  # noqa: E402
from cases import CPU, LIMIT, LOOP, PORTABLE, RATE, USER, Case, Goal  # noqa: E402
from processes import Failed  # noqa: E402
from rounds import Rounds, number  # noqa: E402

STRACE_TABLE = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.01    0.003000           3      1000           sendto
 39.90    0.002000           2      1001         1 recvfrom
  0.09    0.000004           0        12           epoll_wait
------ ----------- ----------- --------- --------- ----------------
100.00    0.005004                  2013         1 total
"""


def rounds(case, **of_servers):
    gathered = Rounds()
    for server in (LIMIT, LOOP, PORTABLE):
        for values in of_servers.get(server.name, []):
            gathered.add(case, server, values)
    return gathered


def cpu(*values):
    return [None if value is None else {"cpu_us_per_request": value} for value in values]


class Figures(unittest.TestCase):
    case = Case("json", "", servers=(LIMIT, LOOP))

    def test_a_percentile_is_where_so_many_answers_have_come(self):
        latency = {"count": 100, "buckets": [[1e6, 50], [2e6, 49], [9e6, 1]]}
        self.assertEqual([servers.percentile(latency, share) for share in (0.5, 0.51, 0.99, 1)], [1, 2, 2, 9])
        self.assertIsNone(servers.percentile({"count": 0, "buckets": []}, 0.5))

    def test_an_error_that_is_not_tolerated_is_one(self):
        result = {"errors": {"status": 2, "closed": 0, "framing": 1}}
        self.assertEqual(servers.errors_of(result), {"status": 2, "framing": 1})
        self.assertEqual(servers.errors_of(result, ("status",)), {"framing": 1})

    def test_a_ratio_is_of_the_same_round_and_a_failed_round_counts_for_nobody(self):
        gathered = rounds(self.case, limit=cpu(10, 20, None, 10), event_loop=cpu(11, 30, 99, 12))
        found = results.times(gathered, self.case, LOOP, (LIMIT,), CPU)
        self.assertEqual((found.median, found.low, found.high), (1.2, 1.1, 1.5))

    def test_of_several_rivals_the_best_of_each_round_counts(self):
        rates = {name: [{"per_second": value} for value in values] for name, values in
                 {"limit": (100, 50), "portable": (50, 200), "event_loop": (150, 100)}.items()}
        found = results.times(rounds(self.case, **rates), self.case, LOOP, (LIMIT, PORTABLE), RATE)
        self.assertEqual((found.low, found.high), (0.5, 1.5))
        costs = rounds(self.case, limit=cpu(10, 5), portable=cpu(5, 20), event_loop=cpu(10, 10))
        self.assertEqual(results.times(costs, self.case, LOOP, (LIMIT, PORTABLE), CPU).median, 2)

    def test_user_time_comes_in_ticks_so_all_rounds_count(self):
        gathered = rounds(self.case, event_loop=[{"user_us_per_request": value} for value in (0, 0, 3)])
        self.assertEqual(results.spread(gathered, self.case, LOOP, USER).median, 1)

    def verdict(self, goal, **values):
        return results.judge(rounds(self.case, **values), self.case, goal)["result"]

    def test_a_goal_is_met_up_to_its_bound(self):
        beside = Goal("json", CPU, at_most=1.1, beside=(LIMIT,))
        self.assertEqual(self.verdict(beside, limit=cpu(10), event_loop=cpu(11)), "met")
        self.assertEqual(self.verdict(beside, limit=cpu(10), event_loop=cpu(11.1)), "missed")
        self.assertEqual(self.verdict(Goal("json", CPU, at_least=5), event_loop=cpu(5)), "met")
        self.assertEqual(self.verdict(Goal("json", CPU, at_least=5), event_loop=cpu(4.9)), "missed")

    def test_a_goal_without_its_figure_is_not_judged(self):
        self.assertEqual(self.verdict(Goal("json", CPU, at_most=1, beside=(LIMIT,)), event_loop=cpu(1)), "not measured")

    def test_next_to_nothing_is_not_shown_as_nothing(self):
        self.assertEqual((number(0.0), number(0.0004)), ("0.00", "0.0004"))

    def test_every_goal_names_a_figure_and_servers_of_its_case(self):
        by_name = {case.name: case for case in cases.CASES}
        for goal in cases.GOALS:
            self.assertIn(goal.figure, by_name[goal.case].figures)
            self.assertLessEqual({goal.server, *goal.beside}, set(by_name[goal.case].servers))


class Counting(unittest.TestCase):
    json_1 = next(case for case in cases.CASES if case.name == "json_1")
    orders = next(case for case in cases.CASES if case.name == "orders_64")

    def test_the_table_of_strace_is_read_without_its_sum(self):
        self.assertEqual(counting.calls_of(STRACE_TABLE), {"sendto": 1000, "recvfrom": 1001, "epoll_wait": 12})

    def test_what_both_runs_have_is_no_request_s(self):
        self.assertEqual(counting.per_request({"sendto": 10, "accept4": 1}, {"sendto": 110, "accept4": 1, "close": 50}, 100),
                         {"sendto": 1, "accept4": 0, "close": 0.5})

    def test_system_calls_are_those_that_the_server_makes(self):
        if shutil.which("strace") is None:
            return self.assertRaises(counting.Skipped, counting.SystemCallCounter)
        found = counting.count(self.json_1, LIMIT, counting.SystemCallCounter())["system_calls_per_request_by_kind"]
        # Of thousands of requests, a busy machine may split one or wake the server once for nothing.
        for name in ("sendto", "recvfrom", "epoll_wait"):
            self.assertAlmostEqual(found[name], 1, delta=0.0005, msg=name)

    def test_the_sum_of_callgrind_is_read(self):
        self.assertEqual(counting.instructions_of("version: 1\nevents: Ir\nfn=(1) main\n16 5\ntotals: 1234567\n"), 1234567)
        self.assertRaises(Failed, counting.instructions_of, "version: 1\nevents: Ir\n")

    def test_instructions_are_those_that_the_server_runs(self):
        if shutil.which("valgrind") is None:
            return self.assertRaises(counting.Skipped, counting.InstructionCounter)
        counter = counting.InstructionCounter()
        self.assertFalse(counter.can_count(PORTABLE))
        of_limit = counting.count(self.json_1, LIMIT, counter)["instructions_per_request"]
        self.assertGreater(of_limit, 300)
        self.assertGreater(counting.count(self.orders, LIMIT, counter)["instructions_per_request"], 2 * of_limit)

    def test_allocations_are_those_that_the_server_makes(self):
        if not (BIN / "weft_count_allocations.so").exists():  # a sanitizer's build
            return self.assertRaises(counting.Skipped, counting.AllocationCounter)
        counter = counting.AllocationCounter()
        self.assertEqual(counting.count(self.json_1, LIMIT, counter)["allocations_per_request"], 0)
        self.assertGreaterEqual(counting.count(self.orders, LOOP, counter)["allocations_per_request"], 1)


class Command(unittest.TestCase):
    driver = [sys.executable, "-B", str(ROOT / "bench/http/run")]

    def run_driver(self, *options, **how):
        return subprocess.run([*self.driver, *options], capture_output=True, text=True, timeout=300, **how)

    def test_a_case_is_measured_on_all_of_its_servers(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "results.json"
            done = self.run_driver("--quick", "--case=orders_64", "--rounds=1", "--seconds=0.3", f"--json={file}")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            written = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual(written["schema"], "weft-http-bench/1")
        of_servers = {entry["server"]: entry["figures"] for entry in written["summary"]}
        self.assertEqual(set(of_servers), {server.name for server in cases.ON_ONE_CORE})
        for figures in of_servers.values():
            self.assertLessEqual({"CPU", "user", "rate", "p50", "p99", "memory"}, set(figures))
        self.assertRegex(done.stdout, r"(met|missed) +orders_64, CPU, event_loop: [\d.]+ x limit \(at most 0.8\)")

    def test_what_overload_does_is_measured_with_and_without_shedding(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "results.json"
            done = self.run_driver("--case=overload", "--rounds=1", "--seconds=0.3", f"--json={file}")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            written = json.loads(file.read_text(encoding="utf-8"))
        of_servers = {entry["server"]: entry["values"] for entry in written["rounds"]}
        self.assertEqual(of_servers["event_loop"]["pressed_shed"], 0)
        self.assertGreater(of_servers["event_loop, sheds"]["pressed_shed"], 0)
        self.assertGreater(of_servers["event_loop, sheds"]["shed_us"], 0)
        self.assertEqual(len(written["verdicts"]), 2)

    def test_without_strace_it_says_so_and_measures_the_rest(self):
        with tempfile.TemporaryDirectory() as empty:
            done = self.run_driver("--quick", "--case=json_1", "--rounds=1", "--seconds=0.3",
                                   env={**os.environ, "PATH": empty})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("system calls: skipped, there is no strace in PATH", done.stdout)

    def test_servers_that_answer_differently_are_not_compared(self):
        with self.assertRaisesRegex(Failed, "event_loop answers .*404.*limit answers"):
            servers.check_answers(Case("wrong", "", "nothing GET /nothing", servers=(LIMIT, LOOP)))

    def test_wrong_answers_under_load_are_a_failure(self):
        case = Case("wrong", "", "nothing GET /nothing", options=("--connections=1",), servers=(LIMIT,))
        with self.assertRaises(Failed):
            servers.measure(case, LIMIT, 0.05)

    def test_a_wrong_option_gets_one_line(self):
        for options, said in ((["--case=nothing"], "no case nothing; there are json_1, json_64"),
                              (["--rounds=0"], "'0' is no number from 1 on"),
                              (["--seconds=x"], "'x' is no number of seconds"),
                              (["--json=/no/where"], "cannot write /no/where: No such file or directory"),
                              (["--what"], "unrecognized arguments: --what")):
            done = self.run_driver(*options)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


unittest.main(argv=sys.argv[:1], verbosity=2)
