/* SPDX-License-Identifier: GPL-2.0 */
/*
 * commands.h - the list of commands, and the commands: each is in a file cmd_*.c.
 */
#ifndef MEMCTL_CLI_COMMANDS_H
#define MEMCTL_CLI_COMMANDS_H

#include "command.h"

/* Ends with one without a name. */
extern const struct command commands[];

/* One function per object. argv[0] is the object's name. */
int cmd_arena(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_bench(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_buddyinfo(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_cache(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_compare(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_fault(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_help(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_iomem(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_kfree(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_kmalloc(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_load(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_maps(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_monitor(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_page(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_pagetypeinfo(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_plant(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_pmap(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_pt(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_record(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_region(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_replace(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_model(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_replay(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_rmap(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_slabinfo(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_smaps(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_smem(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_status(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_tlb(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_unload(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_verify(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_version(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_vmallocinfo(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_what(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_why(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_zoneinfo(struct memctl_ctx *ctx, int argc, char **argv);

#endif /* MEMCTL_CLI_COMMANDS_H */
