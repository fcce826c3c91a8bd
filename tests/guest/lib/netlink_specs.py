# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel's source has for netlink specs: their schemas, and ynl, the tool that speaks them."""

import glob
import os
import shutil

from command import command, locked
from kernel import SHARED
from suite import Suite

SUITE, PACKAGE = "backports", "linux-source"   # of Linux 6.12; 6.1 has neither schemas nor tool
WANTED = ("*/Documentation/netlink/*.yaml", "*/tools/net/ynl/cli.py", "*/tools/net/ynl/lib/*.py")


class NetlinkSpecs:
    """Fetched once, like a guest's kernel."""

    def __init__(self):
        self.path = os.path.join(SHARED, "netlink-specs")
        self.ynl = f"{self.path}/tools/net/ynl/cli.py"

    def schema(self, protocol):
        """The file of a protocol's schema, genetlink and the like."""
        return f"{self.path}/Documentation/netlink/{protocol}.yaml"

    def fetch(self):
        """Have them; takes half a minute the first time."""
        with locked(f"{self.path}.lock"):
            if not os.path.exists(self.path):
                self._fetch()

    def _fetch(self):
        work = f"{self.path}.part"
        shutil.rmtree(work, ignore_errors=True)
        suite = Suite(SUITE, f"{work}/apt")
        packages = [name for name in suite.depends(PACKAGE) if name.startswith(f"{PACKAGE}-")]
        print(f"guest: fetching {' '.join(packages)}", flush=True)
        suite.unpack(packages, f"{work}/package")
        os.makedirs(f"{work}/tree")
        command(["tar", "-xf", *glob.glob(f"{work}/package/usr/src/*.tar.xz"), "-C", f"{work}/tree",
                 "--strip-components=1", "--wildcards", *WANTED])
        os.rename(f"{work}/tree", self.path)
        shutil.rmtree(work)
