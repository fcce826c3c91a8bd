/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables, and the module: into requests and out of answers.
 */
#include <errno.h>
#include <linux/genetlink.h>

#include "dataplane/kmod/message.h"

static void put_address(struct rf_netlink *nl, uint16_t type, const struct rf_addr *addr)
{
	rf_netlink_put(nl, type, addr->ip, addr->family == RF_FAMILY_IP4 ? 4 : 16);
}

static void put_local(struct rf_netlink *nl, const struct rf_table_local *local)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_TABLE_LOCAL);

	put_address(nl, RTPFERRY_A_LOCAL_ADDRESS, &local->address);
	if (local->alias_of.family != RF_FAMILY_NONE)
		put_address(nl, RTPFERRY_A_LOCAL_ALIAS_OF, &local->alias_of);
	rf_netlink_nest_end(nl, nest);
}

void rf_message_put_locals(struct rf_netlink *nl, uint32_t id, const struct rf_table_local *locals, unsigned n)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_TABLE);

	rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_ID, id);
	for (unsigned i = 0; i < n; i++)
		put_local(nl, &locals[i]);
	rf_netlink_nest_end(nl, nest);
}

void rf_message_put_table(struct rf_netlink *nl, uint32_t id)
{
	rf_message_put_locals(nl, id, NULL, 0);
}

void rf_message_put_wish(struct rf_netlink *nl, const struct rf_table_wish *wish)
{
	size_t nest = rf_netlink_nest(nl, RTPFERRY_A_TABLE);

	if (wish->id)
		rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_ID, wish->id);
	rf_netlink_put_text(nl, RTPFERRY_A_TABLE_LABEL, wish->label);
	rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_LEASE_S, wish->lease_s);
	rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_HOOK, wish->hook);
	for (unsigned i = 0; i < wish->n_locals; i++)
		put_local(nl, &wish->locals[i]);
	for (unsigned i = 0; i < wish->n_devices; i++)
		rf_netlink_put_u32(nl, RTPFERRY_A_TABLE_DEVICE, wish->devices[i]);
	rf_netlink_nest_end(nl, nest);
}

int rf_message_walk(const struct nlmsghdr *message, struct rf_walk *walk)
{
	if (message->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	rf_walk_init(walk, &rf_attributes_message, (const char *)message + NLMSG_HDRLEN + GENL_HDRLEN,
	             message->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
	return 0;
}

static int take_table(struct rf_message_table *out, const struct rf_item *part)
{
	switch (part->number) {
	case RTPFERRY_A_TABLE_ID:
		out->row.id = (uint32_t)rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_LABEL: /* its limit is the size of the row's */
		memcpy(out->row.label, part->data, part->len);
		break;
	case RTPFERRY_A_TABLE_HOOK:
		out->row.hook = (uint32_t)rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_NETNS:
		out->row.netns = rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_FLOWS:
		out->row.flows = (uint32_t)rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_OWNER:
		out->row.owner = (uint32_t)rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_LEASE_LEFT_MS:
		out->row.lease_ms = (uint32_t)rf_item_number(part);
		break;
	case RTPFERRY_A_TABLE_ADOPTED:
		out->adopted = true;
		break;
	case RTPFERRY_A_TABLE_DECLINED:
		return rf_message_read_reason(part, out->declined);
	default:
		break;
	}
	return 0;
}

int rf_message_read_table(const struct rf_item *item, struct rf_message_table *out)
{
	struct rf_message_table table = {0};
	struct rf_walk walk;
	struct rf_item part;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) > 0) {
		rc = take_table(&table, &part);
		if (rc < 0)
			return rc;
	}
	if (rc < 0 || table.row.id == 0)
		return -EBADMSG;
	*out = table;
	return 0;
}

int rf_message_tables(const struct nlmsghdr *message, void (*fn)(void *arg, const struct rf_message_table *table),
                      void *arg)
{
	struct rf_message_table table;
	struct rf_walk walk;
	struct rf_item item;
	int rc = rf_message_walk(message, &walk);

	while (rc == 0 && (rc = rf_walk_next(&walk, &item)) > 0) {
		rc = 0;
		if (item.number != RTPFERRY_A_TABLE)
			continue;
		rc = rf_message_read_table(&item, &table);
		if (rc == 0)
			fn(arg, &table);
	}
	return rc;
}

static void take_version(struct rf_table_info *out, const struct rf_item *part)
{
	size_t len = part->len < sizeof(out->version) ? part->len : sizeof(out->version) - 1;

	memcpy(out->version, part->data, len);
	out->version[len] = '\0';
	for (char *c = out->version; *c; c++)
		if (*c < 0x20 || *c >= 0x7f)
			*c = '?';
}

int rf_message_read_info(const struct rf_item *item, struct rf_table_info *out)
{
	struct rf_table_info info = {0};
	struct rf_walk walk;
	struct rf_item part;
	bool bad = false;
	int rc;

	rf_walk_nest(&walk, item);
	while ((rc = rf_walk_next(&walk, &part)) != 0) {
		if (rc < 0)
			bad = true; /* another ABI's, perhaps */
		else if (part.number == RTPFERRY_A_INFO_MODULE_VERSION)
			take_version(&info, &part);
		else if (part.number == RTPFERRY_A_INFO_ABI)
			info.abi = (uint32_t)rf_item_number(&part);
		else if (part.number == RTPFERRY_A_INFO_MAX_TABLES)
			info.max_tables = (uint32_t)rf_item_number(&part);
		else if (part.number == RTPFERRY_A_INFO_MAX_FLOWS)
			info.max_flows = (uint32_t)rf_item_number(&part);
		else if (part.number == RTPFERRY_A_INFO_MAX_ADDRESSES)
			info.max_addresses = (uint32_t)rf_item_number(&part);
	}
	if (info.abi == 0 || (bad && info.abi == RTPFERRY_ABI))
		return -EBADMSG;
	if (info.abi != RTPFERRY_ABI)
		info.max_tables = info.max_flows = info.max_addresses = 0;
	*out = info;
	return 0;
}
