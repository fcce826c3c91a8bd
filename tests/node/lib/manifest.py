# SPDX-License-Identifier: GPL-2.0-or-later
"""What the chart renders for a set of values: kept below build/node, so that a guest need not run helm."""

import glob
import hashlib
import json
import os
import re

from place import CHART, ROOT
import helm

FOLDER = f"{ROOT}/build/node"


def _key(values, release):
    """A name for these values of a release and the chart as it is now."""
    digest = hashlib.sha256(json.dumps([release, values], sort_keys=True).encode())
    for name in sorted(glob.glob(f"{CHART}/**", recursive=True)):
        if os.path.isfile(name):
            digest.update(name[len(CHART):].encode())
            with open(name, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:24]


def objects(values, release):
    """All objects of a release with these values, under this name."""
    kept = f"{FOLDER}/{_key(values, release)}.json"
    if not os.path.exists(kept):
        os.makedirs(FOLDER, exist_ok=True)
        with open(f"{kept}.{os.getpid()}", "w", encoding="utf-8") as file:
            json.dump(helm.objects(values, release=release), file)
        os.replace(f"{kept}.{os.getpid()}", kept)
    with open(kept, encoding="utf-8") as file:
        return json.load(file)


def files(trees, name):
    """A ConfigMap's files: names and texts."""
    return next(tree["data"] for tree in helm.of_kind(trees, "ConfigMap") if tree["metadata"]["name"] == name)


def environment(container, fields):
    """A container's environment as the kubelet makes it: fields of the pod looked up, $(NAME) of earlier entries replaced."""
    out = {}
    for entry in container.get("env", []):
        if "valueFrom" in entry:
            out[entry["name"]] = fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            out[entry["name"]] = expanded(entry["value"], out)
    return out


def expanded(text, names):
    """A text with $(NAME) replaced; one that is not known stays as it is, as the kubelet leaves it."""
    return re.sub(r"\$\((\w+)\)", lambda found: names.get(found[1], found[0]), text)
