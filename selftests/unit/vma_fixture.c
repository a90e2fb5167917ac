// SPDX-License-Identifier: GPL-2.0
/*
 * The vmas of a region beside an oracle that knows each page by itself and
 * nothing of ranges: a call is made on both, and all that can be asked of the
 * vmas is compared.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "vma_fixture.h"

char files[2];

u64 address_of(u32 page)
{
	return BASE + page * PAGE;
}

void set_init(struct set *s, u32 nr_pages, u32 capacity)
{
	memset(s, 0, sizeof(*s));
	s->nr_pages = nr_pages;
	tap_expect_equal(mctl_vmas_init(&s->vmas, BASE, address_of(nr_pages), s->storage, capacity),
			 0);
}

/* --- the oracle --------------------------------------------------------------------------- */

static bool goes_on(const struct page *a, const struct page *b)
{
	return a->there && b->there && a->rights == b->rights && a->flags == b->flags &&
	       a->file == b->file && (!a->file || a->file_page + 1 == b->file_page);
}

/* The vmas that the pages make. Return: how many. */
u32 vmas_of(const struct page *page, u32 nr_pages, struct mctl_vma *vma)
{
	u32 nr = 0;

	for (u32 i = 0; i < nr_pages; i++) {
		if (!page[i].there)
			continue;
		if (i && goes_on(&page[i - 1], &page[i])) {
			vma[nr - 1].end += PAGE;
			continue;
		}
		vma[nr++] = (struct mctl_vma){
			.start = address_of(i),
			.end = address_of(i + 1),
			.file = page[i].file,
			.offset = page[i].file_page,
			.rights = page[i].rights,
			.flags = page[i].flags,
		};
	}
	return nr;
}

bool same_vmas(const struct mctl_vma *a, const struct mctl_vma *b, u32 nr)
{
	for (u32 i = 0; i < nr; i++) {
		if (a[i].start != b[i].start || a[i].end != b[i].end || a[i].file != b[i].file ||
		    a[i].offset != b[i].offset || a[i].rights != b[i].rights ||
		    a[i].flags != b[i].flags)
			return false;
	}
	return true;
}

int make_call(struct mctl_vmas *vmas, const struct arguments *a)
{
	u64 start = address_of(a->first), end = address_of(a->first + a->nr);
	const struct mctl_vma vma = {
		.start = start,
		.end = end,
		.file = a->file,
		.offset = a->offset,
		.rights = a->rights,
		.flags = a->set,
	};

	switch (a->call) {
	case ADD:
		return mctl_vma_add(vmas, &vma);
	case REPLACE:
		return mctl_vma_replace(vmas, &vma);
	case REMOVE:
		return mctl_vma_remove(vmas, start, end);
	case PROTECT:
		return mctl_vma_protect(vmas, start, end, a->rights);
	default:
		return mctl_vma_set_flags(vmas, start, end, a->set, a->clear);
	}
}

/* The call on the pages. Return: what it should say, room not looked at. */
static int call_oracle(struct page *page, const struct arguments *a)
{
	u32 nr_there = 0;

	for (u32 i = a->first; i < a->first + a->nr; i++)
		nr_there += page[i].there;
	if (a->call == ADD && nr_there)
		return -EEXIST;
	if ((a->call == PROTECT || a->call == FLAGS) && nr_there != a->nr)
		return -ENOENT;
	for (u32 i = a->first; i < a->first + a->nr; i++) {
		struct page *p = &page[i];

		if (a->call == REMOVE) {
			memset(p, 0, sizeof(*p));
		} else if (a->call == PROTECT) {
			p->rights = a->rights;
		} else if (a->call == FLAGS) {
			p->flags = (p->flags & ~a->clear) | a->set;
		} else {
			p->there = true;
			p->rights = a->rights;
			p->flags = a->set;
			p->file = a->file;
			p->file_page = a->file ? a->offset + i - a->first : 0;
		}
	}
	return 0;
}

/* Make a call on both, and compare all. Return: what it said. */
int step(struct set *s, const struct arguments *a)
{
	struct mctl_vma wanted[MAX_PAGES], before[MAX_PAGES];
	struct page page[MAX_PAGES];
	struct mctl_report report = {};
	u32 nr_before = s->vmas.nr, nr, nr_pages = 0;
	int expected, ret;

	memcpy(before, s->storage, nr_before * sizeof(*before));
	memcpy(page, s->page, s->nr_pages * sizeof(*page));
	expected = call_oracle(page, a);
	nr = vmas_of(page, s->nr_pages, wanted);
	if (!expected && nr > s->vmas.capacity)
		expected = -ENOMEM;

	ret = make_call(&s->vmas, a);
	tap_expect_equal(ret, expected);
	if (!ret) {
		memcpy(s->page, page, s->nr_pages * sizeof(*page));
		tap_expect(s->vmas.nr == nr && same_vmas(s->storage, wanted, nr));
	} else {
		tap_expect(s->vmas.nr == nr_before &&
			   !memcmp(s->storage, before, nr_before * sizeof(*before)));
	}
	for (u32 i = 0; i < s->nr_pages; i++)
		nr_pages += s->page[i].there;
	tap_expect_equal(s->vmas.nr_pages, nr_pages);
	mctl_vma_check(&s->vmas, &report);
	tap_expect_equal(report.nr_problems, 0);
	return ret;
}

/* --- look up ------------------------------------------------------------------------------ */

void expect_lookup(struct set *s, u32 page)
{
	u64 address = address_of(page) + tap_below(PAGE);
	const struct mctl_vma *vma = mctl_vma_lookup(&s->vmas, address);
	const struct page *p = &s->page[page];
	u32 next = page;

	tap_expect_equal(!!vma, p->there);
	if (vma) {
		tap_expect(address >= vma->start && address < vma->end);
		tap_expect(vma->rights == p->rights && vma->flags == p->flags &&
			   vma->file == p->file);
		if (vma->file)
			tap_expect_equal(mctl_vma_file_page(vma, address), p->file_page);
	}
	while (next < s->nr_pages && !s->page[next].there)
		next++;
	vma = mctl_vma_find(&s->vmas, address);
	tap_expect_equal(!!vma, next < s->nr_pages);
	if (vma)
		tap_expect(vma->end > address && vma->start <= address_of(next));
}

void expect_gap(struct set *s, u32 nr, u32 align)
{
	u64 address = mctl_vma_gap(&s->vmas, nr, align * PAGE);
	u32 first, free;

	for (first = 0; first + nr <= s->nr_pages; first++) {
		if (address_of(first) % (align * PAGE))
			continue;
		for (free = 0; free < nr && !s->page[first + free].there; free++)
			;
		if (free == nr)
			break;
	}
	tap_expect_equal(address, address_of(first + nr <= s->nr_pages ? first : s->nr_pages));
}

void expect_walk(struct set *s, u32 first, u32 nr)
{
	u64 file_pages[2] = {}, there = 0, seen = 0, anonymous = 0;
	struct mctl_vma *vma;

	for (u32 i = 0; i < s->nr_pages; i++) {
		there += s->page[i].there && i >= first && i < first + nr;
		anonymous += s->page[i].there && !s->page[i].file;
		for (u32 f = 0; f < 2; f++)
			file_pages[f] += s->page[i].file == &files[f];
	}
	mctl_vma_for_each(vma, &s->vmas, address_of(first), address_of(first + nr)) seen +=
		(min(vma->end, address_of(first + nr)) - max(vma->start, address_of(first))) / PAGE;
	tap_expect_equal(seen, there);
	tap_expect_equal(mctl_vmas_file_pages(&s->vmas, NULL), anonymous);
	for (u32 f = 0; f < 2; f++)
		tap_expect_equal(mctl_vmas_file_pages(&s->vmas, &files[f]), file_pages[f]);
}
