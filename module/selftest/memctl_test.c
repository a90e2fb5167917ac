// SPDX-License-Identifier: GPL-2.0
/*
 * A module that uses memctl's in-kernel API as any other module would, and
 * reports its results as KTAP in the kernel log, with the verdict in the last
 * line:
 *
 *   memctl_test: ok 1 - pages of every order
 *   memctl_test: pass
 *
 * It fills all memory that it allocates with a unique pattern, and compares it
 * before the memory is freed, so that memory handed out twice is detected. The
 * counts of the arena are read from /proc/memctl, not through the API.
 *
 * The load succeeds if every case passed; the module does nothing after that.
 * With plants=1 it does nothing of this, but what memctl_test_plant.c
 * describes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "memctl_test.h"

#define VIEW_SIZE (64 * 1024)

unsigned int test_scale = 100;
module_param_named(scale, test_scale, uint, 0444);
MODULE_PARM_DESC(scale, "share of the long cases that is run, in per cent (100)");

static bool plants;
module_param(plants, bool, 0444);
MODULE_PARM_DESC(plants, "no test: mistakes are made that are written to parameter plant (n)");

static unsigned int nr_broken;

bool test_expect_at(bool holds, const char *text, const char *function, int line)
{
	if (!holds && nr_broken++ < 10)
		pr_info("# %s:%d: expected %s\n", function, line, text);
	return holds;
}

void test_fill(void *memory, size_t size, u64 stamp)
{
	size_t i;

	for (i = 0; i + sizeof(stamp) <= size; i += sizeof(stamp))
		*(u64 *)(memory + i) = stamp + i;
	for (; i < size; i++)
		*(u8 *)(memory + i) = stamp + i;
}

bool test_filled(const void *memory, size_t size, u64 stamp)
{
	size_t i;

	for (i = 0; i + sizeof(stamp) <= size; i += sizeof(stamp))
		if (*(const u64 *)(memory + i) != stamp + i)
			return false;
	for (; i < size; i++)
		if (*(const u8 *)(memory + i) != (u8)(stamp + i))
			return false;
	return true;
}

/* A view as text, to be freed with kfree(); or ERR_PTR. */
static char *read_view(const char *path)
{
	char *text = kzalloc(VIEW_SIZE, GFP_KERNEL);
	struct file *file;
	loff_t pos = 0;
	ssize_t got;

	if (!text)
		return ERR_PTR(-ENOMEM);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file)) {
		kfree(text);
		return ERR_CAST(file);
	}
	do {
		got = kernel_read(file, text + pos, VIEW_SIZE - 1 - pos, &pos);
	} while (got > 0);
	filp_close(file, NULL);
	if (got >= 0)
		return text;
	kfree(text);
	return ERR_PTR(got);
}

/* Sum of the numbers that follow a word. */
static long sum_after(const char *text, const char *word)
{
	unsigned long number;
	long sum = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		if (sscanf(text, " %lu", &number) == 1)
			sum += number;
	}
	return sum;
}

long test_free_frames(void)
{
	char *text = read_view("/proc/memctl/main/zoneinfo");
	long nr;

	if (IS_ERR(text))
		return PTR_ERR(text);
	nr = sum_after(text, "pages free") + sum_after(text, "count:");
	kfree(text);
	return nr;
}

long test_active_objects(const char *cache)
{
	char *text = read_view("/proc/memctl/main/slabinfo");
	char *line;
	long nr;

	if (IS_ERR(text))
		return PTR_ERR(text);
	line = strstr(text, cache);
	nr = line && sscanf(line + strlen(cache), " %ld", &nr) == 1 ? nr : -ENOENT;
	kfree(text);
	return nr;
}

static const struct test_case *const groups[] = {
	test_page_cases,
	test_object_cases,
	test_misuse_cases,
	test_context_cases,
};

/* Return: whether the case passed. */
static bool run_case(const struct test_case *test, struct memctl_arena *arena, unsigned int number)
{
	int result;

	nr_broken = 0;
	result = test->run(arena);
	pr_info("%sok %u - %s%s\n", nr_broken ? "not " : "", number, test->name,
		result == TEST_SKIP ? " # SKIP" : "");
	return !nr_broken;
}

static int __init memctl_test_init(void)
{
	struct memctl_arena *arena = memctl_arena_get(NULL);
	const struct test_case *test;
	unsigned int number = 0;
	bool passed = true;
	unsigned int i;

	if (!arena) {
		pr_err("there is no arena main\n");
		return -ENOENT;
	}
	if (plants)
		goto out;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (test = groups[i]; test->name; test++)
			number++;
	pr_info("KTAP version 1\n");
	pr_info("1..%u\n", number);
	number = 0;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (test = groups[i]; test->name; test++)
			passed &= run_case(test, arena, ++number);
	pr_info("%s\n", passed ? "pass" : "fail");
out:
	memctl_arena_put(arena);
	return passed ? 0 : -EIO;
}

static void __exit memctl_test_exit(void)
{
}

module_init(memctl_test_init);
module_exit(memctl_test_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test of memctl's in-kernel API");
