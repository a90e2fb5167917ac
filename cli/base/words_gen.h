/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly, scripts/ynl-regen.sh makes it from: */
/*	Documentation/netlink/specs/memctl.yaml */
/* clang-format off */

static const char *const kind_names[] = {
	"page",
	"object",
	"kmalloc",
};

static const char *const event_type_names[] = {
	"arena-add",
	"arena-del",
	"arena-grow",
	"arena-shrink",
	"cache-add",
	"cache-del",
	"region-add",
	"region-del",
	"alloc-failed",
	"low",
	"high",
	"bad-free",
	"damage",
	"fault",
	"injected",
	"memory-error",
	"lost",
	"leak",
};

static const char *const fault_names[] = {
	"minor",
	"major",
	"zero",
	"new",
	"cow",
	"refused",
};

static const char *const refusal_names[] = {
	"none",
	"outside",
	"rights",
	"size",
	"file",
	"limit",
	"memory",
};

static const char *const reason_names[] = {
	"none",
	"bad-op",
	"bad-order",
	"bad-size",
	"bad-node",
	"no-cache",
	"no-handle",
	"wrong-kind",
	"not-owner",
	"bad-ref",
	"watermark",
	"fragmented",
	"no-memory",
	"damaged",
	"injected",
	"no-zone",
	"limit",
	"memory-error",
};

static const char *const inject_site_names[] = {
	"alloc",
	"slab",
	"table",
	"map",
	"record",
};

static const char *const tlb_policy_names[] = {
	"lru",
	"plru",
	"fifo",
	"random",
};
