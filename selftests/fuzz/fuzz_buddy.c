// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c tap.c */
/*
 * The buddy allocator under calls made of bytes, on zones of odd shapes.
 *
 * Promised and looked at: order, alignment, zone and chunk of a grant; that a
 * refusal is one for want of frames; that nobody but the owner of a block
 * writes to its links and tags; totals; an idle zone that is whole. In the
 * other half of the inputs bits of the records are flipped between the calls,
 * which must then stay inside of the records and come to an end.
 */
#include "buddy_fixture.h"
#include "core/table.h"
#include "fuzz.h"

#define MAX_CHUNKS   6
#define MAX_SECTIONS 3
#define END                     \
	{                       \
		MCTL_FN_NONE, 0 \
	}

/* Of 48, 61 and 64 frames, off their alignment, with holes, and larger than the largest block. */
static const struct shape shapes[][MAX_CHUNKS + 1] = {
	{ { 0, 5 }, { 32, 4 }, END },
	{ { 64, 5 }, { 96, 4 }, { 112, 3 }, { 120, 2 }, { 124, 0 }, END },
	{ { 0, 6 }, END },
	{ { 1, 0 }, { 2, 1 }, { 4, 2 }, { 8, 3 }, { 16, 4 }, { 32, 5 }, END },
	{ { 1023, 0 }, { 1016, 2 }, { 1008, 3 }, { 512, 4 }, { 496, 4 }, END },
	{ { 0, 10 }, { 1024, 10 }, { 2048, 10 }, END },
	{ { 512, 9 }, { 1024, 10 }, { 2048, 9 }, { 2560, 8 }, END },
	{ { 256, 8 }, { 512, 8 }, { 768, 8 }, { 1024, 9 }, { 1536, 9 }, END },
	{ { 3, 0 }, { 6, 1 }, { 12, 2 }, { 24, 3 }, { 1024, 9 }, END },
};

struct zone {
	struct fixture f;
	struct shape gone[MAX_CHUNKS]; /* chunks that were removed */
	u32 nr_gone;
};

/* --- what a block's owner writes ---------------------------------------------------------- */

static struct mctl_link stamp_of(u32 fn, u32 owner)
{
	return (struct mctl_link){ .next = fn * 0x9e3779b1U ^ owner, .prev = ~owner };
}

static void stamp(struct fixture *f, const struct block *block)
{
	for (u32 fn = block->fn; fn < block->fn + (1U << block->order); fn++) {
		f->table.link[fn] = stamp_of(fn, f->owner[fn]);
		f->table.tag[fn] = f->owner[fn];
	}
}

static void expect_stamp(const struct fixture *f, const struct block *block)
{
	for (u32 fn = block->fn; fn < block->fn + (1U << block->order); fn++) {
		struct mctl_link link = stamp_of(fn, f->owner[fn]);

		tap_expect(f->table.link[fn].next == link.next &&
			   f->table.link[fn].prev == link.prev);
		tap_expect_equal(f->table.tag[fn], f->owner[fn]);
	}
}

/* --- calls -------------------------------------------------------------------------------- */

static void alloc_block(struct fixture *f, struct fuzz_input *in)
{
	unsigned int order = fuzz_below(in, MCTL_NR_ORDERS), kind = fuzz_byte(in);
	unsigned int zone = kind >> 4 & 1;

	/* Small orders more often than large ones. */
	if (kind & 0xc)
		order %= 4;
	if (fixture_alloc(f, zone, order, kind % MCTL_NR_MT) != MCTL_FN_NONE)
		stamp(f, &f->blocks[f->nr_blocks - 1]);
}

static void free_block(struct fixture *f, struct fuzz_input *in)
{
	u32 index;

	if (!f->nr_blocks)
		return;
	index = fuzz_below(in, f->nr_blocks);
	expect_stamp(f, &f->blocks[index]);
	fixture_free(f, index);
}

static void remove_chunk(struct zone *z, struct fuzz_input *in)
{
	struct fixture *f = &z->f;
	struct shape chunk;
	bool busy = false;
	u32 index;
	int error;

	if (!f->nr_chunks)
		return;
	index = fuzz_below(in, f->nr_chunks);
	chunk = f->chunks[index];
	for (u32 fn = chunk.fn; fn < chunk.fn + (1U << chunk.order); fn++)
		busy |= f->owner[fn] != OWNER_FREE;
	error = fixture_remove(f, index);
	tap_expect_equal(error, busy ? -16 : 0);
	if (!error)
		z->gone[z->nr_gone++] = chunk;
}

static void add_chunk(struct zone *z, struct fuzz_input *in)
{
	struct shape chunk;
	u32 index;

	if (!z->nr_gone)
		return;
	index = fuzz_below(in, z->nr_gone);
	chunk = z->gone[index];
	z->gone[index] = z->gone[--z->nr_gone];
	fixture_add(&z->f, chunk.fn, chunk.order);
}

static void ask(struct fixture *f, struct fuzz_input *in)
{
	unsigned int order = fuzz_below(in, MCTL_NR_ORDERS), mt = order % MCTL_NR_MT, from;
	const struct mctl_buddy *buddy = &f->buddy[fuzz_byte(in) & 1];
	int fragmentation = mctl_buddy_fragmentation_index(buddy, order);
	int found = mctl_buddy_find(buddy, order, mt, &from);

	tap_expect(fragmentation >= -1000 && fragmentation <= 1000);
	/* Minus 1000 says that it is not for fragmentation: there is a block. */
	tap_expect_equal(fragmentation == -1000, found >= 0);
	tap_expect_equal(found >= 0, fixture_could_grant(f, buddy->zone, order));
	tap_expect(mctl_buddy_next_order(buddy, mt) <= MCTL_MAX_ORDER);
}

static void call(struct zone *z, struct fuzz_input *in)
{
	u32 op = fuzz_byte(in);

	switch (op & 15) {
	case 0 ... 6:
		alloc_block(&z->f, in);
		break;
	case 7 ... 12:
		free_block(&z->f, in);
		break;
	case 13:
		remove_chunk(z, in);
		break;
	case 14:
		add_chunk(z, in);
		break;
	default:
		ask(&z->f, in);
	}
}

/* --- damage ------------------------------------------------------------------------------- */

/* A bit of the records; which ones are those that are read without being trusted. */
static void flip(struct fixture *f, struct fuzz_input *in)
{
	const u32 nr_pageblocks = f->span >> MCTL_PAGEBLOCK_ORDER;
	struct mctl_section *section = &f->table.section[fuzz_below(in, f->table.nr_sections)];
	const struct {
		void *start;
		size_t size;
	} parts[] = {
		{ f->table.state, f->span },
		{ f->table.link, f->span * sizeof(*f->table.link) },
		{ f->table.pageblock, nr_pageblocks },
		{ f->table.lists, nr_pageblocks * sizeof(*f->table.lists) },
		{ f->buddy[0].area, sizeof(f->buddy[0].area) },
		{ section->orders, section->orders ? MCTL_SECTION_FRAMES : 0 },
	};
	u32 part = fuzz_below(in, ARRAY_SIZE(parts)), bit;

	if (!parts[part].size)
		return;
	bit = fuzz_below(in, parts[part].size * 8);
	((u8 *)parts[part].start)[bit / 8] ^= 1U << (bit & 7);
}

static void call_damaged(struct fixture *f, struct fuzz_input *in)
{
	unsigned int op = fuzz_byte(in), from;
	struct mctl_buddy *buddy = &f->buddy[op >> 4 & 1];
	u32 fn;
	u8 state;

	switch (op & 7) {
	case 0 ... 2:
		fn = mctl_buddy_alloc(buddy, fuzz_below(in, MCTL_NR_ORDERS), op >> 5 & 1,
				      MCTL_KIND_USED);
		tap_expect(fn == MCTL_FN_NONE || fn < f->span);
		break;
	case 3 ... 5:
		/* Whoever frees looks at the state first. */
		fn = fuzz_below(in, f->span);
		state = f->table.state[fn];
		tap_expect(mctl_table_head(&f->table, fn) <= fn ||
			   mctl_table_head(&f->table, fn) == MCTL_FN_NONE);
		if (mctl_state_kind(state) == MCTL_KIND_USED &&
		    mctl_state_order(state) <= MCTL_MAX_ORDER &&
		    !(fn & ((1U << mctl_state_order(state)) - 1)))
			mctl_buddy_free(buddy, fn, mctl_state_order(state));
		break;
	case 6:
		mctl_buddy_find(buddy, fuzz_below(in, MCTL_NR_ORDERS), MCTL_MT_MOVABLE, &from);
		mctl_buddy_next_order(buddy, MCTL_MT_MOVABLE);
		break;
	default:
		flip(f, in);
	}
}

/* ------------------------------------------------------------------------------------------ */

static void build(struct zone *z, struct fuzz_input *in)
{
	const struct shape *shape = shapes[fuzz_below(in, ARRAY_SIZE(shapes))];
	u32 nr_sections = 1;

	for (u32 i = 0; shape[i].fn != MCTL_FN_NONE; i++) {
		u32 nr = (shape[i].fn >> MCTL_SECTION_SHIFT) + 1;

		nr_sections = nr > nr_sections ? nr : nr_sections;
	}
	fixture_init(&z->f, nr_sections, 1 + fuzz_below(in, MAX_SECTIONS));
	for (u32 i = 0; shape[i].fn != MCTL_FN_NONE; i++)
		fixture_add(&z->f, shape[i].fn, shape[i].order);
	z->nr_gone = 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	bool damage = fuzz_byte(&in) & 1;
	struct zone z;

	build(&z, &in);
	while (fuzz_more(&in)) {
		if (damage)
			call_damaged(&z.f, &in);
		else
			call(&z, &in);
		if (fuzz_op()) {
			if (damage)
				mctl_buddy_check(&z.f.buddy[0], &(struct mctl_report){});
			else
				fixture_compare(&z.f);
		}
		fuzz_judge();
	}
	if (damage) {
		mctl_table_check(&z.f.table, &(struct mctl_report){});
	} else {
		for (u32 i = 0; i < z.f.nr_blocks; i++)
			expect_stamp(&z.f, &z.f.blocks[i]);
		fixture_idle(&z.f);
	}
	fuzz_judge();
	fixture_fini(&z.f);
	return 0;
}
