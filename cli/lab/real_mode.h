/* SPDX-License-Identifier: GPL-2.0 */
/*
 * real_mode.h - addresses of the real mode of x86: a segment, an offset, and the line A20.
 */
#ifndef MEMCTL_CLI_REAL_MODE_H
#define MEMCTL_CLI_REAL_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REAL_A20 (UINT32_C(1) << 20)
#define REAL_MAX UINT32_C(0x10ffef) /* the highest linear address, of ffff:ffff */

/**
 * struct real_address - a logical address
 * @segment: what is in the segment register
 * @offset: the offset
 */
struct real_address {
	uint16_t segment;
	uint16_t offset;
};

/* Read "F000:FFF0", hex with or without 0x. Return: false if @text is none; *at is where. */
bool real_parse(const char *text, struct real_address *address, size_t *at);
uint32_t real_linear(struct real_address address);
/* What goes out of the processor; without @a20 the bit 2^20 is always clear. */
uint32_t real_physical(struct real_address address, bool a20);
/* How many logical addresses reach a physical one. */
uint32_t real_aliases(uint32_t physical, bool a20);
/* What a PC has at a physical address. */
const char *real_place(uint32_t physical);

#endif /* MEMCTL_CLI_REAL_MODE_H */
