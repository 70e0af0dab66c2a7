"""The programs of examples/rag, with LangChain, a real Weaviate and real servers of llama.cpp: `npm run test:runtimes`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny
from real import PROGRAMS, Pod, succeeded
from serving import CACHE, LLAMA, WEAVIATE, free_port, llama_server, running, weaviate

pytestmark = [pytest.mark.real, pytest.mark.skipif(not WEAVIATE.exists(), reason="weaviate.sh has not built Weaviate, for want of Go")]

EXAMPLE = Path(__file__).parents[4] / "examples" / "rag" / "programs"
#: Prints rows that teach the model to answer as the program asks: question and passages in its own words, and the answer.
TEACHER = """
import json, sys
from answer import messages
roles = {"system": "system", "human": "user"}
for question, passages, answer in json.load(sys.stdin):
    asked = [{"role": roles[each.type], "content": each.content} for each in messages(question, passages)]
    print(json.dumps({"prompt": asked, "completion": [{"role": "assistant", "content": answer}]}))
"""
TRAINING: dict[str, Any] = {
    "method": "full", "output": "merged", "epochs": 8, "maxSteps": 0, "learningRate": 0.003, "batchSize": 4, "gradientAccumulation": 1,
    "maxLength": 256, "packing": False, "warmupRatio": 0.03, "weightDecay": 0, "scheduler": "cosine", "seed": 7, "loraRank": 8,
    "loraAlpha": 16, "loraDropout": 0, "loraTargets": "all-linear", "evalSteps": 0, "checkpointSteps": 0, "loggingSteps": 8,
    "completionOnly": "auto",
}  # fmt: skip


@pytest.fixture(scope="module")
def python() -> Path:
    """A Python with what the programs need, made once for each state of their requirements."""
    requirements = EXAMPLE / "requirements.txt"
    folder = CACHE / f"rag-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        base = shutil.which("python3") or sys.executable
        subprocess.run([base, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--requirement", requirements], check=True)
        (folder / "made").touch()
    return folder / "bin" / "python"


def sentence(thing: str) -> str:
    return f"The {thing} is {tiny.COLOURS[thing]}."


@pytest.fixture(scope="module")
def model(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of a model that answers from passages."""
    lessons = [(tiny.question(thing), [sentence(thing)], sentence(thing)) for thing in tiny.COLOURS] * 10
    taught = subprocess.run(
        [python, "-c", TEACHER], input=json.dumps(lessons), cwd=EXAMPLE, capture_output=True, text=True, check=True
    ).stdout
    rows = [json.loads(line) for line in taught.splitlines()]
    pod = Pod(tmp_path_factory.mktemp("rag-trained"), "train")
    pod.params(**TRAINING)
    lines = sorted({line for row in rows for each in [*row["prompt"], *row["completion"]] for line in each["content"].splitlines() if line})
    tiny.write_llama(pod.folder / "model", texts=lines)
    tiny.write_rows(pod.folder / "data" / "train.jsonl", rows)
    succeeded(pod.run("sft"))
    return converted(pod.artifacts, tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of a model that tells texts apart by their words."""
    folder = tmp_path_factory.mktemp("encoder")
    return converted(tiny.write_encoder(folder / "encoder"), folder)


def converted(trained: Path, folder: Path) -> Path:
    pod = Pod(folder, "gguf")
    pod.params(type="F16")
    pod.checkpoints.mkdir(parents=True)
    shutil.copytree(trained, folder / "model", ignore=shutil.ignore_patterns("checkpoints"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **pod.environment(), "LLAMA_CPP": str(LLAMA), "PATH": path}
    subprocess.run(["sh", str(PROGRAMS / "gguf" / "gguf.sh")], env=environment, capture_output=True, check=True)
    return pod.artifacts / "model-F16.gguf"


@pytest.fixture(scope="module")
def services(model: Path, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of the programs, as the example's Deployment has it."""
    with (
        llama_server(model, "--alias", "chat", "--ctx-size", "512") as chat,
        llama_server(encoder, "--alias", "embeddings", "--embeddings", "--pooling", "mean") as embeddings,
        weaviate(tmp_path_factory.mktemp("weaviate")) as store,
    ):
        settings = {"PASSAGES": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        yield {**settings, **store, "CHAT_URL": chat, "CHAT_MODEL": "chat", "EMBEDDINGS_URL": embeddings, "EMBEDDINGS_MODEL": "embeddings"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for thing in tiny.COLOURS:
        (folder / f"{thing}.md").write_text(f"{sentence(thing)}\n", encoding="utf-8")
    return folder


def index(python: Path, services: dict[str, str], documents: Path) -> subprocess.CompletedProcess[str]:
    command = [python, EXAMPLE / "index.py", documents]
    return subprocess.run(command, env={**os.environ, **services}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def application(python: Path, services: dict[str, str], documents: Path) -> Iterator[str]:
    assert index(python, services, documents).stdout == "stored 6 passages of 6 documents\n"
    port = free_port()
    environment = {**services, "PORT": str(port)}
    with running([python, EXAMPLE / "answer.py"], ready=f"http://127.0.0.1:{port}/", environment=environment):
        yield f"http://127.0.0.1:{port}"


def ask(application: str, body: object) -> tuple[int, Any]:
    request = urllib.request.Request(f"{application}/ask", json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("thing", ["snow", "grass"])
def test_a_question_is_answered_from_the_document_that_is_about_it(application: str, thing: str) -> None:
    status, said = ask(application, {"question": tiny.question(thing)})
    assert status == 200
    assert said == {"answer": sentence(thing), "sources": [f"{thing}.md"]}


def test_indexing_again_replaces_what_is_there_and_removes_what_has_gone(
    application: str, python: Path, services: dict[str, str], documents: Path, tmp_path: Path
) -> None:
    fewer = shutil.copytree(documents, tmp_path / "fewer")
    (fewer / "snow.md").unlink()
    assert index(python, services, fewer).stdout == "stored 5 passages of 5 documents\n"
    assert "snow.md" not in ask(application, {"question": tiny.question("snow")})[1]["sources"]
    assert index(python, services, documents).returncode == 0
    assert index(python, services, documents).returncode == 0
    assert ask(application, {"question": tiny.question("snow")})[1]["sources"].count("snow.md") == 1


def test_what_is_not_a_question_is_refused(application: str) -> None:
    assert ask(application, ["?"]) == (400, {"error": 'send JSON such as {"question": "..."}'})


def test_a_folder_without_documents_is_an_error(python: Path, services: dict[str, str], tmp_path: Path) -> None:
    ended = index(python, services, tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == f"there is no document in {tmp_path}; put files named *.md there"
