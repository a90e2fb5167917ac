// SPDX-License-Identifier: GPL-2.0
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
#include <stdarg.h>
#include <time.h>
#include "tap.h"

uint64_t tap_random_state;
unsigned int tap_nr_failed;

/* xorshift64*, Vigna 2016; never 0. */
uint64_t tap_random(void)
{
	tap_random_state ^= tap_random_state >> 12;
	tap_random_state ^= tap_random_state << 25;
	tap_random_state ^= tap_random_state >> 27;
	return tap_random_state * 0x2545f4914f6cdd1dULL;
}

/* A random number below @limit. */
uint32_t tap_below(uint32_t limit)
{
	return (uint32_t)((tap_random() >> 32) * limit >> 32);
}

/* A line that TAP readers skip. */
__attribute__((format(printf, 1, 2))) void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

bool tap_expect_at(bool holds, const char *text, const char *file, int line)
{
	if (!holds && tap_nr_failed++ < TAP_MAX_TOLD)
		tap_note("%s:%d: expected %s", file, line, text);
	return holds;
}

bool tap_expect_equal_at(long long a, long long b, const char *text, const char *file, int line)
{
	if (tap_expect_at(a == b, text, file, line))
		return true;
	if (tap_nr_failed <= TAP_MAX_TOLD)
		tap_note("  left %lld, right %lld", a, b);
	return false;
}

/* Run the tests. Return: exit status. */
int tap_run(const struct tap_test *tests, unsigned int nr)
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
