// SPDX-License-Identifier: GPL-2.0
/*
 * Bitmaps: a bit for each unit, set where it is granted.
 *
 * bitmap searches from unit 0 for the first run that is long enough. boot does
 * as Linux's allocator of the time before the buddy allocator works, mm/bootmem.c
 * until Linux 4.20: it searches from a hint, the end of what was granted last,
 * and from unit 0 if there is none; giving units back below the hint moves it
 * there. (Its sharing of a page by small requests has no counterpart in whole
 * units.)
 *
 *   unit    0    4    8    12           hint 9: boot grants 2 units at 9,
 *   bits    1111 0010 1000 0000         bitmap at 4
 *
 * Invariants, each one a line of bits_check():
 *
 * B1  nr_free bits below nr_units are clear.
 * B2  Bits from nr_units to the end of the last word are set.
 * B3  The hint is at most nr_units.
 *
 * The functions on bits serve fit_bitfield.c too.
 *
 * Locks: none; the caller serialises.
 */
#include "core/fit_impl.h"

/* The bits of one word from @from to before @end, both within it. */
static u64 mask_of(u32 from, u32 end)
{
	return ~0ULL << (from & 63) & ~0ULL >> (63 & -end);
}

/**
 * mctl_fit_bits_set() - set a run of bits
 * @bits: the bitmap
 * @start: the first
 * @nr: how many, at least 1
 *
 * Context: The caller serialises.
 */
void mctl_fit_bits_set(u64 *bits, u32 start, u32 nr)
{
	for (u32 at = start, end = start + nr, stop; at < end; at = stop) {
		stop = min(end, (at | 63) + 1);
		bits[at / 64] |= mask_of(at, stop);
	}
}

/**
 * mctl_fit_bits_clear() - clear a run of bits
 * @bits: the bitmap
 * @start: the first
 * @nr: how many, at least 1
 *
 * Context: The caller serialises.
 */
void mctl_fit_bits_clear(u64 *bits, u32 start, u32 nr)
{
	for (u32 at = start, end = start + nr, stop; at < end; at = stop) {
		stop = min(end, (at | 63) + 1);
		bits[at / 64] &= ~mask_of(at, stop);
	}
}

/* The first bit from @from on, before @end, that differs from those of @flip. */
static u32 next(const u64 *bits, u64 flip, u32 from, u32 end, u64 *steps)
{
	for (u32 at = from; at < end; at = (at | 63) + 1) {
		u64 word = (bits[at / 64] ^ flip) & ~0ULL << (at & 63);

		++*steps;
		if (word)
			return min(end, (at & ~63U) + (u32)__ffs64(word));
	}
	return end;
}

/**
 * mctl_fit_bits_next_zero() - find a bit that is clear
 * @bits: the bitmap
 * @from: where to begin
 * @end: where to stop
 * @steps: grows by the words that were looked at
 *
 * Context: The caller serialises.
 * Return: its number; @end or more if there is none before @end.
 */
u32 mctl_fit_bits_next_zero(const u64 *bits, u32 from, u32 end, u64 *steps)
{
	return next(bits, ~0ULL, from, end, steps);
}

/**
 * mctl_fit_bits_next_one() - find a bit that is set
 * @bits: the bitmap
 * @from: where to begin
 * @end: where to stop
 * @steps: grows by the words that were looked at
 *
 * Context: The caller serialises.
 * Return: its number; @end or more if there is none before @end.
 */
u32 mctl_fit_bits_next_one(const u64 *bits, u32 from, u32 end, u64 *steps)
{
	return next(bits, 0, from, end, steps);
}

/**
 * mctl_fit_bits_count() - count the bits that are set
 * @bits: the bitmap
 * @from: the first
 * @end: behind the last
 *
 * Context: The caller serialises.
 * Return: their number.
 */
u32 mctl_fit_bits_count(const u64 *bits, u32 from, u32 end)
{
	u32 nr = 0;

	for (u32 at = from, stop; at < end; at = stop) {
		stop = min(end, (at | 63) + 1);
		nr += hweight_long(bits[at / 64] & mask_of(at, stop));
	}
	return nr;
}

/**
 * mctl_fit_bits_init() - make all units free
 * @bits: the bitmap
 * @nr_units: bits that stand for a unit
 * @nr_bits: bits of the bitmap, a multiple of 64; those behind @nr_units are set
 *
 * Context: The caller serialises.
 */
void mctl_fit_bits_init(u64 *bits, u32 nr_units, u32 nr_bits)
{
	mctl_fit_bits_clear(bits, 0, nr_bits);
	if (nr_units < nr_bits)
		mctl_fit_bits_set(bits, nr_units, nr_bits - nr_units);
}

static u32 nr_bits_of(u32 nr_units)
{
	return mctl_fit_bits_words(nr_units) * 64;
}

static size_t bits_size(u32 nr_units)
{
	return sizeof(struct mctl_fit_map) + mctl_fit_bits_words(nr_units) * sizeof(u64);
}

static void bits_init(struct mctl_fit *fit)
{
	struct mctl_fit_map *b = fit->storage;

	b->hint = 0;
	mctl_fit_bits_init(b->bits, fit->nr_units, nr_bits_of(fit->nr_units));
}

static u32 bits_grant(u32 nr)
{
	return nr;
}

/* The first run of @nr clear bits from @from on. */
static u32 find(struct mctl_fit *fit, const u64 *bits, u32 from, u32 nr)
{
	u32 at = from, end;

	for (;;) {
		at = mctl_fit_bits_next_zero(bits, at, fit->nr_units, &fit->steps);
		if (nr > fit->nr_units - at)
			return MCTL_FIT_NONE;
		end = mctl_fit_bits_next_one(bits, at, at + nr, &fit->steps);
		if (end == at + nr)
			return at;
		at = end;
	}
}

static u32 bitmap_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_map *b = fit->storage;
	u32 start = find(fit, b->bits, 0, nr);

	if (start != MCTL_FIT_NONE)
		mctl_fit_bits_set(b->bits, start, nr);
	return start;
}

static void bitmap_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_map *b = fit->storage;

	mctl_fit_bits_clear(b->bits, start, nr);
}

static u32 boot_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_map *b = fit->storage;
	u32 start = find(fit, b->bits, b->hint, nr);

	if (start == MCTL_FIT_NONE && b->hint)
		start = find(fit, b->bits, 0, nr);
	if (start != MCTL_FIT_NONE) {
		mctl_fit_bits_set(b->bits, start, nr);
		b->hint = start + nr;
	}
	return start;
}

static void boot_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_map *b = fit->storage;

	mctl_fit_bits_clear(b->bits, start, nr);
	b->hint = min_t(u64, b->hint, start);
}

static bool bits_next_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	const struct mctl_fit_map *b = fit->storage;
	u64 steps = 0;
	u32 start = mctl_fit_bits_next_zero(b->bits, hole->start + hole->nr, fit->nr_units, &steps);

	if (start >= fit->nr_units)
		return false;
	hole->start = start;
	hole->nr = mctl_fit_bits_next_one(b->bits, start, fit->nr_units, &steps) - start;
	return true;
}

static u64 bits_records(const struct mctl_fit *fit)
{
	return mctl_fit_bits_words(fit->nr_units) * sizeof(u64);
}

static void bits_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	const struct mctl_fit_map *b = fit->storage;
	u32 nr_bits = nr_bits_of(fit->nr_units);

	mctl_report_expect(report, "fit B1", "fit", 0, "bits", fit->nr_units - fit->nr_free,
			   mctl_fit_bits_count(b->bits, 0, fit->nr_units));
	mctl_report_expect(report, "fit B2", "fit", 0, "bits behind the last",
			   nr_bits - fit->nr_units,
			   mctl_fit_bits_count(b->bits, fit->nr_units, nr_bits));
	mctl_report_expect(report, "fit B3", "fit", 0, "hint", min_t(u64, b->hint, fit->nr_units),
			   b->hint);
}

const struct mctl_fit_ops mctl_fit_bitmap_ops = {
	.name = "bitmap",
	.help = "a bit a unit, searched from the lowest",
	.size = bits_size,
	.init = bits_init,
	.grant = bits_grant,
	.alloc = bitmap_alloc,
	.free = bitmap_free,
	.next_hole = bits_next_hole,
	.records = bits_records,
	.check = bits_check,
};

const struct mctl_fit_ops mctl_fit_boot_ops = {
	.name = "boot",
	.help = "a bit a unit, searched from a hint, as Linux's bootmem did",
	.size = bits_size,
	.init = bits_init,
	.grant = bits_grant,
	.alloc = boot_alloc,
	.free = boot_free,
	.next_hole = bits_next_hole,
	.records = bits_records,
	.check = bits_check,
};
