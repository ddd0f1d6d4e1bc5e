#!/usr/bin/env python3
"""Starts the consumer of weft::weft, asks it for /hello/consumer, and stops it.

usage: say_hello.py PROGRAM
"""

import re
import signal
import subprocess
import sys
import urllib.request

PATIENCE = 60  # seconds; a sanitizer on a busy machine is slow


def main(program):
    arguments = [program, "--model=event_loop", "--listen=127.0.0.1:0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        try:
            ready = server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", ready)
            if not address:
                return f"no address in the first line: {ready!r}"
            url = f"{address.group()}/hello/consumer"
            with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
                answer = reply.read()
            server.send_signal(signal.SIGTERM)
            code = server.wait(PATIENCE)
        finally:
            server.kill()
    if answer != b"Hello, consumer":
        return f"{url} answered {answer!r}"
    if code != 0:
        return f"after SIGTERM it ended with {code}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
