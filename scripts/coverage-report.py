# SPDX-License-Identifier: GPL-2.0
"""
coverage-report - tells which lines of the module runs of scripts/kcov-vm have reached

Usage: scripts/coverage-report [--missed [FILE...]] MODULE.ko RUN...

MODULE.ko was built with KCOV=y and has its debugging information. RUN.coverage has lines "SECTION OFFSET" behind a line
"module" with the SHA-256 of the MODULE.ko that ran, RUN.log is what the fuzzer printed. A line counts when the compiler
put a call to __sanitizer_cov_trace_pc there, which it does where a basic block begins; it is reached when one of its
blocks was. A block of an inline function counts for the line of the function, or, where that is in a header of the
kernel, for the line that called it. --missed lists the lines that were not reached instead, of the files whose names
contain one of the words FILE.
"""
import collections
import hashlib
import os
import re
import subprocess
import sys

TRACE = "__sanitizer_cov_trace_pc"


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def blocks(module):
    """{section: {offset behind each call}}, from the relocations."""
    found = collections.defaultdict(set)
    section = None
    for line in run("readelf", "-rW", module).splitlines():
        head = re.match(r"Relocation section '\.rela(\S+)'", line)
        if head:
            section = head.group(1)
        elif TRACE + " " in line and "PLT32" in line and section and "text" in section:
            found[section].add(int(line.split()[0], 16) + 4)
    return found


def place(frames):
    """(file, line) in the module's own source, of a chain of inline calls; innermost first."""
    for file, line in frames:
        match = re.search(r"/module/((?:[a-z_]+/)*[a-z_0-9]+\.[ch])$", file)
        if match and "/linux-headers" not in file:
            return match.group(1), line
    return None


def places(module, section, offsets):
    """{offset: (file, line)}"""
    order = sorted(offsets)
    out = run("addr2line", "-aie", module, "-j", section, text="".join(f"{o - 1:#x}\n" for o in order))
    found, frames, at = {}, [], None
    lines = out.splitlines() + ["0xffffffffffffffff"]
    for line in lines:
        if line.startswith("0x"):
            where = place(frames)
            if at is not None and where:
                found[at + 1] = where
            at, frames = int(line, 16), []
            continue
        file, _, number = line.split(" (discriminator")[0].rpartition(":")
        if number.isdigit() and int(number):
            frames.append((os.path.normpath(file), int(number)))
    return found


def read_coverage(module, runs):
    with open(module, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    seen = collections.defaultdict(set)
    for run in runs:
        with open(f"{run}.coverage", encoding="ascii") as file:
            if file.readline().split() != ["module", digest]:
                sys.exit(f"coverage-report: {run}.coverage is not of {module}: repeat the run")
            for line in file:
                section, offset = line.split()
                seen[section].add(int(offset, 16))
    return seen


def share(reached, total):
    return f"{100 * reached / total:.1f}" if total else "-"


def table(rows, head):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    rule = "  ".join("=" * w for w in widths)
    out = [rule, "  ".join(str(h).ljust(w) for h, w in zip(head, widths)).rstrip(), rule]
    for row in rows:
        cells = [str(row[0]).ljust(widths[0])] + [str(c).rjust(w) for c, w in zip(row[1:], widths[1:])]
        out.append("  ".join(cells).rstrip())
    return "\n".join([*out, rule])


def directory(file):
    return os.path.dirname(file) + "/" if "/" in file else "(top)"


def lines_of(module, seen):
    """({file: lines that can be reached}, {file: those that were})"""
    all_lines, reached = collections.defaultdict(set), collections.defaultdict(set)
    for section, offsets in blocks(module).items():
        for offset, (file, line) in places(module, section, offsets).items():
            all_lines[file].add(line)
            if offset in seen[section]:
                reached[file].add(line)
    return all_lines, reached


def show_run(run):
    print("::\n")
    with open(f"{run}.log", encoding="utf-8", errors="replace") as file:
        for line in file:
            if re.match(r"# [$]|# (seed .* processes|\d+ messages and|CPU time|reached)|not ok |ok - ", line):
                print("    " + re.sub("^# ", "", line).rstrip())
    print()


def report(all_lines, reached, runs):
    directories, files = collections.defaultdict(lambda: [0, 0]), {}
    for file in sorted(all_lines):
        hit, total = len(reached[file]), len(all_lines[file])
        files[file] = (hit, total)
        directories[directory(file)][0] += hit
        directories[directory(file)][1] += total
    whole = [sum(d[0] for d in directories.values()), sum(d[1] for d in directories.values())]
    head = ("lines", "reached", "%")
    print(".. SPDX-License-Identifier: GPL-2.0")
    print(".. Made by scripts/coverage-report: do not edit.\n")
    print("What the fuzzer reaches\n=======================\n")
    print("Lines of ``memctl.ko`` that the runs of ``scripts/kcov-vm`` below have reached, all")
    print("of them together, out of those at which a basic block begins. None is left out, be")
    print("it that nothing can reach it. No kselftest ran. With ``--users`` in its command a")
    print("run has loaded the modules ``memctl_test`` and ``memctl_bench`` as well, which are")
    print("what calls ``api.c`` and ``api_bench.c``; their own lines do not count.\n")
    rows = [(d, n[1], n[0], share(*n)) for d, n in sorted(directories.items())]
    print(table([*rows, ("all", whole[1], whole[0], share(*whole))], ("directory", *head)))
    print("\nRuns\n----\n")
    for run in runs:
        show_run(run)
    print("Files\n-----\n")
    print(table([(f, n[1], n[0], share(*n)) for f, n in files.items()], ("file", *head)))


def main():
    arguments = sys.argv[1:]
    if arguments[:1] in ([], ["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    missed = arguments[0] == "--missed"
    at = next((i for i, word in enumerate(arguments) if word.endswith(".ko")), None)
    if at is None or any(word.startswith("-") for word in arguments[missed:]):
        print("coverage-report: --missed, files, then a MODULE.ko and runs", file=sys.stderr)
        return 1
    words, module, runs = arguments[missed:at], arguments[at], arguments[at + 1 :]
    all_lines, reached = lines_of(module, read_coverage(module, runs))
    if not missed:
        report(all_lines, reached, runs)
        return 0
    for file in sorted(all_lines):
        if not words or any(w in file for w in words):
            for line in sorted(all_lines[file] - reached[file]):
                print(f"{file}:{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
