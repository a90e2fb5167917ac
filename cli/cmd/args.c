// SPDX-License-Identifier: GPL-2.0
/*
 * args.c - from the command line to a struct args and the verb to run.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/match.h"
#include "base/words.h"
#include "view/table.h"
#include "wire/model.h"

enum value_kind {
	NONE,
	U32,
	U64,
	SIZE,
	ZONE,
	MIGRATETYPE,
	NODES,
	ON_OFF,
	RIGHTS,
	SITE,
	SHARE,
	TEXT
};

/* What getopt() returns for option opt: above every letter. */
#define OPT_VALUE(opt) (0x100 + (opt))
#define OPT_OUTPUT_ALL 0x80

_Static_assert(NR_OPTS <= 62, "the bits above are VERB_*");

static const struct {
	const char *name;
	const char *meta;
	const char *help;
	enum value_kind kind;
	size_t offset;
	uint64_t max; /* 0: what fits */
} descriptions[NR_OPTS] = {
#define VALUE(opt, word, meta, kind, member, max, help) \
	[OPT_##opt] = { word, meta, help, kind, offsetof(struct args, member), max }
#define SWITCH(opt, word, help) VALUE(opt, word, NULL, NONE, given, 0, help)
	VALUE(SIZE, "size", "SIZE", SIZE, size, 0,
	      "bytes, or with K, M, G, T (of 1024) or KB, MB, GB (of 1000)"),
	VALUE(DMA, "dma", "SIZE", SIZE, dma, 0, "of it from zone DMA"),
	VALUE(DMA32, "dma32", "SIZE", SIZE, dma32, 0, "of it from zone DMA32"),
	VALUE(NODES, "nodes", "LIST", NODES, nodes, 0, "nodes to take from, as 0-3,5"),
	VALUE(CPU_CACHES, "cpu-caches", "WORD", ON_OFF, cpu_caches, 0,
	      "on or off: without, what is freed is free at once"),
	VALUE(ORDER, "order", "N", U32, order, MEMCTL_MAX_ORDER, "blocks of 2^N frames, 0 to 10"),
	VALUE(COUNT, "count", "N", U64, count, UINT32_MAX, "so many (default: 1; monitor: no end)"),
	VALUE(ZONE, "zone", "ZONE", ZONE, zone, 0, "highest zone: DMA, DMA32 or Normal"),
	VALUE(NODE, "node", "N", U32, node, INT16_MAX, "preferred NUMA node"),
	SWITCH(THIS_NODE, "this-node", "no other node"),
	VALUE(MIGRATETYPE, "migratetype", "TYPE", MIGRATETYPE, migratetype, 0,
	      "Unmovable, Movable or Reclaimable"),
	VALUE(OWNER, "owner", "TAG", U32, owner, 0, "a number; what it allocated only it frees"),
	SWITCH(ZERO, "zero", "zero the memory"),
	SWITCH(MEMALLOC, "memalloc", "may go below the min watermark"),
	SWITCH(ATOMIC, "atomic", "never sleep; leave other CPUs' caches alone"),
	SWITCH(FORCE, "force", "whoever the owner is"),
	SWITCH(ALL, "all", "all of them"),
	SWITCH(KERNEL, "kernel", "what code in the kernel holds, by its symbol"),
	VALUE(ALIGN, "align", "SIZE", SIZE, align, UINT32_MAX, "alignment of objects, in bytes"),
	SWITCH(REDZONE, "redzone", "guard bytes around each object"),
	SWITCH(POISON, "poison", "fill free objects with a pattern"),
	SWITCH(HWALIGN, "hwalign", "align objects to cache lines"),
	VALUE(PAGES, "pages", "N", U32, pages, 0, "size of the region in pages of 4 KiB"),
	SWITCH(READONLY, "readonly", "map without the right to write"),
	VALUE(REGION, "region", "NAME", TEXT, region, 0, "the region that it is in"),
	VALUE(INDEX, "index", "N", U64, index, 0, "which frame, zone, cache or handle"),
	VALUE(ADDRESS, "address", "ADDRESS", TEXT, address, 0,
	      "virtual address, or +SIZE from the start of the region"),
	VALUE(LEVEL, "level", "N", U32, level, 255,
	      "level of the table, 1 (PTE) to 5; else as the site says"),
	VALUE(BIT, "bit", "N", U32, bit, 63, "bit to flip, 0 to 63"),
	VALUE(TIMEOUT, "timeout", "SECONDS", U32, timeout, INT32_MAX / 1000,
	      "stop when nothing happens for so long"),
	VALUE(THREADS, "threads", "N", U32, threads, 0, "threads, each on a CPU of its own"),
	VALUE(BATCH, "batch", "N", U32, batch, 0, "operations in a sample"),
	VALUE(ROUNDS, "rounds", "N", U32, rounds, 0, "samples of each thread"),
	VALUE(LIMIT, "limit", "FRAMES", U32, limit, 0, "frames that may back it, 0 for no limit"),
	VALUE(WINDOW, "window", "N", U32, window, 0, "pages that a read fault maps"),
	SWITCH(EMPTY, "empty", "without a vma"),
	VALUE(RIGHTS, "rights", "RIGHTS", RIGHTS, rights, 0, "r, rw, or - for none"),
	VALUE(FILE, "file", "FILE", TEXT, file, 0, "what backs it; default: anonymous memory"),
	VALUE(OFFSET, "offset", "SIZE", SIZE, offset, 0, "where in the file it begins"),
	SWITCH(WRITE, "write", "to write"),
	VALUE(DATA, "data", "TEXT", TEXT, data, 0, "what to write; default: standard input"),
	SWITCH(CLEAR, "clear", "forget it, to begin anew"),
	VALUE(WAIT, "wait", "SECONDS", U32, wait, INT32_MAX / 1000,
	      "forget, wait so long, look again"),
	VALUE(PID, "pid", "PID", U32, pid, INT32_MAX, "this process alone"),
	VALUE(SITE, "site", "SITE", SITE, site, 0, "alloc, slab, table, map or record"),
	VALUE(NTH, "nth", "N", U32, nth, 0, "every Nth try fails, from 1 on"),
	VALUE(PROBABILITY, "probability", "P", SHARE, probability, 0,
	      "each try fails by chance: above 0, up to 1, in millionths"),
	VALUE(TIMES, "times", "N", U32, times, 0, "tries that fail at most, 0 for no limit"),
	VALUE(SEED, "seed", "N", U64, seed, 0, "what chance follows from"),
	VALUE(CACHE, "cache", "NAME", TEXT, cache, 0, "objects of this cache alone"),
	SWITCH(COLUMNS, "columns", "print the names of the columns of OBJECT [COMMAND]"),
	SWITCH(OBJECTS, "objects", "print the names of the objects"),
	VALUE(FRAMES, "frames", "LIST", TEXT, frames, 0, "numbers of frames, as in 3,4,8-16"),
	VALUE(POLICIES, "policies", "LIST", TEXT, policies, 0, "these, as in fifo,lru (all)"),
	SWITCH(STEP, "step", "print each step; replace: each reference, of a small trace"),
	VALUE(GRANULE, "granule", "SIZE", SIZE, granule, 1U << 30,
	      "a unit in bytes, and allocations of bytes are taken; default: pages of 4K"),
	SWITCH(OBJECTS_ONLY, "objects-only", "kmalloc() and objects, but no blocks of pages"),
	VALUE(SAMPLES, "samples", "N", U32, samples, 100000, "look at N moments (default: 100)"),
	VALUE(EVERY, "every", "N", U64, every, 0, "look whenever N events have passed"),
	SWITCH(MAP, "map", "what is where at the end"),
	SWITCH(CSV, "csv", "comma-separated values"),
};

const struct option common_options[] = {
	{ "arena", required_argument, NULL, 'a' },
	{ "json", no_argument, NULL, 'J' },
	{ "raw", no_argument, NULL, 'r' },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "bytes", no_argument, NULL, 'b' },
	{ "output", required_argument, NULL, 'o' },
	{ "output-all", no_argument, NULL, OPT_OUTPUT_ALL },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
};

const unsigned int nr_common_options = sizeof(common_options) / sizeof(common_options[0]);

bool common_option(struct memctl_ctx *ctx, int letter, const char *value)
{
	switch (letter) {
	case 'a':
		if (ctx->arena_given && strcmp(ctx->arena, value))
			ctx->given_twice = "-a";
		ctx->arena = value;
		ctx->arena_given = true;
		return true;
	case 'J':
		ctx->json = true;
		return true;
	case 'r':
		ctx->raw = true;
		return true;
	case 'n':
		ctx->no_headings = true;
		return true;
	case 'b':
		ctx->bytes = true;
		return true;
	case 'o':
		if (ctx->columns)
			ctx->given_twice = "-o";
		ctx->columns = value;
		return true;
	case OPT_OUTPUT_ALL:
		ctx->all_columns = true;
		return true;
	case 'q':
		ctx->quiet = true;
		return true;
	}
	return false;
}

int version_asked(struct memctl_ctx *ctx)
{
	ctx->json |= ctx->json_asked;
	ctx->object = "version";
	return ctx->version(ctx, 1, (char *[]){ (char *)"version", NULL });
}

void common_help(void)
{
	fputs("Options everywhere:\n"
	      "  -a, --arena NAME     the arena (default: main)\n"
	      "  -J, --json           JSON\n"
	      "  -r, --raw            columns without alignment\n"
	      "  -n, --noheadings     no line of column names\n"
	      "  -b, --bytes          sizes in bytes\n"
	      "  -o, --output LIST    these columns; +LIST adds to the default ones\n"
	      "      --output-all     all columns\n"
	      "  -q, --quiet          say less; the exit status says it\n"
	      "  -h, --help           this text\n"
	      "  -V, --version        version of this program\n",
	      stdout);
}

static bool parse_word(const char *text, const char *(*name)(uint32_t), uint32_t nr,
		       uint32_t *value)
{
	for (uint32_t i = 0; i < nr; i++) {
		if (!strcasecmp(text, name(i))) {
			*value = i;
			return true;
		}
	}
	return false;
}

static const char *on_off_name(uint32_t on)
{
	return on ? "on" : "off";
}

/* "0-3,5": each below MAX_NODES, and once. */
static bool parse_nodes(const char *text, struct args *args)
{
	char part[24];

	args->nr_nodes = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		uint32_t first, last;
		char *dash;

		if (!length || length >= sizeof(part))
			return false;
		memcpy(part, text, length);
		part[length] = '\0';
		dash = strchr(part, '-');
		if (dash)
			*dash++ = '\0';
		if (!parse_u32(part, &first) || !parse_u32(dash ? dash : part, &last))
			return false;
		if (first > last || last >= MAX_NODES)
			return false;
		for (uint32_t node = first; node <= last; node++) {
			for (uint32_t i = 0; i < args->nr_nodes; i++) {
				if (args->nodes[i] == node)
					return false;
			}
			args->nodes[args->nr_nodes++] = node;
		}
		if (!text[length])
			return true;
		text += length + 1;
	}
}

/* "0.25": at most six digits behind the point; in MEMCTL_INJECT_ALWAYS parts. */
static bool parse_share(const char *text, uint32_t *share)
{
	uint32_t unit = MEMCTL_INJECT_ALWAYS;

	if ((text[0] != '0' && text[0] != '1') || (text[1] && text[1] != '.'))
		return false;
	*share = (uint32_t)(text[0] - '0') * unit;
	if (!text[1])
		return *share;
	text += 2;
	if (!*text)
		return false;
	for (; *text; text++) {
		unit /= 10;
		if (*text < '0' || *text > '9' || !unit)
			return false;
		*share += (uint32_t)(*text - '0') * unit;
	}
	return *share && *share <= MEMCTL_INJECT_ALWAYS;
}

static bool parse_value(enum opt opt, const char *text, struct args *args)
{
	void *to = (char *)args + descriptions[opt].offset;
	uint64_t max = descriptions[opt].max;

	switch (descriptions[opt].kind) {
	case NONE:
		return true;
	case U32:
		return parse_u32(text, to) && (!max || *(uint32_t *)to <= max);
	case U64:
		return parse_u64(text, to) && (!max || *(uint64_t *)to <= max);
	case SIZE:
		return parse_size(text, to) && (!max || *(uint64_t *)to <= max);
	case ZONE:
		return parse_word(text, zone_name, MODEL_NR_ZONE_TYPES, to);
	case MIGRATETYPE:
		return parse_word(text, migratetype_name, MODEL_NR_MIGRATETYPES, to);
	case NODES:
		return parse_nodes(text, args);
	case ON_OFF:
		return parse_word(text, on_off_name, 2, to);
	case RIGHTS:
		return parse_rights(text, to);
	case SITE:
		return parse_word(text, inject_site_name, MEMCTL_INJECT_SITE_MAX + 1, to);
	case SHARE:
		return parse_share(text, to);
	case TEXT:
		*(const char **)to = text;
		return *text;
	}
	return false;
}

static int refuse_value(struct memctl_ctx *ctx, const struct object *object, enum opt opt,
			const char *text)
{
	const char *name = descriptions[opt].name;

	if (descriptions[opt].max)
		return fail_usage(ctx, object->name, "--%s: '%s' is no number from 0 to %" PRIu64,
				  name, text, descriptions[opt].max);
	return fail_usage(ctx, object->name, "--%s: '%s' is no valid %s", name, text,
			  descriptions[opt].meta);
}

static const char *option_word(const void *list, unsigned int index)
{
	return ((const struct option *)list)[index].name;
}

/* What getopt_long() could not take: a letter, a word, or a value too many. */
int refuse_option(struct memctl_ctx *ctx, const char *object, const struct option *options,
		  const char *word)
{
	char hint[MATCH_HINT_SIZE], name[64];

	/* A long option that got a value has the letter of its short form in optopt. */
	if (optopt && optopt < 0x80 && (strncmp(word, "--", 2) || !strchr(word, '=')))
		return fail_usage(ctx, object, "unknown option -%c", optopt);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	if (match_find(name, option_word, options, hint) >= 0)
		return fail_usage(ctx, object, "%s: --%s takes no value", word, name);
	return fail_usage(ctx, object, "unknown option %s%s", word, hint);
}

/* All options that the object's verbs know, in getopt()'s form. */
static uint64_t make_options(const struct object *object, struct option *options)
{
	uint64_t known = 0;
	unsigned int nr = nr_common_options;

	memcpy(options, common_options, nr * sizeof(*options));
	for (unsigned int i = 0; i < object->nr; i++)
		known |= object->verbs[i].allowed | object->verbs[i].required;
	for (unsigned int opt = 0; opt < NR_OPTS; opt++) {
		if (known & BIT(opt))
			options[nr++] = (struct option){ descriptions[opt].name,
							 descriptions[opt].meta ?
								 required_argument :
								 no_argument,
							 NULL, OPT_VALUE(opt) };
	}
	options[nr] = (struct option){ 0 };
	return known;
}

static void show_options(uint64_t known)
{
	char left[40];

	if (!known)
		return;
	fputs("\nOptions:\n", stdout);
	for (unsigned int opt = 0; opt < NR_OPTS; opt++) {
		if (!(known & BIT(opt)))
			continue;
		snprintf(left, sizeof(left), "--%s %s", descriptions[opt].name,
			 descriptions[opt].meta ? descriptions[opt].meta : "");
		printf("  %-20s %s\n", left, descriptions[opt].help);
	}
}

/* "object verb", or the object alone where that is the command. */
static void print_name(const struct object *object, const struct verb *verb)
{
	printf("%s%s%s", object->name, verb->name[0] ? " " : "", verb->name);
}

static void show_columns(const struct object *object, const struct verb *verb)
{
	printf("\nColumns of '");
	print_name(object, verb);
	puts("':");
	view_help(verb->view);
}

static int show_verb_help(const struct object *object, const struct verb *verb)
{
	printf("Usage: memctl [OPTIONS] ");
	print_name(object, verb);
	printf("%s%s\n\n  %s\n", verb->usage[0] ? " " : "", verb->usage, verb->help);
	show_options(verb->allowed | verb->required);
	putchar('\n');
	common_help();
	if (verb->view)
		show_columns(object, verb);
	return MEMCTL_EXIT_OK;
}

static int show_help(const struct object *object, uint64_t known)
{
	const struct view *shown = NULL;

	printf("Usage: memctl [OPTIONS] %s%s\n\n%s\n\nCommands:\n", object->name,
	       object->verbs[0].name[0] ? " [COMMAND] [ARGUMENTS]" : " [ARGUMENTS]", object->help);
	for (unsigned int i = 0; i < object->nr; i++) {
		const struct verb *verb = &object->verbs[i];

		printf("  ");
		print_name(object, verb);
		printf("%s%s\n      %s\n", verb->usage[0] ? " " : "", verb->usage, verb->help);
	}
	show_options(known);
	putchar('\n');
	common_help();
	for (unsigned int i = 0; i < object->nr; i++) {
		const struct verb *verb = &object->verbs[i];

		if (!verb->view || verb->view == shown)
			continue;
		shown = verb->view;
		show_columns(object, verb);
	}
	return MEMCTL_EXIT_OK;
}

/* The commands, and the two words that every object with a table answers to. */
static const char *verb_word(const void *list, unsigned int index)
{
	static const char *const aliases[] = { "show", "list" };
	const struct object *object = list;

	if (index < object->nr)
		return object->verbs[index].name;
	index -= object->nr;
	for (unsigned int i = 0; object->verbs[0].view && i < 2; i++) {
		bool own = false;

		for (unsigned int j = 0; j < object->nr; j++)
			own |= !strcmp(object->verbs[j].name, aliases[i]);
		if (!own && !index--)
			return aliases[i];
	}
	return NULL;
}

/* The command that @name is or begins; NULL and a hint if there is none. */
static const struct verb *find_verb(const struct object *object, const char *name, char *hint)
{
	int found = match_find(name, verb_word, object, hint);

	if (found < 0)
		return NULL;
	return &object->verbs[(unsigned int)found < object->nr ? found : 0];
}

static int refuse_verb(struct memctl_ctx *ctx, const struct object *object, const char *name,
		       const char *hint)
{
	return fail_usage(ctx, object->name, "'%s' has no command '%s'%s", object->name, name,
			  hint);
}

/* Help on the command that @word names, NULL for all of the object. */
static int help_on(struct memctl_ctx *ctx, const struct object *object, uint64_t known,
		   const char *word)
{
	char hint[MATCH_HINT_SIZE] = "";
	const struct verb *verb = NULL;

	if (!word)
		return show_help(object, known);
	if (object->verbs[0].name[0])
		verb = find_verb(object, word, hint);
	return verb ? show_verb_help(object, verb) : refuse_verb(ctx, object, word, hint);
}

/*
 * -h: print the help of the command that is among the words, or else of the object. Other words are
 * not checked.
 */
static int help_asked(struct memctl_ctx *ctx, const struct object *object, uint64_t known,
		      const struct args *args)
{
	bool verb = args->nr_words && strcmp(args->words[0], "help") &&
		    (object->verbs[0].name[0] || ctx->help_on_word);

	return help_on(ctx, object, known, verb ? args->words[0] : NULL);
}

static int refuse_word(struct memctl_ctx *ctx, const struct object *object, const char *word)
{
	return fail_usage(ctx, object->name, "'%s' is one word too many", word);
}

/* "help [COMMAND]" and "COMMAND help": true, and *status, if that is what was asked. */
static bool help_word(struct memctl_ctx *ctx, const struct object *object, uint64_t known,
		      const struct args *args, int *status)
{
	char hint[MATCH_HINT_SIZE];
	const char *word = NULL;

	if (args->nr_words && !strcmp(args->words[0], "help"))
		word = args->nr_words > 1 ? args->words[1] : NULL;
	else if (args->nr_words > 1 && !strcmp(args->words[1], "help") &&
		 object->verbs[0].name[0] && find_verb(object, args->words[0], hint))
		word = args->words[0];
	else
		return false;
	if (args->nr_words > 2)
		*status = refuse_word(ctx, object, args->words[2]);
	else
		*status = help_on(ctx, object, known, word);
	return true;
}

static int check_options(struct memctl_ctx *ctx, const struct object *object,
			 const struct verb *verb, const struct args *args)
{
	uint64_t wrong = args->given & ~(verb->allowed | verb->required);
	uint64_t missing = verb->required & ~args->given;

	for (unsigned int opt = 0; opt < NR_OPTS; opt++) {
		if (wrong & BIT(opt))
			return fail_usage(ctx, object->name, "'%s%s%s' takes no option --%s",
					  object->name, verb->name[0] ? " " : "", verb->name,
					  descriptions[opt].name);
		if (missing & BIT(opt))
			return fail_usage(ctx, object->name, "'%s%s%s' needs --%s %s", object->name,
					  verb->name[0] ? " " : "", verb->name,
					  descriptions[opt].name, descriptions[opt].meta);
	}
	return MEMCTL_EXIT_OK;
}

int common_check(struct memctl_ctx *ctx, const char *object, const char *verb,
		 const struct view *view, uint64_t allowed)
{
	bool table = ctx->columns || ctx->all_columns || ctx->no_headings ||
		     (ctx->raw && !(allowed & VERB_RAW));

	if (ctx->given_twice)
		return fail_usage(ctx, object, "%s is given twice", ctx->given_twice);
	if (ctx->columns && ctx->all_columns)
		return fail_usage(ctx, object, "-o and --output-all exclude each other");
	if (ctx->json && ctx->raw)
		return fail_usage(ctx, object, "-J and -r exclude each other");
	if (table && !view)
		return fail_usage(ctx, object, "'%s%s%s' has no columns", object,
				  verb[0] ? " " : "", verb);
	if (ctx->arena_given && allowed & VERB_NO_ARENA)
		return fail_usage(ctx, object, "'%s%s%s' takes no option -a", object,
				  verb[0] ? " " : "", verb);
	return view ? view_check(ctx, view, object) : MEMCTL_EXIT_OK;
}

/* Options are parsed: find the verb among the words, check, and run it. */
static int dispatch(struct memctl_ctx *ctx, const struct object *object, struct args *args,
		    uint64_t known)
{
	const struct verb *verb = &object->verbs[0];
	char hint[MATCH_HINT_SIZE];
	int ret;

	if (help_word(ctx, object, known, args, &ret))
		return ret;
	if (args->nr_words && verb->name[0]) {
		verb = find_verb(object, args->words[0], hint);
		if (!verb)
			return refuse_verb(ctx, object, args->words[0], hint);
		args->words++;
		args->nr_words--;
	}
	if (ctx->list_columns && args->nr_words)
		return refuse_word(ctx, object, args->words[0]);
	if (ctx->list_columns) {
		if (verb->view)
			view_names(verb->view);
		return MEMCTL_EXIT_OK;
	}
	ret = check_options(ctx, object, verb, args);
	if (ret)
		return ret;
	ret = common_check(ctx, object->name, verb->name, verb->view, verb->allowed);
	if (ret)
		return ret;
	if (args->nr_words < verb->min)
		return fail_usage(ctx, object->name, "usage: memctl %s%s%s %s", object->name,
				  verb->name[0] ? " " : "", verb->name, verb->usage);
	if (verb->max >= 0 && args->nr_words > verb->max)
		return refuse_word(ctx, object, args->words[verb->max]);
	return verb->run(ctx, args);
}

/**
 * verbs_run() - parse the arguments of an object and run the verb they name
 * @ctx: context; common options are stored in it
 * @object: the object
 * @argc: number of arguments
 * @argv: arguments, the object's name first
 *
 * Return: exit status.
 */
int verbs_run(struct memctl_ctx *ctx, const struct object *object, int argc, char **argv)
{
	static struct args args;
	struct option options[NR_OPTS + 16];
	uint64_t known = make_options(object, options);
	bool help = false;
	int value;

	args = (struct args){
		.count = 1,
		.zone = MEMCTL_ZONE_TYPE_NORMAL,
		.rights = MEMCTL_RIGHT_READ | MEMCTL_RIGHT_WRITE,
		.of = object->of,
	};
	opterr = 0;
	optind = 0;
	while ((value = getopt_long(argc, argv, ":" COMMON_LETTERS, options, NULL)) != -1) {
		if (value == 'h' || help) {
			help = true;
		} else if (value >= OPT_VALUE(0)) {
			enum opt opt = value - OPT_VALUE(0);

			if (GIVEN(&args, opt))
				return fail_usage(ctx, object->name, "--%s is given twice",
						  descriptions[opt].name);
			if (!parse_value(opt, optarg, &args))
				return refuse_value(ctx, object, opt, optarg);
			args.given |= BIT(opt);
		} else if (value == 'V') {
			return version_asked(ctx);
		} else if (value == ':') {
			return fail_usage(ctx, object->name, "%s needs a value", argv[optind - 1]);
		} else if (!common_option(ctx, value, optarg)) {
			return refuse_option(ctx, object->name, options, argv[optind - 1]);
		}
	}
	args.words = argv + optind;
	args.nr_words = argc - optind;
	if (help)
		return help_asked(ctx, object, known, &args);
	return dispatch(ctx, object, &args, known);
}
