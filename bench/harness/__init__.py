# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: relays under test, load programs, the machine, tables."""
