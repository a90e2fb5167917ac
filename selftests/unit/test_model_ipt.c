// SPDX-License-Identifier: GPL-2.0
/* LINK: core/model_ipt.c tap.c */
/*
 * The inverted page table against a naive one: frames with the time at which their page came. An
 * entry is compared for each page of the bucket that came later, which is what chains do that new
 * entries go to the front of.
 */
#include "core/model_ipt.h"
#include "tap.h"

#define MAX_FRAMES 64
#define STEPS	   1000000

static struct naive {
	struct mctl_ipt_config config;
	struct {
		bool in, used;
		u32 space;
		u64 page, came;
	} frame[MAX_FRAMES];
	u64 now;
	u32 hand;
} naive;

/* 128 bits in place of shifts. */
static u32 naive_bucket(u32 space, u64 page)
{
	unsigned __int128 x = page;

	if (naive.config.hash == MCTL_IPT_MODULO)
		return (u32)((x + space) % naive.config.nr_buckets);
	x = page ^ space * 4294967296ULL;
	x = (x * 11400714819323198485ULL) % ((unsigned __int128)1 << 64);
	x /= 4294967296ULL;
	return (u32)(x * naive.config.nr_buckets / 4294967296ULL);
}

static u32 naive_find(u32 space, u64 page)
{
	for (u32 i = 0; i < naive.config.nr_frames; i++) {
		if (naive.frame[i].in && naive.frame[i].page == page &&
		    naive.frame[i].space == space)
			return i;
	}
	return MCTL_IPT_NONE;
}

/* Those of the bucket that came after @since, or at that time. */
static u32 naive_probes(u32 bucket, u64 since)
{
	u32 nr = 0;

	for (u32 i = 0; i < naive.config.nr_frames; i++)
		nr += naive.frame[i].in && naive.frame[i].came >= since &&
		      naive_bucket(naive.frame[i].space, naive.frame[i].page) == bucket;
	return nr;
}

static u32 naive_victim(void)
{
	for (u32 i = 0; i < naive.config.nr_frames; i++) {
		if (!naive.frame[i].in)
			return i;
	}
	while (true) {
		u32 frame = naive.hand;

		naive.hand = naive.hand + 1 == naive.config.nr_frames ? 0 : naive.hand + 1;
		if (naive.config.evict == MCTL_IPT_FIFO || !naive.frame[frame].used)
			return frame;
		naive.frame[frame].used = false;
	}
}

static struct mctl_ipt_lookup naive_access(u32 space, u64 page)
{
	struct mctl_ipt_lookup lookup = { .bucket = naive_bucket(space, page),
					  .frame = naive_find(space, page) };

	lookup.hit = lookup.frame != MCTL_IPT_NONE;
	lookup.probes =
		naive_probes(lookup.bucket, lookup.hit ? naive.frame[lookup.frame].came : 0);
	if (!lookup.hit) {
		lookup.frame = naive_victim();
		lookup.evicted = naive.frame[lookup.frame].in;
		lookup.old.page = naive.frame[lookup.frame].page;
		lookup.old.space = naive.frame[lookup.frame].space;
		naive.frame[lookup.frame].in = true;
		naive.frame[lookup.frame].page = page;
		naive.frame[lookup.frame].space = space;
		naive.frame[lookup.frame].came = ++naive.now;
	}
	naive.frame[lookup.frame].used = true;
	return lookup;
}

static void told(struct mctl_report *report, const struct mctl_problem *problem)
{
	tap_note("%s %s %llu: %s is %llu, not %llu", problem->invariant, problem->object,
		 (unsigned long long)problem->index, problem->field,
		 (unsigned long long)problem->found, (unsigned long long)problem->expected);
}

static u64 problems_of(const struct mctl_ipt *ipt, bool tell)
{
	struct mctl_report report = { .found = tell ? told : NULL };

	mctl_ipt_check(ipt, &report);
	return report.nr_problems;
}

static void compare(struct mctl_ipt *ipt, u32 nr)
{
	u32 nr_pages = 1 + tap_below(3 * ipt->config.nr_frames), nr_spaces = 1 + tap_below(3);
	u64 stride = 1 + tap_below(4), base = tap_below(2) ? 0 : tap_random() >> 12;

	for (u32 i = 0; i < nr && !tap_nr_failed; i++) {
		u64 page = base + stride * tap_below(nr_pages);
		u32 space = tap_below(nr_spaces);
		struct mctl_ipt_lookup want = naive_access(space, page), got;

		mctl_ipt_access(ipt, space, page, &got);
		tap_expect_equal(got.bucket, want.bucket);
		tap_expect_equal(got.probes, want.probes);
		tap_expect_equal(got.frame, want.frame);
		tap_expect_equal(got.hit, want.hit);
		tap_expect_equal(got.evicted, want.evicted);
		if (want.evicted) {
			tap_expect_equal(got.old.page, want.old.page);
			tap_expect_equal(got.old.space, want.old.space);
		}
		if (i % 64 == 0)
			tap_expect_equal(problems_of(ipt, true), 0);
	}
}

static void a_million_steps_as_the_naive_one(void)
{
	for (u32 steps = 0; steps < STEPS && !tap_nr_failed;) {
		struct mctl_ipt_config config = { 1 + tap_below(MAX_FRAMES), 1 + tap_below(100),
						  tap_below(2), tap_below(2) };
		u32 nr = 1 + tap_below(2000);
		struct mctl_ipt ipt;
		void *storage;

		tap_expect(mctl_ipt_valid(&config));
		storage = malloc(mctl_ipt_size(&config));
		mctl_ipt_init(&ipt, &config, storage);
		memset(&naive, 0, sizeof(naive));
		naive.config = config;
		compare(&ipt, nr);
		tap_expect_equal(problems_of(&ipt, true), 0);
		free(storage);
		steps += nr;
	}
}

/*
 * Of n pages that a hash spreads evenly over b buckets each is behind (n - 1) / 2b others on
 * average (Knuth 3, 6.4): a hit compares 1 + (n - 1) / 2b entries. The variance of the mean follows
 * from pairs of pages that collide independently: n (n - 1) / 2 pairs, each with p = 1 / b.
 */
static void hits_probe_as_the_formula_says(void)
{
	static const u32 buckets[] = { 512, 1024, 2048, 4096, 16384 };
	u32 nr_frames = 4096;

	for (u32 i = 0; i < ARRAY_SIZE(buckets); i++) {
		struct mctl_ipt_config config = { nr_frames, buckets[i], MCTL_IPT_MULTIPLY, 0 };
		double p = 1.0 / buckets[i], pairs = nr_frames * (nr_frames - 1.0) / 2;
		double want = 1 + (nr_frames - 1.0) * p / 2, off;
		u64 *page = malloc(nr_frames * sizeof(*page));
		struct mctl_ipt_lookup lookup;
		struct mctl_ipt ipt;
		u64 probes = 0;
		void *storage = malloc(mctl_ipt_size(&config));

		mctl_ipt_init(&ipt, &config, storage);
		for (u32 j = 0; j < nr_frames; j++) {
			page[j] = tap_random() >> 12;
			mctl_ipt_access(&ipt, 0, page[j], &lookup);
		}
		for (u32 j = 0; j < nr_frames; j++) {
			mctl_ipt_access(&ipt, 0, page[j], &lookup);
			tap_expect(lookup.hit);
			probes += lookup.probes;
		}
		off = ((double)probes / nr_frames - want) * nr_frames;
		/* Five sigma: seeds are new in each run. */
		if (!tap_expect(off * off < 25 * pairs * p * (1 - p)))
			tap_note("%u buckets: %f, not %f", buckets[i], (double)probes / nr_frames,
				 want);
		tap_note("%u frames, %u buckets: %.3f probes a hit, %.3f by the formula", nr_frames,
			 buckets[i], (double)probes / nr_frames, want);
		free(storage);
		free(page);
	}
}

/* Worked out by hand: 3 frames, 2 buckets by modulo. */
static void three_frames_by_hand(void)
{
	static const struct {
		u64 page;
		u32 bucket, probes, frame;
		bool hit, evicted;
		u64 old;
	} steps[] = {
		{ 1, 1, 0, 0, false, false, 0 }, { 3, 1, 1, 1, false, false, 0 },
		{ 1, 1, 2, 0, true, false, 0 },	 { 2, 0, 0, 2, false, false, 0 },
		{ 5, 1, 2, 0, false, true, 1 },	 { 3, 1, 2, 1, true, false, 0 },
		{ 1, 1, 2, 1, false, true, 3 },
	};
	struct mctl_ipt_config config = { 3, 2, MCTL_IPT_MODULO, MCTL_IPT_FIFO };
	struct mctl_ipt ipt;
	void *storage = malloc(mctl_ipt_size(&config));

	mctl_ipt_init(&ipt, &config, storage);
	for (u32 i = 0; i < ARRAY_SIZE(steps); i++) {
		struct mctl_ipt_lookup lookup;

		mctl_ipt_access(&ipt, 0, steps[i].page, &lookup);
		tap_expect_equal(lookup.bucket, steps[i].bucket);
		tap_expect_equal(lookup.probes, steps[i].probes);
		tap_expect_equal(lookup.frame, steps[i].frame);
		tap_expect_equal(lookup.hit, steps[i].hit);
		tap_expect_equal(lookup.evicted, steps[i].evicted);
		tap_expect_equal(lookup.old.page, steps[i].old);
	}
	tap_expect_equal(mctl_ipt_chain(&ipt, 1), 2);
	tap_expect_equal(mctl_ipt_chain(&ipt, 0), 1);
	free(storage);
}

static void impossible_tables(void)
{
	static const struct mctl_ipt_config bad[] = {
		{ 0, 1, 0, 0 },
		{ 1, 0, 0, 0 },
		{ MCTL_IPT_MAX_FRAMES + 1, 1, 0, 0 },
		{ 1, MCTL_IPT_MAX_BUCKETS + 1, 0, 0 },
		{ 1, 1, MCTL_IPT_NR_HASHES, 0 },
		{ 1, 1, 0, MCTL_IPT_NR_EVICTS },
	};
	struct mctl_ipt_config largest = { MCTL_IPT_MAX_FRAMES, MCTL_IPT_MAX_BUCKETS, 1, 1 };

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		tap_expect(!mctl_ipt_valid(&bad[i]));
	tap_expect(mctl_ipt_valid(&largest));
}

#define FINDS(damage)                                          \
	do {                                                   \
		mctl_ipt_init(&ipt, &config, storage);         \
		for (u64 page = 0; page < 6; page++)           \
			mctl_ipt_access(&ipt, 1, page, &l);    \
		tap_expect_equal(problems_of(&ipt, false), 0); \
		damage;                                        \
		tap_expect(problems_of(&ipt, false) > 0);      \
	} while (0)

static void every_damage_is_found(void)
{
	struct mctl_ipt_config config = { 8, 3, MCTL_IPT_MODULO, MCTL_IPT_CLOCK };
	struct mctl_ipt_lookup l;
	struct mctl_ipt ipt;
	void *storage = malloc(mctl_ipt_size(&config));

	FINDS(ipt.anchor[0] = MCTL_IPT_NONE);
	FINDS(ipt.anchor[0] = 7);
	FINDS(ipt.anchor[0] = ipt.anchor[1]);
	FINDS(ipt.entry[0].page++);
	FINDS(ipt.entry[0].space++);
	FINDS(ipt.entry[0].next = 3);
	FINDS(ipt.entry[3].page = ipt.entry[0].page);
	FINDS(ipt.nr_used--);
	FINDS(ipt.nr_used++);
	FINDS(ipt.hand = 1);
	free(storage);
}

static const struct tap_test tests[] = {
	TAP_TEST(three_frames_by_hand),
	TAP_TEST(impossible_tables),
	TAP_TEST(a_million_steps_as_the_naive_one),
	TAP_TEST(hits_probe_as_the_formula_says),
	TAP_TEST(every_damage_is_found),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
