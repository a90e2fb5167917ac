/* SPDX-License-Identifier: GPL-2.0 */
/*
 * match.h - words of the command line: whole, abbreviated, mistyped.
 */
#ifndef MEMCTL_CLI_MATCH_H
#define MEMCTL_CLI_MATCH_H

#include <stddef.h>

/* What to say behind "there is no ...": "", or what was meant, or what it could be. */
#define MATCH_HINT_SIZE 160

/* @word gives word @index of a list, NULL behind its last. */
int match_find(const char *text, const char *(*word)(const void *list, unsigned int index),
	       const void *list, char *hint);

#endif /* MEMCTL_CLI_MATCH_H */
