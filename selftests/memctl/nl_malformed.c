// SPDX-License-Identifier: GPL-2.0
/*
 * nl_malformed - T1, messages that are malformed, for every command.
 */
#include "nl_hostile.h"
#include "nl_message.h"

enum shape { NONE, U32, U64, TEXT, FLAG, BINARY };

/* Number and shape of an attribute in one. */
#define A(name, shape) (MEMCTL_A_##name << 4 | (shape))
#define ARENA	       (2 << 4 | TEXT)
#define NUMBER(attr)   ((attr) >> 4)
#define SHAPE(attr)    ((enum shape)((attr) % 16))

#define COMMAND(name, cmd, dump, needs, ...)         \
	{                                            \
		name, MEMCTL_CMD_##cmd, dump, needs, \
		{                                    \
			__VA_ARGS__                  \
		}                                    \
	}

const struct command commands[] = {
	COMMAND("arena-get", ARENA_GET, true, false, ARENA),
	COMMAND("arena-add", ARENA_ADD, false, true, ARENA, A(ARENA_SIZE, U64), A(ARENA_DMA, U64),
		A(ARENA_DMA32, U64), A(ARENA_NODES, BINARY), A(ARENA_NO_CPU_CACHES, FLAG)),
	COMMAND("arena-del", ARENA_DEL, false, true, ARENA),
	COMMAND("arena-grow", ARENA_GROW, false, true, ARENA, A(ARENA_SIZE, U64),
		A(ARENA_NODES, BINARY)),
	COMMAND("arena-shrink", ARENA_SHRINK, false, true, ARENA, A(ARENA_SIZE, U64)),
	COMMAND("arena-drain", ARENA_DRAIN, false, false, ARENA),
	COMMAND("arena-hash", ARENA_HASH, false, false, ARENA),
	COMMAND("zone-get", ZONE_GET, true, true, ARENA, A(ZONE_INDEX, U32)),
	COMMAND("chunk-get", CHUNK_GET, true, true, ARENA, A(CHUNK_FN, U32)),
	COMMAND("cache-get", CACHE_GET, true, true, ARENA, A(CACHE_NAME, TEXT), A(CACHE_ID, U32)),
	COMMAND("cache-add", CACHE_ADD, false, true, ARENA, A(CACHE_NAME, TEXT), A(CACHE_SIZE, U32),
		A(CACHE_ALIGN, U32), A(CACHE_FLAGS, U32)),
	COMMAND("cache-del", CACHE_DEL, false, true, ARENA, A(CACHE_NAME, TEXT), A(CACHE_ID, U32)),
	COMMAND("cache-shrink", CACHE_SHRINK, false, true, ARENA, A(CACHE_NAME, TEXT),
		A(CACHE_ID, U32)),
	COMMAND("exec", EXEC, false, true, A(EXEC_ARENA, TEXT), A(EXEC_OPS, BINARY),
		A(EXEC_STOP, FLAG)),
	COMMAND("handle-get", HANDLE_GET, true, true, ARENA, A(HANDLE_HANDLE, U64),
		A(HANDLE_KIND, U32), A(HANDLE_OWNER, U32), A(HANDLE_KERNEL, FLAG)),
	COMMAND("handle-free", HANDLE_FREE, false, false, ARENA, A(HANDLE_OWNER, U32)),
	COMMAND("region-get", REGION_GET, true, true, ARENA, A(REGION_NAME, TEXT)),
	COMMAND("region-add", REGION_ADD, false, true, ARENA, A(REGION_NAME, TEXT),
		A(REGION_NR_PAGES, U32), A(REGION_READONLY, FLAG), A(REGION_SIZE, U64),
		A(REGION_LIMIT, U32), A(REGION_ORDER, U32), A(REGION_WINDOW, U32),
		A(REGION_EMPTY, FLAG)),
	COMMAND("region-del", REGION_DEL, false, true, ARENA, A(REGION_NAME, TEXT)),
	COMMAND("pt-walk", PT_WALK, false, true, ARENA, A(PT_REGION, TEXT), A(PT_ADDRESS, U64)),
	COMMAND("pt-get", PT_GET, true, true, ARENA, A(PT_REGION, TEXT), A(PT_ADDRESS, U64),
		A(PT_LEVEL, U32)),
	COMMAND("tlb-get", TLB_GET, true, true, ARENA, A(TLB_NAME, TEXT)),
	COMMAND("tlb-add", TLB_ADD, false, true, ARENA, A(TLB_NAME, TEXT), A(TLB_ARRAYS, BINARY),
		A(TLB_POLICY, U32), A(TLB_ASIDS, U32), A(TLB_PAGE, U32), A(TLB_FORMAT, TEXT),
		A(TLB_READ_CYCLES, U32)),
	COMMAND("tlb-del", TLB_DEL, false, true, ARENA, A(TLB_NAME, TEXT)),
	COMMAND("tlb-clear", TLB_CLEAR, false, true, ARENA, A(TLB_NAME, TEXT)),
	COMMAND("tlb-feed", TLB_FEED, false, true, ARENA, A(TLB_NAME, TEXT),
		A(TLB_ACCESSES, BINARY)),
	COMMAND("pt-format-get", PT_FORMAT_GET, true, true, ARENA, A(PT_FORMAT_INDEX, U32)),
	COMMAND("pt-verify", PT_VERIFY, false, false, ARENA, A(PT_REGION, TEXT), A(PT_PID, U32)),
	COMMAND("what", WHAT, false, true, ARENA, A(WHAT_ADDRESS, U64), A(WHAT_PFN, U64),
		A(WHAT_HANDLE, U64)),
	COMMAND("why", WHY, false, true, ARENA, A(WHY_ORDER, U32), A(WHY_TYPE, U32),
		A(WHY_NODE, U32), A(WHY_MIGRATETYPE, U32), A(WHY_THISNODE, FLAG),
		A(WHY_MEMALLOC, FLAG)),
	COMMAND("verify", VERIFY, false, false, ARENA),
	COMMAND("plant", PLANT, false, true, ARENA, A(PLANT_SITE, U32), A(PLANT_INDEX, U64),
		A(PLANT_ADDRESS, U64), A(PLANT_LEVEL, U32), A(PLANT_BIT, U32),
		A(PLANT_REGION, TEXT)),
	COMMAND("region-set", REGION_SET, false, true, ARENA, A(REGION_NAME, TEXT),
		A(REGION_LIMIT, U32), A(REGION_WINDOW, U32)),
	COMMAND("region-fork", REGION_FORK, false, true, ARENA, A(REGION_NAME, TEXT),
		A(REGION_FROM, TEXT)),
	COMMAND("vma-get", VMA_GET, true, true, ARENA, A(VMA_REGION, TEXT), A(VMA_ADDRESS, U64)),
	COMMAND("vma-map", VMA_MAP, false, true, ARENA, A(VMA_REGION, TEXT), A(VMA_START, U64),
		A(VMA_SIZE, U64), A(VMA_RIGHTS, U32), A(VMA_FILE, TEXT), A(VMA_OFFSET, U64)),
	COMMAND("vma-unmap", VMA_UNMAP, false, true, ARENA, A(VMA_REGION, TEXT), A(VMA_START, U64),
		A(VMA_SIZE, U64)),
	COMMAND("vma-protect", VMA_PROTECT, false, true, ARENA, A(VMA_REGION, TEXT),
		A(VMA_START, U64), A(VMA_SIZE, U64), A(VMA_RIGHTS, U32)),
	COMMAND("vma-discard", VMA_DISCARD, false, true, ARENA, A(VMA_REGION, TEXT),
		A(VMA_START, U64), A(VMA_SIZE, U64)),
	COMMAND("region-read", REGION_READ, false, true, ARENA, A(ACCESS_REGION, TEXT),
		A(ACCESS_ADDRESS, U64), A(ACCESS_SIZE, U64)),
	COMMAND("region-write", REGION_WRITE, false, true, ARENA, A(ACCESS_REGION, TEXT),
		A(ACCESS_ADDRESS, U64), A(ACCESS_DATA, BINARY)),
	COMMAND("region-touch", REGION_TOUCH, false, true, ARENA, A(ACCESS_REGION, TEXT),
		A(ACCESS_ADDRESS, U64), A(ACCESS_SIZE, U64), A(ACCESS_WRITE, FLAG)),
	COMMAND("region-idle", REGION_IDLE, false, true, ARENA, A(IDLE_REGION, TEXT),
		A(IDLE_CLEAR, FLAG)),
	COMMAND("process-get", PROCESS_GET, true, true, ARENA, A(PROCESS_REGION, TEXT),
		A(PROCESS_PID, U32)),
	COMMAND("rmap", RMAP, false, true, ARENA, A(RMAP_PFN, U64)),
	COMMAND("trace-set", TRACE_SET, false, true, ARENA, A(TRACE_REGION, TEXT),
		A(TRACE_ENABLE, U32)),
	COMMAND("trace-get", TRACE_GET, false, true, ARENA, A(TRACE_REGION, TEXT),
		A(TRACE_NEXT, U64)),
	COMMAND("inject-get", INJECT_GET, true, true, ARENA, A(INJECT_ID, U32)),
	COMMAND("inject-add", INJECT_ADD, false, true, ARENA, A(INJECT_SITE, U32),
		A(INJECT_NTH, U32), A(INJECT_PROBABILITY, U32), A(INJECT_TIMES, U32),
		A(INJECT_SEED, U64), A(INJECT_ORDER, U32), A(INJECT_CACHE, TEXT)),
	COMMAND("inject-del", INJECT_DEL, false, true, ARENA, A(INJECT_ID, U32),
		A(INJECT_ALL, FLAG)),
};

const unsigned int nr_commands = sizeof(commands) / sizeof(commands[0]);

static size_t right_length(enum shape shape)
{
	return shape == U32 ? 4 : shape == U64 ? 8 : shape == TEXT ? MEMCTL_NAME_MAX + 1 : 0;
}

/* A message with this one attribute, of a length that is wrong for it. */
static void wrong_lengths(int fd, const struct command *command, unsigned int index)
{
	static const char bytes[64] = "mainmainmainmainmainmainmainmainmainmainmainmain";
	enum shape shape = SHAPE(command->attrs[index]);
	size_t right = right_length(shape);
	size_t lengths[] = { 0, 1, 3, right - 1, right + 1 };
	char name[96];
	unsigned int i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t len = lengths[i];

		if (len > sizeof(bytes) || (shape == FLAG && !len) || len == right)
			continue;
		begin(&request, family, command->cmd, 0);
		put(&request, NUMBER(command->attrs[index]), bytes, len);
		snprintf(name, sizeof(name), "T1 %s, attribute %u of %zu bytes", command->name,
			 NUMBER(command->attrs[index]), len);
		refused(fd, ANY_ERROR, 0, false, name);
	}
}

static void put_right(struct message *message, const struct command *command, unsigned int index)
{
	switch (SHAPE(command->attrs[index])) {
	case U32:
		return put_u32(message, NUMBER(command->attrs[index]), 1);
	case U64:
		return put_u64(message, NUMBER(command->attrs[index]), 1);
	case TEXT:
		return put_text(message, NUMBER(command->attrs[index]), "main");
	default:
		return put(message, NUMBER(command->attrs[index]), NULL, 0);
	}
}

static void malformed_attributes(int fd, const struct command *command)
{
	uint16_t first = NUMBER(command->attrs[0]);
	char name[96];
	unsigned int i;

	if (command->needs) {
		begin(&request, family, command->cmd, 0);
		snprintf(name, sizeof(name), "T1 %s without attributes", command->name);
		refused(fd, -EINVAL, 0, false, name);
	}
	for (i = 0; i < MAX_ATTRS && NUMBER(command->attrs[i]); i++) {
		wrong_lengths(fd, command, i);

		begin(&request, family, command->cmd, 0);
		put_right(&request, command, i);
		put_right(&request, command, i);
		snprintf(name, sizeof(name), "T1 %s, attribute %u twice", command->name,
			 NUMBER(command->attrs[i]));
		refused(fd, -EINVAL, 0, false, name);

		begin(&request, family, command->cmd, 0);
		put(&request, NUMBER(command->attrs[i]) | NLA_F_NESTED, "main", 5);
		snprintf(name, sizeof(name), "T1 %s, attribute %u marked as nested", command->name,
			 NUMBER(command->attrs[i]));
		refused(fd, ANY_ERROR, 0, false, name);
	}
	for (i = 0; i < 3; i++) {
		static const uint16_t unknown[] = { 0, 60, 0x3fff };

		begin(&request, family, command->cmd, 0);
		put_u32(&request, unknown[i], 0);
		snprintf(name, sizeof(name), "T1 %s, unknown attribute %u", command->name,
			 unknown[i]);
		refused(fd, -EINVAL, 0, false, name);
	}
	begin(&request, family, command->cmd, 0);
	put_text(&request, first, "main");
	memcpy(request.data + request.len, "\1\2\3", 3);
	request.len += 3;
	snprintf(name, sizeof(name), "T1 %s, bytes left over", command->name);
	refused(fd, -EINVAL, 0, false, name);
}

static void malformed_headers(int fd, const struct command *command)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(request.data + NLMSG_HDRLEN);
	static const uint8_t versions[] = { 0, 2, 255 };
	char name[96];
	unsigned int i;

	for (i = 0; i < sizeof(versions); i++) {
		begin(&request, family, command->cmd, 0);
		genl->version = versions[i];
		snprintf(name, sizeof(name), "T1 %s, version %u", command->name, versions[i]);
		refused(fd, -EINVAL, 0, false, name);
	}
	begin(&request, family, command->cmd, 0);
	genl->reserved = 1;
	snprintf(name, sizeof(name), "T1 %s, reserved bits", command->name);
	refused(fd, -EINVAL, 0, true, name);

	begin(&request, family, command->cmd, 0);
	request.len = NLMSG_HDRLEN + 2;
	snprintf(name, sizeof(name), "T1 %s, half a header", command->name);
	refused(fd, -EINVAL, 0, true, name);

	begin(&request, family, command->cmd, NLM_F_DUMP);
	put_u32(&request, 60, 0);
	snprintf(name, sizeof(name), "T1 %s as a dump, unknown attribute", command->name);
	refused(fd, command->dump ? -EINVAL : -EOPNOTSUPP, 0, !command->dump, name);
}

static void deep_nest(struct message *message, unsigned int levels)
{
	unsigned int i;

	for (i = 0; i < levels; i++) {
		struct nlattr *attr = (struct nlattr *)(message->data + message->len);

		attr->nla_type = 2 | NLA_F_NESTED;
		attr->nla_len = (levels - i) * NLA_HDRLEN;
		message->len += NLA_HDRLEN;
	}
}

void test_malformed(int fd)
{
	static const uint8_t unknown[] = { 0, MEMCTL_CMD_EVENT, MEMCTL_CMD_MAX + 1, 255 };
	static uint8_t big[65000];
	char name[64];
	unsigned int i;

	for (i = 0; i < nr_commands; i++) {
		malformed_attributes(fd, &commands[i]);
		malformed_headers(fd, &commands[i]);
	}
	for (i = 0; i < sizeof(unknown); i++) {
		begin(&request, family, unknown[i], 0);
		snprintf(name, sizeof(name), "T1 command %u", unknown[i]);
		refused(fd, -EOPNOTSUPP, 0, true, name);
	}
	begin(&request, family, MEMCTL_CMD_ARENA_DEL, 0);
	deep_nest(&request, 100);
	refused(fd, ANY_ERROR, 0, false, "T1 arena-del, nested 100 deep");
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, big, sizeof(big));
	refused(fd, ANY_ERROR, 0, false, "T1 exec of 65000 bytes, no multiple of an operation");
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, big, 1025 * sizeof(struct memctl_op));
	refused(fd, -ERANGE, 0, false, "T1 exec of 1025 operations");
	begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
	put(&request, MEMCTL_A_CACHE_NAME, big, sizeof(big));
	refused(fd, ANY_ERROR, 0, false, "T1 cache-del, a name of 65000 bytes");
}
