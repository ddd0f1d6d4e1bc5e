#!/usr/bin/env python3
"""Runs the consumer of weft::runtime, which prints one number.

usage: print_sum.py PROGRAM
"""

import subprocess
import sys

PATIENCE = 60  # seconds; a sanitizer on a busy machine is slow


def main(program):
    ran = subprocess.run([program], capture_output=True, text=True, timeout=PATIENCE)
    if (ran.returncode, ran.stdout, ran.stderr) != (0, "5050\n", ""):
        return f"it ended with {ran.returncode} and printed {ran.stdout!r}, {ran.stderr!r}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
