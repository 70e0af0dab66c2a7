"""What is in a model's folder, and how a result takes its place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from job import Hopeless, artifacts, checkpoints, content, remove_leftovers, size_of

#: Weights are made new; all else that a model's folder holds (tokenizer, chat template, licence) goes along as it is.
WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf", ".index.json", ".h5", ".msgpack", ".onnx")
#: What a program of ours writes about its own result.
REPORTS = ("config.json", "source.json", "training.json", "quantization.json", "metrics.json", "metrics.jsonl", "params.json")
#: As much of the start and of the end of a file tells finetunes of one model apart.
SAMPLE_BYTES = 1 << 20

Json = dict[str, object]


def model_folder() -> Path:
    return content() / "model"


def read_json(path: Path) -> Json:
    """The object in a file, or an empty one if there is no such file."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Hopeless(f"{path} is not JSON ({error}); import the model again") from error
    return value if isinstance(value, dict) else {}


def weight_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))


def weight_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in weight_files(folder))


def checked_config(folder: Path, purpose: str) -> Json:
    """The config.json of a model that is whole and not quantized; `purpose` is what is done with it, such as "trained"."""
    config = read_json(folder / "config.json")
    if not config:
        raise Hopeless(without_config(folder, purpose))
    if not weight_files(folder):
        raise Hopeless(f"{folder} holds no safetensors files, so the model cannot be {purpose}; import a revision that has them")
    check_shards(folder)
    quantization = config.get("quantization_config")
    if isinstance(quantization, dict):
        method = quantization.get("quant_method", "an unnamed method")
        raise Hopeless(
            f"the model is quantized already ({method}), so it cannot be {purpose}; use the model that it was made from"
        )
    return config


def without_config(folder: Path, purpose: str) -> str:
    """Why a folder without a config.json cannot be used."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return f"{folder} holds no model; set the model of the resource"
    if (folder / "adapter_config.json").is_file():
        return f"the model is an adapter without its base, so it cannot be {purpose}; make it with the param output set to merged"
    if any(folder.glob("*.gguf")):
        return f"the model is a GGUF file, which cannot be {purpose}; import its safetensors files"
    return f"{folder} holds no config.json, so the model cannot be {purpose}; import all files of the model"


def check_shards(folder: Path) -> None:
    """Fails if a file that the index names is not there."""
    index = read_json(folder / "model.safetensors.index.json").get("weight_map")
    names = sorted({str(name) for name in index.values()}) if isinstance(index, dict) else []
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise Hopeless(f"{missing[0]} is named in model.safetensors.index.json but is not in {folder}; import the model again")


def fingerprint(paths: Iterable[Path]) -> str:
    """Tells the contents of files apart, by their names, sizes, and samples of their start and end."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(SAMPLE_BYTES))
            file.seek(max(0, size - SAMPLE_BYTES))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()


def copy_companions(source: Path, target: Path) -> None:
    """
    Copies what belongs to the model beside its weights.

    The tokenizer goes along as it is, for transformers 5 writes another class into its configuration, which other programs do not
    know: https://github.com/huggingface/transformers/issues/47553
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(WEIGHTS) and path.name not in REPORTS:
            shutil.copyfile(path, target / path.name)


def derived_source(how: str, dataset: Json | None = None) -> Json:
    """The source.json of a result: where the model came from that it was made of, and under which licence."""
    base = read_json(model_folder() / "source.json")
    return {
        "source": how,
        "base": {key: value for key, value in base.items() if key != "files"},
        **({"dataset": dataset} if dataset else {}),
        **{key: base[key] for key in ("licence", "gated") if key in base},
    }


def write_json(path: Path, value: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def publish(folder: Path) -> None:
    """Moves a result that is whole to where it is published from. Nothing of it is published unless the program ends well."""
    remove_leftovers()
    for path in sorted(folder.iterdir()):
        path.replace(artifacts() / path.name)
    folder.rmdir()


def check_gpus() -> None:
    """Fails where PyTorch sees fewer GPUs than the pod has: it would work on in silence, for weeks on a CPU."""
    asked = int(os.environ.get("SUBSTRATUS_GPUS") or 0)
    if asked == 0:
        return
    import torch

    found = int(torch.cuda.device_count())
    if found < asked:
        raise Hopeless(
            f"PyTorch finds {found} of the {asked} GPUs of the pod; see that the driver of the node fits the CUDA of the image (gpuDriver of the"
            " platform), or set image to one that fits"
        )


def check_disk(needed: int) -> None:
    """Fails if the artifacts' disk cannot take as many bytes as the work writes."""
    checkpoints().mkdir(parents=True, exist_ok=True)
    kept = sum(path.stat().st_size for path in checkpoints().rglob("*") if path.is_file())
    free = shutil.disk_usage(artifacts()).free + kept
    if needed > free:
        raise Hopeless(
            f"the work needs {size_of(needed)} on {artifacts()}, and {size_of(free)} are free; give the resource a larger disk"
        )
