/* SPDX-License-Identifier: GPL-2.0 */
/*
 * document.h - what -J prints, and the values in it.
 *
 * Documentation/json.rst is the contract. Commands make a value and hand it
 * to json_document(), or, line by line, to json_line(); nothing else writes
 * JSON to standard output.
 */
#ifndef MEMCTL_CLI_DOCUMENT_H
#define MEMCTL_CLI_DOCUMENT_H

#include <json.h>

#include "cmd.h"

/*
 * A u64 that may pass 2^53, as a string of digits: readers that take numbers
 * for doubles would round it. Smaller ones are json_object_new_uint64().
 */
struct json_object *json_wide(uint64_t value);
/* "0x1f", for addresses, handles and entries of page tables. */
struct json_object *json_address(uint64_t address);
/* A share or an average, with two digits behind the point. */
struct json_object *json_hundredths(double value);
/* @text as it is, of any length; bytes that are no UTF-8 as \xNN; NULL for NULL. */
struct json_object *json_text(const char *text);

/* Print {"output_version":N,"OBJECT":VALUE} and take VALUE over; NULL: the complaint alone. */
int json_document(struct memctl_ctx *ctx, struct json_object *value);
/* The same on one line, of a stream: there may be more. */
void json_line(struct memctl_ctx *ctx, struct json_object *value);

/*
 * The answer of a command that changed something and has no more to say:
 * under -J an object with the name of what was changed, else nothing.
 * Return: exit status.
 */
int json_changed(struct memctl_ctx *ctx, const char *key, const char *name);

#endif /* MEMCTL_CLI_DOCUMENT_H */
