# SPDX-License-Identifier: GPL-2.0-or-later
"""Which capabilities the programs of containers ask the kernel for: cap_capable is traced, the one place that says yes or no.

A question that is not for the audit log is none: the kernel asks so to choose between two ways that both work. Nor is one
that is answered by somebody else's rights: an overlay reads files with those of who mounted it.
"""

import os
import re
import subprocess
from collections import defaultdict

TRACEFS = "/sys/kernel/tracing"
NOAUDIT = 1 << 1   # CAP_OPT_NOAUDIT
BUFFER_KB = 8192   # of each processor
# The last two are one question and its answer: nothing that cap_capable does sleeps.
_LINE = re.compile(r"^\s*.*-(\d+)\s+\[\d+\].*? (sched_process_fork|sched_process_exec|ask|answer): (.*)$")


def _write(path, text):
    with open(f"{TRACEFS}/{path}", "w", encoding="ascii") as file:
        file.write(text)


def _names():
    """Names of all capabilities, by number."""
    done = subprocess.run(["setpriv", "--list-caps"], capture_output=True, text=True, check=True)
    return [name.upper() for name in done.stdout.split()]


def _effective():
    """Where a struct cred has its effective capabilities, in bytes."""
    done = subprocess.run(["pahole", "-C", "cred", "/sys/kernel/btf/vmlinux"], capture_output=True, text=True, check=True)
    return re.search(r"cap_effective;\s*/\*\s*(\d+)", done.stdout)[1]


class Asked:
    """Traces from its begin to its end; then of(container) has what the programs of its command line asked for."""

    def __enter__(self):
        if not os.path.exists(f"{TRACEFS}/trace"):
            subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACEFS], check=True)
        self._answers = defaultdict(set)
        _write("trace_clock", "global")
        _write("buffer_size_kb", str(BUFFER_KB))
        _write("kprobe_events", f"p:rights/ask cap_capable cap=$arg3:s32 how=$arg4:u32 has=+{_effective()}($arg1):x64\n"
                                "r64:rights/answer cap_capable status=$retval:s32\n")
        _write("trace", "")
        self._enable(1)
        return self

    @staticmethod
    def _enable(on):
        for event in ("sched/sched_process_fork", "sched/sched_process_exec", "rights/ask", "rights/answer"):
            _write(f"events/{event}/enable", str(on))

    def __exit__(self, *_):
        self._enable(0)
        try:
            self._read()
        finally:
            _write("kprobe_events", "")

    def _read(self):
        with open(f"{TRACEFS}/kprobe_profile", encoding="ascii") as file:
            missed = [line for line in file.read().splitlines() if line.split()[-1] != "0"]
        with open(f"{TRACEFS}/trace", encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        kept = next(line for line in lines if "entries-in-buffer/entries-written" in line)
        in_buffer, written = re.search(r"(\d+)/(\d+)", kept).groups()
        if missed or in_buffer != written:
            raise RuntimeError(f"the trace is not whole: {missed or kept}")
        _Reader(self._answers).read(lines)

    def of(self, container, granted):
        """Of a container with these capabilities: (those that were used, those that were asked for in vain)."""
        names = _names()
        own = sum(1 << names.index(name) for name in granted)
        answers = [(names[number], refused) for number, has, refused in self._answers[container.process.pid] if not has & ~own]
        return {name for name, refused in answers if not refused}, {name for name, refused in answers if refused}


class _Reader:
    """Follows processes: a container's command begins when env, the last word of the engine, executes it, and all that it
    starts belongs to it."""

    def __init__(self, answers):
        self._answers = answers   # process id of a command -> set of (capability, rights that were looked at, whether refused)
        self._command = {}   # task -> process id of the command that it belongs to
        self._last = {}      # task -> what it executed last
        self._asking = {}    # task -> capability, rights that are looked at

    def read(self, lines):
        for line in lines:
            found = _LINE.match(line)
            if found:
                getattr(self, f"_{found[2]}")(int(found[1]), dict(re.findall(r"(\w+)=(\S+)", found[3])))

    def _sched_process_fork(self, _task, words):
        parent, child = int(words["pid"]), int(words["child_pid"])
        for known in (self._command, self._last):
            known.pop(child, None)
            if parent in known:
                known[child] = known[parent]

    def _sched_process_exec(self, task, words):
        if task not in self._command and self._last.get(task) == "env":
            self._command[task] = task
        self._last[task] = os.path.basename(words["filename"])

    def _ask(self, task, words):
        if not int(words["how"]) & NOAUDIT:
            self._asking[task] = (int(words["cap"]), int(words["has"], 16))

    def _answer(self, task, words):
        question = self._asking.pop(task, None)
        if question and task in self._command:
            self._answers[self._command[task]].add((*question, words["status"] != "0"))
