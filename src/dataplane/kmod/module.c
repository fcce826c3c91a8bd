/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dataplane/kmod/module.h"

#include <errno.h>
#include <linux/genetlink.h>

#define HEAD (NLMSG_HDRLEN + GENL_HDRLEN) /* bytes before a message's attributes */

int rf_module_open(struct rf_netlink **out, struct rf_buf *why)
{
	struct rf_netlink *nl;
	int rc = rf_netlink_open(NETLINK_GENERIC, &nl);

	if (rc < 0) {
		rf_buf_printf(why, "a generic netlink socket cannot be opened: %s", strerror(-rc));
		return rc == -EPROTONOSUPPORT || rc == -EAFNOSUPPORT ? -ENOENT : rc;
	}
	rc = rf_netlink_resolve(nl, RTPFERRY_GENL_NAME, RTPFERRY_GENL_VERSION);
	if (rc < 0) {
		if (rc == -ENOENT)
			rf_buf_text(why, "the kernel has no module rtpferry: it is not loaded, and could not be loaded "
			                 "on demand (\"modprobe rtpferry\" says why)");
		else
			rf_buf_printf(why, "the kernel does not say whether it has the module rtpferry: %s",
			              strerror(-rc));
		rf_netlink_close(nl);
		return rc;
	}
	*out = nl;
	return 0;
}

/* The sentence about an errno for which the kernel had no words. */
static void own_words(const struct rf_netlink *nl, int rc, struct rf_buf *why)
{
	if (rc == -EPERM)
		rf_buf_text(why, "CAP_NET_ADMIN is missing in the user namespace that owns this network namespace");
	else if (rc == -ENODATA)
		rf_buf_text(why, "the kernel took the request and did not answer");
	else if (rc == -ENOBUFS)
		rf_buf_printf(why, "there were more answers than the socket's buffer of %u bytes holds, some are lost",
		              rf_netlink_room(nl));
	else if (rc == -EBADMSG)
		rf_buf_text(why, "the kernel's answer is not as the contract (include/uapi/rtpferry.yaml) says");
	else if (rc == -EMSGSIZE)
		rf_buf_printf(why, "the request has more than %u bytes", RF_NETLINK_REQUEST);
	else
		rf_buf_text(why, strerror(-rc));
}

int rf_module_refused(const struct rf_netlink *nl, const char *what, int rc, const struct rf_netlink_error *error,
                      struct rf_buf *why)
{
	const char *request;
	struct rf_buf path;
	size_t len;

	rf_buf_printf(why, "%s: ", what);
	if (error->sentence[0])
		rf_buf_text(why, error->sentence);
	else
		own_words(nl, rc, why);
	request = rf_netlink_request(nl, &len);
	if (error->offset < HEAD || len < HEAD)
		return rc;
	rf_buf_init(&path, 0);
	rf_walk_blame(&rf_attributes_message, request + HEAD, len - HEAD, error->offset - HEAD, &path);
	if (path.len > 0)
		rf_buf_printf(why, " (%.*s)", RF_STR_ARG(rf_buf_view(&path)));
	rf_buf_free(&path);
	return rc;
}

int rf_module_call(struct rf_netlink *nl, const char *what, rf_netlink_fn *fn, void *arg, struct rf_buf *why)
{
	struct rf_netlink_error error;
	int rc = rf_netlink_call(nl, fn, arg, &error);

	return rc < 0 ? rf_module_refused(nl, what, rc, &error, why) : 0;
}

static int take_info(void *arg, const struct nlmsghdr *message)
{
	struct rf_walk walk;
	struct rf_item item;
	int rc = rf_message_walk(message, &walk);

	while (rc == 0 && (rc = rf_walk_next(&walk, &item)) > 0)
		rc = item.number == RTPFERRY_A_INFO ? rf_message_read_info(&item, arg) : 0;
	return rc;
}

int rf_module_info(struct rf_netlink *nl, struct rf_table_info *info, struct rf_buf *why)
{
	int rc;

	*info = (struct rf_table_info){0};
	rf_netlink_begin(nl, RTPFERRY_CMD_GET_INFO, 0);
	rc = rf_module_call(nl, "the module rtpferry", take_info, info, why);
	if (rc < 0)
		return rc;
	if (info->abi == 0) {
		rf_buf_text(why, "the module rtpferry does not say which contract it has");
		return -EPROTO;
	}
	if (info->abi != RTPFERRY_ABI) {
		rf_buf_printf(why, "the module rtpferry %s has version %u of the contract; expected version %u",
		              info->version, info->abi, RTPFERRY_ABI);
		return -EPROTO;
	}
	return 0;
}
