/* SPDX-License-Identifier: GPL-2.0 */
/*
 * boot_memory.h - the model of a boot-time allocator (module/core/model_bootmem.h), and a buddy
 * system that it hands over to.
 */
#ifndef MEMCTL_CLI_BOOT_MEMORY_H
#define MEMCTL_CLI_BOOT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_PAGE      UINT64_C(4096)
#define BOOT_MAX_SIZE  (UINT64_C(4) << 30)
#define BOOT_MAX_ALIGN (UINT64_C(1) << 30)
#define BOOT_NONE      UINT64_MAX
#define BOOT_NR_ORDERS 11

struct boot_memory;

/**
 * struct boot_place - what was allocated
 * @address: first byte, BOOT_NONE if there was no room
 * @nr: pages that were free before
 * @merged: it begins in the page in which the last one ended
 * @wrapped: nothing was found behind the last one
 */
struct boot_place {
	uint64_t address;
	uint32_t nr;
	bool merged;
	bool wrapped;
};

/**
 * struct boot_handover - what the buddy system got
 * @words: blocks of 32 pages, whose word of the bitmap was clear
 * @pages: single pages
 * @map_pages: those that the bitmap had
 * @list: blocks on the free list of each order in the end
 */
struct boot_handover {
	uint32_t words;
	uint32_t pages;
	uint32_t map_pages;
	uint32_t list[BOOT_NR_ORDERS];
};

/* Memory of @size bytes, all of it reserved; NULL without memory. */
struct boot_memory *boot_memory_new(uint64_t size);
void boot_memory_delete(struct boot_memory *memory);
/* Bytes of the bitmap. */
uint64_t boot_memory_map_size(const struct boot_memory *memory);
/* Free pages. */
uint32_t boot_memory_nr_free(const struct boot_memory *memory);
/* Return: pages whose bit changed. */
uint32_t boot_memory_free(struct boot_memory *memory, uint64_t address, uint64_t size);
uint32_t boot_memory_reserve(struct boot_memory *memory, uint64_t address, uint64_t size);
void boot_memory_alloc(struct boot_memory *memory, uint64_t size, uint64_t align, uint64_t goal,
		       struct boot_place *place);
/* The end: all free pages, and then those of the bitmap at @map. Return: false without memory. */
bool boot_memory_release(struct boot_memory *memory, uint64_t map, struct boot_handover *handover);

#endif /* MEMCTL_CLI_BOOT_MEMORY_H */
