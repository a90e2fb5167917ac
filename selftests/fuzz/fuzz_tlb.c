// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c tap.c */
/*
 * The model of a TLB, of a shape and under calls made of bytes.
 *
 * Promised and looked at: a configuration that is refused needs no storage;
 * with one that is not, no call leaves the storage, the structure holds after
 * each, and what is answered is what the tables say, however many accesses ago
 * they were asked. The tables change, and the TLB is told, as a kernel has to.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include "fuzz.h"
#include "core/tlb.h"

#define NR_SPACES 6
#define NR_PAGES  64
#define MAX_SIZE  (1 << 20) /* of the storage of a TLB that is tried */

/* What each space has at each of its pages. */
static struct entry {
	u64 pfn;
	bool present, writable;
} map[NR_SPACES][NR_PAGES];

static enum mctl_tlb_page page_size;

static int walk(void *context, u32 space, u64 address, bool write,
		struct mctl_tlb_translation *translation)
{
	struct entry *entry = &map[space][address >> mctl_tlb_page_shift(page_size)];

	if (!entry->present || (write && !entry->writable))
		return -EFAULT;
	*translation = (struct mctl_tlb_translation){
		.pfn = entry->pfn << (mctl_tlb_page_shift(page_size) - 12),
		.page = page_size,
		.reads = 4,
		.writable = entry->writable,
		.dirty = write,
	};
	return 0;
}

static void choose(struct fuzz_input *in, struct mctl_tlb_config *config)
{
	u32 bits = fuzz_byte(in);

	memset(config, 0, sizeof(*config));
	config->nr_arrays = bits % 6;
	config->policy = fuzz_below(in, MCTL_TLB_NR_POLICIES + 1);
	config->seed = fuzz_byte(in);
	config->nr_asids = bits & 0x80 ? fuzz_below(in, 5000) : bits >> 4 & 7;
	for (u32 i = 0; i < MCTL_TLB_MAX_ARRAYS; i++) {
		struct mctl_tlb_array_config *array = &config->array[i];

		array->level = fuzz_byte(in) % 4;
		array->sets = 1U << fuzz_byte(in) % 14;
		array->ways = fuzz_byte(in) % 70;
		array->pages = fuzz_byte(in) % 18;
		if (bits & 8) {
			/* What is mostly good. */
			array->level = 1 + i / 2;
			array->sets &= 0xf;
			array->sets += !array->sets;
			array->ways = 1U << array->ways % 4;
			array->pages = i & 1 ? 0xe : 1;
		}
	}
}

static void change(struct fuzz_input *in, struct mctl_tlb *tlb, u32 space, u32 page)
{
	struct entry *entry = &map[space][page];
	u32 bits = fuzz_byte(in);

	entry->pfn = bits >> 2;
	entry->present = bits & 1;
	entry->writable = bits & 2;
	if (bits & 0x80)
		mctl_tlb_invalidate_space(tlb, space);
	else
		mctl_tlb_invalidate_page(tlb, space, (u64)page << mctl_tlb_page_shift(page_size));
}

static void access_one(struct mctl_tlb *tlb, u32 space, u64 address, bool write)
{
	const struct mctl_tlb_walker walker = { .walk = walk };
	const struct entry *entry = &map[space][address >> mctl_tlb_page_shift(page_size)];
	struct mctl_tlb_translation translation;
	int level = mctl_tlb_access(tlb, address, write, &walker, &translation);

	if (!entry->present || (write && !entry->writable)) {
		tap_expect_equal(level, -EFAULT);
		return;
	}
	tap_expect(level >= 0 && level <= MCTL_TLB_MAX_LEVELS);
	tap_expect_equal(translation.pfn, entry->pfn << (mctl_tlb_page_shift(page_size) - 12));
	tap_expect_equal(translation.page, page_size);
	tap_expect_equal(translation.writable, entry->writable);
}

static void run(struct fuzz_input *in, struct mctl_tlb *tlb)
{
	u32 space = 0;

	mctl_tlb_switch(tlb, space);
	while (fuzz_more(in) && !tap_nr_failed) {
		u32 bits = fuzz_byte(in), page = fuzz_below(in, NR_PAGES);

		switch (bits & 0xf) {
		case 0:
			space = fuzz_below(in, NR_SPACES);
			mctl_tlb_switch(tlb, space);
			break;
		case 1:
			mctl_tlb_flush(tlb, bits & 0x10);
			break;
		case 2:
			if (bits == 0xf2)
				mctl_tlb_reset(tlb);
			break;
		case 3:
		case 4:
			change(in, tlb, bits & 0x20 ? space : fuzz_below(in, NR_SPACES), page);
			break;
		default:
			access_one(tlb, space,
				   ((u64)page << mctl_tlb_page_shift(page_size)) + 8 * (bits >> 4),
				   bits & 0x10);
		}
		if (bits == 0xf2)
			mctl_tlb_switch(tlb, space);
		if (fuzz_op()) {
			struct mctl_report report = {};

			mctl_tlb_check(tlb, &report);
			tap_expect_equal(report.nr_problems, 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	struct mctl_tlb_config config;
	struct mctl_tlb tlb;
	void *storage;
	size_t bytes;

	choose(&in, &config);
	page_size = fuzz_byte(&in) & 1 ? MCTL_TLB_2M : MCTL_TLB_4K;
	for (u32 space = 0; space < NR_SPACES; space++)
		for (u32 page = 0; page < NR_PAGES; page++)
			map[space][page] = (struct entry){ space * 100 + page, true, page & 1 };
	bytes = mctl_tlb_size(&config);
	tap_expect_equal(!bytes, !!mctl_tlb_config_error(&config));
	if (!bytes) {
		tap_expect_equal(mctl_tlb_init(&tlb, &config, NULL), -EINVAL);
	} else if (bytes <= MAX_SIZE) {
		storage = malloc(bytes);
		tap_expect_equal(mctl_tlb_init(&tlb, &config, storage), 0);
		run(&in, &tlb);
		free(storage);
	}
	fuzz_judge();
	return 0;
}
