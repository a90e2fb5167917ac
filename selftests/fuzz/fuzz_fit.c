// SPDX-License-Identifier: GPL-2.0
/* LINK: core/fit.c core/fit_holes.c core/fit_list.c core/fit_segregated.c core/fit_bits.c */
/* LINK: core/fit_buddy.c core/fit_bitfield.c core/buddy.c core/buddy_alloc.c core/buddy_aside.c */
/* LINK: core/buddy_check.c core/table.c tap.c fit_fixture.c */
/*
 * An allocation policy, of a number of units and under requests made of bytes.
 *
 * Promised and looked at: every request is placed where the oracle of the unit
 * tests foretells it, the structure holds after each call, the hash is that of
 * what was granted, and when all is given back, all is as it was.
 */
#include "fuzz.h"
#include "fit_fixture.h"

/* A size: small, about as large as all units, or any. */
static u32 size_of(struct fuzz_input *in, u32 bits, u32 nr)
{
	switch (bits & 3) {
	case 0:
		return 1 + fuzz_byte(in) % 4;
	case 1:
		return nr - fuzz_below(in, nr / 2 + 1);
	case 2:
		return 1 + fuzz_below(in, nr);
	default:
		return 1 + fuzz_byte(in) % 40;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	enum fit_policy policy = fuzz_byte(&in) % NR_POLICIES;
	u32 shape = fuzz_byte(&in), nr = 1 + fuzz_byte(&in);
	struct fixture f;

	/* Up to 256 units, a few fields and chunks, or two trees and a part. */
	if (shape % 4 == 1)
		nr *= 17;
	else if (shape == 2)
		nr += 2 * 16384;
	fixture_init(&f, policy, nr);
	while (fuzz_more(&in) && !tap_nr_failed) {
		u32 bits = fuzz_byte(&in);

		if (bits & 4 && f.nr_runs)
			fixture_free(&f, fuzz_below(&in, f.nr_runs));
		else
			fixture_alloc(&f, size_of(&in, bits, nr));
		if (fuzz_op() && (nr < 5000 || !(bits & 0xf0)))
			fixture_compare(&f);
	}
	if (!tap_nr_failed)
		fixture_idle(&f);
	fixture_fini(&f);
	fuzz_judge();
	return 0;
}
