# SPDX-License-Identifier: GPL-2.0-or-later
"""What the chart's schema says about rtpferryd's keys, from docs/configuration.md (a unit test compares that with the daemon's table)."""

import re

from place import ROOT

# Keys that the chart sets by values of their own, or that a container has no use for.
CHART_OWNS = {"listen-ng", "ng-allow", "listen-http", "listen-ctl", "http-token-file", "interface", "port-min", "port-max",
              "table", "dataplane", "no-fallback", "table-label", "table-lease", "drain-timeout", "address-wait",
              "user", "group", "pidfile", "state-dir"}


def documented():
    """{key: what its row says}, aliases too."""
    with open(f"{ROOT}/docs/configuration.md", encoding="utf-8") as file:
        text = file.read()
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \| [^|]* \| (?:yes)? *\| ([^|]+) \|$", text[text.index("## Keys"):], re.M)
    return {name: what for names, what in rows for name in re.findall(r"`([^`]+)`", names) if not name.startswith("-")}


def _one(what):
    """The schema of one value of a key."""
    form = re.sub(r"; repeatable$", "", what).rsplit(": ", 1)[-1]
    number = re.match(r"(?:a whole number|whole seconds) from (-?\d+) to (\d+)(?:, or (\w+))?", form)
    if number:
        schema = {"type": "integer", "minimum": int(number[1]), "maximum": int(number[2])}
        return {"anyOf": [schema, {"const": number[3]}]} if number[3] else schema
    if form == "yes or no":
        return {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}]}
    if form.startswith("a number"):
        return {"type": ["number", "string"]}
    words = re.fullmatch(r"([\w-]+(?:, [\w-]+)*) or ([\w-]+)", form)
    if words:
        return {"enum": words[1].split(", ") + [words[2]]}
    if "0 to 7" in form:
        words = re.findall(r"[a-z]{3,}", form)
        return {"anyOf": [{"enum": words}, {"type": "integer", "minimum": 0, "maximum": 7}]}
    return {"type": "string"}


def config_schema():
    """The schema of the chart's value config."""
    properties = {}
    for name, what in sorted(documented().items()):
        if name in CHART_OWNS:
            continue
        one = _one(what)
        properties[name] = {"anyOf": [one, {"type": "array", "items": one}]} if what.endswith("; repeatable") else one
    return {"type": "object", "additionalProperties": False, "properties": properties}
