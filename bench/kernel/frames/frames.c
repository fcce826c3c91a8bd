// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of many calls, put into a device as a network card's driver would, and timed.
 *
 * Write a struct frames_order and the first frame of each call to /proc/rtpferry_frames, in
 * the namespace of the device; read back two numbers of nanoseconds: how long all took and,
 * where they were sent one by one, how late the latest left. In User Mode Linux, where the
 * kernel is a process, the first is the processor time of its thread on the host, which no
 * other process of the machine adds to.
 */
#include <linux/completion.h>
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/udp.h>
#include <linux/vmalloc.h>
#include <net/checksum.h>

#define POLL 32               /* frames that a driver hands over at a time */
#define TICK 160              /* of the RTP clock, between packets of a call */
#define HOST_CLOCK_GETTIME 228
#define HOST_THREAD_CPUTIME 3

/**
 * struct frames_order - what is written, before calls * length bytes of frames
 * @device: its name
 * @calls: how many frames follow
 * @length: bytes of each: Ethernet, IP, UDP, RTP
 * @packets: how many to send, of all calls in turn
 * @seq: RTP sequence number of the first packet of each call
 * @interval_ns: between packets, each sent by a timer; 0: as fast as they go
 * @unused: 0
 */
struct frames_order {
	char device[IFNAMSIZ];
	u32 calls;
	u32 length;
	u32 packets;
	u32 seq;
	u32 interval_ns;
	u32 unused;
};

/**
 * struct frames_run - an order that is being carried out
 * @order: as it was written
 * @dev: of it
 * @frames: of it
 * @sent: packets so far
 * @latest_ns: the longest time from when a packet was due to when it had been forwarded
 * @err: of sending
 * @timer: of the next packet
 * @done: when all are sent
 */
struct frames_run {
	struct frames_order order;
	struct net_device *dev;
	u8 *frames;
	u32 sent;
	u64 latest_ns;
	int err;
	struct hrtimer timer;
	struct completion done;
};

static struct proc_dir_entry *entry;
static u64 last_ns, last_latest_ns;

#ifdef CONFIG_UML
static u64 spent_ns(void)
{
	struct {
		s64 s;
		s64 ns;
	} now = {};
	long result;

	asm volatile("syscall" : "=a"(result)
		     : "0"(HOST_CLOCK_GETTIME), "D"(HOST_THREAD_CPUTIME), "S"(&now)
		     : "rcx", "r11", "memory");
	return result ? 0 : now.s * NSEC_PER_SEC + now.ns;
}
#else
static u64 spent_ns(void)
{
	return ktime_get_ns();
}
#endif

/* Sequence number and timestamp, in place; the UDP checksum follows them. */
static void advance(u8 *frame, u32 seq)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	bool ip4 = eth->h_proto == htons(ETH_P_IP);
	u32 header = ip4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct udphdr *udp = (struct udphdr *)(frame + ETH_HLEN + header);
	u8 *rtp = (u8 *)(udp + 1);
	__be32 stamp = htonl(seq * TICK);
	__be16 number = htons(seq);

	csum_replace2(&udp->check, *(__be16 *)(rtp + 2), number);
	csum_replace4(&udp->check, *(__be32 *)(rtp + 4), stamp);
	memcpy(rtp + 2, &number, sizeof(number));
	memcpy(rtp + 4, &stamp, sizeof(stamp));
}

static int send_one(struct net_device *dev, const u8 *frame, u32 length)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(dev, length);

	if (!skb)
		return -ENOMEM;
	skb_put_data(skb, frame, length);
	skb->protocol = eth_type_trans(skb, dev);
	netif_receive_skb(skb);
	return 0;
}

static int send_next(struct frames_run *run)
{
	const struct frames_order *order = &run->order;
	u8 *frame = run->frames + (size_t)(run->sent % order->calls) * order->length;

	advance(frame, order->seq + run->sent / order->calls);
	run->sent++;
	return send_one(run->dev, frame, order->length);
}

/* Once ksoftirqd has been woken, nobody else empties the backlog to the callee: let it. */
static void let_backlog_empty(void)
{
	cond_resched();
#ifdef CONFIG_UML
	while (local_softirq_pending())
		schedule_timeout_uninterruptible(1);
#endif
}

static int send_all(struct frames_run *run)
{
	int err = 0;

	local_bh_disable();
	while (run->sent < run->order.packets && !err) {
		err = send_next(run);
		if (run->sent % POLL == 0) {
			local_bh_enable();
			let_backlog_empty();
			local_bh_disable();
		}
	}
	local_bh_enable();
	return err;
}

/* In softirq context, as a network card's packets come. */
static enum hrtimer_restart send_due(struct hrtimer *timer)
{
	struct frames_run *run = container_of(timer, struct frames_run, timer);
	ktime_t due = hrtimer_get_expires(timer);

	run->err = send_next(run);
	run->latest_ns = max_t(u64, run->latest_ns, ktime_to_ns(ktime_sub(ktime_get(), due)));
	if (run->err || run->sent == run->order.packets) {
		complete(&run->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(timer, ns_to_ktime(run->order.interval_ns));
	return HRTIMER_RESTART;
}

static int send_paced(struct frames_run *run)
{
	init_completion(&run->done);
	hrtimer_init(&run->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	run->timer.function = send_due;
	hrtimer_start(&run->timer, ns_to_ktime(run->order.interval_ns), HRTIMER_MODE_REL_SOFT);
	wait_for_completion(&run->done);
	hrtimer_cancel(&run->timer);
	return run->err;
}

static int carry_out(struct frames_run *run)
{
	u64 start;
	int err;

	run->dev = dev_get_by_name(current->nsproxy->net_ns, run->order.device);
	if (!run->dev)
		return -ENODEV;
	start = spent_ns();
	err = run->order.interval_ns ? send_paced(run) : send_all(run);
	last_ns = spent_ns() - start;
	last_latest_ns = run->latest_ns;
	dev_put(run->dev);
	return err;
}

static ssize_t order_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	struct frames_run run = {};
	struct frames_order *order = &run.order;
	int err;

	if (size < sizeof(*order) || copy_from_user(order, from, sizeof(*order)))
		return -EINVAL;
	order->device[IFNAMSIZ - 1] = '\0';
	if (!order->calls || !order->packets ||
	    order->length < ETH_HLEN + 60 || order->length > ETH_FRAME_LEN ||
	    size - sizeof(*order) != (size_t)order->calls * order->length)
		return -EINVAL;
	run.frames = vmalloc(size - sizeof(*order));
	if (!run.frames)
		return -ENOMEM;
	err = -EFAULT;
	if (!copy_from_user(run.frames, from + sizeof(*order), size - sizeof(*order)))
		err = carry_out(&run);
	vfree(run.frames);
	return err ? err : size;
}

static ssize_t time_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	char line[48];
	int length = scnprintf(line, sizeof(line), "%llu %llu\n", last_ns, last_latest_ns);

	return simple_read_from_buffer(to, size, at, line, length);
}

static const struct proc_ops ops = {
	.proc_read = time_read,
	.proc_write = order_write,
};

static int __init frames_init(void)
{
	entry = proc_create("rtpferry_frames", 0600, NULL, &ops);
	return entry ? 0 : -ENOMEM;
}

static void __exit frames_exit(void)
{
	proc_remove(entry);
}

module_init(frames_init);
module_exit(frames_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("RTP frames for a benchmark");
