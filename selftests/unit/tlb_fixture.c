// SPDX-License-Identifier: GPL-2.0
/* TLBs to test, with page tables to walk that map every address to itself. */
#include <linux/bits.h>
#include <linux/errno.h>
#include "tlb_fixture.h"

static int walk_tables(void *context, u32 space, u64 address, bool write,
		       struct mctl_tlb_translation *translation)
{
	const struct tables *tables = context;

	if (write && tables->readonly)
		return -EFAULT;
	*translation = (struct mctl_tlb_translation){
		.pfn = address >> mctl_tlb_page_shift(tables->page)
					  << (mctl_tlb_page_shift(tables->page) - 12),
		.page = tables->page,
		.reads = tables->reads,
		.writable = !tables->readonly,
		.dirty = write,
	};
	return 0;
}

struct tables small_pages = { .page = MCTL_TLB_4K, .reads = 4 };
struct tables large_pages = { .page = MCTL_TLB_2M, .reads = 3 };

void fixture_init(struct fixture *f, const struct mctl_tlb_config *config, struct tables *tables)
{
	size_t size = mctl_tlb_size(config);

	if (!tap_expect(size))
		tap_note("  %s", mctl_tlb_config_error(config));
	f->storage = malloc(size);
	memset(f->storage, 0xa5, size);
	f->walker.walk = walk_tables;
	f->walker.context = tables;
	tap_expect_equal(mctl_tlb_init(&f->tlb, config, f->storage), 0);
}

void fixture_fini(struct fixture *f)
{
	struct mctl_report report = {};

	mctl_tlb_check(&f->tlb, &report);
	tap_expect_equal(report.nr_problems, 0);
	free(f->storage);
}

int touch(struct fixture *f, u64 address, bool write)
{
	struct mctl_tlb_translation translation;

	return mctl_tlb_access(&f->tlb, address, write, &f->walker, &translation);
}

struct mctl_tlb_config one_set(u32 ways, enum mctl_tlb_policy policy)
{
	return (struct mctl_tlb_config){
		.nr_arrays = 1,
		.array = { { .level = 1, .sets = 1, .ways = ways, .pages = BIT(MCTL_TLB_4K) } },
		.policy = policy,
		.level_cycles = { 0, 1, 7 },
		.read_cycles = 20,
	};
}
