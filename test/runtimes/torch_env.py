#!/usr/bin/env python3
"""
Makes an environment in which train.py and quantize.py run on a CPU, and runs its Python: torch_env.py FOLDER [ARGUMENT...]

    npm run test:runtimes [-- ARGUMENT OF PYTEST...]

It has the libraries of both locks, torch without the libraries of NVIDIA (torch_stubs.py), and pytest: 1.7 GB, made once for each state
of the locks. Needs Python 3.12 or 3.13, gcc and an index of packages. Without arguments it prints the path of the environment's Python.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import torch_stubs

PROGRAMS = Path(__file__).parents[2] / "src" / "runtimes" / "programs"
LOCKS = [PROGRAMS / program / "requirements.txt" for program in ("train", "quantize")]
UV = "uv==0.13.9"
#: What the image has; nvidia-cuda-runtime is the version that this torch asks for.
OF_THE_IMAGE = ["torch==2.13.0", "nvidia-cuda-runtime==13.0.96"]
#: What the converter of llama.cpp loads.
OF_LLAMA = ["sentencepiece", "protobuf"]
PYTEST = ["pytest==8.4.2", "pluggy==1.6.0", "iniconfig==2.1.0", "packaging", "pygments"]


def state() -> str:
    """What the environment is made of."""
    made_of = [*(path.read_bytes() for path in LOCKS), Path(__file__).read_bytes(), Path(torch_stubs.__file__).read_bytes()]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()


def base_python() -> str:
    """A Python that the wheels of the locks are for."""
    installed = sorted(Path.home().glob(".pyenv/versions/3.1[23]*/bin/python"))
    for candidate in ("python3.12", "python3.13", sys.executable, *map(str, installed)):
        path = shutil.which(candidate)
        asked = "import sys; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))"
        if path and subprocess.run([path, "-c", asked], check=False, capture_output=True).returncode == 0:
            return path
    raise SystemExit("there is no Python 3.12 or 3.13; install one to run the tests of the runtimes")


def make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = base_python()
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    tools = folder / "tools"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(tools), UV]
    subprocess.run(pip, check=True)
    install = [str(tools / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), "--no-deps"]
    for lock in LOCKS:
        subprocess.run([*install, "--require-hashes", "--requirements", str(lock)], check=True)
    subprocess.run([*install, *OF_THE_IMAGE, *OF_LLAMA, *PYTEST], check=True)
    (site_packages,) = folder.glob("lib/python3.*/site-packages")
    torch_stubs.build(site_packages, site_packages)


def main(folder: Path, arguments: list[str]) -> None:
    mark, python = folder / "made-of", folder / "bin" / "python"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != state():
        print(f"making {folder}: some minutes, once", file=sys.stderr, flush=True)
        make(folder)
        mark.write_text(state(), encoding="utf-8")
    if not arguments:
        print(python)
        return
    raise SystemExit(subprocess.run([python, *arguments], check=False).returncode)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: torch_env.py FOLDER [ARGUMENT...]")
    main(Path(sys.argv[1]).absolute(), sys.argv[2:])
