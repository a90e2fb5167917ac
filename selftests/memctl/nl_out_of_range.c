// SPDX-License-Identifier: GPL-2.0
/*
 * nl_out_of_range - T2, values out of range.
 */
#include "nl_hostile.h"
#include "nl_message.h"

#define NO_SUCH 999

const struct memctl_op good_op = { .nid = -1, .zone = MEMCTL_ZONE_TYPE_NORMAL };

int exec_one(int fd, const struct memctl_op *op)
{
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, op, sizeof(*op));
	return finish(fd, &request, &reply);
}

void op_refused(int fd, const struct memctl_op *op, int error, int other, const char *name)
{
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, op, sizeof(*op));
	refused(fd, error, other, false, name);
}

static void bad_op(int fd, const char *test, struct memctl_op op)
{
	char name[96];

	snprintf(name, sizeof(name), "T2 %s", test);
	op_refused(fd, &op, -EINVAL, -ERANGE, name);
}

static void test_operations(int fd)
{
	static const uint8_t orders[] = { 11, 63, 64, 255 };
	static const int16_t nodes[] = { -2, NO_SUCH, 63, 64, INT16_MAX, INT16_MIN };
	static const uint64_t sizes[] = { 0, (4 << 20) + 1, 1ULL << 32, UINT64_MAX };
	static const struct {
		const char *name;
		struct memctl_op op;
	} bad[] = {
		{ "zone 3", { .zone = 3 } },
		{ "zone 255", { .zone = 255 } },
		{ "migratetype 3", { .migratetype = 3 } },
		{ "migratetype 255", { .migratetype = 255 } },
		{ "operation code 6", { .code = 6 } },
		{ "operation code 255", { .code = 255 } },
		{ "unknown flag", { .flags = 0x8000 } },
		{ "reference of an allocation", { .flags = MEMCTL_OP_FLAG_REF } },
		{ "handle of an allocation", { .handle = 1 } },
		{ "size of a page", { .size = 1 } },
		{ "cache of a page", { .cache = 1 } },
		{ "order of a free", { .code = MEMCTL_OP_CODE_PAGE_FREE, .order = 1 } },
		{ "zone of a free", { .code = MEMCTL_OP_CODE_PAGE_FREE, .zone = 1 } },
		{ "zero flag of a free",
		  { .code = MEMCTL_OP_CODE_KFREE, .flags = MEMCTL_OP_FLAG_ZERO } },
		{ "reference to itself",
		  { .code = MEMCTL_OP_CODE_PAGE_FREE, .flags = MEMCTL_OP_FLAG_REF } },
		{ "reference far away",
		  { .code = MEMCTL_OP_CODE_KFREE,
		    .flags = MEMCTL_OP_FLAG_REF,
		    .handle = UINT64_MAX } },
	};
	unsigned int i;

	for (i = 0; i < sizeof(orders); i++)
		bad_op(fd, "page of a bad order", (struct memctl_op){ .order = orders[i] });
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		bad_op(fd, "page of a node that is not there",
		       (struct memctl_op){ .nid = nodes[i] });
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		bad_op(fd, "kmalloc of a bad size",
		       (struct memctl_op){ .code = MEMCTL_OP_CODE_KMALLOC, .size = sizes[i] });
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		bad_op(fd, bad[i].name, bad[i].op);
}

static void cache_add(int fd, const void *name, size_t len, uint32_t size, uint32_t align,
		      uint32_t flags, const char *test)
{
	begin(&request, family, MEMCTL_CMD_CACHE_ADD, 0);
	put(&request, MEMCTL_A_CACHE_NAME, name, len);
	put_u32(&request, MEMCTL_A_CACHE_SIZE, size);
	put_u32(&request, MEMCTL_A_CACHE_ALIGN, align);
	put_u32(&request, MEMCTL_A_CACHE_FLAGS, flags);
	refused(fd, ANY_ERROR, 0, false, test);
}

void test_names(int fd, uint8_t cmd, uint16_t attr, uint16_t size_attr, bool wide, const char *what)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "empty", "", 1 },
		{ "not terminated", "abc", 3 },
		{ "NUL inside", "ab\0cd", 6 },
		{ "format", "%s%n", 5 },
		{ "slash", "/", 2 },
		{ "dots", "../../etc", 10 },
		{ "escape", "\033[31m", 6 },
		{ "newline", "a\nb", 4 },
		{ "blank", "a b", 4 },
		{ "UTF-8 junk", "\xff\xfe\xc0\x80", 5 },
		{ "32 bytes", "01234567890123456789012345678901", 33 },
	};
	char kilobyte[1024], name[96];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&request, family, cmd, 0);
		put(&request, attr, bad[i].bytes, bad[i].len);
		if (wide)
			put_u64(&request, size_attr, 4 << 20);
		else
			put_u32(&request, size_attr, 64);
		snprintf(name, sizeof(name), "T2 %s, name: %s", what, bad[i].name);
		refused(fd, -EINVAL, -ERANGE, false, name);
	}
	memset(kilobyte, 'a', sizeof(kilobyte));
	begin(&request, family, cmd, 0);
	put(&request, attr, kilobyte, sizeof(kilobyte));
	snprintf(name, sizeof(name), "T2 %s, name of a kilobyte", what);
	refused(fd, -EINVAL, -ERANGE, false, name);
}

void refused_u64(int fd, uint8_t cmd, const char *arena, uint16_t attr, uint64_t value,
		 const char *name)
{
	begin(&request, family, cmd, 0);
	if (arena)
		put_text(&request, 2, arena);
	put_u64(&request, attr, value);
	refused(fd, ANY_ERROR, 0, false, name);
}

static void refused_why(int fd, uint32_t order, uint16_t attr, uint32_t value, const char *name)
{
	begin(&request, family, MEMCTL_CMD_WHY, 0);
	put_u32(&request, MEMCTL_A_WHY_ORDER, order);
	if (attr)
		put_u32(&request, attr, value);
	refused(fd, -EINVAL, -ERANGE, false, name);
}

static void test_faults(int fd)
{
	static const struct {
		const char *name;
		uint16_t attr;
		uint32_t value;
		uint32_t site;
		uint32_t probability;
	} bad[] = {
		{ "T2 fault, nth 0", MEMCTL_A_INJECT_NTH, 0, MEMCTL_INJECT_SITE_MAP, 0 },
		{ "T2 fault, probability 0", MEMCTL_A_INJECT_PROBABILITY, 0, MEMCTL_INJECT_SITE_MAP,
		  0 },
		{ "T2 fault, more than certain", MEMCTL_A_INJECT_PROBABILITY,
		  MEMCTL_INJECT_ALWAYS + 1, MEMCTL_INJECT_SITE_MAP, 0 },
		{ "T2 fault, probability 2^32 - 1", MEMCTL_A_INJECT_PROBABILITY, UINT32_MAX,
		  MEMCTL_INJECT_SITE_MAP, 0 },
		{ "T2 fault, nth and probability", MEMCTL_A_INJECT_NTH, 1, MEMCTL_INJECT_SITE_MAP,
		  1 },
		{ "T2 fault, no site", MEMCTL_A_INJECT_NTH, 1, MEMCTL_INJECT_SITE_MAX + 1, 0 },
		{ "T2 fault, site 2^32 - 1", MEMCTL_A_INJECT_NTH, 1, UINT32_MAX, 0 },
		{ "T2 fault, order 11", MEMCTL_A_INJECT_ORDER, 11, MEMCTL_INJECT_SITE_ALLOC, 1 },
		{ "T2 fault, order of a mapping", MEMCTL_A_INJECT_ORDER, 1, MEMCTL_INJECT_SITE_MAP,
		  1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&request, family, MEMCTL_CMD_INJECT_ADD, 0);
		put_u32(&request, MEMCTL_A_INJECT_SITE, bad[i].site);
		put_u32(&request, bad[i].attr, bad[i].value);
		if (bad[i].probability)
			put_u32(&request, MEMCTL_A_INJECT_PROBABILITY, bad[i].probability);
		refused(fd, -EINVAL, -ERANGE, false, bad[i].name);
	}
}

void test_values(int fd)
{
	static const uint64_t sizes[] = { 0, 1ULL << 62, 1ULL << 63, UINT64_MAX };
	static const uint32_t nodes[] = { NO_SUCH, 64, INT32_MAX, UINT32_MAX };
	unsigned int i;

	test_operations(fd);
	test_faults(fd);
	cache_add(fd, "t2", 3, 0, 0, 0, "T2 cache of size 0");
	cache_add(fd, "t2", 3, MEMCTL_MAX_OBJECT_SIZE + 1, 0, 0, "T2 cache of size 8193");
	cache_add(fd, "t2", 3, UINT32_MAX, 0, 0, "T2 cache of size 2^32 - 1");
	cache_add(fd, "t2", 3, 64, 3, 0, "T2 cache aligned to 3");
	cache_add(fd, "t2", 3, 64, 8192, 0, "T2 cache aligned to 8192");
	cache_add(fd, "t2", 3, 64, 1U << 31, 0, "T2 cache aligned to 2^31");
	cache_add(fd, "t2", 3, 64, 0, 32, "T2 cache with an unknown flag");
	cache_add(fd, "t2", 3, 64, 0, MEMCTL_CACHE_FLAG_KMALLOC,
		  "T2 cache that says it is kmalloc's");
	cache_add(fd, "t2", 3, 64, 0, MEMCTL_CACHE_FLAG_CTOR, "T2 cache that says it has a ctor");
	cache_add(fd, "kmalloc-64", 11, 64, 0, 0, "T2 cache of a name that is taken");
	test_names(fd, MEMCTL_CMD_CACHE_ADD, MEMCTL_A_CACHE_NAME, MEMCTL_A_CACHE_SIZE, false,
		   "cache-add");
	test_names(fd, MEMCTL_CMD_REGION_ADD, MEMCTL_A_REGION_NAME, MEMCTL_A_REGION_NR_PAGES, false,
		   "region-add");
	test_names(fd, MEMCTL_CMD_ARENA_ADD, MEMCTL_A_ARENA_ARENA, MEMCTL_A_ARENA_SIZE, true,
		   "arena-add");

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		refused_u64(fd, MEMCTL_CMD_ARENA_ADD, "t2", MEMCTL_A_ARENA_SIZE, sizes[i],
			    "T2 arena-add of a bad size");
		refused_u64(fd, MEMCTL_CMD_ARENA_GROW, NULL, MEMCTL_A_ARENA_SIZE, sizes[i],
			    "T2 arena-grow by a bad size");
		refused_u64(fd, MEMCTL_CMD_ARENA_SHRINK, NULL, MEMCTL_A_ARENA_SIZE, sizes[i],
			    "T2 arena-shrink by a bad size");
	}
	/* A directory of /proc bears an arena's name. */
	refused_u64(fd, MEMCTL_CMD_ARENA_ADD, ".", MEMCTL_A_ARENA_SIZE, 4 << 20,
		    "T2 arena-add of .");
	refused_u64(fd, MEMCTL_CMD_ARENA_ADD, "..", MEMCTL_A_ARENA_SIZE, 4 << 20,
		    "T2 arena-add of ..");
	refused_u64(fd, MEMCTL_CMD_ARENA_ADD, "main", MEMCTL_A_ARENA_SIZE, 4 << 20,
		    "T2 arena-add of a name that is taken");
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		begin(&request, family, MEMCTL_CMD_ARENA_GROW, 0);
		put_u64(&request, MEMCTL_A_ARENA_SIZE, 4 << 20);
		put_u32(&request, MEMCTL_A_ARENA_NODES, nodes[i]);
		refused(fd, -EINVAL, -ERANGE, false, "T2 arena-grow from a node that is not there");
		if (nodes[i] != UINT32_MAX)
			refused_why(fd, 0, MEMCTL_A_WHY_NODE, nodes[i], "T2 why of a bad node");
	}
	refused_why(fd, 11, 0, 0, "T2 why of order 11");
	refused_why(fd, 64, 0, 0, "T2 why of order 64");
	refused_why(fd, UINT32_MAX, 0, 0, "T2 why of order 2^32 - 1");
	refused_why(fd, 0, MEMCTL_A_WHY_TYPE, 3, "T2 why of zone type 3");
	refused_why(fd, 0, MEMCTL_A_WHY_MIGRATETYPE, 3, "T2 why of migratetype 3");
	refused_why(fd, 0, MEMCTL_A_WHY_NODE, (uint32_t)-2, "T2 why of node -2");

	for (i = 0; i < 3; i++) {
		static const uint32_t pages[] = { 0, 1U << 31, UINT32_MAX };

		begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
		put_text(&request, MEMCTL_A_REGION_NAME, "t2");
		put_u32(&request, MEMCTL_A_REGION_NR_PAGES, pages[i]);
		refused(fd, ANY_ERROR, 0, false, "T2 region of a bad number of pages");
	}
	refused_u64(fd, MEMCTL_CMD_PT_WALK, NULL, MEMCTL_A_PT_ADDRESS, 0, "T2 pt-walk of 0");
	refused_u64(fd, MEMCTL_CMD_PT_WALK, NULL, MEMCTL_A_PT_ADDRESS, 1ULL << 63,
		    "T2 pt-walk of 2^63");
	refused_u64(fd, MEMCTL_CMD_WHAT, NULL, MEMCTL_A_WHAT_ADDRESS, 0, "T2 what is address 0");
	refused_u64(fd, MEMCTL_CMD_WHAT, NULL, MEMCTL_A_WHAT_ADDRESS, UINT64_MAX,
		    "T2 what is 2^64 - 1");
	refused_u64(fd, MEMCTL_CMD_WHAT, NULL, MEMCTL_A_WHAT_PFN, UINT64_MAX,
		    "T2 what is pfn 2^64 - 1");
	refused_u64(fd, MEMCTL_CMD_WHAT, NULL, MEMCTL_A_WHAT_HANDLE, 0, "T2 what is handle 0");
	begin(&request, family, MEMCTL_CMD_PLANT, 0);
	put_u32(&request, MEMCTL_A_PLANT_SITE, 0);
	refused(fd, -EPERM, 0, false, "T2 plant without plant=1");
	begin(&request, family, MEMCTL_CMD_PLANT, 0);
	put_u32(&request, MEMCTL_A_PLANT_SITE, MEMCTL_PLANT_SITE_MAX + 1);
	refused(fd, -ERANGE, -EINVAL, false, "T2 plant at a site that is none");
}
