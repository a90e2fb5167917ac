// SPDX-License-Identifier: GPL-2.0
/* LINK: core/model_seg.c tap.c seg_naive.c */
/*
 * Segmentation: tables, registers and operations made of bytes.
 *
 * Promised and looked at: every fault, error code and linear address is that of the naive processor
 * of the unit tests, all checks but the last hold, and the last if nothing faults.
 */
#include "core/model_seg.h"
#include "fuzz.h"
#include "seg_naive.h"

/* Any, or with few bits set, so that bases and limits are simple. */
static u64 descriptor_of(struct fuzz_input *in)
{
	u64 raw;

	if (fuzz_byte(in) & 1)
		return fuzz_u64(in);
	raw = (u64)fuzz_byte(in) << 40 | (u64)fuzz_byte(in) << 48;
	return raw | fuzz_byte(in) << 16 | fuzz_byte(in);
}

static void look_at(const struct mctl_seg_result *result, u32 want, bool address, u32 linear)
{
	tap_expect_equal(result->vector << 16 | result->error, want);
	if (!want && address)
		tap_expect_equal(result->linear, linear);
	for (u32 i = 0; i < result->nr; i++)
		tap_expect_equal(result->check[i].good, !result->vector || i + 1 < result->nr);
}

static u32 offset_of(struct fuzz_input *in, u32 bits)
{
	u32 offset = fuzz_byte(in);

	if (bits & 16)
		offset = offset << 8 | fuzz_byte(in);
	return bits & 32 ? ~offset : offset;
}

static void one_operation(struct fuzz_input *in, struct mctl_seg *seg, struct seg_naive *n)
{
	u32 bits = fuzz_byte(in), reg = fuzz_below(in, 6), want, linear = 0;
	struct mctl_seg_result result;
	u16 selector = fuzz_byte(in);
	u32 offset;

	switch (bits & 3) {
	case 0:
		reg = reg == MCTL_SEG_REG_CS ? MCTL_SEG_REG_SS : reg;
		mctl_seg_load(seg, reg, selector, &result);
		want = seg_naive_load(n, reg, selector);
		break;
	case 1:
		offset = offset_of(in, bits);
		mctl_seg_jump(seg, selector, offset, bits & 4, &result);
		want = seg_naive_jump(n, selector, offset, bits & 4, &linear);
		break;
	default:
		offset = offset_of(in, bits);
		mctl_seg_access(seg, reg, offset, 1 + selector % 16, bits & 4, &result);
		want = seg_naive_access(n, reg, offset, 1 + selector % 16, bits & 4, &linear);
	}
	look_at(&result, want, bits & 3, linear);
	tap_expect_equal(seg->cpl, n->cpl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	struct seg_naive n = { .cpl = fuzz_below(&in, 4) };
	struct mctl_seg seg = { .gdt = n.gdt, .ldt = n.ldt, .cpl = n.cpl };

	n.nr_gdt = fuzz_below(&in, NAIVE_ENTRIES + 1);
	n.nr_ldt = fuzz_below(&in, NAIVE_ENTRIES + 1);
	for (u32 i = 0; i < n.nr_gdt; i++)
		n.gdt[i] = descriptor_of(&in);
	for (u32 i = 0; i < n.nr_ldt; i++)
		n.ldt[i] = descriptor_of(&in);
	for (u32 i = 0; i < 3; i++)
		n.inner[i] = fuzz_byte(&in);
	memcpy(seg.inner_ss, n.inner, sizeof(n.inner));
	memset(n.null, true, sizeof(n.null));
	seg.nr_gdt = n.nr_gdt;
	seg.nr_ldt = n.nr_ldt;
	while (fuzz_more(&in) && !tap_nr_failed) {
		one_operation(&in, &seg, &n);
		fuzz_op();
	}
	fuzz_judge();
	return 0;
}
