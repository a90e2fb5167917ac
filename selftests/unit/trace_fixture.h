/* SPDX-License-Identifier: GPL-2.0 */
/* trace_fixture.h - a recording of what a kernel could report, and the trace that comes of it */
#ifndef MCTL_UNIT_TRACE_FIXTURE_H
#define MCTL_UNIT_TRACE_FIXTURE_H

#include <stdint.h>
#include <stdio.h>
#include "cli/trace/trace_build.h"
#include "tap.h"

#define DIRECT_MAP 0xffff888000000000ULL

extern const struct trace_gfp gfp;

extern struct trace_build *build;
extern struct trace_totals totals;
extern uint64_t kinds[TRACE_NR_KINDS];
extern struct trace_reader reader;
extern char *data;
extern size_t length;
extern FILE *stream;
extern unsigned int step_now; /* events reported so far */

void begin_at(uint64_t direct_map);
void begin(void);
void finish(void);
void done(void);
int report(struct kmem_event *event);
void page(unsigned int type, uint64_t pfn, unsigned int order);
void object(unsigned int type, uint64_t address, uint64_t asked, uint64_t given, const char *name);

void expect_event(unsigned int step, struct trace_event want);

/* The kind, and what belongs to it, as the members of a struct trace_event. */
#define expect_next(step, what, ...) \
	expect_event(step, (struct trace_event){ .kind = (what), ##__VA_ARGS__ })

void expect_end(void);
void expect_totals(struct trace_totals want);
void expect_cache(unsigned int index, const char *name, uint32_t size, uint32_t stride);

#endif /* MCTL_UNIT_TRACE_FIXTURE_H */
