#!/usr/bin/env python3
"""Makes stub libraries that let the CUDA build of torch load, and run on a CPU, without the 2.7 GB of its nvidia packages.

    torch_stubs.py SITE_PACKAGES OVERLAY

SITE_PACKAGES holds an installed torch (Linux, installed with --no-deps) and the real `nvidia-cuda-runtime` (700 kB), which torch
calls when it is imported. OVERLAY is a folder of some 1 MB, laid out like site-packages (`nvidia/cu13/lib/libcublas.so.13`, ...):
copy it over SITE_PACKAGES, or put it on PYTHONPATH. Each stub defines the symbols, with their versions, that torch's libraries
take from the library of that name; a call to one of them ends the process. torch.cuda.is_available() is False without a driver.

Needs nm, readelf and gcc. PyPI serves no CPU build of torch for Linux: https://github.com/pytorch/pytorch/issues/26340
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

# Loaded by torch/__init__.py (_preload_cuda_deps), though nothing links to them.
PRELOADED = ("libnvJitLink.so.13", "libnvrtc-builtins.so.13.0")
# Torch calls it when it is imported, so a stub does not do.
REAL = "libcudart.so"
# Comes with the machine's driver, never with a package; torch loads what links to it only when it compiles for a GPU.
OF_THE_DRIVER = ("libcuda.so.1",)
# Folders of nvidia's packages under `nvidia/`, by library; all others are in the toolkit's.
FOLDERS = {
    "libcudnn": "cudnn",
    "libnvshmem_host": "nvshmem",
    "libnccl": "nccl",
    "libcusparseLt": "cusparselt",
}
TOOLKIT = "cu13"
# Which library an undefined symbol without a version belongs to, by its first letters.
UNVERSIONED = {
    "nccl": "libnccl.so.2",
    "nvshmem": "libnvshmem_host.so.3",
    "cudnn": "libcudnn.so.9",
    "cufile": "libcufile.so.0",
    "cuFile": "libcufile.so.0",
    "cusparseLt": "libcusparseLt.so.0",
    "cupti": "libcupti.so.13",
    "curand": "libcurand.so.10",
    "cusolver": "libcusolver.so.12",
}


def output(*command: str) -> str:
    """What `command` prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(libraries: list[Path]) -> set[str]:
    """The names of the CUDA libraries that `libraries` link to."""
    names = {
        name
        for library in libraries
        for name in re.findall(r"Shared library: \[(lib(?:cu|nv|nccl)[^\]]*)\]", output("readelf", "-d", str(library)))
    }
    return names - set(OF_THE_DRIVER)


def undefined(libraries: list[Path]) -> set[tuple[str, str]]:
    """The undefined symbols of `libraries`, each with its version ('' without one)."""
    symbols = set()
    for library in libraries:
        for line in output("nm", "-D", "--undefined-only", str(library)).splitlines():
            name, _, version = line.split()[-1].partition("@")
            symbols.add((name, version.lstrip("@")))
    return symbols


def versions(libraries: list[Path]) -> dict[str, str]:
    """Which library defines each symbol version."""
    owners: dict[str, str] = {}
    for library in libraries:
        file = ""
        for kind, value in re.findall(r"(File|Name): (\S+)", output("readelf", "-V", str(library))):
            if kind == "File":
                file = value
            else:
                owners[value] = file
    return owners


def owner_by_name(name: str) -> str | None:
    """The library that defines a symbol without a version."""
    starts = sorted((start for start in UNVERSIONED if name.startswith(start)), key=len)
    return UNVERSIONED[starts[-1]] if starts else None


def write_stub(path: Path, symbols: set[tuple[str, str]]) -> None:
    """Compiles a library at `path` that defines `symbols`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source, script = path.with_suffix(".c"), path.with_suffix(".map")
    names = sorted({name for name, _ in symbols})
    source.write_text(
        "__attribute__((noreturn)) extern void abort(void);\n" + "".join(f"void {name}(void) {{ abort(); }}\n" for name in names)
    )
    by_version = defaultdict(list)
    for name, version in sorted(symbols):
        by_version[version].append(name)
    by_version.pop("", None)
    script.write_text("".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in by_version.items()))
    options = [f"-Wl,--version-script={script}"] if by_version else []
    output("gcc", "-shared", "-fPIC", "-w", "-o", str(path), str(source), f"-Wl,-soname,{path.name}", *options)
    source.unlink()
    script.unlink()


def folder(name: str) -> str:
    """Where nvidia's package of the library `name` puts it."""
    return f"nvidia/{FOLDERS.get(name.split('.')[0], TOOLKIT)}/lib"


def build(site_packages: Path, overlay: Path) -> list[Path]:
    """Writes the stubs into `overlay` and returns them."""
    torch = site_packages / "torch"
    libraries = sorted(torch.glob("lib/*.so*")) + sorted(torch.glob("_C.*.so"))
    if not libraries:
        raise SystemExit(f"{torch} holds no libraries; install torch there first (uv pip install --no-deps torch)")
    if not list(site_packages.glob(f"nvidia/*/lib/{REAL}*")):
        raise SystemExit(
            f"{site_packages} holds no {REAL}; install nvidia-cuda-runtime there first, in the version that torch asks for"
        )
    wanted = needed(libraries)
    symbols: dict[str, set[tuple[str, str]]] = defaultdict(set)
    by_version = versions(libraries)
    for name, version in undefined(libraries):
        library = by_version.get(version) if version else owner_by_name(name)
        if library in wanted:
            symbols[library].add((name, version))
    paths = [overlay / folder(name) / name for name in sorted(wanted.union(PRELOADED)) if not name.startswith(REAL)]
    for path in paths:
        write_stub(path, symbols[path.name])
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: torch_stubs.py SITE_PACKAGES OVERLAY")
    for stub in build(Path(sys.argv[1]), Path(sys.argv[2])):
        print(stub)
