#!/usr/bin/env python3
"""
Locks the libraries of a program: lock.py load|train|quantize|jupyter

Writes a requirements*.txt beside each requirements*.in, with the hashes of the wheels for Linux and for the versions of Python that run
it, and nothing that its image has in another build or version: beside PyTorch no torch, triton, or library of NVIDIA; beside Jupyter
nothing that Jupyter itself needs. Needs uv.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parents[2] / "src" / "runtimes" / "programs"
MACHINES = ("x86_64", "aarch64")
WHERE = re.compile(r"-(any|(manylinux\w*|linux)_(x86_64|aarch64)(\.\w+)*)\.whl$")


@dataclass(frozen=True)
class Place:
    """Where a program runs."""

    #: Versions of Python 3.
    pythons: tuple[int, ...]
    #: What the image has, which decides versions.
    beside: str = ""
    #: Which packages the image has. Default: those of `beside` and all that they need.
    has: str = ""


BESIDE_TORCH = Place((12, 13), "torch==2.13.0", r"torch|triton|nvidia-.*|cuda-.*")
PLACES = {
    "load": Place((11, 12, 13, 14)),
    "train": BESIDE_TORCH,
    "quantize": BESIDE_TORCH,
    "jupyter": Place((11, 12, 13, 14), "jupyterlab==4.6.6"),
}

Locked = dict[str, tuple[str, list[str]]]


def resolved(requirements: str, python: int, machine: str) -> list[dict[str, object]]:
    """The packages, each with the wheels that this Python can use on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.in", Path(folder) / "pylock.toml"
        asked.write_text(requirements, encoding="utf-8")
        command = ["uv", "pip", "compile", "--quiet", "--format", "pylock.toml", "--python-version", f"3.{python}"]
        subprocess.run(
            [*command, "--python-platform", f"{machine}-unknown-linux-gnu", "--output-file", str(answer), str(asked)], check=True
        )
        packages: list[dict[str, object]] = tomllib.loads(answer.read_text(encoding="utf-8")).get("packages", [])
        return packages


def locked(requirements: str, place: Place, python: int, machine: str) -> Locked:
    """The version and the hashes of each package."""
    there = place.has or "|".join(re.escape(str(package["name"])) for package in resolved(place.beside, python, machine))
    return {
        str(package["name"]): (str(package["version"]), hashes(package))
        for package in resolved(f"{place.beside}\n{requirements}", python, machine)
        if not re.fullmatch(there, str(package["name"]))
    }


def hashes(package: dict[str, object]) -> list[str]:
    wheels = package.get("wheels")
    found = [wheel["hashes"]["sha256"] for wheel in wheels if fits(wheel["url"].rsplit("/")[-1])] if isinstance(wheels, list) else []
    if not found:
        raise SystemExit(f"{package['name']} {package['version']} has no wheel for Linux")
    return found


def fits(wheel: str) -> bool:
    return bool(WHERE.search(wheel)) and "musllinux" not in wheel


def lock(asked: Path, place: Place) -> None:
    requirements = asked.read_text(encoding="utf-8")
    merged: Locked = {}
    for python in place.pythons:
        for machine in MACHINES:
            for name, (version, found) in locked(requirements, place, python, machine).items():
                known, hashes_known = merged.get(name, (version, []))
                if known != version:
                    raise SystemExit(f"{name} is {version} with Python 3.{python} on {machine} and {known} elsewhere; one lock cannot have both")
                merged[name] = (version, sorted({*found, *hashes_known}))
    asked.with_suffix(".txt").write_text(text(merged), encoding="utf-8")


def text(packages: Locked) -> str:
    lines = [
        f"{name}=={version} \\\n" + " \\\n".join(f"    --hash=sha256:{each}" for each in sorted(found))
        for name, (version, found) in sorted(packages.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PLACES:
        raise SystemExit(f"usage: lock.py {'|'.join(PLACES)}")
    for file in sorted((PROGRAMS / sys.argv[1]).glob("requirements*.in")):
        lock(file, PLACES[sys.argv[1]])
