/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "log/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/clock.h"
#include "log/line.h"
#include "log/rate.h"

#define MESSAGE_MAX 4096 /* bytes of a message, with what is said of suppressed lines */
#define SUFFIX_MAX 64    /* bytes of them kept for that */
#define LEVELS (RF_LOG_DEBUG + 1)
#define SYSLOG_ERROR 3 /* severity of RFC 5424; the levels below follow one by one */
#define SYSLOG_DEBUG 7

struct rf_log {
	enum rf_log_format format;        /* fixed */
	_Atomic int levels[RF_LOG_AREAS]; /* enum rf_log_level; any thread reads and writes */
	struct rf_log_rate rate;          /* has its own lock */
	_Atomic uint64_t lost;            /* lines that standard error did not take, since this was told */
};

static const char *const area_names[RF_LOG_AREAS] = {
	[RF_LOG_MAIN] = "main", [RF_LOG_NG] = "ng",       [RF_LOG_CALL] = "call",
	[RF_LOG_SDP] = "sdp",   [RF_LOG_PORTS] = "ports", [RF_LOG_DATAPLANE] = "dataplane",
	[RF_LOG_HTTP] = "http",
};
static const char *const level_names[LEVELS] = {"error", "warning", "notice", "info", "debug"};
static const char *const format_names[] = {"text", "json", "journal"};

int rf_log_new(enum rf_log_format format, enum rf_log_level level, struct rf_log **out)
{
	struct rf_log *log = malloc(sizeof(*log));

	if (!log)
		return -ENOMEM;
	log->format = format;
	rf_log_rate_init(&log->rate);
	atomic_init(&log->lost, 0);
	rf_log_set_level(log, RF_LOG_AREAS, level);
	*out = log;
	return 0;
}

void rf_log_free(struct rf_log *log)
{
	if (!log)
		return;
	rf_log_rate_free(&log->rate);
	free(log);
}

void rf_log_set_level(struct rf_log *log, enum rf_log_area area, enum rf_log_level level)
{
	if (!log)
		return;
	for (int i = 0; i < RF_LOG_AREAS; i++)
		if (area == RF_LOG_AREAS || area == (enum rf_log_area)i)
			atomic_store_explicit(&log->levels[i], (int)level, memory_order_relaxed);
}

bool rf_log_enabled(const struct rf_log *log, enum rf_log_area area, enum rf_log_level level)
{
	return log && area < RF_LOG_AREAS &&
	       (int)level <= atomic_load_explicit(&log->levels[area], memory_order_relaxed);
}

/* One write a line, so that lines of several threads do not mix. */
static void write_line(enum rf_log_format format, const struct rf_log_entry *entry)
{
	char line[RF_LOG_LINE_MAX];
	size_t len = format == RF_LOG_FORMAT_JSON ? rf_log_line_json(entry, line) : rf_log_line_text(entry, line);
	ssize_t n;

	do {
		n = write(STDERR_FILENO, line, len);
	} while (n < 0 && errno == EINTR);
}

static bool standard_error_takes_more(void)
{
	struct pollfd error = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&error, 1, 0) == 1 && error.revents & POLLOUT;
}

static void tell_lost(struct rf_log *log, int64_t wall_us, uint64_t lost)
{
	char message[80];
	struct rf_log_entry entry = {
		.wall_us = wall_us,
		.level = level_names[RF_LOG_WARNING],
		.area = area_names[RF_LOG_MAIN],
	};

	snprintf(message, sizeof(message), "%llu lines are lost: standard error was not read",
	         (unsigned long long)lost);
	entry.message = rf_str_of(message);
	write_line(log->format, &entry);
}

/* A line is rather lost than waited for: whoever reads standard error must not be able to stop the threads that log. */
static void write_if_taken(struct rf_log *log, const struct rf_log_entry *entry)
{
	if (standard_error_takes_more()) {
		uint64_t lost = atomic_exchange_explicit(&log->lost, 0, memory_order_relaxed);

		if (lost > 0)
			tell_lost(log, entry->wall_us, lost);
		if (lost == 0 || standard_error_takes_more()) {
			write_line(log->format, entry);
			return;
		}
	}
	atomic_fetch_add_explicit(&log->lost, 1, memory_order_relaxed);
}

static struct iovec field(char *text, size_t size, const char *name, struct rf_str value)
{
	int n = snprintf(text, size, "%s=%.*s", name, RF_STR_ARG(value));
	size_t len = n < 0 ? 0 : (size_t)n;

	return (struct iovec){text, len < size ? len : size - 1};
}

/* 0 or a negative errno. */
static int write_journal(const struct rf_log_entry *entry, enum rf_log_level level)
{
	char message[MESSAGE_MAX + 16];
	char call_id[512];
	char area[64];
	char priority[32];
	struct iovec fields[4];
	int n = 0;

	snprintf(priority, sizeof(priority), "PRIORITY=%d", SYSLOG_ERROR + (int)level);
	fields[n++] = (struct iovec){priority, strlen(priority)};
	fields[n++] = field(message, sizeof(message), "MESSAGE", entry->message);
	fields[n++] = field(area, sizeof(area), "RTPFERRY_AREA", rf_str_of(entry->area));
	if (entry->call_id.len > 0)
		fields[n++] = field(call_id, sizeof(call_id), "RTPFERRY_CALL_ID", entry->call_id);
	return sd_journal_sendv(fields, n);
}

void rf_log(struct rf_log *log, enum rf_log_area area, enum rf_log_level level, struct rf_str call_id,
            const char *format, ...)
{
	struct rf_log_entry entry = {.call_id = call_id};
	char message[MESSAGE_MAX];
	uint64_t suppressed = 0;
	int saved_errno = errno;
	va_list args;
	size_t len;
	int n;

	if (!rf_log_enabled(log, area, level))
		return;
	if (level <= RF_LOG_WARNING && !rf_log_rate_pass(&log->rate, format, rf_clock_us(), &suppressed))
		return;
	va_start(args, format);
	n = vsnprintf(message, sizeof(message) - SUFFIX_MAX, format, args);
	va_end(args);
	len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(message) - SUFFIX_MAX)
		len = sizeof(message) - SUFFIX_MAX - 1;
	if (suppressed > 0)
		len += (size_t)snprintf(message + len, SUFFIX_MAX, " (%llu more like it not logged)",
		                        (unsigned long long)suppressed);
	entry.wall_us = rf_clock_wall_us();
	entry.level = level_names[level];
	entry.area = area_names[area];
	entry.message = (struct rf_str){message, len};
	if (log->format != RF_LOG_FORMAT_JOURNAL || write_journal(&entry, level) < 0)
		write_if_taken(log, &entry);
	errno = saved_errno;
}

const char *rf_log_area_name(enum rf_log_area area)
{
	return area < RF_LOG_AREAS ? area_names[area] : NULL;
}

static int index_of(struct rf_str name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (rf_str_equal_case(name, rf_str_of(names[i])))
			return i;
	return -1;
}

int rf_log_area_of(struct rf_str name)
{
	return index_of(name, area_names, RF_LOG_AREAS);
}

int rf_log_level_of(struct rf_str name)
{
	uint64_t severity;

	if (rf_str_to_u64(name, &severity) || severity > SYSLOG_DEBUG)
		return index_of(name, level_names, LEVELS);
	return severity <= SYSLOG_ERROR ? RF_LOG_ERROR : (int)severity - SYSLOG_ERROR;
}

int rf_log_format_of(struct rf_str name)
{
	return index_of(name, format_names, sizeof(format_names) / sizeof(format_names[0]));
}
