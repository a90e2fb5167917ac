// SPDX-License-Identifier: GPL-2.0
/*
 * tlb_trace.c - reads traces of addresses; the format is in tlb_trace.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "tlb_trace.h"

#define BLANKS " \t\r\n"

/* One line. Return: 1 for an access, 0 for a line without one, -1 for what is neither. */
static int parse_line(char *line, struct memctl_tlb_access *access)
{
	char *space, *address, *kind, *rest;
	uint64_t value;

	line[strcspn(line, "#")] = '\0';
	space = strtok_r(line, BLANKS, &rest);
	if (!space)
		return 0;
	address = strtok_r(NULL, BLANKS, &rest);
	kind = strtok_r(NULL, BLANKS, &rest);
	if (!address || !kind || strtok_r(NULL, BLANKS, &rest))
		return -1;
	if (!parse_u32(space, &access->space) || access->space == UINT32_MAX)
		return -1;
	if (!parse_u64(address, &value))
		return -1;
	access->address = value;
	access->flags = *kind == 'w' ? MEMCTL_TLB_FLAG_WRITE : 0;
	return (*kind == 'r' || *kind == 'w') && !kind[1] ? 1 : -1;
}

static bool append(struct tlb_trace *trace, size_t *capacity,
		   const struct memctl_tlb_access *access)
{
	if (trace->nr == *capacity) {
		size_t more = *capacity ? *capacity * 2 : 4096;
		void *grown = reallocarray(trace->access, more, sizeof(*access));

		if (!grown)
			return false;
		trace->access = grown;
		*capacity = more;
	}
	trace->access[trace->nr++] = *access;
	return true;
}

static int read_lines(struct memctl_ctx *ctx, const char *path, FILE *file, struct tlb_trace *trace)
{
	size_t capacity = 0, size = 0, number = 0;
	struct memctl_tlb_access access;
	int status = MEMCTL_EXIT_OK;
	char *line = NULL;
	ssize_t length;

	while (!status && (length = getline(&line, &size, file)) >= 0) {
		int kind = (size_t)length == strlen(line) ? parse_line(line, &access) : -1;

		number++;
		if (kind < 0)
			status = fail(ctx, MEMCTL_EXIT_USAGE,
				      "%s: line %zu is no 'asid address r|w'", path, number);
		else if (kind && !append(trace, &capacity, &access))
			status = fail(ctx, MEMCTL_EXIT_USAGE, "no memory for line %zu", number);
	}
	if (!status && ferror(file))
		status = fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	free(line);
	return status;
}

int tlb_trace_read(struct memctl_ctx *ctx, const char *path, struct tlb_trace *trace)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int status;

	memset(trace, 0, sizeof(*trace));
	if (!file)
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	status = read_lines(ctx, path, file, trace);
	if (file != stdin)
		fclose(file);
	if (status)
		tlb_trace_free(trace);
	return status;
}

void tlb_trace_free(struct tlb_trace *trace)
{
	free(trace->access);
	memset(trace, 0, sizeof(*trace));
}
