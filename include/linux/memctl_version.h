/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version of the module, of the command and of the packages. It stands here
 * alone; scripts/deb compares it with the first entries of NEWS and of
 * debian/changelog, which are written by hand.
 */
#ifndef _LINUX_MEMCTL_VERSION_H
#define _LINUX_MEMCTL_VERSION_H

#define MEMCTL_VERSION "0.2.0"

#endif /* _LINUX_MEMCTL_VERSION_H */
