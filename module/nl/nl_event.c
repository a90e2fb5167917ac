// SPDX-License-Identifier: GPL-2.0
/*
 * Delivery of events to the multicast group.
 *
 * An event may occur in an interrupt or under a raw spinlock, where no message
 * can be allocated (on RT not even with GFP_ATOMIC). So it is recorded in a
 * ring, and a work item sends the contents of the ring. The work item is queued
 * through an irq_work, which is legal wherever an event may occur.
 *
 *   event -> ring -> irq_work -> work -> messages
 *
 * Events that any user of a region can cause have a ring of their own, with a
 * limit for each uid (host/event.c): the events of one user displace neither
 * root's events nor those of other users. Events of this kind that root causes
 * are in root's ring, because someone with many uids, as in a user namespace,
 * can fill the other one.
 *
 * E1  nr_put - nr_sent <= NR_SLOTS; the slots between the two hold events.
 * E2  Every event is sent, or counted and reported: one that finds the ring
 *     full, or no memory for its message, is counted in nr_lost of the next
 *     event of the ring, or of an event `lost`; those that a user causes beyond
 *     the limit are counted in an event `lost` with the user's uid, within
 *     TELL_DELAY of the first.
 * E3  Events are sent in the order in which they were recorded, whatever their
 *     ring, and the generations of an arena's events never decrease.
 *
 * Locks: events.lock (raw spinlock), a leaf. Only the work item advances
 * nr_sent.
 */
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include "arenas/arenas.h"
#include "host/event.h"
#include "host/symbol.h"
#include "nl/nl_impl.h"

#define NR_SLOTS   256
#define TEXT_SIZE  160
#define TELL_DELAY HZ

/**
 * struct slot - an event with its strings
 * @event: the event; its pointers are replaced by the arrays below
 * @time: nanoseconds since boot
 * @generation: of the arena
 * @sequence: in the order in which events were recorded
 * @nr_lost: events lost before this one
 * @uid: the user who caused it, valid if @has_uid
 * @has_uid: any user can cause such an event, root included
 * @arena: name of the arena
 * @name: of the cache or region, or ""
 * @text: what was wrong, or ""
 */
struct slot {
	struct mctl_event event;
	u64 time;
	u64 generation;
	u64 sequence;
	u64 nr_lost;
	u32 uid;
	bool has_uid;
	char arena[MEMCTL_NAME_MAX + 1];
	char name[MEMCTL_NAME_MAX + 1];
	char text[TEXT_SIZE];
};

/**
 * struct ring - events waiting to be sent
 * @slots: filled under events.lock, emptied by the work item
 * @nr_put: events.lock
 * @nr_sent: events.lock
 * @nr_lost: events.lock; since the last event recorded
 */
struct ring {
	struct slot slots[NR_SLOTS];
	u32 nr_put;
	u32 nr_sent;
	u64 nr_lost;
};

/* Events caused by root and modules, and events that users can cause. */
enum { RING_ADMIN, RING_USERS, NR_RINGS };

static struct {
	raw_spinlock_t lock;
	struct ring rings[NR_RINGS];
	u64 sequence; /* lock; of the next event */
	bool tell;    /* lock; something was lost or left out, and must be reported */
} events = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(events.lock),
};

static void send_events(struct work_struct *work);
static void tell_lost(struct work_struct *work);
static void wake_sender(struct irq_work *work);

static DECLARE_WORK(sender, send_events);
static DECLARE_DELAYED_WORK(teller, tell_lost);
static struct irq_work waker;

static void wake_sender(struct irq_work *work)
{
	schedule_work(&sender);
	if (READ_ONCE(events.tell))
		schedule_delayed_work(&teller, TELL_DELAY);
}

/* events.lock is held. */
static void lose(struct ring *ring, u64 nr)
{
	ring->nr_lost += nr;
	WRITE_ONCE(events.tell, true);
}

/* Whether the group has any member. */
static bool hears(void)
{
	return genl_has_listeners(&mctl_nl_family, &init_net, MEMCTL_NLGRP_EVENTS);
}

static void note_left_out(void)
{
	WRITE_ONCE(events.tell, true);
	irq_work_queue(&waker);
}

/* events.lock is held. */
static void fill_slot(struct ring *ring, const struct mctl_event *event, u64 time, u64 generation)
{
	struct slot *slot = &ring->slots[ring->nr_put % NR_SLOTS];

	/* Two CPUs may have read the generation in the opposite order. */
	event->arena->told = max(event->arena->told, generation);
	slot->event = *event;
	slot->time = time;
	slot->generation = event->arena->told;
	slot->sequence = events.sequence++;
	slot->nr_lost = ring->nr_lost;
	strscpy(slot->arena, event->arena->name, sizeof(slot->arena));
	strscpy(slot->name, event->name ?: "", sizeof(slot->name));
	strscpy(slot->text, event->text ?: "", sizeof(slot->text));
	ring->nr_lost = 0;
	ring->nr_put++;
}

static void put_down(const struct mctl_event *event, u32 uid)
{
	bool users = uid != MCTL_EVENT_NO_UID;
	struct ring *ring = &events.rings[users && uid ? RING_USERS : RING_ADMIN];
	u64 time = ktime_get_boottime_ns(), generation = mctl_arena_generation(event->arena);
	unsigned long flags;

	raw_spin_lock_irqsave(&events.lock, flags);
	if (ring->nr_put - ring->nr_sent < NR_SLOTS) {
		ring->slots[ring->nr_put % NR_SLOTS].uid = uid;
		ring->slots[ring->nr_put % NR_SLOTS].has_uid = users;
		fill_slot(ring, event, time, generation);
	} else {
		lose(ring, 1);
	}
	raw_spin_unlock_irqrestore(&events.lock, flags);
	irq_work_queue(&waker);
}

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_EVENT_PAD);
}

static bool put_event(struct sk_buff *skb, const struct slot *slot)
{
	const struct mctl_event *event = &slot->event;

	char symbol[MCTL_SYMBOL_SIZE];

	if (event->caller)
		mctl_symbol(event->caller, symbol, sizeof(symbol));
	return (slot->arena[0] && (nla_put_string(skb, MEMCTL_A_EVENT_ARENA, slot->arena) ||
				   put_u64(skb, MEMCTL_A_EVENT_GENERATION, slot->generation))) ||
	       nla_put_u32(skb, MEMCTL_A_EVENT_EVENT, event->type) ||
	       put_u64(skb, MEMCTL_A_EVENT_TIME, slot->time) ||
	       (event->has_zone && (nla_put_u32(skb, MEMCTL_A_EVENT_NODE, event->node) ||
				    nla_put_u32(skb, MEMCTL_A_EVENT_TYPE, event->zone_type))) ||
	       (event->has_order && nla_put_u32(skb, MEMCTL_A_EVENT_ORDER, event->order)) ||
	       (event->reason && nla_put_u32(skb, MEMCTL_A_EVENT_REASON, event->reason)) ||
	       (slot->name[0] && nla_put_string(skb, MEMCTL_A_EVENT_NAME, slot->name)) ||
	       (event->has_value && put_u64(skb, MEMCTL_A_EVENT_VALUE, event->value)) ||
	       (slot->text[0] && nla_put_string(skb, MEMCTL_A_EVENT_TEXT, slot->text)) ||
	       (event->caller && nla_put_string(skb, MEMCTL_A_EVENT_SYMBOL, symbol)) ||
	       (slot->nr_lost && put_u64(skb, MEMCTL_A_EVENT_NR_LOST, slot->nr_lost)) ||
	       (slot->has_uid && nla_put_u32(skb, MEMCTL_A_EVENT_UID, slot->uid));
}

/* Return: whether a message was allocated; a listener that cannot keep up gets ENOBUFS. */
static bool send_event(const struct slot *slot)
{
	struct sk_buff *skb = genlmsg_new(MCTL_NL_REPLY_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return false;
	hdr = genlmsg_put(skb, 0, 0, &mctl_nl_family, 0, MEMCTL_CMD_EVENT);
	if (!hdr || put_event(skb, slot)) {
		nlmsg_free(skb);
		return false;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&mctl_nl_family, skb, 0, MEMCTL_NLGRP_EVENTS, GFP_KERNEL);
	return true;
}

/* The ring with the event recorded first, or NULL; events.lock is held. */
static struct ring *next_ring(void)
{
	struct ring *next = NULL;
	u64 sequence = U64_MAX;
	unsigned int i;

	for (i = 0; i < NR_RINGS; i++) {
		struct ring *ring = &events.rings[i];
		const struct slot *slot = &ring->slots[ring->nr_sent % NR_SLOTS];

		if (ring->nr_sent == ring->nr_put || slot->sequence > sequence)
			continue;
		sequence = slot->sequence;
		next = ring;
	}
	return next;
}

/* A slot is not written until nr_sent has passed it, so it can be read without the lock. */
static void send_events(struct work_struct *work)
{
	struct ring *ring;
	bool sent;

	raw_spin_lock_irq(&events.lock);
	while ((ring = next_ring())) {
		const struct slot *slot = &ring->slots[ring->nr_sent % NR_SLOTS];

		raw_spin_unlock_irq(&events.lock);
		sent = send_event(slot);
		cond_resched();
		raw_spin_lock_irq(&events.lock);
		if (!sent)
			lose(ring, 1 + slot->nr_lost);
		ring->nr_sent++;
	}
	raw_spin_unlock_irq(&events.lock);
	if (READ_ONCE(events.tell))
		schedule_delayed_work(&teller, TELL_DELAY);
}

/* Losses of a ring or a user that no event has reported yet. Return: false if there are none. */
static bool next_loss(struct slot *slot)
{
	unsigned int i;

	*slot = (struct slot){
		.event = { .type = MEMCTL_EVENT_TYPE_LOST, .has_value = true },
		.time = ktime_get_boottime_ns(),
	};
	raw_spin_lock_irq(&events.lock);
	for (i = 0; i < NR_RINGS && !slot->event.value; i++)
		swap(slot->event.value, events.rings[i].nr_lost);
	if (!slot->event.value)
		WRITE_ONCE(events.tell, false);
	raw_spin_unlock_irq(&events.lock);
	if (slot->event.value)
		return true;
	/* After the store above: an event left out from here on schedules the teller again. */
	slot->event.value = mctl_event_left_out(&slot->uid);
	slot->has_uid = slot->event.value && slot->uid != MCTL_EVENT_NO_UID;
	return slot->event.value;
}

static void tell_lost(struct work_struct *work)
{
	struct slot slot;

	while (next_loss(&slot)) {
		if (send_event(&slot))
			continue;
		raw_spin_lock_irq(&events.lock);
		lose(&events.rings[RING_USERS], slot.event.value);
		raw_spin_unlock_irq(&events.lock);
		schedule_delayed_work(&teller, TELL_DELAY);
		return;
	}
}

static const struct mctl_event_listener listener = {
	.hears = hears,
	.call = put_down,
	.left_out = note_left_out,
};

void mctl_nl_event_init(void)
{
	init_irq_work(&waker, wake_sender);
	mctl_event_listen(&listener);
}

void mctl_nl_event_exit(void)
{
	mctl_event_listen(NULL);
	irq_work_sync(&waker);
	/* The sender may schedule the teller, and the teller only itself. */
	cancel_work_sync(&sender);
	cancel_delayed_work_sync(&teller);
}
