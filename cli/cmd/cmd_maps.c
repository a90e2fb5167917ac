// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_maps.c - the vmas of a region for processes, in the formats of
 * /proc/PID/maps, /proc/PID/smaps and pmap -x.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/text.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* Column of the path in a line of maps. */
#define PATH_AT 73

#define PAGE_BYTES  UINT64_C(4096)
#define LARGE_BYTES (UINT64_C(2) << 20)

static uint64_t shared_dirty(const struct vma *vma)
{
	return vma->nr_shared_dirty * PAGE_BYTES;
}

static uint64_t private_dirty(const struct vma *vma)
{
	return vma->nr_private_dirty * PAGE_BYTES;
}

/* The rows of a memory that changes may be of moments a little apart: never below 0. */
static uint64_t without(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static uint64_t shared_clean(const struct vma *vma)
{
	return without(without(vma->rss, vma->uss), shared_dirty(vma));
}

static uint64_t private_clean(const struct vma *vma)
{
	return without(vma->uss, private_dirty(vma));
}

static struct json_object *shared_of(const void *row)
{
	const struct vma *vma = row;

	return json_object_new_uint64(without(vma->rss, vma->uss));
}

static struct json_object *shared_clean_of(const void *row)
{
	return json_object_new_uint64(shared_clean(row));
}

static struct json_object *shared_dirty_of(const void *row)
{
	return json_object_new_uint64(shared_dirty(row));
}

static struct json_object *private_clean_of(const void *row)
{
	return json_object_new_uint64(private_clean(row));
}

static struct json_object *private_dirty_of(const void *row)
{
	return json_object_new_uint64(private_dirty(row));
}

/* 2 MiB where nothing is mapped by smaller leaves. */
static uint64_t page_size(const struct vma *vma)
{
	bool large = vma->nr_large && vma->nr_large * (LARGE_BYTES / PAGE_BYTES) >= vma->nr_mapped;

	return large ? LARGE_BYTES : PAGE_BYTES;
}

static struct json_object *page_size_of(const void *row)
{
	return json_object_new_uint64(page_size(row));
}

/* "08:01", as in maps. */
static struct json_object *device_of(const void *row)
{
	const struct vma *vma = row;
	char text[24];

	if (!HAS(vma, VMA_INODE))
		return NULL;
	snprintf(text, sizeof(text), "%02x:%02x", vma->dev_major, vma->dev_minor);
	return json_object_new_string(text);
}

static const struct column columns[] = {
	COLUMN("REGION", STRING, vma, region, VMA_REGION, BOTH, "name of the region"),
	COLUMN("START", ADDRESS, vma, start, VMA_START, BOTH, "first address"),
	COLUMN("END", ADDRESS, vma, end, VMA_END, BOTH, "address behind the last byte"),
	COLUMN_WORD("RIGHTS", rights_name, vma, rights, VMA_RIGHTS, BOTH, "r and w"),
	COLUMN("MAPPED", U32, vma, nr_mapped, VMA_NR_MAPPED, BOTH, "pages that are mapped"),
	COLUMN("ZERO", U32, vma, nr_zero, VMA_NR_ZERO, BOTH, "of them, to the frame of zeros"),
	COLUMN("LARGE", U32, vma, nr_large, VMA_NR_LARGE, BOTH, "leaves of 2 MiB"),
	COLUMN("RSS", SIZE, vma, rss, VMA_RSS, BOTH, "bytes of frames that back it"),
	COLUMN("PSS", SIZE, vma, pss, VMA_PSS, BOTH,
	       "bytes, each frame divided by the regions that it backs"),
	COLUMN("USS", SIZE, vma, uss, VMA_USS, BOTH, "bytes of frames that back no other region"),
	COLUMN_BYTES("SHARED", shared_of, JSON, "bytes of frames that back others too"),
	COLUMN_BYTES("SHARED_CLEAN", shared_clean_of, JSON, "of SHARED, not written"),
	COLUMN_BYTES("SHARED_DIRTY", shared_dirty_of, JSON, "of SHARED, written"),
	COLUMN_BYTES("PRIVATE_CLEAN", private_clean_of, JSON, "of USS, not written"),
	COLUMN_BYTES("PRIVATE_DIRTY", private_dirty_of, JSON, "of USS, written"),
	COLUMN("PSS_DIRTY", SIZE, vma, pss_dirty, VMA_PSS_DIRTY, JSON, "of PSS, written"),
	COLUMN_BYTES("PAGE_SIZE", page_size_of, JSON, "bytes of the leaves, 2M if all are large"),
	COLUMN("DIRTY", U32, vma, nr_dirty, VMA_NR_DIRTY, BOTH, "pages written"),
	COLUMN("ACCESSED", U32, vma, nr_accessed, VMA_NR_ACCESSED, BOTH, "pages touched"),
	COLUMN("FILE", STRING, vma, file, VMA_FILE, BOTH, "file that backs it"),
	COLUMN("OFFSET", SIZE, vma, offset, VMA_OFFSET, JSON, "byte of the file at START"),
	COLUMN_MADE("DEVICE", device_of, JSON, "of the file's file system, major:minor in hex"),
	COLUMN("INODE", U64, vma, inode, VMA_INODE, JSON, "number of the file's inode"),
	COLUMN("ARENA", STRING, vma, arena, VMA_ARENA, JSON, "name of the arena"),
	COLUMN("GENERATION", U64, vma, generation, VMA_GENERATION, JSON, "generation of the arena"),
};

static const struct view vma_view = VIEW(columns);

static unsigned long long kib(uint64_t bytes)
{
	return bytes / 1024;
}

/* "100000000000-100000400000 rw-p 00000000 08:01 12    PATH" */
static void print_map(const struct vma *vma)
{
	int length = printf("%llx-%llx %s-p %08llx %02x:%02x %llu", (unsigned long long)vma->start,
			    (unsigned long long)vma->end, rights_name(vma->rights),
			    (unsigned long long)vma->offset, vma->dev_major, vma->dev_minor,
			    (unsigned long long)vma->inode);

	if (vma->file[0])
		printf("%*s%s", length < PATH_AT ? PATH_AT - length : 1, "",
		       text_escape(vma->file));
	putchar('\n');
}

static void print_field(const char *name, uint64_t bytes)
{
	char head[32];

	snprintf(head, sizeof(head), "%s:", name);
	printf("%-16s%8llu kB\n", head, kib(bytes));
}

/*
 * The host's keys in the host's order, without those that tell of a vma of its own:
 * THPeligible, KSM, ProtectionKey, VmFlags. Zero is ours.
 */
static void print_smap(const struct vma *vma)
{
	uint64_t large = vma->nr_large * LARGE_BYTES;
	bool file = vma->file[0];

	print_map(vma);
	print_field("Size", vma->end - vma->start);
	print_field("KernelPageSize", page_size(vma));
	print_field("MMUPageSize", page_size(vma));
	print_field("Rss", vma->rss);
	print_field("Pss", vma->pss);
	print_field("Pss_Dirty", vma->pss_dirty);
	print_field("Shared_Clean", shared_clean(vma));
	print_field("Shared_Dirty", shared_dirty(vma));
	print_field("Private_Clean", private_clean(vma));
	print_field("Private_Dirty", private_dirty(vma));
	print_field("Referenced", vma->nr_accessed * PAGE_BYTES);
	/* A page of a file that was written is the region's own, as the host's private ones. */
	print_field("Anonymous", file ? shared_dirty(vma) + private_dirty(vma) : vma->rss);
	print_field("LazyFree", 0);
	print_field("AnonHugePages", file ? 0 : large);
	print_field("ShmemPmdMapped", 0);
	print_field("FilePmdMapped", file ? large : 0);
	print_field("Shared_Hugetlb", 0);
	print_field("Private_Hugetlb", 0);
	print_field("Swap", 0);
	print_field("SwapPss", 0);
	print_field("Locked", 0);
	print_field("Zero", vma->nr_zero * PAGE_BYTES);
}

static void print_maps(const char *region, const struct list *vmas)
{
	(void)region;
	LIST_FOR_EACH(struct vma, vma, vmas)
		print_map(vma);
}

static void print_smaps(const char *region, const struct list *vmas)
{
	(void)region;
	LIST_FOR_EACH(struct vma, vma, vmas)
		print_smap(vma);
}

static void print_pmap(const char *region, const struct list *vmas)
{
	uint64_t size = 0, rss = 0, dirty = 0;

	printf("region %s\n"
	       "Address           Kbytes     RSS   Dirty Mode  Mapping\n",
	       text_escape(region));
	LIST_FOR_EACH(struct vma, vma, vmas) {
		printf("%016llx %7llu %7llu %7llu %s--- %s\n", (unsigned long long)vma->start,
		       kib(vma->end - vma->start), kib(vma->rss),
		       kib((uint64_t)vma->nr_dirty * 4096), rights_name(vma->rights),
		       vma->file[0] ? text_escape(vma->file) : "  [ anon ]");
		size += vma->end - vma->start;
		rss += vma->rss;
		dirty += (uint64_t)vma->nr_dirty * 4096;
	}
	printf("---------------- ------- ------- -------\n"
	       "total kB         %7llu %7llu %7llu\n",
	       kib(size), kib(rss), kib(dirty));
}

static int show(struct memctl_ctx *ctx, const struct args *args,
		void (*print)(const char *region, const struct list *vmas))
{
	const char *region = args->words[0];
	struct list vmas;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_vma_list(ctx->client, ctx->arena, region, &vmas))
		return fail_client(ctx, "region '%s'", region);
	status = MEMCTL_EXIT_OK;
	if (view_wanted(ctx))
		status = view_print(ctx, &vma_view, &vmas);
	else
		print(region, &vmas);
	list_free(&vmas);
	return status;
}

static int maps(struct memctl_ctx *ctx, const struct args *args)
{
	return show(ctx, args, print_maps);
}

static int smaps(struct memctl_ctx *ctx, const struct args *args)
{
	return show(ctx, args, print_smaps);
}

static int pmap(struct memctl_ctx *ctx, const struct args *args)
{
	return show(ctx, args, print_pmap);
}

static const struct verb maps_verbs[] = {
	{ "", "REGION", "print them", maps, 0, 0, 1, 1, &vma_view },
};

static const struct verb smaps_verbs[] = {
	{ "", "REGION", "print them", smaps, 0, 0, 1, 1, &vma_view },
};

static const struct verb pmap_verbs[] = {
	{ "", "REGION", "print them", pmap, 0, 0, 1, 1, &vma_view },
};

static const struct object maps_object =
	OBJECT("maps",
	       "The vmas of a region for processes, in the format of /proc/PID/maps. With -o, -J\n"
	       "or -r it is a table.",
	       maps_verbs);

static const struct object smaps_object =
	OBJECT("smaps",
	       "What is in the vmas of a region for processes, in the format of /proc/PID/smaps.\n"
	       "With -o, -J or -r it is a table.",
	       smaps_verbs);

static const struct object pmap_object =
	OBJECT("pmap",
	       "The vmas of a region for processes, in the format of pmap -x. With -o, -J or -r\n"
	       "it is a table.",
	       pmap_verbs);

int cmd_maps(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &maps_object, argc, argv);
}

int cmd_smaps(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &smaps_object, argc, argv);
}

int cmd_pmap(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &pmap_object, argc, argv);
}
