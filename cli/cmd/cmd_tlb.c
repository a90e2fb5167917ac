// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_tlb.c - models of TLBs: make them, feed them with a trace, compare.
 *
 * A model is described by words KEY=VALUE; what is left out is as large as
 * the data TLBs of many processors: 64 entries for 4 KiB, 32 for larger
 * pages, 1536 behind them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/words.h"
#include "commands.h"
#include "trace/tlb_trace.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

#define SMALL	    (1U << MEMCTL_TLB_PAGE_4K)
#define LARGE	    (1U << MEMCTL_TLB_PAGE_2M | 1U << MEMCTL_TLB_PAGE_4M | 1U << MEMCTL_TLB_PAGE_1G)
#define NR_ARRAYS   3
#define LINUX_ASIDS 6

/* --- the table --- */

static const struct memctl_tlb_array *array_of(const struct tlb *tlb, uint32_t level,
					       uint32_t pages)
{
	LIST_FOR_EACH(struct memctl_tlb_array, array, &tlb->arrays) {
		if (array->level == level && (array->pages & pages))
			return array;
	}
	return NULL;
}

static struct json_object *shape(const void *row, uint32_t level, uint32_t pages)
{
	const struct memctl_tlb_array *array = array_of(row, level, pages);
	struct json_object *object;

	if (!array)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "sets", json_object_new_int64(array->sets));
	json_object_object_add(object, "ways", json_object_new_int64(array->ways));
	return object;
}

static struct json_object *l1_of(const void *row)
{
	return shape(row, 1, SMALL);
}

static struct json_object *l1_large_of(const void *row)
{
	return shape(row, 1, LARGE);
}

static struct json_object *l2_of(const void *row)
{
	return shape(row, 2, SMALL | LARGE);
}

/* A seed is a string in every view, as others have 64 bits. */
static struct json_object *seed_of(const void *row)
{
	return json_wide(((const struct tlb *)row)->seed);
}

static struct json_object *page_of(const void *row)
{
	static const unsigned int shifts[] = { 12, 21, 22, 30 };
	uint32_t page = ((const struct tlb *)row)->page;

	if (page >= sizeof(shifts) / sizeof(shifts[0]))
		return NULL;
	return json_object_new_uint64(UINT64_C(1) << shifts[page]);
}

static struct json_object *valid_of(const void *row)
{
	uint64_t nr = 0;

	LIST_FOR_EACH(struct memctl_tlb_array, array, &((const struct tlb *)row)->arrays)
		nr += array->nr_valid;
	return json_object_new_uint64(nr);
}

static struct json_object *hit_rate_of(const void *row)
{
	const struct tlb *tlb = row;

	if (!tlb->nr_access)
		return NULL;
	return json_hundredths(100.0 * (double)(tlb->nr_l1_hit + tlb->nr_l2_hit) /
			       (double)tlb->nr_access);
}

static double cycles_of(const struct tlb *tlb)
{
	return (double)tlb->l1_total + (double)tlb->l2_total + (double)tlb->walk_total;
}

static struct json_object *total_of(const void *row)
{
	const struct tlb *tlb = row;

	return json_object_new_uint64(tlb->l1_total + tlb->l2_total + tlb->walk_total);
}

static struct json_object *per_access_of(const void *row)
{
	const struct tlb *tlb = row;

	return tlb->nr_access ? json_hundredths(cycles_of(tlb) / (double)tlb->nr_access) : NULL;
}

#define COUNTER(heading, member, attr, when, text) \
	COLUMN(heading, U64, tlb, member, TLB_##attr, when, text)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, tlb, arena, TLB_ARENA, JSON, "name of the arena"),
	COLUMN("NAME", STRING, tlb, name, TLB_NAME, BOTH, "name of the model"),
	COLUMN_BYTES("PAGE", page_of, BOTH, "bytes of each page"),
	COLUMN("FORMAT", STRING, tlb, format, TLB_FORMAT, BOTH, "format of the page tables"),
	COLUMN("ASIDS", U32, tlb, asids, TLB_ASIDS, BOTH, "0: a switch flushes"),
	COLUMN_WORD("POLICY", tlb_policy_name, tlb, policy, TLB_POLICY, BOTH,
		    "which entry of a full set makes room"),
	COLUMN_MADE("SEED", seed_of, JSON, "for the policy random"),
	COLUMN_JOINED("L1", l1_of, "x", JSON, "level 1, pages of 4K: sets x ways"),
	COLUMN_JOINED("L1_LARGE", l1_large_of, "x", JSON, "level 1, larger pages: sets x ways"),
	COLUMN_JOINED("L2", l2_of, "x", JSON, "level 2: sets x ways"),
	COLUMN_COUNTED("VALID", valid_of, JSON, "valid entries"),
	COUNTER("ACCESSES", nr_access, NR_ACCESS, BOTH, "accesses"),
	COUNTER("WRITES", nr_write, NR_WRITE, JSON, "those that were writes"),
	COUNTER("L1_HITS", nr_l1_hit, NR_L1_HIT, BOTH, "accesses that level 1 served"),
	COUNTER("L2_HITS", nr_l2_hit, NR_L2_HIT, BOTH, "accesses that level 2 served"),
	COUNTER("MISSES", nr_miss, NR_MISS, BOTH, "accesses that neither served"),
	COLUMN_COUNTED("HIT_RATE", hit_rate_of, BOTH, "accesses that were hits, in percent"),
	COUNTER("UPGRADES", nr_upgrade, NR_UPGRADE, JSON, "writes that had to walk to set D"),
	COUNTER("WALKS", nr_walk, NR_WALK, JSON, "walks of the page tables"),
	COUNTER("FAULTS", nr_fault, NR_FAULT, JSON, "walks that found no translation"),
	COUNTER("READS", nr_read, NR_READ, BOTH, "entries of tables read in walks"),
	COUNTER("L1_EVICT", nr_l1_evict, NR_L1_EVICT, JSON, "entries of level 1 that made room"),
	COUNTER("L2_EVICT", nr_l2_evict, NR_L2_EVICT, JSON, "entries of level 2 that made room"),
	COUNTER("FLUSHED", nr_invalidated, NR_INVALIDATED, JSON,
		"entries that switches and faults threw away"),
	COUNTER("SWITCHES", nr_switch, NR_SWITCH, BOTH, "switches of the address space"),
	COUNTER("REASSIGNED", nr_reassigned, NR_REASSIGNED, JSON,
		"switches that took an ASID from another address space"),
	COUNTER("L1_CYCLES", l1_total, L1_TOTAL, JSON, "cycles to look into level 1"),
	COUNTER("L2_CYCLES", l2_total, L2_TOTAL, JSON, "cycles to look into level 2"),
	COUNTER("WALK_CYCLES", walk_total, WALK_TOTAL, JSON, "cycles of the walks"),
	COLUMN_COUNTED("CYCLES", total_of, BOTH, "all cycles, by the model"),
	COLUMN_COUNTED("PER_ACCESS", per_access_of, BOTH, "cycles of an access, on average"),
	COLUMN("REGION", STRING, tlb, region, TLB_REGION, JSON,
	       "region that tells it of its touches"),
	COLUMN("GENERATION", U64, tlb, generation, TLB_GENERATION, JSON, "generation of the arena"),
};

static const struct view tlb_view = VIEW(columns);

/* --- describe a model --- */

struct description {
	struct tlb tlb;
	struct memctl_tlb_array arrays[NR_ARRAYS]; /* sets 0: left out */
};

static void describe_default(struct description *d, const char *name)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->tlb.name, sizeof(d->tlb.name), "%s", name);
	snprintf(d->tlb.format, sizeof(d->tlb.format), "4level");
	d->tlb.seed = 1;
	d->tlb.l1_cycles = 1;
	d->tlb.l2_cycles = 7;
	d->tlb.read_cycles = 20;
	d->arrays[0] = (struct memctl_tlb_array){ .level = 1, .sets = 16, .ways = 4 };
	d->arrays[1] = (struct memctl_tlb_array){ .level = 1, .sets = 8, .ways = 4 };
	d->arrays[2] = (struct memctl_tlb_array){ .level = 2, .sets = 128, .ways = 12 };
	d->arrays[0].pages = SMALL;
	d->arrays[1].pages = LARGE;
	d->arrays[2].pages = SMALL | LARGE;
}

/* "16x4", or "none". */
static bool parse_shape(char *text, struct memctl_tlb_array *array)
{
	char *ways = strchr(text, 'x');

	if (!strcmp(text, "none")) {
		array->sets = 0;
		return true;
	}
	if (!ways)
		return false;
	*ways++ = '\0';
	return parse_u32(text, &array->sets) && array->sets && parse_u32(ways, &array->ways);
}

static bool parse_name(const char *text, const char *(*name)(uint32_t), uint32_t max,
		       uint32_t *value)
{
	for (uint32_t i = 0; i <= max; i++) {
		if (!strcasecmp(text, name(i))) {
			*value = i;
			return true;
		}
	}
	return false;
}

/* "1,7,20" */
static bool parse_cycles(char *text, struct tlb *tlb)
{
	char *l2 = strchr(text, ','), *read = l2 ? strchr(l2 + 1, ',') : NULL;

	if (!read)
		return false;
	*l2++ = '\0';
	*read++ = '\0';
	return parse_u32(text, &tlb->l1_cycles) && parse_u32(l2, &tlb->l2_cycles) &&
	       parse_u32(read, &tlb->read_cycles);
}

/* The keys, in the order of their names below. */
enum key { L1, L1_LARGE, L2, POLICY, PAGE, ASIDS, SEED, CYCLES, REGION, FORMAT, NR_KEYS };

static const char *const key_names[NR_KEYS] = { "l1",	 "l1large", "l2",     "policy", "page",
						"asids", "seed",    "cycles", "region", "format" };

static bool parse_key(enum key key, char *value, struct description *d)
{
	struct tlb *tlb = &d->tlb;

	switch (key) {
	case L1:
	case L1_LARGE:
	case L2:
		return parse_shape(value, &d->arrays[key - L1]);
	case POLICY:
		return parse_name(value, tlb_policy_name, MEMCTL_TLB_POLICY_MAX, &tlb->policy);
	case PAGE:
		return parse_name(value, tlb_page_name, MEMCTL_TLB_PAGE_MAX, &tlb->page);
	case ASIDS:
		return parse_u32(value, &tlb->asids);
	case SEED:
		return parse_u32(value, &tlb->seed);
	case CYCLES:
		return parse_cycles(value, tlb);
	case REGION:
		if (!*value || strlen(value) >= sizeof(tlb->region))
			return false;
		memcpy(tlb->region, value, strlen(value) + 1);
		return true;
	case FORMAT:
		if (strlen(value) >= sizeof(tlb->format))
			return false;
		memcpy(tlb->format, value, strlen(value) + 1);
		return true;
	default:
		return false;
	}
}

static enum key find_key(const char *word)
{
	enum key key = 0;

	while (key < NR_KEYS && strcmp(word, key_names[key]))
		key++;
	return key;
}

#define KEY(key) (1U << (key))

/* Take the words KEY=VALUE over; @given: KEY() of each. Return: exit status. */
static int describe(struct memctl_ctx *ctx, struct description *d, char **words, int nr,
		    uint32_t *given)
{
	*given = 0;
	for (int i = 0; i < nr; i++) {
		char word[128], *value;
		enum key key;

		value = memccpy(word, words[i], '\0', sizeof(word)) ? strchr(word, '=') : NULL;
		if (value)
			*value++ = '\0';
		key = value ? find_key(word) : NR_KEYS;
		if (key < NR_KEYS && *given & KEY(key))
			return fail_usage(ctx, "tlb", "%s= is given twice", word);
		if (!parse_key(key, value, d))
			return fail_usage(ctx, "tlb", "'%s' describes no TLB", words[i]);
		*given |= KEY(key);
	}
	if (*given & KEY(SEED) && d->tlb.policy != MEMCTL_TLB_POLICY_RANDOM)
		return fail_usage(ctx, "tlb", "seed= goes with policy=random");
	return MEMCTL_EXIT_OK;
}

/* What a comparison chooses itself. */
static int check_compare(struct memctl_ctx *ctx, const struct description *d, uint32_t given)
{
	if (given & KEY(PAGE) && d->tlb.page == MEMCTL_TLB_PAGE_4K)
		return fail_usage(ctx, "tlb", "page= is the size of the large ones here, not 4K");
	if (given & KEY(ASIDS) && !d->tlb.asids)
		return fail_usage(ctx, "tlb", "asids= is how many there are with them here, not 0");
	if (given & KEY(REGION))
		return fail_usage(ctx, "tlb", "what is compared is told of FILE, not of a region=");
	return MEMCTL_EXIT_OK;
}

static int make(struct memctl_ctx *ctx, const struct description *d)
{
	struct memctl_tlb_array arrays[NR_ARRAYS];
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_ARRAYS; i++) {
		if (d->arrays[i].sets)
			arrays[nr++] = d->arrays[i];
	}
	if (client_tlb_add(ctx->client, ctx->arena, &d->tlb, arrays, nr))
		return fail_client(ctx, "TLB model '%s'", d->tlb.name);
	return MEMCTL_EXIT_OK;
}

/* --- verbs --- */

static void print_heading(const struct memctl_ctx *ctx, const struct tlb *tlb)
{
	if (view_wanted(ctx) || ctx->no_headings || ctx->quiet)
		return;
	printf("a model in software, not the processor's TLB");
	if (tlb)
		printf("; cycles: level 1 %u, level 2 %u, a read in a walk %u", tlb->l1_cycles,
		       tlb->l2_cycles, tlb->read_cycles);
	putchar('\n');
}

static int show_one(struct memctl_ctx *ctx, const char *name)
{
	struct tlb tlb;
	int status;

	if (client_tlb_get(ctx->client, ctx->arena, name, &tlb))
		return fail_client(ctx, "TLB model '%s'", name);
	print_heading(ctx, &tlb);
	status = view_print_rows(ctx, &tlb_view, &tlb, 1, sizeof(tlb));
	list_free(&tlb.arrays);
	return status;
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct list tlbs;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (args->nr_words)
		return show_one(ctx, args->words[0]);
	if (client_tlb_list(ctx->client, ctx->arena, &tlbs))
		return fail_client(ctx, "TLB models of arena '%s'", ctx->arena);
	if (tlbs.nr)
		print_heading(ctx, NULL);
	status = view_print(ctx, &tlb_view, &tlbs);
	list_free(&tlbs);
	return status;
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	struct description d;
	uint32_t given;
	int status;

	if (strlen(args->words[0]) > MEMCTL_NAME_MAX)
		return fail_usage(ctx, "tlb", "'%s' is too long for a name", args->words[0]);
	describe_default(&d, args->words[0]);
	status = describe(ctx, &d, args->words + 1, args->nr_words - 1, &given);
	if (status || !ctx_client(ctx, &status))
		return status;
	status = make(ctx, &d);
	return status ? status : json_changed(ctx, "name", args->words[0]);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_tlb_del(ctx->client, ctx->arena, args->words[0]))
		return fail_client(ctx, "TLB model '%s'", args->words[0]);
	return json_changed(ctx, "name", args->words[0]);
}

static int clear(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_tlb_clear(ctx->client, ctx->arena, args->words[0]))
		return fail_client(ctx, "TLB model '%s'", args->words[0]);
	return json_changed(ctx, "name", args->words[0]);
}

static int feed(struct memctl_ctx *ctx, const struct args *args)
{
	struct tlb_trace trace;
	int status;

	status = tlb_trace_read(ctx, args->words[1], &trace);
	if (status)
		return status;
	if (ctx_client(ctx, &status)) {
		if (client_tlb_feed(ctx->client, ctx->arena, args->words[0], trace.access,
				    trace.nr))
			status = fail_client(ctx, "TLB model '%s'", args->words[0]);
		else
			status = show_one(ctx, args->words[0]);
	}
	tlb_trace_free(&trace);
	return status;
}

/* Make a model, feed it, look at it, remove it. */
static int run_one(struct memctl_ctx *ctx, const struct description *d,
		   const struct tlb_trace *trace, struct tlb *result)
{
	int status = make(ctx, d);

	if (status)
		return status;
	if (client_tlb_feed(ctx->client, ctx->arena, d->tlb.name, trace->access, trace->nr) ||
	    client_tlb_get(ctx->client, ctx->arena, d->tlb.name, result))
		status = fail_client(ctx, "TLB model '%s'", d->tlb.name);
	if (client_tlb_del(ctx->client, ctx->arena, d->tlb.name) && !status)
		status = fail_client(ctx, "TLB model '%s'", d->tlb.name);
	return status;
}

/* Small and large pages, each without ASIDs and with them. */
static int compare_trace(struct memctl_ctx *ctx, struct description *d,
			 const struct tlb_trace *trace)
{
	uint32_t asids = d->tlb.asids ? d->tlb.asids : LINUX_ASIDS;
	uint32_t large = d->tlb.page;
	struct tlb result[4];
	int status = MEMCTL_EXIT_OK;

	memset(result, 0, sizeof(result));
	if (large == MEMCTL_TLB_PAGE_4K)
		large = strcmp(d->tlb.format, "ia32") ? MEMCTL_TLB_PAGE_2M : MEMCTL_TLB_PAGE_4M;
	for (unsigned int i = 0; i < 4 && !status; i++) {
		d->tlb.page = i & 1 ? large : MEMCTL_TLB_PAGE_4K;
		d->tlb.asids = i & 2 ? asids : 0;
		snprintf(d->tlb.name, sizeof(d->tlb.name), "compare-%d-%u", getpid(), i);
		status = run_one(ctx, d, trace, &result[i]);
	}
	if (!status) {
		print_heading(ctx, &result[0]);
		status = view_print_rows(ctx, &tlb_view, result, 4, sizeof(result[0]));
	}
	for (unsigned int i = 0; i < 4; i++)
		list_free(&result[i].arrays);
	return status;
}

static int compare(struct memctl_ctx *ctx, const struct args *args)
{
	struct tlb_trace trace;
	struct description d;
	uint32_t given;
	int status;

	describe_default(&d, "");
	status = describe(ctx, &d, args->words + 1, args->nr_words - 1, &given);
	if (!status)
		status = check_compare(ctx, &d, given);
	if (!status)
		status = tlb_trace_read(ctx, args->words[0], &trace);
	if (status)
		return status;
	if (ctx_client(ctx, &status))
		status = compare_trace(ctx, &d, &trace);
	tlb_trace_free(&trace);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "[NAME]", "print the models and what they counted", show, 0, 0, 0, 1, &tlb_view },
	{ "list", "", "the same as show", show, 0, 0, 0, 0, &tlb_view },
	{ "add", "NAME [KEY=VALUE]...", "make a model", add, 0, 0, 1, -1, NULL },
	{ "del", "NAME", "remove a model", del, 0, 0, 1, 1, NULL },
	{ "clear", "NAME", "empty a model and its counters", clear, 0, 0, 1, 1, NULL },
	{ "feed", "NAME FILE", "tell a model of the accesses in FILE (-: stdin), and show it", feed,
	  0, 0, 2, 2, &tlb_view },
	{ "compare", "FILE [KEY=VALUE]...",
	  "small and large pages, without ASIDs and with them, on the same accesses", compare, 0, 0,
	  1, -1, &tlb_view },
};

static const char help_text[] =
	"Models of TLBs in software. They are told of accesses and count hits, misses, walks\n"
	"and cycles; the processor's own TLB is neither looked at nor changed.\n"
	"\n"
	"A model is described by words KEY=VALUE:\n"
	"  l1=SETSxWAYS        level 1, pages of 4K (16x4)\n"
	"  l1large=SETSxWAYS   level 1, larger pages (8x4)\n"
	"  l2=SETSxWAYS        level 2, all pages (128x12); each of the three can be none\n"
	"  policy=WORD         lru, plru, fifo or random (lru)\n"
	"  seed=N              for random (1)\n"
	"  asids=N             address spaces whose entries stay side by side (0: none)\n"
	"  page=SIZE           all pages are of 4K, 2M, 4M or 1G (4K)\n"
	"  format=WORD         page tables of ia32, pae, 4level or 5level (4level)\n"
	"  region=NAME         told of what region touch, read and write do there, with the\n"
	"                      pages that the region has; other models are fed (none)\n"
	"  cycles=L1,L2,READ   to look into level 1 and 2, to read an entry in a walk (1,7,20)\n"
	"\n"
	"Formats of 32 bits have the first 4G of a region, from its first byte on.\n"
	"A trace has a line 'asid address r|w' for each access; # begins a comment.";

static const struct object object = OBJECT("tlb", help_text, verbs);

int cmd_tlb(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
