#!/usr/bin/env python3
"""Every public header compiles on its own, twice in one file, without a warning.

usage: headers.py ROOT BUILD_DIR COMPILER [FLAG...]
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from report import finish

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


def public_headers(root):
    return sorted((root / "include").rglob("*.hpp"))


def compile_alone(root, build, command, header):
    """The compiler's complaint, or None."""
    name = header.relative_to(root / "include").as_posix()
    source = build / (name.replace("/", "_") + ".cpp")
    text = f"#include <{name}>\n#include <{name}>\n"
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
    run = subprocess.run(
        [*command, "-c", str(source), "-o", str(source.with_suffix(".o"))],
        capture_output=True, text=True, check=False)
    return None if run.returncode == 0 else f"{name} does not compile on its own:\n{run.stderr}"


def violations(root, build, compiler, flags):
    build.mkdir(parents=True, exist_ok=True)
    launcher = ["ccache"] if shutil.which("ccache") else []
    # Nobody runs or debugs what comes out.
    command = [*launcher, compiler, "-std=c++20", *WARNINGS, *flags, "-O0", "-g0", f"-I{root / 'include'}"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda h: compile_alone(root, build, command, h), public_headers(root))
    return [a for a in answers if a]


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    found = violations(root, Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
    finish("headers", found, len(public_headers(root)))
