// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement: parameters, which configurations are valid, and how much
 * storage they need.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include "core/replace_impl.h"

#define OF(policy) BIT(MCTL_REPLACE_##policy)

static const struct mctl_replace_rule rules[MCTL_REPLACE_NR_PARAMS] = {
	[MCTL_REPLACE_TICK] = { "tick", OF(NRU) | OF(AGING), 0, U32_MAX, 0 },
	[MCTL_REPLACE_BITS] = { "bits", OF(AGING), 1, 8, 8 },
	[MCTL_REPLACE_WINDOW] = { "window", OF(WS) | OF(WSCLOCK), 0, U32_MAX, 0 },
	[MCTL_REPLACE_FRESH] = { "fresh", OF(CLOCK), 0, 1, 1 },
	[MCTL_REPLACE_FORGET] = { "forget", OF(LFU), 0, 1, 0 },
	[MCTL_REPLACE_IN] = { "in", OF(2Q), 1, 99, 25 },
	[MCTL_REPLACE_OUT] = { "out", OF(2Q), 1, 1000, 50 },
	[MCTL_REPLACE_HIR] = { "hir", OF(LIRS), 1, 99, 1 },
	[MCTL_REPLACE_SMALL] = { "small", OF(S3FIFO), 1, 99, 10 },
	[MCTL_REPLACE_GHOST] = { "ghost", OF(S3FIFO), 0, 1000, 90 },
	[MCTL_REPLACE_MOVES] = { "moves", OF(S3FIFO), 1, 3, 2 },
};

/**
 * mctl_replace_rule() - what a parameter may be
 * @param: enum mctl_replace_param
 *
 * Context: Any context.
 * Return: its rule; NULL if there is no such parameter.
 */
const struct mctl_replace_rule *mctl_replace_rule(u32 param)
{
	return param < MCTL_REPLACE_NR_PARAMS ? &rules[param] : NULL;
}

/**
 * mctl_replace_default() - give every parameter its default
 * @config: the configuration; nothing else of it changes
 *
 * Context: Any context.
 */
void mctl_replace_default(struct mctl_replace_config *config)
{
	for (u32 i = 0; i < MCTL_REPLACE_NR_PARAMS; i++)
		config->param[i] = rules[i].initial;
}

/**
 * mctl_replace_config_error() - tell what is wrong with a configuration
 * @config: any configuration
 *
 * Context: Any context.
 * Return: an error text, or NULL if it is valid.
 */
const char *mctl_replace_config_error(const struct mctl_replace_config *config)
{
	if (config->policy >= MCTL_REPLACE_NR_POLICIES)
		return "there is no such policy";
	if (!config->frames)
		return "there is at least one frame";
	if (!config->nr_pages || config->nr_pages > MCTL_REPLACE_MAX_PAGES)
		return "a trace has 1 to 2^28 different pages";
	for (u32 i = 0; i < MCTL_REPLACE_NR_PARAMS; i++) {
		if (config->param[i] < rules[i].min || config->param[i] > rules[i].max)
			return "a parameter is out of its range";
	}
	return NULL;
}

/**
 * mctl_replace_nr_frames() - number of frames that a trace can fill
 * @config: its configuration, which is valid
 *
 * Context: Any context.
 * Return: their number.
 */
u32 mctl_replace_nr_frames(const struct mctl_replace_config *config)
{
	return min(config->frames, config->nr_pages);
}

/**
 * mctl_replace_size() - size of the storage that a model needs
 * @config: its configuration
 *
 * Context: Any context.
 * Return: bytes; 0 if @config is not valid.
 */
size_t mctl_replace_size(const struct mctl_replace_config *config)
{
	const struct mctl_replace_ops *ops;
	size_t frames, size;

	if (mctl_replace_config_error(config))
		return 0;
	ops = mctl_replace_ops(config->policy);
	frames = mctl_replace_nr_frames(config);
	size = ops->records * config->nr_pages * sizeof(struct mctl_replace_page) +
	       ops->lists * sizeof(struct mctl_replace_list);
	if (ops->heap)
		size += frames * sizeof(struct mctl_replace_entry);
	if (ops->ring)
		size += mctl_replace_nr_marks(frames) * sizeof(u64) + frames * sizeof(u32);
	return size;
}
