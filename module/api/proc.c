// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/memctl/ARENA/{buddyinfo,zoneinfo,slabinfo} in the kernel's own
 * formats (mm/vmstat.c, mm/slab_common.c), so that slabtop, vmstat -m and any
 * other tool that reads those can read these; and /proc/memctl_holders, whose
 * format is in host/holder.h: outside of the directory, because an arena may
 * have any name.
 *
 * The reader determines how long a read takes: the fault on its buffer may
 * never be resolved (userfaultfd, FUSE). proc_remove() waits for every call in
 * progress in a file of /proc, so a read must not be such a call. Therefore a
 * file gets separate file operations when it is opened, which the host calls
 * directly.
 *
 * I1  Only open() is called through /proc, and it waits for no reader:
 *     proc_remove() does not wait for a reader.
 * I2  An open file holds the module, by the owner of its operations.
 * I3  An open file identifies its arena by id, and holds it while a part of the
 *     text is generated, that is between start() and stop(), but never while
 *     the text is copied to the reader. If the arena is gone, a read fails with
 *     ENODEV.
 * I4  A read takes no zone lock, and holds a cache only by reference.
 * I5  Physical addresses are shown only if both the opener and the reader of
 *     the file have CAP_SYS_ADMIN: others read 0. Pids of other processes are
 *     shown only to those with CAP_SYS_ADMIN.
 *
 * Locks: none but that of the file itself (seq_file->lock), under which only
 * the reader of the file is waited for.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/user_namespace.h>
#include "api/proc.h"
#include "arenas/arenas.h"
#include "frames/fcache.h"
#include "frames/zone.h"
#include "host/arena.h"
#include "host/compat.h"
#include "host/holder.h"
#include "objects/cache.h"

static struct proc_dir_entry *root;

/**
 * struct reader - an open file of an arena
 * @id: of the arena
 * @arena: held from start() to stop(), otherwise NULL; protected by the file's
 *	   own lock
 */
struct reader {
	u32 id;
	struct mctl_arena *arena;
};

static struct mctl_arena *arena_of(struct seq_file *m)
{
	return ((struct reader *)m->private)->arena;
}

/* Get a reference to the arena. Return: 0, or -ENODEV if it is gone. */
static int hold_arena(struct seq_file *m)
{
	struct reader *reader = m->private;
	struct mctl_arena *arena = mctl_arena_next(reader->id);

	if (arena && arena->id != reader->id) {
		mctl_arena_drop(arena);
		arena = NULL;
	}
	reader->arena = arena;
	return arena ? 0 : -ENODEV;
}

static void drop_arena(struct seq_file *m)
{
	struct reader *reader = m->private;

	if (reader->arena)
		mctl_arena_drop(reader->arena);
	reader->arena = NULL;
}

/* The position is the number of a zone; zones without frames are left out. */
static void *zone_at(struct seq_file *m, loff_t *pos)
{
	return *pos < arena_of(m)->nr_zones ? pos : NULL;
}

static void *zone_start(struct seq_file *m, loff_t *pos)
{
	int ret = hold_arena(m);

	return ret ? ERR_PTR(ret) : zone_at(m, pos);
}

static void *zone_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return zone_at(m, pos);
}

static void zone_stop(struct seq_file *m, void *v)
{
	drop_arena(m);
}

static int buddyinfo_show(struct seq_file *m, void *v)
{
	struct mctl_zone_info info;
	unsigned int order, mt;

	if (mctl_zone_info(arena_of(m), *(loff_t *)v, &info) || !info.nr_frames)
		return SEQ_SKIP;
	seq_printf(m, "Node %u, zone %8s ", info.node, mctl_zone_type_name(info.type));
	for (order = 0; order < MCTL_NR_ORDERS; order++) {
		unsigned long nr = 0;

		for (mt = 0; mt < MCTL_NR_MT; mt++)
			nr += info.free_blocks[mt][order];
		seq_printf(m, "%6lu ", nr);
	}
	seq_putc(m, '\n');
	return 0;
}

static void show_pagesets(struct seq_file *m, u32 zone)
{
	int cpu;

	seq_puts(m, "\n  pagesets");
	for_each_online_cpu(cpu) {
		struct mctl_fcache_info info;

		mctl_fcache_info(arena_of(m), zone, cpu, &info);
		seq_printf(m, "\n    cpu: %i", cpu);
		seq_printf(m, "\n              count: %u", info.count);
		seq_printf(m, "\n              high:  %u", info.high);
		seq_printf(m, "\n              batch: %u", info.batch);
	}
}

static int zoneinfo_show(struct seq_file *m, void *v)
{
	bool admin = file_ns_capable(m->file, &init_user_ns, CAP_SYS_ADMIN) &&
		     capable(CAP_SYS_ADMIN);
	struct mctl_zone_info info;
	unsigned int i;

	if (mctl_zone_info(arena_of(m), *(loff_t *)v, &info) || !info.nr_frames)
		return SEQ_SKIP;
	seq_printf(m, "Node %u, zone %8s", info.node, mctl_zone_type_name(info.type));
	seq_printf(m, "\n  pages free     %u", info.nr_free);
	seq_printf(m, "\n        boost    %u", 0);
	seq_printf(m, "\n        min      %u", info.wmark_min);
	seq_printf(m, "\n        low      %u", info.wmark_low);
	seq_printf(m, "\n        high     %u", info.wmark_high);
	seq_printf(m, "\n        spanned  %llu", info.spanned);
	seq_printf(m, "\n        present  %u", info.nr_frames);
	seq_printf(m, "\n        managed  %u", info.nr_frames);
	seq_printf(m, "\n        cma      %u", 0);
	seq_printf(m, "\n        protection: (%u", info.reserve[0]);
	for (i = 1; i < MCTL_NR_ZONE_TYPES; i++)
		seq_printf(m, ", %u", info.reserve[i]);
	seq_putc(m, ')');
	show_pagesets(m, info.index);
	seq_printf(m, "\n  start_pfn:           %llu\n", admin ? info.start_pfn : 0);
	return 0;
}

/* Position 0 is the header; after that, the cache with the lowest id >= position. */
static void *cache_at(struct seq_file *m, loff_t *pos)
{
	struct mctl_cache *cache;
	u32 id = *pos;

	if (!*pos)
		return SEQ_START_TOKEN;
	cache = *pos <= U32_MAX ? mctl_cache_next(arena_of(m), &id) : NULL;
	if (cache)
		*pos = id;
	return cache;
}

static void *cache_start(struct seq_file *m, loff_t *pos)
{
	int ret = hold_arena(m);

	return ret ? ERR_PTR(ret) : cache_at(m, pos);
}

static void drop_cache(void *v)
{
	if (!IS_ERR_OR_NULL(v) && v != SEQ_START_TOKEN)
		mctl_cache_drop(v);
}

static void cache_stop(struct seq_file *m, void *v)
{
	drop_cache(v);
	drop_arena(m);
}

static void *cache_next(struct seq_file *m, void *v, loff_t *pos)
{
	drop_cache(v);
	++*pos;
	return cache_at(m, pos);
}

static int slabinfo_show(struct seq_file *m, void *v)
{
	struct mctl_cache_info info;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> ");
		seq_puts(m, "<objsize> <objperslab> <pagesperslab> : tunables <limit> ");
		seq_puts(m, "<batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> ");
		seq_puts(m, "<sharedavail>");
		seq_putc(m, '\n');
		return 0;
	}
	mctl_cache_info(v, &info);
	seq_printf(m, "%-17s %6llu %6llu %6u %4u %4u", info.name, info.nr_active, info.nr_objects,
		   info.stride, info.per_slab, 1U << info.slab_order);
	seq_printf(m, " : tunables %4u %4u %4u", 0, 0, 0);
	seq_printf(m, " : slabdata %6llu %6llu %6u\n", (u64)info.nr_full + info.nr_partial,
		   (u64)info.nr_full + info.nr_partial + info.nr_empty, 0);
	return 0;
}

static const struct seq_operations buddyinfo_ops = {
	.start = zone_start,
	.next = zone_next,
	.stop = zone_stop,
	.show = buddyinfo_show,
};

static const struct seq_operations zoneinfo_ops = {
	.start = zone_start,
	.next = zone_next,
	.stop = zone_stop,
	.show = zoneinfo_show,
};

static const struct seq_operations slabinfo_ops = {
	.start = cache_start,
	.next = cache_next,
	.stop = cache_stop,
	.show = slabinfo_show,
};

/* The position is that of host/holder.h, which the seq_file keeps unchanged. */
static void *holder_start(struct seq_file *m, loff_t *pos)
{
	u64 position = *pos;

	if (!capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EPERM);
	if (mctl_holders_next(&position))
		return NULL;
	*pos = position;
	return pos;
}

static void *holder_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return holder_start(m, pos);
}

static void holder_stop(struct seq_file *m, void *v)
{
}

static int holder_show(struct seq_file *m, void *v)
{
	return mctl_holders_show(m, *(loff_t *)v);
}

static const struct seq_operations holders_ops = {
	.start = holder_start,
	.next = holder_next,
	.stop = holder_stop,
	.show = holder_show,
};

/* --- files ---------------------------------------------------------------------------------- */

static const struct file_operations file_operations = {
	.owner = THIS_MODULE,
	.llseek = seq_lseek,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.release = seq_release_private,
};

/* From here on the host calls these operations directly, without /proc (I1). */
static int open_as(struct file *file, const struct seq_operations *operations, u32 id)
{
	const struct file_operations *ours = &file_operations;
	struct reader *reader;

	/* Fails if the module is being unloaded. */
	if (!fops_get(ours))
		return -ENODEV;
	reader = __seq_open_private(file, operations, sizeof(*reader));
	if (!reader) {
		fops_put(ours);
		return -ENOMEM;
	}
	reader->id = id;
	replace_fops(file, ours);
	return 0;
}

static u32 id_of(const struct inode *inode)
{
	return (unsigned long)pde_data(inode);
}

static int buddyinfo_open(struct inode *inode, struct file *file)
{
	return open_as(file, &buddyinfo_ops, id_of(inode));
}

static int zoneinfo_open(struct inode *inode, struct file *file)
{
	return open_as(file, &zoneinfo_ops, id_of(inode));
}

static int slabinfo_open(struct inode *inode, struct file *file)
{
	return open_as(file, &slabinfo_ops, id_of(inode));
}

/* Mode 0400 alone would admit a task whose right to override modes comes from a user namespace. */
static int holders_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return open_as(file, &holders_ops, 0);
}

/* The read operation only tells the host that the file can be read; it is never called. */
#define PROC_OPS(name)                                   \
	static const struct proc_ops name##_proc_ops = { \
		.proc_open = name##_open,                \
		.proc_lseek = seq_lseek,                 \
		.proc_read_iter = seq_read_iter,         \
	}

PROC_OPS(buddyinfo);
PROC_OPS(zoneinfo);
PROC_OPS(slabinfo);
PROC_OPS(holders);

static void arena_del(struct mctl_arena *arena)
{
	proc_remove(arena->proc);
	arena->proc = NULL;
}

static int arena_add(struct mctl_arena *arena)
{
	void *id = (void *)(unsigned long)arena->id;

	arena->proc = proc_mkdir_data(arena->name, 0555, root, id);
	if (!arena->proc)
		return -ENOMEM;
	if (proc_create_data("buddyinfo", 0444, arena->proc, &buddyinfo_proc_ops, id) &&
	    proc_create_data("zoneinfo", 0444, arena->proc, &zoneinfo_proc_ops, id) &&
	    proc_create_data("slabinfo", 0400, arena->proc, &slabinfo_proc_ops, id))
		return 0;
	arena_del(arena);
	return -ENOMEM;
}

static const struct mctl_arena_hooks hooks = { .add = arena_add, .del = arena_del };

int mctl_proc_init(void)
{
	root = proc_mkdir("memctl", NULL);
	if (!root)
		return -ENOMEM;
	if (!proc_create("memctl_holders", 0400, NULL, &holders_proc_ops)) {
		proc_remove(root);
		return -ENOMEM;
	}
	mctl_arena_set_hooks(&hooks);
	return 0;
}

void mctl_proc_exit(void)
{
	mctl_arena_set_hooks(NULL);
	remove_proc_entry("memctl_holders", NULL);
	proc_remove(root);
}
