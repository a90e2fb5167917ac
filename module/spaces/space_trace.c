// SPDX-License-Identifier: GPL-2.0
/*
 * Traces of the last faults of spaces: turns them on and off, and reads them.
 * space_record.c records the faults. See space.c for the lock.
 */
#include <linux/minmax.h>
#include "host/host.h"
#include "spaces/space_internal.h"

/**
 * mctl_space_trace() - turn the trace of a region on or off
 * @arena: the arena
 * @name: name of the region
 * @on: true to record faults from now on; false to stop and free the records
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -ENOMEM if there is no memory for the records;
 * -EINTR if the process is killed.
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
 * mctl_space_records() - read the next recorded faults
 * @arena: the arena
 * @name: name of the region
 * @next: number of the first record to read, from 1 on; set to the number of the next one
 * @records: filled, oldest first
 * @nr: room in @records
 * @lost: set to the number of records from @next on that were overwritten
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: the number of @records filled; -ENOENT if there is no such region; -ENODATA if the trace
 * is off; -EINTR if the process is killed.
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
		/* Skip slots that have not been filled since the trace was last turned on. */
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
