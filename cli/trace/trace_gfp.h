/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_gfp.h - what a kernel's GFP bits mean, by the names that the kernel itself gives them
 */
#ifndef MEMCTL_TRACE_GFP_H
#define MEMCTL_TRACE_GFP_H

#include <stdint.h>

/**
 * struct trace_gfp - the bits of the GFP flags of one kernel
 *
 * All masks are the kernel's own; 0 where it has no such flag.
 */
struct trace_gfp {
	uint64_t dma;
	uint64_t dma32;
	uint64_t movable;
	uint64_t reclaimable;
	uint64_t zero;
	uint64_t memalloc;
	uint64_t thisnode;
	uint64_t direct_reclaim;
};

int trace_gfp_init(struct trace_gfp *gfp, const char *format);
uint8_t trace_gfp_byte(const struct trace_gfp *gfp, uint64_t flags);

#endif /* MEMCTL_TRACE_GFP_H */
