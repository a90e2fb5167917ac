// SPDX-License-Identifier: GPL-2.0
/*
 * replace_fixture.c - traces for the models of page replacement, and runs of these.
 *
 * The long traces are the same on every machine: they are made by a generator of their own, of
 * integers alone, so that what another simulator counted on them stays true.
 */
#include "replace_fixture.h"
#include "tap.h"

/* Belady, Nelson and Shedler, "An anomaly in space-time characteristics of certain programs
 * running in a paging machine", CACM 1969.
 */
const u32 belady[BELADY] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };

/* --- traces ------------------------------------------------------------------------------- */

static u32 seed;

/* Numerical Recipes' generator; the high bits are the good ones. */
static u32 draw(u32 limit)
{
	seed = seed * 1664525 + 1013904223;
	return (u64)seed * limit >> 32;
}

/* Low numbers often: the least of three draws of 600. */
static void skewed(u32 *page, u32 nr)
{
	seed = 1;
	for (u32 i = 0; i < nr; i++) {
		u32 a = draw(600), b = draw(600), c = draw(600);

		page[i] = a < b ? a : b;
		page[i] = c < page[i] ? c : page[i];
	}
}

/* Loops over 130 pages, work on 60 others, and scans of 90 pages, each 60 further than the last. */
static void phases(u32 *page, u32 nr)
{
	u32 scan = 0, i = 0;

	seed = 2;
	while (i < nr) {
		u32 kind = draw(10);

		for (u32 j = 0; j < (kind < 3 ? 130 : kind < 6 ? 200 : 90) && i < nr; j++)
			page[i++] = kind < 3 ? j : kind < 6 ? 130 + draw(60) : 190 + scan + j;
		if (kind >= 6)
			scan = (scan + 60) % 3000;
	}
}

/* Around a centre that moves on by one every 40 references. */
static void drift(u32 *page, u32 nr)
{
	seed = 3;
	for (u32 i = 0; i < nr; i++)
		page[i] = i / 40 + draw(40) + draw(40) + draw(40);
}

/* Fill @page with the numbers of pages, from 0 on. */
void replace_trace(u32 trace, u32 *page, u32 nr)
{
	if (trace == SKEWED)
		skewed(page, nr);
	else if (trace == PHASES)
		phases(page, nr);
	else
		drift(page, nr);
}

/* --- runs --------------------------------------------------------------------------------- */

struct mctl_replace_config replace_config(u32 policy, u32 frames, u32 nr_pages)
{
	struct mctl_replace_config config = { .policy = policy,
					      .frames = frames,
					      .nr_pages = nr_pages };

	mctl_replace_default(&config);
	return config;
}

/* What a model gets is not zeros. */
void *replace_storage(const struct mctl_replace_config *config)
{
	void *storage = malloc(mctl_replace_size(config));

	memset(storage, 0xa5, mctl_replace_size(config));
	return storage;
}

static void expect_sound(const struct mctl_replace *replace)
{
	struct mctl_report report = {};

	mctl_replace_check(replace, &report);
	if (!tap_expect_equal(report.nr_problems, 0))
		tap_note("%s, %u frames", mctl_replace_name(replace->config.policy),
			 replace->config.frames);
}

/* Return: faults. */
u64 replace_count(const struct mctl_replace_config *config, const u32 *page, u32 nr)
{
	u32 *last = malloc(config->nr_pages * sizeof(*last)), *next = malloc(nr * sizeof(*next));
	void *storage = replace_storage(config);
	struct mctl_replace replace;

	memset(last, 0xff, config->nr_pages * sizeof(*last));
	for (u32 i = nr; i--; last[page[i]] = i)
		next[i] = last[page[i]];
	tap_expect_equal(mctl_replace_init(&replace, config, storage), 0);
	for (u32 i = 0; i < nr; i++)
		mctl_replace_access(&replace, page[i], false, next[i]);
	expect_sound(&replace);
	free(storage);
	free(next);
	free(last);
	return replace.stats.faults;
}

static void note_eviction(void *context, u32 page, bool dirty)
{
	struct naive_log *log = context;

	log->victim[log->nr] = page;
	log->dirty[log->nr++] = dirty;
}

static u32 next_use(const struct reference *trace, u32 nr, u32 from)
{
	for (u32 i = from + 1; i < nr; i++) {
		if (trace[i].page == trace[from].page)
			return i;
	}
	return MCTL_REPLACE_NEVER;
}

/* What the model evicts and counts, reference by reference, is what the naive one does. */
void replace_compare(const struct mctl_replace_config *config, const struct reference *trace,
		     u32 nr)
{
	static struct naive_log want, got;
	void *storage = replace_storage(config);
	struct mctl_replace replace;
	u32 done = 0, nr_dirty = 0;

	naive_run(config, trace, nr, &want);
	got.nr = 0;
	tap_expect_equal(mctl_replace_init(&replace, config, storage), 0);
	replace.evicted = note_eviction;
	replace.context = &got;
	for (u32 i = 0; i < nr; i++) {
		bool fault = mctl_replace_access(&replace, trace[i].page, trace[i].write,
						 next_use(trace, nr, i));
		bool same = tap_expect_equal(fault, want.fault[i]);

		for (; done < want.nr && want.at[done] == i && same; done++) {
			same &= tap_expect(done < got.nr);
			same &= tap_expect_equal(got.victim[done], want.victim[done]);
			same &= tap_expect_equal(got.dirty[done], want.dirty[done]);
			nr_dirty += want.dirty[done];
		}
		same &= tap_expect_equal(got.nr, done);
		expect_sound(&replace);
		if (!same || tap_nr_failed) {
			tap_note("%s, %u frames, reference %u: page %u",
				 mctl_replace_name(config->policy), config->frames, i,
				 trace[i].page);
			break;
		}
	}
	if (!tap_nr_failed) {
		tap_expect_equal(replace.stats.references, nr);
		tap_expect_equal(replace.stats.faults, want.faults);
		tap_expect_equal(replace.stats.evictions, want.nr);
		tap_expect_equal(replace.stats.dirty, nr_dirty);
		tap_expect_equal(replace.stats.writes, want.writes);
	}
	free(storage);
}
