// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/wire/reply.c cli/wire/decode.c tap.c */
/*
 * What comes from a netlink socket, byte by byte: heads of messages, the words of
 * an extended acknowledgment, attributes to the members of a struct. Buffers end
 * where the message does, for the sanitizers.
 */
#include "cli/wire/decode.h"
#include "cli/wire/reply.h"
#include "tap.h"

#define MAX_BYTES 512

static unsigned char bytes[MAX_BYTES];
static size_t length;

static void put(const void *data, size_t size)
{
	memcpy(bytes + length, data, size);
	length += size;
}

/* @claimed: the length that the attribute says, 0 for the right one. */
static void put_attr(unsigned int type, const void *data, size_t size, unsigned int claimed)
{
	struct nlattr attr = {
		.nla_len = (uint16_t)(claimed ? claimed : NLA_HDRLEN + size),
		.nla_type = (uint16_t)type,
	};

	put(&attr, sizeof(attr));
	put(data, size);
	while (length % 4)
		bytes[length++] = 0;
}

static void put_u32(unsigned int type, uint32_t word)
{
	put_attr(type, &word, sizeof(word), 0);
}

/* What was put, in memory of its own. */
static void *taken(size_t *size)
{
	void *copy = malloc(length ? length : 1);

	memcpy(copy, bytes, length);
	*size = length;
	length = 0;
	return copy;
}

/* --- heads --- */

static void heads(void)
{
	static const struct {
		size_t size;
		uint32_t says;
		size_t next;
	} cases[] = {
		{ 0, 16, 0 },	{ 15, 16, 0 },	       { 16, 16, 16 }, { 16, 15, 0 },
		{ 16, 0, 0 },	{ 16, 17, 0 },	       { 20, 17, 20 }, { 19, 17, 19 },
		{ 20, 16, 16 }, { 24, 21, 24 },	       { 22, 21, 22 }, { 32, 20, 20 },
		{ 32, 33, 0 },	{ 32, UINT32_MAX, 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nlmsghdr head = { .nlmsg_len = cases[i].says }, found;
		unsigned char *data = calloc(1, cases[i].size + 1);
		size_t size = cases[i].size;

		memcpy(data, &head, size < sizeof(head) ? size : sizeof(head));
		if (!tap_expect_equal(reply_next(data, size, &found), cases[i].next))
			tap_note("  %zu bytes, says %u", size, cases[i].says);
		if (cases[i].next)
			tap_expect(!memcmp(&found, &head, sizeof(head)));
		free(data);
	}
}

/* --- extended acknowledgments --- */

static struct client_error error;

/* The request: two attributes, of types 3 and 5, the second with the flag of a nested one. */
static const struct {
	struct nlmsghdr head;
	unsigned char genl[4];
	struct nlattr first;
	uint32_t word;
	struct nlattr second;
} sent = {
	.head = { .nlmsg_len = 32 },
	.first = { 8, 3 },
	.second = { 4, 5 | NLA_F_NESTED },
};

static void expect_words(uint16_t type, uint16_t flags, const char *text, unsigned int attr)
{
	struct nlmsghdr head = { .nlmsg_type = type, .nlmsg_flags = flags };
	size_t size;
	void *data = taken(&size);

	memset(&error, 0, sizeof(error));
	reply_ext_ack(&head, data, size, &sent.head, &error);
	if (!tap_expect(!strcmp(error.text, text)))
		tap_note("  '%s', not '%s'", error.text, text);
	tap_expect_equal(error.attr, attr);
	free(data);
}

/* The errno, and of an error what it answers: a request of @rest bytes behind its head. */
static void put_error(uint32_t rest)
{
	struct nlmsgerr inner = { .error = -22, .msg = { .nlmsg_len = NLMSG_HDRLEN + rest } };

	put(&inner, sizeof(inner));
}

static void words_of_errors(void)
{
	static const unsigned char rest[8];
	int number = -22;

	put_error(8);
	put_attr(NLMSGERR_ATTR_MSG, "no", 3, 0);
	put_u32(NLMSGERR_ATTR_OFFS, 20);
	expect_words(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, "no", 3);
	/* Without the flag there are none. */
	put_error(8);
	put_attr(NLMSGERR_ATTR_MSG, "no", 3, 0);
	expect_words(NLMSG_ERROR, NLM_F_CAPPED, "", 0);
	/* All of the request comes back, unless it is capped. */
	put_error(8);
	put(rest, sizeof(rest));
	put_attr(NLMSGERR_ATTR_MSG, "behind", 7, 0);
	put_u32(NLMSGERR_ATTR_OFFS, 28);
	expect_words(NLMSG_ERROR, NLM_F_ACK_TLVS, "behind", 5);
	put_error(0);
	put_attr(NLMSGERR_ATTR_MSG, "bare", 5, 0);
	expect_words(NLMSG_ERROR, NLM_F_ACK_TLVS, "bare", 0);
	/* A request that claims to be shorter than its head has nothing behind it. */
	put_error((uint32_t)-NLMSG_HDRLEN);
	put_attr(NLMSGERR_ATTR_MSG, "short", 6, 0);
	expect_words(NLMSG_ERROR, NLM_F_ACK_TLVS, "short", 0);
	put_error(UINT32_MAX - NLMSG_HDRLEN);
	put_attr(NLMSGERR_ATTR_MSG, "far", 4, 0);
	expect_words(NLMSG_ERROR, NLM_F_ACK_TLVS, "", 0);
	/* The end of a dump has the errno alone. */
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, "the end", 8, 0);
	put_u32(NLMSGERR_ATTR_MISS_TYPE, 9);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "the end", 9);
	put(&number, sizeof(number));
	put_u32(NLMSGERR_ATTR_MISS_TYPE, 7);
	expect_words(NLMSG_ERROR, NLM_F_ACK_TLVS, "", 7);
	put(&number, 3);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
}

static void words_that_are_odd(void)
{
	char longer[400];
	int number = 0;

	/* Not terminated; longer than there is room; an attribute that nobody knows. */
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, "abcd", 4, 0);
	put_u32(77, 1);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "abcd", 0);
	memset(longer, 'x', sizeof(longer));
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, longer, sizeof(longer), 0);
	longer[sizeof(error.text) - 1] = '\0';
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, longer, 0);
	/* Too short for its head, longer than what came, or cut in its head: no more is read. */
	put(&number, sizeof(number));
	put_u32(NLMSGERR_ATTR_MISS_TYPE, 4);
	put_attr(NLMSGERR_ATTR_MSG, "no", 3, 3);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 4);
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, "no\0", 4, 9);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, "", 0, 0);
	length -= 1;
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MSG, "", 0, 0);
	put_u32(NLMSGERR_ATTR_MISS_TYPE, 6);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 6);
	/* A number of another size is none; an offset at the end of the request, and beyond it. */
	put(&number, sizeof(number));
	put_attr(NLMSGERR_ATTR_MISS_TYPE, "\1\0\0\0\0\0\0", 8, 0);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
	for (uint32_t offset = 29; offset <= 33; offset++) {
		put(&number, sizeof(number));
		put_u32(NLMSGERR_ATTR_OFFS, offset);
		expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
	}
	put(&number, sizeof(number));
	put_u32(NLMSGERR_ATTR_OFFS, UINT32_MAX);
	expect_words(NLMSG_DONE, NLM_F_ACK_TLVS, "", 0);
}

/* --- attributes --- */

struct part {
	uint64_t present;
	uint32_t word;
	struct list rows;
};

struct whole {
	uint64_t present;
	uint32_t word;
	int32_t balance;
	uint64_t wide;
	bool flag;
	char text[8];
	uint32_t words[3];
	struct list numbers, parts;
};

static const struct schema number_schema = { "number", sizeof(uint32_t), NULL, 0 };

static const struct field part_fields[] = {
	{ 1, FIELD_U32, true, offsetof(struct part, word), 4, NULL },
	{ 2, FIELD_ROWS, false, offsetof(struct part, rows), 0, &number_schema },
};

static const struct schema part_schema = { "part", sizeof(struct part), part_fields, 2 };

static const struct field whole_fields[] = {
	{ 1, FIELD_U32, true, offsetof(struct whole, word), 4, NULL },
	{ 2, FIELD_S32, false, offsetof(struct whole, balance), 4, NULL },
	{ 3, FIELD_U64, false, offsetof(struct whole, wide), 8, NULL },
	{ 4, FIELD_FLAG, false, offsetof(struct whole, flag), 1, NULL },
	{ 5, FIELD_STRING, false, offsetof(struct whole, text), 8, NULL },
	{ 6, FIELD_U32S, false, offsetof(struct whole, words), 12, NULL },
	{ 7, FIELD_ROWS, false, offsetof(struct whole, numbers), 0, &number_schema },
	{ 8, FIELD_NEST, false, offsetof(struct whole, parts), 0, &part_schema },
	{ 40, FIELD_U32, true, offsetof(struct whole, words[0]), 4, NULL },
};

static const struct schema whole_schema = {
	"whole",
	sizeof(struct whole),
	whole_fields,
	ARRAY_SIZE(whole_fields),
};

/* A row without what is required behind it makes no sense: most cases end with both. */
static void put_required(void)
{
	put_u32(1, 11);
	put_u32(40, 7);
}

/* @wanted: what is wrong, NULL if it is a row. Return: the row, to be released */
static struct whole *decode(const char *wanted)
{
	static struct whole row;
	char why[128] = "";
	size_t size;
	void *data = taken(&size);
	bool good;

	memset(&row, 0, sizeof(row));
	good = decode_row(&whole_schema, data, size, &row, why, sizeof(why));
	if (!tap_expect_equal(good, !wanted) || !tap_expect(!strcmp(why, wanted ? wanted : "")))
		tap_note("  '%s'", why);
	free(data);
	if (wanted)
		decode_release(&whole_schema, &row);
	return &row;
}

static void every_kind(void)
{
	static const uint32_t numbers[] = { 1, 0xffffffff, 3 };
	uint64_t wide = 0x123456789abcdef0;
	int32_t balance = -5;
	const struct part *parts;
	struct whole *row;

	put_u32(1, 11);
	put_attr(2, &balance, 4, 0);
	put_attr(3, &wide, 8, 0);
	put_attr(4, "", 0, 0);
	put_attr(5, "abcdefg", 8, 0);
	put_attr(6, numbers, 12, 0);
	put_attr(7, numbers, 12, 0);
	/* Two parts: one with rows, and one without. */
	put_attr(8 | NLA_F_NESTED, "\10\0\1\0\1\0\0\0\14\0\2\0\1\0\0\0\2\0\0\0", 20, 0);
	put_attr(8 | NLA_F_NESTED, "\10\0\1\0\2\0\0\0", 8, 0);
	/* What is not known is nothing, whatever it holds. */
	put_attr(9, "whatever", 8, 0);
	put_u32(40, 7);
	row = decode(NULL);
	tap_expect_equal(row->present, 0x1fe | 1ULL << 40);
	tap_expect_equal(row->word, 11);
	tap_expect_equal(row->balance, -5);
	tap_expect_equal(row->wide, wide);
	tap_expect(row->flag);
	tap_expect(!strcmp(row->text, "abcdefg"));
	tap_expect_equal(row->words[0], 7);
	tap_expect_equal(row->words[1], 0xffffffff);
	tap_expect_equal(row->words[2], 3);
	tap_expect_equal(row->numbers.nr, 3);
	tap_expect(row->numbers.rows && !memcmp(row->numbers.rows, numbers, 12));
	tap_expect(row->numbers.schema == &number_schema);
	tap_expect_equal(row->parts.nr, 2);
	parts = row->parts.rows;
	tap_expect_equal(parts[0].word, 1);
	tap_expect_equal(parts[0].present, 6);
	tap_expect_equal(parts[0].rows.nr, 2);
	tap_expect(!memcmp(parts[0].rows.rows, "\1\0\0\0\2\0\0", 8));
	tap_expect_equal(parts[1].word, 2);
	tap_expect_equal(parts[1].present, 2);
	tap_expect_equal(parts[1].rows.nr, 0);
	decode_release(&whole_schema, row);
	tap_expect(!row->numbers.rows && !row->numbers.nr && !row->parts.rows && !row->parts.nr &&
		   !row->parts.capacity && !row->numbers.capacity);
}

static void shortest_and_longest(void)
{
	struct whole *row;

	put_required();
	row = decode(NULL);
	tap_expect_equal(row->present, 2 | 1ULL << 40);
	tap_expect(!row->flag);
	/* The last one need not be padded. */
	put_required();
	put_attr(5, "a", 2, 0);
	length -= 2;
	tap_expect(!strcmp(decode(NULL)->text, "a"));
	put_required();
	put_attr(5, "", 1, 0);
	tap_expect(!strcmp(decode(NULL)->text, ""));
	put_required();
	put_attr(5, "ab\0cdefghijk", 12, 0);
	tap_expect(!strcmp(decode(NULL)->text, "ab"));
	/* Rows that come twice are those of the second time; none are none. */
	put_required();
	put_attr(7, "\1\0\0\0\2\0\0", 8, 0);
	put_attr(7, "\3\0\0", 4, 0);
	row = decode(NULL);
	tap_expect_equal(row->numbers.nr, 1);
	tap_expect_equal(row->numbers.capacity, 1);
	tap_expect_equal(*(uint32_t *)row->numbers.rows, 3);
	decode_release(&whole_schema, row);
	put_required();
	put_attr(7, "\1\0\0\0", 4, 0);
	put_attr(7, "", 0, 0);
	row = decode(NULL);
	tap_expect(!row->numbers.nr && !row->numbers.rows);
	tap_expect(row->present & 1 << 7);
}

static void wrong_types(void)
{
	static const struct {
		unsigned int type;
		const char *data;
		size_t size;
		const char *why;
	} cases[] = {
		{ 1, "abc", 3, "attribute 1 of a whole, 3 bytes long, is not of its type" },
		{ 1, "abcde", 5, "attribute 1 of a whole, 5 bytes long, is not of its type" },
		{ 2, "", 0, "attribute 2 of a whole, 0 bytes long, is not of its type" },
		{ 3, "abcd", 4, "attribute 3 of a whole, 4 bytes long, is not of its type" },
		{ 4, "a", 1, "attribute 4 of a whole, 1 bytes long, is not of its type" },
		{ 5, "abc", 3, "attribute 5 of a whole, 3 bytes long, is not of its type" },
		{ 5, "abcdefgh", 9, "attribute 5 of a whole, 9 bytes long, is not of its type" },
		{ 5, "", 0, "attribute 5 of a whole, 0 bytes long, is not of its type" },
		{ 6, "12345678", 8, "attribute 6 of a whole, 8 bytes long, is not of its type" },
		{ 7, "abcde", 5, "attribute 7 of a whole, 5 bytes long, is not of its type" },
		{ 7, "abc", 3, "attribute 7 of a whole, 3 bytes long, is not of its type" },
		{ 8, "", 0, "a part comes without attribute 1" },
		{ 8, "\10\0\1", 3, "3 bytes are left over in a part" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		put_required();
		put_attr(cases[i].type, cases[i].data, cases[i].size, 0);
		put_attr(7, "\1\0\0\0", 4, 0);
		decode(cases[i].why);
	}
}

static void broken_attributes(void)
{
	decode("a whole comes without attribute 1");
	put_u32(1, 1);
	decode("a whole comes without attribute 40");
	put_u32(40, 1);
	decode("a whole comes without attribute 1");
	put_u32(8, 1);
	decode("an attribute of a part is 1 bytes long, with 4 left");
	put_required();
	put("abc", 3);
	decode("3 bytes are left over in a whole");
	put_required();
	put_attr(1, "abcd", 4, 3);
	decode("an attribute of a whole is 3 bytes long, with 8 left");
	put_required();
	put_attr(1, "abcd", 4, 9);
	decode("an attribute of a whole is 9 bytes long, with 8 left");
}

/* Rows are zeroed, whatever memory they get, and stay where they are in order. */
static void many_rows(void)
{
	struct list list = { .schema = &number_schema };

	for (uint32_t i = 0; i < 100; i++) {
		uint32_t *row = list_add(&list);

		tap_expect_equal(*row, 0);
		*row = i + 1;
		tap_expect_equal(list.nr, i + 1);
		tap_expect(list.capacity >= list.nr && list.capacity < 2 * list.nr + 8);
	}
	for (uint32_t i = 0; i < 100; i++)
		tap_expect_equal(((uint32_t *)list.rows)[i], i + 1);
	list_free(&list);
	tap_expect(!list.rows && !list.nr && !list.capacity);
	tap_expect_equal(*(uint32_t *)list_add(&list), 0);
	list_free(&list);
}

static const struct tap_test tests[] = {
	TAP_TEST(heads),
	TAP_TEST(words_of_errors),
	TAP_TEST(words_that_are_odd),
	TAP_TEST(every_kind),
	TAP_TEST(shortest_and_longest),
	TAP_TEST(wrong_types),
	TAP_TEST(broken_attributes),
	TAP_TEST(many_rows),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
