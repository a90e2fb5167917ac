// SPDX-License-Identifier: GPL-2.0
/*
 * The one listener of events.
 *
 * E1  A listener that is being called is not gone: it is read under RCU, and
 *     whoever takes it away waits for a grace period.
 *
 * Locks: none.
 */
#include <linux/rcupdate.h>
#include "mm/event.h"
#include "trace.h"

/**
 * struct listener - who listens
 * @call: called for each event
 */
struct listener {
	void (*call)(const struct mctl_event *event);
};

static struct listener only;
static struct listener __rcu *listener;

void mctl_event_send(const struct mctl_event *event)
{
	struct listener *who;

	trace_memctl_event(event);
	rcu_read_lock();
	who = rcu_dereference(listener);
	if (who)
		who->call(event);
	rcu_read_unlock();
}

void mctl_event_listen(void (*call)(const struct mctl_event *event))
{
	RCU_INIT_POINTER(listener, NULL);
	synchronize_rcu();
	if (!call)
		return;
	only.call = call;
	rcu_assign_pointer(listener, &only);
}
