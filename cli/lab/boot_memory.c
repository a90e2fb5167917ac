// SPDX-License-Identifier: GPL-2.0
/*
 * boot_memory.c - a boot-time allocator, and the buddy system of the arenas that gets what is left.
 */
#include <linux/log2.h>
#include <stdlib.h>
#include <string.h>

#include "boot_memory.h"
#include "core/fit.h"
#include "core/model_bootmem.h"

_Static_assert(BOOT_PAGE == MCTL_BOOTMEM_PAGE, "pages");
_Static_assert(BOOT_MAX_SIZE / BOOT_PAGE == MCTL_BOOTMEM_MAX_PAGES, "size");
_Static_assert(BOOT_MAX_ALIGN == MCTL_BOOTMEM_MAX_ALIGN, "alignment");

struct boot_memory {
	struct mctl_bootmem bootmem;
	struct mctl_fit buddy;
	struct boot_handover *handover;
};

struct boot_memory *boot_memory_new(uint64_t size)
{
	struct boot_memory *memory = calloc(1, sizeof(*memory));
	uint32_t nr_pages = (uint32_t)(size / BOOT_PAGE);
	void *map = malloc(mctl_bootmem_size(nr_pages));

	if (!memory || !map) {
		free(memory);
		free(map);
		return NULL;
	}
	mctl_bootmem_init(&memory->bootmem, nr_pages, map);
	return memory;
}

void boot_memory_delete(struct boot_memory *memory)
{
	free(memory->bootmem.map);
	free(memory);
}

uint64_t boot_memory_map_size(const struct boot_memory *memory)
{
	return mctl_bootmem_size(memory->bootmem.nr_pages);
}

uint32_t boot_memory_nr_free(const struct boot_memory *memory)
{
	return memory->bootmem.nr_free;
}

uint32_t boot_memory_free(struct boot_memory *memory, uint64_t address, uint64_t size)
{
	return mctl_bootmem_free(&memory->bootmem, address, size);
}

uint32_t boot_memory_reserve(struct boot_memory *memory, uint64_t address, uint64_t size)
{
	return mctl_bootmem_reserve(&memory->bootmem, address, size);
}

void boot_memory_alloc(struct boot_memory *memory, uint64_t size, uint64_t align, uint64_t goal,
		       struct boot_place *place)
{
	struct mctl_bootmem_place found;

	mctl_bootmem_alloc(&memory->bootmem, size, align, goal, &found);
	*place = (struct boot_place){ found.address, found.nr, found.merged, found.wrapped };
}

static void give(void *context, u32 page, unsigned int order)
{
	struct boot_memory *memory = context;

	for (u32 i = page; i < page + (1U << order); i++)
		mctl_fit_free(&memory->buddy, i, 1);
	if (order)
		memory->handover->words++;
	else
		memory->handover->pages++;
}

/* A buddy system all of whose pages are in use, each as a block of its own. */
static void fill_buddy(struct boot_memory *memory, const struct mctl_fit_ops *ops, void *storage)
{
	u32 nr_pages = memory->bootmem.nr_pages;

	mctl_fit_init(&memory->buddy, ops, nr_pages, storage);
	for (u32 i = 0; i < nr_pages; i++)
		mctl_fit_alloc(&memory->buddy, i, 1);
}

bool boot_memory_release(struct boot_memory *memory, uint64_t map, struct boot_handover *handover)
{
	const struct mctl_fit_ops *ops = mctl_fit_policy(0);
	uint64_t map_size = boot_memory_map_size(memory);
	struct mctl_fit_hole hole = { 0, 0 };
	void *storage;

	for (unsigned int i = 1; strcmp(ops->name, "buddy"); i++)
		ops = mctl_fit_policy(i);
	storage = calloc(1, mctl_fit_size(ops, memory->bootmem.nr_pages));
	if (!storage)
		return false;
	fill_buddy(memory, ops, storage);
	*handover = (struct boot_handover){ 0 };
	memory->handover = handover;
	mctl_bootmem_release(&memory->bootmem, give, memory);
	for (uint64_t page = map / BOOT_PAGE; page * BOOT_PAGE < map + map_size; page++) {
		mctl_fit_free(&memory->buddy, (u32)page, 1);
		handover->map_pages++;
	}
	while (ops->next_hole(&memory->buddy, &hole))
		handover->list[ilog2(hole.nr)]++;
	free(storage);
	return true;
}
