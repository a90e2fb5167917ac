// SPDX-License-Identifier: GPL-2.0
/*
 * Handles: executes the allocations and frees that user space requests.
 * handle_view.c shows and checks handles.
 *
 *   handle, 64 bits
 *   +--------------------+---------------------+
 *   | serial of the slot | number of slot + 1  |     never 0
 *   +--------------------+---------------------+
 *
 * The slot freed last is reused first, and slots never used are taken in the
 * order of their numbers, so that the same operations give the same handles in
 * every new arena.
 *
 * H1  handles.nr slots are live; the list from handles.first_free contains every
 *     other slot once.
 * H2  The block of a live page handle is in use, of the handle's order, and its
 *     tag is the number of the slot.
 * H3  The object of a live object or kmalloc handle is an object in use.
 * H4  The slab of a live object handle's object is one of the handle's cache.
 * H5  An arena with live handles holds one reference to the module.
 * H6  A refused operation has changed nothing. The only exception is a free that
 *     finds the records of the memory damaged: it frees the handle, and the
 *     memory stays out of use.
 * H7  The serials of all slots add up to handles.nr_freed, modulo 2^32.
 *
 * Consecutive operations on pages that ask for the same are executed as a run:
 * checked once and allocated in bulk, with the results that they would have one
 * by one.
 *
 * Locks: arena->resize (read), handles.lock; inside of them caches.lock and the
 * locks of the allocators.
 */
#include <linux/module.h>
#include <linux/nospec.h>
#include "frames/frame.h"
#include "handles/handle.h"
#include "host/host.h"
#include "objects/cache.h"
#include "objects/kmalloc.h"

#define FIRST_SLOTS 64
#define MAX_SLOTS   BIT(28)
#define MAX_KMALLOC (PAGE_SIZE << MCTL_MAX_ORDER)

/* Most operations in a run, and so between two calls of cond_resched(). */
#define MAX_RUN 64

#define FLAGS_OF_PAGES                                                             \
	(MEMCTL_OP_FLAG_ZERO | MEMCTL_OP_FLAG_THISNODE | MEMCTL_OP_FLAG_MEMALLOC | \
	 MEMCTL_OP_FLAG_ATOMIC)
#define FLAGS_OF_OBJECTS (MEMCTL_OP_FLAG_ZERO | MEMCTL_OP_FLAG_MEMALLOC | MEMCTL_OP_FLAG_ATOMIC)
#define FLAGS_OF_FREES	 (MEMCTL_OP_FLAG_REF | MEMCTL_OP_FLAG_FORCE)

/**
 * struct batch - a request that is being executed
 * @arena: the arena
 * @handles: the handles of @arena
 * @ops: the operations of the request
 * @results: their results
 * @index: index of the current operation, the first one of a run
 * @cache: the cache that was looked up last, with a reference
 * @error: set to the text of the first refusal
 */
struct batch {
	struct mctl_arena *arena;
	struct mctl_handles *handles;
	const struct memctl_op *ops;
	struct memctl_result *results;
	unsigned int index;
	struct mctl_cache *cache;
	struct mctl_error *error;
};

/*
 * Refuse the current operation. The request gets the text of its first refusal,
 * preceded by the index of the operation unless that is 0.
 */
static __printf(4, 5) void refuse(struct batch *batch, int errno, u32 reason, const char *format,
				  ...)
{
	struct memctl_result *result = &batch->results[batch->index];
	struct mctl_error *error = batch->error;
	unsigned int len = 0;
	va_list args;

	result->error = errno;
	result->reason = reason;
	if (error->text[0])
		return;
	error->reason = reason;
	if (batch->index)
		len = scnprintf(error->text, sizeof(error->text), "operation %u: ", batch->index);
	va_start(args, format);
	vsnprintf(error->text + len, sizeof(error->text) - len, format, args);
	va_end(args);
}

/* --- slots --- */

static int grow(struct mctl_arena *arena)
{
	struct mctl_handles *handles = arena->handles;
	u32 nr = max_t(u32, handles->nr_slots * 2, FIRST_SLOTS);
	struct mctl_handle *slot;
	u32 i;

	if (nr > MAX_SLOTS)
		return -ENOMEM;
	slot = mctl_arena_meta_alloc(arena, nr * sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	if (handles->slot)
		memcpy(slot, handles->slot, handles->nr_slots * sizeof(*slot));
	for (i = handles->nr_slots; i < nr; i++) {
		slot[i].kind = MCTL_HANDLE_FREE;
		slot[i].next_free = i + 1 < nr ? i + 1 : handles->first_free;
	}
	mctl_arena_meta_free(arena, handles->slot, handles->nr_slots * sizeof(*slot));
	handles->first_free = handles->nr_slots;
	handles->slot = slot;
	handles->nr_slots = nr;
	return 0;
}

/* Make sure of a free slot before an allocation, so that the allocation need not be undone. */
static bool have_slot(struct batch *batch)
{
	struct mctl_handles *handles = batch->handles;

	if (unlikely(handles->first_free == U32_MAX) && grow(batch->arena)) {
		refuse(batch, -ENOMEM, MEMCTL_REASON_NO_MEMORY,
		       "no memory for the records of more than %u handles", handles->nr_slots);
		return false;
	}
	/* H5 */
	if (unlikely(!handles->nr) && !try_module_get(THIS_MODULE)) {
		refuse(batch, -ENODEV, MEMCTL_REASON_NONE, "the module is being unloaded");
		return false;
	}
	return true;
}

/* Undo have_slot() after the allocation failed. */
static void no_slot(struct batch *batch)
{
	if (!batch->handles->nr)
		module_put(THIS_MODULE);
}

static struct mctl_handle *take_slot(struct batch *batch, unsigned int kind)
{
	struct mctl_handles *handles = batch->handles;
	u32 number = handles->first_free;
	struct mctl_handle *slot = &handles->slot[number];

	handles->first_free = slot->next_free;
	handles->nr++;
	slot->owner = batch->ops[batch->index].owner;
	slot->kind = kind;
	batch->results[batch->index].handle = (u64)slot->serial << 32 | (number + 1);
	return slot;
}

static __always_inline void give_slot(struct mctl_arena *arena, struct mctl_handle *slot)
{
	struct mctl_handles *handles = arena->handles;

	slot->kind = MCTL_HANDLE_FREE;
	slot->serial++;
	handles->nr_freed++;
	slot->next_free = handles->first_free;
	handles->first_free = slot - handles->slot;
	if (!--handles->nr)
		module_put(THIS_MODULE);
}

/* --- allocations --- */

static bool node_is_there(struct mctl_arena *arena, int nid)
{
	unsigned int i;

	for (i = 0; i < arena->nr_zones; i++)
		if (arena->zones[i].nid == nid && READ_ONCE(arena->zones[i].buddy.nr_frames))
			return true;
	return false;
}

static bool check_common(struct batch *batch, const struct memctl_op *op, unsigned int flags)
{
	if (unlikely(op->flags & ~flags))
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP,
		       "flags 0x%x: operation code %u takes 0x%x", op->flags, op->code, flags);
	else if (unlikely(op->zone > MEMCTL_ZONE_TYPE_MAX))
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP, "zone %u: the last one is %u",
		       op->zone, MEMCTL_ZONE_TYPE_MAX);
	else if (unlikely(op->migratetype > MEMCTL_MIGRATETYPE_MAX))
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP, "migratetype %u: the last one is %u",
		       op->migratetype, MEMCTL_MIGRATETYPE_MAX);
	else if (unlikely(op->nid != NUMA_NO_NODE && !node_is_there(batch->arena, op->nid)))
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_NODE, "arena %s has no node %d",
		       batch->arena->name, op->nid);
	else
		return true;
	return false;
}

static bool check_zero(struct batch *batch, const char *field, u64 value)
{
	if (likely(!value))
		return true;
	refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP, "%s is %llu, operation code %u wants it 0",
	       field, value, batch->ops[batch->index].code);
	return false;
}

static struct mctl_request page_request(const struct memctl_op *op)
{
	struct mctl_request request = {
		.order = op->order,
		.type = op->zone,
		.mt = op->migratetype,
		.kind = MCTL_KIND_USED,
		.nid = op->nid,
	};

	if (op->flags & MEMCTL_OP_FLAG_ZERO)
		request.flags |= MCTL_REQUEST_ZERO;
	if (op->flags & MEMCTL_OP_FLAG_THISNODE)
		request.flags |= MCTL_REQUEST_THISNODE;
	if (op->flags & MEMCTL_OP_FLAG_MEMALLOC)
		request.flags |= MCTL_REQUEST_MEMALLOC;
	if (op->flags & MEMCTL_OP_FLAG_ATOMIC)
		request.flags |= MCTL_REQUEST_NOWAIT;
	return request;
}

/* Allocate one block where a run got none, or refuse the operation with the reason. */
static bool last_frame(struct batch *batch, struct mctl_request *request, u32 *fn)
{
	u32 reason = MEMCTL_REASON_NO_MEMORY;

	request->tag = batch->handles->first_free;
	*fn = mctl_frame_alloc(batch->arena, request, &reason);
	if (likely(*fn != MCTL_FN_NONE))
		return true;
	no_slot(batch);
	refuse(batch, -ENOMEM, reason, "order %u from zone %s down: %s", request->order,
	       mctl_zone_type_name(request->type), mctl_reason_text(reason));
	return false;
}

/* Take slots for the blocks of a run, and set the blocks' tags (H2). */
static void take_page_slots(struct batch *batch, const u32 *fns, unsigned int nr)
{
	struct mctl_handles *handles = batch->handles;
	const struct memctl_op *op = &batch->ops[batch->index];
	struct memctl_result *result = &batch->results[batch->index];
	u32 *tag;

	preempt_disable();
	tag = batch->arena->table.tag;
	for (unsigned int i = 0; i < nr; i++) {
		u32 number = handles->first_free;
		struct mctl_handle *slot = &handles->slot[number];

		handles->first_free = slot->next_free;
		slot->fn = fns[i];
		slot->order = op->order;
		slot->owner = op[i].owner;
		slot->kind = MEMCTL_KIND_PAGE;
		tag[fns[i]] = number;
		result[i] = (struct memctl_result){
			.handle = (u64)slot->serial << 32 | (number + 1),
		};
	}
	preempt_enable();
	handles->nr += nr;
}

/* Return: operations executed, of the run of @nr that starts at the current one. */
static unsigned int page_alloc(struct batch *batch, const struct memctl_op *op, unsigned int nr)
{
	struct mctl_handles *handles = batch->handles;
	struct mctl_request request = page_request(op);
	unsigned int got = 0;
	u32 fns[MAX_RUN];

	if (!check_common(batch, op, FLAGS_OF_PAGES) || !check_zero(batch, "handle", op->handle) ||
	    !check_zero(batch, "size", op->size) || !check_zero(batch, "cache", op->cache))
		return 1;
	if (unlikely(op->order > MCTL_MAX_ORDER)) {
		refuse(batch, -ERANGE, MEMCTL_REASON_BAD_ORDER, "order %u: the highest is %u",
		       op->order, MCTL_MAX_ORDER);
		return 1;
	}
	if (!have_slot(batch))
		return 1;
	nr = min(nr, handles->nr_slots - handles->nr);
	if (nr > 1)
		got = mctl_frame_alloc_bulk(batch->arena, &request, nr, fns);
	if (!got) {
		if (!last_frame(batch, &request, fns))
			return 1;
		got = 1;
	}
	take_page_slots(batch, fns, got);
	return got;
}

static gfp_t gfp_of(const struct memctl_op *op)
{
	gfp_t gfp = op->flags & MEMCTL_OP_FLAG_ATOMIC ? GFP_NOWAIT : GFP_KERNEL;

	if (op->flags & MEMCTL_OP_FLAG_ZERO)
		gfp |= __GFP_ZERO;
	if (op->flags & MEMCTL_OP_FLAG_MEMALLOC)
		gfp |= __GFP_MEMALLOC;
	if (op->zone == MEMCTL_ZONE_TYPE_DMA)
		gfp |= __GFP_DMA;
	else if (op->zone == MEMCTL_ZONE_TYPE_DMA32)
		gfp |= __GFP_DMA32;
	return gfp;
}

/* Slabs are shared by all callers: node and migratetype are checked, but have no effect. */
static bool check_object(struct batch *batch, const struct memctl_op *op)
{
	return check_common(batch, op, FLAGS_OF_OBJECTS) &&
	       check_zero(batch, "handle", op->handle) && check_zero(batch, "order", op->order);
}

/* Find a cache by id. Most operations of a request use the same cache, so the last one is kept. */
static struct mctl_cache *find_cache(struct batch *batch, u32 id)
{
	if (batch->cache && mctl_cache_id(batch->cache) == id)
		return batch->cache;
	if (batch->cache)
		mctl_cache_drop(batch->cache);
	batch->cache = mctl_cache_find_id(batch->arena, id);
	return batch->cache;
}

static void object_alloc(struct batch *batch, const struct memctl_op *op)
{
	struct mctl_handle *slot;
	struct mctl_cache *cache;
	u32 reason;
	void *object;

	if (!check_object(batch, op) || !check_zero(batch, "size", op->size))
		return;
	cache = find_cache(batch, op->cache);
	if (unlikely(!cache)) {
		refuse(batch, -ENOENT, MEMCTL_REASON_NO_CACHE, "arena %s has no cache of id %u",
		       batch->arena->name, op->cache);
		return;
	}
	if (!have_slot(batch))
		return;
	object = mctl_cache_alloc_why(cache, gfp_of(op), &reason);
	if (unlikely(!object)) {
		no_slot(batch);
		refuse(batch, -ENOMEM, reason, "no object of cache %u: %s", op->cache,
		       mctl_reason_text(reason));
		return;
	}
	slot = take_slot(batch, MEMCTL_KIND_OBJECT);
	slot->object = object;
	slot->cache = cache;
}

static void kmalloc_alloc(struct batch *batch, const struct memctl_op *op)
{
	struct mctl_handle *slot;
	u32 reason;
	void *object;

	if (!check_object(batch, op) || !check_zero(batch, "cache", op->cache))
		return;
	if (unlikely(!op->size || op->size > MAX_KMALLOC)) {
		refuse(batch, -ERANGE, MEMCTL_REASON_BAD_SIZE, "size %llu: 1 to %lu bytes",
		       op->size, MAX_KMALLOC);
		return;
	}
	if (!have_slot(batch))
		return;
	object = mctl_kmalloc_why(batch->arena, op->size, gfp_of(op), &reason);
	if (unlikely(!object)) {
		no_slot(batch);
		refuse(batch, -ENOMEM, reason, "size %llu: %s", op->size, mctl_reason_text(reason));
		return;
	}
	slot = take_slot(batch, MEMCTL_KIND_KMALLOC);
	slot->object = object;
	slot->size = op->size;
}

/* --- frees --- */

static const char *const kind_names[] = {
	[MEMCTL_KIND_PAGE] = "pages",
	[MEMCTL_KIND_OBJECT] = "an object",
	[MEMCTL_KIND_KMALLOC] = "a kmalloc allocation",
};

struct mctl_handle *mctl_handle_find(struct mctl_arena *arena, u64 handle)
{
	struct mctl_handles *handles = arena->handles;
	u32 number = (u32)handle - 1;
	struct mctl_handle *slot;

	if (unlikely(number >= handles->nr_slots))
		return NULL;
	slot = &handles->slot[array_index_nospec(number, handles->nr_slots)];
	if (unlikely(slot->kind == MCTL_HANDLE_FREE || slot->serial != handle >> 32))
		return NULL;
	return slot;
}

/* Free memory and slot. Return: 0, or -EUCLEAN if the records of the memory are damaged. */
static int free_slot(struct mctl_arena *arena, struct mctl_handle *slot)
{
	int ret;

	if (slot->kind == MEMCTL_KIND_PAGE)
		ret = mctl_frame_free(arena, slot->fn, slot->order, MCTL_KIND_USED);
	else if (slot->kind == MEMCTL_KIND_OBJECT)
		ret = mctl_cache_free(slot->cache, slot->object);
	else
		ret = mctl_kfree(arena, slot->object);
	give_slot(arena, slot);
	return ret ? -EUCLEAN : 0;
}

/*
 * The handle to free: given directly, or by the index of the operation that allocated it.
 * Return: the handle; 0 after a refusal, or if the operation itself gives 0.
 */
static u64 named_handle(struct batch *batch, const struct memctl_op *op)
{
	u64 index = op->handle;

	if (!(op->flags & MEMCTL_OP_FLAG_REF))
		return op->handle;
	if (index < batch->index) {
		index = array_index_nospec(index, batch->index);
		if (batch->results[index].handle)
			return batch->results[index].handle;
	}
	refuse(batch, -EINVAL, MEMCTL_REASON_BAD_REF,
	       "reference %llu: not an earlier allocation that succeeded", op->handle);
	return 0;
}

static bool check_free(struct batch *batch, const struct memctl_op *op)
{
	if (unlikely(op->flags & ~FLAGS_OF_FREES)) {
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP,
		       "flags 0x%x: operation code %u takes 0x%x", op->flags, op->code,
		       FLAGS_OF_FREES);
		return false;
	}
	/* NUMA_NO_NODE is accepted as well as 0: a free needs no node. */
	return check_zero(batch, "size", op->size) && check_zero(batch, "cache", op->cache) &&
	       check_zero(batch, "nid", op->nid == NUMA_NO_NODE ? 0 : op->nid) &&
	       check_zero(batch, "order", op->order) && check_zero(batch, "zone", op->zone) &&
	       check_zero(batch, "migratetype", op->migratetype);
}

static void refuse_damaged(struct batch *batch, u64 handle)
{
	refuse(batch, -EUCLEAN, MEMCTL_REASON_DAMAGED,
	       "the records of handle 0x%llx are damaged: its memory stays out of use", handle);
}

static void free_handle(struct batch *batch, const struct memctl_op *op, unsigned int kind)
{
	struct mctl_handle *slot;
	u64 handle;

	if (!check_free(batch, op))
		return;
	handle = named_handle(batch, op);
	if (unlikely(!handle && op->flags & MEMCTL_OP_FLAG_REF))
		return;
	slot = mctl_handle_find(batch->arena, handle);
	if (unlikely(!slot))
		refuse(batch, -ENOENT, MEMCTL_REASON_NO_HANDLE,
		       "handle 0x%llx was never given out, or is freed already", handle);
	else if (unlikely(slot->kind != kind))
		refuse(batch, -EINVAL, MEMCTL_REASON_WRONG_KIND,
		       "handle 0x%llx is of %s, not of %s", handle,
		       slot->kind < ARRAY_SIZE(kind_names) ? kind_names[slot->kind] : "nothing",
		       kind_names[kind]);
	else if (unlikely(slot->owner != op->owner && !(op->flags & MEMCTL_OP_FLAG_FORCE)))
		refuse(batch, -EPERM, MEMCTL_REASON_NOT_OWNER,
		       "handle 0x%llx belongs to owner %u, not to %u", handle, slot->owner,
		       op->owner);
	else if (unlikely(free_slot(batch->arena, slot)))
		refuse_damaged(batch, handle);
}

/*
 * Free pages of a run. An operation with flags, or that has to be refused, is left to
 * free_handle(), which gives the reason.
 * Return: operations executed, of the run of @nr that starts at the current one.
 */
static unsigned int page_free(struct batch *batch, const struct memctl_op *op, unsigned int nr)
{
	struct memctl_result *result = &batch->results[batch->index];
	struct mctl_arena *arena = batch->arena;
	struct mctl_handle *slot;
	unsigned int i;
	int err;

	/* The other operations of the run have the same values in these fields. */
	if (!check_free(batch, op))
		return 1;
	for (i = 0; i < nr && !op->flags; i++) {
		slot = mctl_handle_find(arena, op[i].handle);
		if (unlikely(!slot || slot->kind != MEMCTL_KIND_PAGE || slot->owner != op[i].owner))
			break;
		result[i] = (struct memctl_result){};
		err = mctl_frame_free(arena, slot->fn, slot->order, MCTL_KIND_USED);
		give_slot(arena, slot);
		if (unlikely(err)) {
			batch->index += i;
			refuse_damaged(batch, op[i].handle);
			return i + 1;
		}
	}
	if (i)
		return i;
	free_handle(batch, op, MEMCTL_KIND_PAGE);
	return 1;
}

/* --- requests --- */

/* All fields of an operation but handle, size, owner and cache, as one number to compare. */
static inline u64 what_is_asked(const struct memctl_op *op)
{
	u64 what;

	BUILD_BUG_ON(offsetof(struct memctl_op, nid) + sizeof(what) != sizeof(*op));
	memcpy(&what, (const u8 *)op + offsetof(struct memctl_op, nid), sizeof(what));
	return what;
}

/*
 * Length of the run that starts at @op: operations that differ only in the owner, and in the
 * handle too if @handle is true. At most @max and MAX_RUN.
 */
static __always_inline unsigned int run_length(const struct memctl_op *op, unsigned int max,
					       const bool handle)
{
	u64 what = what_is_asked(op);
	unsigned int nr;

	max = min_t(unsigned int, max, MAX_RUN);
	for (nr = 1; nr < max; nr++) {
		if (what_is_asked(&op[nr]) != what || op[nr].size != op->size ||
		    op[nr].cache != op->cache || (!handle && op[nr].handle != op->handle))
			break;
	}
	return nr;
}

/* Return: operations executed, 1 to @nr; only the last of them may have been refused. */
static unsigned int carry_out(struct batch *batch, const struct memctl_op *op, unsigned int nr)
{
	batch->results[batch->index] = (struct memctl_result){};
	switch (op->code) {
	case MEMCTL_OP_CODE_PAGE_ALLOC:
		return page_alloc(batch, op, run_length(op, nr, false));
	case MEMCTL_OP_CODE_PAGE_FREE:
		return page_free(batch, op, run_length(op, nr, true));
	case MEMCTL_OP_CODE_OBJECT_ALLOC:
		object_alloc(batch, op);
		break;
	case MEMCTL_OP_CODE_OBJECT_FREE:
		free_handle(batch, op, MEMCTL_KIND_OBJECT);
		break;
	case MEMCTL_OP_CODE_KMALLOC:
		kmalloc_alloc(batch, op);
		break;
	case MEMCTL_OP_CODE_KFREE:
		free_handle(batch, op, MEMCTL_KIND_KMALLOC);
		break;
	default:
		refuse(batch, -EINVAL, MEMCTL_REASON_BAD_OP,
		       "operation code %u: the last one is %u", op->code, MEMCTL_OP_CODE_MAX);
	}
	return 1;
}

int mctl_handle_exec(struct mctl_arena *arena, const struct memctl_op *ops, unsigned int nr,
		     bool stop, struct memctl_result *results, unsigned int *nr_done,
		     struct mctl_error *error)
{
	struct batch batch = {
		.arena = arena,
		.handles = arena->handles,
		.ops = ops,
		.results = results,
		.error = error,
	};
	unsigned int i;

	down_read(&arena->resize);
	mutex_lock(&arena->handles->lock);
	for (i = 0; i < nr;) {
		batch.index = i;
		i += carry_out(&batch, &ops[i], nr - i);
		if (unlikely(results[i - 1].error) && stop)
			nr = i;
		cond_resched();
	}
	*nr_done = nr;
	/* Before the unlock, so that a dump that sees the changes sees the new generation too. */
	mctl_arena_touch(arena);
	mutex_unlock(&arena->handles->lock);
	up_read(&arena->resize);
	if (batch.cache)
		mctl_cache_drop(batch.cache);
	return 0;
}

u32 mctl_handle_free_owner(struct mctl_arena *arena, const u32 *owner)
{
	struct mctl_handles *handles = arena->handles;
	struct mctl_handle *slot;
	u32 i, nr = 0;

	down_read(&arena->resize);
	mutex_lock(&handles->lock);
	for (i = 0; i < handles->nr_slots && handles->nr; i++) {
		slot = &handles->slot[i];
		if (slot->kind == MCTL_HANDLE_FREE || (owner && slot->owner != *owner))
			continue;
		free_slot(arena, slot);
		nr++;
		cond_resched();
	}
	if (nr)
		mctl_arena_touch(arena);
	mutex_unlock(&handles->lock);
	up_read(&arena->resize);
	return nr;
}

int mctl_handles_create(struct mctl_arena *arena)
{
	arena->handles = mctl_arena_meta_alloc(arena, sizeof(*arena->handles));
	if (!arena->handles)
		return -ENOMEM;
	mutex_init(&arena->handles->lock);
	arena->handles->first_free = U32_MAX;
	return 0;
}

void mctl_handles_destroy(struct mctl_arena *arena)
{
	struct mctl_handles *handles = arena->handles;

	if (!handles)
		return;
	mctl_handle_free_owner(arena, NULL);
	mctl_arena_meta_free(arena, handles->slot, handles->nr_slots * sizeof(*handles->slot));
	mctl_arena_meta_free(arena, handles, sizeof(*handles));
	arena->handles = NULL;
}
