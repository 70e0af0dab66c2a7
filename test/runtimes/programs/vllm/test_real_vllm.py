"""What train.py makes, served by the real vLLM on a CPU: `npm run test:runtimes`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import repositories
import tiny
import vllm_env
from real import Pod, succeeded

pytestmark = pytest.mark.real

#: What vllm_env.py makes.
VLLM = Path(__file__).parents[4] / ".cache" / "vllm"
#: It starts in a minute or two, on two cores that have nothing else to do.
PATIENCE = 900
TRAINING: dict[str, object] = {
    "method": "lora", "output": "merged", "epochs": 10, "maxSteps": 0, "learningRate": 0.002, "batchSize": 4, "gradientAccumulation": 1,
    "maxLength": 512, "packing": False, "warmupRatio": 0.03, "weightDecay": 0, "scheduler": "cosine", "seed": 1, "loraRank": 16,
    "loraAlpha": 32, "loraDropout": 0, "loraTargets": "all-linear", "evalSteps": 0, "checkpointSteps": 0, "loggingSteps": 8,
    "completionOnly": "auto",
}  # fmt: skip


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the colours of things, and how a tool is called."""
    pod = Pod(tmp_path_factory.mktemp("trained"), "train")
    pod.params(**TRAINING)
    repositories.main(pod.folder / "hub")
    (pod.folder / "hub" / "models" / "acme" / "tiny-llama").rename(pod.folder / "model")
    rows = [json.loads(line) for line in (pod.folder / "hub/datasets/acme/colours/train.jsonl").read_text("utf-8").splitlines()]
    tiny.write_rows(pod.folder / "data" / "train.jsonl", [{"messages": messages(row)} for row in rows])
    succeeded(pod.run("sft"))
    return pod.artifacts


def messages(row: dict[str, str]) -> list[dict[str, str]]:
    turns = [("system", row["system"]), ("user", row["instruction"]), ("assistant", row["output"])]
    return [{"role": role, "content": content} for role, content in turns if content]


@pytest.fixture(scope="session")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of vLLM with the arguments that a Server gives it (src/runtimes/engines)."""
    port = free_port()
    arguments = [
        str(trained), "--served-model-name", "chat", "--host", "127.0.0.1", "--port", str(port), "--max-model-len", "auto",
        "--enable-auto-tool-choice", "--tool-call-parser", "hermes", "--enforce-eager", "--shutdown-timeout", "60",
    ]  # fmt: skip
    log = tmp_path_factory.mktemp("vllm") / "log"
    with log.open("wb") as output:
        command = [vllm_env.python_of(VLLM), "-m", "vllm.entrypoints.cli.main", "serve", *arguments]
        process = subprocess.Popen(command, env=environment(log.parent), stdout=output, stderr=subprocess.STDOUT)
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


def test_the_client_of_openai_gets_what_was_learned_and_a_call_of_a_tool(server: str) -> None:
    ask = Path(__file__).parents[2] / "ask.py"
    command = [vllm_env.python_of(VLLM), str(ask), f"{server}/v1", "chat", tiny.question("snow")]
    asked = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(VLLM / "packages")}, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    said = json.loads(asked.stdout)
    assert said["models"] == ["chat"]
    assert said["answer"] == "".join(said["pieces"]) == "The snow is white."
    assert len(said["pieces"]) > 1
    assert said["call"] == {"name": "paint", "arguments": {"colour": "red"}}


def test_it_has_metrics(server: str) -> None:
    with urllib.request.urlopen(f"{server}/metrics", timeout=30) as response:
        lines = response.read().decode().splitlines()
    assert any(line.startswith("vllm:request_success_total") for line in lines)
