/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Zones: the frames of one node and zone type, behind one lock, with
 * watermarks; and the order in which a request falls back from one zone to
 * the next. The locked (slow) half of allocation; frames/fcache.h is the
 * lock-free half in front of it.
 *
 * zone.c has the locked operations on single blocks, zone_batch.c those on many at
 * once; watermark.h decides which requests may be served, and why.h explains it.
 */
#ifndef MCTL_FRAMES_ZONE_H
#define MCTL_FRAMES_ZONE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "core/buddy.h"
#include "core/report.h"
#include "host/error.h"

struct mctl_plant;
struct mctl_arena;

#define MCTL_MAX_ZONES (3 * 64)

#define MCTL_REQUEST_THISNODE	 0x01 /* no other node */
#define MCTL_REQUEST_MEMALLOC	 0x02 /* may go below the min watermark */
#define MCTL_REQUEST_NOWAIT	 0x04 /* never sleep: no drain of other CPUs by IPI */
#define MCTL_REQUEST_ZERO	 0x08
#define MCTL_REQUEST_NOFAILEVENT 0x10 /* a refusal is no event (speculative) */

/**
 * struct mctl_request - an allocation of one block
 * @order: the block has 2^order frames
 * @type: highest zone type to take it from, enum memctl_zone_type
 * @mt: enum mctl_migratetype
 * @kind: enum mctl_kind, what it will be used for
 * @flags: MCTL_REQUEST_*
 * @nid: node to start at, NUMA_NO_NODE for the caller's
 * @tag: owner, stored in the frame table
 */
struct mctl_request {
	u8 order;
	u8 type;
	u8 mt;
	u8 kind;
	u32 flags;
	int nid;
	u32 tag;
};

/**
 * struct mctl_zone - the frames of one node and zone type
 * @lock: of the free lists; leaf
 * @type: enum memctl_zone_type
 * @index: in arena->zones
 * @nid: the node
 * @tight: free frames are at or below the high watermark, so that the frame
 *	   caches take no more; written under @lock, read without
 * @below_low: the LOW event was sent, the HIGH event was not, and the zone is
 *	       tight; @lock
 * @buddy: the free lists; @lock
 * @wmark_min: frames that a caller without MCTL_REQUEST_MEMALLOC leaves
 * @wmark_low: frames that the first round of an allocation leaves
 * @wmark_high: frames below which the frame caches stand aside
 * @reserve: frames left besides by requests for a higher type, by their type;
 *	     like the watermarks, @lock to write
 * @start_pfn: physical frame number of the first frame; arena->resize
 * @end_pfn: one after that of the last frame; arena->resize
 * @nr_lock: times that @lock was taken to refill or drain, or to allocate or
 *	     free in vain; the others are @nr_alloc and @nr_freed; @lock
 * @nr_refill: times that a frame cache was filled; @lock
 * @nr_drain: times that a frame cache gave back; @lock
 * @nr_failed: requests refused whose first zone with frames this is; @lock
 * @nr_remote: blocks that came back from frame caches of other nodes' CPUs
 * @nr_alloc: blocks allocated past the frame caches; @lock
 * @nr_freed: blocks freed past the frame caches; @lock
 */
struct mctl_zone {
	raw_spinlock_t lock;
	u8 type;
	u8 index;
	u16 nid;
	bool tight;
	bool below_low;
	struct mctl_buddy buddy;
	u32 wmark_min, wmark_low, wmark_high;
	u32 reserve[3];
	u64 start_pfn, end_pfn;
	atomic64_t nr_remote;
	u64 nr_lock, nr_refill, nr_drain, nr_failed, nr_alloc, nr_freed;
} __aligned(512); /* a power of two, so that an index is a shift */

/**
 * struct mctl_zonelist - the zones that a CPU of one node tries, nearest first
 * @nr: length of each list
 * @zone: for each requested type the indexes in arena->zones; a zone without
 *	  frames is passed over when it is tried
 */
struct mctl_zonelist {
	u8 nr[3];
	u8 zone[3][MCTL_MAX_ZONES];
};

/* frames/zone.c */
int mctl_zones_create(struct mctl_arena *arena, struct mctl_error *error);
int mctl_zones_update(struct mctl_arena *arena, struct mctl_error *error);
void mctl_zones_destroy(struct mctl_arena *arena);
struct mctl_zone *mctl_zone_find(struct mctl_arena *arena, int nid, unsigned int type);
const struct mctl_zonelist *mctl_zone_list(struct mctl_arena *arena,
					   const struct mctl_request *request);
void mctl_zone_add(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn, unsigned int order);
int mctl_zone_remove(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn, unsigned int order);
u32 mctl_zone_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason);
int mctl_zone_free(struct mctl_arena *arena, u32 fn, u8 state);

/* frames/zone_batch.c */
unsigned int mctl_zone_refill(struct mctl_arena *arena, struct mctl_zone *zone, unsigned int order,
			      unsigned int mt, u32 *fns, unsigned int nr);
void mctl_zone_drain(struct mctl_arena *arena, struct mctl_zone *zone, unsigned int order,
		     const u32 *fns, unsigned int nr);

/* frames/zone_check.c */
bool mctl_zones_check(const struct mctl_arena *arena, struct mctl_report *report);

/* What is known of a zone; frames, but spanned, start_pfn and the counters (blocks). */
struct mctl_zone_info {
	u32 index, node, type, nr_free, nr_cached, nr_frames;
	u64 spanned, start_pfn;
	u32 wmark_min, wmark_low, wmark_high, reserve[3];
	u32 free_blocks[MCTL_NR_MT][MCTL_NR_ORDERS];
	u64 nr_alloc, nr_freed, nr_failed, nr_split, nr_merge;
	u64 nr_lock, nr_refill, nr_drain, nr_steal;
};

/* frames/zone_view.c */
const char *mctl_zone_type_name(u32 type);
int mctl_zone_info(struct mctl_arena *arena, u32 index, struct mctl_zone_info *info);
void mctl_zone_count_pageblocks(struct mctl_arena *arena, u32 index, u32 pageblocks[MCTL_NR_MT]);

/* frames/zone_plant.c: damage planted for tests; see host/flip.h. */
int mctl_zone_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		    struct mctl_error *error);

#endif /* MCTL_FRAMES_ZONE_H */
