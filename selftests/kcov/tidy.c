// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages without chance: what there is to begin with, what is taken
 * away from time to time, what is looked at in the end.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "message.h"

void nl_make_main(void)
{
	uint64_t size = 8UL << 20;

	nl_begin(nl_family, MEMCTL_CMD_ARENA_ADD, 0);
	nl_put_text(MEMCTL_A_ARENA_ARENA, "main");
	nl_put(MEMCTL_A_ARENA_SIZE, &size, sizeof(size));
	nl_tell(0);
}

static const struct spec *find_spec(unsigned int set, unsigned int field)
{
	unsigned int i;

	for (i = 0; i < sets[set].nr && sets[set].specs[i].field != field; i++)
		;
	return &sets[set].specs[i];
}

/* Everything of a kind that has a name. */
static void delete_all(const char *arena, unsigned int set, uint8_t get, uint8_t del)
{
	const struct spec *arena_spec = find_spec(set, FIELD_ARENA);
	const struct spec *name_spec = find_spec(set, FIELD_NAME);
	const char *name;
	unsigned int i;

	fuzz_forget_texts(FIELD_NAME);
	nl_begin(nl_family, get, 0);
	nl_put_text(arena_spec->id, arena);
	nl_tell(NLM_F_DUMP);
	for (i = 0; (name = fuzz_known_text(FIELD_NAME, i)); i++) {
		nl_begin(nl_family, del, 0);
		nl_put_text(arena_spec->id, arena);
		nl_put_text(name_spec->id, name);
		nl_tell(0);
	}
}

static void empty_arena(const char *arena)
{
	nl_begin(nl_family, MEMCTL_CMD_INJECT_DEL, 0);
	nl_put_text(MEMCTL_A_INJECT_ARENA, arena);
	nl_put(MEMCTL_A_INJECT_ALL, NULL, 0);
	nl_tell(0);
	nl_begin(nl_family, MEMCTL_CMD_HANDLE_FREE, 0);
	nl_put_text(MEMCTL_A_HANDLE_ARENA, arena);
	nl_tell(0);
	delete_all(arena, SET_REGION, MEMCTL_CMD_REGION_GET, MEMCTL_CMD_REGION_DEL);
	delete_all(arena, SET_CACHE, MEMCTL_CMD_CACHE_GET, MEMCTL_CMD_CACHE_DEL);
	delete_all(arena, SET_TLB, MEMCTL_CMD_TLB_GET, MEMCTL_CMD_TLB_DEL);
}

static void resize_main(uint8_t cmd, uint64_t size)
{
	nl_begin(nl_family, cmd, 0);
	nl_put(MEMCTL_A_ARENA_SIZE, &size, sizeof(size));
	nl_tell(0);
}

static void make_region(const char *name, uint64_t size, uint32_t order)
{
	nl_begin(nl_family, MEMCTL_CMD_REGION_ADD, 0);
	nl_put_text(MEMCTL_A_REGION_NAME, name);
	nl_put(MEMCTL_A_REGION_SIZE, &size, sizeof(size));
	nl_put(MEMCTL_A_REGION_ORDER, &order, sizeof(order));
	nl_tell(0);
}

void fuzz_message_provide(uint64_t size, const char *region, uint32_t nr_pages)
{
	resize_main(MEMCTL_CMD_ARENA_GROW, size);
	nl_begin(nl_family, MEMCTL_CMD_REGION_ADD, 0);
	nl_put_text(MEMCTL_A_REGION_NAME, region);
	nl_put(MEMCTL_A_REGION_NR_PAGES, &nr_pages, sizeof(nr_pages));
	nl_tell(0);
}

void fuzz_message_reset(bool again)
{
	DIR *dir = opendir("/proc/memctl");
	struct dirent *entry;
	unsigned int i;

	nl_reopen();
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		empty_arena(entry->d_name);
		if (!strcmp(entry->d_name, "main"))
			continue;
		nl_begin(nl_family, MEMCTL_CMD_ARENA_DEL, 0);
		nl_put_text(MEMCTL_A_ARENA_ARENA, entry->d_name);
		nl_tell(0);
	}
	if (dir)
		closedir(dir);
	/* As much as is free; then a known size to go on with. */
	for (i = 0; i < 16; i++)
		resize_main(MEMCTL_CMD_ARENA_SHRINK, (4UL << 20) >> (i / 4));
	resize_main(MEMCTL_CMD_ARENA_GROW, 8UL << 20);
	nl_make_main();
	fuzz_exec_forget();
	/* A region holds the module. */
	if (!again)
		return;
	make_region("n0", 4UL << 20, MEMCTL_MAX_ORDER - 1);
	make_region("n1", 1UL << 20, 0);
	nl_begin(nl_family, MEMCTL_CMD_PT_FORMAT_GET, 0);
	nl_tell(NLM_F_DUMP);
}

void fuzz_message_verify(bool tables)
{
	nl_begin(nl_family, MEMCTL_CMD_VERIFY, 0);
	nl_tell(0);
	if (!tables)
		return;
	nl_begin(nl_family, MEMCTL_CMD_PT_VERIFY, 0);
	nl_tell(0);
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

	nl_begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_put_text(CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	nl_header()->nlmsg_len = nl_length;
	send(nl_sock, nl_message, nl_length, 0);
	got = recv(nl_sock, buffer, sizeof(buffer), MSG_DONTWAIT);
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

	nl_sock = nl_open_socket();
	if (nl_sock < 0)
		return false;
	nl_family = find_family(&group);
	nl_events = nl_open_socket();
	setsockopt(nl_events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	setsockopt(nl_events, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	plant = open("/sys/module/memctl/parameters/plant", O_RDONLY);
	if (plant >= 0 && read(plant, &allowed, 1) == 1)
		nl_damaged = allowed == 'Y';
	close(plant);
	return nl_family;
}

void fuzz_message_close(void)
{
	close(nl_sock);
	close(nl_events);
}
