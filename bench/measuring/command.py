"""What the commands of the benchmarks have in common: options, progress, and where they ran."""

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from processes import Failed

BUSY = "The machine is busy (load {:.1f}): trust CPU times and ratios, not wall times."


class OneLineParser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def writable_file(text):
    """The type of an option: what takes minutes to measure is not lost to a wrong path."""
    try:
        open(text, "a", encoding="utf-8").close()
    except OSError as reason:
        raise argparse.ArgumentTypeError(f"cannot write {text}: {reason.strerror}") from None
    return text


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def machine():
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "architecture": platform.machine(), "load_before": os.getloadavg()[0]}


def commit():
    if shutil.which("git") is None:
        return None
    here = str(Path(__file__).resolve().parent)
    asked = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty"],
                           capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


def run_command(name, main):
    """Ends the process with what main() returns, or with one line; an interrupt leaves nothing behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        sys.exit(main())
    except Failed as reason:
        sys.exit(f"{name}: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)
