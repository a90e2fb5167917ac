// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers and texts: what makes sense in a field by its name, what replies had
 * there before, and limits and what lies beside them. What is made of it may
 * fill the arena, but not the machine: names come from a short list, and a
 * size is either small or more than any machine has.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "table.h"

#define REMEMBERED 64
#define TEXT_SIZE  48
#define NR_NAMES   5
#define LARGE_SIZE (4UL << 20)
#define NO_SIZE	   (1UL << 40)

struct memory {
	uint32_t nr;
	uint64_t values[REMEMBERED];
};

struct texts {
	uint32_t nr;
	char text[REMEMBERED][TEXT_SIZE];
};

static struct memory memory[NR_FIELDS];
static struct texts texts[NR_FIELDS];

/* What fields of a name are like, and whose numbers do for them too. */
enum like {
	LIKE_ANY,
	LIKE_BYTES,
	LIKE_ADDRESS,
	LIKE_FRAME,
	LIKE_COUNT,
	LIKE_PID,
	LIKE_NODE,
	LIKE_TAG,
	LIKE_LEVEL,
	LIKE_POWER,
	LIKE_SMALL,
};

static const struct hint {
	uint8_t like;
	uint16_t other;
} hints[NR_FIELDS] = {
	[FIELD_SIZE] = { LIKE_BYTES, FIELD_SIZE },
	[FIELD_DMA] = { LIKE_BYTES, FIELD_SIZE },
	[FIELD_DMA32] = { LIKE_BYTES, FIELD_SIZE },
	[FIELD_ADDRESS] = { LIKE_ADDRESS, FIELD_START },
	[FIELD_START] = { LIKE_ADDRESS, FIELD_END },
	[FIELD_OFFSET] = { LIKE_BYTES, FIELD_OFFSET },
	[FIELD_PFN] = { LIKE_FRAME, FIELD_START_PFN },
	[FIELD_FN] = { LIKE_ANY, FIELD_BLOCK_FN },
	[FIELD_CACHE] = { LIKE_ANY, FIELD_CACHE },
	[FIELD_ID] = { LIKE_TAG, FIELD_ID },
	[FIELD_OWNER] = { LIKE_TAG, FIELD_OWNER },
	[FIELD_INDEX] = { LIKE_TAG, FIELD_INDEX },
	[FIELD_NR_PAGES] = { LIKE_COUNT, FIELD_NR_PAGES },
	[FIELD_LIMIT] = { LIKE_COUNT, FIELD_NR_FRAMES },
	[FIELD_WINDOW] = { LIKE_COUNT, FIELD_WINDOW },
	[FIELD_ALIGN] = { LIKE_POWER, FIELD_ALIGN },
	[FIELD_SETS] = { LIKE_POWER, FIELD_SETS },
	[FIELD_WAYS] = { LIKE_SMALL, FIELD_WAYS },
	[FIELD_PAGES] = { LIKE_SMALL, FIELD_PAGES },
	[FIELD_SPACE] = { LIKE_TAG, FIELD_SPACE },
	[FIELD_LEVEL] = { LIKE_LEVEL, FIELD_LEVEL },
	[FIELD_ORDER] = { LIKE_TAG, FIELD_ORDER },
	[FIELD_ASIDS] = { LIKE_TAG, FIELD_ASIDS },
	[FIELD_NR_VALID] = { LIKE_ANY, FIELD_NR_VALID },
	[FIELD_NEXT] = { LIKE_TAG, FIELD_NEXT },
	[FIELD_PID] = { LIKE_PID, FIELD_PID },
	[FIELD_NODE] = { LIKE_NODE, FIELD_NODE },
	[FIELD_NODES] = { LIKE_NODE, FIELD_NODE },
	[FIELD_NID] = { LIKE_NODE, FIELD_NODE },
};

void fuzz_learn(unsigned int field, uint64_t value)
{
	struct memory *m = &memory[field];
	unsigned int i;

	for (i = 0; i < m->nr && i < REMEMBERED; i++)
		if (m->values[i] == value)
			return;
	m->values[m->nr++ % REMEMBERED] = value;
}

void fuzz_learn_text(unsigned int field, const char *text, size_t len)
{
	struct texts *t = &texts[field];
	unsigned int i;

	if (!len || len >= TEXT_SIZE)
		return;
	for (i = 0; i < t->nr && i < REMEMBERED; i++)
		if (!strncmp(t->text[i], text, len) && !t->text[i][len])
			return;
	i = t->nr++ % REMEMBERED;
	memcpy(t->text[i], text, len);
	t->text[i][len] = '\0';
}

void fuzz_forget_texts(unsigned int field)
{
	texts[field].nr = 0;
}

const char *fuzz_known_text(unsigned int field, unsigned int nth)
{
	return nth < texts[field].nr && nth < REMEMBERED ? texts[field].text[nth] : NULL;
}

/* Of the numbers in one field's replies; recent ones more often. */
static uint64_t recall(struct stream *stream, unsigned int field)
{
	const struct memory *m = &memory[field];
	uint32_t nr = m->nr < REMEMBERED ? m->nr : REMEMBERED, back;

	if (!nr)
		return 0;
	back = fuzz_choose(stream, nr);
	if (fuzz_chance(stream, 128))
		back = back * back / nr;
	return m->values[(m->nr - 1 - back) % REMEMBERED];
}

static uint64_t limit_number(struct stream *stream)
{
	uint64_t power = 1ULL << fuzz_choose(stream, 64);

	switch (fuzz_choose(stream, 8)) {
	case 0:
		return 0;
	case 1:
		return power - 1;
	case 2:
		return power + 1;
	case 3:
		return ~0ULL;
	case 4:
		return ~0ULL - power;
	case 5:
		return fuzz_draw(stream, 1);
	default:
		return power;
	}
}

uint64_t fuzz_bytes(struct stream *stream)
{
	switch (fuzz_choose(stream, 8)) {
	case 0:
		return 1ULL << fuzz_choose(stream, 24);
	case 1:
		return 1 + fuzz_draw(stream, 2) % 8192;
	case 2:
		return 512 * PAGE * fuzz_choose(stream, 5);
	case 3:
		return PAGE * fuzz_choose(stream, 4096);
	default:
		return PAGE * fuzz_choose(stream, 65);
	}
}

static uint64_t address(struct stream *stream, unsigned int field, unsigned int other)
{
	uint64_t base = recall(stream, fuzz_chance(stream, 128) ? field : other);
	unsigned int tries;

	/* Regions for processes, rather than those in the kernel. */
	for (tries = 0; tries < 8 && fuzz_chance(stream, 160); tries++) {
		if (base >= PAGE && base < 1ULL << 47)
			break;
		base = recall(stream, FIELD_START);
	}
	switch (fuzz_choose(stream, 6)) {
	case 0:
		return base;
	case 1:
		return base + fuzz_bytes(stream) + fuzz_choose(stream, PAGE);
	case 2:
		return base - PAGE * fuzz_choose(stream, 17);
	case 3:
		return recall(stream, FIELD_START) + fuzz_bytes(stream);
	default:
		return base + fuzz_bytes(stream);
	}
}

uint64_t fuzz_sensible(struct stream *stream, const struct spec *spec)
{
	const struct hint *hint = &hints[spec->field];

	if (spec->mask)
		return fuzz_draw(stream, 2) & spec->mask;
	if (spec->bounded)
		return spec->min + fuzz_choose(stream, spec->max - spec->min + 1);
	switch (hint->like) {
	case LIKE_BYTES:
		return fuzz_bytes(stream);
	case LIKE_ADDRESS:
		return address(stream, spec->field, hint->other);
	case LIKE_FRAME:
		return recall(stream, fuzz_chance(stream, 128) ? spec->field : hint->other) +
		       (fuzz_chance(stream, 128) ? fuzz_choose(stream, 1024) : 0);
	case LIKE_COUNT:
		return fuzz_chance(stream, 64) ? 1ULL << fuzz_choose(stream, 12) :
						 fuzz_choose(stream, 65);
	case LIKE_PID:
		return fuzz_chance(stream, 128) ? (uint64_t)getpid() : (uint64_t)getppid();
	case LIKE_NODE:
		return (uint64_t)((int)fuzz_choose(stream, 3) - 1);
	case LIKE_POWER:
		return 1ULL << fuzz_choose(stream, 10);
	case LIKE_SMALL:
		return 1 + fuzz_choose(stream, 4);
	case LIKE_LEVEL:
		return 1 + fuzz_choose(stream, fuzz_chance(stream, 128) ? 2 : 5);
	case LIKE_TAG:
		if (fuzz_chance(stream, 128))
			return fuzz_choose(stream, 5);
		break;
	}
	return recall(stream, hint->other && fuzz_chance(stream, 96) ? hint->other : spec->field);
}

/* No more memory than the machine has to spare. */
static uint64_t bound(const struct spec *spec, uint64_t value)
{
	bool is_size = spec->field == FIELD_SIZE || spec->field == FIELD_DMA ||
		       spec->field == FIELD_DMA32;

	return is_size && value > LARGE_SIZE && value < NO_SIZE ? value % LARGE_SIZE : value;
}

uint64_t fuzz_number(struct stream *stream, const struct spec *spec)
{
	uint64_t value;

	switch (fuzz_choose(stream, 16)) {
	case 0:
		value = limit_number(stream);
		break;
	case 1:
		value = (spec->bounded ? spec->max : spec->mask) + fuzz_choose(stream, 3) - 1;
		break;
	case 2:
		value = recall(stream, fuzz_choose(stream, NR_FIELDS));
		break;
	case 3:
		value = recall(stream, spec->field) + fuzz_choose(stream, 5) - 2;
		break;
	default:
		value = fuzz_sensible(stream, spec);
	}
	return bound(spec, value);
}

/* --- texts --- */

const char *fuzz_arena_name(struct stream *stream)
{
	static const char *const names[] = { "main", "a0", "a1", "a0", "a1" };

	return names[fuzz_choose(stream, ARRAY_SIZE(names))];
}

const char *fuzz_name(struct stream *stream)
{
	static const char *const names[NR_NAMES] = { "n0", "n1", "n2", "n3", "n4" };

	/* The first ones more often, so that what one call made the next one finds. */
	return names[fuzz_choose(stream, 1 + fuzz_choose(stream, NR_NAMES))];
}

static const char *file_name(struct stream *stream)
{
	static const char *const names[] = {
		"/tmp/fuzz.data", "/tmp/fuzz.data", "/tmp/fuzz.data", "/tmp/fuzz.short",
		"/tmp",		  "/tmp/fuzz.none", "/dev/zero",      "/proc/self/maps",
		"relative",	  "/dev/memctl",    "/tmp/fuzz.pipe", "/proc/memctl/main/zoneinfo",
	};

	return names[fuzz_choose(stream, ARRAY_SIZE(names))];
}

static size_t odd_text(struct stream *stream, uint64_t max, char *text, size_t room)
{
	static const char *const odd[] = {
		"", "/", "..", "%s%n", "\x1b[2J", "a b", "\xff\xfe", "%"
	};
	size_t len;

	switch (fuzz_choose(stream, 3)) {
	case 0:
		return snprintf(text, room, "%s", odd[fuzz_choose(stream, ARRAY_SIZE(odd))]) + 1;
	case 1:
		/* As long as it may be, and one more. */
		len = max + fuzz_choose(stream, 2);
		len = len < room ? len : room - 1;
		memset(text, 'x', len);
		text[len] = '\0';
		return len + 1;
	default:
		/* A NUL inside. */
		return snprintf(text, room, "n0%ctail", '\0') + 1;
	}
}

size_t fuzz_text(struct stream *stream, const struct spec *spec, char *text, size_t room)
{
	uint64_t max = spec->max ? spec->max : MEMCTL_NAME_MAX;
	unsigned int from = spec->field == FIELD_FORMAT ? FIELD_NAME : spec->field;
	const struct texts *t = &texts[from];
	uint32_t nr = t->nr < REMEMBERED ? t->nr : REMEMBERED;
	const char *name;

	if (fuzz_chance(stream, 12))
		return odd_text(stream, max, text, room);
	if (spec->field == FIELD_ARENA)
		name = fuzz_arena_name(stream);
	else if (spec->field == FIELD_FILE)
		name = file_name(stream);
	else if (nr && fuzz_chance(stream, spec->field == FIELD_FORMAT ? 240 : 24))
		name = t->text[fuzz_choose(stream, nr)];
	else
		name = fuzz_name(stream);
	return snprintf(text, room, "%s", name) + 1;
}
