# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine: its own network namespace, cores, limits, and who else is using it."""
import os
import platform
import resource
import subprocess
import sys
import time

INSIDE = "BENCH_INSIDE_NAMESPACE"
# Relays and loads alike go before everything else on a machine that others use too: by niceness where they fill a core
# (threads of a relay with real-time priority would starve each other), by real-time priority where they do not.
FIRST = os.environ.get("BENCH_FIRST", "") not in ("", "0")
RELAY_CORE = 0
LOAD_CORE = max(os.sched_getaffinity(0))


def enter_namespace():
    """Runs this program again in an empty network namespace, where no other traffic and no filter rule can interfere."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    if os.geteuid() != 0:
        print("not root: measuring on the host's loopback, its filters and traffic included", file=sys.stderr)
        return
    os.execvp("unshare", ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
                          sys.executable] + sys.argv)


def raise_descriptor_limit():
    """Raises the limit of descriptors as far as allowed; returns it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def spawn(argv, core=None, **options):
    """Popen on a core. Affinity and priority are inherited, so that no wrapper program delays the start."""
    everywhere = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    if FIRST:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    try:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=FIRST, **options)
    finally:
        os.sched_setaffinity(0, everywhere)
        if FIRST:
            os.setpriority(os.PRIO_PROCESS, 0, 0)
    prefer_session(process.pid)
    return process


def prefer_session(pid):
    """Where the scheduler shares cores between sessions (autogroup), niceness counts only inside of one."""
    if not FIRST:
        return
    try:
        with open(f"/proc/{pid}/autogroup", "w") as f:
            f.write("-20")
    except OSError:
        pass  # not compiled in: niceness alone counts


def promote(pid):
    """Real-time priority for all threads of a relay or load, where that is wanted."""
    if not FIRST:
        return
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setscheduler(int(task), os.SCHED_FIFO, os.sched_param(1))


class Bystanders:
    """Processor time that others used while we measured: says what a result is worth."""

    def __init__(self):
        self.begin = self._others(), time.monotonic()

    @staticmethod
    def _others():
        """Idle time is exact; busy time is sampled by ticks, which paced loads run in step with, so it is no use."""
        with open("/proc/stat") as f:
            fields = f.readline().split()[1:]
        idle = (int(fields[3]) + int(fields[4])) / os.sysconf("SC_CLK_TCK")
        ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return os.cpu_count() * time.monotonic() - idle - ours

    def cores(self):
        """Cores that others kept busy on average (children still running count as others)."""
        others, begin = self.begin
        return max(0.0, (self._others() - others) / (time.monotonic() - begin))


def describe():
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = " ".join(line.split(":", 1)[1].split())
                break
    priority = ", relays and loads before everything else" if FIRST else ""
    return f"{os.cpu_count()} cores, {model}, Linux {platform.release()}{priority}"


def commit(tree):
    """Short name of the commit that was measured, with a plus when the tree differs from it."""
    def git(*args):
        return subprocess.run(["git", "-C", tree] + list(args), capture_output=True, text=True).stdout.strip()
    name = git("rev-parse", "--short=10", "HEAD") or "unknown"
    return name + ("+" if git("status", "--porcelain", "--untracked-files=no", "--", "src") else "")
