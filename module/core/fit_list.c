// SPDX-License-Identifier: GPL-2.0
/*
 * First, next, best and worst fit: one list of holes in the order of their
 * addresses (Knuth 1, 2.5, algorithms A and B).
 *
 *   holes          [3..4] -> [6..9] -> [20..60] -> [70..71]
 *   asked for 2    first: 3   best: 3   worst: 20
 *   next           from the first hole that starts at or behind the end of
 *                  what was granted last, and once around
 *
 * A block is granted from the low end of its hole; the rest stays a hole in the
 * same place of the list. Of holes that serve equally well the lowest is taken.
 * Best fit stops at a hole of exactly the size asked for. A block that is
 * given back joins the holes on both sides, which its tags find; with none, its
 * place on the list is searched from the front, and counts as steps.
 *
 * Invariants, each one a line of list_check(), beside those of fit_holes.c:
 *
 * L1  The list has every hole, in the order of addresses, and prev is what
 *     leads to each.
 * L2  The rover is the first hole that starts at or behind the end of the last
 *     grant.
 *
 * Locks: none; the caller serialises.
 */
#include "core/fit_impl.h"

static void list_link(struct mctl_fit_list *list, u32 prev, u32 start)
{
	mctl_fit_holes_link(&list->holes, &list->head, prev, start);
	if (start >= list->end && (list->rover == MCTL_FIT_NONE || start < list->rover))
		list->rover = start;
}

static void list_unlink(struct mctl_fit_list *list, u32 start)
{
	if (list->rover == start)
		list->rover = list->holes.next[start];
	mctl_fit_holes_unlink(&list->holes, &list->head, start);
}

static size_t list_size(u32 nr_units)
{
	return sizeof(struct mctl_fit_list) + mctl_fit_holes_size(nr_units);
}

static void list_init(struct mctl_fit *fit)
{
	struct mctl_fit_list *list = fit->storage;

	list->head = MCTL_FIT_NONE;
	list->rover = MCTL_FIT_NONE;
	mctl_fit_holes_init(&list->holes, fit->nr_units, (u32 *)(list + 1));
	list_link(list, MCTL_FIT_NONE, 0);
}

static u32 as_asked(u32 nr)
{
	return nr;
}

/* Grant the low end of a hole. */
static u32 take(struct mctl_fit_list *list, u32 start, u32 nr)
{
	struct mctl_fit_holes *holes = &list->holes;
	u32 rest = holes->tag[start] - nr, prev = holes->prev[start];

	list_unlink(list, start);
	list->end = start + nr;
	list->rover = prev == MCTL_FIT_NONE ? list->head : holes->next[prev];
	mctl_fit_holes_set(holes, start, nr, MCTL_FIT_USED);
	if (rest) {
		mctl_fit_holes_set(holes, start + nr, rest, 0);
		list_link(list, prev, start + nr);
	}
	return start;
}

/* The first hole of at least @nr units, from @from on and before @end. */
static u32 search(struct mctl_fit *fit, const struct mctl_fit_list *list, u32 from, u32 end, u32 nr)
{
	u32 at;

	for (at = from; at != end; at = list->holes.next[at]) {
		fit->steps++;
		if (list->holes.tag[at] >= nr)
			return at;
	}
	return MCTL_FIT_NONE;
}

static u32 first_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_list *list = fit->storage;
	u32 start = search(fit, list, list->head, MCTL_FIT_NONE, nr);

	return start == MCTL_FIT_NONE ? start : take(list, start, nr);
}

static u32 next_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_list *list = fit->storage;
	u32 start = search(fit, list, list->rover, MCTL_FIT_NONE, nr);

	if (start == MCTL_FIT_NONE)
		start = search(fit, list, list->head, list->rover, nr);
	return start == MCTL_FIT_NONE ? start : take(list, start, nr);
}

static u32 best_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_list *list = fit->storage;
	u32 best = MCTL_FIT_NONE, size = U32_MAX;

	for (u32 at = list->head; at != MCTL_FIT_NONE && size != nr; at = list->holes.next[at]) {
		u32 units = list->holes.tag[at];

		fit->steps++;
		if (units >= nr && units < size) {
			best = at;
			size = units;
		}
	}
	return best == MCTL_FIT_NONE ? best : take(list, best, nr);
}

static u32 worst_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_list *list = fit->storage;
	u32 worst = MCTL_FIT_NONE, size = nr - 1;

	for (u32 at = list->head; at != MCTL_FIT_NONE; at = list->holes.next[at]) {
		fit->steps++;
		if (list->holes.tag[at] > size) {
			worst = at;
			size = list->holes.tag[at];
		}
	}
	return worst == MCTL_FIT_NONE ? worst : take(list, worst, nr);
}

/* The hole behind which one that starts at @start belongs. */
static u32 place(struct mctl_fit *fit, const struct mctl_fit_list *list, u32 start)
{
	u32 prev = MCTL_FIT_NONE;

	for (u32 at = list->head; at < start; at = list->holes.next[at]) {
		fit->steps++;
		prev = at;
	}
	return prev;
}

static void list_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_list *list = fit->storage;
	struct mctl_fit_holes *holes = &list->holes;
	u32 left = mctl_fit_holes_left(holes, start);
	u32 right = mctl_fit_holes_right(holes, start, nr);
	u32 prev;

	if (left != MCTL_FIT_NONE)
		prev = holes->prev[left];
	else if (right != MCTL_FIT_NONE)
		prev = holes->prev[right];
	else
		prev = place(fit, list, start);
	if (right != MCTL_FIT_NONE) {
		nr += holes->tag[right];
		list_unlink(list, right);
	}
	if (left != MCTL_FIT_NONE) {
		nr += holes->tag[left];
		start = left;
		list_unlink(list, left);
	}
	mctl_fit_holes_set(holes, start, nr, 0);
	list_link(list, prev, start);
}

static bool list_next_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	const struct mctl_fit_list *list = fit->storage;

	return mctl_fit_holes_next(&list->holes, hole);
}

static u64 list_records(const struct mctl_fit *fit)
{
	const struct mctl_fit_list *list = fit->storage;

	return mctl_fit_holes_records(&list->holes, fit->nr_blocks);
}

static void list_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	const struct mctl_fit_list *list = fit->storage;
	u32 nr = mctl_fit_holes_check(fit, &list->holes, report);
	u32 prev = MCTL_FIT_NONE, at = list->head, rover = MCTL_FIT_NONE;
	struct mctl_fit_hole hole = {};

	while (nr-- && mctl_fit_holes_next(&list->holes, &hole)) {
		if (!mctl_report_expect(report, "fit L1", "hole", hole.start, "place", hole.start,
					at))
			return;
		mctl_report_expect(report, "fit L1", "hole", at, "prev", prev,
				   list->holes.prev[at]);
		if (rover == MCTL_FIT_NONE && at >= list->end)
			rover = at;
		prev = at;
		at = list->holes.next[at];
	}
	mctl_report_expect(report, "fit L1", "fit", 0, "end", MCTL_FIT_NONE, at);
	mctl_report_expect(report, "fit L2", "fit", 0, "rover", rover, list->rover);
}

#define LIST_POLICY(word, text, function)                                                 \
	{                                                                                 \
		.name = word, .help = text, .size = list_size, .init = list_init,         \
		.grant = as_asked, .alloc = function, .free = list_free,                  \
		.next_hole = list_next_hole, .records = list_records, .check = list_check \
	}

const struct mctl_fit_ops mctl_fit_first_ops =
	LIST_POLICY("first", "the lowest hole that is large enough", first_alloc);
const struct mctl_fit_ops mctl_fit_next_ops =
	LIST_POLICY("next", "the same, searched from where the last search ended", next_alloc);
const struct mctl_fit_ops mctl_fit_best_ops =
	LIST_POLICY("best", "the smallest hole that is large enough", best_alloc);
const struct mctl_fit_ops mctl_fit_worst_ops =
	LIST_POLICY("worst", "the largest hole", worst_alloc);
