"""Training itself, with TRL. Everything that needs torch is here and in result.py."""

from __future__ import annotations

import gc
import math
import time
from typing import Any

import torch
import transformers
from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

import attempts
import job
import result
from job import Again, Hopeless
from plan import Plan
from processes import Stop

#: If the weights take more than this part of a GPU's memory, the GPUs hold them together, also where only an adapter is trained.
WEIGHTS_ON_ONE_GPU = 0.8
#: Parts of a model that sees and hears, which an adapter leaves alone.
OTHER_SENSES = r".*(visual|vision|audio|multi_modal_projector).*"


class Complete(Exception):
    """The checkpoint is the last one: there is only the result to save. The trainer would take one step too many."""


def train(plan: Plan, stop: Stop) -> None:
    """Trains, from the newest checkpoint if there is one, and saves the result."""
    # Bars that redraw themselves fill logs.
    transformers.utils.logging.disable_progress_bar()
    progress = job.Progress()
    progress.tell("loading the model", now=True)
    transformers.set_seed(plan.seed)
    trainer = built(plan, stop, progress)
    checkpoint = attempts.newest_checkpoint()
    if trainer.is_world_process_zero():
        attempts.rewind_metrics(attempts.step_of(checkpoint) if checkpoint else 0)
    stop.is_training = True
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except Complete:
        pass
    except torch.OutOfMemoryError as error:
        raise Hopeless(without_memory(plan)) from error
    stop.is_training = False
    steps, goal = trainer.state.global_step, trainer.state.max_steps
    if steps < goal:
        raise Again(f"stopped at step {steps} of {goal}; the next attempt goes on from there")
    progress.tell("saving the model", now=True)
    result.save(trainer, plan)


def without_memory(plan: Plan) -> str:
    smaller = {"full": "use lora", "lora": "use qlora", "qlora": "lower loraRank"}[plan.method]
    return (
        f"the GPU ran out of memory with batchSize {plan.batch_size}, maxLength {plan.max_length} and method {plan.method}; "
        f"lower batchSize and raise gradientAccumulation, lower maxLength, {smaller}, or take a GPU with more memory"
    )


def built(plan: Plan, stop: Stop, progress: job.Progress) -> Any:
    """The trainer of the task."""
    tokenizer = loaded_tokenizer(plan)
    args = arguments(plan)
    adapter = None if plan.method == "full" else adapter_config(plan)
    from trl import DPOTrainer, SFTTrainer

    try:
        trainer = (SFTTrainer if plan.task == "sft" else DPOTrainer)(
            model=loaded_model(plan, args),
            args=args,
            train_dataset=dataset(plan, plan.train_files),
            eval_dataset=dataset(plan, plan.eval_files) if plan.eval_files else None,
            processing_class=tokenizer,
            peft_config=adapter,
            callbacks=[watcher(stop, progress)],
        )
    except ValueError as error:
        raise Hopeless(f"the model cannot be trained on this dataset with these params: {error}") from error
    except torch.OutOfMemoryError as error:
        raise Hopeless(without_memory(plan)) from error
    # It prints each line of metrics a second time, in another form.
    trainer.remove_callback(PrinterCallback)
    fit_adapter(trainer.model, args)
    return trainer


def loaded_tokenizer(plan: Plan) -> Any:
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(plan.model)
    except (OSError, ValueError) as error:
        raise Hopeless(f"the tokenizer in {plan.model} cannot be loaded ({error}); import all files of the model") from error
    if plan.is_conversation and tokenizer.chat_template is None:
        raise Hopeless(
            "the dataset is of messages but the model's tokenizer has no chat template; "
            "use a model that was made for chat, or give the dataset the format prompt-completion or text"
        )
    return tokenizer


def dataset(plan: Plan, files: tuple[Any, ...]) -> Any:
    """The rows of the files, with the columns that the task reads."""
    import datasets

    import rows

    datasets.disable_progress_bars()
    builder = rows.BUILDERS[files[0].suffix]
    loaded = datasets.load_dataset(builder, data_files=[str(file) for file in files], split="train")
    return loaded.select_columns([name for name in loaded.column_names if name in (*rows.COLUMNS[plan.form], *rows.OPTIONAL)])


def arguments(plan: Plan) -> Any:
    """The settings in TRL's own words."""
    from trl import DPOConfig, SFTConfig

    has_gpu = torch.cuda.is_available()
    has_bf16 = has_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
    is_sharded = needs_sharding(plan)
    common: dict[str, Any] = {
        "output_dir": str(job.checkpoints()),
        "num_train_epochs": plan.epochs,
        "max_steps": plan.max_steps or -1,
        "learning_rate": plan.learning_rate,
        "lr_scheduler_type": plan.scheduler,
        # A fraction is a ratio of the steps, and 1 would be one step.
        "warmup_steps": min(plan.warmup_ratio, math.nextafter(1, 0)),
        "weight_decay": plan.weight_decay,
        "per_device_train_batch_size": plan.batch_size,
        "per_device_eval_batch_size": plan.batch_size,
        "gradient_accumulation_steps": plan.gradient_accumulation,
        "max_length": longest(plan),
        "seed": plan.seed,
        "save_strategy": "steps" if plan.checkpoint_steps else "epoch",
        "save_steps": plan.checkpoint_steps or 500,
        "save_total_limit": 1,
        "eval_strategy": "no" if not plan.eval_files else "steps" if plan.eval_steps else "epoch",
        "eval_steps": plan.eval_steps or None,
        "logging_steps": plan.logging_steps,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": not has_gpu,
        "bf16": has_bf16,
        "fp16": has_gpu and not has_bf16,
        "gradient_checkpointing": has_gpu and not is_sharded,
        "ddp_find_unused_parameters": False,
        **(sharding(plan) if is_sharded else {}),
    }
    if plan.task == "dpo":
        return DPOConfig(**common, beta=plan.beta)
    only_answers = {"auto": None, "true": True, "false": False}[plan.completion_only]
    is_of_messages = plan.form == "messages"
    return SFTConfig(
        **common,
        packing=plan.packing,
        completion_only_loss=None if is_of_messages else only_answers,
        assistant_only_loss=is_of_messages and only_answers is True,
    )


def longest(plan: Plan) -> int:
    """Tokens of the longest row: no more than the model can tell apart."""
    nested = plan.config.get("text_config")
    config = nested if isinstance(nested, dict) else plan.config
    limit = config.get("max_position_embeddings")
    if not isinstance(limit, int) or plan.max_length <= limit:
        return plan.max_length
    print(f"maxLength is {plan.max_length} but the model takes {limit} tokens: rows are cut at {limit}", flush=True)
    return limit


def needs_sharding(plan: Plan) -> bool:
    """Whether several GPUs hold the model together, not each a copy."""
    import models
    import processes

    if not processes.is_one_of_several() or plan.method == "qlora":
        return False
    if plan.method == "full":
        return True
    memory = torch.cuda.get_device_properties(0).total_memory if torch.cuda.is_available() else math.inf
    return models.weight_bytes(plan.model) > WEIGHTS_ON_ONE_GPU * memory


def sharding(plan: Plan) -> dict[str, Any]:
    config = {
        "version": 2,
        "reshard_after_forward": True,
        "cpu_ram_efficient_loading": plan.method == "full" and torch.cuda.is_available(),
        "activation_checkpointing": torch.cuda.is_available(),
        "state_dict_type": "FULL_STATE_DICT",
    }
    return {"fsdp": True, "fsdp_config": config}


def adapter_config(plan: Plan) -> Any:
    from peft import LoraConfig

    targets = plan.lora_targets[0] if plan.lora_targets == ("all-linear",) else list(plan.lora_targets)
    return LoraConfig(
        r=plan.lora_rank,
        lora_alpha=plan.lora_alpha,
        lora_dropout=plan.lora_dropout,
        target_modules=targets,
        exclude_modules=OTHER_SENSES if "text_config" in plan.config else None,
        task_type="CAUSAL_LM",
    )


def fit_adapter(model: Any, args: Any) -> None:
    """Gives the adapter the precision it needs: float32 where gradients are scaled, that of the model where it is divided."""
    if not args.fp16 and not args.fsdp:
        return
    frozen = next((value.dtype for value in model.parameters() if not value.requires_grad), None)
    if frozen is None:
        return
    for value in model.parameters():
        if value.requires_grad:
            value.data = value.data.to(torch.float32 if args.fp16 else frozen)


def loaded_model(plan: Plan, args: Any) -> Any:
    """The model as it is trained: adapters on weights of half precision or of 4 bits, all weights in float32."""
    half = torch.bfloat16 if args.bf16 else torch.float16 if args.fp16 else torch.float32
    settings: dict[str, Any] = {"dtype": torch.float32 if plan.method == "full" else half}
    if plan.method == "qlora":
        settings["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=half
        )
    if torch.cuda.is_available() and not args.fsdp:
        settings["device_map"] = {"": args.local_process_index}
    return result.load(plan, **settings)


def watcher(stop: Stop, progress: job.Progress) -> TrainerCallback:
    """Writes metrics and progress, ends training when the pod is asked to end, and when there is nothing more to learn."""

    class Watcher(TrainerCallback):  # type: ignore[misc] # transformers is not typed
        began = last = 0.0
        first_step = tokens = 0

        def on_train_begin(self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_: Any) -> None:
            self.began = self.last = time.monotonic()
            self.first_step = state.global_step
            if state.global_step >= state.max_steps:
                raise Complete

        def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
            if is_asked_anywhere(stop, args) and state.global_step < state.max_steps:
                control.should_save = control.should_training_stop = True
            if state.is_world_process_zero:
                progress.tell(step_text(state, time.monotonic() - self.began, state.global_step - self.first_step))

        def on_log(
            self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, logs: dict[str, Any], **_: Any
        ) -> None:
            if not {"loss", "eval_loss"} & logs.keys():
                return
            if state.is_world_process_zero:
                attempts.add_metrics(metrics(state, logs, self.speed(logs)))
            if not math.isfinite(logs.get("loss", 0.0)):
                raise Hopeless(
                    f"the loss is {logs['loss']} at step {state.global_step}; lower learningRate, "
                    "or raise maxLength if it cuts off what is to be learned"
                )

        def speed(self, logs: dict[str, Any]) -> float | None:
            """Tokens a second since the last line."""
            if "num_tokens" not in logs:
                return None
            now, tokens = time.monotonic(), int(logs["num_tokens"])
            rate = (tokens - self.tokens) / max(now - self.last, 1e-6)
            self.last, self.tokens = now, tokens
            return round(rate, 1)

    return Watcher()


def is_asked_anywhere(stop: Stop, args: TrainingArguments) -> bool:
    """Whether any of the processes is asked to end: all stop at the same step."""
    if args.world_size == 1:
        return stop.is_asked
    flag = torch.tensor([int(stop.is_asked)], device=args.device)
    torch.distributed.all_reduce(flag, torch.distributed.ReduceOp.MAX)
    return bool(flag.item())


def step_text(state: TrainerState, seconds: float, done: int) -> str:
    losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
    loss = f", loss {losses[-1]:.2f}" if losses else ""
    left = job.time_of(seconds / max(done, 1) * (state.max_steps - state.global_step))
    return f"step {state.global_step} of {state.max_steps}{loss}, {left} left"


def metrics(state: TrainerState, logs: dict[str, Any], speed: float | None) -> dict[str, Any]:
    """A line of metrics.jsonl."""
    line = {
        "step": state.global_step,
        "epoch": round(float(state.epoch or 0), 4),
        "loss": logs.get("loss"),
        "eval_loss": logs.get("eval_loss"),
        "lr": logs.get("learning_rate"),
        "grad_norm": logs.get("grad_norm"),
        "tokens_per_second": speed,
        "gpu_peak_bytes": torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None,
    }
    preferences = {"reward_accuracy": logs.get("rewards/accuracies"), "reward_margin": logs.get("rewards/margins")}
    return {**line, **{name: value for name, value in preferences.items() if value is not None}}


def free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
