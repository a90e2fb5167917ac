/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tlb_trace.h - traces of addresses, to feed a model of a TLB with.
 *
 * A trace is text, a line for each access:
 *
 *   # what stands behind a # is not looked at, nor is an empty line
 *   1 0x7f0000401000 r
 *   1 0x7ffc00000ff8 w
 *   2 0x400000 r
 *
 * The number of the address space, decimal or hex, below 2^32 - 1; the
 * address, decimal or hex; r or w. Fields stand apart by blanks.
 */
#ifndef MEMCTL_CLI_TLB_TRACE_H
#define MEMCTL_CLI_TLB_TRACE_H

#include "base/cmd.h"
#include "wire/model.h"

/**
 * struct tlb_trace - a trace in memory
 * @access: the accesses
 * @nr: their number
 */
struct tlb_trace {
	struct memctl_tlb_access *access;
	size_t nr;
};

/* Read a file, "-" for stdin. Return: exit status, after a complaint that names the line. */
int tlb_trace_read(struct memctl_ctx *ctx, const char *path, struct tlb_trace *trace);
void tlb_trace_free(struct tlb_trace *trace);

#endif /* MEMCTL_CLI_TLB_TRACE_H */
