/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paging formats to test core/ptable.c with, made so that what is rare with
 * tables of 512 entries is common; and for each format runs of pages where
 * tables begin and end.
 */
#ifndef MCTL_UNIT_PTABLE_FORMATS_H
#define MCTL_UNIT_PTABLE_FORMATS_H

#include <linux/bits.h>
#include <linux/limits.h>
#include "ptable_fixture.h"

#define RIGHTS                                                                         \
	(MCTL_PT_RW | MCTL_PT_US | MCTL_PT_PWT | MCTL_PT_PCD | MCTL_PT_A | MCTL_PT_D | \
	 MCTL_PT_PAT | MCTL_PT_G | MCTL_PT_NX | BIT_ULL(9) | BIT_ULL(58))
#define RIGHTS_32  (RIGHTS & U32_MAX)
#define SMALL	   (RIGHTS | MCTL_PT_P | GENMASK_ULL(51, 12))
#define TABLE_BITS (TABLE_FLAGS | GENMASK_ULL(51, 12))

/* Tables of 4 entries, so that large leaves, splits and emptied tables are common. */
#define LARGE(shift) ((SMALL & ~(BIT_ULL(shift) - BIT_ULL(12))) | MCTL_PT_PS | MCTL_PT_PAT_LARGE)
static const struct mctl_ptable_format tiny = {
	.name = "tiny", .nr_levels = 4, .entry_size = 8, .address_bits = 20,
	.physical = GENMASK_ULL(51, 12),
	.level = {
		[1] = { .shift = 12, .bits = 2, .leaf = SMALL },
		[2] = { .shift = 14, .bits = 2, .leaf = LARGE(14), .table = TABLE_BITS },
		[3] = { .shift = 16, .bits = 2, .leaf = LARGE(16), .table = TABLE_BITS },
		[4] = { .shift = 18, .bits = 2, .table = TABLE_BITS },
	},
};

static const struct mctl_ptable_format tiny_signed = {
	.name = "tiny, sign-extended", .nr_levels = 5, .entry_size = 8, .address_bits = 20,
	.sign_extended = true, .physical = GENMASK_ULL(51, 12),
	.level = {
		[1] = { .shift = 12, .bits = 2, .leaf = SMALL },
		[2] = { .shift = 14, .bits = 1, .leaf = LARGE(14), .table = TABLE_BITS },
		[3] = { .shift = 15, .bits = 2, .leaf = LARGE(15), .table = TABLE_BITS },
		[4] = { .shift = 17, .bits = 1, .leaf = LARGE(17), .table = TABLE_BITS },
		[5] = { .shift = 18, .bits = 2, .table = TABLE_BITS },
	},
};

/* 10/10/12 with entries of 4 bytes and leaves of 4 MiB, as IA-32 has them. */
static const struct mctl_ptable_format small_entries = {
	.name = "10/10/12", .nr_levels = 2, .entry_size = 4, .address_bits = 32,
	.physical = GENMASK_ULL(31, 12),
	.level = {
		[1] = { .shift = 12, .bits = 10, .leaf = SMALL & U32_MAX },
		[2] = { .shift = 22, .bits = 10, .leaf = LARGE(22) & U32_MAX,
			.table = TABLE_BITS & U32_MAX },
	},
};

static const struct window tiny_windows[] = { { 0, 256 } };
static const struct window signed_windows[] = { { 0, 128 }, { -(u64)128 * PAGE, 128 } };
static const struct window small_windows[] = { { 0, 1500 }, { 0xffc00000 - 100 * PAGE, 1124 } };
/* Both halves and their ends, and runs across 2 MiB, 1 GiB, 512 GiB. */
static const struct window windows_4level[] = {
	{ 0, 1600 },
	{ 0x40000000 - 700 * PAGE, 1400 },
	{ 0x8000000000 - 5 * PAGE, 600 },
	{ 0x800000000000 - 1100 * PAGE, 1100 },
	{ 0xffff800000000000, 700 },
	{ -(u64)1100 * PAGE, 1100 },
};

static const struct window windows_5level[] = {
	{ 0x800000000000 - 1100 * PAGE, 1500 },
	{ 0x100000000000000 - 520 * PAGE, 520 },
	{ 0xff00000000000000, 700 },
	{ -(u64)(1ULL << 48) - 600 * PAGE, 1200 },
	{ -(u64)520 * PAGE, 520 },
};

#endif /* MCTL_UNIT_PTABLE_FORMATS_H */
