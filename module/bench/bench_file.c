// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/memctl_bench, for root only. A program opens it, writes one line,
 *
 *   NAME [order=N] [size=BYTES] [batch=N] [rounds=N] [threads=N] [arena=NAME] [region=NAME]
 *
 * which starts that benchmark, and reads, as often as it likes,
 *
 *   progress DONE TOTAL
 *   options ORDER SIZE BATCH ROUNDS THREADS
 *   PATH SIDE UNIT OPERATIONS FAILED MIN MEDIAN P99
 *   ...
 *
 * separated by tabs. The lines of paths appear when the run is over; a read waits for that unless
 * the file is open with O_NONBLOCK, and fails if the run has failed. SIDE is "memctl" or the rival
 * in Linux; the last three are hundredths of UNIT per operation. Closing the file stops a run.
 *
 * F1  Only one run exists at a time, over all files, until its file is closed or its next run
 *     begins: two would disturb each other's measurements.
 * F2  An open file holds a reference to the module.
 *
 * Locks: session.lock serialises writes and protects the creation and removal of the run; no lock
 * is taken inside. session.state changes from IDLE to RUNNING under it, and from RUNNING to OVER in
 * the thread of the run, whose results are visible to a reader that sees OVER.
 */
#include <linux/capability.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "bench/bench.h"

#define BENCH_FILE "memctl_bench"
#define LINE_SIZE  256
#define TEXT_SIZE  (128 * (1 + BENCH_MAX_RESULTS))

enum state {
	IDLE,
	RUNNING,
	OVER,
};

/**
 * struct session - an open file
 * @lock: serialises writes
 * @state: enum state
 * @wait: to wait until the state is OVER
 * @run: the run; @lock, and constant while RUNNING
 * @task: its thread; @lock
 * @error: its result; valid in state OVER
 */
struct session {
	struct mutex lock;
	enum state state;
	wait_queue_head_t wait;
	struct bench_run *run;
	struct task_struct *task;
	int error;
};

/* Set while any run exists. */
static unsigned long in_use;

static enum state state_of(const struct session *session)
{
	/* Pairs with the store in run_main(): results are read after the state. */
	return smp_load_acquire(&session->state);
}

/* --- a run ---------------------------------------------------------------- */

static int run_main(void *data)
{
	struct session *session = data;

	session->error = bench_run_execute(session->run);
	/* Pairs with state_of(): results are written before the state. */
	smp_store_release(&session->state, OVER);
	wake_up_all(&session->wait);
	return 0;
}

/* Stop and destroy the run, if there is one. session->lock is held, or there is no other user. */
static void end_run(struct session *session)
{
	if (!session->run)
		return;
	WRITE_ONCE(session->run->stop, true);
	wait_event_idle(session->wait, state_of(session) == OVER);
	kthread_stop(session->task);
	put_task_struct(session->task);
	bench_run_destroy(session->run);
	session->run = NULL;
	session->state = IDLE;
	clear_bit_unlock(0, &in_use);
}

static int begin_run(struct session *session, const struct bench_benchmark *benchmark,
		     const struct bench_options *options)
{
	struct task_struct *task;
	struct bench_run *run;

	end_run(session);
	if (test_and_set_bit_lock(0, &in_use))
		return -EBUSY;
	run = bench_run_create(benchmark, options);
	if (IS_ERR(run)) {
		clear_bit_unlock(0, &in_use);
		return PTR_ERR(run);
	}
	task = kthread_create(run_main, session, BENCH_FILE);
	if (IS_ERR(task)) {
		bench_run_destroy(run);
		clear_bit_unlock(0, &in_use);
		return PTR_ERR(task);
	}
	session->run = run;
	session->task = get_task_struct(task);
	WRITE_ONCE(session->state, RUNNING);
	wake_up_process(task);
	return 0;
}

/* --- the line that starts a run ------------------------------------------- */

static const struct {
	const char *name;
	size_t offset;
	unsigned int min, max;
} numbers[] = {
	{ "order", offsetof(struct bench_options, order), 0, 10 },
	{ "size", offsetof(struct bench_options, size), 1, 8192 },
	{ "batch", offsetof(struct bench_options, batch), 1, BENCH_MAX_BATCH },
	{ "rounds", offsetof(struct bench_options, rounds), 1, BENCH_MAX_ROUNDS },
	{ "threads", offsetof(struct bench_options, threads), 1, BENCH_MAX_THREADS },
};

static int parse_name(char *to, const char *value)
{
	return strscpy(to, value, BENCH_NAME_SIZE) > 0 ? 0 : -EINVAL;
}

static int parse_option(struct bench_options *options, char *option)
{
	char *value = strchr(option, '=');
	unsigned int i, number;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(option, "arena"))
		return parse_name(options->arena, value);
	if (!strcmp(option, "region"))
		return parse_name(options->region, value);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(option, numbers[i].name))
			continue;
		if (kstrtouint(value, 10, &number))
			return -EINVAL;
		if (number < numbers[i].min || number > numbers[i].max)
			return -ERANGE;
		*(unsigned int *)((char *)options + numbers[i].offset) = number;
		return 0;
	}
	return -EINVAL;
}

static int parse(char *line, const struct bench_benchmark **benchmark,
		 struct bench_options *options)
{
	char *word;
	int err = 0;

	line = strim(line);
	word = strsep(&line, " ");
	*benchmark = bench_run_find(word);
	if (!*benchmark)
		return -EINVAL;
	while (!err && (word = strsep(&line, " ")))
		err = parse_option(options, word);
	return err;
}

static ssize_t bench_write(struct file *file, const char __user *buffer, size_t size, loff_t *pos)
{
	struct bench_options options = { .size = 64, .rounds = 1000 };
	struct session *session = file->private_data;
	const struct bench_benchmark *benchmark;
	char line[LINE_SIZE];
	int err;

	if (!size || size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buffer, size))
		return -EFAULT;
	line[size] = '\0';
	err = parse(line, &benchmark, &options);
	if (err)
		return err;
	if (mutex_lock_interruptible(&session->lock))
		return -EINTR;
	if (state_of(session) == RUNNING)
		err = -EBUSY;
	else
		err = begin_run(session, benchmark, &options);
	mutex_unlock(&session->lock);
	return err ? err : size;
}

/* --- results -------------------------------------------------------------- */

static size_t print(const struct session *session, bool over, char *text, size_t size)
{
	const struct bench_run *run = session->run;
	const struct bench_options *options = &run->options;
	size_t length;
	unsigned int i;

	length = scnprintf(text, size, "progress\t%lu\t%lu\noptions\t%u\t%u\t%u\t%u\t%u\n",
			   READ_ONCE(run->done), run->total, options->order, options->size,
			   options->batch, options->rounds, options->threads);
	for (i = 0; over && i < run->nr_results; i++) {
		const struct bench_result *result = &run->results[i];

		length += scnprintf(text + length, size - length,
				    "%s\t%s\t%s\t%llu\t%llu\t%llu\t%llu\t%llu\n", result->name,
				    result->side, result->unit, result->operations, result->failed,
				    result->min, result->median, result->p99);
	}
	return length;
}

static ssize_t bench_read(struct file *file, char __user *buffer, size_t size, loff_t *pos)
{
	struct session *session = file->private_data;
	ssize_t length = 0;
	char *text;
	bool over;

	if (!(file->f_flags & O_NONBLOCK) &&
	    wait_event_interruptible(session->wait, state_of(session) != RUNNING))
		return -ERESTARTSYS;
	text = kmalloc(TEXT_SIZE, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	mutex_lock(&session->lock);
	over = state_of(session) == OVER;
	if (over && session->error)
		length = session->error;
	else if (session->run)
		length = print(session, over, text, TEXT_SIZE);
	mutex_unlock(&session->lock);
	if (length > 0)
		length = simple_read_from_buffer(buffer, size, pos, text, length);
	kfree(text);
	return length;
}

static __poll_t bench_poll(struct file *file, poll_table *wait)
{
	struct session *session = file->private_data;

	poll_wait(file, &session->wait, wait);
	return state_of(session) == RUNNING ? EPOLLOUT : EPOLLIN | EPOLLRDNORM | EPOLLOUT;
}

static int bench_open(struct inode *inode, struct file *file)
{
	struct session *session;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	mutex_init(&session->lock);
	init_waitqueue_head(&session->wait);
	file->private_data = session;
	return 0;
}

static int bench_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;

	end_run(session);
	kfree(session);
	module_put(THIS_MODULE);
	return 0;
}

static const struct proc_ops bench_ops = {
	.proc_open = bench_open,
	.proc_read = bench_read,
	.proc_write = bench_write,
	.proc_poll = bench_poll,
	.proc_lseek = default_llseek,
	.proc_release = bench_release,
};

static int __init bench_init(void)
{
	return proc_create(BENCH_FILE, 0600, NULL, &bench_ops) ? 0 : -ENOMEM;
}

static void __exit bench_exit(void)
{
	remove_proc_entry(BENCH_FILE, NULL);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Costs of memctl's paths beside Linux's own");
