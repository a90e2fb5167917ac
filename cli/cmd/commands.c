// SPDX-License-Identifier: GPL-2.0
/*
 * commands.c - the objects that the program knows, in the order of its help.
 */
#include <stddef.h>

#include "command.h"
#include "commands.h"

const struct command commands[] = {
	{ "status", cmd_status, "the arenas, the module, and who holds it" },
	{ "buddyinfo", cmd_buddyinfo, "free blocks of each order, as /proc/buddyinfo" },
	{ "zoneinfo", cmd_zoneinfo, "zones, watermarks, frame caches, as /proc/zoneinfo" },
	{ "slabinfo", cmd_slabinfo, "object caches, as /proc/slabinfo" },
	{ "pagetypeinfo", cmd_pagetypeinfo, "free blocks by mobility, as /proc/pagetypeinfo" },
	{ "iomem", cmd_iomem, "physical runs that the arena holds, as /proc/iomem" },
	{ "vmallocinfo", cmd_vmallocinfo, "virtual ranges of regions, as /proc/vmallocinfo" },
	{ "arena", cmd_arena, "make, grow, shrink, remove arenas" },
	{ "page", cmd_page, "allocate, free and list blocks of frames" },
	{ "cache", cmd_cache, "make caches, allocate and free objects" },
	{ "kmalloc", cmd_kmalloc, "allocate bytes" },
	{ "kfree", cmd_kfree, "free what kmalloc gave" },
	{ "region", cmd_region, "managed ranges of virtual addresses" },
	{ "maps", cmd_maps, "vmas of a region, as /proc/PID/maps" },
	{ "smaps", cmd_smaps, "what is in the vmas of a region, as /proc/PID/smaps" },
	{ "pmap", cmd_pmap, "the same, as pmap -x" },
	{ "smem", cmd_smem, "memory of regions and processes: VSS, RSS, PSS, USS" },
	{ "rmap", cmd_rmap, "the pages that a frame backs" },
	{ "pt", cmd_pt, "page tables: walk, dump, compare with the hardware's" },
	{ "tlb", cmd_tlb, "models of TLBs, fed with the addresses of a trace" },
	{ "replace", cmd_replace, "models of page replacement, compared on a trace of references" },
	{ "model", cmd_model, "models of what a machine does, without the module" },
	{ "what", cmd_what, "what an address, a frame or a handle is" },
	{ "why", cmd_why, "whether an allocation would succeed, and what stops it" },
	{ "verify", cmd_verify, "check every invariant" },
	{ "fault", cmd_fault, "have allocations fail that need not" },
	{ "plant", cmd_plant, "damage the arena's records, to see the checks find it" },
	{ "monitor", cmd_monitor, "print events as they happen" },
	{ "record", cmd_record, "record the kernel's own allocations while a command runs" },
	{ "replay", cmd_replay, "drive a recording through an arena" },
	{ "compare", cmd_compare,
	  "allocation policies on one recording: a model, without the module" },
	{ "bench", cmd_bench, "count what an operation costs, beside Linux's own" },
	{ "load", cmd_load, "load the module" },
	{ "unload", cmd_unload, "remove the module, or say who holds it" },
	{ "version", cmd_version, "versions of this program and the module" },
	{ "help", cmd_help, "this text, or that of an object" },
	{ NULL, NULL, NULL },
};
