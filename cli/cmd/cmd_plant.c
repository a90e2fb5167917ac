// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_plant.c - flip a bit in the arena's own records, so that one can see
 * the checks find it.
 */
#include <string.h>

#include "address.h"
#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "commands.h"
#include "wire/client_api.h"
#include "wire/connect.h"

static const char *const sites[] = {
	"frame-state",
	"frame-link",
	"free-count",
	"slab-link",
	"slab-inuse",
	"redzone",
	"pte",
	"handle",
	"magazine-top",
	"magazine-door",
	"magazine-previous",
	"depot-full",
	"depot-empty",
	"fcache",
	"extent",
	"frame-prev",
	"frame-tag",
	"chunk-order",
	"section-pfn",
	"section-zone",
	"section-frames",
	"map-fn",
	"pageblock",
	"list-mask",
	"list-single",
	"list-head",
	"list-next",
	"list-prev",
	"class-mask",
	"class-head",
	"class-count",
	"zone-frames",
	"zone-tight",
	"watermark-min",
	"watermark-low",
	"watermark-high",
	"reserve",
	"arena-frames",
	"arena-chunks",
	"slab-cookie",
	"slab-first",
	"slab-free",
	"slab-lost",
	"slab-list",
	"poison",
	"cache-slabs",
	"cache-inuse",
	"cache-lost",
	"cache-freed",
	"cache-id",
	"caches",
	"magazine-limit",
	"magazine-object",
	"magazine-mark",
	"fcache-top",
	"fcache-limit",
	"fcache-block",
	"fcache-quota",
	"fcache-budget",
	"handle-kind",
	"handle-order",
	"handle-serial",
	"handle-free",
	"handle-count",
	"vma-start",
	"vma-end",
	"vma-rights",
	"vma-count",
	"vma-pages",
	"space-frames",
	"space-zero",
	"space-lent",
	"family-frames",
	"family-spaces",
	"shadow-mapped",
	"shadow-tables",
	"shadow-list",
	"spaces",
	"quarantine",
	"regions",
	"tlb-page",
	"tlb-pfn",
	"tlb-count",
	"tlbs",
	"inject-sites",
	"inject-count",
	"inject-faults",
	"hwpoison-count",
	"hwpoison-aside",
	"space-away",
	"space-reading",
	"space-limit",
	"space-quarantine",
};

static const char *site_word(const void *list, unsigned int index)
{
	(void)list;
	return index < sizeof(sites) / sizeof(sites[0]) ? sites[index] : NULL;
}

static int plant(struct memctl_ctx *ctx, const struct args *args)
{
	char hint[MATCH_HINT_SIZE];
	uint64_t address;
	struct client_plant what = {
		.region = args->region,
		.index = GIVEN(args, OPT_INDEX) ? &args->index : NULL,
		.level = GIVEN(args, OPT_LEVEL) ? &args->level : NULL,
		.bit = GIVEN(args, OPT_BIT) ? &args->bit : NULL,
	};
	int site = match_find(args->words[0], site_word, NULL, hint);
	int status;

	if (site < 0 || strcmp(args->words[0], sites[site]))
		return fail_usage(ctx, "plant", "there is no site '%s'%s", args->words[0], hint);
	what.site = (uint32_t)site;
	if (!ctx_client(ctx, &status))
		return status;
	if (args->address) {
		status = address_read(ctx, "plant", args->address, args->region, &address);
		if (status)
			return status;
		what.address = &address;
	}
	if (client_plant(ctx->client, ctx->arena, &what))
		return fail_client(ctx, "damage at %s", args->words[0]);
	return json_changed(ctx, "site", args->words[0]);
}

static const struct verb verbs[] = {
	{ "", "SITE [--index N] [--region NAME] [--address ADDRESS] [--level N] [--bit N]",
	  "flip the bit", plant,
	  BIT(OPT_INDEX) | BIT(OPT_REGION) | BIT(OPT_ADDRESS) | BIT(OPT_LEVEL) | BIT(OPT_BIT), 0, 1,
	  1, NULL },
};

static const char help_text[] =
	"Damage the arena's own records, to see that 'memctl verify' and 'memctl pt verify'\n"
	"find it. Only where the module was loaded with plant=1.\n\n"
	"A region that processes map has to be named with --region, for pte and what is its own.\n"
	"Documentation/verify.rst says what each site breaks.\n\n"
	"Sites: frame-state frame-link free-count slab-link slab-inuse redzone pte\n"
	"handle magazine-top magazine-door magazine-previous depot-full depot-empty\n"
	"fcache extent frame-prev frame-tag chunk-order section-pfn section-zone\n"
	"section-frames map-fn pageblock list-mask list-single list-head\n"
	"list-next list-prev class-mask class-head class-count zone-frames zone-tight\n"
	"watermark-min watermark-low watermark-high reserve arena-frames arena-chunks\n"
	"slab-cookie slab-first slab-free slab-lost slab-list poison cache-slabs\n"
	"cache-inuse cache-lost cache-freed cache-id caches magazine-limit\n"
	"magazine-object magazine-mark fcache-top fcache-limit fcache-block\n"
	"fcache-quota fcache-budget handle-kind handle-order handle-serial handle-free\n"
	"handle-count vma-start vma-end vma-rights vma-count vma-pages space-frames\n"
	"space-zero space-lent family-frames family-spaces shadow-mapped shadow-tables\n"
	"shadow-list spaces quarantine regions tlb-page tlb-pfn tlb-count tlbs\n"
	"inject-sites inject-count inject-faults hwpoison-count hwpoison-aside space-away\n"
	"space-reading space-limit space-quarantine.";

static const struct object object = OBJECT("plant", help_text, verbs);

int cmd_plant(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
