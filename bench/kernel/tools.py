# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that run in the guest, and the plugin that counts."""

import os
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(f"{HERE}/../..")


def compile_tools(where, peer_source):
    """All of them, into a folder; peer_source is where the peer's header is."""
    os.makedirs(where, exist_ok=True)
    shared = ["-fPIC", "-shared"]
    for name, words in (("count.so", [*shared, f"{HERE}/count.c"]),
                        ("libxt_RTPFERRY.so", [*shared, f"-I{ROOT}/include/uapi", f"{ROOT}/kmod/xtables/libxt_RTPFERRY.c"]),
                        ("blast", [f"{HERE}/blast.c"]),
                        ("ourflows", [f"{HERE}/ourflows.c"]),
                        ("peerflows", [f"-I{peer_source}", f"{HERE}/peerflows.c"])):
        subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", *words, "-o", f"{where}/{name}"], check=True)
