// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_map.c tap.c */
/*
 * test_trace_map.c - the hash table of live addresses against a plain array
 */
#include "cli/trace/trace_map.h"
#include "tap.h"

static void map_against_an_oracle(void)
{
	static uint8_t there[20000];
	struct trace_map map = { 0 };
	struct trace_map_entry *entry;
	uint64_t key, nr = 0;
	unsigned int step;

	memset(there, 0, sizeof(there));
	for (step = 0; step < 200000; step++) {
		key = tap_below(ARRAY_SIZE(there));
		entry = trace_map_find(&map, key << 12);
		tap_expect_equal(!!entry, there[key]);
		tap_expect(map.nr * 2 <= (size_t)1 << map.bits);
		if (entry && tap_below(2)) {
			tap_expect_equal(entry->id, key);
			trace_map_remove(&map, entry);
			there[key] = 0;
			nr--;
		} else if (!entry) {
			trace_map_add(&map, key << 12)->id = key;
			there[key] = 1;
			nr++;
		}
		tap_expect_equal(map.nr, nr);
	}
	trace_map_fini(&map);
}

/* What hashes to the last slot goes on at the first one, and is found and moved over the end. */
static void entries_that_wrap_around(void)
{
	struct trace_map map = { 0 };
	uint64_t keys[8], id;
	unsigned int nr = 0, gone;

	trace_map_add(&map, 0);
	trace_map_remove(&map, trace_map_find(&map, 0));
	tap_expect_equal(map.nr, 0);
	for (uint64_t key = 1; nr < ARRAY_SIZE(keys); key++)
		if ((key + 1) * 0x9e3779b97f4a7c15ULL >> (64 - map.bits) == (1U << map.bits) - 1)
			keys[nr++] = key;
	for (gone = 0; gone < ARRAY_SIZE(keys); gone++) {
		for (id = 0; id < ARRAY_SIZE(keys); id++)
			trace_map_add(&map, keys[id])->id = id;
		tap_expect(map.slots[0].key && map.slots[6].key && !map.slots[7].key);
		trace_map_remove(&map, trace_map_find(&map, keys[gone]));
		tap_expect(!trace_map_find(&map, keys[gone]));
		tap_expect(map.slots[5].key && !map.slots[6].key);
		for (id = 0; id < ARRAY_SIZE(keys); id++)
			if (id != gone && tap_expect(trace_map_find(&map, keys[id])))
				tap_expect_equal(trace_map_find(&map, keys[id])->id, id);
	}
	trace_map_fini(&map);
	tap_expect(!map.nr && !map.bits && !map.slots && !trace_map_find(&map, 1));
}

static const struct tap_test tests[] = {
	TAP_TEST(map_against_an_oracle),
	TAP_TEST(entries_that_wrap_around),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
