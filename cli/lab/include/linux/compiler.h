/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_COMPILER_H
#define MCTL_STUB_COMPILER_H

#include <linux/types.h>
#include <sys/cdefs.h>

#define likely(x)	     __builtin_expect(!!(x), 1)
#define unlikely(x)	     __builtin_expect(!!(x), 0)
#define noinline	     __attribute__((__noinline__))
#define __no_kasan_or_inline inline
#define __no_sanitize_address
#define barrier() __asm__ __volatile__("" : : : "memory")

#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))

/* The tests have one thread. */
#define READ_ONCE(x)			    (x)
#define WRITE_ONCE(x, value)		    ((x) = (value))
#define prefetch(address)		    __builtin_prefetch(address)
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif /* MCTL_STUB_COMPILER_H */
