#!/usr/bin/env python3
"""
Locks the libraries of a program that runs beside the torch of its image: lock.py train|quantize

Writes requirements.txt beside its requirements.in, with the hashes of the wheels for Python 3.12 and 3.13 on Linux,
and nothing that the image has in another build: no torch, triton, or library of NVIDIA. Needs uv.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROGRAMS = Path(__file__).parents[2] / "src" / "runtimes" / "programs"
TORCH = "torch==2.13.0"
#: What the image has, or what only an image with a GPU needs.
OF_THE_IMAGE = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)")
FITS = re.compile(r"-(py3|py31[23]|py2\.py3|cp31[23])-(none|abi3|cp31[23])-|-cp3\d+-abi3-")
MACHINES = ("x86_64", "aarch64")
WHERE = re.compile(r"-(any|(manylinux\w*|linux)_(x86_64|aarch64)(\.\w+)*)\.whl$")

Locked = dict[str, tuple[str, list[str]]]


def locked(requirements: Path, machine: str) -> Locked:
    """The version and the hashes of each package."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.in", Path(folder) / "pylock.toml"
        asked.write_text(f"{TORCH}\n{requirements.read_text(encoding='utf-8')}", encoding="utf-8")
        platform = f"{machine}-unknown-linux-gnu"
        command = [
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--format",
            "pylock.toml",
            "--python-version",
            "3.12",
            "--python-platform",
            platform,
        ]
        subprocess.run([*command, "--output-file", str(answer), str(asked)], check=True)
        packages = tomllib.loads(answer.read_text(encoding="utf-8"))["packages"]
    return {
        package["name"]: (package["version"], hashes(package))
        for package in packages
        if not OF_THE_IMAGE.fullmatch(package["name"])
    }


def hashes(package: dict[str, object]) -> list[str]:
    wheels = package.get("wheels")
    found = (
        [wheel["hashes"]["sha256"] for wheel in wheels if fits(wheel["url"].rsplit("/")[-1])] if isinstance(wheels, list) else []
    )
    if not found:
        raise SystemExit(f"{package['name']} {package['version']} has no wheel for Linux")
    return found


def fits(wheel: str) -> bool:
    return bool(FITS.search(wheel) and WHERE.search(wheel)) and "musllinux" not in wheel


def text(packages: Locked) -> str:
    lines = [
        f"{name}=={version} \\\n" + " \\\n".join(f"    --hash=sha256:{each}" for each in sorted(found))
        for name, (version, found) in sorted(packages.items())
    ]
    return "\n".join(lines) + "\n"


def lock(program: str) -> None:
    folder = PROGRAMS / program
    first, second = (locked(folder / "requirements.in", machine) for machine in MACHINES)
    merged = {name: (version, sorted({*found, *second.get(name, (version, []))[1]})) for name, (version, found) in first.items()}
    different = [name for name in {*first, *second} if first.get(name, ("", []))[0] != second.get(name, ("", []))[0]]
    if different:
        raise SystemExit(f"{', '.join(sorted(different))} have other versions on other machines; one lock cannot have both")
    (folder / "requirements.txt").write_text(text(merged), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: lock.py train|quantize")
    lock(sys.argv[1])
