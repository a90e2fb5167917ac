/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share. A harness reads the bytes that libFuzzer hands it as
 * a program: what to build, and which calls to make on it. Behind every call
 * stand the structure's own check and an oracle; fuzz_judge() makes of the
 * first expectation that fails a crash, which libFuzzer saves.
 *
 * With FUZZ_BULK a harness is a program by itself, for as many operations as
 * its argument says, made of random bytes. FUZZ_CHECK_EVERY is how many
 * operations go by from one look at the whole structure to the next.
 */
#ifndef MCTL_FUZZ_H
#define MCTL_FUZZ_H

#include "tap.h"

#ifndef FUZZ_CHECK_EVERY
#define FUZZ_CHECK_EVERY 1
#endif

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct fuzz_input - the bytes that are left
 * @at: the next one
 * @end: behind the last one
 */
struct fuzz_input {
	const uint8_t *at;
	const uint8_t *end;
};

static uint64_t fuzz_nr_runs, fuzz_nr_ops;

/* The bytes of a run; what the fixtures draw by lot is the same in each. */
static inline struct fuzz_input fuzz_begin(const uint8_t *data, size_t size)
{
	fuzz_nr_runs++;
	tap_nr_failed = 0;
	tap_random_state = 0x9e3779b97f4a7c15ULL;
	return (struct fuzz_input){ .at = data, .end = data + size };
}

static inline bool fuzz_more(const struct fuzz_input *in)
{
	return in->at < in->end;
}

/* The next byte; 0 behind the end. */
static inline uint32_t fuzz_byte(struct fuzz_input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* A number below @limit, which is at least 1: of one byte where that is enough. */
static inline uint32_t fuzz_below(struct fuzz_input *in, uint32_t limit)
{
	uint32_t number = fuzz_byte(in);

	for (uint32_t reach = 256; reach < limit && reach; reach <<= 8)
		number = number << 8 | fuzz_byte(in);
	return number % limit;
}

static inline uint64_t fuzz_u64(struct fuzz_input *in)
{
	uint64_t number = 0;

	for (uint32_t i = 0; i < 8; i++)
		number = number << 8 | fuzz_byte(in);
	return number;
}

static inline void fuzz_judge(void)
{
	if (!tap_nr_failed)
		return;
	fflush(stdout);
	abort();
}

/* One operation is done. Return: whether it is time to look at the whole structure. */
static inline bool fuzz_op(void)
{
	return ++fuzz_nr_ops % FUZZ_CHECK_EVERY == 0;
}

static void fuzz_report(void)
{
	printf("fuzz: %llu runs, %llu ops\n", (unsigned long long)fuzz_nr_runs,
	       (unsigned long long)fuzz_nr_ops);
	fflush(stdout);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return atexit(fuzz_report);
}

#ifdef FUZZ_BULK

#define FUZZ_BULK_SIZE 4096

int main(int argc, char **argv)
{
	uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	uint64_t state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	static uint8_t bytes[FUZZ_BULK_SIZE];

	LLVMFuzzerInitialize(&argc, &argv);
	while (fuzz_nr_ops < wanted) {
		tap_random_state = state;
		for (uint32_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = tap_random() >> 32;
		state = tap_random_state;
		LLVMFuzzerTestOneInput(bytes, 1 + state % sizeof(bytes));
	}
	return 0;
}

#endif /* FUZZ_BULK */

#endif /* MCTL_FUZZ_H */
