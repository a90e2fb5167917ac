// SPDX-License-Identifier: GPL-2.0
/*
 * module_state.c - what the kernel says of the module as a whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module_state.h"

/**
 * module_state_read() - what /proc/modules says of memctl
 * @state: filled
 *
 * A replayed capture has no module: MEMCTL_MODULES names a file to read in
 * the place of /proc/modules.
 */
void module_state_read(struct module_state *state)
{
	const char *path = getenv("MEMCTL_MODULES");
	FILE *file = fopen(path ? path : "/proc/modules", "re");
	char line[512];
	char name[64];
	size_t end;

	memset(state, 0, sizeof(*state));
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lu %ld %255s", name, &state->size, &state->references,
			   state->holders) == 4 &&
		    !strcmp(name, "memctl")) {
			/* The kernel's list has a comma behind each. */
			end = strlen(state->holders);
			if (end > 1 && state->holders[end - 1] == ',')
				state->holders[end - 1] = '\0';
			state->known = true;
			break;
		}
	}
	if (file)
		fclose(file);
}
