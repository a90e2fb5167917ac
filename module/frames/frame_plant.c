// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage in the frame table, in the records of sections and pageblocks,
 * in the map from pages to frames, and in the counts of an arena's frames.
 *
 * Locks: arena->resize (read), the machine stopped.
 */
#include "frames/frame.h"
#include "host/flip.h"

/* The link of a frame whose links are valid. */
static struct mctl_link *link_of(const struct mctl_table *table, u32 fn)
{
	u8 state = table->state[fn];

	switch (mctl_state_kind(state)) {
	case MCTL_KIND_FREE:
		if (table->lists[fn >> MCTL_PAGEBLOCK_ORDER].single & 1U << mctl_state_order(state))
			return NULL;
		return &table->link[fn];
	case MCTL_KIND_TABLE:
	case MCTL_KIND_REGION:
	case MCTL_KIND_SLAB:
		return &table->link[fn];
	default:
		return NULL;
	}
}

static int find_in_frame(const struct mctl_table *table, u32 site, u32 fn,
			 struct mctl_flip_field *field, struct mctl_error *error)
{
	const struct mctl_section *section = &table->section[fn >> MCTL_SECTION_SHIFT];
	struct mctl_link *link = link_of(table, fn);

	switch (site) {
	case MEMCTL_PLANT_SITE_FRAME_STATE:
		*field = MCTL_FLIP_FIELD(table->state[fn]);
		return 0;
	case MEMCTL_PLANT_SITE_FRAME_TAG:
		*field = MCTL_FLIP_FIELD(table->tag[fn]);
		return 0;
	case MEMCTL_PLANT_SITE_CHUNK_ORDER:
		if (!section->orders)
			return mctl_fail(error, -ENOENT, "frame %u is in a section of one chunk",
					 fn);
		*field = MCTL_FLIP_FIELD(section->orders[fn & (MCTL_SECTION_FRAMES - 1)]);
		return 0;
	default:
		if (!link)
			return mctl_fail(error, -ENOENT,
					 "frame %u is on no list of several and has no link", fn);
		if (site == MEMCTL_PLANT_SITE_FRAME_LINK)
			*field = MCTL_FLIP_FIELD(link->next);
		else
			*field = MCTL_FLIP_FIELD(link->prev);
		return 0;
	}
}

static int plant_frame(struct mctl_arena *arena, const struct mctl_plant *plant,
		       struct mctl_error *error)
{
	const struct mctl_table *table = &arena->table;
	struct mctl_flip_field field = {};
	int ret;

	/* Not by its state, which may be what an earlier plant left there. */
	if (plant->index >= mctl_table_span(table) ||
	    !table->section[plant->index >> MCTL_SECTION_SHIFT].nr_frames)
		return mctl_fail(error, -ENOENT, "arena %s has no frame %llu", arena->name,
				 plant->index);
	ret = find_in_frame(table, plant->site, plant->index, &field, error);
	return ret ?: mctl_flip_stopped(field, plant->bit);
}

static int plant_map(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	u64 place = arena->table.section[plant->index].pfn >> MCTL_SECTION_SHIFT;

	if (place >= arena->nr_map)
		return mctl_fail(error, -ENOENT, "section %llu is not in the map", plant->index);
	return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->section_map[place]), plant->bit);
}

static int plant_section(struct mctl_arena *arena, const struct mctl_plant *plant,
			 struct mctl_error *error)
{
	struct mctl_section *section = &arena->table.section[plant->index];

	if (plant->index >= arena->table.nr_sections)
		return mctl_fail(error, -ENOENT, "arena %s has no section %llu, only %u sections",
				 arena->name, plant->index, arena->table.nr_sections);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_SECTION_PFN:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(section->pfn), plant->bit);
	case MEMCTL_PLANT_SITE_SECTION_ZONE:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(section->zone), plant->bit);
	case MEMCTL_PLANT_SITE_SECTION_FRAMES:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(section->nr_frames), plant->bit);
	default:
		return plant_map(arena, plant, error);
	}
}

static int plant_pageblock(struct mctl_arena *arena, const struct mctl_plant *plant,
			   struct mctl_error *error)
{
	const struct mctl_table *table = &arena->table;
	struct mctl_lists *lists = &table->lists[plant->index];

	if (plant->index >= mctl_table_nr_pageblocks(table))
		return mctl_fail(error, -ENOENT, "arena %s has no pageblock %llu", arena->name,
				 plant->index);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_PAGEBLOCK:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(table->pageblock[plant->index]),
					 plant->bit);
	case MEMCTL_PLANT_SITE_LIST_MASK:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(lists->mask), plant->bit);
	case MEMCTL_PLANT_SITE_LIST_SINGLE:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(lists->single), plant->bit);
	case MEMCTL_PLANT_SITE_LIST_NEXT:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(lists->next), plant->bit);
	case MEMCTL_PLANT_SITE_LIST_PREV:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(lists->prev), plant->bit);
	default:
		break;
	}
	if (!(lists->mask & (BIT(MCTL_PAGEBLOCK_ORDER) - 1)))
		return mctl_fail(error, -ENOENT, "pageblock %llu has no list", plant->index);
	return mctl_flip_stopped(MCTL_FLIP_FIELD(lists->head[__ffs(lists->mask)]), plant->bit);
}

static int plant_extent(struct mctl_arena *arena, const struct mctl_plant *plant,
			struct mctl_error *error)
{
	if (plant->index > 1)
		return mctl_fail(error, -ENOENT,
				 "place %llu of an extent: 0 is its length, 1 its first page",
				 plant->index);
	if (plant->index)
		return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->extent_page), plant->bit);
	return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->extent_nr), plant->bit);
}

static int plant(struct mctl_arena *arena, const struct mctl_plant *plant, struct mctl_error *error)
{
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_EXTENT:
		return plant_extent(arena, plant, error);
	case MEMCTL_PLANT_SITE_ARENA_FRAMES:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->nr_frames), plant->bit);
	case MEMCTL_PLANT_SITE_ARENA_CHUNKS:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->nr_chunks), plant->bit);
	case MEMCTL_PLANT_SITE_HWPOISON_COUNT:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->hwpoison.nr), plant->bit);
	case MEMCTL_PLANT_SITE_HWPOISON_ASIDE:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(arena->hwpoison.nr_aside.counter),
					 plant->bit);
	case MEMCTL_PLANT_SITE_SECTION_PFN ... MEMCTL_PLANT_SITE_MAP_FN:
		return plant_section(arena, plant, error);
	case MEMCTL_PLANT_SITE_PAGEBLOCK ... MEMCTL_PLANT_SITE_LIST_PREV:
		return plant_pageblock(arena, plant, error);
	default:
		return plant_frame(arena, plant, error);
	}
}

/**
 * mctl_frame_plant() - flip a bit of an arena's records of its frames
 * @arena: the arena
 * @where: which bit
 * @error: text of a refusal
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if there is no such place, or -EINVAL for a level that no record has.
 */
int mctl_frame_plant(struct mctl_arena *arena, const struct mctl_plant *where,
		     struct mctl_error *error)
{
	int ret;

	down_read(&arena->resize);
	ret = plant(arena, where, error);
	up_read(&arena->resize);
	return ret;
}
