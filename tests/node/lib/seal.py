# SPDX-License-Identifier: GPL-2.0-or-later
"""The filter of system calls that container engines put on a container by default: seccompProfile RuntimeDefault.

It is Moby's profile, which containerd's is made after; scripts/chart-tools fetches it. An engine lets a refused call fail, and who
makes it may do well without. Here it ends the process, so that no test passes with one: what the daemon does under this filter it
does under an engine's. Only where a test keeps a right from a container, which the profile looks at, too, the call fails as it would there.
"""

import hashlib
import json
import os

from place import PROFILE, ROOT
import seccomp

FOLDER = f"{ROOT}/build/node"
ARCHITECTURES = {"amd64"}   # of this machine, as the profile calls it; calls of others end a process, too
_COMPARE = {"SCMP_CMP_EQ": seccomp.EQ, "SCMP_CMP_NE": seccomp.NE, "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ}


def kind(pod, container):
    """Which profile the manifest has for a container of a pod: the container's word, else the pod's, else none."""
    if container.get("securityContext", {}).get("privileged"):
        return "Unconfined"
    for spec in (container, pod):
        found = spec.get("securityContext", {}).get("seccompProfile")
        if found:
            return found["type"]
    return "Unconfined"


def _applies(rule, capabilities):
    """Whether a rule of the profile is for a container with these capabilities here; the kernel is new enough for all of them."""
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    return (set(includes.get("caps", [])) <= capabilities and not set(excludes.get("caps", [])) & capabilities
            and ("arches" not in includes or bool(ARCHITECTURES & set(includes["arches"]))) and not ARCHITECTURES & set(excludes.get("arches", [])))


def _argument(one):
    if one["op"] == "SCMP_CMP_MASKED_EQ":
        return seccomp.Arg(one["index"], seccomp.MASKED_EQ, one["value"], one.get("valueTwo", 0))
    return seccomp.Arg(one["index"], _COMPARE[one["op"]], one["value"])


def _compile(profile, capabilities, deadly):
    made = seccomp.SyscallFilter(seccomp.KILL_PROCESS if deadly else seccomp.ERRNO(profile["defaultErrnoRet"]))
    for rule in profile["syscalls"]:
        if not _applies(rule, capabilities):
            continue
        action = seccomp.ALLOW if rule["action"] == "SCMP_ACT_ALLOW" else seccomp.ERRNO(rule["errnoRet"])
        for name in rule["names"]:
            try:
                made.add_rule(action, name, *(_argument(one) for one in rule.get("args") or []))
            except (ValueError, RuntimeError):   # a call of a newer kernel, or of another architecture, than the library knows
                pass
    return made


def program(capabilities, deadly):
    """The file with the filter for a container with these capabilities; deadly: what is refused ends who asks."""
    capabilities = {f"CAP_{name}" for name in capabilities}
    with open(PROFILE, encoding="utf-8") as file:
        text = file.read()
    key = hashlib.sha256("".join([text, str(deadly), *sorted(capabilities)]).encode()).hexdigest()[:24]
    path = f"{FOLDER}/seccomp-{key}.bpf"
    if not os.path.exists(path):
        os.makedirs(FOLDER, exist_ok=True)
        with open(f"{path}.{os.getpid()}", "wb") as file:
            _compile(json.loads(text), capabilities, deadly).export_bpf(file)
        os.replace(f"{path}.{os.getpid()}", path)
    return path
