#!/usr/bin/env python3
"""Runs a program where the kernel does not offer membarrier(), as old ones and some sandboxes do not.

usage: without_membarrier.py PROGRAM [ARG...]
"""

import ctypes
import errno
import os
import platform
import struct
import sys

MEMBARRIER = {"x86_64": 324, "aarch64": 283}[platform.machine()]
SET_NO_NEW_PRIVS, SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH_ENOSYS = 0x7FFF0000, 0x00050000 | errno.ENOSYS

# The number of the call is the first word of what a filter sees.
FILTER = b"".join(struct.pack("=HBBI", *line) for line in (
    (LOAD, 0, 0, 0),
    (JUMP_IF_EQUAL, 0, 1, MEMBARRIER),
    (RETURN, 0, 0, FAIL_WITH_ENOSYS),
    (RETURN, 0, 0, ALLOW)))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]


def forbid_membarrier():
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(FILTER) // 8, FILTER)
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program)):
        sys.exit(f"no filter for system calls: {os.strerror(ctypes.get_errno())}")
    if libc.syscall(MEMBARRIER, 0, 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS:
        sys.exit("membarrier() is still there")


forbid_membarrier()
os.execv(sys.argv[1], sys.argv[1:])
