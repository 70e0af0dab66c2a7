"""The settings of a training, and a first look at what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import job
import models
import rows
from job import Hopeless, Params

METHODS = ("full", "lora", "qlora")
OUTPUTS = ("merged", "adapter", "both")
SCHEDULERS = ("linear", "cosine", "constant", "constant_with_warmup")
#: Learning rates where none is set, and what is left of them when the examples are preferences.
LEARNING_RATES = {"full": 2e-5, "lora": 2e-4, "qlora": 2e-4}
PREFERENCE_FACTOR = 0.1


@dataclass(frozen=True)
class Plan:
    """All that is known before a library is loaded."""

    task: str
    method: str
    output: str
    epochs: float
    max_steps: int
    learning_rate: float
    batch_size: int
    gradient_accumulation: int
    max_length: int
    warmup_ratio: float
    weight_decay: float
    scheduler: str
    seed: int
    lora_rank: int
    lora_alpha: int
    lora_dropout: float
    lora_targets: tuple[str, ...]
    eval_steps: int
    checkpoint_steps: int
    logging_steps: int
    packing: bool
    completion_only: str
    beta: float
    settings: models.Json
    model: Path
    config: models.Json
    train_files: tuple[Path, ...]
    eval_files: tuple[Path, ...]
    form: str
    count: int
    is_conversation: bool


def read_plan(task: str) -> Plan:
    """Reads the settings and looks through the model and the dataset, so that what is wrong is said in the first seconds."""
    params = Params.read()
    method = params.one_of("method", METHODS)
    output = params.one_of("output", OUTPUTS)
    if method == "full" and output != "merged":
        raise Hopeless(
            f"param output is {output} but method is full, which has no adapter; set output to merged, or method to lora"
        )
    model = models.model_folder()
    config = models.checked_config(model, "trained")
    train_files, eval_files = rows.rows_files(rows.dataset_folder())
    form, count = rows.checked_form(task, train_files)
    if eval_files:
        rows.checked_form(task, eval_files)
    return Plan(
        task=task,
        method=method,
        output=output,
        epochs=positive(params, "epochs"),
        max_steps=params.integer("maxSteps"),
        learning_rate=params.number("learningRate") or LEARNING_RATES[method] * (PREFERENCE_FACTOR if task == "dpo" else 1),
        batch_size=int(positive(params, "batchSize")),
        gradient_accumulation=int(positive(params, "gradientAccumulation")),
        max_length=int(positive(params, "maxLength")),
        warmup_ratio=params.number("warmupRatio"),
        weight_decay=params.number("weightDecay"),
        scheduler=params.one_of("scheduler", SCHEDULERS),
        seed=params.integer("seed"),
        lora_rank=int(positive(params, "loraRank")),
        lora_alpha=int(positive(params, "loraAlpha")),
        lora_dropout=params.number("loraDropout"),
        lora_targets=tuple(params.items("loraTargets")),
        eval_steps=params.integer("evalSteps"),
        checkpoint_steps=params.integer("checkpointSteps"),
        logging_steps=int(positive(params, "loggingSteps")),
        packing=task == "sft" and params.flag("packing"),
        completion_only=params.one_of("completionOnly", ("auto", "true", "false")) if task == "sft" else "auto",
        beta=params.number("beta") if task == "dpo" else 0.0,
        settings=models.read_json(job.content() / "params.json"),
        model=model,
        config=config,
        train_files=tuple(train_files),
        eval_files=tuple(eval_files),
        form=form,
        count=count,
        is_conversation=rows.is_conversation(form, next(rows.read_rows(train_files[0]))),
    )


def positive(params: Params, name: str) -> float:
    value = params.number(name)
    if value <= 0:
        raise Hopeless(f"param {name} is {value:g}; set it to more than 0")
    return value


def disk_needed(plan: Plan) -> int:
    """Bytes that the result and two checkpoints take: a new one is there before the old one goes."""
    weights = models.weight_bytes(plan.model)
    result = weights if plan.output != "adapter" else 0
    if plan.method == "full":
        # Checkpoints have weights and the two states of AdamW, each in four bytes where the model has two.
        return result + 2 * 3 * (2 if is_half(plan.config) else 1) * weights
    return result + weights // 10


def is_half(config: models.Json) -> bool:
    return (config.get("dtype") or config.get("torch_dtype")) in ("bfloat16", "float16")
