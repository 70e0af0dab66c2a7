"""Loads an OCI artifact or the models/ of an image."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import job
import load_web as web
from load_files import File, Plan, Source, check_gguf, check_names
from load_registry import Layer, Registry, layers_of, reference_of
from load_unpack import Unpacker, opened_tar, unpack_members

TITLE = "org.opencontainers.image.title"
#: Of ModelPack. https://github.com/modelpack/model-spec/blob/main/docs/annotations.md
FILE_PATH = "org.cncf.model.filepath"
#: Of a folder that oras has packed.
UNPACK = "io.deis.oras.content.unpack"
#: An image's file system; of a modelcar, only what is below models/ is the model.
IMAGE_LAYER = re.compile(r"application/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1\.tar|docker\.image\.rootfs\.diff\.tar)")
MODELS = "models/"


class Oci(Source):
    """An artifact (ModelPack, oras) or an image whose folder models/ is the model."""

    #: Layers are downloaded by these names, and become files in `finish`.
    BLOBS = ".layers"

    def __init__(self, params: job.Params, kind: str) -> None:
        self._kind = kind
        self._registry = Registry(reference_of(params.text("reference")))
        self._layers: dict[str, Layer] = {}

    @property
    def _name(self) -> str:
        return self._registry.reference.text

    def plan(self) -> Plan:
        manifest, digest = self._registry.manifest(self._registry.reference.tag)
        layers = layers_of(manifest, self._name)
        self._layers = {f"{self.BLOBS}/{layer.sha256}": layer for layer in layers}
        titles = [title_of(layer) for layer in layers if not is_packed(layer)]
        check_names(titles, self._name)
        if self._kind == "model":
            check_gguf(titles, self._name)
        files = tuple(File(path, layer.size, layer.sha256) for path, layer in self._layers.items())
        annotations = manifest.get("annotations")
        licence = annotations.get("org.opencontainers.image.licenses", "") if isinstance(annotations, dict) else ""
        return Plan(self._name, files, {"source": "oci", "reference": self._name, "digest": digest, "licence": licence})

    def fetch(self, files: list[File], folder: Path) -> None:
        web.each(lambda file: self._registry.download(self._layers[file.path], file, folder), files)

    def finish(self, folder: Path, result: Path) -> Path:
        """Makes the files of the artifact out of its layers."""
        unpacker = Unpacker(result, self._name)
        for path, layer in self._layers.items():
            blob = folder / path
            if is_packed(layer):
                with opened_tar(blob, "zstd" if layer.media_type.endswith("zstd") else "") as tar:
                    unpack_members(tar, unpacker, MODELS if IMAGE_LAYER.match(layer.media_type) else "")
                blob.unlink()
            else:
                target = unpacker.target(title_of(layer))
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    target.hardlink_to(blob)  # So that an attempt which is killed here has not to download it again.
                except OSError:
                    blob.replace(target)
        if not result.is_dir() or not any(result.iterdir()):
            raise job.Hopeless(
                f"{self._name} has nothing below /{MODELS}; an image must hold the files there, an artifact names them by title"
            )
        return result


def is_packed(layer: Layer) -> bool:
    """Whether a layer is a tar of files rather than one file."""
    if IMAGE_LAYER.match(layer.media_type) and TITLE not in layer.annotations:
        return True
    return layer.annotations.get(UNPACK) == "true" or bool(re.search(r"\.tar(\+\w+)?$", layer.media_type))


def title_of(layer: Layer) -> str:
    """The path of the file that a layer is."""
    named = layer.annotations.get(FILE_PATH) or layer.annotations.get(TITLE)
    if named:
        return named
    if "gguf" in layer.media_type:
        return "model.gguf"
    if "licen" in layer.media_type:
        return "LICENSE"
    return PurePosixPath(layer.sha256[:12]).name
