/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_ERRNO_H
#define MCTL_STUB_ERRNO_H

#include <asm/errno.h>

#endif /* MCTL_STUB_ERRNO_H */
