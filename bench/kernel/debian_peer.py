# SPDX-License-Identifier: GPL-2.0-or-later
"""The peer as Debian packages it: its module's source and its iptables plugin, fetched into the cache and built there."""

import glob
import os
import re
import shutil
import subprocess

from command import GuestError, command

PACKAGES = ("rtpengine-kernel-dkms", "rtpengine-iptables")


class DebianPeer:
    """rtpengine's module for one kernel."""

    def __init__(self, cache):
        self.root = f"{cache}/root"
        self._debs = f"{cache}/debs"
        self._done = f"{cache}/unpacked"

    def fetch(self):
        """Have it unpacked; does nothing when it is."""
        if os.path.exists(self._done):
            return
        os.makedirs(self._debs, exist_ok=True)
        print(f"bench: fetching {' '.join(PACKAGES)}", flush=True)
        command(["apt-get", "download", *PACKAGES], cwd=self._debs)
        for package in glob.glob(f"{self._debs}/*.deb"):
            command(["dpkg-deb", "-x", package, self.root])
        with open(self._done, "w", encoding="ascii"):
            pass

    @property
    def source(self):
        return glob.glob(f"{self.root}/usr/src/rtpengine-*")[0]

    @property
    def version(self):
        return os.path.basename(self.source).removeprefix("rtpengine-")

    @property
    def xtables(self):
        """Folder with the plugin of iptables."""
        return glob.glob(f"{self.root}/usr/lib/*/xtables")[0]

    def build(self, headers, where, *words):
        """The module's file, or None and the first error where it does not compile for that kernel."""
        file = f"{where}/xt_RTPENGINE.ko"
        if not os.path.exists(f"{where}/xt_RTPENGINE.c"):
            shutil.copytree(self.source, where, dirs_exist_ok=True)
        done = subprocess.run(["make", "-s", "-C", headers, f"M={where}", f"RTPENGINE_VERSION={self.version}", *words,
                               "modules"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == 0 and os.path.exists(file):
            return file, ""
        error = re.search(r"^.*error: .*$", done.stdout, re.M)
        if not error:
            raise GuestError(f"the peer's module was not built: {done.stdout[-1000:]}")
        return None, error[0].replace(f"{where}/", "")
