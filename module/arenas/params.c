// SPDX-License-Identifier: GPL-2.0
/*
 * The parameters of the module that say what arena "main" takes.
 *
 * The host has not always the zones DMA and DMA32, or has them full. Where
 * the shares from them are not asked for by parameter, they are what the
 * host can well spare; where they are, the load fails without them.
 *
 * Locks: none; the parameters do not change once the module is loaded.
 */
#include <linux/ctype.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include "arenas/arena_size.h"
#include "arenas/arenas.h"
#include "arenas/params.h"
#include "core/frame.h"

#define SECTION_BYTES ((u64)MCTL_SECTION_FRAMES << PAGE_SHIFT)

static char *size = "64M";
module_param(size, charp, 0444);
MODULE_PARM_DESC(size, "memory to take for arena main, bytes or with K, M, G (64M)");

static char *nodes = "all";
module_param(nodes, charp, 0444);
MODULE_PARM_DESC(nodes, "NUMA nodes to take it from, as 0,2-3 (all that have memory)");

static char *dma = "auto";
module_param(dma, charp, 0444);
MODULE_PARM_DESC(dma, "how much of size from zone DMA (auto: up to 4M, if it is there)");

static char *dma32 = "auto";
module_param(dma32, charp, 0444);
MODULE_PARM_DESC(dma32, "how much of size from zone DMA32 (auto: up to 16M, if it is there)");

/* A number of bytes: digits, and one of K, M, G, T or none. */
static int parse_bytes(const char *name, const char *text, u64 *bytes, struct mctl_error *error)
{
	static const char units[] = "KMGT";
	const char *unit = NULL;
	char digits[24];
	size_t length = strlen(text);
	unsigned int shift = 0;
	int ret;

	if (length && length < sizeof(digits) && isdigit(text[0])) {
		strscpy(digits, text, sizeof(digits));
		unit = strchr(units, toupper(digits[length - 1]));
		if (unit) {
			digits[length - 1] = '\0';
			shift = 10 * (unit - units + 1);
		}
		ret = kstrtou64(digits, 0, bytes);
	} else {
		ret = length < sizeof(digits) ? -EINVAL : -ERANGE;
	}
	if (!ret && *bytes > U64_MAX >> shift)
		ret = -ERANGE;
	if (ret)
		return mctl_fail(error, ret, "%s=%.24s is no size: bytes, or with K, M, G or T",
				 name, text);
	*bytes <<= shift;
	if (*bytes % PAGE_SIZE)
		return mctl_fail(error, -EINVAL, "%s=%s is no multiple of a page, %lu bytes", name,
				 text, PAGE_SIZE);
	return 0;
}

static int parse_nodes(nodemask_t *mask, struct mctl_error *error)
{
	int node;

	*mask = node_states[N_MEMORY];
	if (!strcmp(nodes, "all"))
		return 0;
	if (nodelist_parse(nodes, *mask) || nodes_empty(*mask))
		return mctl_fail(error, -EINVAL, "nodes=%.40s is no list of nodes, like 0,2-3",
				 nodes);
	for_each_node_mask(node, *mask)
		if (!node_state(node, N_MEMORY))
			return mctl_fail(error, -EINVAL,
					 "nodes=%.40s: node %d is offline, absent or has no memory",
					 nodes, node);
	return 0;
}

/* Free bytes of these nodes, in the zone type that @gfp names. */
static u64 host_free(const nodemask_t *mask, gfp_t gfp)
{
	enum zone_type type = gfp_zone(gfp);
	u64 nr_pages = 0;
	int node;

	/* A kernel without such a zone. */
	if (type == ZONE_NORMAL)
		return 0;
	for_each_node_mask(node, *mask) {
		struct zone *zone = &NODE_DATA(node)->node_zones[type];

		if (managed_zone(zone))
			nr_pages += zone_page_state(zone, NR_FREE_PAGES);
	}
	return nr_pages << PAGE_SHIFT;
}

/*
 * The default share of a zone: at most @most, and at most half of what is free.
 * Rounded down to whole sections if it is larger than one, because the frame table
 * has room for whole sections only, of this zone and of those that give the rest.
 */
static u64 spare_share(const nodemask_t *mask, gfp_t gfp, u64 most)
{
	u64 share = min(most, host_free(mask, gfp) / 2);

	return round_down(share, share < SECTION_BYTES ? PAGE_SIZE : SECTION_BYTES);
}

static int parse_shares(struct mctl_arena_params *params, struct mctl_error *error)
{
	bool auto_dma = !strcmp(dma, "auto");
	bool auto_dma32 = !strcmp(dma32, "auto");
	int ret = 0;

	if (!auto_dma)
		ret = parse_bytes("dma", dma, &params->dma, error);
	if (!ret && !auto_dma32)
		ret = parse_bytes("dma32", dma32, &params->dma32, error);
	if (ret)
		return ret;
	if (params->dma > params->size)
		return mctl_fail(error, -EINVAL, "dma=%s is more than size=%s", dma, size);
	if (params->dma32 > params->size - params->dma)
		return mctl_fail(error, -EINVAL, "dma=%s and dma32=%s are more than size=%s", dma,
				 dma32, size);
	if (auto_dma)
		params->dma = spare_share(&params->nodes, GFP_DMA,
					  min3(SECTION_BYTES, params->size / 8,
					       params->size - params->dma32));
	if (auto_dma32)
		params->dma32 = spare_share(&params->nodes, GFP_DMA32,
					    min3((u64)SZ_16M, params->size / 4,
						 params->size - params->dma));
	return 0;
}

/**
 * mctl_params_create_main() - make arena "main" as the parameters of the module say
 * @error: text on failure
 *
 * Context: Process context, at module init.
 * Return: as mctl_arena_create().
 */
int mctl_params_create_main(struct mctl_error *error)
{
	struct mctl_arena_params params = { .name = "main" };
	int ret;

	ret = parse_bytes("size", size, &params.size, error);
	if (!ret && !params.size)
		ret = mctl_fail(error, -EINVAL, "size=%s: an arena has at least one page", size);
	if (!ret)
		ret = parse_nodes(&params.nodes, error);
	if (!ret)
		ret = parse_shares(&params, error);
	if (!ret)
		ret = mctl_arena_create(&params, error);
	return ret;
}
