// SPDX-License-Identifier: GPL-2.0
/*
 * The faults of spaces, counted; the last ones remembered, where somebody
 * asked for it; the refused ones told to whoever listens. See space.c for the
 * lock.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "mm/event.h"
#include "mm/space_internal.h"

static const char *reason_text(unsigned int reason)
{
	static const char *const texts[] = {
		[MCTL_REFUSED_OUTSIDE] = "no vma is there",
		[MCTL_REFUSED_RIGHTS] = "the vma does not allow it",
		[MCTL_REFUSED_SIZE] = "behind the end of the region",
		[MCTL_REFUSED_FILE] = "the file does not reach so far, or cannot be read",
		[MCTL_REFUSED_LIMIT] = "the region has all frames that it may have",
		[MCTL_REFUSED_MEMORY] = "the arena has no frame",
		[MCTL_REFUSED_HWPOISON] = "the frame has a hardware memory error",
	};

	return reason < ARRAY_SIZE(texts) && texts[reason] ? texts[reason] : "";
}

static void send_refusal(const struct mctl_space *space, const struct mctl_access *access)
{
	char text[MCTL_ERROR_TEXT_SIZE];
	const struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_FAULT,
		.arena = space->arena,
		.name = space->name,
		.text = text,
		.has_value = true,
		.value = mctl_space_address(access->page),
	};

	snprintf(text, sizeof(text), "pid %d, %s at %#llx: %s",
		 access->user ? task_tgid_nr(current) : 0, access->write ? "write" : "read",
		 mctl_space_address(access->page), reason_text(access->reason));
	mctl_event_send(&event);
}

static void remember(struct mctl_space *space, const struct mctl_access *access)
{
	struct mctl_space_record *record;

	record = &space->records[space->nr_records++ % MCTL_NR_RECORDS];
	*record = (struct mctl_space_record){
		.sequence = space->nr_records,
		.time = ktime_get_ns(),
		.address = mctl_space_address(access->page),
		.user = access->user & PAGE_MASK,
		.pid = access->user ? task_pid_nr(current) : 0,
		.kind = access->kind,
		.reason = access->reason,
		.write = access->write,
		.pages = access->pages,
	};
}

/* Count a fault. @user: whose, or NULL; family->lock is held. */
void mctl_space_record(struct mctl_space *space, const struct mctl_access *access,
		       struct mctl_space_user *user)
{
	space->faults[access->kind]++;
	if (access->pages > 1)
		space->around += access->pages - 1;
	if (user) {
		user->faults[access->kind]++;
		user->pid = current->tgid;
	}
	if (unlikely(space->records))
		remember(space, access);
	if (unlikely(access->kind == MCTL_FAULT_REFUSED))
		send_refusal(space, access);
}

/**
 * mctl_space_trace() - remember faults, or forget them
 * @arena: whose region
 * @name: of the region
 * @on: remember from now on; else what was remembered goes
 * @error: why not; may be NULL
 *
 * Context: Process, may sleep.
 * Return: 0, -ENOENT, -ENOMEM, or -EINTR for a process that is killed.
 */
int mctl_space_trace(struct mctl_arena *arena, const char *name, bool on, struct mctl_error *error)
{
	const size_t size = MCTL_NR_RECORDS * sizeof(struct mctl_space_record);
	struct mctl_space_record *records = NULL, *old = NULL;
	struct mctl_space *space;
	int ret;

	space = mctl_space_need(arena, name, error);
	if (!space)
		return -ENOENT;
	if (on) {
		records = mctl_arena_meta_alloc(arena, size);
		if (!records) {
			mctl_space_put(space);
			return mctl_fail(error, -ENOMEM, "no memory for a trace");
		}
	}
	ret = mctl_space_lock(space, error);
	if (ret || (on && space->records)) {
		old = records;
	} else {
		old = space->records;
		space->records = records;
	}
	if (!ret)
		mctl_space_unlock(space);
	mctl_arena_meta_free(arena, old, size);
	mctl_space_put(space);
	return ret;
}

/**
 * mctl_space_records() - the next faults that are remembered
 * @arena: whose region
 * @name: of the region
 * @next: number of the first one wanted, from 1 on; becomes the one behind the last one given
 * @records: filled, the oldest first
 * @nr: room in it
 * @lost: becomes the number of faults from @next on that are forgotten already
 *
 * Context: Process, may sleep.
 * Return: records filled; -ENOENT without such a region, -ENODATA when nothing is remembered,
 * -EINTR for a process that is killed.
 */
int mctl_space_records(struct mctl_arena *arena, const char *name, u64 *next,
		       struct mctl_space_record *records, unsigned int nr, u64 *lost)
{
	struct mctl_space *space = mctl_space_get(arena, name);
	u64 oldest, wanted = max_t(u64, *next, 1);
	int filled = 0;

	if (!space)
		return -ENOENT;
	filled = mctl_space_lock(space, NULL);
	if (filled)
		goto put;
	if (!space->records) {
		filled = -ENODATA;
		goto unlock;
	}
	oldest = space->nr_records > MCTL_NR_RECORDS ? space->nr_records - MCTL_NR_RECORDS + 1 : 1;
	*lost = oldest > wanted ? oldest - wanted : 0;
	wanted = max(wanted, oldest);
	while (filled < nr && wanted <= space->nr_records) {
		const struct mctl_space_record *record;

		record = &space->records[(wanted - 1) % MCTL_NR_RECORDS];
		/* Of before the trace was turned off and on again. */
		if (record->sequence == wanted)
			records[filled++] = *record;
		wanted++;
	}
	*next = wanted;
unlock:
	mctl_space_unlock(space);
put:
	mctl_space_put(space);
	return filled;
}
