// SPDX-License-Identifier: GPL-2.0
/*
 * Segmentation of x86 in protected mode. A model: it runs in user space only, and says which checks
 * a processor makes, in which order, and which fault comes of the first that does not hold.
 *
 * The error code of a check of a selector is the selector without its RPL; that of a check of an
 * access is 0.
 *
 * Not modelled: tasks beyond the stacks in the TSS, 64-bit mode, virtual 8086 mode, gates of
 * interrupts, and accesses that pass the end of the 4 GiB, on which processors differ: here they
 * fault.
 *
 * Invariant: of the checks of a result all but the last hold, and the last holds if and only if
 * there is no fault.
 *
 * Locks: none; the caller serialises.
 */
#include "core/model_seg.h"

#define TYPE_WRITABLE	 2 /* data; readable: code */
#define TYPE_EXPAND_DOWN 4 /* data; conforming: code */
#define TYPE_CODE	 8
#define TYPE_GATE	 12 /* a call gate with 32 bits */
#define TYPE_GATE_16	 4

static u8 rpl_of(u16 selector)
{
	return selector & 3;
}

static u32 bits(u64 raw, unsigned int from, unsigned int nr)
{
	return raw >> from & ((1ULL << nr) - 1);
}

/**
 * mctl_seg_decode() - take a descriptor apart
 * @raw: its 8 bytes
 * @descriptor: what is in it
 *
 * Context: Any context.
 */
void mctl_seg_decode(u64 raw, struct mctl_seg_descriptor *descriptor)
{
	u32 limit = bits(raw, 0, 16) | bits(raw, 48, 4) << 16;

	*descriptor = (struct mctl_seg_descriptor){
		.base = bits(raw, 16, 24) | bits(raw, 56, 8) << 24,
		.limit = bits(raw, 55, 1) ? limit << 12 | 0xfff : limit,
		.type = bits(raw, 40, 4),
		.dpl = bits(raw, 45, 2),
		.memory = bits(raw, 44, 1),
		.present = bits(raw, 47, 1),
		.big = bits(raw, 54, 1),
		.pages = bits(raw, 55, 1),
		.available = bits(raw, 52, 1),
	};
	if (mctl_seg_is_gate(descriptor)) {
		descriptor->selector = bits(raw, 16, 16);
		descriptor->offset = bits(raw, 0, 16);
		if (descriptor->type == TYPE_GATE)
			descriptor->offset |= bits(raw, 48, 16) << 16;
		descriptor->params = bits(raw, 32, 5);
	}
}

/**
 * mctl_seg_is_code() - is it a code segment?
 * @descriptor: the descriptor
 *
 * Context: Any context.
 * Return: true if it is.
 */
bool mctl_seg_is_code(const struct mctl_seg_descriptor *descriptor)
{
	return descriptor->memory && descriptor->type & TYPE_CODE;
}

/**
 * mctl_seg_is_gate() - is it a call gate?
 * @descriptor: the descriptor
 *
 * Context: Any context.
 * Return: true if it is.
 */
bool mctl_seg_is_gate(const struct mctl_seg_descriptor *descriptor)
{
	return !descriptor->memory &&
	       (descriptor->type == TYPE_GATE || descriptor->type == TYPE_GATE_16);
}

static bool is_data(const struct mctl_seg_descriptor *descriptor)
{
	return descriptor->memory && !(descriptor->type & TYPE_CODE);
}

static bool is_conforming(const struct mctl_seg_descriptor *descriptor)
{
	return mctl_seg_is_code(descriptor) && descriptor->type & TYPE_EXPAND_DOWN;
}

/**
 * mctl_seg_find() - the descriptor of a selector
 * @seg: the processor
 * @selector: the selector
 * @found: the descriptor
 *
 * Context: Any context.
 * Return: false if it is behind the end of its table.
 */
bool mctl_seg_find(const struct mctl_seg *seg, u16 selector, struct mctl_seg_descriptor *found)
{
	bool local = selector & 4;
	u32 index = selector >> 3;

	if (index >= (local ? seg->nr_ldt : seg->nr_gdt))
		return false;
	mctl_seg_decode(local ? seg->ldt[index] : seg->gdt[index], found);
	return true;
}

/* One check; a fault if it does not hold. Return: whether it holds. */
static bool check(struct mctl_seg_result *result, unsigned int rule, bool good, unsigned int vector,
		  u32 error)
{
	result->check[result->nr++] = (struct mctl_seg_check){ .rule = rule, .good = good };
	if (!good) {
		result->vector = vector;
		result->error = error & 0xfffc;
	}
	return good;
}

static bool is_null(u16 selector)
{
	return !(selector & 0xfffc);
}

static bool check_stack(const struct mctl_seg *seg, u16 selector, struct mctl_seg_descriptor *found,
			struct mctl_seg_result *result)
{
	return check(result, MCTL_SEG_NOT_NULL, !is_null(selector), MCTL_SEG_GP, 0) &&
	       check(result, MCTL_SEG_IN_TABLE, mctl_seg_find(seg, selector, found), MCTL_SEG_GP,
		     selector) &&
	       check(result, MCTL_SEG_STACK_RPL, rpl_of(selector) == seg->cpl, MCTL_SEG_GP,
		     selector) &&
	       check(result, MCTL_SEG_STACK_TYPE, is_data(found) && found->type & TYPE_WRITABLE,
		     MCTL_SEG_GP, selector) &&
	       check(result, MCTL_SEG_STACK_DPL, found->dpl == seg->cpl, MCTL_SEG_GP, selector) &&
	       check(result, MCTL_SEG_PRESENT, found->present, MCTL_SEG_SS, selector);
}

static bool check_data(const struct mctl_seg *seg, u16 selector, struct mctl_seg_descriptor *found,
		       struct mctl_seg_result *result)
{
	u8 level = rpl_of(selector) > seg->cpl ? rpl_of(selector) : seg->cpl;

	return check(result, MCTL_SEG_IN_TABLE, mctl_seg_find(seg, selector, found), MCTL_SEG_GP,
		     selector) &&
	       check(result, MCTL_SEG_READABLE_TYPE,
		     is_data(found) || (mctl_seg_is_code(found) && found->type & TYPE_WRITABLE),
		     MCTL_SEG_GP, selector) &&
	       (is_conforming(found) ||
		check(result, MCTL_SEG_DATA_DPL, found->dpl >= level, MCTL_SEG_GP, selector)) &&
	       check(result, MCTL_SEG_PRESENT, found->present, MCTL_SEG_NP, selector);
}

/**
 * mctl_seg_load() - load a segment register, as MOV does
 * @seg: the processor; the register changes if there is no fault
 * @reg: enum mctl_seg_register, not MCTL_SEG_REG_CS
 * @selector: what is loaded
 * @result: what came of it
 *
 * Context: The caller serialises.
 */
void mctl_seg_load(struct mctl_seg *seg, unsigned int reg, u16 selector,
		   struct mctl_seg_result *result)
{
	struct mctl_seg_register_state state = { .selector = selector, .usable = true };

	*result = (struct mctl_seg_result){ 0 };
	if (reg == MCTL_SEG_REG_SS) {
		if (!check_stack(seg, selector, &state.descriptor, result))
			return;
	} else if (is_null(selector)) {
		state.usable = false;
	} else if (!check_data(seg, selector, &state.descriptor, result)) {
		return;
	}
	seg->reg[reg] = state;
}

static bool within_limit(const struct mctl_seg_descriptor *descriptor, u32 offset, u32 size)
{
	u64 last = (u64)offset + size - 1;

	if (is_data(descriptor) && descriptor->type & TYPE_EXPAND_DOWN)
		return offset > descriptor->limit &&
		       last <= (descriptor->big ? 0xffffffff : 0xffff);
	return last <= descriptor->limit;
}

/**
 * mctl_seg_access() - access memory
 * @seg: the processor
 * @reg: enum mctl_seg_register
 * @offset: in the segment
 * @size: bytes, at least 1
 * @write: it is a write
 * @result: what came of it, with the linear address
 *
 * Context: The caller serialises.
 */
void mctl_seg_access(const struct mctl_seg *seg, unsigned int reg, u32 offset, u32 size, bool write,
		     struct mctl_seg_result *result)
{
	const struct mctl_seg_register_state *state = &seg->reg[reg];
	const struct mctl_seg_descriptor *descriptor = &state->descriptor;
	u8 type = descriptor->type;
	bool good;

	*result = (struct mctl_seg_result){ .linear = descriptor->base + offset };
	good = check(result, MCTL_SEG_USABLE, state->usable, MCTL_SEG_GP, 0);
	if (good && write)
		good = check(result, MCTL_SEG_WRITE, !(type & TYPE_CODE) && type & TYPE_WRITABLE,
			     MCTL_SEG_GP, 0);
	else if (good)
		good = check(result, MCTL_SEG_READ, !(type & TYPE_CODE) || type & TYPE_WRITABLE,
			     MCTL_SEG_GP, 0);
	if (good)
		check(result, MCTL_SEG_LIMIT, within_limit(descriptor, offset, size),
		      reg == MCTL_SEG_REG_SS ? MCTL_SEG_SS : MCTL_SEG_GP, 0);
}

/* CS is loaded, at the privilege level @cpl. */
static void enter(struct mctl_seg *seg, u16 selector, const struct mctl_seg_descriptor *descriptor,
		  u8 cpl, u32 offset, struct mctl_seg_result *result)
{
	result->linear = descriptor->base + offset;
	seg->cpl = cpl;
	seg->reg[MCTL_SEG_REG_CS] = (struct mctl_seg_register_state){
		.selector = (selector & 0xfffc) | cpl,
		.usable = true,
		.descriptor = *descriptor,
	};
}

static bool check_code_dpl(const struct mctl_seg *seg, u16 selector,
			   const struct mctl_seg_descriptor *code, struct mctl_seg_result *result)
{
	if (is_conforming(code))
		return check(result, MCTL_SEG_CONFORMING_DPL, code->dpl <= seg->cpl, MCTL_SEG_GP,
			     selector);
	return check(result, MCTL_SEG_CODE_DPL,
		     code->dpl == seg->cpl && rpl_of(selector) <= seg->cpl, MCTL_SEG_GP, selector);
}

/* The stack that the TSS has for an inner level. */
static bool check_inner(const struct mctl_seg *seg, u8 level, struct mctl_seg_descriptor *found,
			struct mctl_seg_result *result)
{
	u16 selector = seg->inner_ss[level];

	return check(result, MCTL_SEG_INNER_NOT_NULL, !is_null(selector), MCTL_SEG_TS, selector) &&
	       check(result, MCTL_SEG_INNER_IN_TABLE, mctl_seg_find(seg, selector, found),
		     MCTL_SEG_TS, selector) &&
	       check(result, MCTL_SEG_INNER_RPL, rpl_of(selector) == level, MCTL_SEG_TS,
		     selector) &&
	       check(result, MCTL_SEG_INNER_DPL, found->dpl == level, MCTL_SEG_TS, selector) &&
	       check(result, MCTL_SEG_INNER_TYPE, is_data(found) && found->type & TYPE_WRITABLE,
		     MCTL_SEG_TS, selector) &&
	       check(result, MCTL_SEG_INNER_PRESENT, found->present, MCTL_SEG_SS, selector);
}

static bool check_gate_code(const struct mctl_seg *seg, u16 selector, bool call,
			    struct mctl_seg_descriptor *code, struct mctl_seg_result *result)
{
	bool same;

	if (!check(result, MCTL_SEG_GATE_TARGET,
		   !is_null(selector) && mctl_seg_find(seg, selector, code), MCTL_SEG_GP,
		   selector) ||
	    !check(result, MCTL_SEG_GATE_CODE, mctl_seg_is_code(code), MCTL_SEG_GP, selector))
		return false;
	/* Only a call goes inwards, unless the code takes the level of its caller. */
	same = !call && !is_conforming(code);
	return check(result, MCTL_SEG_GATE_CODE_DPL,
		     same ? code->dpl == seg->cpl : code->dpl <= seg->cpl, MCTL_SEG_GP, selector) &&
	       check(result, MCTL_SEG_GATE_CODE_PRESENT, code->present, MCTL_SEG_NP, selector);
}

static void through_gate(struct mctl_seg *seg, u16 selector, const struct mctl_seg_descriptor *gate,
			 bool call, struct mctl_seg_result *result)
{
	u8 level = rpl_of(selector) > seg->cpl ? rpl_of(selector) : seg->cpl, to;
	struct mctl_seg_descriptor code, stack;

	if (!check(result, MCTL_SEG_GATE_DPL, gate->dpl >= level, MCTL_SEG_GP, selector) ||
	    !check(result, MCTL_SEG_GATE_PRESENT, gate->present, MCTL_SEG_NP, selector) ||
	    !check_gate_code(seg, gate->selector, call, &code, result))
		return;
	to = is_conforming(&code) ? seg->cpl : code.dpl;
	if (to < seg->cpl && !check_inner(seg, to, &stack, result))
		return;
	if (!check(result, MCTL_SEG_TARGET_LIMIT, gate->offset <= code.limit, MCTL_SEG_GP, 0))
		return;
	if (to < seg->cpl)
		seg->reg[MCTL_SEG_REG_SS] = (struct mctl_seg_register_state){
			.selector = seg->inner_ss[to],
			.usable = true,
			.descriptor = stack,
		};
	enter(seg, gate->selector, &code, to, gate->offset, result);
}

/**
 * mctl_seg_jump() - a far jump or call
 * @seg: the processor; CS, CPL and SS change if there is no fault
 * @selector: of a code segment or a call gate
 * @offset: in the code segment; a gate has its own
 * @call: it is a call, which may go to an inner level through a gate
 * @result: what came of it, with the linear address
 *
 * Context: The caller serialises.
 */
void mctl_seg_jump(struct mctl_seg *seg, u16 selector, u32 offset, bool call,
		   struct mctl_seg_result *result)
{
	struct mctl_seg_descriptor found;

	*result = (struct mctl_seg_result){ 0 };
	if (!check(result, MCTL_SEG_NOT_NULL, !is_null(selector), MCTL_SEG_GP, 0) ||
	    !check(result, MCTL_SEG_IN_TABLE, mctl_seg_find(seg, selector, &found), MCTL_SEG_GP,
		   selector))
		return;
	if (mctl_seg_is_gate(&found)) {
		through_gate(seg, selector, &found, call, result);
		return;
	}
	if (check(result, MCTL_SEG_CODE_TYPE, mctl_seg_is_code(&found), MCTL_SEG_GP, selector) &&
	    check_code_dpl(seg, selector, &found, result) &&
	    check(result, MCTL_SEG_PRESENT, found.present, MCTL_SEG_NP, selector) &&
	    check(result, MCTL_SEG_TARGET_LIMIT, offset <= found.limit, MCTL_SEG_GP, 0))
		enter(seg, selector, &found, seg->cpl, offset, result);
}

/**
 * mctl_seg_rule_text() - what a check is about
 * @rule: enum mctl_seg_rule
 *
 * Context: Any context.
 * Return: a few words.
 */
const char *mctl_seg_rule_text(unsigned int rule)
{
	static const char *const texts[] = {
		[MCTL_SEG_NOT_NULL] = "the selector is not null",
		[MCTL_SEG_IN_TABLE] = "the index is in the table",
		[MCTL_SEG_READABLE_TYPE] = "data, or code that can be read",
		[MCTL_SEG_STACK_TYPE] = "data that can be written",
		[MCTL_SEG_CODE_TYPE] = "code",
		[MCTL_SEG_DATA_DPL] = "DPL >= CPL and RPL",
		[MCTL_SEG_STACK_RPL] = "RPL = CPL",
		[MCTL_SEG_STACK_DPL] = "DPL = CPL",
		[MCTL_SEG_CODE_DPL] = "DPL = CPL >= RPL",
		[MCTL_SEG_CONFORMING_DPL] = "conforming: DPL <= CPL",
		[MCTL_SEG_PRESENT] = "present",
		[MCTL_SEG_USABLE] = "the register is not null",
		[MCTL_SEG_READ] = "the type allows to read",
		[MCTL_SEG_WRITE] = "the type allows to write",
		[MCTL_SEG_LIMIT] = "first and last byte are within the limit",
		[MCTL_SEG_TARGET_LIMIT] = "the offset is within the limit",
		[MCTL_SEG_GATE_DPL] = "gate: DPL >= CPL and RPL",
		[MCTL_SEG_GATE_PRESENT] = "gate: present",
		[MCTL_SEG_GATE_TARGET] = "gate: its selector is in a table",
		[MCTL_SEG_GATE_CODE] = "gate: it leads to code",
		[MCTL_SEG_GATE_CODE_DPL] = "gate: DPL of the code fits the CPL",
		[MCTL_SEG_GATE_CODE_PRESENT] = "gate: the code is present",
		[MCTL_SEG_INNER_NOT_NULL] = "SS of the TSS is not null",
		[MCTL_SEG_INNER_IN_TABLE] = "SS of the TSS is in a table",
		[MCTL_SEG_INNER_RPL] = "SS of the TSS: RPL = new CPL",
		[MCTL_SEG_INNER_DPL] = "SS of the TSS: DPL = new CPL",
		[MCTL_SEG_INNER_TYPE] = "SS of the TSS: data that can be written",
		[MCTL_SEG_INNER_PRESENT] = "SS of the TSS: present",
	};

	return texts[rule];
}
