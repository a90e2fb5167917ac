/* SPDX-License-Identifier: GPL-2.0 */
/*
 * address.h - virtual addresses as they are given: a number, or +SIZE from
 * the start of a region.
 */
#ifndef MEMCTL_CLI_ADDRESS_H
#define MEMCTL_CLI_ADDRESS_H

#include "base/cmd.h"
#include "wire/model.h"

/* Of @region, NULL if none was named. Return: exit status, 0 and *address if it is one. */
int address_read(struct memctl_ctx *ctx, const char *object, const char *text, const char *region,
		 uint64_t *address);
/*
 * The same, and which region for processes it is in where none was named:
 * @found[MODEL_NAME_SIZE], "" for none. Where several have the address, as all
 * begin at the same one, they are named, and one has to be chosen.
 */
int address_find(struct memctl_ctx *ctx, const char *object, const char *text, const char *region,
		 char *found, uint64_t *address);
int address_region(struct memctl_ctx *ctx, const char *object, uint64_t address, char *found);

#endif /* MEMCTL_CLI_ADDRESS_H */
