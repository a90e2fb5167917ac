// SPDX-License-Identifier: GPL-2.0
/* Models of page replacement: the test of their invariants, which are listed in replace.c. */
#include "core/replace_impl.h"

static void check_list(const struct mctl_replace *r, u32 list, struct mctl_report *report)
{
	u32 nr = 0, before = MCTL_REPLACE_NONE, page = r->list[list].head;

	for (; page != MCTL_REPLACE_NONE && nr <= r->list[list].nr; nr++) {
		if (!mctl_report_expect(report, "replace I1", "page", page, "prev", before,
					r->page[page].prev))
			return;
		before = page;
		page = r->page[page].next;
	}
	mctl_report_expect(report, "replace I1", "list", list, "pages", r->list[list].nr, nr);
	mctl_report_expect(report, "replace I1", "list", list, "tail", before, r->list[list].tail);
}

static void check_heap(const struct mctl_replace *r, struct mctl_report *report)
{
	for (u32 place = 0; place < r->nr_heap; place++) {
		const struct mctl_replace_entry *entry = &r->heap[place];

		mctl_report_expect(report, "replace I5", "page", entry->page, "place", place,
				   r->page[entry->page].place);
		mctl_report_expect(report, "replace I5", "place", place, "below its parent", false,
				   place && entry->key < r->heap[(place - 1) / 2].key);
	}
}

/* Whether a resident page is where the policy looks for victims. */
static bool is_known(const struct mctl_replace *r, u32 page)
{
	if (r->ops->heap) {
		u32 place = r->page[page].place;

		return place < r->nr_heap && r->heap[place].page == page;
	}
	if (r->ops->ring) {
		u32 frame = r->page[page + r->config.nr_pages].stamp;

		return frame < r->nr_resident && r->frame[frame] == page;
	}
	if (r->page[page].list != MCTL_REPLACE_NO_LIST)
		return true;
	return r->ops->records > 1 &&
	       r->page[page + r->config.nr_pages].list != MCTL_REPLACE_NO_LIST;
}

static void check_pages(const struct mctl_replace *r, struct mctl_report *report)
{
	u64 nr_resident = 0;

	for (u32 page = 0; page < r->config.nr_pages; page++) {
		if (!(r->page[page].bits & MCTL_REPLACE_RESIDENT))
			continue;
		nr_resident++;
		mctl_report_expect(report, "replace I3", "page", page, "known to the policy", true,
				   is_known(r, page));
	}
	mctl_report_expect(report, "replace I2", "model", 0, "nr_resident", nr_resident,
			   r->nr_resident);
	mctl_report_expect(report, "replace I2", "model", 0, "within the frames", true,
			   r->nr_resident <= r->config.frames);
}

/**
 * mctl_replace_check() - test the invariants of a model
 * @replace: the model
 * @report: where to report what is broken
 *
 * Context: Any context; the caller serialises.
 */
void mctl_replace_check(const struct mctl_replace *replace, struct mctl_report *report)
{
	const struct mctl_replace_stats *stats = &replace->stats;

	for (u32 list = 0; list < replace->ops->lists; list++)
		check_list(replace, list, report);
	check_heap(replace, report);
	check_pages(replace, report);
	mctl_report_expect(report, "replace I4", "model", 0, "faults",
			   stats->evictions + replace->nr_resident, stats->faults);
	mctl_report_expect(report, "replace I4", "model", 0, "dirty among evictions and writes",
			   true, stats->dirty <= stats->evictions && stats->dirty <= stats->writes);
	if (replace->ops->check)
		replace->ops->check(replace, report);
}
