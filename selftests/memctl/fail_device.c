// SPDX-License-Identifier: GPL-2.0
/*
 * fail_device - flows of fail_nth.c for regions that processes map: what the family does
 * with them, and what a process does. The region is "fn-space", of 4 MiB.
 */
#include <stdbool.h>
#include <stdint.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "fail_flow.h"

#define SIZE	  (4UL << 20)
#define FILE_NAME "/tmp/fail-nth"

static int space_file = -1, copy_file = -1;
static char *memory, *copy_memory;
static int pipe_ends[2] = { -1, -1 };

/* --- requests --- */

static int add_space(const char *name, uint32_t order)
{
	return ask(MEMCTL_CMD_REGION_ADD, "sqw", MEMCTL_A_REGION_NAME, name, MEMCTL_A_REGION_SIZE,
		   (uint64_t)SIZE, MEMCTL_A_REGION_ORDER, order);
}

static int del_region(const char *name)
{
	return ask(MEMCTL_CMD_REGION_DEL, "s", MEMCTL_A_REGION_NAME, name);
}

static int fork_region(const char *from, const char *to)
{
	return ask(MEMCTL_CMD_REGION_FORK, "ss", MEMCTL_A_REGION_NAME, to, MEMCTL_A_REGION_FROM,
		   from);
}

static int change(int cmd, uint64_t start, uint64_t size)
{
	return ask(cmd, "sqq", MEMCTL_A_VMA_REGION, "fn-space", MEMCTL_A_VMA_START,
		   SPACE_START + start, MEMCTL_A_VMA_SIZE, size);
}

static int touch(uint64_t start, uint64_t size)
{
	int ret = ask(MEMCTL_CMD_REGION_TOUCH, "sqqf", MEMCTL_A_ACCESS_REGION, "fn-space",
		      MEMCTL_A_ACCESS_ADDRESS, SPACE_START + start, MEMCTL_A_ACCESS_SIZE, size,
		      MEMCTL_A_ACCESS_WRITE);

	return ret ?: replied_number(&reply, MEMCTL_A_ACCESS_NR_REFUSED) ? -ENOMEM : 0;
}

static int map_vma(const char *file)
{
	return ask(MEMCTL_CMD_VMA_MAP, file ? "sqqws" : "sqqw", MEMCTL_A_VMA_REGION, "fn-space",
		   MEMCTL_A_VMA_START, SPACE_START, MEMCTL_A_VMA_SIZE, (uint64_t)SIZE,
		   MEMCTL_A_VMA_RIGHTS, MEMCTL_RIGHT_READ | MEMCTL_RIGHT_WRITE, MEMCTL_A_VMA_FILE,
		   file);
}

/* One vma, anonymous, of all of the region, and nothing in it. */
static void reset_space(void)
{
	change(MEMCTL_CMD_VMA_UNMAP, 0, SIZE);
	map_vma(NULL);
}

ACT(space_add, add_space("fn", 0))

static int space_set(void)
{
	return ask(MEMCTL_CMD_REGION_SET, "sw", MEMCTL_A_REGION_NAME, "fn-space",
		   MEMCTL_A_REGION_WINDOW, 16);
}

ACT(space_fork, fork_region("fn-space", "fn"))
ACT(vma_get, ask(MEMCTL_CMD_VMA_GET, "sq", MEMCTL_A_VMA_REGION, "fn-space", MEMCTL_A_VMA_ADDRESS,
		 SPACE_START))
ACT(vma_dump, ask_dump(MEMCTL_CMD_VMA_GET, "s", MEMCTL_A_VMA_REGION, "fn-space"))
ACT(vma_map, map_vma(NULL))
ACT(vma_map_file, map_vma(FILE_NAME))
ACT(vma_unmap, change(MEMCTL_CMD_VMA_UNMAP, PAGE, PAGE))
ACT(vma_protect, ask(MEMCTL_CMD_VMA_PROTECT, "sqqw", MEMCTL_A_VMA_REGION, "fn-space",
		     MEMCTL_A_VMA_START, SPACE_START + 4 * PAGE, MEMCTL_A_VMA_SIZE, (uint64_t)PAGE,
		     MEMCTL_A_VMA_RIGHTS, MEMCTL_RIGHT_READ))
ACT(vma_discard, change(MEMCTL_CMD_VMA_DISCARD, 0, 16 * PAGE))

static int region_read(void)
{
	return ask(MEMCTL_CMD_REGION_READ, "sqq", MEMCTL_A_ACCESS_REGION, "fn-space",
		   MEMCTL_A_ACCESS_ADDRESS, SPACE_START, MEMCTL_A_ACCESS_SIZE, (uint64_t)3 * PAGE);
}

static int region_write(void)
{
	return ask(MEMCTL_CMD_REGION_WRITE, "sqb", MEMCTL_A_ACCESS_REGION, "fn-space",
		   MEMCTL_A_ACCESS_ADDRESS, SPACE_START + PAGE - 4, MEMCTL_A_ACCESS_DATA,
		   "12345678", (size_t)8);
}

ACT(region_touch, touch(0, 8 * PAGE))
ACT(region_idle, ask(MEMCTL_CMD_REGION_IDLE, "s", MEMCTL_A_IDLE_REGION, "fn-space"))
ACT(process_dump, ask_dump(MEMCTL_CMD_PROCESS_GET, ""))
ACT(rmap, ask(MEMCTL_CMD_RMAP, "q", MEMCTL_A_RMAP_PFN, (uint64_t)1))
ACT(trace_get, ask(MEMCTL_CMD_TRACE_GET, "sq", MEMCTL_A_TRACE_REGION, "fn-space",
		   MEMCTL_A_TRACE_NEXT, (uint64_t)0))

static int trace(uint32_t enable)
{
	return ask(MEMCTL_CMD_TRACE_SET, "sw", MEMCTL_A_TRACE_REGION, "fn-space",
		   MEMCTL_A_TRACE_ENABLE, enable);
}

ACT(trace_on, trace(1))
UNDO(trace_off, trace(0))
UNDO(nothing_mapped, change(MEMCTL_CMD_VMA_UNMAP, 0, SIZE))
UNDO(something_there, touch(0, 16 * PAGE))

static void traced(void)
{
	trace(1);
	touch(0, 8 * PAGE);
}

static void untraced(void)
{
	trace(0);
	reset_space();
}

static void copy_gone(void)
{
	del_region("fn");
	reset_space();
}

/* --- files --- */

static int bind_region(const char *name)
{
	struct memctl_dev_bind bind = {};
	int device = open("/dev/memctl", O_RDWR | O_CLOEXEC);
	int fd;

	if (device < 0)
		return -errno;
	snprintf(bind.region, sizeof(bind.region), "%s", name);
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	if (fd < 0)
		fd = -errno;
	close(device);
	return fd;
}

static void close_all(void)
{
	int *const files[] = { &space_file, &copy_file, &pipe_ends[0], &pipe_ends[1] };

	if (memory)
		munmap(memory, SIZE);
	if (copy_memory)
		munmap(copy_memory, SIZE);
	memory = NULL;
	copy_memory = NULL;
	for (unsigned int i = 0; i < 4; i++) {
		if (*files[i] >= 0)
			close(*files[i]);
		*files[i] = -1;
	}
	del_region("fn");
	del_region("fn-copy");
	reset_space();
}

static char *map_file(int fd)
{
	char *start = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return start == MAP_FAILED ? NULL : start;
}

static int dev_open(void)
{
	space_file = bind_region("fn-space");
	return space_file < 0 ? space_file : 0;
}

static int dev_map(void)
{
	memory = map_file(space_file);
	return memory ? 0 : -errno;
}

static int range(int command, uint64_t offset, uint64_t size)
{
	struct memctl_dev_range where = { .offset = offset, .size = size };

	return ioctl(space_file, command, &where) ? -errno : 0;
}

static void opened(void)
{
	dev_open();
}

static void opened_full(void)
{
	dev_open();
	range(MEMCTL_DEV_POPULATE, 0, 16 * PAGE);
}

static char bytes[3 * PAGE];

ACT(populate, range(MEMCTL_DEV_POPULATE, 0, 100 * PAGE))
ACT(discard, range(MEMCTL_DEV_DISCARD, PAGE, PAGE))
ACT(file_read, pread(space_file, bytes, sizeof(bytes), 100) == sizeof(bytes) ? 0 : -ENOMEM)
ACT(file_write, pwrite(space_file, bytes, sizeof(bytes), 100) == sizeof(bytes) ? 0 : -ENOMEM)

static void piped(void)
{
	opened_full();
	if (pipe(pipe_ends))
		perror("# pipe");
}

static int file_splice(void)
{
	loff_t offset = 0;
	ssize_t done = splice(space_file, &offset, pipe_ends[1], NULL, 4 * PAGE, 0);

	return done == 4 * PAGE ? 0 : done < 0 ? -errno : -ENOMEM;
}

/* --- mappings --- */

static sigjmp_buf fault_return;

static void on_fault(int number)
{
	(void)number;
	siglongjmp(fault_return, 1);
}

/* Return: 0, or -ENOMEM for a signal. */
static int access_byte(volatile char *address, bool write)
{
	if (sigsetjmp(fault_return, 0))
		return -ENOMEM;
	if (write)
		*address = 1;
	else
		bytes[0] = *address;
	return 0;
}

static void mapped(void)
{
	dev_open();
	dev_map();
}

static void mapped_full(void)
{
	mapped();
	for (unsigned int i = 0; i < 16; i++)
		access_byte(memory + i * PAGE, true);
}

static void mapped_copy(void)
{
	mapped_full();
	fork_region("fn-space", "fn-copy");
	copy_file = bind_region("fn-copy");
	copy_memory = map_file(copy_file);
	access_byte(copy_memory, false);
}

static void mapped_file(void)
{
	change(MEMCTL_CMD_VMA_UNMAP, 0, SIZE);
	map_vma(FILE_NAME);
	mapped();
}

static void mapped_large(void)
{
	add_space("fn", 9);
	space_file = bind_region("fn");
	dev_map();
}

static void mapped_large_full(void)
{
	mapped_large();
	access_byte(memory, true);
}

ACT(fault_read, access_byte(memory + 5 * PAGE, false))
ACT(fault_write, access_byte(memory + 5 * PAGE, true))
ACT(fault_copy, access_byte(copy_memory + 3 * PAGE, true))
ACT(unmap_middle, munmap(memory + 4 * PAGE, PAGE) ? -errno : 0)
ACT(protect_middle, mprotect(memory + 4 * PAGE, PAGE, PROT_READ) ? -errno : 0)

static int move_part(void)
{
	char *to = mremap(memory + 4 * PAGE, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			  memory + 64 * PAGE);

	return to == MAP_FAILED ? -errno : 0;
}

static int fork_process(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	return status ? -ECHILD : 0;
}

const struct flow device_flows[] = {
	{ "region-add for processes", NULL, NULL, space_add, region_gone, 0 },
	{ "region-set", NULL, NULL, space_set, NULL, 0 },
	{ "region-fork", NULL, something_there, space_fork, copy_gone, 0 },
	{ "vma-get", NULL, something_there, vma_get, reset_space, 0 },
	{ "vma-get, dump", NULL, NULL, vma_dump, NULL, 0 },
	{ "vma-map", NULL, nothing_mapped, vma_map, reset_space, 0 },
	{ "vma-map of a file", NULL, nothing_mapped, vma_map_file, reset_space, 0 },
	{ "vma-unmap", NULL, something_there, vma_unmap, reset_space, 0 },
	{ "vma-protect", NULL, something_there, vma_protect, reset_space, 0 },
	{ "vma-discard", NULL, something_there, vma_discard, reset_space, 0 },
	{ "region-read", NULL, NULL, region_read, reset_space, 0 },
	{ "region-write", NULL, NULL, region_write, reset_space, 0 },
	{ "region-touch", NULL, NULL, region_touch, reset_space, 0 },
	{ "region-idle", NULL, something_there, region_idle, reset_space, 0 },
	{ "process-get, dump", NULL, mapped_full, process_dump, close_all, 0 },
	{ "rmap", NULL, NULL, rmap, NULL, -ENOENT },
	{ "trace-set", NULL, NULL, trace_on, trace_off, 0 },
	{ "trace-get", NULL, traced, trace_get, untraced, 0 },
	{ "open", NULL, NULL, dev_open, close_all, 0 },
	{ "mmap", NULL, opened, dev_map, close_all, 0 },
	{ "populate", NULL, opened, populate, close_all, 0 },
	{ "discard", NULL, opened_full, discard, close_all, 0 },
	{ "read", NULL, opened, file_read, close_all, 0 },
	{ "write", NULL, opened, file_write, close_all, 0 },
	{ "splice", NULL, piped, file_splice, close_all, 0 },
	{ "fault, read", NULL, mapped, fault_read, close_all, 0 },
	{ "fault, write", NULL, mapped, fault_write, close_all, 0 },
	{ "fault, copy on write", NULL, mapped_copy, fault_copy, close_all, 0 },
	{ "fault, a file", NULL, mapped_file, fault_read, close_all, 0 },
	{ "fault, 2 MiB", NULL, mapped_large, fault_write, close_all, 0 },
	{ "discard of 2 MiB in part", NULL, mapped_large_full, discard, close_all, 0 },
	{ "pt-verify of a process", NULL, mapped_full, pt_verify, close_all, 0 },
	{ "munmap in the middle", NULL, mapped_full, unmap_middle, close_all, 0 },
	{ "mprotect in the middle", NULL, mapped_full, protect_middle, close_all, 0 },
	{ "mremap of a part", NULL, mapped_full, move_part, close_all, 0 },
	{ "fork of a process", NULL, mapped_full, fork_process, close_all, 0 },
};

const unsigned int nr_device_flows = ARRAY_SIZE(device_flows);

/* What the flows need. Return: whether it is there. */
bool device_begin(void)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	int file = open(FILE_NAME, O_CREAT | O_TRUNC | O_RDWR, 0600);

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	if (file < 0 || ftruncate(file, SIZE) || close(file))
		return false;
	return !add_space("fn-space", 0);
}

bool device_end(void)
{
	unlink(FILE_NAME);
	return !del_region("fn-space");
}
