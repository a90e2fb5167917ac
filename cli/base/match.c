// SPDX-License-Identifier: GPL-2.0
/*
 * match.c - finds the word that is meant: itself, an abbreviation that only
 * one word has, as ip(8) takes it, or, to be suggested, the one that is a typing
 * error or two away, as git(1) does it.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define MAX_LENGTH 32

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* A letter of another case is no error of typing worth counting. */
static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters to add, drop, replace or swap with the next; MAX_LENGTH where a word is too long. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[MAX_LENGTH + 1][MAX_LENGTH + 1];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length >= MAX_LENGTH || b_length >= MAX_LENGTH)
		return MAX_LENGTH;
	for (unsigned int i = 0; i <= a_length; i++) {
		for (unsigned int j = 0; j <= b_length; j++) {
			if (!i || !j) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = least(least(rows[i - 1][j], rows[i][j - 1]) + 1,
					   rows[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

static void suggest(const char *text, const char *(*word)(const void *list, unsigned int index),
		    const void *list, char *hint)
{
	unsigned int best = 2 + (unsigned int)strlen(text) / 4;
	const char *candidate;

	for (unsigned int i = 0; (candidate = word(list, i)); i++) {
		unsigned int errors = distance(text, candidate);

		if (errors >= best || errors >= strlen(text))
			continue;
		best = errors;
		snprintf(hint, MATCH_HINT_SIZE, "; did you mean '%s'?", candidate);
	}
}

/**
 * match_find() - find a word in a list
 * @text: what was typed
 * @word: gives the list's words
 * @list: the list
 * @hint: room for MATCH_HINT_SIZE; filled where no word is found
 *
 * Return: number of the word that @text is, or of the only one that it begins;
 * -1 if there is none or more than one.
 */
int match_find(const char *text, const char *(*word)(const void *list, unsigned int index),
	       const void *list, char *hint)
{
	size_t length = strlen(text), used = 0;
	const char *candidate;
	int found = -1;

	hint[0] = '\0';
	for (unsigned int i = 0; (candidate = word(list, i)); i++) {
		if (!strcmp(candidate, text))
			return (int)i;
	}
	for (unsigned int i = 0; length && (candidate = word(list, i)); i++) {
		if (strncmp(candidate, text, length))
			continue;
		if (used < MATCH_HINT_SIZE - 1)
			used += (size_t)snprintf(hint + used, MATCH_HINT_SIZE - used, "%s %s",
						 used ? "," : "; could be", candidate);
		found = found == -1 ? (int)i : -2;
	}
	if (found >= 0)
		return found;
	if (found == -1)
		suggest(text, word, list, hint);
	return -1;
}
