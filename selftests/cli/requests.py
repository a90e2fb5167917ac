#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tells in words what commands have asked for.

usage: requests.py FILE

FILE: the lines that MEMCTL_ASKED wrote (cli/wire/transport.h), and lines of a # and the command that they are of. Numbers
and commands are as the uapi header has them. A request without attributes is its command alone, a dump has a + behind
it; an attribute is its number and its value: a text, a number of 32 or 64 bits, bytes, or what is left of many of them.
"""

import re
import struct
import sys
import zlib

from mkcapture import N

COMMANDS = {number: name[len("MEMCTL_CMD_"):].lower().replace("_", "-") for name, number in N.items()
            if name.startswith("MEMCTL_CMD_")}
DUMP = 0x300
MAX_BYTES = 96


def value(data):
    if re.fullmatch(rb"[ -~]+\0", data):
        # The name of a model that is made for a comparison has a process in it.
        return re.sub(r"^'compare-\d+-", "'compare-PID-", repr(data[:-1].decode()))
    if len(data) in (4, 8):
        return hex(int.from_bytes(data, sys.byteorder))
    if len(data) > MAX_BYTES:
        return f"{len(data)} bytes, crc {zlib.crc32(data):#x}"
    return data.hex() or "set"


def words(message):
    """The message as words."""
    yield COMMANDS.get(message[0], str(message[0]))
    at = 4
    while at + 4 <= len(message):
        length, number = struct.unpack_from("=HH", message, at)
        yield f"{number & 0x3fff}={value(message[at + 4:at + length])}"
        at += max(4, length + 3 & ~3)


def main():
    with open(sys.argv[1], encoding="utf-8", errors="backslashreplace") as file:
        for line in file:
            if line.startswith("#"):
                print(line.rstrip())
                continue
            flags, data = line.rstrip("\n").split(" ")
            command, *attributes = words(bytes.fromhex(data)) if data else ["events"]
            print(" ", command + ("+" if int(flags, 16) & DUMP == DUMP else ""), *attributes)


main()
