// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the faults of spaces, keeps the last ones if a trace is on, and sends an
 * event for each that is refused. See space.c for the lock.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include "host/event.h"
#include "spaces/space_internal.h"

static const char *word(const struct mctl_access *access)
{
	switch (access->reason) {
	case MCTL_REFUSED_OUTSIDE:
		return "no vma is there";
	case MCTL_REFUSED_RIGHTS:
		return "the vma does not allow it";
	case MCTL_REFUSED_SIZE:
		return "behind the end of the region";
	case MCTL_REFUSED_FILE:
		return access->late ? "the file does not answer" :
				      "the file does not reach so far, or cannot be read";
	default:
		return mctl_reason_text(mctl_space_why(access));
	}
}

/**
 * mctl_space_why() - why an access was refused for a reason of memory
 * @access: the refused access
 *
 * Context: Any context.
 * Return: enum memctl_reason; MEMCTL_REASON_NONE if memory was not the reason.
 */
u32 mctl_space_why(const struct mctl_access *access)
{
	switch (access->reason) {
	case MCTL_REFUSED_LIMIT:
		return MEMCTL_REASON_LIMIT;
	case MCTL_REFUSED_MEMORY:
		return access->why;
	case MCTL_REFUSED_HWPOISON:
		return MEMCTL_REASON_MEMORY_ERROR;
	default:
		return MEMCTL_REASON_NONE;
	}
}

/**
 * mctl_space_refusal() - describe why an access was refused
 * @access: the refused access
 * @text: filled with the text
 * @size: bytes of @text
 *
 * Context: Any context.
 */
void mctl_space_refusal(const struct mctl_access *access, char *text, size_t size)
{
	snprintf(text, size, "%s%s",
		 access->reason == MCTL_REFUSED_MEMORY ? "the arena has no frame: " : "",
		 word(access));
}

/* Separate, so that other faults do not have the texts on their stack. */
static noinline void send_refusal(const struct mctl_space *space, const struct mctl_access *access)
{
	/* The text before the reason takes at most 43 bytes. */
	char text[MCTL_ERROR_TEXT_SIZE + 43], why[MCTL_ERROR_TEXT_SIZE];
	const struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_FAULT,
		.arena = space->arena,
		.name = space->name,
		.text = text,
		.reason = mctl_space_why(access),
		.has_value = true,
		.value = mctl_space_address(access->page),
	};

	mctl_space_refusal(access, why, sizeof(why));
	snprintf(text, sizeof(text), "pid %d, %s at %#llx: %s",
		 access->user ? task_tgid_nr(current) : 0, access->write ? "write" : "read",
		 mctl_space_address(access->page), why);
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

/* Count and record a fault. @user: the process, or NULL. family->lock is held. */
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
