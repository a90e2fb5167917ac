// SPDX-License-Identifier: GPL-2.0
/*
 * One process of the fuzzer. A program is a few calls, run one after the
 * other; one that reaches what nothing reached before is kept, and the next
 * ones are made from those that were kept. Other processes do the same to the
 * same arenas, so what a program does depends on them too: with one process
 * the seed decides all of it.
 */
#include <string.h>

#include "fuzz.h"

#define MAX_KEPT      2048
#define PROGRAMS      1000 /* until all that has piled up is taken away */
#define RESETS	      4	   /* and until the arenas are looked over */
#define MESSAGE_IN256 232  /* of calls; the others are of the device and of what is mapped */
#define ACTOR_IN256   128  /* for who is refused most messages */

static struct program kept[MAX_KEPT];
static uint32_t nr_kept;
static uint64_t state;

static uint32_t pick(uint32_t limit)
{
	return (fuzz_random(&state) >> 16) % limit;
}

static void make_call(struct call *call)
{
	unsigned int i;

	for (i = 0; i < CALL_BYTES; i++)
		call->bytes[i] = fuzz_random(&state) >> 24;
}

static void make_program(struct program *program)
{
	unsigned int i;

	program->nr = 1 + pick(12);
	for (i = 0; i < program->nr; i++)
		make_call(&program->calls[i]);
}

static void insert(struct program *program, uint32_t at, const struct call *call)
{
	if (program->nr == MAX_CALLS)
		return;
	memmove(&program->calls[at + 1], &program->calls[at],
		(program->nr - at) * sizeof(program->calls[0]));
	program->calls[at] = *call;
	program->nr++;
}

static void mutate(struct program *program)
{
	struct call *call = &program->calls[pick(program->nr)];
	const struct program *other = &kept[pick(nr_kept)];
	struct call fresh = other->calls[pick(other->nr)];

	switch (pick(9)) {
	case 0:
		make_call(&fresh);
		insert(program, pick(program->nr + 1), &fresh);
		break;
	case 1:
		insert(program, pick(program->nr + 1), &fresh);
		break;
	case 2:
		fresh = *call;
		insert(program, pick(program->nr + 1), &fresh);
		break;
	case 3:
		if (program->nr > 1)
			*call = program->calls[--program->nr];
		break;
	case 4:
		/* The end of another one. */
		while (program->nr < MAX_CALLS && pick(8))
			program->calls[program->nr++] = other->calls[pick(other->nr)];
		break;
	case 5:
		call->bytes[pick(CALL_BYTES)] ^= 1 << pick(8);
		break;
	default:
		call->bytes[pick(CALL_BYTES)] = pick(256);
	}
}

/* Return: how much was reached that nothing reached before. */
static uint32_t run(const struct program *program, unsigned int number)
{
	uint8_t in256 = fuzz_actor == ACTOR_ROOT ? MESSAGE_IN256 : ACTOR_IN256;
	uint32_t fresh = 0;
	unsigned int i;

	for (i = 0; i < program->nr; i++) {
		struct stream stream;

		fuzz_stream(&stream, &program->calls[i]);
		__atomic_fetch_add(&shared->step[number], 1, __ATOMIC_RELAXED);
		if (fuzz_chance(&stream, in256))
			fuzz_message_call(&stream);
		else
			fuzz_device_call(&stream);
		fresh += fuzz_cover_look();
	}
	fuzz_message_flush();
	fresh += fuzz_cover_look();
	fuzz_count(&shared->programs);
	return fresh;
}

void fuzz_worker(unsigned int number, uint64_t seed, uint64_t messages)
{
	struct program program;
	unsigned int nr = 0, resets = 0, i;

	state = (seed + number + 1) * 0x9e3779b97f4a7c15 | 1;
	for (i = 0; i < 16; i++)
		fuzz_random(&state);
	if (!number && fuzz_actor == ACTOR_ROOT)
		fuzz_message_reset(true);
	fuzz_cover_start();
	while (__atomic_load_n(&shared->messages, __ATOMIC_RELAXED) < messages &&
	       !__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		if (nr_kept && pick(4)) {
			program = kept[pick(nr_kept)];
			for (i = 0; i <= pick(4); i++)
				mutate(&program);
		} else {
			make_program(&program);
		}
		if (run(&program, number)) {
			fuzz_count(&shared->kept);
			kept[nr_kept < MAX_KEPT ? nr_kept++ : pick(MAX_KEPT)] = program;
		}
		if (!pick(16))
			fuzz_device_reset(true);
		if (++nr % PROGRAMS)
			continue;
		fuzz_device_reset(false);
		/* The first one tidies up, with the others at work. */
		if (number || fuzz_actor != ACTOR_ROOT)
			continue;
		fuzz_message_reset(true);
		if (!(++resets % RESETS))
			fuzz_message_verify(true);
	}
	fuzz_cover_look();
	fuzz_cover_stop();
	fuzz_device_reset(false);
	fuzz_message_close();
}
