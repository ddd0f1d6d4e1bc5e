#!/usr/bin/env python3
"""Each await_suspend() takes a suspension: that leaves the place of the co_await in the frame, and
the waiting frame in the task, for dumps and stall reports.

usage: awaiters.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# Neither `other.await_suspend(h)` nor `other->await_suspend(h)`, which are calls.
DECLARED = re.compile(r"(?<![.\w>])await_suspend\s*\(\s*([^,)]*)")
SUSPENSION = re.compile(r"(const\s+)?(::)?(weft::)?(detail::)?suspension\b")

# What suspends for good, and what takes the place as an argument of its own.
EXEMPT = {
    ("include/weft/runtime/task.hpp", "std::coroutine_handle<Promise> ended"),
    ("include/weft/runtime/task.hpp", "std::coroutine_handle<Promise> caller"),
}


def without_comments(text):
    return COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)


def declarations(root):
    """(file, line, first parameter) of every await_suspend() below include/weft and src."""
    for base in (root / "include/weft", root / "src"):
        for path in sorted(p for p in base.rglob("*") if p.suffix in (".hpp", ".cpp")):
            text = without_comments(path.read_text(encoding="utf-8"))
            for found in DECLARED.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield path.relative_to(root).as_posix(), line, " ".join(found.group(1).split())


def violations(root):
    for where, line, parameter in declarations(root):
        if SUSPENSION.match(parameter) or (where, parameter) in EXEMPT:
            continue
        yield f"{where}:{line}: await_suspend({parameter}) takes no detail::suspension"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("awaiters", violations(root), sum(1 for _ in declarations(root)))
