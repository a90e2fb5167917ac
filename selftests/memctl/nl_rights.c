// SPDX-License-Identifier: GPL-2.0
/*
 * nl_rights - T4, who may do what.
 *
 * The table of Documentation/rights.rst has a row for each thing that can be
 * tried, and a column for each actor. Every actor is a process that tries every
 * row; what he gets must be what the cell says: "yes"; "no"; "none" where there
 * is no such family for him; "-" where there is nothing to try.
 *
 * A1  Each operation and group that the family has, and each file that the
 *     module made, has its rows; each row is about something that exists.
 * A2  Whoever has not CAP_SYS_ADMIN sees no address, frame number and foreign
 *     pid in any answer. That root's answers have them shows that they would be
 *     seen.
 * A3  What is tried changes nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <linux/capability.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "nl_hostile.h"
#include "nl_message.h"
#include "nl_rights.h"

#define NOBODY	   65534
#define MAX_ROWS   160
#define NAME_SIZE  64
#define NR_SECRETS 256

/* In the order of the table's columns. */
enum actor {
	USER,
	FD_HOLDER,
	USERNS,
	USERNETNS,
	NETNS,
	NET_ADMIN,
	PASSED,
	DEPUTY,
	ROOT,
	NR_ACTORS
};

static const char actor_letters[] = "UFCDNAPQR";

enum cell { NO, YES, ABSENT, NOTHING, ODD };

static const char *const cell_words[] = { "no", "yes", "none", "-", "something else" };

enum row_kind { COMMAND_ROW, JOIN, HEAR, OPEN, BIND, REGION, READ, WRITE, PFN };

/**
 * struct row - a row of the table
 * @name: its first column
 * @kind: what is tried
 * @what: of that, the rest of the name
 * @cells: what each actor must get
 */
struct row {
	char name[NAME_SIZE];
	enum row_kind kind;
	const char *what;
	enum cell cells[NR_ACTORS];
};

static struct row rows[MAX_ROWS];
static unsigned int nr_rows;

/* The beginning of a row's name says what is tried. */
static const struct {
	const char *begin;
	enum row_kind kind;
} row_kinds[] = {
	{ "command ", COMMAND_ROW }, { "join ", JOIN },	  { "hear ", HEAR },
	{ "open ", OPEN },	     { "bind ", BIND },	  { "region ", REGION },
	{ "read ", READ },	     { "write ", WRITE }, { "frame number in ", PFN },
};

/**
 * struct findings - what the actors tell the parent, in memory that they share
 * @cells: what each got
 * @ready: the actor is one
 * @address: an address was seen
 * @pfn: a frame number was seen
 * @pid: the holder's pid was seen
 */
struct findings {
	enum cell cells[NR_ACTORS][MAX_ROWS];
	bool ready[NR_ACTORS];
	bool address[NR_ACTORS], pfn[NR_ACTORS], pid[NR_ACTORS];
};

static struct findings *found;
static enum actor self;

/* What nobody but root may see. */
static uint64_t secret_pfns[NR_SECRETS];
static unsigned int nr_secret_pfns;
/* A zone that begins with one of them; 0 for none, as that begins with the smallest. */
static uint32_t secret_zone;
static uint32_t secret_pid;

/* --- the table --- */

static bool read_cells(struct row *row, char *text)
{
	unsigned int actor, cell;
	char *word;

	for (actor = 0, word = strtok(text, "\n "); word; actor++, word = strtok(NULL, "\n ")) {
		for (cell = 0; cell < ODD && strcmp(word, cell_words[cell]); cell++)
			;
		if (actor == NR_ACTORS || cell == ODD)
			return false;
		row->cells[actor] = cell;
	}
	return actor == NR_ACTORS;
}

static bool read_row(struct row *row, char *line)
{
	char *gap = strstr(line, "  ");
	unsigned int i;

	if (!gap || gap - line >= NAME_SIZE)
		return false;
	snprintf(row->name, NAME_SIZE, "%.*s", (int)(gap - line), line);
	for (i = 0; i < sizeof(row_kinds) / sizeof(row_kinds[0]); i++) {
		size_t len = strlen(row_kinds[i].begin);

		if (strncmp(row->name, row_kinds[i].begin, len))
			continue;
		row->kind = row_kinds[i].kind;
		row->what = row->name + len;
		return read_cells(row, gap);
	}
	return false;
}

/* The table begins under the line that names the actors, and ends with a rule. */
static bool read_table(const char *path)
{
	FILE *file = fopen(path, "r");
	bool inside = false, good = true;
	char line[256];

	if (!file)
		return false;
	while (good && fgets(line, sizeof(line), file)) {
		char *end, letters[sizeof(actor_letters)] = "";
		unsigned int nr = 0;

		if (!inside && !strncmp(line, "what ", 5)) {
			for (end = line + 5; *end && nr < sizeof(letters); end++)
				if (*end != ' ' && *end != '\n')
					letters[nr++] = *end;
			good = !strncmp(letters, actor_letters, sizeof(letters));
			inside = good && fgets(line, sizeof(line), file);
		} else if (inside && line[0] == '=') {
			break;
		} else if (inside) {
			good = nr_rows < MAX_ROWS && read_row(&rows[nr_rows], line);
			if (good)
				nr_rows++;
			else
				printf("# row that is none: %s", line);
		}
	}
	fclose(file);
	return good && nr_rows;
}

static bool has_row(const char *format, const char *what)
{
	char name[400];
	unsigned int i;

	snprintf(name, sizeof(name), format, what);
	for (i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].name, name))
			return true;
	printf("# no row: %s\n", name);
	return false;
}

/* --- what is there --- */

static const struct command *command_of(uint32_t cmd)
{
	unsigned int i;

	for (i = 0; i < nr_commands; i++)
		if (commands[i].cmd == cmd)
			return &commands[i];
	return NULL;
}

static const struct nlattr *next_attr(const struct nlattr *list, const struct nlattr *attr)
{
	const uint8_t *end = (const uint8_t *)list + list->nla_len;
	const uint8_t *at = attr ? (const uint8_t *)attr + NLA_ALIGN(attr->nla_len) :
				   (const uint8_t *)payload(list);

	return at + NLA_HDRLEN <= end ? (const struct nlattr *)at : NULL;
}

static uint32_t nested_u32(const struct nlattr *list, uint16_t type)
{
	const struct nlattr *attr = find(payload(list), list->nla_len - NLA_HDRLEN, type);
	uint32_t value = 0;

	if (attr)
		memcpy(&value, payload(attr), sizeof(value));
	return value;
}

static uint32_t operation_flags[256];

/* Ask the family itself. Return: whether all of it has rows. */
static bool check_family(int fd)
{
	const struct nlattr *list, *attr = NULL;
	bool good = true;

	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_text(&request, CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	if (finish(fd, &request, &reply))
		return false;
	list = replied(&reply, CTRL_ATTR_OPS);
	while (list && (attr = next_attr(list, attr))) {
		uint32_t cmd = nested_u32(attr, CTRL_ATTR_OP_ID);
		const struct command *command = command_of(cmd);

		operation_flags[cmd % 256] = nested_u32(attr, CTRL_ATTR_OP_FLAGS);
		if (!command)
			printf("# operation %u is not in nl_malformed.c\n", cmd);
		good &= command && has_row("command %s", command->name);
	}
	good &= !!list;
	list = replied(&reply, CTRL_ATTR_MCAST_GROUPS);
	for (attr = NULL; list && (attr = next_attr(list, attr));) {
		const struct nlattr *name =
			find(payload(attr), attr->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_NAME);

		good &= name && has_row("join %s", payload(name)) &&
			has_row("hear %s", payload(name));
	}
	return good;
}

static bool check_files(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	bool good = !!dir;
	char path[320];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		good &= has_row("read %s", path) && has_row("write %s", path);
	}
	if (dir)
		closedir(dir);
	return good;
}

/* Is each row about something that is there? */
static bool check_rows(void)
{
	bool good = true;
	unsigned int i, j;

	for (i = 0; i < nr_rows; i++) {
		const char *what = rows[i].what;
		bool there = true;

		if (rows[i].kind == COMMAND_ROW) {
			for (j = 0; j < nr_commands && strcmp(commands[j].name, what); j++)
				;
			there = j < nr_commands && operation_flags[commands[j].cmd];
		} else if (what[0] == '/') {
			there = !access(what, F_OK);
		}
		if (!there)
			printf("# nothing is there for the row: %s\n", rows[i].name);
		good &= there;
	}
	return good;
}

/* --- secrets --- */

static void look_at_number(uint64_t value)
{
	unsigned int i;

	/* The upper half with five levels of page tables; what is above may be a small number. */
	if (value >= 0xff00000000000000ULL && value < 0xffffffffffff0000ULL)
		found->address[self] = true;
	for (i = 0; i < nr_secret_pfns; i++)
		if (value == secret_pfns[i])
			found->pfn[self] = true;
	if (secret_pid && value == secret_pid)
		found->pid[self] = true;
}

/* Numbers in text, with base 10 or 16. */
static void look_at_text(const char *text)
{
	char *end;

	while (*text) {
		size_t len = strspn(text, "0123456789abcdefABCDEFx");

		if (len) {
			look_at_number(strtoull(text, &end, 0));
			look_at_number(strtoull(text, &end, 16));
		}
		text += len ?: 1;
	}
}

static void look_at_attr(const struct nlattr *attr)
{
	size_t len = attr->nla_len - NLA_HDRLEN, i;
	const char *bytes = payload(attr);
	uint64_t wide;
	uint32_t word;

	for (i = 0; len % sizeof(wide) == 0 && i < len; i += sizeof(wide)) {
		memcpy(&wide, bytes + i, sizeof(wide));
		look_at_number(wide);
	}
	for (i = 0; len % sizeof(word) == 0 && i < len; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		look_at_number(word);
	}
	if (len && !bytes[len - 1] && strlen(bytes) == len - 1)
		look_at_text(bytes);
}

static void look_at_attrs(const uint8_t *at, const uint8_t *end)
{
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
			break;
		if (attr->nla_type & NLA_F_NESTED)
			look_at_attrs(payload(attr), at + attr->nla_len);
		else
			look_at_attr(attr);
		at += NLA_ALIGN(attr->nla_len);
	}
}

static void look_at_message(const struct nlmsghdr *nlh)
{
	const uint8_t *start = (const uint8_t *)nlh;

	look_at_attrs(start + NLMSG_HDRLEN + GENL_HDRLEN, start + nlh->nlmsg_len);
}

static uint64_t number_in(const struct nlmsghdr *nlh, uint16_t type)
{
	size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *attr = find((const uint8_t *)nlh + skip, nlh->nlmsg_len - skip, type);
	uint64_t number = 0;

	if (attr)
		memcpy(&number, payload(attr),
		       attr->nla_len - NLA_HDRLEN > 8 ? 8 : attr->nla_len - NLA_HDRLEN);
	return number;
}

/* Small ones may be anything. Return: whether it is looked for. */
static bool keep_number(uint64_t pfn)
{
	if (pfn < 65536 || nr_secret_pfns == NR_SECRETS)
		return false;
	secret_pfns[nr_secret_pfns++] = pfn;
	return true;
}

static void keep_pfn(const struct nlmsghdr *nlh)
{
	keep_number(number_in(nlh, MEMCTL_A_CHUNK_PFN));
}

static void keep_zone(const struct nlmsghdr *nlh)
{
	if (!secret_zone && keep_number(number_in(nlh, MEMCTL_A_ZONE_START_PFN)))
		secret_zone = number_in(nlh, MEMCTL_A_ZONE_INDEX);
}

/* Send the request, and see all that comes back. Return: 0 or a negative errno. */
int exchange(int fd, void (*visit)(const struct nlmsghdr *nlh))
{
	static uint8_t buffer[MAX_MESSAGE];

	header(&request)->nlmsg_len = request.len;
	header(&request)->nlmsg_flags |= NLM_F_ACK;
	if (send(fd, request.data, request.len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;

		if (got < 0)
			return -ETIMEDOUT;
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
				return *(const int *)NLMSG_DATA(nlh);
			visit(nlh);
		}
	}
}

/* --- what is tried --- */

static int own_socket = -1, joined_socket = -1;
static int device_fd = -1, region_fd = -1, region_readonly = -1;
static int row_fds[MAX_ROWS];
static int to_parent[2], to_actor[2];

int bind_to(int device)
{
	struct memctl_dev_bind bind = { .region = RIGHTS };

	return ioctl(device, MEMCTL_DEV_BIND, &bind);
}

static void open_sockets(void)
{
	own_socket = open_socket();
	joined_socket = open_socket();
}

static void open_files(void)
{
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		if (rows[i].kind == READ || rows[i].kind == WRITE || rows[i].kind == PFN)
			row_fds[i] =
				open(rows[i].what, rows[i].kind == WRITE ? O_WRONLY : O_RDONLY);
}

static void open_regions(void)
{
	int readonly = open(DEVICE, O_RDONLY);

	device_fd = open(DEVICE, O_RDWR);
	region_fd = bind_to(device_fd);
	region_readonly = bind_to(readonly);
	if (readonly >= 0)
		close(readonly);
}

/* So that there is something in the answers to look at. */
static void put_arguments(uint8_t cmd, bool dump)
{
	if (cmd == MEMCTL_CMD_PROCESS_GET)
		put_text(&request, MEMCTL_A_PROCESS_REGION, RIGHTS);
	if (dump)
		return;
	if (cmd == MEMCTL_CMD_ZONE_GET)
		put_u32(&request, MEMCTL_A_ZONE_INDEX, secret_zone);
	else if (cmd == MEMCTL_CMD_CHUNK_GET)
		put_u32(&request, MEMCTL_A_CHUNK_FN, 0);
	else if (cmd == MEMCTL_CMD_PT_FORMAT_GET)
		put_u32(&request, MEMCTL_A_PT_FORMAT_INDEX, 0);
	else if (cmd == MEMCTL_CMD_WHY)
		put_u32(&request, MEMCTL_A_WHY_ORDER, 3);
}

static bool has_family(void)
{
	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_text(&request, CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	return !finish(own_socket, &request, &reply);
}

static enum cell try_message(uint8_t cmd, bool dump)
{
	int error;

	begin(&request, family, cmd, dump ? NLM_F_DUMP : 0);
	put_arguments(cmd, dump);
	error = exchange(own_socket, look_at_message);
	if (error == -ENOENT && !has_family())
		return ABSENT;
	return error == -EPERM ? NO : error == -ETIMEDOUT ? ODD : YES;
}

static enum cell try_command(const char *name)
{
	enum cell one = ODD, other;
	unsigned int i;

	for (i = 0; i < nr_commands; i++) {
		if (strcmp(commands[i].name, name))
			continue;
		if (operation_flags[commands[i].cmd] & GENL_CMD_CAP_DO)
			one = try_message(commands[i].cmd, false);
		if (!(operation_flags[commands[i].cmd] & GENL_CMD_CAP_DUMP))
			return one;
		other = try_message(commands[i].cmd, true);
		return one == ODD || one == other ? other : ODD;
	}
	return ODD;
}

/* What root passed has joined already. */
static enum cell try_join(void)
{
	int fd = self == PASSED ? own_socket : joined_socket;

	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ? NO :
											    YES;
}

/* The parent, who is root, sees to it that something happens. */
static enum cell try_hear(void)
{
	char byte = 'h', buffer[4096];

	if (write(to_parent[1], &byte, 1) != 1 || read(to_actor[0], &byte, 1) != 1)
		return ODD;
	return recv(joined_socket, buffer, sizeof(buffer), MSG_DONTWAIT) > 0 ? YES : NO;
}

static enum cell try_region(const char *what)
{
	struct memctl_dev_range range = { .size = 4096 };
	struct memctl_dev_info info;
	char path[64], byte = 1;
	bool good = false;
	void *map;

	if (region_fd < 0)
		return NOTHING;
	if (!strcmp(what, "info")) {
		good = !ioctl(region_fd, MEMCTL_DEV_INFO, &info);
	} else if (!strcmp(what, "read")) {
		good = pread(region_fd, &byte, 1, 0) == 1;
	} else if (!strcmp(what, "write")) {
		good = pwrite(region_fd, &byte, 1, 0) == 1;
	} else if (!strcmp(what, "map")) {
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, region_fd, 0);
		good = map != MAP_FAILED;
		if (good)
			munmap(map, 4096);
	} else if (!strcmp(what, "populate")) {
		good = !ioctl(region_fd, MEMCTL_DEV_POPULATE, &range);
	} else if (!strcmp(what, "discard")) {
		good = !ioctl(region_fd, MEMCTL_DEV_DISCARD, &range);
	} else if (!strcmp(what, "write, opened to read")) {
		good = pwrite(region_readonly, &byte, 1, 0) == 1 ||
		       !ioctl(region_readonly, MEMCTL_DEV_DISCARD, &range) ||
		       mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, region_readonly, 0) != MAP_FAILED;
	} else if (!strcmp(what, "open again, to write")) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", region_readonly);
		good = open(path, O_RDWR) >= 0;
	} else {
		return ODD;
	}
	return good ? YES : NO;
}

static enum cell try_bind(void)
{
	int fd = device_fd < 0 ? -1 : bind_to(device_fd);

	if (device_fd < 0)
		return NOTHING;
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? YES : NO;
}

/* All of a file. Return: whether it could be read. */
static bool read_file(int fd, char *text, size_t size)
{
	ssize_t got = 0, len = 0;

	while (fd >= 0 && (size_t)len < size - 1 &&
	       (got = read(fd, text + len, size - 1 - len)) > 0)
		len += got;
	text[len] = '\0';
	return fd >= 0 && got >= 0;
}

static enum cell try_row(unsigned int index)
{
	static char text[65536];
	const char *start;
	int fd;

	switch (rows[index].kind) {
	case COMMAND_ROW:
		return try_command(rows[index].what);
	case JOIN:
		return try_join();
	case HEAR:
		return try_hear();
	case OPEN:
		if (self == PASSED || self == DEPUTY)
			return NOTHING;
		fd = open(rows[index].what, O_RDWR);
		return fd < 0 ? NO : close(fd) ? ODD : YES;
	case BIND:
		return try_bind();
	case REGION:
		return try_region(rows[index].what);
	case READ:
		if (!read_file(row_fds[index], text, sizeof(text)))
			return NO;
		look_at_text(text);
		return YES;
	case WRITE:
		return row_fds[index] >= 0 && write(row_fds[index], "1", 1) == 1 ? YES : NO;
	case PFN:
		if (!read_file(row_fds[index], text, sizeof(text)))
			return ODD;
		start = strstr(text, "start_pfn:");
		return start && strtoull(start + strlen("start_pfn:"), NULL, 10) ? YES : NO;
	}
	return ODD;
}

/* --- the actors --- */

static bool be_nobody(void)
{
	return !setgroups(0, NULL) && !setgid(NOBODY) && !setuid(NOBODY);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* Root of a user namespace of his own: nobody outside. */
static bool be_root_of_userns(int flags)
{
	/* Whoever changed his uid may not write his own maps unless he may be dumped. */
	return be_nobody() && !prctl(PR_SET_DUMPABLE, 1) && !unshare(CLONE_NEWUSER | flags) &&
	       write_text("/proc/self/uid_map", "0 65534 1") &&
	       write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/gid_map", "0 65534 1") && !geteuid();
}

/* CAP_NET_ADMIN, which is what the host's generic netlink asks for, and nothing else. */
static bool be_net_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1U << CAP_NET_ADMIN,
						    .permitted = 1U << CAP_NET_ADMIN } };

	return !prctl(PR_SET_KEEPCAPS, 1) && be_nobody() && !syscall(SYS_capset, &head, data);
}

/* What each actor is, and who has opened what he uses. Return: whether he could become it. */
static bool become(enum actor actor)
{
	bool good = true;

	switch (actor) {
	case USER:
		good = be_nobody();
		break;
	case FD_HOLDER:
		open_regions();
		good = be_nobody();
		break;
	case USERNS:
		good = be_root_of_userns(0);
		break;
	case USERNETNS:
		good = be_root_of_userns(CLONE_NEWNET);
		break;
	case NETNS:
		good = !unshare(CLONE_NEWNET);
		break;
	case NET_ADMIN:
		good = be_net_admin();
		break;
	case PASSED:
		open_sockets();
		open_files();
		setsockopt(joined_socket, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			   sizeof(group));
		return be_nobody();
	case DEPUTY:
		good = !seteuid(NOBODY);
		open_sockets();
		open_files();
		return good && !seteuid(0);
	default:
		break;
	}
	open_sockets();
	open_files();
	if (actor == NETNS || actor == ROOT)
		open_regions();
	return good;
}

static void act(enum actor actor)
{
	unsigned int i;

	self = actor;
	found->ready[actor] = become(actor);
	for (i = 0; found->ready[actor] && i < nr_rows; i++)
		found->cells[actor][i] = try_row(i);
	_exit(0);
}

/* Whenever the actor asks for it: two events. */
static void make_events(int fd)
{
	char byte;

	while (read(to_parent[0], &byte, 1) == 1) {
		begin(&request, family, MEMCTL_CMD_ARENA_ADD, 0);
		put_text(&request, MEMCTL_A_ARENA_ARENA, RIGHTS);
		put_u64(&request, MEMCTL_A_ARENA_SIZE, 4 << 20);
		finish(fd, &request, &reply);
		begin(&request, family, MEMCTL_CMD_ARENA_DEL, 0);
		put_text(&request, MEMCTL_A_ARENA_ARENA, RIGHTS);
		finish(fd, &request, &reply);
		if (write(to_actor[1], &byte, 1) != 1)
			break;
	}
}

static void run_actor(int fd, enum actor actor)
{
	uint64_t before[NR_WATCHED], after[NR_WATCHED];
	pid_t pid;

	watch(fd, before);
	if (pipe(to_parent) || pipe(to_actor))
		abort();
	fflush(stdout);
	pid = fork();
	if (!pid)
		act(actor);
	close(to_parent[1]);
	close(to_actor[0]);
	make_events(fd);
	waitpid(pid, NULL, 0);
	close(to_parent[0]);
	close(to_actor[1]);
	watch(fd, after);
	check(found->ready[actor], "T4 actor %c", actor_letters[actor]);
	/* What the holder of a descriptor has a right to takes frames. */
	if (actor != ROOT && actor != NETNS && actor != FD_HOLDER)
		check(!memcmp(before, after, sizeof(before)), "T4 actor %c changed nothing",
		      actor_letters[actor]);
}

/* --- all of it --- */

/* A pid that no count will be equal to by chance, if the host lets us choose. */
static pid_t hold_region(void)
{
	bool chosen = write_text("/proc/sys/kernel/pid_max", "4194304") &&
		      write_text("/proc/sys/kernel/ns_last_pid", "3141591");
	int device, fd, ready[2];
	char *map, byte;
	pid_t pid;

	if (pipe(ready))
		abort();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		device = open(DEVICE, O_RDWR);
		fd = bind_to(device);
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			_exit(1);
		*map = 1;
		if (write(ready[1], "r", 1) == 1)
			pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		printf("# nobody maps the region\n");
	close(ready[0]);
	if (chosen && pid > 1000000)
		secret_pid = pid;
	else
		printf("# no pid can be chosen here: none is looked for\n");
	return pid;
}

static void check_cells(void)
{
	unsigned int i, actor, nr_wrong, nr_cells = 0;

	for (i = 0; i < nr_rows; i++) {
		for (actor = 0, nr_wrong = 0; actor < NR_ACTORS; actor++, nr_cells++) {
			if (found->cells[actor][i] == rows[i].cells[actor])
				continue;
			nr_wrong++;
			printf("# %s, actor %c: %s in the table, found %s\n", rows[i].name,
			       actor_letters[actor], cell_words[rows[i].cells[actor]],
			       cell_words[found->cells[actor][i]]);
		}
		check(!nr_wrong, "T4 %s", rows[i].name);
	}
	printf("# %u rows, %u cells\n", nr_rows, nr_cells);
}

void test_rights(int fd, const char *table)
{
	enum actor actor;
	pid_t holder;

	if (!check(read_table(table), "T4 the table %s", table))
		return;
	check(check_family(fd), "T4 each operation and group has a row");
	check(check_files("/proc/memctl/main") && check_files("/sys/module/memctl/parameters"),
	      "T4 each file has its rows");
	check(check_rows(), "T4 each row is about something that is there");

	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (found == MAP_FAILED)
		abort();
	begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, RIGHTS);
	put_u64(&request, MEMCTL_A_REGION_SIZE, 1 << 20);
	check(!finish(fd, &request, &reply), "T4 a region: %s", reply.text);
	begin(&request, family, MEMCTL_CMD_ZONE_GET, NLM_F_DUMP);
	put_text(&request, MEMCTL_A_ZONE_ARENA, "main");
	check(!exchange(fd, keep_zone) && secret_zone, "T4 a zone with a frame number");
	begin(&request, family, MEMCTL_CMD_CHUNK_GET, NLM_F_DUMP);
	check(!exchange(fd, keep_pfn) && nr_secret_pfns, "T4 %u frame numbers to look for",
	      nr_secret_pfns);
	holder = hold_region();
	for (actor = 0; actor < NR_ACTORS; actor++)
		run_actor(fd, actor);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	begin(&request, family, MEMCTL_CMD_REGION_DEL, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, RIGHTS);
	check(!finish(fd, &request, &reply), "T4 the region is removed: %s", reply.text);

	check_cells();
	for (actor = 0; actor < NR_ACTORS; actor++)
		if (actor != ROOT && actor != NETNS)
			check(!found->address[actor] && !found->pfn[actor] && !found->pid[actor],
			      "T4 actor %c sees no address (%d), frame number (%d), pid (%d)",
			      actor_letters[actor], found->address[actor], found->pfn[actor],
			      found->pid[actor]);
	check(found->address[ROOT] && found->pfn[ROOT] && (!secret_pid || found->pid[ROOT]),
	      "T4 root sees all three: the search works");
}
