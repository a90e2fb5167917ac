// SPDX-License-Identifier: GPL-2.0
/*
 * Arrays of allocations and frees, and the handles that they left. Most
 * operations have in each member what their code wants, so that refusals for
 * one member's sake do not hide all others.
 */
#include <string.h>

#include "fuzz.h"
#include "table.h"

#define LIVE 256

struct live {
	uint64_t handle;
	uint32_t owner;
	uint8_t free_code;
};

static struct live live[LIVE];
static uint32_t nr_live;

/* The operations of the request that is under way. */
static struct memctl_op sent[MEMCTL_MAX_OPS + 2];
static uint32_t nr_sent;

void fuzz_exec_forget(void)
{
	nr_live = 0;
}

static void want_free(struct stream *stream, struct memctl_op *op, uint32_t position)
{
	uint32_t at;

	if (position && fuzz_chance(stream, 48)) {
		op->flags |= MEMCTL_OP_FLAG_REF;
		op->handle = fuzz_choose(stream, position);
		op->owner = sent[op->handle].owner;
		op->code = sent[op->handle].code + 1;
		return;
	}
	if (!nr_live)
		return;
	at = fuzz_choose(stream, nr_live);
	op->handle = live[at].handle;
	op->owner = live[at].owner;
	if (fuzz_chance(stream, 240))
		op->code = live[at].free_code;
	/* A few stay, to be freed twice. */
	if (fuzz_chance(stream, 240))
		live[at] = live[--nr_live];
}

static void sensible_op(struct stream *stream, struct memctl_op *op, uint32_t position)
{
	static const struct spec size = { .field = FIELD_SIZE };
	static const struct spec cache = { .field = FIELD_CACHE };

	memset(op, 0, sizeof(*op));
	op->nid = fuzz_chance(stream, 64) ? (int)fuzz_choose(stream, 3) - 1 : -1;
	op->zone = fuzz_chance(stream, 64) ? fuzz_choose(stream, 3) : MEMCTL_ZONE_TYPE_NORMAL;
	op->owner = fuzz_choose(stream, 3);
	op->code = fuzz_choose(stream, MEMCTL_OP_CODE_MAX + 1);
	if (fuzz_chance(stream, 64))
		op->flags = fuzz_draw(stream, 1) &
			    (MEMCTL_OP_FLAG_ZERO | MEMCTL_OP_FLAG_THISNODE |
			     MEMCTL_OP_FLAG_MEMALLOC | MEMCTL_OP_FLAG_ATOMIC);
	switch (op->code) {
	case MEMCTL_OP_CODE_PAGE_ALLOC:
		op->order = fuzz_chance(stream, 128) ? 0 :
						       fuzz_choose(stream, MEMCTL_MAX_ORDER + 1);
		op->migratetype = fuzz_choose(stream, MEMCTL_MIGRATETYPE_MAX + 1);
		break;
	case MEMCTL_OP_CODE_OBJECT_ALLOC:
		op->cache = fuzz_number(stream, &cache);
		break;
	case MEMCTL_OP_CODE_KMALLOC:
		op->size = fuzz_chance(stream, 128) ? 1 + fuzz_draw(stream, 2) % 4096 :
						      fuzz_number(stream, &size);
		break;
	default:
		/* A free has no node, zone and flags but force. */
		op->nid = 0;
		op->zone = 0;
		op->flags = fuzz_chance(stream, 16) ? MEMCTL_OP_FLAG_FORCE : 0;
		want_free(stream, op, position);
	}
}

static void put(struct memctl_op *op, const struct spec *member, uint64_t value)
{
	memcpy((char *)op + member->id, &value, member->size);
}

static void spoil(struct stream *stream, struct memctl_op *op)
{
	const struct spec *member = &members_op[fuzz_choose(stream, ARRAY_SIZE(members_op))];

	put(op, member, fuzz_number(stream, member));
}

size_t fuzz_exec_ops(struct stream *stream, void *to, size_t room)
{
	static const uint16_t odd[] = { 0, MEMCTL_MAX_OPS, MEMCTL_MAX_OPS + 1, 100, 33, 64 };
	uint32_t nr, i, spoilt = fuzz_choose(stream, 64);
	bool same = fuzz_chance(stream, 64);

	switch (fuzz_choose(stream, 64)) {
	case 0:
		nr = odd[fuzz_choose(stream, ARRAY_SIZE(odd))];
		break;
	case 1 ... 24:
		nr = 1;
		break;
	default:
		nr = 1 + fuzz_choose(stream, 12);
	}
	if (nr > room / sizeof(*sent))
		nr = room / sizeof(*sent);
	for (i = 0; i < nr; i++) {
		if (i && same && sent[0].code % 2 == 0)
			sent[i] = sent[0];
		else
			sensible_op(stream, &sent[i], i);
		if (i == spoilt)
			spoil(stream, &sent[i]);
	}
	nr_sent = nr;
	memcpy(to, sent, nr * sizeof(*sent));
	return nr * sizeof(*sent);
}

void fuzz_exec_results(const void *results, size_t len)
{
	struct memctl_result result;
	uint32_t i;

	for (i = 0; i < nr_sent && (i + 1) * sizeof(result) <= len; i++) {
		memcpy(&result, (const char *)results + i * sizeof(result), sizeof(result));
		if (!result.handle)
			continue;
		fuzz_learn(FIELD_HANDLE, result.handle);
		live[nr_live < LIVE ? nr_live++ : result.handle % LIVE] = (struct live){
			.handle = result.handle,
			.owner = sent[i].owner,
			.free_code = sent[i].code + 1,
		};
	}
}
