/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model's structures, private to call/. Ownership is a tree: calls own calls, a call owns its parties and its
 * stream group, a party owns its media, a media owns its streams. Everything is the control thread's.
 *
 *   call "abc@host"
 *    |- party A (tag "a1")             peer -> B
 *    |   `- media 1 audio              streams: the sockets that face A
 *    `- party B (tag "b7")             peer -> A
 *        `- media 1 audio              streams: the sockets that face B
 *
 * What A sends arrives on A's streams and leaves from B's. A fork gives A several answerers; each of them has
 * A as its peer, and A's peer is the one that answered last.
 */
#ifndef RF_CALL_MODEL_H
#define RF_CALL_MODEL_H

#include "base/hash.h"
#include "base/list.h"
#include "call/call.h"
#include "call/quality.h"

/* A codec that a party may send in a media. */
struct rf_media_codec {
	uint8_t type;        /* RTP payload type */
	uint32_t clock_rate; /* Hz */
	char name[16];       /* encoding name, cut if longer */
};

/* One m= section of a party's SDP. */
struct rf_media {
	struct rf_party *party;  /* owner */
	unsigned index;          /* 0 for the first m= */
	struct rf_str type;      /* owned: "audio" */
	struct rf_str transport; /* owned: "RTP/AVP" */
	struct rf_str format;    /* owned: the first format of m=, for printing it as rejected */
	enum rf_sdp_kind kind;
	bool known;         /* the party's own SDP described it (an answerer's is not, before it answered) */
	bool rejected;      /* port 0, by the party or by its peer; its streams go when that is answered */
	bool null_address;  /* on hold in the old spelling */
	bool mux_wanted;    /* the party's last SDP had a=rtcp-mux */
	bool mux_offered;   /* the relay's last offer to the party had a=rtcp-mux */
	bool mux_undecided; /* the party has offered it, and the answer to it goes along with the peer's */
	bool mux;           /* RTP and RTCP of this party share the RTP port */
	bool mux_required;  /* the relay's last offer to the party left it no choice */
	enum rf_sdp_direction direction; /* as the party said */
	enum rf_sdp_profile profile;     /* for its SDP unless asked otherwise; none: as the other side's has it */
	struct rf_endpoint rtp;          /* where the party expects RTP, by its SDP or its SIP source address */
	struct rf_endpoint rtcp;         /* the same for RTCP, when it is not multiplexed */
	struct rf_str ptime;             /* owned: a=ptime of its last offer or answer */
	struct rf_media_codec *codecs;   /* owned */
	unsigned n_codecs;
	uint32_t change;              /* RF_STREAM_BLOCK, _SILENCE, _BLOCK_DTMF as commanded */
	char iface[RF_IFACE_NAME];    /* interface that the streams are on; empty: none */
	enum rf_family family;        /* of the local address */
	uint16_t remote_port;         /* SDP port of the peer when the streams were made, for no-port-latching */
	struct rf_stream *streams[2]; /* RTP, RTCP; owned by the call's group; NULL: none */
	struct rf_quality quality;    /* samples of what the party sends */
};

/* One participant. */
struct rf_party {
	struct rf_list link;      /* in call->parties */
	struct rf_call *call;     /* owner */
	struct rf_str tag;        /* owned; empty: has not answered yet */
	struct rf_str via_branch; /* owned; empty: none */
	struct rf_str label;      /* owned; empty: none */
	struct rf_str *aliases;   /* owned array of owned further tags */
	unsigned n_aliases;
	struct rf_party *peer;        /* whom it talks to; NULL: nobody (any more) */
	char iface[RF_IFACE_NAME];    /* interface that faces it; empty: the first */
	enum rf_family family;        /* of the addresses that its SDP gets; none: not decided */
	struct rf_addr media_address; /* to print in its SDP instead of the advertised one; family none: no */
	uint32_t stream_flags;        /* RF_STREAM_ASYMMETRIC, _NAT_WAIT, _PIERCE_NAT as asked for by its messages */
	int64_t created_wall_us;
	int64_t delete_at_us;    /* monotonic; 0: not deleted */
	struct rf_media **media; /* owned array of owned media, by index */
	unsigned n_media;
	unsigned n_described; /* media that its last SDP had */
	/* What this party was sent last, so that the SDP for an unchanged side is stable. */
	uint64_t sent_fingerprint;       /* of the other side's SDP and of our part in it; 0: nothing sent */
	uint64_t sent_version;           /* o= version */
	struct rf_str sent_username;     /* owned; o= username first sent */
	struct rf_str sent_session_id;   /* owned; o= session id first sent */
	struct rf_str sent_session_name; /* owned; s= first sent */
	struct rf_addr sent_origin;      /* o= address first sent; family none: none */
};

struct rf_call {
	struct rf_hash_node node; /* in calls->by_id; the key is the call-id */
	struct rf_list link;      /* in a slot of calls->slots */
	struct rf_calls *calls;   /* owner */
	struct rf_str call_id;    /* owned */
	struct rf_str metadata;   /* owned; empty: none */
	struct rf_list parties;   /* struct rf_party, oldest first */
	struct rf_group *group;   /* owned: its streams */
	uint32_t stream_flags;    /* RF_STREAM_STRICT, _HANDOVER for all streams */
	enum rf_learn learn;
	int tos;    /* 0 to 255 or RF_TOS_KEEP */
	bool debug; /* flag debug: this call's log lines are written at any level */
	int64_t created_us, created_wall_us;
	int64_t signal_us, signal_wall_us;     /* last offer or answer */
	int64_t answered_us, answered_wall_us; /* 0: not yet */
	int64_t delete_at_us;                  /* monotonic; 0: not deleted */
	unsigned visits;                       /* by the timer, for the sampling interval */
};

#define RF_CALL_SLOTS 10 /* the timer visits one slot of calls each tenth of a second */

struct rf_calls {
	struct rf_calls_config config;
	struct rf_hash by_id;                /* struct rf_call */
	struct rf_list slots[RF_CALL_SLOTS]; /* struct rf_call */
	char loop_id[17];                    /* hexadecimal: this relay's mark under loop-protect */
	unsigned next_slot;                  /* to fill */
	unsigned timer_slot;                 /* to visit */
	struct rf_loop_item *timer;
	unsigned peak;    /* calls held at most since rf_calls_peak */
	unsigned deleted; /* calls that linger */
	bool draining;
	const char *overload;      /* limit that is exceeded now (limits.c); NULL: none */
	int64_t limits_checked_us; /* monotonic */
	int64_t cpu_used_us;       /* at limits_checked_us */
	uint64_t bytes_relayed;    /* at limits_checked_us */
	struct rf_calls_totals totals;
};

/* An owned copy: 0 or -ENOMEM; *dst is freed before, and unchanged on an error. */
int rf_text_set(struct rf_str *dst, struct rf_str src);
void rf_text_free(struct rf_str *s);

/* calls.c */
struct rf_call *rf_call_find(const struct rf_calls *calls, struct rf_str call_id);
int rf_call_new(struct rf_calls *calls, struct rf_str call_id, struct rf_call **out); /* 0 or -ENOMEM */
void rf_call_end(struct rf_call *call, enum rf_end why);                              /* count, log, free */
void rf_call_schedule_end(struct rf_call *call, int64_t delay_s); /* mark deleted; ends at once when 0 */
void rf_call_revive(struct rf_call *call);                        /* a lingering call is in use again */

/* party.c */
struct rf_party *rf_party_by_tag(const struct rf_call *call, struct rf_str tag);
struct rf_party *rf_party_by_label(const struct rf_call *call, struct rf_str label);
/* The untagged answerer of offerer for that branch (empty: any); NULL when there is none. */
struct rf_party *rf_party_untagged(const struct rf_call *call, const struct rf_party *offerer,
                                   struct rf_str via_branch);
struct rf_party *rf_party_by_branch(const struct rf_call *call, struct rf_str via_branch);
int rf_party_new(struct rf_call *call, struct rf_str tag, struct rf_str via_branch,
                 struct rf_party **out);                           /* 0 or -ENOMEM */
int rf_party_add_alias(struct rf_party *party, struct rf_str tag); /* 0 or -ENOMEM */
void rf_party_free(struct rf_party *party);                        /* its streams are staged to end; peers forget it */
int rf_party_media(struct rf_party *party, unsigned index, struct rf_media **out); /* finds or makes; 0 or -ENOMEM */

/* media.c */
/* Take over what the party's SDP says of it. 0 or -ENOMEM. */
int rf_media_describe(struct rf_media *media, const struct rf_sdp_media *sdp, const struct rf_addr *source);
/* Make sure that sockets of that interface and family face the party. 0 or an error of rf_ports_get. */
int rf_media_open(struct rf_media *media, struct rf_str iface, enum rf_family family, bool fresh);
void rf_media_close(struct rf_media *media); /* stage the end of its streams */
void rf_media_free(struct rf_media *media);
/* The peer's media of the same index; NULL: none. */
struct rf_media *rf_media_peer(const struct rf_media *media);
/* Stage the stream configuration that the model's state asks for. */
void rf_media_apply(struct rf_media *media, bool forget);
/* The same for all media of a call, and commit. 0 or -ENOMEM. */
int rf_call_apply(struct rf_call *call, const struct rf_party *forget);
struct rf_addr rf_media_advertised(const struct rf_media *media);

/* limits.c: the limit that forbids a new call now, as the proxies know it; NULL: none. */
const char *rf_limits_exceeded(struct rf_calls *calls);
void rf_limits_sample(struct rf_calls *calls, int64_t now_us);

/* report.c: close a sampling interval of all legs. */
void rf_call_sample(struct rf_call *call);

/* timer.c: the tick of rf_calls.timer. */
void rf_timer_tick(void *arg, int fd, int what);

/* A line of this call. */
#define rf_call_log(call, level, ...)                                                                                  \
	rf_log((call)->calls->config.log, RF_LOG_CALL, (call)->debug && (level) > RF_LOG_INFO ? RF_LOG_INFO : (level), \
	       (call)->call_id, __VA_ARGS__)

#define RF_PARTY(it) RF_CONTAINER(it, struct rf_party, link)

#endif
