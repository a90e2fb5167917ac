// SPDX-License-Identifier: GPL-2.0
/*
 * fail_flow - what the flows of fail_nth.c have in common: how they talk to the module
 */
#include <stdint.h>
#include <stdarg.h>
#include "fail_flow.h"

int nl_socket = -1;

/* A new one: what a refused request left in the old one is of no use. */
void renew_socket(void)
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

int ask(int cmd, const char *spec, ...)
{
	va_list args;
	int ret;

	va_start(args, spec);
	ret = ask_list(cmd, 0, spec, args);
	va_end(args);
	return ret;
}

int ask_dump(int cmd, const char *spec, ...)
{
	va_list args;
	int ret;

	va_start(args, spec);
	ret = ask_list(cmd, NLM_F_DUMP, spec, args);
	va_end(args);
	return ret;
}
