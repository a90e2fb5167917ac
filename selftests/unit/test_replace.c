// SPDX-License-Identifier: GPL-2.0
/* LINK: core/replace.c core/replace_arc.c core/replace_bits.c core/replace_check.c */
/* LINK: core/replace_config.c core/replace_count.c core/replace_gen.c core/replace_ghost.c */
/* LINK: core/replace_lirs.c core/replace_list.c core/replace_queue.c core/replace_ws.c */
/* LINK: tap.c replace_fixture.c replace_naive.c */
/*
 * Models of page replacement: figures from books and from another simulator, what holds of
 * every policy, and what the check finds.
 */
#include <linux/errno.h>
#include "core/replace_impl.h"
#include "replace_expected.h"
#include "replace_fixture.h"
#include "tap.h"

#define NR_LONG 10000
#define PAGES	8

static u64 faults_of(u32 policy, u32 frames, const u32 *page, u32 nr)
{
	struct mctl_replace_config config = replace_config(policy, frames, PAGES);

	return replace_count(&config, page, nr);
}

/* --- figures ------------------------------------------------------------------------------ */

static void belady_anomaly(void)
{
	tap_expect_equal(faults_of(MCTL_REPLACE_FIFO, 3, belady, BELADY), 9);
	tap_expect_equal(faults_of(MCTL_REPLACE_FIFO, 4, belady, BELADY), 10);
	tap_expect_equal(faults_of(MCTL_REPLACE_LRU, 3, belady, BELADY), 10);
	tap_expect_equal(faults_of(MCTL_REPLACE_LRU, 4, belady, BELADY), 8);
	tap_expect_equal(faults_of(MCTL_REPLACE_OPT, 3, belady, BELADY), 7);
	tap_expect_equal(faults_of(MCTL_REPLACE_OPT, 4, belady, BELADY), 6);
}

/* Silberschatz, Galvin and Gagne, "Operating System Concepts", 10.4. */
static void string_of_silberschatz(void)
{
	static const u32 page[] = { 7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1 };

	tap_expect_equal(faults_of(MCTL_REPLACE_FIFO, 3, page, ARRAY_SIZE(page)), 15);
	tap_expect_equal(faults_of(MCTL_REPLACE_LRU, 3, page, ARRAY_SIZE(page)), 12);
	tap_expect_equal(faults_of(MCTL_REPLACE_OPT, 3, page, ARRAY_SIZE(page)), 9);
}

/* Exact but for arc, whose target is a binary fraction here and a double there. */
static void counts_of_libcachesim(void)
{
	static u32 page[NR_LONG];

	for (u32 i = 0; i < ARRAY_SIZE(replace_expected); i++) {
		const struct replace_expected *row = &replace_expected[i];
		struct mctl_replace_config config = replace_config(row->policy, row->frames, 4096);
		u32 off = row->policy == MCTL_REPLACE_ARC ? row->faults / 1000 : 0;
		u64 faults;

		config.param[MCTL_REPLACE_FRESH] = 0;
		config.param[MCTL_REPLACE_FORGET] = 1;
		replace_trace(row->trace, page, NR_LONG);
		faults = replace_count(&config, page, NR_LONG);
		if (!tap_expect(faults + off >= row->faults && faults <= row->faults + off))
			tap_note("trace %u, %s, %u frames: %u there, %llu here", row->trace,
				 mctl_replace_name(row->policy), row->frames, row->faults,
				 (unsigned long long)faults);
	}
}

/* --- what holds of every policy ----------------------------------------------------------- */

static u32 random_pages(u32 *page)
{
	u32 nr = 1 + tap_below(60), nr_pages = 1 + tap_below(PAGES);

	for (u32 i = 0; i < nr; i++)
		page[i] = tap_below(nr_pages);
	return nr;
}

/* The least faults of any choice of victims: by all sets of resident pages that can be reached. */
static u64 fewest_faults(u32 frames, const u32 *page, u32 nr)
{
	static u32 least[1 << PAGES], then[1 << PAGES];
	u32 best = nr;

	memset(least, 0xff, sizeof(least));
	least[0] = 0;
	for (u32 i = 0; i < nr; i++) {
		u32 bit = 1U << page[i];

		memset(then, 0xff, sizeof(then));
		for (u32 set = 0; set < 1U << PAGES; set++) {
			if (least[set] > nr)
				continue;
			if (set & bit) {
				then[set] = least[set] < then[set] ? least[set] : then[set];
				continue;
			}
			for (u32 gone = 0; gone <= PAGES; gone++) {
				u32 to = (gone < PAGES ? set & ~(1U << gone) : set) | bit;

				if (__builtin_popcount(to) <= frames && least[set] + 1 < then[to])
					then[to] = least[set] + 1;
			}
		}
		memcpy(least, then, sizeof(least));
	}
	for (u32 set = 0; set < 1U << PAGES; set++)
		best = least[set] < best ? least[set] : best;
	return best;
}

static void opt_is_the_optimum(void)
{
	u32 page[64];

	for (u32 run = 0; run < 60; run++) {
		u32 nr = random_pages(page), frames = 1 + tap_below(PAGES);

		tap_expect_equal(faults_of(MCTL_REPLACE_OPT, frames, page, nr),
				 fewest_faults(frames, page, nr));
	}
}

static void none_beats_opt(void)
{
	u32 page[64];

	for (u32 run = 0; run < 200; run++) {
		u32 nr = random_pages(page), frames = 1 + tap_below(PAGES);
		u64 best = faults_of(MCTL_REPLACE_OPT, frames, page, nr);

		for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES; policy++)
			tap_expect(faults_of(policy, frames, page, nr) >= best);
	}
}

static void one_frame_has_no_choice(void)
{
	u32 page[64];

	for (u32 run = 0; run < 50; run++) {
		u32 nr = random_pages(page), changes = 1;

		for (u32 i = 1; i < nr; i++)
			changes += page[i] != page[i - 1];
		for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES; policy++)
			tap_expect_equal(faults_of(policy, 1, page, nr), changes);
	}
}

static void enough_frames_load_each_page_once(void)
{
	u32 page[64];

	for (u32 run = 0; run < 50; run++) {
		u32 nr = random_pages(page), set = 0;

		for (u32 i = 0; i < nr; i++)
			set |= 1U << page[i];
		for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES; policy++)
			tap_expect_equal(faults_of(policy, PAGES + tap_below(2), page, nr),
					 __builtin_popcount(set));
	}
}

/* --- stack algorithms: what is resident with k frames is resident with k + 1 --------------- */

static void start(struct mctl_replace *replace, const struct mctl_replace_config *config)
{
	void *storage = replace_storage(config);

	tap_expect_equal(mctl_replace_init(replace, config, storage), 0);
	replace->context = storage;
}

static void stop(struct mctl_replace *replace)
{
	free(replace->context);
}

static u32 next_use(const u32 *page, u32 nr, u32 at)
{
	for (u32 i = at + 1; i < nr; i++) {
		if (page[i] == page[at])
			return i;
	}
	return MCTL_REPLACE_NEVER;
}

static void expect_inclusion(u32 policy, const u32 *page, u32 nr)
{
	struct mctl_replace with[PAGES];

	for (u32 k = 0; k < PAGES; k++) {
		struct mctl_replace_config config = replace_config(policy, k + 1, PAGES);

		start(&with[k], &config);
	}
	for (u32 i = 0; i < nr; i++) {
		for (u32 k = 0; k < PAGES; k++)
			mctl_replace_access(&with[k], page[i], false, next_use(page, nr, i));
		for (u32 k = 1; k < PAGES; k++) {
			for (u32 p = 0; p < PAGES; p++)
				tap_expect(with[k].page[p].bits >= with[k - 1].page[p].bits);
		}
	}
	for (u32 k = 0; k < PAGES; k++) {
		tap_expect(!k || with[k].stats.faults <= with[k - 1].stats.faults);
		stop(&with[k]);
	}
}

static void stack_algorithms(void)
{
	u32 page[64];

	for (u32 run = 0; run < 100; run++) {
		u32 nr = random_pages(page);

		expect_inclusion(MCTL_REPLACE_LRU, page, nr);
		expect_inclusion(MCTL_REPLACE_LFU, page, nr);
		expect_inclusion(MCTL_REPLACE_OPT, page, nr);
	}
}

/* --- counters ----------------------------------------------------------------------------- */

static void dirty_pages_are_written_once(void)
{
	struct mctl_replace_config config = replace_config(MCTL_REPLACE_FIFO, 1, PAGES);
	struct mctl_replace replace;

	start(&replace, &config);
	mctl_replace_access(&replace, 1, true, 0);
	mctl_replace_access(&replace, 1, false, 0);
	mctl_replace_access(&replace, 2, false, 0);
	mctl_replace_access(&replace, 1, false, 0);
	mctl_replace_access(&replace, 3, true, 0);
	tap_expect_equal(replace.stats.references, 5);
	tap_expect_equal(replace.stats.faults, 4);
	tap_expect_equal(replace.stats.evictions, 3);
	tap_expect_equal(replace.stats.dirty, 1);
	tap_expect_equal(replace.stats.writes, 1);
	tap_expect_equal(replace.stats.resident, 5);
	stop(&replace);
}

/* A page that the hand has cleaned, and that is written again, is written back twice. */
static void wsclock_cleans_ahead(void)
{
	struct mctl_replace_config config = replace_config(MCTL_REPLACE_WSCLOCK, 2, PAGES);
	struct mctl_replace replace;

	config.param[MCTL_REPLACE_WINDOW] = 1;
	start(&replace, &config);
	mctl_replace_access(&replace, 1, true, 0);
	mctl_replace_access(&replace, 2, false, 0);
	/* Both bits are cleared; nothing is old; 2 is the first clean page. */
	mctl_replace_access(&replace, 3, false, 0);
	tap_expect_equal(replace.page[2].bits, 0);
	tap_expect_equal(replace.stats.writes, 0);
	mctl_replace_access(&replace, 3, false, 0);
	/* 1 is old by now and dirty: it is written, and goes when the hand comes round. */
	mctl_replace_access(&replace, 4, false, 0);
	tap_expect_equal(replace.page[1].bits, 0);
	tap_expect_equal(replace.stats.writes, 1);
	tap_expect_equal(replace.stats.dirty, 0);
	tap_expect_equal(replace.stats.evictions, 2);
	stop(&replace);
}

static void ws_gives_frames_back(void)
{
	struct mctl_replace_config config = replace_config(MCTL_REPLACE_WS, 8, PAGES);
	static const u32 page[] = { 0, 1, 2, 3, 3, 3, 3, 0 };
	struct mctl_replace replace;

	config.param[MCTL_REPLACE_WINDOW] = 2;
	start(&replace, &config);
	for (u32 i = 0; i < ARRAY_SIZE(page); i++)
		mctl_replace_access(&replace, page[i], false, 0);
	tap_expect_equal(replace.stats.faults, 5);
	tap_expect_equal(replace.nr_resident, 2);
	/* 1, 2, 3, 3, 2, 1, 1, 2 */
	tap_expect_equal(replace.stats.resident, 15);
	stop(&replace);
}

/* --- configurations ----------------------------------------------------------------------- */

static void bad_configurations(void)
{
	struct mctl_replace_config good = replace_config(MCTL_REPLACE_ARC, 3, 5), bad;
	struct mctl_replace replace;

	tap_expect(!mctl_replace_config_error(&good));
	bad = good;
	bad.frames = 0;
	tap_expect(mctl_replace_config_error(&bad));
	tap_expect_equal(mctl_replace_size(&bad), 0);
	tap_expect_equal(mctl_replace_init(&replace, &bad, NULL), -EINVAL);
	bad = good;
	bad.policy = MCTL_REPLACE_NR_POLICIES;
	tap_expect(mctl_replace_config_error(&bad));
	bad = good;
	bad.nr_pages = 0;
	tap_expect(mctl_replace_config_error(&bad));
	bad.nr_pages = MCTL_REPLACE_MAX_PAGES;
	tap_expect(!mctl_replace_config_error(&bad));
	bad.nr_pages++;
	tap_expect(mctl_replace_config_error(&bad));
	for (u32 param = 0; param < MCTL_REPLACE_NR_PARAMS; param++) {
		const struct mctl_replace_rule *rule = mctl_replace_rule(param);

		bad = good;
		bad.param[param] = rule->min;
		tap_expect(!mctl_replace_config_error(&bad));
		bad.param[param] = rule->min - 1;
		tap_expect(!rule->min || mctl_replace_config_error(&bad));
		bad.param[param] = rule->max;
		tap_expect(!mctl_replace_config_error(&bad));
		bad.param[param] = rule->max + 1;
		tap_expect(rule->max == U32_MAX || mctl_replace_config_error(&bad));
	}
	tap_expect(!mctl_replace_rule(MCTL_REPLACE_NR_PARAMS));
	tap_expect(!mctl_replace_name(MCTL_REPLACE_NR_POLICIES));
}

static void windows_do_not_overflow(void)
{
	struct mctl_replace_config config = replace_config(MCTL_REPLACE_WS, U32_MAX / 10 + 1, 1);
	struct mctl_replace replace;

	start(&replace, &config);
	tap_expect_equal(replace.config.param[MCTL_REPLACE_WINDOW], U32_MAX);
	tap_expect_equal(replace.config.param[MCTL_REPLACE_TICK], config.frames);
	stop(&replace);
}

/* --- the check ---------------------------------------------------------------------------- */

#define FOUND_SIZE 120

/* The first problem. */
static void note_invariant(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (report->nr_problems > 1)
		return;
	snprintf(report->context, FOUND_SIZE, "%s %s %llu: %s is %lld, not %lld",
		 problem->invariant, problem->object, (unsigned long long)problem->index,
		 problem->field, (long long)problem->found, (long long)problem->expected);
}

static void expect_found(struct mctl_replace *replace, const char *invariant)
{
	char found[FOUND_SIZE] = "nothing";
	struct mctl_report report = { .found = note_invariant, .context = found };

	mctl_replace_check(replace, &report);
	if (!tap_expect(!strcmp(found, invariant)))
		tap_note("%s: found '%s' in place of '%s'",
			 mctl_replace_name(replace->config.policy), found, invariant);
}

/* Frames 3, pages 0 to 7 in turn, so that lists and ghosts are full. */
static void fill(struct mctl_replace *replace, u32 policy)
{
	struct mctl_replace_config config = replace_config(policy, 3, PAGES);

	start(replace, &config);
	for (u32 i = 0; i < 3 * PAGES; i++)
		mctl_replace_access(replace, i % PAGES, i & 1, MCTL_REPLACE_NEVER - 1 - i);
	for (u32 i = 0; i < 2 * PAGES; i++)
		mctl_replace_access(replace, i / 2 % PAGES, i & 1, MCTL_REPLACE_NEVER - 99 - i);
}

/* Put pages that are on no list on @list. */
static void remember_all(struct mctl_replace *replace, u32 list)
{
	for (u32 page = 0; page < PAGES; page++) {
		if (replace->page[page].list == MCTL_REPLACE_NO_LIST)
			mctl_replace_push(replace, list, page);
	}
}

#define FINDS(the_policy, what, damage)              \
	do {                                         \
		struct mctl_replace r;               \
		fill(&r, MCTL_REPLACE_##the_policy); \
		damage;                              \
		expect_found(&r, what);              \
		stop(&r);                            \
	} while (0)

static void nothing_is_found_in_sound_models(void)
{
	for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES; policy++) {
		struct mctl_replace replace;

		fill(&replace, policy);
		expect_found(&replace, "nothing");
		stop(&replace);
	}
}

static void damaged_lists_are_found(void)
{
	FINDS(LRU, "replace I1 page 7: prev is 4294967295, not 6",
	      r.page[r.list[0].tail].prev = MCTL_REPLACE_NONE);
	FINDS(LRU, "replace I1 list 0: tail is 5, not 7", r.list[0].tail = r.list[0].head);
	FINDS(LRU, "replace I1 list 0: pages is 3, not 4", r.list[0].nr++);
	FINDS(LRU, "replace I1 list 0: pages is 3, not 2", r.list[0].nr--);
	FINDS(NRU, "replace I1 list 3: pages is 1, not 2", r.list[3].nr++);
	FINDS(OPT, "replace I5 place 1: below its parent is 1, not 0", r.heap[0].key = U64_MAX);
	FINDS(OPT, "replace I5 page 6: place is 2, not 1", r.page[r.heap[1].page].place = 2);
	FINDS(OPT, "replace I3 page 7: known to the policy is 0, not 1", r.nr_heap--);
	FINDS(LRU, "replace I3 page 5: known to the policy is 0, not 1", mctl_replace_pop(&r, 0));
	FINDS(LIRS, "replace I3 page 5: known to the policy is 0, not 1", mctl_replace_pop(&r, 1));
	FINDS(WSCLOCK, "replace I3 page 7: known to the policy is 0, not 1",
	      r.page[r.frame[1] + PAGES].stamp = 0);
}

static void damaged_counters_are_found(void)
{
	FINDS(LRU, "replace I2 model 0: nr_resident is 2, not 3", r.nr_resident--);
	FINDS(LRU, "replace I2 model 0: within the frames is 0, not 1", r.config.frames--);
	FINDS(LRU, "replace I4 model 0: faults is 33, not 32", r.stats.faults++);
	FINDS(LRU, "replace I4 model 0: dirty among evictions and writes is 0, not 1",
	      r.stats.dirty = r.stats.writes + 1);
	FINDS(LRU, "replace I4 model 0: dirty among evictions and writes is 0, not 1",
	      r.stats.dirty = r.stats.evictions + 1;
	      r.stats.writes = r.stats.dirty);
}

static void damage_of_policies_is_found(void)
{
	FINDS(LIRS, "replace I6 lirs 0: LIR pages within their limit is 0, not 1", r.nr_lir = 3);
	FINDS(LIRS, "replace I6 lirs 0: bottom of S is LIR is 0, not 1",
	      r.page[r.list[0].head].bits &= ~MCTL_REPLACE_LIR);
	FINDS(LIRS, "replace I6 lirs 0: S within twice the frames is 0, not 1",
	      remember_all(&r, 0));
	FINDS(2Q, "replace I6 2q 0: A1out within its limit is 0, not 1",
	      mctl_replace_push(&r, 1, mctl_replace_pop(&r, 0)));
	FINDS(S3FIFO, "replace I6 s3fifo 0: ghosts within their limit is 0, not 1",
	      mctl_replace_push(&r, 2, mctl_replace_pop(&r, 0)));
	FINDS(ARC, "replace I6 arc 0: target within the frames is 0, not 1",
	      r.target = (3ULL << 32) + 1);
	FINDS(ARC, "replace I6 arc 0: T1 and B1 within the frames is 0, not 1",
	      mctl_replace_join(&r, 1, 3);
	      mctl_replace_join(&r, 1, 2));
	FINDS(CAR, "replace I6 arc 0: all within twice the frames is 0, not 1",
	      remember_all(&r, 3));
	FINDS(GEN, "replace I6 gen 0: youngest is 14, not 16", r.oldest = r.youngest);
	FINDS(GEN, "replace I6 gen 0: pages of no generation is 1, not 0",
	      mctl_replace_push(&r, (r.youngest + 1) % 4, mctl_replace_pop(&r, r.oldest % 4)));
	FINDS(WSCLOCK, "replace I6 wsclock frame 0: marked is 1, not 0", r.marks[0] ^= 1);
	FINDS(WSCLOCK, "replace I6 wsclock frame 1: marked is 0, not 1", r.marks[0] ^= 2);
	FINDS(WSCLOCK, "replace I6 wsclock frame 1: marked clean is 1, not 0", r.marks[1] ^= 2);
	FINDS(WSCLOCK, "replace I6 wsclock frame 2: used and listed is 1, not 0",
	      r.page[r.list[0].head].bits |= MCTL_REPLACE_REFERENCED);
	FINDS(WSCLOCK, "replace I6 wsclock page 6: older than the last is 1, not 0",
	      r.page[r.list[0].tail].stamp = 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(belady_anomaly),
	TAP_TEST(string_of_silberschatz),
	TAP_TEST(counts_of_libcachesim),
	TAP_TEST(opt_is_the_optimum),
	TAP_TEST(none_beats_opt),
	TAP_TEST(one_frame_has_no_choice),
	TAP_TEST(enough_frames_load_each_page_once),
	TAP_TEST(stack_algorithms),
	TAP_TEST(dirty_pages_are_written_once),
	TAP_TEST(wsclock_cleans_ahead),
	TAP_TEST(ws_gives_frames_back),
	TAP_TEST(bad_configurations),
	TAP_TEST(windows_do_not_overflow),
	TAP_TEST(nothing_is_found_in_sound_models),
	TAP_TEST(damaged_lists_are_found),
	TAP_TEST(damaged_counters_are_found),
	TAP_TEST(damage_of_policies_is_found),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
