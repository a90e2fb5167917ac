// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/wire/decode.c cli/wire/schema.c cli/wire/reply.c tap.c */
/*
 * What the tool makes of the module's replies. The bytes are a reply by
 * themselves, or say how to make one that is right but here and there, of
 * every attribute set that there is.
 *
 * Promised and looked at: nothing outside of the reply is read; what is
 * accepted is what a naive reader accepts; every member of the struct is what
 * the last attribute of its number says, and zero without one. Then message
 * heads and extended acknowledgments.
 */
#include <stddef.h>
#include <linux/netlink.h>
#include "fuzz.h"
#include "cli/wire/client.h"
#include "cli/wire/decode.h"
#include "cli/wire/reply.h"
#include "cli/wire/schema.h"

#define MAX_REPLY 2048
#define MAX_NEST  3

static const struct schema *const schemas[] = {
	&arena_schema,	&zone_schema,	&chunk_schema, &cache_schema,	&exec_schema,
	&handle_schema, &region_schema, &vma_schema,   &process_schema, &access_schema,
	&idle_schema,	&rmap_schema,	&trace_schema, &pt_schema,	&pt_format_schema,
	&tlb_schema,	&what_schema,	&why_schema,   &verify_schema,	&event_schema,
};

/**
 * struct reply - attributes, of which MAX_REPLY bytes are enough
 * @bytes: they
 * @nr: how many
 */
struct reply {
	uint8_t bytes[MAX_REPLY];
	size_t nr;
};

/* --- making replies ----------------------------------------------------------------------- */

static void put(struct reply *reply, const void *data, size_t nr)
{
	if (nr > sizeof(reply->bytes) - reply->nr)
		nr = sizeof(reply->bytes) - reply->nr;
	memcpy(reply->bytes + reply->nr, data, nr);
	reply->nr += nr;
}

/* Bytes of a value that the field would take, give or take one. */
static size_t choose_length(struct fuzz_input *in, const struct field *field, uint32_t bits)
{
	size_t length = field->size;

	if (field->kind == FIELD_FLAG)
		length = 0;
	else if (field->kind == FIELD_STRING)
		length = 1 + fuzz_below(in, field->size);
	else if (field->kind == FIELD_ROWS)
		length = field->nest->size * fuzz_below(in, 5);
	if (bits & 0xe0)
		return length;
	return bits & 0x10 ? length + 1 : length - !!length;
}

static void put_value(struct reply *reply, struct fuzz_input *in, const struct field *field,
		      uint32_t bits)
{
	size_t length = choose_length(in, field, bits);
	uint8_t first = fuzz_byte(in), value[1024];

	length = length < sizeof(value) ? length : sizeof(value);
	for (size_t i = 0; i < length; i++)
		value[i] = first + i;
	if (field->kind == FIELD_STRING && length && bits & 0x70)
		value[length - 1] = '\0';
	put(reply, value, length);
}

static void put_attrs(struct reply *reply, struct fuzz_input *in, const struct schema *schema,
		      uint32_t depth)
{
	for (uint32_t nr = fuzz_below(in, schema->nr + 3); nr && fuzz_more(in); nr--) {
		uint32_t bits = fuzz_byte(in), index = fuzz_below(in, schema->nr + 1);
		const struct field *field = &schema->fields[index];
		struct nlattr attr = { .nla_type = index < schema->nr ? field->attr : bits };
		size_t at = reply->nr;

		put(reply, &attr, sizeof(attr));
		if (index == schema->nr)
			put(reply, &bits, bits & 3);
		else if (field->kind != FIELD_NEST)
			put_value(reply, in, field, bits);
		else if (depth < MAX_NEST)
			put_attrs(reply, in, field->nest, depth + 1);
		attr.nla_len = reply->nr - at;
		if (bits == 0x80)
			attr.nla_len += fuzz_byte(in) - 128;
		if (bits & 8)
			attr.nla_type |= NLA_F_NESTED;
		if (reply->nr - at >= sizeof(attr))
			memcpy(reply->bytes + at, &attr, sizeof(attr));
		put(reply, "\0\0\0", -reply->nr & 3);
	}
}

/* Every attribute that is required, so that the rest is looked at. */
static void put_required(struct reply *reply, struct fuzz_input *in, const struct schema *schema)
{
	for (uint32_t i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];
		struct nlattr attr = { .nla_type = field->attr };
		size_t at = reply->nr;

		if (!field->required)
			continue;
		put(reply, &attr, sizeof(attr));
		put_value(reply, in, field, 0xff);
		attr.nla_len = reply->nr - at;
		memcpy(reply->bytes + at, &attr, sizeof(attr));
		put(reply, "\0\0\0", -reply->nr & 3);
	}
}

/* --- reading them naively ----------------------------------------------------------------- */

/**
 * struct attr - one attribute, as it lies in a reply
 * @number: without flags
 * @data: its value
 * @length: bytes of it
 */
struct attr {
	uint32_t number;
	const uint8_t *data;
	size_t length;
};

/* Take the first attribute off. Return: whether there was a whole one. */
static bool take(const uint8_t **at, size_t *left, struct attr *attr)
{
	size_t length, step;

	if (*left < NLA_HDRLEN)
		return false;
	length = (*at)[0] | (*at)[1] << 8;
	if (length < NLA_HDRLEN || length > *left)
		return false;
	attr->number = ((*at)[2] | (*at)[3] << 8) & 0x3fff;
	attr->data = *at + NLA_HDRLEN;
	attr->length = length - NLA_HDRLEN;
	step = (length + 3) / 4 * 4;
	step = step < *left ? step : *left;
	*at += step;
	*left -= step;
	return true;
}

static bool is_good(const struct schema *schema, const uint8_t *at, size_t left);

static bool is_good_value(const struct field *field, const struct attr *attr)
{
	switch (field->kind) {
	case FIELD_FLAG:
		return attr->length == 0;
	case FIELD_STRING:
		return strnlen((const char *)attr->data, attr->length) <
		       (attr->length < field->size ? attr->length : field->size);
	case FIELD_ROWS:
		return attr->length % field->nest->size == 0;
	case FIELD_NEST:
		return is_good(field->nest, attr->data, attr->length);
	default:
		return attr->length == field->size;
	}
}

static bool is_good(const struct schema *schema, const uint8_t *at, size_t left)
{
	bool seen[64] = {};
	struct attr attr;

	while (left) {
		if (!take(&at, &left, &attr))
			return false;
		for (uint32_t i = 0; i < schema->nr; i++) {
			if (schema->fields[i].attr != attr.number)
				continue;
			if (!is_good_value(&schema->fields[i], &attr))
				return false;
			seen[attr.number] = true;
		}
	}
	for (uint32_t i = 0; i < schema->nr; i++)
		if (schema->fields[i].required && !seen[schema->fields[i].attr])
			return false;
	return true;
}

/* --- comparing ---------------------------------------------------------------------------- */

static void expect_row(const struct schema *schema, const uint8_t *at, size_t left,
		       const uint8_t *row);

static bool is_zero(const uint8_t *bytes, size_t nr)
{
	while (nr && !*bytes) {
		bytes++;
		nr--;
	}
	return !nr;
}

/* One member; @last is the last attribute for it, and @nr how many there are. */
static void expect_member(const struct field *field, const struct attr *last, uint32_t nr,
			  const uint8_t *member)
{
	const struct list *list = (const struct list *)member;

	switch (field->kind) {
	case FIELD_FLAG:
		tap_expect_equal(*member, !!nr);
		break;
	case FIELD_STRING:
		tap_expect(nr ? !strcmp((const char *)member, (const char *)last->data) : !*member);
		break;
	case FIELD_NEST:
		tap_expect_equal(list->nr, nr);
		break;
	case FIELD_ROWS:
		tap_expect_equal(list->nr, nr ? last->length / field->nest->size : 0);
		tap_expect(!list->nr || !memcmp(list->rows, last->data, last->length));
		break;
	default:
		tap_expect(nr ? !memcmp(member, last->data, field->size) :
				is_zero(member, field->size));
	}
}

static void expect_field(const struct field *field, const uint8_t *at, size_t left,
			 const uint8_t *row)
{
	const struct list *list = (const struct list *)(row + field->offset);
	uint64_t present = *(const uint64_t *)row;
	struct attr attr, last = {};
	uint32_t nr = 0;

	while (take(&at, &left, &attr)) {
		if (attr.number != field->attr)
			continue;
		if (field->kind == FIELD_NEST && tap_expect(nr < list->nr))
			expect_row(field->nest, attr.data, attr.length,
				   (const uint8_t *)list->rows + nr * field->nest->size);
		last = attr;
		nr++;
	}
	expect_member(field, &last, nr, row + field->offset);
	tap_expect_equal(present >> field->attr & 1, !!nr);
}

static void expect_row(const struct schema *schema, const uint8_t *at, size_t left,
		       const uint8_t *row)
{
	uint64_t known = 0;

	for (uint32_t i = 0; i < schema->nr; i++) {
		known |= UINT64_C(1) << schema->fields[i].attr;
		expect_field(&schema->fields[i], at, left, row);
	}
	tap_expect_equal(*(const uint64_t *)row & ~known, 0);
}

static void read_reply(const struct schema *schema, const uint8_t *bytes, size_t nr)
{
	/* Of exactly its size, so that the first byte too far is seen. */
	uint8_t *copy = malloc(nr ? nr : 1), *row = calloc(1, schema->size);
	char why[256] = "";
	bool good;

	memcpy(copy, bytes, nr);
	good = decode_row(schema, copy, nr, row, why, sizeof(why));
	tap_expect_equal(good, is_good(schema, copy, nr));
	tap_expect_equal(good, !why[0]);
	if (good)
		expect_row(schema, copy, nr, row);
	decode_release(schema, row);
	free(row);
	free(copy);
	fuzz_op();
}

/* --- heads and acknowledgments ------------------------------------------------------------ */

/* What was asked: a head, and one attribute. */
static const uint8_t request[] = { 24, 0, 0, 0, 30, 0, 5, 0, 1, 0, 0, 0,
				   0,  0, 0, 0, 8,  0, 2, 0, 7, 0, 0, 0 };

/* A word of the acknowledgment: its number, and what is mostly right for it. */
static void put_word(struct reply *reply, struct fuzz_input *in)
{
	uint32_t bits = fuzz_byte(in), value = fuzz_below(in, bits & 0x40 ? 40 : UINT32_MAX);
	struct nlattr attr = { .nla_type = bits & 7, .nla_len = sizeof(attr) + (bits >> 3 & 7) };

	put(reply, &attr, sizeof(attr));
	put(reply, &value, sizeof(value));
	put(reply, &value, (bits >> 3 & 7) > 4 ? 4 : 0);
}

/* Messages that end a request, right but here and there. */
static void put_messages(struct reply *reply, struct fuzz_input *in)
{
	while (fuzz_more(in)) {
		uint32_t bits = fuzz_byte(in), inner = fuzz_below(in, sizeof(request) / 4) * 4;
		struct nlmsghdr head = {
			.nlmsg_type = bits & 1 ? NLMSG_ERROR : NLMSG_DONE,
			.nlmsg_flags = (bits & 6 ? NLM_F_ACK_TLVS : 0) |
				       (bits & 8 ? NLM_F_CAPPED : 0),
		};
		struct nlmsgerr error = { .msg.nlmsg_len = NLMSG_HDRLEN + inner };
		size_t at = reply->nr;

		put(reply, &head, sizeof(head));
		put(reply, &error, bits & 1 ? sizeof(error) : sizeof(error.error));
		if (bits & 1 && !(bits & 8))
			put(reply, request, inner);
		for (uint32_t nr = bits >> 4 & 3; nr; nr--)
			put_word(reply, in);
		head.nlmsg_len = reply->nr - at;
		if (bits & 0x80)
			head.nlmsg_len += fuzz_byte(in) - 128;
		if (reply->nr - at < sizeof(head))
			return;
		memcpy(reply->bytes + at, &head, sizeof(head));
	}
}

static void read_datagram(const uint8_t *bytes, size_t left)
{
	uint8_t *copy = malloc(left ? left : 1);
	struct nlmsghdr *sent = malloc(sizeof(request)), head;
	const uint8_t *at = copy;

	memcpy(copy, bytes, left);
	memcpy(sent, request, sizeof(request));
	for (size_t step; left; at += step, left -= step) {
		struct client_error error = {};

		step = reply_next(at, left, &head);
		tap_expect(step <= left);
		if (!step)
			break;
		tap_expect(head.nlmsg_len >= sizeof(head) && head.nlmsg_len <= left);
		tap_expect(step >= head.nlmsg_len);
		reply_ext_ack(&head, (const char *)at + sizeof(head), head.nlmsg_len - sizeof(head),
			      sent, &error);
		tap_expect(memchr(error.text, '\0', sizeof(error.text)));
		fuzz_op();
		if (tap_nr_failed)
			break;
	}
	free(sent);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	const struct schema *schema = schemas[fuzz_below(&in, ARRAY_SIZE(schemas))];
	static struct reply reply;

	reply.nr = 0;
	switch (fuzz_byte(&in) & 7) {
	case 0:
		read_datagram(in.at, in.end - in.at);
		break;
	case 1:
		put_messages(&reply, &in);
		read_datagram(reply.bytes, reply.nr);
		break;
	case 2:
		read_reply(schema, in.at, in.end - in.at);
		break;
	default:
		put_required(&reply, &in, schema);
		put_attrs(&reply, &in, schema, 0);
		read_reply(schema, reply.bytes, reply.nr);
	}
	fuzz_judge();
	return 0;
}
