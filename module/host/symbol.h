/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of code in the kernel: the owner of a block is noted as the lower half of
 * the address of the code that allocated it.
 */
#ifndef MCTL_HOST_SYMBOL_H
#define MCTL_HOST_SYMBOL_H

#include <linux/module.h>
#include <linux/types.h>

/* Bytes of a name with offset, size and module, as "f+0x1c/0x80 [driver]"; longer ones are cut. */
#define MCTL_SYMBOL_SIZE	112
#define MCTL_SYMBOL_MODULE_SIZE MODULE_NAME_LEN

/* For code that the symbol table no longer knows. */
#define MCTL_SYMBOL_GONE "code that is gone"

/* False in a build made to measure the cost of noting the owner of each page. */
#ifdef MCTL_NO_OWNER_TAGS
#define MCTL_OWNER_TAGS false
#else
#define MCTL_OWNER_TAGS true
#endif

bool mctl_symbol_find(u64 caller, char *text, size_t size, char *module);
void mctl_symbol(u64 caller, char *text, size_t size);

/**
 * mctl_owner_caller() - the code that allocated a block
 * @tag: of the block, of MCTL_KIND_USED
 *
 * Tags of blocks of handles are numbers of slots, which are smaller than the
 * lower half of any code address of the kernel or a module.
 *
 * Context: Any context.
 * Return: its address; 0 for a handle's block, and if no owner is noted.
 */
static inline u64 mctl_owner_caller(u32 tag)
{
	return MCTL_OWNER_TAGS && tag & 1U << 31 ? 0xffffffff00000000ULL | tag : 0;
}

#endif /* MCTL_HOST_SYMBOL_H */
