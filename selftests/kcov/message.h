/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that make, send and read netlink messages share:
 *
 *   build.c    a message from the table, and how it is spoilt
 *   reply.c    what replies say
 *   message.c  a call: which message, how it is sent, how its reply is read
 *   tidy.c     what is done without chance: to begin, to tidy up, to report
 */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include <linux/netlink.h>

#include "fuzz.h"
#include "table.h"

#define ROOM	  (72 * 1024)
#define MAX_PARTS 64
#define BUFFER	  (1 << 17)

/* The message that is made. */
extern uint8_t nl_message[ROOM + 64];
extern uint32_t nl_length;

extern int nl_sock, nl_events;
extern uint16_t nl_family;

/* The module was loaded to have its records damaged. */
extern bool nl_damaged;

/* Attributes that a refusal said were missing, by number of the command. */
extern uint64_t nl_needed[256];

/* Requests of this process that were not refused. */
extern uint64_t nl_accepted;

/* --- build.c --- */

struct nlmsghdr *nl_header(void);
void nl_begin(uint16_t type, uint8_t cmd, uint16_t flags);
void nl_put(uint16_t type, const void *data, size_t len);
void nl_put_text(uint16_t type, const char *text);
void nl_put_attrs(struct stream *stream, const struct command *command);
void nl_spoil(struct stream *stream);

/* --- reply.c --- */

/* Read what is there: a request is answered before send() returns, a dump while it is read. */
void nl_receive(int fd, size_t room, unsigned int parts);

/* --- message.c --- */

int nl_open_socket(void);
void nl_reopen(void);
/* Send the message and read the reply. */
void nl_tell(uint16_t flags);

/* --- tidy.c --- */

void nl_make_main(void);

#endif /* FUZZ_MESSAGE_H */
