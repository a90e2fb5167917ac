/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_SWAB_H
#define MCTL_STUB_SWAB_H

#include_next <linux/swab.h>

#undef swab16
#undef swab32
#undef swab64
#undef swab
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)
#define swab(x)	  __builtin_bswap64(x)

#endif /* MCTL_STUB_SWAB_H */
