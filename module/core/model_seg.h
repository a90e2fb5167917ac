/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segmentation of x86 in protected mode with 32 bits (Intel SDM, volume 3, chapters 3, 5 and 6):
 * descriptors, what is checked when a selector is loaded, when memory is accessed, and when control
 * goes to another segment, directly or through a call gate.
 *
 * See model_seg.c.
 */
#ifndef MCTL_CORE_MODEL_SEG_H
#define MCTL_CORE_MODEL_SEG_H

#include <linux/types.h>

#define MCTL_SEG_MAX_CHECKS 16

/* The vectors of the faults; 0: none. */
enum mctl_seg_vector {
	MCTL_SEG_TS = 10,
	MCTL_SEG_NP = 11,
	MCTL_SEG_SS = 12,
	MCTL_SEG_GP = 13,
};

/* What is checked, in words of mctl_seg_rule_text(). */
enum mctl_seg_rule {
	MCTL_SEG_NOT_NULL,
	MCTL_SEG_IN_TABLE,
	MCTL_SEG_READABLE_TYPE,
	MCTL_SEG_STACK_TYPE,
	MCTL_SEG_CODE_TYPE,
	MCTL_SEG_DATA_DPL,
	MCTL_SEG_STACK_RPL,
	MCTL_SEG_STACK_DPL,
	MCTL_SEG_CODE_DPL,
	MCTL_SEG_CONFORMING_DPL,
	MCTL_SEG_PRESENT,
	MCTL_SEG_USABLE,
	MCTL_SEG_READ,
	MCTL_SEG_WRITE,
	MCTL_SEG_LIMIT,
	MCTL_SEG_TARGET_LIMIT,
	MCTL_SEG_GATE_DPL,
	MCTL_SEG_GATE_PRESENT,
	MCTL_SEG_GATE_TARGET,
	MCTL_SEG_GATE_CODE,
	MCTL_SEG_GATE_CODE_DPL,
	MCTL_SEG_GATE_CODE_PRESENT,
	MCTL_SEG_INNER_NOT_NULL,
	MCTL_SEG_INNER_IN_TABLE,
	MCTL_SEG_INNER_RPL,
	MCTL_SEG_INNER_DPL,
	MCTL_SEG_INNER_TYPE,
	MCTL_SEG_INNER_PRESENT,
	MCTL_SEG_NR_RULES,
};

enum mctl_seg_register {
	MCTL_SEG_REG_ES,
	MCTL_SEG_REG_CS,
	MCTL_SEG_REG_SS,
	MCTL_SEG_REG_DS,
	MCTL_SEG_REG_FS,
	MCTL_SEG_REG_GS,
	MCTL_SEG_NR_REGS,
};

/**
 * struct mctl_seg_descriptor - a descriptor of a segment or a gate
 * @base: linear address of the segment
 * @limit: in bytes, with the granularity applied: the last offset, or the last that is not in it
 * @type: 4 bits
 * @dpl: 0 to 3
 * @memory: S: code or data, not of the system
 * @present: P
 * @big: D or B
 * @pages: G
 * @available: AVL
 * @selector: of a gate: where it leads
 * @offset: of a gate: the offset there
 * @params: of a gate: words that are copied from stack to stack
 */
struct mctl_seg_descriptor {
	u32 base;
	u32 limit;
	u8 type;
	u8 dpl;
	bool memory;
	bool present;
	bool big;
	bool pages;
	bool available;
	u16 selector;
	u32 offset;
	u8 params;
};

/**
 * struct mctl_seg_register_state - a segment register with its hidden part
 * @selector: what was loaded
 * @usable: a null selector is not
 * @descriptor: what was in the table then
 */
struct mctl_seg_register_state {
	u16 selector;
	bool usable;
	struct mctl_seg_descriptor descriptor;
};

/**
 * struct mctl_seg - a processor
 * @gdt: the table
 * @nr_gdt: its entries
 * @ldt: the other one
 * @nr_ldt: its entries; 0: LDTR is null
 * @cpl: the current privilege level
 * @reg: the registers
 * @inner_ss: SS of the levels 0 to 2 in the TSS
 */
struct mctl_seg {
	const u64 *gdt;
	u32 nr_gdt;
	const u64 *ldt;
	u32 nr_ldt;
	u8 cpl;
	struct mctl_seg_register_state reg[MCTL_SEG_NR_REGS];
	u16 inner_ss[3];
};

/**
 * struct mctl_seg_check - one check
 * @rule: enum mctl_seg_rule
 * @good: it holds
 */
struct mctl_seg_check {
	u8 rule;
	bool good;
};

/**
 * struct mctl_seg_result - what came of an operation
 * @vector: enum mctl_seg_vector, 0 if there was no fault
 * @error: the error code
 * @linear: of an access or a jump: the linear address
 * @nr: checks made; all but the last hold
 * @check: in their order
 */
struct mctl_seg_result {
	u8 vector;
	u16 error;
	u32 linear;
	u32 nr;
	struct mctl_seg_check check[MCTL_SEG_MAX_CHECKS];
};

void mctl_seg_decode(u64 raw, struct mctl_seg_descriptor *descriptor);
bool mctl_seg_is_code(const struct mctl_seg_descriptor *descriptor);
bool mctl_seg_is_gate(const struct mctl_seg_descriptor *descriptor);
bool mctl_seg_find(const struct mctl_seg *seg, u16 selector, struct mctl_seg_descriptor *found);
void mctl_seg_load(struct mctl_seg *seg, unsigned int reg, u16 selector,
		   struct mctl_seg_result *result);
void mctl_seg_access(const struct mctl_seg *seg, unsigned int reg, u32 offset, u32 size, bool write,
		     struct mctl_seg_result *result);
void mctl_seg_jump(struct mctl_seg *seg, u16 selector, u32 offset, bool call,
		   struct mctl_seg_result *result);
const char *mctl_seg_rule_text(unsigned int rule);

#endif /* MCTL_CORE_MODEL_SEG_H */
