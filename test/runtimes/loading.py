"""Runs load.py as its pod does: a flat folder of programs, params.json, a volume, an environment of which nothing is inherited."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = Path(__file__).parents[2] / "src" / "runtimes" / "programs"

#: What the platform fills in where a user says nothing.
SHAPE: dict[str, object] = {
    "format": "",
    "subset": "",
    "split": "train",
    "evalSplit": "",
    "columns": "",
    "template": "",
    "evalFraction": 0,
    "limit": 0,
    "seed": 0,
}
DEFAULTS: dict[str, dict[str, object]] = {
    "huggingface": {"revision": "main", "include": "", "exclude": ""},
    "modelscope": {"revision": "master", "include": "", "exclude": ""},
    "url": {"unpack": "auto"},
    "oci": {},
    "ollama": {},
    "bucket": {},
}


@dataclass
class Ended:
    code: int
    out: str
    err: str
    message: str


@dataclass
class LoadPod:
    """A pod of load.py, and the next after it: the volume stays."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.programs = self.root / "opt"
        self.programs.mkdir()
        for path in (*PROGRAMS.glob("*.py"), PROGRAMS / "run.sh", *(PROGRAMS / "load").glob("*.py")):
            shutil.copy(path, self.programs)
        self.artifacts.mkdir(parents=True)
        (self.root / "tmp").mkdir()

    @property
    def artifacts(self) -> Path:
        return self.root / "content" / "artifacts"

    @property
    def downloads(self) -> Path:
        return self.artifacts / "checkpoints" / "load"

    def copied(self, files: dict[str, bytes]) -> None:
        """What fetch.sh has copied from a bucket, with its list of all that is there now."""
        self.downloads.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = self.downloads / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        there = {path.relative_to(self.downloads).as_posix(): path for path in self.downloads.rglob("*") if path.is_file()}
        listing = [{"Path": name, "Size": path.stat().st_size} for name, path in there.items()]
        (self.artifacts / "checkpoints/bucket.json").write_text(json.dumps(listing))

    def start(self, runtime: str, kind: str = "model", **params: object) -> subprocess.Popen[str]:
        every = {**DEFAULTS[runtime], **(SHAPE if kind == "dataset" else {}), **params}
        (self.root / "content" / "params.json").write_text(json.dumps(every))
        (self.root / "log").unlink(missing_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "SUBSTRATUS_CONTENT": str(self.root / "content"),
            "TERMINATION_LOG": str(self.root / "log"),
            "TMPDIR": str(self.root / "tmp"),
            "SUBSTRATUS_RETRY_SECONDS": "0.05",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.env,
        }
        command = [sys.executable, str(self.programs / "load.py"), runtime, kind]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ended(self, process: subprocess.Popen[str], timeout: float = 90) -> Ended:
        out, err = process.communicate(timeout=timeout)
        log = self.root / "log"
        return Ended(process.returncode, out, err, log.read_text().strip() if log.exists() else "")

    def run(self, runtime: str, kind: str = "model", **params: object) -> Ended:
        return self.ended(self.start(runtime, kind, **params))

    def published(self) -> dict[str, bytes]:
        """What is at the top of the volume."""
        files = {path.relative_to(self.artifacts).as_posix(): path for path in self.artifacts.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in sorted(files.items()) if not name.startswith("checkpoints/")}

    def json(self, name: str) -> dict[str, object]:
        value = json.loads((self.artifacts / name).read_text())
        assert isinstance(value, dict)
        return value

    def rows(self, name: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.artifacts / name).read_text(encoding="utf-8").splitlines()]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def some_bytes(count: int, seed: str = "") -> bytes:
    """The same bytes at every run, which no compression makes shorter."""
    pieces = (hashlib.sha512(f"{seed}{number}".encode()).digest() for number in range(count // 64 + 1))
    return b"".join(pieces)[:count]
