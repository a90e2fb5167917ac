// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages: the table says what a request may hold, replies say what
 * there is to ask for. Most messages are well formed, some are spoilt byte by
 * byte; some come from a process without rights; dumps are read in one go, in
 * tiny pieces, or left in the middle.
 *
 * A reply that tells of a broken invariant is counted as wrong, unless the
 * module was loaded to have its records damaged.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"
#include "table.h"

#define ROOM	   (72 * 1024)
#define MAX_PARTS  64
#define NOBODY	   65534
#define BUFFER	   (1 << 17)
#define NR_BUFFERS 16
#define DEAR_EVERY 400 /* messages, at most, one that is dear */

/* The message that is made, and those before it that go out with it. */
static uint8_t message[ROOM + 64], batch[2 * ROOM];
static uint32_t length, batched;
static int sock = -1, events = -1;

/* Attributes that a refusal said were missing, by number of the command. */
static uint64_t needed[256];
static uint16_t family;
static bool damaged;
static uint64_t nr_accepted;

/* --- what comes back --- */

static void learn_attrs(unsigned int set, const uint8_t *at, size_t len, uint8_t cmd);

static const struct spec *spec_of(unsigned int set, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < sets[set].nr; i++)
		if (sets[set].specs[i].id == id)
			return &sets[set].specs[i];
	return NULL;
}

static const struct spec *find_spec(unsigned int set, unsigned int field)
{
	unsigned int i;

	for (i = 0; i < sets[set].nr && sets[set].specs[i].field != field; i++)
		;
	return &sets[set].specs[i];
}

/* A count of what is broken that is not 0. */
static void judge(const struct spec *spec, uint64_t value, uint8_t cmd)
{
	bool problem = cmd == MEMCTL_CMD_VERIFY && spec->field == FIELD_NR_PROBLEMS;
	bool mismatch = cmd == MEMCTL_CMD_PT_VERIFY && spec->field == FIELD_NR_MISMATCH;

	if (damaged || !value || (!problem && !mismatch))
		return;
	fuzz_count(&shared->wrong);
	printf("# %s of %llu\n", problem ? "verify found problems" : "pt-verify found mismatches",
	       (unsigned long long)value);
	fflush(stdout);
}

static void learn_attr(const struct spec *spec, const void *data, size_t len, uint8_t cmd)
{
	uint64_t value = 0;

	switch (spec->type) {
	case TYPE_U8 ... TYPE_S32:
		memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
		judge(spec, value, cmd);
		fuzz_learn(spec->field, value);
		if (spec->field == FIELD_ID &&
		    (cmd == MEMCTL_CMD_CACHE_GET || cmd == MEMCTL_CMD_CACHE_ADD))
			fuzz_learn(FIELD_CACHE, value);
		if (spec->field == FIELD_PHYSICAL)
			fuzz_learn(FIELD_PFN, value / PAGE);
		break;
	case TYPE_STRING:
		if (cmd == MEMCTL_CMD_VERIFY && !damaged && spec->field != FIELD_ARENA)
			printf("# verify: %.*s\n", (int)len, (const char *)data);
		fuzz_learn_text(spec->field, data, strnlen(data, len));
		break;
	case TYPE_BINARY:
		if (spec->field == FIELD_RESULTS)
			fuzz_exec_results(data, len);
		break;
	case TYPE_NEST:
		learn_attrs(spec->nested, data, len, cmd);
		break;
	}
}

static void learn_attrs(unsigned int set, const uint8_t *at, size_t len, uint8_t cmd)
{
	while (len >= NLA_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step = NLA_ALIGN(attr->nla_len);
		const struct spec *spec;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			return;
		spec = spec_of(set, attr->nla_type & NLA_TYPE_MASK);
		if (spec)
			learn_attr(spec, attr + 1, attr->nla_len - NLA_HDRLEN, cmd);
		at += step;
		len -= step < len ? step : len;
	}
}

static void learn_ack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = NLMSG_DATA(nlh);
	const uint8_t *end = (const uint8_t *)nlh + nlh->nlmsg_len,
		      *at = (const uint8_t *)(ack + 1);
	uint32_t missing;

	if (!ack->error) {
		fuzz_count(&shared->accepted[ack->msg.nlmsg_seq & 0xff]);
		nr_accepted++;
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(ack->msg.nlmsg_len) - NLMSG_HDRLEN;
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN)
			break;
		memcpy(&missing, attr + 1, sizeof(missing));
		if (attr->nla_type == NLMSGERR_ATTR_MISS_TYPE && missing < 64)
			needed[ack->msg.nlmsg_seq & 0xff] |= 1ULL << missing;
		at += NLA_ALIGN(attr->nla_len);
	}
}

static void learn(const void *buffer, ssize_t got)
{
	const struct nlmsghdr *nlh = buffer;

	for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
		const struct genlmsghdr *genl = NLMSG_DATA(nlh);
		unsigned int i;

		if (nlh->nlmsg_type == NLMSG_ERROR)
			learn_ack(nlh);
		if (nlh->nlmsg_type != family || nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
			continue;
		for (i = 0; i < ARRAY_SIZE(commands) && commands[i].cmd != genl->cmd; i++)
			;
		if (i == ARRAY_SIZE(commands))
			continue;
		learn_attrs(commands[i].set, (const uint8_t *)(genl + 1),
			    nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, genl->cmd);
	}
}

/* Read what is there: a request is answered before send() returns, a dump while it is read. */
static void receive(int fd, size_t room, unsigned int parts)
{
	static uint8_t buffers[NR_BUFFERS][BUFFER];
	struct mmsghdr headers[NR_BUFFERS];
	struct iovec vectors[NR_BUFFERS];
	unsigned int nr, i;
	int got;

	for (i = 0; i < NR_BUFFERS; i++) {
		vectors[i] = (struct iovec){ buffers[i], room < BUFFER ? room : BUFFER };
		headers[i] = (struct mmsghdr){
			.msg_hdr = { .msg_iov = &vectors[i], .msg_iovlen = 1 },
		};
	}
	for (; parts; parts -= nr) {
		nr = parts < NR_BUFFERS ? parts : NR_BUFFERS;
		got = recvmmsg(fd, headers, nr, MSG_DONTWAIT, NULL);
		if (got < 0 && errno != ENOBUFS)
			return;
		for (i = 0; (int)i < got; i++)
			learn(buffers[i], headers[i].msg_len);
		/* The last one was the end, or a failure that the next look tells of. */
		if (got >= 0 && (unsigned int)got < nr)
			return;
	}
}

/* --- what is sent --- */

static struct nlmsghdr *header(void)
{
	return (struct nlmsghdr *)message;
}

static void begin(uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(message + NLMSG_HDRLEN);

	memset(message, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	length = NLMSG_HDRLEN + GENL_HDRLEN;
	header()->nlmsg_type = type;
	header()->nlmsg_flags = NLM_F_REQUEST | flags;
	/* Comes back with the answer. */
	header()->nlmsg_seq = cmd;
	genl->cmd = cmd;
	genl->version = MEMCTL_FAMILY_VERSION;
}

/* Return: where @len bytes of an attribute go, or NULL when they do not fit. */
static void *reserve(uint16_t type, size_t len)
{
	struct nlattr *attr = (struct nlattr *)(message + length);

	if (length + NLA_HDRLEN + NLA_ALIGN(len) > ROOM || NLA_HDRLEN + len > UINT16_MAX)
		return NULL;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(attr + 1, 0, NLA_ALIGN(len));
	length += NLA_HDRLEN + NLA_ALIGN(len);
	return attr + 1;
}

static void put(uint16_t type, const void *data, size_t len)
{
	void *to = reserve(type, len);

	if (to && len)
		memcpy(to, data, len);
}

static void put_text(uint16_t type, const char *text)
{
	put(type, text, strlen(text) + 1);
}

static size_t make_records(struct stream *stream, const struct record *record, uint8_t *to,
			   size_t room)
{
	static const uint16_t odd[] = { 0, 2048, 2049, 100, 5, 4 };
	uint32_t nr = fuzz_chance(stream, 16) ? odd[fuzz_choose(stream, ARRAY_SIZE(odd))] :
						1 + fuzz_choose(stream, 4) / 2;
	uint32_t i, j;

	if (nr > room / record->size)
		nr = room / record->size;
	for (i = 0; i < nr; i++) {
		uint8_t *at = to + i * record->size;
		bool whole = !i || nr < 16;

		/* Long arrays are alike but for a member, to be made fast. */
		if (!whole)
			memcpy(at, at - record->size, record->size);
		j = whole ? 0 : fuzz_choose(stream, record->nr);
		do {
			const struct spec *member = &record->members[j];
			uint64_t value = 0;

			if (fuzz_chance(stream, member->field == FIELD_NR_VALID ? 8 : 250))
				value = fuzz_chance(stream, 236) ? fuzz_sensible(stream, member) :
								   fuzz_number(stream, member);
			memcpy(at + member->id, &value, member->size);
		} while (whole && ++j < record->nr);
	}
	return nr * record->size;
}

static void put_binary(struct stream *stream, const struct spec *spec)
{
	static uint8_t data[1 << 16];
	static const uint32_t odd[] = { 0, 1, PAGE, MEMCTL_MAX_DATA, MEMCTL_MAX_DATA + 1, 65000 };
	size_t len, i;

	if (spec->field == FIELD_OPS) {
		len = fuzz_exec_ops(stream, data, 65000);
	} else if (spec->record) {
		len = make_records(stream, spec->record, data, 65000);
	} else if (spec->size) {
		len = fuzz_choose(stream, 4) * spec->size;
		for (i = 0; i + spec->size <= len; i += spec->size) {
			uint64_t value = fuzz_number(stream, spec);

			memcpy(data + i, &value, spec->size);
		}
	} else {
		len = fuzz_chance(stream, 64) ? odd[fuzz_choose(stream, ARRAY_SIZE(odd))] :
						fuzz_choose(stream, 256);
		memset(data, fuzz_draw(stream, 1), len);
	}
	if (fuzz_chance(stream, 6))
		len += fuzz_choose(stream, 4);
	put(spec->id, data, len);
}

/* Where one name means several things, what this command takes. */
static uint64_t attr_number(struct stream *stream, uint8_t cmd, const struct spec *spec)
{
	if (fuzz_chance(stream, 40))
		return fuzz_number(stream, spec);
	switch (cmd) {
	case MEMCTL_CMD_CACHE_ADD:
		if (spec->field == FIELD_SIZE)
			return 1 + fuzz_draw(stream, 2) % (fuzz_chance(stream, 128) ? 256 : 8192);
		if (spec->field == FIELD_FLAGS)
			return fuzz_choose(stream, 8);
		break;
	case MEMCTL_CMD_ARENA_ADD:
		if (spec->field == FIELD_SIZE)
			return (1 + fuzz_choose(stream, 4)) << 20;
		if (spec->field == FIELD_DMA || spec->field == FIELD_DMA32)
			return fuzz_choose(stream, 256) * PAGE;
		break;
	case MEMCTL_CMD_INJECT_ADD:
		if (spec->field == FIELD_NTH)
			return 1 + fuzz_choose(stream, 8);
		if (spec->field == FIELD_PROBABILITY)
			return 1 << fuzz_choose(stream, 20);
		if (spec->field == FIELD_TIMES)
			return fuzz_choose(stream, 8);
		break;
	case MEMCTL_CMD_PLANT:
		if (spec->field == FIELD_LEVEL)
			return 1 + fuzz_choose(stream, 6);
		if (spec->field == FIELD_BIT)
			return fuzz_choose(stream, fuzz_chance(stream, 128) ? 8 : 64);
		break;
	}
	return fuzz_number(stream, spec);
}

static void put_attr(struct stream *stream, uint8_t cmd, const struct spec *spec)
{
	char text[256] = "";
	uint64_t value;

	switch (spec->type) {
	case TYPE_FLAG:
		put(spec->id, NULL, 0);
		break;
	case TYPE_STRING:
		put(spec->id, text, fuzz_text(stream, spec, text, sizeof(text)));
		break;
	case TYPE_BINARY:
		put_binary(stream, spec);
		break;
	default:
		value = attr_number(stream, cmd, spec);
		put(spec->id, &value, spec->size);
	}
}

/*
 * How likely an attribute is that goes with some of the others alone, or that
 * most requests can do without; or 0.
 */
static unsigned int special(uint8_t cmd, unsigned int field, bool odd)
{
	switch (cmd) {
	case MEMCTL_CMD_REGION_ADD:
		/* Two kinds of regions, with attributes of their own. */
		if (field == FIELD_NR_PAGES)
			return odd ? 250 : 2;
		if (field == FIELD_READONLY)
			return odd ? 80 : 2;
		if (field == FIELD_SIZE)
			return odd ? 2 : 250;
		return odd && field != FIELD_NAME && field != FIELD_ARENA ? 2 : 0;
	case MEMCTL_CMD_INJECT_ADD:
		if (field == FIELD_NTH)
			return odd ? 4 : 250;
		if (field == FIELD_PROBABILITY)
			return odd ? 250 : 4;
		return field == FIELD_SEED && !odd ? 4 : 0;
	case MEMCTL_CMD_INJECT_DEL:
		return (field == FIELD_ALL) == odd ? 240 : 8;
	case MEMCTL_CMD_TLB_ADD:
		return field == FIELD_PAGE || field == FIELD_FORMAT || field == FIELD_REGION ? 32 :
											       0;
	}
	return 0;
}

/*
 * Those that were missing once mostly are there, each of the others every
 * third time; or one of them, or all.
 */
static void put_attrs(struct stream *stream, const struct command *command)
{
	bool all = fuzz_chance(stream, 12), single = fuzz_chance(stream, 64);
	unsigned int one = fuzz_choose(stream, 8);
	bool odd = fuzz_chance(stream, 76);
	unsigned int i;

	for (i = 0; i < command->request.nr; i++) {
		const struct spec *spec = &command->request.specs[i];
		unsigned int in256 = special(command->cmd, spec->field, odd);

		if (spec->field == FIELD_ARENA)
			in256 = command->set == SET_ARENA ? 240 : 24;
		else if (needed[command->cmd] >> spec->id & 1)
			in256 = 250;
		else if (!in256)
			in256 = single ? (i == one) * 255 : 80;
		if (fuzz_chance(stream, in256) || all)
			put_attr(stream, command->cmd, spec);
	}
}

/* --- spoiling --- */

static void spoil(struct stream *stream)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(message + NLMSG_HDRLEN);
	struct nlattr *first = (struct nlattr *)(message + NLMSG_HDRLEN + GENL_HDRLEN);
	bool any = length > NLMSG_HDRLEN + GENL_HDRLEN;
	uint8_t junk[16] = { 0 };

	switch (fuzz_choose(stream, 14)) {
	case 0:
		genl->cmd = fuzz_draw(stream, 1);
		break;
	case 1:
		genl->version = fuzz_draw(stream, 1);
		break;
	case 2:
		genl->reserved = fuzz_draw(stream, 1);
		break;
	case 3:
		header()->nlmsg_flags ^= 1 << fuzz_choose(stream, 12);
		break;
	case 4:
		header()->nlmsg_type = fuzz_draw(stream, 1);
		break;
	case 5:
		put(fuzz_draw(stream, 1), junk, fuzz_choose(stream, sizeof(junk)));
		break;
	case 6:
		if (any)
			put(first->nla_type, first + 1, first->nla_len - NLA_HDRLEN);
		break;
	case 7:
		if (any)
			first->nla_type |= fuzz_chance(stream, 128) ? NLA_F_NESTED :
								      NLA_F_NET_BYTEORDER;
		break;
	case 8:
		if (any)
			first->nla_len += fuzz_choose(stream, 9) - 4;
		break;
	case 9:
		length -= fuzz_choose(stream, length > 64 ? 64 : length);
		break;
	case 10:
		memset(message + length, 0, 12);
		length += fuzz_choose(stream, 12);
		break;
	case 11:
		header()->nlmsg_seq = fuzz_draw(stream, 4);
		header()->nlmsg_pid = fuzz_draw(stream, 1);
		break;
	default:
		message[fuzz_draw(stream, 2) % length] ^= 1 << fuzz_choose(stream, 8);
	}
}

/* --- a call --- */

static int open_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), one = 1;

	if (fd < 0)
		return -1;
	bind(fd, (struct sockaddr *)&address, sizeof(address));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return fd;
}

static void reopen(void)
{
	close(sock);
	sock = open_socket();
}

static void set_option(struct stream *stream)
{
	static const uint8_t options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK,
					   NETLINK_GET_STRICT_CHK };
	int on = fuzz_choose(stream, 2), room = 1 << fuzz_choose(stream, 18);

	if (fuzz_chance(stream, 128))
		setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	else
		setsockopt(sock, SOL_NETLINK, options[fuzz_choose(stream, ARRAY_SIZE(options))],
			   &on, sizeof(on));
}

/* Without rights: by who sends, or by who opened the socket as well. */
static void send_as_nobody(struct stream *stream, size_t size)
{
	int other = -1;

	if (seteuid(NOBODY))
		return;
	if (fuzz_chance(stream, 128))
		other = open_socket();
	send(other < 0 ? sock : other, batch, size, MSG_DONTWAIT);
	if (seteuid(0))
		_exit(1);
	if (other >= 0) {
		receive(other, 1 << 17, MAX_PARTS);
		close(other);
	}
}

/* What looks at all of an arena or of its tables, takes memory by the megabyte, or changes code. */
static bool is_dear(uint8_t cmd)
{
	return cmd == MEMCTL_CMD_VERIFY || cmd == MEMCTL_CMD_PT_VERIFY ||
	       cmd == MEMCTL_CMD_ARENA_HASH || cmd == MEMCTL_CMD_ARENA_ADD ||
	       cmd == MEMCTL_CMD_ARENA_GROW || cmd == MEMCTL_CMD_HANDLE_FREE ||
	       cmd == MEMCTL_CMD_PT_GET || cmd == MEMCTL_CMD_INJECT_ADD ||
	       cmd == MEMCTL_CMD_INJECT_DEL;
}

/*
 * Which command goes out for one that was chosen. A program that has a dear one
 * is kept for it, and soon half of them would.
 */
static uint32_t afford(struct stream *stream, uint32_t which)
{
	static uint32_t since[ARRAY_SIZE(commands)], number;

	number++;
	while (is_dear(commands[which].cmd) && since[which] && number - since[which] < DEAR_EVERY)
		which = fuzz_choose(stream, ARRAY_SIZE(commands));
	since[which] = number;
	return which;
}

/* Return: the number of the command. */
static uint8_t make(struct stream *stream)
{
	/* Every fourth is of what all others need. */
	static const uint8_t often[] = { MEMCTL_CMD_EXEC,	 MEMCTL_CMD_EXEC,
					 MEMCTL_CMD_REGION_ADD,	 MEMCTL_CMD_VMA_MAP,
					 MEMCTL_CMD_CACHE_ADD,	 MEMCTL_CMD_REGION_FORK,
					 MEMCTL_CMD_REGION_TOUCH };
	uint32_t which = fuzz_choose(stream, ARRAY_SIZE(commands));
	uint8_t favour = fuzz_draw(stream, 1);
	const struct command *command;
	unsigned int i;

	for (i = 0; favour < 64 && i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == often[favour % ARRAY_SIZE(often)])
			which = i;
	for (i = 0; damaged && favour >= 216 && i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == MEMCTL_CMD_PLANT)
			which = i;
	which = afford(stream, which);
	command = &commands[which];
	begin(family, command->cmd, fuzz_chance(stream, command->dump ? 12 : 2) ? NLM_F_DUMP : 0);
	put_attrs(stream, command);
	if (fuzz_chance(stream, 128))
		header()->nlmsg_flags |= NLM_F_ACK;
	header()->nlmsg_len = length;
	if (fuzz_chance(stream, 12) && !(damaged && command->cmd == MEMCTL_CMD_PLANT)) {
		bool keep = fuzz_chance(stream, 128);

		spoil(stream);
		if (keep)
			header()->nlmsg_len = length;
		/* Nothing may come behind it. */
		return 0;
	}
	return command->cmd;
}

static void tell(uint16_t flags)
{
	header()->nlmsg_flags |= NLM_F_ACK | flags;
	header()->nlmsg_len = length;
	send(sock, message, length, 0);
	receive(sock, 1 << 17, MAX_PARTS);
}

/* Where the message plants damage. */
static uint32_t planted_site(void)
{
	uint32_t at = NLMSG_HDRLEN + GENL_HDRLEN, site = 0;

	while (at + NLA_HDRLEN <= length) {
		const struct nlattr *attr = (const struct nlattr *)(message + at);

		if (attr->nla_type == MEMCTL_A_PLANT_SITE)
			memcpy(&site, attr + 1, sizeof(site));
		at += NLA_ALIGN(attr->nla_len);
	}
	return site;
}

/* Of objects alone: who stumbles over it loses a few of them. */
static bool may_stay(uint32_t site)
{
	switch (site) {
	case MEMCTL_PLANT_SITE_SLAB_LINK:
	case MEMCTL_PLANT_SITE_SLAB_INUSE:
	case MEMCTL_PLANT_SITE_REDZONE:
	case MEMCTL_PLANT_SITE_SLAB_COOKIE ... MEMCTL_PLANT_SITE_POISON:
		return true;
	default:
		return false;
	}
}

/* Send the message, have the damage found, and mostly take it back. */
static void plant(struct stream *stream)
{
	static uint8_t planted[sizeof(message)];
	uint32_t size = length, site = planted_site();
	uint64_t before = nr_accepted;

	memcpy(planted, message, size);
	tell(0);
	if (nr_accepted == before)
		return;
	fuzz_message_verify(site == MEMCTL_PLANT_SITE_PTE || fuzz_chance(stream, 16));
	if (may_stay(site) && fuzz_chance(stream, 64))
		return;
	memcpy(message, planted, size);
	length = size;
	tell(0);
}

static void make_main(void)
{
	uint64_t size = 8UL << 20;

	begin(family, MEMCTL_CMD_ARENA_ADD, 0);
	put_text(MEMCTL_A_ARENA_ARENA, "main");
	put(MEMCTL_A_ARENA_SIZE, &size, sizeof(size));
	tell(0);
}

void fuzz_message_flush(void)
{
	if (!batched)
		return;
	send(sock, batch, batched, MSG_DONTWAIT);
	batched = 0;
	receive(sock, 1 << 17, MAX_PARTS);
}

/* Keep the message, to go out with the next one. */
static bool hold(struct stream *stream, uint8_t cmd)
{
	if (!cmd || cmd == MEMCTL_CMD_EXEC || cmd == MEMCTL_CMD_ARENA_DEL ||
	    cmd == MEMCTL_CMD_PLANT || !fuzz_chance(stream, 240) || batched + length > ROOM)
		return false;
	memcpy(batch + batched, message, length);
	batched += NLMSG_ALIGN(length);
	return true;
}

/* @nobody: NULL, or what decides how to do it without rights */
static void send_all(struct stream *nobody)
{
	size_t size = batched + length;

	memcpy(batch + batched, message, length);
	batched = 0;
	if (nobody)
		send_as_nobody(nobody, size);
	else
		send(sock, batch, size, MSG_DONTWAIT);
}

void fuzz_message_call(struct stream *stream)
{
	uint8_t cmd = make(stream), how;

	fuzz_count(&shared->messages);
	fuzz_count(&shared->sent[cmd]);
	if (damaged && cmd == MEMCTL_CMD_PLANT) {
		plant(stream);
		return;
	}
	if (hold(stream, cmd))
		return;
	how = fuzz_draw(stream, 1);
	/* Who gave up his rights must be able to get them back. */
	if (how >= 8)
		fuzz_fail_begin(stream);
	send_all(how < 8 ? stream : NULL);
	/* In pieces, and maybe not to the end. */
	if (how >= 240)
		receive(sock, 1 + fuzz_choose(stream, 4096), fuzz_choose(stream, 8));
	fuzz_fail_end();
	if (how >= 240 && fuzz_chance(stream, 128))
		reopen();
	else if (how >= 236)
		set_option(stream);
	receive(sock, 1 << 17, MAX_PARTS);
	/* Without it little else can be had. */
	if (cmd == MEMCTL_CMD_ARENA_DEL)
		make_main();
	if (how >= 248 && events >= 0)
		receive(events, 1 << 17, MAX_PARTS);
}

/* --- without chance --- */

/* Everything of a kind that has a name. */
static void delete_all(const char *arena, unsigned int set, uint8_t get, uint8_t del)
{
	const struct spec *arena_spec = find_spec(set, FIELD_ARENA);
	const struct spec *name_spec = find_spec(set, FIELD_NAME);
	const char *name;
	unsigned int i;

	fuzz_forget_texts(FIELD_NAME);
	begin(family, get, 0);
	put_text(arena_spec->id, arena);
	tell(NLM_F_DUMP);
	for (i = 0; (name = fuzz_known_text(FIELD_NAME, i)); i++) {
		begin(family, del, 0);
		put_text(arena_spec->id, arena);
		put_text(name_spec->id, name);
		tell(0);
	}
}

static void empty_arena(const char *arena)
{
	begin(family, MEMCTL_CMD_INJECT_DEL, 0);
	put_text(MEMCTL_A_INJECT_ARENA, arena);
	put(MEMCTL_A_INJECT_ALL, NULL, 0);
	tell(0);
	begin(family, MEMCTL_CMD_HANDLE_FREE, 0);
	put_text(MEMCTL_A_HANDLE_ARENA, arena);
	tell(0);
	delete_all(arena, SET_REGION, MEMCTL_CMD_REGION_GET, MEMCTL_CMD_REGION_DEL);
	delete_all(arena, SET_CACHE, MEMCTL_CMD_CACHE_GET, MEMCTL_CMD_CACHE_DEL);
	delete_all(arena, SET_TLB, MEMCTL_CMD_TLB_GET, MEMCTL_CMD_TLB_DEL);
}

static void resize_main(uint8_t cmd, uint64_t size)
{
	begin(family, cmd, 0);
	put(MEMCTL_A_ARENA_SIZE, &size, sizeof(size));
	tell(0);
}

static void make_region(const char *name, uint64_t size, uint32_t order)
{
	begin(family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(MEMCTL_A_REGION_NAME, name);
	put(MEMCTL_A_REGION_SIZE, &size, sizeof(size));
	put(MEMCTL_A_REGION_ORDER, &order, sizeof(order));
	tell(0);
}

void fuzz_message_provide(uint64_t size, const char *region, uint32_t nr_pages)
{
	resize_main(MEMCTL_CMD_ARENA_GROW, size);
	begin(family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(MEMCTL_A_REGION_NAME, region);
	put(MEMCTL_A_REGION_NR_PAGES, &nr_pages, sizeof(nr_pages));
	tell(0);
}

void fuzz_message_reset(bool again)
{
	DIR *dir = opendir("/proc/memctl");
	struct dirent *entry;
	unsigned int i;

	reopen();
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		empty_arena(entry->d_name);
		if (!strcmp(entry->d_name, "main"))
			continue;
		begin(family, MEMCTL_CMD_ARENA_DEL, 0);
		put_text(MEMCTL_A_ARENA_ARENA, entry->d_name);
		tell(0);
	}
	if (dir)
		closedir(dir);
	/* As much as is free; then a known size to go on with. */
	for (i = 0; i < 16; i++)
		resize_main(MEMCTL_CMD_ARENA_SHRINK, (4UL << 20) >> (i / 4));
	resize_main(MEMCTL_CMD_ARENA_GROW, 8UL << 20);
	make_main();
	fuzz_exec_forget();
	/* A region holds the module. */
	if (!again)
		return;
	make_region("n0", 4UL << 20, MEMCTL_MAX_ORDER - 1);
	make_region("n1", 1UL << 20, 0);
	begin(family, MEMCTL_CMD_PT_FORMAT_GET, 0);
	tell(NLM_F_DUMP);
}

void fuzz_message_verify(bool tables)
{
	begin(family, MEMCTL_CMD_VERIFY, 0);
	tell(0);
	if (!tables)
		return;
	begin(family, MEMCTL_CMD_PT_VERIFY, 0);
	tell(0);
}

void fuzz_message_report(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("# %s: %llu sent, %llu accepted\n", commands[i].name,
		       (unsigned long long)shared->sent[commands[i].cmd],
		       (unsigned long long)shared->accepted[commands[i].cmd]);
}

/* One group: attribute 1, with its name and its number inside. */
static void read_group(const struct nlattr *groups, uint32_t *group)
{
	const uint8_t *at = (const uint8_t *)(groups + 2);
	const uint8_t *end = (const uint8_t *)groups + groups->nla_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN)
			return;
		if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(group, attr + 1, sizeof(*group));
		at += NLA_ALIGN(attr->nla_len);
	}
}

static uint16_t find_family(uint32_t *group)
{
	static uint8_t buffer[8192];
	const uint8_t *at = buffer + NLMSG_HDRLEN + GENL_HDRLEN;
	uint16_t id = 0;
	ssize_t got;

	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_text(CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	header()->nlmsg_len = length;
	send(sock, message, length, 0);
	got = recv(sock, buffer, sizeof(buffer), MSG_DONTWAIT);
	while (at + NLA_HDRLEN <= buffer + (got < 0 ? 0 : got)) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN)
			break;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&id, attr + 1, sizeof(id));
		if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GROUPS)
			read_group(attr, group);
		at += NLA_ALIGN(attr->nla_len);
	}
	return id;
}

bool fuzz_message_open(void)
{
	int room = 1 << 16, plant;
	uint32_t group = 0;
	char allowed = 'N';

	sock = open_socket();
	if (sock < 0)
		return false;
	family = find_family(&group);
	events = open_socket();
	setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	setsockopt(events, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	plant = open("/sys/module/memctl/parameters/plant", O_RDONLY);
	if (plant >= 0 && read(plant, &allowed, 1) == 1)
		damaged = allowed == 'Y';
	close(plant);
	return family;
}

void fuzz_message_close(void)
{
	close(sock);
	close(events);
}
