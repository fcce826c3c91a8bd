/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/walk.h"

#include <errno.h>
#include <linux/netlink.h>

void rf_walk_init(struct rf_walk *walk, const struct rf_attribute_set *set, const void *data, size_t len)
{
	*walk = (struct rf_walk){data, len, set};
}

/* Is the length of an item one that its attribute may have? */
static bool fits(const struct rf_item *item)
{
	const struct rf_attribute *attribute = item->attribute;

	switch (attribute->kind) {
	case RF_ATTRIBUTE_NUMBER:
		return item->len == attribute->size;
	case RF_ATTRIBUTE_STRING:
		return item->len > 0 && item->data[item->len - 1] == '\0' &&
		       (attribute->size == 0 || item->len <= attribute->size);
	default:
		return attribute->size == 0 || item->len <= attribute->size;
	}
}

/* Cut the next attribute off, whatever it is. False: none is left, or what is left is no attribute. */
static bool cut(struct rf_walk *walk, struct rf_item *item)
{
	struct nlattr head;
	size_t whole;

	if (walk->left < sizeof(head))
		return false;
	memcpy(&head, walk->at, sizeof(head));
	if (head.nla_len < sizeof(head) || head.nla_len > walk->left)
		return false;
	item->number = head.nla_type & NLA_TYPE_MASK;
	item->len = (uint16_t)(head.nla_len - sizeof(head));
	item->data = walk->at + sizeof(head);
	item->attribute = NULL;
	if (item->number <= walk->set->max && walk->set->attributes[item->number].name)
		item->attribute = &walk->set->attributes[item->number];
	whole = (head.nla_len + 3u) & ~(size_t)3;
	if (whole > walk->left)
		whole = walk->left;
	walk->at += whole;
	walk->left -= whole;
	return true;
}

int rf_walk_next(struct rf_walk *walk, struct rf_item *item)
{
	struct rf_item next;

	while (walk->left > 0) {
		if (!cut(walk, &next)) {
			walk->left = 0;
			return -EBADMSG;
		}
		if (!next.attribute)
			continue; /* padding, or younger than this program */
		if (!fits(&next))
			return -EBADMSG;
		*item = next;
		return 1;
	}
	return 0;
}

void rf_walk_nest(struct rf_walk *walk, const struct rf_item *item)
{
	rf_walk_init(walk, item->attribute->set, item->data, item->len);
}

uint64_t rf_item_number(const struct rf_item *item)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (item->len) {
	case 1:
		return item->data[0];
	case 2:
		memcpy(&u16, item->data, sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, item->data, sizeof(u32));
		return u32;
	case 8:
		memcpy(&u64, item->data, sizeof(u64));
		return u64;
	default:
		return 1; /* a flag */
	}
}

int rf_item_address(const struct rf_item *item, struct rf_addr *out)
{
	struct rf_addr addr = {.family = item->len == 4 ? RF_FAMILY_IP4 : RF_FAMILY_IP6};

	if (item->len != 4 && item->len != 16)
		return -EBADMSG;
	memcpy(addr.ip, item->data, item->len);
	*out = addr;
	return 0;
}

/* The contract's nests are few: reading ends with a set that has none. */
static void blame(struct rf_walk *walk, const uint8_t *target, struct rf_buf *out)
{
	uint16_t last = 0;
	unsigned nth = 0;
	struct rf_item item;

	while (cut(walk, &item)) {
		const uint8_t *start = item.data - sizeof(struct nlattr);

		nth = item.number == last ? nth + 1 : 1;
		last = item.number;
		if (!item.attribute || target >= item.data + item.len)
			continue;
		if (target < start)
			return;
		rf_buf_printf(out, out->len > 0 ? " %s" : "%s", item.attribute->name);
		if (item.attribute->many)
			rf_buf_printf(out, " %u", nth);
		if (target > start && item.attribute->set) {
			rf_walk_nest(walk, &item);
			blame(walk, target, out);
		}
		return;
	}
}

void rf_walk_blame(const struct rf_attribute_set *set, const void *data, size_t len, size_t offset, struct rf_buf *out)
{
	struct rf_walk walk;
	struct rf_buf path;

	if (offset >= len)
		return;
	rf_buf_init(&path, 0);
	rf_walk_init(&walk, set, data, len);
	blame(&walk, (const uint8_t *)data + offset, &path);
	rf_buf_str(out, rf_buf_view(&path));
	rf_buf_free(&path);
}
