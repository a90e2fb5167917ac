// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about models of TLBs, and about the paging formats.
 */
#include "arenas/arenas.h"
#include "models/pt_format.h"
#include "models/tlb.h"
#include "nl/nl_impl.h"

/* Default cycles of a model: an estimate for a current processor. */
#define L1_CYCLES   1
#define L2_CYCLES   7
#define READ_CYCLES 20

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_TLB_PAD);
}

/* --- replies ------------------------------------------------------------------------------ */

static bool put_arrays(struct sk_buff *skb, const struct mctl_tlb_info *info)
{
	struct memctl_tlb_array arrays[MCTL_TLB_MAX_ARRAYS];
	u32 nr = info->params.config.nr_arrays;

	for (u32 i = 0; i < nr; i++) {
		const struct mctl_tlb_array_config *array = &info->params.config.array[i];

		arrays[i] = (struct memctl_tlb_array){
			.level = array->level,
			.sets = array->sets,
			.ways = array->ways,
			.pages = array->pages,
			.nr_valid = info->nr_valid[i],
		};
	}
	return nla_put(skb, MEMCTL_A_TLB_ARRAYS, nr * sizeof(arrays[0]), arrays);
}

static bool put_params(struct sk_buff *skb, const struct mctl_tlb_params *params)
{
	const struct mctl_tlb_config *config = &params->config;

	return nla_put_u32(skb, MEMCTL_A_TLB_POLICY, config->policy) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_SEED, config->seed) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_ASIDS, config->nr_asids) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_PAGE, params->page) ||
	       nla_put_string(skb, MEMCTL_A_TLB_FORMAT, params->kind->name) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_L1_CYCLES, config->level_cycles[1]) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_L2_CYCLES, config->level_cycles[2]) ||
	       nla_put_u32(skb, MEMCTL_A_TLB_READ_CYCLES, config->read_cycles) ||
	       (params->region[0] && nla_put_string(skb, MEMCTL_A_TLB_REGION, params->region));
}

static bool put_stats(struct sk_buff *skb, const struct mctl_tlb_info *info)
{
	const struct mctl_tlb_stats *stats = &info->stats;

	return put_u64(skb, MEMCTL_A_TLB_NR_ACCESS, stats->accesses) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_WRITE, stats->writes) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_L1_HIT, stats->hits[1]) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_L2_HIT, stats->hits[2]) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_MISS, stats->misses) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_UPGRADE, stats->upgrades) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_WALK, stats->walks) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_FAULT, stats->faults) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_READ, stats->walk_reads) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_L1_EVICT, stats->evictions[1]) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_L2_EVICT, stats->evictions[2]) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_INVALIDATED, stats->invalidated) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_SWITCH, stats->switches) ||
	       put_u64(skb, MEMCTL_A_TLB_NR_REASSIGNED, stats->reassigned) ||
	       put_u64(skb, MEMCTL_A_TLB_L1_TOTAL, info->cycles[1]) ||
	       put_u64(skb, MEMCTL_A_TLB_L2_TOTAL, info->cycles[2]) ||
	       put_u64(skb, MEMCTL_A_TLB_WALK_TOTAL, info->cycles[0]);
}

static bool put_tlb(struct sk_buff *skb, struct mctl_arena *arena, const struct mctl_tlb_info *info)
{
	return nla_put_string(skb, MEMCTL_A_TLB_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_TLB_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_TLB_NAME, info->name) || put_arrays(skb, info) ||
	       put_params(skb, &info->params) || put_stats(skb, info);
}

/* --- attributes of requests --------------------------------------------------------------- */

static const char *read_name(struct genl_info *info)
{
	struct nlattr *attr = mctl_nl_need(info, MEMCTL_A_TLB_NAME, "name");

	return IS_ERR(attr) ? ERR_CAST(attr) : mctl_nl_name(info->extack, attr, "TLB model");
}

/*
 * Read an attribute that is an array of records of @size bytes, 1 to @max of
 * them.
 * Return: how many, or an errno that has been reported.
 */
static int read_array(struct genl_info *info, int type, const char *what, u32 size, u32 max)
{
	struct nlattr *attr = mctl_nl_need(info, type, what);
	u32 length;

	if (IS_ERR(attr))
		return PTR_ERR(attr);
	length = nla_len(attr);
	if (!length || length % size)
		return mctl_nl_refuse(info->extack, attr, -EINVAL, "%s has %u bytes, one takes %u",
				      what, length, size);
	if (length / size > max)
		return mctl_nl_refuse(info->extack, attr, -ERANGE,
				      "%s has %u, at most %u go into a request", what,
				      length / size, max);
	return length / size;
}

static int read_arrays(struct genl_info *info, struct mctl_tlb_config *config)
{
	const struct memctl_tlb_array *arrays;
	int nr = read_array(info, MEMCTL_A_TLB_ARRAYS, "arrays", sizeof(*arrays),
			    MEMCTL_MAX_TLB_ARRAYS);

	BUILD_BUG_ON(MEMCTL_MAX_TLB_ARRAYS != MCTL_TLB_MAX_ARRAYS);
	if (nr < 0)
		return nr;
	arrays = nla_data(info->attrs[MEMCTL_A_TLB_ARRAYS]);
	config->nr_arrays = nr;
	for (int i = 0; i < nr; i++) {
		if (arrays[i].nr_valid)
			return mctl_nl_refuse(info->extack, info->attrs[MEMCTL_A_TLB_ARRAYS],
					      -EINVAL, "array %d: nr-valid %u, expected 0", i,
					      arrays[i].nr_valid);
		config->array[i] = (struct mctl_tlb_array_config){
			.level = arrays[i].level,
			.sets = arrays[i].sets,
			.ways = arrays[i].ways,
			.pages = arrays[i].pages,
		};
	}
	return 0;
}

static int read_params(struct genl_info *info, struct mctl_tlb_params *params)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_TLB_FORMAT];
	const char *format = "4level";
	int ret;

	BUILD_BUG_ON((int)MEMCTL_TLB_PAGE_1G != (int)MCTL_TLB_1G);
	BUILD_BUG_ON((int)MEMCTL_TLB_POLICY_RANDOM != (int)MCTL_TLB_RANDOM);
	memset(params, 0, sizeof(*params));
	ret = read_arrays(info, &params->config);
	if (ret)
		return ret;
	if (attr)
		format = mctl_nl_name(info->extack, attr, "format");
	if (IS_ERR(format))
		return PTR_ERR(format);
	params->kind = mctl_ptable_kind_of(format);
	if (!params->kind)
		return mctl_nl_refuse(info->extack, attr, -EINVAL,
				      "format %s: there are ia32, pae, 4level and 5level", format);
	attr = info->attrs[MEMCTL_A_TLB_REGION];
	if (attr) {
		const char *region = mctl_nl_name(info->extack, attr, "region");

		if (IS_ERR(region))
			return PTR_ERR(region);
		strscpy(params->region, region, sizeof(params->region));
	}
	params->page = mctl_nl_u32(info, MEMCTL_A_TLB_PAGE, MEMCTL_TLB_PAGE_4K);
	params->config.policy = mctl_nl_u32(info, MEMCTL_A_TLB_POLICY, MEMCTL_TLB_POLICY_LRU);
	params->config.seed = mctl_nl_u32(info, MEMCTL_A_TLB_SEED, 1);
	params->config.nr_asids = mctl_nl_u32(info, MEMCTL_A_TLB_ASIDS, 0);
	params->config.level_cycles[1] = mctl_nl_u32(info, MEMCTL_A_TLB_L1_CYCLES, L1_CYCLES);
	params->config.level_cycles[2] = mctl_nl_u32(info, MEMCTL_A_TLB_L2_CYCLES, L2_CYCLES);
	params->config.read_cycles = mctl_nl_u32(info, MEMCTL_A_TLB_READ_CYCLES, READ_CYCLES);
	return 0;
}

/* --- requests ----------------------------------------------------------------------------- */

int memctl_nl_tlb_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = read_name(info);
	struct mctl_tlb_info tlb;
	struct sk_buff *skb;
	void *hdr;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (mctl_tlb_info(arena, name, &tlb))
		return mctl_nl_refuse(info->extack, info->attrs[MEMCTL_A_TLB_NAME], -ENOENT,
				      "no TLB model %s in arena %s", name, arena->name);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_tlb(skb, arena, &tlb));
}

/* The position is the lowest id that is not sent yet. */
static int dump_tlb(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_tlb_info info;
	u64 id = dump->position;

	if (mctl_tlb_info_from(dump->arena, &id, &info))
		return -ENOENT;
	if (put_tlb(skb, dump->arena, &info))
		return -EMSGSIZE;
	dump->position = id + 1;
	return 0;
}

int memctl_nl_tlb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_TLB_GET, dump_tlb);
}

/* Pass on the result of a change of a model. */
static int result(struct genl_info *info, int ret, const struct mctl_error *error)
{
	return ret ? mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_TLB_NAME], ret, error) : 0;
}

int memctl_nl_tlb_add_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info);
	struct mctl_tlb_params params;
	struct mctl_error error = {};
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = read_params(info, &params);
	if (ret)
		return ret;
	return result(info, mctl_tlb_add(mctl_nl_arena(info), name, &params, &error), &error);
}

int memctl_nl_tlb_del_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info);
	struct mctl_error error = {};

	if (IS_ERR(name))
		return PTR_ERR(name);
	return result(info, mctl_tlb_del(mctl_nl_arena(info), name, &error), &error);
}

int memctl_nl_tlb_clear_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info);
	struct mctl_error error = {};

	if (IS_ERR(name))
		return PTR_ERR(name);
	return result(info, mctl_tlb_clear(mctl_nl_arena(info), name, &error), &error);
}

int memctl_nl_tlb_feed_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct memctl_tlb_access *accesses;
	const char *name = read_name(info);
	struct mctl_error error = {};
	int nr;

	if (IS_ERR(name))
		return PTR_ERR(name);
	nr = read_array(info, MEMCTL_A_TLB_ACCESSES, "accesses", sizeof(*accesses),
			MEMCTL_MAX_TLB_ACCESSES);
	if (nr < 0)
		return nr;
	accesses = nla_data(info->attrs[MEMCTL_A_TLB_ACCESSES]);
	return result(info, mctl_tlb_feed(mctl_nl_arena(info), name, accesses, nr, &error), &error);
}

/* --- formats ------------------------------------------------------------------------------ */

static u64 nr_tables(const struct mctl_ptable_memory *memory)
{
	u64 nr = 0;

	for (u32 level = 1; level <= MCTL_PT_MAX_LEVELS; level++)
		nr += memory->nr_tables[level];
	return nr;
}

static bool put_format_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PT_FORMAT_PAD);
}

static bool put_format(struct sk_buff *skb, u32 index, const struct mctl_pt_format *row)
{
	const struct mctl_ptable_format *format = row->kind->format;

	return nla_put_u32(skb, MEMCTL_A_PT_FORMAT_INDEX, index) ||
	       nla_put_string(skb, MEMCTL_A_PT_FORMAT_NAME, row->kind->name) ||
	       nla_put_string(skb, MEMCTL_A_PT_FORMAT_SPLIT, row->kind->split) ||
	       nla_put_string(skb, MEMCTL_A_PT_FORMAT_SECTION, row->kind->section) ||
	       nla_put_u32(skb, MEMCTL_A_PT_FORMAT_LEVELS, format->nr_levels) ||
	       nla_put_u32(skb, MEMCTL_A_PT_FORMAT_ENTRY_SIZE, format->entry_size) ||
	       nla_put_u32(skb, MEMCTL_A_PT_FORMAT_ADDRESS_BITS, format->address_bits) ||
	       nla_put_u32(skb, MEMCTL_A_PT_FORMAT_PHYSICAL_BITS, row->kind->physical_bits) ||
	       nla_put_string(skb, MEMCTL_A_PT_FORMAT_EXAMPLE, row->example) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_NR_PAGES, row->small.nr_pages) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_NR_TABLES, nr_tables(&row->small)) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_BYTES, row->small.bytes) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_NR_LARGE_TABLES, nr_tables(&row->large)) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_LARGE_BYTES, row->large.bytes) ||
	       put_format_u64(skb, MEMCTL_A_PT_FORMAT_FLAT, row->small.flat);
}

int memctl_nl_pt_format_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *index = mctl_nl_need(info, MEMCTL_A_PT_FORMAT_INDEX, "index");
	struct mctl_pt_format row;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	if (IS_ERR(index))
		return PTR_ERR(index);
	ret = mctl_pt_format_nth(nla_get_u32(index), &row);
	if (ret == -ENOENT)
		return mctl_nl_refuse(info->extack, index, ret, "no row %u, only %u",
				      nla_get_u32(index), MCTL_PT_NR_FORMATS * MCTL_PT_NR_EXAMPLES);
	if (ret)
		return ret;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_format(skb, nla_get_u32(index), &row));
}

static int dump_format(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_pt_format row;
	int ret = mctl_pt_format_nth(dump->position, &row);

	if (ret)
		return ret;
	if (put_format(skb, dump->position, &row))
		return -EMSGSIZE;
	dump->position++;
	return 0;
}

int memctl_nl_pt_format_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_PT_FORMAT_GET, dump_format);
}
