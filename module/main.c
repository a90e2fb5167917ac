// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading: the order of the steps.
 *
 *   /proc/memctl   before arenas: each one creates its directory
 *   arena "main"   takes its pages from the host
 *   memory errors  are handled from now on
 *   /dev/memctl    for processes; no region for them exists yet
 *   netlink        last: requests can arrive as soon as it is registered
 *
 * Unloading uses the reverse order. A load that fails logs the reason in one
 * line of the kernel log, and undoes every step.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/memctl_version.h>
#include <linux/module.h>
#include "api/proc.h"
#include "arenas/arenas.h"
#include "arenas/hwpoison_look.h"
#include "arenas/params.h"
#include "dev/memctl_dev.h"
#include "frames/fcache.h"
#include "host/cover.h"
#include "host/error.h"
#include "host/inject_site.h"
#include "models/tlb.h"
#include "nl/netlink.h"
#include "objects/caches.h"
#include "spaces/space.h"

static int __init memctl_init(void)
{
	struct mctl_error error = {};
	int ret;

	mctl_inject_debug_init();
	mctl_fcache_init();
	mctl_caches_init();
	mctl_tlbs_init();
	ret = mctl_proc_init();
	if (ret) {
		mctl_fail(&error, ret, "no memory for /proc/memctl");
		goto failed;
	}
	ret = mctl_space_readers_init();
	if (ret) {
		mctl_fail(&error, ret, "no memory for a work queue");
		goto exit_proc;
	}
	ret = mctl_params_create_main(&error);
	if (ret)
		goto exit_readers;
	ret = mctl_hwpoison_init();
	if (ret) {
		mctl_fail(&error, ret, "the host's memory errors cannot be listened to (%d)", ret);
		goto exit_arenas;
	}
	ret = mctl_dev_init();
	if (ret) {
		mctl_fail(&error, ret, "device memctl cannot be registered (%d)", ret);
		goto exit_hwpoison;
	}
	ret = mctl_netlink_init();
	if (ret) {
		mctl_fail(&error, ret, "netlink family memctl cannot be registered (%d)", ret);
		goto exit_dev;
	}
	mctl_cover_init();
	return 0;

exit_dev:
	mctl_dev_exit();
exit_hwpoison:
	mctl_hwpoison_exit();
exit_arenas:
	mctl_arenas_exit();
exit_readers:
	mctl_space_readers_exit();
exit_proc:
	mctl_proc_exit();
failed:
	mctl_inject_debug_exit();
	pr_err("%s\n", error.text);
	return ret;
}

static void __exit memctl_exit(void)
{
	mctl_cover_exit();
	mctl_netlink_exit();
	mctl_dev_exit();
	mctl_hwpoison_exit();
	mctl_arenas_exit();
	mctl_space_readers_exit();
	mctl_proc_exit();
	mctl_inject_debug_exit();
}

module_init(memctl_init);
module_exit(memctl_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A private memory manager: buddy, slab and page tables over an arena of pages");
MODULE_VERSION(MEMCTL_VERSION);
/* No alias for the netlink family: with one, any user who requests it by name loads the module. */
