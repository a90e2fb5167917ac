// SPDX-License-Identifier: GPL-2.0
/*
 * Copies a space. The copy has the same vmas, and the same frames at the same
 * addresses; parent and copy must copy a shared frame before they write it. See
 * space.c for the invariants and the lock.
 *
 * Leaf tables are walked once: each entry loses RW and is stored in the copy, and
 * its frame gains a reference. Everything that needs memory is done first, so that
 * a failure leaves the parent unchanged, except that leaves of 2 MiB may have been
 * split.
 *
 * The limit is not checked, because the copy cannot exceed it: it has the parent's
 * limit, as many pages as the parent, and only tables that the parent has once its
 * leaves are split, for which the parent is charged in advance.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "host/event.h"
#include "host/inject_site.h"
#include "spaces/space_internal.h"

/* The first present entry of a leaf table, or MCTL_LEAVES. */
static u32 first_present(const u64 *entries)
{
	u32 i = 0;

	while (i < MCTL_LEAVES && !entries[i])
		i++;
	return i;
}

/*
 * Create the leaf table of @page in the copy, with one entry: that of the first page that the
 * parent maps there. Return: 0, or -ENOMEM.
 */
static int need_table(struct mctl_space *to, struct mctl_space *from, u32 page, u64 leaves)
{
	struct mctl_ptable *pt = &to->shadow.pt;
	const u64 *entries = mctl_ptable_table(&from->shadow.pt, leaves);
	u32 first = first_present(entries);
	u64 entry = entries[first];

	return mctl_ptable_map(pt, mctl_space_address(page + first), mctl_ptable_target(pt, entry),
			       1, (entry & ~pt->address_mask) & ~MCTL_PT_RW, 1);
}

/* Share the frames that one leaf table of the parent maps. The copy's has one entry so far. */
static void share_table(struct mctl_space *to, struct mctl_space *from, u32 page, u64 leaves)
{
	/* Local copies: the stores of the loop would make the compiler read them each time. */
	const u64 mask = from->shadow.pt.address_mask, zero = from->zero & mask;
	u64 *parent = mctl_ptable_table(&from->shadow.pt, leaves);
	u64 copy = mctl_ptable_leaves(&to->shadow.pt, mctl_space_address(page));
	u64 *child = mctl_ptable_table(&to->shadow.pt, copy);
	const struct mctl_arena *arena = from->arena;
	u32 nr = 0, nr_zero = 0;
	struct mctl_link *link;

	/* Off for the whole loop, so that the pointer to the links stays valid. */
	preempt_disable();
	link = arena->table.link;
	for (u32 i = first_present(parent); i < MCTL_LEAVES; i++) {
		u64 entry = parent[i];

		if (!entry)
			continue;
		nr++;
		if ((entry & mask) == zero) {
			nr_zero++;
			child[i] = entry;
			continue;
		}
		entry &= ~MCTL_PT_RW;
		parent[i] = entry;
		child[i] = entry;
		link[mctl_arena_pfn_to_fn(arena, (entry & mask) >> PAGE_SHIFT)].next++;
	}
	preempt_enable();
	mctl_ptable_set_leaves(&to->shadow.pt, copy, nr - 1);
	to->nr_zero += nr_zero;
	to->nr_frames += nr - nr_zero;
}

/*
 * Split all leaves of 2 MiB of the parent, and create every leaf table that the copy needs.
 * @split: set on error to whether it was the split of a leaf that failed, not a table of the copy.
 * Return: 0, -ENOMEM or -EINTR.
 */
static int prepare(struct mctl_space *to, struct mctl_space *from, bool *split)
{
	unsigned int level;
	u32 page = 0, nr = from->nr_pages;
	int ret = 0;
	u64 leaves;

	for (; !ret && (page = mctl_space_skip(from, page, nr)) < nr; page += MCTL_LEAVES) {
		if (mctl_ptable_walk(&from->shadow.pt, mctl_space_address(page), &level) &&
		    level > 1)
			ret = mctl_space_split(from, page + 1);
		*split = ret;
		leaves = mctl_ptable_leaves(&from->shadow.pt, mctl_space_address(page));
		if (!ret && leaves != MCTL_PT_NO_PFN &&
		    mctl_inject(to->arena, MEMCTL_INJECT_SITE_MAP, 0, NULL)) {
			to->shadow.reason = MEMCTL_REASON_INJECTED;
			ret = -ENOMEM;
		}
		if (!ret && leaves != MCTL_PT_NO_PFN)
			ret = need_table(to, from, page, leaves);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

/* Remove the entries that prepare() made in the copy, which have taken no references. */
static void undo(struct mctl_space *to)
{
	mctl_ptable_unmap(&to->shadow.pt, MCTL_SPACE_START, to->nr_pages);
}

static int share(struct mctl_space *to, struct mctl_space *from, struct mctl_error *error)
{
	u32 page = 0, nr = from->nr_pages;
	bool split = false;
	int ret = prepare(to, from, &split);
	u64 leaves;

	if (ret) {
		undo(to);
		if (ret == -EINTR)
			return mctl_fail(error, ret, "killed on the way through region %s",
					 from->name);
		return mctl_fail(error, ret, "no frame for the page tables of region %s: %s",
				 split ? from->name : to->name,
				 mctl_reason_text((split ? from : to)->shadow.reason));
	}
	for (; (page = mctl_space_skip(from, page, nr)) < nr; page += MCTL_LEAVES) {
		leaves = mctl_ptable_leaves(&from->shadow.pt, mctl_space_address(page));
		if (leaves != MCTL_PT_NO_PFN)
			share_table(to, from, page, leaves);
		cond_resched();
	}
	from->sequence++;
	to->sequence++;
	mctl_space_make_readonly(from);
	return 0;
}

static int fork_space(struct mctl_arena *arena, const char *from_name, const char *to_name,
		      struct mctl_error *error)
{
	struct mctl_space_params params = { .name = to_name };
	struct mctl_space *from = mctl_space_find(arena, from_name);
	struct mctl_space *to;
	int ret;

	if (!from)
		return mctl_fail(error, -ENOENT, "arena %s has no region %s for processes",
				 arena->name, from_name);
	ret = mctl_name_is_free(arena, to_name, error);
	if (ret)
		return ret;
	params.size = (u64)from->nr_pages << PAGE_SHIFT;
	params.limit = from->limit;
	params.order = from->order;
	params.window = from->window;
	to = mctl_space_create(arena, &params, from->family, error);
	if (IS_ERR(to))
		return PTR_ERR(to);
	mutex_lock(&from->family->lock);
	ret = mctl_space_copy_vmas(to, from, error);
	if (!ret)
		ret = share(to, from, error);
	mutex_unlock(&from->family->lock);
	if (ret)
		mctl_space_destroy(to);
	else
		mctl_space_publish(to);
	return ret;
}

/**
 * mctl_space_fork() - copy a region on write
 * @arena: the arena
 * @from: name of the region to copy
 * @to: name of the copy
 * @error: text on failure; may be NULL
 *
 * Both may be mapped, forked and removed in any order.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -EINVAL if @to is not a valid name; -ENOENT if there is no region @from; -EEXIST if
 * there is a region @to; -ENOMEM if frames or host memory are short; -ENODEV if the module is being
 * removed; -EINTR if the process is killed. On error nothing is kept.
 */
int mctl_space_fork(struct mctl_arena *arena, const char *from, const char *to,
		    struct mctl_error *error)
{
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_REGION_ADD,
		.arena = arena,
		.name = to,
		.text = from,
	};
	int ret = mctl_name_check(to, error);

	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return mctl_fail(error, -ENODEV, "the module is being removed");
	ret = mutex_lock_killable(&arena->regions->lock);
	if (!ret) {
		ret = fork_space(arena, from, to, error);
		mutex_unlock(&arena->regions->lock);
	}
	if (ret) {
		module_put(THIS_MODULE);
		return ret;
	}
	mctl_event_send(&event);
	return 0;
}
