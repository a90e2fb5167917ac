// SPDX-License-Identifier: GPL-2.0
/*
 * Slabs: allocation and free of objects, checks.
 *
 * Invariants, each one a line of mctl_slab_check():
 *
 * S1  The header's cookie is the cache's, xor the slab's address.
 * S2  The first object is at one of the cache's colour offsets.
 * S3  Objects in use, lost and on the free list add up to all objects.
 * S4  Each code of the free list is END or 1 + index of an object.
 * S5  The free list ends: no object is on it twice.
 * S6  Objects that are marked free, and not as cached in a magazine, are on the
 *     free list: as many are marked as the list is long.
 * S7  The redzones agree with the mark: 0xbb free, 0xcc in use.
 * S8  A free object's poison is intact.
 * S9  No object was lost to damage.
 *
 * Locks: none; the caller serialises all calls for one slab.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "core/slab.h"

/* --- one object -------------------------------------------------------------------------- */

static void *object_at(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		       u32 index)
{
	return slab->first + (unsigned long)index * layout->stride;
}

static u32 index_of(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		    const void *object)
{
	return mctl_slab_index(layout, object - slab->first);
}

static void set_code(const struct mctl_slab_layout *layout, void *object, u16 code)
{
	mctl_slab_poke(mctl_slab_link(layout, object), mctl_slab_word(layout, object, code));
}

/* Bytes of the redzone behind an object; there is none without one in front. */
static u32 right_redzone(const struct mctl_slab_layout *layout)
{
	return layout->redzone ? layout->link - layout->size : 0;
}

/*
 * The bytes around an object, and in a free one, are poisoned for KASAN: the
 * functions that write and compare them are not instrumented.
 */

/* Usually a word or two: memset() takes longer to start. */
static inline __no_sanitize_address void fill(void *bytes, u32 nr, u8 value)
{
	u64 *word = bytes;
	u8 *byte;

	if (IS_ALIGNED((unsigned long)bytes, sizeof(*word))) {
		for (; nr >= sizeof(*word); nr -= sizeof(*word))
			*word++ = value * 0x0101010101010101ULL;
	}
	for (byte = (u8 *)word; nr; nr--)
		*byte++ = value;
}

static void set_redzones(const struct mctl_slab_layout *layout, void *object, u8 value)
{
	if (!layout->redzone)
		return;
	fill(object - layout->redzone, layout->redzone, value);
	fill(object + layout->size, right_redzone(layout), value);
}

static inline __no_sanitize_address bool is_filled(const void *bytes, u32 nr, u8 value)
{
	const u64 *word = bytes;
	const u8 *byte;

	if (IS_ALIGNED((unsigned long)bytes, sizeof(*word))) {
		for (; nr >= sizeof(*word); nr -= sizeof(*word))
			if (*word++ != value * 0x0101010101010101ULL)
				return false;
	}
	for (byte = (const u8 *)word; nr; nr--)
		if (*byte++ != value)
			return false;
	return true;
}

static enum mctl_slab_status check_redzones(const struct mctl_slab_layout *layout,
					    const void *object, u8 value)
{
	if (!layout->redzone)
		return MCTL_SLAB_OK;
	if (!is_filled(object - layout->redzone, layout->redzone, value))
		return MCTL_SLAB_REDZONE_LEFT;
	if (!is_filled(object + layout->size, right_redzone(layout), value))
		return MCTL_SLAB_REDZONE_RIGHT;
	return MCTL_SLAB_OK;
}

static __no_sanitize_address void set_poison(const struct mctl_slab_layout *layout, void *object)
{
	if (!layout->poison)
		return;
	fill(object, layout->size - 1, MCTL_POISON_FREE);
	((u8 *)object)[layout->size - 1] = MCTL_POISON_END;
}

static __no_sanitize_address bool poison_is_whole(const struct mctl_slab_layout *layout,
						  const void *object)
{
	const u8 *bytes = object;

	return !layout->poison || (is_filled(bytes, layout->size - 1, MCTL_POISON_FREE) &&
				   bytes[layout->size - 1] == MCTL_POISON_END);
}

/* Whether @code is valid in the link word of an object on the free list. */
static bool code_is_link(const struct mctl_slab_layout *layout, u64 code)
{
	return code == MCTL_LINK_END || (code != MCTL_LINK_CACHED && code <= layout->objects);
}

/* --- a slab ------------------------------------------------------------------------------ */

/**
 * mctl_slab_init() - initialise a slab
 * @layout: of the cache
 * @slab: its header: @memory itself unless the layout has headers outside
 * @memory: mctl_slab_bytes() bytes, aligned to their size
 * @colour: any number; taken modulo the number of colours
 *
 * Every object is free, in address order, and constructed.
 */
void mctl_slab_init(const struct mctl_slab_layout *layout, struct mctl_slab *slab, void *memory,
		    u32 colour)
{
	void *object = memory + layout->first + colour % layout->nr_colours * layout->colour_step;

	slab->cookie = layout->cookie ^ (unsigned long)memory;
	slab->first = object;
	slab->free = 1;
	slab->inuse = 0;
	slab->lost = 0;
	for (u32 i = 1; i <= layout->objects; i++, object += layout->stride) {
		set_redzones(layout, object, MCTL_REDZONE_FREE);
		set_poison(layout, object);
		if (layout->ctor)
			layout->ctor(object);
		set_code(layout, object, i == layout->objects ? MCTL_LINK_END : i + 1);
	}
}

/**
 * mctl_slab_fini() - clear a slab's cookie, so that it is no longer taken for a slab
 * @slab: its header
 */
void mctl_slab_fini(struct mctl_slab *slab)
{
	slab->cookie = 0;
}

/**
 * mctl_slab_is_of() - whether a header belongs to the cache's slab at @memory
 * @layout: of the cache
 * @slab: header, in readable memory
 * @memory: start of the slab
 *
 * Return: true if it is.
 */
bool mctl_slab_is_of(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		     const void *memory)
{
	return slab->cookie == (layout->cookie ^ (unsigned long)memory);
}

/*
 * The free list cannot be followed, or is not as long as the counts say: the
 * rest of it is lost, so that it is never used again.
 */
static void cut_list(const struct mctl_slab_layout *layout, struct mctl_slab *slab)
{
	slab->inuse = min_t(u32, slab->inuse, layout->objects);
	slab->lost = layout->objects - slab->inuse;
	slab->free = MCTL_LINK_END;
}

/* Whether the free list is longer than the counts allow: one of the two is damaged. */
static bool list_is_too_long(const struct mctl_slab_layout *layout, const struct mctl_slab *slab)
{
	return slab->inuse + slab->lost >= layout->objects;
}

/**
 * mctl_slab_lose() - give up an object as damaged
 * @layout: of the cache
 * @slab: its header
 * @object: an object of the slab that is not on its free list
 *
 * It is marked as on the list, so that it is never taken for an allocated
 * object.
 */
void mctl_slab_lose(const struct mctl_slab_layout *layout, struct mctl_slab *slab, void *object)
{
	set_code(layout, object, MCTL_LINK_END);
	slab->inuse--;
	slab->lost++;
}

/**
 * mctl_slab_open() - prepare a free object for a caller
 * @layout: of the cache
 * @object: the object
 *
 * Return: MCTL_SLAB_OK, or REDZONE_LEFT, REDZONE_RIGHT or POISON if the object
 * is to be lost.
 */
enum mctl_slab_status mctl_slab_open(const struct mctl_slab_layout *layout, void *object)
{
	enum mctl_slab_status status = check_redzones(layout, object, MCTL_REDZONE_FREE);

	if (status == MCTL_SLAB_OK && !poison_is_whole(layout, object))
		status = MCTL_SLAB_POISON;
	set_redzones(layout, object, MCTL_REDZONE_USED);
	return status;
}

/**
 * mctl_slab_close() - write the redzones and poison of a free object
 * @layout: of the cache
 * @object: an allocated object that mctl_slab_inspect() found sound
 */
void mctl_slab_close(const struct mctl_slab_layout *layout, void *object)
{
	set_redzones(layout, object, MCTL_REDZONE_FREE);
	set_poison(layout, object);
}

/**
 * mctl_slab_alloc() - take an object from the free list, for a caller
 * @layout: of the cache
 * @slab: its header
 * @status: the damage found; the object, or with MCTL_SLAB_LINK the rest of the
 *	    list, is lost then
 *
 * Return: the object, or NULL if none is free or @status is not MCTL_SLAB_OK;
 * after damage the caller may retry.
 */
void *mctl_slab_alloc(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
		      enum mctl_slab_status *status)
{
	void *object;

	*status = MCTL_SLAB_OK;
	if (!mctl_slab_alloc_batch(layout, slab, &object, 1, false, status))
		return NULL;
	if (!layout->redzone && !layout->poison)
		return object;

	*status = mctl_slab_open(layout, object);
	if (*status == MCTL_SLAB_OK)
		return object;
	mctl_slab_lose(layout, slab, object);
	return NULL;
}

/**
 * mctl_slab_alloc_batch() - take several objects from the free list
 * @layout: of the cache
 * @slab: its header
 * @objects: array for the objects
 * @nr: maximum number of objects
 * @cached: mark them as in a magazine rather than allocated; before an object
 *	    goes to a caller, mctl_slab_open() must be called if there are
 *	    redzones or poison
 * @status: MCTL_SLAB_LINK if the list is damaged, the rest of which is lost
 *	    then; untouched otherwise
 *
 * Return: number of objects taken.
 */
unsigned int mctl_slab_alloc_batch(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
				   void **objects, unsigned int nr, bool cached,
				   enum mctl_slab_status *status)
{
	unsigned int taken = 0;
	u64 code = slab->free;

	while (taken < nr && code != MCTL_LINK_END) {
		void *object;
		u64 next;

		if (unlikely(!code_is_link(layout, code) || list_is_too_long(layout, slab)))
			goto damaged;
		object = object_at(layout, slab, code - 1);
		next = mctl_slab_code(layout, object);
		if (unlikely(!code_is_link(layout, next)))
			goto damaged;
		if (cached)
			set_code(layout, object, MCTL_LINK_CACHED);
		else
			mctl_slab_unmark(layout, object);
		objects[taken++] = object;
		slab->inuse++;
		code = next;
	}
	slab->free = code;
	if (likely(code != MCTL_LINK_END || !mctl_slab_nr_free(layout, slab)))
		return taken;

damaged:
	*status = MCTL_SLAB_LINK;
	cut_list(layout, slab);
	return taken;
}

/**
 * mctl_slab_inspect() - whether an address may be freed
 * @layout: of the cache
 * @slab: header of the slab that the address is in
 * @address: any address in the slab
 * @index: set to the number of the object at or before the address
 *
 * Return: MCTL_SLAB_OK, INTERIOR, CACHED, FREE, REDZONE_LEFT or REDZONE_RIGHT.
 */
enum mctl_slab_status mctl_slab_inspect(const struct mctl_slab_layout *layout,
					const struct mctl_slab *slab, void *address, u32 *index)
{
	u64 offset = address - slab->first;
	u64 code;

	if (address < slab->first) {
		*index = 0;
		return MCTL_SLAB_INTERIOR;
	}
	*index = min_t(u64, offset / layout->stride, layout->objects - 1);
	if (mctl_slab_index(layout, offset) >= layout->objects)
		return MCTL_SLAB_INTERIOR;
	code = mctl_slab_code(layout, address);
	if (MCTL_SLAB_HARDENED && code == MCTL_LINK_CACHED)
		return MCTL_SLAB_CACHED;
	if (MCTL_SLAB_HARDENED && mctl_slab_code_is_free(code))
		return MCTL_SLAB_FREE;
	return check_redzones(layout, address, MCTL_REDZONE_USED);
}

/**
 * mctl_slab_is_unused() - whether no object of a slab is in use
 * @layout: of the cache
 * @slab: its header
 *
 * Checks every object's mark, not the counts: memory that is given back must
 * not be in use, whatever happened to the header.
 *
 * Return: true if all of them are on the free list, as far as the marks tell.
 */
bool mctl_slab_is_unused(const struct mctl_slab_layout *layout, const struct mctl_slab *slab)
{
	for (u32 i = 0; i < layout->objects; i++) {
		u64 code = mctl_slab_code(layout, object_at(layout, slab, i));

		if (code == MCTL_LINK_CACHED || !mctl_slab_code_is_free(code))
			return false;
	}
	return true;
}

static void push(const struct mctl_slab_layout *layout, struct mctl_slab *slab, void *object)
{
	set_code(layout, object, slab->free);
	slab->free = index_of(layout, slab, object) + 1;
	slab->inuse--;
}

/**
 * mctl_slab_free() - put an allocated object on the free list
 * @layout: of the cache
 * @slab: its header
 * @object: any address in the slab
 * @index: set to the number of the object at or before the address
 *
 * Return: as mctl_slab_inspect(). With MCTL_SLAB_OK the object is on the list,
 * with REDZONE_LEFT and REDZONE_RIGHT it is lost; otherwise nothing has
 * changed.
 */
enum mctl_slab_status mctl_slab_free(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
				     void *object, u32 *index)
{
	enum mctl_slab_status status;

	status = mctl_slab_inspect(layout, slab, object, index);
	if (status == MCTL_SLAB_OK) {
		mctl_slab_close(layout, object);
		push(layout, slab, object);
	} else if (mctl_slab_status_is_damage(status)) {
		mctl_slab_lose(layout, slab, object);
	}
	return status;
}

/**
 * mctl_slab_free_cached() - put an object from a magazine on the free list
 * @layout: of the cache
 * @slab: its header
 * @object: an object of the slab
 *
 * Return: MCTL_SLAB_OK, MCTL_SLAB_FREE if it is already on the list (the
 * magazines held it twice), or MCTL_SLAB_LINK if its mark was overwritten: it
 * is lost then.
 */
enum mctl_slab_status mctl_slab_free_cached(const struct mctl_slab_layout *layout,
					    struct mctl_slab *slab, void *object)
{
	u64 code = mctl_slab_code(layout, object);

	if (likely(!MCTL_SLAB_HARDENED || code == MCTL_LINK_CACHED)) {
		push(layout, slab, object);
		return MCTL_SLAB_OK;
	}
	if (mctl_slab_code_is_free(code))
		return MCTL_SLAB_FREE;
	mctl_slab_lose(layout, slab, object);
	return MCTL_SLAB_LINK;
}

/**
 * mctl_slab_status_text() - describe a status, to follow "object 3 of cache x"
 * @status: the status
 *
 * Return: a constant string.
 */
const char *mctl_slab_status_text(enum mctl_slab_status status)
{
	switch (status) {
	case MCTL_SLAB_OK:
		return "is sound";
	case MCTL_SLAB_INTERIOR:
		return "does not start at this address";
	case MCTL_SLAB_CACHED:
		return "is free already, in a magazine";
	case MCTL_SLAB_FREE:
		return "is free already, in its slab";
	case MCTL_SLAB_REDZONE_LEFT:
		return "had the redzone in front of it overwritten";
	case MCTL_SLAB_REDZONE_RIGHT:
		return "had the redzone behind it overwritten";
	case MCTL_SLAB_POISON:
		return "was written to while it was free";
	case MCTL_SLAB_LINK:
		return "had its link overwritten while it was free";
	case MCTL_SLAB_HEADER:
		return "had the header of its slab overwritten";
	}
	return "is in a state that nobody knows";
}

/* --- checks ------------------------------------------------------------------------------ */

/* S4, S5. Return: length of the free list, as far as it can be followed. */
static u32 check_list(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		      u64 number, struct mctl_report *report)
{
	u64 code = slab->free;
	u32 length = 0;

	while (code != MCTL_LINK_END && length <= layout->objects) {
		if (!code_is_link(layout, code)) {
			mctl_report_expect(report, "slab S4", "slab", number, "free link",
					   MCTL_LINK_END, code);
			return length;
		}
		code = mctl_slab_code(layout, object_at(layout, slab, code - 1));
		length++;
	}
	mctl_report_expect(report, "slab S4", "slab", number, "free link", code, code);
	mctl_report_expect(report, "slab S5", "slab", number, "free list is a cycle", 0,
			   length > layout->objects);
	return length;
}

/* S7, S8 of one object. */
static void check_object(const struct mctl_slab_layout *layout, void *object, bool is_free,
			 u64 number, struct mctl_report *report)
{
	u8 redzone = is_free ? MCTL_REDZONE_FREE : MCTL_REDZONE_USED;

	if (layout->redzone)
		mctl_report_expect(report, "slab S7", "slab", number, "redzone", MCTL_SLAB_OK,
				   check_redzones(layout, object, redzone));
	if (layout->poison && is_free)
		mctl_report_expect(report, "slab S8", "slab", number, "poison", true,
				   poison_is_whole(layout, object));
}

/**
 * mctl_slab_check() - test S1 to S9
 * @layout: of the cache
 * @slab: its header, in readable memory
 * @memory: start of the slab
 * @number: of the slab, for the report
 * @report: where to count and report
 *
 * Lost objects keep their marks and redzones as they were found, so the marks
 * are not tested if the slab has any.
 *
 * Context: The caller keeps the slab from changing. Time is linear in the
 * objects, whatever the slab holds.
 * Return: number of objects that are marked as in a magazine.
 */
u32 mctl_slab_check(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		    const void *memory, u64 number, struct mctl_report *report)
{
	u64 place = (unsigned long)slab->first - (unsigned long)memory - layout->first;
	u32 nr_cached = 0, nr_free = 0, length;

	if (!mctl_report_expect(report, "slab S1", "slab", number, "cookie",
				layout->cookie ^ (unsigned long)memory, slab->cookie))
		return 0;
	if (!mctl_report_expect(report, "slab S2", "slab", number, "first object", true,
				place % layout->colour_step == 0 &&
					place / layout->colour_step < layout->nr_colours))
		return 0;

	length = check_list(layout, slab, number, report);
	mctl_report_expect(report, "slab S3", "slab", number, "objects", layout->objects,
			   slab->inuse + slab->lost + length);
	mctl_report_expect(report, "slab S9", "slab", number, "lost objects", 0, slab->lost);

	/* Nothing tells which objects are free then. */
	if (!MCTL_SLAB_HARDENED)
		return 0;
	for (u32 i = 0; i < layout->objects; i++) {
		void *object = object_at(layout, slab, i);
		u64 code = mctl_slab_code(layout, object);
		bool is_free = mctl_slab_code_is_free(code);

		if (code == MCTL_LINK_CACHED)
			nr_cached++;
		else if (is_free)
			nr_free++;
		if (!slab->lost)
			check_object(layout, object, is_free, number, report);
	}
	if (!slab->lost)
		mctl_report_expect(report, "slab S6", "slab", number, "objects marked free", length,
				   nr_free);
	return nr_cached;
}
