// SPDX-License-Identifier: GPL-2.0
/*
 * holders.c - which processes hold the module: open files, paths and mappings of
 * regions, dumps that are not read to their end. The module lists them, one on a
 * line, in /proc/memctl_holders, for root (module/host/holder.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/document.h"
#include "base/text.h"
#include "holders.h"

#define HOLDERS_PATH "/proc/memctl_holders"

/* The kernel's octal escapes of blanks and backslashes, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (unsigned int byte; *text; text++) {
		if (*text == '\\' && sscanf(text + 1, "%3o", &byte) == 1 && byte < 256) {
			*to++ = (char)byte;
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool read_line(const char *line, struct holder *holder)
{
	char fd[16];

	memset(holder, 0, sizeof(*holder));
	if (sscanf(line, "%d %15s %15s %127s %63s", &holder->pid, fd, holder->kind, holder->name,
		   holder->comm) < 4)
		return false;
	holder->fd = strcmp(fd, "-") ? atoi(fd) : -1;
	unescape(holder->name);
	unescape(holder->comm);
	return true;
}

/**
 * holders_read() - read the holders of the module
 * @holders: filled
 *
 * A replayed capture has no module: MEMCTL_HOLDERS names a file to read in the
 * place of /proc/memctl_holders.
 */
void holders_read(struct holders *holders)
{
	const char *path = getenv("MEMCTL_HOLDERS");
	FILE *file = fopen(path ? path : HOLDERS_PATH, "re");
	struct holder holder, *rows;
	char line[512];

	memset(holders, 0, sizeof(*holders));
	holders->known = file;
	while (file && fgets(line, sizeof(line), file)) {
		if (!read_line(line, &holder))
			continue;
		rows = reallocarray(holders->row, holders->nr + 1, sizeof(*rows));
		if (!rows)
			break;
		holders->row = rows;
		rows[holders->nr++] = holder;
	}
	if (file)
		fclose(file);
}

/**
 * holder_text() - a holder in words
 * @holder: it
 * @text: becomes "pid 12 (cat): file /proc/memctl/main/buddyinfo, descriptor 3"
 * @size: bytes of it
 */
void holder_text(const struct holder *holder, char *text, size_t size)
{
	char who[192], what[192];

	snprintf(who, sizeof(who), "pid %d (%s)", holder->pid, text_escape(holder->comm));
	if (!strcmp(holder->kind, "path"))
		snprintf(what, sizeof(what), "a path of region %s", text_escape(holder->name));
	else if (!strcmp(holder->kind, "region"))
		snprintf(what, sizeof(what), "the file of region %s", text_escape(holder->name));
	else if (!strcmp(holder->kind, "dump"))
		snprintf(what, sizeof(what), "dump %s, not read to its end",
			 text_escape(holder->name));
	else if (!strcmp(holder->kind, "more"))
		snprintf(what, sizeof(what), "%s descriptors more", text_escape(holder->name));
	else
		snprintf(what, sizeof(what), "%s %s", text_escape(holder->kind),
			 text_escape(holder->name));
	if (holder->fd < 0)
		snprintf(text, size, "%s: %s", who, what);
	else
		snprintf(text, size, "%s: %s, descriptor %d", who, what, holder->fd);
}

/**
 * processes_json() - holders as an array of objects
 * @holders: from holders_read()
 *
 * Return: the array.
 */
struct json_object *processes_json(const struct holders *holders)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < holders->nr; i++) {
		const struct holder *holder = &holders->row[i];
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "pid", json_object_new_int(holder->pid));
		json_object_object_add(object, "comm", json_text(holder->comm));
		json_object_object_add(object, "kind", json_text(holder->kind));
		json_object_object_add(object, "name", json_text(holder->name));
		json_object_object_add(object, "descriptor",
				       holder->fd < 0 ? NULL : json_object_new_int(holder->fd));
		json_object_array_add(array, object);
	}
	return array;
}
