/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addresses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host_addresses.h"
#include "iface_spec.h"
#include "route_words.h"

#define LIST_TEXT 1024 /* bytes of a variable or a file with addresses */

/* Addresses that one word of the configuration stands for. */
struct found {
	struct rf_addr items[RF_IFACE_MAX_ADDRESSES];
	unsigned n;
};

/* What is known while all interfaces are resolved. */
struct resolving {
	const struct rf_config *config;
	struct rf_host_addresses host;
	struct rf_locals locals; /* so far */
	struct rf_buf *why;
};

static void add(struct found *found, const struct rf_addr *address)
{
	if (found->n < RF_IFACE_MAX_ADDRESSES)
		found->items[found->n++] = *address;
}

/* "192.0.2.1", or several with commas, spaces or newlines between them. 0 or -EINVAL. */
static int parse_list(struct rf_str text, struct found *found)
{
	struct rf_addr address;
	struct rf_str item;

	while (rf_str_token(&text, ", \t\r\n", &item)) {
		if (rf_addr_parse(item, &address) < 0)
			return -EINVAL;
		add(found, &address);
	}
	return found->n ? 0 : -EINVAL;
}

static int from_variable(struct resolving *r, const char *iface, const char *name, struct found *found)
{
	const char *value = getenv(name);

	if (!value) {
		rf_buf_printf(r->why,
		              "interface '%s': the environment variable %s is not set; it should hold an address",
		              iface, name);
		return -EINVAL;
	}
	if (parse_list(rf_str_of(value), found) < 0) {
		rf_buf_printf(r->why,
		              "interface '%s': the environment variable %s holds '%.100s'; an address was expected",
		              iface, name, value);
		return -EINVAL;
	}
	return 0;
}

static int from_file(struct resolving *r, const char *iface, const char *path, struct found *found)
{
	char text[LIST_TEXT];
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		rf_buf_printf(r->why, "interface '%s': file %s cannot be read: %s; it should hold an address", iface,
		              path, strerror(errno));
		return -EINVAL;
	}
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len < 0) {
		rf_buf_printf(r->why, "interface '%s': file %s cannot be read: %s; it should hold an address", iface,
		              path, strerror(errno));
		return -EINVAL;
	}
	if (parse_list((struct rf_str){text, (size_t)len}, found) < 0) {
		rf_buf_printf(r->why, "interface '%s': file %s holds '%.*s'; an address was expected", iface, path,
		              RF_STR_ARG(rf_str_trim((struct rf_str){text, len > 60 ? 60 : (size_t)len})));
		return -EINVAL;
	}
	return 0;
}

/* All addresses of a device; of any device but loopback with "any". */
static int from_device(struct resolving *r, const char *iface, const char *device, struct found *found)
{
	bool any = strcmp(device, "any") == 0;
	bool seen = any;

	for (unsigned i = 0; i < r->host.n; i++) {
		const struct rf_host_address *at = &r->host.items[i];
		bool same = strcmp(at->device, device) == 0;

		seen |= same;
		if ((same && (at->global || strcmp(device, "lo") == 0)) || (any && at->global))
			add(found, &at->address);
	}
	if (found->n > 0)
		return 0;
	if (!seen && if_nametoindex(device) == 0)
		rf_buf_printf(r->why, "interface '%s': '%s' is neither an address nor a device of this host", iface,
		              device);
	else
		rf_buf_printf(r->why, "interface '%s': device '%s' has no global address, or is down", iface, device);
	return -EINVAL;
}

static int find(struct resolving *r, const char *iface, const char *word, struct found *found)
{
	struct rf_addr address;

	if (rf_addr_parse(rf_str_of(word), &address) == 0) {
		add(found, &address);
		return 0;
	}
	if (strncmp(word, "env:", 4) == 0)
		return from_variable(r, iface, word + 4, found);
	if (strncmp(word, "file:", 5) == 0)
		return from_file(r, iface, word + 5, found);
	return from_device(r, iface, word, found);
}

static int append(struct resolving *r, const struct rf_local_config *local)
{
	struct rf_local_config *items = realloc(r->locals.items, (r->locals.n + 1) * sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[r->locals.n] = *local;
	rf_route_words_apply(r->config, &items[r->locals.n]);
	r->locals.items = items;
	r->locals.n++;
	return 0;
}

static void start_local(const struct resolving *r, struct rf_local_config *local, const char *iface)
{
	*local = (struct rf_local_config){.port_min = (uint16_t)r->config->port_min,
	                                  .port_max = (uint16_t)r->config->port_max};
	snprintf(local->iface, sizeof(local->iface), "%s", iface);
}

/* The first advertised address of the family of an address; none: it advertises itself. */
static struct rf_addr advertised_for(const struct found *advertised, const struct rf_addr *address)
{
	for (unsigned i = 0; i < advertised->n; i++) {
		if (advertised->items[i].family == address->family)
			return advertised->items[i];
	}
	return (struct rf_addr){0};
}

static int resolve_spec(struct resolving *r, const struct rf_iface_spec *spec)
{
	struct found addresses = {0}, advertised = {0};
	struct rf_local_config local;
	unsigned used = 0;
	int rc;

	rc = find(r, spec->name, spec->address, &addresses);
	if (rc == 0 && spec->advertised)
		rc = find(r, spec->name, spec->advertised, &advertised);
	for (unsigned i = 0; rc == 0 && i < addresses.n; i++) {
		start_local(r, &local, spec->name);
		local.address = addresses.items[i];
		local.advertised = advertised_for(&advertised, &local.address);
		used += local.advertised.family != RF_FAMILY_NONE;
		if (spec->port_min) {
			local.port_min = spec->port_min;
			local.port_max = spec->port_max;
		}
		rc = append(r, &local);
	}
	if (rc == 0 && spec->advertised && used == 0) {
		rf_buf_printf(r->why,
		              "interface '%s': '%s' is advertised for '%s', which has no address of that family",
		              spec->name, spec->advertised, spec->address);
		rc = -EINVAL;
	}
	return rc;
}

/* The first address of each family of the device, unless its interface is there already. */
static int add_device(struct resolving *r, const char *device)
{
	bool have[RF_FAMILY_IP6 + 1] = {false};
	struct rf_local_config local;
	int rc = 0;

	for (unsigned i = 0; i < r->locals.n; i++) {
		if (strcmp(r->locals.items[i].iface, device) == 0)
			return 0;
	}
	for (unsigned i = 0; rc == 0 && i < r->host.n; i++) {
		const struct rf_host_address *at = &r->host.items[i];

		if (strcmp(at->device, device) != 0 || !at->global || have[at->address.family])
			continue;
		have[at->address.family] = true;
		start_local(r, &local, device);
		local.address = at->address;
		rc = append(r, &local);
	}
	return rc;
}

/* The device of the default route, if any, so that it becomes the first interface. */
static int add_route_device(struct resolving *r)
{
	static const enum rf_family families[] = {RF_FAMILY_IP4, RF_FAMILY_IP6};

	for (unsigned f = 0; f < 2; f++) {
		struct rf_addr source = rf_host_route_source(families[f]);

		for (unsigned i = 0; i < r->host.n; i++) {
			if (r->host.items[i].global && rf_addr_equal(&r->host.items[i].address, &source))
				return add_device(r, r->host.items[i].device);
		}
	}
	return 0;
}

static int resolve_host(struct resolving *r)
{
	struct rf_local_config local;
	int rc = add_route_device(r);

	for (unsigned i = 0; rc == 0 && i < r->host.n; i++)
		rc = add_device(r, r->host.items[i].device);
	for (unsigned i = 0; rc == 0 && r->locals.n == 0 && i < r->host.n; i++) {
		start_local(r, &local, RF_IFACE_DEFAULT);
		local.address = r->host.items[i].address;
		rc = append(r, &local);
	}
	if (rc == 0 && r->locals.n == 0) {
		rf_buf_text(r->why,
		            "no address was found on this host, not even loopback; bring a device up or set interface");
		rc = -EINVAL;
	}
	return rc;
}

int rf_addresses_resolve(const struct rf_config *config, struct rf_locals *out, struct rf_buf *why)
{
	struct resolving r = {.config = config, .why = why};
	int rc = rf_host_addresses_get(&r.host);

	if (rc < 0) {
		rf_buf_printf(why, "the host's addresses cannot be listed: %s", strerror(-rc));
		return rc == -ENOMEM ? rc : -EINVAL;
	}
	if (config->interfaces.n == 0)
		rc = resolve_host(&r);
	for (unsigned i = 0; rc == 0 && i < config->interfaces.n; i++)
		rc = resolve_spec(&r, &config->interfaces.items[i]);
	rf_host_addresses_free(&r.host);
	if (rc < 0) {
		rf_locals_free(&r.locals);
		return rc;
	}
	*out = r.locals;
	return 0;
}

void rf_locals_free(struct rf_locals *locals)
{
	free(locals->items);
	*locals = (struct rf_locals){0};
}

int rf_addresses_expand(const struct rf_endpoints *listen, struct rf_endpoints *out)
{
	bool ip6 = access("/proc/net/if_inet6", F_OK) == 0;
	struct rf_endpoints list = {.items = calloc(2 * (size_t)listen->n + 1, sizeof(*list.items))};

	if (!list.items)
		return -ENOMEM;
	for (unsigned i = 0; i < listen->n; i++) {
		struct rf_endpoint endpoint = listen->items[i];

		if (endpoint.addr.family != RF_FAMILY_NONE) {
			list.items[list.n++] = endpoint;
			continue;
		}
		endpoint.addr.family = RF_FAMILY_IP4;
		list.items[list.n++] = endpoint;
		endpoint.addr.family = RF_FAMILY_IP6;
		if (ip6)
			list.items[list.n++] = endpoint;
	}
	*out = list;
	return 0;
}
