// SPDX-License-Identifier: GPL-2.0
/*
 * Spaces: managed regions that processes map. Documentation/regions.rst describes
 * them and gives the reasons for their design.
 *
 *   space.c          creates and removes spaces
 *   space_hold.c     finds and holds spaces
 *   space_frame.c    frames: references, the frame of zeros
 *   space_loan.c, space_quarantine.c    frames that are lent, frames that the host still holds
 *   space_resolve.c  makes the shadow allow an access (faults)
 *   space_range.c    drops ranges from the shadow
 *   space_map.c      mmap, and the vmas of processes
 *   space_user.c     the processes that have such vmas
 *   space_fault.c    sets the processes' entries from the shadow
 *   space_zap.c      removes the processes' entries
 *   space_readonly.c removes the right to write from the processes' entries
 *   space_vma.c      vmas of spaces
 *   space_fork.c     copies a space
 *   space_backing.c  reads pages of the files that back vmas
 *   space_inode.c, space_io.c, space_access.c    files, read and write
 *   space_unmap.c    compares the processes' entries before the host removes them
 *   space_walk.c     walks processes and their tables in bounded time
 *   space_verify.c, space_process.c, space_shadow.c, space_check.c, space_usage.c, space_trace.c,
 *   space_record.c, space_follow.c
 *                    inspect, compare, count, trace
 *
 * Invariants, tested by mctl_spaces_check() (S2 to S6, S8, S9) and
 * mctl_space_verify() (S1):
 *
 * S1  An entry present in a process's tables equals the shadow's leaf for the page,
 *     restricted to the rights of the process's vma, in all bits but A and D.
 * S2  The shadow maps only pages inside a vma, with no more rights than the vma's.
 * S3  A leaf has RW only if no other leaf maps its frame, and the frame is not the
 *     frame of zeros.
 * S4  A frame that a leaf maps is in use of kind REGION (F1: space_frame.c).
 * S5  A leaf of 2 MiB maps a block of order 9.
 * S6  nr_frames, nr_zero and nr_away equal the result of counting, no more than
 *     the limit is charged (mctl_space_charged()), and each loan holds the space.
 * S7  No frame is freed before every entry for it is removed from every process's
 *     tables and TLB, and nothing in the kernel holds its page (tested only by the
 *     selftests).
 * S8  spaces.nr spaces are listed, and each holds the frame of zeros, which is in
 *     use, is no page of any space, and contains only zeros.
 * S9  No vma is executable.
 * S10 A space can be held only while nr_holds is not negative. It is destroyed only
 *     once nr_holds is negative, and its inode no longer leads to it then
 *     (space_inode.c).
 *
 * Locks, outermost first: mmap_lock of a process, or arena->regions->lock, never
 * both; family->lock; i_mmap_rwsem; page table locks; zone->lock.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "host/asker.h"
#include "host/event.h"
#include "host/holder.h"
#include "host/host.h"
#include "spaces/space_internal.h"

#define DEFAULT_WINDOW 16U
#define FIRST_VMAS     8U

/* --- create --------------------------------------------------------------------------------- */

static int check_params(const struct mctl_space_params *params, struct mctl_error *error)
{
	u64 unit = params->order ? PMD_SIZE : PAGE_SIZE;
	int ret = mctl_name_check(params->name, error);

	if (ret)
		return ret;
	if (params->order && params->order != MCTL_LARGE_ORDER)
		return mctl_fail(error, -EINVAL, "order %u: 0 or %u", params->order,
				 MCTL_LARGE_ORDER);
	if (!params->size || params->size % unit ||
	    params->size >> PAGE_SHIFT > MCTL_SPACE_MAX_PAGES)
		return mctl_fail(error, -EINVAL, "size %llu: a multiple of %llu, up to %llu",
				 params->size, unit, (u64)MCTL_SPACE_MAX_PAGES << PAGE_SHIFT);
	if (params->window > MCTL_SPACE_MAX_WINDOW || params->window & (params->window - 1))
		return mctl_fail(error, -EINVAL, "window %u: a power of two up to %u",
				 params->window, MCTL_SPACE_MAX_WINDOW);
	return 0;
}

static struct mctl_family *create_family(struct mctl_arena *arena)
{
	struct mctl_family *family = mctl_arena_meta_alloc(arena, sizeof(*family));

	if (!family)
		return NULL;
	mutex_init(&family->lock);
	INIT_LIST_HEAD(&family->spaces);
	family->id = ++arena->spaces->last_family;
	list_add_tail(&family->list, &arena->spaces->families);
	return family;
}

static void free_family(struct mctl_arena *arena, struct mctl_family *family)
{
	list_del(&family->list);
	mctl_arena_meta_free(arena, family, sizeof(*family));
}

static int create_vmas(struct mctl_space *space)
{
	u64 end = mctl_space_address(space->nr_pages);
	struct mctl_vma *storage;

	storage = mctl_arena_meta_alloc(space->arena, FIRST_VMAS * sizeof(*storage));
	if (!storage)
		return -ENOMEM;
	return mctl_vmas_init(&space->vmas, MCTL_SPACE_START, end, storage, FIRST_VMAS);
}

static void free_vmas(struct mctl_space *space)
{
	/* Without vmas, all files are pruned. */
	space->vmas.nr = 0;
	mctl_space_prune_files(space);
	mctl_arena_meta_free(space->arena, space->vmas.vma,
			     space->vmas.capacity * sizeof(*space->vmas.vma));
}

/* @reason: set to the arena's reason if the arena has no frame. */
static int build(struct mctl_space *space, u32 *reason)
{
	struct mctl_arena *arena = space->arena;
	u64 pfn;
	int ret;

	ret = create_vmas(space);
	if (ret)
		return ret;
	ret = mctl_space_zero_get(arena, &pfn, reason);
	if (ret)
		goto free_vmas;
	ret = mctl_shadow_init(&space->shadow, arena);
	if (ret) {
		*reason = space->shadow.reason;
		goto put_zero;
	}
	ret = -ENOMEM;
	space->inode = mctl_space_inode_new(space);
	if (!space->inode)
		goto free_shadow;
	ret = mctl_space_enter(space);
	if (ret)
		goto free_inode;
	/* What an entry of a process for a shared mapping has before the first write. */
	space->flags = pgprot_val(vm_get_page_prot(VM_READ | VM_SHARED)) & __supported_pte_mask;
	space->zero = (pfn << PAGE_SHIFT | space->flags) & ~MCTL_PT_A;
	return 0;

free_inode:
	mctl_space_inode_free(space->inode);
free_shadow:
	mctl_shadow_fini(&space->shadow);
put_zero:
	mctl_space_zero_put(arena);
free_vmas:
	free_vmas(space);
	return ret;
}

/**
 * mctl_space_create() - create a space that cannot be found yet
 * @arena: the arena; arena->regions->lock is held
 * @params: parameters, already checked
 * @family: family to join, or NULL to create one
 * @error: text on failure
 *
 * The space has no vmas, and maps nothing. See mctl_space_publish().
 *
 * Context: Process context, may sleep.
 * Return: the space, or ERR_PTR(-ENOMEM).
 */
struct mctl_space *mctl_space_create(struct mctl_arena *arena,
				     const struct mctl_space_params *params,
				     struct mctl_family *family, struct mctl_error *error)
{
	struct mctl_space *space = mctl_arena_meta_alloc(arena, sizeof(*space));
	u32 reason = MEMCTL_REASON_NONE;
	int ret = -ENOMEM;

	if (!space)
		goto failed;
	space->arena = arena;
	space->nr_pages = params->size >> PAGE_SHIFT;
	space->limit = params->limit;
	space->order = IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) ? params->order : 0;
	space->window = params->window ?: DEFAULT_WINDOW;
	atomic_set(&space->nr_holds, -1);
	INIT_LIST_HEAD(&space->users);
	INIT_LIST_HEAD(&space->backings);
	xa_init_flags(&space->loans, XA_FLAGS_ACCOUNT);
	strscpy(space->name, params->name, sizeof(space->name));
	ret = build(space, &reason);
	if (ret)
		goto free_space;
	space->family = family ?: create_family(arena);
	if (!space->family) {
		ret = -ENOMEM;
		goto destroy;
	}
	mutex_lock(&space->family->lock);
	list_add_tail(&space->sibling, &space->family->spaces);
	space->family->nr_spaces++;
	mutex_unlock(&space->family->lock);
	return space;

destroy:
	mctl_space_leave(space);
	mctl_space_inode_free(space->inode);
	mctl_shadow_fini(&space->shadow);
	mctl_space_zero_put(arena);
	free_vmas(space);
free_space:
	mctl_arena_meta_free(arena, space, sizeof(*space));
failed:
	if (reason)
		return ERR_PTR(mctl_fail(error, ret, "region %s: no frame in arena %s: %s",
					 params->name, arena->name, mctl_reason_text(reason)));
	return ERR_PTR(mctl_fail(error, ret, "region %s: no memory for its records", params->name));
}

/**
 * mctl_space_destroy() - destroy a space that can no longer be found
 * @space: the space, which cannot be held (nr_holds is negative) and is not mapped;
 *	   arena->regions->lock is held
 *
 * Context: Process context, may sleep.
 */
void mctl_space_destroy(struct mctl_space *space)
{
	struct mctl_arena *arena = space->arena;
	struct mctl_family *family = space->family;
	bool last;

	mutex_lock(&family->lock);
	/* Cannot fail: the whole space is dropped, so no leaf has to be split. */
	mctl_space_drop(space, 0, space->nr_pages);
	list_del(&space->sibling);
	last = !--family->nr_spaces;
	mutex_unlock(&family->lock);

	mctl_space_leave(space);
	mctl_space_inode_free(space->inode);
	mctl_shadow_fini(&space->shadow);
	mctl_space_zero_put(arena);
	free_vmas(space);
	mctl_arena_meta_free(arena, space->records, MCTL_NR_RECORDS * sizeof(*space->records));
	mctl_arena_meta_free(arena, space, sizeof(*space));
	if (last)
		free_family(arena, family);
}

/* Make a space visible to lookups. arena->regions->lock is held. */
void mctl_space_publish(struct mctl_space *space)
{
	struct mctl_arena *arena = space->arena;

	mctl_name_add(arena, &space->registered, space->name);
	mctl_ids_add(&arena->spaces->ids, &space->id);
	list_add_tail(&space->list, &arena->spaces->list);
	atomic_set(&space->nr_holds, 0);
	WRITE_ONCE(arena->spaces->nr, arena->spaces->nr + 1);
	mctl_arena_touch(arena);
}

static void send_event(struct mctl_arena *arena, u32 type, const char *name, u64 size)
{
	const struct mctl_event event = {
		.type = type,
		.arena = arena,
		.name = name,
		.has_value = true,
		.value = size,
	};

	mctl_event_send(&event);
}

static int add(struct mctl_arena *arena, const struct mctl_space_params *params,
	       struct mctl_error *error)
{
	struct mctl_vma vma = {
		.start = MCTL_SPACE_START,
		.end = MCTL_SPACE_START + params->size,
		.rights = MCTL_VMA_R | MCTL_VMA_W,
	};
	struct mctl_space *space;
	int ret = mctl_name_is_free(arena, params->name, error);

	if (ret)
		return ret;
	space = mctl_space_create(arena, params, NULL, error);
	if (IS_ERR(space))
		return PTR_ERR(space);
	/* Cannot fail: the space has room for FIRST_VMAS vmas and has none yet. */
	if (!params->empty)
		mctl_vma_add(&space->vmas, &vma);
	mctl_space_publish(space);
	return 0;
}

/**
 * mctl_space_add() - create a region that processes can map
 * @arena: the arena
 * @params: parameters of the region
 * @error: text on failure; may be NULL
 *
 * The region holds a reference to the module.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0; -EINVAL for bad parameters; -EEXIST if there is a region of this name; -ENOMEM if
 * frames or host memory are short; -ENODEV if the module is being removed; -EINTR if the process
 * is killed. On error nothing is kept.
 */
int mctl_space_add(struct mctl_arena *arena, const struct mctl_space_params *params,
		   struct mctl_error *error)
{
	int ret = check_params(params, error);

	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return mctl_fail(error, -ENODEV, "the module is being removed");
	ret = mutex_lock_killable(&arena->regions->lock);
	if (!ret) {
		ret = add(arena, params, error);
		mutex_unlock(&arena->regions->lock);
	}
	if (ret)
		module_put(THIS_MODULE);
	else
		send_event(arena, MEMCTL_EVENT_TYPE_REGION_ADD, params->name, params->size);
	return ret;
}

/* --- remove --------------------------------------------------------------------------------- */

static void remove(struct mctl_space *space)
{
	struct mctl_arena *arena = space->arena;

	mctl_name_del(&space->registered);
	mctl_ids_del(&arena->spaces->ids, &space->id);
	list_del(&space->list);
	WRITE_ONCE(arena->spaces->nr, arena->spaces->nr - 1);
	mctl_space_destroy(space);
	mctl_arena_touch(arena);
	module_put(THIS_MODULE);
}

/* Report how many files and processes hold a space, and their pids as far as they are found. */
static int tell_holders(struct mctl_space *space, struct mctl_error *error)
{
	u32 nr_files = atomic_read(&space->nr_files), nr_lent = READ_ONCE(space->nr_lent);
	char who[MCTL_HOLDER_TEXT_SIZE];
	int pid = 0;

	if (!nr_files)
		return mctl_fail(error, -EBUSY, "region %s is held by requests under way",
				 space->name);
	if (!mctl_holders_of_inode(space->inode, who, sizeof(who)))
		pid = mctl_space_first_pid(space);
	if (pid)
		snprintf(who, sizeof(who), "pid %d maps it", pid);
	else if (!who[0] && nr_lent)
		snprintf(who, sizeof(who), "%u pages in pipes or sockets", nr_lent);
	return mctl_fail(error, -EBUSY, "region %s is held: %u files, mapped by %u%s%s",
			 space->name, nr_files, READ_ONCE(space->nr_users), who[0] ? "; " : "",
			 who);
}

/*
 * Return: 0; -ENOENT; -EBUSY; -EINTR if the process is killed; -EAGAIN, unless @last, while only
 * requests hold the space, since they end soon.
 */
static int try_del(struct mctl_arena *arena, const char *name, bool last, u64 *size,
		   struct mctl_error *error)
{
	struct mctl_space *space;
	int ret = 0;

	if (mutex_lock_killable(&arena->regions->lock))
		return mctl_fail(error, -EINTR, "killed while it waited");
	space = mctl_space_find(arena, name);
	if (!space) {
		ret = mctl_fail(error, -ENOENT, "no region %s in arena %s", name, arena->name);
	} else if (!atomic_cmpxchg(&space->nr_holds, 0, -1)) {
		/* The space cannot be held from here on. */
		*size = (u64)space->nr_pages << PAGE_SHIFT;
		remove(space);
	} else {
		ret = atomic_read(&space->nr_files) || last ? tell_holders(space, error) : -EAGAIN;
	}
	mutex_unlock(&arena->regions->lock);
	return ret;
}

/**
 * mctl_space_del() - remove a region for processes, and free its frames
 * @arena: the arena
 * @name: name of the region
 * @error: text of a refusal, including the holders of the region; may be NULL
 *
 * Waits for requests that use the region, without a lock and for MCTL_WAIT_MAX_MS at most. Does
 * not wait for files of the region, since these may stay open for any time.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0; -ENOENT if there is no such region; -EBUSY if a file of it is open or mapped, a frame
 * of it is lent, or a request does not end in time; -EINTR if the process is killed.
 */
int mctl_space_del(struct mctl_arena *arena, const char *name, struct mctl_error *error)
{
	unsigned long end = jiffies + msecs_to_jiffies(MCTL_WAIT_MAX_MS);
	u64 size = 0;
	int ret;

	for (;;) {
		ret = try_del(arena, name, time_after_eq(jiffies, end), &size, error);
		if (ret != -EAGAIN)
			break;
		schedule_timeout_killable(1);
	}
	if (!ret)
		send_event(arena, MEMCTL_EVENT_TYPE_REGION_DEL, name, size);
	return ret;
}

/**
 * mctl_spaces_destroy() - remove all regions for processes
 * @arena: the arena, no longer used by others; mctl_spaces_create() may have failed for it
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 */
void mctl_spaces_destroy(struct mctl_arena *arena)
{
	struct mctl_space *space, *next;

	if (!arena->spaces)
		return;
	mutex_lock(&arena->regions->lock);
	list_for_each_entry_safe(space, next, &arena->spaces->list, list)
		remove(space);
	mutex_unlock(&arena->regions->lock);
	mctl_spaces_exit(arena);
}

/* --- change --------------------------------------------------------------------------------- */

/**
 * mctl_space_set_limit() - change how many frames may be charged to a region
 * @arena: the arena
 * @name: name of the region
 * @limit: frames, not less than are charged now; 0 for no limit
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EBUSY if more frames are charged to it already;
 * -EINTR if the process is killed.
 */
int mctl_space_set_limit(struct mctl_arena *arena, const char *name, u32 limit,
			 struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	int ret;

	if (!space)
		return -ENOENT;
	ret = mctl_space_lock(space, error);
	if (ret)
		goto put;
	if (limit && limit < mctl_space_charged(space))
		ret = mctl_fail(error, -EBUSY,
				"limit %u: region %s has %u frames, %u of them tables", limit, name,
				mctl_space_charged(space), space->shadow.nr_tables);
	else
		space->limit = limit;
	mctl_space_unlock(space);
put:
	mctl_space_put(space);
	return ret;
}

/**
 * mctl_space_set_window() - change how many pages a read fault maps
 * @arena: the arena
 * @name: name of the region
 * @window: pages, a power of two up to MCTL_SPACE_MAX_WINDOW
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -EINVAL for a bad @window; -ENOENT if there is no such region; -EINTR if the process
 * is killed.
 */
int mctl_space_set_window(struct mctl_arena *arena, const char *name, u32 window,
			  struct mctl_error *error)
{
	struct mctl_space *space;
	int ret;

	if (!window || window > MCTL_SPACE_MAX_WINDOW || window & (window - 1))
		return mctl_fail(error, -EINVAL, "window %u: a power of two up to %u", window,
				 MCTL_SPACE_MAX_WINDOW);
	space = mctl_space_need(arena, name, error);
	if (!space)
		return -ENOENT;
	ret = mctl_space_lock(space, error);
	if (!ret) {
		space->window = window;
		mctl_space_unlock(space);
	}
	mctl_space_put(space);
	return ret;
}
