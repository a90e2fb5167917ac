// SPDX-License-Identifier: GPL-2.0
/*
 * reached - how often which functions of the module were reached
 *
 * For a memctl.ko that was built with KCOV=y, whose module/host/cover.c counts, up
 * to 255, who comes by each place. Prints lines "FUNCTION BLOCKS CALLS": how
 * many of its basic blocks were reached, and how often the first one of them
 * was. Needs root.
 *
 * Usage: reached
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_FILE   "/sys/kernel/debug/memctl_cover"
#define MAP_SIZE   (4UL << 20)
#define NR_SYMBOLS 8192

static struct symbol {
	uint64_t address;
	char name[96];
} symbols[NR_SYMBOLS];

static unsigned int nr_symbols;
static uint8_t map[MAP_SIZE];

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Return: the address that the middle of the map stands for, or 0. */
static uint64_t read_symbols(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], type, module[64];
	uint64_t middle = 0;

	while (file && nr_symbols < NR_SYMBOLS && fgets(line, sizeof(line), file)) {
		struct symbol *symbol = &symbols[nr_symbols];

		if (sscanf(line, "%lx %c %95s %63s", &symbol->address, &type, symbol->name,
			   module) != 4 ||
		    strcmp(module, "[memctl]") || (type != 't' && type != 'T'))
			continue;
		if (!strcmp(symbol->name, "__sanitizer_cov_trace_pc"))
			middle = symbol->address;
		nr_symbols++;
	}
	if (file)
		fclose(file);
	qsort(symbols, nr_symbols, sizeof(*symbols), by_address);
	return middle;
}

static size_t read_map(void)
{
	int fd = open(MAP_FILE, O_RDONLY);
	size_t got = 0;
	ssize_t part;

	while (fd >= 0 && (part = read(fd, map + got, sizeof(map) - got)) > 0)
		got += (size_t)part;
	if (fd >= 0)
		close(fd);
	return got;
}

int main(void)
{
	uint64_t middle = read_symbols();
	size_t size = read_map(), at = 0;

	if (!middle || !size) {
		fprintf(stderr, "reached: no %s: was memctl.ko built with KCOV=y?\n", MAP_FILE);
		return 1;
	}
	for (unsigned int i = 0; i < nr_symbols; i++) {
		uint64_t end = i + 1 < nr_symbols ? symbols[i + 1].address : ~0ULL;
		unsigned int blocks = 0, calls = 0;

		while (at < size && middle + at - MAP_SIZE / 2 < symbols[i].address)
			at++;
		for (; at < size && middle + at - MAP_SIZE / 2 < end; at++) {
			if (!map[at])
				continue;
			if (!blocks++)
				calls = map[at];
		}
		if (blocks)
			printf("%s %u %u\n", symbols[i].name, blocks, calls);
	}
	return 0;
}
