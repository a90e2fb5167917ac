// SPDX-License-Identifier: GPL-2.0
/*
 * Flip a bit while the machine is stopped; see flip.h.
 *
 * Locks: none.
 */
#include <linux/stop_machine.h>
#include "host/flip.h"

static int flip_stopped(void *context)
{
	const struct mctl_flip_field *field = context;

	mctl_flip(field->at, field->size, field->bit);
	return 0;
}

/**
 * mctl_flip_stopped() - flip a bit that CPUs read and write without a lock
 * @field: the field
 * @bit: which, modulo the width of the field
 *
 * Context: Process context, may sleep.
 * Return: 0, or what stop_machine() returns.
 */
int mctl_flip_stopped(struct mctl_flip_field field, u32 bit)
{
	field.bit = bit;
	return stop_machine(flip_stopped, &field, NULL);
}
