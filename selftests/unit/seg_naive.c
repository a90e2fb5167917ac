// SPDX-License-Identifier: GPL-2.0
/*
 * seg_naive.c - a naive processor, which reads descriptors byte by byte and goes through the lists
 * of faults of MOV, JMP and CALL in the SDM, volume 2.
 */
#include <string.h>

#include "core/model_seg.h"
#include "seg_naive.h"

/* What faults: the vector times 65536, and the error code. */
static u32 fault(u32 vector, u32 error)
{
	return vector << 16 | error / 4 * 4;
}

static u32 byte_of(u64 raw, int at)
{
	u8 bytes[8];

	memcpy(bytes, &raw, 8);
	return bytes[at];
}

static u32 base_of(u64 raw)
{
	return byte_of(raw, 2) + byte_of(raw, 3) * 256 + byte_of(raw, 4) * 65536 +
	       byte_of(raw, 7) * 16777216;
}

static u64 limit_of(u64 raw)
{
	u64 limit = byte_of(raw, 0) + byte_of(raw, 1) * 256 + byte_of(raw, 6) % 16 * 65536;

	return byte_of(raw, 6) >= 128 ? limit * 4096 + 4095 : limit;
}

static u32 dpl_of(u64 raw)
{
	return byte_of(raw, 5) / 32 % 4;
}

static bool present(u64 raw)
{
	return byte_of(raw, 5) >= 128;
}

/* "16" to "31" are memory: by S and the type. */
static u32 kind_of(u64 raw)
{
	return byte_of(raw, 5) % 32;
}

static bool code(u64 raw)
{
	return kind_of(raw) >= 24;
}

static bool conforming(u64 raw)
{
	return kind_of(raw) >= 28;
}

static bool readable(u64 raw)
{
	return kind_of(raw) >= 16 && (kind_of(raw) < 24 || kind_of(raw) / 2 % 2);
}

static bool writable(u64 raw)
{
	u32 kind = kind_of(raw) / 2 * 2;

	return kind == 18 || kind == 22;
}

static bool find(const struct seg_naive *n, u32 selector, u64 *raw)
{
	u32 index = selector / 8;

	if (selector / 4 % 2 ? index >= n->nr_ldt : index >= n->nr_gdt)
		return false;
	*raw = selector / 4 % 2 ? n->ldt[index] : n->gdt[index];
	return true;
}

u32 seg_naive_load(struct seg_naive *n, u32 reg, u32 selector)
{
	u32 rpl = selector % 4;
	u64 raw = 0;

	if (selector < 4 && reg == MCTL_SEG_REG_SS)
		return fault(13, 0);
	if (selector < 4) {
		n->null[reg] = true;
		return 0;
	}
	if (!find(n, selector, &raw))
		return fault(13, selector);
	if (reg == MCTL_SEG_REG_SS) {
		if (rpl != n->cpl || !writable(raw) || dpl_of(raw) != n->cpl)
			return fault(13, selector);
		if (!present(raw))
			return fault(12, selector);
	} else {
		if (!readable(raw))
			return fault(13, selector);
		if (!conforming(raw) && (rpl > dpl_of(raw) || n->cpl > dpl_of(raw)))
			return fault(13, selector);
		if (!present(raw))
			return fault(11, selector);
	}
	n->raw[reg] = raw;
	n->null[reg] = false;
	return 0;
}

u32 seg_naive_access(const struct seg_naive *n, u32 reg, u32 offset, u32 size, bool write,
		     u32 *linear)
{
	u64 raw = n->raw[reg];
	bool down = kind_of(raw) >= 20 && kind_of(raw) < 24;
	u64 top = byte_of(raw, 6) / 64 % 2 ? 0xffffffff : 0xffff;

	*linear = base_of(raw) + offset;
	if (n->null[reg] || !(write ? writable(raw) : readable(raw)))
		return fault(13, 0);
	for (u64 at = offset; at < (u64)offset + size; at++) {
		if (down ? at <= limit_of(raw) || at > top : at > limit_of(raw))
			return fault(reg == MCTL_SEG_REG_SS ? 12 : 13, 0);
	}
	return 0;
}

static u32 naive_inner(const struct seg_naive *n, u32 level, u64 *raw)
{
	u32 selector = n->inner[level];

	if (selector < 4 || !find(n, selector, raw) || selector % 4 != level ||
	    dpl_of(*raw) != level || !writable(*raw))
		return fault(10, selector);
	return present(*raw) ? 0 : fault(12, selector);
}

static u32 naive_gate(struct seg_naive *n, u32 selector, u64 gate, bool call, u32 *linear)
{
	u32 target = byte_of(gate, 2) + byte_of(gate, 3) * 256, bad, level;
	u64 raw = 0, stack = 0;
	u32 offset = byte_of(gate, 0) + byte_of(gate, 1) * 256;

	if (kind_of(gate) == 12)
		offset += byte_of(gate, 6) * 65536 + byte_of(gate, 7) * 16777216;
	if (dpl_of(gate) < n->cpl || selector % 4 > dpl_of(gate))
		return fault(13, selector);
	if (!present(gate))
		return fault(11, selector);
	if (target < 4)
		return fault(13, 0);
	if (!find(n, target, &raw) || !code(raw) || dpl_of(raw) > n->cpl)
		return fault(13, target);
	if (!call && !conforming(raw) && dpl_of(raw) != n->cpl)
		return fault(13, target);
	if (!present(raw))
		return fault(11, target);
	level = conforming(raw) ? n->cpl : dpl_of(raw);
	if (level != n->cpl) {
		bad = naive_inner(n, level, &stack);
		if (bad)
			return bad;
	}
	if (offset > limit_of(raw))
		return fault(13, 0);
	if (level != n->cpl) {
		n->raw[MCTL_SEG_REG_SS] = stack;
		n->null[MCTL_SEG_REG_SS] = false;
	}
	n->cpl = level;
	n->raw[MCTL_SEG_REG_CS] = raw;
	n->null[MCTL_SEG_REG_CS] = false;
	*linear = base_of(raw) + offset;
	return 0;
}

u32 seg_naive_jump(struct seg_naive *n, u32 selector, u32 offset, bool call, u32 *linear)
{
	u64 raw = 0;

	if (selector < 4)
		return fault(13, 0);
	if (!find(n, selector, &raw))
		return fault(13, selector);
	if (kind_of(raw) == 4 || kind_of(raw) == 12)
		return naive_gate(n, selector, raw, call, linear);
	if (!code(raw))
		return fault(13, selector);
	if (conforming(raw) ? dpl_of(raw) > n->cpl : selector % 4 > n->cpl || dpl_of(raw) != n->cpl)
		return fault(13, selector);
	if (!present(raw))
		return fault(11, selector);
	if (offset > limit_of(raw))
		return fault(13, 0);
	n->raw[MCTL_SEG_REG_CS] = raw;
	n->null[MCTL_SEG_REG_CS] = false;
	*linear = base_of(raw) + offset;
	return 0;
}
