// SPDX-License-Identifier: GPL-2.0
/* The model of a TLB: which configurations are valid, and how much storage they need. */
#include <linux/bits.h>
#include <linux/log2.h>
#include "core/tlb.h"

static const char *array_error(const struct mctl_tlb_config *config, u32 index)
{
	const struct mctl_tlb_array_config *array = &config->array[index];

	if (!array->level || array->level > MCTL_TLB_MAX_LEVELS)
		return "a level is 1 or 2";
	if (!is_power_of_2(array->sets) || array->sets > MCTL_TLB_MAX_SETS)
		return "sets are a power of two, up to 4096";
	if (!array->ways || array->ways > MCTL_TLB_MAX_WAYS)
		return "ways are 1 to 64";
	if (config->policy == MCTL_TLB_PLRU &&
	    (!is_power_of_2(array->ways) || array->ways > MCTL_TLB_MAX_PLRU))
		return "with pseudo-LRU, ways are a power of two up to 32";
	if (!array->pages || array->pages >= BIT(MCTL_TLB_NR_PAGES))
		return "an array holds pages of 4K, 2M, 4M or 1G";
	for (u32 i = 0; i < index; i++) {
		if (config->array[i].level == array->level &&
		    (config->array[i].pages & array->pages))
			return "two arrays of a level hold the same size of page";
	}
	return NULL;
}

/**
 * mctl_tlb_config_error() - tell what is wrong with a configuration
 * @config: any configuration
 *
 * Context: Any context.
 * Return: an error text, or NULL if it is valid.
 */
const char *mctl_tlb_config_error(const struct mctl_tlb_config *config)
{
	bool has_first = false;
	const char *error = NULL;

	if (!config->nr_arrays || config->nr_arrays > MCTL_TLB_MAX_ARRAYS)
		return "a TLB has 1 to 4 arrays";
	if (config->policy >= MCTL_TLB_NR_POLICIES)
		return "there is no such policy";
	if (config->nr_asids > MCTL_TLB_MAX_ASIDS)
		return "there are up to 4096 ASIDs";
	if (config->read_cycles > MCTL_TLB_MAX_CYCLES)
		return "cycles are up to 100000";
	for (u32 i = 0; i < config->nr_arrays && !error; i++) {
		error = array_error(config, i);
		has_first |= config->array[i].level == 1;
	}
	for (u32 level = 1; level <= MCTL_TLB_MAX_LEVELS && !error; level++) {
		if (config->level_cycles[level] > MCTL_TLB_MAX_CYCLES)
			error = "cycles are up to 100000";
	}
	if (!error && !has_first)
		error = "there is no array of level 1";
	return error;
}

/**
 * mctl_tlb_size() - size of the storage that a TLB needs
 * @config: its configuration
 *
 * Context: Any context.
 * Return: bytes; 0 if @config is not valid.
 */
size_t mctl_tlb_size(const struct mctl_tlb_config *config)
{
	size_t size = config->nr_asids * sizeof(u32);

	if (mctl_tlb_config_error(config))
		return 0;
	for (u32 i = 0; i < config->nr_arrays; i++)
		size += mctl_tlb_nr_entries(&config->array[i]) * sizeof(struct mctl_tlb_entry) +
			config->array[i].sets * sizeof(u32);
	return size;
}
