# SPDX-License-Identifier: GPL-2.0-or-later
"""One container of a pod, run as a container engine would: a root of its own, read only when it is to be, the volumes at their
places, the environment of the manifest and nothing else of ours, its user, its capabilities, its filter of system calls.

What an engine does besides (process and user namespaces, cgroup) is not made here.
"""

import os
import subprocess

import seal
from manifest import environment, expanded
from rig.process import Process
from place import ROOT
from rig.relay import CTL, DAEMON, PRESET, SANITIZERS

IMAGES = f"{ROOT}/deploy/images"
PROGRAMS = {"sealed": f"{ROOT}/build/{PRESET}/tests/sealed", "rtpferryd": DAEMON, "rtpferryctl": CTL,
            "kmod-load": f"{IMAGES}/kmod-load", "kmod-build": f"{IMAGES}/kmod-build"}
FILTER = "/programs/seccomp.bpf"
ENTRYPOINTS = {"kmod-loader": ["kmod-load"]}   # of the image, for a container without a command
# Words: the folder for the root, "rw" or "ro", then for each mount source, path, "rw" or "ro"; then "--" and the program.
_ENTER = """
root=$1 mode=$2; shift 2
mount -t tmpfs -o mode=755 container "$root"
plain= links= files=
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then links="$links /$name"; elif [ -d "/$name" ]; then plain="$plain $name"; fi
done
for name in passwd group ld.so.cache nsswitch.conf hosts; do
  [ ! -e "/etc/$name" ] || files="$files /etc/$name"
done
cd "$root"
mkdir etc run tmp programs usr proc sys dev $plain
cp $files etc/
[ -z "$links" ] || cp -P $links .
for name in usr proc sys dev $plain; do mount --rbind "/$name" "$name"; done
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else : >"$root$2"; fi
  mount --rbind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
mount -o "remount,$mode" "$root"
cd "$root"
exec chroot "$root" "$@"
"""


class Container:
    """A container's specification, and its process once it is started."""

    def __init__(self, pod, spec):
        self.pod, self.spec = pod, spec
        self.name = spec["name"]
        self.env = environment(spec, pod.fields)
        self.process = None
        context = self.spec.get("securityContext", {})
        self.granted = [name for name in context.get("capabilities", {}).get("add", []) if name != pod.without]
        self.profile = seal.kind(pod.spec, spec)

    def _sealed(self):
        """What puts the filter on, where the manifest wants one."""
        if self.profile == "Localhost":
            raise ValueError(f"container {self.name}: this node has no profile {self.profile}")
        return ["/programs/sealed", FILTER] if self.profile == "RuntimeDefault" else []

    def _rights(self):
        """setpriv's words for user and capabilities."""
        context = {**self.pod.spec.get("securityContext", {}), **self.spec.get("securityContext", {})}
        words = ["setpriv"]
        if context.get("runAsUser"):
            group = context.get("runAsGroup", context["runAsUser"])
            words += [f"--reuid={context['runAsUser']}", f"--regid={group}", "--clear-groups"]
        if context.get("privileged"):
            return words
        words += ["--inh-caps=-all", "--bounding-set=" + ",".join(["-all", *(f"+{name.lower()}" for name in self.granted)])]
        return words if context.get("allowPrivilegeEscalation", True) else [*words, "--no-new-privs"]

    def _command(self, words):
        """A command line within the container's root: filter, rights, environment, program."""
        env = {"PATH": "/programs:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME": self.pod.fields["metadata.name"], **self.env}
        if PRESET in ("asan", "tsan"):
            env.update(SANITIZERS)
        return [*self._sealed(), *self._rights(), "env", "-i", *(f"{name}={value}" for name, value in env.items()),
                *(expanded(word, self.env) for word in words)]

    def _enter(self):
        """What is to be run before that command to be within."""
        root = f"{self.pod.folder}/{self.name}.root"
        os.makedirs(root)
        mode = "ro" if self.spec.get("securityContext", {}).get("readOnlyRootFilesystem") else "rw"
        mounts = [(path, f"/programs/{name}", "ro") for name, path in PROGRAMS.items()]
        if self._sealed():
            mounts += [(seal.program(self.granted, deadly=self.pod.without is None), FILTER, "ro")]
        if self.pod.resolver:
            mounts += [(self.pod.resolver, "/etc/resolv.conf", "ro")]
        mounts += [(self.pod.volume(mount["name"]), mount["mountPath"], "ro" if mount.get("readOnly") else "rw")
                   for mount in self.spec.get("volumeMounts", [])]
        return ["unshare", "--mount", "sh", "-euc", _ENTER, "sh", root, mode, *(word for mount in mounts for word in mount), "--"]

    def start(self):
        """Begin; its output goes to NAME.log of the pod's folder."""
        words = [*(self.spec.get("command") or ENTRYPOINTS[self.name]), *self.spec.get("args", [])]
        self.process = Process(self.pod.net, [*self._enter(), *self._command(words)], f"{self.pod.folder}/{self.name}.log")
        return self

    def execute(self, words):
        """A further command in it, begun: a Popen."""
        return subprocess.Popen(  # pylint: disable=consider-using-with
            ["nsenter", f"--target={self.process.pid}", "--mount", "--net", "--root", "--wd", *self._command(words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def output(self, *words, seconds=20):
        """The same, ended: (status, what it printed)."""
        done = self.execute(words)
        text = done.communicate(timeout=seconds)[0]
        return done.returncode, text

    def capabilities(self):
        """Names of what its process may do, as bits: effective, permitted, inheritable, ambient and bounding together."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            found = dict(line.rstrip().split(":\t", 1) for line in file if line.startswith("Cap"))
        bits = 0
        for value in found.values():
            bits |= int(value, 16)
        return bits
