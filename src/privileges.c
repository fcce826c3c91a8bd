/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel_wish.h"
#include "pidfile.h"

#define LOW_PORTS 1024 /* below: CAP_NET_BIND_SERVICE */

/* Who to become. */
struct identity {
	bool change;
	uid_t uid;
	gid_t gid;
};

static bool has_low(const struct rf_endpoints *list)
{
	for (unsigned i = 0; i < list->n; i++) {
		if (list->items[i].port < LOW_PORTS)
			return true;
	}
	return false;
}

bool rf_privileges_low_port(const struct rf_config *config)
{
	return has_low(&config->listen_ng) || has_low(&config->listen_http);
}

static int find_identity(const struct rf_config *config, struct identity *out, struct rf_buf *why)
{
	const struct passwd *user;
	const struct group *group;

	*out = (struct identity){.uid = geteuid(), .gid = getegid()};
	if (!config->user[0])
		return 0;
	user = getpwnam(config->user);
	if (!user) {
		rf_buf_printf(why, "user '%s' is not known on this host", config->user);
		return -EINVAL;
	}
	*out = (struct identity){.change = user->pw_uid != geteuid(), .uid = user->pw_uid, .gid = user->pw_gid};
	if (!config->group[0])
		return 0;
	group = getgrnam(config->group);
	if (!group) {
		rf_buf_printf(why, "group '%s' is not known on this host", config->group);
		return -EINVAL;
	}
	out->change |= group->gr_gid != getegid();
	out->gid = group->gr_gid;
	return 0;
}

/* The directory of a file in /run is gone after a boot. One that cannot be made shows when it is used. */
static void make_directory(const char *path, const struct identity *identity)
{
	if (mkdir(path, 0750) == 0 && identity->change && chown(path, identity->uid, identity->gid) < 0)
		rmdir(path);
}

static void make_directories(const struct rf_config *config, const struct identity *identity)
{
	char path[PATH_MAX];

	make_directory(config->state_dir, identity);
	if (strcmp(config->listen_ctl, "none") == 0)
		return;
	snprintf(path, sizeof(path), "%s", config->listen_ctl);
	make_directory(dirname(path), identity);
}

static int fail(struct rf_buf *why, const char *what)
{
	int rc = errno ? -errno : -EPERM;

	rf_buf_printf(why, "%s: %s", what, strerror(-rc));
	return rc;
}

/* What of the process's rights is kept; what it never had is not. */
struct kept {
	bool low_ports; /* CAP_NET_BIND_SERVICE */
	bool admin;     /* CAP_NET_ADMIN */
};

static struct kept find_kept(const struct rf_config *config)
{
	return (struct kept){
		.low_ports =
			rf_privileges_low_port(config) && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_BIND_SERVICE),
		.admin = rf_kernel_wish_admin(config) && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN),
	};
}

/* Keep that in what this thread may do, and nothing else. */
static int keep_only(struct kept kept)
{
	const capng_type_t sets = CAPNG_EFFECTIVE | CAPNG_PERMITTED;

	capng_clear(CAPNG_SELECT_BOTH);
	if (kept.low_ports && capng_update(CAPNG_ADD, sets, CAP_NET_BIND_SERVICE) < 0)
		return -1;
	if (kept.admin && capng_update(CAPNG_ADD, sets, CAP_NET_ADMIN) < 0)
		return -1;
	return 0;
}

int rf_privileges_limit(const struct rf_config *config, int *pidfile, struct rf_buf *why)
{
	struct identity identity;
	int rc = find_identity(config, &identity, why);

	if (rc == 0) {
		make_directories(config, &identity);
		rc = rf_pidfile_open(config->pidfile, pidfile, why);
	}
	if (rc < 0)
		return rc;
	if (capng_get_caps_process() < 0)
		return fail(why, "the process's capabilities cannot be read");
	if (keep_only(find_kept(config)) < 0)
		return fail(why, "capabilities cannot be chosen");
	/* without CAP_SETPCAP the bounding set stays; what it still allows, no_new_privs denies */
	(void)capng_apply(CAPNG_SELECT_BOUNDS);
	errno = 0;
	if (identity.change && capng_change_id((int)identity.uid, (int)identity.gid, CAPNG_INIT_SUPP_GRP) < 0) {
		rf_buf_printf(why, "user '%s' cannot be become: %s", config->user, strerror(errno ? errno : EPERM));
		return -EPERM;
	}
	if (!identity.change && capng_apply(CAPNG_SELECT_CAPS) < 0)
		return fail(why, "capabilities cannot be dropped");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(why, "new privileges cannot be forbidden");
	return 0;
}

int rf_privileges_drop(const struct rf_config *config)
{
	struct kept kept;

	if (capng_get_caps_process() < 0)
		return errno ? -errno : -EPERM;
	kept = find_kept(config);
	kept.low_ports = false;
	if (keep_only(kept) < 0 || capng_apply(CAPNG_SELECT_CAPS) < 0)
		return errno ? -errno : -EPERM;
	return 0;
}
