"""What comes out of training: the model, its adapter, and what is said about them."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers

import attempts
import job
import models
import rows
from job import Hopeless
from plan import Plan

LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
#: Ends of the names of classes that write text.
WRITERS = ("ForCausalLM", "ForConditionalGeneration", "LMHeadModel")


def load(plan: Plan, **settings: Any) -> Any:
    """The model, as an instance of the very class that it was saved from."""
    architectures = plan.config.get("architectures")
    name = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    if name and not name.endswith(WRITERS):
        raise Hopeless(f"the model is a {name}, which does not write text; use a language model")
    kind = getattr(transformers, name, transformers.AutoModelForCausalLM)
    try:
        return kind.from_pretrained(plan.model, low_cpu_mem_usage=True, **settings)
    except (ValueError, OSError) as error:
        raise Hopeless(f"the model in {plan.model} cannot be loaded: {error}") from error


def source_dtype(plan: Plan) -> torch.dtype:
    """The precision of the model that is trained, which the result has too."""
    nested = plan.config.get("text_config")
    for config in (plan.config, nested if isinstance(nested, dict) else {}):
        name = config.get("dtype") or config.get("torch_dtype")
        if isinstance(name, str) and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
    return torch.float32


def save(trainer: Any, plan: Plan) -> None:
    """Writes the result beside the checkpoints, and moves it to its place when it is whole."""
    folder, adapter = job.checkpoints() / "result", job.checkpoints() / "adapter"
    if trainer.is_world_process_zero():
        for path in (folder, adapter):
            shutil.rmtree(path, ignore_errors=True)
    if plan.method == "full":
        save_all_weights(trainer, plan, folder)
    else:
        trainer.save_model(str(adapter))
    if not is_first_of_all(trainer):
        return
    if plan.method != "full":
        check_adapter(adapter)
        name_base(adapter, plan)
        if plan.output != "merged":
            copy_adapter(adapter, folder if plan.output == "adapter" else folder / "adapter")
        if plan.output != "adapter":
            release(trainer)
            merge(adapter, plan, folder)
        shutil.rmtree(adapter)
    models.copy_companions(plan.model, folder)
    write_reports(plan, folder)
    models.publish(folder)


def is_first_of_all(trainer: Any) -> bool:
    """Whether this process goes on; the others have done their part."""
    if trainer.args.world_size > 1:
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()
    return bool(trainer.is_world_process_zero())


def save_all_weights(trainer: Any, plan: Plan, folder: Path) -> None:
    state = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.is_world_process_zero():
        model = trainer.accelerator.unwrap_model(trainer.model)
        model.config.dtype = source_dtype(plan)
        model.save_pretrained(folder, state_dict=converted(state, source_dtype(plan)))


def converted(state: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    """The tensors in another precision; tensors that were one stay one."""
    known: dict[int, Any] = {}
    for value in state.values():
        if value.data_ptr() not in known:
            known[value.data_ptr()] = value.to(dtype) if value.is_floating_point() else value
    return {name: known[value.data_ptr()] for name, value in state.items()}


def check_adapter(folder: Path) -> None:
    """Fails if an adapter has nothing in it, as has happened with divided models: https://github.com/huggingface/trl/issues/4416"""
    from safetensors import safe_open

    with safe_open(folder / ADAPTER_FILES[1], framework="pt") as file:
        names = list(file.keys())
        empty = [name for name in names if 0 in file.get_slice(name).get_shape()]
    if not names or empty:
        raise RuntimeError(f"the adapter was saved without weights ({empty[0] if empty else 'no tensors'})")


def name_base(folder: Path, plan: Plan) -> None:
    """Gives the adapter the name of its base model, where it is known, for the path here says nothing elsewhere."""
    config = models.read_json(folder / ADAPTER_FILES[0])
    source = models.read_json(plan.model / "source.json")
    models.write_json(folder / ADAPTER_FILES[0], {**config, "base_model_name_or_path": source.get("repo") or str(plan.model)})


def copy_adapter(folder: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(folder / name, target / name)


def release(trainer: Any) -> None:
    """Gives the memory of training back before the base model is loaded once more."""
    from training import free_memory

    trainer.accelerator.free_memory()
    trainer.model = trainer.model_wrapped = trainer.optimizer = None
    free_memory()


def merge(adapter: Path, plan: Plan, folder: Path) -> None:
    """
    Adds the adapter to the weights as they were imported, in their own precision.

    On the CPU: weights of 4 bits cannot take it, and the GPU may not hold the model twice.
    """
    from peft import PeftModel

    base = load(plan, dtype=source_dtype(plan))
    PeftModel.from_pretrained(base, adapter).merge_and_unload(safe_merge=True).save_pretrained(folder)


def write_reports(plan: Plan, folder: Path) -> None:
    lines = attempts.read_metrics(attempts.metrics_file())
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    dataset = models.read_json(rows.dataset_folder() / "dataset.json")
    models.write_json(folder / "metrics.json", attempts.summary(lines))
    models.write_json(folder / "source.json", models.derived_source(plan.task, dataset))
    report: models.Json = {
        "base": models.derived_source(plan.task)["base"],
        "dataset": dataset or {"rows": plan.count},
        "params": plan.settings,
        "task": plan.task,
        "versions": {name: version(name) for name in LIBRARIES},
    }
    models.write_json(folder / "training.json", report)
