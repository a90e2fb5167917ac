// SPDX-License-Identifier: GPL-2.0
/*
 * A netlink message: the table says what a request may hold. Most messages are
 * well formed, some are spoilt byte by byte.
 */
#include <string.h>
#include <linux/genetlink.h>

#include "message.h"

uint8_t nl_message[ROOM + 64];
uint32_t nl_length;

struct nlmsghdr *nl_header(void)
{
	return (struct nlmsghdr *)nl_message;
}

void nl_begin(uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(nl_message + NLMSG_HDRLEN);

	memset(nl_message, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	nl_length = NLMSG_HDRLEN + GENL_HDRLEN;
	nl_header()->nlmsg_type = type;
	nl_header()->nlmsg_flags = NLM_F_REQUEST | flags;
	/* Comes back with the answer. */
	nl_header()->nlmsg_seq = cmd;
	genl->cmd = cmd;
	genl->version = MEMCTL_FAMILY_VERSION;
}

/* Return: where @len bytes of an attribute go, or NULL when they do not fit. */
static void *reserve(uint16_t type, size_t len)
{
	struct nlattr *attr = (struct nlattr *)(nl_message + nl_length);

	if (nl_length + NLA_HDRLEN + NLA_ALIGN(len) > ROOM || NLA_HDRLEN + len > UINT16_MAX)
		return NULL;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(attr + 1, 0, NLA_ALIGN(len));
	nl_length += NLA_HDRLEN + NLA_ALIGN(len);
	return attr + 1;
}

void nl_put(uint16_t type, const void *data, size_t len)
{
	void *to = reserve(type, len);

	if (to && len)
		memcpy(to, data, len);
}

void nl_put_text(uint16_t type, const char *text)
{
	nl_put(type, text, strlen(text) + 1);
}

static size_t make_records(struct stream *stream, const struct record *record, uint8_t *to,
			   size_t room)
{
	static const uint16_t odd[] = { 0, 2048, 2049, 100, 5, 4 };
	uint32_t nr = fuzz_chance(stream, 16) ? odd[fuzz_choose(stream, ARRAY_SIZE(odd))] :
						1 + fuzz_choose(stream, 4) / 2;
	uint32_t i, j;

	if (nr > room / record->size)
		nr = room / record->size;
	for (i = 0; i < nr; i++) {
		uint8_t *at = to + i * record->size;
		bool whole = !i || nr < 16;

		/* Long arrays are alike but for a member, to be made fast. */
		if (!whole)
			memcpy(at, at - record->size, record->size);
		j = whole ? 0 : fuzz_choose(stream, record->nr);
		do {
			const struct spec *member = &record->members[j];
			uint64_t value = 0;

			if (fuzz_chance(stream, member->field == FIELD_NR_VALID ? 8 : 250))
				value = fuzz_chance(stream, 236) ? fuzz_sensible(stream, member) :
								   fuzz_number(stream, member);
			memcpy(at + member->id, &value, member->size);
		} while (whole && ++j < record->nr);
	}
	return nr * record->size;
}

static void put_binary(struct stream *stream, const struct spec *spec)
{
	static uint8_t data[1 << 16];
	static const uint32_t odd[] = { 0, 1, PAGE, MEMCTL_MAX_DATA, MEMCTL_MAX_DATA + 1, 65000 };
	size_t len, i;

	if (spec->field == FIELD_OPS) {
		len = fuzz_exec_ops(stream, data, 65000);
	} else if (spec->record) {
		len = make_records(stream, spec->record, data, 65000);
	} else if (spec->size) {
		len = fuzz_choose(stream, 4) * spec->size;
		for (i = 0; i + spec->size <= len; i += spec->size) {
			uint64_t value = fuzz_number(stream, spec);

			memcpy(data + i, &value, spec->size);
		}
	} else {
		len = fuzz_chance(stream, 64) ? odd[fuzz_choose(stream, ARRAY_SIZE(odd))] :
						fuzz_choose(stream, 256);
		memset(data, fuzz_draw(stream, 1), len);
	}
	if (fuzz_chance(stream, 6))
		len += fuzz_choose(stream, 4);
	nl_put(spec->id, data, len);
}

/* Where one name means several things, what this command takes. */
static uint64_t attr_number(struct stream *stream, uint8_t cmd, const struct spec *spec)
{
	if (fuzz_chance(stream, 40))
		return fuzz_number(stream, spec);
	switch (cmd) {
	case MEMCTL_CMD_CACHE_ADD:
		if (spec->field == FIELD_SIZE)
			return 1 + fuzz_draw(stream, 2) % (fuzz_chance(stream, 128) ? 256 : 8192);
		if (spec->field == FIELD_FLAGS)
			return fuzz_choose(stream, 8);
		break;
	case MEMCTL_CMD_ARENA_ADD:
		if (spec->field == FIELD_SIZE)
			return (1 + fuzz_choose(stream, 4)) << 20;
		if (spec->field == FIELD_DMA || spec->field == FIELD_DMA32)
			return fuzz_choose(stream, 256) * PAGE;
		break;
	case MEMCTL_CMD_INJECT_ADD:
		if (spec->field == FIELD_NTH)
			return 1 + fuzz_choose(stream, 8);
		if (spec->field == FIELD_PROBABILITY)
			return 1 << fuzz_choose(stream, 20);
		if (spec->field == FIELD_TIMES)
			return fuzz_choose(stream, 8);
		break;
	case MEMCTL_CMD_PLANT:
		if (spec->field == FIELD_LEVEL)
			return 1 + fuzz_choose(stream, 6);
		if (spec->field == FIELD_BIT)
			return fuzz_choose(stream, fuzz_chance(stream, 128) ? 8 : 64);
		break;
	}
	return fuzz_number(stream, spec);
}

static void put_attr(struct stream *stream, uint8_t cmd, const struct spec *spec)
{
	char text[256] = "";
	uint64_t value;

	switch (spec->type) {
	case TYPE_FLAG:
		nl_put(spec->id, NULL, 0);
		break;
	case TYPE_STRING:
		nl_put(spec->id, text, fuzz_text(stream, spec, text, sizeof(text)));
		break;
	case TYPE_BINARY:
		put_binary(stream, spec);
		break;
	default:
		value = attr_number(stream, cmd, spec);
		nl_put(spec->id, &value, spec->size);
	}
}

/*
 * How likely an attribute is that goes with some of the others alone, or that
 * most requests can do without; or 0.
 */
static unsigned int special(uint8_t cmd, unsigned int field, bool odd)
{
	switch (cmd) {
	case MEMCTL_CMD_REGION_ADD:
		/* Two kinds of regions, with attributes of their own. */
		if (field == FIELD_NR_PAGES)
			return odd ? 250 : 2;
		if (field == FIELD_READONLY)
			return odd ? 80 : 2;
		if (field == FIELD_SIZE)
			return odd ? 2 : 250;
		return odd && field != FIELD_NAME && field != FIELD_ARENA ? 2 : 0;
	case MEMCTL_CMD_INJECT_ADD:
		if (field == FIELD_NTH)
			return odd ? 4 : 250;
		if (field == FIELD_PROBABILITY)
			return odd ? 250 : 4;
		return field == FIELD_SEED && !odd ? 4 : 0;
	case MEMCTL_CMD_INJECT_DEL:
		return (field == FIELD_ALL) == odd ? 240 : 8;
	case MEMCTL_CMD_TLB_ADD:
		return field == FIELD_PAGE || field == FIELD_FORMAT || field == FIELD_REGION ? 32 :
											       0;
	}
	return 0;
}

/*
 * Those that were missing once mostly are there, each of the others every
 * third time; or one of them, or all.
 */
void nl_put_attrs(struct stream *stream, const struct command *command)
{
	bool all = fuzz_chance(stream, 12), single = fuzz_chance(stream, 64);
	unsigned int one = fuzz_choose(stream, 8);
	bool odd = fuzz_chance(stream, 76);
	unsigned int i;

	for (i = 0; i < command->request.nr; i++) {
		const struct spec *spec = &command->request.specs[i];
		unsigned int in256 = special(command->cmd, spec->field, odd);

		if (spec->field == FIELD_ARENA)
			in256 = command->set == SET_ARENA ? 240 : 24;
		else if (nl_needed[command->cmd] >> spec->id & 1)
			in256 = 250;
		else if (!in256)
			in256 = single ? (i == one) * 255 : 80;
		if (fuzz_chance(stream, in256) || all)
			put_attr(stream, command->cmd, spec);
	}
}

/* --- spoiling --- */

void nl_spoil(struct stream *stream)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(nl_message + NLMSG_HDRLEN);
	struct nlattr *first = (struct nlattr *)(nl_message + NLMSG_HDRLEN + GENL_HDRLEN);
	bool any = nl_length > NLMSG_HDRLEN + GENL_HDRLEN;
	uint8_t junk[16] = { 0 };

	switch (fuzz_choose(stream, 14)) {
	case 0:
		genl->cmd = fuzz_draw(stream, 1);
		break;
	case 1:
		genl->version = fuzz_draw(stream, 1);
		break;
	case 2:
		genl->reserved = fuzz_draw(stream, 1);
		break;
	case 3:
		nl_header()->nlmsg_flags ^= 1 << fuzz_choose(stream, 12);
		break;
	case 4:
		nl_header()->nlmsg_type = fuzz_draw(stream, 1);
		break;
	case 5:
		nl_put(fuzz_draw(stream, 1), junk, fuzz_choose(stream, sizeof(junk)));
		break;
	case 6:
		if (any)
			nl_put(first->nla_type, first + 1, first->nla_len - NLA_HDRLEN);
		break;
	case 7:
		if (any)
			first->nla_type |= fuzz_chance(stream, 128) ? NLA_F_NESTED :
								      NLA_F_NET_BYTEORDER;
		break;
	case 8:
		if (any)
			first->nla_len += fuzz_choose(stream, 9) - 4;
		break;
	case 9:
		nl_length -= fuzz_choose(stream, nl_length > 64 ? 64 : nl_length);
		break;
	case 10:
		memset(nl_message + nl_length, 0, 12);
		nl_length += fuzz_choose(stream, 12);
		break;
	case 11:
		nl_header()->nlmsg_seq = fuzz_draw(stream, 4);
		nl_header()->nlmsg_pid = fuzz_draw(stream, 1);
		break;
	default:
		nl_message[fuzz_draw(stream, 2) % nl_length] ^= 1 << fuzz_choose(stream, 8);
	}
}
