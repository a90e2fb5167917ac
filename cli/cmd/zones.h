/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zones.h - what the commands that print the zones of an arena share.
 */
#ifndef MEMCTL_CLI_ZONES_H
#define MEMCTL_CLI_ZONES_H

#include "base/cmd.h"

struct list;
struct view;

/**
 * struct zones - a command that prints zones, as a table or as one of the kernel's files
 * @name: of the object
 * @help: a paragraph on it
 * @view: its columns
 * @table: prints the table of struct zone, exit status; NULL where each zone is a row
 * @text: prints what the kernel's file has
 */
struct zones {
	const char *name;
	const char *help;
	const struct view *view;
	int (*table)(struct memctl_ctx *ctx, const struct list *list);
	void (*text)(const struct list *list);
};

int zones_run(struct memctl_ctx *ctx, const struct zones *zones, int argc, char **argv);

#endif /* MEMCTL_CLI_ZONES_H */
