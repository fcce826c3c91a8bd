# SPDX-License-Identifier: GPL-2.0-or-later
"""Small C programs for scripts in the guest, compiled before it boots: each folder of tests/guest/programs is one."""

import glob
import os

from command import command
from kernel import BUILD

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(f"{HERE}/../../..")
# What they share with the daemon: the contract's tables.
SHARED = f"{ROOT}/src/dataplane/kmod/attributes.c"


def build_programs():
    """Compile what changed; the folder that holds them."""
    to = f"{BUILD}/programs"
    os.makedirs(to, exist_ok=True)
    for folder in sorted(glob.glob(f"{HERE}/../programs/*/")):
        program = f"{to}/{os.path.basename(os.path.dirname(folder))}"
        sources = [*sorted(glob.glob(f"{folder}*.c")), SHARED]
        newest = max(os.path.getmtime(name) for name in [*sources, *glob.glob(f"{folder}*.h")])
        if not os.path.exists(program) or os.path.getmtime(program) < newest:
            command(["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/src", f"-I{ROOT}/include",
                     *sources, "-o", program])
    return to
