/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of the peer's command line and files that mean nothing here. An operator who moves over keeps his
 * file; the log tells once what has no effect.
 */
#include "options.h"

#define VALUE .takes_value = true

/* clang-format off */
const struct rf_peer_option rf_peer_options[] = {
	/* The process: rtpferryd stays in the foreground and logs to standard error or to the journal. */
	{"foreground", .letter = 'f'}, {"log-stderr", .letter = 'E'}, {"log-facility", VALUE}, {"log-facility-cdr", VALUE},
	{"log-facility-rtcp", VALUE}, {"log-facility-dtmf", VALUE}, {.name = "split-logs"}, {"max-log-line-length", VALUE},
	{.name = "no-log-timestamps"}, {"log-mark-prefix", VALUE}, {"log-mark-suffix", VALUE}, {"log-name", VALUE},
	{"thread-stack", VALUE}, {"scheduling", VALUE}, {"priority", VALUE}, {"idle-scheduling", VALUE},
	{"idle-priority", VALUE}, {"num-media-threads", VALUE}, {"media-num-threads", VALUE}, {"codec-num-threads", VALUE},
	{"http-threads", VALUE}, {.name = "poller-per-thread"}, {"poller-size", VALUE}, {"socket-cpu-affinity", VALUE}, {"software-id", VALUE},
	{"max-load", VALUE}, {"evs-lib-path", VALUE}, {.name = "debug-srtp"}, {.name = "log-srtp-keys"},
	{"log-level-spandsp", VALUE}, {"log-level-ffmpeg", VALUE}, {"log-level-transcoding", VALUE},
	{"log-level-codec", VALUE}, {"log-level-rtcp", VALUE}, {"log-level-ice", VALUE}, {"log-level-crypto", VALUE},
	{"log-level-srtp", VALUE}, {"log-level-internals", VALUE}, {"log-level-dtx", VALUE}, {"log-level-mix", VALUE},
	/* Other front doors. */
	{"listen-tcp", 'l', VALUE}, {"listen-udp", 'u', VALUE}, {"listen-tcp-ng", 'N', VALUE}, {"listen-cli", 'c', VALUE},
	{"listen-https", VALUE}, {"https-cert", VALUE}, {"https-key", VALUE}, {"http-buf-size", VALUE}, {"control-tos", VALUE},
	{"control-pmtu", VALUE}, {"save-interface-ports", .letter = 'S'}, {.name = "port-latching"}, {"b2b-url", 'b', VALUE},
	{"xmlrpc-format", 'x', VALUE}, {"janus-secret", VALUE}, {"templates", VALUE}, {"interfaces-config", VALUE},
	/* The kernel table is not guarded by iptables. */
	{"iptables-chain", VALUE}, {"nftables-chain", VALUE}, {"nftables-base-chain", VALUE}, {.name = "nftables-append"},
	{"nftables-family", VALUE}, {.name = "nftables-status"}, {.name = "nftables-start"}, {.name = "nftables-stop"}, {.name = "nftables-debug"},
	/* State is kept on the host. */
	{"redis", 'r', VALUE}, {"redis-write", 'w', VALUE}, {"redis-subscribe", VALUE}, {"redis-num-threads", VALUE},
	{"redis-expires", VALUE}, {"no-redis-required", .letter = 'q'}, {"redis-allowed-errors", VALUE}, {"redis-disable-time", VALUE},
	{"redis-cmd-timeout", VALUE}, {"redis-connect-timeout", VALUE}, {"redis-delete-async", .letter = 'y'},
	{"redis-delete-async-interval", VALUE}, {"redis-format", VALUE}, {.name = "redis-resolve-on-reconnect"},
	{"subscribe-keyspace", 'k', VALUE}, {.name = "active-switchover"},
	/* Push statistics: here they are read over HTTP. */
	{"graphite", 'g', VALUE}, {"graphite-interval", 'G', VALUE}, {"graphite-prefix", VALUE}, {"graphite-timeout", VALUE},
	{"homer", VALUE}, {"homer-protocol", VALUE}, {"homer-id", VALUE}, {.name = "homer-disable-rtcp-stats"}, {.name = "homer-enable-ng"},
	{"mqtt-host", VALUE}, {"mqtt-port", VALUE}, {"mqtt-tls-alpn", VALUE}, {"mqtt-id", VALUE}, {"mqtt-keepalive", VALUE}, {"mqtt-user", VALUE},
	{"mqtt-pass", VALUE}, {"mqtt-cafile", VALUE}, {"mqtt-capath", VALUE}, {"mqtt-certfile", VALUE}, {"mqtt-keyfile", VALUE},
	{"mqtt-publish-qos", VALUE}, {"mqtt-publish-topic", VALUE}, {"mqtt-publish-interval", VALUE}, {"mqtt-publish-scope", VALUE},
	{"mos", VALUE}, {.name = "measure-rtp"}, {"dtmf-log-dest", VALUE}, {.name = "dtmf-log-ng-tcp"}, {.name = "dtmf-no-suppress"},
	{.name = "dtmf-no-log-injects"}, {.name = "dtmf-digit-delay"},
	/* Recording, media files, transcoding, encryption. */
	{"recording-dir", VALUE}, {"recording-method", VALUE}, {"recording-format", VALUE}, {.name = "record-egress"}, {"rtcp-interval", VALUE},
	{"mysql-host", VALUE}, {"mysql-port", VALUE}, {"mysql-user", VALUE}, {"mysql-pass", VALUE}, {"mysql-query", VALUE},
	{"jitter-buffer", VALUE}, {.name = "jb-clock-drift"}, {"dtx-delay", VALUE}, {"max-dtx", VALUE}, {"dtx-buffer", VALUE},
	{"dtx-lag", VALUE}, {"dtx-shift", VALUE}, {"dtx-cn-params", VALUE}, {"amr-dtx", VALUE}, {"amr-cn-dtx", VALUE}, {"evs-dtx", VALUE},
	{"evs-cn-dtx", VALUE}, {"silence-detect", VALUE}, {"cn-payload", VALUE}, {.name = "player-cache"}, {"kernel-player", VALUE},
	{"kernel-player-media", VALUE}, {"audio-buffer-length", VALUE}, {"audio-buffer-delay", VALUE}, {"audio-player", VALUE},
	{.name = "reorder-codecs"}, {.name = "reject-invalid-sdp"}, {.name = "dtls-passive"}, {"dtls-rsa-key-size", VALUE}, {"dtls-cert-cipher", VALUE},
	{"dtls-mtu", VALUE}, {"dtls-ciphers", VALUE}, {"dtls-signature", VALUE}, {.name = "codecs"},
	{"moh-max-duration", VALUE}, {"moh-max-repeats", VALUE}, {"moh-attr-name", VALUE}, {.name = "moh-prevent-double-hold"},
};
/* clang-format on */

const unsigned rf_peer_options_count = sizeof(rf_peer_options) / sizeof(rf_peer_options[0]);
