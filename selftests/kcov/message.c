// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages go out alone and several at once, some from a process
 * without rights, some with an allocation that fails; dumps are read in one
 * go, in tiny pieces, or left in the middle.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "message.h"

#define NOBODY	   65534
#define DEAR_EVERY 400 /* messages, at most, one that is dear */

int nl_sock = -1, nl_events = -1;
uint16_t nl_family;

/* Those before the message that go out with it. */
static uint8_t batch[2 * ROOM];
static uint32_t batched;

int nl_open_socket(void)
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

void nl_reopen(void)
{
	close(nl_sock);
	nl_sock = nl_open_socket();
}

static void set_option(struct stream *stream)
{
	static const uint8_t options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK,
					   NETLINK_GET_STRICT_CHK };
	int on = fuzz_choose(stream, 2), room = 1 << fuzz_choose(stream, 18);

	if (fuzz_chance(stream, 128))
		setsockopt(nl_sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	else
		setsockopt(nl_sock, SOL_NETLINK, options[fuzz_choose(stream, ARRAY_SIZE(options))],
			   &on, sizeof(on));
}

/* Without rights: by who sends, or by who opened the socket as well. */
static void send_as_nobody(struct stream *stream, size_t size)
{
	int other = -1;

	if (seteuid(NOBODY))
		return;
	if (fuzz_chance(stream, 128))
		other = nl_open_socket();
	send(other < 0 ? nl_sock : other, batch, size, MSG_DONTWAIT);
	if (seteuid(0))
		_exit(1);
	if (other >= 0) {
		nl_receive(other, 1 << 17, MAX_PARTS);
		close(other);
	}
}

/*
 * What looks at all of an arena or of its tables, takes memory by the megabyte,
 * changes code, or waits for grace periods, as the end of an arena does: half a
 * second, in which four hundred others could go out.
 */
static bool is_dear(uint8_t cmd)
{
	return cmd == MEMCTL_CMD_VERIFY || cmd == MEMCTL_CMD_PT_VERIFY ||
	       cmd == MEMCTL_CMD_ARENA_HASH || cmd == MEMCTL_CMD_ARENA_ADD ||
	       cmd == MEMCTL_CMD_ARENA_GROW || cmd == MEMCTL_CMD_ARENA_DEL ||
	       cmd == MEMCTL_CMD_HANDLE_FREE || cmd == MEMCTL_CMD_PT_GET ||
	       cmd == MEMCTL_CMD_INJECT_ADD || cmd == MEMCTL_CMD_INJECT_DEL;
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
	for (i = 0; nl_damaged && favour >= 216 && i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == MEMCTL_CMD_PLANT)
			which = i;
	which = afford(stream, which);
	command = &commands[which];
	nl_begin(nl_family, command->cmd,
		 fuzz_chance(stream, command->dump ? 12 : 2) ? NLM_F_DUMP : 0);
	nl_put_attrs(stream, command);
	if (fuzz_chance(stream, 128))
		nl_header()->nlmsg_flags |= NLM_F_ACK;
	nl_header()->nlmsg_len = nl_length;
	if (fuzz_chance(stream, 12) && !(nl_damaged && command->cmd == MEMCTL_CMD_PLANT)) {
		bool keep = fuzz_chance(stream, 128);

		nl_spoil(stream);
		/* Which command that is by now, is not known. */
		if (fuzz_actor != ACTOR_ROOT)
			nl_header()->nlmsg_seq = 0;
		if (keep)
			nl_header()->nlmsg_len = nl_length;
		/* Nothing may come behind it. */
		return 0;
	}
	return command->cmd;
}

void nl_tell(uint16_t flags)
{
	nl_header()->nlmsg_flags |= NLM_F_ACK | flags;
	nl_header()->nlmsg_len = nl_length;
	send(nl_sock, nl_message, nl_length, 0);
	nl_receive(nl_sock, 1 << 17, MAX_PARTS);
}

/* Where the message plants damage. */
static uint32_t planted_site(void)
{
	uint32_t at = NLMSG_HDRLEN + GENL_HDRLEN, site = 0;

	while (at + NLA_HDRLEN <= nl_length) {
		const struct nlattr *attr = (const struct nlattr *)(nl_message + at);

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
	static uint8_t planted[sizeof(nl_message)];
	uint32_t size = nl_length, site = planted_site();
	uint64_t before = nl_accepted;

	memcpy(planted, nl_message, size);
	/* Of damage whose answer does not fit into the buffer nobody would know. */
	nl_reopen();
	nl_tell(0);
	if (nl_accepted == before)
		return;
	fuzz_message_verify(site == MEMCTL_PLANT_SITE_PTE || fuzz_chance(stream, 16));
	if (may_stay(site) && fuzz_chance(stream, 64))
		return;
	memcpy(nl_message, planted, size);
	nl_length = size;
	nl_tell(0);
}

void fuzz_message_flush(void)
{
	if (!batched)
		return;
	send(nl_sock, batch, batched, MSG_DONTWAIT);
	batched = 0;
	nl_receive(nl_sock, 1 << 17, MAX_PARTS);
}

/* Keep the message, to go out with the next one. */
static bool hold(struct stream *stream, uint8_t cmd)
{
	if (!cmd || cmd == MEMCTL_CMD_EXEC || cmd == MEMCTL_CMD_ARENA_DEL ||
	    cmd == MEMCTL_CMD_PLANT || !fuzz_chance(stream, 240) || batched + nl_length > ROOM)
		return false;
	memcpy(batch + batched, nl_message, nl_length);
	batched += NLMSG_ALIGN(nl_length);
	return true;
}

/* @nobody: NULL, or what decides how to do it without rights */
static void send_all(struct stream *nobody)
{
	size_t size = batched + nl_length;

	memcpy(batch + batched, nl_message, nl_length);
	batched = 0;
	if (nobody)
		send_as_nobody(nobody, size);
	else
		send(nl_sock, batch, size, MSG_DONTWAIT);
}

void fuzz_message_call(struct stream *stream)
{
	uint8_t cmd = make(stream), how;

	fuzz_count(&shared->messages);
	fuzz_count(&shared->sent[cmd]);
	if (nl_damaged && cmd == MEMCTL_CMD_PLANT) {
		plant(stream);
		return;
	}
	if (hold(stream, cmd))
		return;
	how = fuzz_draw(stream, 1);
	/* Who gave up his rights must be able to get them back. */
	if (how >= 8 || fuzz_actor != ACTOR_ROOT)
		fuzz_fail_begin(stream);
	send_all(how < 8 && fuzz_actor == ACTOR_ROOT ? stream : NULL);
	/* In pieces, and maybe not to the end. */
	if (how >= 240)
		nl_receive(nl_sock, 1 + fuzz_choose(stream, 4096), fuzz_choose(stream, 8));
	fuzz_fail_end();
	if (how >= 240 && fuzz_chance(stream, 128))
		nl_reopen();
	else if (how >= 236)
		set_option(stream);
	nl_receive(nl_sock, 1 << 17, MAX_PARTS);
	/* Without it little else can be had. */
	if (cmd == MEMCTL_CMD_ARENA_DEL && fuzz_actor == ACTOR_ROOT)
		nl_make_main();
	if (how >= 248 && nl_events >= 0)
		nl_receive(nl_events, 1 << 17, MAX_PARTS);
}
