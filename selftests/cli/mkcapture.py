#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Write captures of the module's replies: good ones, and every broken kind.

usage: mkcapture.py DIRECTORY [SEED NUMBER]

Without a seed: one file NAME.cap for each capture below. With one: NUMBER
files fuzz-N.cap, each a good capture with some bytes changed or cut, the same
for the same seed. The format is described in cli/wire/transport.h, the numbers
come from the uapi header.
"""
import pathlib
import random
import re
import struct
import sys

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/uapi/linux/memctl.h"
FAMILY = 0x21
F_MULTI, F_INTR, F_CAPPED, F_TLVS = 2, 0x10, 0x100, 0x200
ERROR, DONE = 2, 3
NR_ROWS = 100000


def read_numbers():
    """All enum entries of the header: name -> number."""
    numbers = {}
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    for body in re.findall(r"enum[^{;]*\{(.*?)\}", text, flags=re.S):
        value = 0
        for entry in body.split(","):
            match = re.fullmatch(r"\s*(\w+)(?:\s*=\s*(\d+))?\s*", entry)
            if match:
                value = int(match[2]) if match[2] else value
                numbers[match[1]] = value
                value += 1
    return numbers


N = read_numbers()


def u32(value):
    return struct.pack("=I", value & 0xFFFFFFFF)


def u64(value):
    return struct.pack("=Q", value)


def text(value):
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


def u32s(*values):
    return struct.pack(f"={len(values)}I", *values)


def attr(number, data):
    pad = b"\0" * (-len(data) % 4)
    return struct.pack("=HH", len(data) + 4, number) + data + pad


def attrs(family_set, **values):
    """attrs("ZONE", NODE=u32(0)): lists are attributes that come several times."""
    out = b""
    for name, value in values.items():
        for data in value if isinstance(value, list) else [value]:
            out += attr(N[f"MEMCTL_A_{family_set}_{name}"], data)
    return out


def message(kind, payload, flags=0):
    pad = b"\0" * (-len(payload) % 4)
    return struct.pack("=IHHII", len(payload) + 16, kind, flags, 1, 0) + payload + pad


def row(command, attributes, flags=F_MULTI):
    return message(FAMILY, struct.pack("=BBH", N["MEMCTL_CMD_" + command], 1, 0) + attributes, flags)


def end(error=0, ext_ack=b"", flags=F_MULTI):
    return message(DONE, struct.pack("=i", error) + ext_ack, flags | (F_TLVS if ext_ack else 0))


def ack(error=0, words=None):
    ext_ack = attr(1, text(words)) if words else b""
    original = struct.pack("=IHHII", 20, FAMILY, 5, 1, 0)
    return message(ERROR, struct.pack("=i", -error) + original + ext_ack,
                   F_CAPPED | (F_TLVS if words else 0))


def record(kind, data):
    return struct.pack("=II", kind, len(data)) + data


def request(command, *datagrams):
    return record(1, u32(N["MEMCTL_CMD_" + command])) + b"".join(record(2, d) for d in datagrams)


def dump(command, rows, *more):
    return request(command, b"".join(row(command, r) for r in rows), *(more or (end(),)))


def do(command, attributes):
    return request(command, row(command, attributes, 0), ack())


# --- good replies -----------------------------------------------------------

def arena(name="main", **other):
    values = {
        "ARENA": text(name), "ID": u32(0), "GENERATION": u64(77), "SIZE": u64(64 << 20),
        "NR_FRAMES": u32(16384), "NR_FREE": u32(2160), "NR_CACHED": u32(36), "NR_CHUNKS": u32(16),
        "NR_ZONES": u32(3), "NR_CACHES": u32(13), "NR_REGIONS": u32(1), "NR_HANDLES": u32(2),
        "NR_USERS": u32(0), "NR_SLAB": u32(5), "NR_TABLE": u32(4), "METADATA": u64(155648),
        "NR_ALLOC": u64(1000), "NR_FREED": u64(900), "NR_FAILED": u64(3), "NR_BAD_FREE": u64(1),
        "NR_LOCK": u64(40), "WASTE": u64(2048), "VERSION": text("0.1.0"),
    }
    values.update(other)
    return attrs("ARENA", **{k: v for k, v in values.items() if v is not None})


def zone(node, kind, index, **other):
    blocks = [0] * 33
    blocks[0], blocks[11 + 2], blocks[11 + 9], blocks[22 + 4] = 32, 4, 1, 10
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "INDEX": u32(index), "NODE": u32(node),
        "TYPE": u32(kind), "NR_FREE": u32(32 + 16 + 512 + 160), "NR_CACHED": u32(12),
        "NR_FRAMES": u32(5461 + (index == 2)), "SPANNED": u64(6000), "START_PFN": u64(4096 << index),
        "WMARK_MIN": u32(45), "WMARK_LOW": u32(56), "WMARK_HIGH": u32(67), "RESERVE": u32s(0, 32, 48),
        "FREE_BLOCKS": u32s(*blocks), "PAGEBLOCKS": u32s(3, 6, 1), "CPU_CACHED": u32s(8, 63, 31, 4, 63, 31),
        "NR_ALLOC": u64(10), "NR_FREED": u64(9), "NR_FAILED": u64(1), "NR_SPLIT": u64(8),
        "NR_MERGE": u64(7), "NR_LOCK": u64(20), "NR_REFILL": u64(2), "NR_DRAIN": u64(1), "NR_STEAL": u64(0),
    }
    values.update(other)
    return attrs("ZONE", **{k: v for k, v in values.items() if v is not None})


def zones(**other):
    return [zone(0, 0, 0, **other), zone(0, 1, 1, **other), zone(1, 2, 2, **other)]


def cache(name, **other):
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "NAME": text(name), "ID": u32(3), "SIZE": u32(100),
        "ALIGN": u32(8), "FLAGS": u32(3), "STRIDE": u32(128), "SLAB_ORDER": u32(1), "PER_SLAB": u32(64),
        "NR_ACTIVE": u64(70), "NR_OBJECTS": u64(192), "NR_MAGAZINE": u64(20), "NR_FULL": u32(1),
        "NR_PARTIAL": u32(1), "NR_EMPTY": u32(1), "MAGAZINE_SIZE": u32(32), "NR_COLOURS": u32(2),
        "NR_ALLOC": u64(500), "NR_FREED": u64(430), "NR_FAILED": u64(0), "NR_DEPOT": u64(9),
        "WASTE": u64(1960),
    }
    values.update(other)
    return attrs("CACHE", **values)


def handle(number, kind, **other):
    return attrs("HANDLE", ARENA=text("main"), GENERATION=u64(77), HANDLE=u64(number), KIND=u32(kind),
                 OWNER=u32(7), SIZE=u64(8192), NODE=u32(0), TYPE=u32(2), FN=u32(512), PFN=u64(0x12345),
                 ADDRESS=u64(0xFFFF888012345000), **other)


def owned(fn, order, symbol=None):
    """A block that code in the kernel holds."""
    return attrs("HANDLE", ARENA=text("main"), GENERATION=u64(77), KIND=u32(0), ORDER=u32(order), SIZE=u64(4096 << order),
                 NODE=u32(0), TYPE=u32(2), FN=u32(fn), PFN=u64(0x12000 + fn), ADDRESS=u64(0xFFFF888012000000 + fn * 4096),
                 **({"SYMBOL": text(symbol)} if symbol else {}))


def region(name):
    return attrs("REGION", ARENA=text("main"), GENERATION=u64(77), NAME=text(name), NR_PAGES=u32(16),
                 LEVELS=u32(4), START=u64(0xFFFFC90000400000), END=u64(0xFFFFC90000410000),
                 NR_TABLES=u32(4), NR_MAPPED=u32(16), READONLY=b"")


FAULTS = {"NR_MINOR": u64(5), "NR_MAJOR": u64(2), "NR_ZERO_FAULT": u64(7), "NR_NEW": u64(12), "NR_COW": u64(3),
          "NR_REFUSED": u64(1)}
SPACE = 0x100000000000


def space(name, **other):
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "NAME": text(name), "SPACE": b"", "NR_PAGES": u32(1024),
        "LEVELS": u32(4), "START": u64(SPACE), "END": u64(SPACE + (4 << 20)), "NR_TABLES": u32(5),
        "NR_MAPPED": u32(20), "SIZE": u64(4 << 20), "LIMIT": u32(512), "ORDER": u32(0), "WINDOW": u32(16),
        "VSS": u64(4 << 20), "NR_VMAS": u32(2), "NR_FILES": u32(3), "NR_PROCESSES": u32(2), "NR_MAPPINGS": u32(2),
        "NR_ZERO": u32(4), "NR_LARGE": u32(0), "RSS": u64(65536), "USS": u64(4096), "PSS": u64(34816),
        "NR_DIRTY": u32(14), "NR_ACCESSED": u32(17), "NR_LENT": u32(0), "NR_QUARANTINE": u32(0), "FAMILY": u32(1),
        "NR_FAMILY": u32(2), **FAULTS, "AROUND": u64(30), "NR_ZAPS": u64(6), "SEQUENCE": u64(99),
        "NR_AWAY": u32(3), "NR_CHARGED": u32(24),
    }
    values.update(other)
    return attrs("REGION", **values)


def vma(start, size, rights, **other):
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "REGION": text("heap"), "START": u64(SPACE + start),
        "END": u64(SPACE + start + size), "RIGHTS": u32(rights), "NR_MAPPED": u32(20), "NR_ZERO": u32(4),
        "NR_LARGE": u32(0), "RSS": u64(65536), "USS": u64(4096), "PSS": u64(34816), "NR_DIRTY": u32(14),
        "NR_ACCESSED": u32(17), "NR_SHARED_DIRTY": u32(13), "NR_PRIVATE_DIRTY": u32(1), "PSS_DIRTY": u64(30720),
    }
    values.update(other)
    return attrs("VMA", **values)


def vmas():
    return [vma(0, 1 << 20, 3), vma(1 << 20, 1 << 16, 1, FILE=text("/etc/a file"), OFFSET=u64(4096), RSS=u64(8192),
                                     USS=u64(8192), PSS=u64(8192), NR_SHARED_DIRTY=u32(0), PSS_DIRTY=u64(4096),
                                     DEV_MAJOR=u32(8), DEV_MINOR=u32(17), INODE=u64(4711)),
            vma(2 << 20, 2 << 20, 0, NR_LARGE=u32(1), NR_MAPPED=u32(512), NR_ZERO=u32(0), RSS=u64(2 << 20),
                USS=u64(2 << 20), PSS=u64(2 << 20), NR_DIRTY=u32(512), NR_ACCESSED=u32(512), NR_SHARED_DIRTY=u32(0),
                NR_PRIVATE_DIRTY=u32(512), PSS_DIRTY=u64(2 << 20))]


def process(pid, comm, **other):
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "REGION": text("heap"), "PID": u32(pid), "COMM": text(comm),
        "NR_MAPPINGS": u32(1), "VSS": u64(4 << 20), "RSS": u64(65536), "USS": u64(4096), "PSS": u64(34816),
        "NR_ZERO": u32(4), "NR_ACCESSED": u32(17), "NR_DIRTY": u32(14), **FAULTS,
    }
    values.update(other)
    return attrs("PROCESS", **values)


def fault(sequence, kind, **other):
    values = {"SEQUENCE": u64(sequence), "TIME": u64(12345678901 + sequence), "ADDRESS": u64(SPACE + 4096 * sequence),
              "FAULT": u32(kind), "REFUSAL": u32(0), "PAGES": u32(1)}
    values.update(other)
    return attrs("TRACE_RECORD", **values)


def trace(following, lost, *records):
    return do("TRACE_GET", attrs("TRACE", REGION=text("heap"), NEXT=u64(following), LOST=u64(lost),
                                 RECORD=list(records)))


def traces():
    user = {"USER": u64(0x7F0000001000), "PID": u32(321)}
    return (request("TRACE_SET", ack()) +
            trace(3, 7, fault(1, 2, PAGES=u32(16), **user), fault(2, 4, WRITE=b"", **user)) +
            trace(9, 4, fault(7, 3, WRITE=b""), fault(8, 5, PAGES=u32(0), REFUSAL=u32(2), WRITE=b"")) +
            trace(9, 0) + request("TRACE_SET", ack()))


def of_processes(**other):
    values = {"NR_ENTRIES": u64(40), "NR_MISMATCH": u64(0), "NR_IGNORED": u64(3), "NR_REGIONS": u64(1),
              "NR_PROCESSES": u64(2), "NR_MAPPINGS": u64(3), "NR_ABSENT": u64(12), "NR_LARGE": u64(1),
              "NR_SMALL": u64(512), "NR_ACCESSED": u64(33), "NR_DIRTY": u64(20), "NR_RETRIED": u64(2),
              "NR_CHANGED": u64(1)}
    values.update(other)
    return attrs("PT", **values)


def entry(level, index, value, hardware=None, **other):
    values = {"REGION": text("r1"), "ADDRESS": u64(0xFFFFC90000400000), "LEVEL": u32(level),
              "INDEX": u32(index), "ENTRY": u64(value), "TABLE": u64(0x7000)}
    if hardware is not None:
        values["HARDWARE"] = u64(hardware)
    values.update(other)
    return attrs("PT_ENTRY", **values)


def walk_steps():
    return [entry(4, 402, 0x1000067), entry(3, 0, 0x1001067), entry(2, 2, 0x1002067),
            entry(1, 0, 0x8000000012345163, LEAF=b"")]


# A path of 127 bytes; UTF-8; bytes that are none: alone, overlong, a surrogate, too large, cut; quotes.
FILE_NAMES = (b"/" + b"x" * 126, "/m\u00fcll/\u20ac/\U0001f600".encode(), b"/\xff", b"/\xc0\xaf", b"/\xed\xa0\x80",
              b"/\xf4\x90\x80\x80", b"/\xe2\x82", b'/"\\x41\t\x01/\x7f')


def region_walk():
    steps = walk_steps()[:3] + [entry(1, 1, 0x8000000012345063, LEAF=b"")]
    return do("PT_WALK", attrs("PT", REGION=text("heap"), PHYSICAL=u64(0x12345010), STEP=steps))


def frame_of_space():
    return attrs("WHAT", ARENA=text("main"), PFN=u64(0x12345), FN=u32(515), STATE=text("region"), BLOCK_FN=u32(515),
                 BLOCK_ORDER=u32(0), NODE=u32(0), TYPE=u32(2), MIGRATETYPE=u32(1))


def injected(number, site, **other):
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "ID": u32(number), "SITE": u32(site), "TIMES": u32(1),
        "NR_TRY": u64(20 * number), "NR_INJECTED": u64(1),
    }
    values.update(other)
    return attrs("INJECT", **values)


def tlb(name, page, asids, **other):
    arrays = b"".join(struct.pack("=5I", *a) for a in ((1, 16, 4, 1, 64), (1, 8, 4, 14, 3), (2, 128, 12, 15, 90)))
    values = {
        "ARENA": text("main"), "GENERATION": u64(77), "NAME": text(name), "ARRAYS": arrays, "POLICY": u32(1),
        "SEED": u32(1), "ASIDS": u32(asids), "PAGE": u32(page), "FORMAT": text("4level"), "L1_CYCLES": u32(1),
        "L2_CYCLES": u32(7), "READ_CYCLES": u32(20), "NR_ACCESS": u64(600), "NR_WRITE": u64(120),
        "NR_L1_HIT": u64(300), "NR_L2_HIT": u64(106), "NR_MISS": u64(194), "NR_UPGRADE": u64(5),
        "NR_WALK": u64(198), "NR_FAULT": u64(1), "NR_READ": u64(792), "NR_L1_EVICT": u64(130),
        "NR_L2_EVICT": u64(0), "NR_INVALIDATED": u64(0), "NR_SWITCH": u64(6), "NR_REASSIGNED": u64(0),
        "L1_TOTAL": u64(600), "L2_TOTAL": u64(2100), "WALK_TOTAL": u64(15840),
    }
    values.update(other)
    return attrs("TLB", **values)


def compare():
    """Four models: made, fed, looked at, removed."""
    return b"".join(request("TLB_ADD", ack()) + request("TLB_FEED", ack()) +
                    do("TLB_GET", tlb(f"compare-1-{i}", i & 1, 6 * (i >> 1))) + request("TLB_DEL", ack())
                    for i in range(4))


def pt_format(index, name, split, levels, example, *sizes):
    names = ("NR_PAGES", "NR_TABLES", "BYTES", "NR_LARGE_TABLES", "LARGE_BYTES", "FLAT")
    return attrs("PT_FORMAT", INDEX=u32(index), NAME=text(name), SPLIT=text(split), SECTION=text("4.5"),
                 LEVELS=u32(levels), ENTRY_SIZE=u32(8), ADDRESS_BITS=u32(48), PHYSICAL_BITS=u32(52),
                 EXAMPLE=text(example), **{n: u64(v) for n, v in zip(names, sizes)})


def why_zone(node, kind, reason, **other):
    values = {"NODE": u32(node), "TYPE": u32(kind), "REASON": u32(reason), "NR_FREE": u32(800),
              "NR_CACHED": u32(12), "NEED": u32(1072), "WMARK_MIN": u32(45), "RESERVE": u32(3),
              "LARGEST": u32(6), "BLOCK_ORDER": u32(0xFFFFFFFF), "FROM_MIGRATETYPE": u32(0xFFFFFFFF),
              "NR_SUITABLE": u32(0), "FRAGMENTATION_INDEX": u32(812)}
    values.update(other)
    return attrs("WHY_ZONE", **values)


def event(kind, **other):
    return row("EVENT", attrs("EVENT", ARENA=text("main"), GENERATION=u64(78), EVENT=u32(kind),
                              TIME=u64(12345678901), **other), 0)


def results(*pairs):
    return b"".join(struct.pack("=QiI", h, e, r) for h, e, r in pairs)


def status_requests():
    return (dump("ARENA_GET", [arena(), arena("b", ID=u32(1), NR_REGIONS=u32(0), NR_HANDLES=u32(0))]) +
            request("ARENA_GET", row("ARENA_GET", arena(), 0), ack()))


def problem(**other):
    return attrs("PROBLEM", INVARIANT=text("B3"), OBJECT=text("zone"), FIELD=text("nr_free"), INDEX=u64(2),
                 EXPECTED=u64(720), FOUND=u64(721), **other)


def leak(kind, nr, size, **other):
    return attrs("LEAK", KIND=u32(kind), NR=u64(nr), BYTES=u64(size), **other)


def verify(nr, problems=(), **other):
    return do("VERIFY", attrs("VERIFY", ARENA=text("main"), GENERATION=u64(77), NR_CHECKS=u64(40123),
                              NR_PROBLEMS=u64(nr), PROBLEM=list(problems), STOP_NS=u64(45100), **other))


def views(**other):
    """What verify compares: the arena, its zones, the arena."""
    return do("ARENA_GET", arena()) + dump("ZONE_GET", zones(**other))


def good():
    nothing = ack()
    return {
        "status": status_requests(),
        "unheld": (dump("ARENA_GET", [arena(NR_REGIONS=u32(0), NR_HANDLES=u32(0))]) +
                 request("ARENA_GET", row("ARENA_GET", arena(), 0), ack())),
        "arena": do("ARENA_GET", arena("b")),
        "zones": dump("ZONE_GET", zones()),
        "zones-hidden": dump("ZONE_GET", zones(START_PFN=None)),
        "zones-cpu-off": dump("ZONE_GET", zones(CPU_CACHED=u32s(8, 63, 31, *[0xFFFFFFFF] * 3, 4, 63, 31))),
        "caches": dump("CACHE_GET", [cache("kmalloc-64"), cache("a-very-long-cache-name-of-31-b")]),
        "chunks": dump("CHUNK_GET", [
            attrs("CHUNK", ARENA=text("main"), FN=u32(i << 10), ORDER=u32(10), NODE=u32(i), TYPE=u32(2),
                  PFN=u64(0x100000 + (i << 10)), ADDRESS=u64(0xFFFF888100000000 + (i << 22)),
                  NR_FREE=u32(1000), GENERATION=u64(77)) for i in (1, 0, 2)]),
        "regions": dump("REGION_GET", [region("r1")]),
        "formats": dump("PT_FORMAT_GET", [
            pt_format(0, "ia32", "10/10/12", 2, "one", 1, 2, 8192, 2, 8192, 4 << 20),
            pt_format(1, "5level", "9/9/9/9/9/12", 5, "full", 1 << 20, 2055, 2055 << 12, 3, 3 << 12, 256 << 40)]),
        "faults": dump("INJECT_GET", [
            injected(1, 0, NTH=u32(3), ORDER=u32(9)),
            injected(2, 1, PROBABILITY=u32(12500), SEED=u64(1 << 40), TIMES=u32(0), CACHE=text("kmalloc-64")),
            injected(7, 4, NTH=u32(1), TIMES=u32(5)), injected(8, 9, PROBABILITY=u32(1000000), SEED=u64(1))]),
        "fault-add": do("INJECT_ADD", attrs("INJECT", ARENA=text("main"), ID=u32(3))),
        "fault-add-refused": request("INJECT_ADD", ack(22, "order 3: only site alloc has orders, not map")),
        "fault-del": request("INJECT_DEL", ack()),
        "fault-del-refused": request("INJECT_DEL", ack(2, "arena main has no fault 9")),
        "tlbs": dump("TLB_GET", [tlb("a", 0, 0), tlb("b", 1, 6, NR_ACCESS=u64(0))]),
        "tlb": do("TLB_GET", tlb("a", 0, 0)),
        "tlb-add": request("TLB_ADD", ack()),
        "tlb-add-refused": request("TLB_ADD", ack(22, "TLB model: sets are a power of two, up to 4096")),
        "tlb-feed": request("TLB_FEED", ack()) + do("TLB_GET", tlb("a", 0, 0)),
        "tlb-compare": compare(),
        "tlb-del": request("TLB_DEL", ack()),
        "tlb-clear": request("TLB_CLEAR", ack()),
        "spaces": dump("REGION_GET", [region("r1"), space("heap"), space("fork", NR_PROCESSES=u32(0))]),
        "space": do("REGION_GET", space("heap")),
        "plant-space": do("REGION_GET", space("heap")) + request("PLANT", nothing),
        "space-add": do("REGION_ADD", attrs("REGION", START=u64(SPACE), END=u64(SPACE + (4 << 20)),
                                            LEVELS=u32(4))),
        "space-ok": request("REGION_SET", nothing) + request("REGION_FORK", nothing) +
            do("VMA_MAP", attrs("VMA", START=u64(SPACE + 4096))) + request("VMA_UNMAP", nothing) +
            request("VMA_PROTECT", nothing) + request("VMA_DISCARD", nothing) + do("REGION_GET", space("heap")) +
            request("REGION_WRITE", nothing),
        "space-refused": request("VMA_MAP", ack(17, "a vma of region heap is there: unmap it first")),
        "space-read": do("REGION_GET", space("heap")) +
            do("REGION_READ", attrs("ACCESS", ADDRESS=u64(SPACE), DATA=b"\0\x7f~Hello, region\xff12")),
        "space-touch": do("REGION_TOUCH", attrs("ACCESS", ADDRESS=u64(SPACE), SIZE=u64(65536), **FAULTS)),
        "space-idle": do("REGION_IDLE", attrs("IDLE", ARENA=text("main"), GENERATION=u64(77), REGION=text("heap"),
                                              NR_PAGES=u64(20), NR_ACCESSED=u64(17), NR_IDLE=u64(3),
                                              NR_DIRTY=u64(14))),
        "vmas": dump("VMA_GET", vmas()),
        "smem": dump("REGION_GET", [region("r1"), space("heap"), space("fork", NR_PROCESSES=u32(0))]) +
            dump("PROCESS_GET", [process(321, "one"), process(322, "t w\x1b", NR_MAPPINGS=u32(2))]),
        "rmap": do("RMAP", attrs("RMAP", ARENA=text("main"), GENERATION=u64(77), PFN=u64(0x12345), NR_PLACES=u32(3),
                                 PLACE=[attrs("RMAP_PLACE", REGION=text(name), ADDRESS=u64(SPACE), NR_PROCESSES=u32(2),
                                              ENTRY=u64(0x8000000012345065)) for name in ("heap", "fork")])),
        "traces": traces(),
        "pt-processes": do("PT_VERIFY", of_processes()),
        "pt-no-process": do("PT_VERIFY", of_processes(
            **{name: u64(0) for name in ("NR_ENTRIES", "NR_IGNORED", "NR_PROCESSES", "NR_MAPPINGS", "NR_LARGE", "NR_SMALL",
                                         "NR_ABSENT", "NR_ACCESSED", "NR_DIRTY", "NR_RETRIED", "NR_CHANGED")})),
        "pt-different": do("PT_VERIFY", of_processes(NR_MISMATCH=u64(2), MISMATCH=[
            entry(1, 5, 0x8000000012345065, 0x8000000012346067, LEAF=b"", ADDRESS=u64(SPACE), REGION=text("heap"),
                  PID=u32(321), USER=u64(0x7F0000005000), DIFFERENT=u32(6)),
            entry(2, 2, 0x10020E7, 0, PID=u32(0), USER=u64(0x7F0000400000), DIFFERENT=u32(0x21))])),
        "handles": dump("HANDLE_GET", [handle(0x100000001, 0, ORDER=u32(1)),
                                       handle(0x100000002, 1, CACHE=text("foo"))]),
        "owned": dump("HANDLE_GET", [owned(512, 1, "alloc_ring+0x1c/0x80 [driver]"), owned(900, 0)]),
        "walk": do("PT_WALK", attrs("PT", REGION=text("r1"), GENERATION=u64(77),
                                    ADDRESS=u64(0xFFFFC90000400000), PHYSICAL=u64(0x12345000),
                                    STEP=walk_steps())),
        "one-space": request("WHAT", ack(2, "handle 0x100000001010: never issued")) +
            dump("REGION_GET", [region("r1"), space("heap")]) + region_walk() + do("WHAT", frame_of_space()),
        "one-address": dump("REGION_GET", [space("heap")]) + region_walk() + do("WHAT", frame_of_space()),
        "one-offset": do("REGION_GET", space("heap")) + region_walk() + do("WHAT", frame_of_space()),
        "two-spaces": dump("REGION_GET", [space("heap"), space("fork")]),
        "one-space-hole": dump("REGION_GET", [space("heap")]) +
            do("PT_WALK", attrs("PT", REGION=text("heap"), STEP=walk_steps()[:2])),
        "nothing": request("REGION_GET", end()) + request("HANDLE_GET", end()),
        "status-one": do("ARENA_GET", arena()) + dump("ARENA_GET", [arena(), arena("b")]),
        "no-arena": request("ARENA_GET", ack(2, "arena 'nosuch': there is none")),
        "texts": dump("VMA_GET", [attrs("VMA", ARENA=text("main"), REGION=text("heap"), START=u64(SPACE),
                                        END=u64(SPACE + 4096), RIGHTS=u32(1), FILE=text(name))
                                  for name in FILE_NAMES]),
        "walk-hole": do("PT_WALK", attrs("PT", REGION=text("r1"), STEP=walk_steps()[:2])),
        "pt": dump("PT_GET", [attrs("PT", ARENA=text("main"), REGION=text("r1"), LEVEL=u32(1), INDEX=u32(i),
                                    ADDRESS=u64(0xFFFFC90000400000 + i * 4096), TABLE=u64(0x7000), LEAF=b"",
                                    ENTRY=u64(0x8000000012345163 + i * 4096)) for i in range(2)]),
        "pt-verified": do("PT_VERIFY", attrs("PT", NR_ENTRIES=u64(19), NR_MISMATCH=u64(0), NR_IGNORED=u64(3))),
        "pt-nothing": do("PT_VERIFY", of_processes(NR_ENTRIES=u64(0), NR_MAPPINGS=u64(0), NR_PROCESSES=u64(0))),
        "pt-untouched": do("PT_VERIFY", of_processes(NR_ENTRIES=u64(0), NR_CHANGED=u64(0))),
        "pt-no-region": do("PT_VERIFY", of_processes(NR_ENTRIES=u64(0), NR_REGIONS=u64(0), NR_MAPPINGS=u64(0))),
        "pt-damaged": do("PT_VERIFY", attrs(
            "PT", NR_ENTRIES=u64(19), NR_MISMATCH=u64(4), NR_IGNORED=u64(0),
            MISMATCH=[entry(1, 5, 0x8000000012345161, 0x8000000012345163, LEAF=b""),
                      entry(1, 6, 0x8000000012345162, 0x8000000012345163, LEAF=b""),
                      entry(2, 2, 0x1002067, 0x10020E7)])),
        "pt-refused": request("PT_VERIFY", ack(2, "region 'r1': no such region")),
        "what": do("WHAT", attrs(
            "WHAT", ARENA=text("main"), ADDRESS=u64(0xFFFF888012345010), PFN=u64(0x12345), FN=u32(515),
            HANDLE=u64(0x100000002), STATE=text("slab"), BLOCK_FN=u32(514), BLOCK_ORDER=u32(1), NODE=u32(0),
            TYPE=u32(2), MIGRATETYPE=u32(0), CHUNK_FN=u32(0), CHUNK_ORDER=u32(10), CACHE=text("foo"),
            OBJECT_INDEX=u32(3), OBJECT_OFFSET=u32(16), SLAB_INUSE=u32(7), SLAB_OBJECTS=u32(32),
            OWNER=u32(7), KERNEL_ADDRESS=u64(0xFFFF888012345010))),
        "what-kernel": do("WHAT", attrs(
            "WHAT", ARENA=text("main"), PFN=u64(0x12345), FN=u32(515), STATE=text("used"), BLOCK_FN=u32(514),
            BLOCK_ORDER=u32(1), NODE=u32(0), TYPE=u32(2), MIGRATETYPE=u32(0), CHUNK_FN=u32(0), CHUNK_ORDER=u32(10),
            CALLER=u64(0xFFFFFFFFC0123456), SYMBOL=text("alloc_ring+0x1c/0x80 [driver]"),
            KERNEL_ADDRESS=u64(0xFFFF888012345000))),
        "why-granted": do("WHY", attrs("WHY", GENERATION=u64(77), GRANTED=b"", ZONE=[
            why_zone(0, 2, 0, NEED=u32(49), BLOCK_ORDER=u32(3), FROM_MIGRATETYPE=u32(1),
                     FRAGMENTATION_INDEX=u32(-1000))])),
        "why-refused": do("WHY", attrs("WHY", GENERATION=u64(77), ZONE=[
            why_zone(0, 2, N["MEMCTL_REASON_WATERMARK"]),
            why_zone(0, 1, N["MEMCTL_REASON_FRAGMENTED"]),
            why_zone(0, 0, N["MEMCTL_REASON_NO_MEMORY"], NR_FREE=u32(0), LARGEST=u32(0xFFFFFFFF))])),
        "verified": verify(0) + views(),
        "damaged": verify(2, [problem()]) + views(),
        "leaks": verify(0, LEAK=[
            leak(0, 3, 24576, SYMBOL=text("alloc_ring+0x1c/0x80 [driver] (gone)")),
            leak(1, 1, 100, CACHE=text("foo"), SYMBOL=text("driver_init+0x30/0x100 [driver] (gone)")),
            leak(2, 2, 256, CACHE=text("kmalloc-128"))], NR_LEAKS=u64(4)) + views(),
        "views-differ": verify(0) + views(NR_FREE=u32(721)),
        "views-move": verify(0) + views(GENERATION=u64(78)),
        "alloc": request("EXEC", row("EXEC", attrs("EXEC", RESULTS=results((0x100000001, 0, 0), (0x100000002, 0, 0)),
                                                   TIME=u64(100)), 0), ack()),
        "alloc-partial": request("EXEC", row("EXEC", attrs("EXEC", RESULTS=results(
            (0x100000001, 0, 0), (0, -12, N["MEMCTL_REASON_FRAGMENTED"])), TIME=u64(100)), 0),
            ack(0, "order 10 in zone type 2: fragmented")),
        "alloc-refused": request("EXEC", ack(12, "order 10: free 800, need 1072")),
        "alloc-5000": b"".join(
            do("EXEC", attrs("EXEC", RESULTS=results(*[(at + i + 1, 0, 0) for i in range(min(1024, 5000 - at))])))
            for at in range(0, 5000, 1024)),
        "free": do("EXEC", attrs("EXEC", RESULTS=results((0, 0, 0)))),
        "free-owner": do("HANDLE_FREE", attrs("HANDLE", NR_FREED=u32(12))),
        "cache-add": do("CACHE_ADD", attrs("CACHE", ID=u32(14))),
        "object": do("CACHE_GET", cache("foo")) + do("EXEC", attrs("EXEC", RESULTS=results((0x2A, 0, 0)))),
        "shrink": do("CACHE_SHRINK", attrs("CACHE", NR_FRAMES=u32(9))),
        "region-add": do("REGION_ADD", attrs("REGION", START=u64(0xFFFFC90000400000),
                                             END=u64(0xFFFFC90000410000), LEVELS=u32(5))),
        "arena-ok": request("ARENA_ADD", nothing) + request("ARENA_DEL", nothing) +
            do("ARENA_GROW", attrs("ARENA", SIZE=u64(4 << 20))) +
            do("ARENA_SHRINK", attrs("ARENA", SIZE=u64(0x600000))) +
            do("ARENA_DRAIN", attrs("ARENA", ARENA=text("x"), DRAINED_FRAMES=u64(63), DRAINED_OBJECTS=u64(1200))) +
            do("ARENA_HASH", attrs("ARENA", ARENA=text("main"), GENERATION=u64(77), HASH=u64(0xDEADBEEF))) +
            request("CACHE_DEL", nothing) + request("REGION_DEL", nothing) + request("PLANT", nothing),
        "events": request("EVENT",
                          event(0, VALUE=u64(1 << 26)),
                          event(8, NODE=u32(1), TYPE=u32(2), ORDER=u32(9), REASON=u32(10)),
                          event(11, TEXT=text("handle 0x5: freed already"), NR_LOST=u64(4)),
                          event(4, NAME=text("foo")) + event(5, NAME=text("foo"))) + record(3, u32(105)) +
            record(2, event(9, NODE=u32(0), TYPE=u32(1), VALUE=u64(55))) +
            record(2, event(13, NAME=text("heap"), VALUE=u64(0x5000), UID=u32(1000))) +
            record(2, row("EVENT", attrs("EVENT", EVENT=u32(16), TIME=u64(12345678901),
                                         VALUE=u64(57), UID=u32(1000)), 0)),
    }


# --- replies of a module that is broken, hostile or of another version -------

def bad():
    zone_get = N["MEMCTL_CMD_ZONE_GET"]
    one = zone(0, 0, 0)
    long_name = attr(N["MEMCTL_A_ZONE_ARENA"], text("n" * 32))
    open_name = attr(N["MEMCTL_A_ZONE_ARENA"], b"main")
    ext_ack = attr(1, text("arena 'x' went away"))
    interrupted = row("ZONE_GET", one, F_MULTI | F_INTR) + end(0, b"", F_MULTI | F_INTR)
    return {
        "bad-short-header": request("ZONE_GET", b"\x10\0\0\0\x21\0"),
        "bad-long-message": request("ZONE_GET", struct.pack("=IHHII", 4096, FAMILY, 2, 1, 0) + b"\0" * 8),
        "bad-zero-message": request("ZONE_GET", b"\0" * 64),
        "bad-no-genl": request("ZONE_GET", message(FAMILY, b"", F_MULTI), end()),
        "bad-command": request("ZONE_GET", row("CACHE_GET", one), end()),
        "bad-attr-long": dump("ZONE_GET", [one + struct.pack("=HH", 400, 5) + b"abcd"]),
        "bad-attr-short": dump("ZONE_GET", [one + struct.pack("=HH", 2, 5)]),
        "bad-attr-rest": request("ZONE_GET", message(FAMILY, struct.pack("=BBH", zone_get, 1, 0) + one + b"\1\2",
                                                     F_MULTI)[:-2], end()),
        "bad-attr-missing": dump("ZONE_GET", zones(NR_FREE=None)),
        "bad-attr-type": dump("ZONE_GET", zones(NR_FREE=u64(5))),
        "bad-attr-array": dump("ZONE_GET", zones(FREE_BLOCKS=u32s(1, 2, 3))),
        "bad-attr-rows": dump("ZONE_GET", zones(CPU_CACHED=u32s(1, 2))),
        "bad-attr-unknown": dump("ZONE_GET", [z + attr(200, b"new") for z in zones()]),
        "bad-string-open": dump("ZONE_GET", [one + open_name]),
        "bad-string-long": dump("ZONE_GET", [one + long_name]),
        "bad-string-escape": dump("CACHE_GET", [cache(b"\x1b[31mred\xff\nx")]),
        "bad-enum": dump("ZONE_GET", [zone(0, 77, 0)]),
        "bad-empty": request("ZONE_GET"),
        "bad-cut": request("ZONE_GET", row("ZONE_GET", one)),
        "bad-receive": request("ZONE_GET") + record(3, u32(105)),
        "bad-done-error": dump("ZONE_GET", zones(), end(-19, ext_ack)),
        "bad-done-empty": dump("ZONE_GET", zones(), message(DONE, b"", F_MULTI)),
        "bad-error": request("ZONE_GET", ack(22, "arena 'x': no such arena")),
        "bad-error-plain": request("ZONE_GET", ack(1)),
        "bad-error-short": request("ZONE_GET", message(ERROR, b"\xff")),
        "bad-error-range": request("ZONE_GET", message(ERROR, struct.pack("=i", -2147483648) + b"\0" * 16)),
        "bad-error-unknown": request("ZONE_GET", ack(95)),
        "bad-error-escape": request("ZONE_GET", ack(22, b"\x1b]0;title\x07")),
        "bad-ext-ack": request("ZONE_GET", message(ERROR, struct.pack("=i", -22) + struct.pack(
            "=IHHII", 0xFFFFFFF0, FAMILY, 5, 1, 0) + b"\xff" * 12, F_TLVS)),
        "bad-interrupted": request("ZONE_GET", interrupted),
        "bad-rows": request("HANDLE_GET", *[b"".join(row("HANDLE_GET", handle(i * 100 + j + 1, 0)) for j in range(100))
                                            for i in range(NR_ROWS // 100)], end()),
        "bad-nested": do("WHY", attrs("WHY", ZONE=[struct.pack("=HH", 40, 1)])),
        "bad-nested-empty": do("WHY", attrs("WHY", ZONE=[b""])),
        "bad-twice": request("WHY", row("WHY", b"", 0), row("WHY", b"", 0), ack()),
        "bad-only-ack": request("WHY", ack()),
        "bad-results-many": do("EXEC", attrs("EXEC", RESULTS=results(*[(i + 1, 0, 0) for i in range(50)]))),
        "bad-results-few": do("EXEC", attrs("EXEC", RESULTS=results((1, 0, 0)))),
        "bad-results-cut": do("EXEC", attrs("EXEC", RESULTS=results((1, 0, 0))[:-3])),
        "bad-trace": request("TRACE_SET", ack()) + trace(3, 0, fault(1, 77, REFUSAL=u32(99)), fault(2, 0)[:-8]),
        "bad-data": do("REGION_READ", attrs("ACCESS", ADDRESS=u64(SPACE), DATA=b"x" * 100)),
        "bad-event": request("EVENT", event(0)[:-5]),
        "bad-event-kind": request("EVENT", event(250)),
    }


def mutate(rng, data):
    """Some bytes of the records behind the magic changed, or the end cut off."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(out))
        out[at] = rng.choice([0, 1, 2, 4, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    if not rng.randrange(4):
        del out[rng.randrange(len(out)):]
    return bytes(out)


def main():
    directory = pathlib.Path(sys.argv[1])
    captures = good()
    if len(sys.argv) > 2:
        rng = random.Random(int(sys.argv[2]))
        names = sorted(captures)
        captures = {f"fuzz-{i}-{name}": mutate(rng, captures[name])
                    for i, name in ((i, rng.choice(names)) for i in range(int(sys.argv[3])))}
    else:
        captures.update(bad())
    for name, data in captures.items():
        (directory / f"{name}.cap").write_bytes(b"memctlc1" + data)
    if len(sys.argv) <= 2:
        (directory / "bad-magic.cap").write_bytes(b"nonsense")


if __name__ == "__main__":
    main()
