// SPDX-License-Identifier: GPL-2.0
/*
 * replace_naive.c - naive page replacement, written from the papers and from what the heads of
 * core/replace_*.c say, without a look at their code. Rings have a hand and places; queues are
 * arrays with the oldest in front; whatever is chosen is searched for.
 */
#include "replace_naive.h"
#include "tap.h"

#define NONE 0xffffffffU

/* A queue, the oldest in front. */
struct row {
	u32 page[NAIVE_MAX_PAGES];
	u32 nr;
};

/* Where and since when a page is, and what it did. */
struct known {
	bool in, referenced, dirty, lir, promoted;
	u32 loaded, used, count, age, generation, order;
};

static struct naive {
	const struct mctl_replace_config *config;
	const struct reference *trace;
	struct naive_log *log;
	u32 nr, now, frames, nr_in;
	struct known page[NAIVE_MAX_PAGES];
	u32 ring[NAIVE_MAX_PAGES]; /* by place: a page */
	u32 nr_ring, hand;
	struct row row[4];
	u64 target;
	u32 oldest, order, tick, window;
} n;

/* --- rows --------------------------------------------------------------------------------- */

static u32 row_find(const struct row *row, u32 page)
{
	for (u32 i = 0; i < row->nr; i++) {
		if (row->page[i] == page)
			return i;
	}
	return NONE;
}

static bool row_has(const struct row *row, u32 page)
{
	return row_find(row, page) != NONE;
}

static void row_remove_at(struct row *row, u32 at)
{
	memmove(&row->page[at], &row->page[at + 1], (--row->nr - at) * sizeof(row->page[0]));
}

static bool row_remove(struct row *row, u32 page)
{
	if (!row_has(row, page))
		return false;
	row_remove_at(row, row_find(row, page));
	return true;
}

static void row_add(struct row *row, u32 page)
{
	row->page[row->nr++] = page;
}

static void row_renew(struct row *row, u32 page)
{
	row_remove(row, page);
	row_add(row, page);
}

static u32 row_first(struct row *row)
{
	u32 page = row->page[0];

	row_remove_at(row, 0);
	return page;
}

/* --- frames ------------------------------------------------------------------------------- */

static void clean(u32 page)
{
	n.log->writes += n.page[page].dirty;
	n.page[page].dirty = false;
}

static void evict(u32 page)
{
	struct naive_log *log = n.log;

	log->at[log->nr] = n.now;
	log->victim[log->nr] = page;
	log->dirty[log->nr++] = n.page[page].dirty;
	clean(page);
	n.page[page].in = false;
	n.nr_in--;
}

static bool full(void)
{
	return n.nr_in == n.frames;
}

/* The resident page with the least of what @key says. */
static u32 least(u64 (*key)(u32 page))
{
	u32 best = NONE;

	for (u32 page = 0; page < n.config->nr_pages; page++) {
		if (n.page[page].in && (best == NONE || key(page) < key(best)))
			best = page;
	}
	return best;
}

static u64 by_loading(u32 page)
{
	return n.page[page].loaded;
}

static u64 by_use(u32 page)
{
	return n.page[page].used;
}

static u64 by_count(u32 page)
{
	return (u64)n.page[page].count << 32 | n.page[page].used;
}

/* The furthest next use first; of pages without one the lowest number. */
static u64 by_future(u32 page)
{
	for (u32 i = n.now + 1; i < n.nr; i++) {
		if (n.trace[i].page == page)
			return NONE - i;
	}
	return 0;
}

static u32 share(enum mctl_replace_param param, u32 at_least)
{
	u32 part = n.frames * n.config->param[param] / 100;

	return part < at_least ? at_least : part;
}

/* --- those that choose by one number ------------------------------------------------------ */

static void load_with(u32 page, u64 (*key)(u32 page))
{
	if (full()) {
		u32 victim = least(key);

		evict(victim);
		if (n.config->policy == MCTL_REPLACE_LFU && n.config->param[MCTL_REPLACE_FORGET])
			n.page[victim].count = 0;
	}
	n.page[page].loaded = n.now;
}

static void fifo(u32 page, bool hit)
{
	if (!hit)
		load_with(page, by_loading);
}

static void lru(u32 page, bool hit)
{
	if (!hit)
		load_with(page, by_use);
	n.page[page].used = n.now;
}

static void lfu(u32 page, bool hit)
{
	if (!hit)
		load_with(page, by_count);
	n.page[page].used = n.now;
	n.page[page].count++;
}

static void opt(u32 page, bool hit)
{
	if (!hit)
		load_with(page, by_future);
}

static void ws(u32 page, bool hit)
{
	if (!hit)
		load_with(page, by_use);
	n.page[page].used = n.now;
}

/* --- rings: the hand is a number of a place ------------------------------------------------ */

static void ring_forward(void)
{
	n.hand = (n.hand + 1) % n.nr_ring;
}

static void ring_replace(u32 page)
{
	evict(n.ring[n.hand]);
	n.ring[n.hand] = page;
	ring_forward();
}

static void clock(u32 page, bool hit)
{
	if (hit) {
		n.page[page].referenced = true;
		return;
	}
	n.page[page].referenced = n.config->param[MCTL_REPLACE_FRESH];
	if (!full()) {
		n.ring[n.nr_ring++] = page;
		return;
	}
	for (; n.page[n.ring[n.hand]].referenced; ring_forward())
		n.page[n.ring[n.hand]].referenced = false;
	ring_replace(page);
}

/*
 * Go round once; the hand stays at an old clean page.
 * Return: 1 if there is one, -1 if old pages were written, else 0.
 */
static int wsclock_round(void)
{
	int result = 0;

	for (u32 i = 0; i < n.nr_ring; i++, ring_forward()) {
		struct known *known = &n.page[n.ring[n.hand]];

		if (known->referenced) {
			known->referenced = false;
			known->used = n.now;
		} else if (n.now - known->used > n.window) {
			if (!known->dirty)
				return 1;
			clean(n.ring[n.hand]);
			result = -1;
		}
	}
	return result;
}

static void wsclock(u32 page, bool hit)
{
	int found;

	n.page[page].referenced = true;
	if (hit)
		return;
	n.page[page].used = n.now;
	if (!full()) {
		n.ring[n.nr_ring++] = page;
		return;
	}
	found = wsclock_round();
	if (found < 0)
		found = wsclock_round();
	for (u32 i = 0; !found && i < n.nr_ring; i++) {
		if (!n.page[n.ring[n.hand]].dirty)
			break;
		ring_forward();
	}
	ring_replace(page);
}

static void sieve(u32 page, bool hit)
{
	struct row *row = &n.row[0];

	if (hit) {
		n.page[page].referenced = true;
		return;
	}
	if (full()) {
		for (; n.page[row->page[n.hand]].referenced; n.hand = (n.hand + 1) % row->nr)
			n.page[row->page[n.hand]].referenced = false;
		evict(row->page[n.hand]);
		row_remove_at(row, n.hand);
		/* At the newest page the next round begins, whatever comes in behind it. */
		if (n.hand == row->nr)
			n.hand = 0;
	}
	n.page[page].referenced = false;
	row_add(row, page);
}

/* --- nru and aging: a row in which pages of equal value keep their order ------------------- */

static u32 value_of(u32 page)
{
	const struct known *known = &n.page[page];

	if (n.config->policy == MCTL_REPLACE_NRU)
		return 2 * known->referenced + (known->age & 1);
	return known->referenced << n.config->param[MCTL_REPLACE_BITS] | known->age;
}

static void sort_by_value(struct row *row)
{
	for (u32 i = 1; i < row->nr; i++) {
		for (u32 j = i; j && value_of(row->page[j - 1]) > value_of(row->page[j]); j--) {
			u32 page = row->page[j];

			row->page[j] = row->page[j - 1];
			row->page[j - 1] = page;
		}
	}
}

static void value_tick(void)
{
	if (!n.now || n.now % n.tick)
		return;
	sort_by_value(&n.row[0]);
	for (u32 i = 0; i < n.row[0].nr; i++) {
		struct known *known = &n.page[n.row[0].page[i]];

		if (n.config->policy == MCTL_REPLACE_AGING)
			known->age = value_of(n.row[0].page[i]) >> 1;
		known->referenced = false;
	}
}

/* For nru, the age is the dirty bit. */
static void by_value(u32 page, bool hit)
{
	struct row *row = &n.row[0];
	u32 before = hit ? value_of(page) : NONE;

	if (!hit && full()) {
		u32 victim = row->page[0];

		for (u32 i = 1; i < row->nr; i++) {
			if (value_of(row->page[i]) < value_of(victim))
				victim = row->page[i];
		}
		evict(victim);
		row_remove(row, victim);
	}
	if (!hit)
		n.page[page].age = 0;
	n.page[page].referenced = true;
	if (n.config->policy == MCTL_REPLACE_NRU)
		n.page[page].age = n.page[page].dirty;
	if (value_of(page) != before)
		row_renew(row, page);
}

/* --- rows of ghosts ----------------------------------------------------------------------- */

static void q2(u32 page, bool hit)
{
	struct row *in = &n.row[0], *out = &n.row[1], *main = &n.row[2];
	bool ghost;

	if (hit) {
		if (row_has(main, page))
			row_renew(main, page);
		return;
	}
	ghost = row_remove(out, page);
	if (full() && (in->nr > share(MCTL_REPLACE_IN, 1) || !main->nr)) {
		row_add(out, in->page[0]);
		evict(row_first(in));
		if (out->nr > share(MCTL_REPLACE_OUT, 1))
			row_first(out);
	} else if (full()) {
		evict(row_first(main));
	}
	row_add(ghost ? main : in, page);
}

/* Return: true if a page was evicted; all others have gone on to the main row. */
static bool s3_evict_small(void)
{
	struct row *small = &n.row[0], *main = &n.row[1], *ghosts = &n.row[2];
	u32 limit = share(MCTL_REPLACE_GHOST, !!n.config->param[MCTL_REPLACE_GHOST]);

	while (small->nr) {
		u32 page = row_first(small);

		if (n.page[page].count < n.config->param[MCTL_REPLACE_MOVES]) {
			evict(page);
			row_add(ghosts, page);
			if (ghosts->nr > limit)
				row_first(ghosts);
			return true;
		}
		n.page[page].count = 0;
		row_add(main, page);
	}
	return false;
}

static void s3_evict_main(void)
{
	struct row *main = &n.row[1];

	for (; n.page[main->page[0]].count; row_renew(main, main->page[0]))
		n.page[main->page[0]].count--;
	evict(row_first(main));
}

static void s3fifo(u32 page, bool hit)
{
	struct row *small = &n.row[0], *main = &n.row[1], *ghosts = &n.row[2];
	bool ghost;

	if (hit) {
		n.page[page].count += n.page[page].count < 3;
		return;
	}
	ghost = row_remove(ghosts, page);
	if (full() && (small->nr < share(MCTL_REPLACE_SMALL, 1) || !s3_evict_small()))
		s3_evict_main();
	n.page[page].count = 0;
	row_add(ghost ? main : small, page);
}

/* --- arc and car -------------------------------------------------------------------------- */

static void adapt(bool to_t1)
{
	u64 b1 = n.row[1].nr, b2 = n.row[3].nr, one = 1ULL << 32, most = n.frames * one;
	u64 by = to_t1 ? b2 * one / b1 : b1 * one / b2;

	if (by < one)
		by = one;
	if (to_t1)
		n.target = n.target + by > most ? most : n.target + by;
	else
		n.target = n.target > by ? n.target - by : 0;
}

static void arc_replace(bool in_b2)
{
	struct row *t1 = &n.row[0], *b1 = &n.row[1], *t2 = &n.row[2], *b2 = &n.row[3];
	u64 have = (u64)t1->nr << 32;
	bool first = t1->nr && (have > n.target || (in_b2 && have == n.target));

	if (!t2->nr)
		first = true;
	row_add(first ? b1 : b2, (first ? t1 : t2)->page[0]);
	evict(row_first(first ? t1 : t2));
}

static void arc(u32 page, bool hit)
{
	struct row *t1 = &n.row[0], *b1 = &n.row[1], *t2 = &n.row[2], *b2 = &n.row[3];

	if (hit) {
		row_remove(t1, page);
		row_renew(t2, page);
	} else if (row_has(b1, page) || row_has(b2, page)) {
		bool in_b2 = row_has(b2, page);

		adapt(!in_b2);
		arc_replace(in_b2);
		row_remove(b1, page);
		row_remove(b2, page);
		row_add(t2, page);
	} else {
		if (t1->nr + b1->nr == n.frames) {
			if (t1->nr < n.frames) {
				row_first(b1);
				arc_replace(false);
			} else {
				evict(row_first(t1));
			}
		} else if (t1->nr + b1->nr + t2->nr + b2->nr >= n.frames) {
			if (t1->nr + b1->nr + t2->nr + b2->nr == 2 * n.frames)
				row_first(b2);
			arc_replace(false);
		}
		row_add(t1, page);
	}
}

static void car_replace(void)
{
	struct row *t1 = &n.row[0], *b1 = &n.row[1], *t2 = &n.row[2], *b2 = &n.row[3];
	u64 want = n.target > 1ULL << 32 ? n.target : 1ULL << 32;

	for (;;) {
		bool first = ((u64)t1->nr << 32 >= want && t1->nr) || !t2->nr;
		u32 page = row_first(first ? t1 : t2);

		if (!n.page[page].referenced) {
			evict(page);
			row_add(first ? b1 : b2, page);
			return;
		}
		n.page[page].referenced = false;
		row_add(t2, page);
	}
}

static void car(u32 page, bool hit)
{
	struct row *t1 = &n.row[0], *b1 = &n.row[1], *t2 = &n.row[2], *b2 = &n.row[3];
	bool known = row_has(b1, page) || row_has(b2, page);

	if (hit) {
		n.page[page].referenced = true;
		return;
	}
	if (full()) {
		car_replace();
		if (!known && t1->nr + b1->nr == n.frames)
			row_first(b1);
		else if (!known && t1->nr + t2->nr + b1->nr + b2->nr == 2 * n.frames)
			row_first(b2);
	}
	n.page[page].referenced = false;
	if (known)
		adapt(row_has(b1, page));
	row_remove(b1, page);
	row_remove(b2, page);
	row_add(known ? t2 : t1, page);
}

/* --- lirs: S and Q of the paper, and the ghosts in the order of their eviction ------------- */

static void lirs_prune(void)
{
	struct row *s = &n.row[0], *ghosts = &n.row[2];

	while (s->nr && !n.page[s->page[0]].lir)
		row_remove(ghosts, row_first(s));
}

static u32 nr_lir(void)
{
	u32 nr = 0;

	for (u32 page = 0; page < n.config->nr_pages; page++)
		nr += n.page[page].lir;
	return nr;
}

static void lirs_make_lir(u32 page, u32 limit)
{
	struct row *s = &n.row[0], *q = &n.row[1];

	n.page[page].lir = true;
	row_renew(s, page);
	if (nr_lir() > limit) {
		u32 bottom = row_first(s);

		n.page[bottom].lir = false;
		row_add(q, bottom);
	}
	lirs_prune();
}

static void lirs(u32 page, bool hit)
{
	struct row *s = &n.row[0], *q = &n.row[1], *ghosts = &n.row[2];
	u32 limit = n.frames - share(MCTL_REPLACE_HIR, 1);

	if (!hit && full()) {
		u32 front = row_first(q);

		evict(front);
		if (row_has(s, front))
			row_add(ghosts, front);
	}
	row_remove(ghosts, page);
	if (n.page[page].lir) {
		row_renew(s, page);
		lirs_prune();
	} else if (row_has(s, page) || (!hit && nr_lir() < limit)) {
		row_remove(q, page);
		lirs_make_lir(page, limit);
	} else {
		row_renew(q, page);
		if (limit)
			row_renew(s, page);
	}
	while (s->nr > 2 * n.frames && ghosts->nr)
		row_remove(s, row_first(ghosts));
}

/* --- gen: the victim has the least generation, then the least order ------------------------ */

static u64 by_generation(u32 page)
{
	return (u64)n.page[page].generation << 32 | n.page[page].order;
}

static void gen_put(u32 page, u32 generation)
{
	n.page[page].generation = generation;
	n.page[page].order = n.order++;
}

static void gen(u32 page, bool hit)
{
	u32 middle = n.oldest + 1;

	if (hit) {
		n.page[page].referenced = true;
		return;
	}
	if (full()) {
		u32 at;

		for (;;) {
			at = least(by_generation);
			/* Whatever is the least is the oldest one; two follow. */
			middle = n.page[at].generation + 1;
			if (!n.page[at].referenced)
				break;
			n.page[at].referenced = false;
			gen_put(at, n.page[at].promoted ? middle + 1 : middle);
			n.page[at].promoted = true;
		}
		evict(at);
	}
	n.oldest = middle - 1;
	n.page[page].referenced = false;
	n.page[page].promoted = false;
	gen_put(page, middle);
}

/* --- a run -------------------------------------------------------------------------------- */

static void before(void)
{
	if (n.config->policy == MCTL_REPLACE_NRU || n.config->policy == MCTL_REPLACE_AGING)
		value_tick();
	if (n.config->policy != MCTL_REPLACE_WS)
		return;
	while (n.nr_in && n.now - n.page[least(by_use)].used > n.window)
		evict(least(by_use));
}

void naive_run(const struct mctl_replace_config *config, const struct reference *trace, u32 nr,
	       struct naive_log *log)
{
	static void (*const policies[])(u32 page, bool hit) = {
		[MCTL_REPLACE_FIFO] = fifo,	 [MCTL_REPLACE_CLOCK] = clock,
		[MCTL_REPLACE_NRU] = by_value,	 [MCTL_REPLACE_LRU] = lru,
		[MCTL_REPLACE_AGING] = by_value, [MCTL_REPLACE_LFU] = lfu,
		[MCTL_REPLACE_WS] = ws,		 [MCTL_REPLACE_WSCLOCK] = wsclock,
		[MCTL_REPLACE_2Q] = q2,		 [MCTL_REPLACE_ARC] = arc,
		[MCTL_REPLACE_CAR] = car,	 [MCTL_REPLACE_LIRS] = lirs,
		[MCTL_REPLACE_GEN] = gen,	 [MCTL_REPLACE_SIEVE] = sieve,
		[MCTL_REPLACE_S3FIFO] = s3fifo,	 [MCTL_REPLACE_OPT] = opt,
	};

	memset(&n, 0, sizeof(n));
	memset(log, 0, sizeof(*log));
	n.config = config;
	n.trace = trace;
	n.log = log;
	n.nr = nr;
	n.frames = config->frames;
	n.tick = config->param[MCTL_REPLACE_TICK] ? config->param[MCTL_REPLACE_TICK] : n.frames;
	n.window = config->param[MCTL_REPLACE_WINDOW];
	if (!n.window)
		n.window = 10 * n.frames;
	for (n.now = 0; n.now < nr; n.now++) {
		u32 page = trace[n.now].page;
		bool hit;

		before();
		hit = n.page[page].in;
		n.page[page].dirty |= trace[n.now].write;
		policies[config->policy](page, hit);
		n.nr_in += !hit;
		n.page[page].in = true;
		log->fault[n.now] = !hit;
		log->faults += !hit;
	}
}
