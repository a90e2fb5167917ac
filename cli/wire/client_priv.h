/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client_priv.h - between client.c, which knows netlink, and client_api.c,
 * which knows the commands of the family.
 *
 * A request is made by request_new(), filled by request_u32() and friends
 * (they remember a failure, so that nobody has to look after each) and sent
 * by one of request_row() and request_list(), which also free it.
 */
#ifndef MEMCTL_CLI_CLIENT_PRIV_H
#define MEMCTL_CLI_CLIENT_PRIV_H

#include "client.h"
#include "decode.h"

struct request;

struct request *request_new(struct client *c, unsigned int command, const char *arena);
void request_u32(struct request *r, unsigned int attr, uint32_t value);
void request_u64(struct request *r, unsigned int attr, uint64_t value);
void request_flag(struct request *r, unsigned int attr, bool value);
/* @text may be NULL: the attribute is left out */
void request_string(struct request *r, unsigned int attr, const char *text);
/* A text of at most @longest bytes; others are refused before they are sent. */
void request_text(struct request *r, unsigned int attr, const char *text, const char *what,
		  size_t longest);
void request_data(struct request *r, unsigned int attr, const void *data, size_t size);

/* Send, wait for the end, decode one answer; @row may be NULL where none is expected. */
int request_row(struct request *r, const struct schema *schema, void *row);
/* Send as a dump, again when it was interrupted, decode all answers. */
int request_list(struct request *r, const struct schema *schema, struct list *list);

#endif /* MEMCTL_CLI_CLIENT_PRIV_H */
