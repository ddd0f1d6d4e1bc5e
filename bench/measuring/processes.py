"""Programs that are started for a measurement, and of which nothing is left afterwards."""

import contextlib
import os
import signal
import subprocess

TIME_LIMIT = 180


class Failed(Exception):
    """A program did not do its case."""


@contextlib.contextmanager
def started(command, core=None, **how):
    """A process in a group of its own, of which nothing is left afterwards, Ctrl-C included."""
    pin = None if core is None else lambda: os.sched_setaffinity(0, {core})
    process = subprocess.Popen(command, start_new_session=True, preexec_fn=pin, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def output_of(command, core=None, accepted=(0,), **how):
    """@throws Failed with the last line that it said, where it does not end with an accepted code"""
    with started(command, core, **how) as process:
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            raise Failed(f"took longer than {TIME_LIMIT} s") from None
        if process.returncode not in accepted:
            raise Failed((err.strip().splitlines() or [f"ended with {process.returncode}"])[-1])
        return out
