/* SPDX-License-Identifier: GPL-2.0 */
/* region_process.h - a region in a process, the command, and a report of what is expected */
#ifndef REGION_PROCESS_H
#define REGION_PROCESS_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PAGE	     4096UL
#define REGION_START 0x100000000000UL /* of every region for processes */

extern unsigned int nr_cases, nr_failed;

bool __attribute__((format(printf, 2, 3))) expect(bool passed, const char *format, ...);
void __attribute__((noreturn)) die(const char *what);
int __attribute__((format(printf, 1, 2))) memctl(const char *format, ...);
int memctl_numbers(const char *arguments, const char *const names[], long long numbers[],
		   unsigned int nr);
void pin_to(int cpu);
int bind_region(const char *region, int flags);
void *map_region(int fd, size_t size, int prot, off_t offset);
void catch_faults(void);
int try_read(const volatile void *address, uint64_t *word);
int try_write(volatile void *address, uint64_t word);
bool verified(void);
bool is_filled(const void *address, int byte, size_t size);
int finish(void);

#endif /* REGION_PROCESS_H */
