/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd.h - what a command gets and gives: its context, its exit status, its
 * arguments and where its complaints go.
 *
 * A command that consists of verbs with the common options describes them in
 * a table and leaves the parsing to verbs_run(). Signals are stop.c's; whoever
 * starts another program calls stop_restore() first.
 */
#ifndef MEMCTL_CLI_CMD_H
#define MEMCTL_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"

#define MEMCTL_OUTPUT_VERSION 2

/* Exit status; stable, listed in memctl(8). */
enum memctl_exit {
	MEMCTL_EXIT_OK = 0,
	MEMCTL_EXIT_USAGE = 1,	    /* wrong arguments, or the output could not be written */
	MEMCTL_EXIT_REFUSED = 2,    /* the kernel refused */
	MEMCTL_EXIT_MODULE = 3,	    /* module not loaded or of another version */
	MEMCTL_EXIT_IMPOSSIBLE = 4, /* not possible here */
	MEMCTL_EXIT_DAMAGE = 5,	    /* a check found damage or a leak */
};

/**
 * struct memctl_ctx - what every command knows
 * @object: name of the object that runs, the key of its JSON documents
 * @arena: name of the arena (-a), "main" where none was given
 * @arena_given: it was
 * @json: -J
 * @json_asked: -J stands among the words, for complaints about those before it
 * @raw: -r
 * @no_headings: -n
 * @bytes: -b, sizes in bytes rather than K, M, G
 * @all_columns: --output-all
 * @columns: -o LIST or +LIST, NULL where not given
 * @quiet: -q
 * @given_twice: an option that contradicts itself, NULL for none
 * @help_on_word: the word behind the object was given to ask for help on it
 * @list_columns: print the names of the view's columns and nothing else
 * @json_done: a JSON document was printed, complaints are in it already
 * @client: connection, made by ctx_client() at first use
 * @error: the complaint that ends the program, for -J: exit status, errno or 0,
 *	   and two texts as they are, of any length; @kernel: NULL for none
 */
struct memctl_ctx {
	const char *object;
	const char *arena;
	bool arena_given;
	bool json;
	bool json_asked;
	bool raw;
	bool no_headings;
	bool bytes;
	bool all_columns;
	const char *columns;
	bool quiet;
	const char *given_twice;
	bool help_on_word;
	bool list_columns;
	bool json_done;
	struct client *client;
	struct {
		int status;
		int error;
		char *message;
		char *kernel;
	} error;
};

/* Connection to the module; NULL after a complaint, *status has the exit status. */
struct client *ctx_client(struct memctl_ctx *ctx, int *status);

/*
 * Complaints: one line on stderr, or a document with "error" on stdout under
 * -J. Names go in as they are: bytes that are not printable are escaped when
 * the line is written. All return the exit status, so that a command can say "return fail(...)".
 */
int fail(struct memctl_ctx *ctx, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The kernel refused with @error, a positive errno; @kernel: its words, or
 * NULL for those that the errno has.
 */
int fail_errno(struct memctl_ctx *ctx, int status, int error, const char *kernel,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The last request of ctx->client went wrong; @format says what was wanted. */
int fail_client(struct memctl_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Wrong arguments: adds "Try 'memctl help OBJECT'". */
int fail_usage(struct memctl_ctx *ctx, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The command was asked to stop by a signal, and does: an "error" under -J, no word else.
 * Return: exit status.
 */
int fail_stopped(struct memctl_ctx *ctx);
/* A remark on stderr that changes nothing. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Strict numbers: decimal or 0x, no sign, no trailing junk, no overflow.
 * parse_size() takes a suffix as util-linux does: K or KiB to E or EiB are powers
 * of 1024, KB to EB of 1000, B is for bytes; and what text_size() prints, 1.5G.
 * Return: true if @text is one.
 */
bool parse_u64(const char *text, uint64_t *value);
bool parse_u32(const char *text, uint32_t *value);
bool parse_size(const char *text, uint64_t *bytes);

/* Words of the enums; "?" for numbers that this program does not know. */
const char *zone_name(uint32_t type);
const char *migratetype_name(uint32_t migratetype);
const char *kind_name(uint32_t kind);
const char *reason_name(uint32_t reason);
const char *reason_text(uint32_t reason);
const char *event_name(uint32_t event);
const char *tlb_page_name(uint32_t page);
const char *tlb_policy_name(uint32_t policy);
const char *inject_site_name(uint32_t site);
const char *fault_name(uint32_t fault);
const char *refusal_name(uint32_t refusal);
/* Of a bit of enum memctl_difference. */
const char *difference_name(uint32_t bit);
const char *rights_name(uint32_t rights);
/* r, w, rw, or - for none. */
bool parse_rights(const char *text, uint32_t *rights);
const char *errno_name(int error);

/* One function per object. argv[0] is the object's name. */
int cmd_arena(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_bench(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_buddyinfo(struct memctl_ctx *ctx, int argc, char **argv);
int cmd_cache(struct memctl_ctx *ctx, int argc, char **argv);
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

#endif /* MEMCTL_CLI_CMD_H */
