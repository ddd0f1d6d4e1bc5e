"""usage: runs_its_test.py PROGRAM

The program has asked its app in process and over a socket.
"""
import subprocess
import sys

said = subprocess.run([sys.argv[1]], capture_output=True, text=True, timeout=60, check=True).stdout
if said != "200 Hello, you\n" * 2:
    sys.exit(f"it said {said!r}")
