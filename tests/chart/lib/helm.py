# SPDX-License-Identifier: GPL-2.0-or-later
"""The chart, rendered."""

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile

from place import CHART, HELM
import yaml

RELEASE, NAMESPACE = "rtp", "media"


class Refused(Exception):
    """helm does not render it; the text is what it says."""


def oldest():
    """The oldest release of Kubernetes that Chart.yaml promises."""
    with open(f"{CHART}/Chart.yaml", encoding="utf-8") as file:
        return re.search(r'^kubeVersion: ">=([\d.]+)-0"$', file.read(), re.M)[1]


NEWEST = "1.37.0"  # that scripts/chart-tools has schemas of
RELEASES = (oldest(), NEWEST)


def render(values=None, files=(), chart=CHART, kubernetes=NEWEST, release=RELEASE):
    """The text of all objects of a release, for values (a tree) on top of value files."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(values or {}, file)
        file.flush()
        words = [word for name in [*files, file.name] for word in ("--values", name)]
        done = subprocess.run([HELM, "template", release, chart, "--namespace", NAMESPACE, "--kube-version", kubernetes, *words],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stderr.strip())
    return done.stdout


def notes(values=None, files=()):
    """What helm prints after an installation. It prints that for a cluster only, so that a copy of the chart renders it as an object."""
    with tempfile.TemporaryDirectory() as folder:
        copy = f"{folder}/rtpferry"
        shutil.copytree(CHART, copy)
        with open(f"{copy}/templates/NOTES.txt", encoding="utf-8") as file:
            text = file.read()
        os.remove(f"{copy}/templates/NOTES.txt")
        with open(f"{copy}/templates/notes.yaml", "w", encoding="utf-8") as file:
            file.write('{{ define "notes" }}' + text + '{{ end }}\nkind: Notes\ntext: {{ include "notes" . | toJson }}\n')
        return of_kind(parse(render(values, files, chart=copy)), "Notes")[0]["text"]


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # pylint: disable=too-many-ancestors
    """One that takes no key twice, which some tools refuse and others decide for the last one."""

    def construct_mapping(self, node, deep=False):
        tree = super().construct_mapping(node, deep)
        if len(tree) != len(node.value):
            keys = [key.value for key, _ in node.value]
            raise AssertionError(f"keys that are there twice: {sorted({key for key in keys if keys.count(key) > 1})}, line {node.start_mark.line + 1}")
        return tree


def parse(text):
    """Objects of a rendered text."""
    return [tree for tree in yaml.load_all(text, Loader=Loader) if tree]


def with_version(folder, version):
    """A copy of the chart in a folder, with another version of chart and daemon."""
    copy = f"{folder}/rtpferry"
    shutil.copytree(CHART, copy)
    with open(f"{copy}/Chart.yaml", encoding="utf-8") as file:
        text = re.sub(r"^(version|appVersion): .*$", rf"\1: {version}", file.read(), flags=re.M)
    with open(f"{copy}/Chart.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    return copy


def objects(values=None, files=(), kubernetes=NEWEST, release=RELEASE):
    """Objects of a release for values."""
    return parse(render(values, files, kubernetes=kubernetes, release=release))


def of_kind(trees, *kinds):
    """Those of some kinds."""
    return [tree for tree in trees if tree["kind"] in kinds]


def workloads(trees):
    """DaemonSets and Deployments."""
    return of_kind(trees, "DaemonSet", "Deployment")


def pod(workload):
    """Its pod's spec."""
    return workload["spec"]["template"]["spec"]


def relay(workload):
    """Its daemon's container."""
    return next(item for item in pod(workload)["containers"] if item["name"] == "rtpferryd")


@functools.lru_cache(maxsize=1)
def values():
    """values.yaml, a tree."""
    with open(f"{CHART}/values.yaml", encoding="utf-8") as file:
        return yaml.safe_load(file)
