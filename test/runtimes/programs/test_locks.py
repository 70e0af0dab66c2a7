"""Locks of the programs that run beside the torch of their image."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[3] / "src" / "runtimes" / "programs"
#: What a ConfigMap of a program may take, far below the limit of 1 MiB.
MOST_BYTES = 256 * 1024


def packages(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+) \\$", lock, re.M))


@pytest.mark.parametrize("program", ["train", "quantize"])
def test_a_lock_leaves_torch_and_cuda_to_the_image(program: str) -> None:
    lock = (PROGRAMS / program / "requirements.txt").read_text(encoding="utf-8")
    assert not [name for name in packages(lock) if re.fullmatch(r"torch|triton|nvidia-.*|cuda-.*", name)]
    assert "://" not in lock


@pytest.mark.parametrize("program", ["train", "quantize"])
def test_a_lock_has_what_is_asked_for_and_a_hash_for_each(program: str) -> None:
    folder = PROGRAMS / program
    locked = packages((folder / "requirements.txt").read_text(encoding="utf-8"))
    asked = re.findall(r"^([a-z0-9-]+)==(\S+)$", (folder / "requirements.in").read_text(encoding="utf-8"), re.M)
    assert {name: locked.get(name) for name, _ in asked} == dict(asked)
    blocks = re.split(r"^(?=[a-z])", (folder / "requirements.txt").read_text(encoding="utf-8"), flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_trainer_and_quantizer_agree_so_one_image_can_hold_both() -> None:
    train, quantize = (
        packages((PROGRAMS / name / "requirements.txt").read_text(encoding="utf-8")) for name in ("train", "quantize")
    )
    assert {name: train[name] for name in train.keys() & quantize.keys()} == {
        name: quantize[name] for name in train.keys() & quantize.keys()
    }
    assert train["transformers"] == "5.17.0"


@pytest.mark.parametrize("program", ["train", "quantize"])
def test_a_program_fits_a_config_map(program: str) -> None:
    files = [
        path for folder in (PROGRAMS, PROGRAMS / program) for path in folder.iterdir() if path.suffix in (".py", ".sh", ".txt")
    ]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
