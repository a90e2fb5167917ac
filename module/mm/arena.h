/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arenas: everything taken from the host under one name. arena.c is the only
 * caller of the host's page allocator and of vmalloc (mm/host.h).
 *
 * Lock order, outermost first:
 *   mctl_arenas_lock (mutex)      the list of arenas; add, del, lookup by name
 *   arena->resize (rw_semaphore)  write: grow, shrink, teardown (change the
 *                                 chunks and the frame table); read: whoever
 *                                 sleeps while it looks at chunks or sections
 *   arena->regions.lock (mutex), arena->handles->lock (mutex), arena->caches.lock (mutex):
 *                                 in this order where more than one is held
 *   arena->tlbs->lock (mutex)      the models of TLBs; taken alone
 *   arena->users.lock (mutex)     who in the kernel got the arena; taken alone
 *   family->lock (mutex)          the spaces of a family; inside of regions.lock, and of
 *                                 the mmap_lock of processes that fault
 *   cache->lock (raw spinlock)    depot and slab lists of one cache
 *   zone->lock (raw spinlock)     free lists of one zone; leaf
 *
 * The arrays of the frame table are pages of their own, mapped in one run. To
 * grow, the same pages and new ones are mapped a second time, the pointers are
 * switched, and the old mapping goes when every task has slept once and every
 * CPU has left its interrupts: whoever does not sleep between reading a
 * pointer of the table and using it is safe without a lock, and a write
 * through either mapping is the same write.
 *
 * From fn 0 on a run of sections is in step with the host's pages, most often
 * all of them: there, page and frame number are found from each other by a
 * subtraction (extent_page, extent_nr). Elsewhere the section tells.
 */
#ifndef MCTL_MM_ARENA_H
#define MCTL_MM_ARENA_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <uapi/linux/memctl.h>
#include "core/frame.h"
#include "mm/error.h"
#include "mm/ids.h"
#include "mm/zone.h"

struct mctl_cache;
struct mctl_fcache;
struct mctl_handles;
struct mctl_injects;
struct mctl_spaces;
struct mctl_tlbs;

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
 * struct mctl_array - host pages mapped in one run: an array of the frame table
 * @page: the pages; arena->resize
 * @nr_pages: how many; arena->resize
 */
struct mctl_array {
	struct page **page;
	unsigned int nr_pages;
};

/**
 * struct mctl_arena_params - what to take
 * @name: of the arena
 * @size: bytes in all
 * @dma: bytes of it from zone DMA
 * @dma32: bytes of it from zone DMA32
 * @nodes: nodes to share the rest between
 * @no_cpu_caches: what is freed goes to its free list or slab at once
 */
struct mctl_arena_params {
	const char *name;
	u64 size;
	u64 dma;
	u64 dma32;
	nodemask_t nodes;
	bool no_cpu_caches;
};

/* Regions of an arena; see mm/region.h. */
struct mctl_regions {
	struct mutex lock;	/* of the fields that say so; see the lock order above */
	struct list_head list;	/* lock */
	struct list_head names; /* lock; of these and of spaces; mm/names.h */
	struct mctl_ids ids;	/* lock; of those on list */
	u32 nr;			/* lock */
};

/* Users in the kernel, by module, and what they have left; see mm/owner.c. */
struct mctl_users {
	struct mutex lock;     /* leaf */
	struct list_head list; /* lock */
	struct list_head gone; /* lock */
};

/* Frames with a hardware memory error; see mm/hwpoison.h. */
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
	struct mctl_cache *kmalloc[16];	 /* set at create, cleared at destroy; see mm/kmalloc.c */
	struct mctl_cache *slab_headers; /* headers of slabs that keep theirs outside */
	struct mctl_cache *magazines;	 /* the magazines of all other caches */
	struct mctl_cache *__percpu *last_kfree; /* kmalloc.c; the class of the last kfree */
	atomic_t large_frames;			 /* kmalloc.c; frames of large objects */
	atomic64_t large_waste; /* kmalloc.c; bytes that large objects leave over */
};

/*
 * An arena. What stands behind a field is the lock that protects it.
 *
 * Hot fields first: what an allocation reads.
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
	struct mctl_zonelist *zonelists; /* [nr_node_ids]; see mm/zone.h */

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
	struct mctl_users users;
	struct mctl_regions regions;
	struct mctl_hwpoison hwpoison;
	/* What those above keep here; set at create, and theirs. */
	struct mctl_injects *inject;  /* mm/inject_site.h */
	struct mctl_handles *handles; /* mm/handle.h */
	struct mctl_spaces *spaces;   /* mm/space.h */
	struct mctl_tlbs *tlbs;	      /* mm/tlb.h */
	struct proc_dir_entry *proc;  /* proc.c */
};

static inline void mctl_arena_touch(struct mctl_arena *arena)
{
	atomic64_inc(&arena->generation);
}

/* mm/arenas.c: the list of arenas; mm/arena_size.c: one arena and its size. */
void mctl_arena_send_event(struct mctl_arena *arena, u32 type, u64 size);
int mctl_arena_create(const struct mctl_arena_params *params, struct mctl_error *error);
int mctl_arena_delete(const char *name, struct mctl_error *error);
int mctl_arena_grow(struct mctl_arena *arena, u64 size, const nodemask_t *nodes, u64 *got,
		    struct mctl_error *error);
int mctl_arena_shrink(struct mctl_arena *arena, u64 size, u64 *given, struct mctl_error *error);
void mctl_arenas_exit(void);

struct mctl_arena *mctl_arena_find(const char *name);
bool mctl_arena_changing(const char *name);
struct mctl_arena *mctl_arena_next(u32 id);
void mctl_arena_hold(struct mctl_arena *arena);
void mctl_arena_drop(struct mctl_arena *arena);
u32 mctl_arenas_generation(void);
u64 mctl_arena_generation(struct mctl_arena *arena);

/**
 * struct mctl_arena_hooks - proc.c's part in the life of an arena
 * @add: called for each arena made, before anybody can find it
 * @del: called when nobody can find it any more
 *
 * Both may sleep, but wait for nobody's time; no lock is held but the one of arenas.c under which
 * arenas are made and taken apart.
 */
struct mctl_arena_hooks {
	int (*add)(struct mctl_arena *arena);
	void (*del)(struct mctl_arena *arena);
};

void mctl_arena_set_hooks(const struct mctl_arena_hooks *hooks);

/* What the map has for a page's section: its first fn + 1, or 0. The context of the next one. */
static __always_inline u32 mctl_arena_map_entry(const struct mctl_arena *arena, unsigned long pfn)
{
	/* Pairs with the release in mctl_host_grow_map(): of a longer map we see the entries. */
	if (unlikely(pfn >> MCTL_SECTION_SHIFT >= smp_load_acquire(&arena->nr_map)))
		return 0;
	/* Pairs with the release in add_chunk(). */
	return smp_load_acquire(&arena->section_map[pfn >> MCTL_SECTION_SHIFT]);
}

/**
 * mctl_arena_pfn_to_fn() - the frame of a physical page
 * @arena: the arena
 * @pfn: physical frame number; any value
 *
 * Frames of a section that the arena holds in part are found as well; their
 * state is MCTL_KIND_ABSENT.
 *
 * Context: any; preemption off, or arena->resize held, while the result counts.
 * Return: the frame number, or MCTL_FN_NONE when the arena has nothing there.
 */
static inline u32 mctl_arena_pfn_to_fn(const struct mctl_arena *arena, unsigned long pfn)
{
	u32 entry = mctl_arena_map_entry(arena, pfn);

	if (!entry)
		return MCTL_FN_NONE;
	return entry - 1 + (pfn & (MCTL_SECTION_FRAMES - 1));
}

/* Frame number of a page of the extent; for others, some number beyond it. */
static __always_inline unsigned long mctl_arena_page_offset(const struct mctl_arena *arena,
							    const struct page *page)
{
	unsigned long offset = (unsigned long)page - (unsigned long)arena->extent_page;

	/* The first page of the extent is read before its length. */
	barrier();
	return offset / sizeof(*page);
}

/**
 * mctl_arena_page_to_fn() - the frame of a page
 * @arena: the arena
 * @page: the page; any value
 *
 * As mctl_arena_pfn_to_fn(), and faster in the extent.
 *
 * Context: any; preemption off, or arena->resize held, while the result counts.
 * Return: the frame number, or MCTL_FN_NONE when the arena has nothing there.
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
 * mctl_arena_address_to_fn() - the frame that an address in the linear map is in
 * @arena: the arena
 * @address: any value
 *
 * Context: any; preemption off, or arena->resize held, while the result counts.
 * Return: the frame, or MCTL_FN_NONE when the arena has nothing there.
 */
static inline u32 mctl_arena_address_to_fn(const struct mctl_arena *arena, const void *address)
{
	/* Below the linear map the difference wraps: a frame number that nobody has. */
	return mctl_arena_pfn_to_fn(arena, ((unsigned long)address - PAGE_OFFSET) >> PAGE_SHIFT);
}

static inline void *mctl_arena_address(const struct mctl_arena *arena, u32 fn)
{
	return __va(mctl_table_pfn(&arena->table, fn) << PAGE_SHIFT);
}

void *mctl_arena_meta_alloc(struct mctl_arena *arena, size_t size);
void mctl_arena_meta_free(struct mctl_arena *arena, void *memory, size_t size);
void mctl_arena_wait_readers(void);

/* For arenas.c: mm/arena_size.c makes an arena and takes it apart. */
int mctl_arena_build(struct mctl_arena *arena, const struct mctl_arena_params *params,
		     struct mctl_error *error);
void mctl_arena_dismantle(struct mctl_arena *arena);

/* What is known of an arena at one moment; feeds arena-get and /proc. Sizes in bytes. */
struct mctl_arena_info {
	char name[MEMCTL_NAME_MAX + 1];
	u32 id, nr_frames, nr_free, nr_cached, nr_chunks, nr_zones, nr_caches, nr_regions;
	u32 nr_handles, nr_users, nr_slab, nr_table, nr_hwpoison, nr_aside;
	u64 generation, size, metadata, nr_alloc, nr_freed, nr_failed, nr_bad_free, nr_lock, waste;
	bool no_cpu_caches;
};

void mctl_arena_info(struct mctl_arena *arena, struct mctl_arena_info *info);

/**
 * struct mctl_drained - what the CPUs gave back
 * @nr_objects: objects in magazines
 * @nr_frames: frames in frame caches
 */
struct mctl_drained {
	u64 nr_objects;
	u64 nr_frames;
};

int mctl_arena_drain(struct mctl_arena *arena, struct mctl_drained *drained,
		     struct mctl_error *error);

/* @nr_free: frames of it on free lists; @address: in the kernel's linear map. */
struct mctl_chunk_info {
	u32 fn, order, node, type, nr_free;
	u64 pfn, address;
};

int mctl_arena_chunk_info(struct mctl_arena *arena, u32 fn, struct mctl_chunk_info *info);

#endif /* MCTL_MM_ARENA_H */
