/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spaces: managed regions that processes map (Documentation/regions.rst). A
 * space is a range of addresses with vmas, a shadow that translates them to
 * frames of the arena, and the list of processes whose page tables follow the
 * shadow. Spaces and the kernel regions of regions/region.h share one register of
 * names. A space holds a reference to the module.
 *
 * Callers outside of spaces/ identify a space by arena and name. Only dev/, and
 * dumps while they build a part, hold a space, from mctl_space_get() or
 * mctl_space_get_from().
 *
 * See space.c for the invariants and locks.
 */
#ifndef MCTL_SPACES_SPACE_H
#define MCTL_SPACES_SPACE_H

#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <uapi/linux/memctl_dev.h>
#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"
#include "regions/region.h"

struct iov_iter;
struct mctl_plant;
struct pipe_inode_info;
struct mctl_space;

/* First address of every space: in the user half, a multiple of 1 GiB. */
#define MCTL_SPACE_START 0x100000000000ULL
/* Most pages of 4 KiB in a space: 1 TiB. */
#define MCTL_SPACE_MAX_PAGES 0x10000000U
/* Most pages that a read fault maps. */
#define MCTL_SPACE_MAX_WINDOW 512U

/* Rights of a range, as in core/vma.h. There is no right to execute. */
#define MCTL_SPACE_R BIT(0)
#define MCTL_SPACE_W BIT(1)

/**
 * enum mctl_space_fault - how a fault ended
 * @MCTL_FAULT_MINOR: the shadow had a frame, which was mapped, or made writable again; or the page
 *		       of the file was in the host's page cache, and was copied
 * @MCTL_FAULT_MAJOR: the page was read from the file, because the page cache did not have it
 * @MCTL_FAULT_ZERO: the shared frame of zeros was mapped, for reading
 * @MCTL_FAULT_NEW: a new zeroed frame was mapped, for writing; or for reading, if the shared frame
 *		     of zeros has a memory error
 * @MCTL_FAULT_COW: a shared frame was copied, for writing
 * @MCTL_FAULT_REFUSED: the access was refused; enum mctl_space_reason says why
 * @MCTL_NR_FAULTS: number of values
 */
enum mctl_space_fault {
	MCTL_FAULT_MINOR,
	MCTL_FAULT_MAJOR,
	MCTL_FAULT_ZERO,
	MCTL_FAULT_NEW,
	MCTL_FAULT_COW,
	MCTL_FAULT_REFUSED,
	MCTL_NR_FAULTS,
};

/**
 * enum mctl_space_reason - why a fault was refused
 * @MCTL_REFUSED_NONE: it was not refused
 * @MCTL_REFUSED_OUTSIDE: the address is in no vma; SIGSEGV
 * @MCTL_REFUSED_RIGHTS: the vma does not have the right; SIGSEGV
 * @MCTL_REFUSED_SIZE: the address is beyond the end of the region; SIGBUS
 * @MCTL_REFUSED_FILE: the page is beyond the end of the file, or cannot be read; SIGBUS
 * @MCTL_REFUSED_LIMIT: the frames charged to the region are at its limit; SIGBUS
 * @MCTL_REFUSED_MEMORY: the arena has no frame; SIGBUS
 * @MCTL_REFUSED_HWPOISON: the frame has a hardware memory error; SIGBUS (BUS_MCEERR_AR)
 */
enum mctl_space_reason {
	MCTL_REFUSED_NONE,
	MCTL_REFUSED_OUTSIDE,
	MCTL_REFUSED_RIGHTS,
	MCTL_REFUSED_SIZE,
	MCTL_REFUSED_FILE,
	MCTL_REFUSED_LIMIT,
	MCTL_REFUSED_MEMORY,
	MCTL_REFUSED_HWPOISON,
};

/**
 * struct mctl_space_params - parameters of a new space
 * @name: name of the region
 * @size: bytes, a multiple of 4096, or of 2 MiB with @order 9
 * @limit: most frames that may be charged to it (Documentation/regions.rst); 0 for no limit
 * @order: 0, or 9 for memory in blocks of 2 MiB where these are available
 * @window: pages that a read fault maps, a power of two; 0 for the default of 16
 * @empty: create no vma; otherwise one anonymous vma, readable and writable, covers the region
 */
struct mctl_space_params {
	const char *name;
	u64 size;
	u32 limit;
	u32 order;
	u32 window;
	bool empty;
};

/**
 * struct mctl_space_info - description of a space
 * @name: name of the region
 * @start: first address
 * @end: address after the last byte
 * @vss: bytes in its vmas
 * @nr_vmas: its vmas
 * @nr_files: files bound to it: open descriptors and mappings hold one
 * @nr_processes: address spaces that map it
 * @nr_mappings: vmas of these that map it
 * @levels: levels of its page tables, 4 or 5
 * @nr_tables: frames that hold the shadow's tables
 * @nr_mapped: pages that the shadow maps, including those mapped to the shared frame of zeros
 * @nr_zero: pages that the shadow maps to the shared frame of zeros
 * @nr_large: leaves of 2 MiB
 * @rss: frames that back it
 * @uss: frames of @rss that back no other region and are not lent
 * @pss: bytes: each frame of @rss divided by its references: regions that map it, and loans
 * @nr_dirty: pages written since they were mapped or last cleared
 * @nr_accessed: pages touched since they were mapped or last cleared
 * @nr_lent: loans of frames, to pipes and to reads and writes of the kernel
 * @nr_quarantine: frames of the whole arena that are unmapped, but still held by the host
 * @nr_away: frames charged to it that the shadow does not map: lent, in quarantine, or being
 *	     read into
 * @nr_charged: frames that count against @limit: @rss, @nr_tables, @nr_large and @nr_away
 * @limit: see struct mctl_space_params
 * @order: see struct mctl_space_params
 * @window: see struct mctl_space_params
 * @family: id of its family
 * @nr_family: regions of the family
 * @faults: number of faults, by enum mctl_space_fault
 * @around: pages mapped around the page of a fault
 * @nr_zaps: times that entries, or their RW, were removed from the processes' tables
 * @sequence: changes of the shadow
 */
struct mctl_space_info {
	char name[MEMCTL_NAME_MAX + 1];
	u64 start, end, vss;
	u32 nr_vmas, nr_files, nr_processes, nr_mappings;
	u32 levels, nr_tables, nr_mapped, nr_zero, nr_large;
	u32 rss, uss;
	u64 pss;
	u32 nr_dirty, nr_accessed, nr_lent, nr_quarantine, nr_away, nr_charged;
	u32 limit, order, window, family, nr_family;
	u64 faults[MCTL_NR_FAULTS];
	u64 around, nr_zaps, sequence;
};

/**
 * struct mctl_spaces - the spaces of an arena
 * @arena: the arena
 * @list: struct mctl_space
 * @ids: ids of the spaces on @list
 * @families: struct mctl_family
 * @nr: spaces on @list; may be read without the lock
 * @last_family: id of the last family created
 * @last_account: the last account given
 * @zero: frame of zeros; MCTL_FN_NONE while there is no space
 * @nr_zero: spaces that hold @zero
 * @nr_followers: see space_follow.h; the follower's lock to write
 * @quarantine_lock: protects the fields that name it; leaf
 * @quarantine: first frame in quarantine; @quarantine_lock
 * @nr_quarantine: frames in quarantine; @quarantine_lock
 * @accounts: struct mctl_space by account; arena->regions->lock to change, and @quarantine_lock
 *	      too to remove; either of them to look up
 * @nr_differed: entries of processes that differed from the shadow when they were unmapped
 * @work: frees frames in quarantine that the host has released
 *
 * Fields for which no lock is named: arena->regions->lock.
 */
struct mctl_spaces {
	struct mctl_arena *arena;
	struct list_head list;
	struct mctl_ids ids;
	struct list_head families;
	u32 nr;
	u32 last_family;
	u32 last_account;
	u32 zero;
	u32 nr_zero;
	u32 nr_followers;
	spinlock_t quarantine_lock;
	u32 quarantine;
	u32 nr_quarantine;
	struct xarray accounts;
	atomic64_t nr_differed;
	struct delayed_work work;
};

/* --- create, remove, find: space.c ------------------------------------------------------------ */

int mctl_space_add(struct mctl_arena *arena, const struct mctl_space_params *params,
		   struct mctl_error *error);
int mctl_space_del(struct mctl_arena *arena, const char *name, struct mctl_error *error);
int mctl_space_fork(struct mctl_arena *arena, const char *from, const char *to,
		    struct mctl_error *error);
int mctl_space_info(struct mctl_arena *arena, const char *name, struct mctl_space_info *info);
int mctl_space_info_of(struct mctl_space *space, struct mctl_space_info *info);
int mctl_space_set_limit(struct mctl_arena *arena, const char *name, u32 limit,
			 struct mctl_error *error);
int mctl_space_set_window(struct mctl_arena *arena, const char *name, u32 window,
			  struct mctl_error *error);
bool mctl_space_exists(struct mctl_arena *arena, const char *name);
int mctl_spaces_create(struct mctl_arena *arena);
void mctl_spaces_destroy(struct mctl_arena *arena);

/* space_check.c; for verify.c */
void mctl_spaces_check(struct mctl_arena *arena, struct mctl_report *report);
void mctl_spaces_freeze(struct mctl_arena *arena, u32 *nr_table, u32 *nr_region);
void mctl_spaces_check_quarantine(struct mctl_arena *arena, struct mctl_report *report);
void mctl_spaces_thaw(struct mctl_arena *arena);

/* --- vmas: space_vma.c ------------------------------------------------------------------------ */

/**
 * struct mctl_space_vma - description of a vma of a space, and of its pages
 * @start: first address
 * @end: address after the last byte
 * @rights: MCTL_SPACE_R and MCTL_SPACE_W
 * @offset: byte of the file that @start maps; 0 for anonymous memory
 * @file: path of the file, empty for anonymous memory
 * @nr_mapped: pages that the shadow maps
 * @nr_zero: pages of @nr_mapped that are mapped to the shared frame of zeros
 * @nr_large: leaves of 2 MiB
 * @rss: pages backed by frames of the region, shared with forks or not
 * @uss: pages of @rss whose frame has no other reference
 * @pss: bytes: each page of @rss divided by the references to its frame
 * @nr_dirty: pages written
 * @nr_accessed: pages touched
 * @nr_shared_dirty: pages of @nr_dirty whose frame has other references
 * @nr_private_dirty: pages of @nr_dirty whose frame has no other reference
 * @pss_dirty: bytes of @pss in pages that were written
 * @dev: device number of the file's file system; 0 for anonymous memory
 * @inode: inode number of the file; 0 for anonymous memory
 */
struct mctl_space_vma {
	u64 start, end;
	u32 rights;
	u64 offset;
	char file[128];
	u32 nr_mapped, nr_zero, nr_large, rss, uss;
	u64 pss;
	u32 nr_dirty, nr_accessed, nr_shared_dirty, nr_private_dirty;
	u64 pss_dirty;
	dev_t dev;
	u64 inode;
};

int mctl_space_map(struct mctl_arena *arena, const char *name, u64 start, u64 size, u32 rights,
		   const char *file, u64 offset, u64 *got, struct mctl_error *error);
int mctl_space_unmap(struct mctl_arena *arena, const char *name, u64 start, u64 size,
		     struct mctl_error *error);
int mctl_space_protect(struct mctl_arena *arena, const char *name, u64 start, u64 size, u32 rights,
		       struct mctl_error *error);
int mctl_space_discard(struct mctl_arena *arena, const char *name, u64 start, u64 size,
		       struct mctl_error *error);
int mctl_space_vma_at(struct mctl_space *space, u64 address, struct mctl_space_vma *vma);

/* --- access without a process: space_access.c ------------------------------------------------- */

int mctl_space_read(struct mctl_arena *arena, const char *name, u64 address, void *buffer,
		    size_t size, struct mctl_error *error);
int mctl_space_write(struct mctl_arena *arena, const char *name, u64 address, const void *buffer,
		     size_t size, struct mctl_error *error);
int mctl_space_touch(struct mctl_arena *arena, const char *name, u64 address, u64 size, bool write,
		     u64 counts[MCTL_NR_FAULTS], struct mctl_error *error);

/* --- files: space_backing.c ------------------------------------------------------------------- */

int mctl_space_readers_init(void);
void mctl_space_readers_exit(void);

/* --- page tables: space_verify.c -------------------------------------------------------------- */

/**
 * enum mctl_pt_difference - how a shadow's entry and the hardware's differ
 * @MCTL_DIFFERENT_PRESENT: the hardware maps a page that the shadow does not map
 * @MCTL_DIFFERENT_FRAME: the frame
 * @MCTL_DIFFERENT_RW: RW, the right to write
 * @MCTL_DIFFERENT_US: US, the right of user mode
 * @MCTL_DIFFERENT_NX: NX, no right to execute
 * @MCTL_DIFFERENT_LEVEL: the hardware's leaf is larger than the shadow's
 * @MCTL_DIFFERENT_CACHE: PWT, PCD, PAT or G
 */
enum mctl_pt_difference {
	MCTL_DIFFERENT_PRESENT = 0x01,
	MCTL_DIFFERENT_FRAME = 0x02,
	MCTL_DIFFERENT_RW = 0x04,
	MCTL_DIFFERENT_US = 0x08,
	MCTL_DIFFERENT_NX = 0x10,
	MCTL_DIFFERENT_LEVEL = 0x20,
	MCTL_DIFFERENT_CACHE = 0x40,
};

/**
 * struct mctl_space_mismatch - an entry of a process that differs from the shadow
 * @region: name of the region
 * @pid: pid of a thread group that has the tables, 0 if there is none any more
 * @address: address in the space
 * @user: address in the process
 * @shadow: the entry that the process should have, made from the shadow's
 * @hardware: the entry that the process has
 * @level: level of the hardware's table, 1 for leaves of 4 KiB
 * @different: bits of enum mctl_pt_difference
 */
struct mctl_space_mismatch {
	char region[MEMCTL_NAME_MAX + 1];
	int pid;
	u64 address, user, shadow, hardware;
	u32 level, different;
};

/**
 * struct mctl_space_verify - result of a comparison
 * @nr_regions: regions compared
 * @nr_processes: address spaces compared
 * @nr_mappings: vmas compared
 * @nr_entries: present entries of the hardware's tables compared, including those above leaves
 * @nr_absent: pages that the shadow maps but a process does not yet: no difference
 * @nr_large: leaves of 2 MiB among @nr_entries
 * @nr_small: pages of a 2 MiB leaf that a process maps one by one: no difference
 * @nr_accessed: entries with A
 * @nr_dirty: entries with D
 * @nr_retried: mappings compared again because they had changed meanwhile
 * @nr_changed: mappings that were unmapped, or kept changing, and were not compared to their end
 * @nr_busy: processes not compared, or not to their end, because their mmap_lock stayed taken
 * @nr_mismatch: entries that differ
 * @busy_pid: pid of the first of @nr_busy
 * @nr_listed: mismatches listed
 */
struct mctl_space_verify {
	u64 nr_regions, nr_processes, nr_mappings, nr_entries, nr_absent, nr_large, nr_small;
	u64 nr_accessed, nr_dirty, nr_retried, nr_changed, nr_busy, nr_mismatch;
	int busy_pid;
	unsigned int nr_listed;
};

int mctl_space_verify(struct mctl_arena *arena, const char *name, int pid,
		      struct mctl_space_verify *result, struct mctl_space_mismatch *mismatches,
		      unsigned int nr, struct mctl_error *error);
int mctl_space_busy(const struct mctl_space_verify *result, struct mctl_error *error);

/* space_shadow.c */
int mctl_space_flip(struct mctl_arena *arena, const char *name, u64 address, u32 level, u32 bit,
		    struct mctl_error *error);
int mctl_space_walk(struct mctl_arena *arena, const char *name, u64 address,
		    struct mctl_pt_entry steps[MEMCTL_MAX_LEVELS], u64 *physical,
		    struct mctl_error *error);
int mctl_space_entries(struct mctl_space *space, struct mctl_pt_cursor *cursor,
		       struct mctl_pt_entry *entries, unsigned int nr);

/* --- accounts: space_usage.c ------------------------------------------------------------------ */

/**
 * struct mctl_space_process - memory of a space that a process maps
 * @region: name of the region
 * @pid: pid of the thread group
 * @comm: its name
 * @nr_mappings: vmas that map the region
 * @vss: bytes in these vmas
 * @rss: bytes mapped in its tables, without those mapped to the shared frame of zeros
 * @uss: bytes of @rss whose frame no other entry of a process maps
 * @pss: bytes: each page of @rss divided by the entries of processes that map its frame
 * @nr_zero: pages mapped to the shared frame of zeros
 * @nr_accessed: pages with A
 * @nr_dirty: pages with D
 * @faults: number of faults, by enum mctl_space_fault
 */
struct mctl_space_process {
	char region[MEMCTL_NAME_MAX + 1];
	int pid;
	char comm[16];
	u32 nr_mappings;
	u64 vss, rss, uss, pss;
	u32 nr_zero, nr_accessed, nr_dirty;
	u64 faults[MCTL_NR_FAULTS];
};

struct mctl_census;

struct mctl_census *mctl_census_take(struct mctl_arena *arena, struct mctl_space *space,
				     struct mctl_error *error);
void mctl_census_free(struct mctl_census *census);
int mctl_census_process(struct mctl_census *census, struct mctl_space *space, u64 *id,
			struct mctl_space_process *process, struct mctl_error *error);

/**
 * struct mctl_space_idle - pages touched since the last clear
 * @nr_pages: pages that the shadow maps
 * @nr_accessed: pages of @nr_pages that were touched
 * @nr_idle: pages of @nr_pages that were not touched
 * @nr_dirty: pages of @nr_pages that were written
 */
struct mctl_space_idle {
	u64 nr_pages, nr_accessed, nr_idle, nr_dirty;
};

int mctl_space_idle(struct mctl_arena *arena, const char *name, bool clear,
		    struct mctl_space_idle *result, struct mctl_error *error);

/**
 * struct mctl_space_place - a page that a frame backs
 * @region: name of the region
 * @address: address of the page in the space
 * @entry: the shadow's entry
 * @nr_processes: address spaces that map the region
 */
struct mctl_space_place {
	char region[MEMCTL_NAME_MAX + 1];
	u64 address, entry;
	u32 nr_processes;
};

void mctl_space_hwpoison(struct mctl_arena *arena, u32 fn);
int mctl_space_rmap(struct mctl_arena *arena, u64 pfn, struct mctl_space_place *places,
		    unsigned int nr, struct mctl_error *error);

/* --- trace: space_trace.c --------------------------------------------------------------------- */

/**
 * struct mctl_space_record - record of a fault
 * @sequence: number of the record in its space, from 1 on
 * @time: nanoseconds since boot
 * @address: address of the page in the space
 * @user: address in the process; 0 without a process
 * @pid: pid of the thread; 0 without a process
 * @kind: enum mctl_space_fault
 * @reason: enum mctl_space_reason
 * @write: the access was for writing
 * @pages: pages mapped by the fault
 */
struct mctl_space_record {
	u64 sequence, time, address, user;
	int pid;
	u8 kind, reason;
	bool write;
	u16 pages;
};

int mctl_space_records(struct mctl_arena *arena, const char *name, u64 *next,
		       struct mctl_space_record *records, unsigned int nr, u64 *lost);
int mctl_space_trace(struct mctl_arena *arena, const char *name, bool on, struct mctl_error *error);

/* --- references, for dev/ and for dumps ----------------------------------------------------- */

struct mctl_space *mctl_space_get(struct mctl_arena *arena, const char *name);
struct mctl_space *mctl_space_get_from(struct mctl_arena *arena, u64 id);
u64 mctl_space_id(const struct mctl_space *space);
const char *mctl_space_name(const struct mctl_space *space);
void mctl_space_hold(struct mctl_space *space);
bool mctl_space_try_hold(struct mctl_space *space);
void mctl_space_put(struct mctl_space *space);
void mctl_space_file_hold(struct mctl_space *space);
void mctl_space_file_put(struct mctl_space *space);

/* --- files, for dev/ ---------------------------------------------------------------------- */

/* space_inode.c */
struct mctl_space *mctl_space_inode_get(struct inode *inode);
struct file *mctl_space_file_open(struct mctl_space *space,
				  const struct file_operations *operations, int flags);

/* space_map.c */
int mctl_space_mmap(struct mctl_space *space, struct vm_area_struct *vma);
unsigned long mctl_space_get_area(struct file *file, unsigned long address, unsigned long size,
				  unsigned long offset, unsigned long flags);

/* space_io.c */
ssize_t mctl_space_read_iter(struct mctl_space *space, u64 offset, struct iov_iter *to);
ssize_t mctl_space_write_iter(struct mctl_space *space, u64 offset, struct iov_iter *from);
ssize_t mctl_space_splice_read(struct mctl_space *space, u64 offset, struct pipe_inode_info *pipe,
			       size_t size, unsigned int flags);
int mctl_space_file_populate(struct mctl_space *space, u64 offset, u64 size);
int mctl_space_file_discard(struct mctl_space *space, u64 offset, u64 size);
void mctl_space_file_info(struct mctl_space *space, struct memctl_dev_info *info);

/* spaces/space_plant.c: damage planted for tests; see host/flip.h. */
int mctl_space_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);

#endif /* MCTL_SPACES_SPACE_H */
