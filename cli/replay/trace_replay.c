// SPDX-License-Identifier: GPL-2.0
/*
 * trace_replay.c - drives a recorded stream of allocations through an arena
 *
 * Events become operations of exec requests, a batch at a time. What an allocation's number stands
 * for is in two arrays, indexed by it: its state, and its handle.
 *
 * R1. An allocation is PENDING while its operation waits in the batch (its handle is then its
 *     place there, and a free refers to that), LIVE when it was granted, and GONE when it was
 *     refused or freed. Nothing is PENDING between batches.
 * R2. A free is sent for PENDING and LIVE alone, and makes the allocation GONE at once.
 * R3. The same trace in the same shape of arena makes the same operations in the same order:
 *     nothing here depends on time, nor on where the samples are taken.
 */
#include "trace_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "replay_caches.h"
#include "wire/client_api.h"
#include "wire/decode.h"

enum { GONE, PENDING, LIVE };

struct slot {
	uint8_t state : 2;
	uint8_t kind : 2; /* enum memctl_kind */
};

/**
 * struct replay - a replay in progress
 * @client: the module
 * @reader: the trace
 * @plan: what of it
 * @options: how
 * @result: what came of it
 * @caches: the arena's caches
 * @slots: state of each allocation
 * @handles: handle, or place in the batch, of each allocation
 * @bytes: what each one asked for, as frames where @kind is page, as bytes else
 * @ops: the batch
 * @results: what the module says of it
 * @ids: allocation of each operation
 * @nr: operations in the batch
 * @asked: bytes that live allocations asked for
 * @base: frames taken at the start
 * @now: time of the last event, in nanoseconds
 * @next_sample: events at which the next sample is due
 */
struct replay {
	struct client *client;
	struct trace_reader *reader;
	const struct trace_plan *plan;
	const struct replay_options *options;
	struct replay_result *result;
	struct replay_caches caches;
	struct slot *slots;
	uint64_t *handles;
	uint32_t *bytes;
	struct memctl_op ops[MEMCTL_MAX_OPS];
	struct memctl_result results[MEMCTL_MAX_OPS];
	uint64_t ids[MEMCTL_MAX_OPS];
	unsigned int nr;
	uint64_t asked;
	uint64_t base;
	uint64_t now;
	uint64_t next_sample;
};

static const uint8_t free_codes[] = {
	[MEMCTL_KIND_PAGE] = MEMCTL_OP_CODE_PAGE_FREE,
	[MEMCTL_KIND_OBJECT] = MEMCTL_OP_CODE_OBJECT_FREE,
	[MEMCTL_KIND_KMALLOC] = MEMCTL_OP_CODE_KFREE,
};

static bool is_alloc(const struct memctl_op *op)
{
	return op->code == MEMCTL_OP_CODE_PAGE_ALLOC || op->code == MEMCTL_OP_CODE_OBJECT_ALLOC ||
	       op->code == MEMCTL_OP_CODE_KMALLOC;
}

static uint64_t bytes_of(const struct replay *replay, uint64_t id)
{
	uint64_t bytes = replay->bytes[id];

	return replay->slots[id].kind == MEMCTL_KIND_PAGE ? bytes << TRACE_FRAME_SHIFT : bytes;
}

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* ---- looking at the arena ---- */

static int frames_taken(struct replay *replay, uint64_t *frames)
{
	struct arena arena = { 0 };
	int ret = client_arena_get(replay->client, replay->options->arena, &arena);

	*frames = (uint64_t)arena.nr_frames - arena.nr_free - arena.nr_cached;
	return ret;
}

static uint32_t thousandths(uint64_t part, uint64_t whole)
{
	return whole && part <= whole ? (uint32_t)(part * 1000 / whole) : 0;
}

/* Adds the free blocks of all zones up, order by order. */
static int count_blocks(struct replay *replay, uint64_t *blocks, uint64_t *cached)
{
	unsigned int order, migratetype;
	struct list zones = { 0 };
	int ret = client_zone_list(replay->client, replay->options->arena, &zones);

	if (ret) {
		list_free(&zones);
		return ret;
	}
	LIST_FOR_EACH(struct zone, zone, &zones) {
		*cached += zone->nr_cached;
		for (migratetype = 0; migratetype < MODEL_NR_MIGRATETYPES; migratetype++)
			for (order = 0; order < MEMCTL_NR_ORDERS; order++)
				blocks[order] += zone->free_blocks[migratetype][order];
	}
	list_free(&zones);
	return 0;
}

static int take_sample(struct replay *replay, uint64_t frames)
{
	static const unsigned int orders[] = { 3, 6, 9 };
	struct replay_result *result = replay->result;
	uint64_t blocks[MEMCTL_NR_ORDERS] = { 0 }, small;
	struct replay_sample *sample;
	unsigned int i, order;
	int ret;

	if (result->nr_samples >= REPLAY_MAX_SAMPLES)
		return 0;
	sample = &result->samples[result->nr_samples++];
	sample->present = 1;
	sample->events = result->events;
	sample->time = replay->now / 1000000;
	sample->frames = frames;
	sample->asked = replay->asked;
	sample->given = frames << TRACE_FRAME_SHIFT;
	if (sample->given > sample->asked)
		sample->internal = thousandths(sample->given - sample->asked, sample->given);
	ret = count_blocks(replay, blocks, &sample->cached);
	for (order = 0; order < MEMCTL_NR_ORDERS; order++)
		sample->free += blocks[order] << order;
	for (i = 0; i < 3; i++) {
		for (order = 0, small = 0; order < orders[i]; order++)
			small += blocks[order] << order;
		sample->unusable[i] = thousandths(small, sample->free);
	}
	return ret;
}

/* Peaks after each batch, and the sample that is due. */
static int look(struct replay *replay)
{
	struct replay_result *result = replay->result;
	uint64_t frames, total = replay->plan->events;
	unsigned int samples = replay->options->samples;
	int ret = frames_taken(replay, &frames);

	frames = frames > replay->base ? frames - replay->base : 0;
	if (result->peak_frames < frames)
		result->peak_frames = frames;
	if (ret || !samples || result->events < replay->next_sample)
		return ret;
	while (replay->next_sample <= result->events)
		replay->next_sample += total / samples ? total / samples : 1;
	return take_sample(replay, frames);
}

/* ---- batches ---- */

static void settle(struct replay *replay, unsigned int place)
{
	const struct memctl_result *answer = &replay->results[place];
	struct replay_result *result = replay->result;
	uint64_t id = replay->ids[place];
	struct slot *slot = &replay->slots[id];
	uint32_t reason = answer->reason;

	if (!is_alloc(&replay->ops[place])) {
		if (!answer->error)
			result->frees++;
		else if (reason == MEMCTL_REASON_BAD_REF)
			result->skipped_frees++;
		else
			result->bad_frees++;
		return;
	}
	result->allocs++;
	if (!answer->error) {
		result->granted++;
		if (slot->state == PENDING) {
			slot->state = LIVE;
			replay->handles[id] = answer->handle;
		}
		replay->asked += bytes_of(replay, id);
		if (result->peak_asked < replay->asked)
			result->peak_asked = replay->asked;
		return;
	}
	if (reason >= REPLAY_NR_REASONS)
		reason = MEMCTL_REASON_NONE;
	if (!reason && answer->error == -ENOMEM)
		reason = MEMCTL_REASON_NO_MEMORY;
	result->refused[reason]++;
	if (slot->state == PENDING)
		slot->state = GONE;
}

/* Frees in the batch count when all of it is settled, in its order, so that the peaks are right. */
static void settle_all(struct replay *replay, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		settle(replay, i);
		if (!is_alloc(&replay->ops[i]) && !replay->results[i].error)
			replay->asked -= bytes_of(replay, replay->ids[i]);
	}
}

/* Sends the batch. */
static int flush(struct replay *replay)
{
	struct replay_result *result = replay->result;
	uint64_t begin, time = 0;
	unsigned int nr = 0;
	int ret;

	if (!replay->nr)
		return 0;
	begin = now_ns();
	ret = client_exec(replay->client, replay->options->arena, replay->ops, replay->nr, false,
			  replay->results, &nr, &time);
	result->wall_ns += now_ns() - begin;
	result->module_ns += time;
	result->requests++;
	/* The refusal of a single operation is that of its request. */
	if (ret && replay->nr == 1 && nr == 1 && ret != -EPERM)
		ret = 0;
	if (ret)
		return ret;
	if (nr != replay->nr)
		return -EPROTO;
	settle_all(replay, nr);
	replay->nr = 0;
	return 0;
}

static struct memctl_op *add_op(struct replay *replay, uint64_t id)
{
	struct memctl_op *op = &replay->ops[replay->nr];

	memset(op, 0, sizeof(*op));
	op->owner = REPLAY_OWNER;
	replay->ids[replay->nr++] = id;
	return op;
}

static void add_alloc(struct replay *replay, const struct trace_event *event)
{
	const struct trace_cache *cache = NULL;
	struct slot *slot = &replay->slots[event->id];
	struct memctl_op *op;
	uint32_t index;

	slot->state = PENDING;
	replay->handles[event->id] = replay->nr;
	op = add_op(replay, event->id);
	op->nid = -1;
	op->zone = MEMCTL_ZONE_TYPE_NORMAL;
	op->flags = (uint16_t)((event->gfp & TRACE_ZERO ? MEMCTL_OP_FLAG_ZERO : 0) |
			       (event->gfp & TRACE_ATOMIC ? MEMCTL_OP_FLAG_ATOMIC : 0) |
			       (event->gfp & TRACE_MEMALLOC ? MEMCTL_OP_FLAG_MEMALLOC : 0));
	if (event->kind == TRACE_PAGE_ALLOC) {
		slot->kind = MEMCTL_KIND_PAGE;
		replay->bytes[event->id] = 1U << event->order;
		op->code = MEMCTL_OP_CODE_PAGE_ALLOC;
		op->order = event->order;
		op->zone = event->gfp & TRACE_ZONE_MASK;
		op->migratetype = (event->gfp & TRACE_MOBILITY_MASK) >> TRACE_MOBILITY_SHIFT;
		return;
	}
	op->size = event->size;
	index = TRACE_NO_CACHE;
	if (event->kind == TRACE_OBJECT_ALLOC) {
		cache = &replay->reader->caches[event->cache];
		index = replay->plan->cache_of[event->cache];
		op->size = cache->size;
	}
	replay->bytes[event->id] = (uint32_t)op->size;
	if (index != TRACE_NO_CACHE) {
		slot->kind = MEMCTL_KIND_OBJECT;
		op->code = MEMCTL_OP_CODE_OBJECT_ALLOC;
		op->cache = replay->caches.ids[index];
		op->size = 0;
	} else {
		slot->kind = MEMCTL_KIND_KMALLOC;
		op->code = MEMCTL_OP_CODE_KMALLOC;
	}
}

static void add_free(struct replay *replay, uint64_t id)
{
	struct slot *slot = &replay->slots[id];
	struct memctl_op *op = add_op(replay, id);

	op->code = free_codes[slot->kind];
	op->handle = replay->handles[id];
	if (slot->state == PENDING)
		op->flags = MEMCTL_OP_FLAG_REF;
	slot->state = GONE;
}

static int step(struct replay *replay, const struct trace_event *event)
{
	if (event->kind > TRACE_FREE || trace_plan_skips(replay->plan, event->id))
		return 0;
	replay->now = event->time;
	replay->result->events++;
	if (event->kind != TRACE_FREE)
		add_alloc(replay, event);
	else if (replay->slots[event->id].state == GONE)
		replay->result->skipped_frees++;
	else
		add_free(replay, event->id);
	if (replay->nr < replay->options->batch)
		return 0;
	return flush(replay);
}

static int run(struct replay *replay)
{
	const struct replay_options *options = replay->options;
	struct replay_result *result = replay->result;
	uint64_t requests = 0;
	struct trace_event event;
	int ret = look(replay);

	while (!ret && trace_reader_next(replay->reader, &event)) {
		if (options->limit && result->events == options->limit)
			break;
		ret = step(replay, &event);
		if (ret || result->requests == requests)
			continue;
		requests = result->requests;
		ret = look(replay);
		if (options->progress)
			options->progress(result->events, replay->plan->events);
		if (*options->stop) {
			result->interrupted = true;
			break;
		}
	}
	if (!ret)
		ret = flush(replay);
	replay->next_sample = result->events;
	return ret ? ret : look(replay);
}

/* Frees what is alive, which does not belong to the result. */
static int clean_up(struct replay *replay)
{
	struct replay_result *result = replay->result, *scratch = calloc(1, sizeof(*scratch));
	uint64_t id;
	int ret = 0;

	if (!scratch)
		return -ENOMEM;
	replay->result = scratch;
	for (id = 0; id < replay->reader->nr_ids && !ret; id++) {
		if (replay->slots[id].state != LIVE)
			continue;
		add_free(replay, id);
		if (replay->nr == MEMCTL_MAX_OPS)
			ret = flush(replay);
	}
	if (!ret)
		ret = flush(replay);
	result->left = scratch->bad_frees;
	replay->result = result;
	free(scratch);
	return ret;
}

/* After an error the result of the last batch is unknown: everything with our tag is freed. */
static void clean_up_all(struct replay *replay)
{
	static const uint32_t owner = REPLAY_OWNER;
	uint32_t nr;

	client_handle_free(replay->client, replay->options->arena, &owner, &nr);
	replay_caches_remove(&replay->caches, replay->client, replay->options->arena);
}

static void count_left(struct replay *replay)
{
	uint64_t id;

	for (id = 0; id < replay->reader->nr_ids; id++)
		replay->result->left += replay->slots[id].state == LIVE;
}

static int allocate(struct replay *replay)
{
	uint64_t nr = replay->reader->nr_ids + 1;

	replay->slots = calloc(nr, sizeof(*replay->slots));
	replay->handles = calloc(nr, sizeof(*replay->handles));
	replay->bytes = calloc(nr, sizeof(*replay->bytes));
	return replay->slots && replay->handles && replay->bytes ? 0 : -ENOMEM;
}

/**
 * trace_replay() - replay a trace
 * @client: the module
 * @reader: the trace, rewound
 * @plan: its plan
 * @options: how
 * @result: filled in, also on failure: what was done until then
 *
 * The hash is taken when all events are done, before anything is cleaned up. Whatever happens, what
 * was allocated is freed and the caches made here are removed, unless @options->keep.
 *
 * Return: 0, or -errno of the request that went wrong (@result->error has the words) or -ENOMEM.
 */
int trace_replay(struct client *client, struct trace_reader *reader, const struct trace_plan *plan,
		 const struct replay_options *options, struct replay_result *result)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	struct client_error error = { 0 };
	struct arena arena = { 0 };
	uint32_t i;
	int ret;

	memset(result, 0, sizeof(*result));
	if (!replay)
		return -ENOMEM;
	replay->client = client;
	replay->reader = reader;
	replay->plan = plan;
	replay->options = options;
	replay->result = result;
	ret = allocate(replay);
	if (!ret)
		ret = replay_caches_make(&replay->caches, client, options->arena, plan);
	for (i = 0; i < replay->caches.nr; i++)
		result->caches_made += replay->caches.made[i];
	if (!ret)
		ret = frames_taken(replay, &replay->base);
	if (!ret)
		ret = run(replay);
	if (!ret && !result->interrupted) {
		ret = client_arena_hash(client, options->arena, &arena);
		result->hash = arena.hash;
		result->hash_valid = !ret;
	}
	if (ret) {
		error = *client_error(client);
		clean_up_all(replay);
	} else if (options->keep) {
		count_left(replay);
	} else {
		ret = clean_up(replay);
		if (!ret)
			ret = replay_caches_remove(&replay->caches, client, options->arena);
		error = *client_error(client);
	}
	result->error = error;
	replay_caches_free(&replay->caches);
	free(replay->slots);
	free(replay->handles);
	free(replay->bytes);
	free(replay);
	return ret;
}
