// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement: a reference to a page, and what is counted.
 *
 * A model has a number of frames, all free at first. A reference to a page that is in none
 * is a fault; it takes a free frame, or else the policy chooses a page that is evicted. Pages
 * are loaded on faults alone. A page that was written since it was loaded is dirty. Ghosts,
 * pages that a policy remembers after it evicted them, take no frame.
 *
 * What is not modelled: time (a reference is a tick of the only clock), several processes
 * with working sets of their own, read-ahead, the cost of a policy itself. Referenced bits
 * are set by every reference, as the hardware does; policies that a kernel can only give
 * these bits get no more here.
 *
 * A page is a record of 16 bytes (two for lirs and wsclock), so that a policy with ghosts needs no
 * search.
 *
 * Invariants, each one tested by mctl_replace_check():
 *
 * I1  The lists are linked both ways, and their pages are as many as they count.
 * I2  nr_resident is the number of pages with the resident bit, and at most the frames.
 * I3  Every resident page is on a list, in the heap, or in a frame of the ring.
 * I4  faults == evictions + nr_resident, dirty <= evictions, dirty <= writes.
 * I5  No key of the heap is below its parent's, and each page knows its place.
 * I6  Ghosts are within the limits of the policy, which are in its file.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include "core/replace_impl.h"

/**
 * mctl_replace_ops() - the functions of a policy
 * @policy: enum mctl_replace_policy
 *
 * Context: Any context.
 * Return: the functions; NULL if there is no such policy.
 */
const struct mctl_replace_ops *mctl_replace_ops(u32 policy)
{
	static const struct mctl_replace_ops *const ops[MCTL_REPLACE_NR_POLICIES] = {
		[MCTL_REPLACE_FIFO] = &mctl_replace_fifo,
		[MCTL_REPLACE_CLOCK] = &mctl_replace_clock,
		[MCTL_REPLACE_NRU] = &mctl_replace_nru,
		[MCTL_REPLACE_LRU] = &mctl_replace_lru,
		[MCTL_REPLACE_AGING] = &mctl_replace_aging,
		[MCTL_REPLACE_LFU] = &mctl_replace_lfu,
		[MCTL_REPLACE_WS] = &mctl_replace_ws,
		[MCTL_REPLACE_WSCLOCK] = &mctl_replace_wsclock,
		[MCTL_REPLACE_2Q] = &mctl_replace_2q,
		[MCTL_REPLACE_ARC] = &mctl_replace_arc,
		[MCTL_REPLACE_CAR] = &mctl_replace_car,
		[MCTL_REPLACE_LIRS] = &mctl_replace_lirs,
		[MCTL_REPLACE_GEN] = &mctl_replace_gen,
		[MCTL_REPLACE_SIEVE] = &mctl_replace_sieve,
		[MCTL_REPLACE_S3FIFO] = &mctl_replace_s3fifo,
		[MCTL_REPLACE_OPT] = &mctl_replace_opt,
	};

	return policy < MCTL_REPLACE_NR_POLICIES ? ops[policy] : NULL;
}

/**
 * mctl_replace_name() - the name of a policy
 * @policy: enum mctl_replace_policy
 *
 * Context: Any context.
 * Return: the name; NULL if there is no such policy.
 */
const char *mctl_replace_name(u32 policy)
{
	const struct mctl_replace_ops *ops = mctl_replace_ops(policy);

	return ops ? ops->name : NULL;
}

/* Parameters that are 0 follow from the frames. */
static void settle_params(struct mctl_replace_config *config)
{
	u32 *tick = &config->param[MCTL_REPLACE_TICK];
	u32 *window = &config->param[MCTL_REPLACE_WINDOW];

	if (!*tick)
		*tick = config->frames;
	if (!*window)
		*window = config->frames > U32_MAX / 10 ? U32_MAX : 10 * config->frames;
}

/* What has the widest members comes first. */
static void divide_storage(struct mctl_replace *r, void *storage)
{
	size_t frames = mctl_replace_nr_frames(&r->config);

	if (r->ops->heap) {
		r->heap = storage;
		storage = r->heap + frames;
	}
	if (r->ops->ring) {
		r->marks = storage;
		memset(r->marks, 0, mctl_replace_nr_marks(frames) * sizeof(*r->marks));
		r->frame = (u32 *)(r->marks + mctl_replace_nr_marks(frames));
		storage = r->frame + frames;
	}
	r->page = storage;
	r->list = (void *)(r->page + (size_t)r->ops->records * r->config.nr_pages);
}

/**
 * mctl_replace_init() - initialise a model: all frames free, nothing counted
 * @replace: the model; the previous content is overwritten
 * @config: its configuration; copied
 * @storage: mctl_replace_size() bytes, aligned as a u64; must outlive @replace
 *
 * Context: Any context.
 * Return: 0, or -EINVAL if @config is not valid.
 */
int mctl_replace_init(struct mctl_replace *replace, const struct mctl_replace_config *config,
		      void *storage)
{
	size_t nr_records;

	if (mctl_replace_config_error(config))
		return -EINVAL;
	memset(replace, 0, sizeof(*replace));
	replace->config = *config;
	replace->ops = mctl_replace_ops(config->policy);
	replace->hand = MCTL_REPLACE_NONE;
	replace->youngest = 2;
	settle_params(&replace->config);
	divide_storage(replace, storage);
	nr_records = (size_t)replace->ops->records * config->nr_pages;
	memset(replace->page, 0, nr_records * sizeof(*replace->page));
	for (size_t i = 0; i < nr_records; i++)
		replace->page[i].list = MCTL_REPLACE_NO_LIST;
	for (u32 i = 0; i < replace->ops->lists; i++)
		replace->list[i] = MCTL_REPLACE_EMPTY;
	return 0;
}

/**
 * mctl_replace_access() - a reference
 * @replace: the model
 * @page: the page, below the nr_pages of the configuration
 * @write: whether it is a write
 * @next: opt: number, from 0 on, of the reference that uses the page next, MCTL_REPLACE_NEVER for
 *        none; others do not read it
 *
 * Context: Any context; the caller serialises.
 * Return: true if it was a fault.
 */
bool mctl_replace_access(struct mctl_replace *replace, u32 page, bool write, u32 next)
{
	struct mctl_replace_page *record = &replace->page[page];
	bool fault;

	replace->now++;
	replace->next = next;
	if (replace->ops->before)
		replace->ops->before(replace);
	fault = !(record->bits & MCTL_REPLACE_RESIDENT);
	if (write)
		record->bits |= MCTL_REPLACE_DIRTY;
	if (fault) {
		replace->ops->fault(replace, page);
		record->bits |= MCTL_REPLACE_RESIDENT;
		replace->nr_resident++;
	} else if (replace->ops->hit) {
		replace->ops->hit(replace, page);
	}
	replace->stats.references++;
	replace->stats.faults += fault;
	replace->stats.resident += replace->nr_resident;
	return fault;
}

/**
 * mctl_replace_clean() - write a dirty page back
 * @r: the model
 * @page: the page; nothing happens if it is not dirty
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_clean(struct mctl_replace *r, u32 page)
{
	if (!(r->page[page].bits & MCTL_REPLACE_DIRTY))
		return;
	r->page[page].bits &= ~MCTL_REPLACE_DIRTY;
	r->stats.writes++;
}

/**
 * mctl_replace_evict() - take a page out of its frame
 * @r: the model
 * @page: a resident page; the policy puts it on another list, or on none
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_evict(struct mctl_replace *r, u32 page)
{
	bool dirty = r->page[page].bits & MCTL_REPLACE_DIRTY;

	r->stats.evictions++;
	r->stats.dirty += dirty;
	mctl_replace_clean(r, page);
	r->page[page].bits = 0;
	r->nr_resident--;
	if (r->evicted)
		r->evicted(r->context, page, dirty);
}

/**
 * mctl_replace_leave() - take a page off its list and out of its frame
 * @r: the model
 * @page: a resident page, which is on no list afterwards
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_leave(struct mctl_replace *r, u32 page)
{
	mctl_replace_take(r, page);
	mctl_replace_evict(r, page);
}
