"""Asks registries that speak the OCI distribution protocol, and downloads from them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import job
import load_web as web
from load_files import File, some

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
#: Names that the Docker Hub has in credentials.
DOCKER_HUB = {"index.docker.io": "docker.io", "registry-1.docker.io": "docker.io"}
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
            return job.Hopeless(f"{text} is not there, or may not be read without a credential; give one in imagePullSecrets")
        if refused.status == 404:
            return job.Hopeless(f"{text} is not there; see that the name and the tag are right")
        return job.Hopeless(f"{self.reference.host} answers {refused.status} to {text}")


def credential_for(host: str) -> str:
    """The credential of a registry as docker keeps it, in base64; empty without."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or "/nowhere")
    for path in (*sorted(folder.glob("*.json")), *folder.glob(".dockerconfigjson")):
        auths = json.loads(path.read_text(encoding="utf-8")).get("auths", {})
        for key, value in auths.items():
            named = urlsplit(key).netloc or key.split("/")[0]
            if DOCKER_HUB.get(named, named) == host:
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
