#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs a command and prints in how many writes it wrote to standard error, and what.

usage: packets.py COMMAND...

The pipe is in packet mode: each read gives what one write wrote.
"""

import os
import subprocess
import sys

reader, writer = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=writer)
os.close(writer)
packets = []
while packet := os.read(reader, 65536):
    packets.append(packet)
process.wait()
print(len(packets), "writes")
sys.stdout.write(b"".join(packets).decode())
