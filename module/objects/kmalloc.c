// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc: caches of 8 bytes to 8 KiB, and blocks of frames above.
 *
 * K1  The size classes are caches with consecutive ids from MCTL_CACHE_ID_KMALLOC
 *     on, which exist as long as the arena. The tag of an object's frame gives its
 *     class (C2).
 * K2  A large object is a block of MCTL_KIND_SLAB with the tag MCTL_TAG_LARGE,
 *     which is no cache's id: it is not a slab, and cannot be freed as pages. The
 *     link of its first frame, which no list uses, contains the size requested.
 *
 * Size 0 returns NULL, not ZERO_SIZE_PTR.
 *
 * Locks: none of its own; last_kfree is a per-CPU hint.
 */
#include <linux/mm.h>
#include "core/table.h"
#include "frames/frame.h"
#include "objects/cache_impl.h"
#include "objects/kmalloc.h"

static const struct {
	const char *name;
	u32 size;
} classes[MCTL_NR_KMALLOC] = {
	{ "kmalloc-8", 8 },	{ "kmalloc-16", 16 },	{ "kmalloc-32", 32 },
	{ "kmalloc-64", 64 },	{ "kmalloc-96", 96 },	{ "kmalloc-128", 128 },
	{ "kmalloc-192", 192 }, { "kmalloc-256", 256 }, { "kmalloc-512", 512 },
	{ "kmalloc-1k", 1024 }, { "kmalloc-2k", 2048 }, { "kmalloc-4k", 4096 },
	{ "kmalloc-8k", 8192 },
};

const u8 mctl_kmalloc_class[MCTL_KMALLOC_LARGEST / 8] = {
	[0] = 0,
	[1] = 1,
	[2 ... 3] = 2,
	[4 ... 7] = 3,
	[8 ... 11] = 4,
	[12 ... 15] = 5,
	[16 ... 23] = 6,
	[24 ... 31] = 7,
	[32 ... 63] = 8,
	[64 ... 127] = 9,
	[128 ... 255] = 10,
	[256 ... 511] = 11,
	[512 ... 1023] = 12,
};

static_assert(ARRAY_SIZE(((struct mctl_caches *)NULL)->kmalloc) >= MCTL_NR_KMALLOC);

/**
 * mctl_kmalloc_create() - create the size classes
 * @arena: the arena
 *
 * Context: May sleep; arena->caches.lock is held.
 * Return: 0 or -ENOMEM.
 */
int mctl_kmalloc_create(struct mctl_arena *arena)
{
	int cpu;

	arena->caches.last_kfree =
		alloc_percpu_gfp(typeof(arena->caches.kmalloc[0]), GFP_KERNEL | __GFP_NOWARN);
	if (!arena->caches.last_kfree)
		return -ENOMEM;
	for (u32 i = 0; i < MCTL_NR_KMALLOC; i++) {
		/* Powers of two are aligned to themselves, as in Linux. */
		struct mctl_cache_params params = {
			.name = classes[i].name,
			.size = classes[i].size,
			.align = min_t(u32, classes[i].size & -classes[i].size, PAGE_SIZE),
			.flags = MEMCTL_CACHE_FLAG_KMALLOC,
		};
		struct mctl_cache *cache;

		cache = mctl_cache_make(arena, &params, MCTL_CACHE_ID_KMALLOC + i, NULL);
		if (IS_ERR(cache))
			return PTR_ERR(cache);
		arena->caches.kmalloc[i] = cache;
	}
	for_each_possible_cpu(cpu)
		WRITE_ONCE(*per_cpu_ptr(arena->caches.last_kfree, cpu), arena->caches.kmalloc[0]);
	return 0;
}

/* Bytes of a large object's block beyond the size requested. */
static s64 large_waste(const struct mctl_arena *arena, u32 fn, unsigned int order)
{
	return (PAGE_SIZE << order) - arena->table.link[fn].next;
}

/* Return: 0, or -EINVAL if the block was not freed. */
static int free_large(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	/* The link belongs to a free list afterwards. */
	s64 waste = large_waste(arena, fn, order);
	int ret;

	mctl_debug_large_free(mctl_arena_address(arena, fn));
	ret = mctl_frame_free(arena, fn, order, MCTL_KIND_SLAB);
	if (!ret) {
		atomic64_sub(waste, &arena->caches.large_waste);
		atomic_sub(1 << order, &arena->caches.large_frames);
	}
	return ret;
}

/**
 * mctl_kmalloc_destroy() - free the large objects and the hints
 * @arena: the arena
 *
 * The size classes themselves are destroyed with the other caches.
 *
 * Context: May sleep; the arena is not used any more.
 */
void mctl_kmalloc_destroy(struct mctl_arena *arena)
{
	const struct mctl_table *table = &arena->table;
	u32 span = mctl_table_span(table);

	for (u32 fn = 0; fn < span; fn++) {
		u8 state = table->state[fn];

		if (mctl_state_kind(state) != MCTL_KIND_SLAB || table->tag[fn] != MCTL_TAG_LARGE)
			continue;
		free_large(arena, fn, mctl_state_order(state));
	}
	memset(arena->caches.kmalloc, 0, sizeof(arena->caches.kmalloc));
	free_percpu(arena->caches.last_kfree);
	arena->caches.last_kfree = NULL;
}

/**
 * mctl_kmalloc_large_why() - allocate a block for a size beyond the largest class
 * @arena: the arena
 * @size: bytes; any value
 * @gfp: as for mctl_cache_alloc()
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the memory, or NULL, always so for sizes of 0 and above 2^22.
 */
void *mctl_kmalloc_large_why(struct mctl_arena *arena, size_t size, gfp_t gfp, u32 *reason)
{
	struct mctl_request request = {
		.type = mctl_cache_gfp_type(gfp),
		.mt = MCTL_MT_UNMOVABLE,
		.kind = MCTL_KIND_SLAB,
		.flags = mctl_cache_gfp_flags(gfp),
		.nid = NUMA_NO_NODE,
		.tag = MCTL_TAG_LARGE,
	};
	u32 fn;

	if (!size || size > PAGE_SIZE << MCTL_MAX_ORDER) {
		if (reason)
			*reason = MEMCTL_REASON_BAD_SIZE;
		return NULL;
	}
	request.order = get_order(size);
	if (gfp & __GFP_ZERO)
		request.flags |= MCTL_REQUEST_ZERO;
	fn = mctl_frame_alloc(arena, &request, reason);
	if (fn == MCTL_FN_NONE)
		return NULL;
	arena->table.link[fn].next = size;
	atomic64_add(large_waste(arena, fn, request.order), &arena->caches.large_waste);
	atomic_add(1 << request.order, &arena->caches.large_frames);
	mctl_debug_large_alloc(mctl_arena_address(arena, fn), size, request.order, gfp);
	return mctl_arena_address(arena, fn);
}

/**
 * mctl_kmalloc_large() - the same, without the reason of a failure
 * @arena: the arena
 * @size: bytes; any value
 * @gfp: as for mctl_cache_alloc()
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: as mctl_kmalloc_large_why().
 */
void *mctl_kmalloc_large(struct mctl_arena *arena, size_t size, gfp_t gfp)
{
	return mctl_kmalloc_large_why(arena, size, gfp, NULL);
}

/**
 * struct place - the block that contains an address
 * @head: its first frame, MCTL_FN_NONE if there is no block
 * @state: of the block
 * @tag: of the block
 * @cache: its size class, or NULL
 */
struct place {
	u32 head;
	u8 state;
	u32 tag;
	struct mctl_cache *cache;
};

static struct place find_place(struct mctl_arena *arena, const void *address)
{
	struct place place = { .head = MCTL_FN_NONE };
	u32 fn, class;

	preempt_disable();
	fn = mctl_arena_address_to_fn(arena, address);
	if (fn != MCTL_FN_NONE)
		place.head = mctl_table_head(&arena->table, fn);
	if (place.head != MCTL_FN_NONE) {
		place.state = arena->table.state[place.head];
		place.tag = arena->table.tag[place.head];
	}
	preempt_enable();
	class = place.tag - MCTL_CACHE_ID_KMALLOC;
	if (mctl_state_kind(place.state) == MCTL_KIND_SLAB && class < MCTL_NR_KMALLOC)
		place.cache = arena->caches.kmalloc[class];
	return place;
}

static bool is_large(struct mctl_arena *arena, const struct place *place, const void *address)
{
	return mctl_state_kind(place->state) == MCTL_KIND_SLAB && place->tag == MCTL_TAG_LARGE &&
	       address == mctl_arena_address(arena, place->head);
}

static int report_foreign(struct mctl_arena *arena, const struct place *place)
{
	if (place->head == MCTL_FN_NONE)
		mctl_cache_report_bad(arena, "kfree of an address that is not the arena's");
	else if (mctl_state_kind(place->state) != MCTL_KIND_SLAB)
		mctl_cache_report_bad(arena, "kfree of an address in the block at frame %u, %s",
				      place->head, "which is none of kmalloc's");
	else if (place->tag == MCTL_TAG_LARGE)
		mctl_cache_report_bad(arena, "kfree inside of the large object at frame %u",
				      place->head);
	else
		mctl_cache_report_bad(arena, "kfree of an object of cache id %u, frame %u",
				      place->tag, place->head);
	return -EINVAL;
}

/* Free an object, or refuse an address, by the complete path. */
static noinline int free_rest(struct mctl_arena *arena, void *object)
{
	struct place place;

	if (!object)
		return 0;
	place = find_place(arena, object);
	if (place.cache)
		return mctl_cache_free_rest(place.cache, object);
	if (is_large(arena, &place, object))
		return free_large(arena, place.head, mctl_state_order(place.state));
	return report_foreign(arena, &place);
}

/**
 * mctl_kfree_slow() - free an object that is not of the slab that was last freed to
 * @arena: the arena
 * @object: any address; NULL is ignored
 *
 * Context: Any context but NMI.
 * Return: 0 or -EINVAL, as for mctl_kfree().
 */
int mctl_kfree_slow(struct mctl_arena *arena, void *object)
{
	struct mctl_cache *cache;
	bool done = false;
	u32 fn, class;

	preempt_disable();
	fn = mctl_arena_address_to_fn(arena, object);
	if (unlikely(fn == MCTL_FN_NONE))
		goto rest;
	/* A frame inside another block has a stale tag; mctl_cache_push_at() checks the head. */
	class = arena->table.tag[fn] - MCTL_CACHE_ID_KMALLOC;
	if (unlikely(class >= MCTL_NR_KMALLOC))
		goto rest;
	cache = arena->caches.kmalloc[class];
	__this_cpu_write(*arena->caches.last_kfree, cache);
	done = mctl_cache_push_at(cache, fn, object);
rest:
	preempt_enable();
	return likely(done) ? 0 : free_rest(arena, object);
}

/**
 * mctl_ksize() - usable size of an allocation of mctl_kmalloc()
 * @arena: the arena
 * @object: the memory
 *
 * Context: Any context but NMI.
 * Return: bytes; 0 for NULL and for an address that mctl_kmalloc() did not return.
 */
size_t mctl_ksize(struct mctl_arena *arena, const void *object)
{
	struct place place = find_place(arena, object);

	if (place.cache)
		return place.cache->layout.size;
	if (is_large(arena, &place, object))
		return PAGE_SIZE << mctl_state_order(place.state);
	return 0;
}
