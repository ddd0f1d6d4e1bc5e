#!/usr/bin/env python3
"""What the documents show exists: trees of files, links, ./dev commands, @example, quoted
regions, and the headers of a layer.

usage: documents.py ROOT
"""

import re
import subprocess
import sys
from pathlib import Path

from report import finish

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
PATH = re.compile(r"[\w.+-]+(/[\w.+-]+)*/?")
EXAMPLE = re.compile(r"@example\s+([\w./-]+)(?::(\w+))?")
PROGRAM = re.compile(r"\bbuild/[\w-]+/bin/([\w-]+)")
DEV = re.compile(r"(?:^\$?|&&|;)\s*\./dev(?:[ \t]+([\w-]+))?", re.MULTILINE)
# A comment that names a region, and the code below it.
QUOTE = re.compile(r"<!-- quotes ([\w./-]+):(\w+) -->\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CPP = ("cpp", "c++", "cc")
NOT_OURS = {".git", "build", ".cache"}


def documents(root):
    for path in sorted(root.rglob("*.md")):
        if not NOT_OURS.intersection(path.relative_to(root).parts):
            yield path


def tree_entries(block):
    """[(depth, name)] where the block is a tree of files, else None.

    A tree has nothing but lines that start with a path, drawn or indented, and a folder among them.
    """
    entries = []
    for line in filter(str.strip, block.splitlines()):
        drawing = re.match(r"[\s│├└─|`]*", line).end()
        name = line[drawing:].split()[0] if line[drawing:].split() else ""
        if not PATH.fullmatch(name):
            return None
        entries.append((drawing, name))
    return entries if any(name.endswith("/") for _, name in entries) else None


def tree_paths(entries):
    parents = []
    for depth, name in entries:
        while parents and parents[-1][0] >= depth:
            parents.pop()
        yield "".join(folder for _, folder in parents) + name
        if name.endswith("/"):
            parents.append((depth, name))


def check_trees(root, where, text):
    for language, block in FENCE.findall(text):
        entries = tree_entries(block) if language in ("", "text", "tree") else None
        for path in tree_paths(entries or []):
            inside = path.removeprefix(root.name + "/").removeprefix("weft/")
            exists = (root / path).exists() or (root / inside).exists()
            if not exists and path.rstrip("/") not in (root.name, "weft"):
                yield f"{where}: the tree shows {path}, which does not exist"


def check_links(path, where, text):
    for target in LINK.findall(FENCE.sub("", text)):
        if not (path.parent / target).exists():
            yield f"{where}: links to {target}, which does not exist"


def dev_commands(root):
    """What ./dev help lists."""
    text = subprocess.run([root / "dev", "help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z]+)\b", text, re.MULTILINE))


def programs(root):
    """What the samples and benchmarks build into build/PRESET/bin."""
    lists = [p.read_text(encoding="utf-8") for p in root.glob("*/*/CMakeLists.txt")]
    return set(re.findall(r"\bweft_program\(\s*([\w-]+)", "".join(lists)))


def check_commands(where, text, commands, built):
    for language, block in FENCE.findall(text):
        if language not in ("sh", "bash", "console"):
            continue
        for command in filter(None, DEV.findall(block)):
            if command not in commands:
                yield f"{where}: shows ./dev {command}, which ./dev help does not know"
        for program in PROGRAM.findall(block):
            if program not in built:
                yield f"{where}: shows the program {program}, which no sample builds"


def check_examples(root):
    for header in sorted((root / "include").rglob("*.hpp")):
        where = header.relative_to(root).as_posix()
        for file, name in EXAMPLE.findall(header.read_text(encoding="utf-8")):
            source = root / file
            if not source.is_file():
                yield f"{where}: @example {file} does not exist"
            elif name and region(source.read_text(encoding="utf-8"), name) is None:
                yield f"{where}: @example {file} has no region // [{name}] to // [/{name}]"


def region(text, name):
    """What stands between the lines "// [name]" and "// [/name]"; None where it is not there."""
    found = re.search(rf"^ *// \[{name}\]\n(.*?)^ *// \[/{name}\]", text, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else None


def check_quotes(root, where, text):
    for file, name, block in QUOTE.findall(text):
        source = root / file
        quoted = region(source.read_text(encoding="utf-8"), name) if source.is_file() else None
        if quoted is None:
            yield f"{where}: quotes {file}:{name}, which does not exist"
        elif quoted != block:
            yield f"{where}: what it shows of {file}:{name} is not what stands there"


def check_index(root, where, text):
    """docs/<layer>.md names each header of the layer that <weft/layer.hpp> includes."""
    umbrella = root / "include" / "weft" / Path(where).with_suffix(".hpp").name
    if where.startswith("docs/") and umbrella.is_file():
        layer = umbrella.stem
        for header in re.findall(rf"#include <weft/{layer}/(.+)>", umbrella.read_text(encoding="utf-8")):
            if f"`{header}`" not in text:
                yield f"{where}: does not say what {header} is for, which <weft/{layer}.hpp> includes"


def check_code_is_compiled(where, text):
    """In docs/ every piece of C++ is a quote of what the tests compile."""
    for language, block in FENCE.findall(QUOTE.sub("", text)):
        if language in CPP and where.startswith("docs/"):
            yield f"{where}: the code that begins {block.strip().splitlines()[0]!r} quotes no compiled file"


def violations(root):
    commands, built = dev_commands(root), programs(root)
    for path in documents(root):
        where = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        yield from check_trees(root, where, text)
        yield from check_links(path, where, text)
        yield from check_commands(where, text, commands, built)
        yield from check_quotes(root, where, text)
        yield from check_code_is_compiled(where, text)
        yield from check_index(root, where, text)
    yield from check_examples(root)


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    headers = sum(1 for _ in (root / "include").rglob("*.hpp"))
    finish("documents", violations(root), sum(1 for _ in documents(root)) + headers)
