// SPDX-License-Identifier: GPL-2.0
/*
 * Who in the kernel holds what. A block of pages that no handle holds has the
 * lower half of the address of the code that allocated it for its tag, and a
 * cache that a module made knows who made it. Objects are not tagged: what a
 * module has of its own cache is known by the cache, and of kmalloc only that
 * somebody has it.
 *
 * A user is a module, known by its name, which the kernel's symbol table has
 * behind each of its symbols; the kernel itself is one user. It is a user from
 * its first memctl_arena_get() to its last memctl_arena_put(). What it holds
 * after that is a leak: told to the log and as an event when the last put is
 * made, while its symbols can still be found; noted then, so that `memctl
 * verify`, `page list --kernel` and the unload can name them later.
 *
 * O1  users.list has each user once, with as many gets as it has not put.
 * O2  users.gone has each caller once, and MAX_GONE at most.
 *
 * Where the kernel has no symbol table, or the module was built without owner
 * tags, nobody knows whose a block is: it is a leak when there is no user. So is
 * what a module took while it was initialised, since that code is freed when the
 * module has been loaded.
 *
 * Locks: users.lock (mutex), a leaf, for the lists. Blocks are looked at under
 * arena->resize (read) and handles.lock, and where it must be certain whose
 * they are with the machine stopped: a block is given its tag a moment after its
 * state, by code that cannot be preempted.
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

/* Callers that one look at all blocks tells apart, and callers that are gone. */
#define MAX_CALLERS 256
#define MAX_GONE    64

/* Of whom nothing is noted, and the symbol table knows nothing any more. */
#define NOBODY "a caller that is not noted"

/**
 * struct mctl_user - who has got the arena and not yet put it
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
 * struct mctl_users - users in the kernel, and what they have left
 * @lock: of the lists; a leaf
 * @list: struct mctl_user
 * @gone: struct gone
 */
struct mctl_users {
	struct mutex lock;
	struct list_head list;
	struct list_head gone;
};

/**
 * struct gone - code that has left something behind
 * @list: in arena->users->gone
 * @caller: its address
 * @symbol: what it was called
 */
struct gone {
	struct list_head list;
	u64 caller;
	char symbol[MCTL_SYMBOL_SIZE];
};

/**
 * struct holder - what one caller holds
 * @caller: its address, or 0
 * @nr_blocks: how many
 * @nr_frames: in all of them
 */
struct holder {
	u64 caller;
	u32 nr_blocks;
	u64 nr_frames;
};

/**
 * struct look - a look at all blocks
 * @arena: whose
 * @stopped: the machine is
 * @nr: entries of @holders
 * @nr_left_out: blocks of callers beyond these
 * @holders: by caller
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
 * mctl_owner_symbol() - what the code at an address is called
 * @arena: that it has something of
 * @caller: its address; 0 for none
 * @text: filled
 * @size: bytes of it, MCTL_SYMBOL_SIZE are enough
 *
 * Not the address, which is nobody's business: of code that was unloaded
 * without being noted it is only said that it is gone.
 *
 * Context: Process context, may sleep.
 * Return: whether there is anything to say; false for no @caller.
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

/* Not as other records: to note a user is no try at a site of faults. */
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

/* Note what code is called that has left something, as long as that can be found out. */
static void note_gone(struct mctl_arena *arena, u64 caller, const char *symbol)
{
	struct gone *gone, *new = new_record(arena, sizeof(*new));
	u32 nr = 0;

	if (!new)
		return;
	new->caller = caller;
	/* What is too long loses its end, not this. */
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
 * mctl_users_create() - the users of a new arena: none
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
 * mctl_users_destroy() - forget them
 * @arena: the arena, that nobody uses any more
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

/* The name of the module that has an address, "" where it cannot be known. */
static void module_of(u64 caller, char *module)
{
	char symbol[MCTL_SYMBOL_SIZE];

	if (!mctl_symbol_find(caller, symbol, sizeof(symbol), module))
		module[0] = '\0';
}

/**
 * mctl_user_add() - a module got the arena
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

/* One get less; nobody is a user where nobody has it. Return: whether it was the module's last. */
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
		/* Got by one module and put by another: such a one would stay for ever. */
		if (user->nr && !none)
			continue;
		list_del(&user->list);
		free_record(arena, user, sizeof(*user));
	}
	mutex_unlock(&arena->users->lock);
	return last || none;
}

/* --- blocks ------------------------------------------------------------------------------- */

/* H2 of handle.c: a handle's block knows its slot. handles.lock is held. */
static bool has_handle(const struct mctl_arena *arena, u32 fn)
{
	const struct mctl_handles *handles = arena->handles;
	u32 number = arena->table.tag[fn];

	return number < handles->nr_slots && handles->slot[number].kind == MEMCTL_KIND_PAGE &&
	       handles->slot[number].fn == fn;
}

/*
 * The first block from @fn on that is in use and no handle's. Return: its frame, or the span of
 * the table. No order is believed that cannot be; at most @most frames are looked at.
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
 * mctl_owned_next() - the next block that a user in the kernel holds, for dumps
 * @arena: the arena
 * @fn: where to look; becomes the frame to go on with
 * @owned: filled
 *
 * Looks at a part of the arena in one go, so that a dump does not keep others waiting.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EAGAIN when there was none in this part; -ENOENT when there is no more.
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

/* Return: the entry of one more leak, or NULL where it is only counted. */
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

/* Whether it is @only that has the code at an address; with NULL, whether a user has not. */
static bool is_left(struct mctl_arena *arena, u64 caller, const char *only)
{
	char module[MCTL_SYMBOL_MODULE_SIZE];

	/* Nobody knows whose it is. */
	if (!caller || !IS_ENABLED(CONFIG_KALLSYMS))
		return !atomic_read(&arena->nr_users);
	module_of(caller, module);
	/* Freed with the initialisation of a user, unless its last put noted it. */
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

/* Blocks are looked at again with the machine stopped when there seems to be something. */
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

/* What handles have of kmalloc is no leak; handles.lock is held. */
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

/* Nobody notes who asked kmalloc: what is there without a user is left by one that was. */
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
 * mctl_leaks_find() - what is held by nobody who could give it back
 * @arena: the arena
 * @leaks: filled
 *
 * Handles, regions and users are who could; what they have is not looked at.
 *
 * Context: Process context, may sleep; stops the machine where there seems to be something.
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

/* The event has the symbol in its text: when it is sent the code may be gone. */
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
 * mctl_leaks_tell() - tell the log what was left behind
 * @arena: the arena, that nobody uses any more
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
 * mctl_user_remove() - a module puts the arena
 * @arena: the arena; the caller has a reference
 * @module: its name
 *
 * With its last put it is told what it has left.
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
