/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nomem.h - what a flow does when each of its allocations fails, one after the other
 *
 *   FOR_EACH_NOMEM(n) {
 *           ret = flow();
 *           if (nomem_done(n, 8))	the flow allocates 8 times, and went well now
 *                   break;
 *           tap_expect_equal(ret, -ENOMEM);
 *   }
 *
 * A test that has it names nomem.c in its LINK: line.
 */
#ifndef MCTL_UNIT_NOMEM_H
#define MCTL_UNIT_NOMEM_H

#include "tap.h"

extern unsigned int nomem_at; /* the allocation that fails: 1 for the next, 0 for none */

#define NOMEM_MAX 1000

#define FOR_EACH_NOMEM(n) for (unsigned int n = 1; n < NOMEM_MAX && (nomem_at = (n)); n++)

/* Whether none failed in round @n, which is then the first one in which that is right. */
static inline bool nomem_done(unsigned int n, unsigned int nr)
{
	bool done = nomem_at;

	nomem_at = 0;
	if (done)
		tap_expect_equal(n, nr + 1);
	return done;
}

#endif /* MCTL_UNIT_NOMEM_H */
