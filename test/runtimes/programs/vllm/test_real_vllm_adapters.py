"""Adapters that train.py makes, served beside their base by the real vLLM on a CPU: `npm run test:runtimes`."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiny
from vllm_server import base_of, serving, trained

pytestmark = pytest.mark.real

ANSWERS = {"chat:english": "The snow is white.", "chat:german": "Schnee ist weiss."}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """vLLM with the arguments of a Server that has two adapters (src/runtimes/engines/vllm.ts)."""
    hub = tmp_path_factory.mktemp("hub")
    columns = {"english": "output", "german": "german"}
    adapters = {name: trained(tmp_path_factory.mktemp(name), hub, column, output="adapter") for name, column in columns.items()}
    modules = [
        json.dumps({"name": f"chat:{name}", "path": str(path), "base_model_name": "chat"}) for name, path in adapters.items()
    ]
    more = ["--enable-lora", "--lora-modules", *modules, "--max-lora-rank", "16", "--max-loras", "2", "--max-cpu-loras", "2"]
    with serving(base_of(hub), tmp_path_factory.mktemp("vllm"), more) as url:
        yield url


def asked(server: str, model: str) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": tiny.question("snow")}], "temperature": 0, "max_tokens": 24}
    answer = posted(f"{server}/v1/chat/completions", body)
    return str(answer["choices"][0]["message"]["content"])


def posted(url: str, body: object) -> dict[str, list[dict[str, dict[str, str]]]]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as response:
        found: dict[str, list[dict[str, dict[str, str]]]] = json.load(response)
        return found


def refused(url: str, body: object) -> int:
    with pytest.raises(urllib.error.HTTPError) as error:
        posted(url, body)
    return error.value.code


def test_adapters_are_listed_under_their_names_with_their_base(server: str) -> None:
    with urllib.request.urlopen(f"{server}/v1/models", timeout=30) as response:
        models = {each["id"]: each["parent"] for each in json.load(response)["data"]}
    assert models == {"chat": None, "chat:english": "chat", "chat:german": "chat"}


def test_each_answers_as_it_has_learned_also_when_both_are_asked_at_once(server: str) -> None:
    names = [*ANSWERS] * 8
    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(lambda name: asked(server, name), names))
    assert answers == [ANSWERS[name] for name in names]


def test_the_base_answers_as_if_there_were_none(server: str) -> None:
    assert asked(server, "chat") not in ANSWERS.values()


def test_another_name_is_not_served_and_no_adapter_is_loaded_by_a_request(server: str, tmp_path: Path) -> None:
    assert (
        refused(f"{server}/v1/chat/completions", {"model": "chat:french", "messages": [{"role": "user", "content": "a"}]}) == 404
    )
    assert refused(f"{server}/v1/load_lora_adapter", {"lora_name": "own", "lora_path": str(tmp_path)}) == 404
