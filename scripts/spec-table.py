# SPDX-License-Identifier: GPL-2.0
"""
spec-table - makes from Documentation/netlink/specs/memctl.yaml what fuzzers have to know of it

Usage: scripts/spec-table table         the table of selftests/kcov, on stdout
       scripts/spec-table syzkaller     writes Documentation/netlink/specs/memctl.txt
       scripts/spec-table --check       prints TAP: is memctl.txt what the spec describes?

Numbers of commands and attributes are written by their names in linux/memctl.h, so that the compiler sees to them.
"""
import difflib
import os
import sys

import yaml

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPEC = "Documentation/netlink/specs/memctl.yaml"
SYZKALLER = "Documentation/netlink/specs/memctl.txt"
WIDTH = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "s8": 1, "s16": 2, "s32": 4, "s64": 8}


def upper(name):
    return name.upper().replace("-", "_")


def lower(name):
    return name.replace("-", "_")


class Spec:
    """The spec, with what its parts refer to at hand."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.raw = yaml.safe_load(file)
        definitions = self.raw["definitions"]
        self.consts = {d["name"]: d["value"] for d in definitions if d["type"] == "const"}
        self.enums = {d["name"]: d for d in definitions if d["type"] in ("enum", "flags")}
        self.structs = {d["name"]: d for d in definitions if d["type"] == "struct"}
        self.sets = {s["name"]: s for s in self.raw["attribute-sets"]}
        self.operations = [o for o in self.raw["operations"]["list"] if "do" in o or "dump" in o]

    def number(self, value):
        return self.consts.get(value, value) if isinstance(value, str) else value

    def limits(self, member):
        """(min, max, mask) that a number has to keep to; None where it has none."""
        enum = self.enums.get(member.get("enum"))
        if enum and enum["type"] == "flags":
            return None, None, (1 << len(enum["entries"])) - 1
        if enum:
            return 0, len(enum["entries"]) - 1, None
        checks = member.get("checks", {})
        return self.number(checks.get("min")), self.number(checks.get("max")), None

    def request(self, operation):
        """The attributes of a request, in the order of their numbers."""
        names = operation.get("do", operation.get("dump")).get("request", {}).get("attributes", [])
        return [a for a in self.sets[operation["attribute-set"]]["attributes"] if a["name"] in names]


# --- the table of selftests/kcov ----------------------------------------------------------------


def c_limits(spec, member):
    least, most, mask = spec.limits(member)
    out = ""
    if least:
        out += f", .min = {least}"
    if most is not None:
        out += f", .max = {most}, .bounded = true"
    if mask is not None:
        out += f", .mask = {mask:#x}"
    return out


def c_attribute(spec, group, attribute):
    kind = attribute["type"]
    out = f'{{ .id = MEMCTL_A_{upper(group)}_{upper(attribute["name"])}, .type = TYPE_{upper(kind)}'
    out += f', .field = FIELD_{upper(attribute["name"])}'
    if kind in WIDTH:
        out += f", .size = {WIDTH[kind]}" + c_limits(spec, attribute)
    elif kind == "string" and "checks" in attribute:
        out += f', .max = {spec.number(attribute["checks"]["max-len"])}'
    elif kind == "binary" and "struct" in attribute:
        out += f', .record = &record_{lower(attribute["struct"])}'
    elif kind == "binary" and "sub-type" in attribute:
        out += f', .size = {WIDTH[attribute["sub-type"]]}'
    elif kind == "nest":
        out += f', .nested = SET_{upper(attribute["nested-attributes"])}'
    return out + " },"


def fields(spec):
    names = {a["name"] for s in spec.sets.values() for a in s["attributes"]}
    return sorted(names | {m["name"] for s in spec.structs.values() for m in s["members"]})


def table(spec):
    out = [
        "/* SPDX-License-Identifier: GPL-2.0 */",
        f"/* Made by scripts/spec-table from {SPEC}: do not edit. */",
        "enum field {",
        *[f"\tFIELD_{upper(name)}," for name in fields(spec)],
        "\tNR_FIELDS",
        "};",
        "enum set {",
        *[f"\tSET_{upper(name)}," for name in spec.sets],
        "\tNR_SETS",
        "};",
    ]
    for name, struct in spec.structs.items():
        offset = 0
        out.append(f"static const struct spec members_{lower(name)}[] = {{")
        for member in struct["members"]:
            size = WIDTH[member["type"]]
            out.append(
                f'\t{{ .id = {offset}, .type = TYPE_{upper(member["type"])}, .size = {size}, '
                f'.field = FIELD_{upper(member["name"])}{c_limits(spec, member)} }},'
            )
            offset += size
        out.append("};")
        out.append(
            f"static const struct record record_{lower(name)} = "
            f'{{ .size = {offset}, .nr = {len(struct["members"])}, .members = members_{lower(name)} }};'
        )
    for name, group in spec.sets.items():
        out.append(f"static const struct spec set_{lower(name)}[] = {{")
        out += ["\t" + c_attribute(spec, name, a) for a in group["attributes"]]
        out.append("};")
    out.append("static const struct spec_list sets[NR_SETS] = {")
    for name, group in spec.sets.items():
        out.append(f'\t[SET_{upper(name)}] = {{ set_{lower(name)}, {len(group["attributes"])} }},')
    out.append("};")
    for operation in spec.operations:
        out.append(f'static const struct spec request_{lower(operation["name"])}[] = {{')
        group = operation["attribute-set"]
        out += ["\t" + c_attribute(spec, group, a) for a in spec.request(operation)]
        out.append("};")
    out.append("static const struct command commands[] = {")
    for operation in spec.operations:
        name = operation["name"]
        out.append(
            f'\t{{ .name = "{name}", .cmd = MEMCTL_CMD_{upper(name)}, .set = SET_{upper(operation["attribute-set"])}, '
            f'.dump = {"true" if "dump" in operation else "false"}, '
            f'.admin = {"true" if "admin-perm" in operation.get("flags", []) else "false"}, '
            f".request = {{ request_{lower(name)}, {len(spec.request(operation))} }} }},"
        )
    out.append("};")
    return "\n".join(out) + "\n"


# --- the description for syzkaller --------------------------------------------------------------


def int_type(spec, member):
    width = WIDTH[member["type"]] * 8
    enum = spec.enums.get(member.get("enum"))
    if enum:
        return f'flags[memctl_{lower(enum["name"])}, int{width}]'
    if member["name"] == "pid":
        return "pid"
    least, most, _ = spec.limits(member)
    if most is not None:
        return f"int{width}[{least or 0}:{most}]"
    return f"int{width}"


def syz_payload(spec, attribute):
    kind = attribute["type"]
    if kind == "flag":
        return "void"
    if kind == "string":
        if attribute["name"] == "file":
            return "filename"
        if attribute["name"] == "arena":
            return "string[memctl_arenas]"
        return "string[memctl_names]"
    if kind in WIDTH:
        return int_type(spec, attribute)
    if "struct" in attribute:
        return f'array[memctl_{lower(attribute["struct"])}]'
    if "sub-type" in attribute:
        return f'array[int{WIDTH[attribute["sub-type"]] * 8}]'
    return "array[int8]"


def syz_attribute(spec, group, attribute):
    name = f'MEMCTL_A_{upper(group)}_{upper(attribute["name"])}'
    return f"nlattr[{name}, {syz_payload(spec, attribute)}]"


SYZ_HEAD = """\
# SPDX-License-Identifier: GPL-2.0
# Made by scripts/spec-table from {spec}: do not edit.
#
# What syzkaller has to know of memctl: put it into sys/linux/memctl.txt, run
# "make extract" with a kernel tree that has include/uapi/linux/memctl*.h, then
# "make generate".

include <uapi/linux/fcntl.h>
include <uapi/linux/netlink.h>
include <uapi/linux/genetlink.h>
include <uapi/linux/memctl.h>
include <uapi/linux/memctl_dev.h>
include <uapi/linux/memctl_op.h>

resource genl_memctl_family_id[int16]
resource fd_memctl[fd]
resource fd_memctl_region[fd]

type msghdr_memctl[CMD, POLICY] msghdr_netlink[netlink_msg_t[genl_memctl_family_id, genlmsghdr_t[CMD], POLICY]]

syz_genetlink_get_family_id$memctl(name ptr[in, string["memctl"]], fd sock_nl_generic) genl_memctl_family_id
"""

SYZ_DEVICE = """\

# --- /dev/memctl, and the file of a region

openat$memctl(fd const[AT_FDCWD], file ptr[in, string["/dev/memctl"]], flags flags[memctl_open_flags], mode const[0]) fd_memctl
ioctl$MEMCTL_DEV_BIND(fd fd_memctl, cmd const[MEMCTL_DEV_BIND], arg ptr[in, memctl_dev_bind]) fd_memctl_region
ioctl$MEMCTL_DEV_INFO(fd fd_memctl_region, cmd const[MEMCTL_DEV_INFO], arg ptr[out, memctl_dev_info])
ioctl$MEMCTL_DEV_POPULATE(fd fd_memctl_region, cmd const[MEMCTL_DEV_POPULATE], arg ptr[in, memctl_dev_range])
ioctl$MEMCTL_DEV_DISCARD(fd fd_memctl_region, cmd const[MEMCTL_DEV_DISCARD], arg ptr[in, memctl_dev_range])
mmap$memctl(addr vma, len len[addr], prot flags[mmap_prot], flags flags[mmap_flags], fd fd_memctl_region, offset fileoff)
read$memctl(fd fd_memctl_region, buf buffer[out], count len[buf])
write$memctl(fd fd_memctl_region, buf buffer[in], count len[buf])
fallocate$memctl(fd fd_memctl_region, mode flags[fallocate_mode], off fileoff, len intptr)

memctl_open_flags = O_RDONLY, O_WRONLY, O_RDWR

memctl_dev_bind {
	arena	string[memctl_arenas, MEMCTL_DEV_NAME_SIZE]
	region	string[memctl_names, MEMCTL_DEV_NAME_SIZE]
}

memctl_dev_info {
	arena	array[int8, MEMCTL_DEV_NAME_SIZE]
	region	array[int8, MEMCTL_DEV_NAME_SIZE]
	size	int64
	start	int64
	order	int32
	nr_frames	int32
	limit	int32
	window	int32
	nr_tables	int32
	nr_large	int32
	nr_away	int32
	nr_charged	int32
}

memctl_dev_range {
	offset	int64[0:0x1000000, 0x1000]
	size	int64[0:0x1000000, 0x1000]
}
"""


def syzkaller(spec):
    out = [SYZ_HEAD.format(spec=SPEC)]
    for operation in spec.operations:
        name = operation["name"]
        out.append(
            f"sendmsg$MEMCTL_CMD_{upper(name)}(fd sock_nl_generic, "
            f"msg ptr[in, msghdr_memctl[MEMCTL_CMD_{upper(name)}, memctl_{lower(name)}_policy]], f flags[send_flags])"
        )
    out.append(SYZ_DEVICE)
    out.append("# --- the attributes of each request\n")
    for operation in spec.operations:
        out.append(f'memctl_{lower(operation["name"])}_policy [')
        for attribute in spec.request(operation):
            line = syz_attribute(spec, operation["attribute-set"], attribute)
            out.append(f'\t{lower(attribute["name"])}\t{line}')
        out.append("] [varlen]\n")
    used = {a["struct"] for o in spec.operations for a in spec.request(o) if "struct" in a}
    for name in spec.structs:
        if name not in used:
            continue
        out.append(f"memctl_{lower(name)} {{")
        for member in spec.structs[name]["members"]:
            out.append(f'\t{lower(member["name"])}\t{int_type(spec, member)}')
        out.append("}\n")
    enums = {a.get("enum") for o in spec.operations for a in spec.request(o)}
    enums |= {m.get("enum") for name in used for m in spec.structs[name]["members"]}
    for name, enum in spec.enums.items():
        if name not in enums:
            continue
        entries = [e if isinstance(e, str) else e["name"] for e in enum["entries"]]
        values = ", ".join(f"MEMCTL_{upper(name)}_{upper(e)}" for e in entries)
        out.append(f"memctl_{lower(name)} = {values}")
    out.append('memctl_arenas = "main", "a0", "a1"')
    out.append('memctl_names = "n0", "n1", "n2", "n3", "kmalloc-64"')
    return "\n".join(out) + "\n"


def check(text):
    try:
        with open(os.path.join(TOP, SYZKALLER), encoding="utf-8") as file:
            old = file.read()
    except FileNotFoundError:
        old = ""
    print("TAP version 13\n1..1")
    for line in difflib.unified_diff(old.splitlines(), text.splitlines(), SYZKALLER, "the spec", lineterm=""):
        print("# " + line)
    print(f'{"ok" if old == text else "not ok"} 1 - {SYZKALLER} is what the spec describes')
    return 0 if old == text else 1


def main():
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what in ("-h", "--help"):
        print(__doc__.strip())
        return 0
    if what not in ("table", "syzkaller", "--check"):
        print(__doc__.strip(), file=sys.stderr)
        return 1
    spec = Spec(os.path.join(TOP, SPEC))
    if what == "table":
        sys.stdout.write(table(spec))
        return 0
    text = syzkaller(spec)
    if what == "--check":
        return check(text)
    path = os.path.join(TOP, SYZKALLER)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
