// SPDX-License-Identifier: GPL-2.0
/*
 * seg_cpu.c - the model of segmentation against the processor: random descriptors in a local
 * descriptor table (modify_ldt), random selectors, offsets and sizes; what the model foretells is
 * compared with what the processor does. A program of 32 bits, as the limits of segments are
 * checked in no other. Prints TAP.
 *
 * usage: seg_cpu [CASES]      SEED=N: the same cases again
 *
 * What modify_ldt does not allow is not tried: a DPL other than 3, descriptors of the system, code
 * that is conforming and present.
 */
#include <asm/ldt.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/model_seg.h"
#include "seg_attempt.h"

#define NR_ENTRIES 32
#define LEAST	   100 /* cases of each kind */

static const char *const operation_names[] = {
	"load ES", "load FS", "load SS", "read FS", "write FS", "read SS", "write SS", "far call",
};

/**
 * struct outcome - what happened
 * @vector: 0: no fault
 * @error: error code
 */
struct outcome {
	unsigned int vector;
	unsigned int error;
};

static u64 table[NR_ENTRIES];
static u64 state;
/* What is accessed; at its start a return from a far call with 32 bits, behind that one with 16. */
static unsigned char *page;
static volatile struct outcome seen;
static unsigned int flat, code; /* the selectors that a program has */

static u64 random64(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static u32 below(u32 limit)
{
	return (random64() >> 32) * limit >> 32;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number;
	(void)info;
	seen.vector = reg[REG_TRAPNO];
	seen.error = reg[REG_ERR];
	/* EDI has the stack pointer of seg_attempt() once the operation has begun. */
	reg[REG_ESP] = reg[REG_EDI];
	reg[REG_EIP] = (greg_t)seg_done;
	reg[REG_CS] = code;
	reg[REG_SS] = flat;
	reg[REG_ES] = flat;
	reg[REG_FS] = 0;
}

/* The entry that the kernel makes of what modify_ldt is given (fill_ldt()). */
static u64 raw_of(const struct user_desc *desc)
{
	u64 type = (desc->read_exec_only ? 0 : 2) | desc->contents << 2 | 1;

	return (desc->limit & 0xffff) | (u64)(desc->base_addr & 0xffffff) << 16 | type << 40 |
	       1ULL << 44 | 3ULL << 45 | (u64)!desc->seg_not_present << 47 |
	       (u64)(desc->limit >> 16 & 15) << 48 | (u64)desc->seg_32bit << 54 |
	       (u64)desc->limit_in_pages << 55 | (u64)(desc->base_addr >> 24) << 56;
}

static int write_entry(const struct user_desc *desc)
{
	return syscall(SYS_modify_ldt, 0x11, desc, sizeof(*desc)) == 0;
}

/* An offset of some kind, and a limit that often is near to it. */
static void choose_offset(struct user_desc *desc, u32 *offset, u32 size)
{
	u32 near;

	*offset = below(3) ? below(0x20000) : random64() >> (32 + below(20));
	if (!below(4))
		*offset = (below(2) ? 0x10000 : 0x100000) - 8 + below(16);
	near = *offset + below(2 * size + 4) - size - 2;
	desc->limit_in_pages = near > 0xfffff || !below(4);
	desc->limit = (desc->limit_in_pages ? near >> 12 : near) & 0xfffff;
	if (!below(4))
		desc->limit = below(0x100000);
}

static int choose_entry(u32 operation, u32 *index, u32 *offset, u32 size)
{
	struct user_desc desc = { .entry_number = *index };

	desc.contents = operation == CALL ? (below(8) ? 2 : below(2)) :
					    (below(8) ? below(2) : 2 + below(2));
	desc.read_exec_only = !below(3);
	desc.seg_not_present = !below(4) || desc.contents == 3;
	desc.seg_32bit = below(3) > 0;
	choose_offset(&desc, offset, size);
	/* What is accessed is in the page, wherever the segment begins. */
	desc.base_addr = (u32)page + 2048 - *offset;
	if (operation == CALL)
		desc.base_addr = (u32)page + (desc.seg_32bit ? 0 : 16) - *offset;
	if (!write_entry(&desc))
		return 0;
	table[*index] = raw_of(&desc);
	return 1;
}

static struct outcome foretell(u32 operation, u16 selector, u32 offset, u32 size)
{
	struct mctl_seg seg = { .ldt = table, .nr_ldt = NR_ENTRIES, .cpl = 3 };
	unsigned int reg = MCTL_SEG_REG_FS;
	struct mctl_seg_result result;

	if (operation == CALL) {
		mctl_seg_jump(&seg, selector, offset, true, &result);
		return (struct outcome){ result.vector, result.error };
	}
	if (operation == LOAD_ES)
		reg = MCTL_SEG_REG_ES;
	else if (operation == LOAD_SS || operation == READ_SS || operation == WRITE_SS)
		reg = MCTL_SEG_REG_SS;
	mctl_seg_load(&seg, reg, selector, &result);
	if (!result.vector && operation >= READ_FS)
		mctl_seg_access(&seg, reg, offset, size,
				operation == WRITE_FS || operation == WRITE_SS, &result);
	return (struct outcome){ result.vector, result.error };
}

static int ends_at(u64 raw, u32 offset)
{
	struct mctl_seg_descriptor descriptor;

	mctl_seg_decode(raw, &descriptor);
	return !descriptor.big && descriptor.limit == offset;
}

/* Selectors of the LDT, null ones, and those behind the table's end. */
static u16 choose_selector(u32 index)
{
	if (!below(30))
		return below(4);
	if (!below(40))
		return (NR_ENTRIES + below(8192 - NR_ENTRIES)) << 3 | 4 | below(4);
	return index << 3 | 4 | (below(6) ? 3 : below(4));
}

static unsigned int counts[NR_OPERATIONS][4]; /* no fault, #NP, #SS, #GP */
static unsigned int limit_faults;

static void count(u32 operation, const struct outcome *want)
{
	counts[operation][want->vector ? want->vector - MCTL_SEG_NP + 1 : 0]++;
	limit_faults += want->vector == MCTL_SEG_SS && !want->error;
}

/* Return: 1 if the processor does what the model says. */
static int one_case(void)
{
	u32 operation = below(NR_OPERATIONS), index = below(NR_ENTRIES), size = 1 << below(3),
	    offset;
	struct outcome want;
	u16 selector;

	if (!choose_entry(operation, &index, &offset, size)) {
		printf("# modify_ldt: %s\n", strerror(errno));
		return 0;
	}
	/* Processors differ where an access passes the end of the 4 GiB. */
	if ((u64)offset + size > 1ULL << 32)
		return 1;
	selector = choose_selector(index);
	/* What other entries lead to is anywhere. */
	if (operation == CALL && selector >> 3 != index && selector & 4 &&
	    selector >> 3 < NR_ENTRIES)
		return 1;
	/* The second byte of the return must be within the limit, too: that is another fault. */
	if (operation == CALL && ends_at(table[index], offset))
		return 1;
	want = foretell(operation, selector, offset, size);
	count(operation, &want);
	seen = (struct outcome){ 0, 0 };
	seg_attempt(operation, selector, offset, size, flat);
	if (seen.vector == want.vector && seen.error == want.error)
		return 1;
	printf("# %s, selector 0x%x, offset 0x%x, %u bytes, descriptor 0x%llx\n",
	       operation_names[operation], selector, offset, size,
	       (unsigned long long)table[index]);
	printf("#   the processor says %u (0x%x), the model %u (0x%x)\n", seen.vector, seen.error,
	       want.vector, want.error);
	return 0;
}

static int prepare(void)
{
	struct user_desc last = { .entry_number = NR_ENTRIES - 1, .seg_32bit = 1, .limit = 1 };
	stack_t stack = { .ss_sp = malloc(1 << 16), .ss_size = 1 << 16 };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	__asm__("mov %%ds, %0" : "=r"(flat));
	__asm__("mov %%cs, %0" : "=r"(code));
	flat &= 0xffff;
	code &= 0xffff;
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (page == MAP_FAILED || !stack.ss_sp)
		return 0;
	page[0] = 0xcb;	 /* lret, in a segment with 32 bits */
	page[16] = 0x66; /* the same with 16 */
	page[17] = 0xcb;
	sigaltstack(&stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	table[NR_ENTRIES - 1] = raw_of(&last);
	return write_entry(&last);
}

int main(int argc, char **argv)
{
	unsigned int nr = argc > 1 ? strtoul(argv[1], NULL, 0) : 50000, wrong = 0;
	const char *seed_text = getenv("SEED");
	u64 seed = seed_text ? strtoull(seed_text, NULL, 0) : (u64)time(NULL);
	int enough = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %llu\n", (unsigned long long)seed);
	if (!prepare()) {
		printf("ok 1 - segmentation, as the processor does it # SKIP modify_ldt: %s\n",
		       strerror(errno));
		puts("1..1");
		return 0;
	}
	state = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1;
	for (unsigned int i = 0; i < nr && wrong < 20; i++)
		wrong += !one_case();
	printf("# %-9s %8s %6s %6s %6s\n", "", "no fault", "#NP", "#SS", "#GP");
	for (int i = 0; i < NR_OPERATIONS; i++)
		printf("# %-9s %8u %6u %6u %6u\n", operation_names[i], counts[i][0], counts[i][1],
		       counts[i][2], counts[i][3]);
	printf("# %u of #SS are limits\n", limit_faults);
	for (int kind = 0; kind < 4; kind++) {
		unsigned int sum = 0;

		for (int i = 0; i < NR_OPERATIONS; i++)
			sum += counts[i][kind];
		enough = enough && sum >= LEAST;
	}
	enough = enough && limit_faults >= LEAST;
	printf("%s 1 - segmentation: %u random cases as the processor does them\n",
	       wrong ? "not ok" : "ok", nr);
	printf("%s 2 - segmentation: each kind of fault at least %d times\n",
	       enough ? "ok" : "not ok", LEAST);
	puts("1..2");
	return wrong || !enough;
}
