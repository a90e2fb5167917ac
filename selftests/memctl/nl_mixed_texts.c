// SPDX-License-Identifier: GPL-2.0
/*
 * nl_mixed_texts - T6, each caller gets the text of its own refusal.
 *
 * Several callers, half of them root and half an ordinary user, are refused in
 * the same moment, by requests, by the start of dumps and by their later parts.
 * All their texts are equally long, as kept apart by length they once were.
 */
#include <sys/wait.h>
#include "nl_hostile.h"
#include "nl_message.h"
#include "nl_rights.h"

#define NR_CALLERS 4
#define USER	   1000
#define LONG_NAME  "a-name-of-thirty-one-characters"

/* What one caller found, told to the parent through a pipe. */
struct texts {
	unsigned long nr, nr_wrong;
	char wrong[128];
};

static void expect_text(struct texts *texts, const char *text)
{
	texts->nr++;
	if (reply.error < 0 && !strcmp(reply.text, text))
		return;
	if (!texts->nr_wrong++)
		snprintf(texts->wrong, sizeof(texts->wrong), "%.120s", reply.text);
}

/* Names an arena that is not there: a request, and the start of a dump. */
static void ask_for_arena(int fd, struct texts *texts, const char *name)
{
	static const uint8_t cmds[] = { MEMCTL_CMD_ARENA_GET, MEMCTL_CMD_ZONE_GET };
	unsigned int i;
	char text[64];

	snprintf(text, sizeof(text), "there is no arena %s", name);
	for (i = 0; i < 2 * sizeof(cmds); i++) {
		begin(&request, family, cmds[i / 2], i % 2 ? NLM_F_DUMP : 0);
		put_text(&request, MEMCTL_A_ARENA_ARENA, name);
		finish(fd, &request, &reply);
		expect_text(texts, text);
	}
}

/* Names a region that is not there, for root alone: only a later part of a dump refuses it. */
static void ask_for_region(int fd, struct texts *texts, const char *name)
{
	char text[96];

	snprintf(text, sizeof(text), "arena main has no region %s for processes", name);
	begin(&request, family, MEMCTL_CMD_VMA_GET, NLM_F_DUMP);
	put_text(&request, MEMCTL_A_VMA_REGION, name);
	finish(fd, &request, &reply);
	expect_text(texts, text);
}

static void be_caller(unsigned int number, unsigned long nr_rounds, int to)
{
	struct texts texts = {};
	char name[32] = "";
	int fd;

	memset(name, 'a' + number, MEMCTL_NAME_MAX - 1);
	if (number % 2 && (setgid(USER) || setuid(USER)))
		_exit(KSFT_FAIL);
	for (fd = open_socket(); nr_rounds; nr_rounds--) {
		ask_for_arena(fd, &texts, name);
		if (number % 2 == 0)
			ask_for_region(fd, &texts, name);
	}
	_exit(write(to, &texts, sizeof(texts)) == sizeof(texts) ? KSFT_PASS : KSFT_FAIL);
}

/* Longer than the room for texts that the kernel has of its own: it comes whole. */
static void test_long_text(int fd)
{
	static const char dump[] = "arena " LONG_NAME " has no region " LONG_NAME " for processes";
	static const char one[] = "no region " LONG_NAME " in arena " LONG_NAME;
	struct texts texts = {};

	begin(&request, family, MEMCTL_CMD_ARENA_ADD, 0);
	put_text(&request, MEMCTL_A_ARENA_ARENA, LONG_NAME);
	put_u64(&request, MEMCTL_A_ARENA_SIZE, 4 << 20);
	check(!finish(fd, &request, &reply), "T6 an arena with a long name: %s", reply.text);
	begin(&request, family, MEMCTL_CMD_VMA_GET, NLM_F_DUMP);
	put_text(&request, MEMCTL_A_VMA_ARENA, LONG_NAME);
	put_text(&request, MEMCTL_A_VMA_REGION, LONG_NAME);
	finish(fd, &request, &reply);
	expect_text(&texts, dump);
	begin(&request, family, MEMCTL_CMD_PT_VERIFY, 0);
	put_text(&request, MEMCTL_A_PT_ARENA, LONG_NAME);
	put_text(&request, MEMCTL_A_PT_REGION, LONG_NAME);
	finish(fd, &request, &reply);
	expect_text(&texts, one);
	check(!texts.nr_wrong, "T6 texts of %zu and %zu characters come whole %s", strlen(dump),
	      strlen(one), texts.wrong);
	begin(&request, family, MEMCTL_CMD_ARENA_DEL, 0);
	put_text(&request, MEMCTL_A_ARENA_ARENA, LONG_NAME);
	check(!finish(fd, &request, &reply), "T6 the arena goes: %s", reply.text);
}

void test_texts(int fd, unsigned long nr_rounds)
{
	struct texts sum = {}, texts;
	unsigned int i, nr_ended = 0;
	int ends[2];

	test_long_text(fd);
	fflush(stdout);
	if (pipe(ends))
		return;
	for (i = 0; i < NR_CALLERS; i++)
		if (!fork())
			be_caller(i, nr_rounds, ends[1]);
	close(ends[1]);
	while (read(ends[0], &texts, sizeof(texts)) == sizeof(texts)) {
		nr_ended++;
		sum.nr += texts.nr;
		sum.nr_wrong += texts.nr_wrong;
		if (texts.nr_wrong)
			memcpy(sum.wrong, texts.wrong, sizeof(sum.wrong));
	}
	close(ends[0]);
	while (wait(NULL) > 0)
		;
	check(nr_ended == NR_CALLERS && !sum.nr_wrong,
	      "T6 %u callers, %lu refusals, %lu with another text than their own %s", nr_ended,
	      sum.nr, sum.nr_wrong, sum.wrong);
}
