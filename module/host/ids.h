/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ids for the entries of a list, so that code that walks it one step at a time,
 * without its lock in between, continues where it was and not at the head.
 *
 * I1  An id is never 0, never given twice, and larger than all given before.
 * I2  The tree is in the order of ids.
 *
 * Locks: none; the lock of the list serialises.
 */
#ifndef MCTL_HOST_IDS_H
#define MCTL_HOST_IDS_H

#include <linux/rbtree.h>
#include <linux/types.h>

/**
 * struct mctl_ids - the ids of a list
 * @root: struct mctl_id, by value
 * @last: the last one given
 */
struct mctl_ids {
	struct rb_root root;
	u64 last;
};

/**
 * struct mctl_id - the id of an entry
 * @node: in struct mctl_ids
 * @value: the id
 */
struct mctl_id {
	struct rb_node node;
	u64 value;
};

/* Give a new entry the next id, the highest of all. O(log n). */
static inline void mctl_ids_add(struct mctl_ids *ids, struct mctl_id *id)
{
	struct rb_node **link = &ids->root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	id->value = ++ids->last;
	rb_link_node(&id->node, parent, link);
	rb_insert_color(&id->node, &ids->root);
}

static inline void mctl_ids_del(struct mctl_ids *ids, struct mctl_id *id)
{
	rb_erase(&id->node, &ids->root);
}

/* The entry with the lowest id from @value on, or NULL. O(log n). */
static inline struct mctl_id *mctl_ids_from(const struct mctl_ids *ids, u64 value)
{
	struct rb_node *node = ids->root.rb_node;
	struct mctl_id *found = NULL;

	while (node) {
		struct mctl_id *id = rb_entry(node, struct mctl_id, node);

		if (id->value >= value) {
			found = id;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

#endif /* MCTL_HOST_IDS_H */
