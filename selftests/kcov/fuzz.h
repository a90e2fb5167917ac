/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer of the netlink family and of the device: what its files share.
 *
 *   main.c     options, processes, the result
 *   worker.c   the corpus of one process: makes programs, runs them, keeps what is new
 *   stream.c   how the bytes of a call become decisions
 *   values.c   numbers and texts, sensible and not, and those of earlier replies
 *   message.c  netlink messages from the table that scripts/spec-table makes;
 *              its parts are in message.h
 *   exec.c     arrays of allocations and frees, and the handles that they left
 *   device.c   what processes do with /dev/memctl and with what they mapped;
 *              its parts are in device.h
 *   fail.c     allocations that fail
 *   actor.c    who the processes are
 *   users.c    the modules that use the API in the kernel
 *   cover.c    KCOV: which instructions of the module a call reached
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/memctl.h>
#include <linux/memctl_dev.h>
#include <linux/memctl_op.h>

#define PAGE		  4096UL
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* --- the spec --- */

enum type {
	TYPE_PAD,
	TYPE_FLAG,
	TYPE_U8,
	TYPE_U16,
	TYPE_U32,
	TYPE_U64,
	TYPE_S16,
	TYPE_S32,
	TYPE_STRING,
	TYPE_BINARY,
	TYPE_NEST,
};

/**
 * struct spec - an attribute, or a member of a record
 * @id: number of the attribute, or offset of the member
 * @type: enum type
 * @field: its name; the same name means the same thing wherever it stands
 * @size: bytes of a number, or of an element of an array
 * @nested: enum set
 * @bounded: @max counts
 * @min: least number
 * @max: largest number, or longest text
 * @mask: bits that may be set; 0 where it is no set of flags
 * @record: elements of an array of records
 */
struct spec {
	uint16_t id;
	uint8_t type;
	uint16_t field;
	uint8_t size;
	uint8_t nested;
	bool bounded;
	uint64_t min, max, mask;
	const struct record *record;
};

struct record {
	uint32_t size, nr;
	const struct spec *members;
};

struct spec_list {
	const struct spec *specs;
	uint32_t nr;
};

struct command {
	const char *name;
	uint8_t cmd;
	uint8_t set;
	bool dump;
	bool admin;
	struct spec_list request;
};

/* --- programs --- */

#define MAX_CALLS  24
#define CALL_BYTES 32

/* What a call does is what its bytes decide; behind their end comes what follows from them. */
struct call {
	uint8_t bytes[CALL_BYTES];
};

struct program {
	uint32_t nr;
	struct call calls[MAX_CALLS];
};

struct stream {
	const uint8_t *bytes;
	uint32_t position;
	uint64_t state;
};

uint64_t fuzz_random(uint64_t *state);
void fuzz_stream(struct stream *stream, const struct call *call);
uint32_t fuzz_choose(struct stream *stream, uint32_t limit);
uint64_t fuzz_draw(struct stream *stream, unsigned int bytes);
/* True with @in256 of 256. */
bool fuzz_chance(struct stream *stream, unsigned int in256);

/* --- what all processes share --- */

#define MAX_WORKERS 8
#define MAX_TEXT    (32UL << 20) /* bytes of code of the module that can be told apart */
#define EDGES	    (1UL << 20)

/**
 * struct shared - what the processes of a run know of each other
 * @base: address of the module's code; what is at @base + n has seen[n]
 * @seen: 1 where an instruction was reached
 * @edges: 1 where one was reached after another
 * @nr_seen: instructions reached
 * @nr_unseen: instructions reached by others than the callers
 * @nr_edges: hashes of pairs of them
 * @messages: netlink messages sent
 * @calls: other calls
 * @programs: programs run
 * @kept: programs that reached what none before did
 * @wrong: replies that no module in order gives
 * @exceeded: requests granted to who has no right to them
 * @sent: messages with each number of a command
 * @accepted: those that were not refused
 * @stop: the time is over
 * @step: counts up while a process lives; which call it is in
 */
struct shared {
	uint64_t base;
	uint64_t nr_seen, nr_unseen, nr_edges, messages, calls, programs, kept, wrong, exceeded;
	bool stop;
	uint64_t step[MAX_WORKERS];
	uint64_t sent[256], accepted[256];
	uint8_t seen[MAX_TEXT];
	uint8_t edges[EDGES];
};

extern struct shared *shared;

static inline void fuzz_count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* --- coverage --- */

bool fuzz_cover_open(void);
void fuzz_cover_start(void);
/* Take over what was reached since the last look. Return: how much of it was new. */
uint32_t fuzz_cover_look(void);
void fuzz_cover_stop(void);
/* In a child process, whose coverage its parent takes over after its end. */
void fuzz_cover_child(void);

/* --- values --- */

void fuzz_learn(unsigned int field, uint64_t value);
void fuzz_learn_text(unsigned int field, const char *text, size_t len);
void fuzz_forget_texts(unsigned int field);
/* Return: the nth of those that are known, or NULL. */
const char *fuzz_known_text(unsigned int field, unsigned int nth);
/* One that may well be taken, and one that may be anything. */
uint64_t fuzz_sensible(struct stream *stream, const struct spec *spec);
uint64_t fuzz_number(struct stream *stream, const struct spec *spec);
size_t fuzz_text(struct stream *stream, const struct spec *spec, char *text, size_t room);
const char *fuzz_arena_name(struct stream *stream);
const char *fuzz_name(struct stream *stream);
/* A number of bytes of a region, or an address or offset in it. */
uint64_t fuzz_bytes(struct stream *stream);

/* --- what fails --- */

/* For the whole machine, once. */
void fuzz_fail_setup(void);
/* In each process. */
void fuzz_fail_open(void);
/* Until the end, an allocation may fail. */
void fuzz_fail_begin(struct stream *stream);
void fuzz_fail_end(void);

/* --- who --- */

enum actor { ACTOR_ROOT, ACTOR_USER, ACTOR_NOCAPS, ACTOR_USERNS, ACTOR_NETADMIN };

extern enum actor fuzz_actor;
/* This process has given its rights up. */
extern bool fuzz_actor_is_bound;

/* Return: whether there is one of that name. */
bool fuzz_actor_set(const char *name);
const char *fuzz_actor_name(void);
/* In each process, for good. Return: whether it could. */
bool fuzz_actor_become(void);

/* --- exec --- */

size_t fuzz_exec_ops(struct stream *stream, void *to, size_t room);
void fuzz_exec_results(const void *results, size_t len);
void fuzz_exec_forget(void);

/* --- calls --- */

bool fuzz_message_open(void);
/* Which commands were sent, and which of them never was accepted. */
void fuzz_message_report(void);
void fuzz_message_call(struct stream *stream);
/* Send what is held back to go out with a later one. */
void fuzz_message_flush(void);
/*
 * Take away what has piled up, and bring the arena main back to about its size;
 * with @again make what there is to begin with.
 */
void fuzz_message_reset(bool again);
/* Give the arena main more memory, and a region of so many pages in the kernel. */
void fuzz_message_provide(uint64_t size, const char *region, uint32_t nr_pages);
void fuzz_message_close(void);
/* Have the arena main checked, with @tables its page tables as well. */
void fuzz_message_verify(bool tables);

void fuzz_device_open(void);
void fuzz_device_call(struct stream *stream);
/* Give back what there is; with @again take what there is to begin with. */
void fuzz_device_reset(bool again);

/* Load a module. Return: whether it did. */
bool fuzz_load(const char *name, const char *parameters);
/* Return: whether what the modules do went well. */
bool fuzz_users_run(void);

void fuzz_worker(unsigned int number, uint64_t seed, uint64_t messages);

#endif /* FUZZ_H */
