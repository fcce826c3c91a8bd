# SPDX-License-Identifier: GPL-2.0-or-later
"""The ladder of tests: what each rung builds and runs, and how its results are counted (scripts/test)."""

import glob
import os
import re
import signal
import subprocess
import sys
import time

from lanes import run_side_by_side
from rig.netns import can_make, remove_leftovers

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
LOGS = "build/logs"
TAIL = 40              # lines of a log that a failure shows
COVERAGE_FLOOR = 80.0  # percent of the lines of src/
GUEST_KERNELS = ("6.1", "6.12")
NODE_TURNS = 4   # of a suite that needs a guest of its own: one on each kernel, and as many in which it rests
# Scripts of tests/guest, and their words, that the debug kernel runs in one guest. Those with real peers are too slow on it.
DEBUG_SCRIPTS = ("control", "forwarding", "declined", "routes", "up", "refusals", "races", "lifetime", "fuzz_netlink:30", "stress:20")
AT_ONCE = int(os.environ.get("RUNGS_AT_ONCE", "2"))   # most tests wait most of the time
C_FOLDERS = ("src", "tests", "bench", "include", "kmod")
# The first word of libraries' headers, each of which one file of src/ may include (docs/design.md).
LIBRARIES = ("cap-ng", "curl", "event2", "ini", "json-c", "libmnl", "libnftnl", "microhttpd", "osipparser2", "xxhash")


class Interrupted(Exception):
    """A signal asks to end."""


class Ladder:
    """Runs commands, one at a time, and counts what passed and what failed."""

    def __init__(self):
        self.passed = self.failed = 0
        self._built = {}
        self._child = None

    def result(self, good, name, seconds, detail=""):
        """Print and count one result."""
        self.passed += bool(good)
        self.failed += not good
        print(f"{'ok' if good else 'FAILED':8}{name} ({seconds:.1f} s)", flush=True)
        if detail:
            print("".join(f"    {line}\n" for line in detail.splitlines()), end="", flush=True)

    def command(self, name, command, log=None, env=None, minutes=15):
        """One command is one test; its log is shown when it fails. Returns whether it passed."""
        log = f"{LOGS}/{log or name.replace(' ', '-').replace('/', '-')}.log"
        started = time.monotonic()
        with open(log, "wb") as file:
            status = self._run(command, env, minutes, file)
        detail = "" if status == 0 else f"{' '.join(command)}: status {status}; the end of {log}:\n{tail(log)}"
        self.result(status == 0, name, time.monotonic() - started, detail)
        return status == 0

    def suite(self, path, env, minutes=10, words=(), name=None):
        """A program whose lines begin with ok, FAILED or skipped: each is one test."""
        name = name or f"{path} with the {env['PRESET']} build"
        print(f"-- {name}", flush=True)
        before = self.failed
        started = time.monotonic()
        status = self._run([path, *words], env, minutes, None, self._count)
        if status != 0 and self.failed == before:
            self.result(False, name, time.monotonic() - started, f"ended with status {status}")

    def _count(self, line):
        self.passed += line.startswith("ok ")
        self.failed += line.startswith("FAILED ")
        if line.startswith("skipped ") and os.environ.get("CI") == "true":
            self.failed += 1
        print(line, end="", flush=True)

    def _run(self, command, env, minutes, file, each_line=None):
        self._child = subprocess.Popen(  # pylint: disable=consider-using-with
            command, stdin=subprocess.DEVNULL, stdout=file or subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=dict(os.environ, **(env or {})), start_new_session=True)
        signal.alarm(minutes * 60)
        try:
            if each_line:
                for line in self._child.stdout:
                    each_line(line)
            return self._child.wait()
        except TimeoutError:
            return f"none: not done after {minutes} minutes"
        finally:
            signal.alarm(0)
            self._end_child()

    def _end_child(self):
        """Ask the command and all that it started to end; insist after ten seconds."""
        child, self._child = self._child, None
        for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            if child.poll() is not None:
                break
            os.killpg(child.pid, number)
            try:
                child.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    @staticmethod
    def _alone(what):
        """The beginning of a command that no other rung runs at the same time."""
        return ["flock", f"{LOGS}/{what}.lock"]

    def chart_tools(self):
        """Helm and its like; the first run builds them. Returns whether they are there."""
        return self.command("chart tools", [*self._alone("chart-tools"), "scripts/chart-tools"], minutes=20)

    def build(self, preset, *targets):
        """Configure and build a preset (or these targets of it) once. Returns whether it is there.

        Builds leave the processor to tests of other rungs, of which some look at the clock.
        """
        if preset not in self._built:
            jobs = str(min(os.cpu_count() or 1, 8))
            only = " ".join(["--target", *targets]) if targets else ""
            self._built[preset] = self.command(
                f"build {preset}",
                [*self._alone(f"build-{preset}"), "nice", "sh", "-c",
                 f"cmake --preset {preset} && cmake --build --preset {preset} -j {jobs} {only}"], minutes=20)
        return self._built[preset]


def tail(path, lines=TAIL):
    """The last lines of a file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return "\n".join(line[:400] for line in file.read().splitlines()[-lines:])


def tracked(*patterns):
    """Files of the repository (new ones too), by shell patterns."""
    text = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                          capture_output=True, text=True, check=True).stdout
    return [name for name in text.splitlines() if os.path.exists(name)]


def programs(folder):
    """The test programs of a folder of tests/."""
    return sorted(name for name in glob.glob(f"tests/{folder}/*") if os.path.isfile(name) and os.access(name, os.X_OK))


def interpreter(name):
    """The first line of a script, or nothing."""
    with open(name, "rb") as file:
        line = file.readline(100)
    return line.decode("ascii", "replace") if line.startswith(b"#!") else ""


def owners(sources):
    """Of each library, the files that include it."""
    found = {library: [] for library in LIBRARIES}
    for name in sources:
        with open(name, encoding="utf-8") as file:
            for library in set(re.findall(r"^#include <([a-z0-9-]+)[/.]", file.read(), re.M)) & found.keys():
                found[library].append(name)
    return found


def lint(ladder):
    """Format, static analysis and the house's small rules."""
    sources = [name for folder in C_FOLDERS for name in tracked(f"{folder}/*.c", f"{folder}/*.h")]
    ladder.command("lint clang-format", ["clang-format", "--dry-run", "--Werror", *sources])
    texts = [name for name in tracked(*C_FOLDERS, "scripts", "cmake", ".ci")
             if not re.search(r"/(corpus|data|golden)/|\.md$", name)]
    bare = []
    for name in texts:
        with open(name, encoding="utf-8", errors="replace") as file:
            if "SPDX-License-Identifier:" not in file.read(600):
                bare.append(name)
    ladder.result(not bare, "lint SPDX", 0, "\n".join(f"{name}: no SPDX line in its head" for name in bare))
    shared = {library: files for library, files in owners([name for name in sources if name.startswith("src/")]).items()
              if len(files) != 1}
    ladder.result(not shared, "lint libraries", 0, "\n".join(
        f"{library}: expected one file that includes it, not {', '.join(files) or 'none'}" for library, files in shared.items()))
    scripts = [name for name in texts if "." not in os.path.basename(name)]
    shells = [name for name in scripts if re.search(r"\b(ba)?sh\b", interpreter(name))]
    pythons = [name for name in texts if name.endswith(".py") or "python" in interpreter(name)]
    ladder.command("lint shellcheck", ["shellcheck", "--external-sources", *shells])
    ladder.command("lint python", ["/usr/bin/python3", "-W", "error", "-c",
                                   "import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read(), name)",
                                   *pythons])
    if not ladder.build("dev"):
        return
    suppressions = ["--suppressions-list=.cppcheck"] if os.path.exists(".cppcheck") else []
    ladder.command("lint cppcheck", ["cppcheck", "--project=build/dev/compile_commands.json", "--quiet", "-j", "2",
                                     "--enable=warning,performance,portability", "--inline-suppr",
                                     "--error-exitcode=1", "--std=c11", "--file-filter=src/*", *suppressions])
    # One file a run: the analyzer of clang 14 carries what it knows of a va_list from one file into the next.
    tidy = [name for name in sources if name.startswith("src/") and name.endswith(".c")]
    ladder.command("lint clang-tidy", ["nice", "sh", "-c", 'printf "%s\\n" "$@" | xargs -P 2 -n 1 '
                                       "clang-tidy --quiet -p build/dev", "sh", *tidy], minutes=20)


def unit(ladder):
    """Every module by itself, plain and with sanitizers; what has threads with TSan, too (CMakePresets.json)."""
    for preset in ("dev", "asan", "tsan"):
        if ladder.build(preset):
            _ctest(ladder, preset)


def _ctest(ladder, preset):
    log = f"{LOGS}/unit-{preset}.log"
    print(f"-- unit tests with the {preset} build", flush=True)
    started = time.monotonic()
    count = shown = 0

    def each_line(line):
        nonlocal count, shown
        file.write(line)
        found = re.match(r"\s*\d+/\d+ Test\s+#\d+: (\S+) \.+\s*(\S+)(.*?)\s+([\d.]+) sec", line)
        if found:
            count += 1
            shown = 0 if found[2] == "Passed" else TAIL
            ladder.result(found[2] == "Passed", f"unit {found[1]} ({preset})", float(found[4]))
        elif shown and line.strip() and "[       OK ]" not in line and "[ RUN      ]" not in line:
            shown -= 1
            print(f"    {line[:400]}", end="", flush=True)

    with open(log, "w", encoding="utf-8") as file:
        plain = ["setarch", "--addr-no-randomize"] if preset == "tsan" else []  # see rig/relay.py
        status = ladder._run([*plain, "ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "-j", "2"],
                             None, 15, None, each_line)
    if count == 0:
        ladder.result(False, f"unit ({preset})", time.monotonic() - started, f"no test ran, status {status}; {tail(log)}")


def fuzz(ladder):
    """Each fuzzer for its share of FUZZ_SECONDS, from the corpus in the tree."""
    names = [os.path.basename(name).removesuffix(".c") for name in glob.glob("tests/fuzz/fuzz_*.c")]
    if not ladder.build("fuzz", *names):
        return
    found = sorted(name for name in glob.glob("build/fuzz/**/fuzz_*", recursive=True)
                   if os.path.isfile(name) and os.access(name, os.X_OK))
    if not found:
        ladder.result(False, "fuzz", 0, "there is no fuzzer under build/fuzz")
        return
    seconds = max(int(os.environ.get("FUZZ_SECONDS", "60")) // len(found), 2)
    for path in found:
        name = os.path.basename(path)
        work = f"build/fuzz/found/{name}"
        os.makedirs(work, exist_ok=True)
        corpus = f"tests/fuzz/corpus/{name.removeprefix('fuzz_')}"
        ladder.command(f"fuzz {name}", [path, f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048",
                                        f"-artifact_prefix={work}/crash-", work,
                                        *([corpus] if os.path.isdir(corpus) else [])])


def _spaces(ladder, name):
    """Whether namespaces can be made; a refusal is a skip, or a failure under CI."""
    if can_make():
        return True
    ladder.result(os.environ.get("CI") != "true", name, 0,
                  "skipped: this process may not make network namespaces (root and CAP_SYS_ADMIN are needed)")
    return False


def netns(ladder):
    """Real sockets in namespaces: with the address sanitizer, then with the thread sanitizer."""
    if _spaces(ladder, "netns"):
        for preset in ("asan", "tsan"):
            if ladder.build(preset):
                for path in programs("netns") + programs("daemon"):
                    ladder.suite(path, {"PRESET": preset})


def hostile(ladder):
    """What strangers send: with the address sanitizer, and as shipped, where time and memory are measured."""
    if _spaces(ladder, "hostile"):
        for preset in ("asan", "release"):
            if ladder.build(preset):
                for path in programs("hostile"):
                    ladder.suite(path, {"PRESET": preset})


def peers(ladder):
    """Kamailio, SIPp and baresip."""
    if _spaces(ladder, "peers") and ladder.build("asan"):
        for path in programs("peers"):
            ladder.suite(path, {"PRESET": "asan"})


def guest_turn():
    """None: every script on every kernel. Else a number that goes up with each commit."""
    if os.environ.get("GUEST_ALL") == "1":
        return None
    count = subprocess.run(["git", "rev-list", "--count", "HEAD"], capture_output=True, text=True, check=False).stdout
    return int(count or 0)


def suites(folder):
    """The lines of a folder's file suites, as words."""
    with open(f"tests/{folder}/suites", encoding="utf-8") as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


def at_turn(lines, number, turn, turns=len(GUEST_KERNELS)):
    """Those whose turn it is, of so many, on the kernel of that number; all without turns."""
    return [line for at, line in enumerate(lines) if turn is None or (at + turn) % turns == number]


def guest_suites(number, turn):
    """Of tests/guest/suites, the scripts whose turn it is on the kernel of that number: from one commit to the next, and
    from one line to the next, it is the other kernel's.

    By what they share a guest for: a build that they need (or none) and options.
    """
    found = {}
    for script, *words in at_turn(suites("guest"), number, turn):
        presets = [word.removeprefix("preset=") for word in words if word.startswith("preset=")]
        options = tuple(word for word in words if not word.startswith("preset="))
        found.setdefault(("".join(presets), options), []).append(script)
    return found


def _fetched(ladder, kernel):
    """Whether a guest's kernel is there; one that cannot be fetched is a skip, or a failure under CI."""
    log = f"{LOGS}/guest-fetch-{kernel}.log"
    started = time.monotonic()
    with open(log, "w", encoding="utf-8") as file:
        status = ladder._run(["tests/guest/run", "--kernel", kernel, "--fetch"], None, 10, file)
    if status != 0:
        skip = status == 3 and os.environ.get("CI") != "true"
        ladder.result(skip, f"guest kernel {kernel}", time.monotonic() - started,
                      f"{'skipped: ' if skip else ''}{tail(log, 5)}")
    return status == 0


def guest(ladder):
    """The kernel module: each script of tests/guest/suites on one of the kernels, or on all, the demonstration, and the newest headers."""
    turn = guest_turn()
    for number, kernel in enumerate(GUEST_KERNELS):
        if not _fetched(ladder, kernel):
            continue
        for (preset, options), scripts in guest_suites(number, turn).items():
            if not preset or ladder.build(preset):
                ladder.suite("tests/guest/run", {"PRESET": preset} if preset else {}, 30,
                             ["--kernel", kernel, "--timeout", "1700", *options, "tests/guest/several", *scripts],
                             f"tests/guest on kernel {kernel}: {' '.join(scripts)}")
    # Not in the machine's own kernel, where other rungs would find the module, too.
    if _fetched(ladder, GUEST_KERNELS[0]):
        ladder.command("scripts/demo --guest", ["nice", "scripts/demo", "--guest", "--calls", "2"], minutes=20)
    if _fetched(ladder, "sid"):
        ladder.suite("tests/guest/compile-sid", {}, 15, (), "tests/guest/compile-sid")


def kernel(ladder):
    """What reads the module's code, and DKMS; the first run fetches kernels and their source."""
    ladder.suite("scripts/kernel-lint", {}, 15, (), "scripts/kernel-lint")
    ladder.suite("tests/kernel/dkms", {}, 10, (), "tests/kernel/dkms")
    ladder.suite("tests/kernel/contract", {}, 10, (), "tests/kernel/contract")


def instructions(ladder):
    """Instructions per packet of each way into the module, and of the peer in the same guest, against the goals."""
    if _fetched(ladder, GUEST_KERNELS[0]):
        ladder.command("instructions per packet", ["bench/kernel/run", "--quick", "--check"], minutes=30)


def debug(ladder):
    """Scripts of the guest on the debug kernel, which looks for every fault. The first run builds it."""
    if not ladder.command("build debug kernel", ["tests/guest/run", "--kernel", "debug", "--build"], minutes=60):
        return
    ladder.suite("tests/guest/run", {}, 60,
                 ["--kernel", "debug", "--memory", "2048", "--timeout", "3500", "tests/guest/several", *DEBUG_SCRIPTS],
                 f"tests/guest on the debug kernel: {' '.join(DEBUG_SCRIPTS)}")


def chart(ladder):
    """The Kubernetes chart: renderings, schemas, refusals, rules, dashboard."""
    if ladder.chart_tools() and ladder.build("dev"):
        for path in programs("chart"):
            ladder.suite(path, {"PRESET": "dev"})


def node(ladder):
    """Pods of the rendered chart on a node made of namespaces; here, then with the module, in a guest for each suite, which
    take turns on the kernels as those of tests/guest do."""
    if not (_spaces(ladder, "node") and ladder.chart_tools() and ladder.build("dev")):
        return
    for path in programs("node"):
        ladder.suite(path, {"PRESET": "dev"})
    if not ladder.command("render tests/node", ["tests/node/lib/render"]):
        return
    turn = guest_turn()
    for number, kernel in enumerate(GUEST_KERNELS):
        if not _fetched(ladder, kernel):
            continue
        for words in at_turn(suites("node"), number, turn, NODE_TURNS):
            ladder.suite("tests/guest/run", {"PRESET": "dev"}, 30, ["--kernel", kernel, "--timeout", "1700", "tests/guest/node", *words],
                         f"tests/guest/node {' '.join(words)} on kernel {kernel}")


def images(ladder):
    """The container images, built without an engine and run. The first run makes a Debian for them."""
    if _spaces(ladder, "images"):
        ladder.suite("tests/images/run", {}, 60, (), "tests/images/run")


def coverage(ladder):
    """How many lines of src/ the unit and namespace tests reach."""
    if not ladder.build("coverage"):
        return
    script = """
        find build/coverage -name '*.gcda' -delete
        ctest --test-dir build/coverage -j 2 >/dev/null || true
        for path in {suites}; do PRESET=coverage $path >/dev/null || true; done
        lcov --quiet --capture --directory build/coverage/src --output-file build/coverage/all.info
        lcov --quiet --extract build/coverage/all.info '{root}/src/*' --output-file build/coverage/src.info
        lcov --summary build/coverage/src.info
        lcov --list build/coverage/src.info
    """.format(root=ROOT, suites=" ".join(programs("netns") + programs("daemon") + programs("hostile")) or "true")
    if not ladder.command("coverage measured", ["bash", "-ec", script]):
        return
    with open(f"{LOGS}/coverage-measured.log", encoding="utf-8") as file:
        share = float(re.search(r"lines\.+: ([\d.]+)%", file.read())[1])
    ladder.result(share >= COVERAGE_FLOOR, f"coverage {share:.1f} % of the lines of src/", 0,
                  "" if share >= COVERAGE_FLOOR else f"the floor is {COVERAGE_FLOOR:.0f} %; see {LOGS}/coverage-measured.log")


def bench(ladder):
    """The benchmarks run, one short round each; what they measure is not judged here."""
    if _spaces(ladder, "bench") and ladder.build("release"):
        for name in ("control", "relay"):
            ladder.command(f"bench {name}", [f"bench/{name}", "--quick", "--no-build", "--build", "build/release"], minutes=5)


# Begun in this order: the longest first, so that at the end none is alone.
RUNGS = {"debug": debug, "images": images, "lint": lint, "guest": guest, "unit": unit, "node": node, "fuzz": fuzz,
         "netns": netns, "hostile": hostile, "peers": peers, "kernel": kernel, "chart": chart, "coverage": coverage,
         "bench": bench, "instructions": instructions}
# Not part of "all": they build a kernel, and several Debian systems, and count for minutes what only the module changes.
BY_NAME_ONLY = ("debug", "images", "instructions")


def _signals():
    def leave(_number, _frame):
        raise Interrupted

    def late(_number, _frame):
        raise TimeoutError
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    signal.signal(signal.SIGALRM, late)


def main(names):
    """Run the rungs that are named, or all; the exit status tells whether everything passed."""
    os.chdir(ROOT)
    for name in names:
        if name not in (*RUNGS, "all"):
            print(f"test: there is no rung '{name}'; expected some of: all {' '.join(RUNGS)}", file=sys.stderr)
            return 2
    everything = "all" in names or not names
    names = [name for name in RUNGS if name in names or everything and name not in BY_NAME_ONLY]
    _signals()
    os.makedirs(LOGS, exist_ok=True)
    try:
        if len(names) > 1:
            command = [sys.executable, os.path.realpath(__file__)]
            passed, failed = run_side_by_side(names, AT_ONCE, command, LOGS)
        else:
            passed, failed = one_rung(names[0])
        status = 1 if failed or not passed else 0
        print(f"{passed} passed, {failed} failed", flush=True)
    except Interrupted:
        print("interrupted", flush=True)
        status = 130
    finally:
        remove_leftovers()
    return status


def one_rung(name):
    """How many of its tests passed and failed."""
    ladder = Ladder()
    print(f"== {name}", flush=True)
    RUNGS[name](ladder)
    return ladder.passed, ladder.failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
