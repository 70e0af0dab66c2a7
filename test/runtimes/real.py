"""Runs a program of ours for real, as a pod does: in a folder like /content, as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parents[2] / "src" / "runtimes" / "programs"
#: A step of the tiny model takes a tenth of a second, so a wait that long has failed.
PATIENCE = 300


@dataclass
class Ended:
    code: int
    words: str
    out: str
    err: str


class Pod:
    """A folder like /content, and the program in it."""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.program = program
        self.artifacts = folder / "artifacts"
        self.checkpoints = self.artifacts / "checkpoints"
        folder.mkdir(parents=True, exist_ok=True)

    def params(self, **values: object) -> None:
        (self.folder / "params.json").write_text(json.dumps(values), encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        script = PROGRAMS / self.program / f"{self.program}.py"
        return subprocess.Popen(
            [sys.executable, str(script), *arguments],
            env={**os.environ, **self.environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        return {
            "SUBSTRATUS_CONTENT": str(self.folder),
            "TERMINATION_LOG": str(self.folder / "termination-log"),
            "PYTHONPATH": str(PROGRAMS),
            "PYTHONUNBUFFERED": "1",
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(self.folder / "hf"),
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_NUM_THREADS": "1",
        }

    def ended(self, process: subprocess.Popen[str]) -> Ended:
        out, err = process.communicate(timeout=PATIENCE)
        log = self.folder / "termination-log"
        words = log.read_text(encoding="utf-8").strip() if log.exists() else ""
        log.unlink(missing_ok=True)
        return Ended(process.returncode, words.replace(str(self.folder), ""), out, err)

    def run(self, *arguments: str, **environment: str) -> Ended:
        return self.ended(self.start(*arguments, **environment))

    def published(self) -> set[str]:
        """Names of what a run has put where results are published from."""
        return {path.name for path in self.artifacts.iterdir()} - {"checkpoints"} if self.artifacts.is_dir() else set()

    def json(self, name: str) -> Any:
        return json.loads((self.artifacts / name).read_text(encoding="utf-8"))

    def metrics(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.artifacts / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Waits until the condition holds. Fails if the process ends before."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None:
            raise AssertionError(f"the program ended with {process.returncode}: {process.communicate()[1][-2000:]}")
        if time.monotonic() > deadline:
            process.send_signal(signal.SIGKILL)
            raise AssertionError("the program took too long")
        time.sleep(0.02)


def succeeded(ended: Ended) -> None:
    assert ended.code == 0, f"{ended.words}\n{ended.err[-4000:]}"
