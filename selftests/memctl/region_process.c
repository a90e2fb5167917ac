// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests of regions in processes share: bind and map a region, run
 * the command memctl, access memory that may not be there, and report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include "region_process.h"

unsigned int nr_cases, nr_failed;

/* One line of the report. Return: whether it passed. */
bool __attribute__((format(printf, 2, 3))) expect(bool passed, const char *format, ...)
{
	va_list args;

	nr_failed += !passed;
	printf("%sok %u ", passed ? "" : "not ", ++nr_cases);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return passed;
}

void __attribute__((noreturn)) die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Run the command memctl, silently. Return: its exit status. */
int __attribute__((format(printf, 1, 2))) memctl(const char *format, ...)
{
	const char *program = getenv("MEMCTL");
	char line[512];
	va_list args;
	int status, len;

	len = snprintf(line, sizeof(line), "%s ", program ? program : "memctl");
	va_start(args, format);
	vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	if (getenv("VERBOSE"))
		fprintf(stderr, "# %s\n", line);
	else
		strncat(line, " >/dev/null 2>&1", sizeof(line) - strlen(line) - 1);
	status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/*
 * The numbers of these names in what memctl prints as JSON, each the first one
 * or -1. Return: its exit status.
 */
int memctl_numbers(const char *arguments, const char *const names[], long long numbers[],
		   unsigned int nr)
{
	const char *program = getenv("MEMCTL");
	char line[512], wanted[64];
	FILE *pipe;

	for (unsigned int i = 0; i < nr; i++)
		numbers[i] = -1;
	snprintf(line, sizeof(line), "%s %s -J 2>/dev/null", program ? program : "memctl",
		 arguments);
	pipe = popen(line, "r");
	while (pipe && fgets(line, sizeof(line), pipe)) {
		for (unsigned int i = 0; i < nr; i++) {
			const char *found;

			snprintf(wanted, sizeof(wanted), "\"%s\":", names[i]);
			found = strstr(line, wanted);
			if (found && numbers[i] < 0)
				numbers[i] = strtoll(found + strlen(wanted), NULL, 10);
		}
	}
	return pipe ? pclose(pipe) : -1;
}

void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* A region's file, or -1. */
int bind_region(const char *region, int flags)
{
	struct memctl_dev_bind bind = {};
	int device = open("/dev/memctl", flags | O_CLOEXEC);
	int fd;

	if (device < 0)
		die("/dev/memctl");
	snprintf(bind.region, sizeof(bind.region), "%s", region);
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	close(device);
	return fd;
}

void *map_region(int fd, size_t size, int prot, off_t offset)
{
	void *start = mmap(NULL, size, prot, MAP_SHARED, fd, offset);

	return start == MAP_FAILED ? NULL : start;
}

/* --- memory that may not be there --- */

static __thread sigjmp_buf fault_return;
static __thread volatile sig_atomic_t fault_signal;

static void on_fault(int number)
{
	fault_signal = number;
	siglongjmp(fault_return, 1);
}

void catch_faults(void)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* Return: 0 and the word, or the signal. */
int try_read(const volatile void *address, uint64_t *word)
{
	if (sigsetjmp(fault_return, 0))
		return fault_signal;
	*word = *(const volatile uint64_t *)address;
	return 0;
}

int try_write(volatile void *address, uint64_t word)
{
	if (sigsetjmp(fault_return, 0))
		return fault_signal;
	*(volatile uint64_t *)address = word;
	return 0;
}

/* Whether all tables are equal to the shadow, and the records sound. */
bool verified(void)
{
	return !memctl("pt verify") && !memctl("verify");
}

/* Whether memory is all of one byte. */
bool is_filled(const void *address, int byte, size_t size)
{
	const unsigned char *p = address;

	return p[0] == byte && !memcmp(p, p + 1, size - 1);
}

int finish(void)
{
	printf("1..%u\n# Totals: pass:%u fail:%u skip:0\n", nr_cases, nr_cases - nr_failed,
	       nr_failed);
	return nr_failed ? 1 : 0;
}
