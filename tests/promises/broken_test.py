#!/usr/bin/env python3
"""A test of a promise fails when the mechanism that keeps the promise is taken out.

usage: broken_test.py PROGRAM MISSING BUG TEST_CASE
"""

import os
import re
import subprocess
import sys


def run(program, case, bug, scale):
    # Characters that a test specification takes for its own.
    name = re.sub(r"([\\,\[\]*])", r"\\\1", case)
    # What is lost is not waited for as long as on a busy machine.
    environment = {**os.environ, "WEFT_PLANTED": bug, "WEFT_PATIENCE_MS": "2000",
                   "WEFT_PROMISES_SCALE": str(scale)}
    return subprocess.run([program, name, "--abort"], env=environment, capture_output=True,
                          text=True, errors="replace", timeout=100, check=False)


def main(program, missing, bug, case):
    with open(missing, encoding="utf-8") as bugs:
        reasons = re.search(rf"^{bug}: (.*?)(?=^\w+: |\Z)", bugs.read(), re.MULTILINE | re.DOTALL)
    if reasons:
        sys.exit(f"{bug} cannot be planted: {reasons.group(1)}planted_bugs.txt has to follow")
    broken = run(program, case, bug, 1)
    if broken.returncode == 0:  # what needs a moment of its own to go wrong gets more of them
        broken = run(program, case, bug, 10)
    # A check that failed, or a process that died in the case: not a program that did not start, and
    # not a name that no case has.
    failed = re.search(r"^.*: FAILED:$", broken.stdout, re.MULTILINE)
    is_of_case = case in " ".join(broken.stdout.split())  # long names are broken into lines
    if broken.returncode == 0 or not failed or not is_of_case:
        sys.exit(f"'{case}' does not notice {bug} (exit code {broken.returncode}):\n"
                 f"{broken.stdout}{broken.stderr}")
    print(broken.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
