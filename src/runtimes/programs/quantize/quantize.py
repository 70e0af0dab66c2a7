"""Makes a smaller model from a model: `quantize.py fp8|int8|int4|nvfp4`. Its settings are in params.json."""

from __future__ import annotations

import json
import math
import re
import shutil
import struct
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import job
import models
import rows
from job import Bug, Hopeless, Params

#: Names of the schemes in compressed-tensors, with and without a dataset.
SCHEMES = {"fp8": "FP8_DYNAMIC", "int8": "W8A8", "int4": "W4A16", "nvfp4": "NVFP4"}
ALGORITHMS = ("auto", "gptq", "awq", "rtn")
#: How many inputs of a layer share a scale; a layer must take a multiple of it.
GROUPS = {"int4": 128, "nvfp4": 16}
#: What loses too much, or what engines do not run in few bits: heads, embeddings, routers, senses, and states.
ALWAYS_IGNORED = (
    "lm_head",
    "re:.*embed_tokens.*",
    r"re:.*(mlp|block_sparse_moe)\.(gate|router)$",
    "re:.*shared_expert_gate$",
    "re:.*router.*",
    "re:.*(visual|vision|audio|multi_modal_projector|embed_vision).*",
    "re:.*linear_attn.*",
    "re:.*mtp.*",
)
LIBRARIES = ("torch", "transformers", "llmcompressor", "compressed-tensors")


@dataclass(frozen=True)
class Plan:
    """All that is known before a library is loaded."""

    scheme: str
    algorithm: str
    ignore: tuple[str, ...]
    config: models.Json
    model: Path
    settings: models.Json
    samples: int = 0
    length: int = 0
    files: tuple[Path, ...] = ()
    form: str = ""
    dataset: models.Json = field(default_factory=dict)


def read_plan(scheme: str) -> Plan:
    """Reads the settings and looks through the model and the dataset, so that what is wrong is said in the first seconds."""
    params = Params.read()
    model = models.model_folder()
    config = models.checked_config(model, "quantized")
    ignore = (*ALWAYS_IGNORED, *params.items("ignore"))
    check_groups(scheme, model, ignore)
    common: dict[str, Any] = {"scheme": scheme, "ignore": ignore, "config": config, "model": model}
    common["settings"] = models.read_json(job.content() / "params.json")
    folder = rows.dataset_folder()
    has_dataset = folder.is_dir() and any(folder.iterdir())
    algorithm = chosen_algorithm(scheme, params, has_dataset)
    if algorithm == "rtn":
        return Plan(**common, algorithm=algorithm)
    files, _ = rows.rows_files(folder)
    form, count = rows.checked_form("sft", files)
    return Plan(
        **common,
        algorithm=algorithm,
        samples=min(params.integer("calibrationSamples"), count),
        length=params.integer("calibrationLength"),
        files=tuple(files),
        form=form,
        dataset=models.read_json(folder / "dataset.json"),
    )


def chosen_algorithm(scheme: str, params: Params, has_dataset: bool) -> str:
    """How weights are rounded: each to the nearest value (rtn), or so that a dataset shows the least difference."""
    if scheme == "fp8":
        return "rtn"
    wanted = params.one_of("algorithm", ALGORITHMS) if scheme == "int4" else "auto"
    if wanted in ("gptq", "awq") and not has_dataset:
        raise Hopeless(
            f"param algorithm is {wanted}, which needs a dataset to calibrate on; set dataset, or set algorithm to rtn"
        )
    if scheme == "nvfp4":
        if not has_dataset:
            raise Hopeless("nvfp4 needs a dataset to calibrate on; set dataset, or use fp8")
        return "minmax"
    return wanted if wanted != "auto" else "gptq" if has_dataset else "rtn"


def check_groups(scheme: str, model: Path, ignore: tuple[str, ...]) -> None:
    """Fails if a layer cannot be divided into groups."""
    size = GROUPS.get(scheme, 1)
    for name, shape in layers(model):
        if shape[1] % size and not is_ignored(name, ignore):
            raise Hopeless(
                f"layer {name} takes {shape[1]} inputs, and {scheme} needs a multiple of {size}; "
                "name it in the param ignore, or use int8 or fp8"
            )


def layers(model: Path) -> list[tuple[str, list[int]]]:
    """The names and the shapes of the weights of linear layers, from the headers of the files."""
    found = []
    for path in models.weight_files(model):
        with path.open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(size))
        for name, tensor in header.items():
            if name.endswith(".weight") and "norm" not in name and len(tensor.get("shape", ())) == 2:
                found.append((name.removesuffix(".weight"), tensor["shape"]))
    return sorted(found)


def is_ignored(name: str, ignore: tuple[str, ...]) -> bool:
    return any(re.match(each[3:], name) if each.startswith("re:") else each == name for each in ignore)


def without_data(plan: Plan, folder: Path) -> None:
    """Rounds the weights file by file: takes the memory of one, and needs no code of the model."""
    from llmcompressor import model_free_ptq

    model_free_ptq(model_stub=plan.model, save_directory=folder, scheme=SCHEMES[plan.scheme], ignore=plan.ignore, max_workers=1)


def with_data(plan: Plan, folder: Path) -> None:
    """Rounds the weights layer by layer, looking at what the dataset makes of each."""
    import torch
    import transformers

    if plan.algorithm == "awq" and not torch.cuda.is_available():
        raise Hopeless("param algorithm is awq, which needs a GPU; set resources.gpu, or set algorithm to gptq")
    from llmcompressor import oneshot

    transformers.set_seed(0)
    architectures = plan.config.get("architectures")
    name = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    kind = getattr(transformers, name, transformers.AutoModelForCausalLM)
    try:
        model = kind.from_pretrained(plan.model, dtype="auto")
        tokenizer = transformers.AutoTokenizer.from_pretrained(plan.model)
    except (OSError, ValueError) as error:
        raise Hopeless(f"the model in {plan.model} cannot be loaded: {error}") from error
    oneshot(
        model=model,
        tokenizer=tokenizer,
        dataset=calibration_set(plan, tokenizer),
        recipe=recipe(plan),
        num_calibration_samples=plan.samples,
        max_seq_length=plan.length,
        shuffle_calibration_samples=False,
        pipeline="sequential",
    )
    with torch.no_grad():
        model.save_pretrained(folder, save_compressed=True)


def recipe(plan: Plan) -> list[Any]:
    """The steps of llm-compressor."""
    from llmcompressor.modifiers.gptq import GPTQModifier
    from llmcompressor.modifiers.quantization import QuantizationModifier
    from llmcompressor.modifiers.transform.awq import AWQModifier
    from llmcompressor.modifiers.transform.smoothquant import SmoothQuantModifier

    settings = {"targets": "Linear", "scheme": SCHEMES[plan.scheme], "ignore": list(plan.ignore)}
    if plan.algorithm == "awq":
        return [AWQModifier(), QuantizationModifier(**settings)]
    if plan.algorithm == "minmax":
        return [QuantizationModifier(**settings)]
    smooth = [SmoothQuantModifier(smoothing_strength=0.8)] if plan.scheme == "int8" else []
    return [*smooth, GPTQModifier(**settings)]


def calibration_set(plan: Plan, tokenizer: Any) -> Any:
    """The first rows of the dataset, as tokens."""
    import datasets

    if tokenizer.chat_template is None and rows.is_conversation(plan.form, next(rows.read_rows(plan.files[0]))):
        raise Hopeless(
            "the dataset is of messages but the model's tokenizer has no chat template; "
            "give the dataset the format prompt-completion or text"
        )
    texts: list[str] = []
    for path in plan.files:
        for row in rows.read_rows(path):
            if len(texts) < plan.samples:
                texts.append(text_of(plan.form, row, tokenizer))
    tokens = [tokenizer(text, truncation=True, max_length=plan.length, add_special_tokens=False) for text in texts]
    return datasets.Dataset.from_list(
        [{"input_ids": each["input_ids"], "attention_mask": each["attention_mask"]} for each in tokens]
    )


def text_of(form: str, row: rows.Row, tokenizer: Any) -> str:
    """A row as the model reads it."""
    if form == "text":
        return str(row["text"])
    values = [row[column] for column in rows.COLUMNS[form]]
    if isinstance(values[0], str):
        return "".join(str(value) for value in values)
    messages = [message for value in values if isinstance(value, list) for message in value]
    return str(tokenizer.apply_chat_template(messages, tokenize=False))


def quantize(plan: Plan) -> None:
    """Writes the result beside the checkpoints, and moves it to its place when it is whole."""
    progress = job.Progress()
    before = models.weight_bytes(plan.model)
    data = f" on {plan.samples} rows" if plan.samples else ""
    progress.tell(f"quantizing {job.size_of(before)} to {plan.scheme} with {plan.algorithm}{data}", now=True)
    folder = job.checkpoints() / "result"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if plan.algorithm == "rtn":
        without_data(plan, folder)
    else:
        with_data(plan, folder)
    models.copy_companions(plan.model, folder)
    remove_reports(folder)
    after = models.weight_bytes(folder)
    check_result(folder)
    write_reports(plan, folder, before, after)
    models.publish(folder)
    print(f"{job.size_of(before)} became {job.size_of(after)}: {math.ceil(100 * after / before)} %", flush=True)


def remove_reports(folder: Path) -> None:
    """The reports of the model that was quantized are about that model."""
    for path in folder.iterdir():
        if (path.name in models.REPORTS and path.name != "config.json") or path.name == "recipe.yaml":
            path.unlink()


def check_result(folder: Path) -> None:
    """Fails if no layer was quantized: the result would be the model itself, under another name."""
    if not models.read_json(folder / "config.json").get("quantization_config") or not has_scales(folder):
        raise Hopeless("no layer of the model was quantized; leave the param ignore out, or use another quantizer")


def has_scales(folder: Path) -> bool:
    for path in models.weight_files(folder):
        with path.open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            if any(name.endswith("_scale") for name in json.loads(file.read(size))):
                return True
    return False


def write_reports(plan: Plan, folder: Path, before: int, after: int) -> None:
    calibration: models.Json | None = None
    if plan.samples:
        calibration = {"samples": plan.samples, "length": plan.length, "dataset": plan.dataset}
    source = models.derived_source(plan.scheme, plan.dataset)
    report: models.Json = {
        "algorithm": plan.algorithm,
        "base": source["base"],
        "bytes": {"before": before, "after": after},
        "calibration": calibration,
        "ignore": list(plan.ignore),
        "params": plan.settings,
        "scheme": SCHEMES[plan.scheme],
        "versions": {name: version(name) for name in LIBRARIES},
    }
    models.write_json(folder / "source.json", source)
    models.write_json(folder / "quantization.json", report)


def main() -> None:
    scheme = sys.argv[1] if len(sys.argv) > 1 else ""
    if scheme not in SCHEMES:
        raise Bug(f"quantize.py does not know {scheme or 'a runtime without a name'}; it knows {', '.join(SCHEMES)}")
    job.on_stop(lambda: job.end(job.AGAIN, "stopped while it quantized; the next attempt begins again"))
    plan = read_plan(scheme)
    models.check_gpus()
    models.check_disk(models.weight_bytes(plan.model))
    job.remove_leftovers()
    quantize(plan)


if __name__ == "__main__":
    job.run(main)
