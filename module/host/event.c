// SPDX-License-Identifier: GPL-2.0
/*
 * The one listener of events, and the tracepoint.
 *
 * E1  A listener does not go away while it is being called: it is read under
 *     RCU, and its removal waits for a grace period.
 * E2  Anybody who may use a region can cause refused accesses, refused
 *     allocations and watermark events, without limit. No more of them than
 *     event_source.c allows go to the listener or into the trace's buffers, which
 *     others share; both are told how many were left out.
 *
 * Locks: sources_lock (raw spinlock), a leaf.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "host/event.h"
#include "host/event_source.h"
#include "host/trace.h"

static const struct mctl_event_listener __rcu *listener;
static DEFINE_RAW_SPINLOCK(sources_lock);

static bool anybody_can_cause(u32 type)
{
	switch (type) {
	case MEMCTL_EVENT_TYPE_ALLOC_FAILED:
	case MEMCTL_EVENT_TYPE_LOW:
	case MEMCTL_EVENT_TYPE_HIGH:
	case MEMCTL_EVENT_TYPE_FAULT:
	case MEMCTL_EVENT_TYPE_INJECTED:
		return true;
	default:
		return false;
	}
}

/* Whether the user may cause one more event. If not, it was counted. */
static bool may_cause(u32 uid, const struct mctl_event_listener *who)
{
	bool may, first = false;
	unsigned long flags;

	raw_spin_lock_irqsave(&sources_lock, flags);
	may = mctl_event_source_take(uid, ktime_get_boottime_ns(), &first);
	raw_spin_unlock_irqrestore(&sources_lock, flags);
	if (first && who)
		who->left_out();
	return may;
}

void mctl_event_send(const struct mctl_event *event)
{
	const struct mctl_event_listener *who;
	u32 uid = MCTL_EVENT_NO_UID;
	bool hears;

	rcu_read_lock();
	who = rcu_dereference(listener);
	hears = who && who->hears();
	if (!hears && !trace_memctl_event_enabled())
		goto unlock;
	if (anybody_can_cause(event->type)) {
		uid = mctl_event_uid();
		if (!may_cause(uid, who))
			goto unlock;
	}
	trace_memctl_event(event);
	if (hears)
		who->call(event, uid);
unlock:
	rcu_read_unlock();
}

void mctl_event_listen(const struct mctl_event_listener *new)
{
	RCU_INIT_POINTER(listener, NULL);
	synchronize_rcu();
	rcu_assign_pointer(listener, new);
}

u64 mctl_event_left_out(u32 *uid)
{
	struct mctl_left_out left_out = {};
	struct mctl_event event = { .type = MEMCTL_EVENT_TYPE_LOST, .has_value = true };
	char text[32] = "users without a record";
	unsigned long flags;
	bool any;

	raw_spin_lock_irqsave(&sources_lock, flags);
	any = mctl_event_source_left_out(&left_out);
	raw_spin_unlock_irqrestore(&sources_lock, flags);
	if (!any)
		return 0;
	if (left_out.uid != MCTL_EVENT_ANY_UID)
		snprintf(text, sizeof(text), "uid %u", left_out.uid);
	event.text = text;
	event.value = left_out.nr;
	trace_memctl_event(&event);
	*uid = left_out.uid;
	return left_out.nr;
}
