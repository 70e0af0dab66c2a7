"""Loads a model or a dataset: load.py RUNTIME model|dataset.

What is to be loaded is known before the first byte: its commit, its files, their sizes and sums. All is downloaded and verified below
`checkpoints`, and moved to the top of the volume only when it is whole. An attempt that was killed goes on where it was.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import threading
import time
from pathlib import Path

import job
from load_files import (
    PART,
    SOURCE,
    File,
    Plan,
    Source,
    bytes_in,
    check_disk,
    faults,
    prune,
    publish,
    record,
    remove_empty_folders,
    write_json,
)

#: Module and class of each runtime. A pod has the module of its own runtime only.
SOURCES = {
    "huggingface": ("load_hub", "Hub"),
    "modelscope": ("load_modelscope", "ModelScope"),
    "url": ("load_url", "Url"),
    "oci": ("load_oci", "Oci"),
    "ollama": ("load_ollama", "Ollama"),
    "bucket": ("load_bucket", "Bucket"),
}
KINDS = ("model", "dataset")


def download_folder() -> Path:
    return job.checkpoints() / "load"


def source_of(runtime: str, kind: str, params: job.Params) -> Source:
    module, name = SOURCES[runtime]
    source: Source = getattr(importlib.import_module(module), name)(params, kind)
    return source


def load(source: Source, *, shaped: bool) -> Plan:
    """Brings every file of the plan to the download folder, whole."""
    folder = download_folder()
    if shaped and folder.is_dir():
        job.remove_leftovers()  # Rows that an earlier attempt has shaped: those that it has shaped them from are kept.
    source.begin(folder)
    plan = source.plan()
    prune(folder, plan.files)
    print(f"{plan.name}: {len(plan.files)} files, {job.size_of(plan.size)}", flush=True)
    missing = list(faults(plan.files, folder))
    if len(missing) < len(plan.files):
        print(f"{len(plan.files) - len(missing)} of {len(plan.files)} files are there and whole", flush=True)
    for file in missing:
        (folder / file.path).unlink(missing_ok=True)
    needed = sum((file.size or 0) - begun(file, folder) for file in missing)
    check_disk(needed + (plan.size if shaped else 0), plan.name)
    with Telling(plan, folder):
        fetch_verified(source, missing, folder)
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    prune(folder, plan.files)
    return plan


def begun(file: File, folder: Path) -> int:
    part = folder / (file.path + PART)
    return part.stat().st_size if part.is_file() else 0


def fetch_verified(source: Source, missing: list[File], folder: Path) -> None:
    """Downloads files and verifies each; what is wrong is downloaded once again."""
    for is_last in (False, True):
        if not missing:
            return
        source.fetch(missing, folder)
        wrong = faults(missing, folder)
        if wrong and is_last:
            raise job.Hopeless(
                f"{next(iter(wrong.values()))}, twice; the file is damaged where it is kept or on its way (a mirror, a proxy), or the sum in"
                " the recipe is not its sum"
            )
        for file, fault in wrong.items():
            print(f"{fault}; downloading it again", flush=True)
            (folder / file.path).unlink(missing_ok=True)
        missing = list(wrong)


class Telling:
    """Tells how far the download is while it runs: 3.1 of 15.3 GiB, 4 min left."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _run(self) -> None:
        progress = job.Progress()
        begin, at_begin = time.monotonic(), bytes_in(self._folder)
        while not self._over.wait(1.0):
            have = bytes_in(self._folder)
            progress.tell(progress_text(have, self._plan.size, have - at_begin, time.monotonic() - begin))


def progress_text(have: int, total: int, loaded: int, seconds: float) -> str:
    """How far a download is."""
    if total <= 0:
        return f"{job.size_of(have)} loaded"
    text = f"{job.size_of(min(have, total))} of {job.size_of(total)}"
    left = total - have
    if loaded <= 0 or left <= 0:
        return text if left > 0 else f"{text}, verifying"
    return f"{text}, {job.time_of(seconds * left / loaded)} left"


def main() -> None:
    runtime, kind = arguments()
    params = job.Params.read()
    shaped = kind == "dataset" and params.text("format") != ""
    source = source_of(runtime, kind, params)

    def stopped() -> None:
        source.stop()
        job.end(job.AGAIN, "stopped while loading; the next attempt goes on with what is there")

    job.on_stop(stopped)
    plan = load(source, shaped=shaped)
    unpacked = job.checkpoints() / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    folder = source.finish(download_folder(), unpacked)
    remove_empty_folders(folder)
    facts = {"kind": kind, **plan.facts, "files": record(folder, plan.files if folder != unpacked else ())}
    if shaped:
        from load_shape import shape

        folder = shape(folder, job.checkpoints() / "shaped", params, plan.facts)
    write_json(folder / SOURCE, facts)
    publish(folder)
    print(f"loaded {plan.name}", flush=True)


def arguments() -> tuple[str, str]:
    if len(sys.argv) != 3 or sys.argv[1] not in SOURCES or sys.argv[2] not in KINDS:
        raise job.Bug(
            f"load.py takes a runtime ({', '.join(SOURCES)}) and a kind ({', '.join(KINDS)}), and got {' '.join(sys.argv[1:]) or 'nothing'}"
        )
    return sys.argv[1], sys.argv[2]


if __name__ == "__main__":
    job.run(main)
