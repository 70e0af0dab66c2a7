"""Loads a model of the Ollama library, as a GGUF file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import job
import load_web as web
from load_files import File, Plan, Source, some
from load_registry import Layer, Reference, Registry, layers_of, reference_of


class Ollama(Source):
    """A model of the Ollama library: a GGUF file by name and tag."""

    NAMES = {  # noqa: RUF012 - a table
        "application/vnd.ollama.image.projector": "mmproj.gguf",
        "application/vnd.ollama.image.template": "template",
        "application/vnd.ollama.image.params": "params.json",
        "application/vnd.ollama.image.system": "system",
        "application/vnd.ollama.image.license": "LICENSE",
    }
    MODEL = "application/vnd.ollama.image.model"

    def __init__(self, params: job.Params, _kind: str) -> None:
        self._model = params.text("model")
        self._registry = Registry(ollama_reference(self._model))
        self._layers: dict[str, Layer] = {}

    def plan(self) -> Plan:
        name = f"{self._model} of the Ollama library"
        manifest, digest = self._registry.manifest(self._registry.reference.tag)
        layers = layers_of(manifest, name)
        if not any(layer.media_type == self.MODEL for layer in layers):
            kinds = sorted({layer.media_type.rpartition(".")[2] for layer in layers})
            raise job.Hopeless(f"{name} has no GGUF file, but {some(kinds)}; load it from where its safetensors files are")
        for layer in layers:
            self._layers.setdefault(self._file_name(layer), layer)
        files = tuple(File(path, layer.size, layer.sha256) for path, layer in sorted(self._layers.items()))
        return Plan(name, files, {"source": "ollama", "model": self._model, "digest": digest})

    def fetch(self, files: list[File], folder: Path) -> None:
        web.each(lambda file: self._registry.download(self._layers[file.path], file, folder), files)

    def _file_name(self, layer: Layer) -> str:
        if layer.media_type == self.MODEL:
            return re.sub(r"[^\w.-]+", "-", self._model.rpartition("/")[2]) + ".gguf"
        known = self.NAMES.get(layer.media_type)
        if known is None:
            return f"{layer.media_type.rpartition('.')[2]}-{layer.sha256[:12]}"
        return known if known not in self._layers else f"{known}-{layer.sha256[:12]}"


def ollama_reference(model: str) -> Reference:
    """The reference of a name as Ollama writes it: qwen3:0.6b, someone/model:tag, host/someone/model:tag."""
    name, _, tag = model.rpartition(":")
    parts = name.split("/") if name else []
    if not name or not tag or not all(parts):
        raise job.Hopeless(f"param model is {model}; write name:tag, for example qwen3:0.6b")
    host = os.environ.get("OLLAMA_REGISTRY") or "registry.ollama.ai"
    if len(parts) == 1:
        parts = ["library", *parts]
    if len(parts) > 2:
        host, parts = parts[0], parts[1:]
    return reference_of(f"{host}/{'/'.join(parts)}:{tag}")
