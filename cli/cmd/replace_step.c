// SPDX-License-Identifier: GPL-2.0
/*
 * replace_step.c - the steps of a model of page replacement, a line for each reference:
 *
 *   fifo, 3 frames
 *      1 r 1 fault  1 . .
 *      ...
 *      4 r 4 fault  4 2 3  evicts 1
 *
 * A model knows which pages are resident, not in which frame. A page comes into the first frame
 * that is free, so that a new one stands where the evicted one stood.
 */
#include <stdio.h>
#include <string.h>

#include "base/document.h"
#include "replace_step.h"
#include "trace/reference_trace.h"

#define FREE REFERENCE_MAX_PAGES

/* Room for the name of a page. */
struct name {
	char text[40];
};

/* Its number, or its address; behind that of its address space, where there are some. */
static const char *name_to(struct name *name, const struct reference_trace *trace, uint32_t page)
{
	const struct reference_page *of = &trace->page[page];
	unsigned long long number = of->number;
	size_t used = 0;

	if (trace->format == REFERENCE_TLB)
		used = (size_t)snprintf(name->text, sizeof(name->text), "%u:", of->space);
	if (trace->page_size)
		snprintf(name->text + used, sizeof(name->text) - used, "0x%llx",
			 number * trace->page_size);
	else
		snprintf(name->text + used, sizeof(name->text) - used, "%llu", number);
	return name->text;
}

#define NAME(trace, page) name_to(&(struct name){ "" }, trace, page)

static struct json_object *name_json(const struct reference_trace *trace, uint32_t page)
{
	return json_address(trace->page[page].number * (trace->page_size ? trace->page_size : 1));
}

static void print_step(const struct replace_steps *steps, size_t index, bool fault)
{
	uint32_t reference = steps->trace->reference[index];

	printf("%4zu %c %*s %-5s ", index + 1, reference & 1 ? 'w' : 'r', steps->width,
	       NAME(steps->trace, reference >> 1), fault ? "fault" : "hit");
	for (uint32_t i = 0; i < steps->nr_frames; i++)
		printf(" %*s", steps->width,
		       steps->frame[i] == FREE ? "." : NAME(steps->trace, steps->frame[i]));
	for (uint32_t i = 0; i < steps->nr_evicted; i++)
		printf("%s %s%s", i ? "," : "  evicts", NAME(steps->trace, steps->evicted[i]),
		       steps->dirty[i] ? " (dirty)" : "");
	putchar('\n');
}

static struct json_object *frames_json(const struct replace_steps *steps)
{
	struct json_object *frames = json_object_new_array();

	for (uint32_t i = 0; i < steps->nr_frames; i++) {
		uint32_t page = steps->frame[i];

		json_object_array_add(frames, page == FREE ? NULL : name_json(steps->trace, page));
	}
	return frames;
}

static struct json_object *evicted_json(const struct replace_steps *steps)
{
	struct json_object *evicted = json_object_new_array();

	for (uint32_t i = 0; i < steps->nr_evicted; i++) {
		struct json_object *one = json_object_new_object();

		json_object_object_add(one, "page", name_json(steps->trace, steps->evicted[i]));
		json_object_object_add(one, "dirty", json_object_new_boolean(steps->dirty[i]));
		json_object_array_add(evicted, one);
	}
	return evicted;
}

static void add_step(const struct replace_steps *steps, size_t index, bool fault)
{
	const struct reference_trace *trace = steps->trace;
	uint32_t page = trace->reference[index] >> 1;
	const char *access = trace->reference[index] & 1 ? "write" : "read";
	struct json_object *step = json_object_new_object(), *space = NULL;

	if (trace->format == REFERENCE_TLB)
		space = json_object_new_int64(trace->page[page].space);
	json_object_object_add(step, "reference", json_object_new_uint64(index + 1));
	json_object_object_add(step, "space", space);
	json_object_object_add(step, "page", name_json(trace, page));
	json_object_object_add(step, "access", json_object_new_string(access));
	json_object_object_add(step, "fault", json_object_new_boolean(fault));
	json_object_object_add(step, "frames", frames_json(steps));
	json_object_object_add(step, "evicted", evicted_json(steps));
	json_object_array_add(steps->rows, step);
}

/* Put @with in place of @page, which is in a frame. */
static void replace_in(struct replace_steps *steps, uint32_t page, uint32_t with)
{
	for (uint32_t i = 0; i < steps->nr_frames; i++) {
		if (steps->frame[i] == page) {
			steps->frame[i] = with;
			return;
		}
	}
}

static void note_evicted(void *context, uint32_t page, bool dirty)
{
	struct replace_steps *steps = context;

	replace_in(steps, page, FREE);
	steps->dirty[steps->nr_evicted] = dirty;
	steps->evicted[steps->nr_evicted++] = page;
}

static void note_referenced(void *context, size_t index, bool fault)
{
	struct replace_steps *steps = context;

	if (fault)
		replace_in(steps, FREE, steps->trace->reference[index] >> 1);
	if (steps->rows)
		add_step(steps, index, fault);
	else
		print_step(steps, index, fault);
	steps->nr_evicted = 0;
}

void replace_steps_begin(struct replace_steps *steps, const struct reference_trace *trace,
			 uint32_t policy, uint32_t frames, bool json)
{
	*steps = (struct replace_steps){ .trace = trace, .nr_frames = frames };
	steps->watch.evicted = note_evicted;
	steps->watch.referenced = note_referenced;
	steps->watch.context = steps;
	for (uint32_t i = 0; i < frames; i++)
		steps->frame[i] = FREE;
	for (uint32_t i = 0; i < trace->nr_pages; i++) {
		struct name name;
		int width = (int)strlen(name_to(&name, trace, i));

		if (width > steps->width)
			steps->width = width;
	}
	if (json)
		steps->rows = json_object_new_array();
	else
		printf("%s, %u frame%s\n", replace_policy_name(policy), frames,
		       frames == 1 ? "" : "s");
}
