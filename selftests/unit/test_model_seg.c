// SPDX-License-Identifier: GPL-2.0
/* LINK: core/model_seg.c tap.c seg_naive.c */
/*
 * Segmentation against a naive processor. selftests/models/seg_cpu.c compares with the real one,
 * where that can be asked without being a kernel.
 */
#include "core/model_seg.h"
#include "seg_naive.h"
#include "tap.h"

#define STEPS 1000000

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
		      (u64)(tap_below(NAIVE_ENTRIES + 1) << 3 | tap_below(8)) << 16;
	if (kind == 12 && tap_below(4))
		raw &= ~(0xffffULL << 48);
	return tap_below(20) ? raw : 0;
}

static u16 random_selector(void)
{
	return tap_below(20) ? tap_below(NAIVE_ENTRIES + 1) << 3 | tap_below(8) :
			       tap_random() >> 48;
}

static unsigned int counts[16];

static void compare(struct mctl_seg *seg, struct seg_naive *n)
{
	u32 operation = tap_below(5), reg = tap_below(6), want, linear = 0;
	u32 offset = random_offset(), size = 1 + tap_below(8);
	struct mctl_seg_result got;
	u16 selector = random_selector();
	bool flag = tap_below(2);

	if (operation < 2 && reg != MCTL_SEG_REG_CS) {
		mctl_seg_load(seg, reg, selector, &got);
		want = seg_naive_load(n, reg, selector);
	} else if (operation < 4) {
		mctl_seg_access(seg, reg, offset, size, flag, &got);
		want = seg_naive_access(n, reg, offset, size, flag, &linear);
	} else {
		mctl_seg_jump(seg, selector, offset, flag, &got);
		want = seg_naive_jump(n, selector, offset, flag, &linear);
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
		struct seg_naive n = { .cpl = tap_below(4) };
		struct mctl_seg seg = { .gdt = n.gdt, .ldt = n.ldt };

		for (u32 j = 0; j < NAIVE_ENTRIES; j++) {
			n.gdt[j] = random_descriptor();
			n.ldt[j] = random_descriptor();
		}
		for (u32 j = 0; j < 3; j++) {
			n.inner[j] = random_selector();
			if (tap_below(2))
				n.inner[j] = (n.inner[j] & 0xfffc) | j;
			seg.inner_ss[j] = n.inner[j];
		}
		for (u32 j = 0; j < 6; j++)
			n.null[j] = true;
		n.nr_gdt = tap_below(8) ? NAIVE_ENTRIES : tap_below(NAIVE_ENTRIES);
		n.nr_ldt = tap_below(8) ? NAIVE_ENTRIES : tap_below(NAIVE_ENTRIES);
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
