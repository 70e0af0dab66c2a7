"""The real vLLM on a CPU, as a process, with the arguments that a Server gives it (src/runtimes/engines)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import repositories
import tiny
import vllm_env
from real import Pod, succeeded

#: What vllm_env.py makes.
VLLM = Path(__file__).parents[2] / ".cache" / "vllm"
#: It starts in a minute or two, on two cores that have nothing else to do.
PATIENCE = 900
TRAINING: dict[str, object] = {
    "method": "lora", "output": "merged", "epochs": 10, "maxSteps": 0, "learningRate": 0.002, "batchSize": 4, "gradientAccumulation": 1,
    "maxLength": 512, "packing": False, "warmupRatio": 0.03, "weightDecay": 0, "scheduler": "cosine", "seed": 1, "loraRank": 16,
    "loraAlpha": 32, "loraDropout": 0, "loraTargets": "all-linear", "evalSteps": 0, "checkpointSteps": 0, "loggingSteps": 8,
    "completionOnly": "auto",
}  # fmt: skip


def base_of(hub: Path) -> Path:
    """The model that trained() starts from; it is made once, for its tokenizer is another one each time."""
    model = hub / "models" / "acme" / "tiny-llama"
    if not model.is_dir():
        repositories.main(hub)
    return model


def trained(folder: Path, hub: Path, column: str, **settings: object) -> Path:
    """What train.py makes of a tiny model that learns the colours of things, and how a tool is called."""
    pod = Pod(folder, "train")
    pod.params(**{**TRAINING, **settings})
    shutil.copytree(base_of(hub), folder / "model")
    rows = [json.loads(line) for line in (hub / "datasets/acme/colours/train.jsonl").read_text("utf-8").splitlines()]
    tiny.write_rows(folder / "data" / "train.jsonl", [{"messages": messages(row, column)} for row in rows])
    succeeded(pod.run("sft"))
    return pod.artifacts


def messages(row: dict[str, str], column: str) -> list[dict[str, str]]:
    turns = [("system", row["system"]), ("user", row["instruction"]), ("assistant", row[column])]
    return [{"role": role, "content": content} for role, content in turns if content]


@contextmanager
def serving(model: Path, folder: Path, more: Sequence[str]) -> Iterator[str]:
    """The URL of vLLM."""
    port = free_port()
    arguments = [
        str(model), "--served-model-name", "chat", "--host", "127.0.0.1", "--port", str(port), "--max-model-len", "auto", *more,
        "--enforce-eager", "--shutdown-timeout", "60",
    ]  # fmt: skip
    log = folder / "log"
    with log.open("wb") as output:
        command = [vllm_env.python_of(VLLM), "-m", "vllm.entrypoints.cli.main", "serve", *arguments]
        process = subprocess.Popen(command, env=environment(folder), stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(90)


def environment(home: Path) -> dict[str, str]:
    settings = {
        "PYTHONPATH": str(VLLM / "packages"), "HOME": str(home), "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1", "VLLM_CPU_KVCACHE_SPACE": "1",
    }  # fmt: skip
    return {**os.environ, **settings}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-4000:]
            time.sleep(1)
    raise AssertionError("vLLM did not get ready: " + log.read_text(encoding="utf-8", errors="replace")[-4000:])
