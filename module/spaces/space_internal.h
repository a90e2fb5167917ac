/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files space*.c. See space.c for the invariants and locks. */
#ifndef MCTL_SPACES_SPACE_INTERNAL_H
#define MCTL_SPACES_SPACE_INTERNAL_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/xarray.h>
#include "core/ptable_leaf.h"
#include "core/vma.h"
#include "frames/hwpoison.h"
#include "host/compat.h"
#include "host/error.h"
#include "host/ids.h"
#include "regions/names.h"
#include "regions/shadow.h"
#include "spaces/space.h"

/* Entries of a leaf table, and pages of a leaf of 2 MiB. */
#define MCTL_LEAVES 512U
/* Order of the block that a leaf of 2 MiB maps. */
#define MCTL_LARGE_ORDER 9U
/* Tag of a frame that is no page of a space: the frame of zeros, and frames in quarantine. */
#define MCTL_NO_PAGE U32_MAX
/* Most loans of a space at one time. */
#define MCTL_MAX_LOANS 65536U
/* Faults in a trace, a power of two. */
#define MCTL_NR_RECORDS 256U

struct mctl_space_found;

/**
 * struct mctl_family - a space and all of its forks
 * @list: entry of arena->spaces->families; arena->regions->lock
 * @lock: protects the fields that name it, here and in struct mctl_space, and the
 *	  records of the family's frames
 * @spaces: the spaces, oldest first; @lock
 * @nr_spaces: length of @spaces; @lock
 * @nr_frames: frames that back pages of the spaces, are lent, or are being read into; @lock
 * @id: never 0, and unique while the arena exists
 */
struct mctl_family {
	struct list_head list;
	struct mutex lock;
	struct list_head spaces;
	u32 nr_spaces;
	u32 nr_frames;
	u32 id;
};

/**
 * struct mctl_space_user - an address space of the host that maps a space
 * @list: entry of space->users; family->lock
 * @id: in space->user_ids; family->lock
 * @space: the space
 * @mm: the address space; held by mm_count, not by mm_users
 * @nr_vmas: vmas of @mm that map @space; family->lock
 * @pid: pid of the thread group that faulted last; family->lock
 * @faults: number of faults, by enum mctl_space_fault; family->lock
 * @watched: whether @notifier is registered
 * @notifier: for space_unmap.c
 */
struct mctl_space_user {
	struct list_head list;
	struct mctl_id id;
	struct mctl_space *space;
	struct mm_struct *mm;
	u32 nr_vmas;
	int pid;
	u64 faults[MCTL_NR_FAULTS];
	bool watched;
#ifdef CONFIG_MMU_NOTIFIER
	struct mmu_interval_notifier notifier;
#endif
};

/* A file that backs vmas of a space, once for each file. */
struct mctl_space_backing {
	struct list_head list;
	struct file *file;
};

/**
 * struct mctl_space - a region that processes map
 * @list: entry of arena->spaces->list; arena->regions->lock
 * @id: in arena->spaces->ids; arena->regions->lock
 * @registered: its entry in the register of names; arena->regions->lock
 * @arena: the arena whose frames it maps
 * @family: the spaces with which it shares frames
 * @sibling: entry of family->spaces; family->lock
 * @inode: inode of its file; i_mapping has every mapping of the space
 * @nr_holds: files, loans and requests that hold it, so that it cannot be removed; negative, so
 *	      that it cannot be held, before it can be found and after its removal began
 * @nr_files: files and loans among @nr_holds: those whose end only user space decides
 * @account: key for charging frames in quarantine to it; never 0, and unique
 * @nr_pages: pages of 4 KiB
 * @limit: most frames that may be charged to it, 0 for no limit; family->lock
 * @order: 0 or MCTL_LARGE_ORDER
 * @window: most pages that a read fault maps; family->lock
 * @flags: bits of a readable leaf, without the address
 * @zero: the leaf for the frame of zeros, A not set
 * @vmas: family->lock
 * @backings: struct mctl_space_backing; family->lock
 * @shadow: family->lock
 * @cache: leaf table of @shadow that the last fault used; family->lock
 * @users: struct mctl_space_user; family->lock
 * @nr_users: length of @users; family->lock
 * @user_ids: ids of @users; family->lock
 * @nr_mappings: vmas of all @users; family->lock
 * @nr_frames: pages that the shadow maps to frames of the family; family->lock
 * @nr_zero: pages that the shadow maps to the frame of zeros; family->lock
 * @nr_lent: loans of frames, including those of the frame of zeros; family->lock
 * @loans: number of loans by frame, without those of the frame of zeros; family->lock
 * @nr_away: frames in @loans that @shadow does not map; family->lock
 * @nr_reading: frames that pages of files are being read into; family->lock
 * @nr_quarantine: frames in quarantine that it was the last to release; quarantine_lock
 * @nr_found: used by a check, to count @nr_quarantine; arena->regions->lock
 * @faults: number of faults, by enum mctl_space_fault; family->lock
 * @around: pages mapped around the pages of faults; family->lock
 * @nr_zaps: times that entries of processes, or their RW, were removed; family->lock
 * @sequence: incremented by each change of the shadow; family->lock
 * @differed: an entry that differed from the shadow was reported; family->lock
 * @nr_records: faults recorded; family->lock
 * @records: the last MCTL_NR_RECORDS of them, or NULL; family->lock
 * @name: name of the region
 *
 * Fields for which no lock is named do not change while the space exists.
 */
struct mctl_space {
	struct list_head list;
	struct mctl_id id;
	struct mctl_name registered;
	struct mctl_arena *arena;
	struct mctl_family *family;
	struct list_head sibling;
	struct inode *inode;
	atomic_t nr_holds;
	atomic_t nr_files;
	u32 account;
	u32 nr_pages;
	u32 limit;
	u32 order;
	u32 window;
	u64 flags;
	u64 zero;
	struct mctl_vmas vmas;
	struct list_head backings;
	struct mctl_shadow shadow;
	struct mctl_ptable_leaf_cache cache;
	struct list_head users;
	u32 nr_users;
	struct mctl_ids user_ids;
	u32 nr_mappings;
	u32 nr_frames;
	u32 nr_zero;
	u32 nr_lent;
	struct xarray loans;
	u32 nr_away;
	u32 nr_reading;
	u32 nr_quarantine;
	u32 nr_found;
	u64 faults[MCTL_NR_FAULTS];
	u64 around;
	u64 nr_zaps;
	u64 sequence;
	bool differed;
	u64 nr_records;
	struct mctl_space_record *records;
	char name[MEMCTL_NAME_MAX + 1];
};

/**
 * struct mctl_access - an access to a page, and its result
 * @page: page of the space
 * @write: the access is for writing
 * @kind: enum mctl_space_fault
 * @reason: enum mctl_space_reason, for MCTL_FAULT_REFUSED
 * @request: made for a netlink request, which must not wait long for a file
 * @why: enum memctl_reason for MCTL_REFUSED_MEMORY: why the arena has no frame
 * @level: level of @entry
 * @entry: the shadow's leaf, which allows the access
 * @leaves: pfn of the leaf table of the page, or MCTL_PT_NO_PFN
 * @user: address in the process, 0 without a process
 * @pages: pages mapped in the process
 * @late: for MCTL_REFUSED_FILE: the file did not answer in time
 * @filled: a page of a file was read into a new frame
 */
struct mctl_access {
	u32 page;
	bool write;
	u8 kind;
	u8 reason;
	bool request;
	u32 why;
	unsigned int level;
	u64 entry;
	u64 leaves;
	u64 user;
	u32 pages;
	bool late;
	bool filled;
};

static inline u64 mctl_space_address(u32 page)
{
	return MCTL_SPACE_START + ((u64)page << PAGE_SHIFT);
}

/* The page of an address that is in the space. */
static inline u32 mctl_space_page(u64 address)
{
	return (address - MCTL_SPACE_START) >> PAGE_SHIFT;
}

/* Take family->lock for a request. Return: 0, or -EINTR if the process is killed. */
static inline int mctl_space_lock(struct mctl_space *space, struct mctl_error *error)
{
	if (!mutex_lock_killable(&space->family->lock))
		return 0;
	return mctl_fail(error, -EINTR, "killed while region %s was waited for", space->name);
}

static inline void mctl_space_unlock(struct mctl_space *space)
{
	mutex_unlock(&space->family->lock);
}

/* The first page from @page on that a leaf table or a leaf of 2 MiB may map, or @end. */
static inline u32 mctl_space_skip(const struct mctl_space *space, u32 page, u32 end)
{
	return mctl_space_page(mctl_ptable_skip(&space->shadow.pt, mctl_space_address(page),
						mctl_space_address(end)));
}

static inline bool mctl_space_is_zero(const struct mctl_space *space, u64 entry)
{
	return !((entry ^ space->zero) & space->shadow.pt.address_mask);
}

/*
 * Frames that the shadow takes: pages, tables, and one more table for each leaf of 2 MiB, so that
 * a split charges no frame. family->lock is held.
 */
static inline u32 mctl_space_there(const struct mctl_space *space)
{
	return space->nr_frames + space->shadow.nr_tables + (u32)space->shadow.pt.nr_leaves[2];
}

/*
 * Frames charged to a space that its shadow does not map. family->lock is held; the number in
 * quarantine may shrink all the same.
 */
static inline u32 mctl_space_away(const struct mctl_space *space)
{
	return space->nr_away + space->nr_reading + READ_ONCE(space->nr_quarantine);
}

/* Frames that count against the limit (Documentation/regions.rst). Locks as mctl_space_away(). */
static inline u32 mctl_space_charged(const struct mctl_space *space)
{
	return mctl_space_there(space) + mctl_space_away(space);
}

/**
 * mctl_space_loans_of() - number of loans of a frame by a space
 * @space: the space; family->lock is held
 * @fn: the frame
 *
 * Context: Any context.
 * Return: the number of loans that have not been returned.
 */
static inline u32 mctl_space_loans_of(const struct mctl_space *space, u32 fn)
{
	if (likely(xa_empty(&space->loans)))
		return 0;
	return xa_to_value(xa_load((struct xarray *)&space->loans, fn));
}

/* The leaf of 4 KiB that maps @page as @entry, a leaf of any level, does. */
static inline u64 mctl_space_small(const struct mctl_space *space, u32 page, unsigned int level,
				   u64 entry)
{
	const struct mctl_ptable *pt = &space->shadow.pt;

	if (level == 1)
		return entry;
	return mctl_ptable_physical(pt, mctl_space_address(page), level, entry) |
	       (entry & ~(pt->address_mask | MCTL_PT_PS | MCTL_PT_PAT_LARGE));
}

/* space_hold.c */
struct mctl_space *mctl_space_find(struct mctl_arena *arena, const char *name);
struct mctl_space *mctl_space_need(struct mctl_arena *arena, const char *name,
				   struct mctl_error *error);

/* space.c */
struct mctl_space *mctl_space_create(struct mctl_arena *arena,
				     const struct mctl_space_params *params,
				     struct mctl_family *family, struct mctl_error *error);
void mctl_space_destroy(struct mctl_space *space);
void mctl_space_publish(struct mctl_space *space);

/* space_frame.c */
u32 mctl_space_frame_alloc(struct mctl_space *space, u32 page, unsigned int order, bool zero,
			   u32 *reason);
u32 mctl_space_frame_alloc_bulk(struct mctl_space *space, u32 page, u32 nr, u32 *fns);
u32 mctl_space_frame_of(const struct mctl_space *space, u64 entry);
u32 mctl_space_frame_refs(const struct mctl_space *space, u32 fn);
void mctl_space_frame_get(struct mctl_space *space, u32 fn);
void mctl_space_frame_put(struct mctl_space *space, u32 fn, unsigned int order);
void mctl_space_frame_unmapped(struct mctl_space *space, u32 fn, unsigned int order);
void mctl_space_frame_split(struct mctl_space *space, u32 fn);
void *mctl_space_frame_address(const struct mctl_space *space, u32 fn);
int mctl_space_zero_get(struct mctl_arena *arena, u64 *pfn, u32 *reason);
void mctl_space_zero_put(struct mctl_arena *arena);

/* space_quarantine.c */
int mctl_space_enter(struct mctl_space *space);
void mctl_space_leave(struct mctl_space *space);
void mctl_space_quarantine(struct mctl_arena *arena, u32 fn, unsigned int order, u32 account);
void mctl_spaces_exit(struct mctl_arena *arena);
bool mctl_spaces_reap(struct mctl_arena *arena);

/* space_loan.c */
int mctl_space_lend(struct mctl_space *space, u32 fn);
void mctl_space_unlend(struct mctl_space *space, u32 fn);
bool mctl_space_maps(const struct mctl_space *space, u32 fn);

/* space_resolve.c */
int mctl_space_resolve(struct mctl_space *space, struct mctl_access *access);
bool mctl_space_over_limit(const struct mctl_space *space, u32 nr);

/* space_backing.c */
int mctl_space_read_file(struct mctl_space *space, struct file *file, u64 page, u32 *fn,
			 bool bounded, bool *io);

/* space_follow.c */
void mctl_space_tell(const struct mctl_space *space, u64 address, const struct mctl_access *access);
void mctl_space_forget(const struct mctl_space *space, u32 page, u32 nr);

/* space_zap.c */
void mctl_space_zap(struct mctl_space *space, u32 page, u32 nr);

/* space_unmap.c */
void mctl_space_watch(struct mctl_space_user *user);
void mctl_space_unwatch(struct mctl_space_user *user);

/* space_verify.c */
u32 mctl_space_compare(const struct mctl_space *space, const struct vm_area_struct *vma, u32 page,
		       const struct mctl_space_found *found, u64 *expected);

/* space_readonly.c */
void mctl_space_make_readonly(struct mctl_space *space);

/* space_range.c */
int mctl_space_split(struct mctl_space *space, u32 page);
int mctl_space_drop(struct mctl_space *space, u32 page, u32 nr);
u32 mctl_space_reclaim(struct mctl_space *space, u32 nr);

/* space_vma.c */
void mctl_space_prune_files(struct mctl_space *space);
int mctl_space_copy_vmas(struct mctl_space *to, const struct mctl_space *from,
			 struct mctl_error *error);

/* space_inode.c */
struct inode *mctl_space_inode_new(struct mctl_space *space);
void mctl_space_inode_free(struct inode *inode);

/* space_walk.c */
int mctl_space_first_pid(struct mctl_space *space);

/* space_record.c */
u32 mctl_space_why(const struct mctl_access *access);
void mctl_space_refusal(const struct mctl_access *access, char *text, size_t size);
void mctl_space_record(struct mctl_space *space, const struct mctl_access *access,
		       struct mctl_space_user *user);

/* space_fault.c */
vm_fault_t mctl_space_fault(struct vm_fault *vmf);
vm_fault_t mctl_space_mkwrite(struct vm_fault *vmf);
vm_fault_t mctl_space_huge_fault(struct vm_fault *vmf, MCTL_FAULT_ORDER order);

/* space_user.c */
bool mctl_space_user_add(struct mctl_space *space, struct vm_area_struct *vma,
			 struct mctl_space_user *fresh);
bool mctl_space_user_drop(struct mctl_space_user *user);
struct mctl_space_user *mctl_space_user_of(const struct vm_area_struct *vma);

static inline bool mctl_space_may_write(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE;
}

/* The entry for a process, made from the shadow's: restricted to the rights of the vma. */
static inline u64 mctl_space_hardware(const struct vm_area_struct *vma, u64 entry)
{
	u64 pkey = pgprot_val(vma->vm_page_prot) & _PAGE_PKEY_MASK;

	if (!mctl_space_may_write(vma))
		entry &= ~(MCTL_PT_RW | MCTL_PT_D);
	return entry | pkey | _PAGE_SPECIAL;
}

/* Whether a leaf maps memory with a hardware error; any in a leaf of 2 MiB counts. */
static inline bool mctl_space_is_bad(const struct mctl_space *space, u64 entry, unsigned int level)
{
	return entry && mctl_hwpoison_any(space->arena) &&
	       mctl_hwpoison_has(space->arena, mctl_space_frame_of(space, entry),
				 level > 1 ? MCTL_LARGE_ORDER : 0);
}

#endif /* MCTL_SPACES_SPACE_INTERNAL_H */
