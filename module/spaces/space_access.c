// SPDX-License-Identifier: GPL-2.0
/*
 * Access to spaces without a process: the module's own walk, with the same
 * faults. See space.c for the lock.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "spaces/space_internal.h"

static int error_of(const struct mctl_access *access)
{
	switch (access->reason) {
	case MCTL_REFUSED_LIMIT:
	case MCTL_REFUSED_MEMORY:
		return -ENOMEM;
	case MCTL_REFUSED_FILE:
		return access->late ? -EBUSY : -EIO;
	case MCTL_REFUSED_HWPOISON:
		return -EIO;
	default:
		return -EFAULT;
	}
}

/* --- accesses --------------------------------------------------------------------------------- */

/* Apart from walk(), which would have to clear the room for the text each time. */
static noinline void say_refusal(struct mctl_space *space, const struct mctl_access *access,
				 u64 address, struct mctl_error *error)
{
	char text[MCTL_ERROR_TEXT_SIZE];

	mctl_space_record(space, access, NULL);
	mctl_space_refusal(access, text, sizeof(text));
	mctl_fail(error, -EFAULT, "%s at %#llx of region %s: %s", access->write ? "write" : "read",
		  address, space->name, text);
}

/* Walk to one page, with a fault if need be; family->lock is held. */
static void *walk(struct mctl_space *space, u64 address, bool write, struct mctl_access *access,
		  struct mctl_error *error)
{
	u64 entry;

	*access = (struct mctl_access){
		.page = mctl_space_page(address),
		.write = write,
		.request = true,
	};
	if (mctl_space_resolve(space, access)) {
		say_refusal(space, access, address, error);
		return NULL;
	}
	/* Where the shadow had it already the hardware would not have faulted. */
	if (access->kind != MCTL_FAULT_MINOR || access->filled)
		mctl_space_record(space, access, NULL);
	mctl_space_tell(space, address, access);
	entry = mctl_space_small(space, access->page, access->level, access->entry);
	return __va(mctl_ptable_target(&space->shadow.pt, entry) << PAGE_SHIFT) +
	       address % PAGE_SIZE;
}

static int check_range(const struct mctl_space *space, u64 address, u64 size,
		       struct mctl_error *error)
{
	u64 end = mctl_space_address(space->nr_pages);

	if (address < MCTL_SPACE_START || address >= end || size > end - address)
		return mctl_fail(error, -EFAULT, "%llu bytes at %#llx: region %s is %#llx to %#llx",
				 size, address, space->name, MCTL_SPACE_START, end);
	return 0;
}

/* After each page of a loop: a range can be 1 TiB. */
static int may_go_on(const struct mctl_space *space, struct mctl_error *error)
{
	if (fatal_signal_pending(current))
		return mctl_fail(error, -EINTR, "killed on the way through region %s", space->name);
	cond_resched();
	return 0;
}

/* Copy between a space and a kernel buffer; @to or @from is NULL. */
static int copy(struct mctl_arena *arena, const char *name, u64 address, void *to, const void *from,
		size_t size, struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_access access;
	size_t done = 0, part;
	int ret;

	if (!space)
		return -ENOENT;
	ret = mctl_space_lock(space, error);
	if (ret)
		goto put;
	ret = check_range(space, address, size, error);
	for (; !ret && done < size; done += part) {
		void *there = walk(space, address + done, from, &access, error);

		part = min_t(size_t, size - done, PAGE_SIZE - (address + done) % PAGE_SIZE);
		if (!there)
			ret = error_of(&access);
		else if (from)
			memcpy(there, from + done, part);
		else
			memcpy(to + done, there, part);
		if (!ret)
			ret = may_go_on(space, error);
	}
	mctl_space_unlock(space);
put:
	mctl_space_put(space);
	return ret;
}

/**
 * mctl_space_read() - read from a region
 * @arena: the arena
 * @name: of the region
 * @address: first address
 * @buffer: filled
 * @size: bytes
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT without such a region, -EFAULT outside of it or its vmas or against their
 * rights, -ENOMEM without a frame, -EIO when a file cannot be read, -EBUSY when it does not answer,
 * -EINTR if the process is killed. What comes before the page that is refused is read.
 */
int mctl_space_read(struct mctl_arena *arena, const char *name, u64 address, void *buffer,
		    size_t size, struct mctl_error *error)
{
	return copy(arena, name, address, buffer, NULL, size, error);
}

/**
 * mctl_space_write() - write to a region
 * @arena: the arena
 * @name: of the region
 * @address: first address
 * @buffer: what
 * @size: bytes
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep.
 * Return: as mctl_space_read(); what comes before the page that is refused is written.
 */
int mctl_space_write(struct mctl_arena *arena, const char *name, u64 address, const void *buffer,
		     size_t size, struct mctl_error *error)
{
	return copy(arena, name, address, NULL, buffer, size, error);
}

/**
 * mctl_space_touch() - access each page of a range
 * @arena: the arena
 * @name: of the region
 * @address: first address
 * @size: bytes
 * @write: for writing; what is there stays as it is
 * @counts: how the accesses ended, by enum mctl_space_fault; those of MCTL_FAULT_MINOR needed no
 *	    fault, or one that copied from the page cache
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep.
 * Return: as mctl_space_read(); the first page that is refused ends it.
 */
int mctl_space_touch(struct mctl_arena *arena, const char *name, u64 address, u64 size, bool write,
		     u64 counts[MCTL_NR_FAULTS], struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_access access;
	u64 end = address + size;
	int ret;

	memset(counts, 0, MCTL_NR_FAULTS * sizeof(*counts));
	if (!space)
		return -ENOENT;
	ret = check_range(space, address, size, error);
	for (address &= PAGE_MASK; !ret && address < end; address += PAGE_SIZE) {
		ret = mctl_space_lock(space, error);
		if (ret)
			break;
		if (!walk(space, address, write, &access, error))
			ret = error_of(&access);
		mctl_space_unlock(space);
		counts[access.kind]++;
		if (!ret)
			ret = may_go_on(space, error);
	}
	mctl_space_put(space);
	return ret;
}
