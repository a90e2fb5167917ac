/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files of the test module; see memctl_test.c. */
#ifndef MCTL_SELFTEST_MEMCTL_TEST_H
#define MCTL_SELFTEST_MEMCTL_TEST_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memctl.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <uapi/linux/memctl.h>

/* The share of the long cases to run, in percent: parameter scale. */
extern unsigned int test_scale;

static inline unsigned int test_scaled(unsigned int number)
{
	return max(number * test_scale / 100, 1U);
}

/* Returned by a case if the machine or the arena lacks what it needs. */
#define TEST_SKIP 1

/**
 * struct test_case - a test case, one line of the report
 * @name: the property under test
 * @run: returns 0 or TEST_SKIP; failures are reported through test_expect()
 */
struct test_case {
	const char *name;
	int (*run)(struct memctl_arena *arena);
};

/* Terminated by an entry without a name. */
extern const struct test_case test_page_cases[];
extern const struct test_case test_object_cases[];
extern const struct test_case test_misuse_cases[];
extern const struct test_case test_context_cases[];

/* Record a failure if @holds is false. Return: @holds. */
bool test_expect_at(bool holds, const char *text, const char *function, int line);

#define test_expect(condition) test_expect_at(condition, #condition, __func__, __LINE__)

/* Fill @size bytes with a pattern that @stamp determines; check that it is intact. */
void test_fill(void *memory, size_t size, u64 stamp);
bool test_filled(const void *memory, size_t size, u64 stamp);

/* Frames of arena main that no caller holds, from /proc/memctl; negative errno. */
long test_free_frames(void);
/* Objects of a cache of arena main that callers hold; negative errno. */
long test_active_objects(const char *cache);

#endif /* MCTL_SELFTEST_MEMCTL_TEST_H */
