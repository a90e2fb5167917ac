/* SPDX-License-Identifier: GPL-2.0 */
/* Walks of the tables of processes that map a space: see space_walk.c. */
#ifndef MCTL_SPACES_SPACE_WALK_H
#define MCTL_SPACES_SPACE_WALK_H

#include "host/error.h"
#include "spaces/space_internal.h"

/**
 * struct mctl_space_found - an entry of a process
 * @entry: the entry, or 0
 * @level: level of its table
 * @above: of the entries above it: P, RW and US if all of them have it, NX if one of them has it
 */
struct mctl_space_found {
	u64 entry;
	unsigned int level;
	u64 above;
};

/**
 * struct mctl_space_mapping - a mapping, as it was when its walk began
 * @start: first address
 * @end: address after the last byte
 * @first: page of the space at @start
 * @flags: VM_*
 */
struct mctl_space_mapping {
	u64 start;
	u64 end;
	unsigned long first;
	unsigned long flags;
};

/**
 * struct mctl_space_visitor - callbacks of a walk; family->lock and mmap_lock are held
 * @begin: a mapping begins
 * @entry: an entry is present; returns the address to continue at, above @address
 * @end: the mapping has been walked to its end; may be NULL
 * @changed: the mapping changed since its walk began; returns whether to start it again. If NULL,
 *	     the walk continues at the same address in the mapping that is there now.
 */
struct mctl_space_visitor {
	void (*begin)(void *context, const struct mctl_space_mapping *mapping);
	u64 (*entry)(void *context, const struct vm_area_struct *vma, u64 address,
		     const struct mctl_space_found *found);
	void (*end)(void *context, const struct mctl_space_mapping *mapping);
	bool (*changed)(void *context);
};

/**
 * struct mctl_space_walk - a walk of the processes of a space, and of the mappings of each
 * @space: the space, held
 * @mm: address space of the process, held by mm_users; NULL before the first process
 * @id: id of the process
 * @last: id of the last process when the walk began
 * @pid: pid of the thread group
 * @user: copy of the record of the process
 * @waited_ns: time spent waiting for locks of processes, over all spaces of a command
 * @address: where to continue in the process
 * @mapping: the mapping that contains @address, if @inside is set
 * @inside: a mapping has begun and not ended
 * @nr_left: vmas that the walk may still pass in this process
 */
struct mctl_space_walk {
	struct mctl_space *space;
	struct mm_struct *mm;
	u64 id;
	u64 last;
	int pid;
	struct mctl_space_user user;
	u64 waited_ns;
	u64 address;
	struct mctl_space_mapping mapping;
	bool inside;
	u64 nr_left;
};

void mctl_space_look_up(struct mm_struct *mm, u64 address, struct mctl_space_found *found);
pmd_t *mctl_space_find_table(struct mm_struct *mm, u64 address, u64 end, u64 *next);
u64 mctl_space_next_entry(struct mm_struct *mm, u64 address, u64 end, u32 *steps,
			  struct mctl_space_found *found);
int mctl_space_walk_begin(struct mctl_space_walk *walk, struct mctl_space *space, u64 after);
int mctl_space_walk_next(struct mctl_space_walk *walk);
int mctl_space_walk_mappings(struct mctl_space_walk *walk, const struct mctl_space_visitor *visitor,
			     void *context);
void mctl_space_walk_end(struct mctl_space_walk *walk);
int mctl_space_walk_fail(const struct mctl_space_walk *walk, int errno, struct mctl_error *error);

#endif /* MCTL_SPACES_SPACE_WALK_H */
