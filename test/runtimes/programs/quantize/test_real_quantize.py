"""quantize.py with the real llm-compressor, on a CPU and a tiny model: `npm run test:runtimes`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import tiny
from real import Pod, succeeded

pytestmark = pytest.mark.real

PARAMS = {"ignore": "", "calibrationSamples": 8, "calibrationLength": 64, "algorithm": "auto"}
REPORTS = {"quantization.json", "source.json"}
MODEL_FILES = {
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "LICENSE",
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Int4 takes groups of 128 inputs, so this one is wider."""
    return tiny.write_model(tmp_path_factory.mktemp("model"), width=128)


def quantizer(folder: Path, model: Path, form: str = "", **params: Any) -> Pod:
    pod = Pod(folder, "quantize")
    pod.params(**{**PARAMS, **params})
    shutil.copytree(model, folder / "model")
    if form:
        tiny.write_rows(folder / "data" / "train.jsonl", tiny.rows_of(form, 16))
    return pod


def tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {name: value for path in sorted(folder.glob("*.safetensors")) for name, value in load_file(path).items()}


def farthest_logit(first: Path, second: Path) -> float:
    """How far the answers of two models are apart, at most."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(first)(tiny.sentences()[0], return_tensors="pt")
    with torch.no_grad():
        one, other = (
            AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)(**tokens).logits for path in (first, second)
        )
    return float((one - other).abs().max())


def check(pod: Pod, scheme: str, algorithm: str, samples: int = 0) -> None:
    """The result is a model that a plain loader takes, and says how it was made."""
    assert pod.published() - {"model.safetensors", "model.safetensors.index.json"} == MODEL_FILES | REPORTS
    report = pod.json("quantization.json")
    assert (report["scheme"], report["algorithm"]) == (scheme, algorithm)
    assert report["base"] == {"commit": "0" * 40, "licence": "apache-2.0", "repo": "acme/tiny", "source": "huggingface"}
    assert report["calibration"] == ({"samples": samples, "length": 64, "dataset": {}} if samples else None)
    assert report["bytes"]["after"] < report["bytes"]["before"]
    assert pod.json("source.json")["licence"] == "apache-2.0"
    config = pod.json("config.json")["quantization_config"]
    assert config["quant_method"] == "compressed-tensors"
    assert "lm_head" in config["ignore"]
    tokenizer = pod.folder / "model" / "tokenizer_config.json"
    assert (pod.artifacts / "tokenizer_config.json").read_bytes() == tokenizer.read_bytes()


@pytest.mark.parametrize(("name", "scheme", "kind", "distance"), [
    ("fp8", "FP8_DYNAMIC", "float8_e4m3fn", 3),
    ("int8", "W8A8", "int8", 1),
    ("int4", "W4A16", "int32", 12),
])  # fmt: skip
def test_without_a_dataset(tmp_path: Path, model: Path, name: str, scheme: str, kind: str, distance: float) -> None:
    pod = quantizer(tmp_path, model)
    ended = pod.run(name)
    succeeded(ended)
    check(pod, scheme, "rtn")
    weights = tensors(pod.artifacts)
    projections = [value for key, value in weights.items() if "q_proj.weight" in key and value.ndim == 2 and "scale" not in key]
    assert {str(value.dtype) for value in projections} == {f"torch.{kind}"}
    assert str(weights["model.embed_tokens.weight"].dtype) == "torch.bfloat16"
    assert farthest_logit(model, pod.artifacts) < distance
    (line,) = [line for line in ended.out.splitlines() if line.startswith("progress: ")]
    assert line.endswith(f" to {name} with rtn")

    again = Pod(tmp_path / "again", "quantize")
    again.params(**PARAMS)
    shutil.copytree(pod.artifacts, again.folder / "model", ignore=shutil.ignore_patterns("checkpoints"))
    words = "the model is quantized already (compressed-tensors), so it cannot be quantized; use the model that it was made from"
    assert (again.run("fp8").code, again.run("fp8").words) == (65, words)


@pytest.mark.parametrize(("name", "scheme", "algorithm", "form", "params"), [
    ("int4", "W4A16", "gptq", "messages", {}),
    ("int8", "W8A8", "gptq", "prompt-completion", {}),
    ("nvfp4", "NVFP4", "minmax", "messages", {}),
])  # fmt: skip
def test_calibrated_on_a_dataset(
    tmp_path: Path, model: Path, name: str, scheme: str, algorithm: str, form: str, params: dict[str, Any]
) -> None:
    pod = quantizer(tmp_path, model, form, **params)
    succeeded(pod.run(name))
    check(pod, scheme, algorithm, samples=8)
    if name != "nvfp4":
        assert farthest_logit(model, pod.artifacts) < 12


def test_layers_that_are_named_stay_as_they_are(tmp_path: Path, model: Path) -> None:
    pod = quantizer(tmp_path, model, ignore="re:.*down_proj$")
    succeeded(pod.run("int8"))
    weights = tensors(pod.artifacts)
    assert str(weights["model.layers.0.mlp.down_proj.weight"].dtype) == "torch.bfloat16"
    assert str(weights["model.layers.0.mlp.up_proj.weight"].dtype) == "torch.int8"


def test_fails_for_good_when_nothing_is_left_to_quantize(tmp_path: Path, model: Path) -> None:
    ended = quantizer(tmp_path, model, ignore="re:.*").run("fp8")
    words = "no layer of the model was quantized; leave the param ignore out, or use another quantizer"
    assert (ended.code, ended.words) == (65, words)


def test_awq_needs_a_gpu(tmp_path: Path, model: Path) -> None:
    ended = quantizer(tmp_path, model, "text", algorithm="awq").run("int4")
    words = "param algorithm is awq, which needs a GPU; set resources.gpu, or set algorithm to gptq"
    assert (ended.code, ended.words) == (65, words)


def test_a_dataset_of_messages_needs_a_template(tmp_path: Path, model: Path) -> None:
    pod = quantizer(tmp_path, model, "messages")
    (tmp_path / "model" / "chat_template.jinja").unlink()
    ended = pod.run("int4")
    words = (
        "the dataset is of messages but the model's tokenizer has no chat template; "
        "give the dataset the format prompt-completion or text"
    )
    assert (ended.code, ended.words) == (65, words)
