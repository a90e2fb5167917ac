// SPDX-License-Identifier: GPL-2.0
/* LINK: core/replace.c core/replace_arc.c core/replace_bits.c core/replace_check.c */
/* LINK: core/replace_config.c core/replace_count.c core/replace_gen.c core/replace_ghost.c */
/* LINK: core/replace_lirs.c core/replace_list.c core/replace_queue.c core/replace_ws.c */
/* LINK: tap.c replace_fixture.c replace_naive.c */
/*
 * The models of page replacement, on traces and with parameters made of bytes.
 *
 * Promised and looked at: a configuration that is refused needs no storage; with any other a policy
 * evicts what the naive one does, reference by reference, and the structure holds after each.
 * No policy has fewer faults than OPT, nor than there are pages. LRU, LFU and OPT have no more
 * with one frame more.
 */
#include <linux/errno.h>
#include "fuzz.h"
#include "replace_fixture.h"

#define PAGES 24

static u32 page[NAIVE_MAX_LENGTH];

static void choose_params(struct fuzz_input *in, struct mctl_replace_config *config)
{
	for (u32 given = fuzz_byte(in) % 4; given; given--) {
		u32 param = fuzz_below(in, MCTL_REPLACE_NR_PARAMS);

		config->param[param] = fuzz_below(in, 1 << 10);
	}
}

/* What is left of the input, each byte a reference: its page, and bit 5 for a write. */
static u32 make_trace(struct fuzz_input *in, struct reference *trace)
{
	u32 nr = 0;

	for (; nr < NAIVE_MAX_LENGTH && fuzz_more(in); nr++) {
		u32 byte = fuzz_byte(in);

		trace[nr] = (struct reference){ (byte & 0x1f) % PAGES, byte & 0x20 };
		page[nr] = trace[nr].page;
	}
	return nr;
}

static u32 nr_different(u32 nr)
{
	u32 seen = 0;

	for (u32 i = 0; i < nr; i++)
		seen |= 1U << page[i];
	return __builtin_popcount(seen);
}

static u64 count(u32 policy, u32 frames, u32 nr)
{
	struct mctl_replace_config config = replace_config(policy, frames, PAGES);

	return replace_count(&config, page, nr);
}

static void compare_all(u32 frames, u32 nr)
{
	u64 best = count(MCTL_REPLACE_OPT, frames, nr);
	u32 least = nr_different(nr);

	for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES; policy++) {
		u64 faults = count(policy, frames, nr);

		tap_expect(faults >= best);
		tap_expect(faults >= least);
	}
	tap_expect(count(MCTL_REPLACE_LRU, frames + 1, nr) <= count(MCTL_REPLACE_LRU, frames, nr));
	tap_expect(count(MCTL_REPLACE_LFU, frames + 1, nr) <= count(MCTL_REPLACE_LFU, frames, nr));
	tap_expect(count(MCTL_REPLACE_OPT, frames + 1, nr) <= best);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reference trace[NAIVE_MAX_LENGTH];
	struct fuzz_input in = fuzz_begin(data, size);
	u32 policy = fuzz_below(&in, MCTL_REPLACE_NR_POLICIES), frames = fuzz_below(&in, 32);
	struct mctl_replace_config config = replace_config(policy, frames, PAGES);
	struct mctl_replace replace;
	u32 nr;

	choose_params(&in, &config);
	if (mctl_replace_config_error(&config)) {
		tap_expect_equal(mctl_replace_size(&config), 0);
		tap_expect_equal(mctl_replace_init(&replace, &config, NULL), -EINVAL);
		fuzz_judge();
		return 0;
	}
	nr = make_trace(&in, trace);
	fuzz_nr_ops += nr;
	replace_compare(&config, trace, nr);
	if (nr)
		compare_all(config.frames, nr);
	fuzz_judge();
	return 0;
}
