// SPDX-License-Identifier: GPL-2.0
/*
 * region_flood - read from descriptor 3, a region's file, where it has nothing
 *
 * Usage: region_flood COUNT [UID NUMBER]
 * Every read is refused, and is an event of its own. Prints how many were
 * refused. With a UID, root reads as so many users from that one on in turn: who
 * has a user namespace with as many can do the same. For test_events.sh; "memctl
 * region open" starts it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long left = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long first = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long nr_uids = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned long nr_refused = 0;
	char byte;

	for (; left; left--) {
		/* The real one alone: it is the one that counts, and can be changed again. */
		if (nr_uids && setresuid(first + left % nr_uids, -1, -1))
			return 1;
		nr_refused += pread(3, &byte, 1, 0) < 0;
	}
	printf("%lu\n", nr_refused);
	return 0;
}
