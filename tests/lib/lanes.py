# SPDX-License-Identifier: GPL-2.0-or-later
"""Rungs of the ladder side by side, each a process; what they print comes out as if one had run after the other."""

import os
import re
import subprocess
import time

COUNTS = re.compile(r"(\d+) passed, (\d+) failed\n?$")
LOOK_S = 0.2


class Lane:
    """One rung and what it has printed."""

    def __init__(self, name, command, log):
        self.name = name
        self.log = log
        self.failures = []   # the lines that tell them
        with open(log, "wb") as file:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                [*command, name], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
        self._file = open(log, encoding="utf-8", errors="replace")  # pylint: disable=consider-using-with
        self._rest = ""   # of a line that is not whole yet

    def runs(self):
        """Whether it still does."""
        return self._process.poll() is None

    def show(self):
        """Print what is new but for the line that counts, in whole lines; what that one says, or None."""
        counts = None
        ended = not self.runs()   # looked at first, so that nothing is printed after the last look
        text = self._rest + self._file.read()
        whole = len(text) if ended else text.rfind("\n") + 1
        self._rest = text[whole:]
        for line in text[:whole].splitlines(keepends=True):
            found = COUNTS.match(line)
            if found:
                counts = int(found[1]), int(found[2])
            else:
                self.print(line)
        return counts

    def print(self, line):
        """A line of the rung's; one that tells a failure is kept."""
        print(line, end="", flush=True)
        if line.startswith("FAILED ") or line.startswith("skipped ") and os.environ.get("CI") == "true":
            self.failures.append(line)

    def end(self):
        """A rung ends what it has started when it is told to."""
        if self.runs():
            self._process.terminate()
        self._process.wait()
        self._file.close()


def run_side_by_side(names, at_once, command, folder):
    """Run command NAME for each, so many at once, begun and printed in their order, and what failed once more at the end.

    Returns how many tests passed and failed.
    """
    waiting, lanes, total = list(names), [], [0, 0]
    try:
        for number, name in enumerate(names):
            counts = None
            while True:
                while waiting and sum(lane.runs() for lane in lanes) < at_once:
                    lanes.append(Lane(waiting[0], command, f"{folder}/rung-{waiting.pop(0)}.log"))
                running = lanes[number].runs()
                counts = lanes[number].show() or counts
                if not running:
                    break
                time.sleep(LOOK_S)
            if not counts:
                lanes[number].print(f"FAILED  {name}: the rung ended without its count\n")
            total = [sum(pair) for pair in zip(total, counts or (0, 1))]
        if total[1]:
            print("== what failed")
            print("".join(f"{lane.name}: {line}" for lane in lanes for line in lane.failures), end="", flush=True)
    finally:
        for lane in lanes:
            lane.end()
    return total
