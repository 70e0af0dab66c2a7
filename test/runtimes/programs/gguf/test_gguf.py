"""gguf.sh, with stand-ins for the two programs of llama.cpp."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[4] / "src" / "runtimes" / "programs" / "gguf" / "gguf.sh"
CONVERT = """
import pathlib, sys
arguments = sys.argv[1:]
pathlib.Path(arguments[arguments.index("--outfile") + 1]).write_text("whole " + arguments[arguments.index("--outtype") + 1])
"""
QUANTIZE = '#!/bin/sh\nprintf "%s of %s" "$3" "$(cat "$1")" > "$2"\n'


class Content:
    """A folder as a pod has it, and the programs of the image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts = folder / "artifacts"
        for path in (folder / "model", self.artifacts / "checkpoints", folder / "app"):
            path.mkdir(parents=True)
        self.write("params.json", json.dumps({"type": "Q4_K_M"}))
        self.write("model/config.json", '{"architectures": ["LlamaForCausalLM"]}')
        self.write("model/model.safetensors", "weights")
        self.write("model/LICENSE", "Apache-2.0")
        self.write(
            "model/source.json", json.dumps({"source": "huggingface", "repo": "acme/tiny", "licence": "apache-2.0", "files": []})
        )
        self.programs(CONVERT, QUANTIZE)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def programs(self, convert: str, quantize: str) -> None:
        self.write("app/convert_hf_to_gguf.py", convert)
        self.write("app/llama-quantize", quantize)
        (self.folder / "app" / "llama-quantize").chmod(0o755)

    def start(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "SUBSTRATUS_CONTENT": str(self.folder),
            "LLAMA_CPP": str(self.folder / "app"),
            "TERMINATION_LOG": str(self.folder / "log"),
        }
        return subprocess.Popen(["sh", str(SCRIPT)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end_of(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """The exit code, and the line for the status; without one, what was printed."""
        out, _ = process.communicate(timeout=60)
        log = self.folder / "log"
        words = log.read_text(encoding="utf-8").strip() if log.exists() else out
        return process.returncode, words.replace(str(self.folder), "")

    def run(self) -> tuple[int, str]:
        return self.end_of(self.start())

    def published(self) -> dict[str, str]:
        return {path.name: path.read_text(encoding="utf-8") for path in self.artifacts.iterdir() if path.name != "checkpoints"}


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return Content(tmp_path)


def test_converts_and_quantizes(content: Content) -> None:
    content.write("artifacts/half.gguf", "what an interrupted attempt left")
    assert content.run() == (0, "progress: converting the model to GGUF\nprogress: quantizing to Q4_K_M\n")
    published = content.published()
    assert published.keys() == {"model-Q4_K_M.gguf", "LICENSE", "source.json", "quantization.json"}
    assert published["model-Q4_K_M.gguf"] == "Q4_K_M of whole auto"
    base = {"source": "huggingface", "repo": "acme/tiny", "licence": "apache-2.0"}
    assert json.loads(published["source.json"]) == {"source": "gguf", "base": base, "licence": "apache-2.0"}
    assert json.loads(published["quantization.json"]) == {"scheme": "Q4_K_M", "base": base, "bytes": {"before": 7, "after": 20}}
    assert list((content.artifacts / "checkpoints").iterdir()) == []


@pytest.mark.parametrize(("kind", "text"), [("F16", "whole f16"), ("BF16", "whole bf16")])
def test_whole_precision_is_only_converted(content: Content, kind: str, text: str) -> None:
    content.write("params.json", json.dumps({"type": kind}))
    assert content.run()[0] == 0
    assert content.published()[f"model-{kind}.gguf"] == text


def test_a_type_that_is_not_there_is_a_mistake_of_the_platform(content: Content) -> None:
    content.write("params.json", "{}")
    assert content.run() == (70, "params.json has no type; this is a mistake of the platform, which fills in every default")


def test_fails_for_good_when_the_model_is_quantized_already(content: Content) -> None:
    content.write("model/config.json", '{"quantization_config": {}}')
    words = "the model is quantized already, so it cannot be quantized; use the model that it was made from"
    assert content.run() == (65, words)


def test_fails_for_good_when_the_model_is_a_gguf_file(content: Content) -> None:
    content.write("model/tiny.gguf", "")
    words = "the model is a GGUF file already; use a quantization of it that its source offers, or import its safetensors files"
    assert content.run() == (65, words)


def test_fails_for_good_when_there_is_no_model(content: Content) -> None:
    (content.folder / "model" / "config.json").unlink()
    assert content.run() == (65, "/model holds no config.json, so the model cannot be quantized; import all files of the model")
    for path in (content.folder / "model").iterdir():
        path.unlink()
    assert content.run() == (65, "/model holds no model; set the model of the resource")


def test_fails_for_good_with_the_last_words_of_the_converter(content: Content) -> None:
    content.programs("import sys; print('reading'); sys.exit('Model FooForCausalLM is not supported')", QUANTIZE)
    assert content.run() == (65, "the model cannot be converted to GGUF: Model FooForCausalLM is not supported")
    assert content.published() == {}


def test_fails_for_good_when_the_disk_is_full(content: Content) -> None:
    content.programs(CONVERT, "#!/bin/sh\necho 'main: failed to write: No space left on device' >&2\nexit 1\n")
    assert content.run() == (65, "no space left on /artifacts; give the resource a larger disk")
    assert content.published() == {}


def test_stopped_it_ends_with_75(content: Content) -> None:
    content.programs(CONVERT, f"#!/bin/sh\n: > {content.folder}/ready\nexec sleep 30\n")
    process = content.start()
    while not (content.folder / "ready").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert content.end_of(process) == (75, "stopped while it quantized; the next attempt begins again")
    assert content.published() == {}
