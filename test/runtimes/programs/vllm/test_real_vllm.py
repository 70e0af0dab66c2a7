"""What train.py makes, served by the real vLLM on a CPU: `npm run test:runtimes`."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
import vllm_env
from vllm_server import VLLM, serving, trained

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    model = trained(tmp_path_factory.mktemp("trained"), tmp_path_factory.mktemp("hub"), "output")
    with serving(model, tmp_path_factory.mktemp("vllm"), ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]) as url:
        yield url


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
