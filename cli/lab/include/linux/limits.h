/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_LIMITS_H
#define MCTL_STUB_LIMITS_H

#include_next <linux/limits.h>
#include <limits.h>

#define U8_MAX	((u8)~0U)
#define S8_MAX	((s8)(U8_MAX >> 1))
#define U16_MAX ((u16)~0U)
#define S16_MAX ((s16)(U16_MAX >> 1))
#define U32_MAX ((u32)~0U)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define U64_MAX ((u64)~0ULL)
#define S64_MAX ((s64)(U64_MAX >> 1))

#endif /* MCTL_STUB_LIMITS_H */
