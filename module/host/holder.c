// SPDX-License-Identifier: GPL-2.0
/*
 * The holders of the module, of a region or of an arena.
 *
 * Two kinds are found. Requests and dumps are on a list (asker.c). Descriptors
 * are searched for in every process, because no hook reports all of them: those
 * of our files (by the owner of their operations), and O_PATH ones in our file
 * system, which hold it and through it the module. A descriptor that no process
 * has is not found: one in a message of a socket, in a queue of fanotify, or
 * held by the host itself (io_uring, a loop device).
 *
 * H1  Nothing here waits: a process is examined under its task_lock() and the
 *     lock of its descriptors, one process after the other.
 * H2  The result was true at that moment, and takes no reference.
 *
 * Locks: those of a process, taken and released one by one; inside of
 * arena->regions->lock.
 */
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/threads.h>
#include <uapi/linux/memctl.h>
#include "host/asker.h"
#include "host/error.h"
#include "host/holder.h"

/* Descriptors listed of one process; beyond these only their number is. */
#define NR_LISTED 8
/* Escaped in names, because a line is split at blanks. */
#define BLANKS " \t\n\\"
/* Positions: pids are below, ids of askers from here on. */
#define FIRST_ASKER ((u64)PID_MAX_LIMIT + 1)

/* --- descriptors ---------------------------------------------------------------------------- */

/**
 * struct search - what to look for in a process
 * @inode: only descriptors of this inode; NULL for all that hold the module
 * @m: where to write a line for each; NULL to count
 * @pid: of the thread group
 * @comm: its name
 * @nr: number found
 * @first: the first of them
 */
struct search {
	const struct inode *inode;
	struct seq_file *m;
	int pid;
	char comm[TASK_COMM_LEN];
	unsigned int nr;
	unsigned int first;
};

static bool is_path(const struct file *file)
{
	return file->f_mode & FMODE_PATH;
}

/* Whether it is a region's: each of these inodes of the module's one file system is permanent. */
static bool is_region(const struct inode *inode)
{
	return inode->i_sb->s_type->owner == THIS_MODULE;
}

static bool holds_module(const struct file *file)
{
	if (is_path(file))
		return is_region(file_inode(file));
	return file->f_op->owner == THIS_MODULE;
}

static const char *kind_of(const struct file *file)
{
	if (is_path(file))
		return "path";
	return is_region(file_inode(file)) ? "region" : "file";
}

static void show_line(struct search *search, const struct file *file, unsigned int fd)
{
	char buffer[MEMCTL_NAME_MAX + 64];
	const char *name;

	/* Dentries of regions have the region's name, and are never renamed. */
	if (is_region(file_inode(file)))
		name = file->f_path.dentry->d_name.name;
	else
		name = d_path(&file->f_path, buffer, sizeof(buffer));
	seq_printf(search->m, "%d %u %s ", search->pid, fd, kind_of(file));
	seq_escape(search->m, IS_ERR(name) ? "?" : name, BLANKS);
	seq_putc(search->m, ' ');
	seq_escape(search->m, search->comm, BLANKS);
	seq_putc(search->m, '\n');
}

static int look_at_file(const void *data, struct file *file, unsigned int fd)
{
	/* The host's function passes our pointer on. */
	struct search *search = *(struct search *const *)data;

	if (search->inode ? file_inode(file) != search->inode || is_path(file) :
			    !holds_module(file))
		return 0;
	if (!search->nr++)
		search->first = fd;
	if (search->m && search->nr <= NR_LISTED)
		show_line(search, file, fd);
	return 0;
}

/* All descriptors of a task; a thread most often shares those of its process. */
static void look_at_task(struct search *search, struct task_struct *task)
{
	bool shared = !thread_group_leader(task) &&
		      READ_ONCE(task->files) == READ_ONCE(task->group_leader->files);

	search->nr = 0;
	search->pid = task_tgid_nr(task);
	get_task_comm(search->comm, task);
	if (shared)
		return;
	task_lock(task);
	iterate_fd(task->files, 0, look_at_file, &search);
	task_unlock(task);
}

/* The task of the lowest number from *@nr on, referenced, or NULL; *@nr becomes its number. */
static struct task_struct *task_from(int *nr)
{
	struct task_struct *task = NULL;
	struct pid *pid;

	rcu_read_lock();
	while ((pid = idr_get_next(&init_pid_ns.idr, nr))) {
		task = pid_task(pid, PIDTYPE_PID);
		if (task) {
			get_task_struct(task);
			break;
		}
		++*nr;
	}
	rcu_read_unlock();
	return task;
}

/* Find the first task, from *@nr on, that holds something. Return: whether there is one. */
static bool next_process(struct search *search, int *nr)
{
	struct task_struct *task;

	while (!fatal_signal_pending(current) && (task = task_from(nr))) {
		/* The task that lists the holders reads the list from a file of ours. */
		bool skip = !search->inode && same_thread_group(task, current);

		look_at_task(search, task);
		put_task_struct(task);
		if (search->nr && !skip)
			return true;
		cond_resched();
		++*nr;
	}
	return false;
}

/**
 * mctl_holders_of_inode() - list the processes that have a file of an inode open, as text
 * @inode: the inode
 * @text: becomes "pid PID COMM fd FD, ..."; empty for none
 * @size: size of @text in bytes
 *
 * Context: Process context, may sleep.
 * Return: length of the text.
 */
size_t mctl_holders_of_inode(struct inode *inode, char *text, size_t size)
{
	struct search search = { .inode = inode };
	size_t used = 0;
	char one[64];
	int nr = 1;

	text[0] = '\0';
	for (; next_process(&search, &nr); nr++) {
		snprintf(one, sizeof(one), "pid %d %s fd %u", search.pid, search.comm,
			 search.first);
		used = mctl_text_add(text, size, used, one);
	}
	return used;
}

/* --- all of them ---------------------------------------------------------------------------- */

/**
 * mctl_holders_next() - find the next process, request or dump that holds the module
 * @position: where to start, 0 to begin with; becomes where it was found
 *
 * The asker itself is left out.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT if there are no more.
 */
int mctl_holders_next(u64 *position)
{
	struct mctl_asker asker;
	struct search search = {};
	int nr;

	if (*position < FIRST_ASKER) {
		nr = *position;
		if (next_process(&search, &nr)) {
			*position = nr;
			return 0;
		}
		*position = FIRST_ASKER;
	}
	if (!mctl_asker_from(*position - FIRST_ASKER, &asker))
		return -ENOENT;
	*position = FIRST_ASKER + asker.id.value;
	return 0;
}

static void show_asker(struct seq_file *m, u64 id)
{
	struct mctl_asker asker;

	if (!mctl_asker_from(id, &asker) || asker.id.value != id)
		return;
	seq_printf(m, "%d - %s %s:%u ", asker.pid, asker.dump ? "dump" : "request", asker.what,
		   asker.port);
	seq_escape(m, asker.comm, BLANKS);
	seq_putc(m, '\n');
}

/**
 * mctl_holders_show() - write a line for each thing that a holder has
 * @m: where to write
 * @position: from mctl_holders_next()
 *
 * A line is "PID FD KIND NAME COMM", the last two with blanks and the like as octal escapes; FD is
 * '-' for a dump or a request. Nothing is written for a holder that has gone meanwhile.
 *
 * Context: Process context, may sleep.
 * Return: 0.
 */
int mctl_holders_show(struct seq_file *m, u64 position)
{
	struct search search = { .m = m };
	struct task_struct *task;
	int nr = position;

	if (position >= FIRST_ASKER) {
		show_asker(m, position - FIRST_ASKER);
		return 0;
	}
	task = task_from(&nr);
	if (!task)
		return 0;
	if (nr == position)
		look_at_task(&search, task);
	put_task_struct(task);
	if (search.nr > NR_LISTED)
		seq_printf(m, "%d - more %u -\n", search.pid, search.nr - NR_LISTED);
	return 0;
}
