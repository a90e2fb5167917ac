// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel code that holds memory of an arena. The tag of a block of pages that
 * no handle holds is the lower half of the address of the code that allocated it,
 * and a cache created by a module records that module's code. Objects are not
 * tagged: those of a module's cache are attributed to the creator of the cache,
 * and those of kmalloc to no one.
 *
 * A user is a module, identified by its name, which the kernel's symbol table
 * gives for each of its symbols; the kernel itself counts as one user. A module is
 * a user from its first memctl_arena_get() to its last memctl_arena_put(). What it
 * still holds then is a leak. It is reported in the log and by an event during the
 * last put, while the module's symbols can still be resolved; the names are
 * recorded, so that `memctl verify`, `page list --kernel` and the unload can print
 * them later.
 *
 * O1  users.list contains each user once, with the number of its gets minus puts.
 * O2  users.gone contains each caller once, and at most MAX_GONE callers.
 *
 * If the kernel has no symbol table, or the module was built without owner tags,
 * the owner of a block is unknown; it is a leak when there is no user. The same
 * holds for memory allocated by a module's init code, which the kernel frees
 * after the module has been loaded.
 *
 * Locks: users.lock (mutex), a leaf, for the lists. Blocks are read under
 * arena->resize (read) and handles.lock, and, to be certain of their owners, with
 * the machine stopped: a block's tag is set after its state, by code that is not
 * preempted in between.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <linux/string.h>
#include "arenas/owner.h"
#include "frames/frame.h"
#include "handles/handle.h"
#include "host/event.h"
#include "host/host.h"
#include "host/symbol.h"
#include "objects/cache.h"
#include "objects/kmalloc.h"

/* Maximum number of callers in one scan of all blocks, and of recorded callers of past users. */
#define MAX_CALLERS 256
#define MAX_GONE    64

/* Printed for a caller that was not recorded and is not in the symbol table any more. */
#define NOBODY "a caller that is not noted"

/**
 * struct mctl_user - a module that has got the arena and not yet put it
 * @list: in arena->users->list
 * @nr: gets without a put
 * @module: its name
 */
struct mctl_user {
	struct list_head list;
	u32 nr;
	char module[MCTL_SYMBOL_MODULE_SIZE];
};

/**
 * struct mctl_users - users in the kernel, and past ones with leaks
 * @lock: protects the lists; a leaf
 * @list: struct mctl_user
 * @gone: struct gone
 */
struct mctl_users {
	struct mutex lock;
	struct list_head list;
	struct list_head gone;
};

/**
 * struct gone - code of a past user that has leaked memory
 * @list: in arena->users->gone
 * @caller: its address
 * @symbol: its name, recorded at the last put
 */
struct gone {
	struct list_head list;
	u64 caller;
	char symbol[MCTL_SYMBOL_SIZE];
};

/**
 * struct holder - blocks of one caller
 * @caller: its address, or 0
 * @nr_blocks: number of blocks
 * @nr_frames: frames in all of them
 */
struct holder {
	u64 caller;
	u32 nr_blocks;
	u64 nr_frames;
};

/**
 * struct look - a scan of all blocks
 * @arena: the arena
 * @stopped: the machine is stopped
 * @nr: entries of @holders
 * @nr_left_out: blocks of callers that did not fit
 * @holders: one entry per caller
 */
struct look {
	struct mctl_arena *arena;
	bool stopped;
	u32 nr;
	u64 nr_left_out;
	struct holder holders[MAX_CALLERS];
};

/* --- symbols ------------------------------------------------------------------------------ */

/* @text may be NULL. */
static bool find_gone(struct mctl_arena *arena, u64 caller, char *text, size_t size)
{
	const struct gone *gone;
	bool found = false;

	mutex_lock(&arena->users->lock);
	list_for_each_entry(gone, &arena->users->gone, list) {
		if (gone->caller != caller)
			continue;
		if (text)
			strscpy(text, gone->symbol, size);
		found = true;
		break;
	}
	mutex_unlock(&arena->users->lock);
	return found;
}

/**
 * mctl_owner_symbol() - get the name of the code at an address
 * @arena: the arena of which it holds memory
 * @caller: its address; 0 for none
 * @text: set to the symbol; to MCTL_SYMBOL_GONE if the code was unloaded and not
 *	  recorded, since addresses are not disclosed
 * @size: bytes of @text, MCTL_SYMBOL_SIZE is enough
 *
 * Context: Process context, may sleep.
 * Return: false if @caller is 0.
 */
bool mctl_owner_symbol(struct mctl_arena *arena, u64 caller, char *text, size_t size)
{
	char module[MCTL_SYMBOL_MODULE_SIZE];

	text[0] = '\0';
	if (!caller)
		return false;
	if (!mctl_symbol_find(caller, text, size, module) && !find_gone(arena, caller, text, size))
		strscpy(text, MCTL_SYMBOL_GONE, size);
	return true;
}

/* Unlike other records, these are not subject to fault injection. */
static void *new_record(struct mctl_arena *arena, size_t size)
{
	void *record = kzalloc(size, GFP_KERNEL);

	if (record)
		atomic64_add(size, &arena->metadata);
	return record;
}

static void free_record(struct mctl_arena *arena, void *record, size_t size)
{
	if (record)
		atomic64_sub(size, &arena->metadata);
	kfree(record);
}

/* Record the name of code that has leaked memory, while it can still be resolved. */
static void note_gone(struct mctl_arena *arena, u64 caller, const char *symbol)
{
	struct gone *gone, *new = new_record(arena, sizeof(*new));
	u32 nr = 0;

	if (!new)
		return;
	new->caller = caller;
	/* A long symbol is cut, not the suffix. */
	snprintf(new->symbol, sizeof(new->symbol), "%.*s (gone)", MCTL_SYMBOL_SIZE - 8, symbol);
	mutex_lock(&arena->users->lock);
	list_for_each_entry(gone, &arena->users->gone, list) {
		nr++;
		if (gone->caller == caller)
			nr = MAX_GONE;
	}
	if (nr < MAX_GONE) {
		list_add_tail(&new->list, &arena->users->gone);
		new = NULL;
	}
	mutex_unlock(&arena->users->lock);
	free_record(arena, new, sizeof(*new));
}

/* --- users -------------------------------------------------------------------------------- */

/**
 * mctl_users_create() - set up the list of users of a new arena
 * @arena: the arena
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int mctl_users_create(struct mctl_arena *arena)
{
	arena->users = mctl_arena_meta_alloc(arena, sizeof(*arena->users));
	if (!arena->users)
		return -ENOMEM;
	mutex_init(&arena->users->lock);
	INIT_LIST_HEAD(&arena->users->list);
	INIT_LIST_HEAD(&arena->users->gone);
	return 0;
}

/**
 * mctl_users_destroy() - free the list of users
 * @arena: the arena, which is not used any more
 *
 * Context: Process context.
 */
void mctl_users_destroy(struct mctl_arena *arena)
{
	struct gone *gone, *next_gone;
	struct mctl_user *user, *next;

	if (!arena->users)
		return;
	list_for_each_entry_safe(user, next, &arena->users->list, list)
		kfree(user);
	list_for_each_entry_safe(gone, next_gone, &arena->users->gone, list)
		kfree(gone);
	mctl_arena_meta_free(arena, arena->users, sizeof(*arena->users));
	arena->users = NULL;
}

/* users.lock is held. */
static struct mctl_user *user_of(struct mctl_arena *arena, const char *module)
{
	struct mctl_user *user;

	list_for_each_entry(user, &arena->users->list, list)
		if (!strcmp(user->module, module))
			return user;
	return NULL;
}

static bool is_user(struct mctl_arena *arena, const char *module)
{
	bool is;

	mutex_lock(&arena->users->lock);
	is = user_of(arena, module);
	mutex_unlock(&arena->users->lock);
	return is;
}

/* The name of the module that contains an address, "" if it cannot be found. */
static void module_of(u64 caller, char *module)
{
	char symbol[MCTL_SYMBOL_SIZE];

	if (!mctl_symbol_find(caller, symbol, sizeof(symbol), module))
		module[0] = '\0';
}

/**
 * mctl_user_add() - count a get of a module
 * @arena: the arena
 * @module: its name
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_user_add(struct mctl_arena *arena, const char *module)
{
	struct mctl_user *user, *new = new_record(arena, sizeof(*new));

	if (!new)
		return -ENOMEM;
	strscpy(new->module, module, sizeof(new->module));
	mutex_lock(&arena->users->lock);
	user = user_of(arena, module);
	if (!user) {
		user = new;
		new = NULL;
		list_add_tail(&user->list, &arena->users->list);
	}
	user->nr++;
	atomic_inc(&arena->nr_users);
	mutex_unlock(&arena->users->lock);
	free_record(arena, new, sizeof(*new));
	return 0;
}

/* Count a put. Without a get left the list is emptied. Return: whether it was the module's last. */
static bool let_go(struct mctl_arena *arena, const char *module)
{
	struct mctl_user *user, *next;
	bool last = false, none;

	mutex_lock(&arena->users->lock);
	none = atomic_dec_and_test(&arena->nr_users);
	user = user_of(arena, module);
	if (user)
		last = !--user->nr;
	list_for_each_entry_safe(user, next, &arena->users->list, list) {
		/* An arena that one module got and another one put would leave a user for ever. */
		if (user->nr && !none)
			continue;
		list_del(&user->list);
		free_record(arena, user, sizeof(*user));
	}
	mutex_unlock(&arena->users->lock);
	return last || none;
}

/* --- blocks ------------------------------------------------------------------------------- */

/* H2 of handle.c: the tag of a handle's block is its slot. handles.lock is held. */
static bool has_handle(const struct mctl_arena *arena, u32 fn)
{
	const struct mctl_handles *handles = arena->handles;
	u32 number = arena->table.tag[fn];

	return number < handles->nr_slots && handles->slot[number].kind == MEMCTL_KIND_PAGE &&
	       handles->slot[number].fn == fn;
}

/*
 * Find the first block from @fn on that is in use and has no handle, among @most frames. An
 * impossible order, of a damaged state, is ignored. Return: its frame, or the span of the table.
 */
static u32 next_block(const struct mctl_arena *arena, u32 fn, u32 most)
{
	const struct mctl_table *table = &arena->table;
	u32 end = mctl_table_span(table);

	if (most < end - min(fn, end))
		end = fn + most;
	while (fn < end) {
		u8 state = READ_ONCE(table->state[fn]);
		unsigned int order = mctl_state_order(state);

		if (mctl_state_kind(state) == MCTL_KIND_USED && order <= MCTL_MAX_ORDER &&
		    !has_handle(arena, fn))
			return fn;
		fn++;
	}
	return end;
}

static void count_block(struct look *look, u32 fn)
{
	const struct mctl_table *table = &look->arena->table;
	u64 caller = mctl_owner_caller(READ_ONCE(table->tag[fn]));
	u32 i = 0;

	while (i < look->nr && look->holders[i].caller != caller)
		i++;
	if (i == MAX_CALLERS) {
		look->nr_left_out++;
		return;
	}
	if (i == look->nr)
		look->holders[look->nr++] = (struct holder){ .caller = caller };
	look->holders[i].nr_blocks++;
	look->holders[i].nr_frames += 1U << mctl_state_order(table->state[fn]);
}

static int look_at_all(void *context)
{
	struct look *look = context;
	u32 span = mctl_table_span(&look->arena->table), fn = 0, end;

	look->nr = 0;
	look->nr_left_out = 0;
	while (fn < span) {
		end = fn + min_t(u32, span - fn, MCTL_SECTION_FRAMES);
		fn = next_block(look->arena, fn, MCTL_SECTION_FRAMES);
		if (fn < end)
			count_block(look, fn++);
		if (!look->stopped)
			cond_resched();
	}
	return 0;
}

/**
 * mctl_owned_next() - find the next block that a user in the kernel holds, for dumps
 * @arena: the arena
 * @fn: the frame to start at; set to the frame to continue with
 * @owned: filled in
 *
 * A call scans a part of the arena only, so that the locks are not held for long.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EAGAIN if there was none in this part; -ENOENT at the end.
 */
int mctl_owned_next(struct mctl_arena *arena, u32 *fn, struct mctl_owned *owned)
{
	const struct mctl_zone *zone;
	u64 caller = 0;
	u32 at, span;
	int ret = 0;

	down_read(&arena->resize);
	mutex_lock(&arena->handles->lock);
	span = mctl_table_span(&arena->table);
	at = next_block(arena, *fn, MCTL_SECTION_FRAMES);
	if (at >= span) {
		ret = -ENOENT;
	} else if (at - *fn == MCTL_SECTION_FRAMES) {
		ret = -EAGAIN;
	} else {
		zone = &arena->zones[arena->table.section[at >> MCTL_SECTION_SHIFT].zone];
		caller = mctl_owner_caller(READ_ONCE(arena->table.tag[at]));
		*owned = (struct mctl_owned){
			.fn = at,
			.order = mctl_state_order(arena->table.state[at]),
			.node = zone->nid,
			.type = zone->type,
			.pfn = mctl_table_pfn(&arena->table, at),
			.address = (unsigned long)mctl_arena_address(arena, at),
		};
	}
	mutex_unlock(&arena->handles->lock);
	up_read(&arena->resize);
	*fn = at + !ret;
	if (!ret)
		mctl_owner_symbol(arena, caller, owned->symbol, sizeof(owned->symbol));
	return ret;
}

/* --- leaks -------------------------------------------------------------------------------- */

/* Count a leak. Return: its entry, or NULL if the list is full. */
static struct mctl_leak *add(struct mctl_leaks *leaks, u32 kind, u64 nr, u64 bytes)
{
	struct mctl_leak *leak;

	leaks->nr++;
	if (leaks->nr_listed == MCTL_LEAKS_LISTED)
		return NULL;
	leak = &leaks->listed[leaks->nr_listed++];
	*leak = (struct mctl_leak){ .kind = kind, .nr = nr, .bytes = bytes };
	return leak;
}

/* Whether the code at an address belongs to module @only or, if that is NULL, to no user. */
static bool is_left(struct mctl_arena *arena, u64 caller, const char *only)
{
	char module[MCTL_SYMBOL_MODULE_SIZE];

	/* The owner is unknown. */
	if (!caller || !IS_ENABLED(CONFIG_KALLSYMS))
		return !atomic_read(&arena->nr_users);
	module_of(caller, module);
	/* Init code of a user, unless it was recorded by a last put. */
	if (!module[0] && !find_gone(arena, caller, NULL, 0))
		return !only && !atomic_read(&arena->nr_users);
	return only ? !strcmp(module, only) : !is_user(arena, module);
}

static void add_blocks(struct mctl_arena *arena, const struct look *look, const char *only,
		       struct mctl_leaks *leaks)
{
	u32 i;

	for (i = 0; i < look->nr; i++) {
		const struct holder *holder = &look->holders[i];
		struct mctl_leak *leak;

		if (!is_left(arena, holder->caller, only))
			continue;
		leak = add(leaks, MEMCTL_KIND_PAGE, holder->nr_blocks,
			   holder->nr_frames << PAGE_SHIFT);
		if (!leak)
			continue;
		leak->caller = holder->caller;
		mctl_owner_symbol(arena, holder->caller, leak->symbol, sizeof(leak->symbol));
	}
	leaks->nr += look->nr_left_out;
}

/* If the first scan finds a leak, a second one with the machine stopped decides. */
static void find_blocks(struct mctl_arena *arena, const char *only, struct mctl_leaks *leaks)
{
	struct look *look = kvzalloc(sizeof(*look), GFP_KERNEL);
	unsigned int i;

	if (!look)
		return;
	look->arena = arena;
	for (i = 0; i < 2; i++) {
		leaks->nr = 0;
		leaks->nr_listed = 0;
		down_read(&arena->resize);
		mutex_lock(&arena->handles->lock);
		look->stopped = i;
		if (i)
			stop_machine(look_at_all, look, NULL);
		else
			look_at_all(look);
		mutex_unlock(&arena->handles->lock);
		up_read(&arena->resize);
		add_blocks(arena, look, only, leaks);
		if (!leaks->nr)
			break;
	}
	kvfree(look);
}

static void find_caches(struct mctl_arena *arena, const char *only, struct mctl_leaks *leaks)
{
	struct mctl_cache_info info;
	struct mctl_cache *cache;
	struct mctl_leak *leak;
	u32 id;

	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		if (cache->creator && is_left(arena, cache->creator, only)) {
			mctl_cache_info(cache, &info);
			leak = add(leaks, MEMCTL_KIND_OBJECT, info.nr_active,
				   info.nr_active * info.size);
			if (leak) {
				leak->caller = cache->creator;
				strscpy(leak->name, info.name, sizeof(leak->name));
				mctl_owner_symbol(arena, cache->creator, leak->symbol,
						  sizeof(leak->symbol));
			}
		}
		mctl_cache_drop(cache);
	}
}

/* Large objects of kmalloc; arena->resize is held. */
static u64 count_large(const struct mctl_arena *arena, u64 *bytes)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, span = mctl_table_span(table);
	u64 nr = 0;

	for (fn = 0; fn < span; fn++) {
		u8 state = READ_ONCE(table->state[fn]);

		if (mctl_state_kind(state) != MCTL_KIND_SLAB || table->tag[fn] != MCTL_TAG_LARGE ||
		    mctl_state_order(state) > MCTL_MAX_ORDER)
			continue;
		*bytes += PAGE_SIZE << mctl_state_order(state);
		nr++;
	}
	return nr;
}

/* Memory of kmalloc that handles hold is no leak; handles.lock is held. */
static void subtract_handles(const struct mctl_arena *arena, u64 nr[MCTL_NR_KMALLOC + 1],
			     u64 *bytes)
{
	const struct mctl_handles *handles = arena->handles;
	unsigned int class;
	u32 i;

	for (i = 0; i < handles->nr_slots; i++) {
		const struct mctl_handle *slot = &handles->slot[i];

		if (slot->kind != MEMCTL_KIND_KMALLOC || !slot->size)
			continue;
		class = MCTL_NR_KMALLOC;
		if (slot->size <= MCTL_KMALLOC_LARGEST)
			class = mctl_kmalloc_class[(slot->size - 1) / 8];
		else
			*bytes -= min_t(u64, *bytes, PAGE_SIZE << get_order(slot->size));
		nr[class] -= !!nr[class];
	}
}

/* Callers of kmalloc are not recorded: without a user, all that is allocated is a leak. */
static void find_kmalloc(struct mctl_arena *arena, struct mctl_leaks *leaks)
{
	u64 nr[MCTL_NR_KMALLOC + 1] = {}, large = 0;
	struct mctl_cache_info info;
	struct mctl_leak *leak;
	unsigned int i;

	down_read(&arena->resize);
	mutex_lock(&arena->handles->lock);
	for (i = 0; i < MCTL_NR_KMALLOC; i++) {
		mctl_cache_info(arena->caches.kmalloc[i], &info);
		nr[i] = info.nr_active;
	}
	nr[i] = count_large(arena, &large);
	subtract_handles(arena, nr, &large);
	mutex_unlock(&arena->handles->lock);
	up_read(&arena->resize);
	if (atomic_read(&arena->nr_users))
		return;
	for (i = 0; i <= MCTL_NR_KMALLOC; i++) {
		u64 size = i < MCTL_NR_KMALLOC ? arena->caches.kmalloc[i]->layout.size : 0;

		if (!nr[i])
			continue;
		leak = add(leaks, MEMCTL_KIND_KMALLOC, nr[i], size ? nr[i] * size : large);
		if (leak)
			strscpy(leak->name, size ? arena->caches.kmalloc[i]->name : "kmalloc-large",
				sizeof(leak->name));
	}
}

static void find(struct mctl_arena *arena, const char *only, struct mctl_leaks *leaks)
{
	memset(leaks, 0, sizeof(*leaks));
	find_blocks(arena, only, leaks);
	find_caches(arena, only, leaks);
	if (!atomic_read(&arena->nr_users))
		find_kmalloc(arena, leaks);
}

/**
 * mctl_leaks_find() - find memory that no handle, region or user holds
 * @arena: the arena
 * @leaks: filled in
 *
 * Context: Process context, may sleep; stops the machine if a first scan finds a leak.
 */
void mctl_leaks_find(struct mctl_arena *arena, struct mctl_leaks *leaks)
{
	find(arena, NULL, leaks);
}

/* "3 blocks of pages, 12288 bytes", and so on. */
static void describe(const struct mctl_leak *leak, char *text, size_t size)
{
	const char *many = leak->nr == 1 ? "" : "s";

	if (leak->kind == MEMCTL_KIND_PAGE)
		snprintf(text, size, "%llu block%s of pages, %llu bytes", leak->nr, many,
			 leak->bytes);
	else if (leak->kind == MEMCTL_KIND_OBJECT)
		snprintf(text, size, "cache %s with %llu object%s, %llu bytes", leak->name,
			 leak->nr, many, leak->bytes);
	else
		snprintf(text, size, "%llu object%s of %s, %llu bytes", leak->nr, many, leak->name,
			 leak->bytes);
}

/* The event's text contains the symbol: the code may be unloaded when the event is sent. */
static void tell(struct mctl_arena *arena, const struct mctl_leaks *leaks)
{
	char what[MCTL_ERROR_TEXT_SIZE], text[MCTL_SYMBOL_SIZE + MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_LEAK,
		.arena = arena,
		.text = text,
		.has_value = true,
	};
	u32 i;

	for (i = 0; i < leaks->nr_listed; i++) {
		const struct mctl_leak *leak = &leaks->listed[i];

		describe(leak, what, sizeof(what));
		pr_warn("arena %s: leak by %s: %s\n", arena->name,
			leak->symbol[0] ? leak->symbol : NOBODY, what);
		snprintf(text, sizeof(text), "%s: %s", leak->symbol[0] ? leak->symbol : NOBODY,
			 what);
		event.name = leak->name[0] ? leak->name : NULL;
		event.value = leak->bytes;
		mctl_event_send(&event);
	}
	if (leaks->nr > leaks->nr_listed)
		pr_warn("arena %s: and %llu leaks more\n", arena->name,
			leaks->nr - leaks->nr_listed);
}

/**
 * mctl_leaks_tell() - write leaks to the kernel's log
 * @arena: the arena, which is not used any more
 *
 * Context: Process context, may sleep.
 */
void mctl_leaks_tell(struct mctl_arena *arena)
{
	struct mctl_leaks *leaks = kvzalloc(sizeof(*leaks), GFP_KERNEL);

	if (!leaks)
		return;
	find(arena, NULL, leaks);
	tell(arena, leaks);
	kvfree(leaks);
}

/**
 * mctl_user_remove() - count a put of a module
 * @arena: the arena; the caller has a reference
 * @module: its name
 *
 * With the last put its leaks are reported.
 *
 * Context: Process context, may sleep.
 */
void mctl_user_remove(struct mctl_arena *arena, const char *module)
{
	struct mctl_leaks *leaks;
	u32 i;

	if (!let_go(arena, module))
		return;
	leaks = kvzalloc(sizeof(*leaks), GFP_KERNEL);
	if (!leaks)
		return;
	find(arena, module, leaks);
	tell(arena, leaks);
	for (i = 0; i < leaks->nr_listed; i++)
		if (leaks->listed[i].caller)
			note_gone(arena, leaks->listed[i].caller, leaks->listed[i].symbol);
	kvfree(leaks);
}
