// SPDX-License-Identifier: GPL-2.0
/*
 * How the bytes of a call become decisions: each takes the next one or more.
 * One changed byte changes one decision, as long as it does not change how
 * many are taken after it.
 */
#include "fuzz.h"

uint64_t fuzz_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

void fuzz_stream(struct stream *stream, const struct call *call)
{
	unsigned int i;

	stream->bytes = call->bytes;
	stream->position = 0;
	stream->state = 0xcbf29ce484222325;
	for (i = 0; i < CALL_BYTES; i++)
		stream->state = (stream->state ^ call->bytes[i]) * 0x100000001b3;
	stream->state |= 1;
}

static uint8_t next(struct stream *stream)
{
	if (stream->position < CALL_BYTES)
		return stream->bytes[stream->position++];
	return fuzz_random(&stream->state) >> 24;
}

uint64_t fuzz_draw(struct stream *stream, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | next(stream);
	return value;
}

uint32_t fuzz_choose(struct stream *stream, uint32_t limit)
{
	return fuzz_draw(stream, limit <= 256 ? 1 : limit <= 65536 ? 2 : 4) % limit;
}

bool fuzz_chance(struct stream *stream, unsigned int in256)
{
	return next(stream) < in256;
}
