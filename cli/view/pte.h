/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pte.h - page-table entries of x86-64 in words.
 */
#ifndef MEMCTL_CLI_PTE_H
#define MEMCTL_CLI_PTE_H

#include <stdbool.h>
#include <stdint.h>

#include <json.h>

const char *pte_level_name(uint32_t level);
/* Name of a bit: P RW US PWT PCD A D PS PAT G PFN NX, or what the manuals call the rest. */
const char *pte_bit_name(unsigned int bit, uint32_t level, bool leaf);
/* Names of the flags that are set. */
struct json_object *pte_flags_json(uint64_t entry, uint32_t level, bool leaf);
uint64_t pte_physical(uint64_t entry, uint32_t level, bool leaf);

#endif /* MEMCTL_CLI_PTE_H */
