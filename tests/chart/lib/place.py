# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are, and the way to the libraries of the other tests and to those of build/tools."""

import glob
import os
import sys

HERE = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
ROOT = os.path.realpath(os.path.join(HERE, "..", ".."))
CHART = f"{ROOT}/deploy/helm/rtpferry"
TOOLS = f"{ROOT}/build/tools"
HELM = f"{TOOLS}/bin/helm"
PROFILE = f"{TOOLS}/seccomp.json"   # the default one of container engines

_PACKAGES = glob.glob(f"{TOOLS}/python/lib/python3*/site-packages")
if not (os.path.exists(HELM) and os.path.exists(PROFILE) and _PACKAGES):
    sys.exit("chart tests: there is no helm, no seccomp.json or no kubernetes-validate below build/tools; run scripts/chart-tools")
sys.path[:0] = [f"{ROOT}/tests/lib", *_PACKAGES]
