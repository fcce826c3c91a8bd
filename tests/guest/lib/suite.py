# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages of Debian's: of the machine's own suite, or of another one of the same mirror. They are unpacked, never installed."""

import glob
import os
import re

from command import GuestError, command


class Suite:
    """What apt has in one suite."""

    def __init__(self, name, state):
        """name is backports, sid and so on, or None for what the machine itself has; below state apt keeps its lists."""
        self._debs = f"{state}/debs"
        self._apt = self._read(name, f"{state}/apt") if name else []

    @staticmethod
    def _read(name, state):
        """apt's options for a state of its own, that has been brought up to date."""
        for folder in ("lists/partial", "cache/archives/partial"):
            os.makedirs(f"{state}/{folder}", exist_ok=True)
        with open(f"{state}/list.sources", "w", encoding="utf-8") as file:
            file.write(_mirror_stanza(name))
        options = [f"Dir::Etc::sourcelist={state}/list.sources", "Dir::Etc::sourceparts=-",
                   f"Dir::State::lists={state}/lists", f"Dir::Cache={state}/cache", "APT::Get::List-Cleanup=0",
                   f"APT::Default-Release={_full_name(name)}"]
        apt = [word for option in options for word in ("-o", option)]
        command(["apt-get", *apt, "update"])
        return apt

    def names(self, prefix):
        """The packages whose names begin so."""
        return command(["apt-cache", *self._apt, "pkgnames", prefix]).split()

    def depends(self, package):
        """The packages that one asks for."""
        return re.findall(r"^[ |]+Depends: (\S+)$", command(["apt-cache", *self._apt, "depends", package]), re.M)

    def unpack(self, packages, root):
        """Fetch packages and unpack them below root."""
        os.makedirs(self._debs, exist_ok=True)
        command(["apt-get", *self._apt, "download", *packages], cwd=self._debs)
        for package in sorted(glob.glob(f"{self._debs}/*.deb")):
            command(["dpkg-deb", "-x", package, root])
            os.remove(package)


def _codename():
    with open("/etc/os-release", encoding="utf-8") as file:
        return re.search(r"^VERSION_CODENAME=(\w+)", file.read(), re.M).group(1)


def _full_name(suite):
    """backports of the running release have its name in front."""
    return f"{_codename()}-{suite}" if suite == "backports" else suite


def _mirror_stanza(suite):
    """The system's own source for its release, for another suite of the same mirror."""
    codename = _codename()
    for name in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        with open(name, encoding="utf-8") as file:
            stanzas = re.split(r"\n\s*\n", "\n".join(line for line in file.read().splitlines()
                                                     if not line.startswith("#")))
        for stanza in stanzas:
            if re.search(rf"^Suites:.*\b{codename}(\s|$)", stanza, re.M):
                return re.sub(r"^Suites:.*$", f"Suites: {_full_name(suite)}", stanza, flags=re.M) + "\n"
    for name in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]:
        if not os.path.exists(name):
            continue
        with open(name, encoding="utf-8") as file:
            found = re.search(rf"^deb\s+(\[[^]]*\]\s+)?(\S+)\s+{codename}\s", file.read(), re.M)
        if found:
            return f"Types: deb\nURIs: {found.group(2)}\nSuites: {_full_name(suite)}\nComponents: main\n"
    raise GuestError(f"no source of apt's names the suite '{codename}', so its mirror is not known")
