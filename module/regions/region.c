// SPDX-License-Identifier: GPL-2.0
/*
 * Managed regions. region.c creates, removes and finds them; region_pt.c shows
 * their shadows and compares them with the hardware's tables.
 *
 *   region   start                                             end
 *            | page 0 | page 1 | page 2 | ...                  |
 *   fns      [   17   |   18   |    3   | ...                  ]
 *   frame    REGION|0, tag 0   REGION|0, tag 2
 *
 * vmap() maps the frames. The shadow is built from the arguments given to vmap(),
 * never by copying the live tables, so that comparing the two is a real test.
 *
 * Invariants, tested by mctl_regions_check():
 *
 * I1  Each frame of a region is a block in use of kind REGION and order 0, and
 *     its tag is the number of the page that it backs.
 * I2  The shadow maps each page to its frame with the flags requested of vmap(),
 *     and maps nothing else.
 * I3  arena->regions->nr regions are listed.
 * The invariants of shadows are in regions/shadow.c and core/ptable.c.
 *
 * Before a frame of a region is freed, the TLB entries that vunmap() leaves to be
 * flushed lazily are flushed, and the frame is zeroed.
 *
 * Locks: arena->regions->lock protects the list and all fields of regions, and
 * is held across a whole operation. Code that holds a reference from
 * mctl_region_get() reads fields without the lock: those do not change while the
 * reference is held.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "frames/frame.h"
#include "host/event.h"
#include "host/host.h"
#include "regions/region.h"

/* The protection requested of vmap(), from which the flags of the shadow are made too. */
static pgprot_t protection(bool readonly)
{
	return readonly ? PAGE_KERNEL_RO : PAGE_KERNEL;
}

struct mctl_region *mctl_region_find(struct mctl_arena *arena, const char *name)
{
	struct mctl_region *region;

	lockdep_assert_held(&arena->regions->lock);
	list_for_each_entry(region, &arena->regions->list, list) {
		if (!strcmp(region->name, name))
			return region;
	}
	return NULL;
}

/* --- frames ------------------------------------------------------------------------------- */

static void free_frames(struct mctl_region *region, u32 nr)
{
	struct mctl_arena *arena = region->arena;

	while (nr--) {
		void *address;

		preempt_disable();
		address = mctl_arena_address(arena, region->fns[nr]);
		preempt_enable();
		memset(address, 0, PAGE_SIZE);
		mctl_frame_free(arena, region->fns[nr], 0, MCTL_KIND_REGION);
		cond_resched();
	}
}

static int alloc_frames(struct mctl_region *region, struct mctl_error *error)
{
	struct mctl_request request = {
		.type = MEMCTL_ZONE_TYPE_NORMAL,
		.mt = MCTL_MT_UNMOVABLE,
		.kind = MCTL_KIND_REGION,
		.flags = MCTL_REQUEST_ZERO,
		.nid = NUMA_NO_NODE,
	};
	u32 reason = MEMCTL_REASON_NO_MEMORY;

	for (u32 i = 0; i < region->nr_pages; i++) {
		request.tag = i;
		region->fns[i] = mctl_frame_alloc(region->arena, &request, &reason);
		if (region->fns[i] == MCTL_FN_NONE) {
			free_frames(region, i);
			if (error)
				error->reason = reason;
			return mctl_fail(error, -ENOMEM,
					 "region %s: arena %s gives %u of %u pages: %s",
					 region->name, region->arena->name, i, region->nr_pages,
					 mctl_reason_text(reason));
		}
		cond_resched();
	}
	return 0;
}

/* --- the mapping -------------------------------------------------------------------------- */

static int map_frames(struct mctl_region *region, struct mctl_error *error)
{
	size_t size = array_size(region->nr_pages, sizeof(struct page *));
	struct page **pages = mctl_arena_meta_alloc(region->arena, size);
	void *start = NULL;

	if (pages) {
		for (u32 i = 0; i < region->nr_pages; i++) {
			preempt_disable();
			pages[i] = mctl_arena_page(region->arena, region->fns[i]);
			preempt_enable();
		}
		start = vmap(pages, region->nr_pages, VM_MAP, protection(region->readonly));
		mctl_arena_meta_free(region->arena, pages, size);
	}
	if (!start)
		return mctl_fail(error, -ENOMEM, "region %s: the host cannot map %u pages",
				 region->name, region->nr_pages);
	region->start = (unsigned long)start;
	region->end = region->start + ((u64)region->nr_pages << PAGE_SHIFT);
	return 0;
}

/* Unmap, and flush the TLBs now: vunmap() alone does that lazily. */
static void unmap_frames(struct mctl_region *region)
{
	vunmap((void *)region->start);
	vm_unmap_aliases();
}

static int shadow_frames(struct mctl_region *region, struct mctl_error *error)
{
	int ret = mctl_shadow_init(&region->shadow, region->arena);

	if (!ret) {
		/* Mask bits that the processor does not support, as vmap() does. */
		region->flags = pgprot_val(protection(region->readonly)) & __supported_pte_mask;
		ret = mctl_shadow_map(&region->shadow, region->start, region->fns, region->nr_pages,
				      region->flags);
	}
	if (ret) {
		mctl_shadow_fini(&region->shadow);
		if (error)
			error->reason = region->shadow.reason;
		return mctl_fail(error, ret,
				 "region %s: no frame in arena %s for its page tables: %s",
				 region->name, region->arena->name,
				 mctl_reason_text(region->shadow.reason));
	}
	return 0;
}

/* --- create and remove -------------------------------------------------------------------- */

static void free_region(struct mctl_region *region)
{
	struct mctl_arena *arena = region->arena;

	if (region->fns)
		mctl_arena_meta_free(arena, region->fns, array_size(region->nr_pages, sizeof(u32)));
	mctl_arena_meta_free(arena, region, sizeof(*region));
}

static struct mctl_region *create(struct mctl_arena *arena, const char *name, u32 nr_pages,
				  bool readonly, struct mctl_error *error)
{
	struct mctl_region *region = mctl_arena_meta_alloc(arena, sizeof(*region));
	int ret;

	if (!region)
		goto no_memory;
	region->arena = arena;
	region->nr_pages = nr_pages;
	region->readonly = readonly;
	strscpy(region->name, name, sizeof(region->name));
	region->fns = mctl_arena_meta_alloc(arena, array_size(nr_pages, sizeof(u32)));
	if (!region->fns) {
		free_region(region);
		goto no_memory;
	}

	ret = alloc_frames(region, error);
	if (ret)
		goto free_region;
	ret = map_frames(region, error);
	if (ret)
		goto free_frames;
	ret = shadow_frames(region, error);
	if (ret)
		goto unmap_frames;
	return region;

unmap_frames:
	unmap_frames(region);
free_frames:
	free_frames(region, nr_pages);
free_region:
	free_region(region);
	return ERR_PTR(ret);
no_memory:
	return ERR_PTR(mctl_fail(error, -ENOMEM, "region %s: no memory for its records", name));
}

static void destroy(struct mctl_region *region)
{
	unmap_frames(region);
	mctl_shadow_fini(&region->shadow);
	free_frames(region, region->nr_pages);
	free_region(region);
}

static void send_event(struct mctl_arena *arena, u32 type, const char *name, u32 nr_pages)
{
	const struct mctl_event event = {
		.type = type,
		.arena = arena,
		.name = name,
		.has_value = true,
		.value = (u64)nr_pages << PAGE_SHIFT,
	};

	mctl_event_send(&event);
}

static void fill_info(const struct mctl_region *region, struct mctl_region_info *info)
{
	const struct mctl_ptable *pt = &region->shadow.pt;

	memset(info, 0, sizeof(*info));
	strscpy(info->name, region->name, sizeof(info->name));
	info->nr_pages = region->nr_pages;
	info->levels = pt->format->nr_levels;
	info->nr_tables = pt->nr_tables;
	info->nr_mapped = pt->nr_mapped;
	info->start = region->start;
	info->end = region->end;
	info->readonly = region->readonly;
}

/**
 * mctl_region_add() - map frames of an arena into the kernel's address space
 * @arena: the arena
 * @name: name of the region: 1 to MEMCTL_NAME_MAX letters, digits, '_', '.' and '-'
 * @nr_pages: pages of 4 KiB, at least 1 and at most the number of frames of the arena
 * @readonly: map without RW
 * @info: filled with a description of the region; may be NULL
 * @error: text of a refusal; may be NULL
 *
 * The pages are zeroed. The region holds a reference to the module.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0; -EINVAL for a bad name or length; -EEXIST if there is a region of this name;
 * -ENOMEM if frames or host memory are short; -ENODEV if the module is being removed. On error
 * nothing is kept.
 */
int mctl_region_add(struct mctl_arena *arena, const char *name, u32 nr_pages, bool readonly,
		    struct mctl_region_info *info, struct mctl_error *error)
{
	u32 nr_frames = READ_ONCE(arena->nr_frames);
	struct mctl_region *region;
	int ret = mctl_name_check(name, error);

	if (ret)
		return ret;
	if (!nr_pages || nr_pages > nr_frames)
		return mctl_fail(error, -EINVAL, "pages %u: 1 to %u", nr_pages, nr_frames);
	if (!try_module_get(THIS_MODULE))
		return mctl_fail(error, -ENODEV, "the module is being removed");

	mutex_lock(&arena->regions->lock);
	ret = mctl_name_is_free(arena, name, error);
	if (ret)
		goto unlock;
	region = create(arena, name, nr_pages, readonly, error);
	if (IS_ERR(region)) {
		ret = PTR_ERR(region);
		goto unlock;
	}
	mctl_name_add(arena, &region->registered, region->name);
	mctl_ids_add(&arena->regions->ids, &region->id);
	list_add_tail(&region->list, &arena->regions->list);
	arena->regions->nr++;
	mctl_arena_touch(arena);
	if (info)
		fill_info(region, info);
unlock:
	mutex_unlock(&arena->regions->lock);
	if (ret)
		module_put(THIS_MODULE);
	else
		send_event(arena, MEMCTL_EVENT_TYPE_REGION_ADD, name, nr_pages);
	return ret;
}

/* Remove a region from the list and destroy it. */
static void remove(struct mctl_region *region)
{
	struct mctl_arena *arena = region->arena;

	mctl_name_del(&region->registered);
	mctl_ids_del(&arena->regions->ids, &region->id);
	list_del(&region->list);
	arena->regions->nr--;
	destroy(region);
	mctl_arena_touch(arena);
	module_put(THIS_MODULE);
}

/**
 * mctl_region_del() - unmap a region and free its frames
 * @arena: the arena
 * @name: name of the region
 * @error: text of a refusal; may be NULL
 *
 * Before the frames are freed they are zeroed, and the mapping is flushed from all TLBs.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0; -ENOENT if there is no such region; -EBUSY if references to it are held.
 */
int mctl_region_del(struct mctl_arena *arena, const char *name, struct mctl_error *error)
{
	struct mctl_region *region;
	u32 nr_pages = 0;
	int ret = 0;

	mutex_lock(&arena->regions->lock);
	region = mctl_region_find(arena, name);
	if (!region) {
		ret = mctl_fail(error, -ENOENT, "no region %s in arena %s", name, arena->name);
	} else if (region->nr_users) {
		ret = mctl_fail(error, -EBUSY, "region %s is held by %u users", name,
				region->nr_users);
	} else {
		nr_pages = region->nr_pages;
		remove(region);
	}
	mutex_unlock(&arena->regions->lock);
	if (!ret)
		send_event(arena, MEMCTL_EVENT_TYPE_REGION_DEL, name, nr_pages);
	return ret;
}

/**
 * mctl_regions_create() - create the empty list of regions of a new arena
 * @arena: the arena
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_regions_create(struct mctl_arena *arena)
{
	arena->regions = mctl_arena_meta_alloc(arena, sizeof(*arena->regions));
	if (!arena->regions)
		return -ENOMEM;
	mutex_init(&arena->regions->lock);
	INIT_LIST_HEAD(&arena->regions->list);
	INIT_LIST_HEAD(&arena->regions->names);
	return 0;
}

/**
 * mctl_regions_destroy() - remove all regions of an arena
 * @arena: the arena, no longer used by others; mctl_regions_create() may have failed for it
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 */
void mctl_regions_destroy(struct mctl_arena *arena)
{
	struct mctl_region *region, *next;

	if (!arena->regions)
		return;
	mutex_lock(&arena->regions->lock);
	list_for_each_entry_safe(region, next, &arena->regions->list, list)
		remove(region);
	mutex_unlock(&arena->regions->lock);
	mctl_arena_meta_free(arena, arena->regions, sizeof(*arena->regions));
	arena->regions = NULL;
}

/* --- find --------------------------------------------------------------------------------- */

/**
 * mctl_region_info() - describe a region
 * @arena: the arena
 * @name: name of the region
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0, or -ENOENT if there is no such region.
 */
int mctl_region_info(struct mctl_arena *arena, const char *name, struct mctl_region_info *info)
{
	struct mctl_region *region;

	mutex_lock(&arena->regions->lock);
	region = mctl_region_find(arena, name);
	if (region)
		fill_info(region, info);
	mutex_unlock(&arena->regions->lock);
	return region ? 0 : -ENOENT;
}

/**
 * mctl_region_id() - id of a region in its arena
 * @arena: the arena
 * @name: name of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the id, which is never reused and grows in the order of creation; 0 if there is no such
 * region.
 */
u64 mctl_region_id(struct mctl_arena *arena, const char *name)
{
	struct mctl_region *region;
	u64 id;

	mutex_lock(&arena->regions->lock);
	region = mctl_region_find(arena, name);
	id = region ? region->id.value : 0;
	mutex_unlock(&arena->regions->lock);
	return id;
}

/**
 * mctl_region_info_from() - describe the first region whose id is at least @id
 * @arena: the arena
 * @id: the lowest id to look for; set to the id of the region found
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0, or -ENOENT if there are no more.
 */
int mctl_region_info_from(struct mctl_arena *arena, u64 *id, struct mctl_region_info *info)
{
	struct mctl_id *found;

	mutex_lock(&arena->regions->lock);
	found = mctl_ids_from(&arena->regions->ids, *id);
	if (found) {
		fill_info(container_of(found, struct mctl_region, id), info);
		*id = found->value;
	}
	mutex_unlock(&arena->regions->lock);
	return found ? 0 : -ENOENT;
}

/**
 * mctl_region_of_frame() - find the region of which a frame backs a page
 * @arena: the arena
 * @fn: the frame; any value
 * @name: filled with the region's name; MEMCTL_NAME_MAX + 1 bytes
 * @address: set to the virtual address of the page
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0, or -ENOENT if the frame backs no page of a region.
 */
int mctl_region_of_frame(struct mctl_arena *arena, u32 fn, char *name, u64 *address)
{
	const struct mctl_table *table = &arena->table;
	struct mctl_region *region;
	int ret = -ENOENT;
	u32 page = U32_MAX;

	mutex_lock(&arena->regions->lock);
	preempt_disable();
	if (fn < mctl_table_span(table) && table->state[fn] == MCTL_STATE(MCTL_KIND_REGION, 0))
		page = table->tag[fn];
	preempt_enable();
	list_for_each_entry(region, &arena->regions->list, list) {
		if (page < region->nr_pages && region->fns[page] == fn) {
			strscpy(name, region->name, MEMCTL_NAME_MAX + 1);
			*address = region->start + ((u64)page << PAGE_SHIFT);
			ret = 0;
			break;
		}
	}
	mutex_unlock(&arena->regions->lock);
	return ret;
}

/* --- for users in the kernel -------------------------------------------------------------- */

/**
 * mctl_region_get() - take a reference to a region, so that it cannot be removed
 * @arena: the arena; the caller holds it for at least as long as the region
 * @name: name of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the region, or NULL if there is none of this name.
 */
struct mctl_region *mctl_region_get(struct mctl_arena *arena, const char *name)
{
	struct mctl_region *region;

	mutex_lock(&arena->regions->lock);
	region = mctl_region_find(arena, name);
	if (region)
		region->nr_users++;
	mutex_unlock(&arena->regions->lock);
	return region;
}

/**
 * mctl_region_put() - drop a reference to a region
 * @region: the region, from mctl_region_get()
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 */
void mctl_region_put(struct mctl_region *region)
{
	struct mctl_arena *arena = region->arena;

	mutex_lock(&arena->regions->lock);
	region->nr_users--;
	mutex_unlock(&arena->regions->lock);
}

/**
 * mctl_region_start() - first virtual address of a region
 * @region: the region, held by the caller
 *
 * Context: Any context.
 * Return: the address.
 */
unsigned long mctl_region_start(const struct mctl_region *region)
{
	return region->start;
}

/**
 * mctl_region_nr_pages() - length of a region
 * @region: the region, held by the caller
 *
 * Context: Any context.
 * Return: the number of pages of 4 KiB.
 */
u32 mctl_region_nr_pages(const struct mctl_region *region)
{
	return region->nr_pages;
}

/**
 * mctl_region_walk_to_page() - translate any address through the shadow, past the fast path
 * @region: the region, held by the caller
 * @address: virtual address; any value
 *
 * The slow half of mctl_region_to_page().
 *
 * Context: Any context.
 * Return: the page, or NULL if @address is not in the region.
 */
struct page *mctl_region_walk_to_page(const struct mctl_region *region, unsigned long address)
{
	const struct mctl_ptable *pt = &region->shadow.pt;
	unsigned int level;
	u64 entry;

	if (address - region->start >= region->end - region->start)
		return NULL;
	entry = mctl_ptable_walk(pt, address, &level);
	if (!entry)
		return NULL;
	return pfn_to_page(mctl_ptable_physical(pt, address, level, entry) >> PAGE_SHIFT);
}
