/* SPDX-License-Identifier: GPL-2.0 */
/* nl_hostile.h - the tests of nl_hostile.c, by the file that has them */
#ifndef NL_HOSTILE_H
#define NL_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/memctl_op.h>

#define MAX_ATTRS 10

/* What a command takes; @needs: without attributes it is refused. */
struct command {
	const char *name;
	uint8_t cmd;
	bool dump;
	bool needs;
	unsigned int attrs[MAX_ATTRS];
};

/* nl_malformed.c: every command of the family, and T1 */
extern const struct command commands[];
extern const unsigned int nr_commands;

void test_malformed(int fd);

/* nl_out_of_range.c: requests with one good value or a bad one, and T2 */
extern const struct memctl_op good_op;

int exec_one(int fd, const struct memctl_op *op);
void op_refused(int fd, const struct memctl_op *op, int error, int other, const char *name);
void refused_u64(int fd, uint8_t cmd, const char *arena, uint16_t attr, uint64_t value,
		 const char *name);
void test_names(int fd, uint8_t cmd, uint16_t attr, uint16_t size_attr, bool wide,
		const char *what);
void test_values(int fd);

/* nl_out_of_range_spaces.c: T2 of regions for processes */
void test_spaces(int fd);

/* nl_rights.c: T4 */
void test_rights(int fd, const char *table);

/* nl_mixed_texts.c: T6 */
void test_texts(int fd, unsigned long nr_rounds);

/* nl_unload_race.c: T15 */
int run_races(const char *pause_file);

#endif /* NL_HOSTILE_H */
