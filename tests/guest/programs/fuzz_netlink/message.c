// SPDX-License-Identifier: GPL-2.0-or-later
#include "message.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/kmod/attributes.h"
#include "uapi/rtpferry.h"

#define LARGE_FLOWS 900 /* of one huge batch */
#define DEEPEST 6
#define LEASE_SOON_S 5
#define LEASE_MOST_S 28800 /* of the contract */

/* Addresses that the guest has, that it has not, and that nobody has. */
static const uint8_t addresses4[][4] = {{10, 1, 0, 1},  {10, 2, 0, 1},  {10, 1, 0, 2},  {10, 2, 0, 2},
                                        {127, 0, 0, 1}, {192, 0, 2, 1}, {224, 0, 0, 1}, {255, 255, 255, 255}};
static const uint8_t addresses6[][16] = {{0xfd, 1, [15] = 1},   {0xfd, 2, [15] = 1}, {0xfd, 1, [15] = 2},
                                         {0xfd, 2, [15] = 2},   {[15] = 1},          {0xff, 2, [15] = 1},
                                         {0xfe, 0x80, [15] = 9}};

uint32_t fuzz_below(struct fuzz_chance *chance, uint32_t limit)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return limit ? (uint32_t)(chance->state >> 16) % limit : 0;
}

int fuzz_happens(struct fuzz_chance *chance, unsigned int per_mille)
{
	return fuzz_below(chance, 1000) < per_mille;
}

static uint32_t below(struct fuzz_message *message, uint32_t limit)
{
	return fuzz_below(&message->chance, limit);
}

static bool happens(struct fuzz_message *message, unsigned int per_mille)
{
	return fuzz_happens(&message->chance, per_mille);
}

static void put_bytes(struct fuzz_message *message, const void *bytes, size_t len)
{
	if (message->len + len + 8 > sizeof(message->bytes))
		return;
	memcpy(message->bytes + message->len, bytes, len);
	message->len += len;
	while (message->len & 3)
		message->bytes[message->len++] = happens(message, 5) ? 0xff : 0;
}

static void put_noise(struct fuzz_message *message, size_t len)
{
	uint8_t noise[512];

	for (size_t i = 0; i < len && i < sizeof(noise); i++)
		noise[i] = (uint8_t)below(message, 256);
	put_bytes(message, noise, len < sizeof(noise) ? len : sizeof(noise));
}

/* An attribute begins; the place of its header. */
static size_t begin(struct fuzz_message *message, uint16_t kind)
{
	struct nlattr head = {.nla_type = kind};
	size_t at = message->len;

	put_bytes(message, &head, sizeof(head));
	return at;
}

/* It ends, so many bytes of padding before; now and then its length lies. */
static void end(struct fuzz_message *message, size_t at, size_t padding)
{
	static const uint16_t lies[] = {0, 1, 3, 4, 5, 7, 8, 0x7fff, 0xffff};
	struct nlattr head;

	if (at + sizeof(head) > message->len)
		return;
	memcpy(&head, message->bytes + at, sizeof(head));
	head.nla_len = (uint16_t)(message->len - at - padding);
	if (happens(message, message->change / 4))
		head.nla_len = happens(message, 500) ? lies[below(message, 9)]
		                                     : (uint16_t)(head.nla_len + below(message, 9) - 4);
	memcpy(message->bytes + at, &head, sizeof(head));
}

static void put_number(struct fuzz_message *message, uint16_t kind, uint64_t value, size_t size)
{
	size_t at = begin(message, kind);

	put_bytes(message, &value, size);
	end(message, at, (size_t)(-(int)size & 3));
}

static void put_address(struct fuzz_message *message, uint16_t kind, bool ip6, uint32_t which)
{
	size_t at = begin(message, kind);

	if (ip6)
		put_bytes(message, addresses6[which % 7], 16);
	else
		put_bytes(message, addresses4[which % 8], 4);
	end(message, at, 0);
}

static uint64_t edge(struct fuzz_message *message)
{
	static const uint64_t edges[] = {0,
	                                 1,
	                                 2,
	                                 63,
	                                 64,
	                                 127,
	                                 128,
	                                 255,
	                                 256,
	                                 28800,
	                                 28801,
	                                 65535,
	                                 65536,
	                                 0x7fffffff,
	                                 0x80000000,
	                                 0xffffffff,
	                                 0x7fffffffffffffff,
	                                 0xffffffffffffffff};

	return edges[below(message, sizeof(edges) / sizeof(*edges))];
}

static void put_chance(struct fuzz_message *message, const struct rf_attribute_set *set, unsigned int depth);

/* Any attribute of a set, of the right form, mostly: what the contract's own tables say. */
static void put_any(struct fuzz_message *message, const struct rf_attribute_set *set, unsigned int depth)
{
	uint16_t number = (uint16_t)below(message, set->max + 3U);
	const struct rf_attribute *what = number && number <= set->max ? &set->attributes[number] : NULL;
	size_t size = what ? what->size : below(message, 40);
	size_t at;

	if (what && what->kind == RF_ATTRIBUTE_NEST) {
		at = begin(message, (uint16_t)(number | (happens(message, 900) ? NLA_F_NESTED : 0)));
		put_chance(message, what->set, depth + 1);
		end(message, at, 0);
		return;
	}
	if (happens(message, 100))
		number |= NLA_F_NESTED;
	if (happens(message, 30))
		number |= NLA_F_NET_BYTEORDER;
	if (what && what->kind == RF_ATTRIBUTE_NUMBER && happens(message, 800)) {
		put_number(message, number, edge(message), size ? size : below(message, 8));
		return;
	}
	if (what && what->kind == RF_ATTRIBUTE_BYTES && happens(message, 600)) {
		put_address(message, number, happens(message, 500), below(message, 56));
		return;
	}
	at = begin(message, number);
	size = happens(message, 700) ? size : below(message, 300);
	put_noise(message, size);
	end(message, at, (size_t)(-(int)size & 3));
}

static void put_chance(struct fuzz_message *message, const struct rf_attribute_set *set, unsigned int depth)
{
	uint32_t count = depth < DEEPEST && set ? below(message, 6) : 0;

	while (count--)
		put_any(message, set, depth);
}

/* Before an attribute of a valid message: whether it is left out, and now and then another stands in front. */
static bool left_out(struct fuzz_message *message, const struct rf_attribute_set *set)
{
	if (happens(message, message->change / 3))
		put_any(message, set, 1);
	return happens(message, message->change / 2);
}

static void put_field(struct fuzz_message *message, const struct rf_attribute_set *set, uint16_t kind, uint64_t value,
                      size_t size)
{
	unsigned int times = happens(message, message->change / 4) ? 2 : 1;

	if (left_out(message, set))
		return;
	while (times--)
		put_number(message, kind, happens(message, message->change) ? edge(message) : value, size);
}

static void put_end(struct fuzz_message *message, const struct rf_attribute_set *set, uint16_t address, bool ip6,
                    uint32_t which, uint32_t port)
{
	if (!left_out(message, set))
		put_address(message, address, happens(message, message->change / 2) ? !ip6 : ip6, which);
	put_field(message, set, (uint16_t)(address + 1), port, 2);
}

/* A flow's key; few enough ports at times for two keys to meet. */
static struct fuzz_key pick_key(struct fuzz_message *message, uint32_t table)
{
	struct fuzz_key key = {.table = table, .ip6 = happens(message, 400)};

	key.port = 4000 + 2 * below(message, happens(message, 500) ? 8 : 200);
	key.address = below(message, 2);
	return key;
}

static void put_flow(struct fuzz_message *message, const struct rf_attribute_set *set, struct fuzz_key key,
                     bool key_only)
{
	bool ip6 = key.ip6, cross = happens(message, 200);
	uint32_t port = key.port;
	size_t at = begin(message, RTPFERRY_A_FLOW | NLA_F_NESTED);
	size_t type;

	put_end(message, set, RTPFERRY_A_FLOW_LOCAL_ADDRESS, ip6, key.address, port);
	if (!key_only) {
		if (happens(message, 800))
			put_end(message, set, RTPFERRY_A_FLOW_SOURCE_ADDRESS, ip6, 2, 6000);
		put_end(message, set, RTPFERRY_A_FLOW_OUT_ADDRESS, ip6 ^ cross, 1, port + 2);
		put_end(message, set, RTPFERRY_A_FLOW_TO_ADDRESS, ip6 ^ cross,
		        happens(message, 900) ? 3 : below(message, 8), 7000);
		put_field(message, set, RTPFERRY_A_FLOW_FLAGS, 1 + below(message, happens(message, 900) ? 3 : 31), 4);
		for (uint32_t types = below(message, 4); types; types--) {
			type = begin(message, RTPFERRY_A_FLOW_TYPE | NLA_F_NESTED);
			put_field(message, set, RTPFERRY_A_TYPE_NUMBER, below(message, 128), 1);
			put_field(message, set, RTPFERRY_A_TYPE_CLOCK_RATE, 8000, 4);
			end(message, type, 0);
		}
		if (happens(message, 300))
			put_field(message, set, RTPFERRY_A_FLOW_MISMATCH, below(message, 2), 4);
		if (happens(message, 300))
			put_field(message, set, RTPFERRY_A_FLOW_DSCP, below(message, 64), 1);
		put_field(message, set, RTPFERRY_A_FLOW_COOKIE, port, 8);
	}
	end(message, at, 0);
}

static void put_local(struct fuzz_message *message, const struct rf_attribute_set *set, bool ip6, uint32_t which)
{
	size_t at = begin(message, RTPFERRY_A_TABLE_LOCAL | NLA_F_NESTED);

	if (!left_out(message, set))
		put_address(message, RTPFERRY_A_LOCAL_ADDRESS, ip6, which);
	if (happens(message, 150))
		put_address(message, RTPFERRY_A_LOCAL_ALIAS_OF, ip6, below(message, 2));
	end(message, at, 0);
}

/* A lease that is valid ends soon: a table would hold its number to the end of the run. */
static uint64_t pick_lease(struct fuzz_message *message)
{
	uint64_t lease_s = happens(message, message->change) ? edge(message) : 1 + below(message, 4);

	return lease_s < LEASE_SOON_S || lease_s > LEASE_MOST_S ? lease_s : 1;
}

static void put_table(struct fuzz_message *message, const struct rf_attribute_set *set, uint32_t id, bool new)
{
	size_t at = begin(message, RTPFERRY_A_TABLE | NLA_F_NESTED);
	uint32_t hook = happens(message, 700) ? 0 : below(message, 3);
	bool all = new &&happens(message, 600);
	uint32_t count;
	size_t label;
	char name[8];

	if (!new || happens(message, 900))
		put_field(message, set, RTPFERRY_A_TABLE_ID, id, 4);
	if ((new || happens(message, 100)) && !left_out(message, set)) {
		/* An orphan is adopted, or ended, by whoever knows its label. */
		snprintf(name, sizeof(name), "fuzz%u", happens(message, 950) ? id % 10 : below(message, 10));
		label = begin(message, RTPFERRY_A_TABLE_LABEL);
		put_bytes(message, name, sizeof(name) - 2);
		end(message, label, happens(message, message->change / 3) ? 1 : 2);
	}
	if (new) {
		if (!left_out(message, set))
			put_number(message, RTPFERRY_A_TABLE_LEASE_S, pick_lease(message), 4);
		put_field(message, set, RTPFERRY_A_TABLE_HOOK, hook, 4);
	}
	count = hook == RTPFERRY_HOOK_INGRESS ? below(message, 4) : 0;
	while (count--)
		put_field(message, set, RTPFERRY_A_TABLE_DEVICE, 1 + below(message, 6), 4);
	count = new || happens(message, 100) ? below(message, happens(message, 30) ? 80 : 8) : 0;
	while (count--)
		put_local(message, set, happens(message, 400), below(message, happens(message, 900) ? 2 : 8));
	for (uint32_t which = 0; all && which < 4; which++)
		put_local(message, set, which & 1, which / 2);
	end(message, at, 0);
}

static const struct rf_attribute_set *nested(const struct rf_attribute_set *set, uint16_t number)
{
	return set->attributes[number].set;
}

/* How many flows a request names. */
static uint32_t pick_count(struct fuzz_message *message, uint8_t command)
{
	switch (command) {
	case RTPFERRY_CMD_FLOW_DEL:
		if (happens(message, 500))
			return 1;
		/* fall through */
	case RTPFERRY_CMD_FLOW_SET:
		return happens(message, 20) ? LARGE_FLOWS : below(message, happens(message, 600) ? 4 : 12);
	case RTPFERRY_CMD_FLOW_GET:
		return below(message, 2);
	default:
		return 0;
	}
}

static void put_body(struct fuzz_message *message, uint8_t command)
{
	const struct rf_attribute_set *top = &rf_attributes_message;
	bool sets = command == RTPFERRY_CMD_FLOW_SET;
	uint32_t count = pick_count(message, command);
	/* A key that chance picks is hardly ever a flow's. */
	bool again = !sets && count && message->last.table && happens(message, 500);
	uint32_t table = happens(message, 700) ? message->own_id : message->first_id + below(message, 3);
	struct fuzz_key key;

	if (again)
		table = message->last.table;
	if (command != RTPFERRY_CMD_GET_INFO && !happens(message, message->change / 3))
		put_table(message, nested(top, RTPFERRY_A_TABLE), table, command == RTPFERRY_CMD_TABLE_NEW);
	/* Of a huge batch every flow would have its fault: such a one is mostly valid. */
	if (count == LARGE_FLOWS && happens(message, 700))
		message->change = 0;
	while (count--) {
		key = again ? message->last : pick_key(message, table);
		put_flow(message, nested(top, RTPFERRY_A_FLOW), key, !sets);
		if (sets)
			message->last = key;
	}
	if (happens(message, message->change))
		put_chance(message, top, 0);
}

static uint16_t pick_flags(struct fuzz_message *message, uint8_t command)
{
	bool dumps = command == RTPFERRY_CMD_TABLE_GET || command == RTPFERRY_CMD_FLOW_GET;
	uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;

	if (happens(message, dumps ? 500 : 20))
		flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (happens(message, message->change / 4))
		flags ^= (uint16_t)below(message, 0x10000);
	return flags;
}

static void put_message(struct fuzz_message *message)
{
	static const uint8_t commands[] = {RTPFERRY_CMD_GET_INFO,    RTPFERRY_CMD_TABLE_NEW, RTPFERRY_CMD_TABLE_NEW,
	                                   RTPFERRY_CMD_TABLE_RENEW, RTPFERRY_CMD_TABLE_DEL, RTPFERRY_CMD_TABLE_GET,
	                                   RTPFERRY_CMD_FLOW_SET,    RTPFERRY_CMD_FLOW_SET,  RTPFERRY_CMD_FLOW_SET,
	                                   RTPFERRY_CMD_FLOW_SET,    RTPFERRY_CMD_FLOW_DEL,  RTPFERRY_CMD_FLOW_DEL,
	                                   RTPFERRY_CMD_FLOW_GET,    RTPFERRY_CMD_FLOW_GET};
	size_t start = message->len;
	struct nlmsghdr head = {.nlmsg_type = message->family, .nlmsg_seq = ++message->sequence};
	struct genlmsghdr generic = {.version = RTPFERRY_GENL_VERSION};
	bool known;

	generic.cmd = commands[below(message, sizeof(commands))];
	if (happens(message, message->change / 8))
		generic.cmd = (uint8_t)below(message, 256);
	if (happens(message, message->change / 8))
		generic.reserved = (uint16_t)below(message, 0x10000);
	head.nlmsg_flags = pick_flags(message, generic.cmd);
	put_bytes(message, &head, sizeof(head));
	put_bytes(message, &generic, sizeof(generic));
	put_body(message, generic.cmd);
	head.nlmsg_len = (uint32_t)(message->len - start);
	if (happens(message, message->change / 4))
		head.nlmsg_len -= below(message, head.nlmsg_len);
	else if (happens(message, message->change / 16))
		head.nlmsg_len = (uint32_t)edge(message);
	memcpy(message->bytes + start, &head, sizeof(head));
	known = head.nlmsg_flags & NLM_F_REQUEST && rf_attribute_command(generic.cmd);
	message->commands[head.nlmsg_seq % FUZZ_REMEMBERED] = known ? generic.cmd : 0;
}

/* Bits turn over anywhere behind the first header, which decides whose message it is. */
static void flip(struct fuzz_message *message)
{
	uint32_t count = 1 + below(message, 4);

	while (count-- && message->len > sizeof(struct nlmsghdr) + 1)
		message->bytes[sizeof(struct nlmsghdr) +
		               below(message, (uint32_t)(message->len - sizeof(struct nlmsghdr)))] ^=
			(uint8_t)(1U << below(message, 8));
}

void fuzz_message_next(struct fuzz_message *message)
{
	static const unsigned int changes[] = {0, 0, 0, 20, 60, 200, 500};
	uint32_t count = happens(message, 50) ? 1 + below(message, 20) : 1;

	message->len = 0;
	while (count--) {
		message->change = changes[below(message, sizeof(changes) / sizeof(*changes))];
		put_message(message);
	}
	if (happens(message, 40))
		flip(message);
	if (happens(message, 20))
		message->len -= below(message, (uint32_t)message->len);
}
