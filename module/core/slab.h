/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slabs: a block of frames cut into objects of one size (Bonwick 1994; Linux
 * mm/slub.c for the encoded links, redzones and poison).
 *
 *   slab, 2^order frames, aligned to its size
 *   +--------+--------+--------+--------+-----+--------+-------+
 *   | header | colour | object | object | ... | object | slack |
 *   +--------+--------+--------+--------+-----+--------+-------+
 *                     ^first   <-stride->
 *
 *   one stride of a cache with redzones and poison
 *   +---------+-----------------------+---------+------+---------+
 *   | redzone | object of `size` bytes | redzone | link | padding |
 *   +---------+-----------------------+---------+------+---------+
 *   0xbb/0xcc ^first + i * stride      0xbb/0xcc
 *
 * The header is at the start of the slab, or outside of it if it would cost an
 * object that is an eighth of the slab or more.
 *
 * Every object that is not allocated is marked so in its link word: 48 bits of
 * a key, made from a secret of the cache and the object's address, and above
 * them a 16-bit code, encoded with the upper bits of the key. An object whose
 * word has the 48 bits is free, and freeing checks this before anything else;
 * the chance that a caller's data look like it is 2^-48. The word lies in the
 * middle of the object, away from short overruns, or after the object if the
 * content of free objects is kept or checked.
 *
 * See slab.c for the invariants; slab_layout.c chooses where things are placed.
 */
#ifndef MCTL_CORE_SLAB_H
#define MCTL_CORE_SLAB_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_SLAB_PAGE_SHIFT 12
#define MCTL_SLAB_MAX_ORDER  3

/*
 * False in a build without hardening, which exists to measure its cost: link
 * words are plain codes, and no object is marked free.
 */
#ifdef MCTL_NO_HARDENING
#define MCTL_SLAB_HARDENED false
#else
#define MCTL_SLAB_HARDENED true
#endif

/* Codes of a link word; between the two: 1 + index of the next free object. */
#define MCTL_LINK_CACHED 0
#define MCTL_LINK_END	 U16_MAX

#define MCTL_REDZONE_FREE 0xbb
#define MCTL_REDZONE_USED 0xcc
#define MCTL_POISON_FREE  0x6b
#define MCTL_POISON_END	  0xa5

/**
 * enum mctl_slab_status - what is wrong with an object or an address
 * @MCTL_SLAB_OK: nothing
 * @MCTL_SLAB_INTERIOR: the address is not that of an object
 * @MCTL_SLAB_CACHED: the object is already free, in a magazine
 * @MCTL_SLAB_FREE: the object is already free, in its slab
 * @MCTL_SLAB_REDZONE_LEFT: the bytes in front of the object were overwritten
 * @MCTL_SLAB_REDZONE_RIGHT: the bytes behind the object were overwritten
 * @MCTL_SLAB_POISON: the object was written to while it was free
 * @MCTL_SLAB_LINK: the link word was overwritten while the object was free
 * @MCTL_SLAB_HEADER: the header of the object's slab is no longer one of this
 *		      cache
 */
enum mctl_slab_status {
	MCTL_SLAB_OK,
	MCTL_SLAB_INTERIOR,
	MCTL_SLAB_CACHED,
	MCTL_SLAB_FREE,
	MCTL_SLAB_REDZONE_LEFT,
	MCTL_SLAB_REDZONE_RIGHT,
	MCTL_SLAB_POISON,
	MCTL_SLAB_LINK,
	MCTL_SLAB_HEADER,
};

/* Whether the object's memory is damaged, as opposed to a wrong call. */
static inline bool mctl_slab_status_is_damage(enum mctl_slab_status status)
{
	return status >= MCTL_SLAB_REDZONE_LEFT;
}

/**
 * struct mctl_slab_params - requested properties of a cache
 * @size: of an object, bytes, at least 1
 * @align: of an object, a power of two up to 4096
 * @redzone: guard bytes on both sides
 * @poison: fill free objects with a pattern; not with @ctor
 * @random: secret for the links
 * @cookie: marks the headers of the cache's slabs
 * @ctor: called once for each object when its slab is initialised, or NULL
 */
struct mctl_slab_params {
	u32 size;
	u32 align;
	bool redzone;
	bool poison;
	u64 random;
	u64 cookie;
	void (*ctor)(void *object);
};

/**
 * struct mctl_slab_layout - layout of the slabs of a cache; constant
 * @random: secret for the links
 * @inverse: inverse of the odd part of @stride, modulo 2^64
 * @objects: in a slab; wide enough to be compared with an index without
 *	     conversion
 * @shift: @stride is its odd part << @shift
 * @link: offset of the link word from the object, bytes
 * @size: of an object, bytes, as requested
 * @align: of an object, bytes
 * @stride: from one object to the next, bytes
 * @order: a slab is 2^order frames
 * @outside: the header is not in the slab
 * @redzone: bytes of the redzone in front of an object; 0 for none
 * @poison: free objects are filled
 * @first: offset of the first object in a slab of colour 0, bytes
 * @colour_step: bytes from one colour to the next
 * @nr_colours: number of different offsets of a slab's first object
 * @cookie: of the cache
 * @mask: ANDed with an address inside a slab, gives the slab's address
 * @ctor: constructor or NULL
 *
 * The fields that an allocation and a free read come first.
 */
struct mctl_slab_layout {
	u64 random;
	u64 inverse;
	u64 objects;
	u32 shift;
	u32 link;
	u32 size;
	u32 align;
	u32 stride;
	u8 order;
	bool outside;
	bool poison;
	u32 redzone;
	u32 first;
	u32 colour_step;
	u32 nr_colours;
	u64 cookie;
	u64 mask;
	void (*ctor)(void *object);
};

/**
 * struct mctl_slab - header of a slab; the caller's lock protects all of it
 * @list: for use by the caller
 * @cookie: the cache's, xor the slab's address
 * @first: its first object
 * @fn: for use by the caller: frame number of the slab
 * @free: code of the first free object
 * @inuse: objects that are not on the free list: with callers, in magazines
 * @lost: objects that were given up because they are damaged
 * @where: for use by the caller: which list the slab is on
 * @retired: for use by the caller: its memory has an error, and nothing is allocated from it
 */
struct mctl_slab {
	struct list_head list;
	u64 cookie;
	void *first;
	u32 fn;
	u16 free;
	u16 inuse;
	u16 lost;
	u16 where;
	bool retired;
};

static inline u32 mctl_slab_bytes(const struct mctl_slab_layout *layout)
{
	return 1U << (MCTL_SLAB_PAGE_SHIFT + layout->order);
}

/* The slab's memory: the start of the aligned block around @address. */
static inline unsigned long mctl_slab_base(const struct mctl_slab_layout *layout,
					   const void *address)
{
	return (unsigned long)address & layout->mask;
}

/**
 * mctl_slab_index() - divide an offset by the stride
 * @layout: of the cache
 * @offset: bytes from the first object
 *
 * Return: the quotient if @offset is a multiple of the stride; otherwise a
 * number larger than any quotient, so that one comparison with layout->objects
 * finds both interior and outside addresses.
 */
static __always_inline u64 mctl_slab_index(const struct mctl_slab_layout *layout, u64 offset)
{
	u64 product = offset * layout->inverse;

	return product >> (layout->shift & 63) | product << (-layout->shift & 63);
}

static __always_inline u64 *mctl_slab_link(const struct mctl_slab_layout *layout, void *object)
{
	return object + layout->link;
}

/*
 * Access the link word of an object that may be free, which KASAN reports as a
 * bug anywhere else. Without KASAN these are plain loads and stores.
 */
static __no_kasan_or_inline u64 mctl_slab_peek(const u64 *word)
{
	return READ_ONCE(*word);
}

static __no_kasan_or_inline u32 mctl_slab_peek_half(const void *word)
{
	return *(const u32 *)word;
}

static __no_kasan_or_inline void mctl_slab_poke(u64 *word, u64 value)
{
	*word = value;
}

/* Value of an object's link word with code 0. */
static __always_inline u64 mctl_slab_key(const struct mctl_slab_layout *layout, const void *object)
{
	return MCTL_SLAB_HARDENED ? layout->random + (unsigned long)object : 0;
}

/* Value of an object's link word with any code. */
static __always_inline u64 mctl_slab_word(const struct mctl_slab_layout *layout, const void *object,
					  u16 code)
{
	return mctl_slab_key(layout, object) ^ (u64)code << 48;
}

/* Whether a decoded link word says that the object is not allocated. */
static __always_inline bool mctl_slab_code_is_free(u64 code)
{
	return code <= MCTL_LINK_END;
}

/* Decode an object's link word: a code, or a larger number if the object is allocated. */
static __always_inline u64 mctl_slab_code(const struct mctl_slab_layout *layout, void *object)
{
	u64 word = mctl_slab_peek(mctl_slab_link(layout, object)) ^ mctl_slab_key(layout, object);

	return word >> 48 | word << 16;
}

/**
 * mctl_slab_mark() - mark an object as in a magazine, if it is certainly allocated
 * @layout: of the cache
 * @object: an object of one of its slabs
 *
 * Only half of the key is compared, which is cheaper: a caller's data look like it once in 2^32
 * times. mctl_slab_inspect() decides for certain.
 *
 * Return: false if the object is free, or looks free; nothing has changed then.
 */
static __always_inline bool mctl_slab_mark(const struct mctl_slab_layout *layout, void *object)
{
	u64 key = mctl_slab_key(layout, object);
	u64 link = layout->link;

	if (!MCTL_SLAB_HARDENED)
		return true;
	if (unlikely(mctl_slab_peek_half(object + link) == (u32)key))
		return false;
	/* Otherwise the sum is computed separately: one instruction more. */
	OPTIMIZER_HIDE_VAR(link);
	mctl_slab_poke(object + link, key);
	return true;
}

/* The opposite: the object is allocated. */
static __always_inline void mctl_slab_unmark(const struct mctl_slab_layout *layout, void *object)
{
	if (MCTL_SLAB_HARDENED)
		mctl_slab_poke(mctl_slab_link(layout, object), 0);
}

static inline u32 mctl_slab_nr_free(const struct mctl_slab_layout *layout,
				    const struct mctl_slab *slab)
{
	return layout->objects - slab->inuse - slab->lost;
}

/* slab_layout.c */
int mctl_slab_layout_init(struct mctl_slab_layout *layout, const struct mctl_slab_params *params);

/* slab.c */
void mctl_slab_init(const struct mctl_slab_layout *layout, struct mctl_slab *slab, void *memory,
		    u32 colour);
void mctl_slab_fini(struct mctl_slab *slab);

bool mctl_slab_is_of(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		     const void *memory);

void *mctl_slab_alloc(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
		      enum mctl_slab_status *status);
unsigned int mctl_slab_alloc_batch(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
				   void **objects, unsigned int nr, bool cached,
				   enum mctl_slab_status *status);

enum mctl_slab_status mctl_slab_open(const struct mctl_slab_layout *layout, void *object);
void mctl_slab_close(const struct mctl_slab_layout *layout, void *object);
void mctl_slab_lose(const struct mctl_slab_layout *layout, struct mctl_slab *slab, void *object);

bool mctl_slab_is_unused(const struct mctl_slab_layout *layout, const struct mctl_slab *slab);

enum mctl_slab_status mctl_slab_inspect(const struct mctl_slab_layout *layout,
					const struct mctl_slab *slab, void *address, u32 *index);
enum mctl_slab_status mctl_slab_free(const struct mctl_slab_layout *layout, struct mctl_slab *slab,
				     void *object, u32 *index);
enum mctl_slab_status mctl_slab_free_cached(const struct mctl_slab_layout *layout,
					    struct mctl_slab *slab, void *object);

const char *mctl_slab_status_text(enum mctl_slab_status status);

u32 mctl_slab_check(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
		    const void *memory, u64 number, struct mctl_report *report);

#endif /* MCTL_CORE_SLAB_H */
