// SPDX-License-Identifier: GPL-2.0
/*
 * region_flood - read from descriptor 3, a region's file, where it has nothing
 *
 * Usage: region_flood COUNT
 * Every read is refused, and is an event of its own. Prints how many were
 * refused. For test_events.sh; "memctl region open" starts it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long left = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long nr_refused = 0;
	char byte;

	for (; left; left--)
		nr_refused += pread(3, &byte, 1, 0) < 0;
	printf("%lu\n", nr_refused);
	return 0;
}
