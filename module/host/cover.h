/* SPDX-License-Identifier: GPL-2.0 */
/* Additions to a build with KCOV=y, see cover.c; empty in any other. */
#ifndef MCTL_HOST_COVER_H
#define MCTL_HOST_COVER_H

#ifdef MCTL_COVER
void __sanitizer_cov_trace_pc(void);
void mctl_cover_init(void);
void mctl_cover_exit(void);
#else
static inline void mctl_cover_init(void)
{
}

static inline void mctl_cover_exit(void)
{
}
#endif

#endif /* MCTL_HOST_COVER_H */
