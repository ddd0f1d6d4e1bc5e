#!/usr/bin/env python3
"""What ./dev fuzz says, and that it finds a planted fault.

usage: command_test.py ROOT

It builds a target in the preset fuzz.
"""
import base64
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()


def fuzz(*arguments, **environment):
    return subprocess.run([ROOT / "dev", "fuzz", *arguments], cwd=ROOT, capture_output=True, text=True,
                          timeout=1500, env={**os.environ, "NO_COLOR": "1", **environment})


class Fuzz(unittest.TestCase):
    def test_without_a_target_it_lists_them(self):
        done = fuzz()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^== fuzzing targets: .*\brequest_parser\b")

    def test_an_unknown_target_is_refused_in_one_line(self):
        done = fuzz("nothing")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"\A./dev: no fuzzing target 'nothing'; .*\n\Z")

    def test_a_number_of_seconds_is_wanted(self):
        self.assertEqual(fuzz("request_parser", "--seconds", "soon").returncode, 2)

    def test_a_run_without_a_fault_says_so(self):
        done = fuzz("request_parser", "--seconds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        last = done.stdout.splitlines()[-1]
        self.assertRegex(last, r"^== fuzz: request_parser ran [1-9]\d* inputs in \d+ s, no fault$")

    def test_a_planted_fault_is_found_and_its_input_shows_it_again(self):
        plant = {"WEFT_FUZZ_PLANT": "turn_keep_alive"}
        done = fuzz("request_parser", "--seconds", "10", **plant)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("fuzz: Beast reads it otherwise", done.stderr)
        command = re.search(r"(build/\S+ build/\S+) shows it again", done.stderr).group(1).split()
        self.addCleanup((ROOT / command[1]).unlink)
        printed = re.search(r"^that input in base64: (\S+)$", done.stderr, re.MULTILINE).group(1)
        self.assertEqual(base64.b64decode(printed), (ROOT / command[1]).read_bytes())
        again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60,
                               env={**os.environ, **plant})
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("fuzz: Beast reads it otherwise", again.stderr)


unittest.main(argv=sys.argv[:1], verbosity=2)
