#!/usr/bin/env python3
"""A planted bug is found, and the schedule that is printed shows the same failure again.

usage: planted_test.py PROGRAM MISSING BUG TEST_CASE
"""

import os
import re
import subprocess
import sys

FOUND = 3  # the program's exit code after a report


def run(program, case, **environment):
    # What would steer the search is not inherited: the bug is to be found by the usual one.
    usual = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_INTERLEAVE_")}
    # Characters that a test specification takes for its own.
    name = re.sub(r"([\\,\[\]*])", r"\\\1", case)
    return subprocess.run([program, name], env={**usual, **environment}, capture_output=True,
                          text=True, timeout=110, check=False)


def failure_of(output):
    match = re.search(r"^interleave: FAILED: (.*)$", output, re.MULTILINE)
    return match.group(1) if match else None


def main(program, missing, bug, case):
    with open(missing, encoding="utf-8") as bugs:
        reasons = re.search(rf"^{bug}: (.*?)(?=^\w+: |\Z)", bugs.read(), re.MULTILINE | re.DOTALL)
    if reasons:
        sys.exit(f"{bug} cannot be planted: {reasons.group(1)}planted_bugs.txt has to follow")
    # Four times the usual search, which ends with the bug: some need a lucky random schedule.
    found = run(program, case, WEFT_PLANTED=bug, WEFT_INTERLEAVE_SCALE="4")
    if found.returncode != FOUND:
        sys.exit(f"'{case}' does not find {bug} (exit code {found.returncode}):\n{found.stdout}")
    print(found.stdout)
    schedule = re.search(r"^replay: WEFT_INTERLEAVE_REPLAY='(.*)'$", found.stdout, re.MULTILINE)
    again = run(program, case, WEFT_PLANTED=bug, WEFT_INTERLEAVE_REPLAY=schedule.group(1))
    if failure_of(again.stdout) != failure_of(found.stdout):
        sys.exit(f"the replay shows '{failure_of(again.stdout)}' instead:\n{again.stdout}")


if __name__ == "__main__":
    main(*sys.argv[1:])
