// SPDX-License-Identifier: GPL-2.0
/*
 * Models of TLBs (core/tlb.h) in an arena. Each has a name, and is either fed
 * with the addresses of a trace or bound to a region, which reports the
 * accesses to it.
 *
 * The page tables that a miss of a fed model walks are a model, too: every
 * address that the format translates is mapped to itself, by pages of one size.
 * So a walk reads one entry for each level from the root down to the level of
 * that page, and an address that is not canonical is a fault.
 *
 * A model that is bound to a region finds the page that the region's shadow
 * has, of the same size if the format and the arrays allow it. With formats of
 * 32 bits, the offset in the region serves as the address. When the region
 * unmaps or changes a page, the entry is invalidated, as in the processor's TLB.
 * A model is bound by name: a region that was removed reports no accesses, but
 * another one with its name does.
 *
 * Invariants, tested by mctl_tlbs_check():
 *
 * I1  arena->tlbs->nr models are listed, at most MAX_MODELS, and
 *     spaces.nr_followers of them are bound to a region.
 * I2  A valid entry of a model that is not bound has the model's page size, and
 *     leads where the walk does: to the page itself.
 * For the invariants of a single model see core/tlb.c.
 *
 * Lock: arena->tlbs->lock protects the list and all models; no lock is taken
 * under it. It nests inside the family lock of the region that is accessed.
 */
#include <linux/ctype.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "host/error.h"
#include "host/flip.h"
#include "host/host.h"
#include "models/tlb.h"
#include "spaces/space.h"
#include "spaces/space_follow.h"

#define MAX_MODELS  32
#define MAX_ENTRIES 65536
/* Up to so many pages are invalidated one by one; for more, all is flushed, as Linux does. */
#define MAX_INVALIDATED 33

/**
 * struct mctl_tlbs - the models of an arena
 * @lock: protects all fields here; leaf
 * @list: struct model
 * @ids: ids of the models on @list
 * @nr: number of models
 */
struct mctl_tlbs {
	struct mutex lock;
	struct list_head list;
	struct mctl_ids ids;
	u32 nr;
};

/**
 * struct model - a TLB with the tables that it walks; protected by arena->tlbs->lock
 * @list: entry of arena->tlbs->list
 * @id: in arena->tlbs->ids
 * @tlb: the TLB
 * @storage: its storage
 * @size: bytes of @storage
 * @params: parameters that it was made with
 * @reads: table entries that a walk reads
 * @name: of the model
 */
struct model {
	struct list_head list;
	struct mctl_id id;
	struct mctl_tlb tlb;
	void *storage;
	size_t size;
	struct mctl_tlb_params params;
	u32 reads;
	char name[MEMCTL_NAME_MAX + 1];
};

static struct model *find(struct mctl_arena *arena, const char *name)
{
	struct model *model;

	lockdep_assert_held(&arena->tlbs->lock);
	list_for_each_entry(model, &arena->tlbs->list, list) {
		if (!strcmp(model->name, name))
			return model;
	}
	return NULL;
}

/* Find a model by name and take the lock. Return: NULL, without the lock, if there is none. */
static struct model *lock_model(struct mctl_arena *arena, const char *name,
				struct mctl_error *error)
{
	struct model *model;

	mutex_lock(&arena->tlbs->lock);
	model = find(arena, name);
	if (model)
		return model;
	mutex_unlock(&arena->tlbs->lock);
	mctl_fail(error, -ENOENT, "no TLB model %s in arena %s", name, arena->name);
	return NULL;
}

/* --- walks -------------------------------------------------------------------------------- */

/* Entries that a walk to a page of this size reads; 0 if the format has no such pages. */
static u32 count_reads(const struct mctl_ptable_format *format, u32 page)
{
	for (u32 level = 1; level <= format->nr_levels; level++) {
		if (format->level[level].leaf &&
		    format->level[level].shift == mctl_tlb_page_shift(page))
			return format->nr_levels - level + 1;
	}
	return 0;
}

static int walk(void *context, u32 space, u64 address, bool write,
		struct mctl_tlb_translation *translation)
{
	const struct model *model = context;
	u32 shift = mctl_tlb_page_shift(model->params.page);

	if (!mctl_ptable_canonical(model->params.kind->format, address))
		return -EFAULT;
	*translation = (struct mctl_tlb_translation){
		.pfn = address >> shift << (shift - MCTL_PT_PAGE_SHIFT),
		.page = model->params.page,
		.reads = model->reads,
		.writable = true,
		.dirty = write,
	};
	return 0;
}

static bool is_bound(const struct model *model)
{
	return model->params.region[0];
}

static bool is_wide(const struct model *model)
{
	return model->params.kind->format->address_bits > 32;
}

/* Whether a model can hold pages of a given size. */
static bool has_page(const struct model *model, u32 page)
{
	const struct mctl_tlb_config *config = &model->params.config;
	u32 pages = 0;

	for (u32 i = 0; i < config->nr_arrays; i++)
		pages |= config->array[i].pages;
	return pages & BIT(page) && count_reads(model->params.kind->format, page);
}

/**
 * struct touched - what a bound model's walk finds
 * @model: the model
 * @touch: the access
 */
struct touched {
	const struct model *model;
	const struct mctl_space_touch *touch;
};

static int walk_touched(void *context, u32 space, u64 address, bool write,
			struct mctl_tlb_translation *translation)
{
	const struct touched *touched = context;
	const struct mctl_space_touch *touch = touched->touch;
	const struct mctl_ptable_format *format = touched->model->params.kind->format;
	bool large = touch->large && has_page(touched->model, MCTL_TLB_2M);
	u32 page = large ? MCTL_TLB_2M : MCTL_TLB_4K;
	u32 shift = mctl_tlb_page_shift(page) - MCTL_PT_PAGE_SHIFT;

	if (!mctl_ptable_canonical(format, address))
		return -EFAULT;
	*translation = (struct mctl_tlb_translation){
		.pfn = touch->pfn >> shift << shift,
		.page = page,
		.reads = count_reads(format, page),
		.writable = touch->writable,
		.dirty = write || touch->dirty,
	};
	return 0;
}

/* --- make and remove ---------------------------------------------------------------------- */

static int check_name(const char *name, struct mctl_error *error)
{
	size_t length = strlen(name);
	bool good = length >= 1 && length <= MEMCTL_NAME_MAX;

	for (size_t i = 0; good && i < length; i++)
		good = isascii(name[i]) && (isalnum(name[i]) || strchr("_.-", name[i]));
	if (good)
		return 0;
	return mctl_fail(error, -EINVAL,
			 "name of a TLB model: 1 to %u letters, digits, '_', '.' and '-'",
			 MEMCTL_NAME_MAX);
}

static int check_params(const struct mctl_tlb_params *params, struct mctl_error *error)
{
	const struct mctl_tlb_config *config = &params->config;
	const char *wrong = mctl_tlb_config_error(config);
	u32 nr_entries = 0, pages = 0;

	if (wrong)
		return mctl_fail(error, -EINVAL, "TLB model: %s", wrong);
	for (u32 i = 0; i < config->nr_arrays; i++) {
		nr_entries += mctl_tlb_nr_entries(&config->array[i]);
		pages |= config->array[i].pages;
	}
	if (nr_entries > MAX_ENTRIES)
		return mctl_fail(error, -ERANGE, "TLB model: %u entries, at most %u", nr_entries,
				 MAX_ENTRIES);
	if (!(pages & BIT(params->page)))
		return mctl_fail(error, -EINVAL, "TLB model: no array holds the pages in use");
	if (params->region[0] && params->page != MCTL_TLB_4K)
		return mctl_fail(error, -EINVAL,
				 "TLB model: region %s says how large its pages are",
				 params->region);
	if (!count_reads(params->kind->format, params->page))
		return mctl_fail(error, -EINVAL, "TLB model: format %s has no such pages",
				 params->kind->name);
	return 0;
}

static void free_model(struct mctl_arena *arena, struct model *model)
{
	mctl_arena_meta_free(arena, model->storage, model->size);
	mctl_arena_meta_free(arena, model, sizeof(*model));
}

static struct model *create(struct mctl_arena *arena, const char *name,
			    const struct mctl_tlb_params *params)
{
	struct model *model = mctl_arena_meta_alloc(arena, sizeof(*model));

	if (!model)
		return NULL;
	model->params = *params;
	model->reads = count_reads(params->kind->format, params->page);
	strscpy(model->name, name, sizeof(model->name));
	model->size = mctl_tlb_size(&params->config);
	model->storage = mctl_arena_meta_alloc(arena, model->size);
	if (!model->storage || mctl_tlb_init(&model->tlb, &params->config, model->storage)) {
		free_model(arena, model);
		return NULL;
	}
	return model;
}

/**
 * mctl_tlb_add() - make a model of a TLB
 * @arena: the arena that lists it, and accounts its storage as metadata
 * @name: 1 to MEMCTL_NAME_MAX letters, digits, '_', '.' and '-'
 * @params: its shape, and what it walks
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0; -EINVAL for a bad name or shape, -ERANGE for more than 65536 entries, -ENOENT if
 * there is no such region for processes, -EEXIST, -ENOSPC if there are 32 already, -ENOMEM.
 */
int mctl_tlb_add(struct mctl_arena *arena, const char *name, const struct mctl_tlb_params *params,
		 struct mctl_error *error)
{
	struct model *model;
	int ret = check_name(name, error);

	if (!ret)
		ret = check_params(params, error);
	if (!ret && params->region[0] && !mctl_space_exists(arena, params->region))
		ret = mctl_fail(error, -ENOENT, "arena %s has no region %s for processes",
				arena->name, params->region);
	if (ret)
		return ret;
	mutex_lock(&arena->tlbs->lock);
	if (find(arena, name)) {
		ret = mctl_fail(error, -EEXIST, "TLB model %s exists in arena %s", name,
				arena->name);
	} else if (arena->tlbs->nr >= MAX_MODELS) {
		ret = mctl_fail(error, -ENOSPC, "arena %s has %u TLB models, the most there can be",
				arena->name, MAX_MODELS);
	} else {
		model = create(arena, name, params);
		if (model) {
			mctl_ids_add(&arena->tlbs->ids, &model->id);
			list_add_tail(&model->list, &arena->tlbs->list);
			arena->tlbs->nr++;
			mctl_space_follow(arena, is_bound(model));
			mctl_arena_touch(arena);
		} else {
			ret = mctl_fail(error, -ENOMEM, "TLB model %s: no memory for its entries",
					name);
		}
	}
	mutex_unlock(&arena->tlbs->lock);
	return ret;
}

static void remove(struct mctl_arena *arena, struct model *model)
{
	mctl_ids_del(&arena->tlbs->ids, &model->id);
	list_del(&model->list);
	arena->tlbs->nr--;
	mctl_space_follow(arena, -is_bound(model));
	free_model(arena, model);
	mctl_arena_touch(arena);
}

/**
 * mctl_tlb_del() - remove a model
 * @arena: the arena
 * @name: of the model
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0, or -ENOENT.
 */
int mctl_tlb_del(struct mctl_arena *arena, const char *name, struct mctl_error *error)
{
	struct model *model = lock_model(arena, name, error);

	if (!model)
		return -ENOENT;
	remove(arena, model);
	mutex_unlock(&arena->tlbs->lock);
	return 0;
}

/**
 * mctl_tlbs_create() - set up the empty list of models of a new arena
 * @arena: the arena
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int mctl_tlbs_create(struct mctl_arena *arena)
{
	arena->tlbs = mctl_arena_meta_alloc(arena, sizeof(*arena->tlbs));
	if (!arena->tlbs)
		return -ENOMEM;
	mutex_init(&arena->tlbs->lock);
	INIT_LIST_HEAD(&arena->tlbs->list);
	return 0;
}

/**
 * mctl_tlbs_destroy() - remove all models
 * @arena: the arena, which may have no list of models; nobody else uses it any more
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 */
void mctl_tlbs_destroy(struct mctl_arena *arena)
{
	struct model *model, *next;

	if (!arena->tlbs)
		return;
	mutex_lock(&arena->tlbs->lock);
	list_for_each_entry_safe(model, next, &arena->tlbs->list, list)
		remove(arena, model);
	mutex_unlock(&arena->tlbs->lock);
	mctl_arena_meta_free(arena, arena->tlbs, sizeof(*arena->tlbs));
	arena->tlbs = NULL;
}

/* --- use ---------------------------------------------------------------------------------- */

/**
 * mctl_tlb_clear() - reset a model: no valid entry, all counters 0
 * @arena: the arena
 * @name: of the model
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0, or -ENOENT.
 */
int mctl_tlb_clear(struct mctl_arena *arena, const char *name, struct mctl_error *error)
{
	struct model *model = lock_model(arena, name, error);

	if (!model)
		return -ENOENT;
	mctl_tlb_reset(&model->tlb);
	mctl_arena_touch(arena);
	mutex_unlock(&arena->tlbs->lock);
	return 0;
}

/**
 * mctl_tlb_feed() - feed accesses to a model
 * @arena: the arena
 * @name: of the model
 * @accesses: the accesses, in order; a change of the address space is a switch
 * @nr: number of accesses
 * @error: text on failure; may be NULL
 *
 * A page that the walk does not reach is counted as a fault, and the next access follows.
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0; -ENOENT; -EINVAL for an unknown flag, the address space U32_MAX, or a model that is
 * bound to a region; then none of @accesses was fed.
 */
int mctl_tlb_feed(struct mctl_arena *arena, const char *name,
		  const struct memctl_tlb_access *accesses, u32 nr, struct mctl_error *error)
{
	struct mctl_tlb_translation translation;
	struct mctl_tlb_walker walker = { .walk = walk };
	struct model *model;

	for (u32 i = 0; i < nr; i++) {
		if (accesses[i].flags & ~MEMCTL_TLB_FLAG_WRITE)
			return mctl_fail(error, -EINVAL, "access %u: unknown flags 0x%x", i,
					 accesses[i].flags);
		if (accesses[i].space == MCTL_TLB_NO_SPACE)
			return mctl_fail(error, -EINVAL, "access %u: address spaces are below %u",
					 i, MCTL_TLB_NO_SPACE);
	}
	model = lock_model(arena, name, error);
	if (!model)
		return -ENOENT;
	if (is_bound(model)) {
		mutex_unlock(&arena->tlbs->lock);
		return mctl_fail(error, -EINVAL, "TLB model %s is told by region %s alone", name,
				 model->params.region);
	}
	walker.context = model;
	for (u32 i = 0; i < nr; i++) {
		mctl_tlb_switch(&model->tlb, accesses[i].space);
		mctl_tlb_access(&model->tlb, accesses[i].address,
				accesses[i].flags & MEMCTL_TLB_FLAG_WRITE, &walker, &translation);
		cond_resched();
	}
	mctl_arena_touch(arena);
	mutex_unlock(&arena->tlbs->lock);
	return 0;
}

/* Report an access to a region to the models that are bound to it. */
static void touch_region(struct mctl_arena *arena, const struct mctl_space_touch *touch)
{
	struct mctl_tlb_translation translation;
	struct touched touched = { .touch = touch };
	struct mctl_tlb_walker walker = { .walk = walk_touched, .context = &touched };
	struct model *model;

	mutex_lock(&arena->tlbs->lock);
	list_for_each_entry(model, &arena->tlbs->list, list) {
		if (strcmp(model->params.region, touch->region))
			continue;
		touched.model = model;
		mctl_tlb_switch(&model->tlb, 0);
		mctl_tlb_access(&model->tlb, is_wide(model) ? touch->address : touch->offset,
				touch->write, &walker, &translation);
	}
	mutex_unlock(&arena->tlbs->lock);
}

/* Invalidate a part of a region in the models that are bound to it. */
static void forget_region(struct mctl_arena *arena, const char *region, u64 address, u64 offset,
			  u32 nr)
{
	struct model *model;

	mutex_lock(&arena->tlbs->lock);
	list_for_each_entry(model, &arena->tlbs->list, list) {
		u64 first = is_wide(model) ? address : offset;

		if (strcmp(model->params.region, region))
			continue;
		if (nr > MAX_INVALIDATED)
			mctl_tlb_flush(&model->tlb, true);
		for (u32 i = 0; nr <= MAX_INVALIDATED && i < nr; i++)
			mctl_tlb_invalidate_page(&model->tlb, 0, first + ((u64)i << PAGE_SHIFT));
	}
	mutex_unlock(&arena->tlbs->lock);
}

static const struct mctl_space_follower follower = {
	.touch = touch_region,
	.forget = forget_region,
};

/**
 * mctl_tlbs_init() - register for the accesses to regions for processes
 *
 * Context: Process context, at module init, before the first arena is made.
 */
void mctl_tlbs_init(void)
{
	mctl_space_set_follower(&follower);
}

static void fill_info(const struct model *model, struct mctl_tlb_info *info)
{
	memset(info, 0, sizeof(*info));
	strscpy(info->name, model->name, sizeof(info->name));
	info->params = model->params;
	info->stats = model->tlb.stats;
	for (u32 level = 0; level <= MCTL_TLB_MAX_LEVELS; level++)
		info->cycles[level] = mctl_tlb_cycles(&model->tlb, level);
	for (u32 i = 0; i < model->params.config.nr_arrays; i++)
		info->nr_valid[i] = model->tlb.array[i].nr_valid;
}

/**
 * mctl_tlb_info() - describe a model
 * @arena: the arena
 * @name: of the model
 * @info: filled
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0, or -ENOENT.
 */
int mctl_tlb_info(struct mctl_arena *arena, const char *name, struct mctl_tlb_info *info)
{
	struct model *model = lock_model(arena, name, NULL);

	if (!model)
		return -ENOENT;
	fill_info(model, info);
	mutex_unlock(&arena->tlbs->lock);
	return 0;
}

/**
 * mctl_tlb_info_from() - describe the model with the lowest id not below a given one
 * @arena: the arena
 * @id: the lowest id to return; set to the model's. Ids grow, and are never reused.
 * @info: filled
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0, or -ENOENT if there are no more.
 */
int mctl_tlb_info_from(struct mctl_arena *arena, u64 *id, struct mctl_tlb_info *info)
{
	struct mctl_id *found;

	mutex_lock(&arena->tlbs->lock);
	found = mctl_ids_from(&arena->tlbs->ids, *id);
	if (found) {
		fill_info(container_of(found, struct model, id), info);
		*id = found->value;
	}
	mutex_unlock(&arena->tlbs->lock);
	return found ? 0 : -ENOENT;
}

/* I2 */
static void check_entries(const struct model *model, struct mctl_report *report)
{
	u32 shift = mctl_tlb_page_shift(model->params.page) - MCTL_PT_PAGE_SHIFT;
	const struct mctl_tlb *tlb = &model->tlb;

	for (u32 number = 0; number < tlb->config.nr_arrays; number++) {
		const struct mctl_tlb_array *array = &tlb->array[number];

		for (u32 i = 0; i < mctl_tlb_nr_entries(&array->config); i++) {
			const struct mctl_tlb_entry *entry = &array->entry[i];

			if (!entry->valid)
				continue;
			mctl_report_expect(report, "tlbs I2", "entry", i, "size of page",
					   model->params.page, entry->translation.page);
			mctl_report_expect(report, "tlbs I2", "entry", i, "frame",
					   entry->number << shift, entry->translation.pfn);
		}
		cond_resched();
	}
}

/**
 * mctl_tlbs_check() - test the invariants of the models
 * @arena: the arena
 * @report: gets what is broken
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 */
void mctl_tlbs_check(struct mctl_arena *arena, struct mctl_report *report)
{
	struct model *model;
	u32 nr = 0, nr_bound = 0;

	mutex_lock(&arena->tlbs->lock);
	list_for_each_entry(model, &arena->tlbs->list, list) {
		mctl_tlb_check(&model->tlb, report);
		if (!is_bound(model))
			check_entries(model, report);
		nr++;
		nr_bound += is_bound(model);
	}
	mctl_report_expect(report, "tlbs I1", "arena", arena->id, "TLB models", nr,
			   arena->tlbs->nr);
	mctl_report_expect(report, "tlbs I1", "arena", arena->id, "bound TLB models", nr_bound,
			   arena->spaces->nr_followers);
	mctl_report_expect(report, "tlbs I1", "arena", arena->id, "too many TLB models", false,
			   nr > MAX_MODELS);
	mutex_unlock(&arena->tlbs->lock);
}

/* In the first array of the first model; @index selects one of its valid entries. */
static int plant_entry(struct mctl_arena *arena, u32 site, u64 index, u32 bit,
		       struct mctl_error *error)
{
	struct model *model = list_first_entry_or_null(&arena->tlbs->list, struct model, list);
	struct mctl_tlb_array *array;

	if (!model)
		return mctl_fail(error, -ENOENT, "arena %s has no TLB model", arena->name);
	array = &model->tlb.array[0];
	if (site == MEMCTL_PLANT_SITE_TLB_COUNT) {
		MCTL_FLIP(array->nr_valid, bit);
		return 0;
	}
	if (index >= mctl_tlb_nr_entries(&array->config) || !array->entry[index].valid)
		return mctl_fail(error, -ENOENT, "TLB model %s has no valid entry %llu",
				 model->name, index);
	if (site == MEMCTL_PLANT_SITE_TLB_PAGE)
		MCTL_FLIP(array->entry[index].number, bit);
	else
		MCTL_FLIP(array->entry[index].translation.pfn, bit);
	return 0;
}

/**
 * mctl_tlbs_plant() - flip a bit in the records of the models, for tests of mctl_tlbs_check()
 * @arena: the arena
 * @site: MEMCTL_PLANT_SITE_TLB_PAGE or a later one
 * @index: number of an entry
 * @bit: which, modulo the width of the field
 * @error: text on failure
 *
 * Context: Process context, may sleep. Takes arena->tlbs->lock.
 * Return: 0, or -ENOENT if there is no such entry.
 */
int mctl_tlbs_plant(struct mctl_arena *arena, u32 site, u64 index, u32 bit,
		    struct mctl_error *error)
{
	int ret = 0;

	mutex_lock(&arena->tlbs->lock);
	if (site == MEMCTL_PLANT_SITE_TLBS)
		MCTL_FLIP(arena->tlbs->nr, bit);
	else
		ret = plant_entry(arena, site, index, bit, error);
	mutex_unlock(&arena->tlbs->lock);
	return ret;
}
