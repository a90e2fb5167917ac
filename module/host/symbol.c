// SPDX-License-Identifier: GPL-2.0
/*
 * Names of code addresses; see symbol.h.
 *
 * Locks: none.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include "host/symbol.h"

/**
 * mctl_symbol_find() - find the name of the code at an address, and of its module
 * @caller: the address
 * @text: filled
 * @size: bytes of it
 * @module: filled; MCTL_SYMBOL_MODULE_SIZE bytes
 *
 * Context: Any context but NMI.
 * Return: false if the kernel has none.
 */
bool mctl_symbol_find(u64 caller, char *text, size_t size, char *module)
{
	char full[KSYM_SYMBOL_LEN];
	char *begin, *end;

	/* %pB as for a backtrace: a call can be the last instruction of its function. */
	snprintf(full, sizeof(full), "%pB", (void *)(unsigned long)caller);
	if (!strncmp(full, "0x", 2))
		return false;
	strscpy(text, full, size);
	begin = strrchr(full, '[');
	end = begin ? strchr(begin, ']') : NULL;
	if (end)
		*end = '\0';
	/* A build id may follow the name. */
	strscpy(module, end ? begin + 1 : module_name(NULL), MCTL_SYMBOL_MODULE_SIZE);
	module[strcspn(module, " ")] = '\0';
	return true;
}

/**
 * mctl_symbol() - name the code at an address, if it is still there
 * @caller: its address
 * @text: filled
 * @size: bytes of it
 *
 * Context: Any context but NMI.
 */
void mctl_symbol(u64 caller, char *text, size_t size)
{
	char module[MCTL_SYMBOL_MODULE_SIZE];

	if (!mctl_symbol_find(caller, text, size, module))
		strscpy(text, MCTL_SYMBOL_GONE, size);
}
