"""fetch.sh with the real rclone and a store that speaks S3, and the loader after it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from loading import Ended, LoadPod

ROOT = Path(__file__).parents[4]
RCLONE = os.environ.get("RCLONE") or next((str(path) for path in ROOT.glob(".cache/rclone/*/bin/rclone")), None) or shutil.which("rclone")
URL = "s3://acme/llama"
FILES = {"config.json": b"{}", "nested/model.safetensors": b"weights" * 1000}

pytestmark = pytest.mark.skipif(RCLONE is None, reason="rclone is not there; npm run test:unit installs it")


@dataclass
class Bucket:
    pod: LoadPod
    endpoint: str
    folder: Path
    key: str = "mine"
    remote: str = ":s3:acme/llama"

    def fetch(self, **changes: str) -> Ended:
        """Runs the container before the loader."""
        environment = {
            "PATH": f"{Path(str(RCLONE)).parent}:{os.environ['PATH']}",
            "SUBSTRATUS_CONTENT": str(self.pod.root / "content"),
            "TERMINATION_LOG": str(self.pod.root / "log"),
            "TMPDIR": str(self.pod.root / "tmp"),
            "RCLONE_CONFIG": "",
            "RCLONE_S3_PROVIDER": "Other",
            "RCLONE_S3_ENDPOINT": self.endpoint,
            "RCLONE_S3_ACCESS_KEY_ID": self.key,
            "RCLONE_S3_SECRET_ACCESS_KEY": "secret",
            "RCLONE_LOW_LEVEL_RETRIES": "1",
            "RCLONE_RETRIES": "1",
            **changes,
        }
        (self.pod.root / "log").unlink(missing_ok=True)
        command = ["sh", str(ROOT / "src/runtimes/programs/load/fetch.sh"), self.remote, URL]
        return self.pod.ended(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))


def answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    folder = tmp_path / "store" / "acme" / "llama"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints/step-1").write_bytes(b"not for here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--addr", f"127.0.0.1:{port}", "--auth-key", "mine,secret", "--dir-cache-time", "0s"]
    command = [str(RCLONE), "serve", "s3", *options, str(tmp_path / "store")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "RCLONE_CONFIG": ""}) as server:
        deadline = time.monotonic() + 30
        while not answers(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        yield Bucket(LoadPod(tmp_path), f"http://127.0.0.1:{port}", folder)
        server.terminate()


def test_a_folder_is_copied_and_published_as_it_is(bucket: Bucket) -> None:
    assert bucket.fetch().code == 0
    assert bucket.pod.run("bucket", url=URL).code == 0
    published = bucket.pod.published()
    assert {name: content for name, content in published.items() if name != "source.json"} == FILES


def test_what_is_gone_from_the_bucket_is_gone_from_the_copy(bucket: Bucket) -> None:
    assert bucket.fetch().code == 0
    (bucket.folder / "config.json").unlink()
    assert bucket.fetch().code == 0
    assert bucket.pod.run("bucket", url=URL).code == 0
    assert "config.json" not in bucket.pod.published()


def test_a_bucket_that_does_not_exist(bucket: Bucket) -> None:
    bucket.remote = ":s3:acne/llama"
    ended = bucket.fetch()
    assert (ended.code, ended.message) == (65, f"{URL} is not there; see that the bucket and the folder are right")


def test_a_folder_that_does_not_exist(bucket: Bucket) -> None:
    bucket.remote = ":s3:acme/lama"
    ended = bucket.fetch()
    loaded = bucket.pod.run("bucket", url=URL) if ended.code == 0 else ended
    assert loaded.code == 65
    assert loaded.message.endswith("see that the bucket and the folder are right")


def test_a_key_that_the_store_does_not_know(bucket: Bucket) -> None:
    bucket.key = "another"
    ended = bucket.fetch()
    assert ended.code == 65
    assert ended.message.startswith(f"{URL} may not be read: ")
    assert ended.message.endswith("; correct the credentials in runtimeEnv")


class Denied(BaseHTTPRequestHandler):
    """A store that denies everything, as S3 words it."""

    def do_GET(self) -> None:
        body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def test_a_right_that_is_not_there_may_come(bucket: Bucket) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Denied) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        bucket.endpoint = f"http://127.0.0.1:{server.server_port}"
        ended = bucket.fetch()
        server.shutdown()
    assert ended.code == 75
    assert ended.message.startswith(f"{URL} may not be read: ")
    assert ended.message.endswith("; give the workspace the right to read it (readableBuckets), or credentials in runtimeEnv")


def test_a_store_that_does_not_answer_is_asked_again(bucket: Bucket) -> None:
    ended = bucket.fetch(RCLONE_S3_ENDPOINT="http://127.0.0.1:9")
    assert ended.code == 75
    assert ended.message.startswith(f"{URL} cannot be copied: ")


def test_a_disk_that_is_too_small_is_told_before_the_first_byte(bucket: Bucket) -> None:
    programs = bucket.pod.root / "bin"
    programs.mkdir()
    (programs / "df").write_text("#!/bin/sh\necho 'Filesystem 1024-blocks Used Available'\necho '/dev/vdb 65536 65532 4'\n")
    (programs / "df").chmod(0o755)
    ended = bucket.fetch(PATH=f"{programs}:{Path(str(RCLONE)).parent}:{os.environ['PATH']}")
    assert ended.code == 65
    assert ended.message.startswith(f"{URL} needs 0 MiB and ")
    assert ended.message.endswith(" has 0 MiB for it; give the resource a larger disk (resources.disk)")
    assert not list(bucket.pod.downloads.iterdir())


def test_a_copy_that_is_not_whole_is_not_published(bucket: Bucket) -> None:
    assert bucket.fetch().code == 0
    (bucket.pod.downloads / "config.json").write_bytes(b"{")
    ended = bucket.pod.run("bucket", url=URL)
    assert (ended.code, ended.message) == (75, f"config.json of {URL} is not as it was listed; it changed while it was copied")
    assert bucket.pod.published() == {}
