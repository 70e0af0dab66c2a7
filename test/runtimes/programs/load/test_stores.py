"""load.py url, oci, ollama and modelscope, against stand-ins that speak their protocols."""

from __future__ import annotations

import base64
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from loading import LoadPod, sha256, some_bytes
from stores import INDEX, MANIFEST, Files, ModelScope, Registry

from hub import Hub

WEIGHTS = some_bytes(3 << 20, "weights")


@pytest.fixture
def pod(tmp_path: Path) -> LoadPod:
    return LoadPod(tmp_path)


@pytest.fixture
def files() -> Iterator[Files]:
    with Files() as server:
        yield server


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        yield server


@pytest.fixture
def modelscope(pod: LoadPod) -> Iterator[ModelScope]:
    with ModelScope() as server:
        pod.env["MODELSCOPE_DOMAIN"] = server.url
        yield server


def host(server: Files | Registry | ModelScope | Hub) -> str:
    return server.url.removeprefix("http://")


# url


def test_a_file_is_loaded_from_a_url(pod: LoadPod, files: Files) -> None:
    files.files["/models/tiny.gguf"] = WEIGHTS
    ended = pod.run("url", url=f"{files.url}/models/tiny.gguf?download=1", sha256=sha256(WEIGHTS))
    assert (ended.code, ended.message) == (0, "")
    assert sorted(pod.published()) == ["source.json", "tiny.gguf"]
    assert pod.published()["tiny.gguf"] == WEIGHTS
    assert pod.json("source.json") == {
        "kind": "model",
        "source": "url",
        "url": f"{files.url}/models/tiny.gguf?download=1",
        "files": [{"path": "tiny.gguf", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)}],
    }


def test_a_download_that_is_cut_goes_on_where_it_was_in_this_attempt_and_in_the_next(pod: LoadPod, files: Files) -> None:
    files.files["/tiny.gguf"] = WEIGHTS
    files.fail("/tiny.gguf", method="GET", cut=1 << 20)
    files.fail("/tiny.gguf", method="GET", cut=1 << 20)
    files.fail("/tiny.gguf", method="GET", status=503, times=5)
    params = {"url": f"{files.url}/tiny.gguf", "sha256": sha256(WEIGHTS)}
    ended = pod.run("url", **params)
    assert (ended.code, ended.message) == (
        75,
        f"{host(files)} cannot be read: it answers 503; asked 6 times, another attempt asks again",
    )
    assert pod.published() == {}
    files.requests.clear()
    assert pod.run("url", **params).code == 0
    assert pod.published()["tiny.gguf"] == WEIGHTS
    assert [request.headers.get("Range") for request in files.asked("/tiny.gguf")] == [f"bytes={2 << 20}-"]


def test_another_sum_than_the_recipe_s_is_never_published(pod: LoadPod, files: Files) -> None:
    files.files["/tiny.gguf"] = WEIGHTS
    ended = pod.run("url", url=f"{files.url}/tiny.gguf", sha256="0" * 64)
    assert (ended.code, ended.message) == (
        65,
        f"tiny.gguf has sha256 {sha256(WEIGHTS)} instead of {'0' * 64}, twice; the file is damaged where it is kept or on its way"
        " (a mirror, a proxy), or the sum in the recipe is not its sum",
    )
    assert pod.published() == {}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "it asks for a password, which url cannot give; put the file where it can be read, for example a bucket"),
        (403, "it does not let it be read; a signed URL may have expired"),
        (404, "it does not have it; see that url is right"),
    ],
)
def test_a_url_that_is_refused(pod: LoadPod, files: Files, status: int, words: str) -> None:
    files.fail("/tiny.gguf", status=status, times=-1)
    ended = pod.run("url", url=f"{files.url}/tiny.gguf", sha256="0" * 64)
    assert (ended.code, ended.message) == (65, f"{host(files)} answers {status} to tiny.gguf: {words}")


def test_a_password_in_a_url_is_refused_and_printed_nowhere(pod: LoadPod) -> None:
    ended = pod.run("url", url="https://user:secret@example.com/tiny.gguf", sha256="0" * 64)
    assert (ended.code, ended.message) == (
        65,
        "param url holds a password for example.com; put the file where it can be read, for example a bucket",
    )
    assert "secret" not in ended.out + ended.err


def test_a_sum_that_is_none(pod: LoadPod) -> None:
    ended = pod.run("url", url="https://example.com/tiny.gguf", sha256="abc")
    assert (ended.code, ended.message) == (
        65,
        "param sha256 is not 64 hexadecimal digits; give what sha256sum prints for the file",
    )


# Archives

MEMBERS = {"model-1.0/config.json": b"{}", "model-1.0/sub/vocab.txt": b"a\nb\n"}


def tar_of(members: dict[str, bytes], mode: str = "w:gz", links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = target
            archive.addfile(member)
    return buffer.getvalue()


def zip_of(members: dict[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("model.tar.gz", tar_of(MEMBERS)),
        ("model.tar.zst", zstandard.ZstdCompressor().compress(tar_of(MEMBERS, "w"))),
        ("model.zip", zip_of(MEMBERS)),
    ],
)
def test_an_archive_is_unpacked_without_the_folder_around_it(pod: LoadPod, files: Files, name: str, archive: bytes) -> None:
    files.files[f"/{name}"] = archive
    params = {"url": f"{files.url}/{name}", "sha256": sha256(archive)}
    assert pod.run("url", **params).code == 0
    assert {path: content for path, content in pod.published().items() if path != "source.json"} == {
        "config.json": b"{}",
        "sub/vocab.txt": b"a\nb\n",
    }
    assert pod.json("source.json")["files"] == [
        {"path": "config.json", "size": 2, "sha256": sha256(b"{}")},
        {"path": "sub/vocab.txt", "size": 4, "sha256": sha256(b"a\nb\n")},
    ]


def test_an_archive_stays_packed_where_that_is_asked_for(pod: LoadPod, files: Files) -> None:
    archive = zip_of(MEMBERS)
    files.files["/model.zip"] = archive
    assert pod.run("url", url=f"{files.url}/model.zip", sha256=sha256(archive), unpack="no").code == 0
    assert sorted(pod.published()) == ["model.zip", "source.json"]


@pytest.mark.parametrize(
    ("name", "archive", "words"),
    [
        ("a.tar.gz", tar_of({"../../evil": b"x"}), "holds '../../evil', which leads out of the folder; it is not unpacked"),
        ("a.tar.gz", tar_of({"/etc/evil": b"x"}), "holds '/etc/evil', which leads out of the folder; it is not unpacked"),
        ("a.zip", zip_of({"../evil": b"x"}), "holds '../evil', which leads out of the folder; it is not unpacked"),
        (
            "a.tar.gz",
            tar_of({"a": b"x"}, links={"link": "/etc"}),
            "holds 'link', which is a link to '/etc'; pack files and folders only",
        ),
        ("a.zip", zip_of({"a": b"x"}, link="link"), "holds 'link', which is a link; pack files and folders only"),
        ("a.zip", zip_of({}), "is an empty archive"),
        (
            "a.zip",
            b"no archive",
            "cannot be unpacked: File is not a zip file; its sum is right, so the file itself is at fault",
        ),
    ],
)
def test_an_archive_that_is_not_to_be_trusted(pod: LoadPod, files: Files, name: str, archive: bytes, words: str) -> None:
    files.files[f"/{name}"] = archive
    ended = pod.run("url", url=f"{files.url}/{name}", sha256=sha256(archive))
    assert (ended.code, ended.message) == (65, f"{name} {words}")
    assert pod.published() == {}
    assert not list(pod.root.rglob("evil"))


# oci


def artifact(registry: Registry, layers: list[dict[str, object]], **more: object) -> str:
    return registry.push("acme/model", "1", {"schemaVersion": 2, "mediaType": MANIFEST, "layers": layers, **more})


def test_the_files_of_an_artifact_by_their_titles(pod: LoadPod, registry: Registry) -> None:
    registry.token = "anonymous"
    title = "org.opencontainers.image.title"
    digest = artifact(
        registry,
        [
            registry.blob(WEIGHTS, "application/vnd.cncf.model.weight.v1.raw", {"org.cncf.model.filepath": "model.safetensors"}),
            registry.blob(b"{}", "application/octet-stream", {title: "config.json"}),
            registry.blob(tar_of({"vocab.txt": b"a"}), "application/vnd.cncf.model.doc.v1.tar+gzip"),
        ],
        annotations={"org.opencontainers.image.licenses": "MIT"},
    )
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:1")
    assert (ended.code, ended.message) == (0, "")
    assert sorted(pod.published()) == ["config.json", "model.safetensors", "source.json", "vocab.txt"]
    source = pod.json("source.json")
    assert (source["digest"], source["licence"]) == (digest, "MIT")
    assert registry.asked("/token*")
    assert not [request for request in registry.asked("*?signed") if "Authorization" in request.headers]


def test_the_models_folder_of_an_image_for_this_machine(pod: LoadPod, registry: Registry) -> None:
    layer = "application/vnd.oci.image.layer.v1.tar+zstd"
    base = tar_of({"etc/passwd": b"root"}, "w:gz", links={"bin": "usr/bin"})
    model = zstandard.ZstdCompressor().compress(tar_of({"models/config.json": b"{}", "models/sub/a.txt": b"a"}, "w"))
    layers = [registry.blob(base, "application/vnd.docker.image.rootfs.diff.tar.gzip"), registry.blob(model, layer)]
    inner = artifact(registry, layers)
    attestation = {"digest": f"sha256:{'0' * 64}", "platform": {"architecture": "unknown"}}
    registry.push(
        "acme/model",
        "2",
        {"mediaType": INDEX, "manifests": [attestation, {"digest": inner, "platform": {"architecture": "s390x"}}]},
    )
    assert pod.run("oci", reference=f"{registry.host}/acme/model:2").code == 0
    assert sorted(pod.published()) == ["config.json", "source.json", "sub/a.txt"]


def test_an_image_without_models(pod: LoadPod, registry: Registry) -> None:
    artifact(registry, [registry.blob(tar_of({"etc/passwd": b"root"}), "application/vnd.oci.image.layer.v1.tar+gzip")])
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:1")
    assert (ended.code, ended.message) == (
        65,
        f"{registry.host}/acme/model:1 has nothing below /models/; an image must hold the files there, an artifact names them by title",
    )


def test_a_registry_that_wants_a_password(pod: LoadPod, registry: Registry) -> None:
    registry.token, registry.password = "granted", base64.b64encode(b"user:secret").decode()
    title = {"org.opencontainers.image.title": "config.json"}
    artifact(registry, [registry.blob(b"{}", "application/octet-stream", title)])
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:1")
    assert (ended.code, ended.message) == (
        65,
        f"{registry.host}/acme/model:1 is not there, or may not be read without a credential; give one in imagePullSecrets",
    )
    (pod.root / "docker").mkdir()
    secrets = ({"auths": {"ghcr.io": {"auth": "wrong"}}}, {"auths": {registry.host: {"username": "user", "password": "secret"}}})
    for number, secret in enumerate(secrets):
        (pod.root / f"docker/{number}.json").write_text(json.dumps(secret))
    pod.env["DOCKER_CONFIG"] = str(pod.root / "docker")
    assert pod.run("oci", reference=f"{registry.host}/acme/model:1").code == 0


def test_a_tag_that_is_not_there(pod: LoadPod, registry: Registry) -> None:
    artifact(registry, [registry.blob(b"{}", "application/octet-stream")])
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:9")
    assert (ended.code, ended.message) == (
        65,
        f"{registry.host}/acme/model:9 is not there; see that the name and the tag are right",
    )


def test_a_blob_with_other_bytes_than_its_digest(pod: LoadPod, registry: Registry) -> None:
    layer = registry.blob(b"right", "application/octet-stream", {"org.opencontainers.image.title": "config.json"})
    artifact(registry, [layer])
    registry.blobs[str(layer["digest"])] = b"wrong"
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:1")
    assert ended.code == 65
    assert f"has sha256 {sha256(b'wrong')} instead of {sha256(b'right')}, twice" in ended.message
    assert pod.published() == {}


def test_an_artifact_whose_titles_lead_out(pod: LoadPod, registry: Registry) -> None:
    artifact(registry, [registry.blob(b"x", "application/octet-stream", {"org.opencontainers.image.title": "../evil"})])
    ended = pod.run("oci", reference=f"{registry.host}/acme/model:1")
    assert (ended.code, ended.message) == (
        65,
        f"{registry.host}/acme/model:1 names a file '../evil', which leads out of the artifact; nothing is loaded",
    )


# ollama


def ollama_layers(registry: Registry) -> list[dict[str, object]]:
    kind = "application/vnd.ollama.image."
    return [
        registry.blob(WEIGHTS, f"{kind}model"),
        registry.blob(b"{{ .Prompt }}", f"{kind}template"),
        registry.blob(b"Apache", f"{kind}license"),
    ]


def test_a_model_of_ollama_is_a_gguf_file(pod: LoadPod, registry: Registry) -> None:
    digest = registry.push("library/qwen3", "0.6b", {"mediaType": MANIFEST, "layers": ollama_layers(registry)})
    pod.env["OLLAMA_REGISTRY"] = registry.host
    ended = pod.run("ollama", model="qwen3:0.6b")
    assert (ended.code, ended.message) == (0, "")
    assert sorted(pod.published()) == ["LICENSE", "qwen3-0.6b.gguf", "source.json", "template"]
    assert pod.published()["qwen3-0.6b.gguf"] == WEIGHTS
    assert pod.json("source.json")["digest"] == digest


def test_a_model_of_ollama_without_gguf(pod: LoadPod, registry: Registry) -> None:
    registry.push(
        "library/qwen3", "0.6b", {"mediaType": MANIFEST, "layers": [registry.blob(b"x", "application/vnd.ollama.image.tensor")]}
    )
    pod.env["OLLAMA_REGISTRY"] = registry.host
    ended = pod.run("ollama", model="qwen3:0.6b")
    assert (ended.code, ended.message) == (
        65,
        "qwen3:0.6b of the Ollama library has no GGUF file, but tensor; load it from where its safetensors files are",
    )


# modelscope


def test_a_model_of_modelscope_without_second_copies(pod: LoadPod, modelscope: ModelScope) -> None:
    modelscope.repos["model", "acme/tiny"] = {
        "config.json": b"{}",
        "model.safetensors": WEIGHTS,
        "pytorch_model.bin": b"copy",
        "sub/a.txt": b"a",
    }
    ended = pod.run("modelscope", repo="acme/tiny")
    assert (ended.code, ended.message) == (0, "")
    assert sorted(pod.published()) == ["config.json", "model.safetensors", "source.json", "sub/a.txt"]
    source = pod.json("source.json")
    assert (source["revision"], source["licence"]) == ("master", "Apache License 2.0")


def test_a_listing_that_is_cut_is_read_folder_by_folder(pod: LoadPod, modelscope: ModelScope) -> None:
    every = {f"{folder}/{number}.txt": b"x" for folder in "ab" for number in range(1600)}
    modelscope.repos["model", "acme/many"] = every
    assert pod.run("modelscope", repo="acme/many", include="b/*9.txt").code == 0
    assert len(pod.published()) == 161


def test_the_pages_of_a_dataset(pod: LoadPod, modelscope: ModelScope) -> None:
    modelscope.repos["dataset", "acme/rows"] = {f"{number:03}.txt": b"x" for number in range(450)}
    assert pod.run("modelscope", "dataset", repo="acme/rows", include="4*.txt").code == 0
    assert len(pod.published()) == 51


def test_what_modelscope_refuses(pod: LoadPod, modelscope: ModelScope) -> None:
    modelscope.repos["model", "acme/tiny"] = {"config.json": b"{}"}
    ended = pod.run("modelscope", repo="acme/none")
    assert (ended.code, ended.message) == (65, f"{host(modelscope)} has no model acme/none; see {modelscope.url}/models")
    ended = pod.run("modelscope", repo="acme/tiny", revision="v9")
    assert (ended.code, ended.message) == (65, "acme/tiny has no revision v9; it has master, v1")
    modelscope.token = "granted"
    ended = pod.run("modelscope", repo="acme/tiny")
    assert (ended.code, ended.message) == (
        65,
        f"acme/tiny is not public on {host(modelscope)}: it needs a token in MODELSCOPE_API_TOKEN;"
        f" ask for access at {modelscope.url}/models/acme/tiny",
    )
    pod.env["MODELSCOPE_API_TOKEN"] = "granted"
    assert pod.run("modelscope", repo="acme/tiny").code == 0
