// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about the vmas of regions that processes map.
 */
#include "arenas/arenas.h"
#include "nl/nl_space.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_VMA_PAD);
}

static bool put_usage(struct sk_buff *skb, const struct mctl_space_vma *vma)
{
	return nla_put_u32(skb, MEMCTL_A_VMA_NR_MAPPED, vma->nr_mapped) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_ZERO, vma->nr_zero) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_LARGE, vma->nr_large) ||
	       put_u64(skb, MEMCTL_A_VMA_RSS, (u64)vma->rss << PAGE_SHIFT) ||
	       put_u64(skb, MEMCTL_A_VMA_USS, (u64)vma->uss << PAGE_SHIFT) ||
	       put_u64(skb, MEMCTL_A_VMA_PSS, vma->pss) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_DIRTY, vma->nr_dirty) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_ACCESSED, vma->nr_accessed) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_SHARED_DIRTY, vma->nr_shared_dirty) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_NR_PRIVATE_DIRTY, vma->nr_private_dirty) ||
	       put_u64(skb, MEMCTL_A_VMA_PSS_DIRTY, vma->pss_dirty);
}

static bool put_file(struct sk_buff *skb, const struct mctl_space_vma *vma)
{
	return nla_put_string(skb, MEMCTL_A_VMA_FILE, vma->file) ||
	       put_u64(skb, MEMCTL_A_VMA_OFFSET, vma->offset) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_DEV_MAJOR, MAJOR(vma->dev)) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_DEV_MINOR, MINOR(vma->dev)) ||
	       put_u64(skb, MEMCTL_A_VMA_INODE, vma->inode);
}

static bool put_vma(struct sk_buff *skb, struct mctl_arena *arena, const char *region,
		    const struct mctl_space_vma *vma)
{
	BUILD_BUG_ON((int)MEMCTL_RIGHT_READ != (int)MCTL_SPACE_R);
	BUILD_BUG_ON((int)MEMCTL_RIGHT_WRITE != (int)MCTL_SPACE_W);
	BUILD_BUG_ON(sizeof(vma->file) != MEMCTL_MAX_PATH + 1);
	return nla_put_string(skb, MEMCTL_A_VMA_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_VMA_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_VMA_REGION, region) ||
	       put_u64(skb, MEMCTL_A_VMA_START, vma->start) ||
	       put_u64(skb, MEMCTL_A_VMA_END, vma->end) ||
	       nla_put_u32(skb, MEMCTL_A_VMA_RIGHTS, vma->rights) ||
	       (vma->file[0] && put_file(skb, vma)) || put_usage(skb, vma);
}

int memctl_nl_vma_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = mctl_nl_space_name(info);
	struct mctl_space *space;
	struct mctl_space_vma vma;
	struct nlattr *address;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	address = mctl_nl_need(info, MEMCTL_A_VMA_ADDRESS, "address");
	if (IS_ERR(address))
		return PTR_ERR(address);
	space = mctl_space_get(arena, name);
	if (!space)
		return mctl_nl_refuse(info->extack, info->attrs[MCTL_NL_REGION_ATTR], -ENOENT,
				      "arena %s has no region %s for processes", arena->name, name);
	ret = mctl_space_vma_at(space, nla_get_u64(address), &vma);
	mctl_space_put(space);
	if (ret == -EINTR)
		return ret;
	if (ret || vma.start > nla_get_u64(address))
		return mctl_nl_refuse(info->extack, address, -ENOENT,
				      "region %s has no vma at 0x%llx", name, nla_get_u64(address));
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_vma(skb, arena, name, &vma));
}

/* The position is the address from which to look for the next vma. */
static int dump_next_vma(struct sk_buff *skb, struct netlink_callback *cb,
			 struct mctl_nl_dump *dump)
{
	struct mctl_space *space;
	struct mctl_space_vma vma;
	int ret;

	for (;;) {
		space = mctl_nl_space_dumped(cb, dump, MEMCTL_A_VMA_REGION);
		if (IS_ERR(space))
			return PTR_ERR(space);
		ret = mctl_space_vma_at(space, dump->position, &vma);
		if (ret != -ENODATA)
			break;
		mctl_space_put(space);
		mctl_nl_space_next(cb, dump, MEMCTL_A_VMA_REGION);
	}
	if (!ret && put_vma(skb, dump->arena, mctl_space_name(space), &vma))
		ret = -EMSGSIZE;
	mctl_space_put(space);
	if (!ret)
		dump->position = vma.end;
	return ret;
}

int memctl_nl_vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_VMA_GET, dump_next_vma);
}

/*
 * Read the size in bytes of the range that a request is about. Return: 0, or an
 * errno that has been reported.
 */
static int read_size(struct genl_info *info, u64 *size)
{
	struct nlattr *attr = mctl_nl_need(info, MEMCTL_A_VMA_SIZE, "size");

	if (IS_ERR(attr))
		return PTR_ERR(attr);
	*size = nla_get_u64(attr);
	return 0;
}

static int read_rights(struct genl_info *info, u32 *rights)
{
	struct nlattr *attr = mctl_nl_need(info, MEMCTL_A_VMA_RIGHTS, "rights");

	if (IS_ERR(attr))
		return PTR_ERR(attr);
	*rights = nla_get_u32(attr);
	return 0;
}

/* Path of the file to back a vma; NULL for none. */
static const char *read_file(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_VMA_FILE];
	const char *file;

	if (!attr)
		return NULL;
	file = nla_data(attr);
	if (*file && strnlen(file, nla_len(attr)) + 1 == nla_len(attr))
		return file;
	mctl_nl_refuse(info->extack, attr, -EINVAL, "the path is empty, or has a NUL inside");
	return ERR_PTR(-EINVAL);
}

static u64 optional_u64(struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u64(info->attrs[type]) : 0;
}

int memctl_nl_vma_map_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = mctl_nl_space_name(info), *file = read_file(info);
	u64 size, start = optional_u64(info, MEMCTL_A_VMA_START);
	struct mctl_error error = {};
	struct sk_buff *skb;
	u32 rights;
	void *hdr;
	int ret;

	if (IS_ERR(name) || IS_ERR(file))
		return IS_ERR(name) ? PTR_ERR(name) : PTR_ERR(file);
	ret = read_size(info, &size) ?: read_rights(info, &rights);
	if (ret)
		return ret;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_space_map(mctl_nl_arena(info), name, start, size, rights, file,
			     optional_u64(info, MEMCTL_A_VMA_OFFSET), &start, &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, NULL, ret, &error);
	}
	return mctl_nl_reply_send(skb, hdr, info, put_u64(skb, MEMCTL_A_VMA_START, start));
}

/* Change the properties of a range of a region. */
static int change(struct genl_info *info, u8 cmd)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = mctl_nl_space_name(info);
	struct mctl_error error = {};
	struct nlattr *start;
	u32 rights = 0;
	u64 size;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	start = mctl_nl_need(info, MEMCTL_A_VMA_START, "start");
	ret = IS_ERR(start) ? PTR_ERR(start) : read_size(info, &size);
	if (!ret && cmd == MEMCTL_CMD_VMA_PROTECT)
		ret = read_rights(info, &rights);
	if (ret)
		return ret;
	if (cmd == MEMCTL_CMD_VMA_UNMAP)
		ret = mctl_space_unmap(arena, name, nla_get_u64(start), size, &error);
	else if (cmd == MEMCTL_CMD_VMA_PROTECT)
		ret = mctl_space_protect(arena, name, nla_get_u64(start), size, rights, &error);
	else
		ret = mctl_space_discard(arena, name, nla_get_u64(start), size, &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}

int memctl_nl_vma_unmap_doit(struct sk_buff *request, struct genl_info *info)
{
	return change(info, MEMCTL_CMD_VMA_UNMAP);
}

int memctl_nl_vma_protect_doit(struct sk_buff *request, struct genl_info *info)
{
	return change(info, MEMCTL_CMD_VMA_PROTECT);
}

int memctl_nl_vma_discard_doit(struct sk_buff *request, struct genl_info *info)
{
	return change(info, MEMCTL_CMD_VMA_DISCARD);
}
