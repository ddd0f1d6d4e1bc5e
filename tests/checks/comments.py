#!/usr/bin/env python3
"""No comment is wider than the code, and no part of a documentation comment runs into another.

clang-format leaves comments alone. Where it wrapped them, it left a stray word on a line of its own
before an indented one, and glued `Completes` and the like into the sentence before.

usage: comments.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

FOLDERS = ("include", "src", "samples", "bench", "tests")
COLUMNS = 100
PARTS = r"(?:Completes|Cancels?|Concurrent|Cost)"
BEGINS_PART = re.compile(rf" */// ?(?:{PARTS}\b|.*@\w)")
GLUED = re.compile(rf"/// ?\S.*\s{PARTS} {{2,}}\S")
CONTINUES = re.compile(r" */// {8,}\S")  # examples are indented by less
PLAIN = re.compile(r" */// ?\S")


def sources(root):
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.[ch]pp"))


def complaints(lines):
    before = ""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("//") and len(line) > COLUMNS:
            yield number, f"a comment of {len(line)} columns"
        if GLUED.search(line):
            yield number, "a part of the documentation that begins in the middle of a line"
        if CONTINUES.match(line) and PLAIN.match(before) and not BEGINS_PART.match(before):
            yield number, "continues nothing: the line before it begins no part"
        before = line


def violations(root):
    for path in sources(root):
        for number, what in complaints(path.read_text(encoding="utf-8").splitlines()):
            yield f"{path.relative_to(root).as_posix()}:{number}: {what}"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("comments", violations(root), sum(1 for _ in sources(root)))
