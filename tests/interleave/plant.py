#!/usr/bin/env python3
"""Copies sources and plants the bugs of a planted_bugs.txt in the copy.

A bug whose place has changed is left out and listed in OUT/missing.txt: its test fails, and not the
build of whoever changed the place.

usage: plant.py ROOT BUGS OUT FOLDER...
"""

import re
import sys
from pathlib import Path

CHANGE = re.compile(r"^file: (.+)\n---\n((?:.*\n)*?)\+\+\+\n((?:.*\n)*?)===\n", re.MULTILINE)
BUG = re.compile(r"^bug: (\w+)\nfound: .+\n((?:file: (?:.*\n)*?===\n)+)", re.MULTILINE)


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


def place_of(text, where, bug):
    """[(start, old, new)] of the bug's changes in this file; why it cannot be planted, else None."""
    places = []
    for target, old, new in bug.changes:
        if target != where:
            continue
        if text.count(old) != 1:
            return [], f"{where}: this text stands there {text.count(old)} times, not once:\n{old}"
        places.append((text.index(old), old, new))
    return places, None


def plant(text, where, bugs, missing):
    """All changes of one file; they must not overlap."""
    places = []
    for bug in bugs:
        found, why_not = place_of(text, where, bug)
        if why_not:
            missing[bug.name] = why_not
        places += [(*place, bug.name) for place in found]
    places.sort(reverse=True)
    last = len(text)
    for start, old, new, name in places:
        if start + len(old) > last:
            missing[name] = f"{where}: its change overlaps with that of another bug"
            continue
        last = start
        condition = f"weft::testing::is_planted({hash_of(name):#x}U /* {name} */)"
        text = text[:start] + new.replace("PLANTED", condition) + text[start + len(old):]
    return text


def write(path, text):
    """Leaves a file that is right already alone, so that nothing is built again for it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def copy(root, bugs, out, folders):
    missing = {}
    copied = set()
    for folder in folders:
        for source in sorted((root / folder).rglob("*.?pp")):
            where = source.relative_to(root).as_posix()
            copied.add(where)
            text = source.read_text(encoding="utf-8")
            write(out / where, plant(text, where, bugs, missing))
    for bug in bugs:
        for where, _, _ in bug.changes:
            if where not in copied:
                missing[bug.name] = f"{where}: there is no such file"
    write(out / "missing.txt", "".join(f"{name}: {why}\n" for name, why in missing.items()))


if __name__ == "__main__":
    copy(Path(sys.argv[1]), read_bugs(Path(sys.argv[2])), Path(sys.argv[3]), sys.argv[4:])
