#!/usr/bin/env python3
"""No statement has a form of co_await that g++ 12 compiles wrongly (CONTRIBUTING.md, "Coroutines"), and
no public awaiter is an aggregate. tests/unit/runtime/compiler_patterns shows what goes wrong.

usage: coroutines.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

# The forms themselves, to see which compilers get them wrong.
EXEMPT = "tests/unit/runtime/compiler_patterns/"

BLANKED = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
                     re.DOTALL)
CONDITION = re.compile(r"\b(if|while|switch|for)\s*(?:constexpr\s*)?\(")
DECLARATION = re.compile(r"\s*(const\s+)?[\w:<>,\s]+?[&\s]\s*[\w\[\], ]+=\s*")
# `type{...}` and `f({...})`: what is broken holds something. Not the body of a lambda.
BRACED = re.compile(r"(?:\b[A-Za-z_]\w*(?:<[\w:<>, ]*>)?|[(,]\s*)\{(?!\s*\})")
# A list that makes a span, of which nothing is destroyed.
SPAN = re.compile(r"\b(read_some|write_some|write_all)\(\{")
OWNING_CAPTURE = re.compile(r"\[(?!\s*[&\]])[^\]\[;]*\w\s*=[^\]\[;]*\]\s*(?:\([^()]*\)\s*)?(?:\w+\s*)?\{")
CALLED_AT_ONCE = re.compile(r"co_await\s+\[[^\]\s][^\]]*\]")
CLASS = re.compile(r"\b(?:class|struct)\s+(?:\[\[[^\]]*\]\]\s*)?(\w+)(?:<[^;{}]*>)?\s*(?:final\s*)?(?::[^:;{][^;{]*)?\{")

# Has no member, and only the compiler makes it.
MEMBERLESS = {"final_awaiter"}


def blank(match):
    """Keeps the lines, and the length, of what is no code."""
    return re.sub(r"[^\n]", " ", match.group())


def closing(text, opening):
    """The index of the bracket that closes the one at `opening`."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    stack = []
    for index in range(opening, len(text)):
        if text[index] in pairs:
            stack.append(pairs[text[index]])
        elif stack and text[index] == stack[-1]:
            stack.pop()
            if not stack:
                return index
    return len(text)


def line_of(text, index):
    return text.count("\n", 0, index) + 1


def conditions(text):
    """(index, what is tested) of each condition with a bare co_await."""
    for found in CONDITION.finditer(text):
        opening = found.end() - 1
        tested = text[opening + 1:closing(text, opening)]
        if found.group(1) == "for":
            parts = tested.split(";")
            tested = parts[1] if len(parts) == 3 else ""
        else:
            tested = tested.split(";")[-1]
        if re.search(r"\bco_await\b", tested) and not DECLARATION.match(tested.split("co_await")[0]):
            yield found.start()


def statement_around(text, index):
    """From the end of the statement before, or the block it begins, to its own end."""
    begin, depth = index, 0
    while begin > 0:
        before = text[begin - 1]
        if before in ")}]":
            depth += 1
        elif depth == 0 and (before == ";" or before == "{" and not re.match(r"\w", text[begin - 2])):
            break
        elif before in "([{":
            depth = max(0, depth - 1)
        begin -= 1
    end = index
    while end < len(text) and text[end] not in ";}":
        end = closing(text, end) + 1 if text[end] in "([{" else end + 1
    return text[begin:end]


def without_bodies(statement):
    """The statement without what stands in the bodies of its lambdas and of blocks before it."""
    kept, index = "", 0
    while index < len(statement):
        if statement[index] == "{" and re.search(r"[\s)\]]$", kept) and not re.search(r"[(,]\s*$", kept):
            kept += "{}"
            index = closing(statement, index)
        else:
            kept += statement[index]
        index += 1
    return kept


def broken_forms(text):
    for index in conditions(text):
        yield index, "a co_await in a condition comes with a declaration"
    for found in re.finditer(r"\bco_await\b", text):
        statement = statement_around(text, found.start())
        plain = without_bodies(statement)
        if BRACED.search(SPAN.sub("(", plain)):
            yield found.start(), "name an aggregate or a list before the co_await statement"
        if OWNING_CAPTURE.search(statement):
            yield found.start(), "name a closure that owns something before the co_await statement"
        if CALLED_AT_ONCE.match(text, found.start()):
            yield found.start(), "a coroutine lambda with captures is not called at once"
        if re.search(r"\?[^;]*\bco_await\b", plain):
            yield found.start(), "an if, not ?:, chooses between awaits"


def own_part(body):
    """The body of a class without the classes in it."""
    for inner in reversed(list(CLASS.finditer(body))):
        body = body[:inner.start()] + body[closing(body, inner.end() - 1) + 1:]
    return body


def aggregate_awaiters(text):
    for found in CLASS.finditer(text):
        name = found.group(1)
        body = own_part(text[found.end():closing(text, found.end() - 1)])
        if name in MEMBERLESS or not re.search(r"\bawait_suspend\s*\(", body):
            continue
        if not re.search(rf"(?<![~\w]){name}\s*\(|\busing (\w+::)*(\w+)::\2;", body):
            yield found.start(), f"the awaiter {name} has no constructor"


def sources(root):
    for base in ("include", "src", "samples", "tests"):
        for path in sorted((root / base).rglob("*.?pp")):
            if not path.relative_to(root).as_posix().startswith(EXEMPT):
                yield path


def violations(root):
    for path in sources(root):
        where = path.relative_to(root).as_posix()
        text = BLANKED.sub(blank, path.read_text(encoding="utf-8"))
        found = list(broken_forms(text))
        if where.startswith(("include/", "src/")):
            found += aggregate_awaiters(text)
        for index, why in found:
            yield f"{where}:{line_of(text, index)}: {why}"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("coroutines", violations(root), sum(1 for _ in sources(root)))
