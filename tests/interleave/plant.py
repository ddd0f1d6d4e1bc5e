#!/usr/bin/env python3
"""Copies the runtime's sources and plants the bugs of planted_bugs.txt in the copy.

usage: plant.py ROOT BUGS OUT
"""

import re
import sys
from pathlib import Path

CHANGE = re.compile(r"^file: (.+)\n---\n((?:.*\n)*?)\+\+\+\n((?:.*\n)*?)===\n", re.MULTILINE)
BUG = re.compile(r"^bug: (\w+)\nfound: .+\n((?:file: (?:.*\n)*?===\n)+)", re.MULTILINE)
COPIED = ["include/weft/runtime", "src/runtime"]


class Bug:
    def __init__(self, match):
        self.name, changes = match.groups()
        self.changes = CHANGE.findall(changes)


def read_bugs(path):
    text = path.read_text(encoding="utf-8")
    bugs = [Bug(match) for match in BUG.finditer(text)]
    written = len(re.findall(r"^bug: ", text, re.MULTILINE))
    if len(bugs) != written:
        sys.exit(f"{path}: {written} bugs, of which {len(bugs)} are well formed")
    if len({bug.name for bug in bugs}) != len(bugs):
        sys.exit(f"{path}: two bugs have one name")
    return bugs


def hash_of(name):
    """FNV-1a, as in src/testing/interleave/planted.hpp."""
    value = 0xcbf29ce484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value


def plant(text, where, changes):
    """All changes of one file; they must not overlap."""
    places = []
    for name, old, new in changes:
        if text.count(old) != 1:
            sys.exit(f"{where}: the text that the bug {name} changes stands there "
                     f"{text.count(old)} times, not once:\n{old}")
        places.append((text.index(old), old, new, name))
    places.sort(reverse=True)
    last = len(text)
    for start, old, new, name in places:
        if start + len(old) > last:
            sys.exit(f"{where}: the bug {name} overlaps with another")
        last = start
        condition = f"weft::testing::is_planted({hash_of(name):#x}U /* {name} */)"
        text = text[:start] + new.replace("PLANTED", condition) + text[start + len(old):]
    return text


def copy(root, bugs, out):
    changes = {}
    for bug in bugs:
        for where, old, new in bug.changes:
            changes.setdefault(where, []).append((bug.name, old, new))
    for folder in COPIED:
        for source in sorted((root / folder).glob("*.?pp")):
            where = source.relative_to(root).as_posix()
            text = plant(source.read_text(encoding="utf-8"), where, changes.pop(where, []))
            target = out / where
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
    if changes:
        sys.exit(f"bugs for files that are not copied: {', '.join(changes)}")


if __name__ == "__main__":
    copy(Path(sys.argv[1]), read_bugs(Path(sys.argv[2])), Path(sys.argv[3]))
