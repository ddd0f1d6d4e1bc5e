"""usage: tasks_test.py TASKS_PROGRAM EXPECTED_DIR

Runs each sample of `tasks` under each model; each has to print what its file says.
"""
import pathlib
import re
import subprocess
import sys
import unittest

TASKS, EXPECTED = sys.argv[1], pathlib.Path(sys.argv[2])


def run(*arguments):
    return subprocess.run([TASKS, *arguments], capture_output=True, text=True, timeout=120)


USAGE = run().stderr
SAMPLES = re.search(r"samples: ([^;]*);", USAGE).group(1).split()
MODELS = re.search(r"models: (.*)", USAGE).group(1).replace(",", " ").split()


class Tasks(unittest.TestCase):
    def test_each_sample_prints_the_same_under_each_model(self):
        self.assertGreaterEqual(len(MODELS), 3)
        for name in SAMPLES:
            expected = (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")
            for model in MODELS:
                with self.subTest(sample=name, model=model):
                    ran = run(name, f"--model={model}")
                    self.assertEqual((ran.returncode, ran.stderr, ran.stdout), (0, "", expected))

    def test_each_expectation_belongs_to_a_sample(self):
        self.assertEqual(sorted(path.stem for path in EXPECTED.glob("*.txt")), sorted(SAMPLES))

    def test_a_wrong_command_line_is_one_line_that_names_what_is_wrong(self):
        models = ", ".join(MODELS)
        for arguments, words in (
            ([], "usage: tasks SAMPLE [--model=MODEL]; samples: "),
            (["none"], 'there is no sample "none"; there are ' + " ".join(SAMPLES) + "\n"),
            (["x", "--model=nope"], 'there is no sample "x"; '),
            (["race", "--model=nope"], f'--model: there is no "nope"; there are {models}\n'),
            (["race", "--what"], 'there is no option "--what"; there is --model=MODEL\n'),
            (["race", "--model=gil", "fast"], 'there is no option "fast"; '),
        ):
            with self.subTest(arguments=arguments):
                ran = run(*arguments)
                self.assertEqual((ran.returncode, ran.stdout, len(ran.stderr.splitlines())), (2, "", 1))
                self.assertTrue(ran.stderr.startswith("tasks: " + words), ran.stderr)


unittest.main(argv=sys.argv[:1])
