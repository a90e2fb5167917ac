// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_model.c - models of what a machine does, computed in this process.
 *
 * Nothing here asks the module, and nothing of the machine is read or changed.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "commands.h"
#include "model_bootmem.h"
#include "model_e820.h"
#include "model_ipt.h"
#include "model_real.h"
#include "model_seg.h"
#include "model_words.h"
#include "view/table.h"

/**
 * struct row - a model
 * @name: its name
 * @question: what it answers
 */
struct row {
	uint64_t present;
	const char *name;
	const char *question;
};

static const struct row models[] = {
	{ UINT64_MAX, "bootmem",
	  "How does a bitmap allocate at boot, and hand over to the buddy system?" },
	{ UINT64_MAX, "e820", "Which memory does the BIOS report, and what of it is lost?" },
	{ UINT64_MAX, "ipt", "What does an inverted page table with hashing cost?" },
	{ UINT64_MAX, "real", "Where does segment:offset lead in real mode, with A20 or without?" },
	{ UINT64_MAX, "seg",
	  "Which check of a segment fails in protected mode, and which fault comes of it?" },
};

#define NR_MODELS (sizeof(models) / sizeof(models[0]))

static const struct column columns[] = {
	{ .name = "NAME",
	  .kind = COLUMN_TEXT,
	  .use = USE_BOTH,
	  .offset = offsetof(struct row, name),
	  .help = "name of the model" },
	{ .name = "QUESTION",
	  .kind = COLUMN_TEXT,
	  .use = USE_BOTH,
	  .offset = offsetof(struct row, question),
	  .help = "what it answers" },
};

static const struct view view = VIEW(columns);

static int list(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *document;

	(void)args;
	if (!ctx->json)
		return view_print_rows(ctx, &view, models, NR_MODELS, sizeof(models[0]));
	document = model_document("list");
	json_object_object_add(document, "models",
			       view_json(ctx, &view, models, NR_MODELS, sizeof(models[0])));
	return json_document(ctx, document);
}

static const struct verb verbs[] = {
	{ "list", "", "name them", list, VERB_NO_ARENA, 0, 0, 0, &view },
	{ "bootmem", "--size SIZE [OPERATION]...",
	  "a bitmap allocates at boot, and hands over to the buddy system", model_bootmem,
	  BIT(OPT_SIZE) | VERB_NO_ARENA, BIT(OPT_SIZE), 0, -1, &model_bootmem_view },
	{ "e820", "DMESG | --size SIZE [KEY=VALUE]...",
	  "the memory map of a PC, of the messages in DMESG (-: stdin) or of SIZE", model_e820,
	  BIT(OPT_SIZE) | VERB_NO_ARENA, 0, 0, -1, &model_e820_view },
	{ "ipt", "TRACE [KEY=VALUE]...",
	  "references of TRACE (-: stdin) in an inverted page table with hashing", model_ipt,
	  BIT(OPT_STEP) | VERB_NO_ARENA, 0, 0, -1, &model_ipt_view },
	{ "real", "SEGMENT:OFFSET... [a20=on|off]", "where addresses of real mode lead", model_real,
	  BIT(OPT_STEP) | VERB_NO_ARENA, 0, 0, -1, &model_real_view },
	{ "seg", "FILE [OPERATION]...",
	  "descriptors of FILE (-: stdin), and the checks of operations", model_seg, VERB_NO_ARENA,
	  0, 0, -1, &model_seg_view },
};

static const char help_text[] =
	"Models of what a machine does with memory: they are computed, need neither root nor\n"
	"the module, and touch nothing of this machine.\n"
	"\n"
	"Words KEY=VALUE:\n"
	"  bootmem kernel=SIZE                 the kernel, from 1 MiB on (2M)\n"
	"  bootmem free=SIZE@ADDRESS           in order: free memory,\n"
	"  bootmem reserve=SIZE@ADDRESS        reserve it,\n"
	"  bootmem alloc=SIZE[,ALIGN][@GOAL]   allocate some (alignment 64, goal 0)\n"
	"  e820 hole=SIZE     where the addresses of devices begin, that end at 4G (3G)\n"
	"  e820 remap=on|off  DRAM behind the hole is moved to the end of memory (on)\n"
	"  e820 bits=N        width of a physical address, 32 to 52 (52)\n"
	"  ipt frames=N       frames, each with an entry (1024)\n"
	"  ipt buckets=N      anchors of chains (as many as frames)\n"
	"  ipt hash=WORD      multiply or modulo (multiply)\n"
	"  ipt evict=WORD     which page leaves: fifo or clock (fifo)\n"
	"  ipt page=SIZE      size of a page, as for replace\n"
	"  ipt format=WORD    of the trace: text, tlb, region, lackey (seen from the first line)\n"
	"  real a20=on|off    the address line A20 (on)\n"
	"  seg cpl=N                       the privilege level (3)\n"
	"  seg ss0=SELECTOR                SS of level 0 in the TSS; so ss1 and ss2\n"
	"  seg fs=SELECTOR                 load FS; so es, ss, ds, gs\n"
	"  seg read=REGISTER:OFFSET[,SIZE] read memory, 1 byte to 16 (1)\n"
	"  seg write=REGISTER:OFFSET[,SIZE] write it\n"
	"  seg jump=SELECTOR:OFFSET        a far jump\n"
	"  seg call=SELECTOR:OFFSET        a far call, which may go inwards through a gate";

static const struct object object = OBJECT("model", help_text, verbs);

int cmd_model(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
