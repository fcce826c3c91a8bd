/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets through a real worker and real sockets (see rig.h). */
#include "rig.h"
#include "test.h"

static void packets_flow_both_ways(void **state)
{
	uint8_t packet[RTP_SIZE];
	struct peer alice, bob;
	struct rig rig;

	(void)state;
	rig_open(&rig, 1);
	peer_open(&alice, "127.0.0.1", 0);
	peer_open(&bob, "127.0.0.1", 0);
	rig_streams(&rig, "four", "four", false);
	rig.to_a.remote = alice.self;
	rig.to_b.remote = bob.self;
	rig_commit(&rig);
	for (uint16_t seq = 1; seq <= 20; seq++) {
		rtp_make(packet, 8, seq, seq * 160U, 0x1111);
		peer_send(&alice, rig.a, packet, sizeof(packet));
		peer_expect(&bob, rig.b, packet, sizeof(packet));
		rtp_make(packet, 0, seq, seq * 160U, 0x2222);
		peer_send(&bob, rig.b, packet, sizeof(packet));
		peer_expect(&alice, rig.a, packet, sizeof(packet));
	}
	expect_packets_in(rig.a, 20);
	expect_packets_in(rig.b, 20);
	rf_group_free(rig.group);
	rig_close(&rig);
	peer_close(&alice);
	peer_close(&bob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_flow_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
