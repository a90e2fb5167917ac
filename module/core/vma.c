// SPDX-License-Identifier: GPL-2.0
/*
 * The vmas of a region, as an array sorted by address.
 *
 *   vma   [ 0 ]      [ 1 ]     [ 2 ]
 *         |=====|    |====|=========|          |
 *       start                                 end
 *
 * An array rather than a tree: faults look up, and there are many faults per
 * change. A binary search of an array with 40 bytes per vma needs one
 * comparison per step and follows no pointers, and the neighbours that merging
 * and fault-around need are adjacent. A change moves what is behind it, which
 * is 40 KB for a thousand vmas and costs less than zeroing ten pages.
 *
 * All changes are made by one function, edit(): it goes over the vmas that the
 * range touches and their neighbours, splits them at the ends of the range,
 * applies the operation to what is inside, and merges what is alike. It runs
 * twice, the first time only to count, so that it fails before it has changed
 * anything, and only if there is no room for the result.
 *
 * Invariants, each one tested by mctl_vma_check():
 *
 * I1  A vma starts before it ends, both at a multiple of 4096, inside of
 *     [vmas->start, vmas->end).
 * I2  A vma ends at or before the start of the next one.
 * I3  Two adjacent vmas differ in rights, flags, or file, or the second does
 *     not continue the file where the first one ends.
 * I4  Rights are R, W and X, and nothing else.
 * I5  An anonymous vma has offset 0; the last page of one with a file, and the
 *     page after it, have numbers that fit in 64 bits.
 * I6  There are no more vmas than the capacity.
 * I7  nr_pages is the sum of their pages.
 *
 * A call that fails leaves the vmas byte for byte as it found them.
 *
 * Locks: none here; the caller serialises changes with all other use.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>
#include "core/vma.h"

static bool aligned(u64 address)
{
	return IS_ALIGNED(address, MCTL_VMA_PAGE_SIZE);
}

/* --- whole sets --------------------------------------------------------------------------- */

/**
 * mctl_vmas_init() - initialise an empty set of vmas
 * @vmas: the set; the previous content is overwritten
 * @start: lowest address, bytes, a multiple of 4096
 * @end: address after the last byte, bytes, a multiple of 4096
 * @storage: room for the vmas; must outlive @vmas
 * @capacity: how many vmas @storage has room for
 *
 * Context: Any context.
 * Return: 0, or -EINVAL if the range is empty or not made of whole pages.
 */
int mctl_vmas_init(struct mctl_vmas *vmas, u64 start, u64 end, struct mctl_vma *storage,
		   u32 capacity)
{
	if (start >= end || !aligned(start) || !aligned(end))
		return -EINVAL;
	memset(vmas, 0, sizeof(*vmas));
	vmas->start = start;
	vmas->end = end;
	vmas->vma = storage;
	vmas->capacity = capacity;
	return 0;
}

/**
 * mctl_vmas_copy() - copy the vmas of another set, for a fork
 * @vmas: the set, with the same range; its previous vmas are discarded
 * @from: the set to copy
 *
 * Context: Any context.
 * Return: 0, -EINVAL if the ranges differ, -ENOMEM if @vmas has no room for them.
 */
int mctl_vmas_copy(struct mctl_vmas *vmas, const struct mctl_vmas *from)
{
	if (vmas->start != from->start || vmas->end != from->end)
		return -EINVAL;
	if (from->nr > vmas->capacity)
		return -ENOMEM;
	memcpy(vmas->vma, from->vma, from->nr * sizeof(*from->vma));
	vmas->nr = from->nr;
	vmas->nr_pages = from->nr_pages;
	return 0;
}

/**
 * mctl_vmas_move() - move the vmas to a different storage of a different size
 * @vmas: the set
 * @storage: room for the vmas; must outlive @vmas
 * @capacity: how many vmas @storage has room for
 *
 * Context: Any context.
 * Return: the old storage, which belongs to the caller again; NULL if @capacity is too small for
 * the vmas, with nothing changed.
 */
struct mctl_vma *mctl_vmas_move(struct mctl_vmas *vmas, struct mctl_vma *storage, u32 capacity)
{
	struct mctl_vma *old = vmas->vma;

	if (capacity < vmas->nr)
		return NULL;
	memcpy(storage, old, vmas->nr * sizeof(*old));
	vmas->vma = storage;
	vmas->capacity = capacity;
	return old;
}

/**
 * mctl_vmas_file_pages() - count the pages of a set that a file backs
 * @vmas: the set
 * @file: the file; NULL for anonymous pages
 *
 * Context: Any context; the time grows with the number of vmas.
 * Return: pages of 4 KiB.
 */
u64 mctl_vmas_file_pages(const struct mctl_vmas *vmas, const void *file)
{
	u64 nr = 0;

	for (u32 i = 0; i < vmas->nr; i++) {
		if (vmas->vma[i].file == file)
			nr += mctl_vma_pages(&vmas->vma[i]);
	}
	return nr;
}

/* --- find --------------------------------------------------------------------------------- */

/* Number of the first vma that ends after an address; nr if there is none. */
static u32 find(const struct mctl_vmas *vmas, u64 address)
{
	const struct mctl_vma *first = vmas->vma;
	u32 nr = vmas->nr;

	/* The result is among the nr vmas from first on, or the one right after them. */
	while (nr) {
		u32 half = nr / 2;

		if (first[half].end <= address) {
			first += half + 1;
			nr -= half + 1;
		} else {
			nr = half;
		}
	}
	return first - vmas->vma;
}

/**
 * mctl_vma_find() - the vma at an address, or the next one
 * @vmas: the set
 * @address: an address, in bytes
 *
 * Context: Any context; O(log n).
 * Return: the first vma that ends after @address, or NULL. It is valid until the next change.
 */
struct mctl_vma *mctl_vma_find(const struct mctl_vmas *vmas, u64 address)
{
	u32 index = find(vmas, address);

	return index < vmas->nr ? &vmas->vma[index] : NULL;
}

/**
 * mctl_vma_lookup() - the vma at an address
 * @vmas: the set
 * @address: an address, in bytes
 *
 * Context: Any context; O(log n).
 * Return: the vma that contains @address, or NULL. It is valid until the next
 * change.
 */
struct mctl_vma *mctl_vma_lookup(const struct mctl_vmas *vmas, u64 address)
{
	u32 index = find(vmas, address);

	return index < vmas->nr && vmas->vma[index].start <= address ? &vmas->vma[index] : NULL;
}

/**
 * mctl_vma_gap() - find the lowest range that no vma covers
 * @vmas: the set
 * @nr_pages: its length, pages of 4 KiB, at least 1
 * @align: its address is a multiple of this many bytes: a power of two, at least 4096
 *
 * Context: Any context; the time grows with the number of vmas.
 * Return: its address; @vmas->end if there is none.
 */
u64 mctl_vma_gap(const struct mctl_vmas *vmas, u64 nr_pages, u64 align)
{
	u64 address = vmas->start;

	for (u32 i = 0; i <= vmas->nr; i++) {
		u64 end = i < vmas->nr ? vmas->vma[i].start : vmas->end;
		u64 at = ALIGN(address, align);

		if (at >= address && at < end && nr_pages <= (end - at) >> MCTL_VMA_PAGE_SHIFT)
			return at;
		if (i < vmas->nr)
			address = vmas->vma[i].end;
	}
	return vmas->end;
}

/* --- change ------------------------------------------------------------------------------- */

/**
 * struct edit - what to do with a range
 * @start: first address
 * @end: address after the last byte
 * @insert: replaces the content of the range; NULL: see @keep
 * @keep: the content stays, with other rights and flags; otherwise it is
 *	  removed
 * @rights_mask: which rights are changed
 * @rights: their new values
 * @flags_mask: which flags are changed
 * @flags: their new values
 */
struct edit {
	u64 start, end;
	const struct mctl_vma *insert;
	bool keep;
	u32 rights_mask, rights;
	u32 flags_mask, flags;
};

/**
 * struct output - destination of the vmas that result from an edit
 * @to: array for them; NULL to count only
 * @nr: number of complete vmas
 * @last: the vma that the next one may still be merged with
 * @has_last: @last is valid
 */
struct output {
	struct mctl_vma *to;
	u32 nr;
	struct mctl_vma last;
	bool has_last;
};

static bool may_join(const struct mctl_vma *a, const struct mctl_vma *b)
{
	return a->end == b->start && a->rights == b->rights && a->flags == b->flags &&
	       a->file == b->file && (!a->file || a->offset + mctl_vma_pages(a) == b->offset);
}

static void flush(struct output *out)
{
	if (!out->has_last)
		return;
	if (out->to)
		out->to[out->nr] = out->last;
	out->nr++;
	out->has_last = false;
}

static void emit(struct output *out, const struct mctl_vma *vma)
{
	if (out->has_last && may_join(&out->last, vma)) {
		out->last.end = vma->end;
		return;
	}
	flush(out);
	out->last = *vma;
	out->has_last = true;
}

/* The part of a vma that lies in [start, end), if there is one. */
static bool cut(struct mctl_vma *part, const struct mctl_vma *vma, u64 start, u64 end)
{
	if (vma->end <= start || vma->start >= end)
		return false;
	*part = *vma;
	if (part->start < start) {
		if (part->file)
			part->offset = mctl_vma_file_page(vma, start);
		part->start = start;
	}
	if (part->end > end)
		part->end = end;
	return true;
}

/*
 * Output the vmas that result from the @nr vmas at @from. Each one is read
 * before its place is written, so that the output may overwrite the input:
 * until the last one is read, at most one more vma has been written than read.
 */
static void pass(const struct edit *edit, const struct mctl_vma *from, u32 nr, struct output *out)
{
	const struct mctl_vma *insert = edit->insert;

	for (u32 i = 0; i < nr; i++) {
		struct mctl_vma vma = from[i], part;

		if (cut(&part, &vma, 0, edit->start))
			emit(out, &part);
		if (insert && vma.end > edit->start) {
			emit(out, insert);
			insert = NULL;
		}
		if (edit->keep && cut(&part, &vma, edit->start, edit->end)) {
			part.rights = (part.rights & ~edit->rights_mask) | edit->rights;
			part.flags = (part.flags & ~edit->flags_mask) | edit->flags;
			emit(out, &part);
		}
		if (cut(&part, &vma, edit->end, U64_MAX))
			emit(out, &part);
	}
	if (insert)
		emit(out, insert);
	flush(out);
}

/* Count the pages of 4 KiB in a run of vmas. */
static u64 pages_of(const struct mctl_vma *vma, u32 nr)
{
	u64 pages = 0;

	while (nr--)
		pages += mctl_vma_pages(vma++);
	return pages;
}

static int apply(struct mctl_vmas *vmas, const struct edit *edit)
{
	u32 first = find(vmas, edit->start), behind = first, nr, tail;
	struct output count = {}, out = {};
	struct mctl_vma *vma = vmas->vma;
	u64 pages;

	while (behind < vmas->nr && vma[behind].start < edit->end)
		behind++;
	/*
	 * A neighbour takes part if it touches the range, with no piece of
	 * another vma in between.
	 */
	if (first && (first == vmas->nr || vma[first].start >= edit->start))
		first--;
	if (behind < vmas->nr && (behind == first || vma[behind - 1].end <= edit->end))
		behind++;
	nr = behind - first;
	tail = vmas->nr - behind;

	pass(edit, vma + first, nr, &count);
	if (vmas->nr - nr + count.nr > vmas->capacity)
		return -ENOMEM;
	pages = pages_of(vma + first, nr);
	if (count.nr > nr)
		memmove(vma + first + count.nr, vma + behind, tail * sizeof(*vma));
	out.to = vma + first;
	pass(edit, vma + first, nr, &out);
	if (out.nr < nr)
		memmove(vma + first + out.nr, vma + behind, tail * sizeof(*vma));
	vmas->nr += out.nr - nr;
	vmas->nr_pages += pages_of(vma + first, out.nr) - pages;
	return 0;
}

static bool is_range(const struct mctl_vmas *vmas, u64 start, u64 end)
{
	return start < end && aligned(start) && aligned(end) && start >= vmas->start &&
	       end <= vmas->end;
}

static bool is_vma(const struct mctl_vmas *vmas, const struct mctl_vma *vma)
{
	if (!is_range(vmas, vma->start, vma->end) || (vma->rights & ~MCTL_VMA_RIGHTS))
		return false;
	return vma->file ? vma->offset <= U64_MAX - mctl_vma_pages(vma) : !vma->offset;
}

/**
 * mctl_vma_add() - add a vma to a free range
 * @vmas: the set
 * @vma: the vma to add; copied
 *
 * It is merged with its neighbours where everything matches.
 *
 * Context: Any context; takes time with the number of vmas.
 * Return: 0; -EINVAL if @vma is not a range of whole pages inside that of the set, or breaks I4 or
 * I5; -EEXIST if a vma covers a part of it; -ENOMEM if there is no room for one more.
 */
int mctl_vma_add(struct mctl_vmas *vmas, const struct mctl_vma *vma)
{
	const struct mctl_vma *there;

	if (!is_vma(vmas, vma))
		return -EINVAL;
	there = mctl_vma_find(vmas, vma->start);
	if (there && there->start < vma->end)
		return -EEXIST;
	return mctl_vma_replace(vmas, vma);
}

/**
 * mctl_vma_replace() - add a vma in place of everything in its range
 * @vmas: the set
 * @vma: the vma to add; copied
 *
 * Context: Any context; takes time with the number of vmas.
 * Return: 0; -EINVAL as for mctl_vma_add(); -ENOMEM if there is no room for the result: up to 2
 * more vmas.
 */
int mctl_vma_replace(struct mctl_vmas *vmas, const struct mctl_vma *vma)
{
	/* A copy, as @vma may be one of the set, which is overwritten. */
	const struct mctl_vma insert = *vma;
	struct edit edit = { .start = vma->start, .end = vma->end, .insert = &insert };

	if (!is_vma(vmas, vma))
		return -EINVAL;
	return apply(vmas, &edit);
}

/**
 * mctl_vma_remove() - remove everything in a range
 * @vmas: the set
 * @start: first address, bytes
 * @end: address behind the last byte
 *
 * The range may have holes. A vma is split if a piece remains on both sides.
 *
 * Context: Any context; takes time with the number of vmas.
 * Return: 0; -EINVAL if this is not a range of whole pages inside that of the set; -ENOMEM if there
 * is no room for the result: up to 1 more vma.
 */
int mctl_vma_remove(struct mctl_vmas *vmas, u64 start, u64 end)
{
	struct edit edit = { .start = start, .end = end };

	if (!is_range(vmas, start, end))
		return -EINVAL;
	return apply(vmas, &edit);
}

/* Whether each page of a range is in some vma. */
static bool is_covered(const struct mctl_vmas *vmas, u64 start, u64 end)
{
	for (u32 i = find(vmas, start); start < end; i++) {
		if (i >= vmas->nr || vmas->vma[i].start > start)
			return false;
		start = vmas->vma[i].end;
	}
	return true;
}

static int change(struct mctl_vmas *vmas, const struct edit *edit)
{
	if (!is_range(vmas, edit->start, edit->end))
		return -EINVAL;
	if (!is_covered(vmas, edit->start, edit->end))
		return -ENOENT;
	return apply(vmas, edit);
}

/**
 * mctl_vma_protect() - change the rights of a range
 * @vmas: the set
 * @start: first address, bytes
 * @end: address behind the last byte
 * @rights: its new rights
 *
 * Context: Any context; takes time with the number of vmas.
 * Return: 0; -EINVAL if this is not a range of whole pages inside that of the set, or for other
 * bits in @rights; -ENOENT if a page of it is in no vma; -ENOMEM if there is no room for the
 * result: up to 2 more vmas.
 */
int mctl_vma_protect(struct mctl_vmas *vmas, u64 start, u64 end, u32 rights)
{
	struct edit edit = {
		.start = start,
		.end = end,
		.keep = true,
		.rights_mask = MCTL_VMA_RIGHTS,
		.rights = rights,
	};

	if (rights & ~MCTL_VMA_RIGHTS)
		return -EINVAL;
	return change(vmas, &edit);
}

/**
 * mctl_vma_set_flags() - change the flags of a range
 * @vmas: the set
 * @start: first address, bytes
 * @end: address behind the last byte
 * @set: flags to set
 * @clear: flags to clear; one that is in both is set
 *
 * Context: Any context; takes time with the number of vmas.
 * Return: 0; -EINVAL if this is not a range of whole pages inside that of the set; -ENOENT if a
 * page of it is in no vma; -ENOMEM if there is no room for the result: up to 2 more vmas.
 */
int mctl_vma_set_flags(struct mctl_vmas *vmas, u64 start, u64 end, u32 set, u32 clear)
{
	struct edit edit = {
		.start = start,
		.end = end,
		.keep = true,
		.flags_mask = set | clear,
		.flags = set,
	};

	return change(vmas, &edit);
}

/* --- check -------------------------------------------------------------------------------- */

static void check_vma(const struct mctl_vmas *vmas, u32 index, struct mctl_report *report)
{
	const struct mctl_vma *vma = &vmas->vma[index];

	mctl_report_expect(report, "vma I1", "vma", index, "whole pages", true,
			   aligned(vma->start) && aligned(vma->end));
	mctl_report_expect(report, "vma I1", "vma", index, "starts before it ends", true,
			   vma->start < vma->end);
	mctl_report_expect(report, "vma I1", "vma", index, "inside of the region", true,
			   vma->start >= vmas->start && vma->end <= vmas->end);
	mctl_report_expect(report, "vma I4", "vma", index, "other rights", 0,
			   vma->rights & ~MCTL_VMA_RIGHTS);
	if (vma->file)
		mctl_report_expect(report, "vma I5", "vma", index, "file pages have numbers", true,
				   vma->offset <= U64_MAX - mctl_vma_pages(vma));
	else
		mctl_report_expect(report, "vma I5", "vma", index, "offset", 0, vma->offset);
	if (!index)
		return;
	mctl_report_expect(report, "vma I2", "vma", index, "starts behind the one before", true,
			   vma[-1].end <= vma->start);
	mctl_report_expect(report, "vma I3", "vma", index, "goes on from the one before", false,
			   may_join(&vma[-1], vma));
}

/**
 * mctl_vma_check() - test the invariants
 * @vmas: the set; any damage is allowed except to its storage and capacity
 * @report: gets each broken invariant, with the number of the vma
 *
 * Context: Any context; the caller keeps the vmas from changing.
 */
void mctl_vma_check(const struct mctl_vmas *vmas, struct mctl_report *report)
{
	if (!mctl_report_expect(report, "vma I6", "vmas", 0, "more than there is room for", false,
				vmas->nr > vmas->capacity))
		return;
	for (u32 i = 0; i < vmas->nr; i++)
		check_vma(vmas, i, report);
	mctl_report_expect(report, "vma I7", "vmas", 0, "nr_pages", pages_of(vmas->vma, vmas->nr),
			   vmas->nr_pages);
}
