/* SPDX-License-Identifier: GPL-2.0 */
/*
 * args.h - objects, their verbs, and the options that verbs take.
 *
 * Every option of the program has one meaning and one parser; a verb says
 * which of them it allows and which it must have. Help texts, bash
 * completion and the checks all read these tables.
 */
#ifndef MEMCTL_CLI_ARGS_H
#define MEMCTL_CLI_ARGS_H

#include <getopt.h>

#include "base/cmd.h"
#include "wire/model.h"

struct view;

enum opt {
	OPT_SIZE,
	OPT_DMA,
	OPT_DMA32,
	OPT_NODES,
	OPT_CPU_CACHES,
	OPT_ORDER,
	OPT_COUNT,
	OPT_ZONE,
	OPT_NODE,
	OPT_THIS_NODE,
	OPT_MIGRATETYPE,
	OPT_OWNER,
	OPT_ZERO,
	OPT_MEMALLOC,
	OPT_ATOMIC,
	OPT_FORCE,
	OPT_ALL,
	OPT_KERNEL,
	OPT_ALIGN,
	OPT_REDZONE,
	OPT_POISON,
	OPT_HWALIGN,
	OPT_PAGES,
	OPT_READONLY,
	OPT_REGION,
	OPT_INDEX,
	OPT_ADDRESS,
	OPT_LEVEL,
	OPT_BIT,
	OPT_TIMEOUT,
	OPT_THREADS,
	OPT_BATCH,
	OPT_ROUNDS,
	OPT_LIMIT,
	OPT_WINDOW,
	OPT_EMPTY,
	OPT_RIGHTS,
	OPT_FILE,
	OPT_OFFSET,
	OPT_WRITE,
	OPT_DATA,
	OPT_CLEAR,
	OPT_WAIT,
	OPT_PID,
	OPT_SITE,
	OPT_NTH,
	OPT_PROBABILITY,
	OPT_TIMES,
	OPT_SEED,
	OPT_CACHE,
	OPT_COLUMNS,
	OPT_OBJECTS,
	OPT_FRAMES,
	OPT_POLICIES,
	OPT_STEP,
	OPT_GRANULE,
	OPT_OBJECTS_ONLY,
	OPT_SAMPLES,
	OPT_EVERY,
	OPT_MAP,
	OPT_CSV,
	NR_OPTS
};

#define BIT(opt) (UINT64_C(1) << (opt))
/* In @allowed of a verb: it is about no one arena, -a has no sense; it takes -r without a view. */
#define VERB_NO_ARENA BIT(63)
#define VERB_RAW      BIT(62)
#define MAX_NODES     1024

/**
 * struct args - what was given
 * @given: BIT(opt) of each option
 * @words: the words behind the verb
 * @nr_words: their number
 * @of: what the object has for its verbs
 *
 * The rest are the options' values; those not given have their default.
 */
struct args {
	uint64_t given;
	char **words;
	int nr_words;
	const void *of;
	uint64_t size, dma, dma32;
	uint32_t nodes[MAX_NODES];
	uint32_t nr_nodes;
	uint32_t cpu_caches; /* 0 for off, 1 for on */
	uint32_t order;
	uint64_t count;
	uint32_t zone; /* enum memctl_zone_type, normal */
	uint32_t node;
	uint32_t migratetype;
	uint32_t owner;
	uint64_t align;
	uint32_t pages;
	const char *region;
	uint64_t index;
	const char *address; /* as address_read() takes it */
	uint32_t level, bit;
	uint32_t timeout; /* seconds */
	uint32_t threads, batch, rounds;
	uint32_t limit, window;
	uint32_t rights; /* enum memctl_right, both */
	const char *file;
	uint64_t offset;
	const char *data;
	uint32_t wait; /* seconds */
	uint32_t pid;
	uint32_t site; /* enum memctl_inject_site */
	uint32_t nth, times;
	uint32_t probability; /* of MEMCTL_INJECT_ALWAYS */
	uint64_t seed;
	const char *cache;
	const char *frames;   /* "3,5-8" */
	const char *policies; /* "fifo,lru" */
	uint64_t granule;
	uint32_t samples;
	uint64_t every;
};

#define GIVEN(args, opt) (!!((args)->given & BIT(opt)))

/**
 * struct verb - one command of an object
 * @name: "" where the object is the command
 * @usage: the words behind it, as the help shows them
 * @help: one line
 * @run: does it; returns the exit status
 * @allowed: BIT(opt) of each option that it takes
 * @required: BIT(opt) of each that it must have
 * @min: least words
 * @max: most words, -1 for any number
 * @view: table that it prints, NULL for none
 */
struct verb {
	const char *name;
	const char *usage;
	const char *help;
	int (*run)(struct memctl_ctx *ctx, const struct args *args);
	uint64_t allowed;
	uint64_t required;
	int min;
	int max;
	const struct view *view;
};

/**
 * struct object - what a word on the command line stands for
 * @name: the word
 * @help: a paragraph
 * @verbs: its commands; the first one is the default
 * @nr: their number
 * @of: for its verbs, where several objects share them
 */
struct object {
	const char *name;
	const char *help;
	const struct verb *verbs;
	unsigned int nr;
	const void *of;
};

#define OBJECT(word, text, table)                           \
	{                                                   \
		.name = word, .help = text, .verbs = table, \
		.nr = sizeof(table) / sizeof((table)[0])    \
	}

/*
 * Of the options that stand everywhere, those that would change nothing: @view
 * is the table of the command, NULL for none. Return: exit status.
 */
int common_check(struct memctl_ctx *ctx, const char *object, const char *verb,
		 const struct view *view, uint64_t allowed);
int verbs_run(struct memctl_ctx *ctx, const struct object *object, int argc, char **argv);

/* Options that stand before or behind the object, for getopt(). */
#define COMMON_LETTERS "a:Jrnbo:qhV"
extern const struct option common_options[];
extern const unsigned int nr_common_options;
/* Take one of them; false for a letter that is none of them. */
bool common_option(struct memctl_ctx *ctx, int letter, const char *value);
void common_help(void);
/* -V, wherever it stands. Return: exit status. */
int version_asked(struct memctl_ctx *ctx);
/* Complain of the word that getopt_long() did not take. Return: exit status. */
int refuse_option(struct memctl_ctx *ctx, const char *object, const struct option *options,
		  const char *word);

#endif /* MEMCTL_CLI_ARGS_H */
