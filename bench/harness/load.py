# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds and runs the load programs."""
import json
import os
import re
import subprocess

from . import machine, relays

PROGRAMS = ("bench_ngload", "bench_rtpload", "bench_bareforward")


def build(tree, folder, as_is=False):
    """Builds load programs and, if the tree has it, the relay, as they are shipped. Returns whether the relay is there."""
    if as_is:
        return os.path.exists(os.path.join(folder, "src", "rtpferryd"))
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    configured = subprocess.run(["cmake", "--preset", "release", "-B", folder], cwd=tree, **quiet)
    if configured.returncode != 0:
        raise SystemExit("cmake failed:\n" + configured.stdout[-3000:])
    known = subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"], **quiet).stdout
    targets = list(PROGRAMS) + (["rtpferryd"] if re.search(r"^rtpferryd: ", known, re.M) else [])
    built = subprocess.run(["nice", "ninja", "-C", folder, "-j2"] + targets, **quiet)
    if built.returncode != 0:
        raise SystemExit("build failed:\n" + built.stdout[-3000:])
    return "rtpferryd" in targets


def run(folder, program, **options):
    """Runs a load program on the load's core, options as --name=value; returns what it reports."""
    argv = [os.path.join(folder, "bench", program)]
    for name, value in options.items():
        argv += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    process = machine.spawn(argv, machine.LOAD_CORE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    machine.promote(process.pid)
    out, err = process.communicate()
    try:
        result = json.loads(out)
    except ValueError:
        raise SystemExit(f"{' '.join(argv)} failed: {err or out}") from None
    if result.get("errors"):
        print(f"warning: {result['errors']} failed requests: {err.strip()[:500]}", flush=True)
    return result


def control(folder, relay, **options):
    return run(folder, "bench_ngload", relay=f"{relays.ADDRESS}:{relays.NG_PORT}", pid=relay.pid, **options)


def media(folder, pid, port=relays.NG_PORT, **options):
    return run(folder, "bench_rtpload", relay=f"{relays.ADDRESS}:{port}", pid=pid, **options)
