// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to spaces without a process: the module walks the shadow itself, with
 * the same faults. See space.c for the lock.
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

/* Separate from walk(), which would otherwise have the text on its stack each time. */
static noinline void say_refusal(struct mctl_space *space, const struct mctl_access *access,
				 u64 address, struct mctl_error *error)
{
	char text[MCTL_ERROR_TEXT_SIZE];

	mctl_space_record(space, access, NULL);
	mctl_space_refusal(access, text, sizeof(text));
	mctl_fail(error, -EFAULT, "%s at %#llx of region %s: %s", access->write ? "write" : "read",
		  address, space->name, text);
}

/*
 * Walk to one page, with a fault if necessary. family->lock is held.
 * Return: the kernel address that @address translates to, or NULL if the access was refused.
 */
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
	/* If the shadow already had the leaf, the hardware would not have faulted. */
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

/* Called after each page of a loop, since a range can be 1 TiB. Return: 0, or -EINTR. */
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
 * @name: name of the region
 * @address: first address
 * @buffer: filled with the bytes read
 * @size: bytes
 * @error: text on failure; may be NULL
 *
 * The bytes before a page that is refused are read.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EFAULT if the range is not in the region, not in
 * its vmas, or not readable; -ENOMEM if the arena has no frame, or the limit is reached; -EIO if a
 * file cannot be read, or the memory has a hardware error; -EBUSY if a file does not answer;
 * -EINTR if the process is killed.
 */
int mctl_space_read(struct mctl_arena *arena, const char *name, u64 address, void *buffer,
		    size_t size, struct mctl_error *error)
{
	return copy(arena, name, address, buffer, NULL, size, error);
}

/**
 * mctl_space_write() - write to a region
 * @arena: the arena
 * @name: name of the region
 * @address: first address
 * @buffer: the bytes to write
 * @size: bytes
 * @error: text on failure; may be NULL
 *
 * The bytes before a page that is refused are written.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: as mctl_space_read(), with -EFAULT if the range is not writable.
 */
int mctl_space_write(struct mctl_arena *arena, const char *name, u64 address, const void *buffer,
		     size_t size, struct mctl_error *error)
{
	return copy(arena, name, address, NULL, buffer, size, error);
}

/**
 * mctl_space_touch() - access each page of a range
 * @arena: the arena
 * @name: name of the region
 * @address: first address
 * @size: bytes
 * @write: access for writing; the content does not change
 * @counts: filled with the number of accesses by enum mctl_space_fault; those counted as
 *	    MCTL_FAULT_MINOR needed no new frame, or copied a page from the page cache
 * @error: text on failure; may be NULL
 *
 * Stops at the first page that is refused.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: as mctl_space_read().
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
