"""What attempts at one training hand on to each other: checkpoints, metrics, and what they belong to."""

from __future__ import annotations

import json
import re
from pathlib import Path

from job import Hopeless, checkpoints
from models import Json, fingerprint, read_json, write_json

#: Written by transformers while a checkpoint is not whole.
INCOMPLETE = "checkpoint-is-incomplete.txt"
STATE = "trainer_state.json"
#: Settings that do not decide what is learned.
FREE = ("loggingSteps", "output")


def identity_file() -> Path:
    return checkpoints() / "run.json"


def metrics_file() -> Path:
    return checkpoints() / "metrics.jsonl"


def run_identity(task: str, settings: Json, model: list[Path], dataset: list[Path]) -> Json:
    """What a checkpoint belongs to."""
    return {
        "task": task,
        "model": fingerprint(model),
        "dataset": fingerprint(dataset),
        "params": {name: value for name, value in settings.items() if name not in FREE},
    }


def claim_checkpoints(identity: Json) -> None:
    """Notes what the checkpoints belong to. Fails if those that are there belong to something else."""
    folder = checkpoints()
    folder.mkdir(parents=True, exist_ok=True)
    found = read_json(identity_file())
    if not found and not any(folder.glob("checkpoint-*")):
        write_json(identity_file(), identity)
    elif found != identity:
        raise Hopeless(
            f"the checkpoints in {folder} are of {difference(found, identity)}; delete them, or use an empty disk for this run"
        )


def difference(found: Json, identity: Json) -> str:
    """In what a run differs from this one."""
    if not found:
        return "another program"
    if found.get("task") != identity["task"]:
        return f"{found.get('task')}, and this is {identity['task']}"
    for what in ("model", "dataset"):
        if found.get(what) != identity[what]:
            return f"another {what}"
    before, now = found.get("params"), identity["params"]
    if not isinstance(before, dict) or not isinstance(now, dict):
        return "another program"
    name = next(name for name in sorted({*before, *now}) if before.get(name) != now.get(name))
    return f"a run with param {name} {json.dumps(before.get(name))}, and in this one it is {json.dumps(now.get(name))}"


def newest_checkpoint() -> Path | None:
    """
    The newest checkpoint that is whole.

    Saving is not atomic, and the function of transformers takes the highest number; its state is what is written last:
    https://github.com/huggingface/transformers/blob/v5.17.0/src/transformers/trainer.py#L3215
    """
    whole = [path for path in checkpoints().glob("checkpoint-*") if is_whole(path)]
    return max(whole, key=step_of, default=None)


def is_whole(path: Path) -> bool:
    if not re.fullmatch(r"checkpoint-\d+", path.name) or (path / INCOMPLETE).exists():
        return False
    try:
        state = json.loads((path / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(state, dict) and state.get("global_step") == step_of(path)


def step_of(path: Path) -> int:
    return int(path.name.removeprefix("checkpoint-"))


def read_metrics(path: Path) -> list[Json]:
    """The lines of a metrics.jsonl, but for one that was cut off."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    values = []
    for line in lines:
        try:
            values.append(json.loads(line))
        except ValueError:
            continue
    return values


def rewind_metrics(step: int) -> None:
    """Drops the metrics of steps that will be taken again."""
    kept = [line for line in read_metrics(metrics_file()) if int(str(line["step"])) <= step]
    metrics_file().write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")


def add_metrics(line: Json) -> None:
    """Adds a line, and prints it."""
    text = json.dumps(line)
    print(text, flush=True)
    with metrics_file().open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def summary(lines: list[Json]) -> Json:
    """The metrics.json of a whole run: where it ended."""
    losses = [line["loss"] for line in lines if line.get("loss") is not None]
    evaluations = [line["eval_loss"] for line in lines if line.get("eval_loss") is not None]
    last = lines[-1] if lines else {}
    return {
        "steps": last.get("step", 0),
        "epochs": last.get("epoch", 0),
        "first_loss": losses[0] if losses else None,
        "loss": losses[-1] if losses else None,
        "eval_loss": evaluations[-1] if evaluations else None,
        "gpu_peak_bytes": max((int(str(line["gpu_peak_bytes"])) for line in lines if line.get("gpu_peak_bytes")), default=None),
    }
