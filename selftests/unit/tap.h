/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test Anything Protocol for the unit tests: a table of named tests, each a
 * function that calls tap_expect() as often as it likes.
 *
 *   static void splits(void) { tap_expect(1 + 1 == 2); }
 *   static const struct tap_test tests[] = { TAP_TEST(splits) };
 *   int main(void) { return tap_run(tests, ARRAY_SIZE(tests)); }
 *
 * Environment: SEED=number repeats a run, T=name runs the tests whose name
 * has that in it.
 */
#ifndef MCTL_UNIT_TAP_H
#define MCTL_UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#define TAP_MAX_TOLD 20 /* failed expectations of one test that are printed */

struct tap_test {
	const char *name;
	void (*run)(void);
};

#define TAP_TEST(function)                           \
	{                                            \
		.name = #function, .run = (function) \
	}

static uint64_t tap_random_state;
static unsigned int tap_nr_failed;

/* xorshift64*, Vigna 2016; never 0. */
static inline uint64_t tap_random(void)
{
	tap_random_state ^= tap_random_state >> 12;
	tap_random_state ^= tap_random_state << 25;
	tap_random_state ^= tap_random_state >> 27;
	return tap_random_state * 0x2545f4914f6cdd1dULL;
}

/* A random number below @limit. */
static inline uint32_t tap_below(uint32_t limit)
{
	return (uint32_t)((tap_random() >> 32) * limit >> 32);
}

/* A line that TAP readers skip. */
__attribute__((format(printf, 1, 2))) static inline void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

static inline bool tap_expect_at(bool holds, const char *text, const char *file, int line)
{
	if (!holds && tap_nr_failed++ < TAP_MAX_TOLD)
		tap_note("%s:%d: expected %s", file, line, text);
	return holds;
}

#define tap_expect(condition) tap_expect_at(condition, #condition, __FILE__, __LINE__)

static inline bool tap_expect_equal_at(long long a, long long b, const char *text, const char *file,
				       int line)
{
	if (tap_expect_at(a == b, text, file, line))
		return true;
	if (tap_nr_failed <= TAP_MAX_TOLD)
		tap_note("  left %lld, right %lld", a, b);
	return false;
}

#define tap_expect_equal(a, b) \
	tap_expect_equal_at((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)

/* Run the tests. Return: exit status. */
static inline int tap_run(const struct tap_test *tests, unsigned int nr)
{
	const char *seed_text = getenv("SEED");
	const char *only = getenv("T");
	unsigned int nr_run = 0;
	uint64_t seed;
	int status = 0;

	seed = seed_text ? strtoull(seed_text, NULL, 0) : (uint64_t)time(NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	tap_note("seed %llu", (unsigned long long)seed);
	for (unsigned int i = 0; i < nr; i++) {
		if (only && !strstr(tests[i].name, only))
			continue;
		/* Each test has its own stream, so that T= repeats it. */
		tap_random_state = (seed + 1) * 0x9e3779b97f4a7c15ULL;
		for (const char *c = tests[i].name; *c; c++)
			tap_random_state = tap_random_state * 31 + (unsigned char)*c;
		tap_random_state |= 1;
		tap_nr_failed = 0;
		tests[i].run();
		if (tap_nr_failed)
			status = 1;
		printf("%s %u - %s\n", tap_nr_failed ? "not ok" : "ok", ++nr_run, tests[i].name);
	}
	printf("1..%u\n", nr_run);
	return status;
}

#endif /* MCTL_UNIT_TAP_H */
