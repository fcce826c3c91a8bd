# SPDX-License-Identifier: GPL-2.0-or-later
"""The module's objects against the headers of a kernel whose compiler this machine does not have.

Debian unstable's kernel is made by a compiler that Debian 12 lacks, and the tools that turn objects into a module
(objtool, modpost) are programs for a newer C library. So the objects are compiled with the machine's compiler, without
the options that it does not know, put together by the linker, and asked which symbols they want: each must be one that
the kernel exports. What is left out, objtool's pass and the module's table of versions, depends on no line of the module.
"""

import os
import re
import shutil
import subprocess

from command import GuestError, command
from module import Module

NEWEST = "sid"
# Answers about the compiler that the headers' configuration holds, taken back.
FORGET = ("CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=", "CONFIG_CC_HAS_COUNTED_BY=", "CONFIG_CC_HAS_MULTIDIMENSIONAL_NONSTRING=")


class Objects:
    """All objects of the module."""

    def __init__(self, kernel, root):
        self.kernel = kernel
        self.module = Module(kernel, root)
        self.folder = f"{self.module.tree}/kmod"
        self.compiler = command(["gcc", "-dumpfullversion"]).strip()

    def names(self):
        """As Kbuild names them."""
        with open(f"{self.folder}/Kbuild", encoding="utf-8") as file:
            text = file.read().replace("\\\n", " ")
        return re.search(r"^rtpferry-y := (.*)$", text, re.M).group(1).split()

    def compile(self):
        """What make printed."""
        for name in self.names():
            if os.path.exists(f"{self.folder}/{name}"):
                os.remove(f"{self.folder}/{name}")
        words = ["make", "-k", "-s", "-C", self.kernel.headers, f"M={self.folder}", "W=1", "CC=gcc", "HOSTCC=gcc",
                 "KCFLAGS=-Wno-attributes", f"objtool={shutil.which('true')}", *FORGET, *self.names()]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False)
        return done.stdout

    def missing(self):
        """Objects that are not there."""
        return [name for name in self.names() if not os.path.exists(f"{self.folder}/{name}")]

    def unknown_symbols(self):
        """That the objects want together and the kernel does not export to this module's licence."""
        whole = f"{self.folder}/all.o"
        command(["ld", "-r", "-o", whole, *(f"{self.folder}/{name}" for name in self.names())])
        wanted = {line.split()[-1] for line in command(["nm", "-u", whole]).splitlines()}
        os.remove(whole)
        with open(f"{self.kernel.headers}/Module.symvers", encoding="utf-8") as file:
            exported = {line.split("\t")[1] for line in file}
        return sorted(wanted - exported - {"__this_module"})

    def why_not_linked(self):
        """A sentence, from trying it."""
        words = ["make", "-k", "-s", "-C", self.kernel.headers, f"M={self.folder}", "CC=gcc", "HOSTCC=gcc", *FORGET]
        said = ""
        for override in ("", f"objtool={shutil.which('true')}"):
            done = subprocess.run([*words, *filter(None, [override]), "modules"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                  check=False)
            said += done.stdout
        tools = dict(re.findall(r"/(\w+): \S+: version `(\w+[\d.]+)' not found", said))
        if not tools:
            return "the module is not linked; why is not known: " + said[-400:]
        listing = ", ".join(f"{tool} wants {version}" for tool, version in tools.items())
        return f"the module is not linked: of that kernel's tools, {listing}, which this system's C library has not"

    def tell(self):
        """Print what works, as sentences of a test; whether all does."""
        self.module.copy()
        if not self.names():
            raise GuestError(f"{self.folder}/Kbuild names no objects")
        output = self.compile()
        missing = self.missing()
        number = f"{len(self.names()) - len(missing)} of {len(self.names())} objects"
        result(not missing, f"{number} compile against headers {self.kernel.release} with gcc {self.compiler}", output)
        if missing:
            return False
        unknown = self.unknown_symbols()
        result(not unknown, "every symbol that they want is exported there", " ".join(unknown))
        print(f"        {self.why_not_linked()}", flush=True)
        return not unknown


def result(good, sentence, detail):
    print(f"{'ok' if good else 'FAILED':8}{sentence}", flush=True)
    if not good:
        print(detail[-4000:], flush=True)
