// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/base/output.c nomem.c tap.c */
/*
 * test_output.c - files that are written beside what they replace: nothing is lost before all is
 * there, links stay links, and what is no regular file is written to as it is
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/base/output.h"
#include "nomem.h"
#include "tap.h"

#define OLD "what was there before\n"
#define NEW "new\n"

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	fputs(text, file);
	fclose(file);
}

static bool has(const char *name, const char *text)
{
	char found[4096] = "";
	FILE *file = fopen(name, "r");
	size_t length;

	if (!file)
		return false;
	length = fread(found, 1, sizeof(found) - 1, file);
	fclose(file);
	return length == strlen(text) && !strcmp(found, text);
}

static int sync_error;

/* In the place of libc's: what a disk says that cannot keep what it was given. */
int fsync(int fd)
{
	if (!sync_error)
		return syscall(SYS_fsync, fd);
	errno = sync_error;
	return -1;
}

/* In the place of libc's, which take their memory where nomem.h does not see it. */
char *strndup(const char *text, size_t size)
{
	size_t length = strnlen(text, size);
	char *copy = malloc(length + 1);

	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	} else {
		errno = ENOMEM;
	}
	return copy;
}

char *strdup(const char *text)
{
	return strndup(text, strlen(text));
}

static ino_t number_of(const char *name)
{
	struct stat stat;

	return lstat(name, &stat) ? 0 : stat.st_ino;
}

static bool is_link(const char *name)
{
	struct stat stat;

	return !lstat(name, &stat) && S_ISLNK(stat.st_mode);
}

/* Names in a directory, whatever they are; the tests begin and end with none. */
static unsigned int nr_names(const char *name)
{
	DIR *dir = opendir(name);
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr - 2;
}

static void clear(void)
{
	tap_expect_equal(system("rm -rf ./* ./.[!.]*"), 0);
	tap_expect_equal(nr_names("."), 0);
}

static int write_all(const char *name, const char *text)
{
	struct output output;
	int ret = output_open(&output, name);

	if (ret)
		return ret;
	fputs(text, output.stream);
	return output_close(&output);
}

static void a_new_file(void)
{
	struct output output;
	struct stat stat;

	umask(027);
	tap_expect_equal(output_open(&output, "file"), 0);
	tap_expect(!output.is_stdout);
	fputs(NEW, output.stream);
	fflush(output.stream);
	tap_expect_equal(access("file", F_OK), -1);
	tap_expect_equal(output_close(&output), 0);
	tap_expect(has("file", NEW));
	tap_expect(!lstat("file", &stat) && stat.st_mode == (S_IFREG | 0640));
	tap_expect_equal(nr_names("."), 1);
	umask(022);
	clear();
}

static void a_discarded_file_changes_nothing(void)
{
	struct output output;
	ino_t number;

	put("file", OLD);
	number = number_of("file");
	tap_expect_equal(output_open(&output, "file"), 0);
	fputs(NEW, output.stream);
	fflush(output.stream);
	tap_expect(has("file", OLD));
	output_discard(&output);
	tap_expect(has("file", OLD));
	tap_expect_equal(number_of("file"), number);
	tap_expect_equal(nr_names("."), 1);
	tap_expect_equal(output_open(&output, "other"), 0);
	output_discard(&output);
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static void what_replaces_has_its_mode_and_owner(void)
{
	struct stat stat;

	put("file", OLD);
	chmod("file", 0604);
	if (!geteuid())
		tap_expect_equal(chown("file", 65534, 12), 0);
	tap_expect_equal(write_all("file", NEW), 0);
	tap_expect(has("file", NEW));
	tap_expect(!lstat("file", &stat) && stat.st_mode == (S_IFREG | 0604));
	if (!geteuid())
		tap_expect(stat.st_uid == 65534 && stat.st_gid == 12);
	clear();
}

static void links_stay(void)
{
	mkdir("far", 0755);
	put("far/file", OLD);
	tap_expect(!symlink("file", "far/second") && !symlink("far/second", "first"));
	tap_expect(!symlink("none", "far/hanging"));
	tap_expect_equal(write_all("first", NEW), 0);
	tap_expect(is_link("first") && is_link("far/second") && !is_link("far/file"));
	tap_expect(has("far/file", NEW));
	tap_expect_equal(write_all("far/hanging", NEW), 0);
	tap_expect(is_link("far/hanging") && has("far/none", NEW));
	tap_expect_equal(nr_names("far"), 4);
	tap_expect(!symlink("round", "round"));
	tap_expect_equal(write_all("round", NEW), -ELOOP);
	clear();
}

static void links_stay_when_it_fails(void)
{
	struct output output;

	put("file", OLD);
	tap_expect(!symlink("file", "link"));
	tap_expect_equal(output_open(&output, "link"), 0);
	fputs(NEW, output.stream);
	output_discard(&output);
	tap_expect(is_link("link") && has("file", OLD));
	tap_expect_equal(nr_names("."), 2);
	clear();
}

static void another_name_keeps_what_was_there(void)
{
	put("file", OLD);
	tap_expect(!link("file", "twin"));
	tap_expect_equal(write_all("file", NEW), 0);
	tap_expect(has("file", NEW) && has("twin", OLD));
	clear();
}

static void a_limit_of_size_changes_nothing(void)
{
	struct rlimit limit, old;
	struct output output;
	ino_t number;
	int i;

	put("file", OLD);
	number = number_of("file");
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 65536;
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	tap_expect_equal(output_open(&output, "file"), 0);
	setvbuf(output.stream, NULL, _IOFBF, 1 << 20);
	for (i = 0; i < 100000; i++)
		fputs(NEW, output.stream);
	tap_expect_equal(output_close(&output), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	tap_expect(has("file", OLD));
	tap_expect_equal(number_of("file"), number);
	tap_expect_equal(nr_names("."), 1);
	clear();
}

/* The error of a write long before the end is one at the end. */
static void an_early_error_is_kept(void)
{
	struct output output;

	tap_expect_equal(write_all("/dev/full", NEW), -ENOSPC);
	put("file", OLD);
	tap_expect_equal(output_open(&output, "file"), 0);
	setvbuf(output.stream, NULL, _IONBF, 0);
	tap_expect_equal(dup3(open("/dev/full", O_WRONLY), fileno(output.stream), O_CLOEXEC),
			 fileno(output.stream));
	fputs(NEW, output.stream);
	tap_expect(output_close(&output) < 0);
	tap_expect(has("file", OLD));
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static void what_cannot_be_kept_changes_nothing(void)
{
	put("file", OLD);
	sync_error = EIO;
	tap_expect_equal(write_all("file", NEW), -EIO);
	tap_expect(has("file", OLD));
	tap_expect_equal(nr_names("."), 1);
	/* Not everything that can be written to can be told to keep it. */
	sync_error = EINVAL;
	tap_expect_equal(write_all("file", NEW), 0);
	tap_expect(has("file", NEW));
	sync_error = EROFS;
	tap_expect_equal(write_all("file", OLD), 0);
	tap_expect(has("file", OLD));
	sync_error = 0;
	clear();
}

static void a_directory_that_came_meanwhile_stays(void)
{
	struct output output;

	tap_expect_equal(output_open(&output, "name"), 0);
	fputs(NEW, output.stream);
	tap_expect(!mkdir("name", 0755));
	put("name/file", OLD);
	tap_expect_equal(output_close(&output), -EISDIR);
	tap_expect(has("name/file", OLD));
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static void a_killed_program_changes_nothing(void)
{
	struct output output;
	pid_t child;
	int status;

	put("file", OLD);
	child = fork();
	if (!child) {
		if (!output_open(&output, "file"))
			fputs(NEW, output.stream);
		fflush(output.stream);
		raise(SIGKILL);
	}
	waitpid(child, &status, 0);
	tap_expect(WIFSIGNALED(status));
	tap_expect(has("file", OLD));
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static void pipes_and_devices_stay(void)
{
	struct stat stat;
	char text[16] = "";
	int reader;

	tap_expect(!mkfifo("pipe", 0600));
	reader = open("pipe", O_RDONLY | O_NONBLOCK);
	tap_expect_equal(write_all("pipe", NEW), 0);
	tap_expect_equal(read(reader, text, sizeof(text)), strlen(NEW));
	tap_expect(!strcmp(text, NEW));
	close(reader);
	tap_expect(!lstat("pipe", &stat) && S_ISFIFO(stat.st_mode));
	tap_expect_equal(write_all("/dev/null", NEW), 0);
	tap_expect(!lstat("/dev/null", &stat) && S_ISCHR(stat.st_mode));
	clear();
}

/* What is open goes on where it is, and is not replaced behind the back of who has it open. */
static void descriptors_are_shared(void)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ino_t number = number_of("file");
	char name[32];

	tap_expect_equal(write(fd, "before ", 7), 7);
	snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	tap_expect_equal(write_all(name, "between "), 0);
	tap_expect_equal(write(fd, "after", 5), 5);
	tap_expect(has("file", "before between after"));
	tap_expect(!symlink(name, "link"));
	tap_expect_equal(write_all("link", "!"), 0);
	tap_expect(has("file", "before between after!") && is_link("link"));
	tap_expect_equal(number_of("file"), number);
	close(fd);
	clear();
}

static void standard_output_is_known(void)
{
	struct output output;
	int kept = dup(STDOUT_FILENO), fd;

	fflush(stdout);
	fd = open("out", O_WRONLY | O_CREAT, 0600);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	tap_expect_equal(output_open(&output, "/dev/stdout"), 0);
	tap_expect(output.is_stdout);
	fputs(NEW, output.stream);
	tap_expect_equal(output_close(&output), 0);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	tap_expect(has("out", NEW));
	clear();
}

static void what_is_published_can_grow(void)
{
	struct output output;

	put("file", OLD);
	tap_expect_equal(output_open(&output, "file"), 0);
	fputs("one ", output.stream);
	tap_expect(has("file", OLD));
	tap_expect_equal(output_publish(&output), 0);
	tap_expect(has("file", "one "));
	fputs("two", output.stream);
	tap_expect_equal(output_close(&output), 0);
	tap_expect(has("file", "one two"));
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static void names_that_make_no_sense(void)
{
	struct output output;

	tap_expect_equal(write_all("", NEW), -ENOENT);
	tap_expect_equal(write_all(".", NEW), -EISDIR);
	tap_expect_equal(write_all("none/file", NEW), -ENOENT);
	put("file", OLD);
	tap_expect_equal(write_all("file/file", NEW), -ENOTDIR);
	tap_expect_equal(output_open(&output, "none/file"), -ENOENT);
	output_discard(&output);
	tap_expect(has("file", OLD));
	clear();
}

/* Each copy of a name fails once: the file's, its directory's twice, both that a link takes. */
static void names_without_memory(void)
{
	static const struct {
		const char *name;
		unsigned int nr_copies;
	} cases[] = { { "far/file", 3 }, { "file", 3 }, { "link", 5 } };
	int ret;

	mkdir("far", 0755);
	tap_expect(!symlink("file", "link"));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		put("far/file", OLD);
		put("file", OLD);
		FOR_EACH_NOMEM(n)
		{
			ret = write_all(cases[i].name, NEW);
			if (nomem_done(n, cases[i].nr_copies))
				break;
			tap_expect_equal(ret, -ENOMEM);
			tap_expect(has(cases[i].name, OLD));
			tap_expect_equal(nr_names("."), 3);
			tap_expect_equal(nr_names("far"), 1);
		}
		tap_expect_equal(ret, 0);
		tap_expect(has(cases[i].name, NEW));
	}
	clear();
}

/* The rights that count are those to the file, not those to its directory. */
static void a_file_without_the_right_to_write(void)
{
	pid_t child;
	int status;

	put("file", OLD);
	chmod("file", 0444);
	chmod(".", 0777);
	child = fork();
	if (!child) {
		if (!geteuid() && setresuid(65534, 65534, 65534))
			_exit(1);
		_exit(write_all("file", NEW) != -EACCES);
	}
	waitpid(child, &status, 0);
	tap_expect_equal(status, 0);
	tap_expect(has("file", OLD));
	tap_expect_equal(nr_names("."), 1);
	clear();
}

static const struct tap_test tests[] = {
	TAP_TEST(a_new_file),
	TAP_TEST(a_discarded_file_changes_nothing),
	TAP_TEST(what_replaces_has_its_mode_and_owner),
	TAP_TEST(links_stay),
	TAP_TEST(links_stay_when_it_fails),
	TAP_TEST(another_name_keeps_what_was_there),
	TAP_TEST(a_limit_of_size_changes_nothing),
	TAP_TEST(an_early_error_is_kept),
	TAP_TEST(what_cannot_be_kept_changes_nothing),
	TAP_TEST(a_directory_that_came_meanwhile_stays),
	TAP_TEST(a_killed_program_changes_nothing),
	TAP_TEST(pipes_and_devices_stay),
	TAP_TEST(descriptors_are_shared),
	TAP_TEST(standard_output_is_known),
	TAP_TEST(what_is_published_can_grow),
	TAP_TEST(names_that_make_no_sense),
	TAP_TEST(names_without_memory),
	TAP_TEST(a_file_without_the_right_to_write),
};

int main(void)
{
	char directory[] = "/tmp/memctl-output.XXXXXX";
	int status = 1;

	if (mkdtemp(directory) && !chdir(directory))
		status = tap_run(tests, ARRAY_SIZE(tests));
	if (chdir("/") || rmdir(directory))
		status = 1;
	return status;
}
