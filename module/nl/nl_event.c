// SPDX-License-Identifier: GPL-2.0
/*
 * Events on their way to the multicast group.
 *
 * An event may happen in an interrupt or under a raw spinlock, where no
 * message can be made (on RT not even from GFP_ATOMIC). So it is put down in a
 * ring, and a work item sends what is in it. Waking that up goes through an
 * irq_work, which is legal wherever the event may happen.
 *
 *   event → ring → irq_work → work → messages
 *
 * E1  nr_put - nr_sent <= NR_SLOTS; the slots between the two hold events.
 * E2  What finds the ring full is counted, and the next event that is put
 *     down carries the count.
 *
 * Locks: ring.lock (raw spinlock), a leaf. The work item alone moves nr_sent.
 */
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include "mm/event.h"
#include "nl/netlink.h"

#define NR_SLOTS  256
#define TEXT_SIZE 96

/**
 * struct slot - an event with its strings
 * @event: the event; its pointers are replaced by the arrays below
 * @time: nanoseconds since boot
 * @nr_lost: events lost before this one
 * @arena: name of the arena
 * @name: cache or region, or ""
 * @text: what was wrong, or ""
 */
struct slot {
	struct mctl_event event;
	u64 time;
	u64 nr_lost;
	char arena[MEMCTL_NAME_MAX + 1];
	char name[MEMCTL_NAME_MAX + 1];
	char text[TEXT_SIZE];
};

static struct {
	raw_spinlock_t lock;
	struct slot slots[NR_SLOTS]; /* lock to put, the work item to take */
	u32 nr_put;		     /* lock */
	u32 nr_sent;		     /* lock */
	u64 nr_lost;		     /* lock; since the last event put down */
} ring = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ring.lock),
};

static void send_events(struct work_struct *work);
static void wake_sender(struct irq_work *work);

static DECLARE_WORK(sender, send_events);
static struct irq_work waker;

static void wake_sender(struct irq_work *work)
{
	schedule_work(&sender);
}

static void put_down(const struct mctl_event *event)
{
	unsigned long flags;
	struct slot *slot;

	if (!genl_has_listeners(&mctl_nl_family, &init_net, MEMCTL_NLGRP_EVENTS))
		return;

	raw_spin_lock_irqsave(&ring.lock, flags);
	if (ring.nr_put - ring.nr_sent < NR_SLOTS) {
		slot = &ring.slots[ring.nr_put % NR_SLOTS];
		slot->event = *event;
		slot->time = ktime_get_boottime_ns();
		slot->nr_lost = ring.nr_lost;
		strscpy(slot->arena, event->arena ?: "", sizeof(slot->arena));
		strscpy(slot->name, event->name ?: "", sizeof(slot->name));
		strscpy(slot->text, event->text ?: "", sizeof(slot->text));
		ring.nr_lost = 0;
		ring.nr_put++;
	} else {
		ring.nr_lost++;
	}
	raw_spin_unlock_irqrestore(&ring.lock, flags);
	irq_work_queue(&waker);
}

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_EVENT_PAD);
}

static bool put_event(struct sk_buff *skb, const struct slot *slot)
{
	const struct mctl_event *event = &slot->event;

	return nla_put_string(skb, MEMCTL_A_EVENT_ARENA, slot->arena) ||
	       put_u64(skb, MEMCTL_A_EVENT_GENERATION, event->generation) ||
	       nla_put_u32(skb, MEMCTL_A_EVENT_EVENT, event->type) ||
	       put_u64(skb, MEMCTL_A_EVENT_TIME, slot->time) ||
	       (event->has_zone && (nla_put_u32(skb, MEMCTL_A_EVENT_NODE, event->node) ||
				    nla_put_u32(skb, MEMCTL_A_EVENT_TYPE, event->zone_type))) ||
	       (event->has_order && nla_put_u32(skb, MEMCTL_A_EVENT_ORDER, event->order)) ||
	       (event->reason && nla_put_u32(skb, MEMCTL_A_EVENT_REASON, event->reason)) ||
	       (slot->name[0] && nla_put_string(skb, MEMCTL_A_EVENT_NAME, slot->name)) ||
	       (event->has_value && put_u64(skb, MEMCTL_A_EVENT_VALUE, event->value)) ||
	       (slot->text[0] && nla_put_string(skb, MEMCTL_A_EVENT_TEXT, slot->text)) ||
	       (slot->nr_lost && put_u64(skb, MEMCTL_A_EVENT_NR_LOST, slot->nr_lost));
}

static void send_event(const struct slot *slot)
{
	struct sk_buff *skb = genlmsg_new(MCTL_NL_REPLY_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &mctl_nl_family, 0, MEMCTL_CMD_EVENT);
	if (!hdr || put_event(skb, slot)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	/* A listener that cannot keep up learns it from its socket (ENOBUFS). */
	genlmsg_multicast(&mctl_nl_family, skb, 0, MEMCTL_NLGRP_EVENTS, GFP_KERNEL);
}

/* A slot is not written to until nr_sent has passed it, so it can be read without the lock. */
static void send_events(struct work_struct *work)
{
	u32 nr_put, nr_sent;

	do {
		raw_spin_lock_irq(&ring.lock);
		nr_put = ring.nr_put;
		nr_sent = ring.nr_sent;
		raw_spin_unlock_irq(&ring.lock);
		if (nr_sent == nr_put)
			return;
		send_event(&ring.slots[nr_sent % NR_SLOTS]);
		raw_spin_lock_irq(&ring.lock);
		ring.nr_sent = nr_sent + 1;
		raw_spin_unlock_irq(&ring.lock);
		cond_resched();
	} while (true);
}

void mctl_nl_event_init(void)
{
	init_irq_work(&waker, wake_sender);
	mctl_event_listen(put_down);
}

void mctl_nl_event_exit(void)
{
	mctl_event_listen(NULL);
	irq_work_sync(&waker);
	cancel_work_sync(&sender);
}
