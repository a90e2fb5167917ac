/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_OVERFLOW_H
#define MCTL_STUB_OVERFLOW_H

#include <stddef.h>

#define check_add_overflow(a, b, sum)	  __builtin_add_overflow(a, b, sum)
#define check_sub_overflow(a, b, diff)	  __builtin_sub_overflow(a, b, diff)
#define check_mul_overflow(a, b, product) __builtin_mul_overflow(a, b, product)

static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? (size_t)-1 : product;
}

static inline size_t size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (size_t)-1 : sum;
}

#define array_size(a, b) size_mul(a, b)

#endif /* MCTL_STUB_OVERFLOW_H */
