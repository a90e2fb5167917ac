// SPDX-License-Identifier: GPL-2.0
/*
 * document.c - what -J prints (json-c). All documents are made here, so that
 * all keep the contract of Documentation/json.rst:
 *
 * I1  Each has output_version.
 * I2  A result is under the name of the object that was asked.
 * I3  A complaint is under "error", with the same keys whatever it is about.
 * I4  Strings are UTF-8, and never cut.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "document.h"
#include "words.h"

struct json_object *json_wide(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return json_object_new_string(text);
}

struct json_object *json_address(uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
	return json_object_new_string(text);
}

struct json_object *json_hundredths(double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.2f", value);
	return json_object_new_double_s(value, text);
}

/* Bytes of the character at @at, 0 if it is no UTF-8: overlong, a surrogate, too large, cut. */
static size_t utf8_length(const unsigned char *at)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} kinds[] = {
		{ 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
	};

	for (size_t nr = 0; nr < sizeof(kinds) / sizeof(kinds[0]); nr++) {
		uint32_t character = *at & (unsigned char)~kinds[nr].mask;

		if ((*at & kinds[nr].mask) != kinds[nr].lead)
			continue;
		for (size_t i = 1; i <= nr; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return 0;
			character = character << 6 | (at[i] & 0x3f);
		}
		if (character < kinds[nr].least || character > 0x10ffff ||
		    (character >= 0xd800 && character <= 0xdfff))
			return 0;
		return nr + 1;
	}
	return 0;
}

struct json_object *json_text(const char *text)
{
	const unsigned char *from = (const unsigned char *)text;
	struct json_object *string;
	char *buffer, *to;

	if (!text)
		return NULL;
	buffer = malloc(4 * strlen(text) + 1);
	if (!buffer)
		return NULL;
	to = buffer;
	while (*from) {
		size_t length = utf8_length(from);

		if (length)
			to = mempcpy(to, from, length);
		else
			to += sprintf(to, "\\x%02x", *from);
		from += length ? length : 1;
	}
	string = json_object_new_string_len(buffer, (int)(to - buffer));
	free(buffer);
	return string;
}

/* The error message of ctx; null for an absent errno or kernel text. */
static struct json_object *error_json(const struct memctl_ctx *ctx)
{
	struct json_object *object = json_object_new_object();
	struct json_object *number = NULL, *name = NULL, *kernel = NULL;
	int error = ctx->error.error;

	if (error) {
		number = json_object_new_int(error);
		name = json_object_new_string(errno_name(error));
		kernel = json_text(strerror(error));
	}
	if (ctx->error.kernel) {
		json_object_put(kernel);
		kernel = json_text(ctx->error.kernel);
	}
	json_object_object_add(object, "exit", json_object_new_int(ctx->error.status));
	json_object_object_add(object, "message", json_text(ctx->error.message));
	json_object_object_add(object, "errno", number);
	json_object_object_add(object, "name", name);
	json_object_object_add(object, "kernel", kernel);
	return object;
}

static void print(struct memctl_ctx *ctx, struct json_object *value, int flags)
{
	struct json_object *document = json_object_new_object();

	json_object_object_add(document, "output_version",
			       json_object_new_int(MEMCTL_OUTPUT_VERSION));
	if (value)
		json_object_object_add(document, ctx->object, value);
	if (ctx->error.status)
		json_object_object_add(document, "error", error_json(ctx));
	puts(json_object_to_json_string_ext(document, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}

/**
 * json_document() - print the one JSON document of this run
 * @ctx: context; a complaint noted there goes into the document
 * @value: result of the object asked, taken over; NULL for a document that
 *	   only complains, which is one line, as in a stream
 *
 * Return: exit status of the complaint, 0 without one.
 */
int json_document(struct memctl_ctx *ctx, struct json_object *value)
{
	print(ctx, value,
	      value ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
	ctx->json_done = true;
	return ctx->error.status;
}

void json_line(struct memctl_ctx *ctx, struct json_object *value)
{
	print(ctx, value, JSON_C_TO_STRING_PLAIN);
}

int json_changed(struct memctl_ctx *ctx, const char *key, const char *name)
{
	struct json_object *object;

	if (!ctx->json)
		return MEMCTL_EXIT_OK;
	object = json_object_new_object();
	json_object_object_add(object, key, json_text(name));
	return json_document(ctx, object);
}
