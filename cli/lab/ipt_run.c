// SPDX-License-Identifier: GPL-2.0
/*
 * ipt_run.c - gives a trace to the model of an inverted page table, and counts.
 */
#include <stdlib.h>

#include "core/model_ipt.h"
#include "ipt_run.h"
#include "trace/reference_trace.h"

#define ENTRY_BYTES  16 /* page and space 12, next 4 */
#define ANCHOR_BYTES 4
#define RADIX_BITS   9 /* of a level: 512 entries of 8 bytes */
#define TABLE_BYTES  4096

_Static_assert(IPT_MAX_FRAMES == MCTL_IPT_MAX_FRAMES, "frames");
_Static_assert(IPT_MAX_BUCKETS == MCTL_IPT_MAX_BUCKETS, "buckets");

const char *ipt_hash_name(uint32_t hash)
{
	static const char *const names[] = {
		[MCTL_IPT_MULTIPLY] = "multiply",
		[MCTL_IPT_MODULO] = "modulo",
	};

	return hash < MCTL_IPT_NR_HASHES ? names[hash] : NULL;
}

const char *ipt_evict_name(uint32_t evict)
{
	static const char *const names[] = {
		[MCTL_IPT_FIFO] = "fifo",
		[MCTL_IPT_CLOCK] = "clock",
	};

	return evict < MCTL_IPT_NR_EVICTS ? names[evict] : NULL;
}

static int by_page(const void *a, const void *b)
{
	const struct mctl_ipt_entry *one = a, *other = b;

	if (one->space != other->space)
		return one->space < other->space ? -1 : 1;
	return (one->page > other->page) - (one->page < other->page);
}

/* Tables of one level: those of the lowest have 2^9 pages each, and so on. The pages are sorted. */
static uint64_t count_tables(const struct mctl_ipt_entry *page, uint32_t nr, uint32_t shift)
{
	uint64_t tables = 0;

	for (uint32_t i = 0; i < nr; i++)
		tables += !i || page[i].space != page[i - 1].space ||
			  (shift < 64 && page[i].page >> shift != page[i - 1].page >> shift);
	return tables;
}

/* Sorts the entries: nothing may be looked up afterwards. */
static void count_radix(struct mctl_ipt *ipt, struct ipt_result *result)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < ipt->nr_used; i++)
		last |= ipt->entry[i].page;
	result->levels = 4;
	while (result->levels < 8 && last >> (result->levels * RADIX_BITS))
		result->levels++;
	qsort(ipt->entry, ipt->nr_used, sizeof(ipt->entry[0]), by_page);
	for (uint32_t level = 1; level <= result->levels; level++)
		result->radix_bytes +=
			TABLE_BYTES * count_tables(ipt->entry, ipt->nr_used, level * RADIX_BITS);
}

static void count_step(const struct mctl_ipt_lookup *lookup, struct ipt_result *result)
{
	result->evictions += lookup->evicted;
	if (lookup->hit) {
		result->hits++;
		result->hit_probes += lookup->probes;
		result->count[lookup->probes].hits++;
	} else {
		result->faults++;
		result->fault_probes += lookup->probes;
		result->count[lookup->probes].faults++;
	}
}

static void count_end(struct mctl_ipt *ipt, struct ipt_result *result)
{
	const struct mctl_ipt_config *config = &ipt->config;

	for (uint32_t i = 0; i < config->nr_buckets; i++)
		result->count[mctl_ipt_chain(ipt, i)].chains++;
	while (result->nr_counts > 1 && !result->count[result->nr_counts - 1].hits &&
	       !result->count[result->nr_counts - 1].faults &&
	       !result->count[result->nr_counts - 1].chains)
		result->nr_counts--;
	result->resident = ipt->nr_used;
	result->table_bytes = (uint64_t)config->nr_frames * ENTRY_BYTES +
			      (uint64_t)config->nr_buckets * ANCHOR_BYTES;
	count_radix(ipt, result);
}

bool ipt_run(const struct reference_trace *trace, const struct ipt_params *params,
	     void (*told)(const struct reference_trace *trace, size_t index,
			  const struct ipt_step *step),
	     struct ipt_result *result)
{
	struct mctl_ipt_config config = { params->nr_frames, params->nr_buckets, params->hash,
					  params->evict };
	/* A chain has no more pages than the trace. */
	uint32_t most = trace->nr_pages < params->nr_frames ? (uint32_t)trace->nr_pages :
							      params->nr_frames;
	struct mctl_ipt ipt;
	void *storage = malloc(mctl_ipt_size(&config));

	*result = (struct ipt_result){ .nr_counts = most + 1 };
	result->count = calloc(result->nr_counts, sizeof(*result->count));
	if (!storage || !result->count) {
		free(storage);
		free(result->count);
		return false;
	}
	mctl_ipt_init(&ipt, &config, storage);
	for (size_t i = 0; i < trace->nr; i++) {
		const struct reference_page *page = &trace->page[trace->reference[i] >> 1];
		struct mctl_ipt_lookup lookup;

		mctl_ipt_access(&ipt, page->space, page->number, &lookup);
		count_step(&lookup, result);
		if (told)
			told(trace, i,
			     &(struct ipt_step){ lookup.bucket, lookup.probes, lookup.frame,
						 lookup.old.space, lookup.old.page, lookup.hit,
						 lookup.evicted });
	}
	count_end(&ipt, result);
	free(storage);
	return true;
}
