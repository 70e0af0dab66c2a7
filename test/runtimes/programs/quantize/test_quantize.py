"""quantize.py, as far as it needs no torch: what is wrong is said in the first seconds."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import quantize

PROGRAMS = Path(__file__).parents[4] / "src" / "runtimes" / "programs"
PARAMS: dict[str, object] = {"ignore": "", "calibrationSamples": 4, "calibrationLength": 64, "algorithm": "auto"}


class Content:
    """A folder as a pod has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.params()
        (folder / "model").mkdir()
        (folder / "model" / "config.json").write_text('{"architectures": ["Qwen3ForCausalLM"]}')
        self.weights({"model.layers.0.mlp.up_proj.weight": [256, 128], "lm_head.weight": [384, 100]})

    def params(self, **changes: object) -> None:
        (self.folder / "params.json").write_text(json.dumps({**PARAMS, **changes}))

    def weights(self, shapes: dict[str, list[int]]) -> None:
        """A file of safetensors with its header, which is all that is read."""
        header = json.dumps(
            {name: {"dtype": "BF16", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
        ).encode()
        (self.folder / "model" / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)

    def rows(self, rows: Sequence[object]) -> None:
        (self.folder / "data").mkdir()
        (self.folder / "data" / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and the line for the status. Fails with an error of its own as soon as a library is loaded."""
        log, without = self.folder / "termination-log", self.folder / "without"
        without.mkdir(exist_ok=True)
        for name in ("torch", "llmcompressor"):
            (without / f"{name}.py").write_text("raise RuntimeError('a library was loaded')\n")
        environment = {
            **os.environ,
            "SUBSTRATUS_CONTENT": str(self.folder),
            "TERMINATION_LOG": str(log),
            "PYTHONPATH": f"{PROGRAMS}{os.pathsep}{without}",
        }
        program = [sys.executable, str(PROGRAMS / "quantize" / "quantize.py"), *arguments]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        words = log.read_text().strip() if log.exists() else ""
        return done.returncode, words.replace(str(self.folder), "")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return Content(tmp_path)


@pytest.mark.parametrize("scheme", ["fp8", "int8", "int4"])
def test_what_is_right_gets_as_far_as_the_library(content: Content, scheme: str) -> None:
    assert content.run(scheme) == (1, "RuntimeError: a library was loaded")


def test_an_unknown_runtime_is_a_mistake_of_the_platform(content: Content) -> None:
    assert content.run("int2") == (70, "quantize.py does not know int2; it knows fp8, int8, int4, nvfp4")


def test_fails_for_good_when_the_model_is_quantized_already(content: Content) -> None:
    (content.folder / "model" / "config.json").write_text('{"quantization_config": {"quant_method": "compressed-tensors"}}')
    words = "the model is quantized already (compressed-tensors), so it cannot be quantized; use the model that it was made from"
    assert content.run("fp8") == (65, words)


def test_fails_for_good_when_the_model_is_a_gguf_file(content: Content) -> None:
    (content.folder / "model" / "config.json").unlink()
    (content.folder / "model" / "tiny.gguf").write_text("")
    assert content.run("int8") == (65, "the model is a GGUF file, which cannot be quantized; import its safetensors files")


@pytest.mark.parametrize("algorithm", ["gptq", "awq"])
def test_fails_for_good_when_there_is_nothing_to_calibrate_on(content: Content, algorithm: str) -> None:
    content.params(algorithm=algorithm)
    words = f"param algorithm is {algorithm}, which needs a dataset to calibrate on; set dataset, or set algorithm to rtn"
    assert content.run("int4") == (65, words)
    assert content.run("nvfp4") == (65, "nvfp4 needs a dataset to calibrate on; set dataset, or use fp8")


def test_fails_for_good_when_the_algorithm_is_unknown(content: Content) -> None:
    content.params(algorithm="round")
    assert content.run("int4") == (65, 'param algorithm is "round"; use one of "auto", "gptq", "awq", "rtn"')


def test_fails_for_good_when_a_layer_cannot_be_divided_into_groups(content: Content) -> None:
    content.weights(
        {"model.layers.0.mlp.up_proj.weight": [256, 100], "model.norm.weight": [100], "model.embed_tokens.weight": [384, 100]}
    )
    words = (
        "layer model.layers.0.mlp.up_proj takes 100 inputs, and int4 needs a multiple of 128; "
        "name it in the param ignore, or use int8 or fp8"
    )
    assert content.run("int4") == (65, words)
    content.params(ignore="re:.*up_proj$")
    assert content.run("int4") == (1, "RuntimeError: a library was loaded")


def test_fails_for_good_when_the_dataset_has_other_columns(content: Content) -> None:
    content.rows([{"chosen": "a", "rejected": "b"}])
    words = (
        "train.jsonl has the columns chosen, rejected; sft needs messages, or prompt and completion, or text; "
        "name them in the param columns of the dataset, for example prompt=question,completion=answer"
    )
    assert content.run("int4") == (65, words)


def test_what_an_interrupted_attempt_left_is_removed(content: Content) -> None:
    (content.folder / "artifacts").mkdir()
    (content.folder / "artifacts" / "model.safetensors").write_text("half")
    assert content.run("fp8")[0] == 1
    assert [path.name for path in (content.folder / "artifacts").iterdir()] == ["checkpoints"]


@pytest.mark.parametrize(
    ("name", "is_left"),
    [
        ("lm_head", True),
        ("model.embed_tokens", True),
        ("model.layers.3.mlp.gate", True),
        ("model.layers.3.mlp.gate_proj", False),
        ("model.layers.3.mlp.shared_expert_gate", True),
        ("model.visual.blocks.0.attn.qkv", True),
        ("model.layers.0.linear_attn.in_proj", True),
        ("model.layers.0.self_attn.q_proj", False),
    ],
)
def test_heads_embeddings_and_routers_are_left_as_they_are(name: str, is_left: bool) -> None:
    assert quantize.is_ignored(name, quantize.ALWAYS_IGNORED) is is_left
