// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "address.h"
#include "flow.h"
#include "hook.h"
#include "rx.h"
#include "table.h"

/**
 * struct rf_ingress - the hook on a device
 * @list: in rf_net.ingress
 * @ops: registered
 * @ifindex: of the device
 * @users: tables that named it
 * @rcu: to free it
 */
struct rf_ingress {
	struct list_head list;
	struct nf_hook_ops ops;
	u32 ifindex;
	unsigned int users;
	struct rcu_head rcu;
};

static unsigned int prerouting4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return rf_rx4(priv, skb, RF_ENTRY(RTPFERRY_HOOK_PREROUTING, 0));
}

static unsigned int prerouting6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return rf_rx6(priv, skb, RF_ENTRY(RTPFERRY_HOOK_PREROUTING, 0));
}

static const struct nf_hook_ops prerouting[] = {
	{
		.hook = prerouting4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW - 1,
	},
	{
		.hook = prerouting6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW - 1,
	},
};

/**
 * rf_hook_get - a table wants the PREROUTING hook
 * @rn: the namespace
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock.
 * Return: 0, to be given back with rf_hook_put(); netfilter's error.
 */
int rf_hook_get(struct rf_net *rn, struct netlink_ext_ack *extack)
{
	unsigned int i;
	int ret;

	if (rn->hook_users == 0) {
		for (i = 0; i < ARRAY_SIZE(prerouting); i++) {
			rn->prerouting[i] = prerouting[i];
			rn->prerouting[i].priv = rn;
		}
		ret = nf_register_net_hooks(rn->net, rn->prerouting, ARRAY_SIZE(prerouting));
		if (ret < 0) {
			NL_SET_ERR_MSG(extack, "netfilter refused the PREROUTING hooks");
			return ret;
		}
	}
	rn->hook_users++;
	return 0;
}

/* A table gives the PREROUTING hook back. Under rf_net.lock. */
void rf_hook_put(struct rf_net *rn)
{
	if (--rn->hook_users == 0)
		nf_unregister_net_hooks(rn->net, rn->prerouting, ARRAY_SIZE(prerouting));
}

/* A packet that others hold, too, may not be changed, not even by pulling its headers together. */
static bool may_read(struct sk_buff *skb, unsigned int bytes)
{
	return skb_headlen(skb) >= bytes || (!skb_shared(skb) && pskb_may_pull(skb, bytes));
}

/* What the stack would see to before IP. */
static int check_link(const struct sk_buff *skb)
{
	if (unlikely(skb_vlan_tag_present(skb)))
		return RF_HINDERED(RTPFERRY_REASON_TAGGED);
	return unlikely(skb_shared(skb)) ? RF_HINDERED(RTPFERRY_REASON_SHARED) : 0;
}

/* What ip_rcv() checks and clears before PREROUTING, for a packet to one of our addresses. */
static unsigned int ingress4(struct rf_net *rn, struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;
	int hindered;

	if (!may_read(skb, sizeof(*iph)))
		return NF_ACCEPT;
	iph = ip_hdr(skb);
	if (iph->protocol != IPPROTO_UDP || !rf_address_find4(rn, iph->daddr))
		return NF_ACCEPT;
	hindered = check_link(skb);
	if (hindered)
		return rf_rx_decline(rn, -1 - hindered);
	len = ntohs(iph->tot_len);
	if (iph->version != 4 || iph->ihl < 5 || len < iph->ihl * 4 || skb->len < len)
		return rf_rx_decline(rn, RTPFERRY_REASON_DAMAGED);
	if (iph->ihl == 5 && ip_fast_csum(iph, 5))
		return rf_rx_decline(rn, RTPFERRY_REASON_DAMAGED);
	if (pskb_trim_rcsum(skb, len))
		return rf_rx_decline(rn, RTPFERRY_REASON_NO_MEMORY);
	skb_set_transport_header(skb, sizeof(*iph));
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return rf_rx4(rn, skb, RF_ENTRY(RTPFERRY_HOOK_INGRESS, 0));
}

/* What ipv6_rcv() does. */
static unsigned int ingress6(struct rf_net *rn, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	unsigned int len;
	int hindered;

	if (!may_read(skb, sizeof(*ip6h)))
		return NF_ACCEPT;
	ip6h = ipv6_hdr(skb);
	if (!rf_rx_is_udp6(skb) || !rf_address_find6(rn, &ip6h->daddr))
		return NF_ACCEPT;
	hindered = check_link(skb);
	if (hindered)
		return rf_rx_decline(rn, -1 - hindered);
	len = ntohs(ip6h->payload_len) + sizeof(*ip6h);
	if (ip6h->version != 6 || skb->len < len)
		return rf_rx_decline(rn, RTPFERRY_REASON_DAMAGED);
	/* Behind other headers it is only counted; a jumbogram's length is there, too. */
	if (ip6h->nexthdr == IPPROTO_UDP && pskb_trim_rcsum(skb, len))
		return rf_rx_decline(rn, RTPFERRY_REASON_NO_MEMORY);
	skb_set_transport_header(skb, sizeof(*ip6h));
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return rf_rx6(rn, skb, RF_ENTRY(RTPFERRY_HOOK_INGRESS, 0));
}

static unsigned int ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct rf_net *rn = priv;

	if (skb->pkt_type == PACKET_OTHERHOST)
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP))
		return ingress4(rn, skb);
	if (skb->protocol == htons(ETH_P_IPV6))
		return ingress6(rn, skb);
	return NF_ACCEPT;
}

static struct rf_ingress *find_device(struct rf_net *rn, u32 ifindex)
{
	struct rf_ingress *on;

	list_for_each_entry(on, &rn->ingress, list) {
		if (on->ifindex == ifindex)
			return on;
	}
	return NULL;
}

static struct rf_ingress *hook_device(struct rf_net *rn, u32 ifindex,
				      struct netlink_ext_ack *extack)
{
	struct rf_ingress *on = kzalloc(sizeof(*on), GFP_KERNEL_ACCOUNT);
	struct net_device *dev = dev_get_by_index(rn->net, ifindex);
	int ret = -ENOMEM;

	if (!on)
		goto out;
	ret = -ENODEV;
	if (!dev) {
		NL_SET_ERR_MSG(extack, "no device of this namespace has this index");
		goto out;
	}
	on->ifindex = ifindex;
	on->ops = (struct nf_hook_ops){
		.hook = ingress,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = NF_IP_PRI_FIRST,
		.priv = rn,
		.dev = dev,
	};
	ret = nf_register_net_hook(rn->net, &on->ops);
	if (ret < 0)
		NL_SET_ERR_MSG(extack, "netfilter refused the ingress hook of this device");
	else
		list_add(&on->list, &rn->ingress);
out:
	dev_put(dev);
	if (ret < 0) {
		kfree(on);
		return ERR_PTR(ret);
	}
	return on;
}

static void unhook_device(struct rf_net *rn, struct rf_ingress *on)
{
	nf_unregister_net_hook(rn->net, &on->ops);
	list_del(&on->list);
	kfree_rcu(on, rcu);
}

/**
 * rf_hook_get_device - a table wants the ingress of a device
 * @rn: the namespace
 * @ifindex: of the device
 * @extack: where a refusal is told
 *
 * Context: under rf_net.lock and RTNL.
 * Return: 0, to be given back with rf_hook_put_device(); -ENOMEM, -ENODEV, netfilter's error.
 */
int rf_hook_get_device(struct rf_net *rn, u32 ifindex, struct netlink_ext_ack *extack)
{
	struct rf_ingress *on = find_device(rn, ifindex) ?: hook_device(rn, ifindex, extack);

	if (IS_ERR(on))
		return PTR_ERR(on);
	on->users++;
	return 0;
}

/* A table gives the ingress of a device back, which may have gone. Under rf_net.lock. */
void rf_hook_put_device(struct rf_net *rn, u32 ifindex)
{
	struct rf_ingress *on = find_device(rn, ifindex);

	if (on && --on->users == 0)
		unhook_device(rn, on);
}

/* A hook must not outlive its device. Under RTNL. */
static int device_event(struct notifier_block *block, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct rf_ingress *on;
	struct rf_net *rn;

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	rn = rf_net(dev_net(dev));
	mutex_lock(&rn->lock);
	on = find_device(rn, dev->ifindex);
	if (on) {
		unhook_device(rn, on);
		rf_table_forget_device(rn, dev->ifindex);
	}
	mutex_unlock(&rn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block devices = { .notifier_call = device_event };

int __init rf_hook_init(void)
{
	return register_netdevice_notifier(&devices);
}

void rf_hook_exit(void)
{
	unregister_netdevice_notifier(&devices);
}
