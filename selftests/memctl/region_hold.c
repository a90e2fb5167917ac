// SPDX-License-Identifier: GPL-2.0
/*
 * region_hold - map descriptor 3, a region's file, and do as told
 *
 * Reads lines from standard input, and answers each with one:
 *   r OFFSET        the byte there, as a number
 *   w OFFSET BYTE   ok
 *   s OFFSET MS     the byte there after it was read for so long, again and
 *                   again and without a system call
 *   a               where the file is mapped
 *   anything else   its pid
 * An access that fails is answered with the signal's name. Ends with the
 * input. For test_space.sh and plants.sh; "memctl region open" starts it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf back;

static void on_fault(int number)
{
	siglongjmp(back, number);
}

/* Let the clock be asked seldom: where it is a system call, that is a moment in the kernel. */
static unsigned int spin(volatile unsigned char *byte, unsigned long milliseconds)
{
	struct timespec now;
	unsigned int last, i;
	double end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec * 1e3 + now.tv_nsec / 1e6 + milliseconds;
	do {
		for (i = 0; i < 100000; i++)
			last = *byte;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec * 1e3 + now.tv_nsec / 1e6 < end);
	return last;
}

static void answer(volatile unsigned char *start, const char *line)
{
	unsigned long offset, milliseconds;
	unsigned int byte;
	int number = sigsetjmp(back, 1);

	if (number) {
		puts(number == SIGBUS ? "SIGBUS" : "SIGSEGV");
	} else if (sscanf(line, "r %lu", &offset) == 1) {
		printf("%u\n", start[offset]);
	} else if (sscanf(line, "w %lu %u", &offset, &byte) == 2) {
		start[offset] = byte;
		puts("ok");
	} else if (sscanf(line, "s %lu %lu", &offset, &milliseconds) == 2) {
		printf("%u\n", spin(start + offset, milliseconds));
	} else if (*line == 'a') {
		printf("%lu\n", (unsigned long)start);
	} else {
		printf("%d\n", (int)getpid());
	}
	fflush(stdout);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_fault };
	struct stat stat;
	char line[64];
	void *start;

	if (fstat(3, &stat))
		return 1;
	start = mmap(NULL, stat.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0);
	if (start == MAP_FAILED)
		return 1;
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	while (fgets(line, sizeof(line), stdin))
		answer(start, line);
	return 0;
}
