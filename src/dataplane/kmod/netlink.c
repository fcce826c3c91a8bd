/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

struct rf_netlink {
	struct mnl_socket *socket; /* owned */
	int protocol;              /* NETLINK_GENERIC, … */
	unsigned room;             /* bytes of answers that the socket holds */
	uint32_t number;           /* of the last message */
	uint16_t type;             /* of the family's messages */
	uint8_t version;           /* of the family */
	bool full;                 /* the request did not fit */
	struct nlmsghdr *message;  /* the request, in buffer; NULL: none begun */
	char *buffer;              /* owned; RF_NETLINK_REQUEST bytes for requests, RF_NETLINK_READ for answers */
};

static char *answers(const struct rf_netlink *nl)
{
	return nl->buffer + RF_NETLINK_REQUEST;
}

/* Ask for a buffer of that size, by privilege or as far as anybody may; what was granted. */
static unsigned set_room(int fd, int force, int option, int size)
{
	socklen_t len = sizeof(size);

	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
	return getsockopt(fd, SOL_SOCKET, option, &size, &len) < 0 ? 0 : (unsigned)size;
}

static int open_socket(struct rf_netlink *nl)
{
	int on = 1, fd;

	nl->socket = mnl_socket_open2(nl->protocol, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!nl->socket || mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Words with a refusal; and the request's header alone, not all of it, with an answer. */
	mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	fd = mnl_socket_get_fd(nl->socket);
	nl->room = set_room(fd, SO_RCVBUFFORCE, SO_RCVBUF, RF_NETLINK_RECEIVE);
	set_room(fd, SO_SNDBUFFORCE, SO_SNDBUF, 2 * RF_NETLINK_REQUEST);
	return 0;
}

int rf_netlink_open(int protocol, struct rf_netlink **out)
{
	struct rf_netlink *nl = calloc(1, sizeof(*nl));
	int rc = -ENOMEM;

	if (!nl)
		return rc;
	nl->protocol = protocol;
	nl->buffer = malloc(RF_NETLINK_REQUEST + RF_NETLINK_READ);
	if (nl->buffer)
		rc = open_socket(nl);
	if (rc < 0) {
		rf_netlink_close(nl);
		return rc;
	}
	*out = nl;
	return 0;
}

void rf_netlink_close(struct rf_netlink *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	free(nl->buffer);
	free(nl);
}

int rf_netlink_fd(const struct rf_netlink *nl)
{
	return mnl_socket_get_fd(nl->socket);
}

unsigned rf_netlink_room(const struct rf_netlink *nl)
{
	return nl->room;
}

uint32_t rf_netlink_number(struct rf_netlink *nl, uint32_t count)
{
	uint32_t first = nl->number + 1;

	nl->number += count;
	return first;
}

static void begin(struct rf_netlink *nl, uint16_t type, uint8_t command, uint8_t version, uint16_t flags)
{
	struct genlmsghdr *head;

	memset(nl->buffer, 0, sizeof(struct nlmsghdr) + sizeof(*head));
	nl->full = false;
	nl->message = mnl_nlmsg_put_header(nl->buffer);
	nl->message->nlmsg_type = type;
	nl->message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (flags ? flags : NLM_F_ACK));
	nl->message->nlmsg_seq = rf_netlink_number(nl, 1);
	head = mnl_nlmsg_put_extra_header(nl->message, sizeof(*head));
	head->cmd = command;
	head->version = version;
}

void rf_netlink_begin(struct rf_netlink *nl, uint8_t command, uint16_t flags)
{
	begin(nl, nl->type, command, nl->version, flags);
}

void rf_netlink_put(struct rf_netlink *nl, uint16_t type, const void *data, size_t len)
{
	if (!nl->full && (len > UINT16_MAX - sizeof(struct nlattr) ||
	                  !mnl_attr_put_check(nl->message, RF_NETLINK_REQUEST, type, len, data)))
		nl->full = true;
}

void rf_netlink_put_u8(struct rf_netlink *nl, uint16_t type, uint8_t value)
{
	rf_netlink_put(nl, type, &value, sizeof(value));
}

void rf_netlink_put_u16(struct rf_netlink *nl, uint16_t type, uint16_t value)
{
	rf_netlink_put(nl, type, &value, sizeof(value));
}

void rf_netlink_put_u32(struct rf_netlink *nl, uint16_t type, uint32_t value)
{
	rf_netlink_put(nl, type, &value, sizeof(value));
}

void rf_netlink_put_u64(struct rf_netlink *nl, uint16_t type, uint64_t value)
{
	rf_netlink_put(nl, type, &value, sizeof(value));
}

void rf_netlink_put_text(struct rf_netlink *nl, uint16_t type, const char *text)
{
	rf_netlink_put(nl, type, text, strlen(text) + 1);
}

size_t rf_netlink_nest(struct rf_netlink *nl, uint16_t type)
{
	struct nlattr *nest = nl->full ? NULL : mnl_attr_nest_start_check(nl->message, RF_NETLINK_REQUEST, type);

	if (!nest) {
		nl->full = true;
		return 0;
	}
	return (size_t)((char *)nest - nl->buffer);
}

void rf_netlink_nest_end(struct rf_netlink *nl, size_t mark)
{
	if (nl->full)
		return;
	if (nl->message->nlmsg_len - mark > UINT16_MAX)
		nl->full = true;
	else
		mnl_attr_nest_end(nl->message, (struct nlattr *)(nl->buffer + mark));
}

const void *rf_netlink_request(const struct rf_netlink *nl, size_t *len)
{
	*len = nl->message ? nl->message->nlmsg_len : 0;
	return nl->buffer;
}

/* The words of an extended ack; what is not printable becomes a question mark. */
static void take_words(const struct nlattr *attr, struct rf_netlink_error *error)
{
	const char *words = mnl_attr_get_payload(attr);
	size_t len = strnlen(words, mnl_attr_get_payload_len(attr));

	if (len >= sizeof(error->sentence))
		len = sizeof(error->sentence) - 1;
	for (size_t i = 0; i < len; i++)
		error->sentence[i] = (char)(words[i] >= 0x20 && words[i] < 0x7f ? words[i] : '?');
	error->sentence[len] = '\0';
}

/* What an answer that ends a request has behind its first skip bytes. */
static void take_extended(const struct nlmsghdr *message, size_t skip, struct rf_netlink_error *error)
{
	size_t len = mnl_nlmsg_get_payload_len(message);
	const struct nlattr *attr;
	const char *at;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	for (skip = MNL_ALIGN(skip); skip + sizeof(*attr) <= len; skip += MNL_ALIGN(attr->nla_len)) {
		at = mnl_nlmsg_get_payload_offset(message, skip);
		attr = (const struct nlattr *)at;
		if (!mnl_attr_ok(attr, (int)(len - skip)))
			return;
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			take_words(attr, error);
		else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS &&
		         mnl_attr_get_payload_len(attr) == sizeof(uint32_t))
			error->offset = mnl_attr_get_u32(attr);
	}
}

/* The last word to a request: an acknowledgement, a refusal, the end of a dump. */
static void take_end(const struct nlmsghdr *message, struct rf_netlink_end *end)
{
	bool done = message->nlmsg_type == NLMSG_DONE;
	size_t len = mnl_nlmsg_get_payload_len(message), skip = sizeof(int);
	const struct nlmsgerr *refusal = mnl_nlmsg_get_payload(message);
	struct rf_netlink_error error = {0};
	int code = 0;

	if (len >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(message), sizeof(code));
	if (!done) {
		skip = sizeof(*refusal);
		if (len < skip)
			code = -EBADMSG;
		else if (!(message->nlmsg_flags & NLM_F_CAPPED) && refusal->msg.nlmsg_len > sizeof(refusal->msg))
			skip += refusal->msg.nlmsg_len - sizeof(refusal->msg);
	}
	end->ended = true;
	if (code >= 0 || end->code < 0)
		return;
	if (skip <= len)
		take_extended(message, skip, &error);
	end->code = code < -4095 ? -EBADMSG : code;
	end->error = error;
	end->error.number = message->nlmsg_seq;
}

void rf_netlink_walk(const void *data, size_t len, uint32_t first, uint32_t last, rf_netlink_fn *fn, void *arg,
                     struct rf_netlink_end *end)
{
	const struct nlmsghdr *message = data;
	int left = (int)len, rc;

	for (; mnl_nlmsg_ok(message, left) && message->nlmsg_len <= len; message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_seq - first > last - first)
			continue; /* of an earlier request that was given up */
		if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
			take_end(message, end);
			continue;
		}
		if (message->nlmsg_type < NLMSG_MIN_TYPE || !fn)
			continue;
		rc = fn(arg, message);
		if (rc < 0 && end->code == 0)
			end->code = rc;
	}
}

/* One buffer of answers: 1, or a negative errno that reading ended with. */
static int read_some(struct rf_netlink *nl, uint32_t first, uint32_t last, rf_netlink_fn *fn, void *arg,
                     struct rf_netlink_end *end)
{
	ssize_t n = mnl_socket_recvfrom(nl->socket, answers(nl), RF_NETLINK_READ);

	if (n < 0)
		return errno == ENOSPC ? -EBADMSG : -errno;
	rf_netlink_walk(answers(nl), (size_t)n, first, last, fn, arg, end);
	return 1;
}

/* Read all that is there; one message's answers end with its last word, a batch's when nothing more comes. */
static int read_all(struct rf_netlink *nl, uint32_t first, uint32_t last, rf_netlink_fn *fn, void *arg,
                    struct rf_netlink_error *error)
{
	struct rf_netlink_end end = {0};
	bool lost = false;
	int rc;

	do {
		rc = read_some(nl, first, last, fn, arg, &end);
		if (rc == -ENOBUFS)
			lost = true;
		if (rc == -EINTR || rc == -ENOBUFS)
			rc = 1;
	} while (rc > 0 && !(end.ended && first == last));
	*error = end.error;
	if (rc < 0 && rc != -EAGAIN)
		return rc;
	if (end.code < 0)
		return end.code;
	if (lost)
		return -ENOBUFS;
	return end.ended ? 0 : -ENODATA;
}

int rf_netlink_exchange(struct rf_netlink *nl, const void *data, size_t len, uint32_t first, uint32_t last,
                        rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error)
{
	memset(error, 0, sizeof(*error));
	if (mnl_socket_sendto(nl->socket, data, len) < 0)
		return -errno;
	return read_all(nl, first, last, fn, arg, error);
}

int rf_netlink_send(struct rf_netlink *nl)
{
	if (nl->full)
		return -EMSGSIZE;
	return mnl_socket_sendto(nl->socket, nl->message, nl->message->nlmsg_len) < 0 ? -errno : 0;
}

int rf_netlink_call(struct rf_netlink *nl, rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error)
{
	uint32_t number = nl->message->nlmsg_seq;
	int rc = rf_netlink_send(nl);

	memset(error, 0, sizeof(*error));
	return rc < 0 ? rc : read_all(nl, number, number, fn, arg, error);
}

int rf_netlink_read(struct rf_netlink *nl, rf_netlink_fn *fn, void *arg, struct rf_netlink_error *error)
{
	uint32_t number = nl->message->nlmsg_seq;
	struct rf_netlink_end end = {0};
	int rc;

	memset(error, 0, sizeof(*error));
	do
		rc = read_some(nl, number, number, fn, arg, &end);
	while (rc == -EINTR);
	if (rc == -EAGAIN)
		return rc;
	*error = end.error;
	if (rc > 0)
		rc = end.code < 0 ? end.code : end.ended ? 0 : 1;
	/* A dump that failed here goes on in the kernel, and would stand in the way of the next. */
	while (rc < 0 && !end.ended && read_some(nl, number, number, NULL, NULL, &end) > 0)
		;
	return rc;
}

/* The number of a family's messages, from the controller's answer. */
static int take_family(void *arg, const struct nlmsghdr *message)
{
	uint16_t *type = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message,
	                  sizeof(struct genlmsghdr)) if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
	                                                 mnl_attr_validate(attr, MNL_TYPE_U16) == 0) *type =
		mnl_attr_get_u16(attr);
	return 0;
}

int rf_netlink_resolve(struct rf_netlink *nl, const char *family, uint8_t version)
{
	struct rf_netlink_error error;
	uint16_t type = 0;
	int rc;

	begin(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	rf_netlink_put_text(nl, CTRL_ATTR_FAMILY_NAME, family);
	rc = rf_netlink_call(nl, take_family, &type, &error);
	if (rc < 0)
		return rc;
	if (type == 0)
		return -EBADMSG;
	nl->type = type;
	nl->version = version;
	return 0;
}
