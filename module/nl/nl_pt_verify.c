// SPDX-License-Identifier: GPL-2.0
/*
 * Comparison of the shadows with the hardware's page tables: for regions in the
 * kernel with the kernel's, for regions for processes with those of each
 * process.
 */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "nl/nl_space.h"
#include "regions/region.h"

/* Mismatches listed in one reply, of each kind; the counts include the rest. */
#define NR_LISTED 32

/* Bytes of one nested entry, at most. */
#define ENTRY_SIZE 192

/* Result of comparing one region or several. */
struct verified {
	struct mctl_pt_verify sum;
	struct mctl_pt_entry mismatch[NR_LISTED];
	bool has_spaces;
	struct mctl_space_verify spaces;
	struct mctl_space_mismatch different[NR_LISTED];
};

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PT_PAD);
}

static bool put_entry_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PT_ENTRY_PAD);
}

/* An entry of the kernel's tables that differs. */
static bool put_mismatch(struct sk_buff *skb, const struct mctl_pt_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_PT_MISMATCH);

	if (!nest || nla_put_string(skb, MEMCTL_A_PT_ENTRY_REGION, entry->region) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_ADDRESS, entry->address) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_LEVEL, entry->level) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_INDEX, entry->index) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_ENTRY, entry->entry) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_HARDWARE, entry->hardware) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_TABLE, entry->table) ||
	    (entry->leaf && nla_put_flag(skb, MEMCTL_A_PT_ENTRY_LEAF)))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

/* Index of the entry for a process's address in its table of a level. */
static u32 table_index(u64 user, u32 level)
{
	return user >> (PAGE_SHIFT + 9 * (level - 1)) & 511;
}

/* An entry of a process's tables that differs. */
static bool put_different(struct sk_buff *skb, const struct mctl_space_mismatch *entry)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_PT_MISMATCH);

	BUILD_BUG_ON((int)MEMCTL_DIFFERENCE_PRESENT != (int)MCTL_DIFFERENT_PRESENT);
	BUILD_BUG_ON((int)MEMCTL_DIFFERENCE_US != (int)MCTL_DIFFERENT_US);
	BUILD_BUG_ON((int)MEMCTL_DIFFERENCE_CACHE != (int)MCTL_DIFFERENT_CACHE);
	if (!nest || nla_put_string(skb, MEMCTL_A_PT_ENTRY_REGION, entry->region) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_ADDRESS, entry->address) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_LEVEL, entry->level) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_INDEX, table_index(entry->user, entry->level)) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_ENTRY, entry->shadow) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_HARDWARE, entry->hardware) ||
	    nla_put_flag(skb, MEMCTL_A_PT_ENTRY_LEAF) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_PID, entry->pid) ||
	    put_entry_u64(skb, MEMCTL_A_PT_ENTRY_USER, entry->user) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_DIFFERENT, entry->different))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

/* Compare one region in the kernel. */
static int verify_region(struct genl_info *info, const char *name, struct verified *verified)
{
	struct mctl_pt_verify *sum = &verified->sum;
	struct mctl_error error = {};
	struct mctl_pt_verify one = {};
	int ret;

	ret = mctl_region_verify(mctl_nl_arena(info), name, &one,
				 &verified->mismatch[sum->nr_listed], NR_LISTED - sum->nr_listed,
				 &error);
	if (ret)
		return mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_PT_REGION], ret, &error);
	sum->nr_entries += one.nr_entries;
	sum->nr_mismatch += one.nr_mismatch;
	sum->nr_ignored += one.nr_ignored;
	sum->nr_listed += one.nr_listed;
	return 0;
}

/* Compare one region for processes, or all if @name is NULL. */
static int verify_spaces(struct genl_info *info, const char *name, struct verified *verified)
{
	struct nlattr *pid = info->attrs[MEMCTL_A_PT_PID];
	struct mctl_error error = {};
	int ret;

	verified->has_spaces = true;
	ret = mctl_space_verify(mctl_nl_arena(info), name, pid ? nla_get_u32(pid) : 0,
				&verified->spaces, verified->different, NR_LISTED, &error);
	/* Mismatches elsewhere are reported first. */
	if (!ret && verified->spaces.nr_busy && !verified->spaces.nr_mismatch)
		ret = mctl_space_busy(&verified->spaces, &error);
	return ret ? mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_PT_REGION], ret, &error) : 0;
}

static int verify_one(struct genl_info *info, const char *name, struct verified *verified)
{
	struct nlattr *pid = info->attrs[MEMCTL_A_PT_PID];

	if (mctl_space_exists(mctl_nl_arena(info), name))
		return verify_spaces(info, name, verified);
	if (pid)
		return mctl_nl_refuse(info->extack, pid, -ENOENT,
				      "arena %s has no region %s for processes",
				      mctl_nl_arena(info)->name, name);
	return verify_region(info, name, verified);
}

static int verify(struct genl_info *info, struct verified *verified)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_PT_REGION];
	struct nlattr *pid = info->attrs[MEMCTL_A_PT_PID];
	struct mctl_region_info region;
	const char *name = NULL;
	u64 id;
	int ret;

	if (pid && (!nla_get_u32(pid) || nla_get_u32(pid) > INT_MAX))
		return mctl_nl_refuse(info->extack, pid, -EINVAL, "pid %u: 1 to %d",
				      nla_get_u32(pid), INT_MAX);
	if (attr)
		name = mctl_nl_name(info->extack, attr, "region");
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (name)
		return verify_one(info, name, verified);
	for (id = 1; !pid && !mctl_region_info_from(mctl_nl_arena(info), &id, &region); id++) {
		ret = verify_region(info, region.name, verified);
		/* It may have been deleted since it was listed. */
		if (ret && ret != -ENOENT)
			return ret;
	}
	return verify_spaces(info, NULL, verified);
}

static bool put_spaces(struct sk_buff *skb, const struct mctl_space_verify *spaces)
{
	return put_u64(skb, MEMCTL_A_PT_NR_REGIONS, spaces->nr_regions) ||
	       put_u64(skb, MEMCTL_A_PT_NR_PROCESSES, spaces->nr_processes) ||
	       put_u64(skb, MEMCTL_A_PT_NR_MAPPINGS, spaces->nr_mappings) ||
	       put_u64(skb, MEMCTL_A_PT_NR_ABSENT, spaces->nr_absent) ||
	       put_u64(skb, MEMCTL_A_PT_NR_LARGE, spaces->nr_large) ||
	       put_u64(skb, MEMCTL_A_PT_NR_SMALL, spaces->nr_small) ||
	       put_u64(skb, MEMCTL_A_PT_NR_ACCESSED, spaces->nr_accessed) ||
	       put_u64(skb, MEMCTL_A_PT_NR_DIRTY, spaces->nr_dirty) ||
	       put_u64(skb, MEMCTL_A_PT_NR_RETRIED, spaces->nr_retried) ||
	       put_u64(skb, MEMCTL_A_PT_NR_CHANGED, spaces->nr_changed);
}

static bool put_verified(struct sk_buff *skb, struct mctl_arena *arena,
			 const struct verified *verified)
{
	const struct mctl_space_verify *spaces = &verified->spaces;
	const struct mctl_pt_verify *sum = &verified->sum;
	unsigned int i;

	if (put_u64(skb, MEMCTL_A_PT_GENERATION, mctl_arena_generation(arena)) ||
	    put_u64(skb, MEMCTL_A_PT_NR_ENTRIES, sum->nr_entries + spaces->nr_entries) ||
	    put_u64(skb, MEMCTL_A_PT_NR_MISMATCH, sum->nr_mismatch + spaces->nr_mismatch) ||
	    put_u64(skb, MEMCTL_A_PT_NR_IGNORED, sum->nr_ignored) ||
	    (verified->has_spaces && put_spaces(skb, spaces)))
		return true;
	for (i = 0; i < sum->nr_listed; i++)
		if (put_mismatch(skb, &verified->mismatch[i]))
			return true;
	for (i = 0; i < spaces->nr_listed; i++)
		if (put_different(skb, &verified->different[i]))
			return true;
	return false;
}

int memctl_nl_pt_verify_doit(struct sk_buff *request, struct genl_info *info)
{
	struct verified *verified;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	verified = kzalloc(sizeof(*verified), GFP_KERNEL);
	if (!verified)
		return -ENOMEM;
	ret = verify(info, verified);
	if (ret)
		goto out;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + 2 * NR_LISTED * ENTRY_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info,
				       put_verified(skb, mctl_nl_arena(info), verified)) :
		    -ENOMEM;
out:
	kfree(verified);
	return ret;
}
