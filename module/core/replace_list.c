// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement: the lists and the heap of the policies.
 *
 * A page's record says which list it is on, so that it can be taken off any. Joining two
 * lists leaves those of the second with a wrong number; a policy that does so works out
 * the right one before it touches such a page again.
 *
 * Locks: none here; the caller serialises.
 */
#include "core/replace_impl.h"

/**
 * mctl_replace_push() - put a page at the tail of a list
 * @r: the model
 * @list: the list
 * @page: a page that is on no list
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_push(struct mctl_replace *r, u32 list, u32 page)
{
	struct mctl_replace_list *to = &r->list[list];

	r->page[page].list = list;
	r->page[page].next = MCTL_REPLACE_NONE;
	r->page[page].prev = to->tail;
	if (to->nr++)
		r->page[to->tail].next = page;
	else
		to->head = page;
	to->tail = page;
}

/**
 * mctl_replace_take() - take a page off the list that it is on
 * @r: the model
 * @page: the page
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_take(struct mctl_replace *r, u32 page)
{
	struct mctl_replace_page *record = &r->page[page];
	struct mctl_replace_list *from = &r->list[record->list];

	if (record->prev == MCTL_REPLACE_NONE)
		from->head = record->next;
	else
		r->page[record->prev].next = record->next;
	if (record->next == MCTL_REPLACE_NONE)
		from->tail = record->prev;
	else
		r->page[record->next].prev = record->prev;
	record->list = MCTL_REPLACE_NO_LIST;
	from->nr--;
}

/**
 * mctl_replace_pop() - take the page at the head off a list
 * @r: the model
 * @list: a list that is not empty
 *
 * Context: Any context; the caller serialises.
 * Return: the page.
 */
u32 mctl_replace_pop(struct mctl_replace *r, u32 list)
{
	u32 page = r->list[list].head;

	mctl_replace_take(r, page);
	return page;
}

/**
 * mctl_replace_move() - move a page to the tail of a list
 * @r: the model
 * @list: the list, which may be the one that it is on
 * @page: a page that is on a list
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_move(struct mctl_replace *r, u32 list, u32 page)
{
	mctl_replace_take(r, page);
	mctl_replace_push(r, list, page);
}

/**
 * mctl_replace_join() - append a list to another and leave it empty
 * @r: the model
 * @to: the list that grows
 * @from: another one
 *
 * The records of the pages keep the number of @from.
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_join(struct mctl_replace *r, u32 to, u32 from)
{
	struct mctl_replace_list *first = &r->list[to], *second = &r->list[from];

	if (!second->nr)
		return;
	r->page[second->head].prev = first->tail;
	if (first->nr)
		r->page[first->tail].next = second->head;
	else
		first->head = second->head;
	first->tail = second->tail;
	first->nr += second->nr;
	*second = MCTL_REPLACE_EMPTY;
}

/**
 * mctl_replace_trim() - drop pages from the head of a list of pages that are not resident
 * @r: the model
 * @list: the list
 * @limit: number of pages that may stay
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_trim(struct mctl_replace *r, u32 list, u32 limit)
{
	while (r->list[list].nr > limit)
		mctl_replace_pop(r, list);
}

/* --- heap: the children of place n are 2n + 1 and 2n + 2, no key is below its parent's ---- */

static void put(struct mctl_replace *r, u32 place, const struct mctl_replace_entry *entry)
{
	r->heap[place] = *entry;
	r->page[entry->page].place = place;
}

static void sift_up(struct mctl_replace *r, u32 place)
{
	struct mctl_replace_entry entry = r->heap[place];

	for (; place && r->heap[(place - 1) / 2].key > entry.key; place = (place - 1) / 2)
		put(r, place, &r->heap[(place - 1) / 2]);
	put(r, place, &entry);
}

static void sift_down(struct mctl_replace *r, u32 place)
{
	struct mctl_replace_entry entry = r->heap[place];

	for (u32 child = 2 * place + 1; child < r->nr_heap; child = 2 * place + 1) {
		if (child + 1 < r->nr_heap && r->heap[child + 1].key < r->heap[child].key)
			child++;
		if (r->heap[child].key >= entry.key)
			break;
		put(r, place, &r->heap[child]);
		place = child;
	}
	put(r, place, &entry);
}

/**
 * mctl_replace_heap_add() - add a page to the heap
 * @r: the model
 * @key: its key; no two are equal
 * @page: a page that is not there
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_heap_add(struct mctl_replace *r, u64 key, u32 page)
{
	r->heap[r->nr_heap] = (struct mctl_replace_entry){ .key = key, .page = page };
	sift_up(r, r->nr_heap++);
}

/**
 * mctl_replace_heap_set() - change the key of a page in the heap
 * @r: the model
 * @key: its new key
 * @page: the page
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_heap_set(struct mctl_replace *r, u64 key, u32 page)
{
	u32 place = r->page[page].place;

	r->heap[place].key = key;
	sift_up(r, place);
	sift_down(r, r->page[page].place);
}

/**
 * mctl_replace_heap_pop() - take the page with the least key out of the heap
 * @r: the model, whose heap is not empty
 *
 * Context: Any context; the caller serialises.
 * Return: the page.
 */
u32 mctl_replace_heap_pop(struct mctl_replace *r)
{
	u32 page = r->heap[0].page;

	r->heap[0] = r->heap[--r->nr_heap];
	if (r->nr_heap)
		sift_down(r, 0);
	return page;
}
