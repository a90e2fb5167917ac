/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.h - numbers and enums in words, and words into numbers.
 */
#ifndef MEMCTL_CLI_WORDS_H
#define MEMCTL_CLI_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Strict numbers: decimal or 0x, no sign, no trailing junk, no overflow.
 * parse_size() takes a suffix as util-linux does: K or KiB to E or EiB are powers
 * of 1024, KB to EB of 1000, B is for bytes; and what text_size() prints, 1.5G.
 * Return: true if @text is one.
 */
bool parse_u64(const char *text, uint64_t *value);
bool parse_u32(const char *text, uint32_t *value);
bool parse_size(const char *text, uint64_t *bytes);

/* Words of the enums; "?" for numbers that this program does not know. */
const char *zone_name(uint32_t type);
const char *migratetype_name(uint32_t migratetype);
const char *kind_name(uint32_t kind);
const char *reason_name(uint32_t reason);
const char *reason_text(uint32_t reason);
const char *event_name(uint32_t event);
const char *tlb_page_name(uint32_t page);
const char *tlb_policy_name(uint32_t policy);
const char *inject_site_name(uint32_t site);
const char *fault_name(uint32_t fault);
const char *refusal_name(uint32_t refusal);
/* Of a bit of enum memctl_difference. */
const char *difference_name(uint32_t bit);
const char *rights_name(uint32_t rights);
/* r, w, rw, or - for none. */
bool parse_rights(const char *text, uint32_t *rights);
const char *errno_name(int error);

#endif /* MEMCTL_CLI_WORDS_H */
