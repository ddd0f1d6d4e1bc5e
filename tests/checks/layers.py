#!/usr/bin/env python3
"""Who may include whom: the layer order, the doors to third parties, what a public header hides.

usage: layers.py ROOT
"""

import re
import sys
from pathlib import Path

from report import finish

# Lowest first; a layer includes itself and what stands before it. `testing` includes any.
LAYERS = ["base", "runtime", "net", "http", "web", "testing"]

# Headers that include what a layer and those below it have for their users.
UMBRELLAS = {"weft.hpp": "web", "runtime.hpp": "runtime"}

# These parts of http do no I/O: bytes in, events out. They know nothing above base but each other.
SANS_IO = re.compile(r"(request|response|method|status|limits|date|parse|chunk|framing|field|head)")
SANS_IO_EXCEPT = re.compile(r"(handler|server|connection|client|reader)")

# Third parties, and where in src/ and include/weft/ each may be included.
DOORS = {
    "boost/asio": r"src/net/|include/weft/net/asio\w*\.hpp|src/runtime/\w*driver\w*\.",
    "boost/json": r"src/web/json|src/testing/web/json",
    "boost/url": r"src/http/\w*target\w*\.|src/web/(percent|url)\w*\.",
    "boost/describe": r"include/weft/web/",
    "boost/system": r"include/weft/base/error\.hpp|src/net/|include/weft/net/asio\w*\.hpp",
    "boost/core": r"src/web/",
    "CLI": r"src/web/",
}

# Instruction sets are headers of the compiler, not of a system.
COMPILER_HEADER = re.compile(r"^(immintrin|emmintrin|smmintrin|nmmintrin|tmmintrin|arm_neon)\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def layer_of(path):
    """The layer of a path below include/weft/ or src/, or of what includes all of a layer."""
    parts = path.split("/")
    return parts[0] if parts[0] in LAYERS else UMBRELLAS.get(path)


def check_layer(where, own, header):
    other = layer_of(header.removeprefix("weft/"))
    if other is None:
        return f"{where}: <{header}> is in no layer"
    if LAYERS.index(other) > LAYERS.index(own):
        return f"{where}: {own} includes <{header}>, which is not below it"
    stem = Path(where).name
    sans_io = own == "http" and SANS_IO.match(stem) and not SANS_IO_EXCEPT.search(stem)
    if sans_io and other in ("runtime", "net"):
        return f"{where}: does no I/O, yet includes <{header}>"
    return None


def check_private(root, where, own, header):
    if where.startswith("include/"):
        return f'{where}: a public header includes "{header}" instead of <weft/...>'
    beside = (root / where).parent / header
    found = beside if beside.exists() else root / "src" / header
    if not found.resolve().is_relative_to((root / "src" / own).resolve()):
        return f'{where}: "{header}" is no private header of {own}'
    return None


def check_third_party(where, header):
    door = next((d for d in DOORS if header == d or header.startswith((d + "/", d + "."))), None)
    if door and not re.match(DOORS[door], where):
        return f"{where}: <{header}> has another door"
    is_standard = "/" not in header and not header.endswith(".h")
    if door or is_standard or COMPILER_HEADER.match(header):
        return None
    if header.endswith(".h"):
        hides = not where.startswith("include/")
        return None if hides else f"{where}: a public header includes <{header}> of the system"
    return f"{where}: <{header}> is a third party without a door in tests/checks/layers.py"


def check_file(root, base, path):
    where = path.relative_to(root).as_posix()
    own = layer_of(path.relative_to(base).as_posix())
    if own is None:
        yield f"{where}: is in no layer"
        return
    for quote, header in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if quote == '"':
            yield check_private(root, where, own, header)
        elif header.startswith("weft/"):
            yield check_layer(where, own, header)
        else:
            yield check_third_party(where, header)


def violations(root):
    for base in (root / "include/weft", root / "src"):
        for path in sorted(p for p in base.rglob("*") if p.suffix in (".hpp", ".cpp")):
            yield from filter(None, check_file(root, base, path))


def count(root):
    return sum(1 for d in ("include", "src") for p in (root / d).rglob("*.?pp"))


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    finish("layers", violations(root), count(root))
