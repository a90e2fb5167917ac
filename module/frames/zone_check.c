// SPDX-License-Identifier: GPL-2.0
/*
 * The check of zone.c's I1: which zones there are, in which order, and the
 * order in which requests try them. I2 shows in the check of the free lists
 * (core/buddy_check.c) and of the frame caches.
 *
 * Locks: none; what is looked at does not change while the arena lives.
 */
#include "frames/zone.h"
#include "host/arena.h"

/* Each list has the zones of its type and below, each once. */
static void check_list(const struct mctl_arena *arena, u32 nid, unsigned int type,
		       struct mctl_report *report)
{
	const struct mctl_zonelist *list = &arena->zonelists[nid];
	u32 expected = arena->nr_zones / MCTL_NR_ZONE_TYPES * (type + 1), nr = 0;
	DECLARE_BITMAP(seen, MCTL_MAX_ZONES) = {};

	for (unsigned int i = 0; i < list->nr[type] && i < MCTL_MAX_ZONES; i++) {
		u8 zone = list->zone[type][i];

		nr += zone < arena->nr_zones && zone % MCTL_NR_ZONE_TYPES <= type &&
		      !__test_and_set_bit(zone, seen);
	}
	mctl_report_expect(report, "zone I1", "list", nid * MCTL_NR_ZONE_TYPES + type, "length",
			   expected, list->nr[type]);
	mctl_report_expect(report, "zone I1", "list", nid * MCTL_NR_ZONE_TYPES + type, "zones",
			   expected, nr);
}

/**
 * mctl_zones_check() - test I1
 * @arena: the arena
 * @report: where to
 *
 * Context: Any context.
 * Return: whether the zones are where they should be; if not, nobody may ask
 * them anything.
 */
bool mctl_zones_check(const struct mctl_arena *arena, struct mctl_report *report)
{
	bool good = true;
	int nid;

	for (u32 i = 0; i < arena->nr_zones; i++) {
		const struct mctl_zone *zone = &arena->zones[i];
		const struct mctl_zone *first = zone - i % MCTL_NR_ZONE_TYPES;

		good &= mctl_report_expect(report, "zone I1", "zone", i, "index", i, zone->index);
		good &= mctl_report_expect(report, "zone I1", "zone", i, "type",
					   i % MCTL_NR_ZONE_TYPES, zone->type);
		good &= mctl_report_expect(report, "zone I1", "zone", i, "zone of its lists", i,
					   zone->buddy.zone);
		good &= mctl_report_expect(report, "zone I1", "zone", i, "node", first->nid,
					   zone->nid);
	}
	for_each_node(nid)
		for (unsigned int type = 0; type < MCTL_NR_ZONE_TYPES; type++)
			check_list(arena, nid, type, report);
	return good;
}
