# SPDX-License-Identifier: GPL-2.0-or-later
"""values.yaml as a table: each value, its default, and the comment above it."""

import json
import re

from place import CHART
import helm

BEGIN, END = "<!-- values: made by tests/chart/values --update -->", "<!-- end of values -->"


def leaves(tree, path=()):
    """(path, default) of every value: what is no map, and maps that are empty or whose keys are the operator's."""
    for key, value in tree.items():
        if isinstance(value, dict) and value and (*path, key) != ("metrics", "dashboard", "labels"):
            yield from leaves(value, (*path, key))
        else:
            yield ".".join((*path, key)), value


def comments():
    """{path: the comment above it}."""
    out, path, text = {}, [], []
    with open(f"{CHART}/values.yaml", encoding="utf-8") as file:
        for line in file:
            found = re.match(r"( *)([\w-]+):", line)
            if line.strip().startswith("#"):
                text.append(line.strip().lstrip("#").strip())
            elif found:
                path[len(found[1]) // 2:] = [found[2]]
                out[".".join(path)] = " ".join(text)
                text = []
            else:
                text = []
    return out


def table():
    """The table's text."""
    said = comments()
    rows = ["| value | default | what |", "|---|---|---|"]
    for name, default in leaves(helm.values()):
        rows.append(f"| `{name}` | `{json.dumps(default)}` | {said[name].replace('|', chr(92) + '|')} |")
    return "\n".join(rows)
