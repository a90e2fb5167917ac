# SPDX-License-Identifier: GPL-2.0
"""
layers - the rules of the wings of module/ and of the rooms of cli/, and figures on their structure

Usage: scripts/check-layers.sh [--objects DIRECTORY] [module|cli]
       scripts/structure [--objects DIRECTORY] [module|cli]

Each folder of module/ is a wing, each folder of cli/ a room: the rules are the same. Each stands on a floor. It may
include and call itself and those on lower floors, but none on a higher floor and no other one on its own. If a lower wing
has to tell a higher one something, the higher one registers a hook. check-layers.sh prints each breach of these rules as
FILE:LINE: text, and fails if there is one. In both trees:

  R1  A file includes headers of its own wing and of lower floors only.
  R2  The same holds for every function and variable that the linker resolves; this is read from object files.
  R3  NAME_internal.h, NAME_impl.h and NAME_priv.h are included by files of their own wing only.
  R4  NAME.h declares functions and variables that NAME.c or NAME_*.c in the same folder define. Headers of R3 and
      generated ones may declare any of their wing, and cli/cmd/commands.h a function of each command.

In module/:

  R5  Only nl/, observe/ and main.c use faults/: nothing else depends on test equipment.
  R6  core/ includes a few small kernel headers only: no locks, no allocation, no struct page, no time.
  R7  Only host/host.c calls the page allocator and vmalloc of the host.
  R8  Only nl/ includes netlink headers; only api/, dev/ and main.c include headers for /proc and devices.
  R9  No file asks for the version of the kernel: Kbuild looks for names, and host/compat.h supplies those that are missing.
  R10 Every source is in a wing or belongs to another module (bench/, selftest/). These use the exported API, api/api_bench.h
      and host/compat.h only.

In cli/:

  R11 Every source is in a room, but main.c.
  R12 Files do not call each other in a circle.
  R13 Only lab/ includes headers of module/core. It has stubs of the kernel's headers in lab/include.

The object files of module/ are those of the build that --objects names (scripts/build-module --dir prints it), by default
those of the newest complete build in this tree; those of cli/ are in build/cli. Objects older than their source are
ignored; without objects R2 and R12 are not checked.

structure prints counts. A pair of files counts as a call if one needs a function or variable of the other. A circle is a
set of files that all reach each other by calls.
"""
import argparse
import collections
import os
import re
import statistics
import subprocess
import sys

# The lowest first.
WINGS = [
    ["core"],
    ["host"],
    ["frames"],
    ["objects", "regions"],
    ["handles", "spaces"],
    ["models"],
    ["arenas"],
    ["faults"],
    ["api", "dev"],
    ["observe"],
    ["nl"],
    ["main.c"],
]
ROOMS = [
    ["base"],
    ["wire"],
    ["bench", "trace", "view"],
    ["replay"],
    ["lab"],
    ["cmd"],
    ["main.c"],
]
CALLS_FAULTS = {"faults", "observe", "nl", "main.c"}
OTHER_MODULES = ("bench", "selftest")
OF_OTHER_MODULES = {"api/api_bench.h", "host/compat.h"}
SMALL = set(
    "types list bits bitops bitmap align minmax errno string build_bug bug compiler compiler_types limits log2 swab math "
    "math64 overflow stddef sizes container_of cache prefetch".split()
)
NETLINK = re.compile(r"(net/|linux/netlink|linux/genetlink|linux/skbuff)")
DEVICE = re.compile(r"linux/(miscdevice|cdev|proc_fs)")
HOST = re.compile(
    r"(?<![\w.>])((?:__)?alloc_pages?(?:_node|_exact|_exact_nid|_bulk|_bulk_array)?|__get_free_pages?|get_zeroed_page"
    r"|__free_pages?|free_pages?(?:_exact)?|folio_alloc|v[mz]alloc(?:_node|_user|_array|_32)?|__vmalloc(?:_node)?|vcalloc"
    r"|kvm?z?alloc_large|vfree)\("
)
VERSION = re.compile(r"^\s*#.*(linux/version\.h|LINUX_VERSION_CODE|KERNEL_VERSION)")
PRIVATE = re.compile(r"_(internal|impl|priv)\.h$")
# Headers of a whole wing: private ones, what is made from the specification, and the list of the tool's commands.
SHARED = re.compile(r"_(internal|impl|priv)\.h$|/generated/|_gen\.h$|cmd/commands\.h$")
# From the start of a line to the "(" of a function's parameters, and from there to ";" or "{".
FUNCTION = re.compile(r"^(?!static\b|typedef\b|return\b)(?:[A-Za-z_][\w\s*]*?[\s*])(\w+)\(([^;{}]*?)\)[^;{}()]*([;{])", re.M)
# A variable: declared extern in a header, or defined from the start of a line on.
DECLARED = re.compile(r"^extern\b[^;(]*?(\w+)(?:\[[^\]]*\])*;", re.M)
DEFINED = re.compile(r"^(?!static\b|extern\b|typedef\b|return\b|#)[A-Za-z_][\w\s*]*?[\s*](\w+)(?:\[[^\]]*\])*\s*(?:=|;)", re.M)


class Source:
    """A file. code is its text with comments and strings blanked; line numbers stay the same."""

    def __init__(self, root, path):
        self.path = path
        self.wing = path.split("/", 1)[0]
        self.place = os.path.join(root, path)
        with open(self.place, encoding="utf-8") as file:
            self.text = file.read()
        pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
        self.code = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    def includes(self):
        """(line, kind, name) of each include; kind is < or \"."""
        for number, line in enumerate(self.text.split("\n"), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^">]+)', line)
            if match:
                yield number, match.group(1), match.group(2)

    def functions(self, end):
        """(line, name) of each non-static function that is declared (end is ';') or defined ('{')."""
        for match in FUNCTION.finditer(self.code):
            if match.group(3) == end:
                yield self.code.count("\n", 0, match.start(1)) + 1, match.group(1)

    def variables(self, pattern):
        """(line, name) of each variable that the pattern finds."""
        for match in pattern.finditer(self.code):
            yield self.code.count("\n", 0, match.start(1)) + 1, match.group(1)


class Tree:
    """The sources of module/ or cli/, and what is wrong with them."""

    def __init__(self, top, name):
        root = os.path.join(top, name)
        self.name = name
        self.word = "wing" if name == "module" else "room"
        self.others = OTHER_MODULES if name == "module" else ()
        self.floor = {wing: floor for floor, wings in enumerate(WINGS if name == "module" else ROOMS) for wing in wings}
        self.sources = {}
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root)
                if re.search(r"(?<!\.mod)\.[ch]$", name):
                    self.sources[path] = Source(root, path)
        self.complaints = []

    def complain(self, path, line, text):
        self.complaints.append(f"{self.name}/{path}:{line}: {text}" if line else f"{self.name}/{path}: {text}")

    def own(self):
        """The sources of memctl.ko, or of the tool."""
        return [source for source in self.sources.values() if source.wing in self.floor]

    # --- rules ------------------------------------------------------------------------------

    def check_include(self, source, line, name):
        if self.name == "cli" and name.startswith("core/"):
            if source.wing != "lab":
                self.complain(source.path, line, f'{source.wing}/ includes "{name}": headers of module/core are for lab/ alone')
            return
        path = name if name in self.sources else os.path.normpath(os.path.join(os.path.dirname(source.path), name))
        wing = path.split("/", 1)[0]
        if path not in self.sources:
            self.complain(source.path, line, f'includes "{name}", which is not there')
        elif wing == source.wing:
            return
        elif wing in self.others and source.wing == "core":
            return
        elif self.floor.get(wing, len(self.floor)) >= self.floor[source.wing]:
            self.complain(source.path, line, f'{source.wing}/ includes "{name}", which is not on a lower floor')
        elif PRIVATE.search(name):
            self.complain(source.path, line, f'{source.wing}/ includes "{name}", which is private to {wing}/')
        elif wing == "faults" and source.wing not in CALLS_FAULTS:
            self.complain(source.path, line, f'{source.wing}/ includes "{name}": only nl/, observe/ and main.c use faults/')

    def check_kernel_include(self, source, line, name):
        wing = source.wing
        if wing == "core" and not (name.startswith("linux/") and name[6:-2] in SMALL):
            self.complain(source.path, line, f"core/ includes <{name}>, which is not one of the small kernel headers")
        elif NETLINK.match(name) and wing != "nl":
            self.complain(source.path, line, f"{wing}/ includes <{name}>: netlink is for nl/ alone")
        elif DEVICE.match(name) and wing not in ("api", "dev", "main.c"):
            self.complain(source.path, line, f"{wing}/ includes <{name}>: files and devices are for api/ and dev/")

    def check_includes(self):
        for source in self.own():
            for line, kind, name in source.includes():
                if kind == '"':
                    self.check_include(source, line, name)
                elif self.name == "module":
                    self.check_kernel_include(source, line, name)

    def check_places(self):
        for source in self.sources.values():
            if source.wing in self.floor:
                continue
            if source.wing not in self.others:
                self.complain(source.path, 0, f"is not in a {self.word}: scripts/layers.py lists them")
                continue
            for line, kind, name in source.includes():
                if kind == '"' and "/" in name and name not in OF_OTHER_MODULES and name.split("/", 1)[0] != source.wing:
                    self.complain(source.path, line, f'{source.wing}/ is another module and includes "{name}"')

    def check_declarations(self):
        definer = {}
        for source in self.own():
            if source.path.endswith(".c"):
                definer.update((name, source.path) for _, name in source.functions("{"))
                definer.update((name, source.path) for _, name in source.variables(DEFINED))
        for source in self.own():
            if not source.path.endswith(".h"):
                continue
            folder, base = os.path.split(source.path[:-2])
            for line, name in [*source.functions(";"), *source.variables(DECLARED)]:
                path = definer.get(name)
                if not path:
                    continue
                there, file = os.path.split(path[:-2])
                own = there == folder and (file == base or file.startswith(base + "_"))
                shared = source.wing == self.sources[path].wing and SHARED.search(source.path)
                if own or shared:
                    continue
                self.complain(source.path, line, f"declares {name}, which {path} defines")

    def check_words(self):
        for source in self.sources.values():
            for number, line in enumerate(source.code.split("\n"), 1):
                if VERSION.match(line):
                    self.complain(source.path, number, "asks for the kernel's version: have Kbuild look for the name")
                call = HOST.search(line)
                if call and source.wing in self.floor and source.path not in ("host/host.c", "host/compat.h"):
                    self.complain(source.path, number, f"calls {call.group(1)}(), which only host/host.c may")

    def check_links(self, edges):
        for (user, definer), names in sorted(edges.items()):
            low, high = self.sources[definer].wing, self.sources[user].wing
            what = ", ".join(sorted(names))
            if low != high and self.floor[low] >= self.floor[high]:
                self.complain(user, 0, f"needs {what} of {definer}, which is not on a lower floor")
            elif low == "faults" and high not in CALLS_FAULTS:
                self.complain(user, 0, f"needs {what} of {definer}: only nl/, observe/ and main.c use faults/")
        for circle in circles(edges) if self.name == "cli" else ():
            self.complain(circle[0], 0, f"calls itself by way of {', '.join(circle[1:])}")

    # --- objects ----------------------------------------------------------------------------

    def edges(self, objects):
        """{(user, definer): names} and the number of objects read: those not older than their source."""
        definer, needs = {}, {}
        for source in self.own():
            place = os.path.join(objects, source.path[:-2] + ".o")
            if not source.path.endswith(".c") or not os.path.exists(place):
                continue
            if os.path.getmtime(place) < os.path.getmtime(source.place):
                continue
            needs[source.path] = set()
            out = subprocess.run(["nm", place], capture_output=True, text=True, check=True).stdout
            for *_, kind, name in (line.split() for line in out.splitlines()):
                if kind == "U":
                    needs[source.path].add(name)
                elif kind in "TDBRVWGS":
                    definer[name] = source.path
        edges = collections.defaultdict(set)
        for user, names in needs.items():
            for name in names:
                if definer.get(name, user) != user:
                    edges[user, definer[name]].add(name)
        return edges, len(needs)


def newest_build(top):
    """The objects of the newest complete build, or None."""
    builds = os.path.join(top, "build", "module")
    found = []
    for name in os.listdir(builds) if os.path.isdir(builds) else []:
        stamp = os.path.join(builds, name, "stamp")
        if os.path.exists(stamp):
            found.append((os.path.getmtime(stamp), os.path.join(builds, name, "module")))
    return max(found)[1] if found else None


def circles(edges):
    """The strongly connected sets of two or more, largest first (Tarjan's algorithm, without recursion)."""
    after = collections.defaultdict(set)
    for user, definer in edges:
        after[user].add(definer)
    number, low, stack, found = {}, {}, [], []
    for start in sorted(after):
        if start in number:
            continue
        work = [(start, iter(sorted(after[start])))]
        number[start] = low[start] = len(number)
        stack.append(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in number:
                    number[other] = low[other] = len(number)
                    stack.append(other)
                    work.append((other, iter(sorted(after.get(other, ())))))
                    break
                if other in stack:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    at = stack.index(node)
                    if len(stack) - at > 1:
                        found.append(sorted(stack[at:]))
                    del stack[at:]
    return sorted(found, key=len, reverse=True)


def lengths(source):
    """The number of lines of each function, without its braces."""
    start = None
    for number, line in enumerate(source.code.split("\n"), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            yield number - start - 1
            start = None


def check(tree, objects):
    tree.check_places()
    tree.check_includes()
    tree.check_declarations()
    if tree.name == "module":
        tree.check_words()
    if objects:
        tree.check_links(tree.edges(objects)[0])
    for complaint in tree.complaints:
        print(complaint)
    return 1 if tree.complaints else 0


def structure(tree, objects):
    own = tree.own()
    folders = collections.Counter(os.path.dirname(source.path) or "." for source in own)
    size = sorted(length for source in own for length in lengths(source))
    largest, nr = folders.most_common(1)[0]
    print(f"files            {len(own)}, {sum(source.text.count(chr(10)) for source in own)} lines")
    print(f"folders          {len(folders)}, the largest {largest}/ with {nr} files")
    print(f"functions        {len(size)}; lines: median {statistics.median(size):.0f}, "
          f"nine in ten up to {size[len(size) * 9 // 10]}, longest {size[-1]}")
    if not objects:
        print("calls            unknown: there is no build")
        return 0
    edges, read = tree.edges(objects)
    wing = {path: source.wing for path, source in tree.sources.items()}
    up = [edge for edge in edges if tree.floor[wing[edge[0]]] < tree.floor[wing[edge[1]]]]
    between = {(wing[user], wing[definer]) for user, definer in edges}
    found = circles(edges)
    print(f"calls            {len(edges)} pairs of files, of {read} objects; {len([b for b in between if b[0] != b[1]])} pairs of {tree.word}s")
    print(f"calls up         {len(up)}")
    print(f"circles of files {len(found)}" + (": " + ", ".join(f"{len(one)} in {name_of(one)}" for one in found) if found else ""))
    across = circles({(a, b): 1 for a, b in between if a != b})
    print(f"circles of {tree.word}s {len(across)}" + (": " + ", ".join("/".join(one) for one in across) if across else ""))
    return 0


def name_of(files):
    return " ".join(sorted({os.path.dirname(file) or file for file in files}))


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("what", choices=["check", "structure"])
    parser.add_argument("top")
    parser.add_argument("--objects")
    parser.add_argument("tree", nargs="?", choices=["module", "cli"], default="module")
    options = parser.parse_intermixed_args()
    if options.objects and not os.path.isdir(options.objects):
        sys.exit(f"layers: there is no directory {options.objects}")
    tree = Tree(options.top, options.tree)
    built = os.path.join(options.top, "build", "cli")
    objects = options.objects or (newest_build(options.top) if tree.name == "module" else os.path.isdir(built) and built)
    return {"check": check, "structure": structure}[options.what](tree, objects)


if __name__ == "__main__":
    sys.exit(main())
