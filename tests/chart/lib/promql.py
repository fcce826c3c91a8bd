# SPDX-License-Identifier: GPL-2.0-or-later
"""Names in expressions, and those that docs/metrics.md has."""

import os
import re
import subprocess

import yaml

from place import ROOT


def documented():
    """{name: type} of docs/metrics.md."""
    with open(f"{ROOT}/docs/metrics.md", encoding="utf-8") as file:
        text = file.read()
    out = {}
    for names, kind in re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| ([a-z]*)", text, re.M):
        for name in re.findall(r"`([a-z_]+)`", names):
            out[name] = kind
    for name in re.findall(r"^`(rtpferry_\w+)`", text, re.M):  # a paragraph of its own
        out.setdefault(name, "gauge")
    return out


def unknown(expression, metrics):
    """Names of series in an expression that nobody documents."""
    wrong = []
    for name in re.findall(r"\b((?:rtpferry|process)_\w+)", re.sub(r'"[^"]*"|\{\{.*?\}\}', '""', expression)):
        base = re.sub(r"_(bucket|count|sum)$", "", name)
        if name not in metrics and metrics.get(base) != "histogram":
            wrong.append(name)
        elif name in metrics and metrics[name] == "histogram":
            wrong.append(f"{name} without _bucket, _count or _sum")
    return wrong


def promtool(*words, folder):
    """Run it in a folder: (status, what it printed)."""
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def syntax(expressions, folder):
    """What promtool says about them as recording rules; empty: they are PromQL."""
    rules = [{"record": f"test:number{i}", "expr": text} for i, text in enumerate(expressions)]
    with open(os.path.join(folder, "expressions.yaml"), "w", encoding="utf-8") as file:
        yaml.safe_dump({"groups": [{"name": "expressions", "rules": rules}]}, file)
    status, text = promtool("check", "rules", "expressions.yaml", folder=folder)
    return "" if status == 0 else text
