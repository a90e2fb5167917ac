/* SPDX-License-Identifier: GPL-2.0 */
/*
 * seg_attempt.h - one operation on segments, in assembly.
 */
#ifndef MCTL_MODELS_SEG_ATTEMPT_H
#define MCTL_MODELS_SEG_ATTEMPT_H

/* The numbers are known to seg_attempt.S. */
enum operation {
	LOAD_ES,
	LOAD_FS,
	LOAD_SS,
	READ_FS,
	WRITE_FS,
	READ_SS,
	WRITE_SS,
	CALL,
	NR_OPERATIONS,
};

/*
 * Do an operation with a selector, and 1, 2 or 4 bytes at an offset. @flat: a selector for SS and
 * ES afterwards. A handler of faults goes on at seg_done, with ESP as EDI is, and with CS, SS and
 * ES as they were.
 */
void seg_attempt(unsigned int operation, unsigned int selector, unsigned int offset,
		 unsigned int size, unsigned int flat);
extern char seg_done[];

#endif /* MCTL_MODELS_SEG_ATTEMPT_H */
