"""
One process for each GPU of the pod.

torchrun would do, but it kills the processes 30 seconds after it is asked to end, in the middle of a checkpoint, and ends with 1
whatever they end with: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/distributed/elastic/agent/server/api.py
The variables that tell the processes of each other are torchrun's.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import job

#: How long the other processes may take to end once one of them has failed.
SECONDS_TO_END = 30


class Stop:
    """Whether the pod is asked to end. Until training begins, and after it, the program ends at once: it has nothing to save."""

    def __init__(self) -> None:
        self.is_asked = False
        self.is_training = False
        self.children: list[subprocess.Popen[bytes]] = []
        job.on_stop(self.ask)

    def ask(self) -> None:
        self.is_asked = True
        for child in self.children:
            child.terminate()
        if not self.is_training and not self.children:
            job.end(
                job.AGAIN, "stopped while it was not training; the next attempt goes on from the last checkpoint, if there is one"
            )


def is_one_of_several() -> bool:
    return int(os.environ.get("WORLD_SIZE") or 1) > 1


def run_several(count: int, command: list[str], stop: Stop) -> NoReturn:
    """Runs the program once for each GPU, and ends as they end."""
    with tempfile.TemporaryDirectory() as folder:
        logs = [Path(folder) / str(rank) for rank in range(count)]
        shared = {
            **os.environ,
            "WORLD_SIZE": str(count),
            "LOCAL_WORLD_SIZE": str(count),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(free_port()),
        }
        stop.children = [
            subprocess.Popen(
                [sys.executable, *command],
                env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "TERMINATION_LOG": str(log)},
            )
            for rank, log in enumerate(logs)
        ]
        failed = first_failure(stop.children)
        if failed is None:
            sys.stdout.flush()
            os._exit(job.DONE)
        code = stop.children[failed].returncode
        words = logs[failed].read_text(encoding="utf-8").strip() if logs[failed].is_file() else ""
    if code < 0:
        job.end(
            1, f"process {failed + 1} of {count} was killed by signal {-code}; if memory ran out, give the resource more of it"
        )
    job.end(code, words or f"process {failed + 1} of {count} ended with exit code {code}")


def first_failure(children: list[subprocess.Popen[bytes]]) -> int | None:
    """The first process that failed, once all have ended; `None` if none has."""
    failed: int | None = None
    while any(child.poll() is None for child in children):
        time.sleep(0.1)
        if failed is None:
            failed = next((rank for rank, child in enumerate(children) if child.poll()), None)
            deadline = time.monotonic() + SECONDS_TO_END
        elif time.monotonic() > deadline:
            for child in children:
                child.kill()
    return failed if failed is not None else next((rank for rank, child in enumerate(children) if child.returncode), None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
