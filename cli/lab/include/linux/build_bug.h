/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_BUILD_BUG_H
#define MCTL_STUB_BUILD_BUG_H

#include <assert.h>

#define BUILD_BUG_ON(condition) static_assert(!(condition), #condition)

#endif /* MCTL_STUB_BUILD_BUG_H */
