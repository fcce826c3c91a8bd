# SPDX-License-Identifier: GPL-2.0-or-later
"""A list of tests, each one a sentence; run in order, each result on one line, counts at the end."""

import glob
import os
import shutil
import sys
import tempfile
import time
import traceback

KEEP = os.environ.get("RIG_KEEP") == "1"


class Skip(Exception):
    """The machine cannot do this one; the text says why."""


class Suite:
    """The tests of one file."""

    def __init__(self, name):
        self.name = name
        self._tests = []

    def test(self, sentence):
        """Decorator: add a function, which gets the folder for its logs, under a sentence."""
        def add(function):
            self._tests.append((sentence, function))
            return function
        return add

    def main(self, argv=None):
        """Run what is asked for (words that a sentence holds; nothing: all), exit with 0 when all passed."""
        words = sys.argv[1:] if argv is None else argv
        passed = failed = skipped = 0
        for sentence, function in self._tests:
            if not all(word in sentence for word in words):
                continue
            outcome = self._one(sentence, function)
            passed += outcome == "ok"
            failed += outcome == "FAILED"
            skipped += outcome == "skipped"
        print(f"{self.name}: {passed} passed, {failed} failed, {skipped} skipped", flush=True)
        sys.exit(1 if failed or not passed + skipped else 0)

    def _one(self, sentence, function):
        folder = tempfile.mkdtemp(prefix="rft-")
        started = time.monotonic()
        detail = ""
        try:
            function(folder)
            outcome = "ok"
        except Skip as reason:
            outcome = "FAILED" if os.environ.get("CI") == "true" else "skipped"
            detail = f"    not possible here: {reason}\n"
        except (KeyboardInterrupt, SystemExit):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except Exception as error:  # pylint: disable=broad-exception-caught
            outcome = "FAILED"
            detail = _story(error) + _logs(folder)
        print(f"{outcome:8}{self.name}: {sentence} ({time.monotonic() - started:.1f} s)\n{detail}", end="", flush=True)
        if not (KEEP and outcome == "FAILED"):
            shutil.rmtree(folder, ignore_errors=True)
        return outcome


def _story(error):
    text = "".join(traceback.format_exception(error))
    return "".join(f"    {line}\n" for line in text.splitlines()[-12:])


def _logs(folder):
    """The tails of the logs that a test left behind."""
    text = ""
    for path in sorted(glob.glob(f"{folder}/**/*.log", recursive=True)):
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()[-25:]
        if lines:
            text += f"    --- {path[len(folder) + 1:]}\n" + "".join(f"    {line[:300]}\n" for line in lines)
    return text


def equal(got, wanted, what):
    """Fail with both values when they differ."""
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, expected {wanted!r}")


def between(got, low, high, what):
    """Fail when a number is not within bounds, both included."""
    if got is None or not low <= got <= high:
        raise AssertionError(f"{what} is {got}, expected {low} to {high}")


def true(value, what):
    """Fail with a sentence."""
    if not value:
        raise AssertionError(what)
