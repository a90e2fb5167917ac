/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seg_machine.h - a processor in protected mode (module/core/model_seg.h), its tables of
 * descriptors from text, and operations from words.
 *
 * A line of the text is "gdt INDEX DESCRIPTOR" or "ldt INDEX DESCRIPTOR", the descriptor as a
 * number of 64 bits; # begins a comment. Numbers are decimal, or hex with 0x.
 */
#ifndef MEMCTL_CLI_SEG_MACHINE_H
#define MEMCTL_CLI_SEG_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEG_MAX_CHECKS 16

struct seg_machine;

/**
 * struct seg_text - a text that is read
 * @text: with a zero at its end
 * @at: where reading stopped
 * @wrong: what is wrong there
 */
struct seg_text {
	const char *text;
	size_t at;
	const char *wrong;
};

/**
 * struct seg_entry - a descriptor
 * @local: it is in the LDT
 * @index: its number
 * @kind: code, data, call gate, of the system, or empty
 * @type: what may be done with it
 * @base: of a segment
 * @limit: of a segment
 * @target: of a gate: selector
 * @offset: of a gate
 * @dpl: its privilege level
 * @present: P
 * @segment: it is code or data
 * @gate: it is a gate
 */
struct seg_entry {
	bool local;
	uint32_t index;
	const char *kind;
	const char *type;
	uint32_t base;
	uint32_t limit;
	uint32_t target;
	uint32_t offset;
	uint32_t dpl;
	bool present;
	bool segment;
	bool gate;
};

/**
 * struct seg_answer - what came of an operation
 * @told: there is one: words that only set something have none
 * @vector: of the fault, 0: none
 * @fault: its name
 * @error: its error code
 * @has_linear: it has a linear address
 * @linear: that address
 * @cpl: the privilege level afterwards
 * @nr: checks
 * @rule: what they are about
 * @good: they hold
 */
struct seg_answer {
	bool told;
	uint32_t vector;
	const char *fault;
	uint32_t error;
	bool has_linear;
	uint32_t linear;
	uint32_t cpl;
	uint32_t nr;
	const char *rule[SEG_MAX_CHECKS];
	bool good[SEG_MAX_CHECKS];
};

/* A processor at CPL 3, with empty tables and null registers; NULL without memory. */
struct seg_machine *seg_machine_new(void);
void seg_machine_delete(struct seg_machine *machine);
/* Take a line of the tables. Return: false if it is wrong. */
bool seg_machine_line(struct seg_machine *machine, struct seg_text *line);
/* The next descriptor that a line gave; *@at is 0 at first. Return: false behind the last. */
bool seg_machine_next(const struct seg_machine *machine, uint32_t *at, struct seg_entry *entry);
/*
 * Do what a word says: cpl=N, ss0=SELECTOR to ss2=; es= to gs=SELECTOR, read= and
 * write=REGISTER:OFFSET[,SIZE], jump= and call=SELECTOR:OFFSET. Return: false if it is wrong.
 */
bool seg_machine_do(struct seg_machine *machine, struct seg_text *word, struct seg_answer *answer);

#endif /* MEMCTL_CLI_SEG_MACHINE_H */
