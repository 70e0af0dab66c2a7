"""Loads from registries that speak the OCI distribution protocol: artifacts and images, and the models of Ollama."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import re
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import job
import load_web as web
from load_files import File, Plan, check_gguf, check_names, some
from load_unpack import Unpacker, opened_tar, unpack_members

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
TITLE = "org.opencontainers.image.title"
#: Of ModelPack. https://github.com/modelpack/model-spec/blob/main/docs/annotations.md
FILE_PATH = "org.cncf.model.filepath"
#: Of a folder that oras has packed.
UNPACK = "io.deis.oras.content.unpack"
#: An image's file system; of a modelcar, only what is below models/ is the model.
IMAGE_LAYER = re.compile(r"application/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1\.tar|docker\.image\.rootfs\.diff\.tar)")
MODELS = "models/"
REFERENCE = re.compile(
    r"^(?P<scheme>https?://)?(?P<host>[^/]+)/(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?$"
)


class Reference(NamedTuple):
    base: str
    host: str
    repository: str
    tag: str

    @property
    def text(self) -> str:
        return f"{self.host}/{self.repository}{'@' if self.tag.startswith('sha256:') else ':'}{self.tag}"


def reference_of(text: str) -> Reference:
    match = REFERENCE.match(text)
    if match is None:
        raise job.Hopeless(f"{text} is not a reference; write host/name:tag, for example ghcr.io/acme/model:1")
    host = match["host"]
    address = {"docker.io": "registry-1.docker.io"}.get(host, host)
    local = host.split(":")[0] in ("localhost", "127.0.0.1") or host.startswith("[::1]")
    scheme = match["scheme"] or ("http://" if local else "https://")
    return Reference(scheme + address, host, match["repository"], match["digest"] or match["tag"] or "latest")


@dataclass(frozen=True)
class Layer:
    """A blob of a manifest."""

    digest: str
    size: int
    media_type: str
    annotations: dict[str, str]

    @property
    def sha256(self) -> str:
        return self.digest.removeprefix("sha256:")


class Registry:
    """One repository of a registry. Asks for a token where the registry wants one."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._url = f"{reference.base}/v2/{reference.repository}"
        self._authorization = ""
        self._lock = threading.Lock()

    def headers(self) -> dict[str, str]:
        return {"Authorization": self._authorization} if self._authorization else {}

    def manifest(self, tag: str) -> tuple[dict[str, object], str]:
        """A manifest and its digest; of an index, the manifest for this machine."""
        body = self._read(f"{self._url}/manifests/{tag}", {"Accept": ACCEPT})
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        if tag.startswith("sha256:") and tag != digest:
            raise job.Hopeless(f"{self.reference.host} answers with another manifest ({digest}) than {tag}")
        try:
            manifest = json.loads(body)
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict):
            raise job.Hopeless(f"{self.reference.host} does not answer as a registry does")
        if isinstance(manifest.get("manifests"), list):
            inner, _ = self.manifest(for_this_machine(manifest["manifests"], self.reference))
            return inner, digest
        return manifest, digest

    def download(self, layer: Layer, file: File, folder: Path) -> None:
        url = f"{self._url}/blobs/{layer.digest}"
        before = self._authorization
        try:
            web.download(url, file, folder, self.headers)
        except web.Refused as refused:
            if refused.status != 401:
                raise self._explained(refused) from refused
            with self._lock:
                if before == self._authorization:
                    self._authorize(refused)  # A token is good for minutes, a download may take hours.
            try:
                web.download(url, file, folder, self.headers)
            except web.Refused as again:
                raise self._explained(again) from again

    def _read(self, url: str, headers: dict[str, str]) -> bytes:
        try:
            return web.read(url, {**headers, **self.headers()})[0]
        except web.Refused as refused:
            if refused.status != 401 or self._authorization:
                raise self._explained(refused) from refused
            self._authorize(refused)
        try:
            return web.read(url, {**headers, **self.headers()})[0]
        except web.Refused as refused:
            raise self._explained(refused) from refused

    def _authorize(self, refused: web.Refused) -> None:
        """Gets a token as the registry asks, with the credential of DOCKER_CONFIG where there is one."""
        challenge = refused.headers.get("WWW-Authenticate", "")
        credential = credential_for(self.reference.host)
        if challenge.lower().startswith("basic"):
            if not credential:
                raise self._explained(refused)
            self._authorization = f"Basic {credential}"
            return
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        if "realm" not in fields:
            raise self._explained(refused)
        query = {
            "scope": f"repository:{self.reference.repository}:pull",
            **({"service": fields["service"]} if "service" in fields else {}),
        }
        try:
            answer, _ = web.read_json(
                f"{fields['realm']}?{urlencode(query)}", {"Authorization": f"Basic {credential}"} if credential else {}
            )
        except web.Refused as failed:
            raise self._explained(failed) from failed
        token = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
        if not token:
            raise self._explained(refused)
        self._authorization = f"Bearer {token}"

    def _explained(self, refused: web.Refused) -> job.Hopeless:
        text = self.reference.text
        if refused.status in (401, 403):
            return job.Hopeless(f"{text} is not there, or may not be read without a credential; give one in an image pull secret")
        if refused.status == 404:
            return job.Hopeless(f"{text} is not there; see that the name and the tag are right")
        return job.Hopeless(f"{self.reference.host} answers {refused.status} to {text}")


def credential_for(host: str) -> str:
    """The credential of a registry as docker keeps it, in base64; empty without."""
    folder = os.environ.get("DOCKER_CONFIG")
    for name in ("config.json", ".dockerconfigjson"):
        path = Path(folder or "/nowhere") / name
        if not path.is_file():
            continue
        auths = json.loads(path.read_text(encoding="utf-8")).get("auths", {})
        for key, value in auths.items():
            if (urlsplit(key).netloc or key.split("/")[0]) == host:
                found = (
                    value.get("auth")
                    or base64.b64encode(f"{value.get('username', '')}:{value.get('password', '')}".encode()).decode()
                )
                return str(found)
    return ""


def for_this_machine(manifests: list[dict[str, object]], reference: Reference) -> str:
    """The digest of the manifest for this processor, or of the only one."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    known: dict[str, str] = {}
    for entry in manifests:
        place = entry.get("platform")
        architecture = place.get("architecture") if isinstance(place, dict) else None
        known.setdefault(str(architecture), str(entry.get("digest")))
    if machine in known:
        return known[machine]
    real = [digest for architecture, digest in known.items() if architecture != "unknown"]
    if len(real) == 1:
        return real[0]
    raise job.Hopeless(f"{reference.text} is not there for {machine}; it is for {some(sorted(known))}")


def layers_of(manifest: dict[str, object], name: str) -> list[Layer]:
    listed = manifest.get("layers")
    if not isinstance(listed, list) or not listed:
        raise job.Hopeless(f"{name} has no layers, so it holds no files")
    result = []
    for entry in listed:
        annotations = entry.get("annotations") or {}
        layer = Layer(str(entry.get("digest")), int(entry.get("size") or 0), str(entry.get("mediaType")), annotations)
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", layer.digest):
            raise job.Hopeless(f"{name} has a layer {layer.digest}, and only sha256 is known")
        result.append(layer)
    return result


class Oci:
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

    def finish(self, folder: Path, result: Path) -> None:
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


class Ollama:
    """A model of the Ollama library: a GGUF file by name and tag."""

    NAMES = {  # noqa: RUF012 - a table
        "application/vnd.ollama.image.projector": "mmproj.gguf",
        "application/vnd.ollama.image.template": "template",
        "application/vnd.ollama.image.params": "params.json",
        "application/vnd.ollama.image.system": "system",
        "application/vnd.ollama.image.license": "LICENSE",
    }
    MODEL = "application/vnd.ollama.image.model"

    def __init__(self, params: job.Params) -> None:
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
