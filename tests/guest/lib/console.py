# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest's kernel says of itself: reports on its console, memory that nobody has, whether it still looks."""

import contextlib
import os
import re
import time

DEBUGFS = "/sys/kernel/debug"
KMEMLEAK = f"{DEBUGFS}/kmemleak"
# The first line of every kind of report. An allocation that fails by design is none, nor is it where kmemleak then reads
# all of an object in place of a part.
REPORT = re.compile("|".join((
    r"\bBUG\b", r"\bWARNING\b", r"KASAN", r"UBSAN", r"INFO: (task|possible|trying|lockdep|rcu|rcu_\w+|NMI)", r"rcu: INFO",
    r"inconsistent lock state", r"possible (recursive|circular|irq)", r"suspicious RCU", r"sleeping function",
    r"scheduling while atomic", r"held lock freed", r"lock held when returning", r"MAX_LOCKDEP_\w+ too low", r"ODEBUG", r"refcount_t",
    r"(list_add|list_del) corruption", r"general protection", r"\bOops\b", r"unregister_netdevice: waiting",
    r"Objects remaining", r"still has objects", r"Bad page", r"detected stall", r"unreferenced object", r"new suspected memory leak",
    r"leaked reference", r"ref_tracker", r"Kernel panic", r"double free",
    r"kmemleak: (Cannot (?!allocate a scan area)|Kernel memory leak detector dis)")))


def reports():
    """Lines of the kernel's log that begin a report, each with some that follow it."""
    with os.popen("dmesg") as file:
        lines = file.read().splitlines()
    out, until = [], 0
    for number, line in enumerate(lines):
        if REPORT.search(line) and "kmemleak: Kernel memory leak detector init" not in line:
            until = max(until, number + 25)
        if number < until:
            out.append(line)
    return out


def none(lines, what):
    """Fails with the lines, where there are some."""
    if lines:
        raise AssertionError("\n    ".join([f"{what}:", *lines[:80]]))


def debugs():
    """Whether this kernel looks for faults; makes the files for that appear."""
    if not os.path.exists(KMEMLEAK) and os.path.isdir(DEBUGFS):
        os.system(f"mountpoint -q {DEBUGFS} || mount -t debugfs debugfs {DEBUGFS}")
    return os.path.exists(KMEMLEAK)


def leaks():
    """What kmemleak finds: memory that nobody points to, seen twice, so that what was just moving is not counted."""
    for _ in range(2):
        time.sleep(6)   # kmemleak leaves younger objects alone
        write(KMEMLEAK, "scan")
    with open(KMEMLEAK, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def lockdep_looks():
    """Whether lockdep still does: after its first report, or when its tables are full, it stops."""
    with open("/proc/lockdep_stats", encoding="ascii") as file:
        return bool(re.search(r"debug_locks:\s+1\b", file.read()))


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Failures:
    """Allocations that are made to fail, of either kind: by page and by slab."""

    KINDS = ("failslab", "fail_page_alloc")
    TIMES = 10**9   # that they may; the kernel counts down

    @classmethod
    def _set(cls, **values):
        for kind in cls.KINDS:
            for name, value in values.items():
                write(f"{DEBUGFS}/{kind}/{name.replace('_', '-')}", str(value))
        write(f"{DEBUGFS}/fail_page_alloc/min-order", "0")

    @classmethod
    def by_request(cls):
        """Only what a thread asks for itself, through nth(); those allocations that may sleep, too."""
        cls._set(verbose=0, probability=0, times=cls.TIMES, task_filter="N", ignore_gfp_wait="N")

    @classmethod
    def of_packets(cls, percent):
        """So many of the allocations that may not sleep, whoever makes them."""
        cls._set(probability=0, ignore_gfp_wait="Y", verbose=0, interval=1, times=cls.TIMES, task_filter="N")
        for kind in cls.KINDS:
            write(f"{DEBUGFS}/{kind}/probability", str(percent))

    @classmethod
    def made(cls):
        """How many allocations have failed since it was said which."""
        left = 0
        for kind in cls.KINDS:
            with open(f"{DEBUGFS}/{kind}/times", encoding="ascii") as file:
                left += int(file.read())
        return len(cls.KINDS) * cls.TIMES - left

    @classmethod
    def none(cls):
        cls._set(probability=0, times=0)

    @staticmethod
    @contextlib.contextmanager
    def nth(number):
        """This thread's so-manieth allocation within fails; 0: none."""
        if not number:
            yield
            return
        file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        try:
            os.write(file, str(number).encode())
            yield
        finally:
            os.pwrite(file, b"0", 0)
            os.close(file)
