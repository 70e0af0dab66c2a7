"""train.py, as far as it needs no torch: what is wrong is said in the first seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[4] / "src" / "runtimes" / "programs"

PARAMS: dict[str, object] = {
    "method": "lora",
    "output": "merged",
    "epochs": 1,
    "maxSteps": 0,
    "learningRate": 0,
    "batchSize": 1,
    "gradientAccumulation": 8,
    "maxLength": 2048,
    "packing": False,
    "warmupRatio": "0.03",
    "weightDecay": 0,
    "scheduler": "cosine",
    "seed": 0,
    "loraRank": 16,
    "loraAlpha": 32,
    "loraDropout": 0,
    "loraTargets": "all-linear",
    "evalSteps": 0,
    "checkpointSteps": 0,
    "loggingSteps": 10,
    "completionOnly": "auto",
    "beta": 0.1,
}
MESSAGES = [{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}]


class Content:
    """A folder as a pod has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.artifacts = folder / "artifacts"
        self.checkpoints = self.artifacts / "checkpoints"
        self.params()
        self.model({"architectures": ["Qwen3ForCausalLM"], "dtype": "bfloat16"}, {"model.safetensors": "weights"})
        self.rows("train.jsonl", MESSAGES)

    def params(self, **changes: object) -> None:
        (self.folder / "params.json").write_text(json.dumps({**PARAMS, **changes}))

    def model(self, config: object, files: dict[str, str]) -> None:
        folder = self.folder / "model"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config))
        for name, text in files.items():
            (folder / name).write_text(text)

    def rows(self, name: str, rows: Sequence[object]) -> None:
        path = self.folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(self, *arguments: str, torch: str = "raise RuntimeError('torch was loaded')", **variables: str) -> tuple[int, str]:
        """The exit code, and the line for the status."""
        log = self.folder / "termination-log"
        environment = {
            **os.environ,
            "SUBSTRATUS_CONTENT": str(self.folder),
            "TERMINATION_LOG": str(log),
            "PYTHONPATH": str(PROGRAMS),
            **variables,
        }
        # A torch that is not there: a test that loads it gets this error.
        environment["PYTHONPATH"] += f"{os.pathsep}{self.folder / 'without'}"
        (self.folder / "without").mkdir(exist_ok=True)
        (self.folder / "without" / "torch.py").write_text(f"{torch}\n")
        program = [sys.executable, str(PROGRAMS / "train" / "train.py"), *arguments]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        words = log.read_text().strip() if log.exists() else ""
        assert done.stderr.strip().endswith(words)
        return done.returncode, words.replace(str(self.folder), "")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return Content(tmp_path)


def test_what_is_right_gets_as_far_as_torch(content: Content) -> None:
    assert content.run("sft") == (1, "RuntimeError: torch was loaded")
    assert json.loads((content.checkpoints / "run.json").read_text())["task"] == "sft"


@pytest.mark.parametrize("found", [0, 1])
def test_fewer_gpus_than_the_pod_has_are_not_trained_on(content: Content, found: int) -> None:
    torch = f"class cuda:\n    device_count = staticmethod(lambda: {found})"
    assert content.run("sft", torch=torch, SUBSTRATUS_GPUS="2") == (
        65,
        f"PyTorch finds {found} of the 2 GPUs of the pod; see that the driver of the node fits the CUDA of the image (gpuDriver of the platform),"
        " or set image to one that fits",
    )
    assert not content.checkpoints.exists()


def test_an_unknown_runtime_is_a_mistake_of_the_platform(content: Content) -> None:
    assert content.run("grpo") == (70, "train.py does not know grpo; it knows sft and dpo")
    assert content.run() == (70, "train.py does not know a runtime without a name; it knows sft and dpo")


def test_a_param_that_is_not_there_is_a_mistake_of_the_platform(content: Content) -> None:
    (content.folder / "params.json").write_text(json.dumps({name: value for name, value in PARAMS.items() if name != "seed"}))
    assert content.run("sft") == (70, "params.json has no seed; this is a mistake of the platform, which fills in every default")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "dora"}, 'param method is "dora"; use one of "full", "lora", "qlora"'),
        ({"output": "all"}, 'param output is "all"; use one of "merged", "adapter", "both"'),
        ({"batchSize": 0}, "param batchSize is 0; set it to more than 0"),
        ({"epochs": -1}, "param epochs is -1; set it to more than 0"),
        ({"maxSteps": "many"}, 'param maxSteps is "many", which is not a number'),
        ({"packing": "maybe"}, 'param packing is "maybe"; use true or false'),
        (
            {"method": "full", "output": "adapter"},
            "param output is adapter but method is full, which has no adapter; set output to merged, or method to lora",
        ),
    ],
)
def test_fails_for_good_when_a_param_is_wrong(content: Content, changes: dict[str, object], words: str) -> None:
    content.params(**changes)
    assert content.run("sft") == (65, words)


def test_fails_for_good_when_the_dataset_has_other_columns(content: Content) -> None:
    content.rows("train.jsonl", [{"question": "Hi", "answer": "Hello"}])
    assert content.run("sft") == (
        65,
        "train.jsonl has the columns question, answer; sft needs messages, or prompt and completion, or text; "
        "name them in the param columns of the dataset, for example prompt=question,completion=answer",
    )
    assert content.run("dpo") == (
        65,
        "train.jsonl has the columns question, answer; dpo needs chosen and rejected, and may have prompt; "
        "name them in the param columns of the dataset, for example chosen=better,rejected=worse",
    )


def test_fails_for_good_when_the_dataset_is_empty(content: Content) -> None:
    content.rows("train.jsonl", [])
    assert content.run("sft") == (65, "train.jsonl has no rows; import a dataset that has some")


def test_fails_for_good_when_there_is_no_dataset(content: Content) -> None:
    (content.folder / "data" / "train.jsonl").unlink()
    (content.folder / "data" / "README.md").write_text("A dataset")
    assert content.run("sft") == (
        65,
        "/data holds no file of rows to train on, such as train.jsonl or train.parquet; set the dataset of the resource",
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"text": "a"}, {"text": 7}], "row 2 of train.jsonl cannot be trained on: text is the number 7, not a text"),
        ([{"text": "a"}, {}], "row 2 of train.jsonl cannot be trained on: text is missing, not a text"),
        ([{"text": "a"}, ["b"]], "row 2 of train.jsonl is not an object; write one object a line"),
        (
            [{"prompt": "a", "completion": "b"}, {"prompt": "a", "completion": ["c"]}],
            "row 2 of train.jsonl cannot be trained on: message 1 of completion has no role; write objects with role and content",
        ),
        (
            [{"prompt": "a", "completion": [{"role": "assistant", "content": "b"}]}],
            "row 1 of train.jsonl cannot be trained on: prompt and completion are neither all texts nor all lists of messages",
        ),
        (
            [{"messages": "Hi"}],
            "row 1 of train.jsonl cannot be trained on: messages is a text, not a list of messages with role and content",
        ),
        ([{"messages": []}], "row 1 of train.jsonl cannot be trained on: messages is an empty list"),
        (
            [{"messages": {"role": "user"}}],
            "row 1 of train.jsonl cannot be trained on: messages is an object, not a list of messages",
        ),
    ],
)
def test_fails_for_good_when_a_row_is_of_another_type(content: Content, rows: list[object], words: str) -> None:
    content.rows("train.jsonl", rows)
    assert content.run("sft") == (65, words)


def test_fails_for_good_when_a_row_is_not_json(content: Content) -> None:
    (content.folder / "data" / "train.jsonl").write_text('{"text": "a"}\n{"text": \n')
    code, words = content.run("sft")
    assert code == 65
    assert words.startswith("row 2 of train.jsonl is not JSON (Expecting value: ")
    assert words.endswith("); write one object a line")


@pytest.mark.parametrize(
    ("config", "files", "words"),
    [
        (
            {"quantization_config": {"quant_method": "mxfp4"}},
            {},
            "the model is quantized already (mxfp4), so it cannot be trained; use the model that it was made from",
        ),
        (
            {"architectures": ["Gone"]},
            {"model.safetensors.index.json": '{"weight_map": {"a": "model-2.safetensors"}}'},
            "model-2.safetensors is named in model.safetensors.index.json but is not in /model; import the model again",
        ),
        ({}, {}, "/model holds no config.json, so the model cannot be trained; import all files of the model"),
        (
            {},
            {"adapter_config.json": "{}"},
            "the model is an adapter without its base, so it cannot be trained; make it with the param output set to merged",
        ),
        ({}, {"tiny.gguf": ""}, "the model is a GGUF file, which cannot be trained; import its safetensors files"),
    ],
)
def test_fails_for_good_when_the_model_cannot_be_trained(
    content: Content, config: object, files: dict[str, str], words: str
) -> None:
    content.model(config, files)
    assert content.run("sft") == (65, words)


def test_fails_for_good_when_the_model_has_no_safetensors(content: Content) -> None:
    (content.folder / "model" / "model.safetensors").unlink()
    assert content.run("sft") == (
        65,
        "/model holds no safetensors files, so the model cannot be trained; import a revision that has them",
    )


def test_fails_for_good_when_there_is_no_model(content: Content) -> None:
    for path in (content.folder / "model").iterdir():
        path.unlink()
    assert content.run("sft") == (65, "/model holds no model; set the model of the resource")


def test_fails_for_good_when_the_checkpoints_are_of_another_model(content: Content) -> None:
    assert content.run("sft")[0] == 1
    (content.folder / "model" / "model.safetensors").write_text("Weights")
    assert content.run("sft") == (
        65,
        "the checkpoints in /artifacts/checkpoints are of another model; delete them, or use an empty disk for this run",
    )


def test_fails_for_good_when_the_checkpoints_are_of_another_run(content: Content) -> None:
    assert content.run("sft")[0] == 1
    content.params(loraRank=8, loggingSteps=1)
    assert content.run("sft") == (
        65,
        "the checkpoints in /artifacts/checkpoints are of a run with param loraRank 16, and in this one it is 8; "
        "delete them, or use an empty disk for this run",
    )
    content.params(loggingSteps=1)
    assert content.run("sft") == (1, "RuntimeError: torch was loaded")


def test_fails_for_good_when_the_checkpoints_are_of_another_program(content: Content) -> None:
    (content.checkpoints / "checkpoint-3").mkdir(parents=True)
    assert content.run("sft") == (
        65,
        "the checkpoints in /artifacts/checkpoints are of another program; delete them, or use an empty disk for this run",
    )


def test_what_an_interrupted_attempt_left_is_removed(content: Content) -> None:
    (content.artifacts / "adapter").mkdir(parents=True)
    (content.artifacts / "model.safetensors").write_text("half")
    assert content.run("sft")[0] == 1
    assert [path.name for path in content.artifacts.iterdir()] == ["checkpoints"]
