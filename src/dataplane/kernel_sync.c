/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which flows stand in the kernel: those that the streams' configurations and places ask for, call by call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

#define END_MAX 32          /* flows of one FLOW_DEL: their statistics come as one reply each */
#define VISITS 128          /* groups looked at in one turn, */
#define VISIT_PAUSE_US 2000 /* and the others' work between two turns */

#define STREAM(it) RF_CONTAINER(it, struct rf_stream, in_group)

/* What a stream should have. */
struct plan {
	struct rf_stream *stream;
	struct rf_stream *out;       /* where the flow leaves from */
	struct rf_flow flow;         /* wanted, when possible */
	bool possible;               /* there is to be a flow */
	struct rf_kernel_flow *made; /* for a flow that is not there yet */
};

/* -- the end of flows -- */

struct ending {
	struct rf_kernel *kernel;
	struct rf_kernel_flow **flows;
	unsigned n;
};

static void take_final(void *arg, const struct rf_flow_stats *stats)
{
	const struct ending *ending = arg;

	for (unsigned i = 0; i < ending->n; i++)
		if (rf_endpoint_equal(&ending->flows[i]->flow.local, &stats->local))
			rf_kernel_flow_count(ending->kernel, ending->flows[i], stats);
}

static int end_in_kernel(struct rf_kernel *kernel, struct rf_kernel_flow **flows, unsigned n, struct rf_buf *why)
{
	struct ending ending = {.kernel = kernel, .flows = flows, .n = n};
	struct rf_endpoint keys[END_MAX];

	for (unsigned i = 0; i < n; i++)
		keys[i] = flows[i]->flow.local;
	return rf_table_del_flows(kernel->table, keys, n, take_final, &ending, why);
}

/*
 * They could not be ended together: one hindered the others, or an answer was lost. One by one, each is ended, or is
 * not there any more (-ENOENT), or may be left in the kernel.
 */
static void end_singly(struct rf_kernel *kernel, struct rf_kernel_flow **flows, unsigned n)
{
	struct rf_buf why;

	rf_buf_init(&why, 0);
	for (unsigned i = 0; i < n; i++) {
		int err = end_in_kernel(kernel, &flows[i], 1, &why);

		if (err && err != -ENOENT)
			rf_kernel_left_add(kernel, flows[i]);
		rf_buf_reset(&why);
	}
	rf_buf_free(&why);
}

static void end_flows(struct rf_kernel *kernel, struct rf_kernel_flow **flows, unsigned n)
{
	struct rf_buf why;
	int err = 0;

	if (n == 0)
		return;
	rf_buf_init(&why, 0);
	if (kernel->table)
		err = end_in_kernel(kernel, flows, n, &why);
	if (err)
		end_singly(kernel, flows, n);
	for (unsigned i = 0; i < n; i++)
		rf_kernel_flow_end(kernel, flows[i]);
	if (err)
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_DEL, err, &why);
	rf_buf_free(&why);
}

/* End the flows of a group's streams that must go, in as few messages as may be. */
static void end_those(struct rf_kernel *kernel, struct rf_group *group,
                      bool (*must_go)(const struct rf_kernel_flow *flow))
{
	struct rf_kernel_flow *flows[END_MAX];
	unsigned n = 0;

	RF_LIST_EACH (it, &group->streams) {
		struct rf_kernel_flow *flow = STREAM(it)->flow;

		if (!flow || !must_go(flow))
			continue;
		flows[n++] = flow;
		if (n == END_MAX) {
			end_flows(kernel, flows, n);
			n = 0;
		}
	}
	end_flows(kernel, flows, n);
}

static bool is_any(const struct rf_kernel_flow *flow)
{
	(void)flow;
	return true;
}

static bool loses_a_stream(const struct rf_kernel_flow *flow)
{
	return (flow->stream->staged | flow->out->staged) & RF_STAGED_REMOVE;
}

void rf_kernel_withdraw(struct rf_kernel *kernel, struct rf_group *group)
{
	end_those(kernel, group, is_any);
}

void rf_kernel_before_commit(struct rf_kernel *kernel, struct rf_group *group)
{
	end_those(kernel, group, loses_a_stream);
}

void rf_kernel_lost(struct rf_kernel *kernel)
{
	RF_LIST_EACH (it, &kernel->dataplane->groups)
		rf_kernel_withdraw(kernel, RF_CONTAINER(it, struct rf_group, in_dataplane));
}

/* -- what should be -- */

static struct rf_offload_end look(const struct rf_stream *stream)
{
	struct rf_figures figures;

	rf_place_read(&stream->shown, &figures);
	return (struct rf_offload_end){
		.config = &stream->wanted,
		.local = {.addr = stream->local->address, .port = stream->port},
		.remote = figures.place.remote,
		.source = figures.place.source,
		.settled = figures.place.settled,
		.mark = stream->local->mark,
		.stack = stream->local->stack,
	};
}

static struct plan plan_stream(struct rf_stream *stream)
{
	struct plan plan = {.stream = stream, .out = rf_offload_out(&stream->wanted)};
	struct rf_offload_end in = look(stream), out;

	if (plan.out)
		out = look(plan.out);
	stream->why = rf_offload_plan(&in, plan.out ? &out : NULL, &plan.flow);
	plan.possible = stream->why == RF_OFFLOAD_NOTHING;
	return plan;
}

static bool same_types(const struct rf_flow *a, const struct rf_flow *b)
{
	if (a->n_types != b->n_types)
		return false;
	for (unsigned i = 0; i < a->n_types; i++)
		if (a->types[i].number != b->types[i].number || a->types[i].clock_rate != b->types[i].clock_rate)
			return false;
	return true;
}

/* Does a flow do what is wanted? Its key is the stream's, and its cookie is its own. */
static bool same(const struct rf_flow *a, const struct rf_flow *b)
{
	return rf_endpoint_equal(&a->source, &b->source) && rf_endpoint_equal(&a->out, &b->out) &&
	       rf_endpoint_equal(&a->to, &b->to) && a->flags == b->flags && a->mark == b->mark &&
	       a->drop_mismatch == b->drop_mismatch && a->dscp == b->dscp && same_types(a, b);
}

/* A flow that leaves from another stream is another flow: so each stream's counters get what was sent from it. */
static void end_what_is_not_wanted(struct rf_kernel *kernel, const struct plan *plans, unsigned n)
{
	struct rf_kernel_flow *flows[END_MAX];
	unsigned n_flows = 0;

	for (unsigned i = 0; i < n; i++) {
		struct rf_kernel_flow *flow = plans[i].stream->flow;

		if (!flow || (plans[i].possible && plans[i].out == flow->out))
			continue;
		flows[n_flows++] = flow;
		if (n_flows == END_MAX) {
			end_flows(kernel, flows, n_flows);
			n_flows = 0;
		}
	}
	end_flows(kernel, flows, n_flows);
}

/* -- installation -- */

/*
 * Where a stream has no flow, none may stand. A stream whose place is not its own does without: it is looked at again
 * with what was refused.
 */
static bool claim(struct rf_kernel *kernel, struct plan *plans, unsigned n)
{
	bool all = true;

	for (unsigned i = 0; i < n; i++) {
		struct rf_stream *stream = plans[i].stream;

		if (stream->flow || rf_kernel_left_end(kernel, &plans[i].flow.local) == 0)
			continue;
		all = false;
		if (plans[i].possible)
			stream->why = RF_OFFLOAD_REFUSED;
		plans[i].possible = false;
	}
	return all;
}

/* The flows to set, by the plans that ask for them, which come first then: how many; -ENOMEM. */
static int gather(struct rf_kernel *kernel, struct plan *plans, unsigned n, struct rf_flow *flows)
{
	int n_flows = 0;

	for (unsigned i = 0; i < n; i++) {
		struct plan *plan = &plans[i];
		struct rf_kernel_flow *old = plan->stream->flow;

		if (!plan->possible || (old && same(&old->flow, &plan->flow)))
			continue;
		if (!old && rf_kernel_flow_new(kernel, plan->stream, plan->out, &plan->flow, &plan->made))
			return -ENOMEM;
		plan->flow.cookie = old ? old->flow.cookie : plan->made->flow.cookie;
		flows[n_flows] = plan->flow;
		plans[n_flows] = *plan;
		if (i != (unsigned)n_flows)
			plan->made = NULL;
		n_flows++;
	}
	return n_flows;
}

static void installed(struct rf_kernel *kernel, struct plan *plan)
{
	if (!plan->made) {
		plan->stream->flow->flow = plan->flow;
		return;
	}
	kernel->n_flows++;
	rf_kernel_flow_begin(plan->made);
	plan->made = NULL;
}

/* The call stays as a whole where it can be moved as a whole. */
static void refused(struct rf_kernel *kernel, struct rf_group *group, struct plan *plans, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rf_kernel_flow_free(kernel, plans[i].made);
	group->refused = true;
	kernel->refused = true;
	rf_kernel_withdraw(kernel, group);
	RF_LIST_EACH (it, &group->streams)
		if (STREAM(it)->why == RF_OFFLOAD_NOTHING)
			STREAM(it)->why = RF_OFFLOAD_REFUSED;
}

/* Was the answer lost, so that they may stand there? */
static bool may_be_done(int err)
{
	return err == -ENOBUFS || err == -ENODATA || err == -EBADMSG;
}

static void install(struct rf_kernel *kernel, struct rf_group *group, struct plan *plans, unsigned n,
                    struct rf_flow *flows)
{
	int n_flows = gather(kernel, plans, n, flows), err = n_flows;
	struct rf_buf why;

	if (n_flows == 0)
		return;
	rf_buf_init(&why, 0);
	if (n_flows > 0)
		err = rf_table_set_flows(kernel->table, flows, (unsigned)n_flows, &why);
	else
		rf_buf_printf(&why, "kernel table %u: flow-set: out of memory", rf_table_id(kernel->table));
	for (int i = 0; (!err || may_be_done(err)) && i < n_flows; i++)
		installed(kernel, &plans[i]);
	if (err) {
		refused(kernel, group, plans, n);
		rf_kernel_failed(kernel, RTPFERRY_CMD_FLOW_SET, err, &why);
	}
	rf_buf_free(&why);
}

/* Is what the worker shows the outcome of what is wanted? */
static bool is_quiet(const struct rf_group *group, unsigned *n)
{
	*n = 0;
	if (group->finished || group->under_way)
		return false;
	RF_LIST_EACH (it, &group->streams) {
		if (STREAM(it)->staged || !STREAM(it)->live)
			return false;
		++*n;
	}
	return *n > 0;
}

void rf_kernel_sync(struct rf_kernel *kernel, struct rf_group *group)
{
	struct rf_flow *flows;
	struct plan *plans;
	unsigned n, i = 0;

	if (!kernel->table || !is_quiet(group, &n))
		return;
	plans = calloc(n, sizeof(*plans) + sizeof(*flows));
	if (!plans) {
		group->refused = kernel->refused = true;
		return;
	}
	flows = (struct rf_flow *)(plans + n);
	RF_LIST_EACH (it, &group->streams)
		plans[i++] = plan_stream(STREAM(it));
	end_what_is_not_wanted(kernel, plans, i);
	if (kernel->table) {
		group->refused = !claim(kernel, plans, i);
		kernel->refused |= group->refused;
		install(kernel, group, plans, i, flows);
	}
	free(plans);
}

/* -- visits -- */

/* The worker looks at the group and sends it back. A group without memory for that is visited later. */
static int visit(struct rf_group *group)
{
	struct rf_message *message = calloc(1, sizeof(*message));

	if (!message)
		return -ENOMEM;
	message->kind = RF_MESSAGE_CHANGES;
	message->wake = true;
	message->group = group;
	group->under_way++;
	rf_worker_post(group->worker, message);
	return 0;
}

static void on_visit(void *arg, int fd, int what)
{
	struct rf_kernel *kernel = arg;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < VISITS && !rf_list_empty(&kernel->waiting); i++) {
		struct rf_group *group = RF_CONTAINER(kernel->waiting.next, struct rf_group, waiting);

		if (visit(group))
			break;
		rf_list_remove(&group->waiting);
	}
	if (!rf_list_empty(&kernel->waiting)) {
		rf_loop_timer_set(kernel->visit, VISIT_PAUSE_US);
		return;
	}
	rf_loop_remove(kernel->visit);
	kernel->visit = NULL;
}

void rf_kernel_visit(struct rf_kernel *kernel, bool refused_only)
{
	RF_LIST_EACH (it, &kernel->dataplane->groups) {
		struct rf_group *group = RF_CONTAINER(it, struct rf_group, in_dataplane);

		if (group->finished || (refused_only && !group->refused))
			continue;
		rf_list_remove(&group->waiting);
		rf_list_append(&kernel->waiting, &group->waiting);
	}
	kernel->refused = false;
	if (rf_list_empty(&kernel->waiting) || kernel->visit)
		return;
	if (rf_loop_timer(kernel->dataplane->config.loop, VISIT_PAUSE_US, false, on_visit, kernel, &kernel->visit)) {
		kernel->visit = NULL;
		kernel->refused = true;
	}
}
