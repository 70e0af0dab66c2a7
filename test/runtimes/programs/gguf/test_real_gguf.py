"""gguf.sh with the real llama.cpp, from training to an answer: `npm run test:runtimes`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import tiny
from real import PROGRAMS, Pod, succeeded
from serving import LLAMA, llama_server

pytestmark = pytest.mark.real

TRAINING: dict[str, Any] = {
    "method": "full", "output": "merged", "epochs": 4, "maxSteps": 0, "learningRate": 0.003, "batchSize": 4, "gradientAccumulation": 1,
    "maxLength": 128, "packing": False, "warmupRatio": 0.03, "weightDecay": 0, "scheduler": "cosine", "seed": 7, "loraRank": 8,
    "loraAlpha": 16, "loraDropout": 0, "loraTargets": "all-linear", "evalSteps": 0, "checkpointSteps": 0, "loggingSteps": 8,
    "completionOnly": "auto",
}  # fmt: skip


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the colours of things."""
    pod = Pod(tmp_path_factory.mktemp("trained"), "train")
    pod.params(**TRAINING)
    tiny.write_llama(pod.folder / "model")
    tiny.write_rows(pod.folder / "data" / "train.jsonl", tiny.rows_of("messages"))
    succeeded(pod.run("sft"))
    return pod.artifacts


@pytest.mark.parametrize("kind", ["Q4_K_M", "Q8_0", "F16"])
def test_a_trained_model_answers_from_a_gguf_file(tmp_path: Path, trained: Path, kind: str) -> None:
    pod = Pod(tmp_path, "gguf")
    pod.params(type=kind)
    pod.checkpoints.mkdir(parents=True)
    shutil.copytree(trained, tmp_path / "model", ignore=shutil.ignore_patterns("checkpoints"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **pod.environment(), "LLAMA_CPP": str(LLAMA), "PATH": path}
    done = subprocess.run(
        ["sh", str(PROGRAMS / "gguf" / "gguf.sh")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert pod.published() == {f"model-{kind}.gguf", "LICENSE", "source.json", "quantization.json"}
    assert pod.json("quantization.json")["scheme"] == kind
    assert answer(pod.artifacts / f"model-{kind}.gguf") == "The snow is white."


def answer(model: Path) -> str:
    """What llama-server answers, through the API of OpenAI."""
    with llama_server(model, "--ctx-size", "256") as url:
        asked = {"messages": [{"role": "user", "content": tiny.question("snow")}], "temperature": 0, "max_tokens": 24}
        request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(asked).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return str(json.load(response)["choices"][0]["message"]["content"])
