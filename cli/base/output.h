/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.h - a file that is written beside the one it replaces
 */
#ifndef MEMCTL_CLI_OUTPUT_H
#define MEMCTL_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/**
 * struct output - a file being written
 * @stream: where to write
 * @target: the file to replace, behind all symbolic links; NULL where @stream is the file itself
 * @beside: name of what is written until then; NULL where it has none yet
 * @is_stdout: @stream and standard output are one file
 */
struct output {
	FILE *stream;
	char *target;
	char *beside;
	bool is_stdout;
};

int output_open(struct output *output, const char *path);
int output_publish(struct output *output);
int output_close(struct output *output);
void output_discard(struct output *output);

#endif /* MEMCTL_CLI_OUTPUT_H */
