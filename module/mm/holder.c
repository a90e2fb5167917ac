// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds the module, a region or an arena.
 *
 * Two kinds are found. Requests and dumps are on a list from their begin to
 * their end. Descriptors are looked for in every process, as nothing tells us of
 * all of them: those of our files (by the owner of their operations), and those
 * of O_PATH in our file system, which hold it and by it the module. A descriptor
 * that is in no process is not found: one that is in a message of a socket, in a
 * queue of fanotify, or held by the host itself (io_uring, a loop device).
 *
 * H1  Nothing here waits: a process is looked at under its task_lock() and the
 *     lock of its descriptors, and all processes one after the other.
 * H2  What is found is what was so at that moment, and gives no hold.
 *
 * Locks: askers_lock, a leaf, never held while text goes to a user. The locks
 * of a process, taken and let go of one by one; inside of arena->regions.lock.
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
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/threads.h>
#include "mm/holder.h"
#include "mm/space_internal.h"

/* Descriptors listed of one process; of more only the number is. */
#define NR_LISTED 8
/* What is escaped in names: a line is split at blanks. */
#define BLANKS " \t\n\\"
/* Positions: below it pids, from it on the ids of askers. */
#define FIRST_ASKER ((u64)PID_MAX_LIMIT + 1)

static DEFINE_SPINLOCK(askers_lock);
static LIST_HEAD(askers); /* by id; askers_lock */
static u32 last_asker;	  /* askers_lock */

/* --- requests and dumps --------------------------------------------------------------------- */

/**
 * mctl_asker_begin() - a request or a dump begins
 * @asker: filled; to be kept until mctl_asker_end()
 * @what: name of the request; not copied
 * @dump: it is a dump
 * @port: of the netlink socket
 * @arena: what it holds, or NULL
 *
 * Context: Process, of who asks.
 */
void mctl_asker_begin(struct mctl_asker *asker, const char *what, bool dump, u32 port,
		      struct mctl_arena *arena)
{
	*asker = (struct mctl_asker){
		.arena = arena,
		.pid = task_tgid_nr(current),
		.port = port,
		.what = what,
		.dump = dump,
	};
	get_task_comm(asker->comm, current);
	spin_lock(&askers_lock);
	asker->id = ++last_asker;
	list_add_tail(&asker->list, &askers);
	spin_unlock(&askers_lock);
}

/**
 * mctl_asker_look() - say which arena a request holds from now on
 * @asker: the request
 * @arena: the arena, or NULL for none
 *
 * Context: Process.
 */
void mctl_asker_look(struct mctl_asker *asker, struct mctl_arena *arena)
{
	spin_lock(&askers_lock);
	asker->arena = arena;
	spin_unlock(&askers_lock);
}

/**
 * mctl_asker_end() - a request or a dump is over
 * @asker: from mctl_asker_begin()
 *
 * Context: Process.
 */
void mctl_asker_end(struct mctl_asker *asker)
{
	spin_lock(&askers_lock);
	list_del(&asker->list);
	spin_unlock(&askers_lock);
}

/* One more of a list in words: "pid 12 cat fd 3, pid 13 dd fd 5". Never cut inside of one. */
static size_t add_text(char *text, size_t size, size_t used, const char *one)
{
	size_t length = strlen(one) + (used ? 2 : 0);

	if (used + length >= size)
		return used;
	return used + scnprintf(text + used, size - used, "%s%s", used ? ", " : "", one);
}

/**
 * mctl_holders_of_arena() - the requests that hold an arena right now, as text
 * @arena: the arena
 * @text: becomes "pid PID COMM REQUEST, ..."; empty for none
 * @size: bytes of it
 *
 * The request that calls this is left out.
 *
 * Context: Process.
 * Return: length of the text.
 */
size_t mctl_holders_of_arena(struct mctl_arena *arena, char *text, size_t size)
{
	const struct mctl_asker *asker;
	size_t used = 0;
	char one[64];

	text[0] = '\0';
	spin_lock(&askers_lock);
	list_for_each_entry(asker, &askers, list) {
		if (asker->arena != arena)
			continue;
		snprintf(one, sizeof(one), "pid %d %s %s", asker->pid, asker->comm, asker->what);
		used = add_text(text, size, used, one);
	}
	spin_unlock(&askers_lock);
	return used;
}

/* --- descriptors ---------------------------------------------------------------------------- */

/**
 * struct search - what is looked for in a process
 * @inode: descriptors of it alone; NULL for whatever holds the module
 * @m: where to write a line for each; NULL to count
 * @pid: of the thread group
 * @comm: its name
 * @nr: found
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

static bool holds_module(const struct file *file)
{
	if (is_path(file))
		return mctl_space_inode_is(file_inode(file));
	return file->f_op->owner == THIS_MODULE;
}

static const char *kind_of(const struct file *file)
{
	if (is_path(file))
		return "path";
	return mctl_space_inode_is(file_inode(file)) ? "region" : "file";
}

static void show_line(struct search *search, const struct file *file, unsigned int fd)
{
	char buffer[MEMCTL_NAME_MAX + 64];
	const char *name;

	/* Dentries of regions have the region's name, and are never renamed. */
	if (mctl_space_inode_is(file_inode(file)))
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
	/* The host's function hands on what we gave it. */
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

/* The task of the lowest number from *@nr on, held, or NULL; *@nr becomes its number. */
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
		/* Who lists the holders reads that from a file of ours. */
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
 * mctl_holders_of_inode() - the processes that have a file of an inode open, as text
 * @inode: the inode
 * @text: becomes "pid PID COMM fd FD, ..."; empty for none
 * @size: bytes of it
 *
 * Context: Process, sleeps.
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
		used = add_text(text, size, used, one);
	}
	return used;
}

/* --- all of them ---------------------------------------------------------------------------- */

static const struct mctl_asker *asker_from(u32 id)
{
	const struct mctl_asker *asker;

	lockdep_assert_held(&askers_lock);
	list_for_each_entry(asker, &askers, list) {
		if (asker->id >= id)
			return asker;
	}
	return NULL;
}

/**
 * mctl_holders_next() - find the next process, request or dump that holds the module
 * @position: where to look from on, 0 to begin with; becomes where it was found
 *
 * Who asks is left out.
 *
 * Context: Process, sleeps.
 * Return: 0, or -ENOENT when there are no more.
 */
int mctl_holders_next(u64 *position)
{
	const struct mctl_asker *asker;
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
	spin_lock(&askers_lock);
	asker = *position - FIRST_ASKER <= U32_MAX ? asker_from(*position - FIRST_ASKER) : NULL;
	if (asker)
		*position = FIRST_ASKER + asker->id;
	spin_unlock(&askers_lock);
	return asker ? 0 : -ENOENT;
}

static void show_asker(struct seq_file *m, u32 id)
{
	const struct mctl_asker *found;
	struct mctl_asker asker;

	spin_lock(&askers_lock);
	found = asker_from(id);
	if (found)
		asker = *found;
	spin_unlock(&askers_lock);
	if (!found || asker.id != id)
		return;
	seq_printf(m, "%d - %s %s:%u ", asker.pid, asker.dump ? "dump" : "request", asker.what,
		   asker.port);
	seq_escape(m, asker.comm, BLANKS);
	seq_putc(m, '\n');
}

/**
 * mctl_holders_show() - write a line for each thing that one of them holds
 * @m: where to
 * @position: from mctl_holders_next()
 *
 * A line is "PID FD KIND NAME COMM", the last two with blanks and the like as octal escapes; FD is
 * '-' for a dump or a request. Nothing is written for who has gone meanwhile.
 *
 * Context: Process, sleeps.
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
