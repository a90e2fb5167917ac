/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models of page replacement: what the policies share.
 *
 * A page's record lies in the array replace->page, at the number of the page, and is on one
 * list or on none. Lists are linked by these numbers; the head is the end at which pages
 * leave, the tail that at which they come. A policy that keeps a page on two lists has
 * records for two times as many pages.
 */
#ifndef MCTL_CORE_REPLACE_IMPL_H
#define MCTL_CORE_REPLACE_IMPL_H

#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/types.h>
#include "core/replace.h"

#define MCTL_REPLACE_NONE    U32_MAX /* no page */
#define MCTL_REPLACE_NO_LIST U16_MAX
#define MCTL_REPLACE_EMPTY   ((struct mctl_replace_list){ U32_MAX, U32_MAX, 0 })

/* Bits of a page. */
#define MCTL_REPLACE_RESIDENT	BIT(0)
#define MCTL_REPLACE_DIRTY	BIT(1)
#define MCTL_REPLACE_REFERENCED BIT(2)
#define MCTL_REPLACE_PROMOTED	BIT(3) /* gen: since it was loaded */
#define MCTL_REPLACE_LIR	BIT(4) /* lirs */

/**
 * struct mctl_replace_page - record of a page
 * @next: the page behind it in its list
 * @prev: the page before it
 * @uses: policies with a heap: references that count
 * @place: policies with a heap: its place there
 * @stamp: by the policy: when it was used, or when its list was right
 * @list: the list that it is on
 * @bits: MCTL_REPLACE_RESIDENT and others
 * @count: s3fifo: hits
 */
struct mctl_replace_page {
	union {
		struct {
			u32 next, prev;
		};
		struct {
			u32 uses, place;
		};
	};
	u32 stamp;
	u16 list;
	u8 bits;
	u8 count;
};

/**
 * struct mctl_replace_list - a list of pages
 * @head: the first one
 * @tail: the last one
 * @nr: number of pages
 */
struct mctl_replace_list {
	u32 head;
	u32 tail;
	u32 nr;
};

/**
 * struct mctl_replace_entry - a page in the heap
 * @key: the least one is at the root
 * @page: the page
 */
struct mctl_replace_entry {
	u64 key;
	u32 page;
};

/**
 * struct mctl_replace_ops - a policy
 * @name: its name
 * @records: records for each page
 * @lists: number of lists
 * @heap: it has a heap
 * @ring: it has frames in a ring, and marks
 * @before: called before each reference; may be NULL
 * @hit: a resident page was referenced; may be NULL
 * @fault: another page was referenced: make room, and take it in
 * @check: test the policy's own invariants; may be NULL
 *
 * The dirty bit of the page is set before @hit and @fault are called, the resident bit
 * after @fault.
 */
struct mctl_replace_ops {
	const char *name;
	u32 records;
	u32 lists;
	bool heap;
	bool ring;
	void (*before)(struct mctl_replace *r);
	void (*hit)(struct mctl_replace *r, u32 page);
	void (*fault)(struct mctl_replace *r, u32 page);
	void (*check)(const struct mctl_replace *r, struct mctl_report *report);
};

extern const struct mctl_replace_ops mctl_replace_fifo, mctl_replace_clock, mctl_replace_nru,
	mctl_replace_lru, mctl_replace_aging, mctl_replace_lfu, mctl_replace_ws,
	mctl_replace_wsclock, mctl_replace_2q, mctl_replace_arc, mctl_replace_car,
	mctl_replace_lirs, mctl_replace_gen, mctl_replace_sieve, mctl_replace_s3fifo,
	mctl_replace_opt;

static inline bool mctl_replace_full(const struct mctl_replace *r)
{
	return r->nr_resident >= r->config.frames;
}

/* So many percent of the frames, rounded down. */
static inline u32 mctl_replace_share(const struct mctl_replace *r, enum mctl_replace_param param)
{
	return (u64)r->config.frames * r->config.param[param] / 100;
}

/* Words of marks, two bits for each frame. */
static inline size_t mctl_replace_nr_marks(size_t frames)
{
	return (frames + 63) / 64 * 2;
}

const struct mctl_replace_ops *mctl_replace_ops(u32 policy);
u32 mctl_replace_nr_frames(const struct mctl_replace_config *config);
void mctl_replace_evict(struct mctl_replace *r, u32 page);
void mctl_replace_leave(struct mctl_replace *r, u32 page);
void mctl_replace_clean(struct mctl_replace *r, u32 page);

void mctl_replace_push(struct mctl_replace *r, u32 list, u32 page);
void mctl_replace_take(struct mctl_replace *r, u32 page);
u32 mctl_replace_pop(struct mctl_replace *r, u32 list);
void mctl_replace_move(struct mctl_replace *r, u32 list, u32 page);
void mctl_replace_join(struct mctl_replace *r, u32 to, u32 from);
void mctl_replace_trim(struct mctl_replace *r, u32 list, u32 limit);

void mctl_replace_heap_add(struct mctl_replace *r, u64 key, u32 page);
void mctl_replace_heap_set(struct mctl_replace *r, u64 key, u32 page);
u32 mctl_replace_heap_pop(struct mctl_replace *r);

#endif /* MCTL_CORE_REPLACE_IMPL_H */
