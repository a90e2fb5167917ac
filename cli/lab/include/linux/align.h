/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_ALIGN_H
#define MCTL_STUB_ALIGN_H

#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define ALIGN(x, a)	 ALIGN_DOWN((x) + (a)-1, a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_ALIGN(p, a)	 ((__typeof__(p))ALIGN((unsigned long)(p), a))

#endif /* MCTL_STUB_ALIGN_H */
