/* SPDX-License-Identifier: GPL-2.0 */
/* fail_flow.h - flows that can fail, and how they talk to the module */
#ifndef FAIL_FLOW_H
#define FAIL_FLOW_H

#include "nl_message.h"

#define PAGE	      4096UL
#define SPACE_START   0x100000000000ULL
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define OTHER	      "fn" /* an arena beside main, for flows that change one */

/**
 * struct flow - something that can fail in many places
 * @name: for the report
 * @arena: the arena that its allocations are in; NULL for main
 * @prepare: before each point; NULL for nothing
 * @act: what an allocation fails in; 0 or a negative errno
 * @undo: after each point, whether @act went well or not; NULL for nothing
 * @want: what @act returns when nothing fails
 */
struct flow {
	const char *name;
	const char *arena;
	void (*prepare)(void);
	int (*act)(void);
	void (*undo)(void);
	int want;
};

/* A flow of one expression, and what undoes one. */
#define ACT(name, ...)              \
	static int name(void)       \
	{                           \
		return __VA_ARGS__; \
	}
#define UNDO(name, ...)        \
	static void name(void) \
	{                      \
		__VA_ARGS__;   \
	}

extern int nl_socket;

void renew_socket(void);
int ask(int cmd, const char *spec, ...);
int ask_dump(int cmd, const char *spec, ...);

/* fail_netlink.c: a flow for each command, with those of an arena apart, and three for others. */
extern const struct flow netlink_flows[], arena_flows[];
extern const unsigned int nr_netlink_flows, nr_arena_flows;

void region_gone(void);
int pt_verify(void);
int verify(void);

/* fail_device.c: flows of regions that processes map, and what they need. */
extern const struct flow device_flows[];
extern const unsigned int nr_device_flows;

bool device_begin(void);
bool device_end(void);

#endif /* FAIL_FLOW_H */
