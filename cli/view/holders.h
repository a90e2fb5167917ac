/* SPDX-License-Identifier: GPL-2.0 */
/*
 * holders.h - which processes hold the module, by /proc/memctl_holders
 */
#ifndef MEMCTL_CLI_HOLDERS_H
#define MEMCTL_CLI_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>

/**
 * struct holder - one thing that a process has of the module
 * @pid: its number
 * @fd: descriptor, or -1 where it is none
 * @kind: file, region, path, dump, request, or more
 * @name: of the file, region or request
 * @comm: name of the process
 */
struct holder {
	int pid;
	int fd;
	char kind[16];
	char name[128];
	char comm[64];
};

/**
 * struct holders - all of them
 * @row: one after the other; to be freed
 * @nr: how many
 * @known: the module could be asked
 */
struct holders {
	struct holder *row;
	size_t nr;
	bool known;
};

void holders_read(struct holders *holders);
void holder_text(const struct holder *holder, char *text, size_t size);
struct json_object *processes_json(const struct holders *holders);

#endif /* MEMCTL_CLI_HOLDERS_H */
