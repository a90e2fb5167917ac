// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/memctl/ARENA/{buddyinfo,zoneinfo,slabinfo} in the kernel's own
 * formats (mm/vmstat.c, mm/slab_common.c), so that slabtop, vmstat -m and
 * whatever else reads those reads ours.
 *
 * I1  An arena outlives its directory: del() is called before it goes, and
 *     proc_remove() waits for whoever is reading.
 * I2  A read takes no zone lock, and holds a cache by reference alone.
 * I3  Physical addresses are for CAP_SYS_ADMIN, of whoever opened the file and
 *     of whoever reads it: others read 0.
 *
 * Locks: none.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/user_namespace.h>
#include "mm/arena.h"
#include "mm/cache.h"
#include "mm/fcache.h"
#include "mm/zone.h"
#include "proc.h"

static struct proc_dir_entry *root;

static struct mctl_arena *arena_of(struct seq_file *m)
{
	return pde_data(file_inode(m->file));
}

/* A zone's number is the position; zones without frames are left out. */
static void *zone_start(struct seq_file *m, loff_t *pos)
{
	return *pos < arena_of(m)->nr_zones ? pos : NULL;
}

static void *zone_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return zone_start(m, pos);
}

static void zone_stop(struct seq_file *m, void *v)
{
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

/* Position 0 is the header, then the cache of the lowest id >= position. */
static void *cache_start(struct seq_file *m, loff_t *pos)
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

static void cache_stop(struct seq_file *m, void *v)
{
	if (v && v != SEQ_START_TOKEN)
		mctl_cache_drop(v);
}

static void *cache_next(struct seq_file *m, void *v, loff_t *pos)
{
	cache_stop(m, v);
	++*pos;
	return cache_start(m, pos);
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

static void arena_del(struct mctl_arena *arena)
{
	proc_remove(arena->proc);
	arena->proc = NULL;
}

static int arena_add(struct mctl_arena *arena)
{
	arena->proc = proc_mkdir_data(arena->name, 0555, root, arena);
	if (!arena->proc)
		return -ENOMEM;
	if (proc_create_seq_data("buddyinfo", 0444, arena->proc, &buddyinfo_ops, arena) &&
	    proc_create_seq_data("zoneinfo", 0444, arena->proc, &zoneinfo_ops, arena) &&
	    proc_create_seq_data("slabinfo", 0400, arena->proc, &slabinfo_ops, arena))
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
	mctl_arena_set_hooks(&hooks);
	return 0;
}

void mctl_proc_exit(void)
{
	mctl_arena_set_hooks(NULL);
	proc_remove(root);
}
