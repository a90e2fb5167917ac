/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Spaces: managed regions that processes map (Documentation/regions.rst). A
 * space is a range of addresses with vmas, a shadow that translates them to
 * frames of the arena, and the list of processes whose page tables follow the
 * shadow. It shares its names with the regions of regions/region.h, which are
 * mapped in the kernel. A space holds a reference to the module.
 *
 * Callers outside of mm/ name a space by arena and name; module/dev/, and a part
 * of a dump, hold one from mctl_space_get() or mctl_space_get_from() on.
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

/* First address of every space: in the user's half, at a multiple of 1 GiB. */
#define MCTL_SPACE_START 0x100000000000ULL
/* Most pages of 4 KiB: 1 TiB. */
#define MCTL_SPACE_MAX_PAGES 0x10000000U
/* Most pages that a read fault maps. */
#define MCTL_SPACE_MAX_WINDOW 512U

/* Rights of a range: core/vma.h. There is no right to execute. */
#define MCTL_SPACE_R BIT(0)
#define MCTL_SPACE_W BIT(1)

/**
 * enum mctl_space_fault - how a fault ended
 * @MCTL_FAULT_MINOR: the frame was there, and was mapped, or made writable again; or the page of
 *		       the file was in the host's page cache, and was copied
 * @MCTL_FAULT_MAJOR: the page was read from the file, as the page cache did not have it
 * @MCTL_FAULT_ZERO: the shared frame of zeros was mapped, for reading
 * @MCTL_FAULT_NEW: a fresh frame of zeros was mapped, for writing
 * @MCTL_FAULT_COW: a shared frame was copied, for writing
 * @MCTL_FAULT_REFUSED: the access was against the rights, or no memory was to be had
 * @MCTL_NR_FAULTS: how many there are
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
 * @MCTL_REFUSED_NONE: it was not
 * @MCTL_REFUSED_OUTSIDE: no vma has the address; SIGSEGV
 * @MCTL_REFUSED_RIGHTS: the vma has not the right; SIGSEGV
 * @MCTL_REFUSED_SIZE: behind the end of the region; SIGBUS
 * @MCTL_REFUSED_FILE: the file does not reach so far, or cannot be read; SIGBUS
 * @MCTL_REFUSED_LIMIT: the region has all frames that it may have, its tables and what it has
 *			lent included; SIGBUS
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
 * struct mctl_space_params - what to make
 * @name: of the region
 * @size: bytes, a multiple of 4096, of 2 MiB with @order 9
 * @limit: frames that may be charged to it (Documentation/regions.rst); 0 for no limit
 * @order: 0, or 9 for memory in blocks of 2 MiB where they are to be had
 * @window: pages that a read fault maps, a power of two; 0 for the default of 16
 * @empty: make no vma; else one anonymous vma, readable and writable, is all of the region
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
 * struct mctl_space_info - what is known of a space
 * @name: of the region
 * @start: first address
 * @end: address behind the last byte
 * @vss: bytes in its vmas
 * @nr_vmas: vmas
 * @nr_files: files bound to it: open descriptors and mappings hold one
 * @nr_processes: address spaces that map it
 * @nr_mappings: their vmas that do
 * @levels: levels of its page tables, 4 or 5
 * @nr_tables: frames that hold the shadow's tables
 * @nr_mapped: pages that the shadow maps, those of the shared frame of zeros included
 * @nr_zero: pages that the shadow maps to the shared frame of zeros
 * @nr_large: leaves of 2 MiB
 * @rss: frames that back it
 * @uss: frames of @rss that back no other region
 * @pss: bytes: each frame of @rss divided by the regions that it backs
 * @nr_dirty: pages written since they were mapped or last cleared
 * @nr_accessed: pages touched since they were mapped or last cleared
 * @nr_lent: loans of frames to pipes and to the kernel's reads and writes
 * @nr_quarantine: frames of the arena that are unmapped, but still held by others
 * @nr_away: frames charged to it that the shadow does not map: lent, in quarantine, or being
 *	     read into
 * @nr_charged: frames that count against @limit: @rss, @nr_tables, @nr_large and @nr_away
 * @limit: as made
 * @order: as made
 * @window: as made
 * @family: number that it shares with its forks
 * @nr_family: regions of the family
 * @faults: by enum mctl_space_fault
 * @around: pages mapped beside the one that a fault was for
 * @nr_zaps: times that entries, or their RW, were taken back from the processes' tables
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
 * @ids: of those on @list
 * @families: struct mctl_family
 * @nr: of those on @list; read without
 * @last_family: number of the last family
 * @last_account: number of the last account
 * @zero: frame of zeros; MCTL_FN_NONE while there is no space
 * @nr_zero: spaces that hold it
 * @nr_followers: see space_follow.h; the followers' lock to write
 * @quarantine_lock: of what says so; leaf
 * @quarantine: first frame of it; @quarantine_lock
 * @nr_quarantine: @quarantine_lock
 * @accounts: the spaces; to change, @quarantine_lock or before others know
 * @nr_differed: entries of processes that differed when they were unmapped
 * @work: looks at the quarantine
 *
 * What names no lock: regions.lock.
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

/* --- make, remove, find: space.c -------------------------------------------------------------- */

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
 * struct mctl_space_vma - a vma of a space, and what is in it
 * @start: first address
 * @end: address behind the last byte
 * @rights: MCTL_SPACE_R and MCTL_SPACE_W
 * @offset: byte of the file that @start maps; 0 for anonymous memory
 * @file: path of the file, empty for anonymous memory
 * @nr_mapped: pages that the shadow maps
 * @nr_zero: of them, to the shared frame of zeros
 * @nr_large: leaves of 2 MiB
 * @rss: pages backed by frames of its own region's, or shared with forks
 * @uss: of @rss, not shared
 * @pss: bytes
 * @nr_dirty: pages written
 * @nr_accessed: pages touched
 * @nr_shared_dirty: of @nr_dirty, those whose frame others have too
 * @nr_private_dirty: of @nr_dirty, those whose frame nobody else has
 * @pss_dirty: bytes of @pss that are in pages written
 * @dev: of the file's file system
 * @inode: of the file; 0 for anonymous memory, as @dev
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
 * enum mctl_pt_difference - what differs between a shadow's entry and the hardware's
 * @MCTL_DIFFERENT_PRESENT: the hardware maps what the shadow does not
 * @MCTL_DIFFERENT_FRAME: another frame
 * @MCTL_DIFFERENT_RW: the right to write
 * @MCTL_DIFFERENT_US: the right of user mode
 * @MCTL_DIFFERENT_NX: the right to execute
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
 * struct mctl_space_mismatch - an entry that differs
 * @region: name of the region
 * @pid: of a thread group that has the tables, 0 where none is left
 * @address: in the space
 * @user: in the process
 * @shadow: the shadow's entry, as the process should have it
 * @hardware: the entry of the process
 * @level: of the hardware's table, 1 for leaves of 4 KiB
 * @different: enum mctl_pt_difference
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
 * @nr_mappings: vmas of them
 * @nr_entries: entries present in the hardware's tables and compared, those above leaves included
 * @nr_absent: pages that the shadow maps and a process has not touched yet: no difference
 * @nr_large: leaves of 2 MiB among @nr_entries
 * @nr_small: pages of a 2 MiB leaf that a process maps one by one: no difference
 * @nr_accessed: entries with A
 * @nr_dirty: entries with D
 * @nr_retried: mappings compared again since they changed meanwhile
 * @nr_changed: mappings that went, or changed each time, and were not compared to their end
 * @nr_busy: processes that do not let go of their mmap_lock, so that they were not compared, or
 *	     not to their end
 * @nr_mismatch: entries that differ
 * @busy_pid: the first of @nr_busy
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
 * struct mctl_space_process - what a process has of a space
 * @region: name of the region
 * @pid: of the thread group
 * @comm: its name
 * @nr_mappings: vmas that map the region
 * @vss: bytes in them
 * @rss: bytes mapped in its tables, to the shared frame of zeros not counted
 * @uss: of @rss, bytes whose frame no other entry of a process maps
 * @pss: bytes: each page of @rss divided by the entries of processes that map its frame
 * @nr_zero: pages mapped to the shared frame of zeros
 * @nr_accessed: pages with A
 * @nr_dirty: pages with D
 * @faults: by enum mctl_space_fault
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
 * struct mctl_space_idle - what was touched since the last clear
 * @nr_pages: pages that the shadow maps
 * @nr_accessed: of them, touched
 * @nr_idle: of them, not touched
 * @nr_dirty: of them, written
 */
struct mctl_space_idle {
	u64 nr_pages, nr_accessed, nr_idle, nr_dirty;
};

int mctl_space_idle(struct mctl_arena *arena, const char *name, bool clear,
		    struct mctl_space_idle *result, struct mctl_error *error);

/**
 * struct mctl_space_place - a page that a frame backs
 * @region: name of the region
 * @address: in the space
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
 * struct mctl_space_record - a fault
 * @sequence: number of the fault in its space, from 1 on
 * @time: nanoseconds since boot
 * @address: in the space, the page
 * @user: in the process; 0 without a process
 * @pid: of the thread, 0 without a process
 * @kind: enum mctl_space_fault
 * @reason: enum mctl_space_reason
 * @write: for writing
 * @pages: pages mapped
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

/* --- to hold one: for module/dev/, and for dumps -------------------------------------------- */

struct mctl_space *mctl_space_get(struct mctl_arena *arena, const char *name);
struct mctl_space *mctl_space_get_from(struct mctl_arena *arena, u64 id);
u64 mctl_space_id(const struct mctl_space *space);
const char *mctl_space_name(const struct mctl_space *space);
void mctl_space_hold(struct mctl_space *space);
bool mctl_space_try_hold(struct mctl_space *space);
void mctl_space_put(struct mctl_space *space);
void mctl_space_file_hold(struct mctl_space *space);
void mctl_space_file_put(struct mctl_space *space);

/* --- files, for module/dev/ -------------------------------------------------------------- */

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
