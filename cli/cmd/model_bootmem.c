// SPDX-License-Identifier: GPL-2.0
/*
 * model_bootmem.c - memctl model bootmem: the allocator that a kernel has before the buddy system.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/text.h"
#include "base/words.h"
#include "lab/boot_memory.h"
#include "model_bootmem.h"
#include "model_words.h"
#include "view/table.h"

#define NAME	       "bootmem"
#define KIB	       UINT64_C(1024)
#define MIB	       (UINT64_C(1024) * KIB)
#define DEFAULT_KERNEL (2 * MIB)
#define DEFAULT_ALIGN  64 /* a line of the cache */
#define MIN_SIZE       (4 * MIB)
#define NR_FIRST_ROWS  5

/* --- the table ----------------------------------------------------------------------------- */

enum { HAS_ADDRESS = 1 };

/**
 * struct row - what was done
 * @present: without bit HAS_ADDRESS if there was no room
 * @operation: free, reserve or alloc
 * @address: first byte
 * @size: bytes asked for
 * @pages: pages whose bit changed
 * @free: free pages afterwards
 * @what: why, or how
 */
struct row {
	uint64_t present;
	const char *operation;
	uint64_t address;
	uint64_t size;
	uint32_t pages;
	uint32_t free;
	const char *what;
};

#define FIELD(heading, member, type, text)                               \
	{                                                                \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, \
		.offset = offsetof(struct row, member), .help = text     \
	}

static const struct column columns[] = {
	FIELD("OPERATION", operation, TEXT, "what was asked for"),
	{ .name = "ADDRESS",
	  .kind = COLUMN_ADDRESS,
	  .use = USE_BOTH,
	  .attr = HAS_ADDRESS,
	  .offset = offsetof(struct row, address),
	  .help = "first byte; empty if there was no room" },
	FIELD("SIZE", size, SIZE, "bytes"),
	FIELD("PAGES", pages, U32, "pages whose bit changed"),
	FIELD("FREE", free, U32, "free pages afterwards"),
	FIELD("WHAT", what, TEXT, "what it is for, or how it was found"),
};

const struct view model_bootmem_view = VIEW(columns);

/* --- operations ---------------------------------------------------------------------------- */

/**
 * struct boot - a machine that boots
 * @memory: its memory
 * @size: bytes of it
 * @map: address of the bitmap
 * @rows: what was done
 * @nr: their number
 */
struct boot {
	struct boot_memory *memory;
	uint64_t size;
	uint64_t map;
	struct row *rows;
	size_t nr;
};

static struct row *add_row(struct boot *boot, const char *operation, uint64_t address,
			   uint64_t size, uint32_t pages)
{
	struct row *row = &boot->rows[boot->nr++];

	*row = (struct row){ UINT64_MAX, operation, address,
			     size,	 pages,	    boot_memory_nr_free(boot->memory),
			     NULL };
	return row;
}

static struct row *do_free(struct boot *boot, uint64_t address, uint64_t size)
{
	return add_row(boot, "free", address, size, boot_memory_free(boot->memory, address, size));
}

static struct row *do_reserve(struct boot *boot, uint64_t address, uint64_t size)
{
	return add_row(boot, "reserve", address, size,
		       boot_memory_reserve(boot->memory, address, size));
}

static void do_alloc(struct boot *boot, uint64_t size, uint64_t align, uint64_t goal)
{
	struct boot_place place;
	struct row *row;

	boot_memory_alloc(boot->memory, size, align, goal, &place);
	row = add_row(boot, "alloc", place.address, size, place.nr);
	if (place.address == BOOT_NONE) {
		row->present &= ~(UINT64_C(1) << HAS_ADDRESS);
		row->what = "no room";
	} else if (place.merged) {
		row->what = "from the end of the last one, in its page";
	} else if (place.wrapped) {
		row->what = "none behind the last one: searched from the goal on";
	} else {
		row->what = "next fit";
	}
}

/* What a kernel does before anything is allocated. */
static void begin(struct boot *boot, uint64_t kernel)
{
	boot->map = (MIB + kernel + BOOT_PAGE - 1) / BOOT_PAGE * BOOT_PAGE;
	do_free(boot, 0, 640 * KIB)->what = "usable below video memory";
	do_free(boot, MIB, boot->size - MIB)->what = "usable from 1 MiB on";
	do_reserve(boot, 0, BOOT_PAGE)->what = "data of the BIOS";
	do_reserve(boot, MIB, kernel)->what = "the kernel";
	do_reserve(boot, boot->map, boot_memory_map_size(boot->memory))->what = "the bitmap";
}

/* --- words --------------------------------------------------------------------------------- */

/**
 * struct operation - a word that is read
 * @word: the word
 * @size: bytes
 * @align: of an allocation
 * @at: behind @: address or goal
 * @has_at: it was given
 */
struct operation {
	const char *word;
	uint64_t size;
	uint64_t align;
	uint64_t at;
	bool has_at;
};

static int complain(struct memctl_ctx *ctx, const struct operation *operation, const char *where,
		    const char *text)
{
	return fail_usage(ctx, "model", "'%s', column %zu: %s", operation->word,
			  (size_t)(where - operation->word) + 1, text);
}

/* A size from @from on, to @end. */
static bool take_size(const char *from, const char *end, uint64_t *size)
{
	char text[32];

	if (end - from >= (int)sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(end - from), from);
	return parse_size(text, size) && *size <= BOOT_MAX_SIZE;
}

/* SIZE[,ALIGN][@ADDRESS] */
static int take_operation(struct memctl_ctx *ctx, struct operation *operation, const char *value)
{
	const char *end = value + strlen(value), *at = strchr(value, '@'), *comma;

	operation->align = DEFAULT_ALIGN;
	operation->has_at = at;
	if (at && !take_size(at + 1, end, &operation->at))
		return complain(ctx, operation, at + 1, "not an address up to 4G");
	end = at ? at : end;
	comma = memchr(value, ',', (size_t)(end - value));
	if (comma &&
	    (!take_size(comma + 1, end, &operation->align) || !operation->align ||
	     operation->align > BOOT_MAX_ALIGN || (operation->align & (operation->align - 1))))
		return complain(ctx, operation, comma + 1,
				"an alignment is a power of two up to 1G");
	if (!take_size(value, comma ? comma : end, &operation->size) || !operation->size)
		return complain(ctx, operation, value, "not a size from 1 to 4G");
	if (comma && *operation->word != 'a')
		return complain(ctx, operation, comma, "only alloc= has an alignment");
	return MEMCTL_EXIT_OK;
}

/* One of free=, reserve= and alloc=. */
static int run_word(struct memctl_ctx *ctx, struct boot *boot, const char *word)
{
	struct operation operation = { .word = word };
	const char *value = strchr(word, '=');
	size_t length = value ? (size_t)(value - word) : 0;
	bool alloc = length == 5 && !memcmp(word, "alloc", length);
	bool reserve = length == 7 && !memcmp(word, "reserve", length);
	int status;

	if (!alloc && !reserve && !(length == 4 && !memcmp(word, "free", length)))
		return fail_usage(ctx, "model",
				  "'%s' is none of kernel=, free=, reserve= and alloc=", word);
	status = take_operation(ctx, &operation, value + 1);
	if (status)
		return status;
	if (alloc) {
		do_alloc(boot, operation.size, operation.align, operation.at);
		return MEMCTL_EXIT_OK;
	}
	if (!operation.has_at)
		return complain(ctx, &operation, word + strlen(word), "@ADDRESS is missing");
	if (operation.at >= boot->size || operation.size > boot->size - operation.at)
		return complain(ctx, &operation, value + 1, "this passes the end of memory");
	if (reserve) {
		do_reserve(boot, operation.at, operation.size);
		return MEMCTL_EXIT_OK;
	}
	if (operation.at < boot->map + boot_memory_map_size(boot->memory) &&
	    boot->map < operation.at + operation.size)
		return complain(ctx, &operation, value + 1, "the bitmap is there");
	do_free(boot, operation.at, operation.size);
	return MEMCTL_EXIT_OK;
}

static bool is_kernel(const char *word)
{
	return !strncmp(word, "kernel=", 7);
}

static int take_kernel(struct memctl_ctx *ctx, const struct args *args, uint64_t *kernel)
{
	bool given = false;

	*kernel = DEFAULT_KERNEL;
	for (int i = 0; i < args->nr_words; i++) {
		const char *word = args->words[i];

		if (!is_kernel(word))
			continue;
		if (given)
			return fail_usage(ctx, "model", "kernel= is given twice");
		given = true;
		if (!parse_size(word + 7, kernel) || !*kernel || *kernel > args->size - 2 * MIB)
			return fail_usage(ctx, "model",
					  "%s: not a size up to that of memory less 2M", word);
	}
	return MEMCTL_EXIT_OK;
}

/* --- the answer ---------------------------------------------------------------------------- */

static void print_handover(const struct boot_handover *handover)
{
	printf("handed over: %u blocks of 32 pages, each a word of the bitmap without a bit; "
	       "%u pages; %u of the bitmap\n",
	       handover->words, handover->pages, handover->map_pages);
	printf("order ");
	for (int order = 0; order < BOOT_NR_ORDERS; order++)
		printf(" %6d", order);
	printf("\nblocks");
	for (int order = 0; order < BOOT_NR_ORDERS; order++)
		printf(" %6u", handover->list[order]);
	putchar('\n');
}

static int print_document(struct memctl_ctx *ctx, const struct boot *boot,
			  const struct boot_handover *handover)
{
	struct json_object *document = model_document(NAME), *lists = json_object_new_array();

	for (int order = 0; order < BOOT_NR_ORDERS; order++) {
		struct json_object *list = json_object_new_object();

		json_object_object_add(list, "order", json_object_new_int(order));
		json_object_object_add(list, "blocks",
				       json_object_new_uint64(handover->list[order]));
		json_object_array_add(lists, list);
	}
	json_object_object_add(document, "operations",
			       view_json(ctx, &model_bootmem_view, boot->rows, boot->nr,
					 sizeof(boot->rows[0])));
	json_object_object_add(document, "words", json_object_new_uint64(handover->words));
	json_object_object_add(document, "pages", json_object_new_uint64(handover->pages));
	json_object_object_add(document, "map_pages", json_object_new_uint64(handover->map_pages));
	json_object_object_add(document, "lists", lists);
	return json_document(ctx, document);
}

static int print_answer(struct memctl_ctx *ctx, const struct boot *boot)
{
	struct boot_handover handover;
	int status;

	if (!boot_memory_release(boot->memory, boot->map, &handover))
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the buddy system");
	if (ctx->json)
		return print_document(ctx, boot, &handover);
	model_heading(ctx, NAME);
	status = view_print_rows(ctx, &model_bootmem_view, boot->rows, boot->nr,
				 sizeof(boot->rows[0]));
	if (!status && !ctx->quiet && !view_wanted(ctx))
		print_handover(&handover);
	return status;
}

static int run(struct memctl_ctx *ctx, const struct args *args, struct boot *boot, uint64_t kernel)
{
	int status = MEMCTL_EXIT_OK;

	begin(boot, kernel);
	for (int i = 0; i < args->nr_words && !status; i++) {
		if (!is_kernel(args->words[i]))
			status = run_word(ctx, boot, args->words[i]);
	}
	return status ? status : print_answer(ctx, boot);
}

int model_bootmem(struct memctl_ctx *ctx, const struct args *args)
{
	struct boot boot = { .size = args->size };
	uint64_t kernel;
	int status;

	if (boot.size < MIN_SIZE || boot.size > BOOT_MAX_SIZE || boot.size % BOOT_PAGE)
		return fail_usage(ctx, "model",
				  "--size: the model has 4M to 4G, in multiples of 4K");
	status = take_kernel(ctx, args, &kernel);
	if (status)
		return status;
	boot.memory = boot_memory_new(boot.size);
	boot.rows = calloc(NR_FIRST_ROWS + (size_t)args->nr_words, sizeof(*boot.rows));
	if (boot.memory && boot.rows)
		status = run(ctx, args, &boot, kernel);
	else
		status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	if (boot.memory)
		boot_memory_delete(boot.memory);
	free(boot.rows);
	return status;
}
