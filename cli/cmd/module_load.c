// SPDX-License-Identifier: GPL-2.0
/*
 * module_load.c - load the module by modprobe, which knows where modules are
 * and which options /etc gives them.
 *
 * The kernel takes no parameter of a module that is loaded already, and only
 * logs one that does not exist. Neither goes unsaid here.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "base/stop.h"
#include "module_load.h"
#include "trace/trace_instance.h"

#define PARAMETERS "/sys/module/" MODULE_NAME "/parameters"

/* What modprobe said; the last of it matters. */
static void read_words(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t length;

	while ((length = read(fd, text + used, size - 1 - used)) > 0 ||
	       (length < 0 && errno == EINTR)) {
		if (length > 0)
			used += (size_t)length;
		if (used == size - 1) {
			memmove(text, text + size / 2, used - size / 2);
			used -= size / 2;
		}
	}
	while (used && text[used - 1] == '\n')
		used--;
	text[used] = '\0';
}

/* The errno whose text is in modprobe's words, 0 if none is. */
static int errno_in(const char *text)
{
	size_t longest = 0;
	int found = 0;

	for (int error = 1; error < 134; error++) {
		const char *words = strerror(error);

		if (strlen(words) > longest && strstr(text, words)) {
			longest = strlen(words);
			found = error;
		}
	}
	return found;
}

const char modules_are_off[] =
	"kernel.modules_disabled is 1: until the next boot no module comes or goes";

bool module_loading_is_off(void)
{
	FILE *file = fopen("/proc/sys/kernel/modules_disabled", "re");
	int off = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return off == '1';
}

/* Secure Boot has the kernel take only modules that are signed with a key that it knows. */
static const char only_signed[] =
	"the kernel takes only modules signed with a key that it knows (Secure Boot): for what DKMS "
	"built and signed run 'mokutil --import /var/lib/dkms/mok.pub', reboot, and enroll the key "
	"when the firmware asks";

/* Without a lockdown, EPERM is for want of rights. */
static bool is_locked_down(void)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char modes[64] = "";

	if (file) {
		if (!fgets(modes, sizeof(modes), file))
			modes[0] = '\0';
		fclose(file);
	}
	return strstr(modes, "[integrity]") || strstr(modes, "[confidentiality]");
}

static bool is_for_want_of_a_key(int error)
{
	return error == EKEYREJECTED || error == ENOKEY ||
	       (error == EPERM && !geteuid() && is_locked_down());
}

/* Return: wait status of modprobe, or -1; @text: what it said. */
static int run_modprobe(const struct args *args, char *text, size_t size)
{
	char **argv = calloc((size_t)args->nr_words + 4, sizeof(*argv));
	int said[2], status = -1;
	pid_t child;

	text[0] = '\0';
	if (!argv || pipe2(said, O_CLOEXEC)) {
		free(argv);
		return -1;
	}
	argv[0] = (char *)"modprobe";
	argv[1] = (char *)MODULE_NAME;
	for (int i = 0; i < args->nr_words; i++)
		argv[i + 2] = args->words[i];
	child = fork();
	if (!child) {
		stop_restore();
		if (dup2(said[1], STDERR_FILENO) < 0 || setenv("LC_ALL", "C", 1))
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	free(argv);
	close(said[1]);
	if (child > 0) {
		read_words(said[0], text, size);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(said[0]);
	return status;
}

static const char *word_of(const void *list, unsigned int index)
{
	return ((const char *const *)list)[index];
}

/* "name", or "name=value" with a name that a module can have; in @name. */
static bool take_name(const char *word, char *name, size_t size)
{
	size_t length = 0;

	while (isalnum((unsigned char)word[length]) || word[length] == '_')
		length++;
	if (!length || length >= size || (word[length] && word[length] != '='))
		return false;
	memcpy(name, word, length);
	name[length] = '\0';
	return true;
}

/* Parameters that the kernel has for every module. */
static bool is_general(const char *name)
{
	return !strcmp(name, "dyndbg") || !strcmp(name, "async_probe");
}

/* The loaded module has the parameter; else *hint is what may be meant. */
static bool has_parameter(const char *name, char *hint)
{
	DIR *directory = opendir(PARAMETERS);
	const char *names[64] = { NULL };
	struct dirent *entry;
	unsigned int nr = 0;
	int found;

	hint[0] = '\0';
	while (directory && nr < 63 && (entry = readdir(directory))) {
		if (entry->d_name[0] != '.')
			names[nr++] = strdup(entry->d_name);
	}
	if (directory)
		closedir(directory);
	found = match_find(name, word_of, names, hint);
	/* The kernel takes no abbreviations. */
	if (found >= 0 && strcmp(names[found], name)) {
		snprintf(hint, MATCH_HINT_SIZE, "; did you mean '%s'?", names[found]);
		found = -1;
	}
	while (nr)
		free((char *)names[--nr]);
	return found >= 0 || is_general(name);
}

/* Each word must be a parameter; without the module file the parameters are unknown. */
static int check_words(struct memctl_ctx *ctx, const struct args *args)
{
	char name[64], other[64];

	for (int i = 0; i < args->nr_words; i++) {
		if (!take_name(args->words[i], name, sizeof(name)))
			return fail_usage(ctx, "load", "'%s' is no PARAMETER=VALUE",
					  args->words[i]);
		for (int j = 0; j < i; j++) {
			if (take_name(args->words[j], other, sizeof(other)) && !strcmp(other, name))
				return fail_usage(ctx, "load", "'%s' is given twice", name);
		}
	}
	if (args->nr_words && !access("/sys/module/" MODULE_NAME, F_OK))
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, EEXIST,
				  "the module is loaded already, its parameters cannot change",
				  "load %s", args->words[0]);
	return MEMCTL_EXIT_OK;
}

/* Is each parameter one of the module's? If not, it goes again. */
static int check_parameters(struct memctl_ctx *ctx, const struct args *args)
{
	char name[64], hint[MATCH_HINT_SIZE];

	if (access("/sys/module/" MODULE_NAME, F_OK))
		return MEMCTL_EXIT_OK;
	for (int i = 0; i < args->nr_words; i++) {
		take_name(args->words[i], name, sizeof(name));
		if (has_parameter(name, hint))
			continue;
		if (syscall(SYS_delete_module, MODULE_NAME, O_NONBLOCK))
			return fail_errno(ctx, MEMCTL_EXIT_REFUSED, errno, "it stays loaded",
					  "the module has no parameter '%s'%s", name, hint);
		return fail_usage(ctx, "load", "the module has no parameter '%s'%s", name, hint);
	}
	return MEMCTL_EXIT_OK;
}

int module_load(struct memctl_ctx *ctx, const struct args *args)
{
	int status = check_words(ctx, args);
	char text[1024];
	int error;

	if (status)
		return status;
	trace_instance_tidy();
	status = run_modprobe(args, text, sizeof(text));
	if (status < 0)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "cannot start modprobe");
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		status = check_parameters(ctx, args);
		return status ? status : json_changed(ctx, "module", MODULE_NAME);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "there is no modprobe here");
	if (strstr(text, "not found"))
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "the module is not installed: %s", text);
	error = errno_in(text);
	if (error == EPERM && module_loading_is_off())
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, error, modules_are_off,
				  "the module was not loaded");
	if (is_for_want_of_a_key(error))
		return fail_errno(ctx, MEMCTL_EXIT_MODULE, error, only_signed,
				  "the module was not loaded");
	if (error)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, error, "the kernel's log says why",
				  "the module was not loaded");
	return fail_errno(ctx, MEMCTL_EXIT_REFUSED, EIO, text[0] ? text : "modprobe says no more",
			  "the module was not loaded");
}
