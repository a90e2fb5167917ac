// SPDX-License-Identifier: GPL-2.0
/* LINK: core/model_seg.c tap.c */
/*
 * Segmentation against a naive processor, which reads descriptors byte by byte and goes through the
 * lists of faults of MOV, JMP and CALL in the SDM, volume 2. selftests/models/seg_cpu.c compares
 * with the real one, where that can be asked without being a kernel.
 */
#include "core/model_seg.h"
#include "tap.h"

#define STEPS	   1000000
#define NR_ENTRIES 12

static u64 gdt[NR_ENTRIES], ldt[NR_ENTRIES];

/* --- the naive processor -------------------------------------------------------------------- */

/* What faults: the vector times 65536, and the error code. */
static u32 fault(u32 vector, u32 error)
{
	return vector << 16 | error / 4 * 4;
}

struct naive {
	u32 nr_gdt, nr_ldt, cpl;
	u64 raw[6]; /* of each register */
	bool null[6];
	u16 inner[3];
};

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

static bool find(const struct naive *n, u32 selector, u64 *raw)
{
	u32 index = selector / 8;

	if (selector / 4 % 2 ? index >= n->nr_ldt : index >= n->nr_gdt)
		return false;
	*raw = selector / 4 % 2 ? ldt[index] : gdt[index];
	return true;
}

static u32 naive_load(struct naive *n, u32 reg, u32 selector)
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

static u32 naive_access(const struct naive *n, u32 reg, u32 offset, u32 size, bool write)
{
	u64 raw = n->raw[reg];
	bool down = kind_of(raw) >= 20 && kind_of(raw) < 24;
	u64 top = byte_of(raw, 6) / 64 % 2 ? 0xffffffff : 0xffff;

	if (n->null[reg] || !(write ? writable(raw) : readable(raw)))
		return fault(13, 0);
	for (u64 at = offset; at < (u64)offset + size; at++) {
		if (down ? at <= limit_of(raw) || at > top : at > limit_of(raw))
			return fault(reg == MCTL_SEG_REG_SS ? 12 : 13, 0);
	}
	return 0;
}

static u32 naive_inner(const struct naive *n, u32 level, u64 *raw)
{
	u32 selector = n->inner[level];

	if (selector < 4 || !find(n, selector, raw) || selector % 4 != level ||
	    dpl_of(*raw) != level || !writable(*raw))
		return fault(10, selector);
	return present(*raw) ? 0 : fault(12, selector);
}

static u32 naive_gate(struct naive *n, u32 selector, u64 gate, bool call, u32 *linear)
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

static u32 naive_jump(struct naive *n, u32 selector, u32 offset, bool call, u32 *linear)
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

/* --- the comparison ------------------------------------------------------------------------- */

static u32 random_offset(void)
{
	return tap_random() >> (32 + tap_below(32));
}

/* Selectors of targets, and limits near to offsets, so that much goes well. */
static u64 random_descriptor(void)
{
	u64 raw = tap_random(), kind = tap_below(5) ? 16 + tap_below(16) : tap_below(16);

	if (tap_below(3) == 0)
		kind = 12 - 8 * !tap_below(4);
	raw = (raw & ~(0xffULL << 40)) | (u64)(tap_below(5) ? 128 : 0) << 40 | kind << 40 |
	      (u64)tap_below(4) << 45;
	if (kind == 12 || kind == 4)
		raw = (raw & ~(0xffffULL << 16)) |
		      (u64)(tap_below(NR_ENTRIES + 1) << 3 | tap_below(8)) << 16;
	if (kind == 12 && tap_below(4))
		raw &= ~(0xffffULL << 48);
	return tap_below(20) ? raw : 0;
}

static u16 random_selector(void)
{
	return tap_below(20) ? tap_below(NR_ENTRIES + 1) << 3 | tap_below(8) : tap_random() >> 48;
}

static unsigned int counts[16];

static void compare(struct mctl_seg *seg, struct naive *n)
{
	u32 operation = tap_below(5), reg = tap_below(6), want, linear = 0;
	u32 offset = random_offset(), size = 1 + tap_below(8);
	struct mctl_seg_result got;
	u16 selector = random_selector();
	bool flag = tap_below(2);

	if (operation < 2 && reg != MCTL_SEG_REG_CS) {
		mctl_seg_load(seg, reg, selector, &got);
		want = naive_load(n, reg, selector);
	} else if (operation < 4) {
		mctl_seg_access(seg, reg, offset, size, flag, &got);
		want = naive_access(n, reg, offset, size, flag);
		linear = base_of(n->raw[reg]) + offset;
	} else {
		mctl_seg_jump(seg, selector, offset, flag, &got);
		want = naive_jump(n, selector, offset, flag, &linear);
	}
	counts[want >> 16]++;
	if (!tap_expect_equal(got.vector << 16 | got.error, want))
		tap_note("operation %u, register %u, selector 0x%x, CPL %u", operation, reg,
			 selector, n->cpl);
	if (!want && operation >= 2)
		tap_expect_equal(got.linear, linear);
	tap_expect(got.nr <= MCTL_SEG_MAX_CHECKS);
	for (u32 i = 0; i < got.nr; i++) {
		tap_expect_equal(got.check[i].good, !got.vector || i + 1 < got.nr);
		tap_expect(mctl_seg_rule_text(got.check[i].rule));
	}
	tap_expect_equal(seg->cpl, n->cpl);
}

static void a_million_steps_as_the_naive_one(void)
{
	memset(counts, 0, sizeof(counts));
	for (u32 i = 0; i < STEPS && !tap_nr_failed;) {
		struct mctl_seg seg = { .gdt = gdt, .ldt = ldt };
		struct naive n = { .cpl = tap_below(4) };

		for (u32 j = 0; j < NR_ENTRIES; j++) {
			gdt[j] = random_descriptor();
			ldt[j] = random_descriptor();
		}
		for (u32 j = 0; j < 3; j++) {
			n.inner[j] = random_selector();
			if (tap_below(2))
				n.inner[j] = (n.inner[j] & 0xfffc) | j;
			seg.inner_ss[j] = n.inner[j];
		}
		for (u32 j = 0; j < 6; j++)
			n.null[j] = true;
		n.nr_gdt = tap_below(8) ? NR_ENTRIES : tap_below(NR_ENTRIES);
		n.nr_ldt = tap_below(8) ? NR_ENTRIES : tap_below(NR_ENTRIES);
		seg.nr_gdt = n.nr_gdt;
		seg.nr_ldt = n.nr_ldt;
		seg.cpl = n.cpl;
		for (u32 j = 0; j < 50 && !tap_nr_failed; j++, i++)
			compare(&seg, &n);
	}
	tap_note("no fault %u, #TS %u, #NP %u, #SS %u, #GP %u", counts[0], counts[10], counts[11],
		 counts[12], counts[13]);
	tap_expect(counts[0] >= 100);
	for (u32 vector = 10; vector <= 13; vector++)
		tap_expect(counts[vector] >= 100);
}

/* Descriptors as books and kernels have them. */
static void descriptors_of_kernels(void)
{
	static const struct {
		u64 raw;
		u32 base, limit, dpl;
		bool code, big;
	} known[] = {
		{ 0x00cf9a000000ffff, 0, 0xffffffff, 0, true, true },
		{ 0x00cff2000000ffff, 0, 0xffffffff, 3, false, true },
		{ 0x0040f20000000fff, 0, 0xfff, 3, false, true },
		{ 0x00009a0f0000ffff, 0xf0000, 0xffff, 0, true, false },
		{ 0x1280921234560010, 0x12123456, 0x10fff, 0, false, false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		struct mctl_seg_descriptor d;

		mctl_seg_decode(known[i].raw, &d);
		tap_expect_equal(d.base, known[i].base);
		tap_expect_equal(d.limit, known[i].limit);
		tap_expect_equal(d.dpl, known[i].dpl);
		tap_expect_equal(mctl_seg_is_code(&d), known[i].code);
		tap_expect_equal(d.big, known[i].big);
		tap_expect(d.present && d.memory);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(descriptors_of_kernels),
	TAP_TEST(a_million_steps_as_the_naive_one),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
