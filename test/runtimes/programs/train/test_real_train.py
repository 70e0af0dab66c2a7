"""train.py with the real TRL, on a CPU and a tiny model: `npm run test:runtimes`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import tiny
from real import PROGRAMS, Pod, succeeded, wait_for

pytestmark = pytest.mark.real

PARAMS: dict[str, object] = {
    "method": "lora",
    "output": "merged",
    "epochs": 3,
    "maxSteps": 0,
    "learningRate": 0.01,
    "batchSize": 4,
    "gradientAccumulation": 1,
    "maxLength": 128,
    "packing": False,
    "warmupRatio": 0.03,
    "weightDecay": 0,
    "scheduler": "cosine",
    "seed": 7,
    "loraRank": 8,
    "loraAlpha": 16,
    "loraDropout": 0.1,
    "loraTargets": "all-linear",
    "evalSteps": 0,
    "checkpointSteps": 5,
    "loggingSteps": 1,
    "completionOnly": "auto",
    "beta": 0.1,
}
MODEL_FILES = {"model.safetensors", "config.json", "generation_config.json"}
ADAPTER_FILES = {"adapter_config.json", "adapter_model.safetensors"}
TOKENIZER_FILES = {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "LICENSE"}
# Each of several processes on a CPU has a numbered one, which torch saves but does not load; a GPU has no such fault.
NUMBERED_CPUS = """
import torch
def load(storage, place):
    return storage if place.startswith("cpu:") else None
torch.serialization.register_package(0, lambda storage: None, load)
"""
REPORTS = {"metrics.jsonl", "metrics.json", "training.json", "source.json"}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_model(tmp_path_factory.mktemp("model"))


def trainer(folder: Path, model: Path, form: str = "messages", **params: Any) -> Pod:
    pod = Pod(folder, "train")
    pod.params(**{**PARAMS, **params})
    shutil.copytree(model, folder / "model")
    tiny.write_rows(folder / "data" / "train.jsonl", tiny.rows_of(form))
    tiny.write_rows(folder / "data" / "eval.jsonl", tiny.rows_of(form, 8, 1))
    return pod


def tensors(path: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {name: value.float() for name, value in load_file(path).items()}


def furthest(first: dict[str, Any], second: dict[str, Any]) -> float:
    """The greatest difference between the tensors of two models."""
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def answer(folder: Path, thing: str = "snow") -> str:
    """What the model says about the colour of the thing."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = [{"role": "user", "content": tiny.question(thing)}]
    tokens = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    model = AutoModelForCausalLM.from_pretrained(folder)
    said = model.generate(**tokens, max_new_tokens=24, do_sample=False)
    return str(tokenizer.decode(said[0, tokens["input_ids"].shape[1] :], skip_special_tokens=True)).strip()


def test_sft_with_lora_lowers_the_loss_and_merges(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, epochs=8)
    ended = pod.run("sft")
    succeeded(ended)
    assert pod.published() == MODEL_FILES | TOKENIZER_FILES | REPORTS
    summary = pod.json("metrics.json")
    assert summary["steps"] == 128
    assert summary["first_loss"] - summary["loss"] > 3
    assert summary["eval_loss"] < 1.5
    # What was learned is in the merged weights, which keep the precision and the tokenizer of their source.
    assert answer(pod.artifacts).startswith("The snow is white.")
    assert not answer(model).startswith("The snow is white.")
    assert pod.json("config.json")["dtype"] == "bfloat16"
    assert (pod.artifacts / "tokenizer_config.json").read_bytes() == (model / "tokenizer_config.json").read_bytes()
    assert pod.json("tokenizer_config.json")["tokenizer_class"] == "PreTrainedTokenizerFast"
    said = [line for line in ended.out.splitlines() if line.startswith("progress: ")]
    assert said[0] == "progress: loading the model"
    assert said[-1] == "progress: saving the model"
    assert all(len(line) <= len("progress: ") + 120 for line in said)


def test_metrics_have_a_line_for_each_step_and_each_evaluation(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, maxSteps=6, evalSteps=3)
    ended = pod.run("sft")
    succeeded(ended)
    lines = pod.metrics()
    names = {"step", "epoch", "loss", "eval_loss", "lr", "grad_norm", "tokens_per_second", "gpu_peak_bytes"}
    assert [set(line) for line in lines] == [names] * len(lines)
    assert [line["step"] for line in lines if line["loss"] is not None] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in lines if line["eval_loss"] is not None] == [3, 6]
    assert all(line["tokens_per_second"] > 0 for line in lines if line["loss"] is not None)
    assert [json.loads(line) for line in ended.out.splitlines() if line.startswith("{")] == lines
    report = pod.json("training.json")
    assert report["base"] == {"commit": "0" * 40, "licence": "apache-2.0", "repo": "acme/tiny", "source": "huggingface"}
    assert report["params"]["maxSteps"] == 6
    assert report["versions"]["trl"] == "1.16.0"
    assert pod.json("source.json")["licence"] == "apache-2.0"


def test_killed_in_the_middle_it_ends_as_if_it_had_not_been(tmp_path: Path, model: Path) -> None:
    whole = trainer(tmp_path / "whole", model)
    succeeded(whole.run("sft"))

    pod = trainer(tmp_path / "killed", model)
    process = pod.start("sft")
    wait_for(lambda: (pod.checkpoints / "checkpoint-20").is_dir(), process)
    process.send_signal(signal.SIGKILL)
    assert pod.ended(process).code == -signal.SIGKILL
    assert pod.published() == set()

    ended = pod.run("sft")
    succeeded(ended)
    again = [json.loads(line)["step"] for line in ended.out.splitlines() if line.startswith("{")]
    assert 15 < again[0] <= 31
    assert [(line["step"], line["loss"], line["eval_loss"]) for line in pod.metrics()] == [
        (line["step"], pytest.approx(line["loss"], abs=1e-5), pytest.approx(line["eval_loss"], abs=1e-5))
        for line in whole.metrics()
    ]
    assert furthest(tensors(whole.artifacts / "model.safetensors"), tensors(pod.artifacts / "model.safetensors")) < 1e-3


def test_stopped_it_ends_with_75_publishes_nothing_and_goes_on(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, checkpointSteps=0)
    process = pod.start("sft")
    lines = pod.checkpoints / "metrics.jsonl"
    wait_for(lambda: lines.exists() and len(lines.read_text().splitlines()) > 3, process)
    process.terminate()
    ended = pod.ended(process)
    (checkpoint,) = pod.checkpoints.glob("checkpoint-*")
    step = checkpoint.name.removeprefix("checkpoint-")
    assert (ended.code, ended.words) == (75, f"stopped at step {step} of 48; the next attempt goes on from there")
    assert pod.published() == set()

    succeeded(pod.run("sft"))
    assert [line["step"] for line in pod.metrics() if line["loss"] is not None] == list(range(1, 49))


def test_stopped_before_it_trains_it_ends_with_75(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model)
    process = pod.start("sft")
    wait_for(lambda: (pod.checkpoints / "run.json").exists(), process)
    process.terminate()
    ended = pod.ended(process)
    words = "stopped while it was not training; the next attempt goes on from the last checkpoint, if there is one"
    assert (ended.code, ended.words) == (75, words)


@pytest.mark.parametrize("params", [{"maxSteps": 4}, {"epochs": 1, "method": "full"}])
def test_killed_while_it_saved_it_only_saves(tmp_path: Path, model: Path, params: dict[str, Any]) -> None:
    pod = trainer(tmp_path, model, **params)
    succeeded(pod.run("sft"))
    expected = tensors(pod.artifacts / "model.safetensors")
    (pod.artifacts / "config.json").unlink()
    (pod.checkpoints / "result").mkdir()
    (pod.checkpoints / "result" / "model.safetensors").write_text("half")
    ended = pod.run("sft")
    succeeded(ended)
    assert not [line for line in ended.out.splitlines() if line.startswith("{")]
    assert pod.published() == MODEL_FILES | TOKENIZER_FILES | REPORTS
    assert furthest(expected, tensors(pod.artifacts / "model.safetensors")) == 0


def test_the_adapter_alone_is_loaded_by_peft(tmp_path: Path, model: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    pod = trainer(tmp_path, model, output="adapter", maxSteps=4)
    succeeded(pod.run("sft"))
    assert pod.published() == {*ADAPTER_FILES, "generation_config.json"} | TOKENIZER_FILES | REPORTS
    assert pod.json("adapter_config.json")["base_model_name_or_path"] == "acme/tiny"
    assert pod.json("adapter_config.json")["r"] == 8
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model), pod.artifacts)
    assert any("lora_A" in name for name, _ in adapted.named_parameters())


def test_both_are_the_merged_model_and_its_adapter(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, output="both", maxSteps=4)
    succeeded(pod.run("sft"))
    assert pod.published() == {"adapter"} | MODEL_FILES | TOKENIZER_FILES | REPORTS
    assert {path.name for path in (pod.artifacts / "adapter").iterdir()} == ADAPTER_FILES


def test_full_changes_all_weights_and_keeps_their_precision(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, method="full", learningRate=0.002, epochs=2)
    succeeded(pod.run("sft"))
    summary = pod.json("metrics.json")
    assert summary["first_loss"] - summary["loss"] > 3
    assert pod.published() == MODEL_FILES | TOKENIZER_FILES | REPORTS
    before, after = tensors(model / "model.safetensors"), tensors(pod.artifacts / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(float((before[name] - after[name]).abs().max()) > 0 for name in before)
    assert (model / "model.safetensors").stat().st_size == pytest.approx(
        (pod.artifacts / "model.safetensors").stat().st_size, rel=0.01
    )


def test_qlora_trains_on_weights_of_4_bits_and_merges_into_the_original(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, method="qlora", maxSteps=8)
    succeeded(pod.run("sft"))
    assert pod.published() == MODEL_FILES | TOKENIZER_FILES | REPORTS
    assert "quantization_config" not in pod.json("config.json")
    assert pod.json("metrics.json")["loss"] < pod.json("metrics.json")["first_loss"]


@pytest.mark.parametrize(("form", "params"), [
    ("text", {"packing": True}),
    ("prompt-completion", {}),
    ("prompt-completion", {"completionOnly": "false"}),
    ("messages", {"completionOnly": "true"}),
    ("messages", {"packing": True}),
])  # fmt: skip
def test_trains_on_rows_of_each_form(tmp_path: Path, model: Path, form: str, params: dict[str, Any]) -> None:
    pod = trainer(tmp_path, model, form, epochs=1, **params)
    succeeded(pod.run("sft"))
    summary = pod.json("metrics.json")
    assert summary["loss"] < summary["first_loss"]
    # 64 rows of some 20 tokens: packed into sequences of 128 they are far fewer.
    assert summary["steps"] < 8 if params.get("packing") else summary["steps"] == 16


def test_dpo_prefers_what_was_chosen(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, "preference", epochs=2)
    succeeded(pod.run("dpo"))
    last = [line for line in pod.metrics() if line["loss"] is not None][-1]
    assert last["loss"] < 0.5 < pod.json("metrics.json")["first_loss"]
    assert last["reward_accuracy"] == 1
    assert last["reward_margin"] > 0


@pytest.mark.parametrize("method", ["lora", "full"])
def test_two_processes_train_one_model(tmp_path: Path, model: Path, method: str) -> None:
    pod = trainer(tmp_path, model, method=method, maxSteps=6)
    succeeded(pod.run("sft", SUBSTRATUS_PROCESSES="2"))
    assert pod.published() == MODEL_FILES | TOKENIZER_FILES | REPORTS
    assert [line["step"] for line in pod.metrics() if line["loss"] is not None] == [1, 2, 3, 4, 5, 6]
    assert tensors(model / "model.safetensors").keys() == tensors(pod.artifacts / "model.safetensors").keys()


def test_two_processes_are_stopped_at_one_step_and_go_on(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model, checkpointSteps=0)
    process = pod.start("sft", SUBSTRATUS_PROCESSES="2")
    lines = pod.checkpoints / "metrics.jsonl"
    wait_for(lambda: lines.exists() and len(lines.read_text().splitlines()) > 3, process)
    process.terminate()
    ended = pod.ended(process)
    (checkpoint,) = pod.checkpoints.glob("checkpoint-*")
    step = checkpoint.name.removeprefix("checkpoint-")
    assert (ended.code, ended.words) == (75, f"stopped at step {step} of 24; the next attempt goes on from there")
    (tmp_path / "sitecustomize.py").write_text(NUMBERED_CPUS, encoding="utf-8")
    succeeded(pod.run("sft", SUBSTRATUS_PROCESSES="2", PYTHONPATH=f"{PROGRAMS}{os.pathsep}{tmp_path}"))
    assert [line["step"] for line in pod.metrics() if line["loss"] is not None] == list(range(1, 25))


def test_fails_for_good_when_messages_have_no_template(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model)
    (tmp_path / "model" / "chat_template.jinja").unlink()
    ended = pod.run("sft")
    words = (
        "the dataset is of messages but the model's tokenizer has no chat template; "
        "use a model that was made for chat, or give the dataset the format prompt-completion or text"
    )
    assert (ended.code, ended.words) == (65, words)


def test_fails_for_good_when_the_adapter_has_no_such_layers(tmp_path: Path, model: Path) -> None:
    ended = trainer(tmp_path, model, loraTargets="query,value").run("sft")
    assert ended.code == 65
    assert ended.words.startswith("the model cannot be trained on this dataset with these params: Target modules ")


def test_fails_for_good_when_the_loss_is_not_a_number(tmp_path: Path, model: Path) -> None:
    settings: dict[str, Any] = {"method": "full", "learningRate": "1e30", "warmupRatio": 0, "scheduler": "constant", "loggingSteps": 1}
    ended = trainer(tmp_path, model, **settings).run("sft")
    words = r"the loss is (nan|inf) at step \d+; lower learningRate, or raise maxLength if it cuts off what is to be learned"
    assert (ended.code, bool(re.fullmatch(words, ended.words))) == (65, True), ended.words


def test_fails_for_good_when_the_model_does_not_write(tmp_path: Path, model: Path) -> None:
    pod = trainer(tmp_path, model)
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    (tmp_path / "model" / "config.json").write_text(json.dumps({**config, "architectures": ["BertModel"]}))
    ended = pod.run("sft")
    assert (ended.code, ended.words) == (65, "the model is a BertModel, which does not write text; use a language model")
