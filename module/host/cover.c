// SPDX-License-Identifier: GPL-2.0
/*
 * Which instructions of the module were reached, only in a build with KCOV=y:
 * the compiler inserts a call of this at each basic block of the other files.
 *
 * The kernel's own function of this name feeds KCOV, which sees only tasks that
 * enabled it: not what runs while the machine is stopped, in timers, in work
 * queues, in a task that exits. So ours does for KCOV what the kernel's does,
 * and also counts every hit, by any context, in a byte for the place, up to 255.
 * The bytes are /sys/kernel/debug/memctl_cover; the one for the function itself
 * is in the middle.
 *
 * I1  Nothing here calls code that could be instrumented: this file is not
 *     instrumented, nor is it checked by KASAN or seen by the tracer.
 *
 * Locks: none; of two simultaneous hits one may not be counted.
 */
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/kcov.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include "host/cover.h"

#define MAP_SIZE (4UL << 20)

static u8 map[MAP_SIZE];
static struct debugfs_blob_wrapper blob = { .data = map, .size = sizeof(map) };
static struct dentry *file;

#ifdef CONFIG_KCOV
/* kernel/kcov.c, check_kcov_mode() and __sanitizer_cov_trace_pc() */
static __always_inline void feed_kcov(unsigned long ip)
{
	struct task_struct *task = current;
	unsigned long *area, position;

	if (!in_task() || READ_ONCE(task->kcov_mode) != KCOV_MODE_TRACE_PC)
		return;
	barrier();
	area = task->kcov_area;
	position = READ_ONCE(area[0]) + 1;
	if (position < task->kcov_size) {
		WRITE_ONCE(area[0], position);
		barrier();
		area[position] = ip;
	}
}
#else
static __always_inline void feed_kcov(unsigned long ip)
{
}
#endif

void notrace __sanitizer_cov_trace_pc(void)
{
	unsigned long ip = _RET_IP_;
	unsigned long at = ip - (unsigned long)__sanitizer_cov_trace_pc + MAP_SIZE / 2;
	u8 count;

	if (at < MAP_SIZE) {
		count = READ_ONCE(map[at]);
		if (count < U8_MAX)
			WRITE_ONCE(map[at], count + 1);
	}
	feed_kcov(ip);
}

/**
 * mctl_cover_init() - create the debugfs file
 *
 * Context: Process context.
 */
void mctl_cover_init(void)
{
	file = debugfs_create_blob("memctl_cover", 0400, NULL, &blob);
}

/**
 * mctl_cover_exit() - remove the debugfs file
 *
 * Context: Process context.
 */
void mctl_cover_exit(void)
{
	debugfs_remove(file);
}
