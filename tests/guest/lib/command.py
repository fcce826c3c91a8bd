# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands of the host and locks between its processes, for all that makes guests."""

import contextlib
import fcntl
import os
import subprocess


class GuestError(Exception):
    """What a guest needs cannot be had; the text says why."""


@contextlib.contextmanager
def locked(path):
    """Hold a lock file; waits for whoever has it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def command(words, cwd=None):
    """Run it; what it printed, or GuestError with the end of that."""
    done = subprocess.run(words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise GuestError(f"{' '.join(words)} ended with status {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout
