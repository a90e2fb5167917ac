/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A wish is the part of the gfp flags that decides where a page comes from,
 * encoded in 7 bits, so that a frame cache can use it to look up the stack that
 * serves the allocation. It is computed inline by memctl_alloc_pages()
 * (linux/memctl.h), where constant flags give a constant. Internal: must not be
 * used directly.
 */
#ifndef _LINUX_MEMCTL_WISH_H
#define _LINUX_MEMCTL_WISH_H

#include <linux/gfp.h>

#define MEMCTL_NR_WISHES     128
#define MEMCTL_WISH_GFP	     31 /* the bits of gfp flags for zone and migratetype */
#define MEMCTL_WISH_NOWAIT   32
#define MEMCTL_WISH_MEMALLOC 64
#define MEMCTL_WISH_EXCLUDED (__GFP_ZERO | __GFP_THISNODE) /* gfp flags that a wish cannot encode */

static __always_inline unsigned long memctl_wish(gfp_t gfp)
{
	unsigned long wish = (__force unsigned int)gfp & MEMCTL_WISH_GFP;

	if (!(gfp & __GFP_DIRECT_RECLAIM))
		wish |= MEMCTL_WISH_NOWAIT;
	if (gfp & __GFP_MEMALLOC)
		wish |= MEMCTL_WISH_MEMALLOC;
	return wish;
}

#endif /* _LINUX_MEMCTL_WISH_H */
