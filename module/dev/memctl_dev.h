/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/memctl: see memctl_dev.c. */
#ifndef MCTL_DEV_MEMCTL_DEV_H
#define MCTL_DEV_MEMCTL_DEV_H

int mctl_dev_init(void);
void mctl_dev_exit(void);

#endif /* MCTL_DEV_MEMCTL_DEV_H */
