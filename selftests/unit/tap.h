/* SPDX-License-Identifier: GPL-2.0 */
/* tap.h - named tests, and what they expect */
#ifndef MCTL_UNIT_TAP_H
#define MCTL_UNIT_TAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

extern uint64_t tap_random_state;
extern unsigned int tap_nr_failed;

uint64_t tap_random(void);
uint32_t tap_below(uint32_t limit);
__attribute__((format(printf, 1, 2))) void tap_note(const char *format, ...);
bool tap_expect_at(bool holds, const char *text, const char *file, int line);

#define tap_expect(condition) tap_expect_at(condition, #condition, __FILE__, __LINE__)

bool tap_expect_equal_at(long long a, long long b, const char *text, const char *file, int line);

#define tap_expect_equal(a, b) \
	tap_expect_equal_at((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)

int tap_run(const struct tap_test *tests, unsigned int nr);

#endif /* MCTL_UNIT_TAP_H */
