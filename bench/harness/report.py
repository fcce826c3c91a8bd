# SPDX-License-Identifier: GPL-2.0-or-later
"""Results as tables: on the terminal and in docs/benchmarks.md, both in Markdown."""
import datetime
import os
import statistics


class Figure:
    """One line of the table: a name, a unit, which way is better, and a series of measurements per relay."""

    def __init__(self, name, unit="", lower=True, digits=1):
        self.name = name
        self.unit = unit
        self.lower = lower
        self.digits = digits
        self.series = {}

    def add(self, relay, value):
        self.series.setdefault(relay, []).append(value)

    def median(self, relay):
        return statistics.median(self.series[relay]) if self.series.get(relay) else None

    def cell(self, relay):
        value = self.median(relay)
        if value is None:
            return "–"
        return f"{value:,.{self.digits}f} {self.unit}".strip()

    def ratio(self, ours, peer):
        """How many times better ours is, None where that has no meaning."""
        a, b = self.median(ours), self.median(peer)
        if self.lower is None or a is None or b is None or a <= 0 or b <= 0:
            return None
        return b / a if self.lower else a / b


class Report:
    """Figures in the order in which they were first named."""

    def __init__(self):
        self.figures = {}

    def figure(self, name, unit="", lower=True, digits=1):
        return self.figures.setdefault(name, Figure(name, unit, lower, digits))

    def table(self, relays, ours="rtpferry", peer="rtpengine", titles=None):
        titles = titles or {}
        compare = ours in relays and peer in relays
        head = ["figure (median)"] + [titles.get(r, r) for r in relays] + (["times better"] if compare else [])
        rows = [head, ["---"] + ["---:"] * (len(head) - 1)]
        for f in self.figures.values():
            row = [f.name] + [f.cell(r) for r in relays]
            if compare:
                ratio = f.ratio(ours, peer)
                row.append("" if ratio is None else f"{ratio:.2f}")
            rows.append(row)
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        return "\n".join("| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w)
                                           for i, (c, w) in enumerate(zip(row, widths))) + " |" for row in rows)


def goals(lines):
    """Goals as (text, met or None): a list, and whether one is missed."""
    word = {True: "met", False: "MISSED", None: "not measured"}
    return "\n".join(f"- {text}: **{word[met]}**" for text, met in lines), any(met is False for _, met in lines)


def record(tree, section, body):
    """Puts a run in front of the earlier ones in a section of docs/benchmarks.md."""
    path = os.path.join(tree, "docs", "benchmarks.md")
    mark = f"<!-- runs of {section}, newest first -->\n"
    with open(path) as f:
        text = f.read()
    if mark not in text:
        raise SystemExit(f"{path} has no line {mark.strip()!r} to record under")
    with open(path, "w") as f:
        f.write(text.replace(mark, f"{mark}\n{body.strip()}\n", 1))


def heading(commit, settings):
    return f"### {datetime.date.today().isoformat()}, commit {commit}\n\n{settings}\n"
