/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's rules in a network namespace of the test's own, read back with nft. Where there can be no such namespace,
 * or the kernel has no nftables, only what needs neither is tested, and that is told.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dataplane/kmod/rules.h"
#include "oom.h"

static struct rf_buf why;
static bool have_nft;
static struct rf_rules_range ranges[] = {
	{{RF_FAMILY_IP4, {192, 0, 2, 1}}, 30000, 40000},
	{{RF_FAMILY_IP6, {0x20, 1, 0xd, 0xb8, [15] = 1}}, 5004, 5004},
};
static struct rf_rules_alias aliases[] = {
	{{{RF_FAMILY_IP4, {203, 0, 113, 9}}, 30000, 40000}, {RF_FAMILY_IP4, {192, 0, 2, 1}}},
	{{{RF_FAMILY_IP6, {0x20, 1, 0xd, 0xb8, [15] = 9}}, 5004, 5004},
         {RF_FAMILY_IP6, {0x20, 1, 0xd, 0xb8, [15] = 1}}},
};
static const struct rf_rules_config config = {
	.name = "rtpferry_7",
	.owner = "a pod",
	.ranges = ranges,
	.n_ranges = 2,
	.aliases = aliases,
	.n_aliases = 2,
};

/* clang-format off */
#define OWNED "table inet rtpferry_7 {\n\tflags owner\n\n"
#define STAYS "table inet rtpferry_7 {\n\tcomment \"rtpferry a pod: stays as long as the kernel table\"\n"
#define PRINTED "table inet rtpferry_7 {\n"
#define RULES \
	"\tchain prerouting {\n" \
	"\t\ttype filter hook prerouting priority raw; policy accept;\n" \
	"\t\tip daddr 203.0.113.9 udp dport 30000-40000 ip daddr set 192.0.2.1 " \
	"comment \"rtpferry a pod: media in, to the advertised address\"\n" \
	"\t\tip6 daddr 2001:db8::9 udp dport 5004 ip6 daddr set 2001:db8::1 " \
	"comment \"rtpferry a pod: media in, to the advertised address\"\n" \
	"\t\tip daddr 192.0.2.1 udp dport 30000-40000 socket wildcard 0 notrack comment \"rtpferry a pod: media in, not tracked\"\n" \
	"\t\tip6 daddr 2001:db8::1 udp dport 5004 socket wildcard 0 notrack comment \"rtpferry a pod: media in, not tracked\"\n" \
	"\t}\n" \
	"\n" \
	"\tchain output {\n" \
	"\t\ttype filter hook output priority raw; policy accept;\n" \
	"\t\tip saddr 192.0.2.1 udp sport 30000-40000 notrack comment \"rtpferry a pod: media out, not tracked\"\n" \
	"\t\tip6 saddr 2001:db8::1 udp sport 5004 notrack comment \"rtpferry a pod: media out, not tracked\"\n" \
	"\t}\n" \
	"}\n"
/* clang-format on */

/* One that outlives its process, so that others may change it. */
static struct rf_rules_config staying(void)
{
	struct rf_rules_config stays = config;

	stays.stays = true;
	return stays;
}

/* What a command prints; the command must succeed. */
static const char *output_of(const char *command)
{
	static char text[16384];
	FILE *f = popen(command, "re");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	assert_int_equal(pclose(f), 0);
	return text;
}

/* Whom nft takes for an owner depends on the numbers of processes. */
static const char *ruleset(void)
{
	return output_of("nft list ruleset | sed \"s/ # progname.*//\"");
}

static void nft(const char *words)
{
	char command[2048];

	snprintf(command, sizeof(command), "nft '%s'", words);
	output_of(command);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, text, strlen(text)) < 0)
			perror(path);
		close(fd);
	}
}

/* A network namespace of our own; without privilege in a user namespace of our own. */
static bool enter_namespace(void)
{
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", (unsigned)geteuid());
	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", map);
	return true;
}

static int begin(void **state)
{
	struct rf_rules *rules;
	int rc;

	(void)state;
	rf_buf_init(&why, 0);
	if (!enter_namespace()) {
		printf("skipped: rules in the kernel: no network namespace can be made: %s\n", strerror(errno));
		return 0;
	}
	rc = rf_rules_new(&config, &rules, &why);
	if (rc == 0)
		rf_rules_del(rules);
	else
		printf("skipped: rules in the kernel: %.*s\n", RF_STR_ARG(rf_buf_view(&why)));
	have_nft = rc == 0;
	return rc == 0 || rc == -EOPNOTSUPP ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	rf_buf_free(&why);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	rf_buf_reset(&why);
	if (have_nft)
		nft("flush ruleset");
	return 0;
}

#define NEED_NFT()              \
	do {                    \
		if (!have_nft)  \
			skip(); \
	} while (0)

static void rules_read_well_in_the_listing(void **state)
{
	struct rf_rules_config stays = staying();
	struct rf_rules *rules;

	(void)state;
	NEED_NFT();
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	assert_null(rf_rules_lack(rules));
	assert_string_equal(ruleset(), OWNED RULES);
	assert_int_equal(rf_rules_set(rules, &stays, &why), 0);
	assert_string_equal(ruleset(), STAYS RULES);
	assert_int_equal(rf_rules_set(rules, &config, &why), 0);
	assert_string_equal(ruleset(), OWNED RULES);
	rf_rules_del(rules);
	assert_string_equal(ruleset(), "");
	assert_int_equal(why.len, 0);
}

static void rules_are_their_owners_alone_and_go_with_it(void **state)
{
	struct rf_rules *rules, *others = NULL;

	(void)state;
	NEED_NFT();
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	nft("flush ruleset");
	assert_string_equal(ruleset(), OWNED RULES);
	assert_int_not_equal(system("nft delete table inet rtpferry_7 2>/dev/null"), 0);
	assert_int_equal(rf_rules_new(&config, &others, &why), -EPERM);
	assert_str(rf_buf_view(&why),
	           "the nftables table rtpferry_7 cannot be installed: a table of that name is another "
	           "process's, and goes with it");
	rf_rules_leave(rules); /* as its process would, however it ends */
	assert_string_equal(ruleset(), "");
}

static void what_is_printed_loads_and_lists_the_same(void **state)
{
	char path[] = "/tmp/rtpferry-rules-XXXXXX", command[128];
	struct rf_buf text;
	int fd;

	(void)state;
	rf_buf_init(&text, 0);
	rf_rules_print(&config, &text);
	assert_int_equal(text.error, 0);
	fd = mkstemp(path);
	assert_int_equal(write(fd, text.data, text.len), text.len);
	close(fd);
	rf_buf_free(&text);
	snprintf(command, sizeof(command), "nft -f %s && nft -f %s", path, path);
	if (have_nft) {
		output_of(command);
		assert_string_equal(ruleset(), PRINTED RULES);
	}
	unlink(path);
}

static void rules_that_stand_are_left_alone(void **state)
{
	struct rf_rules *rules;

	(void)state;
	NEED_NFT();
	nft("add table ip other");
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	assert_int_equal(rf_rules_check(rules, &why), 0);
	nft("add chain ip other c; add rule ip other c accept");
	assert_int_equal(rf_rules_check(rules, &why), 0);
	assert_int_equal(rf_rules_check(rules, &why), 0);
	assert_int_equal(why.len, 0);
	rf_rules_del(rules);
	assert_non_null(strstr(ruleset(), "table ip other"));
}

/* After a change the check says what was wrong, and all is as it was. */
static void restored_after(const char *change, const char *sentence)
{
	struct rf_rules_config stays = staying();
	struct rf_rules *rules;

	nft("flush ruleset");
	assert_int_equal(rf_rules_new(&stays, &rules, &why), 0);
	nft(change);
	assert_string_not_equal(ruleset(), STAYS RULES);
	assert_int_equal(rf_rules_check(rules, &why), 1);
	assert_str(rf_buf_view(&why), sentence);
	assert_string_equal(ruleset(), STAYS RULES);
	rf_buf_reset(&why);
	assert_int_equal(rf_rules_check(rules, &why), 0);
	rf_rules_del(rules);
}

static void rules_come_back_when_somebody_changes_them(void **state)
{
	(void)state;
	NEED_NFT();
	restored_after("flush ruleset", "the nftables table rtpferry_7 was gone; it is installed anew");
	restored_after("delete table inet rtpferry_7", "the nftables table rtpferry_7 was gone; it is installed anew");
	restored_after("flush chain inet rtpferry_7 output; delete chain inet rtpferry_7 output",
	               "of the nftables table rtpferry_7 a family or a chain was gone; it is installed anew");
	restored_after("flush chain inet rtpferry_7 output",
	               "of the 6 rules of the nftables table rtpferry_7 2 were gone; it is installed anew");
	restored_after("insert rule inet rtpferry_7 prerouting accept",
	               "rules of the nftables table rtpferry_7 had been changed; it is installed anew");
	restored_after("add table inet rtpferry_7 { flags dormant; }",
	               "rules of the nftables table rtpferry_7 had been changed; it is installed anew");
	restored_after("flush chain inet rtpferry_7 output; "
	               "add rule inet rtpferry_7 output ip saddr 192.0.2.1 udp sport 30000-39999 notrack; "
	               "add rule inet rtpferry_7 output ip6 saddr 2001:db8::1 udp sport 5004 notrack",
	               "rules of the nftables table rtpferry_7 had been changed; it is installed anew");
	restored_after(
		"flush chain inet rtpferry_7 prerouting; "
		"add rule inet rtpferry_7 prerouting ip daddr 203.0.113.9 udp dport 30000-40000 ip daddr set "
		"192.0.2.2; "
		"add rule inet rtpferry_7 prerouting ip6 daddr 2001:db8::9 udp dport 5004 ip6 daddr set 2001:db8::1; "
		"add rule inet rtpferry_7 prerouting ip daddr 192.0.2.1 udp dport 30000-40000 socket wildcard 0 "
		"notrack; "
		"add rule inet rtpferry_7 prerouting ip6 daddr 2001:db8::1 udp dport 5004 socket wildcard 0 notrack",
		"rules of the nftables table rtpferry_7 had been changed; it is installed anew");
	restored_after("delete rule inet rtpferry_7 prerouting handle 3",
	               "of the 6 rules of the nftables table rtpferry_7 1 were gone; it is installed anew");
}

static void rules_know_what_they_are(void **state)
{
	struct rf_rules_alias moved[2] = {aliases[0], aliases[1]};
	struct rf_rules_config other = config;
	struct rf_rules *rules;

	(void)state;
	NEED_NFT();
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	assert_true(rf_rules_are(rules, &config));
	other.n_aliases = 1;
	assert_false(rf_rules_are(rules, &other));
	assert_int_equal(rf_rules_set(rules, &other, &why), 0);
	assert_true(rf_rules_are(rules, &other));
	assert_null(strstr(ruleset(), "ip6 daddr set"));
	assert_non_null(strstr(ruleset(), "ip daddr set"));
	other = config;
	other.aliases = moved;
	moved[1].to.ip[15] = 7;
	assert_int_equal(rf_rules_set(rules, &other, &why), 0);
	assert_false(rf_rules_are(rules, &config));
	assert_non_null(strstr(ruleset(), "ip6 daddr set 2001:db8::7"));
	rf_rules_del(rules);
}

static void stale_rules_are_replaced_and_rules_can_be_left(void **state)
{
	struct rf_rules_config stays = staying(), other = config;
	struct rf_rules *rules;

	(void)state;
	NEED_NFT();
	nft("add table inet rtpferry_7; add chain inet rtpferry_7 stale; add table ip rtpferry_7");
	assert_int_equal(rf_rules_new(&stays, &rules, &why), 0);
	assert_string_equal(ruleset(), STAYS RULES);
	rf_rules_leave(rules);
	assert_string_equal(ruleset(), STAYS RULES);
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	assert_string_equal(ruleset(), OWNED RULES);
	other.n_ranges = other.n_aliases = 1;
	snprintf(other.name, sizeof(other.name), "rtpferry_8");
	assert_int_equal(rf_rules_set(rules, &other, &why), 0);
	assert_null(strstr(ruleset(), "rtpferry_7"));
	assert_non_null(strstr(ruleset(), "table inet rtpferry_8"));
	assert_null(strstr(ruleset(), "ip6 daddr"));
	assert_int_equal(rf_rules_check(rules, &why), 0);
	rf_rules_del(rules);
	assert_string_equal(ruleset(), "");
}

static void a_refused_change_leaves_the_old_rules(void **state)
{
	struct rf_rules_config with_target = config;
	struct rf_rules *rules;

	(void)state;
	NEED_NFT();
	assert_int_equal(rf_rules_new(&config, &rules, &why), 0);
	with_target.target = 2147483647; /* no such table, wherever the tests run */
	assert_int_equal(rf_rules_set(rules, &with_target, &why), -EOPNOTSUPP);
	assert_non_null(strstr(why.data, "no xtables target RTPFERRY"));
	assert_string_equal(ruleset(), OWNED RULES);
	rf_buf_reset(&why);
	assert_int_equal(rf_rules_check(rules, &why), 0);
	rf_rules_del(rules);
}

static void the_target_has_the_aliases_too(void **state)
{
	struct rf_rules_config with_target = config;
	struct rf_buf text;

	(void)state;
	with_target.target = 7;
	rf_buf_init(&text, 0);
	rf_rules_print(&with_target, &text);
	rf_buf_char(&text, '\0');
	assert_non_null(
		strstr(text.data, "# iptables-nft -t raw -A PREROUTING -d 192.0.2.1 -p udp --dport 30000:40000"));
	assert_non_null(
		strstr(text.data, "# iptables-nft -t raw -A PREROUTING -d 203.0.113.9 -p udp --dport 30000:40000"));
	assert_non_null(
		strstr(text.data, "# ip6tables-nft -t raw -A PREROUTING -d 2001:db8::9 -p udp --dport 5004:5004"));
	assert_non_null(strstr(text.data, "media, to kernel table 7; not for nft -f\" -j RTPFERRY --id 7\n"));
	assert_non_null(strstr(text.data, "iptables-save and iptables-restore keep it.\n"));
	rf_buf_free(&text);
}

static void comments_need_no_quoting(void **state)
{
	struct rf_rules_config odd = staying();
	struct rf_rules *rules;
	struct rf_buf text;

	(void)state;
	odd.n_ranges = 1;
	memset(odd.owner, 'x', sizeof(odd.owner) - 1);
	memcpy(odd.owner, "a\"b\\c\n", 6);
	rf_buf_init(&text, 0);
	rf_rules_print(&odd, &text);
	rf_buf_char(&text, '\0');
	assert_non_null(strstr(text.data, "\"rtpferry a?b?c?xx"));
	assert_non_null(strstr(text.data, "x: media in, not tracked\""));
	rf_buf_free(&text);
	NEED_NFT();
	assert_int_equal(rf_rules_new(&odd, &rules, &why), 0);
	assert_non_null(strstr(ruleset(), "\"rtpferry a?b?c?xx"));
	assert_non_null(strstr(ruleset(), "x: media out, not tracked\""));
	output_of("nft list ruleset | nft -f -");
	rf_rules_del(rules);
}

static int life(void *arg)
{
	struct rf_rules *rules = NULL;
	struct rf_buf told;
	int rc;

	(void)arg;
	rf_buf_init(&told, 0);
	rc = rf_rules_new(&config, &rules, &told);
	if (rc == 0)
		rc = rf_rules_set(rules, &config, &told);
	if (rc == 0)
		rc = rf_rules_check(rules, &told) < 0 ? -ENOMEM : 0;
	rf_rules_del(rules);
	rf_buf_free(&told);
	return rc;
}

static void without_memory_nothing_is_left_behind(void **state)
{
	(void)state;
	NEED_NFT();
	rf_oom_run(life, NULL);
	assert_string_equal(ruleset(), "");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules_read_well_in_the_listing),
		TEST(rules_are_their_owners_alone_and_go_with_it),
		TEST(what_is_printed_loads_and_lists_the_same),
		TEST(rules_that_stand_are_left_alone),
		TEST(rules_come_back_when_somebody_changes_them),
		TEST(rules_know_what_they_are),
		TEST(stale_rules_are_replaced_and_rules_can_be_left),
		TEST(a_refused_change_leaves_the_old_rules),
		TEST(the_target_has_the_aliases_too),
		TEST(comments_need_no_quoting),
		TEST(without_memory_nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
