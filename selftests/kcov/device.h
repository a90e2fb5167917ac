/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that use /dev/memctl share:
 *
 *   device.c   what there is, which call, what is made and taken away
 *   file.c     calls on the device and on the files of regions
 *   mapping.c  calls on what is mapped of them, and their use
 */
#ifndef FUZZ_DEVICE_H
#define FUZZ_DEVICE_H

#include "fuzz.h"

#define NR_FILES    6
#define NR_MAPPINGS 8

struct mapping {
	char *start;
	size_t size;
};

extern int device_fd, device_files[NR_FILES], device_pipes[2], device_plain;
extern struct mapping device_mappings[NR_MAPPINGS];
extern char device_buffer[1 << 17];

/* --- device.c --- */

int device_some_file(struct stream *stream);
struct mapping *device_some_mapping(struct stream *stream);
/* A part of a mapping, in pages. */
char *device_some_part(struct stream *stream, size_t *size);
void device_keep_file(struct stream *stream, int fd);
void device_keep_mapping(struct stream *stream, char *start, size_t size);

/* --- file.c --- */

void device_bind(struct stream *stream);
void device_ioctl(struct stream *stream);
void device_transfer(struct stream *stream);
void device_splice(struct stream *stream);
void device_file(struct stream *stream);
void device_proc(struct stream *stream);

/* --- mapping.c --- */

void device_map(struct stream *stream);
void device_unmap(struct stream *stream);
void device_remap(struct stream *stream);
void device_change(struct stream *stream);
/* Some pages of a part, each read or written; those that are refused are left. */
void device_touch(struct stream *stream);
void device_memory(struct stream *stream);
/* For SIGSEGV and SIGBUS. */
void device_on_fault(int signal);

#endif /* FUZZ_DEVICE_H */
