// SPDX-License-Identifier: GPL-2.0
/*
 * init.c - PID 1 of the guest that scripts/vm boots
 *
 * Linked statically. It mounts what a shell expects, loads the modules that
 * the virtio ports need, runs one command and carries its output, its exit
 * status and every complaint of the kernel to the host:
 *
 *   port memctl.stdout    what the command wrote to stdout
 *   port memctl.stderr    what the command wrote to stderr
 *   port memctl.verdict   lines: "kernel TEXT" for each line of a complaint,
 *                         "exit N" once, when all is over
 *
 * The verdict is that word; a guest that dies before it wrote the word has
 * failed. In shell mode the command is an interactive shell on /dev/hvc0.
 *
 * What the checkers of a debug kernel find in the host alone is not ours to
 * mend: a report of KCSAN is a complaint when one of our functions is in it,
 * but for a race that the host means to have, of an allocator that the
 * benchmark calls; and so is a leak that kmemleak finds when the command has
 * ended. Its thread, which would look from time to time, is stopped.
 *
 * The command writes to pipes and PID 1 pumps them to the ports, because a
 * virtio port can be opened only once and "echo >/dev/stderr" must work.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CONTEXT_LINES 50  /* kernel lines to show after a complaint */
#define REPORT_LINES  400 /* and at most so many in all */
#define PORT_WAIT_MS  20000

/* A line of the kernel log that holds one of these is a complaint. */
static const char *const complaints[] = {
	"BUG:",
	"BUG kmalloc",
	"BUG memctl",
	"WARNING:",
	"Oops",
	"KASAN:",
	"KCSAN:",
	"KFENCE:",
	"UBSAN:",
	"KMSAN:",
	"general protection fault",
	"possible circular",
	"possible recursive",
	"possible irq lock",
	"suspicious RCU",
	"inconsistent lock state",
	"Kernel panic",
	"kernel panic",
	"kernel BUG at",
	"INFO: task",
	"INFO: rcu",
	"self-detected stall",
	"detected stalls",
	"INFO: trying to register",
	"soft lockup",
	"kmemleak: Cannot insert",
	"leak detector disabled",
	"hard LOCKUP",
	"refcount_t:",
	"list_add corruption",
	"list_del corruption",
	"Bad page",
	"stack-protector:",
	"double fault",
	"unable to handle",
	"blocked for more than",
	"Redzone overwritten",
	"Poison overwritten",
	"pagealloc: memory corruption",
};

#define OUR_MODULES "[memctl"
#define KMEMLEAK    "/sys/kernel/debug/kmemleak"
#define LEAK_AGE    6 /* seconds, after which kmemleak tells of an object that nothing points to */
#define RACE_LINES  100

static int verdict_fd = -1;
static unsigned int reported, context_left, complaints_seen;
static int may_detect_leaks = 1; /* unless the command line says otherwise */

static void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "memctl-vm: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

static void verdict(const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	write_all(verdict_fd, line, len);
}

/* Returns the contents of a small file, or NULL. */
static char *slurp(const char *path)
{
	size_t cap = 1 << 18, len = 0;
	char *buf;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	buf = malloc(cap + 1);
	if (!buf)
		die("no memory");
	while (len < cap) {
		ssize_t n = read(fd, buf + len, cap - len);

		if (n <= 0)
			break;
		len += n;
	}
	buf[len] = '\0';
	close(fd);
	return buf;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	write_all(fd, text, strlen(text));
	close(fd);
}

static void mounts(void)
{
	static const struct {
		const char *type, *where, *options;
	} table[] = {
		{ "devtmpfs", "/dev", NULL },
		{ "proc", "/proc", NULL },
		{ "sysfs", "/sys", NULL },
		{ "devpts", "/dev/pts", "ptmxmode=0666" },
		{ "tmpfs", "/dev/shm", "mode=1777" },
		{ "tmpfs", "/run", "mode=0755" },
		{ "tmpfs", "/tmp", "mode=1777" },
		{ "debugfs", "/sys/kernel/debug", NULL },
		{ "tracefs", "/sys/kernel/tracing", NULL },
		{ "cgroup2", "/sys/fs/cgroup", NULL },
	};
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mkdir(table[i].where, 0755);
		/* Not every kernel has every one of them: not an error. */
		mount(table[i].type, table[i].where, table[i].type, 0, table[i].options);
	}
	/* Without devtmpfs at boot there is no console yet. */
	fd = open("/dev/console", O_RDWR);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
	}
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static void insert_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("%s", path);
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		die("insmod %s", path);
	close(fd);
}

/* /vm/modules: what the ports need, one path a line, in order. */
static void insert_modules(void)
{
	char *list = slurp("/vm/modules"), *path;

	if (!list)
		return;
	for (path = strtok(list, "\n"); path; path = strtok(NULL, "\n"))
		insert_module(path);
	free(list);
}

/* Opens the virtio port with that name; its driver may still be starting. */
static int open_port(const char *name)
{
	unsigned int waited;

	for (waited = 0; waited < PORT_WAIT_MS; waited += 5) {
		DIR *dir = opendir("/sys/class/virtio-ports");
		struct dirent *d;

		while (dir && (d = readdir(dir))) {
			char path[600], *have;
			int fd, same;

			snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", d->d_name);
			have = d->d_name[0] == '.' ? NULL : slurp(path);
			same = have && !strncmp(have, name, strlen(name));
			free(have);
			if (!same)
				continue;
			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			fd = open(path, O_WRONLY | O_CLOEXEC);
			if (fd < 0)
				break;
			closedir(dir);
			return fd;
		}
		if (dir)
			closedir(dir);
		usleep(5000);
	}
	die("virtio port %s did not appear", name);
	return -1;
}

/*
 * Starts the CPUs that maxcpus=1 left out. Until Linux 6.5 the CPU that starts
 * another one calls schedule() over and over. QEMU, with all CPUs in one thread
 * and a budget of instructions up to the next timer (-icount), gives the other
 * one nothing then: the budget is always used up. A process that executes
 * "pause", which ends a turn early, makes room for it.
 */
static void start_cpus(void)
{
	cpu_set_t first, all;
	unsigned int cpu;
	char path[64];
	pid_t pid;

	/* Both of them where the others are started from. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	memset(&all, -1, sizeof(all));
	sched_setaffinity(0, sizeof(first), &first);
	pid = fork();
	if (pid < 0)
		die("fork");
	while (!pid)
		__builtin_ia32_pause();
	for (cpu = 1;; cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
		if (access(path, F_OK))
			break;
		put(path, "1");
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sched_setaffinity(0, sizeof(all), &all);
}

static int is_complaint(const char *text)
{
	unsigned int i;

	if (strstr(text, "leak detector disabled") && !may_detect_leaks)
		return 0;
	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		if (strstr(text, complaints[i]))
			return 1;
	return 0;
}

static void complain(unsigned long long usec, const char *text)
{
	if (reported++ < REPORT_LINES)
		verdict("kernel [%5llu.%06llu] %s", usec / 1000000, usec % 1000000, text);
}

/*
 * A report of KCSAN, of which text is the next line; from its title to the line
 * of "=". Return: whether text is part of one.
 */
static int race_line(unsigned long long usec, const char *text)
{
	static char *lines[RACE_LINES];
	static unsigned int nr;
	unsigned int i;
	int ours = 0, meant = 0;

	if (!nr && !strstr(text, "BUG: KCSAN:"))
		return 0;
	lines[nr++] = strdup(text);
	if (nr < RACE_LINES && strncmp(text, "======", 6))
		return 1;
	for (i = 0; i < nr; i++) {
		ours |= !!strstr(lines[i], OUR_MODULES);
		/* lib/genalloc.c has no lock: who found a bit looks again as he takes it. */
		meant |= strstr(lines[i], " gen_pool_alloc_algo_owner+") ||
			 strstr(lines[i], " gen_pool_free_owner+");
	}
	ours &= !meant;
	complaints_seen += ours;
	for (i = 0; i < nr; i++) {
		if (ours)
			complain(usec, lines[i]);
		free(lines[i]);
	}
	nr = 0;
	return 1;
}

/*
 * Reads what is new in the kernel log: records "prio,seq,usec,flags;text".
 * What user space wrote there has another facility and is not looked at.
 */
static void scan_log(int fd)
{
	char rec[8192];

	for (;;) {
		ssize_t n = read(fd, rec, sizeof(rec) - 1);
		unsigned long long usec = 0;
		unsigned int prio = 0;
		char *text, *end;

		if (n < 0 && errno == EPIPE)
			continue; /* some records were overwritten */
		if (n <= 0)
			return;
		rec[n] = '\0';
		text = strchr(rec, ';');
		if (!text || sscanf(rec, "%u,%*u,%llu", &prio, &usec) != 2)
			continue;
		if (prio >> 3)
			continue;
		end = strchr(++text, '\n');
		if (end)
			*end = '\0';
		if (race_line(usec, text))
			continue;
		if (is_complaint(text)) {
			complaints_seen++;
			context_left = CONTEXT_LINES;
		} else if (!context_left) {
			continue;
		}
		context_left--;
		if (strstr(text, "---[ end trace"))
			context_left = 0;
		complain(usec, text);
	}
}

/* Whether a line of a stack, as kmemleak shows it, is ours: a module that went has no names. */
static int in_module(const char *line)
{
	return strstr(line, OUR_MODULES) || !strncmp(line, "    0xffffffff", 14);
}

/* What nothing points to any more; objects are told of only when they are some seconds old. */
static void check_leaks(void)
{
	char *text, *line, *object = NULL;
	int ours = 0;

	if (access(KMEMLEAK, F_OK))
		return;
	/* Checksums are taken first: an object whose content changes is in use. */
	put(KMEMLEAK, "scan");
	sleep(LEAK_AGE);
	put(KMEMLEAK, "scan");
	text = slurp(KMEMLEAK);
	for (line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "unreferenced object", 19)) {
			object = line;
			ours = 0;
		} else if (object && in_module(line)) {
			if (!ours++)
				verdict("kernel leak: %s", object);
			verdict("kernel leak: %s", line);
			complaints_seen++;
		}
	}
	free(text);
}

/* The taint flags remember what the log may have lost. */
static void check_taint(void)
{
	static const struct {
		unsigned int bit;
		const char *means;
	} flags[] = {
		{ 5, "bad page" },
		{ 7, "oops" },
		{ 9, "warning" },
		{ 14, "soft lockup" },
	};
	char *text = slurp("/proc/sys/kernel/tainted");
	unsigned long taint = text ? strtoul(text, NULL, 10) : 0;
	unsigned int i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!complaints_seen && taint >> flags[i].bit & 1)
			verdict("kernel tainted by: %s", flags[i].means);
	free(text);
}

static void environment(void)
{
	static const char *const text[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"USER=root",
		"LOGNAME=root",
		"SHELL=/bin/sh",
		"MEMCTL_VM=1",
		"PS1=memctl-vm# ",
	};
	char *more, *line;
	unsigned int i;

	clearenv();
	setenv("TERM", "linux", 1);
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		putenv((char *)text[i]);
	/* Kept for the life of the process: putenv() does not copy. */
	more = slurp("/vm/environment");
	for (line = more ? strtok(more, "\n") : NULL; line; line = strtok(NULL, "\n"))
		putenv(line);
}

static void run_child(char *command, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	environment();
	if (chdir("/root"))
		die("/root");
	if (command) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(out, 1);
		dup2(err, 2);
		execl("/bin/sh", "sh", "-c", command, NULL);
	} else {
		int tty = open("/dev/hvc0", O_RDWR);

		if (tty < 0)
			die("/dev/hvc0");
		ioctl(tty, TIOCSCTTY, 1);
		dup2(tty, 0);
		dup2(tty, 1);
		dup2(tty, 2);
		if (tty > 2)
			close(tty);
		/* A login shell reads /etc/profile. */
		execl("/bin/sh", "-sh", NULL);
	}
	die("/bin/sh");
}

/* Moves what a pipe holds to a port. Returns 0 at the end of the pipe. */
static int pump(int from, int to)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(from, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return 0;
		write_all(to, buf, n);
	}
}

/* Reaps every child; the exit status of pid, or -1 while it runs. */
static int reap(pid_t pid)
{
	int result = -1, status;
	pid_t gone;

	while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
		if (gone != pid)
			continue;
		result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return result;
}

int main(void)
{
	int out[2], err[2], port_out = -1, port_err = -1, log, sig, status = -1;
	struct pollfd polls[4];
	char *command, *options;
	sigset_t child;
	pid_t pid;

	mounts();
	insert_modules();
	command = slurp("/vm/command");
	verdict_fd = open_port("memctl.verdict");
	if (command) {
		port_out = open_port("memctl.stdout");
		port_err = open_port("memctl.stderr");
	}
	log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log < 0)
		die("/dev/kmsg");
	put("/proc/sys/kernel/printk_devkmsg", "on");
	put(KMEMLEAK, "scan=off");
	options = slurp("/proc/cmdline");
	if (options && strstr(options, "maxcpus=1 "))
		start_cpus();
	may_detect_leaks = !options || !strstr(options, "kmemleak=off");
	free(options);
	sethostname("memctl-vm", 9);

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	sig = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
	if (sig < 0)
		die("signalfd");
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		run_child(command, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);

	polls[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = log, .events = POLLIN };
	polls[3] = (struct pollfd){ .fd = sig, .events = POLLIN };
	while (status < 0) {
		struct signalfd_siginfo info;

		poll(polls, 4, -1);
		if (polls[0].fd >= 0 && polls[0].revents && !pump(out[0], port_out))
			polls[0].fd = -1;
		if (polls[1].fd >= 0 && polls[1].revents && !pump(err[0], port_err))
			polls[1].fd = -1;
		if (polls[2].revents)
			scan_log(log);
		if (polls[3].revents) {
			while (read(sig, &info, sizeof(info)) > 0)
				;
			status = reap(pid);
		}
	}
	pump(out[0], port_out);
	pump(err[0], port_err);
	/* Everything after this line is for the host to judge. */
	put("/dev/kmsg", "<3>memctl-vm: the command has ended\n");
	scan_log(log);
	check_taint();
	check_leaks();
	verdict("exit %d", status);
	sync();
	reboot(RB_POWER_OFF);
	die("power off");
	return 1;
}
