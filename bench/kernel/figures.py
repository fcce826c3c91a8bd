# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured as tables, and what of it was wanted."""

import re
import statistics

OURS = re.compile(r"^(own hook|ingress|xtables target)")   # our ways in


def table(head, rows):
    """Markdown; the first column to the left, the others to the right."""
    rows = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join("| " + " | ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                                       for i, (cell, width) in enumerate(zip(row, widths))) + " |" for row in rows)


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def ratio(value, to):
    return "" if value is None or not to else f"{value / to:.2f}"


def peer_of(label, values):
    """The peer's figure for the same calls and families, else for one call of that kind, else for one call."""
    usual = values.get("peer, 1 calls")
    same = OURS.sub("peer", label)
    if same == label:
        return usual
    return values.get(same) or values.get(re.sub(r"[\d,]+ calls$", "1 calls", same), usual)


def instructions(counted):
    """A row for each way; counted: {kernel: {label: instructions}}."""
    kernels = list(counted)
    compared = next((name for name in kernels if "peer, 1 calls" in counted[name]), None)
    labels = list(dict.fromkeys(label for name in kernels for label in counted[name] if label != "control"))
    rows = []
    for label in labels:
        value = counted[compared].get(label) if compared else None
        rows.append([label] + [number(counted[name].get(label)) for name in kernels] +
                    ([ratio(value, peer_of(label, counted[compared]))] if compared else []))
    head = ["instructions per packet"] + [f"Linux {name}" for name in kernels]
    return table(head + ([f"to the peer, {compared}"] if compared else []), rows)


def above_control(timed):
    """Of each way, nanoseconds of each round above the control's of the same round."""
    return {label: [value - control for value, control in zip(values, timed["control"])]
            for label, values in timed.items() if label != "control"}


def nanoseconds(timed):
    """A row for each way, compared with the peer's for the same calls; what has no such peer with its usual one."""
    middle = {label: statistics.median(values) for label, values in above_control(timed).items()}
    rows = []
    for label, values in above_control(timed).items():
        same = OURS.sub("peer", label)
        rows.append([label, number(middle[label]), f"{min(values):,.0f} to {max(values):,.0f}",
                     ratio(middle[label], middle.get("peer" if same == label else same))])
    return table(["nanoseconds per packet, User Mode Linux", "median", "rounds", "to the peer"], rows)


def management(managed):
    rows = [[name, number(value, 0 if value >= 100 else 1), number(managed.get(f"peer: {name}"))]
            for name, value in managed.items() if not name.startswith("peer: ")]
    return table(["figure", "rtpferry", "rtpengine"], rows)


def functions(profile, control, top=40):
    """Where the instructions of a way go that the control does not have."""
    above = {name: profile[name] - control.get(name, 0) for name in profile}
    names = sorted((name for name in above if above[name] >= 1), key=lambda name: -above[name])
    rows = [[f"`{name}`", number(above[name])] for name in names[:top]]
    rest = sum(above.values()) - sum(above[name] for name in names[:top])
    return table(["function", "instructions"], rows + [["all others", number(rest)]])


# Functions that no packet should come through: what allocates, and what counts references to a route that flows share.
SHARED = re.compile(r"alloc|expand_head|skb_copy|^dst_release")
SPARING = ("own hook, 1 calls", "own hook, conntrack, 1 calls", "own hook, IPv6 to IPv6", "ingress, 1 calls",
           "xtables target, 1 calls")


def touches(profiles, locking):
    """Of the ways that should come through none of them, those SHARED functions that packets do come through, and those of
    the module in which packets lock a cache line."""
    control = profiles["control"]
    return {label: sorted(name for name, spent in profiles[label].items()
                          if SHARED.search(name) and spent - control.get(name, 0) >= 1) +
                   sorted(f"{name} locks" for name, spent in locking[label].items() if spent >= 0.5)
            for label in SPARING if label in profiles}


def _most(value, limit):
    return None if value is None else value <= limit


def _less(one, other):
    return None if one is None or other is None else one - other


def _over(one, other):
    return None if one is None or not other else one / other


def _level(of, way):
    """Whether the most calls cost the same as one, within 50 instructions; None where one of both was not counted."""
    one, many = of.get(f"{way}, 1 calls"), of.get(f"{way}, 5,000 calls")
    return None if one is None or many is None else abs(many - one) <= 50


def goals(counted, touched, timed, managed):
    """(sentence, met or None) for each."""
    lines = []
    for kernel, of in counted.items():
        one = of.get("own hook, 1 calls")
        told = _over(one, of.get("peer, 1 calls"))
        lines += [(f"{kernel}: own hook at most 2,100 instructions", _most(one, 2100))]
        if told is not None:
            lines += [(f"{kernel}: own hook at most 0.30 of the peer's ({told:.2f})", _most(told, 0.30))]
        lines += [(f"{kernel}: xtables target with one rule at most 2,600", _most(of.get("xtables target, 1 calls"), 2600)),
                  (f"{kernel}: ingress at most 1,950", _most(of.get("ingress, 1 calls"), 1950)),
                  *((f"{kernel}: {way}, 5,000 calls within 50 of one call", _level(of, way))
                    for way in ("own hook", "ingress", "xtables target")),
                  (f"{kernel}: less than 100 more with conntrack",
                   _most(_less(of.get("own hook, conntrack, 1 calls"), one), 100)),
                  (f"{kernel}: IPv6 at most 15 % more", _most(_over(of.get("own hook, IPv6 to IPv6"), one), 1.15))]
        lines += [(f"{kernel}: {way} allocates nothing, counts no references, and locks no cache line in the module" +
                   (f" ({', '.join(found)})" if found else ""), not found)
                  for way, found in touched.get(kernel, {}).items()]
    above = above_control(timed) if timed else {}
    for calls in ("", ", 1 calls", ", 1,000 calls", ", 5,000 calls"):
        if f"peer{calls}" in above:
            told = statistics.median(above[f"own hook{calls}"]) / statistics.median(above[f"peer{calls}"])
            lines.append((f"nanoseconds{calls} at most 0.35 of the peer's ({told:.2f})", _most(told, 0.35)))
    spent = managed.get("flow set in batches of 50, 100,000 flows, ns")
    lines += [("100,000 flows set in batches in less than 3 s, an instruction a nanosecond",
               None if spent is None else spent * 1e5 < 3e9),
              ("a packet is never more than 1 ms late while all flows are dumped",
               next((value <= 1000 for name, value in managed.items() if "during dumps" in name), None))]
    return lines
