"""Trains a model on a dataset: `train.py sft|dpo`. Its settings are in params.json; the contract is in docs/runtimes.md."""

from __future__ import annotations

import os
import sys

import attempts
import job
import models
import processes
import rows
from plan import Plan, disk_needed, read_plan


def prepare(plan: Plan) -> None:
    """What is done once, before the processes start."""
    models.check_gpus()
    models.check_disk(disk_needed(plan))
    identity = attempts.run_identity(
        plan.task,
        plan.settings,
        [*models.weight_files(plan.model), plan.model / "config.json"],
        [*plan.train_files, *plan.eval_files],
    )
    attempts.claim_checkpoints(identity)
    job.remove_leftovers()


def main() -> None:
    task = sys.argv[1] if len(sys.argv) > 1 else ""
    if task not in rows.FORMS:
        raise job.Bug(f"train.py does not know {task or 'a runtime without a name'}; it knows {' and '.join(rows.FORMS)}")
    stop = processes.Stop()
    plan = read_plan(task)
    if processes.is_one_of_several():
        run(plan, stop)
        return
    prepare(plan)
    count = int(os.environ.get("SUBSTRATUS_PROCESSES") or 0) or gpu_count()
    if count > 1:
        processes.run_several(count, [__file__, *sys.argv[1:]], stop)
    else:
        run(plan, stop)


def gpu_count() -> int:
    import torch

    return int(torch.cuda.device_count())


def run(plan: Plan, stop: processes.Stop) -> None:
    # The libraries take some seconds to load, and read the environment as they do.
    import training

    training.train(plan, stop)


if __name__ == "__main__":
    job.run(main)
