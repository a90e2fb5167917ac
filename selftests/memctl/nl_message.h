/* SPDX-License-Identifier: GPL-2.0 */
/* nl_message.h - netlink messages byte by byte, a socket, and the verdict on what came back */
#ifndef NL_MESSAGE_H
#define NL_MESSAGE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/memctl.h>
#include <linux/memctl_op.h>
#include <linux/netlink.h>

#define KSFT_PASS 0
#define KSFT_FAIL 1
#define KSFT_SKIP 4

#define MAX_MESSAGE (96 * 1024)
#define ANY_ERROR   1 /* any errno will do */

extern unsigned int nr_tests, nr_failed;
extern uint16_t family;
extern uint32_t group;

struct message {
	uint32_t len;
	uint8_t data[MAX_MESSAGE];
};

/**
 * struct reply - what came back for a request
 * @error: 0 or a negative errno
 * @told: there was a text, or the attribute that is to blame or missing
 * @text: the text
 * @data: the first message that is no acknowledgment
 * @len: bytes of it; 0 for none
 */
struct reply {
	int error;
	bool told;
	char text[256];
	uint8_t data[MAX_MESSAGE];
	uint32_t len;
};

extern struct message request;
extern struct reply reply;

struct nlmsghdr *header(struct message *message);
void begin(struct message *message, uint16_t type, uint8_t cmd, uint16_t flags);
void put(struct message *message, uint16_t type, const void *data, size_t len);
void put_u32(struct message *message, uint16_t type, uint32_t value);
void put_u64(struct message *message, uint16_t type, uint64_t value);
void put_text(struct message *message, uint16_t type, const char *text);
const struct nlattr *find(const void *data, size_t len, uint16_t type);
const void *payload(const struct nlattr *attr);
int open_socket(void);
int finish(int fd, struct message *message, struct reply *to);
const struct nlattr *replied(const struct reply *from, uint16_t type);
uint64_t replied_number(const struct reply *from, uint16_t type);
bool find_family(int fd);
__attribute__((format(printf, 2, 3))) bool check(bool good, const char *format, ...);

/* The counts of the arena that no refused request may change, and one more that is their sum. */
#define NR_WATCHED 10

extern const uint16_t watched[NR_WATCHED - 1];

void watch(int fd, uint64_t *values);
void refused(int fd, int error, int other, bool silent, const char *name);

#endif /* NL_MESSAGE_H */
