#!/usr/bin/env python3
"""No file names a package registry or a path of one person's machine.

usage: words.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

FORBIDDEN = {
    "a package registry": re.compile(
        r"\b(pypi|crates|npmjs|rubygems|pkg\.go|proxy\.golang|registry\.\w+)\.(org|com|io|dev)\b"
        r"|\b(deb|security|snapshot)\.debian\.org\b|\barchive\.ubuntu\.com\b"),
    "a path of one machine": re.compile(r"(?<![\w.$}/*-])/(work|root|home|Users|workspace)/\w"
                                        r"|(?<![\w.])/tmp/\w/"),
}
NOT_OURS = {".git", "build", ".cache", "node_modules", "__pycache__"}


def files(root):
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        if path.is_file() and not path.is_symlink() and not NOT_OURS.intersection(inside):
            yield path


def violations(root):
    for path in files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for what, pattern in FORBIDDEN.items():
                if match := pattern.search(line):
                    where = path.relative_to(root).as_posix()
                    yield f"{where}:{number}: '{match.group()}' is {what}"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("words", violations(root), sum(1 for _ in files(root)))
