# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests and the demo stand on: namespaces, processes, peers, and clients of the relay."""
