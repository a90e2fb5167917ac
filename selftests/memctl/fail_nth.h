/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For fail_nth.c: flows, and how they talk to the module.
 */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include "nl_message.h"

#define PAGE	    4096UL
#define SPACE_START 0x100000000000ULL
#define OTHER	    "fn" /* an arena beside main, for flows that change one */

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

static int nl_socket = -1;

/* A new one: what a refused request left in the old one is of no use. */
static void renew_socket(void)
{
	if (nl_socket >= 0)
		close(nl_socket);
	nl_socket = open_socket();
	if (nl_socket < 0) {
		perror("# socket");
		exit(KSFT_FAIL);
	}
}

/*
 * Ask for something. @spec has a letter for each attribute: w, a number of 32
 * bits; q, of 64; s, a text; f, a flag; b, bytes and how many. Return: as finish().
 */
static int ask_list(uint8_t cmd, uint16_t flags, const char *spec, va_list args)
{
	begin(&request, family, cmd, flags);
	for (; *spec; spec++) {
		uint16_t attr = va_arg(args, int);

		if (*spec == 'w') {
			put_u32(&request, attr, va_arg(args, uint32_t));
		} else if (*spec == 'q') {
			put_u64(&request, attr, va_arg(args, uint64_t));
		} else if (*spec == 's') {
			put_text(&request, attr, va_arg(args, const char *));
		} else if (*spec == 'f') {
			put(&request, attr, NULL, 0);
		} else {
			const void *data = va_arg(args, const void *);

			put(&request, attr, data, va_arg(args, size_t));
		}
	}
	return finish(nl_socket, &request, &reply);
}

static int ask(int cmd, const char *spec, ...)
{
	va_list args;
	int ret;

	va_start(args, spec);
	ret = ask_list(cmd, 0, spec, args);
	va_end(args);
	return ret;
}

static int ask_dump(int cmd, const char *spec, ...)
{
	va_list args;
	int ret;

	va_start(args, spec);
	ret = ask_list(cmd, NLM_F_DUMP, spec, args);
	va_end(args);
	return ret;
}

#endif /* FAIL_NTH_H */
