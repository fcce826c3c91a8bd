/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_module.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uapi/rtpferry.h"

#define FAMILY 33
#define QUEUE 512      /* datagrams that a socket holds */
#define DATAGRAM 2048  /* bytes */
#define PER_DATAGRAM 2 /* flows of a dump in one datagram */

struct mnl_socket;

struct fake_socket {
	bool open;
	int fd;
	unsigned head, tail; /* of the queue */
	bool overrun;        /* the next read says so */
	struct {
		uint32_t len;
		_Alignas(8) uint8_t data[DATAGRAM];
	} queue[QUEUE];
};

/* What a request is read into. */
struct request {
	const struct nlmsghdr *head;
	const uint8_t *attributes;
	size_t len;
	uint8_t command;
	int socket;
};

struct fake_module fake;
static struct fake_socket sockets[FAKE_SOCKETS];

void fake_reset(void)
{
	for (unsigned i = 0; i < FAKE_SOCKETS; i++) {
		if (sockets[i].open)
			close(sockets[i].fd);
		sockets[i].open = false;
	}
	memset(&fake, 0, sizeof(fake));
}

unsigned fake_flows(uint32_t table)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		n += fake.flows[i].port != 0 && fake.flows[i].table == table;
	return n;
}

/* ---- answers ---- */

struct answer {
	_Alignas(8) uint8_t data[DATAGRAM];
	size_t len;
	size_t message; /* where the message begins */
};

static void put(struct answer *a, const void *data, size_t len)
{
	if (len)
		memcpy(a->data + a->len, data, len);
	a->len += len;
	while (a->len % 4)
		a->data[a->len++] = 0;
}

static void put_attribute(struct answer *a, uint16_t type, const void *data, size_t len)
{
	struct nlattr head = {(uint16_t)(sizeof(head) + len), type};

	put(a, &head, sizeof(head));
	put(a, data, len);
}

static void put_number(struct answer *a, uint16_t type, uint64_t value, size_t size)
{
	put_attribute(a, type, &value, size); /* little endian, as where the tests run */
}

static size_t nest(struct answer *a, uint16_t type)
{
	size_t at = a->len;

	put_attribute(a, type | NLA_F_NESTED, NULL, 0);
	return at;
}

static void nest_end(struct answer *a, size_t at)
{
	((struct nlattr *)(a->data + at))->nla_len = (uint16_t)(a->len - at);
}

static void begin(struct answer *a, const struct request *r, uint16_t type, uint16_t flags)
{
	struct nlmsghdr head = {.nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = r->head->nlmsg_seq};
	struct genlmsghdr genl = {.cmd = r->command, .version = 1};

	a->message = a->len;
	put(a, &head, sizeof(head));
	if (type == FAMILY || type == GENL_ID_CTRL)
		put(a, &genl, sizeof(genl));
}

static void end(struct answer *a)
{
	((struct nlmsghdr *)(a->data + a->message))->nlmsg_len = (uint32_t)(a->len - a->message);
}

static void deliver(const struct request *r, const struct answer *a)
{
	struct fake_socket *s = &sockets[r->socket];

	if (fake.lose > 0 && a->len > 100) {
		fake.lose--;
		s->overrun = true;
		return;
	}
	if (s->tail - s->head == QUEUE) {
		s->overrun = true;
		return;
	}
	s->queue[s->tail % QUEUE].len = (uint32_t)a->len;
	memcpy(s->queue[s->tail % QUEUE].data, a->data, a->len);
	s->tail++;
}

static void acknowledge(const struct request *r, int code)
{
	struct answer a = {.len = 0};
	struct nlmsgerr error = {.error = -code, .msg = *r->head};

	begin(&a, r, NLMSG_ERROR, NLM_F_CAPPED | (code && (fake.words || fake.offset) ? NLM_F_ACK_TLVS : 0));
	put(&a, &error, sizeof(error));
	if (code && fake.words)
		put_attribute(&a, NLMSGERR_ATTR_MSG, fake.words, strlen(fake.words) + 1);
	if (code && fake.offset)
		put_number(&a, NLMSGERR_ATTR_OFFS, fake.offset, 4);
	end(&a);
	deliver(r, &a);
}

/* ---- requests ---- */

static const uint8_t *next(const uint8_t *at, const uint8_t *last, uint16_t *type, size_t *len)
{
	const struct nlattr *head = (const struct nlattr *)at;

	if (at + sizeof(*head) > last)
		return NULL;
	*type = head->nla_type & NLA_TYPE_MASK;
	*len = head->nla_len - sizeof(*head);
	return at + sizeof(*head);
}

static const uint8_t *after(const uint8_t *data, size_t len)
{
	return data + ((len + 3) & ~(size_t)3);
}

static uint64_t number(const uint8_t *data, size_t len)
{
	uint64_t n = 0;

	memcpy(&n, data, len);
	return n;
}

static void read_flow(const uint8_t *data, size_t len, struct fake_flow *out)
{
	const uint8_t *at = data, *part;
	uint16_t type;
	size_t size;

	memset(out, 0, sizeof(*out));
	out->len = (uint16_t)(len + sizeof(struct nlattr));
	for (; (part = next(at, data + len, &type, &size)); at = after(part, size)) {
		if (type == RTPFERRY_A_FLOW_LOCAL_ADDRESS) {
			memcpy(out->address, part, size);
			out->address_len = (uint8_t)size;
		} else if (type == RTPFERRY_A_FLOW_LOCAL_PORT) {
			out->port = (uint16_t)number(part, size);
		} else if (type == RTPFERRY_A_FLOW_COOKIE) {
			out->cookie = number(part, size);
		} else if (type == RTPFERRY_A_FLOW_TYPE) {
			out->n_types++;
		}
	}
}

static void read_table(const struct request *r, struct fake_table *out)
{
	const uint8_t *at, *part;
	uint16_t type;
	size_t len;

	memset(out, 0, sizeof(*out));
	part = next(r->attributes, r->attributes + r->len, &type, &len);
	if (!part || type != RTPFERRY_A_TABLE)
		return;
	at = part;
	for (const uint8_t *last = part + len; (part = next(at, last, &type, &len)); at = after(part, len)) {
		if (type == RTPFERRY_A_TABLE_ID)
			out->id = (uint32_t)number(part, len);
		else if (type == RTPFERRY_A_TABLE_LABEL)
			memcpy(out->label, part, len);
		else if (type == RTPFERRY_A_TABLE_LEASE_S)
			out->lease_s = (uint32_t)number(part, len);
		else if (type == RTPFERRY_A_TABLE_HOOK)
			out->hook = (uint32_t)number(part, len);
		out->locals += type == RTPFERRY_A_TABLE_LOCAL;
		out->devices += type == RTPFERRY_A_TABLE_DEVICE;
	}
}

static struct fake_table *find_table(uint32_t id)
{
	for (unsigned i = 0; i < FAKE_TABLES; i++)
		if (fake.tables[i].id == id)
			return &fake.tables[i];
	return NULL;
}

static struct fake_flow *find_flow(uint32_t table, const struct fake_flow *key)
{
	for (unsigned i = 0; i < FAKE_FLOWS; i++) {
		struct fake_flow *f = &fake.flows[i];

		if (f->port == key->port &&
		    (key->port == 0 || (f->table == table && f->address_len == key->address_len &&
		                        memcmp(f->address, key->address, 16) == 0)))
			return f;
	}
	return NULL;
}

/* ---- commands ---- */

static void put_reason(struct answer *a, uint16_t type, uint32_t reason, uint64_t packets)
{
	size_t at = nest(a, type);

	put_number(a, RTPFERRY_A_REASON_REASON, reason, 4);
	put_number(a, RTPFERRY_A_REASON_PACKETS, packets, 8);
	nest_end(a, at);
}

static void put_table(struct answer *a, const struct fake_table *t, bool adopted)
{
	size_t table = nest(a, RTPFERRY_A_TABLE);

	put_number(a, RTPFERRY_A_TABLE_ID, t->id, 4);
	put_attribute(a, RTPFERRY_A_TABLE_LABEL, t->label, strlen(t->label) + 1);
	put_number(a, RTPFERRY_A_TABLE_HOOK, fake.younger ? RTPFERRY_HOOK_COUNT : t->hook, 4);
	put_number(a, 0, 0, 0); /* padding, as some machines have it */
	put_number(a, RTPFERRY_A_TABLE_NETNS, 4026531840u, 8);
	put_number(a, RTPFERRY_A_TABLE_FLOWS, fake_flows(t->id), 4);
	put_number(a, RTPFERRY_A_TABLE_LEASE_LEFT_MS, t->lease_s * 1000, 4);
	if (t->owner >= 0)
		put_number(a, RTPFERRY_A_TABLE_OWNER, (uint64_t)t->owner + 1, 4);
	if (adopted)
		put_attribute(a, RTPFERRY_A_TABLE_ADOPTED, NULL, 0);
	if (fake.younger)
		put_reason(a, RTPFERRY_A_TABLE_DECLINED, RTPFERRY_REASON_COUNT, 4);
	put_reason(a, RTPFERRY_A_TABLE_DECLINED, RTPFERRY_REASON_NO_FLOW, 17);
	put_number(a, 99, 1, 4); /* an attribute of a younger module */
	nest_end(a, table);
}

static void put_source(struct answer *a, uint32_t ssrc)
{
	size_t source = nest(a, RTPFERRY_A_STATS_SOURCE);

	put_number(a, RTPFERRY_A_SOURCE_SSRC, ssrc, 4);
	put_number(a, RTPFERRY_A_SOURCE_PACKETS, 90, 8);
	put_number(a, RTPFERRY_A_SOURCE_EXPECTED, 100, 8);
	put_number(a, RTPFERRY_A_SOURCE_LOST, 10, 8);
	put_number(a, RTPFERRY_A_SOURCE_JITTER, 160, 4);
	put_number(a, RTPFERRY_A_SOURCE_CLOCK_RATE, 8000, 4);
	put_number(a, RTPFERRY_A_SOURCE_HIGHEST_SEQ, 65540, 4);
	put_number(a, RTPFERRY_A_SOURCE_PAYLOAD_TYPE, 8, 1);
	put_number(a, RTPFERRY_A_SOURCE_IDLE_MS, 20, 8);
	put_number(a, RTPFERRY_A_SOURCE_WINDOW, 0xf00000000000000du, 8);
	nest_end(a, source);
}

static void put_past(struct answer *a)
{
	size_t past = nest(a, RTPFERRY_A_STATS_PAST);

	put_number(a, RTPFERRY_A_PAST_PACKETS, 31, 8);
	put_number(a, RTPFERRY_A_PAST_EXPECTED, 33, 8);
	put_number(a, RTPFERRY_A_PAST_LOST, 4, 8);
	put_number(a, RTPFERRY_A_PAST_DUPLICATES, 2, 8);
	put_number(a, RTPFERRY_A_PAST_REORDERED, 5, 8);
	nest_end(a, past);
}

static void put_flow(struct answer *a, const struct fake_flow *f)
{
	size_t flow = nest(a, RTPFERRY_A_FLOW), stats;

	put_attribute(a, RTPFERRY_A_FLOW_LOCAL_ADDRESS, f->address, f->address_len);
	put_number(a, RTPFERRY_A_FLOW_LOCAL_PORT, f->port, 2);
	put_number(a, RTPFERRY_A_FLOW_COOKIE, f->cookie, 8);
	stats = nest(a, RTPFERRY_A_FLOW_STATS);
	put_number(a, RTPFERRY_A_STATS_PACKETS, 1000u + f->port, fake.bad_answers ? 2 : 8);
	put_number(a, RTPFERRY_A_STATS_BYTES, 172000, 8);
	put_number(a, RTPFERRY_A_STATS_RTCP, 3, 8);
	put_number(a, RTPFERRY_A_STATS_IDLE_MS, 40, 8);
	if (fake.younger)
		put_reason(a, RTPFERRY_A_STATS_DROPPED, RTPFERRY_REASON_COUNT + 3, 6);
	put_reason(a, RTPFERRY_A_STATS_PASSED_UP, RTPFERRY_REASON_STUN, 5);
	for (uint32_t i = 0; i < (fake.younger ? 5 : 1); i++)
		put_source(a, 0x11223344 + i);
	put_past(a);
	nest_end(a, stats);
	nest_end(a, flow);
}

static void tell_family(const struct request *r)
{
	struct answer a = {.len = 0};

	if (fake.absent) {
		acknowledge(r, ENOENT);
		return;
	}
	begin(&a, r, GENL_ID_CTRL, 0);
	put_number(&a, CTRL_ATTR_FAMILY_ID, FAMILY, 2);
	put_attribute(&a, CTRL_ATTR_FAMILY_NAME, "rtpferry", 9);
	end(&a);
	deliver(r, &a);
	acknowledge(r, 0);
}

static void tell_info(const struct request *r)
{
	struct answer a = {.len = 0};
	size_t info;

	begin(&a, r, FAMILY, 0);
	info = nest(&a, RTPFERRY_A_INFO);
	put_attribute(&a, RTPFERRY_A_INFO_MODULE_VERSION, "9.8.7", 6);
	put_number(&a, RTPFERRY_A_INFO_ABI, fake.abi ? fake.abi : RTPFERRY_ABI, 4);
	put_number(&a, RTPFERRY_A_INFO_MAX_TABLES, 64, fake.abi ? 8 : 4); /* another contract, another length */
	put_number(&a, RTPFERRY_A_INFO_MAX_FLOWS, 262144, 4);
	nest_end(&a, info);
	end(&a);
	deliver(r, &a);
	acknowledge(r, 0);
}

static void make_table(const struct request *r, const struct fake_table *wish)
{
	struct answer a = {.len = 0};
	struct fake_table *t = NULL;
	static uint32_t last;
	bool adopted;

	for (unsigned i = 0; i < FAKE_TABLES; i++)
		if (fake.tables[i].id && fake.tables[i].owner < 0 && strcmp(fake.tables[i].label, wish->label) == 0)
			t = &fake.tables[i];
	adopted = t != NULL;
	if (!adopted) {
		uint32_t id = wish->id ? wish->id : ++last;

		t = find_table(0);
		*t = *wish;
		t->id = id;
	}
	t->owner = r->socket;
	begin(&a, r, FAMILY, 0);
	put_table(&a, t, adopted);
	end(&a);
	deliver(r, &a);
	acknowledge(r, 0);
}

static void set_flows(const struct request *r, const struct fake_table *t)
{
	const uint8_t *at = r->attributes, *part;
	struct fake_flow flow, *place;
	uint16_t type;
	size_t len;

	for (; (part = next(at, r->attributes + r->len, &type, &len)); at = after(part, len)) {
		if (type != RTPFERRY_A_FLOW)
			continue;
		read_flow(part, len, &flow);
		place = find_flow(t->id, &flow);
		if (!place)
			place = find_flow(0, &(struct fake_flow){0});
		*place = flow;
		place->table = t->id;
	}
	acknowledge(r, 0);
}

static void end_flows(const struct request *r, const struct fake_table *t)
{
	const uint8_t *at = r->attributes, *part;
	struct fake_flow key, *flow;
	uint16_t type;
	size_t len;

	for (; (part = next(at, r->attributes + r->len, &type, &len)); at = after(part, len)) {
		struct answer a = {.len = 0};

		if (type != RTPFERRY_A_FLOW)
			continue;
		read_flow(part, len, &key);
		flow = find_flow(t->id, &key);
		if (!flow) {
			acknowledge(r, ENOENT);
			return;
		}
		begin(&a, r, FAMILY, 0);
		put_flow(&a, flow);
		end(&a);
		flow->port = 0;
		deliver(r, &a);
	}
	acknowledge(r, 0);
}

static void finish_dump(const struct request *r)
{
	struct answer a = {.len = 0};
	int code = 0;

	begin(&a, r, NLMSG_DONE, NLM_F_MULTI);
	put(&a, &code, sizeof(code));
	end(&a);
	deliver(r, &a);
}

static void tell_flow(const struct request *r, const struct fake_table *t)
{
	struct answer a = {.len = 0};
	struct fake_flow key, *flow = NULL;
	const uint8_t *at = r->attributes, *part;
	uint16_t type;
	size_t len;

	for (; (part = next(at, r->attributes + r->len, &type, &len)); at = after(part, len)) {
		if (type != RTPFERRY_A_FLOW)
			continue;
		read_flow(part, len, &key);
		flow = find_flow(t->id, &key);
	}
	if (!flow) {
		acknowledge(r, ENOENT);
		return;
	}
	begin(&a, r, FAMILY, 0);
	put_flow(&a, flow);
	end(&a);
	deliver(r, &a);
	acknowledge(r, 0);
}

static void dump_flows(const struct request *r, const struct fake_table *t)
{
	struct answer a = {.len = 0};
	unsigned n = 0;

	for (unsigned i = 0; i < FAKE_FLOWS; i++) {
		if (fake.flows[i].port == 0 || fake.flows[i].table != t->id)
			continue;
		begin(&a, r, FAMILY, NLM_F_MULTI);
		put_flow(&a, &fake.flows[i]);
		end(&a);
		if (++n % PER_DATAGRAM == 0) {
			deliver(r, &a);
			a.len = 0;
		}
	}
	if (a.len > 0)
		deliver(r, &a);
	finish_dump(r);
}

static void dump_tables(const struct request *r)
{
	for (unsigned i = 0; i < FAKE_TABLES; i++) {
		struct answer a = {.len = 0};

		if (fake.tables[i].id == 0)
			continue;
		begin(&a, r, FAMILY, NLM_F_MULTI);
		put_table(&a, &fake.tables[i], false);
		end(&a);
		deliver(r, &a);
	}
	finish_dump(r);
}

static void end_table(const struct request *r, struct fake_table *t, const struct fake_table *named)
{
	if (t->owner != r->socket && (t->owner >= 0 || strcmp(t->label, named->label) != 0)) {
		acknowledge(r, EPERM);
		return;
	}
	for (unsigned i = 0; i < FAKE_FLOWS; i++)
		if (fake.flows[i].table == t->id)
			fake.flows[i].port = 0;
	t->id = 0;
	acknowledge(r, 0);
}

static void about_a_table(const struct request *r, const struct fake_table *named)
{
	struct fake_table *t = named->id ? find_table(named->id) : NULL;
	struct answer a = {.len = 0};

	if (!t) {
		acknowledge(r, ENOENT);
	} else if (r->command == RTPFERRY_CMD_FLOW_SET) {
		set_flows(r, t);
	} else if (r->command == RTPFERRY_CMD_FLOW_DEL) {
		end_flows(r, t);
	} else if (r->command == RTPFERRY_CMD_FLOW_GET) {
		if ((r->head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
			dump_flows(r, t);
		else
			tell_flow(r, t);
	} else if (r->command == RTPFERRY_CMD_TABLE_DEL) {
		end_table(r, t, named);
	} else if (r->command == RTPFERRY_CMD_TABLE_RENEW) {
		t->locals += named->locals;
		acknowledge(r, 0);
	} else {
		begin(&a, r, FAMILY, 0);
		put_table(&a, t, false);
		end(&a);
		deliver(r, &a);
		acknowledge(r, 0);
	}
}

static void serve(const struct request *r)
{
	struct fake_table named;

	fake.sent++;
	if (fake.silent)
		return;
	if (r->head->nlmsg_type == GENL_ID_CTRL) {
		tell_family(r);
		return;
	}
	if (fake.refusal && r->command == fake.refused) {
		acknowledge(r, fake.refusal);
		return;
	}
	read_table(r, &named);
	if (r->command == RTPFERRY_CMD_GET_INFO)
		tell_info(r);
	else if (r->command == RTPFERRY_CMD_TABLE_NEW)
		make_table(r, &named);
	else if (r->command == RTPFERRY_CMD_TABLE_GET && (r->head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		dump_tables(r);
	else
		about_a_table(r, &named);
}

/* ---- libmnl ---- */

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid);
int __wrap_mnl_socket_close(struct mnl_socket *nl);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *nl);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *data, size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *data, size_t len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

static int index_of(const struct mnl_socket *nl)
{
	return (int)((const struct fake_socket *)(const void *)nl - sockets);
}

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	for (unsigned i = 0; bus == NETLINK_GENERIC && i < FAKE_SOCKETS; i++) {
		struct fake_socket *s = &sockets[i];

		if (s->open)
			continue;
		s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		s->open = true;
		s->head = s->tail = 0;
		s->overrun = false;
		fake.open++;
		return (struct mnl_socket *)(void *)s;
	}
	errno = EMFILE;
	return NULL;
}

int __wrap_mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *nl)
{
	struct fake_socket *s = (struct fake_socket *)(void *)nl;

	for (unsigned i = 0; i < FAKE_TABLES; i++)
		if (fake.tables[i].owner == index_of(nl))
			fake.tables[i].owner = -1;
	fake.open--;
	s->open = false;
	return close(s->fd);
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return ((const struct fake_socket *)(const void *)nl)->fd;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *nl, const void *data, size_t len)
{
	const struct nlmsghdr *head = data;
	const struct genlmsghdr *genl = (const void *)(head + 1);
	struct request r = {head, (const uint8_t *)(genl + 1), len - sizeof(*head) - sizeof(*genl), genl->cmd,
	                    index_of(nl)};

	if (head->nlmsg_len != len) {
		errno = EINVAL;
		return -1;
	}
	serve(&r);
	return (ssize_t)len;
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *nl, void *data, size_t len)
{
	struct fake_socket *s = &sockets[index_of(nl)];
	uint32_t n;

	if (s->overrun || s->head == s->tail) {
		errno = s->overrun ? ENOBUFS : EAGAIN;
		s->overrun = false;
		return -1;
	}
	n = s->queue[s->head % QUEUE].len;
	if (n > len) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(data, s->queue[s->head % QUEUE].data, n);
	s->head++;
	return (ssize_t)n;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int room = fake.room ? (int)fake.room : 8 << 20;

	(void)fd;
	(void)level;
	(void)name;
	memcpy(value, &room, sizeof(room));
	*len = sizeof(room);
	return 0;
}
