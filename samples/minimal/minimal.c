// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that has its memory from an arena: it takes a cache and one object
 * when it is loaded, and gives both back when it goes. README.md beside this
 * says how to build it.
 */
#include <linux/memctl.h>
#include <linux/module.h>

struct job {
	u64 number;
	char name[56];
};

static struct memctl_arena *arena;
static struct memctl_cache *jobs;
static struct job *job;

static int __init minimal_init(void)
{
	arena = memctl_arena_get(NULL); /* NULL: "main" */
	if (!arena)
		return -ENODEV;
	jobs = memctl_cache_create(arena, "minimal_jobs", sizeof(*job), 0, SLAB_HWCACHE_ALIGN,
				   NULL);
	if (!jobs)
		goto put_arena;
	job = memctl_cache_alloc(jobs, GFP_KERNEL | __GFP_ZERO);
	if (!job)
		goto destroy_cache;
	strscpy(job->name, "the first", sizeof(job->name));
	return 0;

destroy_cache:
	memctl_cache_destroy(jobs);
put_arena:
	memctl_arena_put(arena);
	return -ENOMEM;
}

static void __exit minimal_exit(void)
{
	memctl_cache_free(jobs, job);
	memctl_cache_destroy(jobs);
	memctl_arena_put(arena);
}

module_init(minimal_init);
module_exit(minimal_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The smallest driver with memory from a memctl arena");
