// SPDX-License-Identifier: GPL-2.0
/*
 * How many events each user may cause: a token bucket for each uid, filled at a
 * steady rate. An event that finds the bucket empty is left out and counted, and
 * listeners are told how many were left out for which uid.
 *
 * A user with a full bucket needs no record, so it is reused for the next user.
 * Users for whom there is no record share one (MCTL_EVENT_ANY_UID), and so does
 * anybody with more uids than there are records, as in a user namespace. Root has
 * a record that is never given to another user.
 *
 * S1  nr_tokens <= BURST.
 * S2  A record with events left out that were not told yet is given to no other user.
 * S3  No two records are of the same uid.
 *
 * Locks: the caller's, held for all calls but mctl_event_uid().
 */
#include <linux/cred.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/time64.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include "host/event_source.h"

#define NR_SOURCES 32

/* Events allowed at once, and then per second. */
#define BURST	   100
#define PER_SECOND 100
#define TOKEN_NS   (NSEC_PER_SEC / PER_SECOND)

/**
 * struct source - the bucket of one user
 * @uid: in the initial user namespace
 * @nr_tokens: events that the user may cause now
 * @filled_ns: time up to which tokens were given
 * @nr_left_out: events left out and not told yet
 */
struct source {
	u32 uid;
	u32 nr_tokens;
	u64 filled_ns;
	u64 nr_left_out;
};

/* The first is shared by users without a record, the second is root's; the caller's lock. */
static struct source sources[NR_SOURCES] = { { .uid = MCTL_EVENT_ANY_UID }, { .uid = 0 } };
static unsigned int nr_sources = 2;

static void fill(struct source *source, u64 now_ns)
{
	u64 nr = now_ns > source->filled_ns ? div_u64(now_ns - source->filled_ns, TOKEN_NS) : 0;

	if (source->nr_tokens + nr >= BURST) {
		source->nr_tokens = BURST;
		source->filled_ns = now_ns;
	} else {
		source->nr_tokens += nr;
		source->filled_ns += nr * TOKEN_NS;
	}
}

static struct source *find(u32 uid, u64 now_ns)
{
	struct source *unused = NULL;
	unsigned int i;

	for (i = 1; i < nr_sources; i++) {
		if (sources[i].uid == uid)
			return &sources[i];
		if (unused || !sources[i].uid)
			continue;
		fill(&sources[i], now_ns);
		if (sources[i].nr_tokens == BURST && !sources[i].nr_left_out)
			unused = &sources[i];
	}
	if (!unused && nr_sources < NR_SOURCES)
		unused = &sources[nr_sources++];
	if (!unused)
		return &sources[0];
	*unused = (struct source){ .uid = uid, .nr_tokens = BURST, .filled_ns = now_ns };
	return unused;
}

/**
 * mctl_event_uid() - the user who causes an event now
 *
 * Context: Any context but NMI.
 * Return: the current task's uid; 0 in an interrupt, which belongs to no user.
 */
u32 mctl_event_uid(void)
{
	return in_task() ? from_kuid(&init_user_ns, current_uid()) : 0;
}

/**
 * mctl_event_source_take() - whether a user may cause one more event
 * @uid: the user
 * @now_ns: time since boot
 * @first: set if the user may not: whether no event left out is waiting to be told
 *
 * Context: Any context but NMI, the caller's lock held.
 * Return: whether the user may. If not, the event has been counted.
 */
bool mctl_event_source_take(u32 uid, u64 now_ns, bool *first)
{
	struct source *source = find(uid, now_ns);

	fill(source, now_ns);
	if (source->nr_tokens) {
		source->nr_tokens--;
		return true;
	}
	*first = !source->nr_left_out++;
	return false;
}

/**
 * mctl_event_source_left_out() - get the next user whose events were left out
 * @left_out: filled; the caller must tell it, because the count is reset here
 *
 * Context: Any context but NMI, the caller's lock held.
 * Return: false if there is none.
 */
bool mctl_event_source_left_out(struct mctl_left_out *left_out)
{
	unsigned int i;

	for (i = 0; i < nr_sources; i++) {
		if (!sources[i].nr_left_out)
			continue;
		*left_out = (struct mctl_left_out){ .uid = sources[i].uid,
						    .nr = sources[i].nr_left_out };
		sources[i].nr_left_out = 0;
		return true;
	}
	return false;
}
