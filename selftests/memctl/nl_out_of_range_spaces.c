// SPDX-License-Identifier: GPL-2.0
/*
 * nl_out_of_range_spaces - T2, values out of range in requests about regions for
 * processes.
 */
#include "nl_hostile.h"
#include "nl_message.h"

#define SPACE_START 0x100000000000ULL

/* A request about the region "t2" for processes, of 4 MiB, with one more attribute or two. */
static void refused_space(int fd, uint8_t cmd, uint16_t attr, uint64_t value, uint16_t other,
			  uint64_t second, const char *name)
{
	begin(&request, family, cmd, 0);
	put_text(&request, MEMCTL_A_VMA_REGION, "t2");
	put_u64(&request, attr, value);
	if (other)
		put_u64(&request, other, second);
	refused(fd, ANY_ERROR, 0, false, name);
}

static void test_space_sizes(int fd)
{
	static const uint64_t sizes[] = { 0, 1, 4095, 1ULL << 63, UINT64_MAX };
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		refused_u64(fd, MEMCTL_CMD_RMAP, NULL, MEMCTL_A_RMAP_PFN, sizes[i],
			    "T2 rmap of a frame that is none of ours");
		begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
		put_text(&request, MEMCTL_A_REGION_NAME, "bad");
		put_u64(&request, MEMCTL_A_REGION_SIZE, sizes[i]);
		refused(fd, ANY_ERROR, 0, false, "T2 region for processes of a bad size");
		refused_space(fd, MEMCTL_CMD_VMA_UNMAP, MEMCTL_A_VMA_START, SPACE_START,
			      MEMCTL_A_VMA_SIZE, sizes[i], "T2 vma-unmap of a bad size");
		refused_space(fd, MEMCTL_CMD_VMA_DISCARD, MEMCTL_A_VMA_START, sizes[i],
			      MEMCTL_A_VMA_SIZE, 4096, "T2 vma-discard at a bad address");
		refused_space(fd, MEMCTL_CMD_REGION_READ, MEMCTL_A_ACCESS_ADDRESS, sizes[i],
			      MEMCTL_A_ACCESS_SIZE, 1, "T2 region-read at a bad address");
		if (sizes[i] && sizes[i] <= 4095)
			continue;
		refused_space(fd, MEMCTL_CMD_REGION_READ, MEMCTL_A_ACCESS_ADDRESS, SPACE_START,
			      MEMCTL_A_ACCESS_SIZE, sizes[i], "T2 region-read of a bad size");
		if (sizes[i])
			refused_space(fd, MEMCTL_CMD_REGION_TOUCH, MEMCTL_A_ACCESS_ADDRESS,
				      SPACE_START, MEMCTL_A_ACCESS_SIZE, sizes[i],
				      "T2 region-touch of a bad size");
	}
	refused_space(fd, MEMCTL_CMD_REGION_READ, MEMCTL_A_ACCESS_ADDRESS, SPACE_START,
		      MEMCTL_A_ACCESS_SIZE, MEMCTL_MAX_DATA + 1, "T2 region-read of too much");
	refused_space(fd, MEMCTL_CMD_VMA_GET, MEMCTL_A_VMA_ADDRESS, 0, 0, 0, "T2 vma-get of 0");
}

/* Values of 32 bits, one command and attribute each. */
static void test_space_words(int fd)
{
	static const struct {
		const char *name;
		uint8_t cmd;
		uint16_t attr;
		uint32_t value;
	} bad[] = {
		{ "T2 vma-protect with right 4", MEMCTL_CMD_VMA_PROTECT, MEMCTL_A_VMA_RIGHTS, 4 },
		{ "T2 trace-set of 2", MEMCTL_CMD_TRACE_SET, MEMCTL_A_TRACE_ENABLE, 2 },
		{ "T2 process-get of 0", MEMCTL_CMD_PROCESS_GET, MEMCTL_A_PROCESS_PID, 0 },
		{ "T2 process-get of 2^32 - 1", MEMCTL_CMD_PROCESS_GET, MEMCTL_A_PROCESS_PID,
		  UINT32_MAX },
		{ "T2 pt-verify of process 0", MEMCTL_CMD_PT_VERIFY, MEMCTL_A_PT_PID, 0 },
		{ "T2 pt-verify of process 2^31", MEMCTL_CMD_PT_VERIFY, MEMCTL_A_PT_PID, 1U << 31 },
	};
	static const uint32_t windows[] = { 0, 3, 1024, UINT32_MAX };
	static const uint32_t orders[] = { 1, 8, 10, 11, UINT32_MAX };
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&request, family, bad[i].cmd, 0);
		put_text(&request, MEMCTL_A_VMA_REGION, "t2");
		put_u32(&request, bad[i].attr, bad[i].value);
		refused(fd, ANY_ERROR, 0, false, bad[i].name);
	}
	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		begin(&request, family, MEMCTL_CMD_REGION_SET, 0);
		put_text(&request, MEMCTL_A_REGION_NAME, "t2");
		put_u32(&request, MEMCTL_A_REGION_WINDOW, windows[i]);
		refused(fd, -EINVAL, 0, false, "T2 region-set of a bad window");
	}
	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
		put_text(&request, MEMCTL_A_REGION_NAME, "bad");
		put_u64(&request, MEMCTL_A_REGION_SIZE, 4 << 20);
		put_u32(&request, MEMCTL_A_REGION_ORDER, orders[i]);
		refused(fd, -EINVAL, -ERANGE, false, "T2 region of an order but 0 and 9");
	}
	begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, "bad");
	put_u64(&request, MEMCTL_A_REGION_SIZE, 4 << 20);
	put_u32(&request, MEMCTL_A_REGION_NR_PAGES, 1);
	refused(fd, -EINVAL, 0, false, "T2 region of both kinds");
}

void test_spaces(int fd)
{
	begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, "t2");
	put_u64(&request, MEMCTL_A_REGION_SIZE, 4 << 20);
	check(!finish(fd, &request, &reply), "T2 a region for processes");
	test_names(fd, MEMCTL_CMD_REGION_ADD, MEMCTL_A_REGION_NAME, MEMCTL_A_REGION_SIZE, true,
		   "region-add for processes");
	test_space_sizes(fd);
	test_space_words(fd);
	begin(&request, family, MEMCTL_CMD_REGION_DEL, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, "t2");
	check(!finish(fd, &request, &reply), "T2 it is removed");
}
