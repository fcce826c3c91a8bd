# SPDX-License-Identifier: GPL-2.0-or-later
"""The module's init container on a node, with the mounts that the chart gives it."""

import os
import subprocess

import yaml

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.realpath(f"{HERE}/../..")
GOLDEN = f"{ROOT}/tests/chart/golden/daemonset-host-init.yaml"   # the chart's rung holds it against what helm renders
# What would ask or change the kernel that runs here, which is not the node's.
STUBS = {"uname": 'if [ "$*" = -r ]; then echo "$NODE_RELEASE"; else exec /usr/bin/uname "$@"; fi', "modprobe": 'echo "modprobe $*"', "insmod": 'echo "insmod $*"'}


def mounts(node, without=()):
    """What the rendered pod mounts of its node into the loader, as words of tests/images/container."""
    with open(GOLDEN, encoding="utf-8") as file:
        pods = [one["spec"]["template"]["spec"] for one in yaml.safe_load_all(file) if one and one["kind"] == "DaemonSet"]
    paths = {one["name"]: one["hostPath"]["path"] for one in pods[0]["volumes"] if "hostPath" in one}
    loader = next(one for one in pods[0]["initContainers"] if one["name"] == "kmod-loader")
    return [f"{node}{paths[one['name']]}:{one['mountPath']}{':ro' if one.get('readOnly') else ''}"
            for one in loader["volumeMounts"] if one["name"] in paths and one["mountPath"] not in without]


def run_loader(image, folder, places, *command, **settings):
    """(status, text) of a command in the container, with those mounts and the folder as /out; it touches no kernel."""
    stubs = f"{folder}/stubs"
    os.makedirs(stubs, exist_ok=True)
    for name, line in STUBS.items():
        with open(f"{stubs}/{name}", "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n{line}\n")
        os.chmod(f"{stubs}/{name}", 0o755)
    script = 'root=$(mktemp -d); "$0" "$IMAGE" "$root" $PLACES && exec chroot "$root" "$@"'
    environment = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin", "IMAGE": image,
                   "PLACES": " ".join([*places, f"{stubs}:/usr/local/bin:ro", f"{folder}:/out"]), **settings}
    done = subprocess.run(["unshare", "--mount", "sh", "-euc", script, f"{HERE}/container", *command], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
    return done.returncode, done.stdout
