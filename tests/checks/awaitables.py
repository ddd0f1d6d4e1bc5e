#!/usr/bin/env python3
"""Each public awaitable says what a cancel does to it, and has a test of each way in which it can end.

tests/unit/awaitables.txt names the tests. An awaitable is a public function of the layers below http
that returns a task, or what only a co_await makes do something.

usage: awaitables.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

LAYERS = ["runtime", "net", "testing"]
MATRIX = "tests/unit/awaitables.txt"
WAYS = ["ready", "suspended", "cancelled", "destroyed", "raced"]

HIDDEN = re.compile(r"\bnamespace (?:\w+::)*detail\s*\{")
TEMPLATE = re.compile(r"template <[^\n]*\n(?:\s*requires[^\n]*\n)?|template <[^;{]*?>\s*\n")
RETURNS = r"(?:static |inline )?(?:task<.*?>|[\w:]*awaiter(?:<[\w:., ]*>)?|join_result<\w+>)\s+(\w+)\("
DECLARED = re.compile(rf"\s*{RETURNS}|\s*auto (\w+)\(.*?\)\s*(?:noexcept )?->\s*(?:task|std::invoke_result_t)<|"
                      r"struct (use_task)_t ",  # of what Asio makes an awaitable
                      re.DOTALL)


def closing(text, opening):
    depth = 0
    for index in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def without_detail(text):
    for found in list(HIDDEN.finditer(text)):
        end = closing(text, found.end() - 1) + 1
        text = text[:found.start()] + re.sub(r"[^\n]", " ", text[found.start():end]) + text[end:]
    return text


def owner_of(lines, index):
    """The class around that line and where it began, by the layout: its name stands further left."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    if indent == 0:
        return "", 0
    for above in range(index - 1, -1, -1):
        found = re.match(r"( *)(?:class|struct) (?:\[\[.*?\]\] *)?(\w+)", lines[above])
        if found and len(found.group(1)) < indent and not lines[above].rstrip().endswith(";"):
            return found.group(2), above
    return "", 0


def is_private(lines, begin, index):
    access = "public" if begin == 0 or "struct" in lines[begin] else "private"
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    for line in lines[begin:index]:
        found = re.match(rf" {{{indent}}}(public|private|protected):", line)
        access = found.group(1) if found else access
    return access != "public"


def awaitables(root):
    """(name, file:line, documentation)"""
    for layer in LAYERS:
        for path in sorted((root / "include/weft" / layer).glob("*.hpp")):
            lines = without_detail(path.read_text(encoding="utf-8")).split("\n")
            documentation = []
            for index, line in enumerate(lines):
                if line.strip().startswith("///"):
                    documentation.append(line)
                    continue
                code = TEMPLATE.sub("", "\n".join(lines[index:index + 8]), count=1)
                found = DECLARED.match(code) if line.strip() else None
                # The line of a declaration itself, not that of the template before it.
                if found and not line.lstrip().startswith(("template", "requires", "return", "co_")):
                    owner, begin = owner_of(lines, index)
                    if not (owner and is_private(lines, begin, index)):
                        name = next(filter(None, found.groups()))
                        where = f"{path.relative_to(root).as_posix()}:{index + 1}"
                        yield f"{owner}::{name}" if owner else name, where, "\n".join(documentation)
                if not line.lstrip().startswith(("template", "requires")):
                    documentation = []


def entries(root):
    """{awaitable: {way: what its line says}} of the matrix."""
    matrix, current = {}, None
    path = root / MATRIX
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        key, _, value = line.partition(": ")
        if line.startswith("awaitable: "):
            current = matrix.setdefault(value.strip(), {})
        elif current is not None and key.strip() in WAYS:
            current[key.strip()] = value.strip()
    return matrix


def test_names(root):
    names = set()
    for path in (root / "tests").rglob("*_test.cpp"):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\bTEST_CASE\(\s*((?:\"[^\"]*\"\s*)+)", text):
            names.add("".join(re.findall(r"\"([^\"]*)\"", found.group(1))))
    return names


def violations(root):
    matrix, names, seen = entries(root), test_names(root), set()
    for name, where, documentation in awaitables(root):
        seen.add(name)
        if not re.search(r"^\s*/// ?Cancel\s", documentation, re.MULTILINE):
            yield f"{where}: {name} does not say what a cancel does (`/// Cancel  ...`)"
        if name not in matrix:
            yield f"{where}: {name} is not in {MATRIX}"
    for name, ways in matrix.items():
        if name not in seen:
            yield f"{MATRIX}: {name} is no public awaitable"
        for way in WAYS:
            said = ways.get(way, "")
            if not said:
                yield f"{MATRIX}: {name} has no test of: {way}"
            elif not said.startswith("none, ") and said not in names:
                yield f"{MATRIX}: {name}, {way}: there is no test '{said}'"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("awaitables", violations(root), sum(1 for _ in awaitables(root)))
