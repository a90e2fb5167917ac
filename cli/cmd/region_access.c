// SPDX-License-Identifier: GPL-2.0
/*
 * region_access.c - a region for processes without a process: read, write and
 * touch it, and ask which pages were touched.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/words.h"
#include "region_access.h"
#include "view/table.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/model.h"

/* What is read where no length is given. */
#define DEFAULT_LENGTH 64
#define BYTES_A_LINE   16

/* A range of a region, as the words NAME ADDRESS [LEN] give it. */
struct range {
	const char *region;
	uint64_t address;
	uint64_t size;
};

/* Return: exit status, 0 and *range if the words make sense; the client is there then. */
static int read_range(struct memctl_ctx *ctx, const struct args *args, uint64_t length,
		      struct range *range)
{
	int status;

	range->region = args->words[0];
	range->size = length;
	if (args->nr_words > 2 && (!parse_size(args->words[2], &range->size) || !range->size))
		return fail_usage(ctx, "region", "'%s' is no length", args->words[2]);
	if (!ctx_client(ctx, &status))
		return status;
	return address_read(ctx, "region", args->words[1], range->region, &range->address);
}

/* As "hexdump -C" prints it. */
static void print_lines(uint64_t address, const unsigned char *data, size_t size)
{
	for (size_t at = 0; at < size; at += BYTES_A_LINE) {
		size_t nr = size - at < BYTES_A_LINE ? size - at : BYTES_A_LINE;

		printf("%012llx ", (unsigned long long)(address + at));
		for (size_t i = 0; i < BYTES_A_LINE; i++) {
			if (i % 8 == 0)
				putchar(' ');
			if (i < nr)
				printf("%02x ", data[at + i]);
			else
				fputs("   ", stdout);
		}
		fputs(" |", stdout);
		for (size_t i = 0; i < nr; i++) {
			unsigned char byte = data[at + i];

			putchar(byte < 0x20 || byte > 0x7e ? '.' : byte);
		}
		puts("|");
	}
}

/* Digits of the bytes behind those of @text. False without memory. */
static bool append_digits(char **text, size_t *length, const unsigned char *data, size_t size)
{
	char *more = realloc(*text, *length + 2 * size + 1);

	if (!more)
		return false;
	*text = more;
	for (size_t i = 0; i < size; i++)
		*length += sprintf(more + *length, "%02x", data[i]);
	return true;
}

static int read_json(struct memctl_ctx *ctx, const struct range *range, const char *digits)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_text(range->region));
	json_object_object_add(object, "address", json_address(range->address));
	json_object_object_add(object, "size", json_object_new_uint64(range->size));
	json_object_object_add(object, "data", json_object_new_string(digits));
	return json_document(ctx, object);
}

int region_read(struct memctl_ctx *ctx, const struct args *args)
{
	static unsigned char data[MEMCTL_MAX_DATA];
	struct range range;
	char *digits = NULL;
	size_t length = 0, part;
	int status = read_range(ctx, args, DEFAULT_LENGTH, &range);

	for (uint64_t at = 0; !status && at < range.size; at += part) {
		part = range.size - at < sizeof(data) ? range.size - at : sizeof(data);
		if (client_region_read(ctx->client, ctx->arena, range.region, range.address + at,
				       data, part))
			status = fail_client(ctx, "region '%s'", range.region);
		else if (ctx->json && !append_digits(&digits, &length, data, part))
			status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
		else if (ctx->raw)
			fwrite(data, part, 1, stdout);
		else if (!ctx->json)
			print_lines(range.address + at, data, part);
		/* The reader has gone away; close_output() in main.c says so. */
		if (ferror(stdout))
			break;
	}
	if (!status && ctx->json)
		status = read_json(ctx, &range, digits);
	free(digits);
	return status;
}

/* Where the bytes to write come from: the option --data, or standard input. */
static size_t next_bytes(const char **text, unsigned char *data, size_t size)
{
	size_t nr;

	if (!*text)
		return fread(data, 1, size, stdin);
	nr = strnlen(*text, size);
	memcpy(data, *text, nr);
	*text += nr;
	return nr;
}

int region_write(struct memctl_ctx *ctx, const struct args *args)
{
	static unsigned char data[MEMCTL_MAX_DATA];
	const char *text = args->data;
	struct json_object *object;
	uint64_t at = 0;
	int error = 0;
	struct range range;
	int status = read_range(ctx, args, UINT64_MAX, &range);

	while (!status && at < range.size) {
		size_t part = range.size - at < sizeof(data) ? range.size - at : sizeof(data);

		errno = 0;
		part = next_bytes(&text, data, part);
		error = errno;
		if (!part)
			break;
		if (client_region_write(ctx->client, ctx->arena, range.region, range.address + at,
					data, part))
			status = fail_client(ctx, "region '%s'", range.region);
		at += part;
	}
	if (!status && ferror(stdin))
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, error, NULL,
				  "standard input, behind %llu bytes", (unsigned long long)at);
	if (status)
		return status;
	if (!ctx->json) {
		if (!ctx->quiet)
			printf("wrote %llu bytes\n", (unsigned long long)at);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "name", json_text(range.region));
	json_object_object_add(object, "address", json_address(range.address));
	json_object_object_add(object, "size", json_object_new_uint64(at));
	return json_document(ctx, object);
}

static struct json_object *touch_json(const char *region, const struct access *access)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_text(region));
	json_object_object_add(object, "address", json_address(access->address));
	json_object_object_add(object, "size", json_object_new_uint64(access->size));
	json_object_object_add(object, "minor", json_object_new_uint64(access->nr_minor));
	json_object_object_add(object, "major", json_object_new_uint64(access->nr_major));
	json_object_object_add(object, "zero", json_object_new_uint64(access->nr_zero_fault));
	json_object_object_add(object, "new", json_object_new_uint64(access->nr_new));
	json_object_object_add(object, "cow", json_object_new_uint64(access->nr_cow));
	return object;
}

int region_touch(struct memctl_ctx *ctx, const struct args *args)
{
	struct range range;
	struct access access;
	int status = read_range(ctx, args, 1, &range);

	if (status)
		return status;
	if (client_region_touch(ctx->client, ctx->arena, range.region, range.address, range.size,
				GIVEN(args, OPT_WRITE), &access))
		return fail_client(ctx, "region '%s'", range.region);
	if (ctx->json)
		return json_document(ctx, touch_json(range.region, &access));
	if (!ctx->quiet)
		printf("pages: %llu minor, %llu major, %llu zero, %llu new, %llu copied\n",
		       (unsigned long long)access.nr_minor, (unsigned long long)access.nr_major,
		       (unsigned long long)access.nr_zero_fault, (unsigned long long)access.nr_new,
		       (unsigned long long)access.nr_cow);
	return MEMCTL_EXIT_OK;
}

static const struct column idle_columns[] = {
	COLUMN("REGION", STRING, idle, region, IDLE_REGION, BOTH, "name of the region"),
	COLUMN("PAGES", U64, idle, nr_pages, IDLE_NR_PAGES, BOTH, "pages that are mapped"),
	COLUMN("ACCESSED", U64, idle, nr_accessed, IDLE_NR_ACCESSED, BOTH,
	       "of them, touched since the last clear"),
	COLUMN("IDLE", U64, idle, nr_idle, IDLE_NR_IDLE, BOTH, "of them, not touched"),
	COLUMN("DIRTY", U64, idle, nr_dirty, IDLE_NR_DIRTY, BOTH, "of them, written"),
	COLUMN("GENERATION", U64, idle, generation, IDLE_GENERATION, JSON,
	       "generation of the arena"),
};

const struct view idle_view = VIEW(idle_columns);

int region_idle(struct memctl_ctx *ctx, const struct args *args)
{
	struct timespec left = { .tv_sec = args->wait };
	const char *region = args->words[0];
	struct idle idle;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (GIVEN(args, OPT_WAIT)) {
		if (client_region_idle(ctx->client, ctx->arena, region, true, &idle))
			return fail_client(ctx, "region '%s'", region);
		while (nanosleep(&left, &left) && errno == EINTR)
			;
	}
	if (client_region_idle(ctx->client, ctx->arena, region, GIVEN(args, OPT_CLEAR), &idle))
		return fail_client(ctx, "region '%s'", region);
	return view_print_rows(ctx, &idle_view, &idle, 1, sizeof(idle));
}
