// SPDX-License-Identifier: GPL-2.0
/*
 * transport.c - receiving datagrams from a socket or a capture.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>

#include "transport.h"

/* The kernel sends at most 32 KiB in one dump message, but answers can be longer. */
#define BUFFER_SIZE (256 * 1024)

static const char magic[8] = "memctlc1";

enum { RECORD_REQUEST = 1, RECORD_DATAGRAM, RECORD_ERROR };

struct head {
	uint32_t kind;
	uint32_t length;
};

/* Return: 0, or -errno where the file cannot be written. */
static int open_asked(struct transport *t)
{
	const char *path = getenv("MEMCTL_ASKED");

	t->asked = path ? fopen(path, "ae") : NULL;
	return path && !t->asked ? -errno : 0;
}

static void write_asked(struct transport *t, const unsigned char *message, size_t length,
			unsigned int flags)
{
	if (!t->asked)
		return;
	fprintf(t->asked, "%x ", flags);
	for (size_t i = 0; i < length; i++)
		fprintf(t->asked, "%02x", message[i]);
	fputc('\n', t->asked);
}

static int read_whole(struct transport *t, const char *path)
{
	FILE *file = fopen(path, "re");
	size_t capacity = 0;
	size_t got;

	if (!file)
		return -errno;
	do {
		unsigned char *more;

		capacity = capacity ? capacity * 2 : 65536;
		more = realloc(t->replay, capacity);
		if (!more) {
			fclose(file);
			return -ENOMEM;
		}
		t->replay = more;
		got = fread(t->replay + t->replay_size, 1, capacity - t->replay_size, file);
		t->replay_size += got;
	} while (t->replay_size == capacity);
	if (ferror(file) || fclose(file))
		return -EIO;
	if (t->replay_size < sizeof(magic) || memcmp(t->replay, magic, sizeof(magic)))
		return -EINVAL;
	t->replay_at = sizeof(magic);
	return 0;
}

/**
 * transport_open() - make ready to receive
 * @t: transport, its socket set by the caller for live use
 *
 * Return: 0, or -errno where a capture file cannot be read or written.
 */
int transport_open(struct transport *t)
{
	const char *replay = getenv("MEMCTL_REPLAY");
	const char *capture = getenv("MEMCTL_CAPTURE");
	int ret;

	t->buffer = malloc(BUFFER_SIZE);
	if (!t->buffer)
		return -ENOMEM;
	if (replay) {
		ret = read_whole(t, replay);
		return ret ? ret : open_asked(t);
	}
	if (capture) {
		ret = output_open(&t->capture, capture);
		if (ret)
			return ret;
		fwrite(magic, sizeof(magic), 1, t->capture.stream);
	}
	return 0;
}

/**
 * transport_close() - free the buffers, finish the capture
 * @t: the transport; its socket stays the caller's
 *
 * Return: 0, or -errno where the capture could not be written.
 */
int transport_close(struct transport *t)
{
	int ret = t->capture_error;

	/* Without an answer there is no capture, and what was there stays. */
	if (t->capture.stream && !t->capture.target && !ret)
		ret = output_close(&t->capture);
	else
		output_discard(&t->capture);
	if (t->asked && fclose(t->asked) && !ret)
		ret = -EIO;
	free(t->replay);
	free(t->buffer);
	return ret;
}

static void capture(struct transport *t, uint32_t kind, const void *data, uint32_t length)
{
	struct head head = { kind, length };

	FILE *to = t->capture.stream;

	if (!to || t->capture_error)
		return;
	errno = 0;
	/* A monitor may be killed at any time: from its first answer on the file is there. */
	if (fwrite(&head, sizeof(head), 1, to) != 1 || fwrite(data, 1, length, to) != length ||
	    fflush(to))
		t->capture_error = errno ? -errno : -EIO;
	else if (kind == RECORD_DATAGRAM && t->capture.target)
		t->capture_error = output_publish(&t->capture);
}

/* The record at @at, and where the next one is; false behind the last or a cut one. */
static bool read_record(const struct transport *t, size_t at, struct head *head,
			const unsigned char **data, size_t *next)
{
	if (at > t->replay_size || t->replay_size - at < sizeof(*head))
		return false;
	memcpy(head, t->replay + at, sizeof(*head));
	at += sizeof(*head);
	if (head->length > t->replay_size - at)
		return false;
	*data = t->replay + at;
	*next = at + head->length;
	return true;
}

static bool find_request(struct transport *t, size_t from, size_t to, uint32_t command)
{
	const unsigned char *data;
	struct head head;
	size_t at = from;
	size_t next;

	while (at < to && read_record(t, at, &head, &data, &next)) {
		if (head.kind == RECORD_REQUEST && head.length == sizeof(command) &&
		    !memcmp(data, &command, sizeof(command))) {
			t->replay_at = next;
			return true;
		}
		at = next;
	}
	return false;
}

/**
 * transport_request() - a request is about to be sent
 * @t: the transport
 * @command: its command
 * @message: it, behind the netlink header
 * @length: bytes of it
 * @flags: NLM_F_DUMP or 0
 *
 * Return: 0, or -ENODATA where a capture holds no answer to such a request.
 */
int transport_request(struct transport *t, unsigned int command, const void *message, size_t length,
		      unsigned int flags)
{
	uint32_t word = command;

	write_asked(t, message, length, flags);
	capture(t, RECORD_REQUEST, &word, sizeof(word));
	if (!t->replay || find_request(t, t->replay_at, t->replay_size, word) ||
	    find_request(t, sizeof(magic), t->replay_at, word))
		return 0;
	return -ENODATA;
}

static long replay_receive(struct transport *t)
{
	const unsigned char *data;
	struct head head;
	uint32_t error;
	size_t next;

	if (!read_record(t, t->replay_at, &head, &data, &next) || head.kind == RECORD_REQUEST)
		return 0;
	t->replay_at = next;
	if (head.kind == RECORD_ERROR && head.length == sizeof(error)) {
		memcpy(&error, data, sizeof(error));
		return error && error < 4096 ? -(long)error : -EIO;
	}
	if (head.kind != RECORD_DATAGRAM || head.length > BUFFER_SIZE)
		return -EIO;
	memcpy(t->buffer, data, head.length);
	return head.length;
}

/**
 * transport_receive() - wait for a datagram
 * @t: the transport
 *
 * Return: its length, 0 at the end of a replayed answer, or -errno.
 */
long transport_receive(struct transport *t)
{
	struct sockaddr_nl from;
	socklen_t from_size;
	long got;

	if (t->replay)
		return replay_receive(t);
	do {
		from_size = sizeof(from);
		got = recvfrom(t->fd, t->buffer, BUFFER_SIZE, MSG_TRUNC, (struct sockaddr *)&from,
			       &from_size);
		/* Messages of other senders than the kernel are ignored. */
	} while (got >= 0 && from_size == sizeof(from) && from.nl_pid);
	if (got < 0) {
		uint32_t error = errno;

		capture(t, RECORD_ERROR, &error, sizeof(error));
		return -(long)error;
	}
	if (got > BUFFER_SIZE)
		return -EMSGSIZE;
	capture(t, RECORD_DATAGRAM, t->buffer, got);
	return got;
}
