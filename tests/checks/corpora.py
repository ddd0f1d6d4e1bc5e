#!/usr/bin/env python3
"""The corpora of the fuzzing targets stay small, and each target has one.

usage: corpora.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

MOST_BYTES = 5 * 1024 * 1024
TARGET = re.compile(r"^weft_fuzz_target\(\s*(\w+)", re.MULTILINE)


def inputs(root):
    return [path for path in sorted((root / "tests/fuzz/corpus").rglob("*")) if path.is_file()]


def violations(root):
    size = sum(path.stat().st_size for path in inputs(root))
    if size > MOST_BYTES:
        yield (f"tests/fuzz/corpus: {size:,} bytes, more than {MOST_BYTES:,} "
               "(./dev fuzz --all --minimise makes it smaller)")
    targets = set(TARGET.findall((root / "tests/fuzz/CMakeLists.txt").read_text(encoding="utf-8")))
    with_inputs = {path.relative_to(root / "tests/fuzz/corpus").parts[0] for path in inputs(root)}
    for target in sorted(targets - with_inputs):
        yield f"tests/fuzz/corpus/{target}: the target has no inputs"
    for folder in sorted(with_inputs - targets):
        yield f"tests/fuzz/corpus/{folder}: there is no such target"


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("corpora", violations(root), len(inputs(root)))
