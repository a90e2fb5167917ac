// SPDX-License-Identifier: GPL-2.0
/*
 * A module that does not free what it has, for the tests of the views and
 * reports about users in the kernel: the word written to parameter leave of a
 * module loaded with plants=1 selects what it does.
 *
 *   hold  get the arena, and take 3 blocks of 2 pages, a cache with 5 objects,
 *         2 objects of kmalloc and a large one
 *   put   put the arena, with all of that
 *   free  free it, in the arena that is got for that if need be
 *   wrong free one of the blocks with another order
 *   more  ask for blocks of 4 MiB until there is none, and free them
 */
#include <linux/module.h>
#include <linux/string.h>
#include "memctl_test.h"

#define NR_BLOCKS  3
#define NR_OBJECTS 5
#define NR_KMALLOC 3
#define MAX_LARGE  64

static struct memctl_arena *user;
static struct memctl_cache *leaky;
static struct page *blocks[NR_BLOCKS];
static void *objects[NR_OBJECTS];
static void *memory[NR_KMALLOC];

/* Must not end in a tail call: then the recorded caller would be the caller of this function. */
static noinline int take_blocks(void)
{
	int nr = 0;

	while (nr < NR_BLOCKS) {
		blocks[nr] = memctl_alloc_pages(user, GFP_KERNEL, 1);
		nr += blocks[nr] ? 1 : NR_BLOCKS + 1;
	}
	return nr == NR_BLOCKS ? 0 : -ENOMEM;
}

static noinline int make_cache(void)
{
	leaky = memctl_cache_create(user, "leaky", 100, 0, 0, NULL);
	return leaky ? 0 : -ENOMEM;
}

static int hold(void)
{
	int ret;

	if (user)
		return -EBUSY;
	user = memctl_arena_get(NULL);
	if (!user)
		return -ENOENT;
	ret = take_blocks();
	if (!ret)
		ret = make_cache();
	for (int i = 0; !ret && i < NR_OBJECTS; i++) {
		objects[i] = memctl_cache_alloc(leaky, GFP_KERNEL);
		ret = objects[i] ? 0 : -ENOMEM;
	}
	for (int i = 0; !ret && i < NR_KMALLOC; i++) {
		memory[i] = memctl_kmalloc(user, i ? 100 : 20000, GFP_KERNEL);
		ret = memory[i] ? 0 : -ENOMEM;
	}
	return ret;
}

static int put(void)
{
	memctl_arena_put(user);
	user = NULL;
	return 0;
}

static int free_all(void)
{
	if (!user)
		user = memctl_arena_get(NULL);
	if (!user)
		return -ENOENT;
	for (int i = 0; i < NR_KMALLOC; i++) {
		memctl_kfree(user, memory[i]);
		memory[i] = NULL;
	}
	for (int i = 0; i < NR_OBJECTS; i++) {
		if (objects[i])
			memctl_cache_free(leaky, objects[i]);
		objects[i] = NULL;
	}
	memctl_cache_destroy(leaky);
	leaky = NULL;
	for (int i = 0; i < NR_BLOCKS; i++) {
		if (blocks[i])
			memctl_free_pages(user, blocks[i], 1);
		blocks[i] = NULL;
	}
	return put();
}

static noinline int ask_for_more(void)
{
	struct page *large[MAX_LARGE];
	int nr = 0;

	while (nr < MAX_LARGE) {
		large[nr] = memctl_alloc_pages(user, GFP_KERNEL, MEMCTL_MAX_ORDER);
		if (!large[nr])
			break;
		nr++;
	}
	for (int i = 0; i < nr; i++)
		memctl_free_pages(user, large[i], MEMCTL_MAX_ORDER);
	return nr < MAX_LARGE ? 0 : -E2BIG;
}

static int set_leave(const char *text, const struct kernel_param *parameter)
{
	if (sysfs_streq(text, "hold"))
		return hold();
	if (sysfs_streq(text, "put"))
		return put();
	if (user && blocks[0] && sysfs_streq(text, "wrong")) {
		memctl_free_pages(user, blocks[0], 0);
		return 0;
	}
	if (user && sysfs_streq(text, "more"))
		return ask_for_more();
	return sysfs_streq(text, "free") ? free_all() : -EINVAL;
}

static const struct kernel_param_ops leave_ops = { .set = set_leave };

module_param_cb(leave, &leave_ops, NULL, 0200);
MODULE_PARM_DESC(leave, "hold, put, free, wrong or more: what is not given back");
