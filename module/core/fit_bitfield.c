// SPDX-License-Identifier: GPL-2.0
/*
 * Bitfields in trees, after LLFree (Wrenger, Rommel, Halbuer, Dietrich and
 * Lohmann, LLFree: Scalable and Optionally-Persistent Page-Frame Allocation,
 * USENIX ATC 2023), as one CPU sees them. Its atomic operations, and its
 * choice of a tree by what was freed last, are not modelled.
 *
 *   tree    16384 units   free 9000
 *   field   512 units     free 512 | free 37 | ... | free 0       (32)
 *   word    64 bits       0001 1111 ...                            (8)
 *
 * A request is granted the next power of two, aligned to itself, up to a tree:
 * below 512 units within a field, from there on whole fields. It goes to the
 * tree that is reserved, to the lowest place there. If that has none, another
 * tree is reserved: the next one, in turn, that is partly full, else one that
 * is almost free, else any; "almost" is a sixteenth.
 *
 * A step is a counter or a word that was looked at.
 *
 * Invariants, each one a line of bitfield_check():
 *
 * F1  The count of a field is the number of its clear bits.
 * F2  The count of a tree is the sum of its fields'.
 * F3  The trees have nr_free clear bits together.
 * F4  Bits from nr_units to the end of the last field are set.
 * F5  The tree that is reserved is one of the trees.
 *
 * Locks: none; the caller serialises.
 */
#include "core/fit_impl.h"

#define FIELD	    512U
#define TREE_FIELDS 32U
#define TREE	    (TREE_FIELDS * FIELD)
#define WORDS	    (FIELD / 64)
#define ALMOST	    (TREE / 16)
#define NR_FILLINGS 3

static u32 nr_fields_of(u32 nr_units)
{
	return (nr_units + FIELD - 1) / FIELD;
}

static u32 nr_trees_of(u32 nr_units)
{
	return (nr_units + TREE - 1) / TREE;
}

static size_t records_of(u32 nr_units)
{
	return nr_fields_of(nr_units) * (WORDS * sizeof(u64) + sizeof(u16)) +
	       nr_trees_of(nr_units) * sizeof(u32);
}

static size_t bitfield_size(u32 nr_units)
{
	return sizeof(struct mctl_fit_trees) + records_of(nr_units);
}

/* Count @nr units of a run as free, or not, in its fields and in its tree. */
static void count(struct mctl_fit_trees *b, u32 start, u32 nr, int sign)
{
	b->in_tree[start / TREE] += sign * (int)nr;
	for (u32 field = start / FIELD; field <= (start + nr - 1) / FIELD; field++)
		b->in_field[field] += sign * (int)min(nr, FIELD);
}

static void bitfield_init(struct mctl_fit *fit)
{
	struct mctl_fit_trees *b = fit->storage;

	b->reserved = 0;
	b->nr_fields = nr_fields_of(fit->nr_units);
	b->nr_trees = nr_trees_of(fit->nr_units);
	b->bits = (u64 *)(b + 1);
	b->in_tree = (u32 *)(b->bits + b->nr_fields * WORDS);
	b->in_field = (u16 *)(b->in_tree + b->nr_trees);
	mctl_fit_bits_init(b->bits, fit->nr_units, b->nr_fields * FIELD);
	for (u32 field = 0; field < b->nr_fields; field++)
		count(b, field * FIELD, min(FIELD, fit->nr_units - field * FIELD), 1);
}

static u32 bitfield_grant(u32 nr)
{
	return nr <= TREE ? roundup_pow_of_two(nr) : 0;
}

/* The first of @nr clear bits in a word, aligned; 64 if there are none. A power of two below 64. */
static u32 in_word(u64 word, u32 nr)
{
	u64 free = ~word;

	for (u32 shift = 1; shift < nr; shift *= 2)
		free &= free >> shift;
	free &= ~0ULL / ((1ULL << nr) - 1);
	return free ? __ffs64(free) : 64;
}

/* The same in a field, of up to FIELD / 2; FIELD if there are none. */
static u32 in_field(struct mctl_fit *fit, const u64 *words, u32 nr)
{
	for (u32 i = 0; i < WORDS; i++) {
		u32 bit;

		fit->steps++;
		bit = nr < 64 ? in_word(words[i], nr) : words[i] ? 64 : 0;
		if (bit < 64 && nr <= 64)
			return i * 64 + bit;
		if (bit < 64 && i % (nr / 64) == 0) {
			u32 clear = 1;

			while (clear < nr / 64 && !words[i + clear]) {
				fit->steps++;
				clear++;
			}
			if (clear == nr / 64)
				return i * 64;
		}
	}
	return FIELD;
}

/* Whole fields, @nr of them and aligned to @nr. */
static bool are_clear(struct mctl_fit *fit, const struct mctl_fit_trees *b, u32 field, u32 nr)
{
	for (u32 i = field; i < field + nr; i++) {
		fit->steps++;
		if (i >= b->nr_fields || b->in_field[i] != FIELD)
			return false;
	}
	return true;
}

/* The lowest place for @nr units in a tree, or MCTL_FIT_NONE. */
static u32 in_tree(struct mctl_fit *fit, const struct mctl_fit_trees *b, u32 tree, u32 nr)
{
	u32 first = tree * TREE_FIELDS, end = min(first + TREE_FIELDS, b->nr_fields);
	u32 step = max(nr / FIELD, 1U);

	for (u32 field = first; field < end; field += step) {
		u32 bit = 0;

		if (nr >= FIELD && are_clear(fit, b, field, step))
			return field * FIELD;
		if (nr >= FIELD)
			continue;
		fit->steps++;
		if (b->in_field[field] < nr)
			continue;
		bit = in_field(fit, &b->bits[field * WORDS], nr);
		if (bit < FIELD)
			return field * FIELD + bit;
	}
	return MCTL_FIT_NONE;
}

/* 0: partly full, 1: almost free, 2: almost full. */
static unsigned int filling(const struct mctl_fit_trees *b, u32 tree)
{
	if (b->in_tree[tree] >= TREE - ALMOST)
		return 1;
	return b->in_tree[tree] > ALMOST ? 0 : 2;
}

/* Reserve another tree that has a place. */
static u32 reserve(struct mctl_fit *fit, struct mctl_fit_trees *b, u32 nr)
{
	u32 start;

	for (unsigned int wanted = 0; wanted < NR_FILLINGS; wanted++) {
		for (u32 i = 1; i < b->nr_trees; i++) {
			u32 tree = (b->reserved + i) % b->nr_trees;

			fit->steps++;
			if (filling(b, tree) != wanted || b->in_tree[tree] < nr)
				continue;
			start = in_tree(fit, b, tree, nr);
			if (start != MCTL_FIT_NONE) {
				b->reserved = tree;
				return start;
			}
		}
	}
	return MCTL_FIT_NONE;
}

static u32 bitfield_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_trees *b = fit->storage;
	u32 start = MCTL_FIT_NONE;

	fit->steps++;
	if (b->in_tree[b->reserved] >= nr)
		start = in_tree(fit, b, b->reserved, nr);
	if (start == MCTL_FIT_NONE)
		start = reserve(fit, b, nr);
	if (start != MCTL_FIT_NONE) {
		mctl_fit_bits_set(b->bits, start, nr);
		count(b, start, nr, -1);
	}
	return start;
}

static void bitfield_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_trees *b = fit->storage;

	mctl_fit_bits_clear(b->bits, start, nr);
	count(b, start, nr, 1);
}

/* Of a run of clear bits the largest power of two that begins there and is aligned. */
static bool bitfield_next_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	const struct mctl_fit_trees *b = fit->storage;
	u64 steps = 0;
	u32 start = mctl_fit_bits_next_zero(b->bits, hole->start + hole->nr, fit->nr_units, &steps);
	u32 end, nr;

	if (start >= fit->nr_units)
		return false;
	end = mctl_fit_bits_next_one(b->bits, start, min(start + TREE, fit->nr_units), &steps);
	nr = rounddown_pow_of_two(end - start);
	if (start)
		nr = min(nr, start & -start);
	*hole = (struct mctl_fit_hole){ .start = start, .nr = nr };
	return true;
}

static u64 bitfield_records(const struct mctl_fit *fit)
{
	return records_of(fit->nr_units);
}

static void bitfield_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	const struct mctl_fit_trees *b = fit->storage;
	u32 sum = 0, all = 0;

	for (u32 field = 0; field < b->nr_fields; field++) {
		u32 tree = field / TREE_FIELDS;

		mctl_report_expect(report, "fit F1", "field", field, "count",
				   FIELD - mctl_fit_bits_count(b->bits, field * FIELD,
							       (field + 1) * FIELD),
				   b->in_field[field]);
		sum += b->in_field[field];
		if ((field + 1) % TREE_FIELDS && field + 1 < b->nr_fields)
			continue;
		mctl_report_expect(report, "fit F2", "tree", tree, "count", sum, b->in_tree[tree]);
		all += sum;
		sum = 0;
	}
	mctl_report_expect(report, "fit F3", "fit", 0, "nr_free", all, fit->nr_free);
	mctl_report_expect(report, "fit F4", "fit", 0, "bits behind the last",
			   b->nr_fields * FIELD - fit->nr_units,
			   mctl_fit_bits_count(b->bits, fit->nr_units, b->nr_fields * FIELD));
	mctl_report_expect(report, "fit F5", "fit", 0, "reserved", b->reserved % b->nr_trees,
			   b->reserved);
}

const struct mctl_fit_ops mctl_fit_bitfield_ops = {
	.name = "bitfield",
	.help = "fields of 512 bits in trees of 32, as LLFree",
	.size = bitfield_size,
	.init = bitfield_init,
	.grant = bitfield_grant,
	.alloc = bitfield_alloc,
	.free = bitfield_free,
	.next_hole = bitfield_next_hole,
	.records = bitfield_records,
	.check = bitfield_check,
};
