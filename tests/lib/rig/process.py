# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes: started in a namespace, logged to a file, ended by their own id."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _surroundings():
    """Our environment without what rtpferryd would take for its settings: a test gives those itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RTPFERRY_")}


class Process:
    """One program in one namespace. It dies with us, whatever becomes of us."""

    def __init__(self, namespace, command, log, env=None, cwd=None):
        self.command = command
        self.log = log
        self._file = open(log, "ab")  # pylint: disable=consider-using-with
        parent = os.getpid()

        def prepare():
            namespace.enter()
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        self._popen = subprocess.Popen(  # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
            command, stdin=subprocess.DEVNULL, stdout=self._file, stderr=subprocess.STDOUT,
            preexec_fn=prepare, start_new_session=True, cwd=cwd, env={**_surroundings(), **(env or {})})

    @property
    def pid(self):
        """Its process id."""
        return self._popen.pid

    def alive(self):
        """Whether it still runs."""
        return self._popen.poll() is None

    def wait(self, seconds):
        """Its exit status (negative: the signal); None when it still runs after that time."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def send(self, number):
        """Send it a signal."""
        if self.alive():
            self._popen.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=5):
        """End it, hard when it does not go within the time, with all that it started; its exit status."""
        if self._file.closed:
            return self._popen.returncode
        self.send(number)
        status = self.wait(seconds)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        status = self._popen.wait() if status is None else status
        self._file.close()
        return status

    def text(self):
        """All that it has said."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def tail(self, lines=30):
        """The last lines that it said."""
        return "\n".join(self.text().splitlines()[-lines:])

    def rss_kb(self):
        """Resident memory in kilobytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def until(condition, seconds, what, pause=0.02):
    """Wait until condition() is true and return its value; raise TimeoutError with `what` otherwise."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(pause)
