// SPDX-License-Identifier: GPL-2.0
/*
 * seg_machine.c - a processor in protected mode, its tables from text and operations from words.
 */
#include <stdlib.h>
#include <string.h>

#include "core/model_seg.h"
#include "seg_machine.h"

#define MAX_ENTRIES 8192 /* of a table */
#define NR_TABLES   2

_Static_assert(SEG_MAX_CHECKS == MCTL_SEG_MAX_CHECKS, "checks");

/* Both tables, the LDT second; which of their entries a line gave. */
struct seg_machine {
	struct mctl_seg seg;
	u64 raw[NR_TABLES][MAX_ENTRIES];
	bool given[NR_TABLES][MAX_ENTRIES];
};

struct seg_machine *seg_machine_new(void)
{
	struct seg_machine *machine = calloc(1, sizeof(*machine));

	if (machine) {
		machine->seg.gdt = machine->raw[0];
		machine->seg.ldt = machine->raw[1];
		machine->seg.cpl = 3;
	}
	return machine;
}

void seg_machine_delete(struct seg_machine *machine)
{
	free(machine);
}

/* --- text ---------------------------------------------------------------------------------- */

static bool wrong(struct seg_text *text, const char *what)
{
	text->wrong = what;
	return false;
}

static void skip_blanks(struct seg_text *text)
{
	text->at += strspn(text->text + text->at, " \t");
}

static bool take(struct seg_text *text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(text->text + text->at, word, length))
		return false;
	text->at += length;
	return true;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* A number up to @max, which @what names. */
static bool take_number(struct seg_text *text, u64 max, const char *what, u64 *number)
{
	size_t begin = text->at, first;
	u64 base = take(text, "0x") ? 16 : 10;

	*number = 0;
	first = text->at;
	for (; (u64)digit_of(text->text[text->at]) < base; text->at++) {
		u64 digit = (u64)digit_of(text->text[text->at]);

		if (*number > (max - digit) / base || digit > max) {
			text->at = begin;
			return wrong(text, what);
		}
		*number = *number * base + digit;
	}
	if (text->at > first)
		return true;
	text->at = begin;
	return wrong(text, what);
}

static bool take_end(struct seg_text *text)
{
	return !text->text[text->at] || wrong(text, "nothing more is expected");
}

bool seg_machine_line(struct seg_machine *machine, struct seg_text *line)
{
	u64 index, raw;
	bool local;
	u32 *nr;

	skip_blanks(line);
	if (strchr("#", line->text[line->at]))
		return true;
	local = take(line, "ldt ");
	if (!local && !take(line, "gdt "))
		return wrong(line, "a line begins with gdt or ldt");
	skip_blanks(line);
	if (!take_number(line, MAX_ENTRIES - 1, "an index from 0 to 8191 is missing", &index))
		return false;
	if (machine->given[local][index])
		return wrong(line, "this descriptor was there before");
	skip_blanks(line);
	if (!take_number(line, UINT64_MAX, "a descriptor of 64 bits is missing", &raw))
		return false;
	skip_blanks(line);
	if (line->text[line->at] != '#' && !take_end(line))
		return false;
	nr = local ? &machine->seg.nr_ldt : &machine->seg.nr_gdt;
	if (index >= *nr)
		*nr = (u32)index + 1;
	machine->raw[local][index] = raw;
	machine->given[local][index] = true;
	return true;
}

/* --- the tables ---------------------------------------------------------------------------- */

static const char *type_of(const struct mctl_seg_descriptor *descriptor)
{
	static const char *const texts[] = {
		"read",	   "read, write",   "read, expands down",  "read, write, expands down",
		"execute", "execute, read", "execute, conforming", "execute, read, conforming",
	};

	return descriptor->memory ? texts[descriptor->type >> 1] : NULL;
}

static const char *kind_of(u64 raw, const struct mctl_seg_descriptor *descriptor)
{
	if (!raw)
		return "empty";
	if (descriptor->memory)
		return mctl_seg_is_code(descriptor) ? "code" : "data";
	return mctl_seg_is_gate(descriptor) ? "call gate" : "system";
}

bool seg_machine_next(const struct seg_machine *machine, uint32_t *at, struct seg_entry *entry)
{
	for (; *at < NR_TABLES * MAX_ENTRIES; ++*at) {
		u32 local = *at / MAX_ENTRIES, index = *at % MAX_ENTRIES;
		struct mctl_seg_descriptor d;

		if (!machine->given[local][index])
			continue;
		mctl_seg_decode(machine->raw[local][index], &d);
		*entry = (struct seg_entry){ .local = local,
					     .index = index,
					     .kind = kind_of(machine->raw[local][index], &d),
					     .type = type_of(&d),
					     .base = d.base,
					     .limit = d.limit,
					     .target = d.selector,
					     .offset = d.offset,
					     .dpl = d.dpl,
					     .present = d.present,
					     .segment = d.memory,
					     .gate = mctl_seg_is_gate(&d) };
		++*at;
		return true;
	}
	return false;
}

/* --- operations ---------------------------------------------------------------------------- */

static const char *const register_names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

static bool take_register(struct seg_text *word, unsigned int *reg)
{
	for (*reg = 0; *reg < MCTL_SEG_NR_REGS; ++*reg) {
		if (take(word, register_names[*reg]))
			return true;
	}
	return wrong(word, "a register is es, cs, ss, ds, fs or gs");
}

static bool take_selector(struct seg_text *word, u64 *selector)
{
	return take_number(word, UINT16_MAX, "a selector has 16 bits", selector);
}

static bool take_offset(struct seg_text *word, u64 *offset)
{
	if (!take(word, ":"))
		return wrong(word, ": and an offset are missing");
	return take_number(word, UINT32_MAX, "an offset has 32 bits", offset);
}

static bool do_access(struct seg_machine *machine, struct seg_text *word, bool write,
		      struct mctl_seg_result *result)
{
	u64 offset, size = 1;
	unsigned int reg;

	if (!take_register(word, &reg) || !take_offset(word, &offset))
		return false;
	if (take(word, ",") && (!take_number(word, 16, "a size is 1 to 16", &size) || !size))
		return wrong(word, "a size is 1 to 16");
	if (!take_end(word))
		return false;
	mctl_seg_access(&machine->seg, reg, (u32)offset, (u32)size, write, result);
	return true;
}

static bool do_jump(struct seg_machine *machine, struct seg_text *word, bool call,
		    struct mctl_seg_result *result)
{
	u64 selector, offset;

	if (!take_selector(word, &selector) || !take_offset(word, &offset) || !take_end(word))
		return false;
	mctl_seg_jump(&machine->seg, (u16)selector, (u32)offset, call, result);
	return true;
}

static bool do_load(struct seg_machine *machine, struct seg_text *word,
		    struct mctl_seg_result *result)
{
	unsigned int reg;
	u64 selector;

	if (!take_register(word, &reg) || !take(word, "=") || reg == MCTL_SEG_REG_CS) {
		word->at = 0;
		return wrong(word, "cpl=, ss0= to ss2=, es=, ss=, ds=, fs=, gs=, read=, write=, "
				   "jump= or call= is expected");
	}
	if (!take_selector(word, &selector) || !take_end(word))
		return false;
	mctl_seg_load(&machine->seg, reg, (u16)selector, result);
	return true;
}

/* Return: 1 if it was one of these, 0 if not, -1 if it is wrong. */
static int set_up(struct seg_machine *machine, struct seg_text *word)
{
	u64 number;

	if (take(word, "cpl=")) {
		if (!take_number(word, 3, "a level is 0 to 3", &number) || !take_end(word))
			return -1;
		machine->seg.cpl = (u8)number;
		return 1;
	}
	if (word->text[0] != 's' || word->text[1] != 's' || word->text[2] < '0' ||
	    word->text[2] > '2' || word->text[3] != '=')
		return 0;
	word->at = 4;
	if (!take_selector(word, &number) || !take_end(word))
		return -1;
	machine->seg.inner_ss[word->text[2] - '0'] = (u16)number;
	return 1;
}

static const char *fault_name(unsigned int vector)
{
	switch (vector) {
	case MCTL_SEG_TS:
		return "#TS";
	case MCTL_SEG_NP:
		return "#NP";
	case MCTL_SEG_SS:
		return "#SS";
	case MCTL_SEG_GP:
		return "#GP";
	default:
		return NULL;
	}
}

static void fill(struct seg_answer *answer, const struct mctl_seg_result *result, bool linear,
		 u32 cpl)
{
	*answer = (struct seg_answer){ .told = true,
				       .vector = result->vector,
				       .fault = fault_name(result->vector),
				       .error = result->error,
				       .has_linear = linear && !result->vector,
				       .linear = result->linear,
				       .cpl = cpl,
				       .nr = result->nr };
	for (u32 i = 0; i < result->nr; i++) {
		answer->rule[i] = mctl_seg_rule_text(result->check[i].rule);
		answer->good[i] = result->check[i].good;
	}
}

bool seg_machine_do(struct seg_machine *machine, struct seg_text *word, struct seg_answer *answer)
{
	struct mctl_seg_result result;
	bool linear = true, good;
	int set = set_up(machine, word);

	*answer = (struct seg_answer){ 0 };
	if (set)
		return set > 0;
	if (take(word, "read=")) {
		good = do_access(machine, word, false, &result);
	} else if (take(word, "write=")) {
		good = do_access(machine, word, true, &result);
	} else if (take(word, "jump=")) {
		good = do_jump(machine, word, false, &result);
	} else if (take(word, "call=")) {
		good = do_jump(machine, word, true, &result);
	} else {
		good = do_load(machine, word, &result);
		linear = false;
	}
	if (good)
		fill(answer, &result, linear, machine->seg.cpl);
	return good;
}
