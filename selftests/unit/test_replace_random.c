// SPDX-License-Identifier: GPL-2.0
/* LINK: core/replace.c core/replace_arc.c core/replace_bits.c core/replace_check.c */
/* LINK: core/replace_config.c core/replace_count.c core/replace_gen.c core/replace_ghost.c */
/* LINK: core/replace_lirs.c core/replace_list.c core/replace_queue.c core/replace_ws.c */
/* LINK: tap.c replace_fixture.c replace_naive.c */
/*
 * Models of page replacement: random traces of many kinds, every policy against the naive one,
 * reference by reference, the check made after each.
 */
#include "replace_fixture.h"
#include "tap.h"

/* One of several shapes: uniform, skewed, loops that begin anew, a window that moves. */
static u32 make_trace(struct reference *trace, u32 nr_pages)
{
	u32 nr = 1 + tap_below(nr_pages > 24 ? 1000 : 200), kind = tap_below(4),
	    loop = 1 + tap_below(nr_pages);
	u32 writes = tap_below(4);

	for (u32 i = 0; i < nr; i++) {
		u32 any = tap_below(nr_pages), other = tap_below(nr_pages);

		if (kind == 1)
			any = any < other ? any : other;
		else if (kind == 2 && tap_below(10))
			any = i % loop;
		else if (kind == 3)
			any = (i / 8 + tap_below(5)) % nr_pages;
		trace[i] = (struct reference){ any, tap_below(4) < writes };
	}
	return nr;
}

static void choose_params(struct mctl_replace_config *config)
{
	for (u32 param = 0; param < MCTL_REPLACE_NR_PARAMS; param++) {
		const struct mctl_replace_rule *rule = mctl_replace_rule(param);
		u32 most = rule->max > 300 ? 300 : rule->max;

		if (tap_below(2))
			config->param[param] = rule->min + tap_below(most - rule->min + 1);
	}
}

static void compare_random(u32 policy, u32 nr_runs)
{
	static struct reference trace[NAIVE_MAX_LENGTH];

	for (u32 run = 0; run < nr_runs && !tap_nr_failed; run++) {
		/* One in 16 is large: its frames need several words of marks. */
		u32 nr_pages = 1 + tap_below(tap_below(16) ? 24 : NAIVE_MAX_PAGES);
		u32 frames = 1 + tap_below(tap_below(2) ? 6 : nr_pages + 2);
		struct mctl_replace_config config = replace_config(policy, frames, nr_pages);
		u32 nr = make_trace(trace, nr_pages);

		if (tap_below(2))
			choose_params(&config);
		replace_compare(&config, trace, nr);
	}
}

static void every_policy_as_the_naive_one(void)
{
	u32 nr_runs = getenv("LONG") ? 60000 : 600;

	for (u32 policy = 0; policy < MCTL_REPLACE_NR_POLICIES && !tap_nr_failed; policy++)
		compare_random(policy, nr_runs);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_policy_as_the_naive_one),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
