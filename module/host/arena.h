/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of an arena: all memory taken from the host under one name. host.h
 * takes that memory and gives it back, arenas.h has the list of arenas.
 *
 * Lock order, outermost first:
 *   building (mutex)              an arena is made or taken apart
 *   mctl_arenas_lock (mutex)      the list of arenas; add, del, lookup by name
 *   arena->resize (rw_semaphore)  write: grow, shrink, teardown (change the
 *                                 chunks and the frame table); read: code that
 *                                 sleeps while it looks at chunks or sections
 *   arena->regions->lock (mutex), arena->handles->lock (mutex), arena->caches.lock (mutex):
 *                                 in this order where more than one is held
 *                                 caches.lock also by an allocation that sleeps, inside of
 *                                 all locks that such are made under
 *   arena->tlbs->lock (mutex)     the models of TLBs; taken alone
 *   arena->users->lock (mutex)    in-kernel users that got the arena; taken alone
 *   family->lock (mutex)          the spaces of a family; inside of regions->lock, and of
 *                                 the mmap_lock of processes that fault
 *   cache->lock (raw spinlock)    depot and slab lists of one cache
 *   zone->lock (raw spinlock)     free lists of one zone; leaf
 *
 * Each array of the frame table has its own pages, mapped contiguously. To grow
 * an array, the same pages and new ones are mapped a second time, the pointers
 * are switched, and the old mapping is removed once every task has slept and
 * every CPU has left its interrupts. Code that does not sleep between reading a
 * pointer of the table and using it therefore needs no lock; a write through
 * either mapping is the same write.
 *
 * From fn 0 on a run of sections, most often all of them, is in step with the
 * host's pages: there, page and frame number are computed from each other by a
 * subtraction (extent_page, extent_nr). Elsewhere the section tells.
 */
#ifndef MCTL_HOST_ARENA_H
#define MCTL_HOST_ARENA_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <uapi/linux/memctl.h>
#include "core/frame.h"

struct mctl_cache;
struct mctl_fcache;
struct mctl_handles;
struct mctl_injects;
struct mctl_regions;
struct mctl_spaces;
struct mctl_tlbs;
struct mctl_users;
struct mctl_zone;
struct mctl_zonelist;
struct proc_dir_entry;

#define MCTL_NR_ZONE_TYPES 3

/* Arrays of struct mctl_table, in the order of its fields. */
enum {
	MCTL_ARRAY_STATE,
	MCTL_ARRAY_LINK,
	MCTL_ARRAY_TAG,
	MCTL_ARRAY_PAGEBLOCK,
	MCTL_ARRAY_LISTS,
	MCTL_ARRAY_SECTION,
	MCTL_NR_ARRAYS,
};

/**
 * struct mctl_array - host pages mapped contiguously: an array of the frame table
 * @page: the pages; arena->resize
 * @nr_pages: how many; arena->resize
 */
struct mctl_array {
	struct page **page;
	unsigned int nr_pages;
};

/* Frames with a hardware memory error; see frames/hwpoison.h. */
struct mctl_hwpoison {
	struct xarray known; /* by fn; 1 when it was told; resize to write, and the worker */
	u32 nr;		     /* entries of @known; likewise; read without */
	atomic_t nr_aside;   /* those of them that are set aside */
};

struct mctl_caches {
	struct mutex lock;		 /* of the fields that say so; see the lock order above */
	struct list_head list;		 /* lock; RCU for lookup by id is not needed */
	struct mctl_cache **by_id;	 /* lock; nr_ids slots, id 0 unused */
	u32 nr_ids;			 /* lock */
	u32 last_id;			 /* lock; given last: a slot is used again late */
	u32 nr;				 /* lock */
	struct mctl_cache *kmalloc[16];	 /* kmalloc.c; set at create, cleared at destroy */
	struct mctl_cache *slab_headers; /* headers of slabs that keep theirs outside */
	struct mctl_cache *magazines;	 /* the magazines of all other caches */
	struct mctl_cache *__percpu *last_kfree; /* kmalloc.c; the class of the last kfree */
	atomic_t large_frames;			 /* kmalloc.c; frames of large objects */
	atomic64_t large_waste; /* kmalloc.c; bytes that large objects leave over */
};

/*
 * An arena. The comment behind a field names the lock that protects it.
 *
 * Hot fields first: those that an allocation reads.
 */
struct mctl_arena {
	struct mctl_table table; /* resize to change; see above to read */
	struct mctl_fcache __percpu *fcache;
	struct page *extent_page; /* of fn 0; changes while extent_nr is 0; resize */
	unsigned long extent_nr;  /* below it extent_page + fn is a frame's page; resize */
	/* By pfn >> MCTL_SECTION_SHIFT: first fn of the section + 1, or 0; resize. */
	u32 *section_map;
	unsigned long nr_map;		 /* entries of section_map; never fewer; resize */
	struct mctl_zone *zones;	 /* nr_zones (node x type); room for max_zones */
	u32 nr_zones;			 /* never fewer; resize to change */
	struct mctl_zonelist *zonelists; /* [nr_node_ids]; see frames/zone.h */

	char name[MEMCTL_NAME_MAX + 1];
	u32 id;
	struct list_head list; /* mctl_arenas_lock */
	bool live;	       /* can be found; mctl_arenas_lock */
	bool no_cpu_caches;    /* neither frame caches nor magazines; fixed at create */
	refcount_t refs;       /* users that hold it; 1 for the list */
	atomic_t nr_users;     /* in-kernel users of api.c */
	atomic64_t generation;
	struct rw_semaphore resize;
	struct mctl_array arrays[MCTL_NR_ARRAYS]; /* resize */
	struct mctl_array map;			  /* of section_map; resize */
	u32 max_sections;			  /* resize; for which the arrays have room */
	u32 max_zones;				  /* fixed at create */
	struct mctl_zonelist **old_zonelists;	  /* resize; nr_old_zonelists of them */
	u32 nr_old_zonelists;			  /* resize */
	u32 nr_chunks;				  /* resize; read without for views */
	u32 nr_frames;				  /* resize; frames held; read without for views */
	atomic64_t metadata;			  /* host bytes for our own records */
	atomic_t nr_tables;			  /* frames of page tables */
	u64 told;		   /* generation of its last event; the listener's lock */
	struct hlist_node hotplug; /* fcache.c */
	atomic64_t nr_bad_free;
	struct mctl_caches caches;
	struct mctl_hwpoison hwpoison;
	/* Records of the parts above this one; set at create, and changed by their owners alone. */
	struct mctl_injects *inject;  /* host/inject_site.h */
	struct mctl_handles *handles; /* handles/handle.h */
	struct mctl_regions *regions; /* regions/names.h */
	struct mctl_spaces *spaces;   /* spaces/space.h */
	struct mctl_tlbs *tlbs;	      /* models/tlb.h */
	struct mctl_users *users;     /* arenas/owner.c */
	struct proc_dir_entry *proc;  /* proc.c */
};

static inline void mctl_arena_touch(struct mctl_arena *arena)
{
	atomic64_inc(&arena->generation);
}

/* The map's entry for a page's section: its first fn + 1, or 0. Context as the next function. */
static __always_inline u32 mctl_arena_map_entry(const struct mctl_arena *arena, unsigned long pfn)
{
	/* Pairs with the release in mctl_host_grow_map(): a longer map comes with its entries. */
	if (unlikely(pfn >> MCTL_SECTION_SHIFT >= smp_load_acquire(&arena->nr_map)))
		return 0;
	/* Pairs with the release in add_chunk(). */
	return smp_load_acquire(&arena->section_map[pfn >> MCTL_SECTION_SHIFT]);
}

/**
 * mctl_arena_pfn_to_fn() - find the frame of a physical page
 * @arena: the arena
 * @pfn: physical frame number; any value
 *
 * Frames of a section that the arena holds only in part are found as well; if
 * the arena does not hold them, their state is MCTL_KIND_ABSENT.
 *
 * Context: Any context; preemption off, or arena->resize held, while the result counts.
 * Return: the frame number, or MCTL_FN_NONE if the arena has nothing there.
 */
static inline u32 mctl_arena_pfn_to_fn(const struct mctl_arena *arena, unsigned long pfn)
{
	u32 entry = mctl_arena_map_entry(arena, pfn);

	if (!entry)
		return MCTL_FN_NONE;
	return entry - 1 + (pfn & (MCTL_SECTION_FRAMES - 1));
}

/* Frame number of a page of the extent; for other pages, some number beyond the extent. */
static __always_inline unsigned long mctl_arena_page_offset(const struct mctl_arena *arena,
							    const struct page *page)
{
	unsigned long offset = (unsigned long)page - (unsigned long)arena->extent_page;

	/* The first page of the extent must be read before its length. */
	barrier();
	return offset / sizeof(*page);
}

/**
 * mctl_arena_page_to_fn() - find the frame of a page
 * @arena: the arena
 * @page: the page; any value
 *
 * Like mctl_arena_pfn_to_fn(), but faster in the extent.
 *
 * Context: Any context; preemption off, or arena->resize held, while the result counts.
 * Return: the frame number, or MCTL_FN_NONE if the arena has nothing there.
 */
static inline u32 mctl_arena_page_to_fn(const struct mctl_arena *arena, const struct page *page)
{
	unsigned long fn = mctl_arena_page_offset(arena, page);

	if (likely(fn < arena->extent_nr))
		return fn;
	return mctl_arena_pfn_to_fn(arena, page_to_pfn(page));
}

static __always_inline struct page *mctl_arena_page(const struct mctl_arena *arena, u32 fn)
{
	if (likely(fn < arena->extent_nr))
		return arena->extent_page + fn;
	return pfn_to_page(mctl_table_pfn(&arena->table, fn));
}

/**
 * mctl_arena_address_to_fn() - find the frame of an address in the linear map
 * @arena: the arena
 * @address: any value
 *
 * Context: Any context; preemption off, or arena->resize held, while the result counts.
 * Return: the frame, or MCTL_FN_NONE if the arena has nothing there.
 */
static inline u32 mctl_arena_address_to_fn(const struct mctl_arena *arena, const void *address)
{
	/* Below the linear map the difference wraps to a pfn that no arena has. */
	return mctl_arena_pfn_to_fn(arena, ((unsigned long)address - PAGE_OFFSET) >> PAGE_SHIFT);
}

static inline void *mctl_arena_address(const struct mctl_arena *arena, u32 fn)
{
	return __va(mctl_table_pfn(&arena->table, fn) << PAGE_SHIFT);
}

#endif /* MCTL_HOST_ARENA_H */
