// SPDX-License-Identifier: GPL-2.0
/*
 * An inverted page table with hashing (Tanenbaum, Modern Operating Systems, 3.3.4; Huck and Hays
 * 1993 for the chains through the entries). A model: it runs in user space only.
 *
 * A reference reads an anchor, and follows the chain until an entry has the page. If none has,
 * that is a fault: the page takes the next free frame or, when none is left, one that is evicted,
 * and its entry goes to the front of its chain.
 *
 * Invariants:
 *
 * I1  A chain has only frames below nr_used, and those of its own bucket.
 * I2  All chains together have nr_used frames: none is in two of them, or twice in one.
 * I3  No page of an address space is in two frames.
 * I4  While a frame is free the hand is at frame 0.
 *
 * Locks: none; the caller serialises.
 */
#include "core/model_ipt.h"

#define GOLDEN 0x9e3779b97f4a7c15ULL /* 2^64 divided by the golden ratio */

/**
 * mctl_ipt_valid() - whether there can be such a table
 * @config: what it is like
 *
 * Context: Any context.
 * Return: false if a number of it is out of range.
 */
bool mctl_ipt_valid(const struct mctl_ipt_config *config)
{
	return config->nr_frames && config->nr_frames <= MCTL_IPT_MAX_FRAMES &&
	       config->nr_buckets && config->nr_buckets <= MCTL_IPT_MAX_BUCKETS &&
	       config->hash < MCTL_IPT_NR_HASHES && config->evict < MCTL_IPT_NR_EVICTS;
}

/**
 * mctl_ipt_size() - the storage of a table
 * @config: what it is like; a valid one
 *
 * Context: Any context.
 * Return: bytes.
 */
size_t mctl_ipt_size(const struct mctl_ipt_config *config)
{
	return config->nr_frames * sizeof(struct mctl_ipt_entry) + config->nr_buckets * sizeof(u32);
}

/**
 * mctl_ipt_init() - make a table whose frames are all free
 * @ipt: the table
 * @config: what it is like; a valid one
 * @storage: of mctl_ipt_size() bytes
 *
 * Context: The caller serialises.
 */
void mctl_ipt_init(struct mctl_ipt *ipt, const struct mctl_ipt_config *config, void *storage)
{
	ipt->config = *config;
	ipt->entry = storage;
	ipt->anchor = (u32 *)(ipt->entry + config->nr_frames);
	ipt->nr_used = 0;
	ipt->hand = 0;
	for (u32 i = 0; i < config->nr_buckets; i++)
		ipt->anchor[i] = MCTL_IPT_NONE;
}

/**
 * mctl_ipt_bucket() - hash a page
 * @ipt: the table
 * @space: the address space
 * @page: number of the page
 *
 * "modulo" is the remainder of page plus space: pages that follow each other never collide, but
 * those of two address spaces that are alike do. "multiply" takes the upper bits of a product
 * with the golden ratio (Knuth 3, 6.4), which spread what has equal distances. The space goes
 * above the lower 32 bits of the page.
 *
 * Context: Any context.
 * Return: the number of its bucket.
 */
u32 mctl_ipt_bucket(const struct mctl_ipt *ipt, u32 space, u64 page)
{
	u64 product;

	if (ipt->config.hash == MCTL_IPT_MODULO)
		return (page + space) % ipt->config.nr_buckets;
	product = (page ^ (u64)space << 32) * GOLDEN;
	return (product >> 32) * ipt->config.nr_buckets >> 32;
}

/* The frame of a page, or MCTL_IPT_NONE; counts the entries compared. */
static u32 look_up(const struct mctl_ipt *ipt, u32 space, u64 page, struct mctl_ipt_lookup *lookup)
{
	u32 frame = ipt->anchor[lookup->bucket];

	for (; frame != MCTL_IPT_NONE; frame = ipt->entry[frame].next) {
		lookup->probes++;
		if (ipt->entry[frame].page == page && ipt->entry[frame].space == space)
			break;
	}
	return frame;
}

static u32 choose_victim(struct mctl_ipt *ipt)
{
	u32 victim;

	do {
		victim = ipt->hand;
		ipt->hand = (ipt->hand + 1) % ipt->config.nr_frames;
		if (ipt->config.evict == MCTL_IPT_FIFO || !ipt->entry[victim].used)
			break;
		ipt->entry[victim].used = false;
	} while (true);
	return victim;
}

/* Take a frame out of its chain. */
static void unlink_frame(struct mctl_ipt *ipt, u32 frame)
{
	const struct mctl_ipt_entry *entry = &ipt->entry[frame];
	u32 *link = &ipt->anchor[mctl_ipt_bucket(ipt, entry->space, entry->page)];

	while (*link != frame)
		link = &ipt->entry[*link].next;
	*link = entry->next;
}

static u32 take_frame(struct mctl_ipt *ipt, struct mctl_ipt_lookup *lookup)
{
	u32 frame;

	if (ipt->nr_used < ipt->config.nr_frames)
		return ipt->nr_used++;
	frame = choose_victim(ipt);
	lookup->evicted = true;
	lookup->old = ipt->entry[frame];
	unlink_frame(ipt, frame);
	return frame;
}

/**
 * mctl_ipt_access() - a reference to a page
 * @ipt: the table
 * @space: the address space
 * @page: number of the page
 * @lookup: how it went
 *
 * Context: The caller serialises.
 */
void mctl_ipt_access(struct mctl_ipt *ipt, u32 space, u64 page, struct mctl_ipt_lookup *lookup)
{
	*lookup = (struct mctl_ipt_lookup){ .bucket = mctl_ipt_bucket(ipt, space, page) };
	lookup->frame = look_up(ipt, space, page, lookup);
	lookup->hit = lookup->frame != MCTL_IPT_NONE;
	if (lookup->hit) {
		ipt->entry[lookup->frame].used = true;
		return;
	}
	lookup->frame = take_frame(ipt, lookup);
	ipt->entry[lookup->frame] = (struct mctl_ipt_entry){
		.page = page,
		.space = space,
		.next = ipt->anchor[lookup->bucket],
		.used = true,
	};
	ipt->anchor[lookup->bucket] = lookup->frame;
}

/**
 * mctl_ipt_chain() - the length of a chain
 * @ipt: the table
 * @bucket: number of the bucket
 *
 * Context: The caller serialises.
 * Return: frames in it.
 */
u32 mctl_ipt_chain(const struct mctl_ipt *ipt, u32 bucket)
{
	u32 nr = 0;

	for (u32 frame = ipt->anchor[bucket]; frame != MCTL_IPT_NONE;
	     frame = ipt->entry[frame].next)
		nr++;
	return nr;
}

static u32 check_chain(const struct mctl_ipt *ipt, u32 bucket, u32 most, struct mctl_report *report)
{
	u32 nr = 0, frame = ipt->anchor[bucket];

	for (; frame != MCTL_IPT_NONE && nr <= most; frame = ipt->entry[frame].next, nr++) {
		const struct mctl_ipt_entry *entry;

		if (!mctl_report_expect(report, "ipt I1", "frame", frame, "used", true,
					frame < ipt->nr_used))
			break;
		entry = &ipt->entry[frame];
		mctl_report_expect(report, "ipt I1", "frame", frame, "bucket", bucket,
				   mctl_ipt_bucket(ipt, entry->space, entry->page));
		for (u32 other = entry->next, i = nr; other < ipt->nr_used && i <= most; i++) {
			mctl_report_expect(report, "ipt I3", "frame", frame, "page elsewhere",
					   false,
					   ipt->entry[other].page == entry->page &&
						   ipt->entry[other].space == entry->space);
			other = ipt->entry[other].next;
		}
	}
	return nr;
}

/**
 * mctl_ipt_check() - test the invariants
 * @ipt: the table
 * @report: where problems go
 *
 * Context: The caller serialises.
 */
void mctl_ipt_check(const struct mctl_ipt *ipt, struct mctl_report *report)
{
	u32 nr = 0;

	for (u32 bucket = 0; bucket < ipt->config.nr_buckets; bucket++)
		nr += check_chain(ipt, bucket, ipt->nr_used, report);
	mctl_report_expect(report, "ipt I2", "table", 0, "frames in chains", ipt->nr_used, nr);
	if (ipt->nr_used < ipt->config.nr_frames)
		mctl_report_expect(report, "ipt I4", "table", 0, "hand", 0, ipt->hand);
}
