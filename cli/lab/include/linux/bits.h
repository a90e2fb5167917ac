/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_BITS_H
#define MCTL_STUB_BITS_H

#define BITS_PER_BYTE	       8
#define BITS_PER_LONG	       64
#define BITS_PER_LONG_LONG     64
#define BIT(nr)		       (1UL << (nr))
#define BIT_ULL(nr)	       (1ULL << (nr))
#define GENMASK(high, low)     ((~0UL >> (63 - (high))) & (~0UL << (low)))
#define GENMASK_ULL(high, low) ((~0ULL >> (63 - (high))) & (~0ULL << (low)))

#endif /* MCTL_STUB_BITS_H */
