# SPDX-License-Identifier: GPL-2.0-or-later
"""Where nodes have the headers and modules of their kernel: as Debian does, and those same files arranged as Ubuntu and RHEL do."""

import glob
import os
import shutil
import subprocess

PACKED = ("udp_tunnel", "ip6_udp_tunnel", "nfnetlink", "x_tables")   # modules that rtpferry depends on, packed as RHEL packs all


def debian(kernel, folder):
    """The kernel's packages in a folder, as they lie on a node: headers that name each other, tools in /usr/lib."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(f"{kernel.root}/usr", f"{folder}/usr", symlinks=True, copy_function=link)
    shutil.copytree(kernel.modules, f"{folder}/usr/lib/modules/{kernel.release}", symlinks=True, copy_function=link,
                    dirs_exist_ok=True)
    os.symlink("usr/lib", f"{folder}/lib")
    # Makefiles and links that say where files are were changed for the guest (guest/lib/kernel.py).
    for name in glob.glob(f"{folder}/usr/src/linux-headers-*/*"):
        if os.path.islink(name):
            target = os.readlink(name).removeprefix(kernel.root)
            os.remove(name)
            os.symlink(target, name)
        elif os.path.basename(name) == "Makefile":
            with open(name, encoding="utf-8") as file:
                text = file.read()
            os.remove(name)
            with open(name, "w", encoding="utf-8") as file:
                file.write(text.replace(f"{kernel.root}/", "/"))


def link(source, target):
    """The same file, where the file system can; nothing changes one in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def ubuntu(kernel, folder):
    """Headers of the flavour, with tools of their own, whose links lead to those of all flavours beside them; where modules say."""
    debian(kernel, folder)
    own = f"{folder}/usr/src/linux-headers-{kernel.release}"
    whole = f"{folder}/usr/src/linux-headers-{common_name(kernel)}"
    _gather(kernel, folder, whole)
    os.mkdir(own)
    for name in os.listdir(whole):
        os.symlink(f"../{os.path.basename(whole)}/{name}", f"{own}/{name}")
    for name in (".config", "Module.symvers", "scripts", "tools"):
        os.remove(f"{own}/{name}")
        os.rename(f"{whole}/{name}", f"{own}/{name}")
    _build_leads_to(kernel, folder, f"/usr/src/{os.path.basename(own)}")


def common_name(kernel):
    """What Ubuntu's headers of all flavours are named for: the release without its flavour."""
    return kernel.release.rpartition("-")[0]


def rhel(kernel, folder):
    """All of kernel-devel in one tree below /usr/src/kernels, to which the links of modules lead; headers for programs, which are none
    for modules; packed modules."""
    debian(kernel, folder)
    _gather(kernel, folder, f"{folder}/usr/src/kernels/{kernel.release}")
    _build_leads_to(kernel, folder, f"/usr/src/kernels/{kernel.release}")
    os.makedirs(f"{folder}/usr/include/linux")
    modules = f"{folder}/usr/lib/modules/{kernel.release}"
    for name in PACKED:
        for file in glob.glob(f"{modules}/kernel/**/{name}.ko", recursive=True):
            with open(f"{file}.xz", "wb") as packed:
                subprocess.run(["xz", "--check=crc32", "-c", file], stdout=packed, check=True)
            os.remove(file)
    for name in glob.glob(f"{modules}/modules.*"):   # depmod shall make others, not change those of the package
        if not os.path.basename(name).startswith(("modules.order", "modules.builtin")):
            os.remove(name)
    subprocess.run(["depmod", "-b", folder, kernel.release], check=True)


def _gather(kernel, folder, to):
    """Debian's headers, common ones and the flavour's, and its tools as one tree; nothing of Debian's arrangement stays."""
    parts = sorted(glob.glob(f"{folder}/usr/src/linux-headers-*"), key=lambda name: name.endswith("-common"))
    for part in [*parts, *glob.glob(f"{folder}/usr/lib/linux-kbuild-*")]:
        unwanted = ["scripts", "tools", ".kernelvariables"] if part in parts else []
        if part in parts and not part.endswith("-common"):
            unwanted.append("Makefile")   # which only leads to the common one
        shutil.copytree(part, to, symlinks=True, copy_function=link, dirs_exist_ok=True,
                        ignore=lambda at, _, part=part, unwanted=unwanted: unwanted if at == part else [])
        shutil.rmtree(part)
    for name in glob.glob(f"{folder}/usr/src/linux-kbuild-*"):
        os.remove(name)
    release = f"{to}/include/config/kernel.release"   # Debian's .kernelvariables have it
    os.remove(release)
    with open(release, "w", encoding="ascii") as file:
        file.write(f"{kernel.release}\n")


def _build_leads_to(kernel, folder, where):
    for name, target in (("build", where), ("source", "build")):
        path = f"{folder}/usr/lib/modules/{kernel.release}/{name}"
        if os.path.lexists(path):
            os.remove(path)
        os.symlink(target, path)
